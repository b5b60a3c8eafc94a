"""Replications: the same scenario with other luck, on one process or several.

Replication ``i`` of every variant has the same seed, and every process its own named stream, so
two variants of one plant share their luck: differences are compared pair by pair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from twin.engines import SIMPY
from twin.engines import Engine as Chosen
from twin.experiment.results import Values
from twin.kpi import compute
from twin.records import Facts
from twin.rng import replication_seed
from twin.scenario import Scenario
from twin.simulate import Cancelled, simulate

Engine = Literal["auto", "simpy", "fast"]
Progress = Callable[[int, int], None]
"""Called with replications done and replications in all."""
Cancel = Callable[[], bool]


def replicate(
    scenario: Scenario,
    n: int,
    *,
    workers: int = 1,
    sense: bool = True,
    engine: Chosen = SIMPY,
    on_progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> tuple[Values, Facts]:
    """Return every KPI of ``n`` replications, and the facts of the first."""
    values: Values = {path: [] for path in scenario.measures}
    facts = Facts()
    rows = _rows(scenario, n, workers, sense, engine, cancelled)
    for index, (row, found) in enumerate(rows):
        for path, value in row.items():
            values[path].append(value)
        if index == 0:
            facts = found
        if on_progress is not None:
            on_progress(index + 1, n)
    return values, facts


def _rows(
    scenario: Scenario,
    n: int,
    workers: int,
    sense: bool,
    engine: Chosen,
    cancelled: Cancel | None,
) -> Iterator[tuple[dict[str, float], Facts]]:
    """One row of KPIs for each replication, in order, whatever the number of workers."""
    if workers <= 1:
        for index in range(n):
            if cancelled is not None and cancelled():
                raise Cancelled
            yield _one(scenario, index, sense, engine, cancelled)
        return
    from joblib import Parallel, delayed

    pool = Parallel(n_jobs=workers, return_as="generator")
    for row in pool(delayed(_one)(scenario, index, sense, engine, None) for index in range(n)):
        if cancelled is not None and cancelled():
            raise Cancelled
        yield row


def _one(
    scenario: Scenario, index: int, sense: bool, engine: Chosen, cancelled: Cancel | None
) -> tuple[dict[str, float], Facts]:
    seed = replication_seed(scenario.header.seed, index)
    facts = simulate(scenario, seed=seed, sense=sense, engine=engine, cancelled=cancelled)
    row = compute(scenario, facts)
    return row, facts if index == 0 else Facts()
