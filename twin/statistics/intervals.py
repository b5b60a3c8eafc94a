"""Intervals of what replications gave.

References
----------
Law, A. M. (2015). Simulation Modeling and Analysis, 5th ed., section 9.4 (t intervals for
replications).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

LEVEL = 0.95
"""Confidence of every interval that we show."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Mean of replications with its interval; ``low`` and ``high`` are None for a single run."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    @property
    def half_width(self) -> float | None:
        """Half of the interval."""
        if self.low is None or self.high is None:
            return None
        return (self.high - self.low) / 2


def estimate(values: Sequence[float], level: float = LEVEL) -> Estimate:
    """Return the mean of ``values`` with its Student-t interval; unknown values are left out.

    >>> e = estimate([1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09], 0.90)
    >>> round(e.value, 2), round(e.half_width, 2)  # Law (2015), example 4.26: 1.34 ± 0.24
    (1.34, 0.24)
    """
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return Estimate(None, None, None, 0)
    if len(finite) == 1:
        return Estimate(float(finite[0]), None, None, 1)
    known = np.asarray(finite, dtype=float)
    mean = float(known.mean())
    half = _half(known, level)
    return Estimate(mean, mean - half, mean + half, int(known.size))


def _half(values: np.ndarray, level: float) -> float:
    error = float(values.std(ddof=1)) / math.sqrt(values.size)
    return float(special.stdtrit(values.size - 1, 0.5 + level / 2)) * error


def one_sided(values: Sequence[float], confidence: float) -> tuple[float | None, float | None]:
    """Return the lower and upper one-sided confidence bound of the mean; None when unknown.

    ``confidence`` 0 gives the mean itself, twice.
    """
    known = np.asarray([value for value in values if math.isfinite(value)], dtype=float)
    if known.size == 0:
        return None, None
    mean = float(known.mean())
    if confidence == 0:
        return mean, mean
    if known.size == 1:
        return None, None
    error = float(known.std(ddof=1)) / math.sqrt(known.size)
    reach = float(special.stdtrit(known.size - 1, confidence)) * error
    return mean - reach, mean + reach
