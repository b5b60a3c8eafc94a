"""Training windows of machine states, made by the twin's own accelerometer.

As in :mod:`twin.training.windows`, all that a model must not rely on is drawn anew for every
window, and small doses of every fault are in every class. A fault is as large as stated here or
larger. Windows to test on have numbers of balls and speeds that training never has.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from twin.nodes.fronts import Told
from twin.physics.bearings import Bearing
from twin.signals import acoustic, vibration
from twin.signals._spindle import SpindleSensor
from twin.training.windows import (
    SPEED_ERROR,
    between,
    decades,
    draw_bearing,
    draw_mounting,
    sometimes,
)

NORMAL = "normal"
SPEEDS = (15.0, 220.0)  # trained on [rev/s], equally often on a logarithmic axis
STATED = (18.0, 200.0)  # tested on [rev/s]
FAULTS = (
    "inner",
    "outer",
    "ball",
    "unbalance",
    "misalignment",
    "looseness",
    "chatter",
    "worn",
    "broken",
)
SEVERITIES = {
    "inner": "impacts of 25 to 120 m/s² at 1800 rpm",
    "outer": "impacts of 25 to 120 m/s² at 1800 rpm",
    "ball": "impacts of 60 to 120 m/s² at 1800 rpm",
    "unbalance": "balance grade G63 to G250 of the rotor: 7 mm/s r.m.s. at the speed, or more",
    "misalignment": "8 to 30 mm/s at twice the speed",
    "looseness": "knocks of 30 to 120 m/s² at 1800 rpm, once a turn",
    "chatter": "amplitude of 20 to 100 m/s²",
    "worn": "flank wear of 0.3 to 0.6 mm; other classes have at most 0.1 mm",
    "broken": "70 to 100 % of one of 2 to 8 edges gone, in a cut of 300 N or more",
}
FORCES = (300.0, 1500.0)  # mean tangential force of an edge while the tool cuts [N]
SOFTEST = 25.0  # impact of a bearing fault that training has [m/s²]
STATED_SOFTEST = {"ball": 60.0}  # where the model is not good for so soft a one
VIBRATION, ACOUSTIC = "vibration", "acoustic"
CUTTING = ("chatter", "worn", "broken")  # heard only while the tool cuts
HELD_BALLS = (8, 11, 14)  # numbers of balls that are only tested on
HELD_SPEEDS = 2  # of every five equal parts of the logarithmic axis, the one only tested on


def _held_speed(speed: float) -> bool:
    low, high = np.log10(SPEEDS)
    return int((np.log10(speed) - low) / (high - low) * 25.0) % 5 == HELD_SPEEDS


def draw_told(rng: np.random.Generator, *, unseen: bool) -> tuple[Bearing, float]:
    """Draw a bearing and a speed that training sees, or such that it never sees."""
    while True:
        bearing, speed = draw_bearing(rng), decades(rng, *np.log10(SPEEDS))
        if unseen and not STATED[0] <= speed <= STATED[1]:
            continue
        if (bearing.balls in HELD_BALLS, _held_speed(speed)) == (unseen, unseen):
            return bearing, speed


def draw_settings(rng: np.random.Generator, bearing: Bearing, softest: float) -> dict[str, Any]:
    """Draw a sensor on a machine in the units of :class:`Settings`, impacts from ``softest`` on."""
    gear = rng.random() < 0.3
    return {
        **draw_mounting(rng, bearing),
        "slip": 100.0 * decades(rng, -3.5, -2.1),
        "jitter": 100.0 * decades(rng, -3.5, -2.1),
        "load_extent": between(rng, 0.3, 0.8),
        "load_exponent": between(rng, 0.5, 2.0),
        "load_floor": 50.0 * rng.random() ** 2,
        "impact": decades(rng, np.log10(softest), np.log10(120.0)),
        "impact_spread": between(rng, 0.0, 40.0),
        "unevenness": between(rng, 0.0, 40.0),
        "rotating_load": between(rng, 0.0, 50.0),
        "waviness": sometimes(rng, 0.3, between(rng, 0.0, 2.0)),
        "wander": between(rng, 0.0, 50.0),
        "balance_grade": decades(rng, 0.0, 0.8),
        "resonance_1": between(rng, 500.0, 1500.0),
        "resonance_2": between(rng, 1500.0, 4000.0),
        "resonance_3": between(rng, 2500.0, 5700.0),
        "gain_1": between(rng, 0.2, 1.0),
        "gain_2": between(rng, 0.2, 1.0),
        "gain_3": between(rng, 0.2, 1.0),
        "damping": between(rng, 1.5, 8.0),
        "background": decades(rng, -0.5, 0.2),
        "colour": between(rng, 0.0, 100.0),
        "pulsation": between(rng, 0.0, 40.0),
        "runout": between(rng, 0.0, 15.0),
        "wear_noise": between(rng, 2.5, 5.0),
        "lines": int(rng.integers(0, 6)),
        "line_level": decades(rng, -1.3, -0.1),
        "looseness": sometimes(rng, 0.25, decades(rng, -0.5, 0.5)),
        "rattle": sometimes(rng, 0.15, decades(rng, -0.5, 0.7)),
        "gear_teeth": int(rng.integers(17, 60)) if gear else 0,
        "mate_teeth": int(rng.integers(17, 90)),
        "gear_level": decades(rng, -1.0, 0.0),
        "chatter_ratio": between(rng, 0.95, 1.3),
    }


def draw_work(rng: np.random.Generator, kind: str) -> dict[str, float]:
    """Draw what the spindle is doing, with small doses of what may be wrong."""
    return {
        "cutting": 1.0 if kind in CUTTING else sometimes(rng, 0.75, 1.0),
        "teeth": float(rng.integers(2, 9)),
        "force": decades(rng, *np.log10(FORCES)),
        "wear": between(rng, 0.0, 1e-4),
        "unbalance": between(rng, 0.0, 0.05),
        "misalignment": between(rng, 0.0, 0.05),
    }


def draw_fault(rng: np.random.Generator, kind: str) -> dict[str, float]:
    """Draw the state of a fault, as :data:`SEVERITIES` says; channels of the accelerometer."""
    if kind in {"inner", "outer", "ball"}:
        return {f"bearing_{kind}": 1.0}
    ranges = {
        "unbalance": ("unbalance", 63.0 / 40.0, 250.0 / 40.0),
        "misalignment": ("misalignment", 8.0 / 12.0, 30.0 / 12.0),
        "looseness": ("looseness", 1.0, 4.0),
        "chatter": ("chatter", 20.0 / 60.0, 100.0 / 60.0),
        "worn": ("wear", 3e-4, 6e-4),
        "broken": ("broken", 0.7, 1.0),
    }
    if kind not in ranges:
        return {}
    channel, low, high = ranges[kind]
    return {channel: low * (high / low) ** rng.random()}


def draw_microphone(rng: np.random.Generator) -> dict[str, Any]:
    """Draw where a microphone stands, and how loud the room around it is."""
    return {
        "distance": between(rng, 0.4, 0.6),
        "surface": between(rng, 0.2, 0.3),
        "room": decades(rng, -2.3, -1.3),
        "noise": decades(rng, -0.5, 0.3),
    }


def made(table: dict[str, Any], hears: str, rng: np.random.Generator) -> SpindleSensor:
    """Return the sensor of a drawn machine: an accelerometer, or a microphone before it."""
    if hears == VIBRATION:
        return vibration.Sensor("training", vibration.Settings.read(table))
    del table["bandwidth"]  # of the accelerometer
    return acoustic.Sensor("training", acoustic.Settings.read(table | draw_microphone(rng)))


def draw_window(
    rng: np.random.Generator, kind: str, duration: float, *, unseen: bool, hears: str = VIBRATION
) -> tuple[npt.NDArray[np.float32], float, Told]:
    """Draw a window of a machine in a state: samples, rate [Hz], what its node is told."""
    bearing, speed = draw_told(rng, unseen=unseen)
    work = draw_work(rng, kind)
    softest = STATED_SOFTEST.get(kind, SOFTEST) if unseen else SOFTEST
    table = draw_settings(rng, bearing, softest) | {"duration": duration}
    sensor = made(table, hears, rng)
    state = {"spindle_speed": speed, **work, **draw_fault(rng, kind)}
    samples = sensor.block(state, 0.0, rng)
    told = speed * (1.0 + rng.uniform(-SPEED_ERROR, SPEED_ERROR))
    return samples, sensor.rate, Told(told, bearing, round(work["teeth"]))
