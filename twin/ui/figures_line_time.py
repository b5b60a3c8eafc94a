"""Figures of a line through time: states of its machines, levels of its buffers, shares. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from twin.ui.figures import HOUR, Array, axis_title, blank
from twin.ui.figures_line import bar_colour
from twin.ui.theme import Palette, clear, palette, template, theme_of

ROW_PX = 24


def legend_height(names: int, width: float) -> int:
    """Return the height of a legend of so many names over a figure so wide [px].

    >>> legend_height(8, 1000), legend_height(8, 300)
    (22, 88)
    """
    return 22 * -(-names // max(1, int(width // 124)))


def moment_line(hour: float, p: Palette) -> dict[str, Any]:
    """Return the line that marks the chosen moment; the first shape of a figure over time."""
    return {"type": "line", "xref": "x", "yref": "paper", "x0": hour, "x1": hour, "y0": 0, "y1": 1,
            "line": {"color": p.accent, "width": 1.5}}  # fmt: skip


def gantt(
    rows: Mapping[str, Sequence[tuple[float, float, str]]],
    marks: Mapping[str, Sequence[tuple[float, float]]],
    theme: str,
    *,
    window: tuple[float, float],
    moment: float,
    words: Mapping[str, str],
    bottleneck: str,
    time_axis: str,
    width: float = 1000.0,
) -> go.Figure:
    """Draw the states of every machine; ``marks`` are when its station is the bottleneck."""
    p = palette(theme)
    figure = blank(theme)
    names = list(rows)[::-1]
    place = {name: index for index, name in enumerate(names)}
    for state in dict.fromkeys(kind for spans in rows.values() for _a, _b, kind in spans):
        bars = [(a, b, name) for name in names for a, b, kind in rows[name] if kind == state]
        word = words.get(state, state)
        figure.add_bar(
            orientation="h", name=word, base=np.array([a for a, _b, _n in bars]) / HOUR,
            x=np.array([b - a for a, b, _n in bars]) / HOUR,
            y=np.array([place[name] for _a, _b, name in bars]),
            customdata=[[a, name] for a, _b, name in bars],
            marker={"color": bar_colour(state, p), "line": {"width": 0}}, width=0.6,
            hovertemplate=f"%{{customdata[1]}}: {word}<extra></extra>",
        )  # fmt: skip
    _bottleneck_bars(figure, marks, place, bottleneck, p)
    figure.update_layout(barmode="overlay", showlegend=True, margin={"t": 28}, shapes=[
        moment_line(moment / HOUR, p)], legend={"traceorder": "normal"}, clickmode="event",
        height=82 + legend_height(len(figure.data), width) + ROW_PX * len(rows))  # fmt: skip
    figure.update_xaxes(range=[window[0] / HOUR, window[1] / HOUR], title=axis_title(time_axis))
    figure.update_yaxes(range=[-0.6, len(names) - 0.4], showgrid=False, zeroline=False,
                        tickvals=list(range(len(names))), ticktext=names,
                        tickfont={"color": p.text})  # fmt: skip
    return figure


def _bottleneck_bars(figure: go.Figure, marks: Mapping[str, Sequence[tuple[float, float]]],
                     place: Mapping[str, int], word: str, p: Palette) -> None:  # fmt: skip
    spans = [(a, b, place[name]) for name, parts in marks.items() for a, b in parts]
    figure.add_bar(
        orientation="h", name=word, base=np.array([a for a, _b, _y in spans]) / HOUR,
        x=np.array([b - a for a, b, _y in spans]) / HOUR,
        y=np.array([y - 0.4 for _a, _b, y in spans]), width=0.12,
        customdata=[[a, ""] for a, _b, _y in spans],
        marker={"color": p.accent, "line": {"width": 0}},
        hovertemplate=f"{word}<extra></extra>",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Levels:
    """Fill of the buffers on a grid of time: one row for each [share], and the parts themselves."""

    names: Sequence[str]
    fill: npt.NDArray[np.float32]
    parts: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Band:
    """A level on a grid of time: its mean, least and largest value between two edges [s]."""

    edges: Array
    mean: Array
    low: Array
    high: Array


def levels(
    wip: Band,
    buffers: Levels,
    theme: str,
    *,
    moment: float,
    axis: str,
    time_axis: str,
) -> go.Figure:
    """Draw the parts in the line over time, and below it how full each buffer is."""
    p = palette(theme)
    some = len(buffers.names)
    heights = [0.5, 0.5] if some else [1.0]
    figure = make_subplots(rows=len(heights), cols=1, shared_xaxes=True, row_heights=heights,
                           vertical_spacing=0.06)  # fmt: skip
    hours, end = wip.edges / HOUR, float(wip.edges[-1])
    _band(figure, hours, wip, p)
    if some:
        figure.add_heatmap(
            z=buffers.fill, x=hours, y=list(buffers.names), zmin=0, zmax=1, ygap=3,
            customdata=buffers.parts, colorscale=[list(stop) for stop in p.scale], showscale=False,
            hovertemplate="%{y}: %{customdata:.1f}<extra></extra>", row=2, col=1,
        )  # fmt: skip
        figure.update_yaxes(autorange="reversed", tickfont={"color": p.text}, showgrid=False,
                            row=2, col=1)  # fmt: skip
    figure.update_layout(template=template(theme_of(theme)), showlegend=False,
                         shapes=[moment_line(moment / HOUR, p)],
                         height=200 + (72 + 22 * some if some else 0))  # fmt: skip
    figure.update_yaxes(title=axis_title(axis), rangemode="tozero", row=1, col=1)
    figure.update_xaxes(range=[0, end / HOUR])
    figure.update_xaxes(title=axis_title(time_axis), row=len(heights), col=1)
    return figure


def _band(figure: go.Figure, hours: Array, band: Band, p: Palette) -> None:
    """Simulated: the mean dashed, and the range about it."""
    middle = (hours[:-1] + hours[1:]) / 2
    around = np.append(middle, middle[::-1])
    edge = np.append(band.high, band.low[::-1])
    figure.add_scatter(x=around, y=edge, fill="toself", mode="none", hoverinfo="skip", row=1, col=1,
                       fillcolor=clear(p.baseline, 0.22))  # fmt: skip
    figure.add_scatter(
        x=middle, y=band.mean, mode="lines", row=1, col=1,
        line={"color": p.baseline, "width": 1.5, "dash": "4px,2px"},
        customdata=np.column_stack([band.low, band.high]),
        hovertemplate="%{y:.1f} (%{customdata[0]:g} – %{customdata[1]:g})<extra></extra>",
    )  # fmt: skip


def time_shares(
    shares: Mapping[str, Sequence[float]], stations: Sequence[str], theme: str, *, axis: str,
    words: Mapping[str, str], width: float = 1000.0,
) -> go.Figure:  # fmt: skip
    """Draw where the time of each station goes: state → per cent of each station."""
    p = palette(theme)
    figure = blank(theme)
    for state, values in shares.items():
        word = words.get(state, state)
        figure.add_bar(orientation="h", name=word, x=list(values), y=list(stations), width=0.62,
                       marker={"color": bar_colour(state, p), "line": {"width": 0}},
                       hovertemplate=f"%{{y}}: {word} %{{x:.1f}} %<extra></extra>")  # fmt: skip
    figure.update_layout(
        barmode="stack",
        showlegend=True,
        margin={"t": 28},
        legend={"traceorder": "normal"},
        height=112 + 30 * len(stations),
    )
    figure.update_xaxes(range=[0, 100], title=axis_title(axis), ticksuffix=" %")
    figure.update_yaxes(autorange="reversed", showgrid=False, tickfont={"color": p.text})
    return figure
