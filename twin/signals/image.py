"""Grey camera over the part that comes off the machine: feed marks, scratches, a torn face."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from twin.params import count, quantity
from twin.physics.imaging import blur, feed_profile, segment_distance
from twin.signals.base import Samples, SensorSettings
from twin.signals.base import Sensor as BaseSensor

Array = npt.NDArray[np.float64]

WORN = 0.3e-3  # flank wear at which the face counts as worn, ISO 8688-2 [m]
SCRATCHED = 0.5  # share of the channel above which the part counts as scratched [1]
SLOPE = 1.5  # grey per slope of the face under grazing light [1]
CLOUD = 0.25  # how uneven a worn tool leaves the face [1]
TEAR = 0.5  # how uneven a broken one leaves it [1]


class Settings(SensorSettings):
    """A camera, its light, and the patch of the part in its view."""

    pixels: int = count(64, 16, 512, "Pixels along each side.")
    view: float = quantity(3.2, "mm", 0.1, 500, "Side of the patch in view.", assumption=True)
    feed_mark: float = quantity(
        0.2, "mm", 0.001, 10, "Distance between two feed marks.", assumption=True
    )
    brightness: float = quantity(50, "%", 1, 99, "Mean grey of a smooth face.", assumption=True)
    light_fall: float = quantity(
        10, "%", 0, 80, "Fall of the light from one side to the other.", assumption=True
    )
    sharpness: float = quantity(
        0.6, "px", 0, 20, "Spread of the lens's blur in pixels.", assumption=True
    )
    noise: float = quantity(1, "%", 0, 50, "Noise of a pixel, of full scale.", assumption=True)
    scratches: float = quantity(
        0, "%", 0, 100, "Share of sound parts with a handling scratch.", assumption=True
    )


class Sensor(BaseSensor):
    """The camera; samples are grey from 0 to 1."""

    needs = ("roughness",)
    uses = ("wear", "broken", "scratch")
    unit = "1"

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self.settings = settings

    @property
    def rate(self) -> float:
        """Frames per second within a window [Hz]; one frame a window."""
        return 1.0 / self.settings.period

    def block(self, state: Mapping[str, float], time: float, rng: np.random.Generator) -> Samples:
        """Return one picture, ``(pixels, pixels)``, grey from 0 (black) to 1 (white).

        Grey outside that range saturates, as on a real sensor.
        """
        own = self.settings
        picture = own.brightness * self._light() + self._marks(state["roughness"], rng)
        picture = picture + self._flaws(state, rng)
        if state.get("scratch", 0.0) > SCRATCHED or rng.random() < own.scratches:
            picture = picture - self._scratch(rng)
        picture = blur(np.asarray(picture), own.sharpness)
        picture = picture + own.noise * rng.standard_normal(picture.shape)
        return np.clip(picture, 0.0, 1.0).astype(np.float32)

    def truth(self, state: Mapping[str, float]) -> str:
        """Name the worst thing on the part: torn by a broken tool, scratched, worn, or ok."""
        if state.get("broken", 0.0) > 0.0:
            return "broken"
        if state.get("scratch", 0.0) > SCRATCHED:
            return "scratch"
        return "worn" if state.get("wear", 0.0) >= WORN else "normal"

    def _light(self) -> Array:
        """Light falling off from left to right, mean 1."""
        across = np.linspace(0.5, -0.5, self.settings.pixels)
        return np.broadcast_to(1.0 + self.settings.light_fall * across, 2 * (len(across),))

    def _marks(self, roughness: float, rng: np.random.Generator) -> Array:
        """Grey of the feed marks under grazing light: proportional to their slope."""
        own = self.settings
        pitch = own.view / own.pixels
        edges = np.linspace(0.0, own.view, own.pixels + 1) + rng.random() * own.view
        slope = np.diff(feed_profile(edges, own.feed_mark, roughness)) / pitch
        return np.broadcast_to(SLOPE * slope, (own.pixels, own.pixels))

    def _flaws(self, state: Mapping[str, float], rng: np.random.Generator) -> Array:
        """Clouds of a worn tool and tears of a broken one."""
        size = self.settings.pixels
        worn = CLOUD * min(state.get("wear", 0.0) / WORN, 3.0) * 0.3
        torn = TEAR * state.get("broken", 0.0)
        cloud = blur(rng.standard_normal((size, size)), size / 16.0)
        tear = blur(rng.standard_normal((size, size)), size / 48.0)
        total = worn * cloud / np.std(cloud) * 0.2 + torn * tear / np.std(tear) * 0.3
        return np.asarray(total)

    def _scratch(self, rng: np.random.Generator) -> Array:
        """One thin dark line across part of the picture."""
        size = self.settings.pixels
        start, end = rng.uniform(0.1 * size, 0.9 * size, (2, 2))
        away = segment_distance((size, size), start, end)
        depth, width = rng.uniform(0.2, 0.4), rng.uniform(0.5, 1.2)
        return np.asarray(depth * np.exp(-0.5 * (away / width) ** 2))
