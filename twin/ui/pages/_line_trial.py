"""The trial on the page Line: each station a little faster, run when somebody asks for it."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html, no_update
from dash.development.base_component import Component

from twin import jobs
from twin.ui import baseline, line_limit
from twin.ui.components import watch
from twin.ui.components.frame import icon
from twin.ui.context import Context
from twin.ui.i18n import t

TRIAL = "line-trial"
BUTTON = "line-try"
HIDDEN = {"display": "none"}


def control(job_id: str) -> list[Component]:
    """Return the button that asks for the trial, and the progress of one asked before."""
    button = dmc.Button(t("line.try"), id=BUTTON, n_clicks=0, variant="default", size="xs",
                        leftSection=icon("play"), style=HIDDEN if job_id else {})  # fmt: skip
    return [html.Div(button), html.Div(watch.strip(TRIAL, job_id), className="page-watch")]


def register(app: Dash, base: str, context: Context) -> None:
    """Register its callbacks; ``base`` is the store of what the page starts from."""

    @app.callback(
        Output(watch.job(TRIAL), "data"),
        Input(BUTTON, "n_clicks"),
        State(base, "data"),
        prevent_initial_call=True,
    )
    def ask(clicks: int | None, stored: dict[str, Any]) -> Any:
        if not clicks:
            return no_update
        start = baseline.restore(context, stored)
        return jobs.submit("bottleneck", line_limit.question(start, stored["line"])).id

    @app.callback(Output(BUTTON, "style"), Input(watch.phase(TRIAL), "data"),
                  prevent_initial_call=True)  # fmt: skip
    def offer(tries: Any) -> Any:
        state = (tries or {}).get("state", "none")
        return HIDDEN if state in {"queued", "running", "done"} else {}
