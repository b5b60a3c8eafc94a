"""Callbacks that run in the browser: the functions of ``assets/twin.js``."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash


def in_browser(app: Dash, function: str, *wires: Any, at_once: bool = False) -> None:
    """Register ``function`` of ``assets/twin.js`` on its outputs, inputs and states.

    With ``at_once`` it also runs when its things appear on the page.
    """
    register: Any = app.clientside_callback
    register(ClientsideFunction("twin", function), *wires, prevent_initial_call=not at_once)
