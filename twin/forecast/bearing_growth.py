"""How far a bearing's damage has come and how fast it grows, from how hard its impacts are.

Damage d (1 at the end of the bearing) doubles in a constant running time: ln d = m - g (now - t)
from its onset on. On a grid of growth g and onset, m is Gaussian; windows in which nothing was seen
say that d was below what would have been. A sound bearing shows a window now and then, by chance.

The growth has a prior, which is all there is where the record is short: doubling in 20 h of
running, in nine of ten bearings within 3 to 140 h. **An assumption**: spalls have been seen to take
hours and to take months, and no source here gives a distribution for spindles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from twin.forecast.table import Array

Some = npt.NDArray[np.bool_]

DOUBLING_H = 20.0
"""Median of the prior of the doubling time, running [h]."""
DOUBLING_SPREAD = 1.2
"""Standard deviation of its logarithm [1]."""
DAMAGED = 0.01
"""Share of bearings that are damaged before anything is heard of them (assumption) [1]."""
SMALLEST = 0.01
"""Least damage that is spoken of [1]."""
FALSE = 0.01
"""Windows of a sound bearing in which something is seen [1]."""
FALSE_SPREAD = 0.3
"""Spread of what is then seen, about the least that can be [ln]."""
NOISE = 0.15
"""Spread of one window, before any is heard [ln]."""
ROUGH = 0.05
"""By how much damage itself strays from the law, however many windows are averaged [ln]."""
END_SPREAD = 0.1
"""How well it is known how loud a bearing at its end is (assumption) [ln]."""
MOST = 60
"""Stretches that a record is cut into."""
GROWTHS, ONSETS, DRAWS = 61, 40, 2000


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A record of one fault, in stretches.

    Attributes
    ----------
    ago_h : array, shape (N,)
        Running time before now, decreasing [h].
    ln_damage : array, shape (N,)
        ln of the damage seen; -inf where nothing was [1].
    bound : array, shape (N,)
        ln of the least damage that would have been seen [1].
    spread : array, shape (N,)
        Standard deviation of what was seen [1].
    """

    ago_h: Array
    ln_damage: Array
    bound: Array
    spread: Array


@dataclass(frozen=True, slots=True, eq=False)
class Damage:
    """What is believed of a bearing now.

    Attributes
    ----------
    p_damaged : float
        Probability that it has a fault [1].
    ln_damage, growth : array, shape (S,)
        Draws of ln damage now [1] and of its growth [1/h of running], if it has one.
    known : float
        How much of the prior's spread of ln growth the record took away [1].
    """

    p_damaged: float
    ln_damage: Array
    growth: Array
    known: float

    def doubling(self, q: float) -> float:
        """Quantile of the running time in which the damage doubles [h]."""
        return float(np.quantile(np.log(2.0) / self.growth, q))

    def rest(self, rng: np.random.Generator) -> Array:
        """Running time that is left, if it has a fault, shape (S,) [h]."""
        end = END_SPREAD * rng.standard_normal(len(self.growth))
        return np.asarray(np.maximum(end - self.ln_damage, 1e-6) / self.growth, dtype=float)


def prior_growth(rng: np.random.Generator, size: int) -> Array:
    """Draws of the growth where nothing is known of it [1/h]."""
    spread = DOUBLING_SPREAD * rng.standard_normal(size)
    return np.asarray(np.log(2.0) / DOUBLING_H * np.exp(spread), dtype=float)


def stretches(ago_h: Array, ln_damage: Array, bound: Array) -> Record:
    """Put the windows of a record together in at most ``MOST`` stretches.

    A stretch is what its windows show where most of those that could have shown it did, else
    nothing: a worn tool drowns an impact, and such a window tells only what it could not be.
    """
    seen = np.isfinite(ln_damage)
    steps = np.diff(ln_damage[seen])
    noise = np.sqrt((4.0 * NOISE**2 + 0.5 * float(steps @ steps)) / (4.0 + len(steps)))
    rows = []
    for part in np.array_split(np.arange(len(ago_h)), min(MOST, max(len(ago_h), 1))):
        if not len(part):
            continue
        own = seen[part]
        level = float(ln_damage[part][own].mean()) if own.any() else -np.inf
        could = own | (bound[part] < level)
        if own.sum() <= 0.5 * could.sum():
            level = -np.inf
        spread = np.hypot(noise / np.sqrt(max(own.sum(), 1)), ROUGH)
        least = bound[part] if own.all() else bound[part][~own]
        rows.append((ago_h[part].mean(), level, np.median(least), spread))
    return Record(*np.array(rows, dtype=float).reshape(-1, 4).T)


