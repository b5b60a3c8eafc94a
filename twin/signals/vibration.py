"""Accelerometer on a spindle: what its housing does, through sensor, noise and range."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin.params import quantity
from twin.signals._spindle import REFERENCE_SPEED, STANDSTILL, SpindleSensor
from twin.signals._spindle_settings import SpindleSettings
from twin.signals.base import Samples

__all__ = ["G0", "REFERENCE_SPEED", "STANDSTILL", "Sensor", "Settings"]

G0 = 9.80665  # standard gravity [m/s²]


class Settings(SpindleSettings):
    """An accelerometer, the housing it is screwed to, and the spindle inside."""

    measuring_range: float = quantity(
        50, "g0", 1, 1000, "Acceleration at which the signal clips.", "typical IEPE, 100 mV/g"
    )
    noise_density: float = quantity(
        75, "ug0/Hz^0.5", 0, 10_000, "Sensor noise per root of bandwidth.", "IIS3DWB, DS12569"
    )
    bandwidth: float = quantity(
        6.0, "kHz", 0.1, 50, "Frequency at which the sensor has lost 3 dB.", "IIS3DWB, DS12569"
    )


class Sensor(SpindleSensor):
    """The accelerometer; samples are m/s²."""

    unit = "m/s^2"

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self.settings: Settings = settings
        self._sensor = 1.0 / (1.0 + 1j * self.frequency / settings.bandwidth)

    def block(self, state: Mapping[str, float], time: float, rng: np.random.Generator) -> Samples:
        """Return one window of acceleration [m/s²], ``(samples,)``."""
        own = self.settings
        samples = np.fft.irfft(self.motion(state, rng) * self._sensor, self.size)
        spread = own.noise_density * np.sqrt(0.5 * own.sample_rate)
        samples += spread * rng.standard_normal(self.size)
        return np.clip(samples, -own.measuring_range, own.measuring_range).astype(np.float32)
