"""``twin forecast --trend``: remaining life of bearings and other running parts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from twin.cli._forecast_bearings import print_bearings
from twin.cli._forecast_shop import hand_out
from twin.cli.output import console, number, table, write_json
from twin.errors import BadInput, Fault
from twin.forecast import trend_question
from twin.forecast.examples import TREND_EXAMPLES, read_trend_example
from twin.forecast.orders import owner
from twin.forecast.replacement import Costs
from twin.forecast.trend import TrendBacktest, TrendScores, backtest_trend
from twin.forecast.trend_question import ASSUMPTIONS
from twin.forecast.trend_table import TrendTable, read_trend_table


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
    export: Path | None = None
    seed: int = 1


def forecast_trend(asked: TrendQuestion, json_to: str | None) -> None:
    """Forecast, show and write."""
    _check(asked)
    found = _read(asked)
    trends = found.trends
    if not asked.test and (why := found.why_none_runs()):
        raise BadInput(Fault(why, file=asked.trend))
    people = console(json_to)
    people.print("\n".join(f"Left out: {note}." for note in found.notes), markup=False)
    checked = trend_question.TrendQuestion(trends, asked.hours, asked.duty, asked.costs)
    document: dict[str, Any] = {
        "source": asked.trend, **trend_question.trend_document(checked, asked.seed),
    }  # fmt: skip
    document["parts"] = document["bearings"]
    if document["bearings"]:
        print_bearings(people, document["bearings"])
    if asked.test:
        past = backtest_trend(trends)
        document |= trend_question.past_document(past)
        _print_past(people, past)
    people.print("\n".join(f"Assumption: {a}." for a in ASSUMPTIONS), markup=False)
    document |= {"notes": list(found.notes), "assumptions": list(ASSUMPTIONS)}
    hand_out(people, document, asked.export, owner(asked.trend))
    write_json(document, json_to)


def _read(asked: TrendQuestion) -> TrendTable:
    if asked.trend not in TREND_EXAMPLES:
        unit = asked.units.get("time", asked.units.get("time_min", ""))
        rms = asked.units.get("rms", "")
        return read_trend_table(asked.trend, asked.columns, unit, asked.running, rms)
    if asked.columns or asked.units or asked.running:
        message = "the shipped example needs no --map, no --unit and no --running"
        raise BadInput(Fault(message, file=asked.trend))
    return TrendTable(read_trend_example(asked.trend))


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
        Fault("only time has a unit here, beside rms", f"--unit {name}", asked.trend)
        for name in asked.units
        if name not in {"time", "time_min", "rms"}
    ]
    if faults:
        raise BadInput(faults)


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
