"""The reliability diagram: how often came what was forecast with some probability; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from twin.ui.figures import blank
from twin.ui.figures_wear import Words
from twin.ui.theme import palette


def reliability(
    document: Mapping[str, Any], theme: str, words: Words, names: Mapping[str, str]
) -> go.Figure:
    """Draw how often what was forecast with some probability came; on the diagonal is honest."""
    p = palette(theme)
    figure = blank(theme)
    figure.add_scatter(x=[0, 100], y=[0, 100], mode="lines", hoverinfo="skip", showlegend=False,
                       line={"color": p.line, "width": 1.5})  # fmt: skip
    figure.add_annotation(x=33, y=36, text=words.perfect, showarrow=False, xanchor="right",
                          yanchor="bottom", font={"color": p.quiet, "size": 12})  # fmt: skip
    looks = {"conditions": (p.baseline, "square"), "next": (p.accent, "circle"),
             "origins": (p.text, "diamond"), "ahead": (p.accent, "circle")}  # fmt: skip
    for protocol, entry in document["reliability"].items():
        colour, symbol = looks[protocol]
        figure.add_scatter(
            x=100 * np.array(entry["level"]), y=100 * np.array(entry["below"]),
            mode="lines+markers", name=names[protocol],
            line={"color": colour, "width": 1.5},
            marker={"symbol": symbol, "size": 7, "color": colour},
            hovertemplate="%{x:.0f} %: %{y:.0f} %<extra>" + names[protocol] + "</extra>",
        )  # fmt: skip
    figure.update_xaxes(range=[-2, 102], ticksuffix=" %", title={"text": words.x}, zeroline=False)
    figure.update_yaxes(range=[-2, 102], ticksuffix=" %", title={"text": words.y}, zeroline=False)
    figure.update_layout(showlegend=True, margin={"t": 32})
    return figure
