"""Tool wear: what will fail, and when should it be changed?"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component

from twin import jobs
from twin.errors import BadInput, Fault
from twin.forecast import export, tables
from twin.forecast.reading import REQUIRED
from twin.ui import links, shell, wear_charts, wear_layout
from twin.ui import wear_view as view
from twin.ui.browser import in_browser
from twin.ui.components import card, watch
from twin.ui.context import Context
from twin.ui.i18n import t
from twin.ui.links import View
from twin.ui.wear_layout import NAME, Ids
from twin.ui.wear_view import SETTINGS, Asked

ORDER = 30
ICON = "drill"


def layout(view_: View, context: Context) -> Component:
    """Return the page for one address."""
    return wear_layout.layout(view_)


# -- callbacks ----------------------------------------------------------------------------------


def register(app: Dash, context: Context) -> None:
    """Register the callbacks of the page."""
    _register_asking(app)
    _register_table(app)
    _register_label(app)
    _register_showing(app)
    _register_past(app)
    _register_taking(app)


def read_stored(stored: dict[str, Any], numbers: list[Any], columns: list[Any] | None = None,
                units: list[Any] | None = None) -> Asked:  # fmt: skip
    """Return what the fields of the page ask.

    Raises
    ------
    BadInput
        One fault for each number that is missing or out of range.
    """
    asked = Asked(stored["table"], stored["file"], stored["columns"], stored["units"],
                  tool=stored["tool"])  # fmt: skip
    if columns:
        header = tables.columns_of(asked.table)
        names = dict(zip(REQUIRED, columns, strict=True))
        given = dict(zip(("time_min", "vb_mm"), units or (), strict=True))
        chosen = {name: u for name, u in given.items() if u and u != view.UNITS[name][0]}
        asked = Asked(asked.table, asked.file, view.chosen_columns(header, names), chosen,
                      tool=asked.tool)  # fmt: skip
    return view.with_settings(asked, numbers)


def _register_asking(app: Dash) -> None:
    @app.callback(
        Output(watch.job(NAME), "data"),
        Output(Ids.ADDRESS, "data"),
        Output(Ids.FAULTS, "children"),
        Output({"wear-setting": ALL}, "error"),
        Input({"wear-setting": ALL}, "value"),
        Input({"wear-column": ALL}, "value"),
        Input({"wear-unit": ALL}, "value"),
        Input(Ids.TOOL, "value"),
        State(Ids.ASKED, "data"),
        State(watch.job(NAME), "data"),
    )
    def ask(
        numbers: list[Any],
        columns: list[Any],
        units: list[Any],
        tool: str | None,
        stored: dict[str, Any],
        present: str,
    ) -> Any:
        quiet = [""] * len(SETTINGS)
        try:
            asked = read_stored({**stored, "tool": tool or stored["tool"]}, numbers, columns, units)
            job = jobs.submit("forecast", asked.question(), by="tool_wear").id
        except BadInput as error:
            beside, rest = _split(error)
            return "", no_update, _faults(rest), beside
        address = links.write(NAME, stored["scenario"], asked.query())
        return (no_update if job == present else job), address, [], quiet

    in_browser(app, "address", Output(Ids.WENT, "data"), Input(Ids.ADDRESS, "data"))


def _split(error: BadInput) -> tuple[list[str], list[Fault]]:
    """Faults of a setting stand beside its field, all others below."""
    beside = {fault.path: fault.message for fault in error.faults if fault.path in SETTINGS}
    rest = [fault for fault in error.faults if fault.path not in SETTINGS]
    return [beside.get(name, "") for name in SETTINGS], rest


def _faults(faults: list[Fault]) -> list[Component]:
    if not faults:
        return []
    lines = [html.Li(str(fault)) for fault in faults]
    return [html.P(["◆ ", t("tool_wear.table_refused")], className="red wear-refused"),
            html.Ul(lines, className="fault-lines")]  # fmt: skip


def _register_table(app: Dash) -> None:
    @app.callback(
        Output(shell.Ids.URL, "href", allow_duplicate=True),
        Input(Ids.TABLE, "value"),
        State(Ids.ASKED, "data"),
        prevent_initial_call=True,
    )
    def choose_table(table: str | None, stored: dict[str, Any]) -> Any:
        if not table or table == stored["table"]:
            return no_update
        return links.write(NAME, stored["scenario"], Asked(table).query())

    @app.callback(
        Output(shell.Ids.URL, "href", allow_duplicate=True),
        Output(Ids.REFUSED, "children"),
        Input(Ids.UPLOAD, "contents"),
        State(Ids.UPLOAD, "filename"),
        State(Ids.ASKED, "data"),
        prevent_initial_call=True,
    )
    def upload(contents: str | None, file: str | None, stored: dict[str, Any]) -> Any:
        if not contents:
            return no_update, no_update
        try:
            name = tables.keep(_decoded(contents))
        except BadInput as error:
            return no_update, _faults(list(error.faults))
        asked = Asked(name, (file or "")[:80])
        return links.write(NAME, stored["scenario"], asked.query()), []


def _register_label(app: Dash) -> None:
    """Name the file input for those who do not see the button around it."""
    register_: Any = app.clientside_callback
    register_(
        ClientsideFunction("wear", "label"),
        Output(Ids.NAMED, "data"),
        Input(Ids.ASKED, "data"),
        State(Ids.UPLOAD, "id"),
    )


def _decoded(contents: str) -> bytes:
    try:
        return base64.b64decode(contents.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        raise BadInput(Fault("did not arrive whole; upload it again", file=tables.YOURS)) from None


def answer_of(phase: dict[str, str] | None) -> dict[str, Any] | None:
    """Return the answer of a job, if it is there."""
    if not phase or phase["state"] != "done":
        return None
    return view.with_limit(jobs.get(phase["job"]).result)


def _duty(phase: dict[str, str]) -> float:
    return float(jobs.get(phase["job"]).payload["duty"])


def _empty(phase: dict[str, str] | None) -> card.Chart:
    found = phase or {"state": "none", "error": ""}
    return wear_charts.waiting(found["state"], found.get("error", ""))


def _register_showing(app: Dash) -> None:
    _register_list(app)
    _register_choice(app)

    @app.callback(
        *card.chart_outputs(Ids.RISK),
        Input(watch.phase(NAME), "data"),
        Input(shell.THEME, "data"),
        Input(Ids.TOOL, "value"),
    )
    def draw_risk(phase: dict[str, str] | None, theme: str, tool: str | None) -> Any:
        found = answer_of(phase)
        if found is None:
            return card.chart_values(_empty(phase))
        return card.chart_values(wear_charts.risks(found, theme, tool or ""))

    @app.callback(
        *card.chart_outputs(Ids.FAN),
        *card.chart_outputs(Ids.COST),
        Output(Ids.OPTIONS, "children"),
        Input(watch.phase(NAME), "data"),
        Input(Ids.TOOL, "value"),
        Input(shell.THEME, "data"),
    )
    def draw_tool(phase: dict[str, str] | None, tool: str | None, theme: str) -> Any:
        found = answer_of(phase)
        if found is None or phase is None:
            empty = card.chart_values(_empty(phase))
            return (*empty, *empty, [])
        chosen, duty = view.find(found, tool), _duty(phase)
        return (
            *card.chart_values(wear_charts.fan(found, chosen, theme, duty)),
            *card.chart_values(wear_charts.cost(found, chosen, theme, duty)),
            [_option(option) for option in wear_charts.options(found, chosen, duty)],
        )


def _option(option: dict[str, str]) -> Component:
    return html.Li(
        [
            html.P(option["name"], className="option-name"),
            html.P(option["when"], className="quiet small"),
            html.P(option["cost"], className="option-cost"),
            html.P(option["why"], className="quiet small"),
        ],
        className="option best" if option["best"] else "option",
    )


def columns(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the columns of the table of tools."""
    hours, unit = view.horizon(document["hours"]), view.unit_word(document["time_unit"])
    right = {"type": "rightAligned"}
    wide = min(150, max(72, 28 + 8 * max(len(tool["tool"]) for tool in document["tools"])))
    return [
        {"field": "tool", "headerName": t("tool_wear.col_tool"), "pinned": "left", "width": wide,
         "cellClass": "strong"},
        {"field": "risk", "headerName": t("tool_wear.col_risk", hours=hours), "width": 148,
         "cellRenderer": "TwinRisk", "sort": "desc", **right},
        {"field": "now", "headerName": t("tool_wear.col_now"), "width": 124, **right},
        {"field": "left", "headerName": t("tool_wear.col_left", unit=unit), "width": 170,
         "sortable": False, **right},
        {"field": "change_min", "headerName": t("tool_wear.col_change"), "width": 172,
         "valueFormatter": {"function": "params.data.change"}, **right},
        {"field": "fan", "headerName": t("tool_wear.col_fan"), "width": 152, "sortable": False,
         "cellDataType": False, "cellRenderer": "TwinFan"},
        {"field": "why", "headerName": t("tool_wear.col_why"), "flex": 1, "minWidth": 136,
         "sortable": False, "cellClass": "why", "tooltipField": "why"},
    ]  # fmt: skip


