"""A house of walls, cut into the tables that :mod:`twin.physics.face_march` reads. All SI.

An *element* is a wall or a window: two faces, the inner one in the zone that it belongs to. Windows
come after walls. Elements are padded to sixteens, faces of a zone to eights, with zeros.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from twin.physics.assembled import Assembled
from twin.physics.face_films import (
    ACROSS,
    AIR_THEN,
    ALONE,
    BY_AIR,
    FIRST_PANE,
    INNER,
    LANES,
    LINK,
    MEAN,
    OUTER,
    PASSES,
    SHARES,
    SPAN,
    YIELDS,
)
from twin.physics.face_march import ROUNDS, Places, Whole, march
from twin.physics.house import House, Wall, Window
from twin.physics.links import AREA, DOOR, GAP, HERE, KIND, RADIANT, THERE
from twin.physics.network import Array, Circuit
from twin.physics.regulators import HELD
from twin.physics.wall_modes import WallModes, wall_modes
from twin.physics.zone_tables import Block, Trace, through

ERROR = 3e-4
"""The most that leaving out a wall's modes may change its faces by, for each W/m² [m² K/W]."""
REFRESH = 1800.0
"""Films of many faces are renewed so often, or when the air has moved [s]."""
FEW = 30
"""Up to so many walls and windows, films are renewed at every step."""
WEAK = 0.1
"""Walls between zones that pass on less within a step need no second round [W/(m² K)]."""


