"""Changes: where is my change?"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component

from twin.devices.change import approvals_needed
from twin.errors import BadInput
from twin.ui import change_desk as desk
from twin.ui import change_layout, links, refusals, shell
from twin.ui import change_view as view
from twin.ui.browser import in_browser
from twin.ui.change_layout import NAME, Ids
from twin.ui.components import card
from twin.ui.context import Context
from twin.ui.i18n import t
from twin.ui.links import View

ORDER = 100
ICON = "git-pull-request-arrow"
BLANK: dict[str, Any] = {"head": [], "body": []}


def layout(view_: View, context: Context) -> Component:
    """Return the page for one address."""
    return change_layout.layout(view_)


def register(app: Dash, context: Context) -> None:
    """Register the callbacks of the page."""
    _register_list(app)
    _register_choice(app)
    _register_detail(app)
    _register_evidence(app)
    _register_doing(app)
    _register_clicks(app)
    _register_device(app)


def _register_list(app: Dash) -> None:
    @app.callback(
        Output(Ids.VERSION, "data"),
        Input(Ids.TICK, "n_intervals"),
        State(Ids.VERSION, "data"),
    )
    def look(_n: int | None, before: str | None) -> Any:
        now = desk.version(desk.changes())
        return no_update if now == before else now

    @app.callback(
        Output(Ids.LIST, "children"),
        Output(Ids.FINDING, "children"),
        Input(Ids.VERSION, "data"),
        Input(Ids.CHOSEN, "data"),
        State(Ids.SCENARIO, "data"),
    )
    def show(version: str | None, chosen: str, scenario: str) -> Any:
        if version is None:
            return no_update, no_update
        found, now = desk.changes(), time.time()
        if not found:
            return change_layout.empty(scenario), t("changes.empty")
        rows = [change_layout.row(change, now, change.id == chosen) for change in found]
        return html.Ul(rows, className="change-rows"), view.finding(found)


def _register_choice(app: Dash) -> None:
    @app.callback(
        Output(Ids.CHOSEN, "data"),
        Input({"change-row": ALL}, "n_clicks"),
        Input(Ids.VERSION, "data"),
        State(Ids.CHOSEN, "data"),
    )
    def choose(_clicks: list[int], _version: str | None, chosen: str) -> Any:
        asked = ctx.triggered_id
        if isinstance(asked, dict) and ctx.triggered[0]["value"]:
            return asked["change-row"]
        if chosen:
            return no_update
        found = desk.changes()
        return found[0].id if found else no_update

    @app.callback(
        Output(Ids.ADDRESS, "data"),
        Input(Ids.CHOSEN, "data"),
        State(Ids.SCENARIO, "data"),
    )
    def remember(chosen: str, scenario: str) -> Any:
        return links.write(NAME, scenario, {"change": chosen})

    in_browser(app, "address", Output(Ids.WENT, "data"), Input(Ids.ADDRESS, "data"))


def about(found: desk.Found) -> str:
    """Return what stands below the heading of a change: why it stopped, and why it was asked."""
    change = found.change
    why = refusals.message(change.reason)
    parts = [why, t("changes.next", what=t(f"changes.next_{change.state.name}"))]
    if change.note:
        parts.append(t("changes.note", note=change.note))
    if change.rollback_of:
        parts.append(t("changes.rollback_of", id=change.rollback_of))
    return "\n".join(part for part in parts if part)


def approved_by(found: desk.Found) -> str:
    """Return how many approvals there are and are needed."""
    change = found.change
    if change.rollback_of:
        return t("changes.approvals_rollback")
    need = approvals_needed(change.risk)
    return t("changes.approvals_of", n=len(change.approvals), of=need, risk=change.risk)


def chain(found: desk.Found) -> list[Any]:
    """Return what the check of the audit trail found, as a heading."""
    if found.wrong:
        return [html.Span("◆ ", className="red"), t("changes.chain_broken", n=len(found.wrong)),
                html.Span("; ".join(found.wrong[:3]), className="fault-lines quiet")]  # fmt: skip
    n = len(found.trail)
    return [t("changes.chain_whole", n=n) if n > 1 else t("changes.chain_whole_one")]


def _register_detail(app: Dash) -> None:
    @app.callback(
        Output(Ids.DETAIL, "className"),
        Output(Ids.ID, "children"),
        Output(Ids.MEANING, "children"),
        Output(Ids.ABOUT, "children"),
        Output(Ids.ITEMS, "data"),
        Output(Ids.APPROVED_BY, "children"),
        Output(Ids.APPROVALS, "data"),
        Output(Ids.CHAIN, "children"),
        Output(Ids.TRAIL, "data"),
        Input(Ids.CHOSEN, "data"),
        Input(Ids.VERSION, "data"),
    )
    def show_one(chosen: str, _version: str | None) -> Any:
        found = desk.find(chosen) if chosen else None
        if found is None:
            return ("change-detail is-empty", chosen, t("changes.unknown") if chosen else "",
                    "", BLANK, "", BLANK, [], BLANK)  # fmt: skip
        change = found.change
        tone = view.tone(change.state)
        sign = {"red": "◆ ", "amber": "▲ "}.get(tone, "")
        meaning = [html.Span(sign, className=tone), view.meaning(change)]
        approvals = view.approval_rows(change, found.signed_well) if change.approvals else BLANK
        return (
            "change-detail", f"{change.id} · {view.title(change)}", meaning, about(found),
            view.item_rows(change, found.points), approved_by(found), approvals, chain(found),
            view.trail_rows(found.trail),
        )  # fmt: skip


def _register_evidence(app: Dash) -> None:
    @app.callback(
        *card.chart_outputs(Ids.EVIDENCE),
        Input(Ids.CHOSEN, "data"),
        Input(Ids.VERSION, "data"),
        Input(shell.THEME, "data"),
    )
    def draw(chosen: str, _version: str | None, theme: str) -> Any:
        found = desk.find(chosen) if chosen else None
        if found is None:
            empty = card.Chart(t("changes.no_evidence"), None, t("changes.no_evidence_why"))
            return card.chart_values(empty)
        return card.chart_values(view.evidence(found.change, found.document, theme))


def refused(error: BadInput) -> list[Component]:
    """Return why the desk refused, one line a reason."""
    lines = [html.P(refusals.said(replace(fault, file=""))) for fault in error.faults]
    return [html.P(["◆ ", t("changes.refused")], className="red"), *lines]


def _register_doing(app: Dash) -> None:
    @app.callback(
        Output(Ids.VERBS, "data"),
        Output(Ids.FIRST, "children"),
        Output(Ids.FIRST_WORDS, "children"),
        Output(Ids.FIRST, "variant"),
        Output(Ids.FIRST, "style"),
        Output(Ids.FIRST, "disabled"),
        Output(Ids.SECOND, "children"),
        Output(Ids.SECOND_WORDS, "children"),
        Output(Ids.SECOND, "style"),
        Output(Ids.SECOND, "disabled"),
        Output(Ids.AGAIN, "href"),
        Input(Ids.CHOSEN, "data"),
        Input(Ids.VERSION, "data"),
        Input(Ids.ARMED, "data"),
        Input(Ids.PERSON, "value"),
        State(Ids.SCENARIO, "data"),
    )
    def offer(
        chosen: str, _version: str | None, armed: str, person: str | None, scenario: str
    ) -> Any:
        found = desk.find(chosen) if chosen else None
        todo = view.actions(found.change, desk.barred(found.change, person or "")) if found else []
        offered = change_layout.buttons(todo, armed)
        if found and not todo:
            offered[1] = t("changes.nothing_to_do")
        query = {"set": view.settings(found.change)} if found else {}
        again = links.write("what_if", scenario, query)
        return ([action.verb for action in todo], *offered, again)


def _register_clicks(app: Dash) -> None:
    @app.callback(
        Output(Ids.ARMED, "data"),
        Output(Ids.REFUSED, "children"),
        Input(Ids.FIRST, "n_clicks"),
        Input(Ids.SECOND, "n_clicks"),
        Input(Ids.CHOSEN, "data"),
        Input(Ids.PERSON, "value"),
        State(Ids.ARMED, "data"),
        State(Ids.VERBS, "data"),
        prevent_initial_call=True,
        running=[(Output(Ids.FIRST, "loading"), True, False)],
    )
    def do(
        _first: int, _second: int, chosen: str, person: str | None, armed: str, verbs: list[str]
    ) -> Any:
        place = {Ids.FIRST.value: 0, Ids.SECOND.value: 1}.get(ctx.triggered_id)
        if place is None or not ctx.triggered[0]["value"]:
            return "", []
        verb, wait = decide(place, armed, verbs)
        if not verb or wait:
            return (verb if wait else ""), []
        try:
            desk.act(verb, chosen, person or "")
        except BadInput as error:
            return "", refused(error)
        return "", []


def decide(place: int, armed: str, verbs: list[str]) -> tuple[str, bool]:
    """Return what a click on a button means: the verb, and whether to ask once more first.

    >>> decide(0, "", ["push"]), decide(0, "push", ["push"]), decide(1, "push", ["push"])
    (('push', True), ('push', False), ('', False))
    """
    if armed:
        return (armed if place == 0 and armed in verbs else ""), False
    verb = verbs[place] if place < len(verbs) else ""
    return verb, verb in {"push", "rollback"}


def _register_device(app: Dash) -> None:
    @app.callback(
        Output(Ids.DEVICE_FINDING, "children"),
        Output(Ids.DEVICE, "data"),
        Output(Ids.DEVICE_CARD, "className"),
        Input(Ids.LOOK, "n_intervals"),
        Input(Ids.CHOSEN, "data"),
        Input(Ids.VERSION, "data"),
    )
    def listen(_n: int | None, chosen: str, _version: str | None) -> Any:
        device, rows = desk.device_of(chosen), desk.live()
        if rows is None or not device:
            return t("changes.device_none"), BLANK, "card change-device is-stale"
        said, stale = view.device_finding(rows, device)
        shown = "card change-device is-stale" if stale else "card change-device"
        return said, view.device_rows(rows, device), shown
