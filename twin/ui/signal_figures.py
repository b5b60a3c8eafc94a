"""Figures of sensor windows: waveform, spectra with fault lines, pictures, verdicts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from twin.ui.figures import HOUR, axis_title, blank, thin
from twin.ui.theme import clear, palette

Array = npt.NDArray[np.floating[Any]]
HARMONICS = 3
HEAT: Any = [[0, "#0b1a33"], [0.45, "#6b3f7d"], [0.75, "#e07a4f"], [1, "#ffe9a8"]]
"""Colours from cold or quiet to hot or loud."""
ACROSS = 4  # pictures in a row
UNDER, BETWEEN = 0.75, 0.25  # room below and beside a picture, of its height and width


def waveform(samples: Array, rate: float, theme: str, *, axis: str, time_axis: str) -> go.Figure:
    """Draw one window over time; every peak survives the thinning."""
    p = palette(theme)
    figure = blank(theme)
    time, value = thin(np.arange(len(samples)) / rate, samples.astype(float), 3000)
    figure.add_scatter(x=time.astype(np.float32), y=value.astype(np.float32), mode="lines",
                       line={"color": p.accent, "width": 0.8},
                       hovertemplate="%{x:.4f} s: %{y:.3g}<extra></extra>")  # fmt: skip
    figure.update_xaxes(title=axis_title(time_axis))
    figure.update_yaxes(title=axis_title(axis))
    return figure


def readings(
    time: Array, value: Array, every: float, theme: str, *, axis: str, time_axis: str
) -> go.Figure:
    """Draw single readings over hours; where some that were due ``every`` [s] lack, a gap."""
    p = palette(theme)
    figure = blank(theme)
    late = np.flatnonzero(np.diff(time) > 1.5 * every) + 1
    x = np.insert(time.astype(float) / HOUR, late, np.nan)
    y = np.insert(value.astype(float), late, np.nan)
    figure.add_scatter(x=x.astype(np.float32), y=y.astype(np.float32), mode="lines+markers",
                       line={"color": p.accent, "width": 1}, marker={"size": 3},
                       connectgaps=False,
                       hovertemplate="%{x:.2f} h: %{y:.4g}<extra></extra>")  # fmt: skip
    figure.update_xaxes(title=axis_title(time_axis))
    figure.update_yaxes(title=axis_title(axis))
    return figure


def spectrum(
    order: Array,
    amplitude: Array,
    theme: str,
    *,
    axis: str,
    order_axis: str,
    lines: Mapping[str, float] | None = None,
    log: bool = False,
    to: float | None = None,
) -> go.Figure:
    """Draw a spectrum over orders of the shaft, with the lines that faults would show at."""
    p = palette(theme)
    figure = blank(theme)
    most = float(order[-1]) if to is None else to
    inside = order <= most
    x, y = thin(order[inside], amplitude[inside].astype(float), 3000)
    figure.add_scatter(x=x.astype(np.float32), y=y.astype(np.float32), mode="lines",
                       line={"color": p.accent, "width": 1},
                       hovertemplate="%{x:.2f}: %{y:.3g}<extra></extra>")  # fmt: skip
    top = float(np.max(y)) if len(y) else 1.0
    for place, (name, each) in enumerate((lines or {}).items()):
        _fault_lines(figure, name, each, most, top, place, theme)
    figure.update_xaxes(title=axis_title(order_axis), range=[0, most])
    figure.update_yaxes(title=axis_title(axis), type="log" if log else "linear")
    if log:
        figure.update_yaxes(exponentformat="power", dtick=1)
    figure.update_layout(margin={"t": 40 if lines else 28}, showlegend=False)
    return figure


def _fault_lines(
    figure: go.Figure, name: str, each: float, most: float, top: float, place: int, theme: str
) -> None:
    """One trace with gaps for a fault's harmonics, its name at the first."""
    p = palette(theme)
    at = [k * each for k in range(1, HARMONICS + 1) if k * each <= most]
    x = [value for order in at for value in (order, order, None)]
    y = [value for _ in at for value in (0.0, top * 1.08, None)]
    dash = ("solid", "dash", "dot", "dashdot")[place % 4]
    figure.add_scatter(x=x, y=y, mode="lines", name=name, hoverinfo="skip",
                       line={"color": clear(p.amber, 0.9), "width": 1, "dash": dash})  # fmt: skip
    if at:
        figure.add_annotation(x=at[0], y=1, yref="paper", yanchor="bottom", text=name,
                              showarrow=False, font={"color": p.amber, "size": 12},
                              yshift=14 if place == 2 else 0, xanchor="center")  # fmt: skip


