"""Callbacks that run in the browser: the functions of ``assets/twin.js``."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash


def in_browser(app: Dash, function: str, *wires: Any) -> None:
    """Register ``function`` of ``assets/twin.js`` on its outputs, inputs and states."""
    register: Any = app.clientside_callback
    register(ClientsideFunction("twin", function), *wires, prevent_initial_call=True)
