"""The step of a building's zones, compiled: films, air, ideal control, exact network. All SI.

At each step the network is first carried on with the links' flows of the step before; then every
link is settled once by Newton against its own response, then the heating and cooling that bring
each zone exactly to its band at the end of the step are found by projected Gauss-Seidel over the
zones. What was found is what the network receives: the balance closes whatever the links do.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from twin.physics.compiled import compiled, inlined
from twin.physics.films import STEFAN_BOLTZMANN, natural, outside, window_inside
from twin.physics.gaps import conductance
from twin.physics.links import (
    AIR,
    AREA,
    AWAY,
    EASTING,
    EMITTANCE,
    FIXED,
    FRESH,
    GAP,
    GAS,
    GLASS,
    HERE,
    KIND,
    NORTHING,
    RADIANT,
    REFERENCE,
    REFERENCE_RADIATION,
    ROOM,
    ROUGH,
    SKY,
    THERE,
    THICK,
    TO_AIR,
    TO_SKY,
    TOWARD,
    UPWARD,
)
from twin.physics.regulators import IDEAL, share
from twin.physics.regulators import KIND as KIND_OF

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

OUT, SKY_T, WINDWARD_POWER, LEEWARD_POWER, FROM_NORTH, FROM_EAST = range(6)
"""Columns of the weather of a step: outdoor air and sky [K], powers of the wind's speed, and where
it comes from as a unit vector."""
ABEAM = math.cos(math.radians(100.0))
"""A face is windward when the wind comes from within 100° of where it looks (EnergyPlus, DOE-2)."""
SETTLED = 1e-9
"""Zones are settled when none moves by more in a round [K]."""
DISCHARGE = 0.65
"""Discharge coefficient of a door [1]; 0.65 after Allard & Utsumi (1992)."""
AIR_HEAT = 1.2 * 1006.0
"""Heat capacity of the air through a door [J/(m³ K)]."""


@compiled
def _film(numbers: Array, i: int, here: float, there: float) -> tuple[float, float]:
    """Flow into a face from its air beyond the reference [W], and its slope [W/K]."""
    beyond = natural(here - there, numbers[i, UPWARD]) * numbers[i, AREA] - numbers[i, REFERENCE]
    return beyond * (there - here), -beyond


@compiled
def _glass(numbers: Array, i: int, here: float, there: float) -> tuple[float, float]:
    """Flow into the inside of a window beyond the reference [W], and its slope [W/K]."""
    h = window_inside(
        here, there, numbers[i, THICK], numbers[i, UPWARD], numbers[i, FIXED], numbers[i, ROUGH]
    )
    beyond = h * numbers[i, AREA] - numbers[i, REFERENCE]
    return beyond * (there - here), -beyond


@compiled
def _sky(numbers: Array, i: int, here: float, weather: Array, k: int) -> tuple[float, float]:
    """Flow into an outside face beyond the reference [W], and its slope [W/K]."""
    out, sky = weather[k, OUT], weather[k, SKY_T]
    h = numbers[i, FIXED]
    if h == 0.0:
        along = (
            weather[k, FROM_NORTH] * numbers[i, NORTHING]
            + weather[k, FROM_EAST] * numbers[i, EASTING]
        )
        if along >= ABEAM or abs(numbers[i, UPWARD]) > 0.98:
            forced = numbers[i, TOWARD] * weather[k, WINDWARD_POWER]
        else:
            forced = numbers[i, AWAY] * weather[k, LEEWARD_POWER]
        h = outside(here - out, numbers[i, UPWARD], forced, numbers[i, ROUGH])
    fourth = here * here * here * here
    from_sky = numbers[i, TO_SKY] * (sky * sky * sky * sky - fourth)
    long_wave = from_sky + numbers[i, TO_AIR] * (out * out * out * out - fourth)
    radiant = numbers[i, EMITTANCE] * STEFAN_BOLTZMANN * numbers[i, AREA]
    beyond = h * numbers[i, AREA] - numbers[i, REFERENCE]
    slope = -beyond - 4.0 * radiant * fourth / here
    return beyond * (out - here) + radiant * long_wave, slope


@compiled
def _door(numbers: Array, i: int, here: float, there: float) -> tuple[float, float]:
    """Flow into a room through a door from the other [W], and its slope [W/K]."""
    apart = abs(there - here)
    mean = 0.5 * (there + here)
    g = AIR_HEAT * DISCHARGE / 3.0 * numbers[i, AREA] * math.sqrt(9.81 * apart / mean)
    return g * (there - here), -1.5 * g


@compiled
def _gap(numbers: Array, i: int, here: float, there: float) -> tuple[float, float]:
    """Flow into a pane through a gap beyond the reference [W], and its slope [W/K]."""
    h = conductance(
        int(numbers[i, GAS]),
        numbers[i, THICK],
        numbers[i, EMITTANCE],
        numbers[i, UPWARD],
        here,
        there,
    )
    beyond = h * numbers[i, AREA] - numbers[i, REFERENCE]
    return beyond * (there - here), -beyond


@compiled
def _wanted(
    whole: Whole, numbers: Array, i: int, seen: Array, weather: Array, fresh: Array, k: int
) -> tuple[float, float]:
    """Flow that link ``i`` should carry in step ``k`` [W], and its slope by its own face [W/K]."""
    kind = whole[i, KIND]
    here = seen[whole[i, HERE]]
    if kind == SKY:
        return _sky(numbers, i, here, weather, k)
    if kind == FRESH:
        g = fresh[k, whole[i, ROOM]]
        return g * (weather[k, OUT] - here), -g
    there = seen[whole[i, THERE]]
    if kind == AIR:
        return _film(numbers, i, here, there)
    if kind == GLASS:
        return _glass(numbers, i, here, there)
    if kind == GAP:
        return _gap(numbers, i, here, there)
    return _door(numbers, i, here, there)


@compiled
def slope_of(
    whole: Whole, numbers: Array, i: int, seen: Array, weather: Array, fresh: Array, k: int
) -> float:
    """How the flow of link ``i`` in step ``k`` answers its own face, 0.5 K either way [W/K]."""
    at = seen.copy()
    node = whole[i, HERE]
    at[node] = seen[node] + 0.5
    above = _wanted(whole, numbers, i, at, weather, fresh, k)[0]
    at[node] = seen[node] - 0.5
    return float(above - _wanted(whole, numbers, i, at, weather, fresh, k)[0])


@inlined
def _push(seen: Array, table: Array, i: int, change: float) -> None:
    """Let the seen nodes feel a change of flow ``i``."""
    for j in range(seen.shape[0]):
        seen[j] += table[i, j] * change


@compiled
def _radiate(
    seen: Array, flow: Array, response: Array, pairs: Whole, exchange: Array, whole: Whole,
    wanted: Array,
) -> None:  # fmt: skip
    """Bring the long-wave exchange of all faces to their temperatures, all at once.

    Pair by pair, so that what one face gives the other takes. ``wanted`` is room to work in.
    """
    if pairs.shape[0] == 0:
        return
    wanted[:] = 0.0
    for k in range(pairs.shape[0]):
        one, other = seen[pairs[k, 0]], seen[pairs[k, 1]]
        real = STEFAN_BOLTZMANN * (one * one + other * other) * (one + other)
        q = exchange[k] * (real - REFERENCE_RADIATION) * (other - one)
        wanted[pairs[k, 2]] += q
        wanted[pairs[k, 3]] -= q
    for i in range(flow.shape[0]):
        if whole[i, KIND] == RADIANT:
            _push(seen, response, i, wanted[i] - flow[i])
            flow[i] = wanted[i]


@compiled
def _settle(
    seen: Array, flow: Array, response: Array, whole: Whole, numbers: Array, weather: Array,
    fresh: Array, k: int,
) -> None:  # fmt: skip
    """Bring every link to what it should carry, one after the other."""
    for i in range(whole.shape[0]):
        kind = whole[i, KIND]
        if kind == RADIANT:
            continue
        if kind == FRESH and fresh[k, whole[i, ROOM]] == 0.0 and flow[i] == 0.0:
            continue
        wanted, slope = _wanted(whole, numbers, i, seen, weather, fresh, k)
        own = response[i, whole[i, HERE]]
        if whole[i, THERE] >= 0:
            own -= response[i, whole[i, THERE]]
        change = (wanted - flow[i]) / (1.0 - slope * own)
        flow[i] += change
        _push(seen, response, i, change)


@compiled
def _in_band(
    free: float, own: float, low: float, high: float, order: float, heating: float, cooling: float
) -> float:
    """Ordered heat, or the nearest that keeps one zone in its band [W].

    ``free`` is the zone's temperature without any [K], ``own`` its response [K/W].
    """
    found = order
    if free + own * order < low:
        found = (low - free) / own
    elif free + own * order > high:
        found = (high - free) / own
    return min(max(found, -cooling), heating)


@compiled
def _control(
    seen: Array, heat: Array, response: Array, low: Array, high: Array, order: Array, most: Array,
    air: Array, before: Array,
) -> None:  # fmt: skip
    """Heating (+) or cooling (-) [W] that keeps each zone in its band at the end of the step.

    Within the band it gets what ``order`` says. ``air`` and ``before`` are room to work in.
    """
    rooms = heat.shape[0]
    for r in range(rooms):
        before[r], air[r] = heat[r], seen[r]
    for _ in range(200):
        moved = 0.0
        for r in range(rooms):
            own = response[r, r]
            free = air[r] - own * heat[r]
            wanted = _in_band(free, own, low[r], high[r], order[r], most[r, 0], most[r, 1])
            change = wanted - heat[r]
            if change != 0.0:
                heat[r] = wanted
                for j in range(rooms):
                    air[j] += response[r, j] * change
                moved = max(moved, abs(change) * own)
        if rooms == 1 or moved < SETTLED:
            break
    for r in range(rooms):
        if heat[r] != before[r]:
            _push(seen, response, r, heat[r] - before[r])


@compiled
def _together(
    seen: Array, heat: Array, response: Array, low: Array, high: Array, order: Array, most: Array,
    air: Array, before: Array, plant: Array,
) -> None:  # fmt: skip
    """Where rooms ask the plant for more than it has, each gets the same share of what it asked."""
    given, taken = 0.0, 0.0
    for r in range(heat.shape[0]):
        given += max(heat[r], 0.0)
        taken -= min(heat[r], 0.0)
    if given <= plant[0] and taken <= plant[1]:
        return
    for r in range(heat.shape[0]):
        if given > plant[0]:
            most[r, 0] = max(heat[r], 0.0) * plant[0] / given
        if taken > plant[1]:
            most[r, 1] = -min(heat[r], 0.0) * plant[1] / taken
    _control(seen, heat, response, low, high, order, most, air, before)


@compiled
def _regulated(
    regulator: Array, memory: Array, air: float, low: float, high: float, most: Array, step: float
) -> float:
    """Heat that the regulator of a room gives through a step [W]."""
    found = share(regulator, memory, air, low, high, step)
    return float(found * most[0] if found > 0.0 else found * most[1])


@inlined
def _carry(state: Array, flow: Array, table: Array) -> None:
    """Add ``flow @ table`` to ``state``."""
    for i in range(flow.shape[0]):
        if flow[i] != 0.0:
            _push(state, table, i, flow[i])


@compiled
def driven(known: Array, table: Array, found: Array) -> None:
    """``found = known @ table``, where most of ``known`` is nothing and both are narrow.

    (steps, inputs), (inputs, m), (steps, m); BLAS would start threads that cost more than the sum.
    """
    found[:] = 0.0
    for k in range(known.shape[0]):
        for i in range(known.shape[1]):
            if known[k, i] != 0.0:
                _push(found[k], table, i, known[k, i])


@compiled
def march(
    modes: Array, link: Array, heat: Array, decay: Array, look: Array, link_gain: Array,
    link_response: Array, heat_gain: Array, heat_response: Array, drive: Array, glimpse: Array,
    whole: Whole, numbers: Array, weather: Array, fresh: Array, low: Array, high: Array,
    most: Array, plant: Array, pairs: Whole, exchange: Array, order: Array, regulators: Array,
    memory: Array, at: Array, step: float, seen_out: Array, heat_out: Array, link_out: Array,
) -> None:  # fmt: skip
    """Step the zones through a block; ``modes``, ``link`` and ``heat`` are carried on in place.

    Parameters
    ----------
    modes : (n,) array
        Modal state; changed.
    link, heat : (links,), (rooms,) arrays
        Flows of the last step [W]; changed.
    decay, look : (n,), (n, seen) arrays
        Decay over a step, and what the seen nodes get of the modes at its end.
    link_gain, heat_gain : (links, n), (rooms, n) arrays
        Response of the modes to a flow [1/W].
    link_response, heat_response : (links, seen), (rooms, seen) arrays
        Response of the seen nodes to a flow at the end of the step [K/W].
    drive, glimpse : (steps, n), (steps, seen) arrays
        What the known inputs do to modes and seen nodes in each step.
    whole, numbers : arrays
        The links.
    weather : (steps, 6) array
        Columns above.
    fresh : (steps, rooms) array
        Heat conductance of the outdoor air that comes in [W/K].
    low, high : (steps, rooms) arrays
        Band at the end of each step [K].
    most : (rooms, 2) array
        Greatest heating and cooling [W].
    plant : (steps, 3) array
        Greatest heating and cooling of all rooms together [W]; share of ``most`` heating [1].
    pairs, exchange : (m, 4), (m,) arrays
        Faces that exchange long-wave radiation and their exchange areas [m²].
    order : (steps, rooms) array
        Heat that each room gets where that keeps it in its band [W].
    regulators, memory : (rooms, 5), (rooms, 4) arrays
        Columns of :mod:`twin.physics.regulators`; ``memory`` is changed. A room whose regulator is
        not ideal gets what that gives, wherever its temperature goes.
    at : (rooms,) array
        Air at the start [K]; changed.
    step : float
        Length of a step [s].
    seen_out, heat_out, link_out : (steps, …) arrays
        Filled: temperatures at the end of each step [K], flows during it [W].
    """
    n = modes.shape[0]
    seen, room = np.empty(look.shape[1]), np.empty(link.shape[0])
    rooms = heat.shape[0]
    air, before = np.empty(rooms), np.empty(rooms)
    bottom, top, asked = np.empty(rooms), np.empty(rooms), np.empty(rooms)
    power = np.empty((rooms, 2))
    # What links and plant do to the seen nodes; brought up to date by what each step changes.
    held, start = np.zeros(seen.shape[0]), np.empty(seen.shape[0])
    _carry(held, link, link_response)
    _carry(held, heat, heat_response)
    for k in range(drive.shape[0]):
        for j in range(seen.shape[0]):
            seen[j] = glimpse[k, j] + held[j]
        _carry(seen, modes, look)
        start[:] = seen
        _radiate(seen, link, link_response, pairs, exchange, whole, room)
        _settle(seen, link, link_response, whole, numbers, weather, fresh, k)
        for r in range(rooms):
            bottom[r], top[r], asked[r] = low[k, r], high[k, r], order[k, r]
            power[r, 0], power[r, 1] = most[r, 0] * plant[k, 2], most[r, 1]
            if regulators[r, KIND_OF] != IDEAL:
                asked[r] = _regulated(
                    regulators[r], memory[r], at[r], low[k, r], high[k, r], power[r], step
                )
                bottom[r], top[r] = -np.inf, np.inf
        _control(seen, heat, heat_response, bottom, top, asked, power, air, before)
        _together(seen, heat, heat_response, bottom, top, asked, power, air, before, plant[k])
        for j in range(seen.shape[0]):
            held[j] += seen[j] - start[j]
        for i in range(n):
            modes[i] = decay[i] * modes[i] + drive[k, i]
        _carry(modes, link, link_gain)
        _carry(modes, heat, heat_gain)
        at[:] = seen[:rooms]
        seen_out[k] = seen
        heat_out[k] = heat
        link_out[k] = link
