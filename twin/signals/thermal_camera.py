"""Low-resolution thermal camera before a wall, a window or a part of a machine.

Without noise, offset and blur the mean over the pixels that the target fills is its temperature.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt

from twin.params import choice, count, quantity
from twin.physics.imaging import blur
from twin.physics.thermography import CAMERAS, apparent, corrected, covered, footprint
from twin.signals import _warm
from twin.signals.base import Samples, SensorSettings
from twin.signals.base import Sensor as BaseSensor

Array = npt.NDArray[np.float64]
HOT = 70.0 + 273.15  # as the sensor "thermal" has it; assumption [K]


class Settings(SensorSettings):
    """A camera, where it stands, and what it looks at."""

    camera: Literal["mlx90640_narrow", "mlx90640_wide", "amg8833", "lepton"] = choice(
        "mlx90640_narrow", "Camera: 32 × 24 pixels of 55 or 110 degrees, 8 × 8, or 160 × 120.",
        "data sheets: Melexis MLX90640, Panasonic AMG8833, FLIR Lepton 3.5",
    )  # fmt: skip
    distance: float = quantity(2, "m", 0.05, 50, "From the target, looking at its middle.")
    width: float = quantity(1, "m", 0.01, 100, "Of the target, where what it sits on tells none.")
    height: float = quantity(1, "m", 0.01, 100, "Of the target, where none is told.")
    surroundings: float = quantity(
        20, "°C", -40, 80, "Around the target where no channel tells it.", assumption=True
    )
    emissivity: float = quantity(
        0.95, "1", 0.01, 1, "Of the target.", "plaster, paint: 0.9 to 0.96"
    )
    emissivity_set: float = quantity(0.95, "1", 0.01, 1, "What the camera is told of it.")
    noise: float = quantity(
        1, "1", 0, 100, "Noise over that of the data sheet; 0 for a chip without noise, pattern "
        "and steps.",
    )  # fmt: skip
    rate: float = quantity(1, "Hz", 0.1, 64, "Frames a second, by which a pixel's noise grows.")
    pattern: float = quantity(
        0.3, "delta_degC", 0, 10, "Spread of the pixels' own errors, which stay.", assumption=True
    )
    offset: float = quantity(0, "delta_degC", -10, 10, "Error common to all pixels.")
    spread: float = quantity(0, "px", 0, 5, "Blur of the lens in pixels.", assumption=True)
    components: int = count(0, 0, 20, "Components of the target that are warmer than the rest.")
    contrast: float = quantity(
        30, "%", 0, 100, "How much warmer they are at most, over the target's rise.",
        assumption=True,
    )  # fmt: skip
    fault: Literal["none", "spot", "blocked", "coolant"] = choice(
        "none", "What goes wrong: a component overheats, cooling is blocked, coolant is missing."
    )
    severity: float = quantity(
        20, "delta_degC", 0, 200, "What the fault adds at the warmest place.", assumption=True
    )
    fault_after: float = quantity(0, "h", 0, 1e5, "Time from the start until the fault is there.")


class Sensor(BaseSensor):
    """The camera; samples are kelvin."""

    needs = ("temperature",)
    uses = ("ambient_temperature", "width", "height")
    unit = "°C"

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self.settings = settings
        self.camera = CAMERAS[settings.camera]
        self._pattern: Array | None = None
        self._layout: _warm.Layout | None = None
        self._now = 0.0

    @property
    def rate(self) -> float:
        """Frames per second within a window [Hz]; one frame a window."""
        return 1.0 / self.settings.period

    def mask(self, state: Mapping[str, float]) -> Array:
        """Share of each pixel that the target fills [1]."""
        own = self.settings
        width, height = state.get("width", own.width), state.get("height", own.height)
        return covered(self.camera, own.distance, width or own.width, height or own.height)

    def block(self, state: Mapping[str, float], time: float, rng: np.random.Generator) -> Samples:
        """Return one frame of temperatures [K], ``(rows, columns)``."""
        own = self.settings
        self._now = time
        around = state.get("ambient_temperature") or own.surroundings
        target = self._target(state, around, rng)
        seen = apparent(target, around, self.mask(state), own.emissivity)
        frame = corrected(_blurred(seen, own.spread), around, own.emissivity_set)
        return self._read_out(frame, rng)

    @property
    def faulty(self) -> bool:
        """Whether the fault is there at the last window."""
        own = self.settings
        return own.fault != "none" and own.severity > 0.0 and self._now >= own.fault_after

    def _target(
        self, state: Mapping[str, float], around: float, rng: np.random.Generator
    ) -> float | Array:
        """Temperature of the target: one for all of it, or of each pixel [K]."""
        own = self.settings
        if not own.components and own.fault == "none":
            return state["temperature"]
        if self._layout is None:
            self._layout = _warm.layout(own.components, own.contrast, rng)
        width, height = state.get("width", own.width), state.get("height", own.height)
        pixel = footprint(self.camera, own.distance)
        halves = 0.5 * (width or own.width), 0.5 * (height or own.height)
        places = [
            np.clip((np.arange(count) - 0.5 * (count - 1)) * size / half, -1.0, 1.0)
            for count, size, half in zip(
                (self.camera.columns, self.camera.rows), pixel, halves, strict=True
            )
        ]
        fault = own.fault if self.faulty else "none"
        sizes = (pixel[0] / halves[0], pixel[1] / halves[1])
        rise, (across, along) = state["temperature"] - around, places
        return around + _warm.rises(self._layout, rise, fault, own.severity, across, along, sizes)

    def _read_out(self, frame: Array, rng: np.random.Generator) -> Samples:
        """Add what the chip does to a frame."""
        own = self.settings
        if own.noise == 0.0:
            return (frame + own.offset).astype(np.float32)
        fixed, now = rng.standard_normal((2, *frame.shape))
        if self._pattern is None:
            self._pattern = own.pattern * fixed
        noise = own.noise * self.camera.netd * math.sqrt(own.rate)
        frame = frame + own.offset + self._pattern + noise * now
        steps = np.round((frame - 273.15) / self.camera.step)
        return (273.15 + steps * self.camera.step).astype(np.float32)

    def truth(self, state: Mapping[str, float]) -> str:
        """The fault while it is there; else ``hot`` from 70 °C on, or ``normal``."""
        if self.faulty:
            return self.settings.fault
        return "hot" if state["temperature"] >= HOT else "normal"


def _blurred(frame: Array, spread: float) -> Array:
    """Blur without wrapping: what lies beyond the frame looks as its edge does."""
    margin = math.ceil(4.0 * spread)
    if not margin:
        return frame
    wide = blur(np.pad(frame, margin, mode="edge"), spread)
    return wide[margin:-margin, margin:-margin]
