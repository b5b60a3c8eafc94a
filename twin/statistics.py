"""Intervals and paired comparisons of replications, and the words that go with them.

References
----------
Law, A. M. (2015). Simulation Modeling and Analysis, 5th ed., sections 9.4 and 10.2 (t intervals
for replications; paired-t comparison on common random numbers).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

Verdict = Literal["better", "worse", "cannot tell"]
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


@dataclass(frozen=True, slots=True)
class Difference(Estimate):
    """Candidate minus baseline, paired by replication."""

    p_better: float | None
    verdict: Verdict
    more_runs: int | None
    """About how many more pairs would settle it; None when it is settled or equal."""


def estimate(values: Sequence[float], level: float = LEVEL) -> Estimate:
    """Return the mean of ``values`` with its Student-t interval; unknown values are left out.

    >>> e = estimate([1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09], 0.90)
    >>> round(e.value, 2), round(e.half_width, 2)  # Law (2015), example 4.26: 1.34 ± 0.24
    (1.34, 0.24)
    """
    known = np.asarray([value for value in values if math.isfinite(value)], dtype=float)
    if known.size == 0:
        return Estimate(None, None, None, 0)
    mean = float(known.mean())
    if known.size == 1:
        return Estimate(mean, None, None, 1)
    half = _half(known, level)
    return Estimate(mean, mean - half, mean + half, int(known.size))


def _half(values: np.ndarray, level: float) -> float:
    error = float(values.std(ddof=1)) / math.sqrt(values.size)
    return float(special.stdtrit(values.size - 1, 0.5 + level / 2)) * error


def difference(
    base: Sequence[float], candidate: Sequence[float], better: Literal["more", "less"]
) -> Difference:
    """Compare two variants run on the same luck, replication by replication."""
    pairs = np.asarray(candidate, dtype=float) - np.asarray(base, dtype=float)
    known = pairs[np.isfinite(pairs)]
    plain = estimate(list(known))
    if plain.value is None:
        return Difference(None, None, None, 0, None, "cannot tell", None)
    mean = plain.value if better == "more" else -plain.value
    if known.size == 1:
        return Difference(plain.value, None, None, 1, None, "cannot tell", 1)
    spread = float(known.std(ddof=1))
    p_better = _p_better(mean, spread, known.size)
    return Difference(
        plain.value,
        plain.low,
        plain.high,
        int(known.size),
        p_better,
        _verdict(mean, plain),
        _more_runs(mean, spread, plain, known.size),
    )


def _p_better(mean: float, spread: float, n: int) -> float:
    """Probability that the true difference is on the better side (flat prior, Student-t)."""
    if spread == 0:
        return 0.5 if mean == 0 else float(mean > 0)
    return float(special.stdtr(n - 1, mean / (spread / math.sqrt(n))))


def _verdict(mean: float, interval: Estimate) -> Verdict:
    assert interval.low is not None
    assert interval.high is not None
    if mean == 0 or interval.low <= 0 <= interval.high:
        return "cannot tell"
    return "better" if mean > 0 else "worse"


def _more_runs(mean: float, spread: float, interval: Estimate, n: int) -> int | None:
    """Pairs still lacking for the interval to leave zero, if the mean stays where it is."""
    if mean == 0 or spread == 0 or _verdict(mean, interval) != "cannot tell":
        return None
    needed = math.ceil((special.ndtri(0.5 + LEVEL / 2) * spread / abs(mean)) ** 2) + 2
    return max(1, needed - n)


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
