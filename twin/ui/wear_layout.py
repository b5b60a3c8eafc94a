"""How the page Tool wear is laid out: static; its callbacks fill it."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from twin.ui import wear_form
from twin.ui import wear_view as view
from twin.ui.components import card, watch
from twin.ui.components.frame import aria, icon, page
from twin.ui.i18n import t
from twin.ui.links import View
from twin.ui.wear_view import Asked

NAME = "tool_wear"


class Ids(StrEnum):
    """Ids of the page."""

    PAST = "tool_wear-past"
    ASKED = "tool_wear-asked"
    ADDRESS = "tool_wear-address"
    WENT = "tool_wear-went"
    NAMED = "tool_wear-named"
    TABLE = "tool_wear-table"
    UPLOAD = "tool_wear-upload"
    REFUSED = "tool_wear-refused"
    FAULTS = "tool_wear-faults"
    FINDING = "tool_wear-finding"
    GRID = "tool_wear-grid"
    NOTES = "tool_wear-notes"
    TOOL = "tool_wear-tool"
    OPTIONS = "tool_wear-options"
    ORDERS = "tool_wear-orders"
    CALENDAR = "tool_wear-calendar"
    TAKEN = "tool_wear-taken"
    BACKTEST = "tool_wear-backtest"
    SCORES = "tool_wear-scores"
    RISK = "tool_wear-risk"
    FAN = "tool_wear-fan"
    COST = "tool_wear-cost"
    RELIABILITY = "tool_wear-reliability"


GRID_LOOK = {
    "fontFamily": "inherit", "fontSize": 14, "headerFontSize": 12, "headerFontWeight": 500,
    "backgroundColor": "var(--surface)", "foregroundColor": "var(--text)",
    "headerBackgroundColor": "var(--surface)", "headerTextColor": "var(--quiet)",
    "borderColor": "var(--line)", "accentColor": "var(--accent)",
    "rowHoverColor": "var(--ground)", "selectedRowBackgroundColor": "var(--wash)",
    "wrapperBorder": False, "headerColumnResizeHandleColor": "transparent",
    "wrapperBorderRadius": 0, "cellHorizontalPadding": 10,
    "tooltipBackgroundColor": "var(--surface)", "tooltipTextColor": "var(--text)",
}  # fmt: skip
"""The table in the colours of the app; they follow the theme by themselves."""


def layout(view_: View) -> Component:
    """Return the page for one address."""
    asked = view.read_view(view_)
    stores = [
        dcc.Store(id=Ids.ASKED, data=_stored(asked, view_.scenario)),
        dcc.Store(id=Ids.ADDRESS),
        dcc.Store(id=Ids.WENT),
        dcc.Store(id=Ids.NAMED),
        dcc.Download(id=Ids.TAKEN),
    ]
    cards = html.Div([_tools(), _risk(), _one(asked), _cost(), _past()], className="cards")
    return page(NAME, html.Div(stores, hidden=True), _asked(asked), cards, aside=_takeaway())


def _stored(asked: Asked, scenario: str) -> dict[str, Any]:
    return {"scenario": scenario, "table": asked.table, "file": asked.file, "tool": asked.tool,
            "columns": dict(asked.columns), "units": dict(asked.units)}  # fmt: skip


def _asked(asked: Asked) -> Component:
    return html.Section(
        [
            wear_form.tables_row(asked, Ids.TABLE, Ids.UPLOAD),
            html.Div(id=Ids.REFUSED, role="alert"),
            wear_form.mapping(asked),
            wear_form.settings(asked),
            html.Div(id=Ids.FAULTS, role="alert"),
        ],
        className="card wear-asked",
        **aria(label=t("tool_wear.asked")),
    )


def _takeaway() -> Component:
    def button(name: Ids, key: str, picture: str) -> Component:
        drawn: Component = dmc.Button(
            t(f"tool_wear.{key}"), id=name, variant="default", leftSection=icon(picture), n_clicks=0
        )
        return drawn

    return html.Div(
        [button(Ids.ORDERS, "orders", "file-down"), button(Ids.CALENDAR, "calendar", "clock")],
        className="page-aside",
    )


def _tools() -> Component:
    grid = dag.AgGrid(
        id=Ids.GRID,
        columnDefs=[],
        rowData=[],
        getRowId="params.data.tool",
        defaultColDef={"sortable": True, "resizable": True, "suppressMovable": True},
        dashGridOptions={
            "theme": {"function": f"themeQuartz.withParams({json.dumps(GRID_LOOK)})"},
            "rowSelection": {
                "mode": "singleRow",
                "checkboxes": False,
                "enableClickSelection": True,
            },
            "rowHeight": 40,
            "headerHeight": 36,
            "domLayout": "autoHeight",
            "suppressCellFocus": False,
            "suppressColumnVirtualisation": True,
        },
        className="wear-grid is-empty",
        style={"height": None, "width": "100%"},
    )
    top = html.Div(
        [
            html.Div([html.P([t("tool_wear.tools"), " ", forecast_tag()], className="noun"),
                      html.H2(t("shell.loading"), id=Ids.FINDING)]),
            watch.strip(NAME),
        ],
        className="card-top",
    )  # fmt: skip
    notes = html.Details(
        [html.Summary(t("tool_wear.assumed")), html.Ul(id=Ids.NOTES, className="notes quiet small")]
    )
    return html.Section([top, grid, notes], className="card whole")


def forecast_tag() -> Component:
    """Return the tag that stands beside everything forecast."""
    return html.Span(t("tool_wear.sim"), className="tag sim", title=t("tool_wear.sim_meaning"))


def _risk() -> Component:
    return html.Div(card.chart_card(Ids.RISK, t("tool_wear.risk_noun"), height=300),
                    className="third")  # fmt: skip


def _one(asked: Asked) -> Component:
    choice = dmc.Select(
        id=Ids.TOOL, data=[], value=asked.tool or None, allowDeselect=False, size="sm",
        searchable=True, className="wear-tool", comboboxProps={"shadow": "none"},
        label=t("tool_wear.col_tool"),
    )  # fmt: skip
    chart = card.chart_card(Ids.FAN, t("tool_wear.fan_noun"), height=300)
    return html.Div([choice, chart], className="two-thirds wear-one")


def _cost() -> Component:
    return html.Div(
        [
            card.chart_card(Ids.COST, t("tool_wear.cost_noun"), height=280),
            html.Ul(id=Ids.OPTIONS, className="wear-options"),
        ],
        className="whole wear-pair wear-cost",
    )


def _past() -> Component:
    button = dmc.Button(t("tool_wear.backtest"), id=Ids.BACKTEST, variant="default",
                        leftSection=icon("history"), n_clicks=0)  # fmt: skip
    table = html.Div(
        dmc.Table(id=Ids.SCORES, data={"head": [], "body": []}),
        className="table-scroll wear-scores",
        tabIndex=0,
        role="region",
        **aria(label=t("tool_wear.past_noun")),
    )
    chart = card.chart_card(
        Ids.RELIABILITY, t("tool_wear.past_noun"), height=300, waiting=t("tool_wear.past_waiting")
    )
    side = html.Div(
        [html.Div([button, watch.strip(Ids.PAST)], className="wear-backtest"), table],
        className="wear-side",
    )
    return html.Div([chart, side], className="whole wear-pair wear-past")
