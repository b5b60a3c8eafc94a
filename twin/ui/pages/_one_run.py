"""What pages that show one finished run share: the run again, charts as tall as what they draw."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html, no_update
from dash.development.base_component import Component

from twin.ui import baseline, runs
from twin.ui.components import card, watch
from twin.ui.components.card import Chart
from twin.ui.components.frame import aria, icon, mark
from twin.ui.context import Context
from twin.ui.i18n import t

SOON = frozenset({"queued", "running", "none"})
"""States of a job whose answer is on its way."""


def _again(page: str) -> str:
    return f"{page}-again"


def trouble(page: str, phase: Any) -> list[Component]:
    """Return what stands where the finding should: running, or why there is none and what to do."""
    state = (phase or {}).get("state", "none")
    if state in SOON:
        return [html.H2(t(f"{page}.running"), className="quiet")]
    button = dmc.Button(t("line.again"), id=_again(page), n_clicks=0, leftSection=icon("play"))
    why = html.P(watch.reason(phase), className="quiet")
    return [html.H2(mark("red", t(f"what_if.{state}"))), why,
            html.Div(button, className="notice-action")]  # fmt: skip


def register_again(app: Dash, page: str, base: str, context: Context) -> None:
    """Let the button of ``trouble`` run the scenario again; ``base`` is the page's own store."""

    @app.callback(
        Output(watch.job(page), "data"),
        Input(_again(page), "n_clicks"),
        State(base, "data"),
        prevent_initial_call=True,
    )
    def again(clicks: int | None, stored: dict[str, Any]) -> Any:
        if not clicks:
            return no_update
        start = baseline.restore(context, stored)
        return runs.baseline_job(start.file, start.values).id


def headline_table(headline: Iterable[tuple[str, str, str]], label: str) -> Component:
    """Return the headline KPIs: name, value with its interval, unit."""
    rows = [
        html.Tr([html.Th(name, scope="row"), html.Td(value, className="number"),
                 html.Td(unit, className="quiet unit")])
        for name, value, unit in headline
    ]  # fmt: skip
    return html.Table(html.Tbody(rows), className="figures", **aria(label=label))


def drawing_outputs(name: str) -> list[Output]:
    """Return the outputs of a chart card, and the height of its drawing: plants differ in size."""
    return [*card.chart_outputs(name), Output(card.part(name, "figure"), "style")]


def drawing(chart: Chart) -> tuple[Any, ...]:
    """Return what the outputs of a chart get."""
    height = chart.figure.layout.height if chart.figure is not None else None
    return (*card.chart_values(chart), {"height": f"{height}px"} if height else no_update)


def waiting(page: str, phase: Any) -> tuple[Any, ...]:
    """Return what a chart says while there is nothing to draw."""
    soon = (phase or {}).get("state", "none") in SOON
    why = t(f"{page}.running") if soon else t(f"{page}.not_drawn")
    return drawing(Chart(t(f"{page}.nothing_yet"), None, why))
