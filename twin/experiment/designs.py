"""What a sweep says: the best point and how surely, the Pareto front, what weighs most."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault
from twin.experiment.dimensions import Dimension, Point
from twin.experiment.goals import Limit, Objective
from twin.experiment.results import Result
from twin.experiment.sweeps import Sweep
from twin.rng import stream
from twin.scenario import Scenario
from twin.statistics import Better, Difference, p_correct, screen
from twin.statistics.screening import LEAST_TRAJECTORIES

INDIFFERENCE = 0.01
"""Part of the best mean that makes no difference to anybody."""


@dataclass(frozen=True, slots=True)
class Best:
    """The best point of a sweep, the least probability that it is so, and its equals.

    ``as_good`` are the points that the runs cannot tell from it.
    """

    number: int
    p_correct: float
    indifference: float
    as_good: tuple[int, ...]


def best(results: Sequence[Result], objective: Objective, limits: Sequence[Limit]) -> Best | None:
    """Return the best point that keeps the limits by its means; None when none does."""
    scores = [objective.score(result.values) for result in results]
    fit = [
        number
        for number, result in enumerate(results)
        if math.isfinite(scores[number]) and all(one.excess(result.values) <= 0 for one in limits)
    ]
    if not fit:
        return None
    series = [objective.sign * np.asarray(results[n].values[objective.kpi]) for n in fit]
    first = max(range(len(fit)), key=lambda place: scores[fit[place]])
    small = INDIFFERENCE * abs(scores[fit[first]])
    way: Better = "more" if objective.maximise else "less"
    kpi = objective.kpi
    chosen = results[fit[first]]
    equals = [
        number
        for number in fit
        if number != fit[first] and chosen.beside(results[number], kpi, way).verdict != "better"
    ]
    return Best(fit[first], p_correct(series, first, small), small, tuple(equals))


def inert(points: Sequence[tuple[Point, Result]], kpi: str) -> list[str]:
    """Return the parameters that made no difference to a KPI: same value in every replication.

    Judged from points that differ in one parameter alone; one without such points is not named.
    """
    paths = list(points[0][0]) if points else []
    return [path for path in paths if _is_inert(points, kpi, path)]


def _is_inert(points: Sequence[tuple[Point, Result]], kpi: str, path: str) -> bool:
    groups: dict[str, list[Result]] = {}
    for point, result in points:
        others = {key: value for key, value in point.items() if key != path}
        groups.setdefault(repr(sorted(others.items())), []).append(result)
    beside = [group for group in groups.values() if len(group) > 1]
    return bool(beside) and all(_alike(group, kpi) for group in beside)


def _alike(results: Sequence[Result], kpi: str) -> bool:
    first = np.asarray(results[0].values[kpi], dtype=float)
    return bool(np.isfinite(first).any()) and all(
        np.array_equal(first, np.asarray(one.values[kpi], dtype=float), equal_nan=True)
        for one in results[1:]
    )


def pareto(results: Sequence[Result], one: Objective, other: Objective) -> list[int]:
    """Return the points that no other beats in both KPIs, by their means, in order of the first."""
    return front([(one.score(r.values), other.score(r.values)) for r in results])


def front(scores: Sequence[tuple[float, float]]) -> list[int]:
    """Return which pairs, more being better, no other pair beats in both; least first.

    >>> front([(1, 1), (2, 3), (3, 2), (3, 1)])
    [1, 2]
    """
    found = [
        number
        for number, (a, b) in enumerate(scores)
        if math.isfinite(a)
        and math.isfinite(b)
        and not any(c >= a and d >= b and (c > a or d > b) for c, d in scores)
    ]
    return sorted(found, key=lambda number: scores[number][0])


# -- sensitivity --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """What a KPI does when one parameter alone goes from its present value to another."""

    path: str
    value: object
    change: Difference


def tornado_points(scenario: Scenario, dimensions: Sequence[Dimension]) -> list[Point]:
    """Return the present point, then each parameter alone at its ends, or at each option."""
    alone = [
        {dimension.path: value}
        for dimension in dimensions
        for value in dimension.options or (dimension.at(0.0), dimension.at(1.0))
    ]
    return [{}, *alone]


def tornado(results: Sequence[tuple[Point, Result]], kpi: str) -> list[Bar]:
    """Return the bars of one KPI, the parameter that weighs most first."""
    (_nothing, base), *others = results
    way = base.scenario.measures[kpi].better
    bars = [
        Bar(path, value, result.beside(base, kpi, way))
        for point, result in others
        for path, value in point.items()
    ]
    weight: dict[str, float] = {}
    for bar in bars:
        weight[bar.path] = max(weight.get(bar.path, 0.0), abs(bar.change.value or 0.0))
    return sorted(bars, key=lambda bar: -weight[bar.path])


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a KPI's variance a parameter explains: alone, and with all it interacts with.

    Each is (value, low, high) with a 95 % bootstrap interval.
    """

    path: str
    first: tuple[float, float, float]
    total: tuple[float, float, float]


