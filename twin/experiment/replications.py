"""Replications: the same scenario with other luck, on one process or several.

Replication ``i`` of every variant has the same seed, and every process its own named stream, so
two variants of one plant share their luck: differences are compared pair by pair.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Literal

from twin.experiment.collecting import OnRow, collect
from twin.experiment.places import Where
from twin.experiment.results import Values
from twin.experiment.work import Cancel, job, variant
from twin.records import Facts
from twin.scenario import Scenario

Engine = Literal["auto", "simpy", "fast"]
Progress = Callable[[int, int], None]
"""Called with replications done and replications in all."""


def replicate(
    scenario: Scenario,
    n: int,
    *,
    engine: str = "auto",
    workers: int = 1,
    sense: bool = True,
    on_progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> tuple[Values, Facts]:
    """Return every KPI of ``n`` replications, and the facts of the first; nothing is stored."""
    asked = variant(scenario, engine, sense=sense, replications=n)
    found = collect(
        job([asked], keep=False, facts_of=0),
        [range(n)],
        where=Where(workers),
        on_row=counting(on_progress, n),
        cancelled=cancelled,
    )[0]
    return found.values(n), found.facts or Facts()


def counting(on_progress: Progress | None, total: int) -> OnRow | None:
    """Return what tells ``on_progress`` how many replications are there."""
    if on_progress is None:
        return None
    done = itertools.count(1)
    return lambda _number: on_progress(next(done), total)
