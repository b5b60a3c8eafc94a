"""Films, radiation and window gaps of a zone's faces at the temperatures they have, compiled.

From them follows how all faces of a zone answer heat and the zone's air, until they are renewed.
Layouts and columns are those of :mod:`twin.physics.face_tables`. All SI.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from twin.physics.compiled import compiled, fused, lean
from twin.physics.films import STEFAN_BOLTZMANN, natural, outside, window_inside
from twin.physics.gaps import conductance
from twin.physics.links import (
    AREA,
    AWAY,
    EASTING,
    EMITTANCE,
    FIXED,
    GAS,
    GLASS,
    KIND,
    NORTHING,
    ROUGH,
    THICK,
    TO_AIR,
    TO_SKY,
    TOWARD,
    UPWARD,
)
from twin.physics.zone_steps import (
    ABEAM,
    FROM_EAST,
    FROM_NORTH,
    LEEWARD_POWER,
    OUT,
    WINDWARD_POWER,
)

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

LANES = 8
"""Faces of a zone are kept by eights."""
INNER, ACROSS, OUTER, YIELDS, PASSES, BY_AIR, BY_SKY, BY_FAR, ALONE = range(9)
"""Rows of the elements: heat into the two faces by their temperatures [W/K], three of them; what
the outer face yields to heat [K/W] and passes on to the inner [1]; heat into it by the temperature
of the air [W/K], by the fourth powers of those of sky and air [W/K⁴], whatever they are [W]."""
LINK, FIRST_PANE, PANES, SHARES = range(4)
"""Columns of an element: its link outdoors or -1; column of its first pane among the inputs, how
many panes, and where their shares lie."""
TAKES, WEIGHT, AIR_THEN, LEFT, SPAN, SINCE, MEAN = range(7)
"""Columns of a zone: heat from its air to its faces [W/K], weight of a step's end in its mean [1],
mean of the air when its films were renewed last [K], steps until they are next, how many those
were, steps since the last time, mean of the air over the last step [K]."""


@lean
def facing_outdoors(
    k: int, e: int, el: Array, numbers: Array, row: int, here: float, weather: Array
) -> None:
    """Heat of wind, air and sky into the outer face of element ``e``, which has ``here`` [K].

    Long-wave exchange is that of the tangent at ``here``.
    """
    out, h = weather[k, OUT], numbers[row, FIXED]
    if h == 0.0:
        along = weather[k, FROM_NORTH] * numbers[row, NORTHING]
        along += weather[k, FROM_EAST] * numbers[row, EASTING]
        if along >= ABEAM or abs(numbers[row, UPWARD]) > 0.98:
            forced = numbers[row, TOWARD] * weather[k, WINDWARD_POWER]
        else:
            forced = numbers[row, AWAY] * weather[k, LEEWARD_POWER]
        h = outside(here - out, numbers[row, UPWARD], forced, numbers[row, ROUGH])
    radiant = numbers[row, EMITTANCE] * STEFAN_BOLTZMANN * numbers[row, AREA]
    el[BY_SKY, e] = radiant * numbers[row, TO_SKY]
    el[BY_FAR, e] = radiant * numbers[row, TO_AIR]
    el[BY_AIR, e] = h * numbers[row, AREA]
    both = (el[BY_SKY, e] + el[BY_FAR, e]) * here * here * here
    el[ALONE, e] = 3.0 * both * here
    el[YIELDS, e] = 1.0 / (el[BY_AIR, e] + 4.0 * both + el[OUTER, e])
    el[PASSES, e] = el[ACROSS, e] * el[YIELDS, e]


@lean
def window_chain(
    k: int, e: int, number: int, el: Array, element: Whole, chain: Array, gaps: Whole,
    shares: Array, numbers: Array, known: Array, inner: float, outer: float,
) -> None:  # fmt: skip
    """Gaps of window ``number`` by the temperatures across them, and what follows of them.

    ``chain`` and ``gaps`` are its conductances from inside to outside [W/K] and their links, or
    -1; ``shares`` of what each pane absorbs go inside [1]; ``inner`` and ``outer`` faces [K].
    """
    panes, column, at = element[e, PANES], element[e, FIRST_PANE], element[e, SHARES]
    flow = el[INNER, e] * (inner - outer)
    for p in range(panes):
        flow -= shares[at + p] * known[k, column + p]
    here, resistance = inner, 0.0
    for j in range(2 * panes - 1):
        flow += 0.5 * known[k, column + panes - 1 - j // 2]
        there = here - flow / chain[number, j]
        row = gaps[number, j]
        if row >= 0:
            kind, exchange = int(numbers[row, GAS]), numbers[row, EMITTANCE]
            chain[number, j] = numbers[row, AREA] * conductance(
                kind, numbers[row, THICK], exchange, numbers[row, UPWARD], here, there
            )
        here = there
        resistance += 1.0 / chain[number, j]
    el[INNER, e] = el[OUTER, e] = 1.0 / resistance
    el[ACROSS, e] = -1.0 / resistance
    past = 0.0
    for j in range(0, 2 * panes, 2):
        before = past
        past += 1.0 / chain[number, j]
        shares[at + panes - 1 - j // 2] = 1.0 - 0.5 * (before + past) / resistance
        if j + 1 < 2 * panes - 1:
            past += 1.0 / chain[number, j + 1]


@lean
def inside_films(
    r: int, count: int, film: Array, face: Array, rows: Whole, air: float, whole: Whole,
    numbers: Array,
) -> None:  # fmt: skip
    """Convection from each face of zone ``r`` to its air [W/K]; a fixed film stays."""
    for i in range(count):
        row = rows[r, i]
        if row < 0:
            continue
        here = face[r, i // LANES, i % LANES]
        if whole[row, KIND] == GLASS:
            h = window_inside(
                here, air, numbers[row, THICK], numbers[row, UPWARD], numbers[row, FIXED],
                numbers[row, ROUGH],
            )  # fmt: skip
        else:
            h = natural(here - air, numbers[row, UPWARD])
        film[r, i // LANES, i % LANES] = h * numbers[row, AREA]


@lean
def radiation(
    r: int, m: Array, face: Array, pairs: Whole, exchange: Array, first: int, last: int
) -> None:
    """Add long-wave exchange of the faces of zone ``r`` to the matrix of their balance [W/K]."""
    for p in range(first, last):
        i, j = pairs[p, 0], pairs[p, 1]
        t, u, v, w = i // LANES, i % LANES, j // LANES, j % LANES
        one, other = face[r, t, u], face[r, v, w]
        g = exchange[p] * STEFAN_BOLTZMANN * (one * one + other * other) * (one + other)
        m[r, i, t, u] += g
        m[r, j, v, w] += g
        m[r, i, v, w] -= g
        m[r, j, t, u] -= g


@fused
def invert(r: int, m: Array, n: int) -> None:
    """Invert the leading n × n of matrix ``r``, a balance of heat, in place (Gauss-Jordan).

    Rows come in eights, (rooms, n, eights, 8), so that they go through the processor together.

    >>> a = np.zeros((1, 8, 1, 8))
    >>> a[0, 0, 0, :2], a[0, 1, 0, :2] = (2.0, -1.0), (-1.0, 2.0)
    >>> invert(0, a, 2)
    >>> (3 * a[0, :2, 0, :2]).round(9).tolist()
    [[2.0, 1.0], [1.0, 2.0]]
    """
    for p in range(n):
        u, v = p // LANES, p % LANES
        pivot = 1.0 / m[r, p, u, v]
        m[r, p, u, v] = 1.0
        for t in range(m.shape[2]):
            for j in range(LANES):
                m[r, p, t, j] *= pivot
        for i in range(n):
            if i != p:
                c = m[r, i, u, v]
                m[r, i, u, v] = 0.0
                for t in range(m.shape[2]):
                    for j in range(LANES):
                        m[r, i, t, j] -= c * m[r, p, t, j]


@compiled
def fitted(x: float) -> float:
    """Weight of the end in the mean of what relaxes by ``exp(-x)`` over a step [1].

    >>> round(fitted(0.0), 6), round(fitted(1.0), 6), round(fitted(1e3), 6)
    (0.5, 0.581977, 0.999)
    """
    if x < 1e-3:
        return 0.5 + x / 12.0
    return -1.0 / math.expm1(-x) - 1.0 / x


@fused
def answer(
    r: int, m: Array, n: int, film: Array, rise: Array, zones: Array, other: float,
    capacity: float, step: float,
) -> None:  # fmt: skip
    """How the faces of zone ``r`` rise with the air [1], what they take of it, weights of its mean.

    ``m`` is the inverse of the faces' balance, ``other`` what else the air gives heat to [W/K],
    ``capacity`` that of the air [J/K].
    """
    takes = 0.0
    for i in range(n):
        found = 0.0
        for t in range(m.shape[2]):
            for j in range(LANES):
                found += m[r, i, t, j] * film[r, t, j]
        rise[r, i // LANES, i % LANES] = found
        takes += film[r, i // LANES, i % LANES] * (1.0 - found)
    zones[r, TAKES] = takes
    zones[r, WEIGHT] = fitted((takes + other) * step / capacity)
