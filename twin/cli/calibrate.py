"""``twin calibrate``: a line or a room from its records, checked on what was kept back."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from twin.calibration.columns import Names, zone_of
from twin.calibration.log import read_log
from twin.calibration.recording import read_recording
from twin.calibration.report import (
    KEPT_BACK,
    REPLICATIONS,
    Calibration,
    calibrate,
    calibrate_table,
    write_scenario,
)
from twin.calibration.room_report import WITHIN, RoomCalibration, calibrate_room, is_of_room
from twin.calibration.status import is_status, read_status
from twin.cli import _calibrate_room, output
from twin.cli.options import ScenarioFile, Settings, read_scenario
from twin.csvfile import read_sheet
from twin.errors import BadInput, Fault
from twin.units import compatible, scale, split


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("calibrate")(calibrate_verb)


def calibrate_verb(
    scenario: ScenarioFile,
    data: Annotated[
        str,
        typer.Option(
            metavar="LOG.csv",
            help="Event log: columns time, station, event. Or status table: time, station, state.",
        ),
    ],
    settings: Settings = None,
    renamed: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NAME=COLUMN", help="Our name = your column."),
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(
            "--unit",
            metavar="NAME=UNIT",
            help="Unit of a column: time=min, energy='0.1 kWh'; or time='%d.%m.%Y %H:%M'.",
        ),
    ] = None,
    station: Annotated[
        list[str] | None,
        typer.Option("--station", metavar="WORD=NAME", help="The log's station = the scenario's."),
    ] = None,
    product: Annotated[
        list[str] | None,
        typer.Option("--product", metavar="WORD=NAME", help="The log's product = the scenario's."),
    ] = None,
    state: Annotated[
        list[str] | None,
        typer.Option(
            "--state",
            metavar="WORD=STATE",
            help="Status table: its word = working, down, setup, idle or off.",
        ),
    ] = None,
    state_of: Annotated[
        str,
        typer.Option(
            "--state-of",
            metavar="before|after",
            help="Status table: a row's state held until its time, or begins there.",
        ),
    ] = "",
    off_after: Annotated[
        str,
        typer.Option(metavar="TIME", help="Status table: longer stops were not planned ('2 h')."),
    ] = "",
    keep_days: Annotated[
        int, typer.Option(help="Status table: keep back every so many-th day, not the last.")
    ] = 0,
    zone: Annotated[
        str, typer.Option(metavar="ZONE", help="Time zone of dates without one: Europe/Rome.")
    ] = "UTC",
    asset: Annotated[
        str, typer.Option(help="The line, or BUILDING.zones.ZONE, where there are several.")
    ] = "",
    keep_back: Annotated[
        float | None,
        typer.Option(
            help="Share of the records' time that only checks the fit [1]; 0.3 of a log. A room "
            "is fitted to 14 days and checked on 7 unless this says otherwise.",
        ),
    ] = None,
    within: Annotated[
        float, typer.Option(metavar="K", help="Room: greatest error of a free run [K].")
    ] = WITHIN,
    replications: Annotated[
        int, typer.Option("--replications", "-n", help="Simulated runs of the check; 0 for none.")
    ] = REPLICATIONS,
    out: Annotated[
        Path | None, typer.Option(help="Write a scenario with the fitted values here.")
    ] = None,
    json_to: output.JsonTo = None,
) -> None:
    """Fit a line or a room of SCENARIO to its records; exit 1 when what was kept back contradicts.

    A room (a lumped zone of a building) takes a recording of its sensors: columns time,
    temperature, outdoor, and solar, heating, cooling, gain, people, supply_temperature, supply_flow
    where there are any.
    """
    asked = read_scenario(scenario, settings)
    columns, units = _pairs(renamed, "--map"), _pairs(unit, "--unit")
    states, clock = _pairs(state, "--state"), zone_of(zone)
    if is_of_room(asked, asset):
        recording = read_recording(data, columns, units, clock)
        of_room = calibrate_room(asked, recording, asset=asset, keep_back=keep_back, within=within)
        _finish(of_room, out, json_to, partial(_calibrate_room.show, of_room))
        return
    keep_back = KEPT_BACK if keep_back is None else keep_back
    called = Names(_pairs(station, "--station"), _pairs(product, "--product"))
    if is_status(read_sheet(data).header, columns):
        table = read_status(
            data, columns, units, states=states, state_of=state_of, zone=clock, called=called
        )
        found = calibrate_table(
            asked, table, asset=asset, keep_back=keep_back, every=keep_days,
            off_after=_seconds(off_after), replications=replications,
        )  # fmt: skip
    else:
        _of_tables_alone(states, state_of, off_after, keep_days)
        log = read_log(data, columns, units, clock, called)
        found = calibrate(asked, log, asset=asset, keep_back=keep_back, replications=replications)
    _finish(found, out, json_to, partial(_show, found))


def _finish(
    found: Calibration | RoomCalibration,
    out: Path | None,
    json_to: str | None,
    show: Callable[[Console], None],
) -> None:
    """Write and show what was found."""
    if out is not None:
        write_scenario(found, out)
    output.write_json(found.document(), json_to)
    if json_to != "-":
        show(output.console(json_to))
    if not found.passed:
        raise typer.Exit(1)


def _seconds(text: str) -> float:
    if not text:
        return math.inf
    try:
        number, unit = split(text)
        seconds = number * scale(unit) if compatible(unit, "s") else 0.0
    except BadInput:
        seconds = 0.0
    if seconds <= 0:
        raise BadInput(
            Fault("allowed a time above 0, such as '2 h'", "--off-after", "", repr(text))
        )
    return seconds


def _of_tables_alone(states: dict[str, str], state_of: str, off_after: str, keep_days: int) -> None:
    """Refuse what only a status table has."""
    asked = {"--state": states, "--state-of": state_of, "--off-after": off_after,
             "--keep-days": keep_days}  # fmt: skip
    faults = [
        Fault("is for a status table (columns time, station, state); this is an event log", name)
        for name, value in asked.items()
        if value
    ]
    if faults:
        raise BadInput(faults)


def _pairs(written: list[str] | None, option: str) -> dict[str, str]:
    pairs = {}
    for text in written or []:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise BadInput(f"{option} {text!r} is not NAME=VALUE")
        pairs[name.strip()] = value.strip()
    return pairs


def _show(found: Calibration, console: Console) -> None:
    rows = [
        [
            f.path,
            "kept" if f.kept else _value(f.value),
            _band(f.low, f.high),
            _value(f.was),
            f.unit,
            str(f.n),
        ]
        for f in found.findings
    ]
    columns = ["parameter", "fitted", "95 %", "was", "unit", "from"]
    title = f"{found.rows} rows, {found.span / 3600:.1f} h"
    console.print(output.table(title, columns, rows))
    if found.checks:
        checks = [
            [c.name, output.number(c.seen), output.number(c.expected), _percent(c.error),
             _band(c.low, c.high), c.unit, output.number(c.p, 2),
             "holds" if c.passed else "[red]contradicts[/red]"]
            for c in found.checks
        ]  # fmt: skip
        columns = ["on the part kept back", "seen", "expected", "error", "95 %",
                   "unit", "p", ""]  # fmt: skip
        console.print(output.table("", columns, checks))
    if found.days:
        days = [[d.station, str(d.days), _percent(d.parts, ""), _percent(d.energy, "")]
                for d in found.days]  # fmt: skip
        columns = ["single days kept back, mean error", "days", "parts", "energy"]
        console.print(output.table("", columns, days))
    for note in found.notes:
        console.print(f"note: {note}")


def _value(value: object) -> str:
    return output.number(value) if isinstance(value, (int, float)) else str(value)


def _band(low: float, high: float) -> str:
    shown = [output.number(bound) for bound in (low, high)]
    return "" if shown == ["–", "–"] else " … ".join(shown)


def _percent(share: float, sign: str = "+") -> str:
    return "" if math.isnan(share) else f"{share:{sign}.1%}".replace("%", " %")
