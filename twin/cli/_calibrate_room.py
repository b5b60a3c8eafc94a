"""``twin calibrate`` of a room: what the recording says of it, and how a free run of it holds."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console

from twin.calibration.line import Finding
from twin.calibration.room_report import Error, RoomCalibration
from twin.cli import output


def show(found: RoomCalibration, console: Console) -> None:
    """Print a room's calibration."""
    title = f"fitted to {found.fitted_days:.1f} d of {found.span / 86400:.1f} d"
    columns = ["parameter", "fitted", "95 %", "was", "unit"]
    rows = list(_findings((*found.findings, *found.of_recording)))
    console.print(output.table(title, columns, rows))
    errors = [
        ("free run, from the first reading kept back", found.free_run),
        ("one step ahead", found.ahead),
        ("the mean of the days fitted", found.mean),
        ("free run on the days fitted", found.free_fit),
    ]
    title = f"on the {found.checked_days:.1f} d kept back"
    columns = ["prediction", "root mean square K", "bias K", "greatest K", "rows"]
    console.print(output.table(title, columns, [[name, *_error(e)] for name, e in errors]))
    check = found.checks[0]
    verdict = "holds" if check.passed else "[red]is beyond it[/red]"
    console.print(f"limit of the free run {check.high:g} K: {verdict}")
    console.print(
        f"what one step ahead misses: p {found.whiteness:.2g} to be white (Ljung-Box), "
        f"correlation of neighbours {found.echo:+.2f}"
    )
    for note in found.notes:
        console.print(f"note: {note}")


def _findings(findings: Iterable[Finding]) -> Iterable[list[str]]:
    for one in findings:
        band = f"{output.number(one.low)} … {output.number(one.high)}"
        unit = "" if one.unit == "1" else one.unit
        yield [one.path, output.number(one.value), band, output.number(one.was), unit]


def _error(error: Error) -> list[str]:
    return [f"{error.rmse:.2f}", f"{error.bias:+.2f}", f"{error.worst:.2f}", str(error.n)]
