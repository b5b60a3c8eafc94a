"""Air sensor of a room: CO2, temperature, humidity and light together, with what it read before."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from twin.params import count, flag, quantity
from twin.signals import room
from twin.signals.base import Samples, SensorSettings
from twin.signals.base import Sensor as BaseSensor

READS = ("co2", "temperature", "humidity", "illuminance")
SOMEBODY = 0.5  # people from which on a room is occupied; the channel is a mean over a step


class Settings(SensorSettings):
    """A sensor of several quantities on the wall of a zone."""

    readings: int = count(
        36, 2, 1440, "Readings that a window holds: the newest, and those before it."
    )
    lag: float = quantity(
        3, "min", 0, 240, "Time constant of its first-order lag.", "60 to 300 s", assumption=True
    )
    co2_bias: float = quantity(0, "ppm", -1000, 1000, "Error of CO2 that stays.")
    co2_noise: float = quantity(5, "ppm", 0, 1000, "Standard deviation of CO2.", assumption=True)
    temperature_bias: float = quantity(0, "delta_degC", -10, 10, "Error that stays.")
    temperature_noise: float = quantity(
        0.02, "delta_degC", 0, 10, "Standard deviation of the temperature.", assumption=True
    )
    humidity_bias: float = quantity(0, "%", -50, 50, "Error of the humidity that stays.")
    humidity_noise: float = quantity(
        0.1, "%", 0, 50, "Standard deviation of the humidity.", assumption=True
    )
    light: bool = flag(True, "Whether it reads light where the zone has lamps.")
    light_noise: float = quantity(
        2, "lx", 0, 1000, "Standard deviation of the light.", assumption=True
    )
    dropout: float = quantity(
        0, "1", 0, 1, "Chance that a quantity is lost after it was not.", assumption=True
    )


class Sensor(BaseSensor):
    """The sensor; a window is ``(readings, 4)``, SI, in the order of :data:`READS`.

    It is shorter while less was read. What was lost, or cannot be read here, is not a number.
    """

    needs = ("co2", "temperature", "humidity")
    uses = ("illuminance", "occupants")

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self.settings = settings
        self._parts = {reads: room.Sensor(name, _part(settings, reads)) for reads in READS}
        self._read: deque[npt.NDArray[np.float32]] = deque(maxlen=settings.readings)

    @property
    def rate(self) -> float:
        """Readings per second [Hz]."""
        return 1.0 / self.settings.period

    def block(self, state: Mapping[str, float], time: float, rng: np.random.Generator) -> Samples:
        """Return the newest readings, oldest first, at most ``(readings, 4)``."""
        now = [float(part.block(state, time, rng)[0]) for part in self._parts.values()]
        if not self.settings.light or "illuminance" not in state:
            now[-1] = float("nan")
        now[-1] = max(now[-1], 0.0) if np.isfinite(now[-1]) else now[-1]
        self._read.append(np.array(now, np.float32))
        return np.array(self._read, np.float32)

    def readings(self, window: Samples) -> dict[str, float]:
        """Return the newest readings that were not lost, by quantity [SI]."""
        newest = zip(READS, window[-1].tolist(), strict=True)
        return {name: value for name, value in newest if np.isfinite(value)}

    def truth(self, state: Mapping[str, float]) -> str:
        """``occupied`` or ``empty``; nothing where nobody counts the people."""
        if "occupants" not in state:
            return ""
        return "occupied" if state["occupants"] >= SOMEBODY else "empty"


def _part(settings: Settings, reads: str) -> room.Settings:
    """Settings of the sensor of one quantity."""
    bias = {
        "co2": settings.co2_bias,
        "temperature": settings.temperature_bias,
        "humidity": settings.humidity_bias,
    }
    noise = {
        "co2": settings.co2_noise,
        "temperature": settings.temperature_noise,
        "humidity": settings.humidity_noise,
        "illuminance": settings.light_noise,
    }
    return room.Settings.read(
        {
            "on": settings.on,
            "reads": reads,
            "period": settings.period,
            "lag": 0.0 if reads == "illuminance" else settings.lag / 60.0,
            "bias": bias.get(reads, 0.0),
            "noise": noise[reads],
            "dropout": settings.dropout,
        }
    )
