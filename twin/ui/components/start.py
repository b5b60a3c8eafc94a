"""The line that says what is compared from, when that is not simply the scenario file."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from twin.ui import baseline
from twin.ui.baseline import Start
from twin.ui.components.frame import icon, mark


def line(start: Start, action: Component | None = None) -> Component:
    """Return the baseline in words, with the way to another one; hidden when it is the file."""
    what, listed = baseline.sentences(start)
    head = mark("amber", what) if start.refused else html.Span(what, className="strong")
    words = html.P([head, html.Span(f" {listed}", className="quiet")])
    parts = [icon("history"), words, *([action] if action is not None else [])]
    return html.Div(parts, className="started", hidden=not what)
