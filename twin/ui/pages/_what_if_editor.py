"""The left side of What-if: parameters on the table, what limits them, and the bar at the foot."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from twin.scenario import Scenario
from twin.ui import baseline, form, names
from twin.ui import draft as drafts
from twin.ui.baseline import Start
from twin.ui.components import start as start_line
from twin.ui.components import watch
from twin.ui.components.frame import aria, dropdown, icon, mark
from twin.ui.i18n import known, t
from twin.ui.wording import number, unit

PAGE = "what_if"
FEWEST, MOST = 2, 500
"""Runs of each variant that the page asks for; the command line takes more."""


class Ids(StrEnum):
    """Ids of the page."""

    BASE = "what-if-scenario"
    OTHER = "what-if-other-baseline"
    OTHER_BASE = "what-if-other-base"
    DRAFT = "what-if-draft"
    ADDRESS = "what-if-address"
    ROWS = "what-if-rows"
    NOTE = "what-if-note"
    ADD = "what-if-add"
    LIMITS = "what-if-limits"
    MARGINS = "what-if-margins"
    FAULT = "what-if-fault"
    RUN = "what-if-run"
    COUNT = "what-if-count"
    AUTO = "what-if-auto"
    UNDO = "what-if-undo"
    REDO = "what-if-redo"
    SAVE = "what-if-save"
    FILE = "what-if-file"
    HISTORY = "what-if-history"
    HISTORY_LIST = "what-if-history-list"
    REQUEST = "what-if-request"
    REQUEST_BOX = "what-if-request-box"
    REQUEST_BODY = "what-if-request-body"
    REQUEST_NOTE = "what-if-request-note"
    REQUEST_SEND = "what-if-request-send"
    REQUEST_ANSWER = "what-if-request-answer"
    RESULTS = "what-if-results"
    VERDICT = "what-if-verdict"
    FIGURES = "what-if-figures"
    EVERY = "what-if-every"
    EVERY_ROW = "what-if-every-row"
    EVERY_TABLE = "what-if-every-table"
    CHANNEL = "what-if-channel"
    KPI = "what-if-kpi"


FOREST, TRACE, LUCK = "kpi-differences", "traces", "replications"
"""Names of the chart cards; they name the files that are saved too."""


def started(start: Start) -> Component:
    """Return what is compared from, in words, and the way to the other baseline."""
    words, _base = baseline.other(start)
    link = dcc.Link(words, id=Ids.OTHER, href="", className="other-base")
    return start_line.line(start, link)


def editor(scenario: Scenario, draft: drafts.Draft) -> Component:
    """Return the card with the parameters on the table and what limits them."""
    return html.Section(
        [
            html.P(t("what_if.parameters_noun"), className="noun"),
            html.H2(t("what_if.parameters")),
            html.Div(rows(scenario, draft), id=Ids.ROWS, className="params"),
            html.Div(id=Ids.FAULT, className="fault", role="alert"),
            dmc.Select(
                id=Ids.ADD, data=choices(scenario, draft), searchable=True, size="sm", limit=60,
                placeholder=t("what_if.add"), nothingFoundMessage=t("shell.search_nothing"),
                leftSection=icon("plus"), comboboxProps={"shadow": "none"}, clearable=True,
                maxDropdownHeight=320, **aria(label=t("what_if.add")),
            ),
            html.H3(t("what_if.limits"), className="limits-title"),
            html.Div(limits(scenario, draft.values), id=Ids.LIMITS, className="limits"),
            html.Div(id=Ids.MARGINS, className="limits margins", **aria(live="polite")),
        ],
        className="card editor",
    )  # fmt: skip


def rows(scenario: Scenario, draft: drafts.Draft) -> list[Component]:
    """Return one row for each parameter on the table."""
    found = []
    for path, value in draft.values.items():
        declared = scenario.declaration(path)
        base = scenario.value(path)
        found.append(form.row(declared, base, value, _stop(scenario, draft, path, base, value)))
    return found or [html.P(t("what_if.no_parameters"), className="quiet")]


def _stop(
    scenario: Scenario, draft: drafts.Draft, path: str, base: Any, value: Any
) -> tuple[float, str] | None:
    declared = scenario.declaration(path)
    if declared.form not in {"quantity", "count"}:
        return None
    low, high, _step = form.window(declared, float(base), float(value))
    stop = drafts.reach(scenario, draft.values, path, low, high)
    if stop is None:
        return None
    beyond = {**draft.values, path: stop + (high - low) * 1e-2}
    over = [bound for bound in drafts.bounds(scenario, beyond) if bound.over]
    name = limit_name(over[0].now.name) if over else ""
    return float(f"{stop:.3g}"), name


def choices(scenario: Scenario, draft: drafts.Draft) -> list[dict[str, Any]]:
    """Return the parameters that can still be added, grouped by the thing they belong to."""
    groups: dict[str, list[dict[str, str]]] = {}
    for path in drafts.offered(scenario):
        if path in draft.values:
            continue
        group = names.owner(path) or t("what_if.run_itself")
        groups.setdefault(group, []).append({"value": path, "label": names.parameter(path)})
    return [{"group": group, "items": items} for group, items in groups.items()]


def limit_name(name: str) -> str:
    """Return the name of a limit in the language of the request; an operation's stands behind."""
    kind, _, operation = name.partition(", ")
    own = "words.limit_" + kind.replace(" ", "_")
    said = names.humane(t(own) if known(own) else names.word(kind))
    return f"{said} · {operation}" if operation else said


