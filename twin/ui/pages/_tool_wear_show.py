"""What the page Tool wear shows of an answer: the table, the charts, the past, what to bring."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component

from twin import jobs
from twin.ui import shell, wear_cards, wear_charts, wear_past, wear_plant
from twin.ui import wear_view as view
from twin.ui.components import card, watch
from twin.ui.components.frame import mark
from twin.ui.i18n import t
from twin.ui.wear_layout import NAME, Ids
from twin.ui.wear_words import reason, sentence

Phase = dict[str, str] | None
NONE: dict[str, Any] = {"head": [], "body": []}


def register(app: Dash) -> None:
    """Register the callbacks that show an answer."""
    _register_list(app)
    _register_choice(app)
    _register_cards(app)
    _register_risk(app)
    _register_one(app)
    _register_spares(app)
    _register_past(app)


def answer_of(phase: Phase) -> dict[str, Any] | None:
    """Return the answer of a job, if it is there."""
    if not phase or phase["state"] != "done":
        return None
    return view.with_limit(jobs.get(phase["job"]).result)


def empty(phase: Phase) -> card.Chart:
    """Return the chart of an answer that is not there."""
    found = phase or {"state": "none", "error": ""}
    return wear_charts.waiting(found["state"], found.get("error", ""))


def _register_risk(app: Dash) -> None:
    @app.callback(
        *card.chart_outputs(Ids.RISK),
        Input(watch.phase(NAME), "data"),
        Input(shell.THEME, "data"),
        Input(Ids.TOOL, "value"),
        Input(Ids.MEASURE, "value"),
    )
    def draw_risk(phase: Phase, theme: str, tool: str | None, measure: str) -> Any:
        found = answer_of(phase)
        if found is None:
            return card.chart_values(empty(phase))
        if view.is_plant(found):
            chosen = tool or view.ranked(found)[0]["tool"]
            return card.chart_values(wear_plant.heat(found, theme, measure, chosen))
        return card.chart_values(wear_charts.risks(found, theme, tool or ""))


def _register_one(app: Dash) -> None:
    @app.callback(
        *card.chart_outputs(Ids.FAN),
        *card.chart_outputs(Ids.COST),
        Output(Ids.OPTIONS, "children"),
        Output(Ids.ADVICE, "children"),
        Input(watch.phase(NAME), "data"),
        Input(Ids.TOOL, "value"),
        Input(shell.THEME, "data"),
    )
    def draw_tool(phase: Phase, tool: str | None, theme: str) -> Any:
        found = answer_of(phase)
        if found is None or phase is None:
            nothing = card.chart_values(empty(phase))
            return (*nothing, *nothing, [], "")
        chosen = view.find(found, tool)
        return (
            *card.chart_values(wear_charts.fan(found, chosen, theme)),
            *card.chart_values(wear_charts.cost(found, chosen, theme)),
            [_option(option) for option in wear_charts.options(found, chosen)],
            wear_plant.assumed(found, chosen),
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


RIGHT = {"type": "rightAligned"}
WRAPPED = {"wrapHeaderText": True, "autoHeaderHeight": True}


def columns(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the columns of the table of tools: what to do comes before what it rests on."""
    hours, unit = view.horizon(document["hours"]), view.unit_word(document["time_unit"])
    wide = min(150, max(72, 28 + 8 * max(len(tool["tool"]) for tool in document["tools"])))
    plant = view.is_plant(document)
    risk = t("tool_wear.col_p1" if plant else "tool_wear.col_risk", hours=hours)
    return [
        {"field": "tool", "headerName": t("tool_wear.col_tool"), "pinned": "left", "width": wide,
         "cellClass": "strong"},
        {"field": "risk", "headerName": risk, "width": 112 if plant else 140, **WRAPPED,
         "cellRenderer": "TwinRisk", "sort": "desc", **RIGHT},
        {"field": "change_h", "headerName": t("tool_wear.col_change"),
         "width": 132 if plant else 152, "cellRenderer": "TwinPlan", **RIGHT},
        *(_plant_columns(hours) if plant else []),
        {"field": "half_h", "headerName": t("tool_wear.col_half"), "width": 124 if plant else 148,
         "headerTooltip": t("tool_wear.col_half.meaning", unit=unit),
         "cellRenderer": "TwinHalf", **RIGHT},
        {"field": "now", "headerName": t("tool_wear.col_now"), "width": 156, "sortable": False,
         "cellDataType": False, "cellRenderer": "TwinWear"},
        {"field": "why", "headerName": t("tool_wear.col_why"), "flex": 1, "minWidth": 148,
         "sortable": False, "cellRenderer": "TwinWhy", "tooltipField": "why"},
    ]  # fmt: skip


