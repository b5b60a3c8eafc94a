"""``twin forecast --wear``: from measured wear, with its back-test."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from twin.cli._forecast_life import print_life
from twin.cli._forecast_shop import hand_out
from twin.cli.output import console, number, table, write_json
from twin.errors import BadInput, Fault, did_you_mean
from twin.forecast.backtesting import Backtest, backtest
from twin.forecast.document import backtest_document, forecast_document, with_opportunities
from twin.forecast.examples import EXAMPLES, read_example
from twin.forecast.fitting import fit
from twin.forecast.opportunities import Opportunity, shift_ends
from twin.forecast.orders import moment, owner
from twin.forecast.planning import Planning, check_duty
from twin.forecast.reading import read_wear
from twin.forecast.table import WearTable
from twin.forecast.tools import Progress as OnProgress
from twin.forecast.tools import ToolForecast, forecast

MOST_SHIFTS = 100
ASSUMPTIONS = (
    "sudden breakage follows the chipping study of one material pair (18 chippings), at a pace "
    "learnt from what these tools survived; --no-breakage leaves it out",
    "cutting per hour (--duty) and the costs (--cost-change, --cost-failure) are yours to set",
)


@dataclass(frozen=True, slots=True)
class WearQuestion:
    """What was asked of measured wear."""

    wear: str
    planning: Planning
    shift: float
    breakage: bool
    columns: dict[str, str]
    units: dict[str, str]
    test: bool
    curve: str | None
    export: Path | None
    seed: int


def forecast_wear(asked: WearQuestion, json_to: str | None) -> dict[str, Any]:
    """Forecast, show and write; returns the document."""
    plan, seed = asked.planning, asked.seed
    _check_numbers(plan.limit, plan.hours, plan.duty, plan.cost_change, plan.cost_failure)
    _check_shift(asked.shift)
    measured = _read(asked.wear, asked.columns, asked.units)
    check_duty(plan.duty, measured.time_unit)
    people = console(json_to)
    document: dict[str, Any] = {"source": asked.wear, "seed": seed, "time_unit": measured.time_unit}
    with _bar(people, "Forecast") as on_progress:
        law = fit(measured, seed=seed)
        tools = forecast(
            law, measured, limit_mm=plan.limit, schedule=plan.schedule, seed=seed,
            costs=plan.costs, breakage=asked.breakage, on_progress=on_progress,
        )  # fmt: skip
    document |= {"limit_mm": plan.limit, **forecast_document(law, tools)}
    with_opportunities(document, tools, _shift_ends(asked), plan.costs, plan.duty)
    notes = (*measured.notes, *law.notes)
    _print_tools(people, tools, measured, document["tools"])
    _print_curve(people, tools, asked.curve)
    if asked.test:
        with _bar(people, "Back-test") as on_progress:
            past = backtest(measured, limit_mm=plan.limit, seed=seed, on_progress=on_progress)
        document |= backtest_document(past)
        notes = tuple(dict.fromkeys((*past.notes, *notes)))
        _print_backtest(people, past)
    said = [f"Note: {note}." for note in notes] + [f"Assumption: {a}." for a in ASSUMPTIONS]
    people.print("\n".join(said), markup=False)
    document |= {"notes": list(notes), "assumptions": list(ASSUMPTIONS)}
    hand_out(people, document, asked.export, owner(asked.wear))
    write_json(document, json_to)
    return document


def _shift_ends(asked: WearQuestion) -> list[Opportunity]:
    """Shift ends up to the horizon, counted from now."""
    count = min(int(asked.planning.hours // asked.shift), MOST_SHIFTS)
    return shift_ends([asked.shift * n for n in range(1, count + 1)], asked.planning.duty)


def _check_shift(shift: float) -> None:
    if not (math.isfinite(shift) and 0.1 <= shift <= 1000.0):
        raise BadInput(Fault("allowed 0.1 to 1000 h", "--shift", value=f"{shift:g}"))


def _check_numbers(
    limit: float, hours: float, duty: float, cost_change: float, cost_failure: float
) -> None:
    allowed = {
        "--limit": (limit, 1e-4, 20.0, "mm"),
        "--hours": (hours, 1e-3, 87_600.0, "h"),
        "--duty": (duty, 0.01, 100_000.0, "min in each hour (or cuts, as the table counts)"),
        "--cost-change": (cost_change, 1e-6, 1e12, "of one currency"),
        "--cost-failure": (cost_failure, 1e-6, 1e12, "of one currency"),
    }
    faults = [
        Fault(f"allowed {low:g} to {high:g} {kind}", option, value=f"{value:g}")
        for option, (value, low, high, kind) in allowed.items()
        if not (math.isfinite(value) and low <= value <= high)
    ]
    if faults:
        raise BadInput(faults)


def _read(wear: str, columns: dict[str, str], units: dict[str, str]) -> WearTable:
    if wear not in EXAMPLES:
        return read_wear(wear, columns, units)
    if columns or units:
        raise BadInput(Fault("the shipped example needs no --map and no --unit", file=wear))
    return read_example(wear)


@contextmanager
def _bar(people: Console, what: str) -> Iterator[OnProgress]:
    """A progress bar that is gone when the work is done."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=people, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _time(value: float) -> str:
    return f"{value:.1f}" if math.isfinite(value) else "never"


