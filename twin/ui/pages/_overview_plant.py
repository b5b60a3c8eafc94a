"""The plant as a schematic: what there is, what it did, what watches it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from twin.scenario import Entry, Scenario
from twin.ui import names
from twin.ui.components.frame import aria, icon, mark
from twin.ui.i18n import t

Spans = Mapping[str, Sequence[tuple[float, float, str]]]
PICTURES = {"cnc": "drill", "line": "waypoints", "building": "building-2"}
ABNORMAL = ("down", "broken")
ORDER = ("cutting", "working", "loading", "waiting", "starved", "blocked", "tool change", "down",
         "broken")  # fmt: skip


def shares(parts: Sequence[tuple[float, float, str]]) -> dict[str, float]:
    """Return the share of time in each state, in the order they are always drawn."""
    total = sum(stop - start for start, stop, _state in parts)
    held: dict[str, float] = {}
    for start, stop, state in parts:
        held[state] = held.get(state, 0.0) + stop - start
    order = {state: place for place, state in enumerate(ORDER)}
    ranked = sorted(held, key=lambda state: order.get(state, len(order)))
    return {state: held[state] / total for state in ranked} if total else {}


def schematic(scenario: Scenario, spans: Spans) -> Component:
    """Return every asset with its states; machines of a line stand in the line."""
    inside = {
        str(table.get("machine"))
        for entry in scenario.of("plant").values()
        for table in _parts(scenario, entry, "stations").values()
        if table.get("machine")
    }
    boxes = [
        _asset(scenario, entry, spans)
        for name, entry in scenario.of("plant").items()
        if name not in inside
    ]
    return html.Div(boxes, className="plant")


def _parts(scenario: Scenario, entry: Entry, key: str) -> Mapping[str, Mapping[str, object]]:
    parts: Mapping[str, Mapping[str, object]] = scenario.document["plant"][entry.name].get(key, {})
    return parts


def _asset(scenario: Scenario, entry: Entry, spans: Spans) -> Component:
    stations = _parts(scenario, entry, "stations")
    zones = _parts(scenario, entry, "zones")
    if stations:
        flow = []
        for name, table in stations.items():
            machine = str(table.get("machine") or "")
            flow.append(_station(scenario, entry.name, name, machine, spans))
        body = html.Ol(flow, className="flow")
        return _group(entry, body)
    if zones:
        listed = html.Ul(
            [html.Li(_box(scenario, zone, {}, "")) for zone in zones], className="flow"
        )
        return _group(entry, listed)
    return _group(entry, _box(scenario, entry.name, shares(spans.get(entry.name, ())), entry.name))


def _group(entry: Entry, body: Component) -> Component:
    title = html.H3([icon(PICTURES.get(entry.kind, "box")), entry.name], className="asset-name")
    return html.Div([title, body], className=f"asset asset-{entry.kind}")


def _station(scenario: Scenario, line: str, name: str, machine: str, spans: Spans) -> Component:
    states = shares(spans.get(f"{line}.stations.{name}", ()))
    if machine:
        states = shares(spans.get(machine, ())) or states
    return html.Li(_box(scenario, name, states, machine))


def _box(scenario: Scenario, title: str, states: Mapping[str, float], asset: str) -> Component:
    watched = [
        html.Span([icon("activity"), sensor], className="chip small")
        for sensor, entry in scenario.of("sensor").items()
        if asset and getattr(entry.settings, "on", "") == asset
    ]
    bad = sum(states.get(state, 0.0) for state in ABNORMAL)
    words: list[Component] = [html.Span(title, className="box-name")]
    if bad >= 0.0005:
        words.append(mark("amber" if bad < 0.1 else "red",
                          t("overview.down_share", share=f"{100 * bad:.1f}")))  # fmt: skip
    parts: list[Component] = [html.Div(words, className="box-top")]
    if states:
        parts += [_bar(states), html.P(_said(states), className="small quiet")]
    if watched:
        parts.append(html.Div(watched, className="chips"))
    return html.Div(parts, className="box")


def _bar(states: Mapping[str, float]) -> Component:
    pieces = [
        html.Span(className=f"share share-{state.replace(' ', '-')}",
                  style={"width": f"{100 * share:.2f}%"})
        for state, share in states.items()
    ]  # fmt: skip
    return html.Div(pieces, className="shares", **aria(hidden="true"))


def _said(states: Mapping[str, float]) -> str:
    first = sorted(states, key=lambda state: -states[state])[:2]
    return t("what_if.comma").join(
        f"{names.word(state)} {100 * states[state]:.0f} %" for state in first
    )
