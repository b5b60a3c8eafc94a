"""``twin optimise``: the best setting that simulation finds, confirmed on fresh luck."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console

from twin.cli import output
from twin.cli.options import (
    Cluster,
    EngineName,
    ScenarioFile,
    Settings,
    Workers,
    read_scenario,
)
from twin.cli.progress import bar
from twin.errors import BadInput, Fault
from twin.experiment.dimensions import read_dimension
from twin.experiment.goals import limits, objective
from twin.experiment.laboratory import Laboratory
from twin.experiment.optimisation import Optimum, Question, optimise
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
    if not vary:
        raise BadInput(Fault("nothing to vary: give --vary PATH=LO:HI", "vary"))
    for name, value, least in (("runs", runs, 1), ("replications", replications, 2),
                               ("confirm", confirm, 6)):  # fmt: skip
        if value < least:
            raise BadInput(Fault(f"allowed {least} or more", name, "", str(value)))
    if indifference is not None and indifference <= 0:
        raise BadInput(Fault("allowed above 0", "indifference", "", str(indifference)))
    question = Question(
        objective(asked, minimise, maximise),
        limits(asked, subject_to or []),
        tuple(read_dimension(text, asked) for text in vary),
        replications,
        runs,
        confirm,
        indifference,
    )
    with bar("searching") as progress:
        found = optimise(Laboratory(asked, engine, Where(workers, cluster)), question, progress)
    output.write_json(_document(asked, found), json_to)
    if json_to != "-":
        _print(output.console(json_to), asked, found)
    if not found.confirmed:
        raise typer.Exit(1)


def _document(asked: Scenario, found: Optimum) -> dict[str, Any]:
    question = found.question
    return {
        "scenario": asked.title,
        "file": asked.file,
        "seed": asked.header.seed,
        "objective": {"kpi": question.objective.kpi, "maximise": question.objective.maximise},
        "subject_to": [
            {"limit": str(limit), "kpi": limit.kpi, "held": now, "base_held": before}
            for limit, now, before in found.limits
        ],
        "best": {"values": found.point, "kpis": _kpis(asked, found.best)},
        "base": {"kpis": _kpis(asked, found.base)},
        "gain": {**asdict(found.gain), "unit": asked.measures[question.objective.kpi].unit},
        "confirmed": found.confirmed,
        "p_correct_selection": found.p_correct,
        "search_gain": found.search_gain,
        "finalists": list(found.finalists),
        "trials": [asdict(trial) for trial in found.trials],
        "replications": found.replications,
        "runs_computed": found.computed,
    }


def _kpis(asked: Scenario, values: dict[str, list[float]]) -> dict[str, Any]:
    return {
        path: {**asdict(estimate(series)), "unit": asked.measures[path].unit}
        for path, series in values.items()
    }


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
