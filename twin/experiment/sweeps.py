"""Sweeps: many variants of one scenario; what was finished is never computed again."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from twin.errors import BadInput, Fault
from twin.experiment.collecting import OnRow, collect
from twin.experiment.places import Where
from twin.experiment.replications import Progress
from twin.experiment.results import Result
from twin.experiment.runs import count, result, run_id
from twin.experiment.work import Cancel, job, variant
from twin.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Axis:
    """One parameter that a sweep varies, and the values it takes (trade units)."""

    path: str
    values: tuple[float, ...]


def read_axis(text: str) -> Axis:
    """Read ``PATH=LO:HI:N``.

    >>> read_axis("mill.cutting_speed=100:200:3").values
    (100.0, 150.0, 200.0)
    """
    path, _, spread = text.partition("=")
    pieces = spread.split(":")
    try:
        low, high, n = float(pieces[0]), float(pieces[1]), int(pieces[2])
        if n < 1 or len(pieces) != 3:
            raise ValueError
    except (ValueError, IndexError):
        message = "is not PATH=LO:HI:N, such as mill.cutting_speed=120:240:7"
        raise BadInput(Fault(message, "vary", "", repr(text))) from None
    return Axis(path, tuple(float(value) for value in np.linspace(low, high, n)))


def sweep(
    scenario: Scenario,
    axes: Sequence[Axis],
    *,
    replications: int | None = None,
    engine: str = "auto",
    workers: int = 1,
    cluster: str = "",
    on_progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> list[tuple[dict[str, float], Result]]:
    """Run the grid of ``axes``; every replication is stored at once, so a sweep resumes.

    Only KPIs are stored. :func:`~twin.experiment.run` of a point adds the facts of its first
    replication, and computes no other.
    """
    grid = list(itertools.product(*(axis.values for axis in axes)))
    points = [dict(zip((axis.path for axis in axes), values, strict=True)) for values in grid]
    run_points = Sweep(
        scenario, replications, engine, Where(workers, cluster), on_progress, cancelled
    )
    return list(zip(points, run_points(points), strict=True))


@dataclass(slots=True)
class Sweep:
    """Runs the points of one scenario on common luck, whenever it is called with some."""

    scenario: Scenario
    replications: int | None = None
    engine: str = "auto"
    where: Where = field(default_factory=Where)
    on_progress: Progress | None = None
    cancelled: Cancel | None = None
    computed: int = 0
    """Replications that it had to simulate so far."""

    def __call__(self, points: Sequence[Mapping[str, Any]]) -> list[Result]:
        """Return the result of every point, in their order."""
        found = run_variants(
            [self.scenario.with_values(point) if point else self.scenario for point in points],
            replications=self.replications,
            engine=self.engine,
            where=self.where,
            on_progress=self.on_progress,
            cancelled=self.cancelled,
        )
        self.computed += sum(one.computed for one in found)
        return found


def run_variants(
    scenarios: Sequence[Scenario],
    *,
    replications: int | None = None,
    engine: str = "auto",
    where: Where | None = None,
    on_progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> list[Result]:
    """Run every variant without sensors and store KPIs; progress counts finished variants."""
    if not scenarios:
        return []
    counts = [count(scenario, replications) for scenario in scenarios]
    asked = [variant(scenario, engine, replications=sum(counts)) for scenario in scenarios]
    found = collect(
        job(asked, keep=True),
        [range(n) for n in counts],
        where=where,
        on_row=_finishing(on_progress, counts),
        cancelled=cancelled,
    )
    return [
        result(
            one.scenario,
            one.engine,
            n,
            rows.values(n),
            run_id(one, n),
            cached=not rows.computed,
            computed=rows.computed,
        )
        for one, n, rows in zip(asked, counts, found, strict=True)
    ]


def _finishing(on_progress: Progress | None, counts: Sequence[int]) -> OnRow | None:
    if on_progress is None:
        return None
    left = list(counts)
    finished = itertools.count(1)

    def told(number: int) -> None:
        left[number] -= 1
        if left[number] == 0:
            on_progress(next(finished), len(counts))

    return told
