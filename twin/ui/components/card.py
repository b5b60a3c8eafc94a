"""Cards: a small noun above, the finding as heading, the content, and what can be taken away.

A chart card has a table twin and a menu (PNG, SVG, CSV). A callback fills it::

    @app.callback(*card.chart_outputs(Ids.WEAR), Input(shell.THEME, "data"))
    def draw(theme): return card.chart_values(Chart(finding, figure, caption, head, rows))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import dash_mantine_components as dmc
import plotly.graph_objects as go
from dash import MATCH, Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from twin.ui.browser import in_browser
from twin.ui.components.frame import aria, dropdown, icon
from twin.ui.i18n import language, t

FORMATS = ("png", "svg", "csv")


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart card shows. ``figure`` None: nothing to draw, ``caption`` says why."""

    finding: str
    figure: go.Figure | None
    caption: str
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = field(default_factory=tuple)


def part(name: Any, piece: str) -> dict[str, Any]:
    """Return the id of one piece of a chart card."""
    return {"chart": name, "piece": piece}


def card(noun: str, *content: Component, classes: str = "", **props: Any) -> Component:
    """Return a plain card; the first content is usually an ``h2`` with the finding."""
    return html.Section(
        [html.P(noun, className="noun"), *content], className=f"card {classes}".strip(), **props
    )


def chart_card(
    name: str,
    noun: str,
    *,
    height: int = 280,
    waiting: str = "",
    picker: Component | None = None,
) -> Component:
    """Return an empty chart card named ``name``; a callback fills it.

    ``picker`` is a control that chooses what is drawn; it stands under the heading.
    """
    graph = dcc.Graph(
        id=part(name, "figure"),
        config=graph_config(),
        style={"height": f"{height}px"},
        responsive=True,
    )
    body = html.Figure(
        [graph, html.Figcaption(id=part(name, "caption"), className="quiet small")],
        className="chart-body",
    )
    heading = html.H2(t("shell.loading"), id=part(name, "finding"))
    return html.Section(
        [
            html.Div([html.Div([html.P(noun, className="noun"), heading]), _menu(name, noun)],
                     className="card-top"),
            *([html.Div(picker, className="picker")] if picker is not None else []),
            html.P(waiting, id=part(name, "reason"), className="chart-empty quiet"),
            body,
            _table(name, noun),
        ],
        id=part(name, "card"),
        className=_classes(False),
    )  # fmt: skip


def _table(name: str, noun: str) -> Component:
    return html.Details(
        [
            html.Summary(t("shell.show_table")),
            html.Div(
                dmc.Table(id=part(name, "table"), data={"head": [], "body": []}),
                className="table-scroll",
                tabIndex=0,
                role="region",
                **aria(label=noun),
            ),
        ],
        className="chart-table",
    )


def _classes(filled: bool) -> str:
    return "card chart" if filled else "card chart is-empty"


def _menu(name: str, noun: str) -> Component:
    items = [
        html.Button(t(f"shell.save_{kind}"), id=part(name, kind), n_clicks=0, className="item")
        for kind in FORMATS
    ]
    label = t("shell.save_chart", chart=noun)
    return dropdown(label, icon("download"), *items, classes="card-menu")


def graph_config() -> Any:
    """Return the plotly configuration that every chart shares."""
    tag = language()
    config: dict[str, Any] = {"displayModeBar": False, "displaylogo": False}
    return config if tag == "en" else {**config, "locale": tag}


def chart_outputs(name: str) -> list[Output]:
    """Return the outputs of a callback that fills a chart card."""
    pieces = (("card", "className"), ("finding", "children"), ("reason", "children"),
              ("figure", "figure"), ("caption", "children"), ("table", "data"))  # fmt: skip
    return [Output(part(name, piece), prop) for piece, prop in pieces]


def chart_values(chart: Chart) -> tuple[Any, ...]:
    """Return the values for :func:`chart_outputs`."""
    filled = chart.figure is not None
    figure = chart.figure if chart.figure is not None else go.Figure()
    table = {"head": list(chart.head), "body": [list(row) for row in chart.rows]}
    return (_classes(filled), chart.finding, "" if filled else chart.caption, figure,
            chart.caption if filled else "", table)  # fmt: skip


def register(app: Dash) -> None:
    """Let the menu of every chart card save what it shows, in the browser."""
    for kind in FORMATS:
        in_browser(
            app,
            f"save_{kind}",
            Output(part(MATCH, kind), "n_clicks"),
            Input(part(MATCH, kind), "n_clicks"),
            State(part(MATCH, "figure"), "id"),
            State(part(MATCH, "table"), "data"),
        )


def unchanged() -> tuple[Any, ...]:
    """Return "leave the chart as it is" for :func:`chart_outputs`."""
    return (no_update,) * 6
