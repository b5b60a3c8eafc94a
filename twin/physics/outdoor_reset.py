"""Water that is warmer the colder it is outdoors, and what emitters give with it. All SI."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

MILD = 293.15
"""Outdoors from which no heat is wanted: there the curve begins [K]."""
ROOM = 293.15
"""Room by which emitters are rated, EN 442 and EN 1264 [K]."""
EMITTERS = {"air": 0.0, "radiator": 1.3, "floor": 1.1}
"""Exponents of heat over difference to the room: a coil that gives what it is asked, EN 442 panels,
EN 1264 floors [1]."""


def supply_temperature(
    outdoors: Array | float, slope: float, lowest: float, highest: float
) -> Array:
    """Temperature of the heating water [K] by a straight heating curve.

    T = lowest + slope · (20 °C - outdoors), from ``lowest`` to ``highest`` [K]; a ``slope`` [K/K]
    of 0 keeps it at ``highest``.

    >>> supply_temperature([253.15, 273.15, 303.15], 0.8, 298.15, 318.15).round(2).tolist()
    [318.15, 314.15, 298.15]
    """
    outdoors = np.asarray(outdoors, dtype=np.float64)
    if slope == 0.0:
        return np.full_like(outdoors, highest)
    return np.asarray(np.clip(lowest + slope * (MILD - outdoors), lowest, highest))


def emitted_share(supply: Array | float, rated: float, exponent: float) -> Array:
    """Greatest heat of emitters with ``supply`` water over that with ``rated`` water [1].

    EN 442: heat goes with the difference to the room to the power of ``exponent``; both
    temperatures [K], the room at 20 °C. An exponent of 0 always gives all.

    >>> emitted_share([318.15, 305.65, 293.15], 318.15, 1.3).round(3).tolist()
    [1.0, 0.406, 0.0]
    """
    over = np.maximum(np.asarray(supply, dtype=np.float64) - ROOM, 0.0) / (rated - ROOM)
    return np.asarray(over**exponent) if exponent else np.ones_like(over)
