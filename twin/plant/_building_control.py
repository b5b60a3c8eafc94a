"""What sets a building's zones: the clock, a start as late as will do; plans are beside this."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from twin.physics import face_tables, quick_tables, regulators, zone_tables
from twin.physics.assembled import Assembled
from twin.physics.network import Array
from twin.physics.zone_tables import Block, Trace
from twin.plant import _building_settings as given
from twin.plant._building_inputs import Inputs

KINDS = {"ideal": regulators.IDEAL, "thermostat": regulators.THERMOSTAT, "pi": regulators.PI}


@dataclass(slots=True)
class House:
    """A building that can be carried on: its network, where it stands, its plant's limits."""

    made: Assembled
    tables: zone_tables.Tables | face_tables.Tables | quick_tables.QuickTables
    state: zone_tables.State | face_tables.State | quick_tables.QuickState
    most: Array
    regulators: Array

    def run(self, block: Block) -> Trace:
        """March through a block."""
        if isinstance(self.tables, quick_tables.QuickTables):
            assert isinstance(self.state, quick_tables.QuickState)
            return quick_tables.run(self.tables, self.state, block, self.most, self.regulators)
        if isinstance(self.tables, face_tables.Tables):
            assert isinstance(self.state, face_tables.State)
            return face_tables.run(self.tables, self.state, block, self.most, self.regulators)
        assert isinstance(self.state, zone_tables.State)
        return zone_tables.run(
            self.made, self.tables, self.state, block, self.most, self.regulators
        )

    def temperatures(self, known: Array) -> Array:
        """What a trace has seen, now [K], at known inputs."""
        if isinstance(self.tables, quick_tables.QuickTables):
            assert isinstance(self.state, quick_tables.QuickState)
            return quick_tables.seen(self.tables, self.state)
        if isinstance(self.tables, face_tables.Tables):
            assert isinstance(self.state, face_tables.State)
            return face_tables.seen(self.tables, self.state)
        assert isinstance(self.state, zone_tables.State)
        return zone_tables.seen(self.made, self.state, known)

    def inner(self) -> list[int | None]:
        """Where a trace has the inside of each wall, then of each window; None if it has not."""
        if not isinstance(self.tables, zone_tables.Tables):
            return [self.made.rooms + e for e in range(len(self.made.inner))]
        place = {node: index for index, node in enumerate(self.made.seen.tolist())}
        return [place.get(node) for node in self.made.inner.tolist()]


def standing(
    made: Assembled, temperature: float, most: Array, regulating: Array, *, whole: bool
) -> House:
    """A building at one temperature [K]; ``whole`` steps its network as one, not wall by wall."""
    if whole or not face_tables.fits(made.house):
        tables = zone_tables.tables(made)
        return House(made, tables, zone_tables.at_rest(made, temperature), most, regulating)
    if len(made.inner) > face_tables.FEW:
        quick = quick_tables.tables(made)
        rest = quick_tables.at_rest(quick, temperature)
        return House(made, quick, rest, most, regulating)
    faces = face_tables.tables(made)
    return House(made, faces, face_tables.at_rest(faces, temperature), most, regulating)


def regulators_of(settings: given.Settings) -> Array:
    """Columns of :mod:`twin.physics.regulators` for each zone."""
    return np.array(
        [
            [KINDS[z.regulator], z.hysteresis, z.shortest_run, z.gain, z.integral_time]
            for z in settings.zones.values()
        ],
        dtype=np.float64,
    )


class Control(Protocol):
    """Carries a building through blocks of steps, in its own way."""

    def run(self, first: int, block: Block) -> Trace:
        """March through a block that starts at step number ``first`` of the run."""


class Schedule:
    """Set-points by the clock, as the block has them."""

    def __init__(self, house: House) -> None:
        self.house = house

    def run(self, first: int, block: Block) -> Trace:
        """March through a block."""
        return self.house.run(block)


def chunks(first: int, steps: int, period: int) -> Iterator[tuple[int, int]]:
    """Cut the steps of a block where a decision is due: start and end of each piece in the block.

    >>> list(chunks(4, 6, 3))
    [(0, 2), (2, 5), (5, 6)]
    """
    start = 0
    while start < steps:
        end = min(start + period - (first + start) % period, steps)
        yield start, end
        start = end


def joined(traces: list[Trace]) -> Trace:
    """One trace of pieces that follow each other."""
    if len(traces) == 1:
        return traces[0]
    return Trace(
        np.concatenate([t.seen for t in traces]),
        np.concatenate([t.heat for t in traces]),
        np.concatenate([t.link for t in traces]),
        np.concatenate([t.fresh for t in traces]),
    )