def spectrogram(
    time: Array, frequency: Array, level: Array, theme: str, *, axis: str, time_axis: str, bar: str
) -> go.Figure:
    """Draw levels [dB] over time and frequency [kHz]; ``level`` is (times, frequencies)."""
    figure = blank(theme)
    figure.add_heatmap(
        x=time.astype(np.float32), y=frequency.astype(np.float32), z=level.T.astype(np.float32),
        colorscale=HEAT, colorbar=_bar(bar, theme),
        hovertemplate="%{x:.3f} s, %{y:.2f} kHz: %{z:.0f} dB<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(title=axis_title(time_axis))
    figure.update_yaxes(title=axis_title(axis))
    return figure


def _bar(title: str, theme: str) -> dict[str, Any]:
    return {"title": {"text": title, "side": "right"}, "thickness": 10, "outlinewidth": 0,
            "tickfont": {"color": palette(theme).quiet}}  # fmt: skip


def picture(frame: Array, theme: str, *, bar: str = "", grey: bool = True) -> go.Figure:
    """Draw a picture or a thermal frame, one square a pixel."""
    figure = blank(theme)
    figure.add_heatmap(
        z=frame.astype(np.float32), colorscale="Greys_r" if grey else HEAT, showscale=bool(bar),
        zmin=0 if grey else None, zmax=1 if grey else None, colorbar=_bar(bar, theme),
        hovertemplate="%{z:.3g}<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, scaleanchor="x", autorange="reversed", constrain="domain")
    figure.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0})
    return figure


def film(
    frames: Sequence[Array],
    said: Sequence[Sequence[str]],
    flawed: Sequence[bool],
    theme: str,
    *,
    across: int = ACROSS,
) -> go.Figure:
    """Draw pictures of one size in rows, each over the lines of what is said of it.

    Those that are ``flawed`` stand in a frame.
    """
    p = palette(theme)
    figure = blank(theme)
    high, wide = frames[0].shape
    down, right = round(high * (1.0 + UNDER)), round(wide * (1.0 + BETWEEN))
    rows = -(-len(frames) // across)
    sheet = np.full((rows * down, across * right), np.nan, np.float32)
    for place, (frame, words, framed) in enumerate(zip(frames, said, flawed, strict=True)):
        top, left = place // across * down, place % across * right
        sheet[top : top + high, left : left + wide] = frame
        figure.add_annotation(
            x=left + wide / 2, y=top + high, text="<br>".join(words), showarrow=False,
            yanchor="top", font={"size": 12, "color": p.amber if framed else p.text},
        )  # fmt: skip
        if framed:
            figure.add_shape(type="rect", x0=left - 0.5, x1=left + wide - 0.5, y0=top - 0.5,
                             y1=top + high - 0.5, line={"color": p.amber, "width": 3})  # fmt: skip
    figure.add_heatmap(z=sheet, colorscale="Greys_r", showscale=False, zmin=0, zmax=1,
                       hoverinfo="skip")  # fmt: skip
    figure.update_xaxes(visible=False, constrain="domain", range=[-2, across * right])
    figure.update_yaxes(visible=False, scaleanchor="x", constrain="domain",
                        range=[rows * down, -2])  # fmt: skip
    figure.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0})
    return figure


def verdicts(
    time: Array,
    label: Sequence[str],
    score: Array,
    alarm: Sequence[bool],
    theme: str,
    *,
    axis: str,
    time_axis: str,
    alarm_word: str,
) -> go.Figure:
    """Draw what a node said of each window: a row a label, filled by its score; alarms in red."""
    p = palette(theme)
    figure = blank(theme)
    rows = sorted(dict.fromkeys(label), key=lambda word: (word not in {"idle", "normal"}, word))
    quiet = np.asarray([not one for one in alarm], bool)
    for chosen, colour, symbol, name in (
        (quiet, p.baseline, "circle", ""), (~quiet, p.red, "diamond", alarm_word),
    ):  # fmt: skip
        if not chosen.any():
            continue
        figure.add_scatter(
            x=time[chosen] / HOUR, y=list(np.asarray(label, object)[chosen]), mode="markers",
            name=name, customdata=score[chosen],
            marker={"symbol": symbol, "size": 8, "opacity": 0.35 + 0.65 * score[chosen],
                    "color": colour},
            hovertemplate="%{y} %{customdata:.0%}<extra>" + name + "</extra>",
        )  # fmt: skip
    figure.update_xaxes(title=axis_title(time_axis.format(unit="h")))
    figure.update_yaxes(categoryorder="array", categoryarray=rows, title=axis_title(axis),
                        tickfont={"color": p.text})  # fmt: skip
    return figure