def _register_list(app: Dash) -> None:
    @app.callback(
        Output(Ids.FINDING, "children"),
        Output(Ids.GRID, "columnDefs"),
        Output(Ids.GRID, "rowData"),
        Output(Ids.GRID, "className"),
        Output(Ids.NOTES, "children"),
        Output(Ids.TOOL, "data"),
        Output(Ids.TOOL, "value", allow_duplicate=True),
        Output(Ids.GRID, "selectedRows", allow_duplicate=True),
        Output(Ids.ORDERS, "disabled"),
        Output(Ids.CALENDAR, "disabled"),
        Input(watch.phase(NAME), "data"),
        State(Ids.TOOL, "value"),
        prevent_initial_call="initial_duplicate",
    )
    def show(phase: dict[str, str] | None, tool: str | None) -> Any:
        found = answer_of(phase)
        if found is None or phase is None:
            return _nothing(phase)
        notes = [*found["notes"], t("tool_wear.note_break"), t("tool_wear.note_yours")]
        names = [entry["tool"] for entry in view.ranked(found)]
        chosen = tool if tool in names else names[0]
        return (
            view.finding(found), columns(found), view.rows(found, _duty(phase)), "wear-grid",
            [html.Li(note) for note in notes], names, chosen, {"ids": [chosen]}, False, False,
        )  # fmt: skip


