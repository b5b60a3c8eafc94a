"""The bearings of the page Tool wear: asked, shown, chosen."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, html, no_update
from dash.development.base_component import Component

from twin import jobs
from twin.errors import BadInput, Fault
from twin.forecast import tables
from twin.ui import bearings_asked as asking
from twin.ui import bearings_view as view
from twin.ui import links, shell, wear_layout
from twin.ui.bearings_asked import OWN, AskedBearings
from twin.ui.bearings_layout import JOB, PLANT, Ids
from twin.ui.components import card, watch
from twin.ui.components.card import Chart
from twin.ui.i18n import t
from twin.ui.wear_words import fault, sentence

Phase = dict[str, str] | None
MINE = ("bearings", "b_file", "b_map", "b_unit", "b_rms", "b_running", "bearing",
        *(f"b_{name}" for name in asking.NUMBERS))  # fmt: skip
"""What an address says of bearings."""


def register(app: Dash) -> None:
    """Register the callbacks of the bearings."""
    _register_asking(app)
    _register_table(app)
    _register_shown(app)


def of_stored(stored: dict[str, Any]) -> AskedBearings:
    """Return what a store of the page holds."""
    return AskedBearings(**stored)


def address(url: str | None, stored: dict[str, Any], asked: AskedBearings, first: str) -> str:
    """Return an address that says the same of tools, and this of bearings."""
    before = links.read("", urlsplit(url or "").query, "", stored["scenario"])
    kept = {key: list(values) for key, values in before.query.items() if key not in MINE}
    return links.write(wear_layout.NAME, before.scenario, {**kept, **asked.query(first)})


def first_of(stored: dict[str, Any]) -> str:
    """Return the table that the page starts with: beside the plant's tools its own bearings."""
    return OWN if stored["source"] == "plant" else asking.EXAMPLE


def _register_asking(app: Dash) -> None:
    @app.callback(
        Output(watch.job(JOB), "data"),
        Output(Ids.ASKED, "data"),
        Output(wear_layout.Ids.ADDRESS, "data", allow_duplicate=True),
        Output(Ids.FAULTS, "children"),
        Input({"bearings-number": ALL}, "value"),
        Input({"bearings-column": ALL}, "value"),
        Input(Ids.UNIT, "value", allow_optional=True),
        Input(Ids.RMS, "value", allow_optional=True),
        Input(Ids.RUNNING, "value", allow_optional=True),
        Input(Ids.CHOSEN, "value"),
        State(Ids.ASKED, "data"),
        State(wear_layout.Ids.ASKED, "data"),
        State(wear_layout.Ids.ADDRESS, "data"),
        State(shell.Ids.URL, "href"),
        State(watch.job(JOB), "data"),
        prevent_initial_call="initial_duplicate",
    )
    def ask(
        numbers: list[Any], columns: list[Any], unit: str | None, rms: str | None,
        running: list[str] | None, chosen: str | None, stored: dict[str, Any],
        page: dict[str, Any], before: str | None, url: str | None, present: str,
    ) -> Any:  # fmt: skip
        asked = of_stored({**stored, "bearing": chosen or stored["bearing"]})
        try:
            if asked.table != OWN:
                asked = asking.with_fields(
                    asked,
                    numbers,
                    columns,
                    unit or asked.unit,
                    running if running is not None else asked.running,
                    rms if rms is not None else asked.rms_unit,
                )
            job = (
                ""
                if asked.table == OWN
                else jobs.submit("forecast", asked.question(), by=wear_layout.NAME).id
            )
        except BadInput as error:
            return "", no_update, no_update, faults(error.faults)
        now = address(before or url, page, asked, first_of(page))
        return (no_update if job == present else job), asked.stored(), now, []


def faults(found: Iterable[Fault]) -> list[Component]:
    """Say what is wrong with a table of trends, in the words of the page."""
    lines = [html.Li(str(fault(one))) for one in found]
    return [html.P(["◆ ", t("tool_wear.table_refused")], className="red wear-refused"),
            html.Ul(lines, className="fault-lines")]  # fmt: skip


