"""Tables that :mod:`twin.physics.face_quick` reads, from those of a house of walls. All SI."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from twin.physics import face_tables
from twin.physics import quick_layout as col
from twin.physics.assembled import Assembled
from twin.physics.eights import LANES, lines
from twin.physics.face_films import (
    ACROSS,
    ALONE,
    BY_AIR,
    BY_FAR,
    BY_SKY,
    INNER,
    LINK,
    OUTER,
    PASSES,
    YIELDS,
)
from twin.physics.face_march import Places, Whole
from twin.physics.face_quick import EXACT, NEAR, begun, march
from twin.physics.face_tables import Elements
from twin.physics.films import LEAST, STEFAN_BOLTZMANN, steepness
from twin.physics.links import (
    AREA,
    AWAY,
    EASTING,
    EMITTANCE,
    FIXED,
    GLASS,
    KIND,
    NORTHING,
    ROUGH,
    TO_AIR,
    TO_SKY,
    TOWARD,
    UPWARD,
)
from twin.physics.network import Array
from twin.physics.zone_tables import Block, Trace, through

FLAT_FROM = 0.98
"""A face that looks up or down by more has no windward side [1]."""
LEVEL = 1e-3
"""A face that looks up or down by less is a wall [1]."""
OF_ELEMENTS = ((INNER, col.INNER), (ACROSS, col.ACROSS), (OUTER, col.OUTER), (YIELDS, col.YIELDS),
               (PASSES, col.PASSES), (BY_AIR, col.BY_AIR), (ALONE, col.ALONE))  # fmt: skip
"""Rows of the elements, and the fields of a tile that have them."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """What does not change: in the order of the march, after what is kept."""

    swing: Array
    orders: Whole
    still: Array
    views: Array
    spans: Whole
    places: Whole
    meets: Whole
    outs: Whole
    glass: Whole
    upright: Array
    gaps: Whole
    numbers: Array
    shown: Whole
    owned: Whole
    weights: Array
    to_air: Array
    doors: Whole
    size: Array
    steady: Array
    first: Whole
    step: float
    refresh: float
    near: float


@dataclass(slots=True)
class QuickState:
    """Where a house stands, and what it remembers of its films; in the order of the march."""

    modes: Array
    tiles: Array
    zones: Array
    joints: Array
    inverse: Array
    air: Array
    panes: Array
    chain: Array
    shares: Array
    regulators: Array
    clock: Array

    def copy(self) -> QuickState:
        """Return a house that stands there too."""
        return QuickState(*(_lined(getattr(self, f.name)) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class QuickTables:
    """A house of many walls ready to march; ``homes`` says where each element's modes lie."""

    given: face_tables.Tables
    quick: Fixed
    begin: QuickState
    homes: Whole


def tables(made: Assembled, refresh: float = face_tables.REFRESH) -> QuickTables:
    """Return the tables of an assembled house; films are renewed every ``refresh`` [s] at least."""
    return _Tiling(made, face_tables.tables(made, refresh)).tables()


