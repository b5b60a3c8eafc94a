"""``twin sweep``: many variants of a scenario; every run is stored at once, so a sweep resumes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console

from twin import experiment, history
from twin.cli import output
from twin.cli.options import (
    Cluster,
    EngineName,
    Replications,
    ScenarioFile,
    Settings,
    WarmUpAsked,
    Workers,
    asked_of,
    read_scenario,
)
from twin.cli.progress import bar
from twin.errors import BadInput, Fault
from twin.experiment import answers, designs, study
from twin.experiment.answers import Swept
from twin.experiment.dimensions import Point
from twin.experiment.goals import Objective
from twin.experiment.places import Where
from twin.experiment.settling import warmed
from twin.scenario import Scenario

Results = list[tuple[Point, experiment.Result]]


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("sweep")(sweep)


def sweep(
    scenario: ScenarioFile,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary", metavar="PATH=LO:HI:N|A,B", help="Vary a parameter; may be repeated."
        ),
    ] = None,
    sample: Annotated[
        int | None, typer.Option(metavar="N", help="N points by Latin hypercube, not the grid.")
    ] = None,
    tornado: Annotated[
        bool, typer.Option("--tornado", help="Each parameter alone at its ends; what weighs most.")
    ] = False,
    sobol: Annotated[
        int | None, typer.Option(metavar="N", help="Sobol' indices from N × (parameters + 2) runs.")
    ] = None,
    morris: Annotated[
        int | None,
        typer.Option(metavar="N", help="Morris screening from N × (parameters + 1) points."),
    ] = None,
    minimise: Annotated[str | None, typer.Option(metavar="KPI", help="Mark the best.")] = None,
    maximise: Annotated[str | None, typer.Option(metavar="KPI", help="Mark the best.")] = None,
    subject_to: Annotated[
        list[str] | None, typer.Option(metavar="KPI<=X", help="A limit that the best keeps.")
    ] = None,
    pareto: Annotated[
        str | None, typer.Option(metavar="KPI,KPI", help="Mark the points not beaten in both.")
    ] = None,
    beside: Annotated[
        bool, typer.Option("--beside", help="Run SCENARIO as it is too; points are told beside it.")
    ] = False,
    settings: Settings = None,
    replications: Replications = None,
    engine: EngineName = "auto",
    workers: Workers = 1,
    cluster: Cluster = "",
    warmup: WarmUpAsked = "",
    json_to: output.JsonTo = None,
) -> None:
    """Run SCENARIO on the grid of every --vary; what was finished before is not run again."""
    (asked,), cut = warmed([read_scenario(scenario, settings)], warmup, engine)
    if warmup:
        settings = [*(settings or ()), f"warmup={asked.header.warmup} s"]
    question: dict[str, Any] = {
        "vary": vary or [],
        **_design(sample, tornado=tornado, sobol=sobol, morris=morris),
        "minimise": minimise, "maximise": maximise, "subject_to": subject_to or [],
        "pareto": [kpi.strip() for kpi in pareto.split(",")] if pareto else [],
        "replications": replications, "beside": beside,
    }  # fmt: skip
    wanted = study.read(asked, question)
    began = time.perf_counter()
    with bar(asked.title) as progress:
        found = answers.swept(wanted, engine, Where(workers, cluster), progress)
    seconds = time.perf_counter() - began
    document = answers.sweep_document(found) | {"warmup": cut.document() if cut else None}
    # The same whether it was interrupted or not: not how many runs this very start computed.
    answer = {key: value for key, value in document.items() if key != "runs_computed"}
    output.write_json(answer, json_to)
    payload = {**asked_of(scenario, settings, engine), **question}
    kept = answers.compact(document, asked)
    history.record("sweep", payload, kept, seconds=seconds, runs=found.computed, by="twin sweep")
    if json_to != "-":
        _say(output.console(json_to), found)
        if cut:
            output.console(json_to).print(f"{cut}, in the scenario as it is")


def _design(
    sample: int | None, *, tornado: bool, sobol: int | None, morris: int | None
) -> dict[str, Any]:
    """The design that is asked for, and its number."""
    asked: dict[str, Any] = {"sample": sample, "sobol": sobol, "morris": morris}
    numbered = {name: number for name, number in asked.items() if number is not None}
    if len(numbered) + tornado > 1:
        names = " and ".join(f"--{name}" for name in [*numbered, *["tornado"] * tornado])
        raise BadInput(Fault("are designs of their own; ask for one", names))
    design, points = next(iter(numbered.items()), ("tornado" if tornado else "grid", None))
    return {"design": design, "points": points}


def _say(console: Console, found: Swept) -> None:
    wanted = found.study
    if found.shares:
        _print_sobol(console, found)
    elif found.weights:
        _print_morris(console, found)
    elif wanted.goal and found.bars:
        _print_tornado(console, wanted.scenario, wanted.goal, found.bars)
    else:
        paths = [dimension.path for dimension in wanted.dimensions]
        _print(console, wanted.scenario, list(found.points), paths, found.best, found.front)
        _print_gain(console, found)
    if wanted.goal and not (found.best or found.shares or found.weights):
        console.print(f"No point keeps {' and '.join(map(str, wanted.keep))}.")


def _print_gain(console: Console, found: Swept) -> None:
    goal = found.study.goal
    if found.best is None or found.base is None or goal is None:
        return
    gain = answers.beside(found, found.points[found.best.number][1], goal.kpi)
    unit = found.study.scenario.measures[goal.kpi].unit
    change = f"{output.signed(gain.value)} ({output.interval(gain)}) {unit}"
    console.print(f"★ beside the scenario as it is: {goal.kpi} {change}, {gain.verdict}")


def _print(
    console: Console, asked: Scenario, results: Results, paths: Sequence[str],
    chosen: designs.Best | None, front: Sequence[int],
) -> None:  # fmt: skip
    shown = [path for path, measure in asked.measures.items() if measure.headline]
    columns = ["", *paths] + [f"{p} [{asked.measures[p].unit}]" for p in shown]
    rows = [
        [_mark(number, chosen, front)]
        + [_plain(point[path]) for path in paths]
        + [output.plus_minus(result.kpis[kpi]) for kpi in shown]
        for number, (point, result) in enumerate(results)
    ]
    console.print(output.table(f"{len(results)} variants", columns, rows))
    if chosen:
        equals = f"; {len(chosen.as_good)} cannot be told from it" if chosen.as_good else ""
        console.print(
            f"★ best, or within {output.number(chosen.indifference)} of it, with probability "
            f"{chosen.p_correct:.0%} or more{equals} (~)"
        )
    if front:
        console.print("◆ Pareto: no other point is better in both")


def _mark(number: int, chosen: designs.Best | None, front: Sequence[int]) -> str:
    marks = ""
    if chosen:
        marks += "★" if number == chosen.number else "~" if number in chosen.as_good else ""
    return marks + ("◆" if number in front else "")


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


def _print_tornado(
    console: Console, asked: Scenario, goal: Objective, bars: Sequence[designs.Bar]
) -> None:
    unit = asked.measures[goal.kpi].unit
    rows = [
        (b.path, _plain(asked.value(b.path)), _plain(b.value), output.signed(b.change.value),
         output.interval(b.change), b.change.verdict)
        for b in bars
    ]  # fmt: skip
    columns = ("", "now", "at", f"{goal.kpi} [{unit}]", "95 % interval", "verdict")
    console.print(output.table("One at a time, most weight first", columns, rows))


def _print_sobol(console: Console, found: Swept) -> None:
    rows = [(s.path, *(f"{v:.2f} ({a:.2f} to {b:.2f})" for v, a, b in (s.first, s.total)))
            for s in found.shares]  # fmt: skip
    title = f"Share of the variance of {found.study.goal.kpi if found.study.goal else ''}"
    console.print(output.table(title, ("", "alone", "with interactions"), rows))


def _print_morris(console: Console, found: Swept) -> None:
    goal = found.study.goal
    kpi = goal.kpi if goal else ""
    unit = found.study.scenario.measures[kpi].unit
    rows = []
    for one in found.weights:
        value, low, high = one.weight
        band = f"{output.number(low)} to {output.number(high)}"
        mean = output.signed(one.mean)
        rows.append((one.path, output.number(value), band, mean, output.number(one.spread)))
    title = f"Morris screening of {kpi} [{unit}]: what a parameter does over its range"
    columns = ("", "size μ*", "95 % interval", "mean μ", "spread σ")
    console.print(output.table(title, columns, rows))
    console.print("A spread σ beside its size: what it does depends on the others, or bends.")
