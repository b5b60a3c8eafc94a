"""``twin calibrate``: a line's parameters from its event log, checked on what was kept back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin.calibration.log import read_log
from twin.calibration.report import KEPT_BACK, REPLICATIONS, Calibration, calibrate, write_scenario
from twin.cli import output
from twin.cli.options import ScenarioFile, Settings, read_scenario
from twin.errors import BadInput


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("calibrate")(calibrate_verb)


def calibrate_verb(
    scenario: ScenarioFile,
    data: Annotated[
        str, typer.Option(metavar="LOG.csv", help="Event log: columns time, station, event.")
    ],
    settings: Settings = None,
    renamed: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NAME=COLUMN", help="Our name = your column."),
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option("--unit", metavar="time=s|min|h", help="Unit of the log's times."),
    ] = None,
    asset: Annotated[str, typer.Option(help="The line, where the scenario has several.")] = "",
    keep_back: Annotated[
        float, typer.Option(help="Share of the log's time that only checks the fit [1].")
    ] = KEPT_BACK,
    replications: Annotated[
        int, typer.Option("--replications", "-n", help="Simulated runs of the check; 0 for none.")
    ] = REPLICATIONS,
    out: Annotated[
        Path | None, typer.Option(help="Write a scenario with the fitted values here.")
    ] = None,
    json_to: output.JsonTo = None,
) -> None:
    """Fit the line of SCENARIO to recorded events; exit 1 when the kept-back part contradicts."""
    asked = read_scenario(scenario, settings)
    log = read_log(data, _pairs(renamed, "--map"), _pairs(unit, "--unit"))
    found = calibrate(asked, log, asset=asset, keep_back=keep_back, replications=replications)
    if out is not None:
        write_scenario(found, out)
    output.write_json(found.document(), json_to)
    if json_to != "-":
        _show(found, json_to)
    if not found.passed:
        raise typer.Exit(1)


def _pairs(written: list[str] | None, option: str) -> dict[str, str]:
    pairs = {}
    for text in written or []:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise BadInput(f"{option} {text!r} is not NAME=VALUE")
        pairs[name.strip()] = value.strip()
    return pairs


def _show(found: Calibration, json_to: str | None) -> None:
    console = output.console(json_to)
    rows = [
        [f.path, _value(f.value), _band(f.low, f.high), _value(f.was), f.unit, str(f.n)]
        for f in found.findings
    ]
    columns = ["parameter", "fitted", "95 %", "was", "unit", "from"]
    hours = found.log.span / 3600
    console.print(output.table(f"{len(found.log.rows)} events, {hours:.1f} h", columns, rows))
    if found.checks:
        checks = [
            [c.name, output.number(c.seen), output.number(c.expected), _band(c.low, c.high),
             c.unit, output.number(c.p, 2), "holds" if c.passed else "[red]contradicts[/red]"]
            for c in found.checks
        ]  # fmt: skip
        columns = ["on the part kept back", "seen", "expected", "95 %", "unit", "p", ""]
        console.print(output.table("", columns, checks))
    for note in found.notes:
        console.print(f"note: {note}")


def _value(value: object) -> str:
    return output.number(value) if isinstance(value, (int, float)) else str(value)


def _band(low: float, high: float) -> str:
    shown = [output.number(bound) for bound in (low, high)]
    return "" if shown == ["–", "–"] else " … ".join(shown)