def limits(scenario: Scenario, values: drafts.Values) -> list[Component]:
    """Return one bar for each limit: used under the baseline (tick) and under the draft."""
    bounds = drafts.bounds(scenario, values)
    if not bounds and drafts.refused(scenario, values):
        return [html.P(t("what_if.limits_unknown"), className="quiet small")]
    if not bounds:
        return [html.P(t("what_if.no_limits"), className="quiet small")]
    return [_limit(bound, len({b.asset for b in bounds}) > 1) for bound in bounds]


def _amounts(bound: drafts.Bound) -> str:
    used, most = number(bound.now.used), number(bound.now.limit)
    return t("what_if.limit_of", used=used, limit=most) + unit(bound.now.unit)


def _limit(bound: drafts.Bound, named: bool) -> Component:
    name = limit_name(bound.now.name)
    title = f"{bound.asset} · {name}" if named else name
    text = _amounts(bound)
    now, base = (f"{min(100.0, 100 * one.share):.1f}%" for one in (bound.now, bound.base))
    bar = html.Div(
        [
            html.Div(className="limit-fill", style={"width": now}),
            html.Div(className="limit-tick", style={"left": base}),
        ],
        className="limit-bar",
        **aria(hidden="true"),
    )  # fmt: skip
    words: list[Component] = [html.Span(title), html.Span(text, className="number")]
    if bound.over:
        words.insert(1, mark("amber", _warning(bound)) if bound.soft else
                     mark("red", t("what_if.too_much")))  # fmt: skip
    level = ("limit soft over" if bound.soft else "limit over") if bound.over else "limit"
    return html.Div([html.Div(words, className="limit-words small"), bar], className=level)


def margins(scenario: Scenario, values: drafts.Values) -> list[Component]:
    """Return one bar for each margin: what is not refused above it, but warned of."""
    bounds = drafts.margins(scenario, values)
    return [_limit(bound, len({b.asset for b in bounds}) > 1) for bound in bounds]


def _warning(bound: drafts.Bound) -> str:
    key = f"what_if.over_{bound.now.name.split(',')[0].replace(' ', '_')}"
    return t(key if known(key) else "what_if.over_margin")


def margin_text(bound: drafts.Bound) -> str:
    """Return a margin that is passed, in one line: ``would chatter: 2.6 of 2.1 mm``."""
    return f"{_warning(bound)}: {_amounts(bound)}"


def foot(scenario: Scenario, job_id: str, replications: int) -> Component:
    """Return the bar that is always in reach: run, cancel, save, request a change."""
    return html.Div(
        [
            dmc.Button(t("what_if.run"), id=Ids.RUN, leftSection=icon("play"), n_clicks=0),
            dmc.NumberInput(
                id=Ids.COUNT, value=replications, min=FEWEST, max=MOST, step=5, size="sm",
                suffix=t("what_if.runs_suffix"), className="foot-count", clampBehavior="blur",
                allowDecimal=False, **aria(label=t("what_if.count")),
            ),
            dmc.Switch(id=Ids.AUTO, label=t("what_if.auto"), checked=True, size="sm",
                       className="foot-auto"),
            watch.strip(PAGE, job_id),
            html.Span(className="spacer"),
            _tool(Ids.UNDO, "undo-2", t("what_if.undo")),
            _tool(Ids.REDO, "redo-2", t("what_if.redo")),
            _history(),
            _take(Ids.SAVE, "file-down", "save"),
            _take(Ids.REQUEST, "send", "request"),
            dcc.Download(id=Ids.FILE),
        ],
        className="foot",
        role="region",
        **aria(label=t("what_if.foot")),
    )  # fmt: skip


def _take(name: Ids, picture: str, key: str) -> Component:
    """A button with its label, and what is left of that on a phone."""
    text, short = t(f"what_if.{key}"), t(f"what_if.{key}_short")
    button: Component = dmc.Button(
        [html.Span(text, className="long"), html.Span(short, className="short")], id=name,
        leftSection=icon(picture), variant="default", n_clicks=0, className="foot-wide",
        **aria(label=text),
    )  # fmt: skip
    return button


def _tool(name: Ids, picture: str, label: str) -> Component:
    button: Component = dmc.ActionIcon(
        icon(picture), id=name, variant="default", size=36, n_clicks=0, **aria(label=label)
    )
    return button


def _history() -> Component:
    listed = html.Div(t("shell.loading"), id=Ids.HISTORY_LIST)
    face = html.Span(icon("history"), id=Ids.HISTORY, n_clicks=0)
    return dropdown(t("what_if.history"), face, listed, classes="history-menu")


def request_box() -> Component:
    """Return the dialogue that drafts a change for the real machine."""
    box: Component = dmc.Modal(
        html.Div(
            [
                html.Div(id=Ids.REQUEST_BODY),
                dmc.TextInput(id=Ids.REQUEST_NOTE, label=t("what_if.request_note"),
                              inputProps={"maxLength": 400}),
                html.Div(id=Ids.REQUEST_ANSWER, role="status"),
                dmc.Button(t("what_if.request_send"), id=Ids.REQUEST_SEND, n_clicks=0,
                           leftSection=icon("send")),
            ],
            className="request",
        ),
        id=Ids.REQUEST_BOX,
        title=t("what_if.request"),
        size="lg",
        zIndex=300,
        closeButtonProps={"aria-label": t("shell.close")},
    )  # fmt: skip
    return box
