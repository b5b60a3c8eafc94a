"""Films of a house of many walls, renewed for all zones at once and without new inverses. All SI.

A face's balance keeps the films that it was last inverted for; what the new ones do to the face
beyond those is a heat of the face as it is expected to be. Its air answers by the new ones at once,
and by the very same flows, so the balance closes. A zone is inverted anew where they are so far
apart that this would not settle. Layouts are those of :mod:`twin.physics.quick_tables`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from twin.physics.compiled import fused, lean
from twin.physics.face_films import (
    ACROSS,
    AIR_THEN,
    ALONE,
    BY_AIR,
    BY_FAR,
    BY_SKY,
    INNER,
    LANES,
    MEAN,
    OUTER,
    PASSES,
    TAKES,
    WEIGHT,
    YIELDS,
    fitted,
    invert,
    window_chain,
)
from twin.physics.face_march import FURTHEST, MOVED
from twin.physics.films import LEAST, STEFAN_BOLTZMANN, window_inside
from twin.physics.links import AREA, FIXED, ROUGH, THICK, UPWARD
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
Places = npt.NDArray[np.uint64]

LIMIT = 0.25
"""A zone is inverted anew where new films differ by more of what holds a face but for radiation."""
WARM, COLD, RISK, TOWARD_IT, AWAY_IT, NORTH, EAST, FLAT, HELD_AT, SURFACE, TO_SKY, TO_FAR = range(
    12
)
"""Rows of a face outdoors: natural convection of a warmer and a colder face [W/(m² K^4/3)], its
roughness, shares of the wind, where it looks, whether it lies flat, a fixed film, its area [m²],
long-wave exchange with sky and air [W/K⁴]."""
LEFT, SINCE, SPAN = range(3)
"""Of the films: steps until they are renewed, since they were, and how many those are."""


@fused
def cube_root(x: float) -> float:
    """Cube root of a number above 0: a third of its exponent, then Halley's rule twice.

    >>> round(cube_root(27.0), 12), round(cube_root(1e-9), 12)
    (3.0, 0.001)
    """
    bits = np.float64(x).view(np.int64)
    y = np.int64(bits // 3 + 0x2A9F7893782DA1CE).view(np.float64)
    for _ in range(2):
        cube = y * y * y
        y *= (cube + 2.0 * x) / (2.0 * cube + x)
    return y


@fused
def outdoors(
    k: int, outs: Whole, facing: Array, ends: Array, weather: Array, el: Array, found: Array
) -> None:
    """Heat of wind, air and sky into every face outdoors: its film, and the tangent of radiation.

    ``ends`` are the outer faces [K]; ``found`` (2, outs) is scratch.
    """
    out, ahead, behind = weather[k, OUT], weather[k, WINDWARD_POWER], weather[k, LEEWARD_POWER]
    north, east = weather[k, FROM_NORTH], weather[k, FROM_EAST]
    for i in range(outs.shape[0]):
        found[0, i] = ends[outs[i]]
    for i in range(outs.shape[0]):
        apart = found[0, i] - out
        along = north * facing[NORTH, i] + east * facing[EAST, i]
        windward = along >= ABEAM or facing[FLAT, i] > 0.0
        forced = facing[TOWARD_IT, i] * ahead if windward else facing[AWAY_IT, i] * behind
        least = facing[WARM, i] if apart > 0.0 else facing[COLD, i]
        still = max(least * cube_root(max(abs(apart), 1e-12)), LEAST)
        glass = math.sqrt(still * still + forced * forced)
        h = still + facing[RISK, i] * (glass - still)
        found[1, i] = facing[SURFACE, i] * (facing[HELD_AT, i] if facing[HELD_AT, i] > 0.0 else h)
    for i in range(outs.shape[0]):
        e, here = outs[i], found[0, i]
        el[BY_SKY, e], el[BY_FAR, e] = facing[TO_SKY, i], facing[TO_FAR, i]
        el[BY_AIR, e] = found[1, i]
        both = (facing[TO_SKY, i] + facing[TO_FAR, i]) * here * here * here
        el[ALONE, e] = 3.0 * both * here
        el[YIELDS, e] = 1.0 / (found[1, i] + 4.0 * both + el[OUTER, e])
        el[PASSES, e] = el[ACROSS, e] * el[YIELDS, e]


@fused
def inside(
    guess: Array, zones: Array, further: float, warm: Array, cold: Array, least: Array, film: Array
) -> None:
    """Natural convection of every face in its zone [W/K], at temperatures ``guess`` [K]."""
    for r in range(guess.shape[0]):
        air = zones[r, MEAN] + further * (zones[r, MEAN] - zones[r, AIR_THEN])
        for t in range(guess.shape[1]):
            for j in range(LANES):
                apart = guess[r, t, j] - air
                by = warm[r, t, j] if apart > 0.0 else cold[r, t, j]
                film[r, t, j] = max(by * cube_root(max(abs(apart), 1e-12)), least[r, t, j])


@lean
def on_glass(
    guess: Array, zones: Array, further: float, glass: Whole, numbers: Array, film: Array
) -> None:
    """The room side of every window [W/K]; ``glass`` has its zone, place and link."""
    faces, films, wide = guess.reshape(-1), film.reshape(-1), guess.shape[1] * LANES
    for i in range(glass.shape[0]):
        r, row = glass[i, 0], glass[i, 2]
        place = r * wide + glass[i, 1]
        air = zones[r, MEAN] + further * (zones[r, MEAN] - zones[r, AIR_THEN])
        h = window_inside(
            faces[place], air, numbers[row, THICK], numbers[row, UPWARD], numbers[row, FIXED],
            numbers[row, ROUGH],
        )  # fmt: skip
        films[place] = h * numbers[row, AREA]


@fused
def inverted(
    r: int, count: int, film: Array, firm: Array, views: Array, guess: Array, about: Array,
    inverse: Array, film_then: Array, firm_then: Array, rise_then: Array,
) -> None:  # fmt: skip
    """Invert the balance of the faces of zone ``r`` for their films as they are."""
    mean = 0.0
    for i in range(count):
        mean += guess[r, i // LANES, i % LANES] / count
    about[r] = 4.0 * STEFAN_BOLTZMANN * mean * mean * mean
    for i in range(count):
        for t in range(inverse.shape[2]):
            for j in range(LANES):
                inverse[r, i, t, j] = -about[r] * views[r, i, t, j]
        t, j = i // LANES, i % LANES
        film_then[r, t, j], firm_then[r, t, j] = film[r, t, j], firm[r, t, j]
        inverse[r, i, t, j] += film[r, t, j] + firm[r, t, j]
    invert(r, inverse, count)
    multiply(r, count, inverse, film_then, rise_then)


@fused
def multiply(r: int, count: int, m: Array, x: Array, found: Array) -> None:
    """Matrix ``r`` times the vector of zone ``r``."""
    eights = -(-count // LANES)
    for i in range(count):
        total = 0.0
        for t in range(eights):
            for j in range(LANES):
                total += m[r, i, t, j] * x[r, t, j]
        found[r, i // LANES, i % LANES] = total


@fused
def apart(r: int, film: Array, firm: Array, film_then: Array, firm_then: Array) -> bool:
    """Whether the films of zone ``r`` are too far from those that it is inverted for."""
    worst = 0.0
    for t in range(film.shape[1]):
        for j in range(LANES):
            more = film[r, t, j] - film_then[r, t, j] + firm[r, t, j] - firm_then[r, t, j]
            worst = max(worst, abs(more) - LIMIT * (film_then[r, t, j] + firm_then[r, t, j]))
    return worst > 0.0


@fused
def answers(
    r: int, count: int, film: Array, firm: Array, views: Array, guess: Array, about: Array,
    inverse: Array, film_then: Array, firm_then: Array, rise: Array, beyond: Array, late: Array,
    zones: Array, other: float, capacity: float, step: float, shine: Array,
) -> None:  # fmt: skip
    """How zone ``r`` answers its air by its films as they are, and heat of the faces beyond that.

    ``beyond`` is what pushes the faces beyond what the balance knows, ``late`` what the air gets of
    it [W]; ``shine`` is scratch.
    """
    late[r], whole, taken = 0.0, 0.0, 0.0
    for t in range(guess.shape[1]):
        for j in range(LANES):
            here = guess[r, t, j]
            shine[r, t, j] = (STEFAN_BOLTZMANN * here * here * here - about[r]) * here
    multiply(r, count, views, shine, beyond)
    multiply(r, count, inverse, film, rise)
    for t in range(guess.shape[1]):
        for j in range(LANES):
            here, more = guess[r, t, j], film[r, t, j] - film_then[r, t, j]
            late[r] += more * here
            beyond[r, t, j] -= (more + firm[r, t, j] - firm_then[r, t, j]) * here
            whole += film[r, t, j]
            taken += film_then[r, t, j] * rise[r, t, j]
    zones[r, TAKES] = whole - taken
    zones[r, WEIGHT] = fitted((whole - taken + other) * step / capacity)


@fused
def drawn(inner: Places, firm: Array, firm_then: Array, guess: Array, draws: Array) -> None:
    """What each wall draws from its inner face: by its temperature [W/K], and beyond that [W]."""
    for e in range(inner.shape[0]):
        at = inner[e]
        draws[0, e] = firm_then[at]
        draws[1, e] = (firm[at] - firm_then[at]) * guess[at]


@fused
def ahead_of(now: Array, then: Array, further: float, guess: Array) -> None:
    """What ``now`` will be on the line through it and ``then``, which becomes ``now``."""
    for i in range(now.shape[0]):
        guess[i] = now[i] + further * (now[i] - then[i])
        then[i] = now[i]


@lean
def due(zones: Array, clock: Array, most: float) -> bool:
    """Whether films are due: when their time has come, or the air of a zone has moved."""
    clock[LEFT] -= 1.0
    clock[SINCE] += 1.0
    far = 0.0
    for r in range(zones.shape[0]):
        far = max(far, abs(zones[r, MEAN] - zones[r, AIR_THEN]))
    if far <= MOVED and clock[LEFT] > 0.0:
        return False
    clock[SPAN] = 1.0 if far > MOVED else min(2.0 * clock[SPAN], most)
    clock[LEFT] = clock[SPAN]
    return True


@lean
def renew(
    k: int, zones: Array, clock: Array, face: Array, ends: Array, then: Array, ends_then: Array,
    film: Array, el: Array, chain: Array, shares: Array, inverse: Array, rise: Array,
    film_then: Array, firm: Array, firm_then: Array, rise_then: Array, draws: Array,
    beyond: Array, late: Array, about: Array, counts: Whole, inner: Places, element: Whole,
    gaps: Whole, numbers: Array, views: Array, warm: Array, cold: Array, least: Array,
    glass: Whole, outs: Whole, facing: Array, known: Array, weather: Array, windows: int,
    gives: Array, capacity: Array, step: float, guess: Array, guess_ends: Array, shine: Array,
    found: Array,
) -> None:  # fmt: skip
    """Films, radiation and gaps of all zones at the temperatures they will have, and the answer."""
    further = min(0.5 * (clock[SPAN] + 1.0) / clock[SINCE], FURTHEST)
    ahead_of(face.reshape(-1), then.reshape(-1), further, guess.reshape(-1))
    ahead_of(ends, ends_then, further, guess_ends)
    inside(guess, zones, further, warm, cold, least, film)
    on_glass(guess, zones, further, glass, numbers, film)
    faces, firms = guess.reshape(-1), firm.reshape(-1)
    for e in range(windows, element.shape[0]):
        window_chain(
            k, e, e - windows, el, element, chain, gaps, shares, numbers, known,
            faces[inner[e]], guess_ends[e],
        )  # fmt: skip
    outdoors(k, outs, facing, guess_ends, weather, el, found)
    for e in range(element.shape[0]):
        firms[inner[e]] = el[INNER, e] - el[ACROSS, e] * el[PASSES, e]
    for r in range(zones.shape[0]):
        if apart(r, film, firm, film_then, firm_then):
            inverted(r, counts[r], film, firm, views, guess, about, inverse, film_then,
                     firm_then, rise_then)  # fmt: skip
        answers(
            r, counts[r], film, firm, views, guess, about, inverse, film_then, firm_then, rise,
            beyond, late, zones, gives[r], capacity[r], step, shine,
        )  # fmt: skip
        zones[r, AIR_THEN] = zones[r, MEAN]
    drawn(inner, firm.reshape(-1), firm_then.reshape(-1), faces, draws)
    clock[SINCE] = 0.0
