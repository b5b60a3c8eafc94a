"""``twin forecast``: what will wear out when, and the cheapest time to change it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from twin.cli.output import JsonTo, console, number, table, write_json
from twin.errors import BadInput, Fault
from twin.forecast.backtesting import Backtest, backtest
from twin.forecast.document import backtest_document, forecast_document
from twin.forecast.examples import EXAMPLES, read_example
from twin.forecast.fitting import fit
from twin.forecast.reading import read_wear
from twin.forecast.replacement import Costs
from twin.forecast.table import WearTable
from twin.forecast.tools import Progress as OnProgress
from twin.forecast.tools import Schedule, ToolForecast, forecast

ASSUMPTIONS = (
    "sudden breakage follows the chipping study of one material pair (18 chippings), at a pace "
    "learnt from what these tools survived; --no-breakage leaves it out",
    "cutting per hour (--duty) and the costs (--cost-change, --cost-failure) are yours to set",
)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("forecast")(forecast_verb)


def forecast_verb(
    scenario: Annotated[str | None, typer.Argument(help="A scenario file (not yet).")] = None,
    wear: Annotated[
        str | None,
        typer.Option(
            metavar="FILE.csv|example|example-cuts",
            help="Measured wear: columns tool, time_min, vb_mm and any conditions.",
        ),
    ] = None,
    test: Annotated[
        bool,
        typer.Option("--backtest", help="Leave one tool out at a time and score the forecast."),
    ] = False,
    limit: Annotated[float, typer.Option(help="Wear limit VB [mm].")] = 0.3,
    hours: Annotated[float, typer.Option(help="Horizon of the risk [h].")] = 48.0,
    duty: Annotated[
        float, typer.Option(help="Cutting within each hour of the schedule [min].")
    ] = 30.0,
    cost_change: Annotated[float, typer.Option(help="Cost of a planned change.")] = 30.0,
    cost_failure: Annotated[float, typer.Option(help="Cost of a failure in the cut.")] = 150.0,
    breakage: Annotated[
        bool,
        typer.Option("--breakage/--no-breakage", help="Count sudden breakage (an assumption)."),
    ] = True,
    renamed: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NAME=COLUMN", help="Our name = your column."),
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=UNIT", help="Unit of your column: vb=um, time=s, time=cut."),
    ] = None,
    curve: Annotated[
        str | None, typer.Option(metavar="TOOL", help="Print the cost curve of one tool.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same numbers.")] = 1,
    json_to: JsonTo = None,
) -> None:
    """Forecast measured wear: wear now, minutes left, risk, and the cheapest time to change."""
    if wear is None:
        # A forecast from a twin joins here: scenario → simulate → the same table and law.
        message = (
            "a forecast from a scenario is not there yet; give measured wear with --wear FILE.csv"
        )
        raise BadInput(Fault(message, file=scenario or ""))
    _check_numbers(limit, hours, duty, cost_change, cost_failure)
    measured = _read(wear, _pairs("--map", renamed), _pairs("--unit", unit))
    people = console(json_to)
    document: dict[str, Any] = {"source": wear, "seed": seed, "time_unit": measured.time_unit}
    with _bar(people, "Forecast") as on_progress:
        law = fit(measured, seed=seed)
        tools = forecast(
            law, measured, limit_mm=limit, schedule=Schedule(duty, hours), seed=seed,
            costs=Costs(cost_change, cost_failure), breakage=breakage, on_progress=on_progress,
        )  # fmt: skip
    document |= {"limit_mm": limit, **forecast_document(law, tools)}
    notes = (*measured.notes, *law.notes)
    _print_tools(people, tools, measured)
    _print_curve(people, tools, curve)
    if test:
        with _bar(people, "Back-test") as on_progress:
            past = backtest(measured, limit_mm=limit, seed=seed, on_progress=on_progress)
        document |= backtest_document(past)
        notes = tuple(dict.fromkeys((*past.notes, *notes)))
        _print_backtest(people, past)
    said = [f"Note: {note}." for note in notes] + [f"Assumption: {a}." for a in ASSUMPTIONS]
    people.print("\n".join(said), markup=False)
    write_json(document | {"notes": list(notes), "assumptions": list(ASSUMPTIONS)}, json_to)


def _check_numbers(
    limit: float, hours: float, duty: float, cost_change: float, cost_failure: float
) -> None:
    allowed = {
        "--limit": (limit, 1e-4, 20.0, "mm"),
        "--hours": (hours, 1e-3, 87_600.0, "h"),
        "--duty": (duty, 0.0, 100_000.0, "min in each hour (or cuts, as the table counts)"),
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


def _pairs(option: str, written: Sequence[str] | None) -> dict[str, str]:
    """``name=value`` pairs of an option that may be repeated."""
    pairs: dict[str, str] = {}
    for text in written or ():
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise BadInput(Fault(f"write it as {option} NAME=VALUE", option, value=text))
        if name in pairs:
            raise BadInput(Fault(f"{name} is given twice", option, value=text))
        pairs[name] = value
    return pairs


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


def _print_tools(people: Console, tools: Sequence[ToolForecast], measured: WearTable) -> None:
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
            "now" if t.best_change_min == 0 else f"in {_time(t.best_change_min)}",
            number(t.cost_rate, 3),
            "; ".join(t.reasons),
        )
        for t in tools
    ]
    columns = (
        "tool",
        "VB mm",
        "p10–p90",
        f"{unit} left p10/p50/p90",
        f"P({hours:g} h)",
        f"change ({unit})",
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
        from twin.errors import did_you_mean

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
    low, high = t.change.flat_min
    people.print(
        f"As good as the best (within 2 %): change in {low:.1f} to {high:.1f} {t.time_unit}."
    )


def _print_backtest(people: Console, past: Backtest) -> None:
    rows = [
        (
            protocol,
            *(f"{value:.4f}" for value in (m.rmse_mm, m.mae_mm, m.crps_mm)),
            *(f"{value:.1%}" for value in (m.coverage_50, m.coverage_80, m.coverage_90)),
            number(m.brier_skill, 3),
            str(m.n),
        )
        for protocol, m in past.metrics.items()
    ]
    scores = ("RMSE mm", "MAE mm", "CRPS mm", "in 50 %", "in 80 %", "in 90 %", "Brier skill", "n")
    columns = ("leave one tool out", *scores)
    people.print(table("Back-test", columns, rows))
