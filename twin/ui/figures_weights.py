"""Figures of what weighs most, and of a search: tornado, Sobol' indices, trace, gain. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from twin.ui.figures import axis_title, blank
from twin.ui.theme import Palette, clear, palette

ROW_PX = 40
ROOM = 0.3
"""Part of the bars' reach that is left for the labels beside them, on a phone too."""


@dataclass(frozen=True, slots=True)
class Swing:
    """What a KPI does when one parameter goes to one of its ends: mean change, interval."""

    name: str
    at: str
    value: float
    low: float
    high: float
    verdict: str


def tornado(swings: Sequence[Swing], theme: str, *, axis: str, zero: str) -> go.Figure:
    """Draw one row a parameter, the weightiest on top: bars to its ends, with their intervals."""
    p = palette(theme)
    figure = blank(theme)
    names = list(dict.fromkeys(swing.name for swing in swings))[::-1]
    place = {name: index for index, name in enumerate(names)}
    for name in names:
        mine = [swing for swing in swings if swing.name == name]
        step = 0.76 / max(2, len(mine))
        for nth, swing in enumerate(mine):
            _swing(figure, swing, place[name] + step * ((len(mine) - 1) / 2 - nth), 0.9 * step, p)
    figure.add_vline(x=0, line={"color": p.baseline, "width": 1.5})
    figure.add_annotation(x=0, y=1, yref="paper", yanchor="bottom", text=zero, showarrow=False,
                          font={"color": p.quiet, "size": 12})  # fmt: skip
    figure.update_xaxes(title=axis_title(axis), zeroline=False, range=_reach(swings))
    figure.update_yaxes(range=[-0.6, len(names) - 0.4], showgrid=False, zeroline=False,
                        tickvals=list(range(len(names))), ticktext=names,
                        tickfont={"color": p.text})  # fmt: skip
    figure.update_layout(barmode="overlay", margin={"t": 24}, height=96 + ROW_PX * len(names))
    return figure


def _reach(swings: Sequence[Swing]) -> list[float]:
    """Both ends of the axis, with room for the labels beside the bars."""
    low = min(0.0, *(min(swing.low, swing.value) for swing in swings))
    high = max(0.0, *(max(swing.high, swing.value) for swing in swings))
    room = ROOM * (high - low) or 1.0
    return [low - room if low < 0 else -0.05 * room, high + room]


def _swing(figure: go.Figure, swing: Swing, y: float, width: float, p: Palette) -> None:
    colour = {"better": p.accent, "worse": p.amber}.get(swing.verdict, p.baseline)
    figure.add_bar(orientation="h", x=[swing.value], y=[y], width=width, hoverinfo="text",
                   hovertext=f"{swing.name} {swing.at}",
                   marker={"color": clear(colour, 0.75), "line": {"width": 0}})  # fmt: skip
    figure.add_scatter(x=[swing.low, swing.high], y=[y, y], mode="lines", hoverinfo="skip",
                       line={"color": p.text, "width": 1.4})  # fmt: skip
    right = swing.value >= 0
    end = max(swing.value, swing.high, 0.0) if right else min(swing.value, swing.low, 0.0)
    figure.add_annotation(x=end, y=y, text=swing.at, showarrow=False, xshift=6 if right else -6,
                          xanchor="left" if right else "right",
                          font={"color": p.quiet, "size": 12})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weight:
    """Sobol' indices of one parameter, each (value, low, high)."""

    name: str
    alone: tuple[float, float, float]
    total: tuple[float, float, float]


