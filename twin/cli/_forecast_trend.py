"""``twin forecast --trend``: remaining life of bearings and other running parts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console

from twin.cli.output import console, number, table, write_json
from twin.errors import BadInput, Fault
from twin.forecast.document import life_document
from twin.forecast.replacement import Costs
from twin.forecast.trend import (
    WORTH,
    PartForecast,
    TrendBacktest,
    TrendScores,
    backtest_trend,
    forecast_parts,
    learn,
)
from twin.forecast.trend_table import read_trends

ASSUMPTIONS = (
    "a part wears as those that ran to failure in the table did; other loads, other lives",
    "running per hour (--duty) and the costs are yours to set",
    f"the snapshots of one part count as {WORTH:g} readings",
)


@dataclass(frozen=True, slots=True)
class TrendQuestion:
    """What was asked of trend features."""

    trend: str
    hours: float
    duty: float
    costs: Costs
    columns: dict[str, str]
    units: dict[str, str]
    running: Sequence[str]
    test: bool


def forecast_trend(asked: TrendQuestion, json_to: str | None) -> None:
    """Forecast, show and write."""
    _check(asked)
    unit = asked.units.get("time", asked.units.get("time_min", "min"))
    trends = read_trends(asked.trend, asked.columns, unit, asked.running)
    if not asked.test and all(trend.failed for trend in trends):
        message = "every part ran to failure; name those that run with --running, or --backtest"
        raise BadInput(Fault(message, file=asked.trend))
    people = console(json_to)
    law = learn(trends)
    parts = forecast_parts(law, trends, asked.hours, asked.duty, asked.costs)
    document: dict[str, Any] = {
        "source": asked.trend, "time_unit": "min",
        "law": {"parts": law.parts, "spread": law.spread},
        "parts": [_part_document(part) for part in parts],
    }  # fmt: skip
    if parts:
        _print_parts(people, parts)
    if asked.test:
        past = backtest_trend(trends)
        document |= _past_document(past)
        _print_past(people, past)
    people.print("\n".join(f"Assumption: {a}." for a in ASSUMPTIONS), markup=False)
    write_json(document | {"assumptions": list(ASSUMPTIONS)}, json_to)


def _check(asked: TrendQuestion) -> None:
    faults = [
        Fault(f"allowed {low:g} to {high:g}", option, value=f"{value:g}")
        for option, value, low, high in (
            ("--hours", asked.hours, 1e-3, 87_600.0),
            ("--duty", asked.duty, 0.01, 60.0),
            ("--cost-change", asked.costs.change, 1e-6, 1e12),
            ("--cost-failure", asked.costs.failure, 1e-6, 1e12),
        )
        if not (math.isfinite(value) and low <= value <= high)
    ]
    faults += [
        Fault("only time has a unit here", f"--unit {name}", asked.trend)
        for name in asked.units
        if name not in {"time", "time_min"}
    ]
    if faults:
        raise BadInput(faults)


def _part_document(part: PartForecast) -> dict[str, Any]:
    return {
        "part": part.name,
        "now_min": part.now_min,
        "times_quietest": part.times_quietest,
        "remaining_min": asdict(part.remaining_min),
        "hours": part.hours,
        "p_fail": part.p_fail,
        "best_change_min": part.change.best_min,
        "cost_curve": {"ahead_min": part.change.ahead_min, "regret": part.change.regret},
    }


def _past_document(past: TrendBacktest) -> dict[str, Any]:
    return {
        "metrics": {"trend": asdict(past.trend), "without": asdict(past.without)},
        "gain": past.gain,
        "by_part": {name: asdict(scores) for name, scores in past.by_part.items()},
        "life": life_document(past.life),
    }


def _print_parts(people: Console, parts: Sequence[PartForecast]) -> None:
    rows = [
        (
            p.name,
            number(p.now_min),
            f"{p.times_quietest:.1f}",
            " / ".join(number(x, 3) for x in asdict(p.remaining_min).values()),
            f"{p.p_fail:.0%}",
            "now" if p.change.best_min == 0 else number(p.change.best_min, 3),
        )
        for p in parts
    ]
    columns = ("part", "run min", "× quietest RMS", "min left p10/p50/p90",
               f"P({parts[0].hours:g} h)", "replace in min")  # fmt: skip
    people.print(table("Running parts", columns, rows))


def _print_past(people: Console, past: TrendBacktest) -> None:
    told: Mapping[str, TrendScores] = {
        "with the trend": past.trend, "without": past.without, **past.by_part,
    }  # fmt: skip
    rows = [
        (name, number(s.mae_min), number(s.crps_min), f"{s.coverage_80:.0%}",
         number(s.brier_skill, 2), str(s.n))
        for name, s in told.items()
    ]  # fmt: skip
    columns = ("leave one part out", "MAE min", "CRPS min", "in 80 %", "Brier skill", "n")
    people.print(table("Back-test of the remaining life", columns, rows))
    verdict = "saves" if past.gain > 0 else "adds"
    people.print(
        f"The trend {verdict} {abs(past.gain):.0%} of the CRPS of knowing only how parts last; "
        f"CRA {number(past.life.cra, 2)}, alpha-lambda {past.life.alpha_lambda:.0%}."
    )
