"""One long run: where its warm-up ends (MSER-5), and the interval of its mean (batch means).

References
----------
White, K. P. (1997). Simulation 69, 323-334 (MSER). Hoad, Robinson & Davies (2010). J. Oper. Res.
Soc. 61, 1389-1403: of 44 methods the one fit to be automated; a cut in the second half is none.
Law (2015), section 9.5.3 (batch means).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from twin.statistics.intervals import LEVEL, Estimate

Array = npt.NDArray[np.float64]
BATCH = 5
LEAST_BATCHES = 10
"""Batches below which nothing can be said."""
MEANS = 20
"""Batch means: enough for a narrow t, few enough to be independent (Schmeiser 1982: 10 to 30)."""


@dataclass(frozen=True, slots=True)
class WarmUp:
    """Observations to leave out at the start; None, with the reason, when there is no telling."""

    cut: int | None
    reason: str = ""


def mser(values: Sequence[float] | Array, batch: int = BATCH, *, latest: float = 1.0) -> WarmUp:
    """Return where the warm-up of a series ends, by MSER on means of ``batch`` observations.

    ``latest`` is the share of the series after which no cut is looked for: a short quiet end draws
    the cut of a series that has long been steady, so who knows that it is gives one half [1].

    >>> mser([9.0] * 20 + [1.0, 1.0, 1.0, 1.0, 1.5, 1.0, 1.0, 1.0, 1.0, 0.5] * 20)
    WarmUp(cut=20, reason='')
    """
    series = np.asarray(values, dtype=float)
    count = series.size // batch
    if count < LEAST_BATCHES:
        return WarmUp(None, f"{series.size} observations are too few; {batch * LEAST_BATCHES} do")
    means = series[: count * batch].reshape(count, batch).mean(axis=1)
    means = means - means.mean()
    left = np.arange(count, 0, -1)
    total = np.cumsum(means[::-1])[::-1]
    squares = np.cumsum((means**2)[::-1])[::-1]
    # The last few cuts leave too little to have a variance worth comparing.
    error = ((squares - total**2 / left) / left**2)[: min(count - BATCH, int(latest * count) + 1)]
    cut = int(np.argmin(error))
    if cut > count / 2:
        return WarmUp(None, "it is still changing in the second half; simulate longer")
    return WarmUp(cut * batch)


def batch_means(values: Sequence[float] | Array, level: float = LEVEL) -> Estimate:
    """Return the mean of one long series in steady state, with its interval.

    The series is cut into twenty batches; what they still have in common from one to the next
    widens the interval, as an autoregression of their means would have it.
    """
    series = np.asarray(values, dtype=float)
    size = series.size // MEANS
    if size < 1:
        mean = float(series.mean()) if series.size else None
        return Estimate(mean, None, None, int(series.size))
    series = series[series.size - size * MEANS :]
    means = series.reshape(MEANS, size).mean(axis=1)
    mean = float(means.mean())
    apart = means - mean
    spread = float(apart @ apart)
    alike = float(apart[1:] @ apart[:-1]) / spread if spread > 0 else 0.0
    alike = min(max(0.0, alike), 0.9)
    error = math.sqrt(spread / (MEANS - 1) / MEANS * (1 + alike) / (1 - alike))
    half = float(special.stdtrit(MEANS - 1, 0.5 + level / 2)) * error
    return Estimate(mean, mean - half, mean + half, int(series.size))
