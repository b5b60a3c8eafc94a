"""Microphone near a spindle: the sound that its housing radiates, and the room.

Sound and vibration come from one state: the same impacts, teeth and shaft shake the housing, whose
surface radiates W = ρ c σ S v² (Fahy & Gardonio, Sound and Structural Vibration, 2nd ed., eq. 3.5),
with the radiation efficiency of a sphere of the same surface that breathes, σ = (ka)²/(1 + (ka)²).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from twin.params import quantity
from twin.signals._spindle import SpindleSensor
from twin.signals._spindle_settings import SpindleSettings
from twin.signals.base import Samples

Array = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]

AIR_DENSITY = 1.204  # at 20 °C, 1013 hPa [kg/m³]
SOUND_SPEED = 343.2  # at 20 °C [m/s]
LOWEST = 20.0  # below this a microphone hears nothing [Hz]


class Settings(SpindleSettings):
    """A microphone, the way of the sound to it, and the room around it."""

    distance: float = quantity(0.5, "m", 0.02, 20, "From the housing.", assumption=True)
    surface: float = quantity(
        0.25, "m^2", 0.001, 20, "Surface of the housing that radiates.", assumption=True
    )
    room: float = quantity(
        0.02, "Pa", 0, 20, "Sound of the room, r.m.s.; 0.02 Pa is 60 dB.", assumption=True
    )
    measuring_range: float = quantity(
        20, "Pa", 0.01, 2000, "Sound pressure at which the signal clips.", "120 dB, MEMS microphone"
    )
    noise: float = quantity(
        0.6, "mPa", 0, 1000, "Noise of the microphone, r.m.s.", "65 dB below 94 dB, MEMS microphone"
    )


class Sensor(SpindleSensor):
    """The microphone; samples are pascal."""

    unit = "Pa"

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self.settings: Settings = settings
        turn = 2.0 * np.pi * np.maximum(self.frequency, LOWEST)
        self._radiated = radiation(turn, settings.surface, settings.distance) / (1j * turn)
        self._radiated[self.frequency < LOWEST] = 0.0
        # Rooms are louder at low frequencies: pressure falls as the root of the frequency.
        self._room = np.sqrt(LOWEST / np.maximum(self.frequency, LOWEST))
        self._room /= np.sqrt(np.mean(self._room**2))

    def block(self, state: Mapping[str, float], time: float, rng: np.random.Generator) -> Samples:
        """Return one window of sound pressure [Pa], ``(samples,)``."""
        own = self.settings
        samples = np.fft.irfft(self.motion(state, rng) * self._radiated, self.size)
        around = np.fft.rfft(rng.standard_normal(self.size)) * self._room
        samples += own.room * np.fft.irfft(around, self.size)
        samples += own.noise * rng.standard_normal(self.size)
        return np.clip(samples, -own.measuring_range, own.measuring_range).astype(np.float32)


def radiation(turn: Array, surface: float, distance: float) -> Complex:
    """Sound pressure per velocity of a radiating surface, in the free field [Pa·s/m].

    From W = ρ c σ S v² and W = 4π r² p²/(ρ c).

    Parameters
    ----------
    turn : ndarray
        Angular frequency [rad/s].
    surface : float
        [m²]
    distance : float
        [m]

    Examples
    --------
    1 mm/s of 0.25 m² at 2 kHz is heard with 0.114 Pa half a metre away: 75.2 dB.

    >>> level = float(radiation(np.array([2 * np.pi * 2000.0]), 0.25, 0.5)[0].real) * 1e-3
    >>> round(level, 3), round(float(20 * np.log10(level / 20e-6)), 1)
    (0.114, 75.2)
    """
    size = turn / SOUND_SPEED * np.sqrt(surface / (4.0 * np.pi))
    efficiency = size**2 / (1.0 + size**2)
    gain = AIR_DENSITY * SOUND_SPEED * np.sqrt(efficiency * surface / (4.0 * np.pi)) / distance
    return np.asarray(gain, np.complex128)
