"""``twin forecast``: what will wear out when, and the cheapest time to change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from twin.cli._forecast_shop import ShopQuestion, forecast_scenario
from twin.cli._forecast_trend import TrendQuestion, forecast_trend
from twin.cli._forecast_wear import WearQuestion, forecast_wear
from twin.cli.options import Settings, Workers
from twin.cli.output import JsonTo
from twin.errors import BadInput, Fault
from twin.forecast.planning import Planning
from twin.forecast.replacement import Costs
from twin.forecast.shop import REPLICATIONS


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("forecast")(forecast_verb)


def forecast_verb(
    scenario: Annotated[
        str | None, typer.Argument(help="A scenario file: every tool of its machines.")
    ] = None,
    wear: Annotated[
        str | None,
        typer.Option(
            metavar="FILE.csv|example|example-cuts",
            help="Measured wear: columns tool, time_min, vb_mm and any conditions.",
        ),
    ] = None,
    trend: Annotated[
        str | None,
        typer.Option(
            metavar="FILE.csv|example-bearings",
            help="Trend features of bearings: columns unit, time_min, and RMS of each direction.",
        ),
    ] = None,
    running: Annotated[
        list[str] | None,
        typer.Option(metavar="PART", help="A part of --trend that has not failed; repeatable."),
    ] = None,
    test: Annotated[
        bool,
        typer.Option(
            "--backtest",
            help="Score past forecasts: one tool left out, or lives that the scenario gives.",
        ),
    ] = False,
    limit: Annotated[
        float | None, typer.Option(help=r"Wear limit VB \[mm]; 0.3 for --wear.")
    ] = None,
    hours: Annotated[float, typer.Option(help=r"Horizon of the risk \[h].")] = 48.0,
    duty: Annotated[
        float | None,
        typer.Option(
            help=r"Cutting within each hour of the schedule, 0.01 to 60 \[min], or \[cuts] where"
            " the table counts cuts; 30 for --wear, 60 for --trend."
        ),
    ] = None,
    shift: Annotated[
        float | None, typer.Option(help=r"Hours between two shift ends \[h]; 8 for --wear.")
    ] = None,
    cost_change: Annotated[
        float | None, typer.Option(help="Cost of a planned change [EUR]; 30 for --wear.")
    ] = None,
    cost_failure: Annotated[
        float | None, typer.Option(help="Cost of a failure in the cut [EUR]; 150 for --wear.")
    ] = None,
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
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Now, in the scenario: '4 h'. Else the end of its warm-up, or half its horizon.",
        ),
    ] = None,
    settings: Settings = None,
    replications: Annotated[
        int, typer.Option("--replications", "-n", metavar="N", help="Simulated futures.")
    ] = REPLICATIONS,
    workers: Workers = 1,
    curve: Annotated[
        str | None, typer.Option(metavar="TOOL", help="Print the cost curve of one tool.")
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Write work orders (CSV), calendar (ICS), workbook (XLSX), MTConnect, OPC, JSON.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same numbers.")] = 1,
    json_to: JsonTo = None,
) -> None:
    """Forecast wear: wear now, minutes left, risk, and the cheapest time to change."""
    given = {"--limit": limit, "--duty": duty, "--shift": shift, "--map": renamed, "--unit": unit,
             "--running": running}  # fmt: skip
    everywhere = {"--backtest": test, "--no-breakage": not breakage}
    if trend is not None:
        others = {"SCENARIO": scenario, "--wear": wear, "--at": at, "--set": settings,
                  "--curve": curve} | given | everywhere  # fmt: skip
        _refuse_beside_trend(others)
        costs = Costs(_or(cost_change, 30.0), _or(cost_failure, 150.0))
        asked_trend = TrendQuestion(
            trend, hours, _or(duty, 60.0), costs, _pairs("--map", renamed),
            _pairs("--unit", unit), running or (), test, export, seed,
        )  # fmt: skip
        forecast_trend(asked_trend, json_to)
    elif scenario is not None and wear is None:
        asked = ShopQuestion(scenario, at, hours, settings, replications, workers, cost_change,
                             cost_failure, seed, curve, export, breakage, test,
                             given)  # fmt: skip
        forecast_scenario(asked, json_to)
    else:
        _refuse_scenario_options(scenario, wear, at, settings)
        costs = Costs(_or(cost_change, 30.0), _or(cost_failure, 150.0))
        planning = Planning(_or(limit, 0.3), hours, _or(duty, 30.0), costs.change, costs.failure)
        asked_wear = WearQuestion(
            str(wear), planning, _or(shift, 8.0), breakage, _pairs("--map", renamed),
            _pairs("--unit", unit), test, curve, export, seed,
        )  # fmt: skip
        forecast_wear(asked_wear, json_to)


def _or(given: float | None, usual: float) -> float:
    return usual if given is None else given


def _refuse_beside_trend(given: Mapping[str, object]) -> None:
    """Nothing is passed over in silence."""
    beside = [key for key in ("SCENARIO", "--wear") if given[key] is not None]
    if beside:
        raise BadInput(Fault("give one of SCENARIO, --wear and --trend", "--trend"))
    unused = ("--at", "--set", "--curve", "--limit", "--shift", "--no-breakage")
    faults = [Fault("is not for --trend", key) for key in unused if given[key]]
    if faults:
        raise BadInput(faults)


def _refuse_scenario_options(
    scenario: str | None, wear: str | None, at: str | None, settings: list[str] | None
) -> None:
    if wear is None:
        message = "give a SCENARIO, measured wear with --wear FILE.csv, or features with --trend"
        raise BadInput(Fault(message))
    if scenario is not None:
        raise BadInput(Fault("give a SCENARIO or --wear, not both", file=scenario))
    if at is not None or settings:
        raise BadInput(Fault("is for a SCENARIO", "--at" if at is not None else "--set"))


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
