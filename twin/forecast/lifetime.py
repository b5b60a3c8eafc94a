"""From wear curves to lifetimes: the first time at the limit, or an edge that breaks before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.forecast.table import Array, WearTable
from twin.physics.reliability import chipping_hazard

# The chipping study counts cycles of a length it does not tell; this is what one cycle is taken
# as until the tools of the table say otherwise (assumption).
CYCLE_MIN = 15.0
PRIOR_BREAKS = 0.5  # weight of that assumption, in breakages


@dataclass(frozen=True, slots=True)
class Breakage:
    """Sudden breakage: the chipping hazard of the study, at a pace learnt from this table.

    The shape over wear is the study's. How many of its cycles one minute is worth is a gamma
    distribution, updated with the minutes that the tools of the table survived at their wear and
    with the breakages that the table reports.

    Attributes
    ----------
    shape : float
        Shape of the gamma distribution [1].
    exposure : float
        Its rate: cycles' worth of hazard seen, in minutes of the study's hazard [min/cycle].
    """

    shape: float
    exposure: float

    @property
    def mean(self) -> float:
        """Expected cycles of the study per minute of cutting [1/min]."""
        return self.shape / self.exposure

    def quantiles(self, n: int) -> Array:
        """``n`` equally likely values of the cycles per minute [1/min]."""
        from scipy import stats

        middle = (np.arange(n) + 0.5) / n
        return np.asarray(stats.gamma.ppf(middle, self.shape, scale=1 / self.exposure), dtype=float)


def learn_breakage(table: WearTable) -> Breakage:
    """Update the pace of the hazard with what the tools of a table survived."""
    shape, exposure = PRIOR_BREAKS, PRIOR_BREAKS * CYCLE_MIN
    for r in table.records:
        shape += float(r.broken)
        times = np.concatenate([[0.0], r.time_min, [r.now_min]])
        wear = np.concatenate([[0.0], r.vb_mm, r.vb_mm[-1:] if r.n else [0.0]])
        exposure += float(np.trapezoid(np.asarray(chipping_hazard(wear)), times))
    return Breakage(shape, exposure)


def first_passage(vb_mm: Array, ahead_min: Array, limit_mm: float) -> Array:
    """Time from now at which each curve first reaches the limit.

    Parameters
    ----------
    vb_mm : array, shape (…, N, S)
        Non-decreasing wear along N, the first now [mm].
    ahead_min : array, shape (…, N)
        Time from now of each point, the first 0 [min].
    limit_mm : float
        Wear limit [mm].

    Returns
    -------
    array, shape (…, S)
        Time from now [min]; 0 where the limit is reached already, infinite where it is not
        reached at all.
    """
    after = (vb_mm < limit_mm).sum(-2, keepdims=True)  # how many points lie below: the next one
    N = vb_mm.shape[-2]
    right = np.clip(after, 1, N - 1)
    time = np.broadcast_to(ahead_min[..., None], vb_mm.shape)
    w0, w1 = (np.take_along_axis(vb_mm, right - k, axis=-2)[..., 0, :] for k in (1, 0))
    t0, t1 = (np.take_along_axis(time, right - k, axis=-2)[..., 0, :] for k in (1, 0))
    share = np.divide(limit_mm - w0, w1 - w0, out=np.ones_like(w0), where=w1 > w0)
    crossed = t0 + share.clip(0.0, 1.0) * (t1 - t0)
    crossed = np.where(after[..., 0, :] == 0, 0.0, crossed)
    return np.where(after[..., 0, :] == N, np.inf, crossed)


def survival_of_break(vb_mm: Array, ahead_min: Array, per_min: Array) -> Array:
    """Probability of no breakage up to each point of each curve, given that it is whole now.

    Parameters
    ----------
    vb_mm : array, shape (…, N, S)
        Wear [mm].
    ahead_min : array, shape (…, N)
        Time from now [min].
    per_min : array, shape (S,)
        Cycles of the chipping study per minute for each curve [1/min].

    Returns
    -------
    array, shape (…, N, S)
        exp(-∫ λ dt), by the trapezoidal rule [1].
    """
    hazard = np.asarray(chipping_hazard(vb_mm)) * per_min
    between = 0.5 * (hazard[..., 1:, :] + hazard[..., :-1, :])
    area = np.zeros_like(vb_mm)
    np.cumsum(between * np.diff(ahead_min, axis=-1)[..., None], axis=-2, out=area[..., 1:, :])
    return np.asarray(np.exp(-area), dtype=float)


def survival(passage_min: Array, whole: Array, ahead_min: Array) -> Array:
    """Probability of being below the limit and whole at each point; (…, S), (…, N, S) → (…, N)."""
    below = passage_min[..., None, :] > ahead_min[..., None]
    return np.asarray((below * whole).mean(-1), dtype=float)


def quantile_of_life(alive: Array, ahead_min: Array, probability: float) -> float:
    """Time by which failure has come with ``probability``; infinite if beyond the last point.

    ``alive`` (N,) is the survival at ``ahead_min`` (N,) [min].
    """
    level = 1.0 - probability
    if alive[0] <= level:
        return 0.0
    if alive[-1] > level:
        return float("inf")
    after = int(np.argmax(alive <= level))
    high, low = alive[after - 1], alive[after]
    share = (high - level) / (high - low)
    return float(ahead_min[after - 1] + share * (ahead_min[after] - ahead_min[after - 1]))
