"""Placeholder."""

from __future__ import annotations

from dash import Dash
from dash.development.base_component import Component

from twin.ui.components.frame import page
from twin.ui.context import Context
from twin.ui.links import View

ORDER = 20
ICON = "sliders-horizontal"


def layout(view: View, context: Context) -> Component:
    """Return the page."""
    return page("what_if")


def register(app: Dash, context: Context) -> None:
    """Register the callbacks of the page."""
