"""Films of a house of many walls, renewed for all zones at once and without new inverses. All SI.

A face's balance keeps the films that it was last inverted for; what the new ones do to the face
beyond those is a heat of the face as it is expected to be. Its air answers by the new ones at once,
and by the very same flows, so the balance closes. A zone is inverted anew where they are so far
apart that this would not settle. Layouts are those of :mod:`twin.physics.quick_layout`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.physics import quick_layout as col
from twin.physics.compiled import fused, lean
from twin.physics.eights import (
    LANES,
    above,
    cube_root,
    decayed,
    greater,
    largest,
    load,
    root,
    size,
    smaller,
    spread,
    store,
    times,
    total,
)
from twin.physics.face_films import ACROSS, INNER, LINK, OUTER, window_chain
from twin.physics.face_march import FURTHEST, MOVED
from twin.physics.films import LEAST, STEFAN_BOLTZMANN, glass_inside
from twin.physics.links import AREA, FIXED, ROUGH, THICK, UPWARD
from twin.physics.quick_air import HOME, ROOM
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

LIMIT = 0.25
"""A zone is inverted anew where new films differ by more of what holds a face but for radiation."""
TINY = 1e-12
"""Differences of temperature are never less where roots are taken [K]."""
LITTLE, MOST = 1e-3, 700.0
"""Beyond these a zone relaxes so little, or so fast, that its weight is that of the limit [1]."""
LEFT, SINCE, SPAN = range(3)
"""Of the films: steps until they are renewed, since they were, and how many those are."""


@fused
def ahead(tiles: Array, further: float) -> None:
    """What faces will be on the line through now and the last time, which becomes now [K]."""
    for at in range(0, tiles.size, col.TILE):
        face, ends = load(tiles, at + col.FACE), load(tiles, at + col.ENDS)
        then, ends_then = load(tiles, at + col.THEN), load(tiles, at + col.ENDS_THEN)
        store(tiles, at + col.GUESS, face + further * (face - then))
        store(tiles, at + col.GUESS_ENDS, ends + further * (ends - ends_then))
        store(tiles, at + col.THEN, face)
        store(tiles, at + col.ENDS_THEN, ends)


@fused
def inside(t: int, tiles: Array, still: Array, air: float) -> None:
    """Natural convection of eight faces in their zone [W/K], at the temperatures expected."""
    at, by = t * col.TILE, t * col.STILL
    apart = load(tiles, at + col.GUESS) - air
    factor = above(apart, load(still, by + col.WARM), load(still, by + col.COLD))
    film = factor * cube_root(greater(size(apart), TINY))
    store(tiles, at + col.FILM, greater(film, load(still, by + col.LEAST)))


@lean
def windows(
    k: int, tiles: Array, zones: Array, further: float, panes: Array, chain: Array, shares: Array,
    glass: Whole, upright: Array, gaps: Whole, numbers: Array, known: Array,
) -> None:  # fmt: skip
    """Gaps of every window by the temperatures across them, and the film of its room side."""
    flat = tiles.reshape(-1)
    for w in range(glass.shape[0]):
        home, row, r = glass[w, HOME], glass[w, LINK], glass[w, ROOM]
        air = zones[col.MEAN, r] + further * (zones[col.MEAN, r] - zones[col.AIR_THEN, r])
        here, there = flat[home + col.GUESS], flat[home + col.GUESS_ENDS]
        h = glass_inside(
            here, air, numbers[row, THICK], numbers[row, UPWARD], upright[w], numbers[row, FIXED],
            numbers[row, ROUGH],
        )  # fmt: skip
        flat[home + col.FILM] = h * numbers[row, AREA]
        window_chain(k, w, w, panes, glass, chain, gaps, shares, numbers, known, here, there)
        flat[home + col.INNER], flat[home + col.OUTER] = panes[INNER, w], panes[OUTER, w]
        flat[home + col.ACROSS] = panes[ACROSS, w]


@fused
def outdoors(k: int, t: int, tiles: Array, still: Array, weather: Array) -> None:
    """Heat of wind, air and sky into eight faces outdoors: films, and the tangent of radiation."""
    at, by = t * col.TILE, t * col.STILL
    here = load(tiles, at + col.GUESS_ENDS)
    apart = here - weather[k, OUT]
    along = load(still, by + col.NORTH) * weather[k, FROM_NORTH]
    along = along + load(still, by + col.EAST) * weather[k, FROM_EAST]
    forced = above(
        along - ABEAM + load(still, by + col.FLAT),
        load(still, by + col.TOWARD_IT) * weather[k, WINDWARD_POWER],
        load(still, by + col.AWAY_IT) * weather[k, LEEWARD_POWER],
    )
    factor = above(apart, load(still, by + col.WARM_OUT), load(still, by + col.COLD_OUT))
    calm = greater(factor * cube_root(greater(size(apart), TINY)), LEAST)
    h = calm + load(still, by + col.RISK) * (root(calm * calm + forced * forced) - calm)
    given = load(still, by + col.HELD_AT)
    by_air = load(still, by + col.SURFACE) * above(given, given, h)
    sky, far = load(still, by + col.TO_SKY), load(still, by + col.TO_FAR)
    both = (sky + far) * here * here * here
    outer, across = load(tiles, at + col.OUTER), load(tiles, at + col.ACROSS)
    holds = by_air + 4.0 * both
    yields = 1.0 / (holds + outer)
    is_out = load(still, by + col.OUTDOORS)
    by_air = above(is_out, by_air, load(tiles, at + col.BY_AIR))
    yields = above(is_out, yields, load(tiles, at + col.YIELDS))
    passes = across * yields
    store(tiles, at + col.BY_AIR, by_air)
    store(tiles, at + col.ALONE, above(is_out, 3.0 * both * here, load(tiles, at + col.ALONE)))
    store(tiles, at + col.YIELDS, yields)
    store(tiles, at + col.PASSES, passes)
    store(tiles, at + col.TO_OUT, load(still, by + col.GLASSY) / above(holds, holds, spread(1.0)))
    store(tiles, at + col.FIRM, load(tiles, at + col.INNER) - across * passes)


@fused
def invert(m: Array, corner: int, faces: int, wide: int) -> None:
    """Invert the leading faces × faces of a matrix, a balance of heat, in place (Gauss-Jordan).

    Its rows of ``wide`` numbers, a multiple of eight, begin at ``corner``.
    """
    flat = m.reshape(-1)
    for p in range(faces):
        row = corner + p * wide
        pivot = 1.0 / flat[row + p]
        flat[row + p] = 1.0
        for t in range(0, wide, LANES):
            store(m, row + t, load(m, row + t) * pivot)
        for i in range(faces):
            if i != p:
                other = corner + i * wide
                c = flat[other + p]
                flat[other + p] = 0.0
                for t in range(0, wide, LANES):
                    store(m, other + t, load(m, other + t) - c * load(m, row + t))


@fused
def multiply(
    m: Array, corner: int, count: int, tiles: Array, first: int, of: int, found: int
) -> None:
    """A zone's symmetric matrix times the fields ``of`` of its tiles, into their ``found``."""
    wide = count * LANES
    for t in range(count):
        sums = spread(0.0)
        for u in range(count):
            row = corner + u * LANES * wide + t * LANES
            sums = sums + times(m, row, wide, load(tiles, (first + u) * col.TILE + of))
        store(tiles, (first + t) * col.TILE + found, sums)


