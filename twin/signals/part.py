"""Grey camera over the parts on a line: solder joints or faces, sound or flawed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from twin.params import choice, count, quantity
from twin.signals._parts import SCENES, SOUND, Range, Shot, Views, shot
from twin.signals.base import Samples, SensorSettings
from twin.signals.base import Sensor as BaseSensor


class Settings(SensorSettings):
    """A camera over one kind of part; each picture shows the next part."""

    scene: Literal["joint", "face"] = choice("face", "What lies under the camera.")
    pixels: int = count(64, 16, 512, "Pixels along each side.")
    flawed: float = quantity(
        3.2, "%", 0, 100, "Share of parts with a flaw, where the asset does not tell.",
        assumption=True,
    )  # fmt: skip
    turn: float = quantity(
        7, "deg", 0, 45, "Most that a part lies turned, to either side.", assumption=True
    )
    shift: float = quantity(
        10, "%", 0, 50, "Most that a part lies off, of half the view.", assumption=True
    )
    light_fall: float = quantity(
        25, "%", 0, 80, "Most that the light falls from one side to the other.", assumption=True
    )
    sharpness: float = quantity(
        0.9, "px", 0, 20, "Most that the lens blurs: spread in pixels.", assumption=True
    )
    noise: float = quantity(
        2, "%", 0, 50, "Largest noise of a pixel, of full scale.", assumption=True
    )


class Sensor(BaseSensor):
    """The camera; samples are grey from 0 to 1."""

    uses = ("flawed",)
    unit = "1"

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self.settings = settings
        self.views = Views(
            turn=Range(-settings.turn, settings.turn),
            shift=Range(-settings.shift, settings.shift),
            fall=Range(0.0, settings.light_fall),
            softness=Range(0.3 * settings.sharpness, settings.sharpness),
            noise=Range(0.2 * settings.noise, settings.noise),
        )
        self.seen: Shot | None = None

    @property
    def rate(self) -> float:
        """Frames per second within a window [Hz]; one frame a window."""
        return 1.0 / self.settings.period

    def block(self, state: Mapping[str, float], time: float, rng: np.random.Generator) -> Samples:
        """Return a picture of the next part, ``(pixels, pixels)``, grey from 0 to 1.

        Where the asset tells whether the part before the camera is flawed, the picture shows that.
        """
        own = self.settings
        chance = state.get("flawed", own.flawed)
        flaw = str(rng.choice(SCENES[own.scene][1])) if rng.random() < chance else ""
        self.seen = shot(own.scene, flaw, rng, own.pixels, self.views)
        return self.seen.picture

    def truth(self, state: Mapping[str, float]) -> str:
        """Name the flaw of the part last looked at; ``normal`` when it has none."""
        return self.seen.label if self.seen else SOUND
