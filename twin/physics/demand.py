"""What a tariff asks for power: greatest means of clock quarters, billed by the month. All SI."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

DAY = 86_400.0
MONTHS = DAY * np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
"""Starts of the months of a year of 365 days, and its end [s]."""


def window_means(
    times: Array, values: Array, end: float, window: float = 900.0
) -> tuple[Array, Array]:
    """Means of a signal in windows of the clock; the first and last may be cut.

    Parameters
    ----------
    times : (n,) array
        When each value begins to hold [s], rising; 0 is midnight.
    values : (n,) array
        Each holds until the next.
    end : float
        Until when the last holds [s].
    window : float
        Length of a window [s].

    Returns
    -------
    starts, means : (m,) array
        Where each window, or what is left of it, starts [s]; its mean.

    Examples
    --------
    >>> starts, means = window_means(np.array([0.0, 1200.0]), np.array([3.0, 0.0]), 2000.0)
    >>> starts.tolist(), means.tolist()
    ([0.0, 900.0, 1800.0], [3.0, 1.0, 0.0])
    """
    times, values = np.asarray(times, dtype=np.float64), np.asarray(values, dtype=np.float64)
    edges = np.append(times, end)
    if not times.size or end <= times[0]:
        return np.empty(0), np.empty(0)
    clock = window * np.arange(np.floor(times[0] / window), np.ceil(end / window) + 1)
    bounds = np.clip(clock, times[0], end)
    bounds = bounds[np.append(True, np.diff(bounds) > 0.0)]
    held = np.concatenate([[0.0], np.cumsum(values * np.diff(edges))])
    return bounds[:-1], np.diff(np.interp(bounds, edges, held)) / np.diff(bounds)


def monthly_peaks(starts: Array, means: Array, first: float) -> Array:
    """Greatest mean in each month that is begun, in order; months of years of 365 days.

    ``starts``, ``means`` of :func:`window_means`; ``first``: where in the year the clock of
    ``starts`` begins [s].

    >>> noon = DAY * np.array([0.5, 30.5, 31.5])
    >>> monthly_peaks(noon, np.array([2.0, 1.0, 5.0]), 0.0).tolist()
    [2.0, 5.0]
    """
    year, into = np.divmod(np.asarray(starts, dtype=np.float64) + first, MONTHS[-1])
    month = (12 * year + np.searchsorted(MONTHS, into, side="right") - 1).astype(np.int64)
    if not month.size:
        return np.empty(0)
    cuts = np.flatnonzero(np.diff(month, prepend=month[0] - 1))
    return np.maximum.reduceat(np.asarray(means, dtype=np.float64), cuts)


def billed(peaks: Array, ratchet: float = 0.0) -> Array:
    """Demand that each month is billed for [unit of ``peaks`` (months,)].

    At least ``ratchet`` [1], 0 to 1, times the greatest of the eleven months before.

    >>> billed(np.array([10.0, 4.0, 9.0]), 0.8).tolist()
    [10.0, 8.0, 9.0]
    """
    peaks = np.asarray(peaks, dtype=np.float64)
    before = [peaks[max(k - 11, 0) : k].max(initial=0.0) for k in range(len(peaks))]
    return np.maximum(peaks, ratchet * np.asarray(before, dtype=np.float64))
