"""Adaptive comfort of people who open windows and choose their clothes: ASHRAE 55, EN 16798-1.

Both give the operative temperature that suits people from the running mean of the days outdoors.
All SI, by arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
KELVIN = 273.15


@dataclass(frozen=True, slots=True)
class Band:
    """Operative temperatures [K]: the one that suits best, and between which ones all is well.

    Not a number where the standard does not hold.
    """

    best: Array
    low: Array
    high: Array

    def outside(self, operative: Array | float) -> Array:
        """How far an operative temperature [K] is outside the band [K]; 0 within it."""
        felt = np.asarray(operative, dtype=np.float64)
        return np.maximum(np.maximum(self.low - felt, felt - self.high), 0.0)


def operative_ashrae(air: Array | float, radiant: Array | float, speed: Array | float) -> Array:
    """Operative temperature [K] by ASHRAE 55, appendix A: the faster the air, the more it counts.

    ``air`` and mean ``radiant`` temperature [K], air ``speed`` [m/s].

    >>> round(float(operative_ashrae(298.15, 294.15, 0.3)), 2)
    296.55
    """
    fast = np.asarray(speed, dtype=np.float64)
    share = np.where(fast < 0.2, 0.5, np.where(fast < 0.6, 0.6, 0.7))
    return np.asarray(share * air + (1.0 - share) * np.asarray(radiant))


def operative_iso(air: Array | float, radiant: Array | float, speed: Array | float) -> Array:
    """Operative temperature [K] by ISO 7726: weighted by convection and radiation.

    ``air`` and mean ``radiant`` temperature [K], air ``speed`` [m/s].

    >>> round(float(operative_iso(298.15, 294.15, 0.1)), 2)
    296.15
    """
    film = np.sqrt(10.0 * np.asarray(speed, dtype=np.float64))
    return np.asarray((film * air + np.asarray(radiant)) / (1.0 + film))


def running_mean(days: Array, share: float = 0.8) -> Array:
    """Running mean of outdoor temperature [K] on the day after ``days``.

    ``days`` (..., n) are the daily means [K] from the oldest to yesterday; EN 16798-1 takes seven
    and a ``share`` [1] of 0.8: each day counts so much of the next one.

    >>> float(running_mean(np.full(7, 288.15)))
    288.15
    >>> week = 273.15 + np.array([16.5, 17.0, 18.5, 21.0, 19.0, 20.5, 22.0])
    >>> round(float(running_mean(week)) - 273.15, 1)
    19.9
    """
    days = np.asarray(days, dtype=np.float64)
    weights = share ** np.arange(days.shape[-1])[::-1]
    return np.asarray(days @ (weights / weights.sum()))


def cooled_by_air(operative: Array | float, speed: Array | float) -> Array:
    """By how much moving air raises the upper limit [K], at an operative temperature [K].

    ASHRAE 55 table 5-13 and EN 16798-1 table B.4 have the same numbers, from 25 °C on.

    >>> cooled_by_air(299.15, np.array([0.1, 0.6, 0.9, 1.2])).tolist()
    [0.0, 1.2, 1.8, 2.2]
    """
    fast = np.asarray(speed, dtype=np.float64)
    most = np.where(fast >= 1.2, 2.2, np.where(fast >= 0.9, 1.8, np.where(fast >= 0.6, 1.2, 0.0)))
    return np.asarray(np.where(np.asarray(operative) >= 25.0 + KELVIN, most, 0.0))


def ashrae55(
    outdoors: Array | float, accepted: Literal[80, 90] = 80, raised: Array | float = 0.0
) -> Band:
    """Band of ASHRAE 55-2020, section 5.4, that 80 or 90 % of people accept.

    ``outdoors``: running mean [K], 10 to 33.5 °C. ``raised``: of :func:`cooled_by_air` [K].

    >>> band = ashrae55(293.15)
    >>> (np.array([band.low, band.best, band.high]) - 273.15).round(2).tolist()
    [20.5, 24.0, 27.5]
    """
    half = {80: 3.5, 90: 2.5}[accepted]
    best = _line(outdoors, 0.31, 17.8, 33.5)
    return Band(best, best - half, best + half + raised)


def en16798(
    outdoors: Array | float, category: Literal[1, 2, 3] = 2, raised: Array | float = 0.0
) -> Band:
    """Band of EN 16798-1:2019, annex B.2.2, by category; 2 is what people commonly expect.

    ``outdoors``: running mean [K], 10 to 30 °C. ``raised``: of :func:`cooled_by_air` [K].

    >>> band = en16798(293.15)
    >>> (np.array([band.low, band.best, band.high]) - 273.15).round(2).tolist()
    [21.4, 25.4, 28.4]
    """
    best = _line(outdoors, 0.33, 18.8, 30.0)
    return Band(best, best - (2.0 + category), best + (1.0 + category) + raised)


def _line(outdoors: Array | float, slope: float, offset: float, highest: float) -> Array:
    celsius = np.asarray(outdoors, dtype=np.float64) - KELVIN
    holds = (celsius >= 10.0 - 1e-9) & (celsius <= highest + 1e-9)
    return np.where(holds, slope * celsius + offset + KELVIN, np.nan)
