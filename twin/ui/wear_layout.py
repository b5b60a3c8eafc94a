"""How the page Tool wear is laid out: static; its callbacks fill it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from twin.forecast import tables
from twin.forecast.shop import default_now
from twin.ui import bearings_asked, bearings_layout, names, wear_form
from twin.ui.baseline import Start
from twin.ui.bearings_asked import EXAMPLE, OWN, AskedBearings
from twin.ui.components import card, watch
from twin.ui.components import start as start_line
from twin.ui.components.frame import aria, dropdown, icon, page
from twin.ui.i18n import t
from twin.ui.links import View
from twin.ui.wear_asked import PLANT, Asked, read_view
from twin.ui.wear_plant import P1, P2

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
    CARDS = "tool_wear-cards"
    NOTES = "tool_wear-notes"
    TOOL = "tool_wear-tool"
    OPTIONS = "tool_wear-options"
    ORDERS = "tool_wear-orders"
    CALENDAR = "tool_wear-calendar"
    WORKBOOK = "tool_wear-workbook"
    MTCONNECT = "tool_wear-mtconnect"
    OPC = "tool_wear-opc"
    SOURCE = "tool_wear-source"
    BREAKAGE = "tool_wear-breakage"
    HORIZON = "tool_wear-horizon"
    MEASURE = "tool_wear-measure"
    ADVICE = "tool_wear-advice"
    BRING = "tool_wear-bring"
    SPARES = "tool_wear-spares"
    TRUST = "tool_wear-trust"
    LIFE = "tool_wear-life"
    LIVES = "tool_wear-lives"
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


@dataclass(frozen=True, slots=True)
class Plant:
    """The scenario of the address, as far as the page needs it.

    Attributes
    ----------
    start : Start
        The scenario with what the machine holds laid over it.
    machines : int
        How many machines with tools it has.
    """

    start: Start
    machines: int

    @property
    def tools(self) -> bool:
        """Whether it has any machine with tools."""
        return self.machines > 0

    @property
    def now_h(self) -> float:
        """The usual moment of a forecast [h]."""
        return default_now(self.start.scenario) / 3600.0


def layout(view_: View, plant: Plant) -> Component:
    """Return the page for one address."""
    asked = read_view(view_, plant=plant.tools)
    stores = [
        dcc.Store(id=Ids.ASKED, data=_stored(asked, view_.scenario, plant)),
        dcc.Store(id=Ids.ADDRESS),
        dcc.Store(id=Ids.WENT),
        dcc.Store(id=Ids.NAMED),
        dcc.Download(id=Ids.TAKEN),
    ]
    is_plant = asked.source == PLANT
    shown = [
        _tools(asked),
        _risk(is_plant, plant.machines),
        _one(asked),
        _cost(),
        _spares(is_plant),
        bearings_layout.section(_bearings(view_, asked), plant.tools),
        _past(asked),
    ]
    cards = html.Div(shown, className="cards")
    return page(NAME, html.Div(stores, hidden=True), _asked(asked, plant), cards,
                aside=_takeaway())  # fmt: skip


def _bearings(view_: View, asked: Asked) -> AskedBearings:
    """Which bearings: beside the plant's tools its own, beside a table the shipped ones."""
    return bearings_asked.read_view(view_, OWN if asked.source == PLANT else EXAMPLE)


def _stored(asked: Asked, scenario: str, plant: Plant) -> dict[str, Any]:
    return {"scenario": scenario, "source": asked.source, "table": asked.table, "file": asked.file,
            "tool": asked.tool, "columns": dict(asked.columns), "units": dict(asked.units),
            "held": dict(plant.start.values), "now_h": plant.now_h, "too_large": too_large(),
            "plant": plant.tools}  # fmt: skip


def too_large() -> str:
    """Return what is said of a file that the browser does not even send."""
    most = tables.MOST_BYTES / 1e6
    return t("tool_wear.too_large", most=f"{most:.0f}", file="{file}", size="{size}")


def _asked(asked: Asked, plant: Plant) -> Component:
    title = names.scenario(plant.start.scenario.title)
    of_plant = wear_form.plant_row(title, start_line.line(plant.start))
    of_table = wear_form.tables_row(asked, Ids.TABLE, Ids.UPLOAD)
    is_plant = asked.source == PLANT
    return html.Section(
        [
            wear_form.source_switch(asked, Ids.SOURCE, plant.tools),
            html.Div(of_plant, hidden=not is_plant),
            html.Div(of_table, hidden=is_plant),
            html.Div(id=Ids.REFUSED, role="alert"),
            wear_form.mapping(asked) if not is_plant else html.Div(hidden=True),
            wear_form.settings(asked, Ids.BREAKAGE, plant.now_h),
            html.Div(id=Ids.FAULTS, role="alert"),
        ],
        className="card wear-asked",
        **aria(label=t("tool_wear.asked")),
    )


MORE = ("workbook", "mtconnect", "opc")
"""Files behind the third button."""


def _takeaway() -> Component:
    def button(name: Ids, key: str, picture: str) -> Component:
        drawn: Component = dmc.Button(
            t(f"tool_wear.{key}"), id=name, variant="default", leftSection=icon(picture), n_clicks=0
        )
        return drawn

    more = [
        html.Button(t(f"tool_wear.{key}"), id=name, n_clicks=0, className="item")
        for name, key in zip((Ids.WORKBOOK, Ids.MTCONNECT, Ids.OPC), MORE, strict=True)
    ]
    face = html.Span([icon("download"), t("tool_wear.formats")], className="upload-button")
    return html.Div(
        [button(Ids.ORDERS, "orders", "file-down"), button(Ids.CALENDAR, "calendar", "clock"),
         dropdown(t("tool_wear.formats"), face, *more, classes="wear-formats")],
        className="page-aside",
    )  # fmt: skip


