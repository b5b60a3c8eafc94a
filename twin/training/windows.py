"""Training windows for bearing faults, made by the twin's own accelerometer.

Everything that a model must not rely on is drawn anew for each window (domain randomisation):
speed, geometry, resonances, noise, tones, looseness and knocks in every class, and the errors of
the tachometer and of the catalogue's geometry. The ranges start from those that transferred to
real recordings in an earlier study; see ``docs/nodes.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.nodes.features import look, together
from twin.nodes.ring_features import row
from twin.physics.bearings import CATALOGUE, Bearing
from twin.rng import stream
from twin.signals.vibration import Sensor, Settings

DURATION = 1.28  # of a window [s]
ALONE = 0.3  # share of stretches of one window, where others are longer
CLASSES = ("normal", "inner", "outer", "ball")
SPEEDS = (15.0, 250.0)  # [rev/s], equally often on a logarithmic axis
SPEED_ERROR = 0.002  # of the tachometer
GEOMETRY_ERROR = 0.008  # of the ball circle; moves the orders by about as much
LOUDNESS = (-0.3, 1.3)  # decades of the impact's peak over the background's r.m.s.
DENTED = 0.5  # share of damaged balls whose debris dented the rings
DENTS = (-1.2, -0.3)  # decades of those dents over a damage of the ring itself
SKIDDING, SKID = 0.5, 60.0  # share of balls that lose their phase; spread [% of an impact]
SPOTS = 0.2  # share of damaged rings with a second or third spot
DENTS_ROUND = (0.4, 1.75)  # decades of the number of dents that debris leaves on a ring
# A thrust load raises the contact angle above the catalogue's, which moves the orders of a 6205 by
# up to 2 %: the outer ring's up, the inner ring's down.
THRUST, THRUST_ANGLE = 0.5, 22.0  # share of bearings; angle under load, at most [deg]
MOST_HUMS, HUMMING = 2, (-1.5, 0.3)  # tones that swell; decades of their level [m/s²]
SHARES = (0.25, 0.25, 0.25, 0.25)  # of the classes


@dataclass(frozen=True, slots=True)
class Window:
    """One labelled stretch of one window or several, and what the node would know about it."""

    samples: npt.NDArray[np.float32]
    rate: float
    speed: float
    bearing: Bearing
    label: int

    def rows(self) -> list[npt.NDArray[np.float32]]:
        """Features of the first window, and of all that overlap by half, looked at together."""
        size, told = round(DURATION * self.rate), (self.rate, self.speed, self.bearing)
        starts = range(0, len(self.samples) - size + 1, size // 2)
        looks = [look(self.samples[start : start + size], *told) for start in starts]
        shown = [looks[:1], looks] if len(looks) > 1 else [looks]
        return [row(together(some), self.bearing) for some in shown]


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw evenly from ``low`` to ``high``."""
    return float(rng.uniform(low, high))