@dataclass(slots=True)
class State:
    """Where a house stands: all that changes, in the order of the march."""

    modes: Array
    air: Array
    zones: Array
    face: Array
    ends: Array
    then: Array
    ends_then: Array
    film: Array
    el: Array
    chain: Array
    shares: Array
    inverse: Array
    rise: Array
    heat: Array
    regulators: Array

    def copy(self) -> State:
        """Return a house that stands there too."""
        return type(self)(*(getattr(self, f.name).copy() for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Fixed:
    """What does not change: in the order of the march, after the state."""

    decay: Array
    reach: Array
    inner: Places
    outer: Places
    between: Whole
    element: Whole
    gaps: Whole
    counts: Whole
    of: Whole
    side: Whole
    rows: Whole
    absorbed: Array
    to_air: Array
    pairs: Whole
    exchange: Array
    spans: Whole
    whole: Whole
    numbers: Array
    capacity: Array
    doors: Whole
    size: Array
    steady: Array
    first: Whole
    step: float
    refresh: float
    rounds: int


@dataclass(frozen=True, slots=True)
class Tables:
    """A house ready to march: what is fixed, how it begins, and the mean of each zone's fabric.

    ``fabric`` [1] and ``owner`` say which share an element has in the fabric of which zone;
    ``enter`` are the matrices from the temperatures of a wall's nodes to its modes.
    """

    fixed: Fixed
    begin: State
    fabric: Array
    owner: Whole
    walls: tuple[WallModes | None, ...]


def fits(house: House) -> bool:
    """Whether a house is all walls: every zone has faces, none is lumped."""
    rooms = {wall.room for wall in house.walls} | {wall.behind for wall in house.walls}
    lumped = any(room.fabric_capacity > 0 or room.adjacent > 0 for room in house.rooms)
    return not lumped and rooms >= set(range(len(house.rooms)))


def tables(made: Assembled, refresh: float = 0.0) -> Tables:
    """Return the tables of an assembled house.

    Films are renewed every ``refresh`` [s] at least; with 0 at every step where faces are few.
    """
    few = len(made.inner) <= FEW
    return _Making(made, refresh or (made.step if few else REFRESH)).tables()


def at_rest(tab: Tables, temperature: float) -> State:
    """Everything at one temperature [K], nothing flows."""
    state = tab.begin.copy()
    for number, wall in enumerate(tab.walls):
        if wall is not None:
            state.modes[: len(wall.decay), number] = wall.enter.sum(axis=1) * temperature
    for part in (state.air, state.face, state.ends, state.then, state.ends_then):
        part[:] = temperature
    state.zones[:, [AIR_THEN, MEAN]], state.zones[:, SPAN] = temperature, 1.0
    return state


def run(tab: Tables, state: State, block: Block, most: Array, regulators: Array | None) -> Trace:
    """March through a block; ``state`` is carried on in place.

    The trace has no links; its faces are the insides of walls, then windows: means of the steps.
    """
    parts = (state, tab.fixed)
    return through(march, parts, tab.fabric, tab.owner, block, most, regulators)


@dataclass(frozen=True, slots=True)
class Elements:
    """Walls, then windows: modes (m, n), rows of elements (9, n), inner and outer faces [K]."""

    modes: Array
    el: Array
    inner: Array
    ends: Array


def elements(tab: Tables, state: State) -> Elements:
    """Walls and windows as they are now."""
    n = len(tab.owner)
    inner = state.face.reshape(-1)[tab.fixed.inner]
    return Elements(state.modes[:, :n], state.el[:, :n], inner, state.ends[:n])


def now_seen(fabric: Array, owner: Whole, air: Array, walls: Elements) -> Array:
    """What a trace sees of walls that are so [K]."""
    means = np.bincount(owner, fabric * walls.modes[0], len(air))
    return np.concatenate([air, walls.inner, means])


def seen(tab: Tables, state: State) -> Array:
    """What a trace has seen, now [K]."""
    return now_seen(tab.fabric, tab.owner, state.air, elements(tab, state))


def _up(count: int, by: int) -> int:
    return -(-count // by) * by


class _Making:
    """Takes a network apart into walls, windows, faces and air."""

    def __init__(self, made: Assembled, refresh: float) -> None:
        house = made.house
        self.house, self.made, self.refresh = house, made, refresh
        self.joints: dict[tuple[int, int], float] = {}
        for one, other, g in made.circuit.joints:
            key = min(one, other), max(one, other)
            self.joints[key] = self.joints.get(key, 0.0) + g
        self.parts: tuple[Wall | Window, ...] = (*house.walls, *house.windows)
        self.windows, self.count = len(house.walls), len(self.parts)
        self.padded = _up(self.count, 2 * LANES)
        self.behind = [w.behind for w in house.walls] + [-1] * len(house.windows)
        self.airs = [int(node) for node in made.seen[: made.rooms]]
        self.links = self._links()
        self.faces = self._faces()
        self.eights = _up(max(len(faces) for faces in self.faces), LANES) // LANES
        self.place = {
            node: room * self.eights * LANES + i
            for room, faces in enumerate(self.faces)
            for i, (_e, _side, node) in enumerate(faces)
        }

    def joint(self, one: int, other: int) -> float:
        """Conductance between two nodes [W/K]."""
        return self.joints[min(one, other), max(one, other)]

    def _links(self) -> dict[int, int]:
        """Films that are computed, and faces outdoors, by their node."""
        made = self.made
        other = {RADIANT, GAP, DOOR}
        return {
            int(made.seen[row[HERE]]): number
            for number, row in enumerate(made.whole)
            if row[KIND] not in other and int(made.seen[row[HERE]]) not in self.airs
        }

    def _faces(self) -> list[list[tuple[int, int, int]]]:
        """Faces of each room: element, side, node."""
        faces: list[list[tuple[int, int, int]]] = [[] for _ in self.house.rooms]
        for e, (part, chain) in enumerate(zip(self.parts, self.made.chains, strict=True)):
            faces[part.room].append((e, 0, chain[0]))
            if self.behind[e] >= 0:
                faces[self.behind[e]].append((e, 1, chain[-1]))
        return faces

    def tables(self) -> Tables:
        """Put everything together."""
        walls = tuple(self._wall(e) for e in range(self.count))
        el, weak = self._elements(walls)
        element, gaps, chain, shares = self._windows()
        between = np.flatnonzero(np.array(self.behind) >= 0)
        doors, size, steady = self._doors()
        shape = len(self.house.rooms), self.eights, LANES
        film, of, side, rows, absorbed = self._of_faces(shape)
        pairs, exchange, spans = self._pairs()
        decay, reach = self._modes(walls)
        made, rooms = self.made, len(self.house.rooms)
        inner = np.array([self.place[c[0]] for c in made.chains], dtype=np.uint64)
        outer = np.array([self.place[made.chains[e][-1]] for e in between], dtype=np.uint64)
        shares_to_air = np.array([made.flows[self.airs, (1 + j) * rooms + np.arange(rooms)]
                                  for j in range(3)])  # fmt: skip
        first = np.array(
            [made.known + j * rooms for j in range(5)] + [self.windows], dtype=np.int64
        )
        fixed = Fixed(
            decay, reach, inner, outer, between, element, gaps,
            np.array([len(f) for f in self.faces]), of, side, rows, absorbed, shares_to_air, pairs,
            exchange, spans, made.whole, made.numbers,
            np.array(made.circuit.capacities)[self.airs], doors, size, steady, first, made.step,
            max(1.0, round(self.refresh / made.step)), ROUNDS if len(doors) or not weak else 1,
        )  # fmt: skip
        begin = State(
            np.zeros(decay.shape), np.zeros(rooms), np.zeros((rooms, MEAN + 1)), np.zeros(shape),
            np.zeros(self.padded), np.zeros(shape), np.zeros(self.padded), film, el, chain, shares,
            np.zeros((rooms, self.eights * LANES, self.eights, LANES)), np.zeros(shape),
            np.zeros(rooms), np.zeros((rooms, 4)),
        )  # fmt: skip
        begin.regulators[:, HELD] = np.inf
        return Tables(fixed, begin, *self._fabric(walls), walls)

    def _chain(self, e: int) -> tuple[list[float], list[float]]:
        """Capacities and conductances of an element from inside to outside."""
        chain, capacities = self.made.chains[e], self.made.circuit.capacities
        between = [self.joint(*pair) for pair in itertools.pairwise(chain)]
        return [capacities[node] for node in chain], between

    def _wall(self, e: int) -> WallModes | None:
        capacities, between = self._chain(e)
        if not any(capacities):
            return None
        circuit = Circuit(capacities, [(i, i + 1, g) for i, g in enumerate(between)])
        ends = 0, len(capacities) - 1
        return wall_modes(circuit, ends, self.made.step, ERROR / self.parts[e].area)

    def _elements(self, walls: tuple[WallModes | None, ...]) -> tuple[Array, bool]:
        """Rows of the elements, and whether walls between zones are all weak."""
        el, weak = np.zeros((ALONE + 1, self.padded)), True
        for e, wall in enumerate(walls):
            if wall is not None:
                y = np.linalg.inv(wall.faces)
            else:
                g = 1.0 / sum(1.0 / part for part in self._chain(e)[1])
                y = np.array([[g, -g], [-g, g]])
            el[[INNER, ACROSS, OUTER], e] = y[0, 0], y[0, 1], y[1, 1]
            if self.behind[e] >= 0:
                weak &= bool(abs(y[0, 1]) < WEAK * self.parts[e].area)
            elif self.made.chains[e][-1] not in self.links:
                self._grounded(el, e)
        return el, weak

    def _grounded(self, el: Array, e: int) -> None:
        """The outer face of a wall towards the ground, or towards nothing."""
        node, held = self.made.chains[e][-1], 0.0
        for one, number, g in self.made.circuit.grounds:
            if one != node:
                continue
            held += g
            if number == 0:
                el[BY_AIR, e] += g
            else:
                el[ALONE, e] += g * self.made.ground[number - 1]
        el[YIELDS, e] = 1.0 / (el[OUTER, e] + held)
        el[PASSES, e] = el[ACROSS, e] * el[YIELDS, e]

    def _windows(self) -> tuple[Whole, Whole, Array, Array]:
        """Columns of the elements; gaps, conductances and inward shares of the windows."""
        made, house = self.made, self.house
        element = np.full((self.count, SHARES + 1), -1, dtype=np.int64)
        for e, chain in enumerate(made.chains):
            element[e, LINK] = self.links.get(chain[-1], -1) if self.behind[e] < 0 else -1
        longest = max((2 * w.glazing.panes - 1 for w in house.windows), default=1)
        shape = max(1, len(house.windows)), longest
        conducts, gaps = np.ones(shape), np.full(shape, -1, dtype=np.int64)
        links = {tuple(sorted(made.seen[row[[HERE, THERE]]].tolist())): number
                 for number, row in enumerate(made.whole) if row[KIND] == GAP}  # fmt: skip
        shares = np.zeros(max(1, made.panes))
        column = made.known + 4 * made.rooms + self.windows
        at = 0
        for number, window in enumerate(house.windows):
            e, panes = self.windows + number, window.glazing.panes
            chain, between = made.chains[e], self._chain(e)[1]
            element[e, FIRST_PANE:] = column + at, panes, at
            conducts[number, : len(between)] = between
            for j, pair in enumerate(itertools.pairwise(chain)):
                gaps[number, j] = links.get(tuple(sorted(pair)), -1)
            past = np.cumsum([0.0, *(1.0 / g for g in between)])
            middles = 0.5 * (past[0::2] + past[1::2])
            shares[at : at + panes] = 1.0 - middles[::-1] / past[-1]
            at += panes
        return element, gaps, conducts, shares

    def _doors(self) -> tuple[Whole, Array, Array]:
        """Zones of each opening, the size of its door, its steady exchange [W/K]."""
        made = self.made
        place = {node: room for room, node in enumerate(self.airs)}
        found = [
            (place[one], place[other], 0.0, g)
            for (one, other), g in self.joints.items()
            if one in place and other in place
        ]
        found += [
            (int(row[HERE]), int(row[THERE]), float(numbers[AREA]), 0.0)
            for row, numbers in zip(made.whole, made.numbers, strict=True)
            if row[KIND] == DOOR
        ]
        table = np.array(found, dtype=np.float64).reshape(-1, 4)
        columns = np.ascontiguousarray(table.T)
        return np.ascontiguousarray(table[:, :2]).astype(np.int64), columns[2], columns[3]

    def _of_faces(self, shape: tuple[int, int, int]) -> tuple[Array, Whole, Whole, Whole, Array]:
        """First films, elements, sides and links of the faces, and what they absorb."""
        rooms, wide = shape[0], shape[1] * shape[2]
        film, absorbed = np.zeros((rooms, wide)), np.zeros((3, rooms, wide))
        of, side = np.zeros((rooms, wide), np.int64), np.zeros((rooms, wide), np.int64)
        rows = np.full((rooms, wide), -1, np.int64)
        for r, i, (e, which, node) in self._every_face():
            of[r, i], side[r, i] = e, which
            film[r, i] = self.joint(node, self.airs[r])
            rows[r, i] = self.links.get(node, -1)
            for j in range(3):
                absorbed[j, r, i] = self.made.flows[node, (1 + j) * rooms + r]
        return film.reshape(shape), of, side, rows, absorbed.reshape(3, *shape)

    def _every_face(self) -> Iterator[tuple[int, int, tuple[int, int, int]]]:
        for r, faces in enumerate(self.faces):
            for i, face in enumerate(faces):
                yield r, i, face

    def _pairs(self) -> tuple[Whole, Array, Whole]:
        """Faces that see each other by their places in their zone, by zones."""
        made, wide = self.made, self.eights * LANES
        rows: list[list[tuple[int, int, float]]] = [[] for _ in self.faces]
        for (one, other, *_links), area in zip(made.pairs, made.exchange, strict=True):
            i, j = (self.place[int(made.seen[node])] for node in (one, other))
            rows[i // wide].append((i % wide, j % wide, float(area)))
        ends = np.cumsum([len(row) for row in rows])
        flat = np.array([pair for row in rows for pair in row], dtype=np.float64).reshape(-1, 3)
        spans = np.column_stack([ends - [len(row) for row in rows], ends]).astype(np.int64)
        return np.ascontiguousarray(flat[:, :2]).astype(np.int64), flat[:, 2].copy(), spans

    def _modes(self, walls: tuple[WallModes | None, ...]) -> tuple[Array, Array]:
        most = max((len(wall.decay) for wall in walls if wall is not None), default=1)
        decay, reach = np.zeros((most, self.padded)), np.zeros((2, most, self.padded))
        for e, wall in enumerate(walls):
            if wall is not None:
                decay[: len(wall.decay), e] = wall.decay
                reach[:, : len(wall.decay), e] = wall.reach.T
        return decay, reach

    def _fabric(self, walls: tuple[WallModes | None, ...]) -> tuple[Array, Whole]:
        """The first mode of a wall is its mean; by heat capacity, the mean of a zone's fabric."""
        heavy = np.array([sum(self._chain(e)[0]) for e in range(self.count)])
        owner = np.array([part.room for part in self.parts], dtype=np.int64)
        total = np.bincount(owner, heavy, len(self.house.rooms))
        scale = np.array([1.0 / w.enter[0].sum() if w is not None else 0.0 for w in walls])
        return heavy / np.maximum(total[owner], 1e-300) * scale, owner
