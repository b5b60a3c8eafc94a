"""``twin validate``: the twin against published numbers and recorded data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin import validation
from twin.cli import output
from twin.cli.progress import bar


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("validate")(validate)


def validate(
    data: Annotated[
        Path | None,
        typer.Option("--data", envvar="TWIN_DATA", help="Folder of the recordings (docs/data.md)."),
    ] = None,
    json_to: output.JsonTo = None,
) -> None:
    """Recompute the validation report: every check with its source, expected, got, tolerance."""
    with bar("validating") as progress:
        outcomes = validation.report(data, progress)
    output.write_json({"checks": [outcome.document() for outcome in outcomes]}, json_to)
    if json_to != "-":
        rows = [
            (
                ("✓ " if o.passed else "✗ ") + o.name,
                output.number(o.expected, 6),
                f"± {output.number(o.tolerance, 2)}",
                output.number(o.got, 6),
                o.unit,
                o.source,
            )
            for o in outcomes
        ]
        columns = ("check", "expected", "tolerance", "got", "unit", "source")
        people = output.console(json_to)
        people.print(output.table("", columns, rows))
        failed = sum(not o.passed for o in outcomes)
        people.print(f"{len(outcomes) - failed} of {len(outcomes)} checks hold")
        if data is None:
            people.print("Checks on recordings were left out: give their folder with --data.")
    if not all(outcome.passed for outcome in outcomes):
        raise typer.Exit(1)
