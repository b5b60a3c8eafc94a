"""Radiators: heat from water to a room. All SI."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def mean_difference(supply: Array | float, back: Array | float, room: Array | float) -> Array:
    """Logarithmic mean of how much warmer water is than the room [K], all [K].

    0 where the water is not warmer than the room at both ends.

    >>> round(float(mean_difference(348.15, 338.15, 293.15)), 2)
    49.83
    """
    one = np.maximum(np.asarray(supply, dtype=np.float64) - room, 0.0)
    other = np.maximum(np.asarray(back, dtype=np.float64) - room, 0.0)
    one, other = np.broadcast_arrays(one, other)
    apart = (np.abs(one - other) > 1e-9) & (one > 0.0) & (other > 0.0)
    ratio = np.divide(one, other, out=np.ones_like(one), where=apart)
    logarithm = np.log(np.where(ratio > 0.0, ratio, 1.0))
    mean = np.where(apart, (one - other) / np.where(apart, logarithm, 1.0), 0.5 * (one + other))
    return np.asarray(np.where((one > 0.0) & (other > 0.0), mean, 0.0))


def radiator_heat(
    difference: Array | float, rated: float, rated_difference: float = 49.83, exponent: float = 1.3
) -> Array:
    """Heat of a radiator [W] by its mean difference to the room [K]; EN 442.

    ``rated`` [W] at ``rated_difference`` [K]: 75/65/20 °C by the standard. ``exponent`` [1] is 1.3
    for panels.

    >>> round(float(radiator_heat(mean_difference(318.15, 308.15, 293.15), 1000.0)))
    297
    """
    share = np.asarray(difference, dtype=np.float64) / rated_difference
    return np.asarray(rated * share**exponent)
