"""Finished runs as the pages read them. A run never changes, so what was read once is kept."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from twin import jobs, store
from twin.family import load as load_kind
from twin.records import Channel
from twin.scenario import Scenario
from twin.units import from_si

Array = npt.NDArray[np.floating[Any]]
KEPT = 64
MACHINE_STATES = frozenset({"cutting", "working", "waiting", "starved", "blocked", "down"})


@functools.lru_cache(maxsize=KEPT)
def table(run_id: str, name: str) -> pd.DataFrame:
    """Return one table of a finished run."""
    return store.get_run(run_id).table(name)


@functools.lru_cache(maxsize=KEPT)
def end(run_id: str) -> float:
    """Return the simulated time at which a run ended [s]."""
    return float(store.get_run(run_id).document()["facts"]["end"])


def baseline(
    scenario: Scenario,
    replications: int | None = None,
    held: Mapping[str, Any] | None = None,
    *,
    sense: bool | None = None,
) -> dict[str, Any]:
    """Return the question "what does this scenario give", as every page asks it.

    All pages ask it in the same words, so it is computed once. ``held`` is laid over the scenario
    file (:mod:`twin.ui.baseline`). Sensors run where there are any, unless ``sense`` says.
    """
    asked = {
        "scenario": scenario.file,
        "values": {},
        "replications": replications or scenario.header.replications,
        "sense": bool(scenario.of("sensor")) if sense is None else sense,
    }
    return {**asked, "base_values": dict(held)} if held else asked


def baseline_job(scenario: Scenario, held: Mapping[str, Any] | None = None) -> jobs.Job:
    """Return the job that runs a baseline as it is; one that ran before is there at once."""
    return jobs.submit("run", baseline(scenario, held=held))


def needs_sensors(scenario: Scenario, paths: Iterable[str]) -> bool:
    """Return whether any of these parameters or KPIs belongs to a sensor or a node."""
    aside = {*scenario.of("sensor"), *scenario.of("node")}
    return any(path.split(".")[0] in aside for path in paths)


@functools.lru_cache(maxsize=KEPT)
def channels(run_id: str) -> list[tuple[str, str]]:
    """Return (source, channel) of everything that was sampled in a run."""
    return store.get_run(run_id).sampled()


@functools.lru_cache(maxsize=KEPT)
def _sampled(run_id: str, source: str, name: str) -> tuple[Array, Array]:
    return store.get_run(run_id).series(source, name)


def channel(scenario: Scenario, source: str, name: str) -> Channel:
    """Return the declaration of a channel; one that is not declared has no unit."""
    entry = scenario.entries.get(source.split(".", maxsplit=1)[0])
    declared: Sequence[Channel] = ()
    if entry is not None and entry.section == "plant":
        model = load_kind("twin.plant", entry.kind).Model
        declared = (*model.channels, *model.recorded)
    found = next((one for one in declared if one.name == name), None)
    return found or Channel(name, "1", "")


def series(run_id: str, source: str, name: str, unit: str) -> tuple[Array, Array]:
    """Return times [s] and values (in ``unit``) of a sampled channel, held to the end."""
    times, values = _sampled(run_id, source, name)
    time = np.append(times, end(run_id))
    held = np.append(values, values[-1:] if len(values) else np.nan)
    shown = held if unit == "1" else np.asarray(from_si(held, unit), float)
    return time, shown


def spans(run_id: str) -> dict[str, list[tuple[float, float, str]]]:
    """Return what each thing did in a run: source → (start, end, state)."""
    stop = end(run_id)
    found: dict[str, list[tuple[float, float, str]]] = {}
    for source, rows in table(run_id, "states").groupby("source", sort=False):
        starts = rows["time"].to_numpy(float)
        ends = np.append(starts[1:], stop)
        states = rows["state"].astype(str)
        if not MACHINE_STATES.intersection(states):
            continue  # the state of a tool or an order, not of a machine
        parts = zip(starts.tolist(), ends.tolist(), states, strict=True)
        found[str(source)] = [(a, b, state) for a, b, state in parts if b > a]
    return found


def events(run_id: str, kinds: Sequence[str]) -> list[tuple[float, str, str]]:
    """Return (time, source, event) of some kinds of events."""
    rows = table(run_id, "events")
    mine = rows[rows["name"].isin(list(kinds))]
    return list(mine[["time", "source", "name"]].itertuples(index=False, name=None))


def replications(run_id: str, kpi: str) -> list[float]:
    """Return a KPI of every replication of a run."""
    rows = table(run_id, "replications")
    return [float(value) for value in rows[kpi]] if kpi in rows else []
