"""Thermal camera of few pixels, looking at a warm target before cooler surroundings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from twin.params import choice, quantity
from twin.physics.imaging import blur, disc
from twin.signals.base import Samples, SensorSettings
from twin.signals.base import Sensor as BaseSensor

HOT = 70.0 + 273.15  # spindle bearing housings are switched off about here; assumption [K]
SHAPES = {"amg8833": (8, 8), "mlx90640": (24, 32)}


class Settings(SensorSettings):
    """A thermal camera and what it looks at."""

    camera: Literal["amg8833", "mlx90640"] = choice(
        "mlx90640", "Camera: 8 × 8 or 32 × 24 pixels.", "Panasonic AMG8833, Melexis MLX90640"
    )
    surroundings: float = quantity(
        20,
        "°C",
        -40,
        80,
        "Temperature around the target where no channel tells it.",
        assumption=True,
    )
    target: float = quantity(
        50,
        "%",
        5,
        100,
        "Diameter of the target over the shorter side of the view.",
        assumption=True,
    )
    noise: float = quantity(
        0.1, "delta_degC", 0, 10, "Noise of a pixel (NETD).", "MLX90640 data sheet, 0.1 K at 1 Hz"
    )
    spread: float = quantity(0, "px", 0, 5, "Blur of the lens in pixels.", assumption=True)


class Sensor(BaseSensor):
    """The thermal camera; samples are kelvin."""

    needs = ("temperature",)
    uses = ("ambient_temperature",)
    unit = "°C"

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self.settings = settings
        self.mask = disc(SHAPES[settings.camera], settings.target)

    @property
    def rate(self) -> float:
        """Frames per second within a window [Hz]; one frame a window."""
        return 1.0 / self.settings.period

    def block(self, state: Mapping[str, float], time: float, rng: np.random.Generator) -> Samples:
        """Return one frame of temperatures [K], ``(rows, columns)``."""
        own = self.settings
        ambient = state.get("ambient_temperature", own.surroundings)
        frame = ambient + (state["temperature"] - ambient) * self.mask
        frame = blur(frame, own.spread) + own.noise * rng.standard_normal(frame.shape)
        return frame.astype(np.float32)

    def truth(self, state: Mapping[str, float]) -> str:
        """``hot`` from 70 °C on, else ``normal``."""
        return "hot" if state["temperature"] >= HOT else "normal"
