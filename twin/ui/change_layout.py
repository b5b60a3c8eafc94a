"""How the page Changes is laid out: static; its callbacks fill it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from twin.devices.change import Change
from twin.ui import change_desk as desk
from twin.ui import change_view as view
from twin.ui import links
from twin.ui.change_view import STAGES, Action
from twin.ui.components import card
from twin.ui.components.frame import SIGNS, aria, page
from twin.ui.i18n import t
from twin.ui.links import View

NAME = "changes"
EVERY = 800
"""Between two looks at the ledger [ms]."""
LOOK = 3000
"""Between two looks at the device [ms]."""
MILD = ("withdraw", "rollback")
QUIET_NUMBER = "small quiet number"
KEEP = 80  # characters of an id that comes from an address


class Ids(StrEnum):
    """Ids of the page."""

    TICK = "changes-tick"
    LOOK = "changes-look"
    VERSION = "changes-version"
    CHOSEN = "changes-chosen"
    ARMED = "changes-armed"
    SCENARIO = "changes-scenario"
    ADDRESS = "changes-address"
    WENT = "changes-went"
    PERSON = "changes-person"
    FINDING = "changes-finding"
    LIST = "changes-list"
    DETAIL = "changes-detail"
    ID = "changes-id"
    MEANING = "changes-meaning"
    ABOUT = "changes-about"
    ITEMS = "changes-items"
    EVIDENCE = "changes-evidence"
    FIRST = "changes-first"
    SECOND = "changes-second"
    FIRST_WORDS = "changes-first-words"
    SECOND_WORDS = "changes-second-words"
    VERBS = "changes-verbs"
    REFUSED = "changes-refused"
    AGAIN = "changes-again"
    APPROVALS = "changes-approvals"
    APPROVED_BY = "changes-approved-by"
    TRAIL = "changes-trail"
    CHAIN = "changes-chain"
    DEVICE = "changes-device"
    DEVICE_CARD = "changes-device-card"
    DEVICE_FINDING = "changes-device-finding"


def row_id(key: str) -> dict[str, str]:
    """Return the id of a change in the list."""
    return {"change-row": key}


def layout(view_: View) -> Component:
    """Return the page for one address."""
    stores = [
        dcc.Store(id=Ids.VERSION),
        dcc.Store(id=Ids.CHOSEN, data=view_.one("change")[:KEEP]),
        dcc.Store(id=Ids.ARMED, data=""),
        dcc.Store(id=Ids.VERBS, data=[]),
        dcc.Store(id=Ids.SCENARIO, data=view_.scenario),
        dcc.Store(id=Ids.ADDRESS),
        dcc.Store(id=Ids.WENT),
        dcc.Interval(id=Ids.TICK, interval=EVERY),
        dcc.Interval(id=Ids.LOOK, interval=LOOK),
    ]
    detail = html.Div(
        [
            html.Div([_what(), _evidence(), _trail()], className="change-main"),
            html.Div([_todo(), _device()], className="change-side"),
        ],
        id=Ids.DETAIL,
        className="change-detail is-empty",
    )
    return page(NAME, html.Div(stores, hidden=True), _list(view_), detail, aside=_person())


def _person() -> Component:
    return html.Div(
        dmc.Select(
            id=Ids.PERSON, data=desk.people(), value="operator", allowDeselect=False, size="sm",
            label=t("changes.person"), className="change-person", persistence=True,
            persistence_type="local", comboboxProps={"shadow": "none"},
        )
    )  # fmt: skip


def _list(view_: View) -> Component:
    stages = [html.Span(t(f"changes.stage_{name}")) for name in STAGES]
    head = html.Div(
        [html.Span(t("changes.col_change")), html.Span(stages, className="stages"),
         html.Span(t("changes.col_state")),
         html.Span(t("changes.col_updated"), className="number")],
        className="change-head small quiet", **aria(hidden="true"),
    )  # fmt: skip
    return html.Section(
        [
            html.P(t("changes.all"), className="noun"),
            html.H2(t("shell.loading"), id=Ids.FINDING),
            head,
            html.Div(id=Ids.LIST, className="change-list"),
        ],
        className="card",
    )


def empty(scenario: str) -> Component:
    """Return what stands in an empty list."""
    link = dcc.Link(t("changes.empty_do"), href=links.write("what_if", scenario))
    return html.Div([html.P(t("changes.empty_why"), className="quiet"), html.P(link)],
                    className="change-empty")  # fmt: skip


def row(change: Change, now: float, chosen: bool) -> Component:
    """Return one change as a line along its states."""
    tone, state = view.tone(change.state), view.state_word(change.state)
    sign = {"red": SIGNS["red"], "amber": SIGNS["amber"]}.get(tone, "")
    stage = view.reached(change)
    track = html.Span(className=f"track {tone}", style={"--done": stage},
                      title=t(f"changes.stage_{STAGES[stage - 1]}"))  # fmt: skip
    what = html.Span(
        [html.Span(view.title(change), className="change-title"),
         html.Span(f"{change.target} · {change.author}", className="small quiet")],
        className="change-what",
    )  # fmt: skip
    button = html.Button(
        [what, track, html.Span(f"{sign} {state}".strip(), className=f"change-state {tone}"),
         html.Span(view.moment(change.updated or change.created, now), className=QUIET_NUMBER)],
        id=row_id(change.id), className="change-row chosen" if chosen else "change-row",
        n_clicks=0, **aria(current="true" if chosen else "false"),
    )  # fmt: skip
    return html.Li(button)


def _table(name: Ids, label: str) -> Component:
    return html.Div(
        dmc.Table(id=name, data={"head": [], "body": []}),
        className="table-scroll", tabIndex=0, role="region", **aria(label=label),
    )  # fmt: skip


def _what() -> Component:
    return html.Section(
        [
            html.P(id=Ids.ID, className="noun"),
            html.H2(id=Ids.MEANING),
            html.P(id=Ids.ABOUT, className="quiet about-change"),
            _table(Ids.ITEMS, t("changes.items")),
        ],
        className="card change-items",
    )


def _evidence() -> Component:
    return card.chart_card(Ids.EVIDENCE, t("changes.evidence_noun"), height=240)


def _trail() -> Component:
    return html.Section(
        [
            html.P(t("changes.trail_noun"), className="noun"),
            html.H2(id=Ids.CHAIN),
            _table(Ids.TRAIL, t("changes.trail_noun")),
        ],
        className="card change-trail",
    )


def _step(button: Ids, words: Ids, variant: str) -> Component:
    # Not there before it has a name: what it does depends on the change.
    hidden = {"display": "none"}
    return html.Div(
        [
            dmc.Button(id=button, variant=variant, n_clicks=0, children="", fullWidth=True,
                       style=hidden),
            html.P(id=words, className="small quiet"),
        ],
        className="change-do",
    )  # fmt: skip


def _todo() -> Component:
    return html.Section(
        [
            html.P(t("changes.todo_noun"), className="noun"),
            _step(Ids.FIRST, Ids.FIRST_WORDS, "filled"),
            _step(Ids.SECOND, Ids.SECOND_WORDS, "default"),
            html.Div(id=Ids.REFUSED, role="alert", className="change-refused"),
            html.P(
                dcc.Link(t("changes.again"), id=Ids.AGAIN, href=""), className="small change-again"
            ),
            html.P(t("changes.approvals_noun"), className="noun change-part"),
            html.P(id=Ids.APPROVED_BY),
            _table(Ids.APPROVALS, t("changes.approvals_noun")),
        ],
        className="card change-todo",
    )


def _device() -> Component:
    return html.Section(
        [
            html.P(t("changes.device_noun"), className="noun"),
            html.H2(t("shell.loading"), id=Ids.DEVICE_FINDING),
            _table(Ids.DEVICE, t("changes.device_noun")),
        ],
        id=Ids.DEVICE_CARD,
        className="card change-device",
    )


def buttons(todo: list[Action], armed: str) -> list[Any]:
    """Return name, words, look, style and whether it is barred, of both buttons.

    A step that is armed asks again.
    """
    asked = (action for action in todo if action.verb == armed and not action.barred)
    sure = next((action for action in asked if action.two_steps), None)
    if sure is not None:
        first = [sure.sure, t("changes.sure_words"), "filled", {}, False]
        return [*first, t("changes.not_yet"), "", {}, False]
    gone = {"display": "none"}
    found: list[Any] = []
    for place in range(2):
        there = place < len(todo)
        found += [todo[place].name, _words(todo[place])] if there else ["", ""]
        if place == 0:
            found.append("filled" if there and todo[0].verb not in MILD else "default")
        found += [{} if there else gone, bool(there and todo[place].barred)]
    return found


def _words(action: Action) -> Any:
    """What a button will do, or why this person may not."""
    if not action.barred:
        return action.words
    return html.Span(f"{SIGNS['amber']} {action.barred}", className="amber")
