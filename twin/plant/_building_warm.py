"""The compiled steps of a building, loaded or compiled by a step of small houses."""

from __future__ import annotations

import numpy as np

from twin.physics.assembly import assemble
from twin.physics.face_tables import FEW
from twin.physics.house import Face, House, Layer, Room, Wall
from twin.physics.zone_tables import Block, outdoors
from twin.plant._building_control import standing

STEP = 300.0
SLAB = Layer(0.1, 0.5, 1400.0, 1000.0)
PLAIN = Face(0.6, 0.0, 3.0)


def warm() -> None:
    """Step a lumped zone, one of a few walls and one of many."""
    _step(House((Room(1e5, 60.0, 900.0, 25.0, 1e7),)))
    wall = Wall(0, 10.0, 90.0, 0.0, (SLAB,), PLAIN, PLAIN)
    for walls in (1, FEW + 1):
        _step(House((Room(1e5),), (wall,) * walls))


def _step(house: House) -> None:
    made = assemble(house, STEP)
    standing_there = standing(made, 293.15, np.zeros((1, 2)), np.zeros((1, 5)), whole=False)
    still, wide = np.zeros(1), np.full((1, 1), 1e4)
    known = np.zeros((1, made.known + made.exogenous))
    known[:, : made.known] = 283.15
    weather = outdoors(known[:, 0], known[:, 0], still, still)
    standing_there.run(Block(known, weather, 0.0 * wide, -wide, wide))
