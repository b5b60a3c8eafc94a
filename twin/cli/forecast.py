"""``twin forecast``: what will wear out when, and the cheapest time to change it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from twin.cli._forecast_shop import ShopQuestion, forecast_scenario
from twin.cli._forecast_wear import WearQuestion, forecast_wear
from twin.cli.options import Settings
from twin.cli.output import JsonTo
from twin.errors import BadInput, Fault
from twin.forecast.planning import Planning
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
    test: Annotated[
        bool,
        typer.Option("--backtest", help="Leave one tool out at a time and score the forecast."),
    ] = False,
    limit: Annotated[float | None, typer.Option(help="Wear limit VB [mm]; 0.3 for --wear.")] = None,
    hours: Annotated[float, typer.Option(help="Horizon of the risk [h].")] = 48.0,
    duty: Annotated[
        float | None,
        typer.Option(help="Cutting within each hour of the schedule [min]; 30 for --wear."),
    ] = None,
    shift: Annotated[
        float | None, typer.Option(help="Hours between two shift ends [h]; 8 for --wear.")
    ] = None,
    cost_change: Annotated[
        float | None, typer.Option(help="Cost of a planned change; 30 for --wear.")
    ] = None,
    cost_failure: Annotated[
        float | None, typer.Option(help="Cost of a failure in the cut; 150 for --wear.")
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
    if scenario is not None and wear is None:
        given = {"--limit": limit, "--duty": duty, "--shift": shift, "--map": renamed,
                 "--unit": unit, "--backtest": test, "--no-breakage": not breakage}  # fmt: skip
        asked = ShopQuestion(scenario, at, hours, settings, replications, cost_change,
                             cost_failure, seed, curve, export, given)  # fmt: skip
        forecast_scenario(asked, json_to)
        return
    _refuse_scenario_options(scenario, wear, at, settings)
    planning = Planning(
        _or(limit, 0.3), hours, _or(duty, 30.0), _or(cost_change, 30.0), _or(cost_failure, 150.0)
    )
    asked_wear = WearQuestion(
        str(wear), planning, _or(shift, 8.0), breakage, _pairs("--map", renamed),
        _pairs("--unit", unit), test, curve, export, seed,
    )  # fmt: skip
    forecast_wear(asked_wear, json_to)


def _or(given: float | None, usual: float) -> float:
    return usual if given is None else given


def _refuse_scenario_options(
    scenario: str | None, wear: str | None, at: str | None, settings: list[str] | None
) -> None:
    if wear is None:
        message = "give a SCENARIO, or measured wear with --wear FILE.csv"
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
