"""``twin optimise``: the best setting that simulation finds, confirmed on fresh luck."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer
from rich.console import Console

from twin import history
from twin.cli import output
from twin.cli.options import (
    Cluster,
    EngineName,
    ScenarioFile,
    Settings,
    Workers,
    asked_of,
    read_scenario,
)
from twin.cli.progress import bar
from twin.experiment import answers, study
from twin.experiment.optimisation import Optimum
from twin.experiment.places import Where
from twin.scenario import Scenario
from twin.statistics import Estimate, estimate


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("optimise")(command)


def command(
    scenario: ScenarioFile,
    vary: Annotated[
        list[str] | None,
        typer.Option("--vary", metavar="PATH=LO:HI|A,B", help="What may change; may be repeated."),
    ] = None,
    minimise: Annotated[str | None, typer.Option(metavar="KPI")] = None,
    maximise: Annotated[str | None, typer.Option(metavar="KPI")] = None,
    subject_to: Annotated[
        list[str] | None,
        typer.Option(metavar="KPI<=X", help="A limit to keep, <= or >=; may be repeated."),
    ] = None,
    settings: Settings = None,
    runs: Annotated[int, typer.Option(metavar="N", help="Simulated runs of the search.")] = 400,
    replications: Annotated[
        int, typer.Option("--replications", "-n", metavar="N", help="Runs of each point tried.")
    ] = 5,
    confirm: Annotated[
        int, typer.Option(metavar="N", help="Pairs of runs that confirm the gain.")
    ] = 40,
    indifference: Annotated[
        float | None,
        typer.Option(metavar="X", help="Difference that is none to you [unit of the KPI]."),
    ] = None,
    engine: EngineName = "auto",
    workers: Workers = 1,
    cluster: Cluster = "",
    json_to: output.JsonTo = None,
) -> None:
    """Find the values of --vary that are best for a KPI, and confirm the gain on fresh seeds."""
    asked = read_scenario(scenario, settings)
    asking: dict[str, Any] = {
        "vary": vary or [], "minimise": minimise, "maximise": maximise,
        "subject_to": subject_to or [], "runs": runs, "replications": replications,
        "confirm": confirm, "indifference": indifference,
    }  # fmt: skip
    question = study.read_search(asked, asking)
    began = time.perf_counter()
    with bar("searching") as progress:
        found = answers.searched(asked, question, engine, Where(workers, cluster), progress)
    seconds = time.perf_counter() - began
    document = answers.search_document(asked, found)
    output.write_json(document, json_to)
    payload = {**asked_of(scenario, settings, engine), **asking}
    kept = answers.compact(document, asked)
    history.record("optimise", payload, kept, seconds=seconds, runs=found.computed,
                   by="twin optimise")  # fmt: skip
    if json_to != "-":
        _print(output.console(json_to), asked, found)
    if not found.confirmed:
        raise typer.Exit(1)


def _print(console: Console, asked: Scenario, found: Optimum) -> None:
    question, gain = found.question, found.gain
    kpi = question.objective.kpi
    unit = asked.measures[kpi].unit
    rows = []
    for path, value in found.point.items():
        declared = asked.declaration(path)
        shown = "" if declared.unit == "1" else declared.unit
        rows.append((path, _plain(asked.value(path)), _plain(value), shown))
    console.print(output.table(question.objective.word, ("", "now", "best found", "unit"), rows))
    base, best = (output.plus_minus(estimate(values[kpi])) for values in (found.base, found.best))
    console.print(f"{kpi}: {base} → {best} {unit}")
    change = f"{output.signed(gain.value)} ({output.interval(gain)}) {unit}"
    console.print(f"confirmed on {gain.n} fresh pairs of runs: {change}, {_verdict(gain)}")
    turned = question.objective.sign * found.search_gain
    console.print(
        f"the search alone promised {output.signed(turned)}; {len(found.trials)} points tried, "
        f"best of {len(found.finalists)} finalists with probability {_share(found.p_correct)}"
    )
    for limit, now, before in found.limits:
        was, is_ = (
            output.plus_minus(estimate(values[limit.kpi])) for values in (found.base, found.best)
        )
        console.print(f"{limit}: {before} with {was} → {now} with {is_}")
    if not found.confirmed:
        console.print("Not confirmed: nothing found is surely better and within every limit.")


def _verdict(gain: Estimate) -> str:
    verdict: str = getattr(gain, "verdict", "")
    more = getattr(gain, "more_runs", None)
    return f"{verdict}, about {more} more runs" if more else verdict


def _share(probability: float) -> str:
    return "above 99 %" if probability > 0.99 else f"of {probability:.0%} or more"


def _plain(value: Any) -> str:
    return output.number(value) if isinstance(value, float) else str(value)
