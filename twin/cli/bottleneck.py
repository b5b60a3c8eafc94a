"""``twin bottleneck``: which station limits a line, by its states and by what it would give."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console

from twin.bottleneck import Share, bottlenecks
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
from twin.experiment.laboratory import Laboratory
from twin.experiment.places import Where
from twin.experiment.replications import replicate
from twin.experiment.runs import count
from twin.experiment.sensitivity import FASTER, Sensitivity, bottleneck, sensitivities
from twin.experiment.settling import warmed
from twin.scenario import Scenario


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
    """Find the bottleneck of SCENARIO's line: active periods, and each station a little faster."""
    (asked,), cut = warmed([read_scenario(scenario, settings)], warmup, engine)
    line = the_line(asked, asset)
    n = count(asked, replications)
    with bar(asked.title) as progress:
        stations = list(asked.entries[line].settings.stations)  # type: ignore[attr-defined]
        done = iter(range(1, n * (len(stations) + 1) + 1))
        laboratory = Laboratory(
            asked, engine, Where(workers, cluster),
            on_row=lambda _number: progress(next(done, 0), n * (len(stations) + 1)),
        )  # fmt: skip
        found = sensitivities(laboratory, line, n, faster / 100)
        _values, facts = replicate(asked, 1, engine=engine, sense=False)
    sources = _sources(asked, line)
    shares: dict[str, Share] = {}
    for share in bottlenecks(facts, sources):  # the worst first, also of a station's machines
        shares.setdefault(sources[share.source], share)
    by_states = max(shares, key=lambda key: (shares[key].total, shares[key].mean_active))
    document: dict[str, Any] = {
        "scenario": asked.title, "file": asked.file, "line": line, "replications": n,
        "faster": faster / 100, "kpi": f"{line}.throughput",
        "bottleneck": {"sensitivity": bottleneck(found) or None, "active_period": by_states},
        "stations": [_document(one, shares.get(one.station)) for one in found],
        "warmup": cut.document() if cut else None,
    }  # fmt: skip
    output.write_json(document, json_to)
    if json_to != "-":
        console = output.console(json_to)
        _print(console, asked, line, found, shares, faster, n)
        _say(console, bottleneck(found), by_states)
        if cut:
            console.print(str(cut))


def _sources(scenario: Scenario, line: str) -> dict[str, str]:
    """Whose states tell a station's: source → station; each machine of several has its own."""
    stations = scenario.entries[line].settings.stations  # type: ignore[attr-defined]
    found = {}
    for key, station in stations.items():
        here = f"{line}.stations.{key}"
        if station.servers == 1:
            found[here] = key
        else:
            found |= {f"{here}.{index + 1}": key for index in range(station.servers)}
    return found


def _document(one: Sensitivity, share: Share | None) -> dict[str, Any]:
    told = asdict(one)
    told["active_period"] = (
        {"sole": share.sole, "shifting": share.shifting, "mean_active_s": share.mean_active}
        if share
        else None
    )
    return told


def _print(
    console: Console,
    asked: Scenario,
    line: str,
    found: list[Sensitivity],
    shares: dict[str, Share],
    faster: float,
    n: int,
) -> None:
    unit = asked.measures[f"{line}.throughput"].unit
    rows = []
    for one in found:
        share = shares.get(one.station)
        active = (output.number(100 * share.sole), output.number(100 * share.shifting)) if share \
            else ("", "")  # fmt: skip
        if one.gain is None:
            rows.append((one.station, "", one.refused, "", "", *active))
            continue
        rows.append(
            (one.station, output.signed(one.gain.value), output.interval(one.gain),
             output.number(one.elasticity) if math.isfinite(one.elasticity) else "",
             one.gain.verdict, *active)
        )  # fmt: skip
    title = f"Each station {faster:g} % faster, {n} pairs of runs on the same luck"
    columns = ("", f"throughput [{unit}]", "95 % interval", "% for each %", "verdict",
               "sole bottleneck %", "shifting %")  # fmt: skip
    console.print(output.table(title, columns, rows))


def _say(console: Console, by_gain: str, by_states: str) -> None:
    if by_gain:
        console.print(f"Bottleneck by sensitivity: {by_gain}")
    else:
        console.print("Bottleneck by sensitivity: no station's gain is sure; more replications")
    console.print(f"Bottleneck by active periods (first run): {by_states}")
