"""The step of a house of many walls: as :mod:`twin.physics.face_march`, by kept inverses. All SI.

Eight faces go through the processor at once. What the faces of a zone are without the walls to
other zones is found once; each round adds what those bring. Films are those of
:mod:`twin.physics.quick_films`; :mod:`twin.physics.quick_layout` says what lies where.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from twin.physics import quick_layout as col
from twin.physics.compiled import compiled, fused
from twin.physics.eights import (
    LANES,
    above,
    greater,
    largest,
    load,
    one,
    pick,
    size,
    smaller,
    spread,
    store,
    times,
    total,
)
from twin.physics.face_air import BEAM, DIFFUSE, RADIANT
from twin.physics.face_march import ROUNDS, SETTLED
from twin.physics.quick_air import (
    asks,
    given_off,
    overasked,
    regulated,
    shone,
    told,
    with_doors,
)
from twin.physics.quick_films import due, renew
from twin.physics.regulators import IDEAL, KIND
from twin.physics.zone_steps import OUT, SKY_T

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

NEAR, EXACT = 1e-2, 1e-5
"""Faces of walls between zones are known to this before the zones are solved [K]: of walls that
store heat, which keep what one zone gives until the other takes it; where some store none."""


@fused
def carry(t: int, modes: Array, swing: Array, order: int, into: Any, beyond: Any) -> Any:
    """Carry the modes of eight walls on with heat into both faces [W]; what they hold there [K]."""
    here, there = spread(0.0), spread(0.0)
    for m in range(order):
        at = (t * modes.shape[1] + m) * LANES
        inner, outer = load(swing, 3 * at + LANES), load(swing, 3 * at + 2 * LANES)
        now = load(swing, 3 * at) * load(modes, at) + inner * into + outer * beyond
        store(modes, at, now)
        here, there = here + inner * now, there + outer * now
    return here, there


@fused
def held(t: int, modes: Array, swing: Array, order: int) -> Any:
    """What the modes of eight walls hold at both faces [K]."""
    here, there = spread(0.0), spread(0.0)
    for m in range(order):
        at = (t * modes.shape[1] + m) * LANES
        now = load(modes, at)
        here = here + load(swing, 3 * at + LANES) * now
        there = there + load(swing, 3 * at + 2 * LANES) * now
    return here, there


@fused
def push(
    t: int, tiles: Array, joints: Array, still: Array, places: Whole, known: Array, row: int,
    radiant: float, beam: float, diffuse: float, out: float, out4: float, sky4: float,
) -> None:  # fmt: skip
    """What light, gains, walls and weather push into eight faces [W]."""
    at, by, among = t * col.TILE, t * col.STILL, t * col.PLACES
    across = load(tiles, at + col.ACROSS)
    here, there = load(tiles, at + col.HELD_IN), load(tiles, at + col.HELD_OUT)
    heat = load(tiles, at + col.INNER) * here + across * there + load(tiles, at + col.PANE_IN)
    heat_out = across * here + load(tiles, at + col.OUTER) * there + load(tiles, at + col.PANE_OUT)
    sun = load(still, by + col.LIT) * pick(known, row, places, among + col.SUN)
    outside = sun + load(tiles, at + col.ALONE) + heat_out
    outside = outside + load(tiles, at + col.BY_AIR) * out
    outside = outside + load(still, by + col.TO_SKY) * sky4 + load(still, by + col.TO_FAR) * out4
    push = heat - load(tiles, at + col.PASSES) * outside
    gets = push + load(tiles, at + col.BEYOND) + load(still, by + col.BY_RADIANT) * radiant
    gets = gets + load(still, by + col.BY_BEAM) * beam + load(still, by + col.BY_DIFFUSE) * diffuse
    store(tiles, at + col.HEAT_OUT, heat_out)
    store(tiles, at + col.OUTSIDE, outside)
    store(tiles, at + col.BOTH, heat + outside)
    store(tiles, at + col.PUSH, push)
    store(tiles, at + col.PUSHED, gets + pick(joints, 0, places, among + col.JOINED))


@fused
def pushes(
    k: int, spans: Whole, tiles: Array, joints: Array, still: Array, places: Whole, known: Array,
    first: Whole, weather: Array,
) -> None:  # fmt: skip
    """What is pushed into all faces but by their air and through walls between zones [W]."""
    out, sky = weather[k, OUT], weather[k, SKY_T]
    out4, sky4 = out * out * out * out, sky * sky * sky * sky
    row = k * known.shape[1]
    for r in range(spans.shape[0] - 1):
        radiant, beam = one(known, row + first[RADIANT] + r), one(known, row + first[BEAM] + r)
        diffuse, span = one(known, row + first[DIFFUSE] + r), r * col.SPAN
        for t in range(one(spans, span + col.FIRST), one(spans, span + col.SPAN + col.FIRST)):
            push(t, tiles, joints, still, places, known, row, radiant, beam, diffuse, out, out4,
                 sky4)  # fmt: skip


@fused
def bare(
    spans: Whole, tiles: Array, zones: Array, still: Array, places: Whole, inverse: Array
) -> None:
    """The faces of each zone but for its air [K], and what its air gets of that [W].

    Walls between zones bring what the other face, as it was found last, makes them bring.
    """
    for t in range(tiles.shape[0]):
        other = pick(tiles, 0, places, t * col.PLACES + col.PARTNER)
        store(tiles, t * col.TILE + col.CROSSED, load(still, t * col.STILL + col.CROSS) * other)
    for r in range(spans.shape[0] - 1):
        span, gets = r * col.SPAN, spread(0.0)
        begin, count = one(spans, span + col.FIRST), one(spans, span + col.COUNT)
        corner, wide = one(spans, span + col.MATRIX), count * LANES
        for t in range(count):
            found = spread(0.0)
            for u in range(count):
                at = (begin + u) * col.TILE
                heat = load(tiles, at + col.PUSHED) - load(tiles, at + col.CROSSED)
                found = found + times(inverse, corner + (u * wide + t) * LANES, wide, heat)
            at = (begin + t) * col.TILE
            store(tiles, at + col.BARE, found)
            gets = gets + load(tiles, at + col.FILM_THEN) * found
        zones[col.GOT, r] = total(gets)


@fused
def balance(zones: Array) -> None:
    """Air of the zones at the end of the step [K], and the heat that keeps them in band [W].

    As in :mod:`twin.physics.face_march`.
    """
    wide = zones.shape[1]
    for at in range(0, wide, LANES):
        weight, gives = load(zones, col.WEIGHT * wide + at), load(zones, col.GIVES * wide + at)
        given, air = load(zones, col.TAKES * wide + at) + gives, load(zones, col.AIR * wide + at)
        storage = load(zones, col.STORES * wide + at)
        own = storage + weight * given
        enters = load(zones, col.GOT * wide + at) + load(zones, col.LATE * wide + at)
        enters = enters + load(zones, col.BESIDE * wide + at)
        free = (storage - (1.0 - weight) * given) * air + enters
        heat = greater(
            load(zones, col.ASKED * wide + at), load(zones, col.BOTTOM * wide + at) * own - free
        )
        heat = smaller(heat, load(zones, col.TOP * wide + at) * own - free)
        heat = greater(heat, 0.0 - load(zones, col.COOLING * wide + at))
        heat = smaller(heat, load(zones, col.HEATING * wide + at))
        after = (free + heat) / own
        store(zones, col.HEAT * wide + at, heat)
        store(zones, col.AFTER * wide + at, after)
        store(zones, col.MEAN * wide + at, weight * after + (1.0 - weight) * air)


@fused
def faces(spans: Whole, tiles: Array, zones: Array, still: Array) -> float:
    """Faces of each zone by its air [K]; how far those of walls between zones moved [K]."""
    far = spread(0.0)
    for r in range(spans.shape[0] - 1):
        mean, span = zones[col.MEAN, r], r * col.SPAN
        for t in range(one(spans, span + col.FIRST), one(spans, span + col.SPAN + col.FIRST)):
            at = t * col.TILE
            face = load(tiles, at + col.BARE) + load(tiles, at + col.RISE) * mean
            moved = size(face - load(tiles, at + col.FACE))
            cross = size(load(still, t * col.STILL + col.CROSS))
            far = greater(far, above(cross, moved, spread(0.0)))
            store(tiles, at + col.FACE, face)
    return float(largest(far))


@fused
def settled(
    spans: Whole, tiles: Array, zones: Array, still: Array, places: Whole, inverse: Array,
    doors: Whole, breeze: Array, near: float, before: Array,
) -> None:  # fmt: skip
    """Solve the zones, again where faces that they share are not where they were expected."""
    for _ in range(ROUNDS):
        moved = 0.0
        if doors.shape[0] > 0:
            with_doors(zones, doors, breeze)
            for r in range(before.shape[0]):
                before[r] = zones[col.MEAN, r]
        bare(spans, tiles, zones, still, places, inverse)
        balance(zones)
        if doors.shape[0] > 0:
            for r in range(before.shape[0]):
                moved = max(moved, abs(zones[col.MEAN, r] - before[r]))
        if faces(spans, tiles, zones, still) < near and moved < SETTLED:
            break


@fused
def received(t: int, tiles: Array, still: Array, modes: Array, swing: Array, order: int) -> None:
    """Carry eight walls on with the heat that the step put into their faces."""
    at = t * col.TILE
    here, across = load(tiles, at + col.FACE), load(tiles, at + col.ACROSS)
    outside, heat_out = load(tiles, at + col.OUTSIDE), load(tiles, at + col.HEAT_OUT)
    into = load(tiles, at + col.FIRM_THEN) * here + load(tiles, at + col.DRAWN)
    into = into - load(tiles, at + col.PUSH)
    there = (outside - across * here) * load(tiles, at + col.YIELDS)
    beyond = across * here + load(tiles, at + col.OUTER) * there - heat_out
    # Panes keep nothing: what their two faces get goes outdoors.
    through = (load(tiles, at + col.BOTH) + into) * load(tiles, at + col.TO_OUT)
    ends = above(load(still, t * col.STILL + col.GLASSY), through, there)
    store(tiles, at + col.ENDS, ends)
    inner, outer = carry(t, modes, swing, order, into, beyond)
    store(tiles, at + col.HELD_IN, inner)
    store(tiles, at + col.HELD_OUT, outer)


@fused
def joined(
    i: int, t: int, tiles: Array, joints: Array, meets: Whole, modes: Array, swing: Array,
    order: int,
) -> None:  # fmt: skip
    """Carry eight walls between zones on."""
    at, by = i * col.JOINT, i * col.MEETS
    inner, outer = load(joints, at + col.J_INNER), load(joints, at + col.J_OUTER)
    into = inner * pick(tiles, col.FACE, meets, by + col.AT_IN) - load(joints, at + col.J_IN)
    into = into + pick(tiles, col.CROSSED, meets, by + col.AT_IN)
    beyond = outer * pick(tiles, col.FACE, meets, by + col.AT_OUT) - load(joints, at + col.J_OUT)
    beyond = beyond + pick(tiles, col.CROSSED, meets, by + col.AT_OUT)
    here, there = carry(t, modes, swing, order, into, beyond)
    across = load(joints, at + col.J_ACROSS)
    store(joints, at + col.J_IN, inner * here + across * there)
    store(joints, at + col.J_OUT, across * here + outer * there)


@compiled
def begun(tiles: Array, joints: Array, modes: Array, swing: Array, orders: Whole) -> None:
    """What all walls hold at their faces before the first step."""
    count = tiles.shape[0]
    for t in range(count):
        inner, outer = held(t, modes, swing, orders[t])
        store(tiles, t * col.TILE + col.HELD_IN, inner)
        store(tiles, t * col.TILE + col.HELD_OUT, outer)
    for i in range(modes.shape[0] - count):
        at, t = i * col.JOINT, count + i
        here, there = held(t, modes, swing, orders[t])
        across = load(joints, at + col.J_ACROSS)
        store(joints, at + col.J_IN, load(joints, at + col.J_INNER) * here + across * there)
        store(joints, at + col.J_OUT, across * here + load(joints, at + col.J_OUTER) * there)


@compiled
def march(
    modes: Array, tiles: Array, zones: Array, joints: Array, inverse: Array, air: Array,
    panes: Array, chain: Array, shares: Array, memory: Array, clock: Array,
    swing: Array, orders: Whole, still: Array, views: Array, spans: Whole, places: Whole,
    meets: Whole, outs: Whole, glass: Whole, upright: Array, gaps: Whole, numbers: Array,
    shown: Whole, owned: Whole, weights: Array, to_air: Array, doors: Whole, breadth: Array,
    steady: Array, first: Whole, step: float, refresh: float, near: float, known: Array,
    weather: Array, fresh: Array, low: Array, high: Array, order: Array, most: Array,
    plant: Array, regulators: Array, _fabric: Array, owner: Whole, seen: Array, heat_out: Array,
    fresh_out: Array,
) -> None:  # fmt: skip
    """Step the zones through a block; what comes before ``swing`` is the state, carried on."""
    rooms, breeze, count = air.shape[0], np.zeros(len(doors)), tiles.shape[0]
    walls = owner.shape[0]
    before, ideal = np.zeros(rooms), True
    for r in range(rooms):
        zones[col.AIR, r] = air[r]
        zones[col.MOST_HEATING, r], zones[col.MOST_COOLING, r] = most[r, 0], most[r, 1]
        ideal = ideal and regulators[r, KIND] == IDEAL
    for k in range(known.shape[0]):
        shone(k, tiles, known, glass, shares)
        given_off(k, zones, fresh, weather, known, first, to_air, doors, breadth, steady, breeze)
        if due(zones, clock, refresh):
            renew(
                k, zones, clock, tiles, still, inverse, views, panes, chain, shares, spans, outs,
                glass, upright, gaps, numbers, known, weather,
            )  # fmt: skip
        pushes(k, spans, tiles, joints, still, places, known, first, weather)
        asks(k, zones, low, high, order, plant[k, 2])
        if not ideal:
            regulated(k, zones, low, high, regulators, memory, step)
        for _ in range(2):
            settled(spans, tiles, zones, still, places, inverse, doors, breeze, near, before)
            if not overasked(zones, plant[k, 0], plant[k, 1]):
                break
        for t in range(count):
            received(t, tiles, still, modes, swing, orders[t])
        for i in range(meets.shape[0]):
            joined(i, count + i, tiles, joints, meets, modes, swing, orders[count + i])
        told(k, zones, fresh, weather, tiles, still, modes, spans, owned, weights, shown, walls,
             seen, heat_out, fresh_out)  # fmt: skip
    for r in range(rooms):
        air[r] = zones[col.AIR, r]
