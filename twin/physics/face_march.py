"""The step of a house of walls, wall by wall and zone by zone, compiled. All SI.

Walls are small systems of their own (:mod:`twin.physics.wall_modes`) that meet at their faces; the
faces of a zone are solved together with its air, films and radiation as they were renewed last
(:mod:`twin.physics.face_films`). All flows hold through a step and are those of the means over it,
so what one side gives the other takes, whatever the films do; the mean of a zone's air is that of
an exponential approach. Layouts and columns are those of :mod:`twin.physics.face_tables`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.physics.compiled import compiled, fused, inlined, lean
from twin.physics.face_air import (
    BEAM,
    DIFFUSE,
    RADIANT,
    SUN,
    WINDOWS,
    asks,
    given_off,
    overasked,
    told,
    with_doors,
)
from twin.physics.face_films import (
    ACROSS,
    AIR_THEN,
    ALONE,
    BY_AIR,
    BY_FAR,
    BY_SKY,
    FIRST_PANE,
    INNER,
    LANES,
    LEFT,
    LINK,
    MEAN,
    OUTER,
    PANES,
    PASSES,
    SHARES,
    SINCE,
    SPAN,
    TAKES,
    WEIGHT,
    YIELDS,
    answer,
    facing_outdoors,
    inside_films,
    invert,
    radiation,
    window_chain,
)
from twin.physics.zone_steps import OUT, SKY_T

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Places = npt.NDArray[np.uint64]

MOVED = 0.5
"""Films are renewed before their time where the air has moved by more [K]."""
FURTHEST = 1.0
"""Films are renewed for temperatures ahead by at most so much of the change since the last time."""
SETTLED = 1e-9
"""Zones with openings are settled when the air of none moves by more in a round [K]."""
CLOSE = 1e-5
"""The same for zones with walls alone between them: what one gives the other gets anyway [K]."""
ROUNDS = 200


@lean
def renew(
    k: int, r: int, zones: Array, count: int, of: Whole, side: Whole, rows: Whole, film: Array,
    face: Array, ends: Array, then: Array, ends_then: Array, guess: Array, guess_ends: Array,
    el: Array, element: Whole, inverse: Array, rise: Array, pairs: Whole, exchange: Array,
    spans: Whole, chain: Array, gaps: Whole, shares: Array, whole: Whole, numbers: Array,
    weather: Array, known: Array, windows: int, other: float, capacity: float, step: float,
) -> None:  # fmt: skip
    """Films, radiation and gaps of zone ``r`` at the temperatures it will have, and its answer.

    Those are of the middle of the steps ahead, on the line through now and the last time.
    """
    further = min(0.5 * (zones[r, SPAN] + 1.0) / zones[r, SINCE], FURTHEST)
    air = zones[r, MEAN] + further * (zones[r, MEAN] - zones[r, AIR_THEN])
    for i in range(count):
        e, t, j = of[r, i], i // LANES, i % LANES
        now = face[r, t, j]
        guess[r, t, j] = now + further * (now - then[r, t, j])
        then[r, t, j] = now
        if side[r, i] == 0:
            now = ends[e]
            guess_ends[e] = now + further * (now - ends_then[e])
            ends_then[e] = now
    zones[r, AIR_THEN], zones[r, SINCE] = zones[r, MEAN], 0.0
    inside_films(r, count, film, guess, rows, air, whole, numbers)
    for i in range(count):
        for t in range(inverse.shape[2]):
            for j in range(LANES):
                inverse[r, i, t, j] = 0.0
    for i in range(count):
        e, t, j = of[r, i], i // LANES, i % LANES
        if side[r, i] == 1:
            inverse[r, i, t, j] = el[OUTER, e] + film[r, t, j]
            continue
        if e >= windows:
            window_chain(
                k, e, e - windows, el, element, chain, gaps, shares, numbers, known,
                guess[r, t, j], guess_ends[e],
            )  # fmt: skip
        if element[e, LINK] >= 0:
            facing_outdoors(k, e, el, numbers, element[e, LINK], guess_ends[e], weather)
        inverse[r, i, t, j] = el[INNER, e] - el[ACROSS, e] * el[PASSES, e] + film[r, t, j]
    radiation(r, inverse, guess, pairs, exchange, spans[r, 0], spans[r, 1])
    invert(r, inverse, count)
    answer(r, inverse, count, film, rise, zones, other, capacity, step)


@fused
def carry(modes: Array, decay: Array, reach: Array, into: Array, held: Array) -> None:
    """Carry the modes on with the heat into both faces of each wall [W].

    ``held`` (2, elements) becomes what they hold at the faces [K].
    """
    for e in range(modes.shape[1]):
        held[0, e] = 0.0
        held[1, e] = 0.0
    for m in range(modes.shape[0]):
        for e in range(modes.shape[1]):
            now = decay[m, e] * modes[m, e]
            now += reach[0, m, e] * into[0, e] + reach[1, m, e] * into[1, e]
            modes[m, e] = now
            held[0, e] += reach[0, m, e] * now
            held[1, e] += reach[1, m, e] * now


@fused
def lead(
    k: int, el: Array, held: Array, sun: Array, known: Array, first: Whole, weather: Array,
    element: Whole, shares: Array, pushes: Array,
) -> None:  # fmt: skip
    """What walls, sun and weather push into each inner face by themselves [W].

    ``held`` (2, elements) comes as temperatures and goes as heat [W]; ``sun`` becomes what reaches
    the outer faces from outdoors.
    """
    out, sky = weather[k, OUT], weather[k, SKY_T]
    out4, sky4 = out * out * out * out, sky * sky * sky * sky
    windows, start = first[WINDOWS], first[SUN]
    for e in range(windows):
        sun[e] = known[k, start + e]
    for e in range(windows, sun.shape[0]):
        sun[e] = 0.0
    for e in range(sun.shape[0]):
        inner, outer = held[0, e], held[1, e]
        held[0, e] = el[INNER, e] * inner + el[ACROSS, e] * outer
        held[1, e] = el[ACROSS, e] * inner + el[OUTER, e] * outer
    for e in range(windows, element.shape[0]):
        for p in range(element[e, PANES]):
            taken, inward = known[k, element[e, FIRST_PANE] + p], shares[element[e, SHARES] + p]
            held[0, e] += inward * taken
            held[1, e] += (1.0 - inward) * taken
    for e in range(sun.shape[0]):
        sun[e] += el[BY_AIR, e] * out + el[BY_SKY, e] * sky4 + el[BY_FAR, e] * out4 + el[ALONE, e]
        pushes[e] = held[0, e] - el[PASSES, e] * (sun[e] + held[1, e])


@fused
def gather(
    k: int, b: Array, absorbed: Array, known: Array, first: Whole, pushes: Array, inner: Places
) -> None:
    """What light, radiant gains and walls push into each face [W], (rooms, eights, 8)."""
    for r in range(b.shape[0]):
        radiant, beam = known[k, first[RADIANT] + r], known[k, first[BEAM] + r]
        diffuse = known[k, first[DIFFUSE] + r]
        for t in range(b.shape[1]):
            for j in range(LANES):
                b[r, t, j] = (
                    absorbed[0, r, t, j] * radiant
                    + absorbed[1, r, t, j] * beam
                    + absorbed[2, r, t, j] * diffuse
                )
    flat = b.reshape(-1)
    for e in range(inner.shape[0]):
        flat[inner[e]] += pushes[e]


@fused
def across(
    el: Array, held: Array, base: Array, b: Array, face: Array, between: Whole, inner: Places,
    outer: Places, shared: Array,
) -> None:  # fmt: skip
    """Walls between two zones: what each face gets by the other's temperature found last.

    ``shared`` (2, walls) keeps what was taken into account [W].
    """
    flat, faces, alone = b.reshape(-1), face.reshape(-1), base.reshape(-1)
    for i in range(flat.shape[0]):
        flat[i] = alone[i]
    for i in range(between.shape[0]):
        e = between[i]
        shared[0, i] = el[ACROSS, e] * faces[outer[i]]
        shared[1, i] = el[ACROSS, e] * faces[inner[e]]
        flat[inner[e]] -= shared[0, i]
        flat[outer[i]] += held[1, e] - shared[1, i]


@fused
def settle(
    r: int, zones: Array, b: Array, face: Array, inverse: Array, rise: Array, count: int,
    at: float, enters: float, gives: float, storage: float, order: float, low: float, high: float,
    most: Array,
) -> tuple[float, float]:  # fmt: skip
    """Air of zone ``r`` at the end of the step [K] and the heat that keeps it in its band [W].

    ``enters`` is the heat into the air but for its faces [W], ``gives`` what it gives elsewhere
    [W/K], ``storage`` its capacity over the step [W/K]. Its faces become their means [K].
    """
    weight, given = zones[r, WEIGHT], zones[r, TAKES] + gives
    pushed = 0.0
    for t in range(b.shape[1]):
        for j in range(LANES):
            face[r, t, j] = 0.0
            pushed += rise[r, t, j] * b[r, t, j]
    i = 0
    for u in range(b.shape[1]):
        for v in range(min(LANES, count - i)):
            for t in range(b.shape[1]):
                for j in range(LANES):
                    face[r, t, j] += inverse[r, i, t, j] * b[r, u, v]
            i += 1
    own = storage + weight * given
    free = (storage - (1.0 - weight) * given) * at + pushed + enters
    heat = min(max(order, low * own - free), high * own - free)
    heat = min(max(heat, -most[1, r]), most[0, r])
    after = (free + heat) / own
    mean = weight * after + (1.0 - weight) * at
    zones[r, MEAN] = mean
    for t in range(b.shape[1]):
        for j in range(LANES):
            face[r, t, j] += rise[r, t, j] * mean
    return after, heat


@fused
def received(
    k: int, rooms: int, seen: Array, el: Array, held: Array, sun: Array, face: Array, inner: Places,
    outer: Places, between: Whole, shared: Array, into: Array, ends: Array,
) -> None:  # fmt: skip
    """Heat into both faces of every wall through the step [W], and its outer face's mean [K].

    ``seen`` gets the inner faces' means [K], after its ``rooms``.
    """
    faces = face.reshape(-1)
    for e in range(inner.shape[0]):
        into[1, e] = faces[inner[e]]
        seen[k, rooms + e] = into[1, e]
    for e in range(ends.shape[0]):
        here = into[1, e]
        there = (sun[e] + held[1, e] - el[ACROSS, e] * here) * el[YIELDS, e]
        ends[e] = there
        into[0, e] = el[INNER, e] * here + el[ACROSS, e] * there - held[0, e]
        into[1, e] = el[ACROSS, e] * here + el[OUTER, e] * there - held[1, e]
    for i in range(between.shape[0]):
        e = between[i]
        there = faces[outer[i]]
        ends[e] = there
        into[0, e] += shared[0, i]
        into[1, e] = shared[1, i] + el[OUTER, e] * there - held[1, e]


@fused
def settled(
    k: int, el: Array, held: Array, base: Array, b: Array, face: Array, between: Whole,
    inner: Places, outer: Places, shared: Array, zones: Array, inverse: Array, rise: Array,
    counts: Whole, air: Array, enters: Array, gives: Array, capacity: Array, step: float,
    asked: Array, bottom: Array, top: Array, power: Array, doors: Whole, breeze: Array,
    mean: Array, rounds: int, after: Array, heat: Array,
) -> None:  # fmt: skip
    """Solve the zones, again and again where one depends on another within the step."""
    for _ in range(rounds):
        across(el, held, base, b, face, between, inner, outer, shared)
        moved = 0.0
        for r in range(air.shape[0]):
            mean[r] = zones[r, MEAN]
        for r in range(air.shape[0]):
            beside = with_doors(r, enters[r], doors, breeze, mean)
            after[k, r], heat[r] = settle(
                r, zones, b, face, inverse, rise, counts[r], air[r], beside, gives[r],
                capacity[r] / step, asked[r], bottom[r], top[r], power,
            )  # fmt: skip
            moved = max(moved, abs(zones[r, MEAN] - mean[r]))
        if moved < (SETTLED if doors.shape[0] else CLOSE):
            break


@inlined
def due(r: int, zones: Array, most: float) -> bool:
    """Whether a zone's films are due: when their time has come, or its air has moved.

    Where it has moved they are due again in a step, in two, four and so on up to ``most``.
    """
    zones[r, LEFT] -= 1.0
    zones[r, SINCE] += 1.0
    jumped = abs(zones[r, MEAN] - zones[r, AIR_THEN]) > MOVED
    if not jumped and zones[r, LEFT] > 0.0:
        return False
    zones[r, SPAN] = 1.0 if jumped else min(2.0 * zones[r, SPAN], most)
    zones[r, LEFT] = zones[r, SPAN]
    return True


@compiled
def march(
    modes: Array, air: Array, zones: Array, face: Array, ends: Array, then: Array,
    ends_then: Array, film: Array, el: Array,
    chain: Array, shares: Array, inverse: Array, rise: Array, heat: Array, memory: Array,
    decay: Array, reach: Array, inner: Places, outer: Places, between: Whole, element: Whole,
    gaps: Whole, counts: Whole, of: Whole, side: Whole, rows: Whole, absorbed: Array,
    to_air: Array, pairs: Whole, exchange: Array, spans: Whole, whole: Whole, numbers: Array,
    capacity: Array, doors: Whole, size: Array, steady: Array, first: Whole, step: float,
    refresh: float, rounds: int, known: Array, weather: Array, fresh: Array, low: Array,
    high: Array, order: Array, most: Array, plant: Array, regulators: Array, fabric: Array,
    owner: Whole, seen: Array, heat_out: Array, fresh_out: Array,
) -> None:  # fmt: skip
    """Step the zones through a block; the first fifteen are the state, carried on in place."""
    rooms, size_of = air.shape[0], el.shape[1]
    held, into, shared = np.zeros((2, size_of)), np.zeros((2, size_of)), np.zeros((2, len(between)))
    sun, pushes, breeze = np.zeros(size_of), np.zeros(size_of), np.zeros(len(doors))
    base, b, power = np.zeros(face.shape), np.zeros(face.shape), np.zeros((2, rooms))
    asked, bottom, top = np.zeros(rooms), np.zeros(rooms), np.zeros(rooms)
    gives, enters, mean = np.zeros(rooms), np.zeros(rooms), np.zeros(rooms)
    carry(modes, np.ones(decay.shape), reach, into, held)
    for k in range(known.shape[0]):
        given_off(k, zones, fresh, weather, known, first, to_air, doors, size, steady, breeze,
                  gives, enters)  # fmt: skip
        for r in range(rooms):
            if due(r, zones, refresh):
                renew(
                    k, r, zones, counts[r], of, side, rows, film, face, ends, then, ends_then, b,
                    sun, el, element, inverse, rise, pairs, exchange, spans, chain, gaps, shares,
                    whole, numbers, weather,
                    known, first[WINDOWS], gives[r], capacity[r], step,
                )  # fmt: skip
        lead(k, el, held, sun, known, first, weather, element, shares, pushes)
        gather(k, base, absorbed, known, first, pushes, inner)
        asks(k, air, low, high, order, most, plant[k, 2], regulators, memory, step, asked, bottom,
             top, power)  # fmt: skip
        for _ in range(2):
            settled(
                k, el, held, base, b, face, between, inner, outer, shared, zones, inverse, rise,
                counts, air, enters, gives, capacity, step, asked, bottom, top, power, doors,
                breeze, mean, rounds, seen, heat,
            )  # fmt: skip
            if not overasked(heat, power, plant[k, 0], plant[k, 1]):
                break
        received(k, rooms, seen, el, held, sun, face, inner, outer, between, shared, into, ends)
        carry(modes, decay, reach, into, held)
        told(k, rooms + len(inner), zones, fresh, weather, fabric, owner, modes, heat, air, seen,
             heat_out, fresh_out)  # fmt: skip