def decades(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw evenly by the logarithm, from 10 to the power of ``low`` to that of ``high``."""
    return float(10.0 ** rng.uniform(low, high))


def sometimes(rng: np.random.Generator, share: float, value: float) -> float:
    """Return ``value`` in a ``share`` of all draws, else 0."""
    return value if rng.random() < share else 0.0


def draw_mounting(rng: np.random.Generator, bearing: Bearing) -> dict[str, Any]:
    """Draw how a sensor sits on a spindle, and what its data sheet says of the bearing."""
    return {
        "on": "spindle",
        "sample_rate": float(rng.choice([12.0, 12.8])),
        "bandwidth": between(rng, 4.0, 20.0),
        "balls": bearing.balls,
        "ball_diameter": bearing.ball_diameter * 1e3,
        "pitch_diameter": bearing.pitch_diameter * 1e3 * (1 + rng.normal(0.0, GEOMETRY_ERROR)),
        "contact_angle": float(np.degrees(bearing.contact_angle)),
    }


def draw_contact(rng: np.random.Generator, bearing: Bearing) -> float:
    """Draw the contact angle under load [deg], at least that of the catalogue."""
    loaded = sometimes(rng, THRUST, between(rng, 0.0, THRUST_ANGLE))
    return max(loaded, float(np.degrees(bearing.contact_angle)))


def draw_settings(rng: np.random.Generator, bearing: Bearing) -> dict[str, Any]:
    """Draw a sensor on a machine, in the units of :class:`Settings`."""
    return {
        **draw_mounting(rng, bearing),
        "contact_angle": draw_contact(rng, bearing),
        "slip": 100.0 * decades(rng, -3.5, -1.9),
        "jitter": 100.0 * decades(rng, -3.5, -1.9),
        "load_extent": between(rng, 0.3, 0.8),
        "load_exponent": between(rng, 0.5, 3.0),
        "load_floor": 50.0 * rng.random() ** 2,
        "impact_spread": between(rng, 0.0, 60.0),
        "unevenness": between(rng, 0.0, 60.0),
        "rotating_load": between(rng, 0.0, 100.0),
        "waviness": sometimes(rng, 0.3, between(rng, 0.0, 3.0)),
        "wander": between(rng, 0.0, 80.0),
        "spall": sometimes(rng, 0.4, between(rng, 0.2, 1.0)),
        "resonance_1": between(rng, 500.0, 1800.0),
        "resonance_2": between(rng, 1500.0, 4000.0),
        "resonance_3": between(rng, 2500.0, 5700.0),
        "gain_1": between(rng, 0.0, 1.0),
        "gain_2": between(rng, 0.0, 1.0),
        "gain_3": between(rng, 0.0, 1.0),
        "damping": between(rng, 0.6, 12.0),
        "colour": between(rng, 0.0, 100.0),
        "pulsation": between(rng, 0.0, 70.0),
        "wear_noise": decades(rng, -0.5, 1.0),
        "lines": int(rng.integers(0, 7)),
        "line_level": decades(rng, -1.3, 0.3),
        "hums": int(rng.integers(0, MOST_HUMS + 1)),
        "hum_level": decades(rng, *HUMMING),
        "looseness": sometimes(rng, 0.25, decades(rng, -0.3, 1.0)),
        "rattle": sometimes(rng, 0.15, decades(rng, -0.3, 1.0)),
    }


def draw_bearing(rng: np.random.Generator) -> Bearing:
    """Draw a catalogue bearing or an invented one of like proportions."""
    if rng.random() < 0.5:
        return list(CATALOGUE.values())[int(rng.integers(len(CATALOGUE)))]
    pitch = between(rng, 30e-3, 90e-3)
    ratio = between(rng, 0.12, 0.26)
    most = int(np.pi / ratio * 0.9)
    return Bearing(int(rng.integers(max(most - 4, 5), most + 1)), ratio * pitch, pitch)


def draw_work(rng: np.random.Generator) -> dict[str, float]:
    """Draw what the spindle is doing, whatever its bearing is like."""
    return {
        "cutting": sometimes(rng, 0.5, 1.0),
        "teeth": float(rng.integers(1, 9)),
        "force": decades(rng, 0.5, 3.2),
        "wear": sometimes(rng, 0.5, between(rng, 0.0, 4e-4)),
        "broken": sometimes(rng, 0.1, 1.0),
        "unbalance": sometimes(rng, 0.15, rng.random()),
    }


def draw_damage(rng: np.random.Generator, kind: str) -> dict[str, float]:
    """Draw a damage; the debris of a damaged ball often dents both rings as well."""
    damage = {f"bearing_{kind}": 1.0}
    if kind == "ball" and rng.random() < DENTED:
        depth = decades(rng, *DENTS)
        damage["bearing_inner"] = depth * decades(rng, -0.2, 0.2)
        damage["bearing_outer"] = depth * decades(rng, -0.2, 0.2)
        # The ball's axis is steady for long; the spot itself may not meet a ring at all.
        damage["bearing_ball"] = sometimes(rng, 0.5, 1.0)
    return damage


def draw_shape(rng: np.random.Generator, dented: bool) -> dict[str, float]:
    """Draw how a damage meets its mates: how a ball skids, how many spots or dents a ring has."""
    skid = sometimes(rng, SKIDDING, between(rng, 0.0, SKID))
    spots = int(rng.integers(2, 4)) if rng.random() < SPOTS else 1
    return {"skid": skid, "spots": round(decades(rng, *DENTS_ROUND)) if dented else spots}


def draw_window(rng: np.random.Generator, longest: int = 1) -> Window:
    """Draw one labelled window, or a stretch of up to ``longest``."""
    label = int(rng.choice(len(CLASSES), p=SHARES))
    bearing = draw_bearing(rng)
    table = draw_settings(rng, bearing)
    speed = decades(rng, *np.log10(SPEEDS))
    state = {"spindle_speed": speed, **draw_work(rng)}
    if label:
        table["impact"] = 4.0 * decades(rng, *LOUDNESS)
        state |= draw_damage(rng, CLASSES[label])
        table |= draw_shape(rng, "bearing_inner" in state and "bearing_outer" in state)
    if longest > 1 and rng.random() >= ALONE:
        table["duration"] = DURATION * float(rng.integers(2, longest + 1))
    sensor = Sensor("training", Settings.read(table))
    samples = sensor.block(state, 0.0, rng)
    told = speed * (1.0 + rng.uniform(-SPEED_ERROR, SPEED_ERROR))
    return Window(samples, sensor.rate, told, bearing, label)


def make(
    count: int, seed: int, name: str, longest: int = 1
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.intp]]:
    """Make ``count`` windows; return their features ``(rows, features)`` and labels.

    With ``longest`` above 1 they are stretches of up to so many windows. One of several windows
    gives two rows: its first window alone, and all together.
    """
    table: list[npt.NDArray[np.float32]] = []
    labels: list[int] = []
    for index in range(count):
        window = draw_window(stream(seed, f"training.{name}.{index}"), longest)
        found = window.rows()
        table += found
        labels += [window.label] * len(found)
    return np.array(table, np.float32), np.array(labels, np.intp)