FIRST_RATE = 1.0 / 3600.0
"""How fast a zone is thought to warm or cool before it has been seen to [K/s]."""
FORGETS = 0.95
"""How much of what was seen counts another time."""
SLOWEST = 0.02 / 3600.0
"""No zone is thought slower than this [K/s]."""
EARLY = 900.0
"""It starts so much before its time would be [s]: a zone slows down as it comes near."""


@dataclass(slots=True)
class Pace:
    """How fast a zone comes to its set-point, learned from each start by recursive least squares.

    Rate = constant + slope · (outdoors less set-point), with forgetting (Ljung 1999, section 11.2).
    """

    weights: Array
    spread: Array

    def rate(self, outdoors: float) -> float:
        """Expected rate [K/s] at a temperature outdoors less the set-point [K]."""
        return max(float(self.weights @ [1.0, outdoors]), SLOWEST)

    def learn(self, outdoors: float, rate: float) -> None:
        """Take what a start has shown."""
        x = np.array([1.0, outdoors])
        gain = self.spread @ x / (FORGETS + x @ self.spread @ x)
        self.weights = self.weights + gain * (rate - self.weights @ x)
        self.spread = (self.spread - np.outer(gain, x @ self.spread)) / FORGETS


@dataclass(slots=True)
class Start:
    """A start that is under way: when, from what air, with what outdoors, and the set-point."""

    at: float
    air: float
    outdoors: float
    wanted: float


class OptimalStart:
    """Each zone starts towards its next set-points as late as it has learned to be soon enough."""

    def __init__(self, house: House, inputs: Inputs) -> None:
        self.house, self.inputs = house, inputs
        settings = inputs.settings
        self.step = settings.step
        self.period = max(1, round(settings.plan_step / self.step))
        self.reach = max(1, round(settings.pre_start / self.step))
        rooms = house.made.rooms
        blank = np.array([FIRST_RATE, 0.0]), np.diag([10.0, 0.01])
        self.paces = [[Pace(*blank), Pace(*blank)] for _ in range(rooms)]
        self.starts: list[Start | None] = [None] * rooms
        self.until = np.zeros((rooms, 2), dtype=np.int64)

    def run(self, first: int, block: Block) -> Trace:
        """March through a block, deciding every ``plan_step``."""
        traces = []
        for start, end in chunks(first, len(block.known), self.period):
            part = block.part(start, end)
            traces.append(self._piece(first + start, part))
        return joined(traces)

    def _piece(self, first: int, part: Block) -> Trace:
        ahead = self.inputs.band(first, len(part.known) + self.reach)
        low, high = part.low.copy(), part.high.copy()
        outdoors = float(part.weather[0, 0])
        for room in range(self.house.made.rooms):
            for way, (row, wanted) in enumerate(zip((low, high), ahead, strict=True)):
                sign = 1.0 if way == 0 else -1.0
                target, lead = _next(sign * wanted[:, room], len(part.known))
                if target is None:
                    continue
                if first >= self.until[room, way]:
                    self._begin(first, room, way, sign * target, lead, outdoors)
                if first < self.until[room, way]:
                    row[:, room] = sign * np.maximum(sign * row[:, room], target)
        trace = self.house.run(replace(part, low=low, high=high))
        self._watch(first, trace)
        return trace

    def _begin(
        self, first: int, room: int, way: int, target: float, lead: int, outdoors: float
    ) -> None:
        """Start a zone towards its next set-point, if it is time."""
        air = float(self.house.state.air[room])
        missing = (target - air) * (1.0 if way == 0 else -1.0)
        pace = self.paces[room][way].rate(outdoors - target)
        if missing > 0 and lead * self.step <= missing / pace + EARLY:
            self.until[room, way] = first + lead
            self.starts[room] = Start(first * self.step, air, outdoors, target)

    def _watch(self, first: int, trace: Trace) -> None:
        """Learn from a start once its zone is where it was to be."""
        for room, start in enumerate(self.starts):
            if start is None:
                continue
            sign = 1.0 if start.wanted > start.air else -1.0
            there = np.flatnonzero(sign * (trace.seen[:, room] - start.wanted) > -0.05)
            if there.size:
                took = (first + int(there[0]) + 1) * self.step - start.at
                rate = sign * (start.wanted - start.air) / took
                pace = self.paces[room][0 if sign > 0 else 1]
                pace.learn(start.outdoors - start.wanted, rate)
                self.starts[room] = None


def _next(wanted: Array, steps: int) -> tuple[float | None, int]:
    """The next higher set-point that comes, and in how many steps; of a course from now on."""
    now = wanted[:steps].max()
    higher = np.flatnonzero(wanted > now + 1e-9)
    if not higher.size:
        return None, 0
    return float(wanted[higher[0]]), int(higher[0])
