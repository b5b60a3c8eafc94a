"""``twin schema``: the JSON Schema of scenario files, so that editors complete and check them."""

from __future__ import annotations

import json
import sys

import typer

from twin.schema import scenario_schema


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("schema")(schema)


def schema() -> None:
    """Print the JSON Schema of scenario files."""
    sys.stdout.write(json.dumps(scenario_schema(), ensure_ascii=False, indent=2) + "\n")
