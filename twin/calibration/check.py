"""How a fit holds on the part of the log that it has not seen.

Every figure of the kept-back part is compared with what the fit says of it, luck of so many
draws and doubt of the fit included. With many figures one lies outside its band by luck alone;
so ``passed`` is judged for all of them together at 5 % (Holm 1979).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import stats

from twin.calibration.history import History
from twin.calibration.laws import CONFIDENCE, around, fit_times
from twin.calibration.line import work_times
from twin.kpi import compute
from twin.rng import replication_seed
from twin.scenario import Scenario
from twin.simulate import simulate

TAIL = (1 - CONFIDENCE) / 2
FEWEST = 5
"""Draws on either side from which on a figure is compared."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure of the kept-back records beside what the fit expects of it.

    ``p`` is the probability of a figure at least as far off, if the fit is right [1].
    """

    name: str
    unit: str
    seen: float
    expected: float
    low: float
    high: float
    p: float
    passed: bool = True

    @property
    def error(self) -> float:
        """How far the fit is off, of what was seen [1]; not a number where nothing is."""
        return self.expected / self.seen - 1 if self.seen else math.nan


def judge(comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Decide which figures contradict the fit, with a chance of 5 % that a right one does.

    Holm's step-down over all of them: the smallest p against 5 % / n, the next against
    5 % / (n - 1), until one is above.
    """
    order = sorted(range(len(comparisons)), key=lambda index: comparisons[index].p)
    refused: set[int] = set()
    for place, index in enumerate(order):
        if comparisons[index].p >= (1 - CONFIDENCE) / (len(order) - place):
            break
        refused.add(index)
    return tuple(replace(c, passed=i not in refused) for i, c in enumerate(comparisons))


def student(
    name: str, unit: str, seen: float, mean: float, scale: float, freedom: int
) -> Comparison:
    """A figure beside a mean whose difference to it has Student's law with this scale."""
    half = float(stats.t.ppf(1 - TAIL, freedom)) * scale
    p = 2.0 * float(stats.t.sf(abs(seen - mean) / scale, freedom))
    return Comparison(name, unit, seen, mean, mean - half, mean + half, p)


def compare(
    fitted: Mapping[str, History], kept: Mapping[str, History], stations: Mapping[str, Any]
) -> tuple[Comparison, ...]:
    """Compare every station's kept-back history with the one that was fitted.

    ``stations`` has the settings of each, of which its failure clock and what a repair does to
    the work are looked at. A CNC machine's times are not compared: they are not fitted, and follow
    its tools' wear and changes, so that one part of the log is no sample of the other.
    """
    found: list[Comparison] = []
    for station, before in fitted.items():
        after = kept.get(station)
        if after is not None:
            found += _station(station, before, after, stations[station])
    return tuple(found)


def _station(name: str, before: History, after: History, station: Any) -> Iterator[Comparison]:
    if station.machine:
        return
    again, clock = station.on_failure == "restart", station.failure_clock
    first, then = work_times(before, again), work_times(after, again)
    yield from means(f"{name}: mean work time", first, then)
    if min(len(first), len(then)) >= 2 * FEWEST:
        yield _law(name, first, then)
    yield from means(f"{name}: mean repair time", before.repairs, after.repairs)
    yield from means(f"{name}: mean set-up time", before.setups, after.setups)
    yield from _failures(name, before, after, clock)


def means(name: str, first: Sequence[float], then: Sequence[float]) -> Iterator[Comparison]:
    """The mean of so many new draws, within a prediction interval that stays positive.

    Where the first draws are exponential, the ratio of both means has Fisher's law with 2 m and
    2 n degrees of freedom; else its logarithm is taken to have Student's.
    """
    n, m = len(first), len(then)
    if min(n, m) < FEWEST:
        return
    fitted, seen = fit_times(first), float(np.mean(then))
    mean = fitted.mean
    if fitted.law == "exponential":
        law = stats.f(2 * m, 2 * n)
        p = min(1.0, 2.0 * float(min(law.cdf(seen / mean), law.sf(seen / mean))))
        low, high = (mean * float(law.ppf(tail)) for tail in (TAIL, 1 - TAIL))
        yield Comparison(name, "s", seen, mean, low, high, p)
        return
    scale = max(float(np.std(first, ddof=1)) * math.sqrt(1 / n + 1 / m), 1e-9 * mean)
    low, high = around(mean, float(stats.t.ppf(1 - TAIL, n - 1)) * scale)
    off = abs(math.log(seen / mean)) if seen > 0 else math.inf
    p = 2.0 * float(stats.t.sf(off * mean / scale, n - 1))
    yield Comparison(name, "s", seen, mean, low, high, p)


def _law(name: str, first: Sequence[float], then: Sequence[float]) -> Comparison:
    """Whether both parts may come from one law (Kolmogorov and Smirnov, two samples)."""
    p = float(stats.ks_2samp(first, then).pvalue)
    none = math.nan
    return Comparison(f"{name}: law of the work times", "1", none, none, none, none, p)


def _failures(name: str, before: History, after: History, clock: str) -> Iterator[Comparison]:
    """Failures to come, negative binomial: Poisson luck with the doubt of the fitted rate."""
    key = "calendar" if clock == "calendar" else "operating"
    lives = getattr(before, f"lives_{key}")
    exposed = sum(lives) + getattr(before, f"open_{key}")
    then = sum(getattr(after, f"lives_{key}")) + getattr(after, f"open_{key}")
    if len(lives) < FEWEST or then <= 0:
        return
    n, ratio = len(lives), exposed / (exposed + then)
    law = stats.nbinom(n, ratio)
    seen = len(getattr(after, f"lives_{key}"))
    p = min(1.0, 2.0 * min(float(law.cdf(seen)), float(law.sf(seen - 1))))
    band = float(law.ppf(TAIL)), float(law.ppf(1 - TAIL))
    yield Comparison(f"{name}: failures", "1", float(seen), n * then / exposed, *band, p)


def output(
    scenario: Scenario, line: str, last: Mapping[str, History], replications: int
) -> Comparison:
    """Parts an hour of the last station with records: kept-back log beside the calibrated twin.

    The band is that of one more run: Student's prediction interval over the replications.
    """
    stations = scenario.entries[line].settings.stations  # type: ignore[attr-defined]
    station = [name for name in stations if name in last][-1]
    history = last[station]
    longer = scenario.with_values({"horizon": f"{scenario.header.warmup + history.span} s"})
    path = f"{line}.stations.{station}.made"
    seeds = [replication_seed(scenario.header.seed, index) for index in range(replications)]
    runs = (simulate(longer, seed=seed, sense=False) for seed in seeds)
    rates = np.array([compute(longer, facts)[path] for facts in runs]) * 3600.0 / history.span
    n, one = len(rates), 3600.0 / history.span
    scale = max(float(rates.std(ddof=1)) * math.sqrt(1 + 1 / n), one)
    seen = history.ended * one
    return student(f"{station}: parts made", "1/h", seen, float(rates.mean()), scale, n - 1)
