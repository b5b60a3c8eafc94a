"""Baseline beside candidate, on common random numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from twin.experiment.replications import Progress
from twin.experiment.results import Result
from twin.experiment.runs import run
from twin.experiment.work import Cancel
from twin.measures import Count
from twin.scenario import Scenario
from twin.statistics import FEWEST, Difference


@dataclass(frozen=True, slots=True)
class Rare:
    """A count that some of few runs had: in how many of the baseline's and the candidate's."""

    kpi: str
    base: int
    candidate: int
    more_runs: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Baseline beside candidate, on common random numbers."""

    base: Result
    candidate: Result
    differences: Mapping[str, Difference]
    changed: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def rare(self) -> tuple[Rare, ...]:
        """Counts that few of the runs had, and fewer than a verdict on them takes."""
        found = []
        for path in self.differences:
            if isinstance(self.base.scenario.measures[path].rule, Count):
                base, candidate = (
                    sum(value > 0 for value in one.values[path])
                    for one in (self.base, self.candidate)
                )
                most, n = max(base, candidate), self.base.replications
                if 0 < most < FEWEST and 2 * most <= n:
                    more = math.ceil(n * FEWEST / most) - n
                    found.append(Rare(path, base, candidate, more))
        return tuple(found)

    def document(self) -> dict[str, Any]:
        """Return the comparison as the JSON that others rely on."""
        measures = self.base.scenario.measures
        return {
            "base": self.base.document(),
            "candidate": self.candidate.document(),
            "changed": {path: {"from": a, "to": b} for path, (a, b) in self.changed.items()},
            "start": _start_document(self.base.scenario),
            "difference": {
                "kpis": {
                    path: {
                        **asdict(d),
                        "unit": measures[path].unit,
                        "better": measures[path].better,
                        "headline": measures[path].headline,
                    }
                    for path, d in self.differences.items()
                }
            },
            "rare": [asdict(one) for one in self.rare],
            "replications": self.base.replications,
        }


def _start_document(base: Scenario) -> dict[str, Any]:
    """What the comparison started from: whose twin, and every set-point that a device holds."""
    points = {path: {"value": value, "unit": unit} for path, (value, unit) in base.points().items()}
    return {"scenario": base.title, "model": base.model_key, "points": points}


def compare(
    base: Scenario,
    candidate: Scenario,
    *,
    replications: int | None = None,
    engine: str = "auto",
    workers: int = 1,
    cluster: str = "",
    sense: bool = True,
    on_progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Comparison:
    """Run both variants on the same luck and compare every KPI they share, pair by pair."""
    n = base.header.replications if replications is None else replications
    if candidate.header.seed != base.header.seed:
        candidate = candidate.with_values({"seed": base.header.seed})
    results = []
    for part, scenario in enumerate((base, candidate)):

        def step(done: int, _all: int, part: int = part) -> None:
            if on_progress is not None:
                on_progress(part * n + done, 2 * n)

        results.append(
            run(scenario, replications=n, engine=engine, workers=workers, cluster=cluster,
                sense=sense, on_progress=step, cancelled=cancelled)
        )  # fmt: skip
    first, second = results
    shared = [path for path in first.values if path in second.values]
    differences = {path: second.beside(first, path, base.measures[path].better) for path in shared}
    return Comparison(first, second, differences, changes(base, candidate))


def changes(base: Scenario, candidate: Scenario) -> dict[str, tuple[Any, Any]]:
    """Return what differs: path → (value in base, value in candidate), in trade units."""
    before = {path: value for path, _declared, value in base.declarations()}
    after = {path: value for path, _declared, value in candidate.declarations()}
    skip = {"title", "seed", "replications"}
    return {
        path: (before.get(path), after.get(path))
        for path in dict.fromkeys([*before, *after])
        if before.get(path) != after.get(path) and path not in skip
    }
