"""What the air of zones gets beside its faces: openings, fresh air, gains, the plant. All SI.

Layouts and columns are those of :mod:`twin.physics.face_tables`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from twin.physics.compiled import inlined, lean
from twin.physics.face_films import MEAN
from twin.physics.regulators import IDEAL, share
from twin.physics.regulators import KIND as KIND_OF
from twin.physics.zone_steps import OUT

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

AIR, RADIANT, BEAM, DIFFUSE, SUN, WINDOWS = range(6)
"""Columns of ``first``: where the inputs of each kind begin, and the number of the first window."""
AIR_HEAT = 1.2 * 1006.0
"""Heat capacity of the air through a door [J/(m³ K)]."""
DISCHARGE = 0.65
"""Discharge coefficient of a door [1]; 0.65 after Allard & Utsumi (1992)."""


@lean
def breeze_through(one: float, other: float, size: float, steady: float) -> float:
    """Conductance of an opening between two zones by the air as it was [W/K]."""
    buoyant = math.sqrt(9.81 * abs(one - other) / (0.5 * (one + other)))
    return steady + AIR_HEAT * DISCHARGE / 3.0 * size * buoyant


@lean
def breezes(doors: Whole, size: Array, steady: Array, zones: Array, found: Array) -> None:
    """Conductance of each opening by the air as it was [W/K]."""
    for i in range(doors.shape[0]):
        one, other = zones[doors[i, 0], MEAN], zones[doors[i, 1], MEAN]
        found[i] = breeze_through(one, other, size[i], steady[i])


@lean
def given_off(
    k: int, zones: Array, fresh: Array, weather: Array, known: Array, first: Whole, to_air: Array,
    doors: Whole, size: Array, steady: Array, breeze: Array, gives: Array, enters: Array,
) -> None:  # fmt: skip
    """What the air of each zone gives elsewhere [W/K] and gets from there but for its faces [W]."""
    breezes(doors, size, steady, zones, breeze)
    rooms = gives.shape[0]
    for r in range(rooms):
        gives[r] = fresh[k, r]
        enters[r] = known[k, first[AIR] + r] + fresh[k, r] * weather[k, OUT]
        for j in range(3):
            enters[r] += to_air[j, r] * known[k, first[RADIANT] + j * rooms + r]
    for i in range(doors.shape[0]):
        gives[doors[i, 0]] += breeze[i]
        gives[doors[i, 1]] += breeze[i]


@lean
def overasked(heat: Array, power: Array, heating: float, cooling: float) -> bool:
    """Whether zones ask for more than the plant has [W]; each may then have its share of that."""
    given, taken = 0.0, 0.0
    for r in range(heat.shape[0]):
        given += max(heat[r], 0.0)
        taken -= min(heat[r], 0.0)
    for r in range(heat.shape[0]):
        if given > heating:
            power[0, r] = max(heat[r], 0.0) * heating / given
        if taken > cooling:
            power[1, r] = -min(heat[r], 0.0) * cooling / taken
    return given > heating or taken > cooling


@lean
def asks(
    k: int, air: Array, low: Array, high: Array, order: Array, most: Array, heating: float,
    regulators: Array, memory: Array, step: float, asked: Array, bottom: Array, top: Array,
    power: Array,
) -> None:  # fmt: skip
    """What each zone is to get, within which band, and at most."""
    for r in range(air.shape[0]):
        asked[r], bottom[r], top[r] = order[k, r], low[k, r], high[k, r]
        power[0, r], power[1, r] = most[r, 0] * heating, most[r, 1]
        if regulators[r, KIND_OF] != IDEAL:
            part = share(regulators[r], memory[r], air[r], low[k, r], high[k, r], step)
            asked[r] = part * power[0, r] if part > 0.0 else part * power[1, r]
            bottom[r], top[r] = -np.inf, np.inf


@inlined
def with_doors(r: int, heat: float, doors: Whole, breeze: Array, mean: Array) -> float:
    """Heat into the air of zone ``r`` with what its doors bring from the zones beyond [W]."""
    for i in range(doors.shape[0]):
        if doors[i, 0] == r:
            heat += breeze[i] * mean[doors[i, 1]]
        elif doors[i, 1] == r:
            heat += breeze[i] * mean[doors[i, 0]]
    return heat


@lean
def told(
    k: int, first_fabric: int, zones: Array, fresh: Array, weather: Array, fabric: Array,
    owner: Whole, modes: Array, heat: Array, air: Array, seen: Array, heat_out: Array,
    fresh_out: Array,
) -> None:  # fmt: skip
    """Take the step's end as the next one's start, and note what it gave and holds."""
    for r in range(air.shape[0]):
        air[r], heat_out[k, r], seen[k, first_fabric + r] = seen[k, r], heat[r], 0.0
        fresh_out[k, r] = fresh[k, r] * (weather[k, OUT] - zones[r, MEAN])
    for e in range(owner.shape[0]):
        seen[k, first_fabric + owner[e]] += fabric[e] * modes[0, e]