def at_rest(tab: QuickTables, temperature: float) -> QuickState:
    """Everything at one temperature [K], nothing flows."""
    state = tab.begin.copy()
    for home, wall in zip(tab.homes, tab.given.walls, strict=True):
        if wall is not None:
            at_one = wall.enter.sum(axis=1) * temperature
            state.modes[home // LANES, : len(at_one), home % LANES] = at_one
    for field in (col.FACE, col.ENDS, col.THEN, col.ENDS_THEN):
        state.tiles[:, field : field + LANES] = temperature
    begun(state.tiles, state.joints, state.modes, tab.quick.swing, tab.quick.orders)
    state.air[:] = temperature
    state.zones[[col.AIR, col.MEAN, col.AIR_THEN], : len(state.air)] = temperature
    state.clock[:] = 0.0, 0.0, 1.0
    return state


def run(
    tab: QuickTables, state: QuickState, block: Block, most: Array, regulators: Array | None
) -> Trace:
    """March through a block, as :func:`twin.physics.face_tables.run` does."""
    parts, given = (state, tab.quick), tab.given
    return through(march, parts, given.fabric, given.owner, block, most, regulators)


def elements(tab: QuickTables, state: QuickState) -> Elements:
    """Walls and windows as they are now."""
    n = len(tab.homes)
    el = np.zeros((ALONE + 1, n))
    tile, lane = tab.homes // LANES, tab.homes % LANES
    own = tile < len(state.tiles)
    for row, field in OF_ELEMENTS:
        el[row, own] = state.tiles[tile[own], field + lane[own]]
    for row, field in ((BY_SKY, col.TO_SKY), (BY_FAR, col.TO_FAR)):
        el[row, own] = tab.quick.still[tile[own], field + lane[own]]
    joints, ends = tile[~own] - len(state.tiles), np.zeros(n)
    for row, field in ((INNER, col.J_INNER), (ACROSS, col.J_ACROSS), (OUTER, col.J_OUTER)):
        el[row, ~own] = state.joints[joints, field + lane[~own]]
    ends[own] = state.tiles[tile[own], col.ENDS + lane[own]]
    ends[~own] = state.tiles.reshape(-1)[tab.quick.meets[joints, col.AT_OUT + lane[~own]]]
    inner = state.tiles.reshape(-1)[tab.quick.shown[:n]]
    return Elements(state.modes[tile, :, lane].T, el, inner, ends)


def seen(tab: QuickTables, state: QuickState) -> Array:
    """What a trace has seen, now [K]."""
    given = tab.given
    return face_tables.now_seen(given.fabric, given.owner, state.air, elements(tab, state))


def natural_by(upward: Array) -> tuple[Array, Array]:
    """What the cube root of the difference is multiplied by: a warmer face, a colder one.

    >>> [round(float(x[0]), 3) for x in natural_by(np.array([1.0]))]
    [1.52, 0.76]
    """
    slant = np.abs(upward)
    helped, hindered = 9.482 / (7.238 - slant), 1.810 / (1.382 + slant)
    warm = np.where(slant < LEVEL, 1.31, np.where(upward > 0.0, helped, hindered))
    cold = np.where(slant < LEVEL, 1.31, np.where(upward > 0.0, hindered, helped))
    return warm, cold


def _lined(array: Array) -> Array:
    """A copy that begins with a line of the processor's cache."""
    made = lines(array.shape)
    made[...] = array
    return made


class _Tiling:
    """Lays the faces of a house in tiles of eight."""

    def __init__(self, made: Assembled, given: face_tables.Tables) -> None:
        self.made, self.given, self.fixed = made, given, given.fixed
        self.wide = given.begin.face.shape[1] * LANES
        self.tiles_of = -(-self.fixed.counts // LANES)
        self.first = np.concatenate([[0], np.cumsum(self.tiles_of)])
        self.count, self.rooms = int(self.first[-1]), made.rooms
        self.between = self.fixed.between
        self.inner = self._lanes(self.fixed.inner)
        self.outer = self._lanes(self.fixed.outer)
        self.n = len(self.inner)
        self.own = np.setdiff1d(np.arange(self.n), self.between)
        self.joints = -(-len(self.between) // LANES)
        self.homes = self.inner.copy()
        self.homes[self.between] = self.count * LANES + np.arange(len(self.between))

    def tables(self) -> QuickTables:
        given, walls = self.fixed, self.given.walls
        weightless = any(walls[e] is None for e in self.between)
        spans, owned = self._spans(), self._owned()
        corners = spans[:, col.MATRIX]
        still, glass = self._still(), self._glass()
        shown = np.zeros(-(-self.n // LANES) * LANES, np.int64)
        shown[: self.n] = self._flat(self.inner) + col.FACE
        outs = np.flatnonzero(still[:, col.OUTDOORS : col.OUTDOORS + LANES].any(axis=1))
        tilts = given.numbers[glass[:, 0], UPWARD]
        quick = Fixed(
            self._swing(), self._orders(), still, self._views(corners), spans, self._places(),
            self._meets(), outs, glass, np.array([steepness(tilt) for tilt in tilts]), given.gaps,
            given.numbers, shown,
            self.homes[owned] // LANES * LANES * len(given.decay) + self.homes[owned] % LANES,
            self.given.fabric[owned], given.to_air, given.doors, given.size, given.steady,
            given.first, given.step, given.refresh, EXACT if weightless else NEAR,
        )  # fmt: skip
        return QuickTables(self.given, quick, self._begin(spans), self.homes)

    def _lanes(self, places: Places) -> Whole:
        """Places of faces by zones as lanes of the tiles."""
        at = places.astype(np.int64)
        return np.asarray(self.first[at // self.wide] * LANES + at % self.wide)

    def _flat(self, lanes: Whole, row: int = col.TILE) -> Whole:
        """Where lanes lie in the first field of their tiles."""
        return np.asarray(lanes // LANES * row + lanes % LANES)

    def _tiled(self, by_zone: Array) -> Array:
        """Rows of each zone's faces as tiles."""
        parts = [by_zone[r, :n] for r, n in enumerate(self.tiles_of)]
        return np.concatenate(parts)

    def _spans(self) -> Whole:
        """Rows of the zones."""
        spans = np.zeros((self.rooms + 1, col.SPAN), np.int64)
        spans[:, col.FIRST] = self.first
        spans[:-1, col.COUNT], spans[:-1, col.FACES] = self.tiles_of, self.fixed.counts
        spans[1:, col.MATRIX] = np.cumsum(self.tiles_of**2) * LANES**2
        owners = np.sort(self.given.owner[self.between])
        spans[:, col.OWNED] = np.searchsorted(owners, np.arange(self.rooms + 1))
        return spans

    def _meets(self) -> Whole:
        """Where the two ports of each joint lie among the tiles."""
        meets = np.zeros((self.joints, col.MEETS), np.int64)
        number = np.arange(len(self.between))
        tile, lane = number // LANES, number % LANES
        meets[tile, col.AT_IN + lane] = self._flat(self.inner[self.between])
        meets[tile, col.AT_OUT + lane] = self._flat(self.outer)
        return meets

    def _places(self) -> Whole:
        """Where the lanes of each tile find the sun, the other face and what joints push."""
        places = np.zeros((self.count, col.PLACES), np.int64)
        places[:, col.JOINED : col.PLACES] = self.joints * col.JOINT  # nothing lies there
        flat, ports = places.reshape(-1), self._flat(np.arange(len(self.between)), col.JOINT)
        inner, outer = self.inner[self.between], self.outer
        for one, other, pushed in ((inner, outer, col.J_IN), (outer, inner, col.J_OUT)):
            at = self._flat(one, col.PLACES)
            flat[at + col.PARTNER] = self._flat(other) + col.FACE
            flat[at + col.JOINED] = ports + pushed
        walls = self._lit()
        flat[self._flat(self.inner[walls], col.PLACES) + col.SUN] = self.fixed.first[-2] + walls
        return places

    def _lit(self) -> Whole:
        """Walls on which the sun may shine from outdoors."""
        return np.asarray(self.own[self.own < self.fixed.first[-1]])

    def _owned(self) -> Whole:
        """Walls between zones by the zones that own them."""
        return np.asarray(self.between[np.argsort(self.given.owner[self.between], kind="stable")])

    def _swing(self) -> Array:
        """Decay and reach of the modes of each tile."""
        given, (most, _) = self.fixed, self.fixed.decay.shape
        swing = lines((self.count + self.joints, most, 3, LANES))
        for field, rows in enumerate((given.decay, *given.reach)):
            tile, lane = self.homes // LANES, self.homes % LANES
            swing[tile, :, field, lane] = rows[:, : self.n].T
        return swing

    def _orders(self) -> Whole:
        """How many modes the walls of each tile have."""
        orders = np.zeros(self.count + self.joints, np.int64)
        sizes = [0 if wall is None else len(wall.decay) for wall in self.given.walls]
        np.maximum.at(orders, self.homes // LANES, sizes)
        return orders

    def _glass(self) -> Whole:
        """Rows of the windows."""
        windows = np.arange(self.fixed.first[-1], self.n)
        lanes = self.inner[windows]
        zones = np.searchsorted(self.first, lanes // LANES, side="right") - 1
        rows = self.fixed.rows[zones, lanes - self.first[zones] * LANES]
        chains = self.fixed.element[windows, LINK + 1 :]
        columns = np.column_stack([rows, chains, self._flat(lanes), zones])
        return np.ascontiguousarray(columns, dtype=np.int64)

    def _still(self) -> Array:
        """What stays of the tiles."""
        still = lines((self.count, col.STILL // LANES, LANES))
        rows = self.fixed.rows.reshape(self.rooms, -1, LANES)
        found = _films(self.made, rows, self.given.begin.film)
        for number, part in enumerate((*self.fixed.absorbed, *found)):
            still[:, number] = self._tiled(part)
        flat = still.reshape(self.count, -1)
        outs = self.own[self.fixed.element[self.own, LINK] >= 0]
        tile, lane = self.inner[outs] // LANES, self.inner[outs] % LANES
        facing = _facing(self.made.numbers[self.fixed.element[outs, LINK]])
        for number, part in enumerate(facing):
            flat[tile, col.WARM_OUT + number * LANES + lane] = part
        flat[tile, col.OUTDOORS + lane] = 1.0
        glass = self.inner[self.fixed.first[-1] :]
        flat[glass // LANES, col.GLASSY + glass % LANES] = 1.0
        flat[self.inner[self.own] // LANES, col.FABRIC + self.inner[self.own] % LANES] = (
            self.given.fabric[self.own]
        )
        lit = self.inner[self._lit()]
        flat[lit // LANES, col.LIT + lit % LANES] = 1.0
        across = self.given.begin.el[ACROSS, self.between]
        for port in (self.inner[self.between], self.outer):
            flat[port // LANES, col.CROSS + port % LANES] = across
        return flat

    def _views(self, corners: Whole) -> Array:
        """Exchange of the faces of each zone [m²], less all of it on the diagonal."""
        given, views = self.fixed, lines((int(corners[-1]),))
        for r, (start, end) in enumerate(given.spans):
            wide = int(self.tiles_of[r]) * LANES
            part = views[corners[r] : corners[r + 1]].reshape(wide, wide)
            for (i, j), area in zip(given.pairs[start:end], given.exchange[start:end], strict=True):
                part[[i, j], [j, i]] += area
                part[[i, j], [i, j]] -= area
        return views

    def _begin(self, spans: Whole) -> QuickState:
        """A house of which nothing is known yet."""
        given, begin = self.fixed, self.given.begin
        zones = lines((col.ZONE, -(-self.rooms // LANES) * LANES))
        zones[col.STORES] = 1.0
        zones[col.STORES, : self.rooms] = given.capacity / given.step
        joints = lines((self.joints + 1, col.JOINT))
        flat, places = joints.reshape(-1), self._flat(np.arange(len(self.between)), col.JOINT)
        for row, field in ((INNER, col.J_INNER), (ACROSS, col.J_ACROSS), (OUTER, col.J_OUTER)):
            flat[places + field] = begin.el[row, self.between]
        return QuickState(
            lines((self.count + self.joints, len(given.decay), LANES)), self._first_tiles(), zones,
            joints, lines((int(spans[-1, col.MATRIX]),)), np.zeros(self.rooms),
            begin.el[[INNER, ACROSS, OUTER], given.first[-1] : self.n].copy(), begin.chain,
            begin.shares, begin.regulators, np.zeros(3),
        )  # fmt: skip

    def _first_tiles(self) -> Array:
        """Elements and fixed films; a wall between zones is what its port holds on to."""
        begin, tiles = self.given.begin, lines((self.count, col.TILE))
        flat, own = tiles.reshape(-1), self._flat(self.inner[self.own])
        for row, field in OF_ELEMENTS:
            flat[own + field] = begin.el[row, self.own]
        flat[self._flat(self.inner[self.between]) + col.INNER] = begin.el[INNER, self.between]
        flat[self._flat(self.outer) + col.INNER] = begin.el[OUTER, self.between]
        inner, across, passes = (tiles[:, at : at + LANES]
                                 for at in (col.INNER, col.ACROSS, col.PASSES))  # fmt: skip
        tiles[:, col.FIRM : col.FIRM + LANES] = inner - across * passes
        return tiles


def _films(made: Assembled, rows: Whole, film: Array) -> tuple[Array, Array, Array]:
    """Natural convection of a warmer and a colder face [W/K^4/3], and its least [W/K]."""
    links = made.numbers[np.maximum(rows, 0)]
    computed = (rows >= 0) & (made.whole[np.maximum(rows, 0), KIND] != GLASS)
    area = np.where(computed, links[..., AREA], 0.0)
    warm, cold = natural_by(links[..., UPWARD])
    return warm * area, cold * area, np.where(rows >= 0, LEAST * area, film)


def _facing(numbers: Array) -> Array:
    """Fields of the faces outdoors, by their links."""
    area, upward = numbers[:, AREA], numbers[:, UPWARD]
    radiant = numbers[:, EMITTANCE] * STEFAN_BOLTZMANN * area
    flat = 10.0 * (np.abs(upward) > FLAT_FROM)
    warm, cold = natural_by(upward)
    return np.stack([
        warm, cold, numbers[:, ROUGH], numbers[:, TOWARD], numbers[:, AWAY], numbers[:, NORTHING],
        numbers[:, EASTING], flat, numbers[:, FIXED], area, radiant * numbers[:, TO_SKY],
        radiant * numbers[:, TO_AIR],
    ])  # fmt: skip
