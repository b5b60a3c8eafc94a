"""Windows of the twin's own spindle sensors, sound and with every fault, at many speeds."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.c_export.fronts.base import Array, Case
from twin.nodes.fronts import Told
from twin.nodes.library import Card
from twin.physics.bearings import CATALOGUE, Bearing
from twin.rng import stream
from twin.signals import acoustic, vibration

SPEEDS = (16.0, 200.0)  # [rev/s], equally often on a logarithmic axis
SPEED_ERROR = 0.002  # of the tachometer, from window to window
ROUND = 3  # of so many machines one turns at a round speed that the tachometer tells exactly
FAULTS: dict[str, dict[str, float]] = {
    "normal": {},
    "inner": {"bearing_inner": 1.0},
    "outer": {"bearing_outer": 1.0},
    "ball": {"bearing_ball": 1.0},
    "unbalance": {"unbalance": 3.0},
    "misalignment": {"misalignment": 1.5},
    "looseness": {"looseness": 2.0},
    "chatter": {"chatter": 0.8, "cutting": 1.0},
    "worn": {"wear": 4.5e-4, "cutting": 1.0},
    "broken": {"broken": 0.9, "cutting": 1.0},
}
"""What each class is in the channels of a spindle's sensor."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Windows of one machine, one after the other, and what its node is told of each."""

    title: str
    rate: float
    range: float
    windows: tuple[tuple[Array, Told], ...]


def classes_of(card: Card) -> list[str]:
    """Faults to show a model: those it names, or all where it names none of them."""
    named = [word for word in card.classes if word in FAULTS]
    return named if len(named) > 1 else list(FAULTS)


def stretches(card: Card, size: int, count: int, length: int, seed: int) -> Iterator[Stretch]:
    """Yield ``count`` windows of ``size`` samples, ``length`` of each machine."""
    faults = classes_of(card)
    for index in range(-(-count // length)):
        rng = stream(seed, f"c_export.spindle.{index}")
        windows = min(length, count - index * length)
        fault = faults[index % len(faults)]
        yield _stretch(card, size, fault, windows, rng, exact=index % ROUND == 0)


def _stretch(
    card: Card, size: int, fault: str, count: int, rng: np.random.Generator, *, exact: bool
) -> Stretch:
    bearing = _rounded(list(CATALOGUE.values())[int(rng.integers(len(CATALOGUE)))])
    speed = float(np.exp(rng.uniform(*np.log(SPEEDS))))
    if exact:
        speed = 5.0 * round(speed / 5.0)
    teeth = int(rng.integers(2, 9))
    sensor = _sensor(card, size, bearing, rng)
    state = {
        "spindle_speed": speed,
        "teeth": float(teeth),
        "force": float(np.exp(rng.uniform(np.log(300.0), np.log(1500.0)))),
        "cutting": float(rng.random() < 0.5),
        "wear": 5e-5,
        **FAULTS[fault],
    }
    windows = []
    for _ in range(count):
        samples = sensor.block(state, 0.0, rng)[:size]
        error = 0.0 if exact else rng.uniform(-SPEED_ERROR, SPEED_ERROR)
        told = np.float32(speed * (1.0 + error))
        windows.append((np.asarray(samples, np.float32), Told(float(told), bearing, teeth)))
    title = f"{fault}, {60.0 * speed:.0f} rpm, {bearing.balls} balls, {teeth} teeth"
    return Stretch(title, sensor.rate, sensor.settings.measuring_range, tuple(windows))


def _rounded(bearing: Bearing) -> Bearing:
    """The geometry in single precision, as the C code is told it."""
    parts = (bearing.ball_diameter, bearing.pitch_diameter, bearing.contact_angle)
    return Bearing(bearing.balls, *(float(np.float32(part)) for part in parts))


def _sensor(
    card: Card, size: int, bearing: Bearing, rng: np.random.Generator
) -> acoustic.Sensor | vibration.Sensor:
    table: dict[str, Any] = {
        "on": "spindle",
        "sample_rate": card.front.rate / 1e3,
        "duration": (size + 0.5) / card.front.rate,
        "balls": bearing.balls,
        "ball_diameter": bearing.ball_diameter * 1e3,
        "pitch_diameter": bearing.pitch_diameter * 1e3,
        "contact_angle": float(np.degrees(bearing.contact_angle)),
        "impact": float(np.exp(rng.uniform(np.log(30.0), np.log(120.0)))),
        "damping": float(rng.uniform(1.5, 8.0)),
        "resonance_2": float(rng.uniform(1500.0, 4000.0)),
    }
    if card.sensor == "acoustic":
        return acoustic.Sensor("c", acoustic.Settings.read(table))
    return vibration.Sensor("c", vibration.Settings.read(table | {"measuring_range": 1000}))


def told_bytes(told: Told, rate: float, limit: float) -> bytes:
    """Return ``twin_spindle`` of ``spindle.h`` as it stands in memory."""
    own = told.bearing
    geometry = (own.ball_diameter, own.pitch_diameter, own.contact_angle)
    return struct.pack("<ffii4f", rate, told.speed, told.teeth, own.balls, *geometry, limit)


def cases(
    found: Iterator[Stretch], row: Callable[[], Callable[[Array, float, Told], Array]]
) -> list[Case]:
    """Cases of stretches; ``row()`` gives what makes the rows of one of them, in order."""
    made = []
    for stretch in found:
        of = row()
        for index, (samples, told) in enumerate(stretch.windows):
            text = told_bytes(told, stretch.rate, stretch.range)
            own = of(samples, stretch.rate, told)
            made.append(Case(samples, text, own, stretch.title, fresh=index == 0))
    return made
