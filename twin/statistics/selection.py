"""Ranking and selection: which of several variants is best, and how surely.

References
----------
Kim, S.-H. & Nelson, B. L. (2001). ACM TOMACS 11, 251-273 (KN: fully sequential, allows common
random numbers). Kim & Nelson (2006). Oper. Res. 54, 475-488 (KN++: variances are renewed).
Chen, C.-H., Lin, J., Yücesan, E. & Chick, S. E. (2000). Discrete Event Dyn. Syst. 10, 251-270
(OCBA, and the Bonferroni bound of the probability of correct selection).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.statistics.differences import p_better
from twin.statistics.intervals import LEVEL

Array = npt.NDArray[np.float64]
Draw = Callable[[Sequence[int], int], Array]
"""Gives the outcomes of replication ``r`` (0, 1, …) of some variants: more is better."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The variant chosen, and what it took."""

    best: int
    left: tuple[int, ...]
    """Those that were not dropped on the way."""
    replications: int
    runs: int


def select(
    count: int, draw: Draw, *, indifference: float, level: float = LEVEL,
    first: int = 10, most: int = 1000,
) -> Selection:  # fmt: skip
    """Choose the best of ``count`` variants by KN++; more is better.

    With probability ``level`` the choice is the best, or within ``indifference`` of it. Variants
    that are clearly worse are dropped on the way. After ``most`` replications those left are told
    apart by their means alone.

    Raises
    ------
    ValueError
        When ``indifference`` is not above zero: equal variants would be compared for ever.
    """
    if indifference <= 0:
        raise ValueError(f"indifference must be above 0, got {indifference}")
    left = list(range(count))
    outcomes = np.column_stack([draw(left, r) for r in range(first)])
    runs = first * count
    alpha = (1 - level) / max(1, count - 1)
    while True:
        keep = _survivors(outcomes, indifference, alpha)
        left, outcomes = [left[i] for i in keep], outcomes[keep]
        n = outcomes.shape[1]
        if len(left) == 1 or n >= most or np.all(outcomes == outcomes[0]):
            break
        outcomes = np.column_stack([outcomes, draw(left, n)])
        runs += len(left)
    best = int(np.argmax(outcomes.mean(axis=1)))
    return Selection(left[best], tuple(left), outcomes.shape[1], runs)


def _survivors(outcomes: Array, indifference: float, alpha: float) -> list[int]:
    """Those that no other beats by more than chance allows at this many replications."""
    n = outcomes.shape[1]
    eta = 0.5 * ((2 * alpha) ** (-2 / (n - 1)) - 1)
    spread = outcomes[:, None, :] - outcomes[None, :, :]
    variance = spread.var(axis=2, ddof=1)
    reach = 2 * eta * (n - 1) * variance / indifference**2
    room = np.maximum(0.0, indifference / (2 * n) * (reach - n))
    means = outcomes.mean(axis=1)
    kept = [i for i in range(len(means)) if np.all(means[i] >= means - room[i])]
    return kept or [int(np.argmax(means))]


def p_correct(outcomes: Sequence[Array], best: int, indifference: float = 0.0) -> float:
    """Return the least probability that ``best`` is best, or within ``indifference`` of it.

    ``outcomes`` are paired replications of each variant, of some perhaps fewer; more is better.
    It is the Bonferroni bound: one minus the doubts of every pair.

    >>> p_correct([np.full(20, 1.0), np.full(20, 2.0)], 1) > 0.999
    True
    """
    doubts = 0.0
    for number, other in enumerate(outcomes):
        if number != best:
            gains = outcomes[best][: other.size] - other[: outcomes[best].size] + indifference
            known = gains[np.isfinite(gains)]
            doubts += 1 - p_better(known) if known.size > 1 else 1.0
    return max(0.0, 1 - doubts)


def allocate(means: Array, spreads: Array, budget: int) -> npt.NDArray[np.int64]:
    """Share ``budget`` runs among variants by OCBA; more is better.

    Parameters
    ----------
    means, spreads : array
        Sample mean and standard deviation of each variant, shape (k,).
    budget : int
        Runs to share in all.

    Returns
    -------
    array of int, shape (k,), whose sum is ``budget``.

    >>> allocate(np.array([3.0, 2.0, 1.0]), np.ones(3), 100).tolist()
    [45, 44, 11]
    """
    best = int(np.argmax(means))
    behind = np.maximum(means[best] - means, 1e-12 + 1e-9 * np.abs(means[best]))
    spread = np.maximum(spreads, 1e-12)
    weights = (spread / behind) ** 2
    weights[best] = 0.0
    weights[best] = spread[best] * np.sqrt(np.sum((weights / spread) ** 2))
    exact = budget * weights / weights.sum()
    shares: npt.NDArray[np.int64] = np.floor(exact).astype(np.int64)
    for place in np.argsort(shares - exact)[: budget - int(shares.sum())]:
        shares[place] += 1
    return shares
