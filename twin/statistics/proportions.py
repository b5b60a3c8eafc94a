"""Probabilities and quantiles from few runs, with intervals that assume no distribution.

References
----------
Wilson, E. B. (1927). J. Am. Stat. Assoc. 22, 209-212.
Conover, W. J. (1999). Practical Nonparametric Statistics, 3rd ed., section 3.2 (quantiles).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import special

from twin.statistics.intervals import LEVEL, Estimate


def wilson(hits: int, n: int, level: float = LEVEL) -> Estimate:
    """Return how often something happens, with Wilson's score interval.

    >>> e = wilson(0, 10)
    >>> e.value, e.low, round(e.high, 4)
    (0.0, 0.0, 0.2775)
    >>> e = wilson(5, 10)
    >>> round(e.low, 4), round(e.high, 4)
    (0.2366, 0.7634)
    """
    if n == 0:
        return Estimate(None, None, None, 0)
    z = float(special.ndtri(0.5 + level / 2))
    share = hits / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if hits == 0 else max(0.0, centre - half)
    high = 1.0 if hits == n else min(1.0, centre + half)
    return Estimate(share, low, high, n)


def quantile(values: Sequence[float], q: float, level: float = LEVEL) -> Estimate:
    """Return a quantile with the interval between two order statistics.

    An end is None where the sample is too small to hold it: the 90 % quantile of ten runs has no
    upper bound.

    >>> quantile(list(range(1, 11)), 0.5)  # Conover (1999): 2nd and 9th of ten, 97.9 %
    Estimate(value=5.5, low=2.0, high=9.0, n=10)
    """
    known = np.sort([value for value in values if math.isfinite(value)])
    n = int(known.size)
    if n == 0:
        return Estimate(None, None, None, 0)
    tail = (1 - level) / 2
    # P(fewer than k below the quantile) is the binomial distribution function at k - 1.
    below = special.bdtr(np.arange(n), n, q)
    lower = int(np.searchsorted(below, tail, side="right")) - 1
    upper = int(np.searchsorted(below, 1 - tail, side="left"))
    return Estimate(
        float(np.quantile(known, q)),
        float(known[lower]) if lower >= 0 else None,
        float(known[upper]) if upper < n else None,
        n,
    )
