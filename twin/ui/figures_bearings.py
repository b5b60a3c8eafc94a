"""The figure of one spindle bearing: how far its damage has come, and goes. Data in, figure out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from twin.ui import figures_wear as wear
from twin.ui.figures import blank
from twin.ui.theme import Palette, clear, palette

HOVER = "%{x:.1f} h: %{y:.1f} %<extra></extra>"
TOP = 118.0


def damage(bearing: Mapping[str, Any], theme: str, words: wear.Words, assumed: str) -> go.Figure:
    """Draw the damage heard and to come in per cent of its end, with what to do.

    ``assumed`` is written where the chart leaves what the record tells.
    """
    p = palette(theme)
    figure = blank(theme)
    fan, found, now = bearing["fan"], bearing["damage"], float(bearing["now_h"])
    x = now + np.array(fan["ahead_h"])
    curves = {name: 100.0 * np.array(fan[name])
              for pair in wear.BANDS for name in pair[:2]}  # fmt: skip
    for low, high, opacity, _name in wear.BANDS:
        wear.draw_band(figure, x, curves[low], curves[high], clear(p.accent, opacity))
    figure.add_scatter(x=x, y=100.0 * np.array(fan["p50"]), mode="lines", hovertemplate=HOVER,
                       line={"color": p.accent, "width": 2, "dash": wear.DASH})  # fmt: skip
    read = 100.0 * np.array(found["read"])
    figure.add_scatter(x=np.array(found["read_h"]), y=read, mode="markers",
                       marker={"color": p.text, "size": 5}, hovertemplate=HOVER)  # fmt: skip
    wear.draw_limit(figure, 100.0, words.limit, p)
    _assumed(figure, now + float(bearing["assumed_from_h"]), float(x[-1]), assumed, p)
    plan = bearing["plan"]
    best = plan["hours"] if plan is not None and plan["hours"] <= fan["ahead_h"][-1] else None
    wear.draw_marks(figure, now, best, words, p)
    begin = max(0.0, now - float(fan["ahead_h"][-1]))
    figure.update_xaxes(range=[begin, float(x[-1])], title={"text": words.x}, zeroline=False)
    figure.update_yaxes(range=[0, TOP], title={"text": words.y}, zeroline=False,
                        tickvals=[0, 25, 50, 75, 100])  # fmt: skip
    figure.update_layout(margin={"t": 40, "r": 20}, uirevision=bearing["bearing"])
    return figure


def _assumed(figure: go.Figure, x0: float, x1: float, text: str, p: Palette) -> None:
    """Shade what rests on assumptions, and say so at its foot."""
    if x0 >= x1:
        return
    figure.add_vrect(x0=x0, x1=x1, line_width=0, fillcolor=clear(p.amber, 0.06), layer="below")
    figure.add_annotation(x=x1, xanchor="right", y=0, yanchor="bottom", yshift=2, text=text,
                          showarrow=False, font={"color": p.amber, "size": 12})  # fmt: skip
