"""The little that a list of experiments says of one: no wording, only what a wording needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

Document = Mapping[str, Any]


def gist(kind: str, document: Document, headline: Collection[str]) -> dict[str, Any]:
    """Return the gist of a finished run, comparison, sweep or search.

    Parameters
    ----------
    kind : str
        ``run``, ``compare``, ``sweep`` or ``optimise``.
    document : mapping
        Its result; the gist of a run or a comparison is that document with fewer KPIs.
    headline : collection of str
        The KPIs that are named first.
    """
    if kind == "sweep":
        return _sweep(document)
    return _search(document) if kind == "optimise" else _run(document, headline)


def _run(document: Document, headline: Collection[str]) -> dict[str, Any]:
    if "difference" not in document:
        return {**_brief(document, headline), "replications": document["replications"]}
    kpis = document["difference"]["kpis"]
    return {
        "base": _brief(document["base"], headline),
        "candidate": _brief(document["candidate"], headline),
        "difference": {"kpis": {path: kpis[path] for path in kpis if path in headline}},
        "changed": document["changed"],
        "replications": document["replications"],
    }


def _brief(document: Document, headline: Collection[str]) -> dict[str, Any]:
    kpis = {path: kpi for path, kpi in document["kpis"].items() if path in headline}
    return {"kpis": kpis, "run_id": document["run_id"]}


def _sweep(document: Document) -> dict[str, Any]:
    told = {
        "design": document["design"],
        "varied": [one["path"] for one in document["dimensions"]],
        "replications": document["replications"],
        "objective": document["objective"],
        "points": len(document.get("points", ())),
        "front": len(document.get("pareto", ())),
        "pareto_of": document.get("pareto_of", []),
        "no_difference": document.get("no_difference", []),
    }
    if told["pareto_of"]:
        told["front"], told["results"] = _distinct(document)
    chosen = document.get("best")
    if chosen:
        kpi = document["objective"]["kpi"]
        point = document["points"][chosen["number"]]
        told["best"] = {
            "values": point["values"],
            "present": _is_present(document, point["values"]),
            "kpi": {**point["kpis"][kpi], "unit": document["measures"][kpi]["unit"]},
            "gain": point.get("difference", {}).get(kpi),
            "p_correct": chosen["p_correct"],
            "as_good": len(chosen["as_good"]),
        }
    bars = [bar for bar in document.get("tornado", ()) if bar["change"]["value"] is not None]
    if bars:
        sure = [bar for bar in bars if bar["change"]["verdict"] != "cannot tell"]
        told["top"] = max(sure or bars, key=lambda bar: abs(bar["change"]["value"]))
    known = [share for share in document.get("sobol", ()) if share["total"][0] is not None]
    if known:
        told["top"] = max(known, key=lambda share: share["total"][0])
    if document.get("morris"):
        told["top"] = document["morris"][0]
    return told


def _distinct(document: Document) -> tuple[int, int]:
    """Different results on the front, and of all points: points may share one result."""
    one, other = (
        [tuple(point["kpis"][kpi][key] for key in ("value", "low", "high"))
         for point in document["points"]]
        for kpi in document["pareto_of"]
    )  # fmt: skip
    results = list(zip(one, other, strict=True))
    return len({results[number] for number in document["pareto"]}), len(set(results))


def _is_present(document: Document, values: Document) -> bool:
    """Whether a point has the values that stand in the scenario."""
    now = {one["path"]: one.get("now") for one in document["dimensions"]}
    return all(now.get(path) == value for path, value in values.items())


def _search(document: Document) -> dict[str, Any]:
    held = [one["held"] for one in document["subject_to"]]
    return {
        "varied": [one["path"] for one in document["dimensions"]],
        "objective": document["objective"],
        "points": len(document["trials"]),
        "replications": document["replications"]["confirm"],
        "best": {"values": document["best"]["values"]},
        "gain": document["gain"],
        "confirmed": document["confirmed"],
        "limits_met": all(one == "met" for one in held),
    }
