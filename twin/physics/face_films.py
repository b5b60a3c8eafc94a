"""Films, radiation and window gaps of a zone's faces at the temperatures they have, compiled.

From them follows how all faces of a zone answer heat and the zone's air, until they are renewed.
Layouts and columns are those of :mod:`twin.physics.face_tables`. All SI.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from twin.physics.compiled import compiled, fused
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

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

LANES = 8
"""Faces of a zone are kept by eights."""
OUT, SKY_T, WINDWARD_POWER, LEEWARD_POWER, FROM_NORTH, FROM_EAST = range(6)
"""Columns of the weather of a step, as in :mod:`twin.physics.zone_steps`."""
ABEAM = math.cos(math.radians(100.0))
"""A face is windward when the wind comes from within 100° of where it looks (EnergyPlus, DOE-2)."""
INNER, ACROSS, OUTER, YIELDS, PASSES, BY_AIR, BY_SKY, BY_FAR, ALONE = range(9)
"""Rows of the elements: heat into the two faces by their temperatures [W/K], three of them; what the
outer face yields to heat [K/W] and passes on to the inner [1]; heat into it by the temperature of the
air [W/K], by the fourth powers of those of sky and air [W/K⁴], and whatever they are [W]."""
LINK, FIRST_PANE, PANES, SHARES = range(4)
"""Columns of an element: its link outdoors or -1; column of its first pane among the inputs, how
many panes, and where their shares lie."""
TAKES, WEIGHT, AIR_THEN, LEFT, SPAN, MEAN = range(6)
"""Columns of a zone: heat from its air to its faces [W/K], weight of a step's end in its mean [1], mean
of the air when its films were renewed last [K], steps until they are next, and how many those were,
mean of the air over the last step [K]."""


@compiled
def facing_outdoors(
    el: Array, e: int, numbers: Array, row: int, here: float, weather: Array
) -> None:
    """Heat of wind, air and sky into the outer face of element ``e``, which has ``here`` [K].

    Long-wave exchange is that of the tangent at ``here``.
    """
    out, h = weather[OUT], numbers[row, FIXED]
    if h == 0.0:
        along = weather[FROM_NORTH] * numbers[row, NORTHING]
        along += weather[FROM_EAST] * numbers[row, EASTING]
        if along >= ABEAM or abs(numbers[row, UPWARD]) > 0.98:
            forced = numbers[row, TOWARD] * weather[WINDWARD_POWER]
        else:
            forced = numbers[row, AWAY] * weather[LEEWARD_POWER]
        h = outside(here - out, numbers[row, UPWARD], forced, numbers[row, ROUGH])
    radiant = numbers[row, EMITTANCE] * STEFAN_BOLTZMANN * numbers[row, AREA]
    el[BY_SKY, e] = radiant * numbers[row, TO_SKY]
    el[BY_FAR, e] = radiant * numbers[row, TO_AIR]
    el[BY_AIR, e] = h * numbers[row, AREA]
    both = (el[BY_SKY, e] + el[BY_FAR, e]) * here * here * here
    el[ALONE, e] = 3.0 * both * here
    el[YIELDS, e] = 1.0 / (el[BY_AIR, e] + 4.0 * both + el[OUTER, e])
    el[PASSES, e] = el[ACROSS, e] * el[YIELDS, e]


@compiled
def window_chain(
    el: Array, e: int, element: Whole, chain: Array, gaps: Whole, shares: Array, numbers: Array,
    known: Array, inner: float, outer: float,
) -> None:  # fmt: skip
    """Gaps of a window by the temperatures across them, and what follows of them.

    ``chain`` and ``gaps`` are its conductances from inside to outside [W/K] and their links, or
    -1; ``shares`` of what each pane absorbs go inside [1]; ``inner`` and ``outer`` faces [K].
    """
    panes, column, at = element[PANES], element[FIRST_PANE], element[SHARES]
    flow = el[INNER, e] * (inner - outer)
    for p in range(panes):
        flow -= shares[at + p] * known[column + p]
    here, resistance = inner, 0.0
    for j in range(2 * panes - 1):
        flow += 0.5 * known[column + panes - 1 - j // 2]
        there = here - flow / chain[j]
        row = gaps[j]
        if row >= 0:
            kind, exchange = int(numbers[row, GAS]), numbers[row, EMITTANCE]
            chain[j] = numbers[row, AREA] * conductance(
                kind, numbers[row, THICK], exchange, numbers[row, UPWARD], here, there
            )
        here = there
        resistance += 1.0 / chain[j]
    el[INNER, e] = el[OUTER, e] = 1.0 / resistance
    el[ACROSS, e] = -1.0 / resistance
    past = 0.0
    for j in range(0, 2 * panes, 2):
        before = past
        past += 1.0 / chain[j]
        shares[at + panes - 1 - j // 2] = 1.0 - 0.5 * (before + past) / resistance
        if j + 1 < 2 * panes - 1:
            past += 1.0 / chain[j + 1]


@compiled
def inside_films(
    film: Array, face: Array, rows: Whole, air: float, whole: Whole, numbers: Array
) -> None:
    """Convection from each face of a zone to its air [W/K]; a fixed film stays."""
    for i in range(rows.shape[0]):
        row = rows[i]
        if row < 0:
            continue
        if whole[row, KIND] == GLASS:
            h = window_inside(
                face[i], air, numbers[row, THICK], numbers[row, UPWARD], numbers[row, FIXED],
                numbers[row, ROUGH],
            )  # fmt: skip
        else:
            h = natural(face[i] - air, numbers[row, UPWARD])
        film[i] = h * numbers[row, AREA]


@compiled
def radiation(m: Array, face: Array, pairs: Whole, exchange: Array) -> None:
    """Add long-wave exchange of a zone's faces to the matrix of their balance [W/K]."""
    for p in range(pairs.shape[0]):
        i, j = pairs[p, 0], pairs[p, 1]
        one, other = face[i], face[j]
        g = exchange[p] * STEFAN_BOLTZMANN * (one * one + other * other) * (one + other)
        m[i, i] += g
        m[j, j] += g
        m[i, j] -= g
        m[j, i] -= g