def sobol(sweep: Sweep, dimensions: Sequence[Dimension], kpi: str, n: int) -> list[Share]:
    """Return Sobol' indices of a KPI from ``n`` × (parameters + 2) points on common luck.

    ``n`` is a power of two. Every parameter is even over its range; Saltelli's estimators, by
    :func:`scipy.stats.sobol_indices`.
    """
    from scipy import stats

    check_sobol(n)

    def mean(shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        points = [
            {d.path: d.at(share) for d, share in zip(dimensions, row, strict=True)}
            for row in shares.T.tolist()
        ]
        return np.array([[np.nanmean(r.values[kpi]) for r in sweep(points)]])

    seed = sweep.scenario.header.seed
    found = stats.sobol_indices(
        func=mean,
        n=n,
        dists=[cast(Any, stats.uniform())] * len(dimensions),
        rng=stream(seed, "experiment.sobol"),
    )
    ends = found.bootstrap()
    pairs = (
        (np.atleast_2d(found.first_order)[0], ends.first_order.confidence_interval),
        (np.atleast_2d(found.total_order)[0], ends.total_order.confidence_interval),
    )
    columns = [
        list(zip(value, np.ravel(held.low), np.ravel(held.high), strict=True))
        for value, held in pairs
    ]
    return [
        Share(d.path, tuple(map(float, first)), tuple(map(float, total)))  # type: ignore[arg-type]
        for d, first, total in zip(dimensions, *columns, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Weight:
    """What a parameter weighs in a KPI by Morris screening, over its range, in the KPI's unit.

    ``weight`` is μ* (value, low, high), ``mean`` μ and ``spread`` σ.
    """

    path: str
    weight: tuple[float | None, float | None, float | None]
    mean: float
    spread: float


def morris(sweep: Sweep, dimensions: Sequence[Dimension], kpi: str, n: int) -> list[Weight]:
    """Return the weights of a KPI from ``n`` trajectories on common luck, the heaviest first."""
    check_morris(n)

    def mean(shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        points = [
            {d.path: d.at(share) for d, share in zip(dimensions, row, strict=True)}
            for row in shares.tolist()
        ]
        return np.array([np.nanmean(r.values[kpi]) for r in sweep(points)])

    rng = stream(sweep.scenario.header.seed, "experiment.morris")
    found = [
        Weight(d.path, (e.weight.value, e.weight.low, e.weight.high), e.mean, e.spread)
        for d, e in zip(dimensions, screen(mean, len(dimensions), n, rng), strict=True)
    ]
    return sorted(found, key=lambda one: -(one.weight[0] or 0.0))


def check_morris(n: int) -> None:
    """Refuse fewer trajectories than have a spread worth the name."""
    if n < LEAST_TRAJECTORIES:
        message = f"allowed {LEAST_TRAJECTORIES} or more trajectories; 10 to 30 are usual"
        raise BadInput(Fault(message, "morris", "", str(n)))


def check_sobol(n: int) -> None:
    """Refuse a number that Sobol's sequence is not balanced at."""
    if n < 8 or n & (n - 1):
        raise BadInput(Fault("allowed a power of two, 8 or more", "sobol", "", str(n)))