def _print_tools(
    people: Console, tools: Sequence[ToolForecast], measured: WearTable,
    told: Sequence[Mapping[str, Any]],
) -> None:  # fmt: skip
    unit = measured.time_unit
    hours = tools[0].hours
    rows = [
        (
            t.tool,
            f"{t.vb_now_mm.p50:.3f}",
            f"{t.vb_now_mm.p10:.3f}–{t.vb_now_mm.p90:.3f}",
            f"{_time(t.remaining_min.p10)} / {_time(t.remaining_min.p50)} / "
            f"{_time(t.remaining_min.p90)}",
            f"{t.p_fail:.0%}",
            moment(entry["plan"]),
            _time(t.best_change_min) if t.change_pays else "–",
            number(t.cost_rate, 3),
            "; ".join(t.reasons),
        )
        for t, entry in zip(tools, told, strict=True)
    ]
    columns = (
        "tool",
        "VB mm",
        "p10–p90",
        f"{unit} left p10/p50/p90",
        f"P({hours:g} h)",
        "change",
        f"after {unit}",
        f"cost/{unit}",
        "mind",
    )
    title = f"Forecast to VB {tools[0].limit_mm:g} mm; time in {unit} of cutting"
    drawn = table(title, columns, rows)
    drawn.columns[-1].justify = "left"
    people.print(drawn)


def _print_curve(people: Console, tools: Sequence[ToolForecast], tool: str | None) -> None:
    """The cost curve of one tool, thinned to what a person reads."""
    if tool is None:
        return
    found = {t.tool: t for t in tools}
    if tool not in found:
        raise BadInput(Fault(f"no such tool{did_you_mean(tool, found)}", "--curve", value=tool))
    t = found[tool]
    rows = [
        (f"{ahead:.1f}", number(regret), number(rate), f"{1 - alive:.1%}")
        for ahead, regret, rate, alive in list(
            zip(t.change.ahead_min, t.change.regret, t.change.rate, t.alive, strict=True)
        )[::3]
    ]
    columns = (
        f"change in ({t.time_unit})",
        "cost above best",
        f"cost/{t.time_unit}",
        "P(fail before)",
    )
    people.print(table(f"Cost of changing {tool} later", columns, rows))
    if not t.change_pays:
        people.print(f"{moment(None)}: its life is too uncertain; measure it again.")
        return
    low, high = t.change.flat_min
    people.print(
        f"As good as the best (within 2 %): change in {low:.1f} to {high:.1f} {t.time_unit}."
    )


def _print_backtest(people: Console, past: Backtest) -> None:
    shares = {f"from {share:.0%}": m for share, m in past.by_share.items()}
    rows = [
        (
            protocol,
            *(f"{value:.4f}" for value in (m.rmse_mm, m.mae_mm, m.crps_mm)),
            *(f"{value:.1%}" for value in (m.coverage_50, m.coverage_80, m.coverage_90)),
            number(m.brier_skill, 3),
            number(m.ece, 2),
            str(m.n),
        )
        for protocol, m in {**past.metrics, **shares}.items()
    ]
    scores = (
        "RMSE mm",
        "MAE mm",
        "CRPS mm",
        "in 50 %",
        "in 80 %",
        "in 90 %",
        "Brier skill",
        "ECE",
        "n",
    )
    columns = ("leave one tool out", *scores)
    people.print(table("Back-test", columns, rows))
    if past.life is not None and past.life.forecasts:
        print_life(people, past.life)
