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

from twin.physics.assembly import (
    AIR,
    AREA,
    AZIMUTH,
    DOOR,
    EMITTANCE,
    FIXED,
    FRESH,
    GAP,
    GAS,
    GLASS,
    HERE,
    KIND,
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
    UPWARD,
    WIND,
)
from twin.physics.compiled import compiled
from twin.physics.films import STEFAN_BOLTZMANN, natural, outside, window_inside
from twin.physics.gaps import conductance

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

OUT, SKY_T, WIND_SPEED, WIND_FROM = range(4)
"""Columns of the weather of a step: outdoor air [K], sky [K], wind [m/s], where from [deg]."""
DISCHARGE = 0.65
"""Discharge coefficient of a door [1]; 0.65 after Allard & Utsumi (1992)."""
AIR_HEAT = 1.2 * 1006.0
"""Heat capacity of the air through a door [J/(m³ K)]."""


@compiled
def _film(numbers: Array, here: float, there: float) -> tuple[float, float]:
    """Flow into a face from its air beyond the reference [W], and its slope [W/K]."""
    beyond = natural(here - there, numbers[UPWARD]) * numbers[AREA] - numbers[REFERENCE]
    return beyond * (there - here), -beyond


@compiled
def _glass(numbers: Array, here: float, there: float) -> tuple[float, float]:
    """Flow into the inside of a window beyond the reference [W], and its slope [W/K]."""
    h = window_inside(here, there, numbers[THICK], numbers[UPWARD], numbers[FIXED])
    beyond = h * numbers[AREA] - numbers[REFERENCE]
    return beyond * (there - here), -beyond


@compiled
def _sky(numbers: Array, here: float, weather: Array) -> tuple[float, float]:
    """Flow into an outside face beyond the reference [W], and its slope [W/K]."""
    out, sky = weather[OUT], weather[SKY_T]
    h = numbers[FIXED]
    if h == 0.0:
        apart = abs((weather[WIND_FROM] - numbers[AZIMUTH] + 180.0) % 360.0 - 180.0)
        toward = apart <= 100.0 or abs(numbers[UPWARD]) > 0.98
        speed = weather[WIND_SPEED] * numbers[WIND]
        h = outside(here - out, numbers[UPWARD], speed, toward, numbers[ROUGH])
    fourth = here**4
    long_wave = numbers[TO_SKY] * (sky**4 - fourth) + numbers[TO_AIR] * (out**4 - fourth)
    radiant = numbers[EMITTANCE] * STEFAN_BOLTZMANN * numbers[AREA]
    beyond = h * numbers[AREA] - numbers[REFERENCE]
    slope = -beyond - 4.0 * radiant * here**3
    return beyond * (out - here) + radiant * long_wave, slope


@compiled
def _door(numbers: Array, here: float, there: float) -> tuple[float, float]:
    """Flow into a room through a door from the other [W], and its slope [W/K]."""
    apart = abs(there - here)
    mean = 0.5 * (there + here)
    g = AIR_HEAT * DISCHARGE / 3.0 * numbers[AREA] * math.sqrt(9.81 * apart / mean)
    return g * (there - here), -1.5 * g


@compiled
def _gap(numbers: Array, here: float, there: float) -> tuple[float, float]:
    """Flow into a pane through a gap beyond the reference [W], and its slope [W/K]."""
    h = conductance(
        int(numbers[GAS]), numbers[THICK], numbers[EMITTANCE], numbers[UPWARD], here, there
    )
    beyond = h * numbers[AREA] - numbers[REFERENCE]
    return beyond * (there - here), -beyond


@compiled
def _wanted(
    whole: Whole, numbers: Array, seen: Array, weather: Array, fresh: Array
) -> tuple[float, float]:
    """Flow that a link should carry now [W], and its slope by the temperature at hand [W/K]."""
    kind = whole[KIND]
    here = seen[whole[HERE]]
    if kind == AIR:
        return _film(numbers, here, seen[whole[THERE]])
    if kind == SKY:
        return _sky(numbers, here, weather)
    if kind == GLASS:
        return _glass(numbers, here, seen[whole[THERE]])
    if kind == GAP:
        return _gap(numbers, here, seen[whole[THERE]])
    if kind == DOOR:
        return _door(numbers, here, seen[whole[THERE]])
    g = fresh[whole[ROOM]]
    return g * (weather[OUT] - here), -g