def _nothing(phase: dict[str, str] | None) -> tuple[Any, ...]:
    """Return what the table shows without an answer."""
    waits = not phase or phase["state"] in jobs.OPEN
    said = t("shell.loading") if waits else _empty(phase).caption
    return said, no_update, [], "wear-grid is-empty", [], [], no_update, no_update, True, True


def _register_choice(app: Dash) -> None:
    @app.callback(
        Output(Ids.TOOL, "value"),
        Output(Ids.GRID, "selectedRows"),
        Input(Ids.GRID, "selectedRows"),
        Input(Ids.TOOL, "value"),
        prevent_initial_call=True,
    )
    def choose(selected: Any, tool: str | None) -> Any:
        picked = selected[0]["tool"] if isinstance(selected, list) and selected else ""
        if ctx.triggered_id == Ids.GRID:
            return (picked if picked and picked != tool else no_update), no_update
        return no_update, (no_update if not tool or tool == picked else {"ids": [tool]})


def _register_past(app: Dash) -> None:
    @app.callback(
        Output(watch.job(Ids.PAST), "data"),
        Input(Ids.BACKTEST, "n_clicks"),
        State({"wear-setting": ALL}, "value"),
        State({"wear-column": ALL}, "value"),
        State({"wear-unit": ALL}, "value"),
        State(Ids.ASKED, "data"),
        prevent_initial_call=True,
    )
    def test_the_past(
        clicks: int, numbers: list[Any], chosen: list[Any], units: list[Any], stored: dict[str, Any]
    ) -> Any:
        if not clicks:
            return no_update
        asked = read_stored(stored, numbers, chosen, units)
        return jobs.submit("forecast", asked.question(backtest=True), by="tool_wear").id

    @app.callback(
        *card.chart_outputs(Ids.RELIABILITY),
        Output(Ids.SCORES, "data"),
        Input(watch.phase(Ids.PAST), "data"),
        Input(shell.THEME, "data"),
        prevent_initial_call=True,
    )
    def show_the_past(phase: dict[str, str] | None, theme: str) -> Any:
        none: dict[str, Any] = {"head": [], "body": []}
        if not phase or phase["state"] in {"none", "cancelled"}:
            said = card.Chart(t("tool_wear.past_ask"), None, t("tool_wear.past_waiting"))
            return (*card.chart_values(said), none)
        if phase["state"] != "done":
            return (*card.chart_values(_empty(phase)), none)
        found = jobs.get(phase["job"]).result
        chart = wear_charts.reliability(found, theme)
        return (*card.chart_values(chart), wear_charts.scores(found))


def _register_taking(app: Dash) -> None:
    @app.callback(
        Output(Ids.TAKEN, "data"),
        Input(Ids.ORDERS, "n_clicks"),
        Input(Ids.CALENDAR, "n_clicks"),
        State(watch.phase(NAME), "data"),
        State({"wear-setting": ALL}, "value"),
        State(Ids.ASKED, "data"),
        prevent_initial_call=True,
    )
    def take(
        orders: int,
        calendar: int,
        phase: dict[str, str],
        numbers: list[Any],
        stored: dict[str, Any],
    ) -> Any:
        found = answer_of(phase)
        if found is None or not (orders or calendar):
            return no_update
        planning = read_stored(stored, numbers).planning
        now = datetime.now().astimezone()
        plans = view.plans(found, planning, stored["scenario"], now)
        if ctx.triggered_id == Ids.CALENDAR:
            return {"content": export.calendar(plans, now), "filename": "tool-changes.ics",
                    "type": "text/calendar"}  # fmt: skip
        return {"content": "\ufeff" + export.work_orders(plans), "filename": "work-orders.csv",
                "type": "text/csv"}  # fmt: skip
