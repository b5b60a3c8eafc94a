"""Two finished runs beside each other: what they share is compared pair by pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from twin import store
from twin.errors import BadInput, Fault
from twin.experiment.comparisons import changes
from twin.scenario import Scenario, parse
from twin.statistics import difference
from twin.store import StoredRun


def compare_stored(base: str, candidate: str) -> dict[str, Any]:
    """Return the comparison of two stored runs, as the document that ``twin compare`` gives.

    Replication *i* of both had the same luck when their seeds are equal, so the first replications
    that both have are compared pair by pair.

    Raises
    ------
    BadInput
        When there is no such run, their seeds differ, or they share no KPI.
    """
    first, second = store.get_run(base), store.get_run(candidate)
    one, other = first.document(), second.document()
    if one["seed"] != other["seed"]:
        message = f"has seed {other['seed']}, the other {one['seed']}: only equal seeds share luck"
        raise BadInput(Fault(message, candidate))
    shared = [path for path in one["kpis"] if path in other["kpis"]]
    if not shared:
        raise BadInput(Fault("shares no KPI with the other run", candidate))
    n = min(one["replications"], other["replications"])
    values = [run.table("replications").head(n) for run in (first, second)]
    scenarios = [_scenario(run, document) for run, document in ((first, one), (second, other))]
    kpis, chance = {}, one.get("left_to_chance", True) or other.get("left_to_chance", True)
    for path in shared:
        told = one["kpis"][path]
        base_values, values_ = (frame[path].tolist() for frame in values)
        kpis[path] = {
            **asdict(difference(base_values, values_, told["better"], chance=chance)),
            "unit": told["unit"],
            "better": told["better"],
            "headline": _headline(scenarios[0], path),
        }
    return {
        "base": _brief(one), "candidate": _brief(other), "difference": {"kpis": kpis},
        "changed": _changed(*scenarios), "rare": [], "replications": n,
    }  # fmt: skip


def _brief(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in {"document", "facts"}}


def _scenario(run: StoredRun, document: Mapping[str, Any]) -> Scenario | None:
    """The scenario of a stored run; None when it reads no more, as after a change of its kind."""
    try:
        return parse(document["document"], run.file)
    except (BadInput, KeyError):
        return None


def _headline(scenario: Scenario | None, path: str) -> bool:
    measures = scenario.measures if scenario is not None else {}
    return path in measures and measures[path].headline


def _changed(one: Scenario | None, other: Scenario | None) -> dict[str, Any]:
    if one is None or other is None:
        return {}
    return {path: {"from": a, "to": b} for path, (a, b) in changes(one, other).items()}
