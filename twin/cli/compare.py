"""``twin compare``: baseline beside candidate, on the same luck."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from twin import experiment, history, jobs
from twin.cli import output
from twin.cli.options import (
    Cluster,
    EngineName,
    MaxRuns,
    PrecisionAsked,
    Replications,
    ScenarioFile,
    Settings,
    WarmUpAsked,
    Workers,
    read_scenario,
)
from twin.cli.progress import bar
from twin.errors import BadInput, Fault
from twin.experiment import stopping
from twin.experiment.comparisons import changes
from twin.experiment.laboratory import Laboratory
from twin.experiment.places import Where
from twin.experiment.runs import count
from twin.experiment.settling import warmed
from twin.experiment.stored import compare_stored
from twin.experiment.work import variant
from twin.scenario import Scenario, load
from twin.setting import read_setting
from twin.statistics import FEWEST, LEVEL, Difference

DEVICES_S = 3.0
"""How long the devices may take to say what they hold [s]."""
COLUMNS = ("KPI", "base", "candidate", "difference", "95 % interval", "unit", "verdict")
MOST_CHANGES = 20
"""Changes that are listed; the JSON has them all."""


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("compare")(compare)


def compare(
    base: ScenarioFile,
    candidate: Annotated[
        Path | None, typer.Argument(metavar="[CANDIDATE]", help="Another scenario file.")
    ] = None,
    settings: Settings = None,
    from_devices: Annotated[
        bool,
        typer.Option("--from-devices", help="Start from what the running devices hold now."),
    ] = False,
    stored: Annotated[
        bool, typer.Option("--stored", help="BASE and CANDIDATE are ids of finished runs.")
    ] = False,
    replications: Replications = None,
    engine: EngineName = "auto",
    workers: Workers = 1,
    cluster: Cluster = "",
    precision: PrecisionAsked = None,
    max_runs: MaxRuns = stopping.MOST,
    warmup: WarmUpAsked = "",
    json_to: output.JsonTo = None,
) -> None:
    """Compare BASE with CANDIDATE, or with BASE changed by --set: every KPI, pair by pair."""
    if stored:
        _of_stored(str(base), str(candidate or ""), json_to)
        return
    if candidate is None and not settings:
        raise BadInput("nothing to compare: give a CANDIDATE file or --set PATH=VALUE")
    first = load(base)
    second = read_scenario(candidate or base, settings)
    if from_devices:
        first, second = _from_devices(first, second, settings)
    (first, second), cut = warmed([first, second], warmup, engine)
    reached: tuple[stopping.Reached, ...] = ()
    began = time.perf_counter()
    with bar("comparing") as progress:
        if precision:
            alike = second.with_values({"seed": first.header.seed})
            replications, reached = stopping.replicate_until(
                Laboratory(first, engine, Where(workers, cluster)),
                [variant(one, engine, sense=True) for one in (first, alike)],
                stopping.wishes(first, precision),
                least=count(first, replications),
                most=max_runs,
                on_runs=progress,
            )
        found = experiment.compare(
            first,
            second,
            replications=replications,
            engine=engine,
            workers=workers,
            cluster=cluster,
            on_progress=progress,
        )
    history.record(
        "compare", _question(base, first, second, found.base.replications), found.document(),
        seconds=time.perf_counter() - began, runs=found.base.computed + found.candidate.computed,
        by="twin compare",
    )  # fmt: skip
    document = {**found.document(), "precision": stopping.document(reached)}
    document["warmup"] = cut.document() if cut else None
    output.write_json(document, json_to)
    if json_to != "-":
        console = output.console(json_to)
        _print(console, found)
        if cut:
            console.print(str(cut))
        for one in reached:
            console.print(str(one))
    if not all(one.met for one in reached):
        raise typer.Exit(1)


def _question(file: Path, base: Scenario, candidate: Scenario, n: int) -> dict[str, Any]:
    """Return what was asked, as the queue would have been asked it, for the history."""
    asked: dict[str, Any] = {
        "scenario": str(file), "replications": n, "sense": True,
        "base_values": _beside(load(file), base), "values": _beside(base, candidate),
    }  # fmt: skip
    try:
        same = jobs.variant(asked).key == candidate.key
    except BadInput:
        same = False
    if not same:  # another plant: no values make it of this one
        asked |= {"values": {}, "candidate": candidate.file}
    return asked


def _beside(one: Scenario, other: Scenario) -> dict[str, Any]:
    """Return the values by which a scenario differs from another, where both have the parameter."""
    return {path: b for path, (a, b) in changes(one, other).items()
            if a is not None and b is not None}  # fmt: skip


def _of_stored(base: str, candidate: str, json_to: str | None) -> None:
    """Compare two finished runs by their ids, pair by pair."""
    document = compare_stored(base, candidate)
    output.write_json(document, json_to)
    if json_to == "-":
        return
    rows = []
    for path, told in document["difference"]["kpis"].items():
        d = Difference(*(told[field.name] for field in dataclasses.fields(Difference)))
        first, second = (document[side]["kpis"][path]["value"] for side in ("base", "candidate"))
        rows.append((path, output.number(first), output.number(second), output.signed(d.value),
                     output.interval(d), told["unit"], _words(d)))  # fmt: skip
    title = _pairs(document["replications"]) + " on the same luck"
    output.console(json_to).print(output.table(title, COLUMNS, rows))


def _from_devices(
    base: Scenario, candidate: Scenario, settings: list[str] | None
) -> tuple[Scenario, Scenario]:
    """Lay what the devices hold beneath both variants, but not over what the candidate changes."""
    from twin.devices.desk import Desk
    from twin.devices.link import Unreachable
    from twin.devices.present import differing, is_of

    desk = Desk()
    site, model = base.header.site, base.model_key
    if not is_of(desk.plant, title=base.title, site=site, model=model):
        message = f"the devices that run here are those of {desk.plant.title!r}"
        raise BadInput(Fault(message, file=base.file))
    try:
        listener = desk.live()
        listener.start()
    except Unreachable as error:
        raise BadInput(str(error)) from None
    listener.wait_for({spec.name for spec in desk.plant.devices}, DEVICES_S)
    held = {one.path: one.value for one in differing(desk.plant, listener.rows(), base.value)}
    listener.stop()
    asked = {read_setting(written)[0] for written in settings or ()}
    same = [path for path in held if base.value(path) == candidate.value(path)]
    beneath = {path: held[path] for path in same if path not in asked}
    return base.with_values(held), candidate.with_values(beneath)


def _print(console: Console, found: experiment.Comparison) -> None:
    _print_changes(console, found)
    rows = []
    for path, d in found.differences.items():
        rows.append(
            (
                path,
                output.number(found.base.kpis[path].value),
                output.number(found.candidate.kpis[path].value),
                output.signed(d.value),
                output.interval(d),
                found.base.scenario.measures[path].unit,
                _words(d),
            )
        )
    for line in _cautions(found):
        console.print(line)
    title = _pairs(found.base.replications) + " on the same luck"
    console.print(output.table(title, COLUMNS, rows))


def _print_changes(console: Console, found: experiment.Comparison) -> None:
    """What differs, and in a line each what only one of the two has."""
    first, second = _declared(found.base), _declared(found.candidate)
    both = {path: pair for path, pair in found.changed.items() if path in first & second}
    for path, (before, after) in list(both.items())[:MOST_CHANGES]:
        unit = found.base.scenario.declaration(path).unit
        console.print(f"{path}: {before} → {after} {'' if unit == '1' else unit}".rstrip())
    if len(both) > MOST_CHANGES:
        console.print(f"and {len(both) - MOST_CHANGES} parameters more, see --json")
    for name, mine, other in (("base", first, second), ("candidate", second, first)):
        things = sorted({path.split(".")[0] for path in mine - other})
        if things:
            console.print(
                f"only in the {name}: {len(mine - other)} parameters of {', '.join(things)}"
            )


def _declared(result: experiment.Result) -> set[str]:
    return {path for path, _declared, _value in result.scenario.declarations()}


def _cautions(found: experiment.Comparison) -> list[str]:
    """What the runs are too few to show."""
    n = found.base.replications
    lines = []
    if n < FEWEST:
        lines.append(
            f"{_pairs(n)} cannot show a difference at {LEVEL:.0%}, however alike they look; "
            f"use {FEWEST} or more, and 20 where something rare matters."
        )
    lines += [
        f"{rare.kpi} happened in {rare.base} and {rare.candidate} of {n} runs: what it weighs on "
        f"is less certain than its interval; about {rare.more_runs} more runs would do."
        for rare in found.rare
    ]
    return lines


def _words(d: Difference) -> str:
    if d.value == 0 and d.low == d.high:
        return "the same in " + output.counted(d.n, "run", "runs")
    if d.verdict == "cannot tell" and d.more_runs:
        return f"cannot tell yet (about {d.more_runs} more runs)"
    return d.verdict


def _pairs(n: int) -> str:
    return output.counted(n, "pair of runs", "pairs of runs")
