"""Heat that enters the zones of a building, step by step, beside that of the plant."""

from __future__ import annotations

import numpy as np

from twin.physics.assembled import Assembled
from twin.physics.network import Array
from twin.physics.zone_tables import Block, Trace

FLOWS = ("gains_hour", "sun_hour", "fresh_hour")
"""Of people, devices and machines; of the sun through windows; of the air from outdoors."""


def entering(made: Assembled, block: Block, trace: Trace) -> Array:
    """Return :data:`FLOWS` of every zone [W], (steps, 3 · zones), flow by flow.

    With heating and cooling they leave what the zone's walls and windows take or give, and what
    its air and fabric store.
    """
    rooms = made.rooms
    given = block.known[:, made.known : made.known + 4 * rooms]
    arrives = made.flows[:, : 4 * rooms].sum(axis=0)
    light = given[:, 2 * rooms :] * arrives[2 * rooms :]
    gains = given[:, :rooms] + given[:, rooms : 2 * rooms]
    return np.hstack([gains, light[:, :rooms] + light[:, rooms:], trace.fresh])