@compiled
def _radiate(
    seen: Array, flow: Array, response: Array, pairs: Whole, exchange: Array, whole: Whole
) -> None:
    """Bring the long-wave exchange of all faces to their temperatures, all at once.

    Pair by pair, so that what one face gives the other takes.
    """
    wanted = np.zeros(flow.shape[0])
    for k in range(pairs.shape[0]):
        one, other = seen[pairs[k, 0]], seen[pairs[k, 1]]
        real = STEFAN_BOLTZMANN * (one * one + other * other) * (one + other)
        q = exchange[k] * (real - REFERENCE_RADIATION) * (other - one)
        wanted[pairs[k, 2]] += q
        wanted[pairs[k, 3]] -= q
    for i in range(flow.shape[0]):
        if whole[i, KIND] == RADIANT:
            change = wanted[i] - flow[i]
            flow[i] += change
            row = response[i]
            for j in range(seen.shape[0]):
                seen[j] += row[j] * change


@compiled
def _settle(
    seen: Array, flow: Array, response: Array, whole: Whole, numbers: Array, weather: Array,
    fresh: Array,
) -> None:  # fmt: skip
    """Bring every link to what it should carry, one after the other."""
    for i in range(whole.shape[0]):
        if whole[i, KIND] == RADIANT:
            continue
        if whole[i, KIND] == FRESH and fresh[whole[i, ROOM]] == 0.0 and flow[i] == 0.0:
            continue
        wanted, slope = _wanted(whole[i], numbers[i], seen, weather, fresh)
        own = response[i, whole[i, HERE]]
        if whole[i, THERE] >= 0:
            own -= response[i, whole[i, THERE]]
        change = (wanted - flow[i]) / (1.0 - slope * own)
        flow[i] += change
        row = response[i]
        for j in range(seen.shape[0]):
            seen[j] += row[j] * change


@compiled
def _control(
    seen: Array, heat: Array, response: Array, low: Array, high: Array, most: Array
) -> None:
    """Heating (+) or cooling (-) [W] that keeps each zone in its band at the end of the step."""
    rooms = heat.shape[0]
    for _ in range(100):
        moved = 0.0
        for r in range(rooms):
            own = response[r, r]
            free = seen[r] - own * heat[r]
            if free < low[r]:
                wanted = min((low[r] - free) / own, most[r, 0])
            elif free > high[r]:
                wanted = max((high[r] - free) / own, -most[r, 1])
            else:
                wanted = 0.0
            change = wanted - heat[r]
            if change != 0.0:
                heat[r] = wanted
                for j in range(seen.shape[0]):
                    seen[j] += response[r, j] * change
                moved = max(moved, abs(change) * own)
        if rooms == 1 or moved < 1e-10:
            return


@compiled
def _carry(state: Array, flow: Array, table: Array) -> None:
    """Add ``flow @ table`` to ``state``."""
    for i in range(flow.shape[0]):
        amount = flow[i]
        if amount != 0.0:
            row = table[i]
            for j in range(state.shape[0]):
                state[j] += row[j] * amount


@compiled
def march(
    modes: Array, link: Array, heat: Array, decay: Array, look: Array, link_gain: Array,
    link_response: Array, heat_gain: Array, heat_response: Array, drive: Array, glimpse: Array,
    whole: Whole, numbers: Array, weather: Array, fresh: Array, low: Array, high: Array,
    most: Array, pairs: Whole, exchange: Array, seen_out: Array, heat_out: Array, link_out: Array,
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
    weather : (steps, 4) array
        Outdoor air [K], sky [K], wind [m/s], direction [deg].
    fresh : (steps, rooms) array
        Heat conductance of the outdoor air that comes in [W/K].
    low, high : (steps, rooms) arrays
        Band at the end of each step [K].
    most : (rooms, 2) array
        Greatest heating and cooling [W].
    pairs, exchange : (m, 4), (m,) arrays
        Faces that exchange long-wave radiation and their exchange areas [m²].
    seen_out, heat_out, link_out : (steps, …) arrays
        Filled: temperatures at the end of each step [K], flows during it [W].
    """
    n = modes.shape[0]
    seen = np.empty(look.shape[1])
    for k in range(drive.shape[0]):
        seen[:] = glimpse[k]
        _carry(seen, modes, look)
        _carry(seen, link, link_response)
        _carry(seen, heat, heat_response)
        _radiate(seen, link, link_response, pairs, exchange, whole)
        _settle(seen, link, link_response, whole, numbers, weather[k], fresh[k])
        _control(seen, heat, heat_response, low[k], high[k], most)
        for i in range(n):
            modes[i] = decay[i] * modes[i] + drive[k, i]
        _carry(modes, link, link_gain)
        _carry(modes, heat, heat_gain)
        seen_out[k] = seen
        heat_out[k] = heat
        link_out[k] = link
