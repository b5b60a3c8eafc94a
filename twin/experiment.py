"""Experiments: replications, expectations, paired comparison and sweeps, on any engine.

Replication ``i`` of every variant has the same seed, and every process its own named stream, so
two variants of one plant share their luck: differences are compared pair by pair.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np

from twin import store
from twin.errors import BadInput, Fault
from twin.kpi import compute
from twin.records import Facts
from twin.rng import replication_seed
from twin.scenario import Expectation, Scenario
from twin.simulate import Cancelled, simulate
from twin.statistics import Difference, Estimate, difference, estimate, one_sided

Engine = Literal["auto", "simpy", "fast"]
Progress = Callable[[int, int], None]
"""Called with replications done and replications in all."""
Cancel = Callable[[], bool]
Values = dict[str, list[float]]
"""KPI path → one value for each replication."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether one expectation held, and by what figure."""

    expectation: Expectation
    passed: bool
    value: float | None
    bound: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a scenario gave: KPIs with intervals over its replications, and its expectations."""

    scenario: Scenario
    engine: str
    replications: int
    values: Values
    kpis: Mapping[str, Estimate]
    judgements: tuple[Judgement, ...]
    run_id: str
    cached: bool = False

    @property
    def passed(self) -> bool:
        """Whether every expectation held."""
        return all(judgement.passed for judgement in self.judgements)

    def document(self) -> dict[str, Any]:
        """Return the result as the JSON that others rely on."""
        measures = self.scenario.measures
        return {
            "scenario": self.scenario.title,
            "file": self.scenario.file,
            "seed": self.scenario.header.seed,
            "engine": self.engine,
            "replications": self.replications,
            "kpis": {
                path: {"value": e.value, "low": e.low, "high": e.high, "unit": measures[path].unit,
                       "n": e.n, "better": measures[path].better}
                for path, e in self.kpis.items()
            },
            "expect": [_judgement_document(judgement) for judgement in self.judgements],
            "run_id": self.run_id,
        }  # fmt: skip


def _judgement_document(judgement: Judgement) -> dict[str, Any]:
    expected = judgement.expectation
    return {
        "kpi": expected.kpi,
        "passed": judgement.passed,
        "value": judgement.value,
        "unit": expected.unit,
        "at_most": expected.at_most,
        "at_least": expected.at_least,
        "confidence": expected.confidence or None,
        "bound": judgement.bound,
        "reason": judgement.reason,
    }


def choose_engine(engine: str, scenario: Scenario) -> str:
    """Return the engine that will run, or refuse one that would not be exact."""
    if engine in {"auto", "simpy"}:
        return "simpy"
    if engine != "fast":
        raise BadInput(Fault("allowed one of auto, simpy, fast", "engine", "", repr(engine)))
    kinds = ", ".join(sorted({entry.kind for entry in scenario.of("plant").values()}))
    message = f"no compiled engine is exact for {kinds} yet; use --engine auto or simpy"
    raise BadInput(Fault(message, "engine", scenario.file))


# -- replications -------------------------------------------------------------------------------


def run(
    scenario: Scenario,
    *,
    replications: int | None = None,
    engine: str = "auto",
    workers: int = 1,
    sense: bool = True,
    keep: bool = True,
    on_progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Result:
    """Simulate every replication of a scenario, judge its expectations, store the run.

    A run that was stored before, with the same code, is read and not computed again.
    """
    n = scenario.header.replications if replications is None else replications
    if n < 1:
        raise BadInput(Fault("allowed 1 or more", "replications", "", str(n)))
    engine = choose_engine(engine, scenario)
    identity = store.run_id(scenario.key, n, engine, sense)
    stored = store.find_run(identity) if keep else None
    if stored is not None:
        table = stored.table("replications")
        values = {path: [float(v) for v in table[path]] for path in scenario.measures}
        return _result(scenario, engine, n, values, identity, cached=True)
    values, facts = replicate(
        scenario, n, workers=workers, sense=sense, on_progress=on_progress, cancelled=cancelled
    )
    result = _result(scenario, engine, n, values, identity, cached=False)
    if keep:
        _save(result, facts)
    return result


def _result(
    scenario: Scenario, engine: str, n: int, values: Values, identity: str, *, cached: bool
) -> Result:
    kpis = {path: estimate(series) for path, series in values.items()}
    judgements = tuple(judge(e, values[e.kpi]) for e in scenario.expectations)
    return Result(scenario, engine, n, values, kpis, judgements, identity, cached)


def _save(result: Result, facts: Facts) -> None:
    import pandas as pd

    document = {**result.document(), "document": dict(result.scenario.document)}
    store.save_run(
        result.run_id,
        document,
        facts,
        {"replications": pd.DataFrame(result.values)},
        title=result.scenario.title,
        file=result.scenario.file,
        kind="run",
    )


def replicate(
    scenario: Scenario,
    n: int,
    *,
    workers: int = 1,
    sense: bool = True,
    on_progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> tuple[Values, Facts]:
    """Return every KPI of ``n`` replications, and the facts of the first."""
    values: Values = {path: [] for path in scenario.measures}
    facts = Facts()
    rows = _rows(scenario, n, workers, sense, cancelled)
    for index, (row, found) in enumerate(rows):
        for path, value in row.items():
            values[path].append(value)
        if index == 0:
            facts = found
        if on_progress is not None:
            on_progress(index + 1, n)
    return values, facts


def _rows(
    scenario: Scenario, n: int, workers: int, sense: bool, cancelled: Cancel | None
) -> Iterator[tuple[dict[str, float], Facts]]:
    """One row of KPIs for each replication, in order, whatever the number of workers."""
    if workers <= 1:
        for index in range(n):
            if cancelled is not None and cancelled():
                raise Cancelled
            yield _one(scenario, index, sense, cancelled)
        return
    from joblib import Parallel, delayed

    pool = Parallel(n_jobs=workers, return_as="generator")
    for row in pool(delayed(_one)(scenario, index, sense, None) for index in range(n)):
        if cancelled is not None and cancelled():
            raise Cancelled
        yield row


def _one(
    scenario: Scenario, index: int, sense: bool, cancelled: Cancel | None
) -> tuple[dict[str, float], Facts]:
    seed = replication_seed(scenario.header.seed, index)
    facts = simulate(scenario, seed=seed, sense=sense, cancelled=cancelled)
    row = compute(scenario, facts)
    return row, facts if index == 0 else Facts()


def judge(expectation: Expectation, values: Sequence[float]) -> Judgement:
    """Judge one expectation: its one-sided confidence bound must keep within its limits."""
    mean = estimate(values).value
    low, high = one_sided(values, expectation.confidence)
    if mean is None:
        return Judgement(expectation, False, None, None, "the KPI is unknown in every run")
    if low is None or high is None:
        reason = f"one run cannot show it at {expectation.confidence:.0%}; use 2 or more"
        return Judgement(expectation, False, mean, None, reason)
    unit = "" if expectation.unit == "1" else f" {expectation.unit}"
    word = f"{expectation.confidence:.0%} bound" if expectation.confidence else "mean"
    most, least = expectation.at_most, expectation.at_least
    if most is not None and not high <= most:
        return Judgement(
            expectation, False, mean, high, f"{word} {high:.4g}{unit} is above {most:g}{unit}"
        )
    if least is not None and not low >= least:
        return Judgement(
            expectation, False, mean, low, f"{word} {low:.4g}{unit} is below {least:g}{unit}"
        )
    bound = high if most is not None else low
    return Judgement(expectation, True, mean, bound, f"{word} {bound:.4g}{unit}")


# -- comparison ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparison:
    """Baseline beside candidate, on common random numbers."""

    base: Result
    candidate: Result
    differences: Mapping[str, Difference]
    changed: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the comparison as the JSON that others rely on."""
        measures = self.base.scenario.measures
        return {
            "base": self.base.document(),
            "candidate": self.candidate.document(),
            "changed": {path: {"from": a, "to": b} for path, (a, b) in self.changed.items()},
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
            "replications": self.base.replications,
        }


def compare(
    base: Scenario,
    candidate: Scenario,
    *,
    replications: int | None = None,
    engine: str = "auto",
    workers: int = 1,
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
            run(scenario, replications=n, engine=engine, workers=workers, sense=sense,
                on_progress=step, cancelled=cancelled)
        )  # fmt: skip
    first, second = results
    shared = [path for path in first.values if path in second.values]
    differences = {
        path: difference(first.values[path], second.values[path], base.measures[path].better)
        for path in shared
    }
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


# -- sweeps -------------------------------------------------------------------------------------


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
    workers: int = 1,
    on_progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> list[tuple[dict[str, float], Result]]:
    """Run the grid of ``axes``; every point is stored at once, so a sweep resumes."""
    grid = list(itertools.product(*(axis.values for axis in axes)))
    points = [dict(zip((axis.path for axis in axes), values, strict=True)) for values in grid]
    variants = [scenario.with_values(point) for point in points]
    found = []
    for index, (point, variant) in enumerate(zip(points, variants, strict=True)):
        result = run(
            variant, replications=replications, workers=workers, sense=False, cancelled=cancelled
        )
        found.append((point, result))
        if on_progress is not None:
            on_progress(index + 1, len(points))
    return found