def _register_table(app: Dash) -> None:
    @app.callback(
        Output(shell.Ids.URL, "href", allow_duplicate=True),
        Input(Ids.TABLE, "value"),
        State(Ids.ASKED, "data"),
        State(wear_layout.Ids.ASKED, "data"),
        State(wear_layout.Ids.ADDRESS, "data"),
        State(shell.Ids.URL, "href"),
        prevent_initial_call=True,
    )
    def choose_table(
        table: str | None, stored: dict[str, Any], page: dict[str, Any], before: str | None,
        url: str | None,
    ) -> Any:  # fmt: skip
        wanted = OWN if table == PLANT else table
        if wanted is None or wanted == stored["table"]:
            return no_update
        return address(before or url, page, AskedBearings(wanted), first_of(page))

    @app.callback(
        Output(shell.Ids.URL, "href", allow_duplicate=True),
        Output(Ids.REFUSED, "children"),
        Input(Ids.UPLOAD, "contents"),
        State(Ids.UPLOAD, "filename"),
        State(wear_layout.Ids.ASKED, "data"),
        State(wear_layout.Ids.ADDRESS, "data"),
        State(shell.Ids.URL, "href"),
        prevent_initial_call=True,
    )
    def upload(
        contents: str | None, file: str | None, page: dict[str, Any], before: str | None,
        url: str | None,
    ) -> Any:  # fmt: skip
        if not contents:
            return no_update, no_update
        try:
            name = tables.keep(decoded(contents))
        except BadInput as error:
            named = [Fault(f.message, f.path, file or f.file, f.value) for f in error.faults]
            return no_update, faults(named)
        asked = AskedBearings(name, (file or "")[:80])
        return address(before or url, page, asked, first_of(page)), []

    register_: Any = app.clientside_callback
    register_(
        ClientsideFunction("wear", "label"),
        Output(Ids.NAMED, "data"),
        Input(wear_layout.Ids.ASKED, "data"),
        State(Ids.UPLOAD, "id"),
        State(Ids.UPLOAD, "max_size"),
        State(Ids.REFUSED, "id"),
    )


def decoded(contents: str) -> bytes:
    """Return the bytes of an upload.

    Raises
    ------
    BadInput
        When it did not arrive whole.
    """
    try:
        return base64.b64decode(contents.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        raise BadInput(Fault("did not arrive whole; upload it again", file=tables.YOURS)) from None


def answer_of(own: Phase, plant: Phase, stored: dict[str, Any]) -> dict[str, Any] | None:
    """Return the answer that has the bearings that were asked for, if it is there."""
    phase = plant if stored["table"] == OWN else own
    if not phase or phase["state"] != "done":
        return None
    found: dict[str, Any] = jobs.get(phase["job"]).result
    return found if "bearings" in found else None


def _register_shown(app: Dash) -> None:
    @app.callback(
        Output(Ids.FINDING, "children"),
        Output(Ids.GRID, "children"),
        Output(Ids.CHOSEN, "data"),
        Output(Ids.CHOSEN, "value"),
        *card.chart_outputs(Ids.FAN),
        Output(Ids.ADVICE, "children"),
        Output(Ids.PAST, "children"),
        Output(Ids.BODY, "className"),
        Input(watch.phase(JOB), "data"),
        Input(watch.phase(wear_layout.NAME), "data"),
        Input(Ids.CHOSEN, "value"),
        Input(shell.THEME, "data"),
        State(Ids.ASKED, "data"),
    )
    def show(
        own: Phase, plant: Phase, chosen: str | None, theme: str, stored: dict[str, Any]
    ) -> Any:
        found = answer_of(own, plant, stored)
        bearings = found["bearings"] if found else []
        if not found or not bearings:
            said = _nothing(own, plant, stored, bool(found))
            empty = card.chart_values(Chart("", None, ""))
            return (said[0], _empty(said[1]), [], no_update, *empty, [], "", "bearings-body none")
        one = view.find(bearings, chosen or stored["bearing"])
        name = one["bearing"]
        rows = [html.Div([html.Dt(what), html.Dd(words)]) for what, words in view.advice(one)]
        return (
            view.finding(bearings), view.table(bearings, name),
            [entry["bearing"] for entry in view.ranked(bearings)],
            no_update if name == chosen else name,
            *card.chart_values(view.chart(one, theme)), rows, view.past(found), "bearings-body",
        )  # fmt: skip


def _empty(words: str) -> list[Component]:
    return [html.Tbody(html.Tr(html.Td(words, className="quiet empty")))] if words else []


def _nothing(own: Phase, plant: Phase, stored: dict[str, Any], done: bool) -> tuple[str, str]:
    """Say why there is no bearing to show, and the one thing to do."""
    if done:
        return t("tool_wear.bearings_none"), t("tool_wear.bearings_none_why")
    if stored["table"] == OWN and plant and plant["state"] == "done":
        return t("tool_wear.bearings_none"), t("tool_wear.bearings_not_plant")
    phase = plant if stored["table"] == OWN else own
    if not phase or phase["state"] in jobs.OPEN:
        return t("shell.loading"), ""
    if phase["state"] == "none":
        return t("tool_wear.nothing_yet"), t("tool_wear.bearings_no_answer")
    return t("tool_wear.nothing_yet"), sentence(watch.reason(phase))
