"""Power of a drive at its own sampling rate: what the teeth take, and what the drive adds.

Power of the spindle follows the torque of the teeth as far as the rotor's inertia and the current
loop let it through; the mean is what the machine draws for the cut. The axis pushes with a share of
the same force. The machine's whole power has the rest on top.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt

from twin.params import choice, count, quantity
from twin.physics.rotation import cosine
from twin.physics.vibration import tooth_force, tooth_strengths
from twin.signals._spindle import ARC, STANDSTILL, WORN
from twin.signals.base import Samples, SensorSettings
from twin.signals.base import Sensor as BaseSensor

Array = npt.NDArray[np.float64]


class Settings(SensorSettings):
    """Which drive is read, how fast, and what its electronics add."""

    drive: Literal["spindle", "axis", "machine"] = choice(
        "spindle", "Whose power: the spindle's, the feed axis's, or the whole machine's."
    )
    sample_rate: float = quantity(
        2, "kHz", 0.05, 20, "Samples per second.", "SINUMERIK servo trace, 0.5 ms"
    )
    duration: float = quantity(1.024, "s", 0.05, 60, "Length of a window.")
    bandwidth: float = quantity(
        80, "Hz", 1, 5000, "Where inertia and current loop let half through.", assumption=True
    )
    runout: float = quantity(10, "%", 0, 100, "Unevenness of the teeth by runout.", assumption=True)
    pole_pairs: int = count(2, 1, 50, "Pole pairs of the motor.")
    ripple: float = quantity(
        1, "%", 0, 50, "Torque ripple at six times the motor's frequency.", assumption=True
    )
    idle: float = quantity(0.4, "kW", 0, 200, "Power of the idling spindle.", assumption=True)
    feed_share: float = quantity(
        0.5, "1", 0, 5, "Feed force over tangential force.", "Altintas, Manufacturing Automation"
    )
    feed_speed: float = quantity(0.5, "m/min", 0, 120, "Feed of the axis.", assumption=True)
    efficiency: float = quantity(85, "%", 10, 100, "Of the drive.", assumption=True)
    noise: float = quantity(10, "W", 0, 10_000, "Noise of the reading, r.m.s.", assumption=True)
    step: float = quantity(1, "W", 0, 1000, "Smallest step of the reading.", assumption=True)


class Sensor(BaseSensor):
    """The drive's own measurement; samples are W."""

    needs = ("spindle_speed", "torque", "power")
    uses = ("teeth", "cutting", "force", "wear", "broken")
    unit = "W"

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self.settings = settings
        self.size = round(settings.duration * settings.sample_rate)
        frequency = np.arange(self.size // 2 + 1) / settings.duration
        self._drive = 1.0 / (1.0 + 1j * frequency / settings.bandwidth)

    @property
    def rate(self) -> float:
        """Samples per second [Hz]."""
        return self.settings.sample_rate

    def block(self, state: Mapping[str, float], time: float, rng: np.random.Generator) -> Samples:
        """Return one window of electric power [W], ``(samples,)``."""
        own, speed = self.settings, abs(state["spindle_speed"])
        seconds = np.arange(self.size) / own.sample_rate
        cut = self._teeth(speed, state, seconds, rng)
        spindle = 2.0 * np.pi * speed * state["torque"] / own.efficiency
        if own.drive == "axis":
            mean = own.feed_share * state.get("force", 0.0) * own.feed_speed / own.efficiency
            power = mean * cut
        elif own.drive == "machine":
            power = state["power"] + spindle * (cut - cut.mean())
        else:
            power = spindle * cut + own.idle * float(speed >= STANDSTILL)
        power = power * self._rippled(speed, seconds, rng)
        power = power + own.noise * rng.standard_normal(self.size)
        if own.step > 0.0:
            power = np.rint(power / own.step) * own.step
        return power.astype(np.float32)

    def _teeth(
        self, speed: float, state: Mapping[str, float], seconds: Array, rng: np.random.Generator
    ) -> Array:
        """Torque of the teeth over its mean, as the drive feels it [1]; zero without a cut."""
        if state.get("cutting", 0.0) <= 0.0 or speed < STANDSTILL:
            return np.zeros(self.size)
        teeth = max(round(state.get("teeth", 1.0)), 1)
        strengths = tooth_strengths(teeth, self.settings.runout, state.get("broken", 0.0))
        pulses = tooth_force(seconds * speed + rng.random(), strengths, ARC / teeth)
        smooth = np.fft.irfft(np.fft.rfft(pulses) * self._drive, self.size)
        mean = float(smooth.mean())
        return np.asarray(smooth / mean if mean > 0.0 else np.ones(self.size))

    def _rippled(self, speed: float, seconds: Array, rng: np.random.Generator) -> Array:
        own = self.settings
        turns = 6.0 * own.pole_pairs * speed * seconds
        return np.asarray(1.0 + own.ripple * cosine(turns + rng.random()))

    def truth(self, state: Mapping[str, float]) -> str:
        """Name what shows in the power: a broken or worn tool, or normal."""
        if abs(state["spindle_speed"]) < STANDSTILL:
            return "idle"
        cutting = state.get("cutting", 0.0) > 0.0
        if cutting and state.get("broken", 0.0) > 0.0:
            return "broken"
        return "worn" if cutting and state.get("wear", 0.0) >= WORN else "normal"
