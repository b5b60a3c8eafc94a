"""Paired comparison of two variants on common random numbers, and its verdict.

References
----------
Law, A. M. (2015). Simulation Modeling and Analysis, 5th ed., section 10.2 (paired-t comparison on
common random numbers).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from twin.statistics.intervals import LEVEL, Estimate, estimate

Verdict = Literal["better", "worse", "cannot tell"]


@dataclass(frozen=True, slots=True)
class Difference(Estimate):
    """Candidate minus baseline, paired by replication."""

    p_better: float | None
    verdict: Verdict
    more_runs: int | None
    """About how many more pairs would settle it; None when it is settled or equal."""


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