def _plant_columns(hours: str) -> list[dict[str, Any]]:
    return [
        {"field": "spares", "headerName": t("tool_wear.col_bring"), "width": 64,
         "headerTooltip": t("tool_wear.spares_noun"), **RIGHT},
        {"field": "p2", "headerName": t("tool_wear.col_p2", hours=hours), "width": 96, **WRAPPED,
         "headerTooltip": t("tool_wear.measure_p2.meaning"),
         "cellRenderer": "TwinRiskUnderPolicy", **RIGHT},
    ]  # fmt: skip


def _register_list(app: Dash) -> None:
    @app.callback(
        Output(Ids.FINDING, "children"),
        Output(Ids.GRID, "columnDefs"),
        Output(Ids.GRID, "rowData"),
        Output(Ids.GRID, "className"),
        Output(Ids.NOTES, "children"),
        Output(Ids.CARDS, "children"),
        Output(Ids.TOOL, "data"),
        Output(Ids.TOOL, "value", allow_duplicate=True),
        Output(Ids.GRID, "selectedRows", allow_duplicate=True),
        *(Output(name, "disabled") for name in TAKEN),
        Input(watch.phase(NAME), "data"),
        State(Ids.TOOL, "value"),
        prevent_initial_call="initial_duplicate",
    )
    def show(phase: Phase, tool: str | None) -> Any:
        found = answer_of(phase)
        if found is None or phase is None:
            return _nothing(phase)
        names = [entry["tool"] for entry in view.ranked(found)]
        chosen = tool if tool and tool in names else names[0]
        cards = wear_cards.cards(view.rows(found), chosen, view.horizon(found["hours"]))
        return (
            view.finding(found), columns(found), view.rows(found), "wear-grid",
            [html.Li(note) for note in notes(found)],
            cards, names, chosen, {"ids": [chosen]},
            *(False for _ in TAKEN),
        )  # fmt: skip


TAKEN = (Ids.ORDERS, Ids.CALENDAR, Ids.WORKBOOK, Ids.MTCONNECT, Ids.OPC)
"""Buttons that take the answer away."""


def notes(document: dict[str, Any]) -> list[str]:
    """Return what was left out and what was assumed."""
    if view.is_plant(document):
        moment = t("tool_wear.note_moment", h=f"{document['now_h']:g}", n=document["replications"])
        return [moment, *(reason(words) for words in document["assumptions"])]
    breaks = "note_break" if document.get("breakage", True) else "note_no_break"
    told = [reason(note) for note in document["notes"]]
    return [*told, t(f"tool_wear.{breaks}"), t("tool_wear.note_yours")]


def _nothing(phase: Phase) -> tuple[Any, ...]:
    """Return what the table shows without an answer."""
    waits = not phase or phase["state"] in jobs.OPEN
    said = t("shell.loading") if waits else empty(phase).caption
    return (said, no_update, [], "wear-grid is-empty", [], [], [], no_update, no_update,
            *(True for _ in TAKEN))  # fmt: skip


