"""Prices of energy by the clock and the day of the week. All SI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
DAY = 86_400.0
WEEK = 7 * DAY


@dataclass(frozen=True, slots=True)
class Period:
    """A ``price`` [1/J] from ``start`` to ``end`` [s of the day] on some ``days``, 0 is Monday.

    Where ``end`` is not after ``start`` the period runs past midnight into the next day.
    """

    price: float
    start: float
    end: float
    days: frozenset[int]


def spans(period: Period) -> list[tuple[float, float]]:
    """Spans of the week that a period covers [s from Monday 0:00], cut at the week's end.

    >>> spans(Period(1.0, 79200.0, 21600.0, frozenset({6})))
    [(597600.0, 604800.0), (0.0, 21600.0)]
    """
    length = (period.end - period.start) % DAY or DAY
    found = []
    for day in sorted(period.days):
        first = day * DAY + period.start
        last = first + length
        found.append((first, min(last, WEEK)))
        if last > WEEK:
            found.append((0.0, last - WEEK))
    return found


def first_fault(periods: Sequence[Period]) -> tuple[float, tuple[int, ...]] | None:
    """First time of the week [s] at which not exactly one period holds, and which ones do.

    >>> night = Period(1.0, 79200.0, 21600.0, frozenset(range(7)))
    >>> first_fault([night, Period(3.0, 21600.0, 79200.0, frozenset(range(7)))])
    >>> first_fault([night])
    (21600.0, ())
    """
    every = [(first, last, n) for n, period in enumerate(periods) for first, last in spans(period)]
    for at in sorted({0.0, *(first for first, _l, _n in every), *(last for _f, last, _n in every)}):
        here = tuple(n for first, last, n in every if first <= at < last)
        if at < WEEK and len(here) != 1:
            return at, here
    return None


def prices(periods: Sequence[Period], times: Array) -> Array:
    """Price [1/J] at each of ``times`` [s from a Monday 0:00].

    >>> day = Period(3.0, 21600.0, 79200.0, frozenset(range(7)))
    >>> prices([day, Period(1.0, 79200.0, 21600.0, frozenset(range(7)))], np.array([0.0, 3e4]))
    array([1., 3.])
    """
    week = np.asarray(times, dtype=np.float64) % WEEK
    found = np.full(week.shape, np.nan)
    for period in periods:
        for first, last in spans(period):
            found[(first <= week) & (week < last)] = period.price
    return found
