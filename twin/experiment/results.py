"""What a scenario gave: KPIs with intervals, and whether its expectations held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twin.expectations import Expectation
from twin.scenario import Scenario
from twin.statistics import Better, Difference, Estimate, difference, estimate, one_sided

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
    computed: int = 0
    """Replications that had to be simulated; the others were stored."""

    @property
    def passed(self) -> bool:
        """Whether every expectation held."""
        return all(judgement.passed for judgement in self.judgements)

    def beside(self, other: Result, kpi: str, better: Better) -> Difference:
        """Return what a KPI is beside what it is in ``other``, pair by pair."""
        chance = self.scenario.has_luck or other.scenario.has_luck
        return difference(other.values[kpi], self.values[kpi], better, chance=chance)

    def document(self) -> dict[str, Any]:
        """Return the result as the JSON that others rely on."""
        measures = self.scenario.measures
        return {
            "scenario": self.scenario.title,
            "file": self.scenario.file,
            "seed": self.scenario.header.seed,
            "engine": self.engine,
            "replications": self.replications,
            "left_to_chance": self.scenario.has_luck,
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
