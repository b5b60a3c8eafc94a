"""What limits a line, in words: from the states of its runs, or from a trial that was asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twin import jobs, store
from twin.bottleneck import Limit
from twin.errors import BadInput
from twin.experiment.limits import answer, by_states, idle
from twin.experiment.sensitivity import FASTER
from twin.plant.line import Settings
from twin.scenario import Scenario, parse
from twin.statistics import FEWEST
from twin.ui import runs
from twin.ui.baseline import Start
from twin.ui.i18n import t
from twin.ui.line_run import bottleneck_shares, history
from twin.ui.wording import number, signed, trimmed, unit

# -- what limits --------------------------------------------------------------------------------


def limit_of_run(name: str, line: Settings, run_id: str) -> Limit:
    """Return what limits the line ``name`` by the states of a finished run."""
    stood = idle(name, line, lambda path: runs.replications(run_id, path))
    return by_states(line, stood, bottleneck_shares(history(run_id, name, line)))


def limit_of_stored(name: str, run_id: str) -> Limit:
    """Return what limits a line by a stored run, whose scenario it holds itself."""
    stored = store.get_run(run_id)
    try:
        scenario = parse(stored.document()["document"], stored.file)
    except (BadInput, KeyError):  # written by an earlier version of the twin
        return Limit("none")
    settings = scenario.entries[name].settings
    assert isinstance(settings, Settings)
    return limit_of_run(name, settings, run_id)


def limit_of_trial(tried: Mapping[str, Any] | None) -> Limit | None:
    """Return what a finished trial says; None without one."""
    if tried is None:
        return None
    told = tried["by_trial"]
    return Limit(told["kind"], tuple(told["stations"]), told["release"])


# -- asking -------------------------------------------------------------------------------------


def question(start: Start, line: str) -> dict[str, Any]:
    """Return the question "what would each station a little faster give", as the page asks it."""
    asked: dict[str, Any] = {
        "scenario": start.file.file, "values": {}, "line": line, "faster": FASTER,
        "replications": max(FEWEST, start.scenario.header.replications),
    }  # fmt: skip
    return {**asked, "base_values": dict(start.values)} if start.values else asked


def asked_before(start: Start, line: str) -> str:
    """Return the id of the job of a trial that was asked before; empty without one."""
    found = jobs.find("bottleneck", question(start, line))
    return found.id if found is not None else ""


def result(job_id: str) -> Mapping[str, Any] | None:
    """Return what a finished trial gave; None while there is none."""
    if not job_id:
        return None
    job = jobs.get(job_id)
    return job.result if job.state == "done" else None


# -- words --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """The answer as a page says it: the sentence, what is behind it, which stations it names."""

    head: str
    lines: tuple[str, ...]
    limit: Limit


def head(limit: Limit) -> str:
    """Return the answer as one sentence."""
    if limit.kind == "release":
        return t(f"line.limit_{limit.release}")
    if limit.kind == "none":
        return t("line.bottleneck_none")
    if limit.kind == "station":
        return t("line.bottleneck_is", station=limit.stations[0])
    *some, last = limit.stations
    return t("line.bottleneck_shifts", one=t("what_if.comma").join(some), other=last)


def phrase(limit: Limit) -> str:
    """Return the answer within another sentence: ``saw`` or ``the orders``."""
    if limit.kind == "release":
        return t(f"line.it_is_{limit.release}")
    return " / ".join(limit.stations)


def why(limit: Limit) -> list[str]:
    """Return what it means that no station is the bottleneck."""
    if limit.kind == "none":
        return [t("line.bottleneck_none_why")]
    return [t(f"line.limit_{limit.release}_why")] if limit.kind == "release" else []


def said(seen: Limit, votes: Counter[str], tried: Mapping[str, Any] | None) -> Said:
    """Return the one answer with what is behind it."""
    trial = limit_of_trial(tried)
    limit = answer(trial, seen)
    lines = list(why(limit))
    if trial is None or trial.kind == "none":
        lines += votes_words(votes, limit)
    if tried is not None and trial is not None:
        n, faster = tried["replications"], trimmed(round(100 * tried["faster"], 6))
        lines.append(t("line.tried" if trial.kind != "none" else "line.tried_none", n=n,
                       faster=faster))  # fmt: skip
        if trial.kind != "none" and seen != trial and seen.kind != "none":
            lines.append(t("line.tried_states", said=phrase(seen)))
        lines += _sooner(tried, limit)
    return Said(head(limit), tuple(lines), limit)


def votes_words(votes: Counter[str], limit: Limit) -> list[str]:
    """In how many runs the states name the same station."""
    if limit.kind not in {"station", "stations"}:
        return []
    total = sum(votes.values())
    named = [(key, votes[key]) for key in limit.stations if votes[key]]
    return [t("line.bottleneck_runs", n=n, of=total, station=key) for key, n in named]


def _sooner(tried: Mapping[str, Any], limit: Limit) -> list[str]:
    """Where a faster line makes no more parts, it may still make them sooner."""
    found = [(one["lead_time"]["value"], one["station"]) for one in tried["stations"]
             if one["lead_time"] and one["lead_time"]["verdict"] == "better"]  # fmt: skip
    if limit.kind != "release" or not found:
        return []
    value, station = min(found)
    return [t("line.sooner", station=station, value=signed(value, 1), unit=unit("min"))]


def gains(tried: Mapping[str, Any]) -> list[tuple[str, float, str]]:
    """Return name, gain and its interval in words [% for each % faster] of all that was tried."""
    rows = [(one["station"], one) for one in tried["stations"]]
    rows.append((t("line.tried_together"), tried["together"]))
    if tried["release"]:
        ((path, value),) = tried["release"]["changed"].items()
        rows.append((f"{path.rpartition('.')[2]} = {trimmed(value)}", tried["release"]))
    return [(name, one["elasticity"], _gain(one)) for name, one in rows]


def _gain(one: Mapping[str, Any]) -> str:
    if one["gain"] is None:
        return t("line.tried_refused")
    if one["low"] is None:
        return number(one["elasticity"], 2)
    return t("line.tried_gain", gain=number(one["elasticity"], 2), low=number(one["low"], 2),
             high=number(one["high"], 2))  # fmt: skip


def moved(scenario: Scenario, base_run: str, candidate_run: str) -> list[str]:
    """Say of each line whether a change moves what limits it, by the states of both runs."""
    found = []
    for name, entry in scenario.of("plant").items():
        if entry.kind != "line":
            continue
        before, after = (limit_of_stored(name, run) for run in (base_run, candidate_run))
        if "none" not in {before.kind, after.kind}:
            found.append(_moved(before, after))
    return found


def _moved(before: Limit, after: Limit) -> str:
    if before == after:
        return t("what_if.bottleneck_stays", station=phrase(before))
    return t("what_if.bottleneck_moves", before=phrase(before), after=phrase(after))
