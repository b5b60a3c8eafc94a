"""``twin run``: simulate a scenario and print its KPIs with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from twin import experiment
from twin.cli import output
from twin.cli.options import (
    Cluster,
    EngineName,
    MaxRuns,
    PrecisionAsked,
    Replications,
    ScenarioFile,
    Seed,
    Settings,
    WarmUpAsked,
    Workers,
    read_scenario,
)
from twin.cli.progress import bar
from twin.errors import BadInput, Fault
from twin.experiment import stopping
from twin.experiment.laboratory import Laboratory
from twin.experiment.places import Where
from twin.experiment.runs import count
from twin.experiment.settling import one_long_run, warmed
from twin.experiment.work import variant
from twin.scenario import Scenario
from twin.statistics import Estimate


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("run")(run)


def run(
    scenario: ScenarioFile,
    settings: Settings = None,
    replications: Replications = None,
    engine: EngineName = "auto",
    workers: Workers = 1,
    cluster: Cluster = "",
    precision: PrecisionAsked = None,
    max_runs: MaxRuns = stopping.MOST,
    seed: Seed = None,
    warmup: WarmUpAsked = "",
    batches: Annotated[
        bool, typer.Option("--batches", help="One long run: intervals from its batch means.")
    ] = False,
    log: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="Write the first run's event log of the line."),
    ] = None,
    json_to: output.JsonTo = None,
) -> None:
    """Simulate SCENARIO, print its KPIs with 95 % intervals, judge its expectations."""
    (asked,), cut = warmed([read_scenario(scenario, settings, seed)], warmup, engine)
    replications = _one(replications) if batches else replications
    reached: tuple[stopping.Reached, ...] = ()
    with bar(asked.title) as progress:
        if precision:
            replications, reached = stopping.replicate_until(
                Laboratory(asked, engine, Where(workers, cluster)),
                [variant(asked, engine, sense=True)],
                stopping.wishes(asked, precision),
                least=count(asked, replications),
                most=max_runs,
                on_runs=progress,
            )
        result = experiment.run(
            asked,
            replications=replications,
            engine=engine,
            workers=workers,
            cluster=cluster,
            on_progress=progress,
        )
    if log is not None:
        _write_log(asked, log)
    means = one_long_run(asked, engine) if batches else {}
    document = {**result.document(), "precision": stopping.document(reached)}
    document["warmup"] = cut.document() if cut else None
    document["batch_means"] = {kpi: asdict(one) for kpi, one in means.items()}
    output.write_json(document, json_to)
    console = output.console(json_to)
    if json_to != "-":
        _print(console, result)
        if means:
            _print_batches(console, asked, means)
        if cut:
            console.print(str(cut))
        for one in reached:
            console.print(str(one))
    if not result.passed or not all(one.met for one in reached):
        raise typer.Exit(1)


def _write_log(scenario: Scenario, path: Path) -> None:
    """The log that twin calibrate reads, of the run with the scenario's own seed."""
    from twin.calibration.export import log_text
    from twin.calibration.line import the_line

    path.write_text(log_text(scenario, the_line(scenario)), encoding="utf-8")


def _print(console: Console, result: experiment.Result) -> None:
    measures = result.scenario.measures
    rows = [
        (path, output.number(e.value), output.interval(e), measures[path].unit)
        for path, e in result.kpis.items()
    ]
    runs = output.counted(result.replications, "run", "runs")
    title = f"{result.scenario.title} · {runs} · {result.engine}"
    console.print(output.table(title, ("KPI", "mean", "95 % interval", "unit"), rows))
    for judgement in result.judgements:
        mark = "✓" if judgement.passed else "✗"
        console.print(f"{mark} {judgement.expectation}: {judgement.reason}")
    where = "read from the store" if result.cached else "stored"
    console.print(f"run {result.run_id} ({where})")
    if result.replications == 1 and not result.scenario.has_luck:
        console.print("Nothing in it is left to chance: every run gives the same.")
    elif result.replications == 1:
        console.print("One run has no interval; use --replications 10 or more, or --batches.")


def _one(replications: int | None) -> int:
    if replications not in {None, 1}:
        message = "is of one long run; leave --replications out, or give 1"
        raise BadInput(Fault(message, "--batches", "", str(replications)))
    return 1


def _print_batches(console: Console, asked: Scenario, means: Mapping[str, Estimate]) -> None:
    rows = [
        (path, output.number(e.value), output.interval(e), asked.measures[path].unit)
        for path, e in means.items()
    ]
    columns = ("batch means of one run", "mean", "95 % interval", "unit")
    console.print(output.table("", columns, rows))
