"""How good forecasts of the remaining life were: pure scores of curves against what came.

References
----------
Saxena, Celaya, Saha, Saha and Goebel 2010, Metrics for offline evaluation of prognostic
performance, Int. J. Prognostics and Health Management 1(1): prognostic horizon, alpha-lambda,
relative accuracy and its mean (CRA).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.forecast.table import Array

ALPHA, BETA = 0.2, 0.5
"""Bound around the true remaining life, and the probability that is to lie within it [1]."""


@dataclass(frozen=True, slots=True)
class LifeForecast:
    """One past forecast of the remaining life.

    Attributes
    ----------
    tool : str
        Which tool.
    share : float
        Share of its life at which the forecast was made [1].
    known : int
        Readings that were known.
    p10_min, p50_min, p90_min : float
        Quantiles of the forecast remaining life [min].
    true_min : float
        The remaining life that came [min].
    mass : float
        Forecast probability of a remaining life within 20 % of that [1].
    """

    tool: str
    share: float
    known: int
    p10_min: float
    p50_min: float
    p90_min: float
    true_min: float
    mass: float

    @property
    def accuracy(self) -> float:
        """Relative accuracy, 1 - |r - r*| / r* [1]; at least -1, so that one miss is one miss."""
        return max(1.0 - abs(self.p50_min - self.true_min) / self.true_min, -1.0)

    @property
    def passes(self) -> bool:
        """Alpha-lambda: half of the forecast lies within 20 % of the truth."""
        return self.mass >= BETA

    @property
    def end_min(self) -> float:
        """Life of the tool [min]."""
        return self.true_min / (1.0 - self.share)


@dataclass(frozen=True, slots=True)
class ToolLife:
    """Scores of one tool.

    Attributes
    ----------
    end_min : float
        When it reached its limit [min].
    horizon_min, horizon : float
        Prognostic horizon: before its end, from when on every forecast is right within 20 % of
        its life [min], and that as a share of its life [1]; 0 where none is.
    cra : float
        Cumulative relative accuracy [1].
    alpha_lambda : float
        Share of origins at which alpha-lambda passes [1].
    """

    end_min: float
    horizon_min: float
    horizon: float
    cra: float
    alpha_lambda: float


@dataclass(frozen=True, slots=True)
class AtShare:
    """Scores of all tools at one share of life.

    Attributes
    ----------
    share : float
        Share of life [1].
    alpha_lambda : float
        Share of tools of which half the forecast lies within 20 % of the truth [1].
    accuracy : float
        Mean relative accuracy [1].
    mae_min : float
        Mean absolute error of the median [min].
    coverage_80 : float
        Share of tools within the forecast's middle 80 % [1].
    n : int
        Tools.
    """

    share: float
    alpha_lambda: float
    accuracy: float
    mae_min: float
    coverage_80: float
    n: int


@dataclass(frozen=True, slots=True)
class LifeScores:
    """Forecasts of the remaining life from several shares of life.

    Attributes
    ----------
    forecasts : tuple of LifeForecast
        Every one.
    by_share : tuple of AtShare
        Scores at each share of life.
    by_tool : dict of str to ToolLife
        Scores of each tool.
    left_out : tuple of str
        Tools that never reached the limit: their life is not known.
    """

    forecasts: tuple[LifeForecast, ...]
    by_share: tuple[AtShare, ...]
    by_tool: dict[str, ToolLife]
    left_out: tuple[str, ...]

    @property
    def horizon(self) -> float | None:
        """Mean prognostic horizon as a share of life [1]; None without a tool."""
        return _mean([t.horizon for t in self.by_tool.values()])

    @property
    def cra(self) -> float | None:
        """Mean cumulative relative accuracy [1]."""
        return _mean([t.cra for t in self.by_tool.values()])

    @property
    def alpha_lambda(self) -> float | None:
        """Share of all forecasts that pass alpha-lambda [1]."""
        return _mean([float(f.passes) for f in self.forecasts])


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def end_of_life(time_min: Array, vb_mm: Array, limit_mm: float) -> float | None:
    """When the readings first reach the limit, between two by proportion [min]; None for never.

    >>> end_of_life(np.array([10.0, 20.0]), np.array([0.1, 0.3]), 0.2)
    15.0
    """
    over = np.flatnonzero(vb_mm >= limit_mm)
    if not len(over):
        return None
    after = int(over[0])
    if after == 0:
        return float(time_min[0])
    low = float(vb_mm[:after].max())
    share = (limit_mm - low) / (float(vb_mm[after]) - low)
    start = float(time_min[after - 1])
    return start + share * (float(time_min[after]) - start)


def mass_within(alive: Array, ahead_min: Array, true_min: float, alpha: float = ALPHA) -> float:
    """Probability of a remaining life within ``alpha`` of the true one [1].

    >>> mass_within(np.array([1.0, 0.0]), np.array([0.0, 20.0]), 10.0)
    0.2
    """
    low, high = np.interp(np.array([1 - alpha, 1 + alpha]) * true_min, ahead_min, alive)
    return round(float(low - high), 12)


def prognostic_horizon(tool: Sequence[LifeForecast], alpha: float = ALPHA) -> float:
    """Share of life before its end from which on all medians stay within ``alpha`` of its life."""
    right = [abs(f.p50_min - f.true_min) <= alpha * f.end_min for f in tool]
    first = len(right)
    while first > 0 and right[first - 1]:
        first -= 1
    return 1.0 - tool[first].share if first < len(tool) else 0.0


def score_lives(forecasts: Sequence[LifeForecast], left_out: Sequence[str] = ()) -> LifeScores:
    """Score forecasts, those of one tool in the order of time."""
    tools = dict.fromkeys(f.tool for f in forecasts)
    by_tool = {tool: _tool([f for f in forecasts if f.tool == tool]) for tool in tools}
    shares = sorted({f.share for f in forecasts})
    by_share = tuple(_share([f for f in forecasts if f.share == share]) for share in shares)
    return LifeScores(tuple(forecasts), by_share, by_tool, tuple(left_out))


def _tool(own: Sequence[LifeForecast]) -> ToolLife:
    horizon, end = prognostic_horizon(own), own[0].end_min
    cra = float(np.mean([f.accuracy for f in own]))
    return ToolLife(end, horizon * end, horizon, cra, float(np.mean([f.passes for f in own])))


def _share(own: Sequence[LifeForecast]) -> AtShare:
    return AtShare(
        own[0].share,
        float(np.mean([f.passes for f in own])),
        float(np.mean([f.accuracy for f in own])),
        float(np.mean([abs(f.p50_min - f.true_min) for f in own])),
        float(np.mean([f.p10_min <= f.true_min <= f.p90_min for f in own])),
        len(own),
    )
