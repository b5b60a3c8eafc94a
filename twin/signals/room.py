"""Room sensor: one reading at a time of a zone's air, with lag, bias, noise and drop-outs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

import numpy as np

from twin.params import choice, quantity
from twin.signals.base import Samples, SensorSettings
from twin.signals.base import Sensor as BaseSensor

UNITS = {
    "temperature": "°C", "humidity": "%", "co2": "ppm", "occupants": "1", "illuminance": "lx"
}  # fmt: skip


class Settings(SensorSettings):
    """A sensor on the wall of a zone."""

    reads: Literal["temperature", "humidity", "co2", "occupants", "illuminance"] = choice(
        "temperature", "What it reads."
    )
    lag: float = quantity(
        3, "min", 0, 240, "Time constant of its first-order lag.", "60 to 300 s", assumption=True
    )
    bias: float = quantity(
        0, "1", -1e4, 1e4, "Error that stays, in the unit of what it reads; of humidity a share."
    )
    noise: float = quantity(
        0, "1", 0, 1e4, "Standard deviation of a reading, in the unit of what it reads."
    )
    dropout: float = quantity(
        0, "1", 0, 1, "Chance that a reading is lost after one that was not.", assumption=True
    )
    dropout_length: float = quantity(
        3, "1", 1, 1e4, "Mean number of readings lost in a row; geometric.", assumption=True
    )


class Sensor(BaseSensor):
    """The sensor; a sample is SI, a lost one is not a number."""

    uses = tuple(UNITS)

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self.settings = settings
        self.unit = UNITS[settings.reads]  # type: ignore[misc]
        self.needs = (settings.reads,)  # type: ignore[misc]
        self._lagged = math.nan
        self._since = 0.0
        self._lost = False

    @property
    def rate(self) -> float:
        """Readings per second [Hz]."""
        return 1.0 / self.settings.period

    def block(self, state: Mapping[str, float], time: float, rng: np.random.Generator) -> Samples:
        """Return one reading, ``(1,)``.

        The lag is exact for an input that holds between readings: y += (x - y)·(1 - e^(-Δt/τ)).
        """
        own, now = self.settings, state.get(self.settings.reads, 0.0)
        if math.isnan(self._lagged) or own.lag == 0.0:
            self._lagged = now
        else:
            self._lagged += (now - self._lagged) * -math.expm1((self._since - time) / own.lag)
        self._since = time
        chance, error = float(rng.random()), own.noise * float(rng.standard_normal())
        self._lost = chance < (1.0 - 1.0 / own.dropout_length if self._lost else own.dropout)
        reading = math.nan if self._lost else self._lagged + own.bias + error
        return np.array([reading], dtype=np.float32)
