"""Paired comparison of two variants on common random numbers, and its verdict.

A verdict needs two tests that agree at 95 %: the paired t interval leaves zero out, and the
sign-flip test, which assumes no distribution, finds the same. The second is what keeps a verdict
honest at few runs and at rare events: five pairs cannot reach 95 % in it, however alike they look,
nor can a difference that only five pairs of a hundred show. Where nothing is left to chance one
pair is the whole truth, and its sign the verdict.

References
----------
Law, A. M. (2015). Simulation Modeling and Analysis, 5th ed., section 10.2 (paired-t comparison on
common random numbers).
Fisher, R. A. (1935). The Design of Experiments, section 21 (the sign-flip test).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from twin.rng import stream
from twin.statistics.intervals import LEVEL, Estimate, estimate

Verdict = Literal["better", "worse", "cannot tell"]
Better = Literal["more", "less"]
Array = npt.NDArray[np.float64]

FEWEST = 1 + math.ceil(-math.log2(1 - LEVEL))
"""Pairs that must differ before any verdict: with fewer, no sign-flip test reaches 95 %."""
EXACT = 13
"""Up to so many pairs that differ, every sign is tried; beyond, a fixed random sample."""
FLIPS = 9_999
ROUNDING = 1e-9
"""Of figures without chance: what moved by less of its size did not move [1]."""


@dataclass(frozen=True, slots=True)
class Difference(Estimate):
    """Candidate minus baseline, paired by replication."""

    p_better: float | None
    verdict: Verdict
    more_runs: int | None
    """About how many more pairs would settle it; None when it is settled or equal."""


def difference(
    base: Sequence[float], candidate: Sequence[float], better: Better, *, chance: bool = True
) -> Difference:
    """Compare two variants run on the same luck, replication by replication.

    Six pairs that all say the same are the least that is believed, unless nothing in either is left
    to ``chance``:

    >>> [difference([0.0] * n, [1.0] * n, "more").verdict for n in (5, 6)]
    ['cannot tell', 'better']
    >>> difference([2.0], [1.0], "more", chance=False).verdict
    'worse'
    """
    if not chance:
        return _certain(base, candidate, better)
    pairs = np.asarray(candidate, dtype=float) - np.asarray(base, dtype=float)
    known = pairs[np.isfinite(pairs)]
    plain = estimate(known.tolist())
    if plain.value is None:
        return Difference(None, None, None, 0, None, "cannot tell", None)
    if known.size == 1:
        more = FEWEST - 1 if plain.value else None
        return Difference(plain.value, None, None, 1, None, "cannot tell", more)
    gains = known if better == "more" else -known
    verdict = _verdict(gains, plain)
    return Difference(
        plain.value,
        plain.low,
        plain.high,
        int(known.size),
        p_better(gains),
        verdict,
        None if verdict != "cannot tell" else _more_runs(gains),
    )


def _certain(base: Sequence[float], candidate: Sequence[float], better: Better) -> Difference:
    """Every pair is alike: the first says it."""
    before, after = float(base[0]), float(candidate[0])
    moved, n = after - before, min(len(base), len(candidate))
    if not math.isfinite(moved):
        return Difference(None, None, None, 0, None, "cannot tell", None)
    if abs(moved) <= ROUNDING * max(abs(before), abs(after)):
        return Difference(0.0, 0.0, 0.0, n, 0.5, "cannot tell", None)
    good = (moved > 0) == (better == "more")
    return Difference(moved, moved, moved, n, float(good), "better" if good else "worse", None)


def p_better(gains: Array) -> float:
    """Return the probability that the true mean of paired ``gains`` is above zero.

    Student-t with a flat prior, never surer than the number of pairs that differ allows: ``m``
    pairs that all say the same leave 1 in 2 ** (m + 1).

    >>> p_better(np.array([1.0, 1.0])), p_better(np.array([0.0, 0.0]))
    (0.875, 0.5)
    """
    mean, spread = float(gains.mean()), float(gains.std(ddof=1))
    differing = int(np.count_nonzero(gains))
    if mean == 0:
        return 0.5
    doubt = 0.5 ** (differing + 1)
    if spread == 0:
        return 1 - doubt if mean > 0 else doubt
    sure = float(special.stdtr(gains.size - 1, mean / (spread / math.sqrt(gains.size))))
    return min(max(sure, doubt), 1 - doubt)


def _verdict(gains: Array, interval: Estimate) -> Verdict:
    assert interval.low is not None
    assert interval.high is not None
    mean = float(gains.mean())
    if mean == 0 or interval.low <= 0 <= interval.high:
        return "cannot tell"
    if _flip_bound(gains) > 1 - LEVEL and sign_flip(gains) > 1 - LEVEL:
        return "cannot tell"
    return "better" if mean > 0 else "worse"


def _flip_bound(gains: Array) -> float:
    """Return what the p value of the sign-flip test never exceeds.

    Hoeffding (1963), doi:10.1080/01621459.1963.10500830, theorem 2, for sums of random signs.
    """
    whole, squares = float(gains.sum()), float(gains @ gains)
    return 2.0 * math.exp(-(whole**2) / (2.0 * squares)) if squares else 1.0


def sign_flip(gains: Array) -> float:
    """Return the two-sided p value of the sign-flip test that ``gains`` are around zero.

    If the variants were equal, each pair might as well have come out the other way round: p is
    the share of all such outcomes whose mean is at least as far from zero.

    >>> sign_flip(np.ones(5)), sign_flip(np.array([0.0] * 90 + [1.0] * 5))
    (0.0625, 0.0625)
    """
    moved = gains[gains != 0]
    if moved.size == 0:
        return 1.0
    reached = np.abs(_signs(moved.size) @ np.abs(moved))
    extreme = int(np.count_nonzero(reached >= abs(float(moved.sum())) * (1 - 1e-12)))
    if moved.size <= EXACT:
        return extreme / int(reached.size)
    return (extreme + 1) / (int(reached.size) + 1)


@functools.lru_cache(maxsize=8)
def _signs(n: int) -> Array:
    """Signs of ``n`` pairs: every combination, or a fixed sample of them, shape (m, n)."""
    if n <= EXACT:
        bits = np.arange(2**n)[:, None] >> np.arange(n) & 1
        return np.asarray(1.0 - 2.0 * bits, dtype=np.float64)
    drawn = stream(0, f"statistics.sign_flip.{n}").integers(0, 2, size=(FLIPS, n))
    return np.asarray(1.0 - 2.0 * drawn, dtype=np.float64)


def _more_runs(gains: Array) -> int | None:
    """Pairs still lacking for a verdict, if the mean and spread stay as they are."""
    mean, spread = float(gains.mean()), float(gains.std(ddof=1))
    differing = int(np.count_nonzero(gains))
    if mean == 0 or differing == 0:
        return None
    needed = (special.ndtri(0.5 + LEVEL / 2) * spread / abs(mean)) ** 2 + 2
    alike = gains.size * FEWEST / differing
    return max(1, math.ceil(max(needed, alike)) - gains.size)
