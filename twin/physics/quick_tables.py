"""Tables that :mod:`twin.physics.face_quick` reads, from those of a house of walls. All SI."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from twin.physics import face_tables
from twin.physics.assembled import Assembled
from twin.physics.face_films import LINK, OUTER
from twin.physics.face_march import Places, Whole
from twin.physics.face_quick import EXACT, NEAR, march
from twin.physics.face_tables import State
from twin.physics.films import LEAST, STEFAN_BOLTZMANN
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


@dataclass(frozen=True, slots=True)
class Fixed:
    """What does not change: in the order of the march, after what is kept."""

    decay: Array
    reach: Array
    inner: Places
    outer: Places
    between: Whole
    element: Whole
    gaps: Whole
    counts: Whole
    absorbed: Array
    to_air: Array
    numbers: Array
    capacity: Array
    doors: Whole
    size: Array
    steady: Array
    first: Whole
    step: float
    refresh: float
    near: float
    views: Array
    warm: Array
    cold: Array
    least: Array
    glass: Whole
    outs: Whole
    facing: Array


@dataclass(slots=True)
class QuickState(State):
    """Where a house stands, and what it remembers of its films."""

    clock: Array
    film_then: Array
    firm: Array
    firm_then: Array
    rise_then: Array
    draws: Array
    beyond: Array
    late: Array
    about: Array


@dataclass(frozen=True, slots=True)
class QuickTables(face_tables.Tables):
    """A house of many walls ready to march."""

    quick: Fixed


def tables(made: Assembled, refresh: float = face_tables.REFRESH) -> QuickTables:
    """Return the tables of an assembled house; films are renewed every ``refresh`` [s] at least."""
    tab = face_tables.tables(made, refresh)
    given, begin = tab.fixed, tab.begin
    shape = begin.face.shape
    warm, cold, least = _films(made, given.rows, begin.film)
    outs = np.flatnonzero(given.element[:, LINK] >= 0)
    weightless = any(tab.walls[e] is None for e in given.between)
    fixed = Fixed(
        given.decay, given.reach, given.inner, given.outer, given.between, given.element,
        given.gaps, given.counts, given.absorbed, given.to_air, given.numbers, given.capacity,
        given.doors, given.size, given.steady, given.first, given.step, given.refresh,
        EXACT if weightless else NEAR, _views(given, shape), warm, cold, least,
        _glass(made, given.rows), outs, _facing(made.numbers[given.element[outs, LINK]]),
    )  # fmt: skip
    rooms = shape[0]
    firm = np.zeros(shape)
    firm.reshape(-1)[given.outer] = begin.el[OUTER, given.between]
    before = {f.name: getattr(begin, f.name) for f in fields(begin)}
    none = {name: np.zeros(shape) for name in ("film_then", "firm_then", "rise_then", "beyond")}
    state = QuickState(
        **before,
        **none,
        clock=np.zeros(3),
        firm=firm,
        draws=np.zeros((2, len(made.inner))),
        late=np.zeros(rooms),
        about=np.zeros(rooms),
    )
    return QuickTables(given, state, tab.fabric, tab.owner, tab.walls, fixed)


def at_rest(tab: QuickTables, temperature: float) -> QuickState:
    """Everything at one temperature [K], nothing flows."""
    state = face_tables.at_rest(tab, temperature)
    assert isinstance(state, QuickState)
    state.clock[:] = 0.0, 0.0, 1.0
    return state


def run(
    tab: QuickTables, state: QuickState, block: Block, most: Array, regulators: Array | None
) -> Trace:
    """March through a block, as :func:`twin.physics.face_tables.run` does."""
    parts = (state, tab.quick)
    return through(march, parts, tab.fabric, tab.owner, block, most, regulators)


def _films(made: Assembled, rows: Whole, film: Array) -> tuple[Array, Array, Array]:
    """Natural convection of a warmer and a colder face [W/K^4/3], and its least [W/K]."""
    shape = film.shape
    links = made.numbers[np.maximum(rows, 0)]
    computed = (rows >= 0) & (made.whole[np.maximum(rows, 0), KIND] != GLASS)
    area = np.where(computed, links[..., AREA], 0.0)
    warm, cold = natural_by(links[..., UPWARD])
    least = np.where(rows >= 0, LEAST * area, film.reshape(rows.shape))
    return (warm * area).reshape(shape), (cold * area).reshape(shape), least.reshape(shape)


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


def _glass(made: Assembled, rows: Whole) -> Whole:
    """Zone, place in it and link of the room side of each window."""
    glass = (rows >= 0) & (made.whole[np.maximum(rows, 0), KIND] == GLASS)
    rooms, places = np.nonzero(glass)
    return np.column_stack([rooms, places, rows[glass]]).astype(np.int64).reshape(-1, 3)


def _views(given: face_tables.Fixed, shape: tuple[int, ...]) -> Array:
    """Exchange of the faces of each zone with each other [m²], less all of it on the diagonal."""
    rooms, eights, lanes = shape
    wide = eights * lanes
    views = np.zeros((rooms, wide, wide))
    for r, (start, end) in enumerate(given.spans):
        for (i, j), area in zip(given.pairs[start:end], given.exchange[start:end], strict=True):
            views[r, [i, j], [j, i]] += area
            views[r, [i, j], [i, j]] -= area
    return views.reshape(rooms, wide, eights, lanes)


def _facing(numbers: Array) -> Array:
    """Rows of the faces outdoors, by their links."""
    area, upward = numbers[:, AREA], numbers[:, UPWARD]
    radiant = numbers[:, EMITTANCE] * STEFAN_BOLTZMANN * area
    flat = (np.abs(upward) > FLAT_FROM).astype(np.float64)
    warm, cold = natural_by(upward)
    return np.ascontiguousarray([
        warm, cold, numbers[:, ROUGH], numbers[:, TOWARD], numbers[:, AWAY], numbers[:, NORTHING],
        numbers[:, EASTING], flat, numbers[:, FIXED], area, radiant * numbers[:, TO_SKY],
        radiant * numbers[:, TO_AIR],
    ])  # fmt: skip