@fused
def invert(m: Array, n: int) -> None:
    """Invert the leading n × n of a symmetric matrix of heat balances, in place (Gauss-Jordan).

    Rows come in eights, (n, eights, 8), so that they go through the processor together.

    >>> a = np.zeros((8, 1, 8))
    >>> a[0, 0, :2], a[1, 0, :2] = (2.0, -1.0), (-1.0, 2.0)
    >>> invert(a, 2)
    >>> (3 * a[:2, 0, :2]).round(9).tolist()
    [[2.0, 1.0], [1.0, 2.0]]
    """
    p = 0
    for u in range(m.shape[1]):
        for v in range(min(LANES, n - p)):
            pivot = 1.0 / m[p, u, v]
            m[p, u, v] = 1.0
            for t in range(m.shape[1]):
                for j in range(LANES):
                    m[p, t, j] *= pivot
            for i in range(n):
                c = m[i, u, v]
                if i == p or c == 0.0:
                    continue
                m[i, u, v] = 0.0
                for t in range(m.shape[1]):
                    for j in range(LANES):
                        m[i, t, j] -= c * m[p, t, j]
            p += 1


@compiled
def fitted(x: float) -> float:
    """Weight of the end in the mean of what relaxes by ``exp(-x)`` over a step [1].

    >>> round(fitted(0.0), 6), round(fitted(1.0), 6), round(fitted(1e3), 6)
    (0.5, 0.581977, 0.999)
    """
    if x < 1e-3:
        return 0.5 + x / 12.0
    return -1.0 / math.expm1(-x) - 1.0 / x


@compiled
def answer(
    m: Array, n: int, film: Array, rise: Array, zone: Array, other: float, capacity: float,
    step: float,
) -> None:  # fmt: skip
    """How the faces rise with the air [1], what they take of it, and the weights of its mean.

    ``m`` is the inverse of the faces' balance, ``other`` what else the air gives heat to [W/K],
    ``capacity`` that of the air [J/K].
    """
    takes = 0.0
    for i in range(n):
        found = 0.0
        for j in range(n):
            found += m[i, j] * film[j]
        rise[i] = found
        takes += film[i] * (1.0 - found)
    zone[TAKES] = takes
    zone[WEIGHT] = fitted((takes + other) * step / capacity)
