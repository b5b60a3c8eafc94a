"""What the first card of a result says: the finding, what it rests on, or why there is none."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from twin import jobs
from twin.ui import experiment_words as words
from twin.ui.components import watch
from twin.ui.components.frame import icon, mark
from twin.ui.experiment_told import Found, limit_text
from twin.ui.i18n import t
from twin.ui.pages import _experiments_points as points
from twin.ui.pages._experiments_ids import Ids

WITHOUT_POINTS = ("sobol", "morris")
"""Designs that keep what they found and not its points."""


def trouble(phase: Any) -> list[Component]:
    """Return what stands where the finding should: running, or why there is none and what to do."""
    state = (phase or {}).get("state", "none")
    if state in {"queued", "running", "none"}:
        return [html.H2(t("experiments.running"), className="quiet verdict-words")]
    if state == "done":
        return [html.H2(mark("amber", t("experiments.older"))),
                html.P(t("experiments.older_why"), className="quiet")]  # fmt: skip
    level: Any = "amber" if state == "cancelled" else "red"
    why = _stopped(jobs.get(phase["job"])) if state == "cancelled" else watch.reason(phase)
    button = dmc.Button(t("experiments.go_on"), id=Ids.AGAIN, n_clicks=0, leftSection=icon("play"))
    return [html.H2(mark(level, t(f"what_if.{state}")), className="verdict-words"),
            html.P(why, className="quiet experiments-why"),
            html.Div(button, className="notice-action")]  # fmt: skip


def _stopped(job: jobs.Job) -> str:
    """How far a cancelled experiment came, and that it is not lost."""
    if not job.done:
        return t("experiments.cancelled_early")
    return t("experiments.cancelled_why", n=job.done, of=job.total)


def said(it: Found, name: str) -> list[Component]:
    """Return the finding, what it rests on, and the way on from the best point."""
    lines = [text for text in (_no_difference(it), _rests_on(it), _kept(it)) if text]
    best = it.marks.best if it.kind == "sweep" else -1
    way = points.way_on(it, best, name) if best is not None and it.design != "sobol" else None
    if it.kind == "optimise" and not it.document["confirmed"]:
        way = None
    inert = it.document.get("no_difference", ())
    if it.design == "tornado" or set(inert) == set(it.paths):
        way = None
    return [html.H2(it.headline(), className="verdict-words"),
            *[html.P(text, className="quiet") for text in lines],
            *([html.P(way)] if way is not None else [])]  # fmt: skip


def _no_difference(it: Found) -> str:
    """The parameters without effect, when others had one: else the headline says so."""
    inert = it.document.get("no_difference", ())
    if not inert or len(inert) == len(it.paths):
        return ""
    return words.no_difference(inert, it.goal) + t("experiments.stop")


def _rests_on(it: Found) -> str:
    document = it.document
    if it.design == "optimise":
        counted = document["replications"]
        return t("experiments.rests_search", n=len(document["trials"]), runs=counted["search"],
                 finalists=len(document["finalists"]), pairs=counted["confirm"])  # fmt: skip
    if it.design in WITHOUT_POINTS:
        return t("experiments.rests_sobol", n=document["replications"])
    n = len(it.points) - (it.design == "tornado")
    said = t("experiments.rests_points", n=n, runs=document["replications"])
    best = document.get("best")
    if best and it.design != "tornado" and len(it.points) > 1:
        said += " " + words.equals(len(best["as_good"]))
    if it.goal and document["replications"] < 6:
        said += " " + t("experiments.too_few")
    return said


def _kept(it: Found) -> str:
    if not it.limits():
        return ""
    listed = t("experiments.comma").join(limit_text(*one, it.measures) for one in it.limits())
    return t("experiments.limits_were", limits=listed)
