"""How much each tool will cut: from the twin itself, simulated past now on other luck.

Life runs in minutes of cutting, a planner's horizon in calendar hours. Between them stand loading,
other operations, shifts, breakdowns, changes and, in a line, the neighbours. All of these are in
the twin, so it is run on, several times, from the same hour of the day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from twin.forecast.table import Array
from twin.forecast.toolhistory import follow
from twin.forecast.toolkind import ToolKind
from twin.records import Facts
from twin.rng import replication_seed
from twin.scenario import Scenario
from twin.simulate import Running, build

Progress = Callable[[int, int], None]
Tick = Callable[[], None]
DAY_H = 24.0
STEP_H = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Duty:
    """Minutes of cutting to come for one kind of tool.

    Attributes
    ----------
    hours : array, shape (H,)
        Hours from now [h].
    minutes : array, shape (K, H)
        Minutes cut by then, in each replication [min].
    """

    hours: Array
    minutes: Array

    def at(self, hours: float) -> Array:
        """Minutes cut within some hours, one figure a replication [min]."""
        found = [np.interp(hours, self.hours, row) for row in self.minutes]
        return np.array(found, dtype=float)

    def mean(self, hours: Array) -> Array:
        """Mean minutes cut within some hours [min]; beyond the horizon it goes on at its mean."""
        curve = self.minutes.mean(0)
        pace = curve[-1] / self.hours[-1]
        beyond = np.maximum(hours - self.hours[-1], 0.0) * pace
        return np.asarray(np.interp(hours, self.hours, curve) + beyond, dtype=float)

    def clock(self, minutes: Array) -> Array:
        """Hours until so many minutes are cut [h]; infinite where nothing is cut."""
        curve = self.minutes.mean(0)
        pace = curve[-1] / self.hours[-1]
        after = np.clip(np.searchsorted(curve, minutes), 1, len(curve) - 1)
        step = np.maximum(curve[after] - curve[after - 1], 1e-12)
        width = self.hours[after] - self.hours[after - 1]
        within = self.hours[after - 1] + (minutes - curve[after - 1]) / step * width
        rest = np.maximum(minutes - curve[-1], 0.0)
        later = self.hours[-1] + (rest / pace if pace > 0 else np.inf)
        found = np.where(minutes <= curve[-1], within, later)
        return np.asarray(np.where(minutes <= 0, 0.0, found), dtype=float)

    def hours_for(self, minutes: float) -> float:
        """Hours until so many minutes are cut [h]; infinite where nothing is cut."""
        return float(self.clock(np.array(minutes)))


def duties(
    scenario: Scenario,
    kinds: Sequence[ToolKind],
    now: float,
    hours: float,
    replications: int,
    *,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> dict[str, Duty]:
    """Run the twin past ``now`` [s] for ``hours`` [h], and return how much each tool cuts.

    A run starts at the hour of the day that ``now`` is, after at most two days of running-in; its
    tools, breakdowns and breaks have luck of their own. Faults of spindle bearings do not grow in
    it: that one will end there is what a forecast may not know. By source of the tool's rows.
    """
    scenario = _without_growth(scenario)
    start = now if now <= DAY_H * 3600 else DAY_H * 3600 + now % (DAY_H * 3600)
    grid = np.append(np.arange(0.0, hours, STEP_H), hours)
    told = [(kind.machine, kind.source) for kind in kinds]
    rows: dict[str, list[Array]] = {kind.source: [] for kind in kinds}

    def tick() -> None:
        if on_progress is not None:
            on_progress(len(rows[kinds[0].source]), replications)

    futures = _futures(scenario, told, start + 3600.0 * grid, replications, workers, tick)
    for done, found in enumerate(futures, start=1):
        for source, minutes in found.items():
            rows[source].append(minutes)
        if on_progress is not None:
            on_progress(done, replications)
    return {source: Duty(grid, np.array(found)) for source, found in rows.items()}


def _without_growth(scenario: Scenario) -> Scenario:
    growing = [
        name
        for name, entry in scenario.of("plant").items()
        if entry.kind == "cnc" and entry.settings.bearing_doubling > 0  # type: ignore[attr-defined]
    ]
    still = {f"{name}.bearing_doubling": 0 for name in growing}
    return scenario.with_values(still) if still else scenario


def _futures(
    scenario: Scenario, told: Sequence[tuple[str, str]], times: Array, n: int, workers: int,
    tick: Tick,
) -> Iterator[dict[str, Array]]:  # fmt: skip
    """Minutes cut in each future, in order, whatever the number of workers."""
    if workers <= 1:
        for index in range(1, n + 1):
            yield _future(scenario, told, times, index, tick)
        return
    from joblib import Parallel, delayed

    pool = Parallel(n_jobs=workers, return_as="generator")
    yield from pool(delayed(_future)(scenario, told, times, i) for i in range(1, n + 1))


def _future(
    scenario: Scenario, told: Sequence[tuple[str, str]], times: Array, index: int,
    tick: Tick | None = None,
) -> dict[str, Array]:  # fmt: skip
    """Minutes that each source's tools have cut since the first of ``times`` [s → min]."""
    running = build(scenario, seed=replication_seed(scenario.header.seed, index), sense=False)
    run_by_days(running, float(times[-1]), tick)
    facts = running.finish()
    found: dict[str, Array] = {}
    for machine in dict.fromkeys(machine for machine, _ in told):
        sources = [source for whose, source in told if whose == machine]
        _, cuts = follow(facts, machine, sources, spindle_source(running, machine))
        for source in sources:
            cut = cuts[source].at(times)
            found[source] = cut - cut[0]
    return found


def spindle_source(running: Running, machine: str) -> str:
    """Return the source of the rows of the tool in the spindle now."""
    asset = running.world.assets[machine]
    name: str = asset.tool_source(asset.in_spindle)  # type: ignore[attr-defined]
    return name


def run_to(
    scenario: Scenario,
    now: float,
    *,
    sense: bool,
    tick: Tick | None = None,
    begin: Callable[[Running], None] | None = None,
) -> tuple[Running, Facts]:
    """Run a twin from its start to ``now`` [s] on its own luck; returns it and its rows.

    ``begin`` is called before its first step.
    """
    running = build(scenario, sense=sense)
    if begin is not None:
        begin(running)
    run_by_days(running, now, tick)
    return running, running.finish()


def run_by_days(running: Running, until: float, tick: Tick | None = None) -> None:
    """Run to ``until`` [s], calling ``tick`` each simulated day: there it may be stopped."""
    if tick is not None:
        day = DAY_H * 3600.0
        for at in np.arange(day, until, day):
            running.advance(float(at))
            tick()
    running.advance(until)