@lean
def inverted(
    r: int, spans: Whole, tiles: Array, zones: Array, views: Array, inverse: Array
) -> None:
    """Invert the balance of the faces of zone ``r`` for their films as they are."""
    flat, first, faces = tiles.reshape(-1), spans[r, col.FIRST], spans[r, col.FACES]
    count, corner = spans[r, col.COUNT], spans[r, col.MATRIX]
    wide, mean = count * LANES, 0.0
    for i in range(faces):
        mean += flat[(first + i // LANES) * col.TILE + col.GUESS + i % LANES] / faces
    about = 4.0 * STEFAN_BOLTZMANN * mean * mean * mean
    zones[col.ABOUT, r] = about
    for i in range(faces):
        for j in range(faces):
            inverse[corner + i * wide + j] = -about * views[corner + i * wide + j]
        at = (first + i // LANES) * col.TILE + i % LANES
        flat[at + col.FILM_THEN], flat[at + col.FIRM_THEN] = (
            flat[at + col.FILM],
            flat[at + col.FIRM],
        )
        inverse[corner + i * wide + i] += flat[at + col.FILM] + flat[at + col.FIRM]
    invert(inverse, corner, faces, wide)
    multiply(inverse, corner, count, tiles, first, col.FILM_THEN, col.RISE_THEN)


@fused
def apart(first: int, count: int, tiles: Array) -> bool:
    """Whether the films of a zone are too far from those that it is inverted for."""
    worst = spread(0.0)
    for t in range(first, first + count):
        at = t * col.TILE
        film, firm = load(tiles, at + col.FILM_THEN), load(tiles, at + col.FIRM_THEN)
        more = load(tiles, at + col.FILM) - film + load(tiles, at + col.FIRM) - firm
        worst = greater(worst, size(more) - LIMIT * (film + firm))
    return bool(largest(worst) > 0.0)


@fused
def answers(
    r: int, first: int, count: int, corner: int, tiles: Array, zones: Array, views: Array,
    inverse: Array,
) -> None:  # fmt: skip
    """How zone ``r`` answers its air by its films as they are, and heat of the faces beyond that.

    ``BEYOND`` is what pushes the faces beyond what the balance knows and ``DRAWN`` what walls draw
    beyond it, ``LATE`` what the air gets of it [W].
    """
    late, takes, about = spread(0.0), spread(0.0), zones[col.ABOUT, r]
    for t in range(first, first + count):
        here = load(tiles, t * col.TILE + col.GUESS)
        shine = (STEFAN_BOLTZMANN * here * here * here - about) * here
        store(tiles, t * col.TILE + col.SHINE, shine)
    multiply(views, corner, count, tiles, first, col.SHINE, col.BEYOND)
    multiply(inverse, corner, count, tiles, first, col.FILM, col.RISE)
    for t in range(first, first + count):
        at = t * col.TILE
        here, film = load(tiles, at + col.GUESS), load(tiles, at + col.FILM)
        film_then = load(tiles, at + col.FILM_THEN)
        more = (film - film_then) * here
        drawn = (load(tiles, at + col.FIRM) - load(tiles, at + col.FIRM_THEN)) * here
        late = late + more
        takes = takes + film - film_then * load(tiles, at + col.RISE)
        store(tiles, at + col.DRAWN, drawn)
        store(tiles, at + col.BEYOND, load(tiles, at + col.BEYOND) - more - drawn)
    zones[col.LATE, r], zones[col.TAKES, r] = total(late), total(takes)


@fused
def weights(zones: Array) -> None:
    """Weight of the end in the mean of each zone's air, as :func:`.face_films.fitted`."""
    wide = zones.shape[1]
    for at in range(0, wide, LANES):
        given = load(zones, col.TAKES * wide + at) + load(zones, col.GIVES * wide + at)
        x = smaller(given / load(zones, col.STORES * wide + at), spread(MOST))
        fitted = 1.0 / (1.0 - decayed(x)) - 1.0 / x
        store(zones, col.WEIGHT * wide + at, above(x - LITTLE, fitted, 0.5 + x / 12.0))
        store(zones, col.AIR_THEN * wide + at, load(zones, col.MEAN * wide + at))


@fused
def due(zones: Array, clock: Array, most: float) -> bool:
    """Whether films are due: when their time has come, or the air of a zone has moved."""
    clock[LEFT] -= 1.0
    clock[SINCE] += 1.0
    wide, worst = zones.shape[1], spread(0.0)
    for at in range(0, wide, LANES):
        mean, then = load(zones, col.MEAN * wide + at), load(zones, col.AIR_THEN * wide + at)
        worst = greater(worst, size(mean - then))
    far = largest(worst)
    if far <= MOVED and clock[LEFT] > 0.0:
        return False
    clock[SPAN] = 1.0 if far > MOVED else min(2.0 * clock[SPAN], most)
    clock[LEFT] = clock[SPAN]
    return True


@lean
def renew(
    k: int, zones: Array, clock: Array, tiles: Array, still: Array, inverse: Array, views: Array,
    panes: Array, chain: Array, shares: Array, spans: Whole, outs: Whole, glass: Whole,
    upright: Array, gaps: Whole, numbers: Array, known: Array, weather: Array,
) -> None:  # fmt: skip
    """Films, radiation and gaps of all zones at the temperatures they will have, and the answer."""
    further = min(0.5 * (clock[SPAN] + 1.0) / clock[SINCE], FURTHEST)
    ahead(tiles, further)
    for r in range(spans.shape[0] - 1):
        air = zones[col.MEAN, r] + further * (zones[col.MEAN, r] - zones[col.AIR_THEN, r])
        for t in range(spans[r, col.FIRST], spans[r + 1, col.FIRST]):
            inside(t, tiles, still, air)
    windows(k, tiles, zones, further, panes, chain, shares, glass, upright, gaps, numbers, known)
    for i in range(outs.shape[0]):
        outdoors(k, outs[i], tiles, still, weather)
    for r in range(spans.shape[0] - 1):
        first, count, corner = spans[r, col.FIRST], spans[r, col.COUNT], spans[r, col.MATRIX]
        if apart(first, count, tiles):
            inverted(r, spans, tiles, zones, views, inverse)
        answers(r, first, count, corner, tiles, zones, views, inverse)
    weights(zones)
    clock[SINCE] = 0.0