def weights(rows: Sequence[Weight], theme: str, *, axis: str, words: tuple[str, str]) -> go.Figure:
    """Draw the share of the variance that each parameter explains, alone and altogether."""
    p = palette(theme)
    figure = blank(theme)
    names = [row.name for row in rows][::-1]
    for offset, colour, word, of in ((0.14, p.accent, words[1], "total"),
                                     (-0.14, p.baseline, words[0], "alone")):  # fmt: skip
        shares = [getattr(row, of) for row in rows][::-1]
        figure.add_scatter(
            x=[share[0] for share in shares], y=[place + offset for place in range(len(names))],
            mode="markers", name=word, marker={"color": colour, "size": 10},
            error_x={"type": "data", "symmetric": False, "width": 0, "thickness": 2,
                     "color": colour, "array": [share[2] - share[0] for share in shares],
                     "arrayminus": [share[0] - share[1] for share in shares]},
            hovertemplate=f"{word}: %{{x:.2f}}<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(title=axis_title(axis), range=[-0.08, 1.08], zeroline=True)
    figure.update_yaxes(range=[-0.6, len(names) - 0.4], showgrid=False, zeroline=False,
                        tickvals=list(range(len(names))), ticktext=names,
                        tickfont={"color": p.text})  # fmt: skip
    figure.update_layout(showlegend=True, margin={"t": 28}, height=104 + ROW_PX * len(names))
    return figure


def effects(rows: Sequence[tuple[str, float, float, float]], theme: str, *, axis: str) -> go.Figure:
    """Draw one dot a parameter, the weightiest on top: (name, mean, low, high) of its effect."""
    p = palette(theme)
    figure = blank(theme)
    turned = list(rows)[::-1]
    figure.add_scatter(
        x=[row[1] for row in turned], y=list(range(len(turned))), mode="markers",
        marker={"color": p.accent, "size": 10}, hovertemplate="%{x:.4g}<extra></extra>",
        error_x={"type": "data", "symmetric": False, "width": 0, "thickness": 2, "color": p.accent,
                 "array": [row[3] - row[1] for row in turned],
                 "arrayminus": [row[1] - row[2] for row in turned]},
    )  # fmt: skip
    figure.update_xaxes(title=axis_title(axis), rangemode="tozero")
    figure.update_yaxes(range=[-0.6, len(turned) - 0.4], showgrid=False, zeroline=False,
                        tickvals=list(range(len(turned))), ticktext=[row[0] for row in turned],
                        tickfont={"color": p.text})  # fmt: skip
    figure.update_layout(height=96 + ROW_PX * len(turned))
    return figure


@dataclass(frozen=True, slots=True)
class Step:
    """One point of a search in the order it was tried; ``kept``: within every limit."""

    number: int
    value: float
    kept: bool
    label: str


def trace(
    steps: Sequence[Step],
    theme: str,
    *,
    maximise: bool,
    x_axis: str,
    y_axis: str,
    base: tuple[float, str],
    words: tuple[str, str],
) -> go.Figure:
    """Draw a search: every point tried, and the best so far that keeps the limits."""
    p = palette(theme)
    figure = blank(theme)
    for kept, word in ((True, words[0]), (False, words[1])):
        some = [step for step in steps if step.kept == kept]
        if not some:
            continue
        colour = p.accent if kept else p.baseline
        figure.add_scatter(
            x=[step.number for step in some], y=[step.value for step in some], mode="markers",
            name=word, customdata=[[step.number, step.label] for step in some],
            marker={"size": 7, "color": clear(colour, 0.6) if kept else p.surface,
                    "line": {"color": colour, "width": 0 if kept else 1.4}},
            hovertemplate="%{customdata[1]}<extra></extra>",
        )  # fmt: skip
    sign = 1.0 if maximise else -1.0
    scores = np.array([sign * step.value if step.kept else -np.inf for step in steps])
    so_far = np.maximum.accumulate(scores)
    known = np.isfinite(so_far)
    figure.add_scatter(x=np.array([step.number for step in steps])[known], y=sign * so_far[known],
                       mode="lines", hoverinfo="skip", showlegend=False,
                       line={"color": p.accent, "width": 2, "shape": "hv", "dash": "4px,2px"},
                       )  # fmt: skip
    figure.add_hline(y=base[0], line={"color": p.baseline, "width": 1.2})
    figure.add_annotation(x=1, xref="paper", xanchor="right", y=base[0], yanchor="bottom",
                          text=base[1], showarrow=False,
                          font={"color": p.quiet, "size": 12})  # fmt: skip
    figure.update_xaxes(title=axis_title(x_axis), zeroline=False)
    figure.update_yaxes(title=axis_title(y_axis), zeroline=False)
    figure.update_layout(clickmode="event", margin={"t": 28},
                         showlegend=any(not step.kept for step in steps))  # fmt: skip
    return figure


def gains(
    promised: float, confirmed: tuple[float, float, float], theme: str, *, axis: str,
    words: tuple[str, str], settled: bool,
) -> go.Figure:  # fmt: skip
    """Draw what the search promised above what fresh runs confirmed, about zero."""
    p = palette(theme)
    figure = blank(theme)
    value, low, high = confirmed
    figure.add_vline(x=0, line={"color": p.baseline, "width": 1.5})
    figure.add_scatter(x=[low, high], y=[0, 0], mode="lines", hoverinfo="skip",
                       line={"color": p.accent, "width": 2})  # fmt: skip
    figure.add_scatter(x=[value], y=[0], mode="markers", hovertemplate="%{x:.4g}<extra></extra>",
                       marker={"size": 12, "color": p.accent if settled else p.surface,
                               "line": {"color": p.accent, "width": 2}})  # fmt: skip
    figure.add_scatter(x=[promised], y=[1], mode="markers",
                       hovertemplate="%{x:.4g}<extra></extra>",
                       marker={"size": 11, "color": p.surface, "symbol": "diamond",
                               "line": {"color": p.baseline, "width": 2}})  # fmt: skip
    reach = 1.15 * max(abs(low), abs(high), abs(promised)) or 1.0
    figure.update_xaxes(title=axis_title(axis), range=[-reach, reach], zeroline=False)
    figure.update_yaxes(range=[-0.7, 1.7], tickvals=[0, 1], ticktext=[words[1], words[0]],
                        showgrid=False, zeroline=False, tickfont={"color": p.text})  # fmt: skip
    return figure
