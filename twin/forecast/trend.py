"""Remaining life of running parts from trend features, with an honest band.

Two signs of the smoothed RMS, the larger of the directions: by how much it is above twice its own
quietest level so far, and how much it grew over the last tenth of its running time. ln remaining
life is a linear law of them, learnt from parts that ran to failure; each part counts as few
readings however many snapshots it has, because its snapshots are not news of one another. The
back-test sets it beside the same law without any sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from twin.errors import BadInput, Fault
from twin.forecast.life_backtest import SHARES
from twin.forecast.life_scores import ALPHA, LifeForecast, LifeScores, score_lives
from twin.forecast.replacement import Change, Costs, change
from twin.forecast.scores import brier_skill
from twin.forecast.table import Array
from twin.forecast.tools import Band
from twin.forecast.trend_table import Trend
from twin.physics.reliability import lognormal_crps

SMOOTH = 15
"""Snapshots of the running median."""
DOUBLE = float(np.log(2.0))
RECENT = 0.1
"""Share of the running time over which growth is taken [1]."""
ORIGINS = 100
WORTH = 3.0
"""Readings that one part counts as (assumption: its snapshots share one fate)."""
PRIOR_SPREAD = 1.0
"""Standard deviation of ln remaining life that one reading's worth of prior says [1]."""


@dataclass(frozen=True, slots=True, eq=False)
class TrendLaw:
    """ln remaining life [min] = signs · mean ± spread.

    Attributes
    ----------
    mean, covariance : array
        Of the coefficients, the latter in units of the spread squared.
    spread : float
        Standard deviation of ln remaining life [1].
    signs : int
        How many signs it uses besides the constant; 0 knows no trend.
    parts : int
        Parts that it was learnt from.
    """

    mean: Array
    covariance: Array
    spread: float
    signs: int
    parts: int

    def predict(self, X: Array) -> tuple[Array, Array]:
        """Mean and standard deviation of ln remaining life for rows of signs [ln min]."""
        X = X[:, : 1 + self.signs]
        own = np.einsum("ij,jk,ik->i", X, self.covariance, X)
        return X @ self.mean, self.spread * np.sqrt(1.0 + own)


@dataclass(frozen=True, slots=True)
class PartForecast:
    """The forecast of one part that is still running.

    Attributes
    ----------
    name : str
        Which part.
    now_min : float
        Running time so far [min].
    times_quietest : float
        Smoothed RMS now over its own quietest [1].
    remaining_min : Band
        Remaining running time [min].
    hours, p_fail : float
        Horizon [h] and probability of failing within it [1].
    change : Change
        Cost of replacing it after some more minutes.
    """

    name: str
    now_min: float
    times_quietest: float
    remaining_min: Band
    hours: float
    p_fail: float
    change: Change


@dataclass(frozen=True, slots=True)
class TrendScores:
    """How good forecasts of parts were that the law never saw, from evenly spaced snapshots.

    Attributes
    ----------
    mae_min, crps_min : float
        Error of the median and continuous ranked probability score [min].
    coverage_80 : float
        Share of true remaining lives within the middle 80 % [1].
    brier_skill : float or None
        Of "fails within a tenth of the mean life", against its base rate.
    n : int
        Forecasts.
    """

    mae_min: float
    crps_min: float
    coverage_80: float
    brier_skill: float | None
    n: int


@dataclass(frozen=True, slots=True)
class TrendBacktest:
    """Leave one part out: with the trend, without it, and by share of life."""

    trend: TrendScores
    without: TrendScores
    by_part: dict[str, TrendScores]
    life: LifeScores

    @property
    def gain(self) -> float:
        """Share of the CRPS that the trend saves; below zero it does harm [1]."""
        return 1.0 - self.trend.crps_min / self.without.crps_min


def signs(trend: Trend) -> Array:
    """Constant, rise above twice the quietest level, recent growth; shape (N, 3), ln of RMS."""
    level = rise(trend)
    before = np.searchsorted(trend.time_min, (1.0 - RECENT) * trend.time_min)
    grown = np.maximum(level - level[np.minimum(before, np.arange(len(level)))], 0.0)
    return np.column_stack([np.ones(len(level)), np.maximum(level - DOUBLE, 0.0), grown])


def rise(trend: Trend) -> Array:
    """ln of the smoothed RMS over its own lowest so far, the larger of the directions [1]."""
    padded = np.concatenate([np.repeat(trend.rms[:1], SMOOTH - 1, axis=0), trend.rms])
    windows = np.lib.stride_tricks.sliding_window_view(padded, SMOOTH, axis=0)
    smooth = np.median(windows, axis=-1)
    above = np.log(smooth / np.minimum.accumulate(smooth, axis=0))
    return np.asarray(above.max(-1), dtype=float)


def origins(trend: Trend) -> tuple[Array, Array]:
    """Signs and remaining life of evenly spaced snapshots of a part that failed [1, min]."""
    last = len(trend.time_min) - 2
    at = np.unique(np.linspace(min(SMOOTH, last), last, ORIGINS).astype(int))
    return signs(trend)[at], trend.end_min - trend.time_min[at]


