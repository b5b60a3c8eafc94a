"""``twin sweep``: a grid of variants; every point is stored at once, so a sweep resumes."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from twin import experiment
from twin.cli import output
from twin.cli.options import (
    Cluster,
    EngineName,
    Replications,
    ScenarioFile,
    Settings,
    Workers,
    read_scenario,
)
from twin.cli.progress import bar
from twin.errors import BadInput


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("sweep")(sweep)


def sweep(
    scenario: ScenarioFile,
    vary: Annotated[
        list[str] | None,
        typer.Option("--vary", metavar="PATH=LO:HI:N", help="Vary a parameter; may be repeated."),
    ] = None,
    settings: Settings = None,
    replications: Replications = None,
    engine: EngineName = "auto",
    workers: Workers = 1,
    cluster: Cluster = "",
    json_to: output.JsonTo = None,
) -> None:
    """Run SCENARIO on the grid of every --vary; what was finished before is not run again."""
    if not vary:
        raise BadInput("nothing to vary: give --vary PATH=LO:HI:N")
    asked = read_scenario(scenario, settings)
    axes = [experiment.read_axis(text) for text in vary]
    with bar(asked.title) as progress:
        points = experiment.sweep(
            asked,
            axes,
            replications=replications,
            engine=engine,
            workers=workers,
            cluster=cluster,
            on_progress=progress,
        )
    documents: list[dict[str, Any]] = [{"values": v, **r.document()} for v, r in points]
    output.write_json({"points": documents}, json_to)
    if json_to == "-":
        return
    shown = [path for path, measure in asked.measures.items() if measure.headline]
    columns = [axis.path for axis in axes] + [f"{p} [{asked.measures[p].unit}]" for p in shown]
    rows = [
        [f"{v[axis.path]:g}" for axis in axes] + [output.plus_minus(r.kpis[p]) for p in shown]
        for v, r in points
    ]
    output.console(json_to).print(output.table(f"{len(points)} variants", columns, rows))
