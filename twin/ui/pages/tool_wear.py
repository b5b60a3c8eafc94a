"""Tool wear: what will fail, and when should it be changed?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component

from twin import jobs
from twin.errors import BadInput, Fault
from twin.forecast import shop_question, tables
from twin.forecast.orders import owner
from twin.forecast.reading import REQUIRED
from twin.ui import baseline, links, shell, wear_layout, wear_take
from twin.ui import wear_view as view
from twin.ui.bearings_asked import goes_along
from twin.ui.bearings_layout import JOB
from twin.ui.bearings_layout import Ids as BearingIds
from twin.ui.browser import in_browser
from twin.ui.components import watch
from twin.ui.context import Context
from twin.ui.i18n import t
from twin.ui.links import View
from twin.ui.pages import _tool_wear_bearings as bearings
from twin.ui.pages import _tool_wear_show as showing
from twin.ui.wear_asked import PLANT, SETTINGS, TABLE, UNSAID, Asked, chosen_columns, with_settings
from twin.ui.wear_layout import NAME, Ids, Plant
from twin.ui.wear_words import fault

ORDER = 30
ICON = "drill"


def layout(view_: View, context: Context) -> Component:
    """Return the page for one address."""
    start = baseline.now(context, view_.scenario)
    return wear_layout.layout(view_, Plant(start, shop_question.machines(start.scenario)))


# -- callbacks ----------------------------------------------------------------------------------


def register(app: Dash, context: Context) -> None:
    """Register the callbacks of the page."""
    _register_asking(app, context)
    _register_past(app, context)
    _register_source(app)
    _register_table(app)
    _register_label(app)
    _register_taking(app)
    showing.register(app)
    bearings.register(app)


def read_stored(stored: dict[str, Any], numbers: list[Any], columns: list[Any] | None = None,
                units: list[Any] | None = None, *, breakage: bool = True) -> Asked:  # fmt: skip
    """Return what the fields of the page ask.

    Raises
    ------
    BadInput
        One fault for each number that is missing or out of range.
    """
    if stored["source"] == PLANT:
        asked = Asked(tool=stored["tool"], source=PLANT, breakage=breakage)
        return _without_usual(with_settings(asked, numbers), stored["now_h"])
    asked = Asked(stored["table"], stored["file"], stored["columns"], stored["units"],
                  tool=stored["tool"], breakage=breakage)  # fmt: skip
    if columns:
        header = tables.columns_of(asked.table)
        names = dict(zip(REQUIRED, columns, strict=True))
        given = dict(zip(("time_min", "vb_mm"), units or (), strict=True))
        chosen = {name: word for name, word in given.items() if word and word != UNSAID}
        asked = Asked(asked.table, asked.file, chosen_columns(header, names), chosen,
                      tool=asked.tool, breakage=breakage)  # fmt: skip
    return with_settings(asked, numbers)


def _without_usual(asked: Asked, now_h: float) -> Asked:
    """The moment that the scenario itself says is not worth a word in the address."""
    shop = {name: value for name, value in asked.shop.items() if (name, value) != ("at", now_h)}
    return Asked(tool=asked.tool, source=PLANT, breakage=asked.breakage, shop=shop)


def question_of(
    asked: Asked, stored: dict[str, Any], context: Context, *, backtest: bool = False
) -> dict[str, Any]:
    """Return the question for the queue of jobs, with the scenario that it is about."""
    question = asked.question(backtest=backtest)
    if asked.source != PLANT:
        return question
    of = {"scenario": str(context.file(stored["scenario"]))}
    held = stored.get("held") or {}
    return {**question, **of, "base_values": held} if held else {**question, **of}


def _register_asking(app: Dash, context: Context) -> None:
    @app.callback(
        Output(watch.job(NAME), "data"),
        Output(watch.job(Ids.PAST), "data", allow_duplicate=True),
        Output(Ids.ADDRESS, "data"),
        Output(Ids.FAULTS, "children"),
        Output({"wear-setting": ALL}, "error"),
        Input({"wear-setting": ALL}, "value"),
        Input({"wear-column": ALL}, "value"),
        Input({"wear-unit": ALL}, "value"),
        Input(Ids.BREAKAGE, "checked"),
        Input(Ids.TOOL, "value"),
        State(Ids.ASKED, "data"),
        State(watch.job(NAME), "data"),
        State(BearingIds.ASKED, "data"),
        prevent_initial_call="initial_duplicate",
    )
    def ask(
        numbers: list[Any],
        columns: list[Any],
        units: list[Any],
        breakage: bool,
        tool: str | None,
        stored: dict[str, Any],
        present: str,
        beside: dict[str, Any],
    ) -> Any:
        settings = SETTINGS[stored["source"]]
        kept = {**stored, "tool": tool or stored["tool"]}
        try:
            asked = read_stored(kept, numbers, columns, units, breakage=breakage)
            job = jobs.submit("forecast", question_of(asked, stored, context), by=NAME).id
            past = jobs.find("forecast", question_of(asked, stored, context, backtest=True))
        except BadInput as error:
            fields, rest = split(error, settings)
            return "", "", no_update, _faults(rest), fields
        said = bearings.of_stored(beside).query(bearings.first_of(stored))
        address = links.write(NAME, stored["scenario"], {**asked.query(), **said})
        before = past.id if past else ""
        quiet = [""] * len(settings)
        return (no_update if job == present else job), before, address, [], quiet

    in_browser(app, "address", Output(Ids.WENT, "data"), Input(Ids.ADDRESS, "data"))


def split(error: BadInput, settings: tuple[str, ...]) -> tuple[list[str], list[Fault]]:
    """Faults of a setting stand beside its field, all others below."""
    beside = {found.path: found.message for found in error.faults if found.path in settings}
    rest = [found for found in error.faults if found.path not in settings]
    return [beside.get(name, "") for name in settings], rest


def _faults(faults: list[Fault], shown: str = "") -> list[Component]:
    """Say what is wrong with a table, and which one is still shown below, if one is."""
    if not faults:
        return []
    lines = [html.Li(str(fault(found))) for found in faults]
    still = [html.P(t("tool_wear.still_shown", table=shown), className="small")] if shown else []
    return [html.P(["◆ ", t("tool_wear.table_refused")], className="red wear-refused"),
            html.Ul(lines, className="fault-lines"), *still]  # fmt: skip


def _register_past(app: Dash, context: Context) -> None:
    @app.callback(
        Output(watch.job(Ids.PAST), "data"),
        Input(Ids.BACKTEST, "n_clicks"),
        State({"wear-setting": ALL}, "value"),
        State({"wear-column": ALL}, "value"),
        State({"wear-unit": ALL}, "value"),
        State(Ids.BREAKAGE, "checked"),
        State(Ids.ASKED, "data"),
        prevent_initial_call=True,
    )
    def test_the_past(
        clicks: int,
        numbers: list[Any],
        chosen: list[Any],
        units: list[Any],
        breakage: bool,
        stored: dict[str, Any],
    ) -> Any:
        if not clicks:
            return no_update
        asked = read_stored(stored, numbers, chosen, units, breakage=breakage)
        question = question_of(asked, stored, context, backtest=True)
        return jobs.submit("forecast", question, by=NAME).id


def _register_source(app: Dash) -> None:
    @app.callback(
        Output(shell.Ids.URL, "href", allow_duplicate=True),
        Input(Ids.SOURCE, "value"),
        State(Ids.ASKED, "data"),
        prevent_initial_call=True,
    )
    def choose_source(source: str, stored: dict[str, Any]) -> Any:
        if source == stored["source"]:
            return no_update
        asked = Asked(source=PLANT if source == PLANT else TABLE)
        return links.write(NAME, stored["scenario"], asked.query())

    @app.callback(
        Output({"wear-setting": "hours"}, "value"),
        Input(Ids.HORIZON, "value"),
        prevent_initial_call=True,
    )
    def choose_horizon(hours: str) -> Any:
        return float(hours) if hours else no_update


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
            name = tables.keep(bearings.decoded(contents))
        except BadInput as error:
            shown = view.table_name(Asked(stored["table"], stored["file"]))
            named = [Fault(f.message, f.path, file or f.file, f.value) for f in error.faults]
            return no_update, _faults(named, shown)
        asked = Asked(name, (file or "")[:80])
        return links.write(NAME, stored["scenario"], asked.query()), []


def _register_label(app: Dash) -> None:
    """Name the file input for those who do not see the button; refuse what is too large."""
    register_: Any = app.clientside_callback
    register_(
        ClientsideFunction("wear", "label"),
        Output(Ids.NAMED, "data"),
        Input(Ids.ASKED, "data"),
        State(Ids.UPLOAD, "id"),
        State(Ids.UPLOAD, "max_size"),
        State(Ids.REFUSED, "id"),
    )


def _register_taking(app: Dash) -> None:
    @app.callback(
        Output(Ids.TAKEN, "data"),
        *(Input(name, "n_clicks") for name in showing.TAKEN),
        State(watch.phase(NAME), "data"),
        State({"wear-setting": ALL}, "value"),
        State(Ids.ASKED, "data"),
        State(watch.phase(JOB), "data"),
        State(BearingIds.ASKED, "data"),
        prevent_initial_call=True,
    )
    def take(*given: Any) -> Any:
        *clicks, phase, numbers, stored, own, asked = given
        found = showing.answer_of(phase)
        if found is None or not any(clicks):
            return no_update
        tools = stored["table"] if stored["source"] == TABLE else ""
        along = goes_along(asked["table"], tools)
        beside = bearings.answer_of(own, None, asked) if along else None
        kind = dict(zip(showing.TAKEN, wear_take.FORMATS, strict=True))[Ids(str(ctx.triggered_id))]
        made = taken(found, stored, numbers)
        if beside is not None:
            whose = owner(asked["file"]) or asked["table"]
            made = replace(made, bearings=beside["bearings"], whose=whose)
        return wear_take.download(kind, made)


def taken(found: dict[str, Any], stored: dict[str, Any], numbers: list[Any]) -> wear_take.Taken:
    """Return what files are made of: whose tools they are decides the names of their events."""
    now = datetime.now().astimezone()
    if view.is_plant(found):
        return wear_take.Taken(found, found["site"], now)
    minutes = read_stored(stored, numbers).planning.change_time
    whose = owner(stored["file"]) or stored["table"]
    return wear_take.Taken(found, whose, now, minutes)