def _grid() -> Component:
    grid: Component = dag.AgGrid(
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
            "rowHeight": 60,
            "suppressNoRowsOverlay": True,
            "headerHeight": 36,
            "domLayout": "autoHeight",
            "suppressCellFocus": False,
            "suppressColumnVirtualisation": True,
        },
        className="wear-grid is-empty",
        style={"height": None, "width": "100%"},
    )
    return grid


def _tools_top(asked: Asked, tag: Component) -> Component:
    return html.Div(
        [
            html.Div([html.P([t("tool_wear.tools"), " ", tag], className="noun"),
                      html.H2(t("shell.loading"), id=Ids.FINDING)]),
            html.Div([wear_form.horizons(asked, Ids.HORIZON), watch.strip(NAME)],
                     className="wear-top"),
        ],
        className="card-top wear-heading",
    )  # fmt: skip


def _tools(asked: Asked) -> Component:
    notes = html.Details(
        [html.Summary(t("tool_wear.assumed")), html.Ul(id=Ids.NOTES, className="notes quiet small")]
    )
    cards = html.Div(id=Ids.CARDS, className="wear-cards", role="group",
                     **aria(label=t("tool_wear.tools")))  # fmt: skip
    tag = forecast_tag(simulated=asked.source == PLANT)
    top = _tools_top(asked, tag)
    return html.Section([top, _grid(), cards, notes], className="card whole")


def forecast_tag(*, simulated: bool = True) -> Component:
    """Return the tag beside everything forecast: from a twin, or from what somebody measured."""
    key = "sim" if simulated else "measured_tag"
    return html.Span(t(f"tool_wear.{key}"), className="tag sim",
                     title=t(f"tool_wear.{key}_meaning"))  # fmt: skip


def map_height(machines: int) -> int:
    """Return how high a map of so many machines is [px]."""
    return 108 + min(max(72, 64 * machines), 512)


def _risk(is_plant: bool, machines: int) -> Component:
    """The map of risk of a plant; the bars of a wear table, which knows no machines."""
    options = [{"value": name, "label": t(f"tool_wear.measure_{name}")} for name in (P1, P2)]
    picker = dmc.SegmentedControl(id=Ids.MEASURE, data=options, value=P1, size="xs",
                                  **aria(label=t("tool_wear.measure")))  # fmt: skip
    noun = t("tool_wear.heat_noun" if is_plant else "tool_wear.risk_noun")
    shown = html.Div(picker, hidden=not is_plant)
    height = map_height(machines) if is_plant else 300
    drawn = card.chart_card(Ids.RISK, noun, height=height, picker=shown)
    return html.Div(drawn, className="whole wear-map" if is_plant else "third")


def _one(asked: Asked) -> Component:
    choice = dmc.Select(
        id=Ids.TOOL, data=[], value=asked.tool or None, allowDeselect=False, size="sm",
        searchable=True, className="wear-tool", comboboxProps={"shadow": "none"},
        label=t("tool_wear.col_tool"),
    )  # fmt: skip
    chart = card.chart_card(Ids.FAN, t("tool_wear.fan_noun"), height=300)
    width = "whole" if asked.source == PLANT else "two-thirds"
    return html.Div([choice, chart], className=f"{width} wear-one")


def _cost() -> Component:
    return html.Div(
        [
            card.chart_card(Ids.COST, t("tool_wear.cost_noun"), height=280),
            html.Div(
                [html.Ul(id=Ids.OPTIONS, className="wear-options"),
                 html.P(id=Ids.ADVICE, className="quiet small wear-advice")],
                className="wear-advised",
            ),
        ],
        className="whole wear-pair wear-cost",
    )  # fmt: skip


def _spares(is_plant: bool) -> Component:
    """What to bring for the next 48 h, with P2, changes and breaks under the present policy."""
    heading = html.Div([html.P([t("tool_wear.spares_noun"), " ", forecast_tag()], className="noun"),
                        html.H2(t("shell.loading") if is_plant else "", id=Ids.BRING)])  # fmt: skip
    table = html.Div(
        dmc.Table(id=Ids.SPARES, data={"head": [], "body": []}),
        className="table-scroll wear-bring", tabIndex=0, role="region",
        **aria(label=t("tool_wear.spares_noun")),
    )  # fmt: skip
    note = html.P(t("tool_wear.spares_caption"), className="quiet small")
    return html.Section([heading, table, note], className="card whole", hidden=not is_plant)


def _past(asked: Asked) -> Component:
    kind = "_sim" if asked.source == PLANT else ""
    button = dmc.Button(t(f"tool_wear.backtest{kind}"), id=Ids.BACKTEST, variant="default",
                        leftSection=icon("history"), n_clicks=0)  # fmt: skip

    def table(name: Ids, label: str) -> Component:
        return html.Div(
            dmc.Table(id=name, data={"head": [], "body": []}),
            className="table-scroll wear-scores", tabIndex=0, role="region", **aria(label=label),
        )  # fmt: skip

    chart = card.chart_card(
        Ids.RELIABILITY, t("tool_wear.past_noun"), height=300,
        waiting=t(f"tool_wear.past_waiting{kind}"),
    )  # fmt: skip
    side = html.Div(
        [html.Div([button, watch.strip(Ids.PAST)], className="wear-backtest"),
         html.P(id=Ids.TRUST, className="wear-trust"), table(Ids.SCORES, t("tool_wear.past_noun")),
         html.P(id=Ids.LIFE, className="small"), table(Ids.LIVES, t("tool_wear.life_noun"))],
        className="wear-side",
    )  # fmt: skip
    return html.Div([chart, side], className="whole wear-pair wear-past")
