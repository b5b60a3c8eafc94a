"""Options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from twin.scenario import Scenario, load
from twin.setting import read_setting

ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO", help="A scenario file (TOML).")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change one parameter, in its unit or with one: '3 m/s'; may be repeated.",
    ),
]
Replications = Annotated[
    int | None,
    typer.Option("--replications", "-n", metavar="N", help="Runs with other luck."),
]
Workers = Annotated[int, typer.Option("--workers", metavar="N", help="Processes to use.")]
Cluster = Annotated[
    str,
    typer.Option(
        "--cluster",
        metavar="ADDRESS|local",
        help="Compute on a Dask cluster (twin cluster start), or on one started for this.",
    ),
]
PrecisionAsked = Annotated[
    list[str] | None,
    typer.Option(
        "--precision",
        metavar="[KPI=]2%|KPI=0.5",
        help="Replicate until the interval is so narrow (±); may be repeated.",
    ),
]
MaxRuns = Annotated[
    int, typer.Option("--max-runs", metavar="N", help="With --precision: give up after N runs.")
]
EngineName = Annotated[
    str, typer.Option("--engine", metavar="auto|simpy|fast", help="Which engine simulates.")
]
WarmUpAsked = Annotated[
    str,
    typer.Option(
        "--warmup",
        metavar="TIME|auto[:KPI]",
        help="Leave out the start: a time, or where the headline KPIs have settled (MSER-5).",
    ),
]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", help="Seed of all chance.")]


def read_scenario(file: Path, settings: list[str] | None, seed: int | None = None) -> Scenario:
    """Read a scenario with the changes that ``--set`` and ``--seed`` ask for."""
    scenario = load(file)
    values = dict(read_setting(written) for written in settings or [])
    if seed is not None:
        values["seed"] = seed
    return scenario.with_values(values) if values else scenario


def asked_of(file: Path, settings: list[str] | None, engine: str) -> dict[str, Any]:
    """Return what a job of the queue is told of a scenario with ``--set`` and ``--engine``."""
    values = dict(read_setting(written) for written in settings or [])
    told = {"scenario": str(file.resolve()), "values": values}
    return told if engine == "auto" else {**told, "engine": engine}