def learn(trends: Sequence[Trend], *, use: int = 2) -> TrendLaw:
    """Learn the law from parts that ran to failure.

    Parameters
    ----------
    trends : sequence of Trend
        Those still running are left aside.
    use : int
        Signs to use; 0 for the remaining life of any part at any time.

    Raises
    ------
    BadInput
        With fewer than two parts that failed.
    """
    done = [origins(trend) for trend in trends if trend.failed]
    if len(done) < 2:
        raise BadInput(Fault(f"two parts that ran to failure are needed, not {len(done)}"))
    X = np.concatenate([x[:, : 1 + use] for x, _ in done])
    y = np.log(np.concatenate([left for _, left in done]))
    weight = np.concatenate([np.full(len(left), WORTH / len(left)) for _, left in done])
    centre = float(np.average(y, weights=weight))
    prior = np.diag([1e-3] + [1.0] * use)
    precision = (X * weight[:, None]).T @ X + prior
    mean = np.linalg.solve(precision, (X * weight[:, None]).T @ (y - centre))
    mean[0] += centre
    rest = float(weight @ (y - X @ mean) ** 2)
    spread = np.sqrt((rest + PRIOR_SPREAD**2) / (weight.sum() + 1.0))
    return TrendLaw(mean, np.linalg.inv(precision), float(spread), use, len(done))


def forecast_parts(
    law: TrendLaw, trends: Sequence[Trend], hours: float, duty: float, costs: Costs
) -> list[PartForecast]:
    """Forecast the parts that are still running; ``duty`` is minutes of running in each hour."""
    return [forecast_part(law, trend, hours, duty, costs) for trend in trends if not trend.failed]


def forecast_part(
    law: TrendLaw, trend: Trend, hours: float, duty: float, costs: Costs
) -> PartForecast:
    """Forecast one part as it was at its last snapshot."""
    mu, sd = (float(x[0]) for x in law.predict(signs(trend)[-1:]))
    p10, p50, p90 = (float(np.exp(mu + sd * special.ndtri(p))) for p in (0.1, 0.5, 0.9))
    ahead = np.concatenate([[0.0], np.exp(mu + sd * np.linspace(-3.0, 3.0, 60))])
    alive = np.concatenate([[1.0], special.ndtr(-np.linspace(-3.0, 3.0, 60))])
    # A part that lives on earns its cost over the mean life of parts
    life = float(np.exp(law.mean[0] + law.spread**2 / 2))
    best = change(alive, ahead, costs, costs.change / life)
    soon = max(hours * duty, 1e-12)
    p = float(special.ndtr((np.log(soon) - mu) / sd))
    level = float(np.exp(rise(trend)[-1]))
    return PartForecast(trend.name, trend.end_min, level, Band(p10, p50, p90), hours, p, best)


def backtest_trend(trends: Sequence[Trend]) -> TrendBacktest:
    """Leave each part that failed out in turn, learn from the others, and score.

    Raises
    ------
    BadInput
        With fewer than three parts that failed.
    """
    done = [trend for trend in trends if trend.failed]
    if len(done) < 3:
        message = f"a back-test needs three parts that ran to failure, not {len(done)}"
        raise BadInput(Fault(message))
    soon = 0.1 * float(np.mean([trend.end_min for trend in done]))
    rows: dict[int, list[Array]] = {0: [], 2: []}
    ends: list[LifeForecast] = []
    for trend in done:
        others = [other for other in done if other is not trend]
        X, left = origins(trend)
        for use, found in rows.items():
            found.append(np.column_stack([*learn(others, use=use).predict(X), left]))
        ends += _at_shares(learn(others), trend)
    by_part = {t.name: _scores(r, soon) for t, r in zip(done, rows[2], strict=True)}
    with_, without = (_scores(np.concatenate(rows[use]), soon) for use in (2, 0))
    return TrendBacktest(with_, without, by_part, score_lives(ends))


def _scores(rows: Array, soon: float) -> TrendScores:
    mu, sd, left = rows.T
    p = special.ndtr((np.log(soon) - mu) / sd)
    inside = np.abs((np.log(left) - mu) / sd) <= special.ndtri(0.9)
    crps = np.asarray(lognormal_crps(left, mu, sd))
    return TrendScores(
        float(np.abs(np.exp(mu) - left).mean()), float(crps.mean()), float(inside.mean()),
        brier_skill(p, (left <= soon).astype(float)), len(left),
    )  # fmt: skip


def _at_shares(law: TrendLaw, trend: Trend) -> list[LifeForecast]:
    found = []
    for share in SHARES:
        at = int(np.searchsorted(trend.time_min, share * trend.end_min))
        left = (1.0 - share) * trend.end_min
        mu, sd = (float(x[0]) for x in law.predict(signs(trend)[at : at + 1]))
        low, high = (np.log((1.0 + a) * left) for a in (-ALPHA, ALPHA))
        mass = float(special.ndtr((high - mu) / sd) - special.ndtr((low - mu) / sd))
        p10, p50, p90 = (float(np.exp(mu + sd * special.ndtri(p))) for p in (0.1, 0.5, 0.9))
        found.append(LifeForecast(trend.name, share, at + 1, p10, p50, p90, left, mass))
    return found
