"""A house as a linear network about where it stands: its links turned into conductances."""

from __future__ import annotations

import numpy as np

from twin.physics.assembled import Assembled
from twin.physics.films import STEFAN_BOLTZMANN
from twin.physics.links import HERE, KIND, RADIANT, REFERENCE_RADIATION, THERE
from twin.physics.network import Array, Circuit
from twin.physics.zone_steps import slope_of
from twin.physics.zone_tables import Block, Trace

SAMPLES = 24
"""How many moments of a trace are averaged."""


def linearised(house: Assembled, block: Block, trace: Trace) -> Circuit:
    """Return the network whose constant conductances are those of the links on the average.

    ``trace`` is what the house did in ``block``; both together say where it stands. What a link
    carries beyond its reference, and outdoor air, become conductances to the same nodes.
    """
    moments = np.linspace(0, len(block.known) - 1, min(SAMPLES, len(block.known))).astype(int)
    slopes = np.zeros(len(house.whole))
    for k in moments:
        for i in range(len(slopes)):
            if house.whole[i, KIND] != RADIANT:
                slopes[i] += slope_of(
                    house.whole, house.numbers, i, trace.seen[k], block.weather, block.fresh, int(k)
                )
    made = Circuit(
        list(house.circuit.capacities), list(house.circuit.joints), list(house.circuit.grounds)
    )
    for row, slope in zip(house.whole, slopes / len(moments), strict=True):
        here, there = (int(house.seen[row[column]]) for column in (HERE, THERE))
        if row[KIND] == RADIANT or slope == 0.0:
            continue
        if row[THERE] < 0:
            made.ground(here, 0, -slope)
        else:
            made.join(here, there, -slope)
    _radiation(made, house, trace.seen[moments].mean(axis=0))
    return made


def _radiation(made: Circuit, house: Assembled, seen: Array) -> None:
    """Long-wave exchange at the temperatures of the faces, not at the reference."""
    for (one, other, *_links), area in zip(house.pairs, house.exchange, strict=True):
        mean = 0.5 * (seen[one] + seen[other])
        beyond = 4 * STEFAN_BOLTZMANN * mean**3 - REFERENCE_RADIATION
        made.join(int(house.seen[one]), int(house.seen[other]), float(area * beyond))
