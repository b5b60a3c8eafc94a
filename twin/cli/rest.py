"""``twin rest``: from now, not from empty: what the rest of a shift will bring."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin import units
from twin.cli import output
from twin.cli.options import ScenarioFile, Seed, Settings, read_scenario
from twin.errors import BadInput, Fault
from twin.forecast.rest import Rest, forecast_rest
from twin.scenario import Scenario
from twin.simulate import build
from twin.snapshot import from_now, to_toml


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("rest")(rest)


def rest(
    scenario: ScenarioFile,
    at: Annotated[
        str, typer.Option("--at", metavar="TIME", help="Simulate up to this time first: '3 h'.")
    ] = "",
    futures: Annotated[
        int, typer.Option("--futures", metavar="N", min=9, help="Futures to try.")
    ] = 99,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Write the present state (TOML).")
    ] = None,
    settings: Settings = None,
    seed: Seed = None,
    json_to: output.JsonTo = None,
) -> None:
    """Forecast the rest of SCENARIO as quantiles: from its [start] tables, or from --at."""
    now = read_scenario(scenario, settings, seed)
    if at:
        now = _advanced(now, at)
    if save is not None:
        save.write_text(to_toml(now.document), "utf-8")
    found = forecast_rest(now, futures)
    kpis = {path: _document(told) for path, told in found.items()}
    hours = now.header.horizon / 3600.0
    output.write_json({"horizon_h": hours, "futures": futures, "kpis": kpis}, json_to)
    if json_to == "-":
        return
    rows = [
        (path, *(output.number(v) for v in (told.p10, told.p50, told.p90)), told.unit)
        for path, told in found.items()
    ]
    title = f"{now.title} · the next {hours:.3g} h · {futures} futures"
    console = output.console(json_to)
    console.print(output.table(title, ("KPI", "10 %", "50 %", "90 %", "unit"), rows))


def _advanced(scenario: Scenario, at: str) -> Scenario:
    number, unit = units.split(at)
    moment = units.to_si(number, unit or "h")
    if not 0 < moment < scenario.header.horizon:
        most = scenario.header.horizon / 3600.0
        raise BadInput(Fault(f"is not within the horizon, {most:g} h", "--at", "", repr(at)))
    running = build(scenario, sense=False)
    running.advance(float(moment))
    return from_now(running)


def _document(told: Rest) -> dict[str, float | str]:
    return {"p10": told.p10, "p50": told.p50, "p90": told.p90, "unit": told.unit}
