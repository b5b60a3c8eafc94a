"""``twin sweep``: many variants of a scenario; every run is stored at once, so a sweep resumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console

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
from twin.errors import BadInput, Fault
from twin.experiment import designs
from twin.experiment.dimensions import Dimension, Point, grid, latin_hypercube, read_dimension
from twin.experiment.goals import Objective, limits, objective
from twin.experiment.places import Where
from twin.experiment.sweeps import Sweep
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
    minimise: Annotated[str | None, typer.Option(metavar="KPI", help="Mark the best.")] = None,
    maximise: Annotated[str | None, typer.Option(metavar="KPI", help="Mark the best.")] = None,
    subject_to: Annotated[
        list[str] | None, typer.Option(metavar="KPI<=X", help="A limit that the best keeps.")
    ] = None,
    pareto: Annotated[
        str | None, typer.Option(metavar="KPI,KPI", help="Mark the points not beaten in both.")
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
    dimensions = [read_dimension(text, asked) for text in vary]
    goal = objective(asked, minimise, maximise) if minimise or maximise else None
    keep = limits(asked, subject_to or [])
    two = _two(asked, pareto) if pareto else None
    if (tornado or sobol) and goal is None:
        raise BadInput(Fault("--tornado and --sobol need --minimise or --maximise KPI", "vary"))
    with bar(asked.title) as progress:
        run = Sweep(asked, replications, engine, Where(workers, cluster), progress)
        if sobol and goal:
            _say_sobol(run, dimensions, goal, sobol, json_to)
            return
        points = _points(asked, dimensions, sample, tornado)
        results = list(zip(points, run(points), strict=True))
    plain = [result for _point, result in results]
    chosen = designs.best(plain, goal, keep) if goal else None
    front = designs.pareto(plain, *two) if two else []
    bars = designs.tornado(results, goal.kpi) if goal and tornado else []
    document: dict[str, Any] = {
        "points": [{"values": v, **r.document()} for v, r in results],
        "best": asdict(chosen) if chosen else None,
        "pareto": front,
        "tornado": [asdict(bar) for bar in bars],
    }
    output.write_json(document, json_to)
    if json_to == "-":
        return
    console = output.console(json_to)
    if goal and bars:
        _print_tornado(console, asked, goal, bars)
    else:
        _print(console, asked, results, [dimension.path for dimension in dimensions], chosen, front)
    if goal and chosen is None:
        console.print(f"No point keeps {' and '.join(map(str, keep))}.")


def _two(asked: Scenario, written: str) -> tuple[Objective, Objective]:
    kpis = [kpi.strip() for kpi in written.split(",")]
    if len(kpis) != 2:
        raise BadInput(Fault("is not KPI,KPI", "pareto", "", repr(written)))
    found = []
    for kpi in kpis:
        more = kpi in asked.measures and asked.measures[kpi].better == "more"
        found.append(objective(asked, None if more else kpi, kpi if more else None))
    return found[0], found[1]


def _points(
    asked: Scenario, dimensions: Sequence[Dimension], sample: int | None, tornado: bool
) -> list[Point]:
    if tornado:
        return designs.tornado_points(asked, dimensions)
    if sample is None:
        return grid(dimensions)
    if sample < 1:
        raise BadInput(Fault("allowed 1 or more", "sample", "", str(sample)))
    return latin_hypercube(dimensions, sample, asked.header.seed)


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


def _say_sobol(
    run: Sweep, dimensions: Sequence[Dimension], goal: Objective, n: int, json_to: str | None
) -> None:
    shares = designs.sobol(run, dimensions, goal.kpi, n)
    output.write_json({"kpi": goal.kpi, "sobol": [asdict(share) for share in shares]}, json_to)
    if json_to == "-":
        return
    rows = [(s.path, *(f"{v:.2f} ({a:.2f} to {b:.2f})" for v, a, b in (s.first, s.total)))
            for s in shares]  # fmt: skip
    title = f"Share of the variance of {goal.kpi}"
    columns = ("", "alone", "with interactions")
    output.console(json_to).print(output.table(title, columns, rows))
