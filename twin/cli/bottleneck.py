"""``twin bottleneck``: what limits a line, by its states and by what it would give."""

from __future__ import annotations

import math
from typing import Annotated

import typer
from rich.console import Console

from twin.bottleneck import Limit
from twin.calibration.line import the_line
from twin.cli import output
from twin.cli.options import (
    Cluster,
    EngineName,
    Replications,
    ScenarioFile,
    Settings,
    WarmUpAsked,
    Workers,
    read_scenario,
)
from twin.cli.progress import bar
from twin.experiment.bottleneck_study import Studied, study
from twin.experiment.places import Where
from twin.experiment.sensitivity import FASTER, Sensitivity
from twin.experiment.settling import warmed

RELEASES = {
    "arrivals": "the arrivals: the line takes all that come, and waits for parts",
    "schedule": "the orders: the line makes all that are released, and waits for the next ones",
    "conwip": "the WIP limit: stations stand because no more parts may be in the line",
}
"""What lets parts in, as what limits."""


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("bottleneck")(bottleneck_verb)


def bottleneck_verb(
    scenario: ScenarioFile,
    settings: Settings = None,
    faster: Annotated[
        float, typer.Option(metavar="%", help="How much faster each station is tried [%].")
    ] = 100 * FASTER,
    asset: Annotated[str, typer.Option(help="The line, where the scenario has several.")] = "",
    replications: Replications = None,
    engine: EngineName = "auto",
    workers: Workers = 1,
    cluster: Cluster = "",
    warmup: WarmUpAsked = "",
    json_to: output.JsonTo = None,
) -> None:
    """Find what limits SCENARIO's line: active periods, and each station a little faster."""
    (asked,), cut = warmed([read_scenario(scenario, settings)], warmup, engine)
    line = the_line(asked, asset)
    with bar(asked.title) as progress:
        found = study(
            asked, line, replications, faster / 100, engine, Where(workers, cluster), progress
        )
    output.write_json({**found.document(), "warmup": cut.document() if cut else None}, json_to)
    if json_to != "-":
        console = output.console(json_to)
        _print(console, found)
        _say(console, found)
        if cut:
            console.print(str(cut))


def _print(console: Console, found: Studied) -> None:
    unit = found.scenario.measures[f"{found.line}.throughput"].unit
    rows = [_row(one.station, one, found) for one in found.tried.stations]
    rows.append(_row("all together", found.tried.together, found))
    if found.tried.release:
        rows.append(_row(_release(found.tried.release), found.tried.release, found))
    title = (
        f"Each station {100 * found.faster:g} % faster, {found.replications} pairs of runs on the "
        "same luck"
    )
    columns = ("", f"throughput [{unit}]", "95 % interval", "% for each %", "verdict",
               "sole bottleneck %", "shifting %")  # fmt: skip
    console.print(output.table(title, columns, rows))


def _row(name: str, one: Sensitivity, found: Studied) -> tuple[str, ...]:
    share = found.shares.get(one.station)
    active = (output.number(100 * share.sole), output.number(100 * share.shifting)) if share \
        else ("", "")  # fmt: skip
    if one.gain is None:
        return (name, "", one.refused, "", "", *active)
    elasticity = output.number(one.elasticity) if math.isfinite(one.elasticity) else ""
    verdict = one.gain.verdict
    return (name, output.signed(one.gain.value), output.interval(one.gain), elasticity, verdict,
            *active)  # fmt: skip


def _release(one: Sensitivity) -> str:
    """What lets parts in, as it was tried: ``interarrival_time = 57``."""
    ((path, value),) = one.changed.items()
    return f"{path.rpartition('.')[2]} = {value:g}"


def _say(console: Console, found: Studied) -> None:
    console.print(f"Bottleneck: {sentence(found.limit)}")
    if found.by_trial.kind == "none":
        console.print("By trial nothing is sure; this is what the states of the runs say. "
                      "More replications would tell.")  # fmt: skip
    elif found.by_states != found.by_trial:
        console.print(f"The states of the runs alone would say: {sentence(found.by_states)}. "
                      "What was tried counts for more.")  # fmt: skip
    if found.limit.kind == "release":
        _say_lead_time(console, found)


def _say_lead_time(console: Console, found: Studied) -> None:
    """Where a faster line makes no more, it may still make it sooner."""
    sooner = [one for one in found.tried.stations
              if one.lead_time is not None and one.lead_time.verdict == "better"]  # fmt: skip
    if sooner:
        best = min(sooner, key=lambda one: one.lead_time.value or 0.0)  # type: ignore[union-attr]
        assert best.lead_time is not None
        unit = found.scenario.measures[f"{found.line}.lead_time"].unit
        console.print(f"A faster line makes no more, but sooner: most with {best.station}, lead "
                      f"time {output.signed(best.lead_time.value)} {unit} "
                      f"({output.interval(best.lead_time)}).")  # fmt: skip


def sentence(limit: Limit) -> str:
    """Return an answer in words.

    >>> sentence(Limit("station", ("saw",))), sentence(Limit("stations", ("saw", "mill")))
    ('saw', 'it moves among saw, mill')
    """
    if limit.kind == "release":
        return f"no station, but {RELEASES[limit.release]}"
    if limit.kind == "none":
        return "none: no station was active"
    return ("it moves among " if len(limit.stations) > 1 else "") + ", ".join(limit.stations)