def believe(heard: Record, rng: np.random.Generator) -> Damage:
    """Return what a record tells of a bearing.

    Examples
    --------
    An hour at a tenth of the end, doubling every 5 h before: some 17 h are left.

    >>> ago = np.linspace(20.0, 0.0, 60)
    >>> record = stretches(ago, np.log(0.1) - np.log(2.0) / 5.0 * ago, np.full(60, -5.0))
    >>> told = believe(record, np.random.default_rng(1))
    >>> told.p_damaged > 0.99, round(told.doubling(0.5))
    (True, 5)
    """
    z = np.linspace(-2.5, 2.5, GROWTHS)
    growth = np.log(2.0) / DOUBLING_H * np.exp(DOUBLING_SPREAD * z)
    prior = -0.5 * z**2
    if not len(heard.ago_h):
        return Damage(DAMAGED, *_unknown(rng), 0.0)
    onsets = _onsets(heard.ago_h)
    likely = np.full((GROWTHS, len(onsets)), -np.inf)
    middle, spread = np.zeros_like(likely), np.ones_like(likely)
    for column, onset in enumerate(onsets):
        found = _given(heard, growth, heard.ago_h <= onset)
        likely[:, column], middle[:, column], spread[:, column] = found
    weight = likely + prior[:, None] - np.log(np.exp(prior).sum()) - np.log(len(onsets))
    evidence = float(special.logsumexp(weight))
    odds = np.log(DAMAGED / (1.0 - DAMAGED)) + evidence - _sound(heard)
    chosen = rng.choice(weight.size, DRAWS, p=np.exp(weight - evidence).ravel())
    row = chosen // len(onsets)
    m = middle.ravel()[chosen] + spread.ravel()[chosen] * rng.standard_normal(DRAWS)
    share = np.exp(weight - evidence).sum(1)
    left = np.sqrt(share @ z**2 - (share @ z) ** 2)
    # Between two points of the grid, so that draws are not lumped
    fine = np.exp(DOUBLING_SPREAD * (z[1] - z[0]) * rng.uniform(-0.5, 0.5, DRAWS))
    return Damage(float(special.expit(odds)), m, growth[row] * fine, float(1.0 - min(left, 1.0)))


def _unknown(rng: np.random.Generator) -> tuple[Array, Array]:
    return np.log(SMALLEST) * rng.random(DRAWS), prior_growth(rng, DRAWS)


def _onsets(ago_h: Array) -> Array:
    """Running times ago at which it may have begun: before the record, or after a stretch of it."""
    picked = np.unique(np.linspace(0, len(ago_h) - 1, min(ONSETS, len(ago_h))).astype(int))
    return np.concatenate([[np.inf], ago_h[picked]])


def _given(heard: Record, growth: Array, after: Some) -> tuple[Array, Array, Array]:
    """How likely the record is for each growth, and m with its spread, given the onset."""
    seen = np.isfinite(heard.ln_damage)
    told, hidden = after & seen, after & ~seen
    before = _by_chance(heard, ~after & seen) + np.log1p(-FALSE) * float((~after & ~seen).sum())
    weight = 1.0 / heard.spread[told] ** 2
    total = float(weight.sum())
    if total > 0:
        moved = heard.ln_damage[told] + growth[:, None] * heard.ago_h[told]
        middle = moved @ weight / total
        rest = (moved - middle[:, None]) ** 2 @ weight
        flat = np.log(np.sqrt(2.0 * np.pi / total) / -np.log(SMALLEST))
        likely = -0.5 * rest + flat - 0.5 * np.log(2.0 * np.pi * heard.spread[told] ** 2).sum()
        spread = np.full(len(growth), 1.0 / np.sqrt(total))
        # It runs, so it has not come to its end
        likely = likely + special.log_ndtr((3.0 * END_SPREAD - middle) / np.hypot(spread, 0.05))
        return likely + before + _hidden(heard, growth, middle, hidden), middle, spread
    # Nothing seen: it may be anywhere below what would have been
    top = np.min((heard.bound[hidden] + growth[:, None] * heard.ago_h[hidden]), axis=1,
                 initial=0.0)  # fmt: skip
    room = np.maximum(top - np.log(SMALLEST), 0.05)
    likely = np.log(np.minimum(room / -np.log(SMALLEST), 1.0))
    return likely + before, np.log(SMALLEST) + 0.5 * room, 0.29 * room


def _hidden(heard: Record, growth: Array, middle: Array, hidden: Some) -> Array:
    """ln of the chance that nothing was seen in the stretches in which nothing was."""
    damage = middle[:, None] - growth[:, None] * heard.ago_h[hidden]
    gap = (heard.bound[hidden] - damage) / np.hypot(heard.spread[hidden], NOISE)
    return np.asarray(special.log_ndtr(gap).sum(1), dtype=float)


def _by_chance(heard: Record, seen: Some) -> float:
    """ln of the chance of what a sound bearing shows in some stretches."""
    gap = (heard.ln_damage[seen] - heard.bound[seen]) / FALSE_SPREAD
    one = np.log(FALSE) - 0.5 * gap**2 - np.log(FALSE_SPREAD * np.sqrt(2.0 * np.pi))
    return float(one.sum())


def _sound(heard: Record) -> float:
    seen = np.isfinite(heard.ln_damage)
    return _by_chance(heard, seen) + float(np.log1p(-FALSE) * (~seen).sum())
