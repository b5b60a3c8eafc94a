"""Room air: an hour of CO2, temperature, humidity and light, as means over five minutes."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from twin.c_export.fronts.base import Array, Case, Field
from twin.c_export.fronts.base import Front as Base
from twin.nodes import air_features
from twin.nodes.library import Card
from twin.rng import stream
from twin.signals.air import Sensor, Settings

QUANTITIES = 4
BREATHED = 5e-6  # CO2 of a person [m³/s]; assumption
HOURS = 2.0  # of a room in a case; the last one is looked at
HOLDS = (
    "readings, the oldest first and four floats each: `samples[4 * k + q]` of reading k is CO2 for "
    "q = 0, as a fraction and not in ppm (0.0008 is 800 ppm), the temperature [K] for q = 1 "
    "(293.15 is 20 °C), the relative humidity as a fraction of 0 to 1 and not in % for q = 2, the "
    "illuminance [lx] for q = 3; not a number (NAN) where a reading was lost or there is no sensor "
    "of light"
)
WINDOW = (
    "A window is {hours:g} h, both ends counted: {readings} readings, one every {period:g} s, "
    "{samples} values. A room may be read at another period of at most 300 s, which `.period` and "
    "`.readings` tell: {length:g} s over the period and one reading more."
)


class Front(Base):
    """Features of one hour of a room."""

    sources = ("room_air.h", "room_air.c", "reals.h")
    told_as = "twin_air"
    code = (6, 10)

    def __init__(self, card: Card, word: str, *, file: str = "") -> None:
        super().__init__(card, word, file=file)
        self.readings = self.samples + 1  # both ends of the hour
        self.period = round(1e3 / card.front.rate)
        self.samples = QUANTITIES * self.readings

    @property
    def ram(self) -> int:
        """No buffers but the stack."""
        return 0

    @property
    def flash(self) -> int:
        """No tables."""
        return 0

    @property
    def definitions(self) -> str:
        """Nothing."""
        return ""

    @property
    def body(self) -> str:
        """Body of the C function."""
        return "    (void)state;\n    return twin_air_row(samples, told, row);\n"

    @property
    def holds(self) -> str:
        """What the samples are."""
        return HOLDS

    @property
    def window(self) -> str:
        """What a window is."""
        length = self.period / 1e3 * (self.readings - 1)
        return WINDOW.format(
            hours=length / 3600.0,
            length=length,
            readings=self.readings,
            period=self.period / 1e3,
            samples=self.samples,
        )

    @property
    def fields(self) -> Sequence[Field]:
        """Fields of ``twin_air``."""
        return (
            Field("period", f"{self.period}", "from one reading to the next [ms]"),
            Field("readings", f"{self.readings}", "handed over, the newest last"),
        )

    def cases(self, count: int, seed: int) -> Sequence[Case]:
        """Hours of the twin's own sensor in rooms that people enter and leave."""
        return [
            self._case(stream(seed, f"c_export.air.{index}"), lit=index % 4 > 0)
            for index in range(count)
        ]

    def _case(self, rng: np.random.Generator, *, lit: bool) -> Case:
        period = self.period / 1e3
        while True:
            block = self._hour(rng, period, lit=lit)
            if not air_features.flaw(block, period):
                break
        told = struct.pack("<2i", self.period, self.readings)
        row = air_features.features(block, period)
        return Case(block.ravel(), told, row, "with light" if lit else "without light")

    def _hour(self, rng: np.random.Generator, period: float, *, lit: bool) -> Array:
        """Return readings of a well-mixed room in which people are at times."""
        sensor = Sensor("c", Settings.read({
            "on": "room", "period": period, "readings": self.readings, "light": lit,
            "dropout": float(rng.choice([0.0, 0.02])),
        }))  # fmt: skip
        volume, changes = rng.uniform(40.0, 200.0), rng.uniform(0.3, 4.0) / 3600.0
        co2, warmth, damp = rng.uniform(420e-6, 900e-6), rng.uniform(291.0, 299.0), 0.4
        people, block = 0, np.zeros((0, QUANTITIES), np.float32)
        for step in range(round(HOURS * 3600.0 / period) + 1):
            people = int(rng.integers(0, 6)) if rng.random() < period / 1800.0 else people
            co2 += period * (people * BREATHED / volume - changes * (co2 - air_features.OUTDOORS))
            warmth += rng.normal(0.0, 0.02) + 2e-5 * period * people
            damp += 1e-6 * period * people - 1e-6 * period
            state = {
                "co2": co2, "temperature": warmth, "humidity": damp,
                "illuminance": 300.0 * (people > 0) + rng.uniform(0.0, 50.0), "occupants": people,
            }  # fmt: skip
            block = sensor.block(state, step * period, rng)
        return block
