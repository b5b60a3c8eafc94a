"""What the air of many zones gets beside its faces, and what a step is told as. All SI.

As :mod:`twin.physics.face_air`, in the layout of :mod:`twin.physics.quick_layout`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.physics import quick_layout as col
from twin.physics.compiled import fused, lean
from twin.physics.eights import (
    LANES,
    greater,
    load,
    one,
    pick,
    put,
    put_one,
    smaller,
    some,
    soon,
    spread,
    store,
    total,
)
from twin.physics.face_air import AIR, BEAM, DIFFUSE, RADIANT, breeze_through
from twin.physics.face_films import FIRST_PANE, PANES, SHARES
from twin.physics.regulators import IDEAL, KIND, share
from twin.physics.zone_steps import OUT

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

HOME, ROOM, WINDOW = range(SHARES + 1, SHARES + 4)
"""Columns of a window beyond those of an element: where its lane begins in its tile, its zone; its
link is that of the room side."""

AHEAD = 2
"""Steps by which inputs are asked for before they are read."""


@fused
def shone(k: int, tiles: Array, known: Array, glass: Whole, shares: Array) -> None:
    """What panes of windows absorb, to either side [W]."""
    row, wide = k * known.shape[1], known.shape[1]
    for at in range(0, wide, LANES):
        soon(known, row + AHEAD * wide + at)
    for at in range(0, glass.size, WINDOW):
        home, pane = one(glass, at + HOME), row + one(glass, at + FIRST_PANE)
        parts, absorbed, inward = one(glass, at + SHARES), 0.0, 0.0
        for p in range(one(glass, at + PANES)):
            taken = one(known, pane + p)
            absorbed += taken
            inward += one(shares, parts + p) * taken
        put_one(tiles, home + col.PANE_IN, inward)
        put_one(tiles, home + col.PANE_OUT, absorbed - inward)


@fused
def given_off(
    k: int, zones: Array, fresh: Array, weather: Array, known: Array, first: Whole, to_air: Array,
    doors: Whole, breadth: Array, steady: Array, breeze: Array,
) -> None:  # fmt: skip
    """What the air of each zone gives elsewhere [W/K] and gets from there but for its faces [W]."""
    out, wide, rooms, row = weather[k, OUT], zones.shape[1], fresh.shape[1], k * known.shape[1]
    for at in range(0, wide, LANES):
        left = rooms - at
        gives = some(fresh, k * rooms + at, left)
        enters = some(known, row + first[AIR] + at, left) + gives * out
        gains = some(known, row + first[RADIANT] + at, left)
        enters = enters + some(to_air, at, left) * gains
        beam = some(known, row + first[BEAM] + at, left)
        enters = enters + some(to_air, rooms + at, left) * beam
        diffuse = some(known, row + first[DIFFUSE] + at, left)
        enters = enters + some(to_air, 2 * rooms + at, left) * diffuse
        store(zones, col.GIVES * wide + at, gives)
        store(zones, col.ENTERS * wide + at, enters)
        store(zones, col.BESIDE * wide + at, enters)
    for i in range(doors.shape[0]):
        here, there = doors[i, 0], doors[i, 1]
        breeze[i] = breeze_through(
            zones[col.MEAN, here], zones[col.MEAN, there], breadth[i], steady[i]
        )
        zones[col.GIVES, here] += breeze[i]
        zones[col.GIVES, there] += breeze[i]


@lean
def with_doors(zones: Array, doors: Whole, breeze: Array) -> None:
    """Heat into the air of each zone with what its doors bring from the zones beyond [W]."""
    for r in range(zones.shape[1]):
        zones[col.BESIDE, r] = zones[col.ENTERS, r]
    for i in range(doors.shape[0]):
        here, there = doors[i, 0], doors[i, 1]
        zones[col.BESIDE, here] += breeze[i] * zones[col.MEAN, there]
        zones[col.BESIDE, there] += breeze[i] * zones[col.MEAN, here]


@fused
def asks(k: int, zones: Array, low: Array, high: Array, order: Array, heating: float) -> None:
    """What each zone is to get, within which band, and at most."""
    wide, rooms = zones.shape[1], low.shape[1]
    for at in range(0, wide, LANES):
        row, left = k * rooms + at, rooms - at
        store(zones, col.ASKED * wide + at, some(order, row, left))
        store(zones, col.BOTTOM * wide + at, some(low, row, left))
        store(zones, col.TOP * wide + at, some(high, row, left))
        most = load(zones, col.MOST_HEATING * wide + at) * heating
        store(zones, col.HEATING * wide + at, most)
        store(zones, col.COOLING * wide + at, load(zones, col.MOST_COOLING * wide + at))


@lean
def regulated(
    k: int, zones: Array, low: Array, high: Array, regulators: Array, memory: Array, step: float
) -> None:
    """What is asked for by regulators that are not ideal."""
    for r in range(low.shape[1]):
        if regulators[r, KIND] != IDEAL:
            air = zones[col.AIR, r]
            part = share(regulators[r], memory[r], air, low[k, r], high[k, r], step)
            limit = zones[col.HEATING, r] if part > 0.0 else zones[col.COOLING, r]
            zones[col.ASKED, r] = part * limit
            zones[col.BOTTOM, r], zones[col.TOP, r] = -np.inf, np.inf


@fused
def overasked(zones: Array, heating: float, cooling: float) -> bool:
    """Whether zones ask for more than the plant has [W]; each may then have its share of that."""
    wide, given, taken = zones.shape[1], spread(0.0), spread(0.0)
    for at in range(0, wide, LANES):
        heat = load(zones, col.HEAT * wide + at)
        given, taken = given + greater(heat, 0.0), taken - smaller(heat, 0.0)
    hot, cold = total(given), total(taken)
    for at in range(0, wide, LANES):
        heat = load(zones, col.HEAT * wide + at)
        if hot > heating:
            store(zones, col.HEATING * wide + at, greater(heat, 0.0) * (heating / hot))
        if cold > cooling:
            store(zones, col.COOLING * wide + at, 0.0 - smaller(heat, 0.0) * (cooling / cold))
    return bool(hot > heating or cold > cooling)


@fused
def told(
    k: int, zones: Array, fresh: Array, weather: Array, tiles: Array, still: Array, modes: Array,
    spans: Whole, owned: Whole, weights: Array, shown: Whole, walls: int, seen: Array,
    heat_out: Array, fresh_out: Array,
) -> None:  # fmt: skip
    """Take the step's end as the next one's start, and note what it gave and holds."""
    rooms, wide, out, row = fresh.shape[1], zones.shape[1], weather[k, OUT], k * seen.shape[1]
    for at in range(0, wide, LANES):
        after, left = load(zones, col.AFTER * wide + at), rooms - at
        store(zones, col.AIR * wide + at, after)
        put(seen, row + at, left, after)
        put(heat_out, k * rooms + at, left, load(zones, col.HEAT * wide + at))
        warmed = out - load(zones, col.MEAN * wide + at)
        put(fresh_out, k * rooms + at, left, some(fresh, k * rooms + at, left) * warmed)
    for e in range(0, shown.shape[0], LANES):
        put(seen, row + rooms + e, walls - e, pick(tiles, 0, shown, e))
    for r in range(rooms):
        span, mean = r * col.SPAN, spread(0.0)
        for t in range(one(spans, span + col.FIRST), one(spans, span + col.SPAN + col.FIRST)):
            mode = load(modes, t * modes.shape[1] * LANES)
            mean = mean + load(still, t * col.STILL + col.FABRIC) * mode
        found = total(mean)
        for i in range(one(spans, span + col.OWNED), one(spans, span + col.SPAN + col.OWNED)):
            found += one(weights, i) * one(modes, one(owned, i))
        put_one(seen, row + rooms + walls + r, found)