def _register_choice(app: Dash) -> None:
    @app.callback(
        Output(Ids.TOOL, "value"),
        Output(Ids.GRID, "selectedRows"),
        Input(Ids.GRID, "selectedRows"),
        Input(Ids.TOOL, "value"),
        Input(card.part(Ids.RISK, "figure"), "clickData"),
        prevent_initial_call=True,
    )
    def choose(selected: Any, tool: str | None, clicked: Any) -> Any:
        picked = selected[0]["tool"] if isinstance(selected, list) and selected else ""
        if ctx.triggered_id == Ids.GRID:
            return (picked if picked and picked != tool else no_update), no_update
        if ctx.triggered_id != Ids.TOOL:
            pot = pot_of(clicked)
            return (pot if pot and pot != tool else no_update), no_update
        return no_update, (no_update if not tool or tool == picked else {"ids": [tool]})


def _register_cards(app: Dash) -> None:
    @app.callback(
        Output(Ids.TOOL, "value", allow_duplicate=True),
        Output({"wear-card": ALL}, "className"),
        Input({"wear-card": ALL}, "n_clicks"),
        Input(Ids.TOOL, "value"),
        State({"wear-card": ALL}, "id"),
        prevent_initial_call=True,
    )
    def pick(_clicks: list[int], tool: str | None, ids: list[dict[str, str]]) -> Any:
        pressed = ctx.triggered_id
        touched = isinstance(pressed, dict) and bool(ctx.triggered[0]["value"])
        chosen = pressed["wear-card"] if touched else tool
        looks = ["wear-card chosen" if one["wear-card"] == chosen else "wear-card" for one in ids]
        return (chosen if touched and chosen != tool else no_update), looks


def pot_of(clicked: Any) -> str:
    """Return the tool of the place on the map, or of the bar, that was clicked; empty if none."""
    points = (clicked or {}).get("points") or [{}]
    return str(points[0].get("customdata") or "")


def _register_spares(app: Dash) -> None:
    @app.callback(
        Output(Ids.BRING, "children"),
        Output(Ids.SPARES, "data"),
        Input(watch.phase(NAME), "data"),
    )
    def bring(phase: Phase) -> Any:
        found = answer_of(phase)
        if found is None or not view.is_plant(found):
            waits = not phase or phase["state"] in jobs.OPEN
            return (t("shell.loading") if waits else empty(phase).caption), NONE
        return wear_plant.spares_finding(found), wear_plant.spares(found)


def _register_past(app: Dash) -> None:
    @app.callback(
        *card.chart_outputs(Ids.RELIABILITY),
        Output(Ids.TRUST, "children"),
        Output(Ids.SCORES, "data"),
        Output(Ids.LIFE, "children"),
        Output(Ids.LIVES, "data"),
        Input(watch.phase(Ids.PAST), "data"),
        Input(shell.THEME, "data"),
        State(Ids.ASKED, "data"),
        prevent_initial_call=True,
    )
    def show_the_past(phase: Phase, theme: str, stored: dict[str, Any]) -> Any:
        if not phase or phase["state"] in {"none", "cancelled"}:
            kind = "_sim" if stored["source"] == "plant" else ""
            said = card.Chart(t("tool_wear.past_ask"), None, t(f"tool_wear.past_waiting{kind}"))
            return (*card.chart_values(said), "", NONE, "", NONE)
        if phase["state"] != "done":
            return (*card.chart_values(_testing(phase)), "", NONE, "", NONE)
        found = jobs.get(phase["job"]).result
        trust = wear_past.verdict(found)
        return (
            *card.chart_values(wear_past.reliability(found, theme)),
            trust if wear_past.trusted(found) else mark("amber", trust),
            wear_past.scores(found),
            wear_past.life_finding(found),
            wear_past.lives(found),
        )


def _testing(phase: dict[str, str]) -> card.Chart:
    """Return the chart of a test of the past that runs, or that failed."""
    if phase["state"] in jobs.OPEN:
        return card.Chart(t("tool_wear.past_ask"), None, t("tool_wear.past_working"))
    return card.Chart(t("tool_wear.past_none"), None, sentence(watch.reason(phase)))
