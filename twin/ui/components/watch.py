"""Watching a job: progress, cancel, and a phase that the page's callbacks wait for.

A page puts ``watch.strip(name, job_id)`` where progress belongs, submits jobs into
``watch.job(name)`` (a store that holds the job's id), and draws on ``watch.phase(name)``, which is
``{"job": id, "state": "done", "error": ""}`` and changes only when the state does. The
header says as of when its result is.

An end is seen at once: the server holds a look at an open job until the job is over, a moment at
most, and the browser sends the next as soon as the last is answered.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, MATCH, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from twin import jobs
from twin.errors import BadInput
from twin.ui.browser import in_browser
from twin.ui.components.frame import aria, icon
from twin.ui.i18n import known, t
from twin.ui.wording import day_or_hour

HELD = {"job": 0.1, "cancel": 0.1, "tick": 0.25}
"""How long a look at a job waits for its end, by what asked for it [s]; then it tells how far."""
EVERY = 2000
"""A look is sent anew after so long, should an answer be lost [ms]."""

Look = tuple[dict[str, str], float, str, bool]
"""Phase of a job, per cent done, words, and whether it is over."""


def _id(name: Any, piece: str) -> dict[str, Any]:
    return {"watch": name, "piece": piece}


def job(name: str) -> dict[str, str]:
    """Return the id of the store that holds the id of the job."""
    return _id(name, "job")


def phase(name: Any) -> dict[str, str]:
    """Return the id of the store that holds the state of the job."""
    return _id(name, "phase")


def cancel_button(name: str) -> dict[str, str]:
    """Return the id of the cancel button."""
    return _id(name, "cancel")


def strip(name: str, job_id: str = "") -> Component:
    """Return the progress bar of one job, with its cancel button."""
    return html.Div(
        [
            dcc.Store(id=job(name), data=job_id),
            dcc.Store(id=phase(name)),
            dcc.Interval(id=_id(name, "tick"), interval=EVERY, disabled=not job_id),
            dcc.Store(id=_id(name, "beat")),
            html.Span(id=_id(name, "text"), className="watch-text small", role="status"),
            dmc.Progress(id=_id(name, "bar"), value=0, size=6, transitionDuration=200,
                         **aria(label=t("shell.progress"))),
            dmc.Button(t("shell.cancel"), id=cancel_button(name), variant="default", size="xs",
                       leftSection=icon("square"), n_clicks=0),
        ],
        id=_id(name, "strip"),
        className="watch" + (" open" if job_id else ""),
    )  # fmt: skip


def look(job_id: str) -> Look:
    """Return phase, per cent done, words and whether the job is over."""
    if not job_id:
        return {"job": "", "state": "none", "error": ""}, 0.0, "", True
    try:
        now = jobs.get(job_id)
    except BadInput as error:
        lost = {"job": job_id, "state": "lost", "error": str(error)}
        return lost, 0.0, t("shell.job_lost"), True
    share = 100.0 * now.done / now.total if now.total else 0.0
    here = {"job": job_id, "state": now.state, "error": now.error}
    if now.state == "done":
        here["as_of"] = t("shell.as_of", at=day_or_hour(now.updated))
    return here, share, words(now), not now.open


def words(job: jobs.Job) -> str:
    """Return how far a job is, in the words of its kind: runs, tools, checks."""
    if job.state == "running" and not job.total:
        return t("shell.job_starting")
    kind = "backtest" if job.payload.get("backtest") else job.kind
    if kind == "forecast" and "scenario" in job.payload:
        kind = "futures"
    key = f"shell.job_{job.state}_{kind}"
    return t(key if known(key) else f"shell.job_{job.state}", done=job.done, total=job.total)


async def held_look(job_id: str, most: float) -> Look:
    """Return a look at a job as soon as it is over, and after ``most`` [s] however it stands."""
    until = time.monotonic() + most
    bell, seen = jobs.Bell(), look(job_id)
    while not seen[-1] and time.monotonic() < until:
        await asyncio.sleep(bell.pause)
        if bell.rang():
            seen = look(job_id)
    return seen if seen[-1] else look(job_id)


def register(app: Dash) -> None:
    """Register the callbacks that every watched job shares."""

    @app.callback(
        Output(_id(MATCH, "phase"), "data"),
        Output(_id(MATCH, "bar"), "value"),
        Output(_id(MATCH, "text"), "children"),
        Output(_id(MATCH, "tick"), "disabled"),
        Output(_id(MATCH, "strip"), "className"),
        Output(_id(MATCH, "beat"), "data"),
        Input(_id(MATCH, "job"), "data"),
        Input(_id(MATCH, "tick"), "n_intervals"),
        Input(_id(MATCH, "cancel"), "n_clicks"),
        State(_id(MATCH, "phase"), "data"),
    )
    async def poll(
        job_id: str, ticks: int | None, clicks: int, before: dict[str, str] | None
    ) -> Any:
        asked = ctx.triggered_id["piece"] if ctx.triggered_id else "job"
        if asked == "cancel" and clicks and job_id:
            jobs.cancel(job_id)
        now, share, text, over = await held_look(job_id or "", HELD[asked])
        shown = "watch" if over else "watch open"
        beat = None if over else ticks or 0
        return (no_update if now == before else now), share, text, over, shown, beat

    ticks = {"watch": ALL, "piece": "tick"}
    in_browser(app, "look_again", Input({"watch": ALL, "piece": "beat"}, "data"),
               State(ticks, "n_intervals"), State(ticks, "id"))  # fmt: skip


def is_open(job_id: str) -> bool:
    """Return whether a job still waits or runs; one that is not known does not."""
    try:
        return jobs.get(job_id).open
    except BadInput:
        return False


def reason(phase: dict[str, str]) -> str:
    """Return why a job gave no result, in words for its reader: our own for a fault of ours."""
    error = phase.get("error", "").strip()
    if not error or error.startswith("Traceback"):
        return t(f"shell.job_{phase['state']}_why")
    return error
