"""Figures: data in, plotly figure out. Pure; no request, no store, no page.

Measured is solid, simulated dashed with a band; the baseline is grey, the candidate the accent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from twin.ui.theme import Palette, clear, palette, template, theme_of
from twin.ui.wording import nice

Array = npt.NDArray[np.floating[Any]]
HOUR = 3600.0
MOST_POINTS = 2000


def blank(theme: str, height: int | None = None) -> go.Figure:
    """Return an empty figure in the look of the app."""
    figure = go.Figure()
    figure.update_layout(template=template(theme_of(theme)), height=height, showlegend=False)
    return figure


def axis_title(text: str) -> dict[str, Any]:
    """Return the title of an axis; it names the unit."""
    return {"text": text}


# -- comparison ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Whisker:
    """One row of a forest plot: a difference in per cent with its interval and its verdict."""

    name: str
    value: float
    low: float
    high: float
    settled: bool
    worse: bool
    label: str
    word: str = ""


def forest(
    rows: Sequence[Whisker], theme: str, *, axis: str, zero: str, small: float = 1.0
) -> go.Figure:
    """Draw differences with their intervals about zero; ``small`` per cent do not matter."""
    p = palette(theme)
    figure = blank(theme)
    reach = _reach(rows, small)
    figure.add_vrect(x0=-small, x1=small, fillcolor=p.sunken, line_width=0, layer="below")
    figure.add_vline(x=0, line={"color": p.baseline, "width": 1.5})
    for place, row in enumerate(reversed(rows)):
        _whisker(figure, row, place, reach, p)
    figure.add_annotation(x=0, y=1, yref="paper", yanchor="bottom", text=zero, showarrow=False,
                          font={"color": p.quiet, "size": 12})  # fmt: skip
    tick = nice(0.75 * reach)
    figure.update_xaxes(tickvals=[-tick, 0, tick], tickangle=0)
    figure.update_xaxes(range=[-reach * 1.06, reach * 1.06], title=axis_title(axis), zeroline=False,
                        ticksuffix=" %")  # fmt: skip
    figure.update_yaxes(range=[-0.6, len(rows) - 0.4], showgrid=False, zeroline=False,
                        tickvals=list(range(len(rows))),
                        ticktext=[row.name for row in reversed(rows)],
                        tickfont={"color": p.text, "size": 12})  # fmt: skip
    figure.update_layout(margin={"t": 24, "r": 104}, hovermode="closest")
    return figure


def _reach(rows: Sequence[Whisker], small: float) -> float:
    """Half of the axis: wide enough for most rows; one that is far out leaves the picture."""
    ends = sorted(max(abs(row.low), abs(row.high)) for row in rows)
    if not ends:
        return 3 * small
    usual = ends[(len(ends) - 1) // 2]
    return 1.15 * max([end for end in ends if end <= 6 * usual] + [3 * small])


def _whisker(figure: go.Figure, row: Whisker, y: int, reach: float, p: Palette) -> None:
    colour = p.amber if row.worse else p.candidate
    low, high = max(row.low, -reach), min(row.high, reach)
    outside = abs(row.value) > reach
    if low < high:
        figure.add_scatter(x=[low, high], y=[y, y], mode="lines", hoverinfo="skip",
                           line={"color": colour, "width": 2})  # fmt: skip
    symbol = "diamond" if row.worse else "circle"
    if outside:
        symbol = "triangle-right" if row.value > 0 else "triangle-left"
    figure.add_scatter(
        x=[np.clip(row.value, -reach, reach)],
        y=[y],
        mode="markers",
        marker={"color": colour if row.settled else p.surface, "size": 11, "symbol": symbol,
                "line": {"color": colour, "width": 2}},
        hovertemplate=f"{row.label}<extra></extra>",
    )  # fmt: skip
    if outside:
        left = row.value > 0
        figure.add_annotation(
            x=np.sign(row.value) * reach, y=y, text=f"{row.value:+.0f} %".replace("-", "−"),
            showarrow=False, xanchor="right" if left else "left", xshift=-10 if left else 10,
            font={"color": colour, "size": 12}, bgcolor=p.surface,
        )  # fmt: skip
    figure.add_annotation(
        x=1, xref="paper", xanchor="left", xshift=8, y=y, text=row.word, showarrow=False,
        font={"color": colour if row.settled else p.quiet, "size": 12},
    )  # fmt: skip


def pairs(
    base: Sequence[float],
    candidate: Sequence[float],
    theme: str,
    *,
    names: tuple[str, str],
    axis: str,
) -> go.Figure:
    """Draw each replication as a line from baseline to candidate: the same luck in both."""
    p = palette(theme)
    figure = blank(theme)
    n = len(base)
    x = np.tile([0.0, 1.0, np.nan], n)
    y = np.column_stack([base, candidate, np.full(n, np.nan)]).ravel()
    figure.add_scatter(x=x, y=y, mode="lines", hoverinfo="skip",
                       line={"color": clear(p.baseline, 0.45), "width": 1})  # fmt: skip
    for place, (values, colour) in enumerate(((base, p.baseline), (candidate, p.candidate))):
        figure.add_scatter(x=[place] * n, y=list(values), mode="markers",
                           marker={"color": clear(colour, 0.75), "size": 7},
                           hovertemplate="%{y:.4g}<extra></extra>")  # fmt: skip
        mean = float(np.mean(values))
        figure.add_scatter(x=[place - 0.16, place + 0.16], y=[mean, mean], mode="lines",
                           line={"color": colour, "width": 3}, hoverinfo="skip")  # fmt: skip
    figure.update_xaxes(tickvals=[0, 1], ticktext=list(names), range=[-0.5, 1.5], showgrid=False,
                        tickfont={"color": p.text})  # fmt: skip
    figure.update_yaxes(title=axis_title(axis), zeroline=False)
    return figure


def spread(values: Sequence[float], theme: str, *, name: str, axis: str) -> go.Figure:
    """Draw the replications of one variant as points with their mean."""
    p = palette(theme)
    figure = blank(theme)
    places = np.linspace(-0.2, 0.2, len(values)) if len(values) > 1 else np.zeros(len(values))
    figure.add_scatter(x=places, y=list(values), mode="markers",
                       marker={"color": clear(p.baseline, 0.75), "size": 7},
                       hovertemplate="%{y:.4g}<extra></extra>")  # fmt: skip
    mean = float(np.mean(values)) if len(values) else 0.0
    figure.add_scatter(x=[-0.3, 0.3], y=[mean, mean], mode="lines", hoverinfo="skip",
                       line={"color": p.baseline, "width": 3})  # fmt: skip
    figure.update_xaxes(tickvals=[0], ticktext=[name], range=[-1, 1], showgrid=False)
    figure.update_yaxes(title=axis_title(axis), zeroline=False)
    return figure


# -- over time ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trace:
    """A channel over time [s], in the unit it is shown in; it holds until the next point."""

    name: str
    time: Array
    value: Array
    candidate: bool = False


def thin(time: Array, value: Array, most: int = MOST_POINTS) -> tuple[Array, Array]:
    """Keep at most ``most`` points with every peak, as many as a screen can show."""
    if len(time) <= most:
        return time, value
    from tsdownsample import MinMaxLTTBDownsampler

    sampler: Any = MinMaxLTTBDownsampler
    kept = sampler().downsample(
        np.ascontiguousarray(time, float), np.ascontiguousarray(value, float), n_out=most
    )
    return time[kept], value[kept]


def traces(
    drawn: Sequence[Trace],
    theme: str,
    *,
    axis: str,
    time_axis: str,
    limit: tuple[float, str] | None = None,
) -> go.Figure:
    """Draw simulated channels over time, dashed; baseline grey, candidate in the accent."""
    p = palette(theme)
    figure = blank(theme)
    end = max((float(trace.time[-1]) for trace in drawn if len(trace.time)), default=0.0)
    unit = HOUR if end < 72 * HOUR else 24 * HOUR
    for trace in drawn:
        time, value = thin(trace.time, trace.value)
        colour = p.candidate if trace.candidate else p.baseline
        figure.add_scatter(
            x=(time / unit).astype(np.float32), y=value.astype(np.float32), name=trace.name,
            mode="lines",
            line={"color": colour, "width": 1.8 if trace.candidate else 1.5,
                  "dash": "4px,2px", "shape": "hv"},
            hovertemplate=f"%{{y:.4g}}<extra>{trace.name}</extra>",
        )  # fmt: skip
    if limit is not None:
        named_line(figure, limit[0], limit[1], p)
    figure.update_xaxes(title=axis_title(time_axis.format(unit="h" if unit == HOUR else "d")),
                        rangemode="tozero")  # fmt: skip
    figure.update_yaxes(title=axis_title(axis), rangemode="tozero")
    figure.update_layout(showlegend=len(drawn) > 1, hovermode="x unified", margin={"t": 28})
    return figure


def named_line(figure: go.Figure, y: float, name: str, p: Palette) -> None:
    """Draw a limit: a line with its name."""
    figure.add_hline(y=y, line={"color": p.amber, "width": 1.2})
    figure.add_annotation(x=1, xref="paper", xanchor="right", y=y, yanchor="bottom", text=name,
                          showarrow=False, font={"color": p.amber, "size": 12})  # fmt: skip


def states(
    spans: Mapping[str, Sequence[tuple[float, float, str]]],
    theme: str,
    *,
    words: Mapping[str, str],
    events: Sequence[tuple[float, str, str]] = (),
    time_axis: str = "{unit}",
) -> go.Figure:
    """Draw what each thing did: rows of spans (start, end, state), and events above them.

    Running is quiet, waiting lighter still; only what is abnormal has a colour.
    """
    p = palette(theme)
    figure = blank(theme)
    rows = list(spans)[::-1]
    end = max((row[1] for parts in spans.values() for row in parts), default=HOUR)
    unit = HOUR if end < 72 * HOUR else 24 * HOUR
    for state, colour in _state_colours(spans, p).items():
        bars = [(start, stop, name) for name in rows for start, stop, kind in spans[name]
                if kind == state]  # fmt: skip
        figure.add_bar(
            orientation="h", name=words.get(state, state),
            base=[start / unit for start, _stop, _name in bars],
            x=[(stop - start) / unit for start, stop, _name in bars],
            y=[name for _start, _stop, name in bars],
            marker={"color": colour, "line": {"width": 0}}, width=0.56,
            hovertemplate=f"{words.get(state, state)}<extra>%{{y}}</extra>",
        )  # fmt: skip
    _events(figure, events, rows, unit, p)
    figure.update_layout(barmode="overlay", bargap=0.2, showlegend=True, margin={"t": 28},
                         legend={"traceorder": "normal"})  # fmt: skip
    letter = "h" if unit == HOUR else "d"
    figure.update_xaxes(range=[0, end / unit], title=axis_title(time_axis.format(unit=letter)))
    spare = max(0.0, (3 - len(rows)) / 2)  # one row alone is not a wall
    figure.update_yaxes(categoryorder="array", categoryarray=rows, showgrid=False,
                        range=[-0.5 - spare, len(rows) - 0.5 + spare],
                        tickfont={"color": p.text})  # fmt: skip
    return figure


SEEN_FIRST = ("down", "broken", "tool change")
"""States that a coarse time line shows even when they are short."""


def coarse(
    parts: Sequence[tuple[float, float, str]], end: float, bins: int = 360
) -> list[tuple[float, float, str]]:
    """Return the spans on a grid of ``bins``: the abnormal state of a bin, else the longest.

    A shift of one-minute cycles has thousands of spans, more than a screen or a reader can take.
    """
    step = end / bins
    time: list[dict[str, float]] = [{} for _ in range(bins)]
    for start, stop, state in parts:
        for place in range(int(start / step), min(bins, int(np.ceil(stop / step)))):
            share = min(stop, (place + 1) * step) - max(start, place * step)
            time[place][state] = time[place].get(state, 0.0) + share
    found: list[tuple[float, float, str]] = []
    for place, held in enumerate(time):
        if not held:
            continue
        odd = [state for state in SEEN_FIRST if held.get(state, 0.0) > 0]
        state = odd[0] if odd else max(held, key=lambda kind: held[kind])
        if found and found[-1][2] == state:
            found[-1] = (found[-1][0], (place + 1) * step, state)
        else:
            found.append((place * step, (place + 1) * step, state))
    return found


def _state_colours(
    spans: Mapping[str, Sequence[tuple[float, float, str]]], p: Palette
) -> dict[str, str]:
    present = dict.fromkeys(kind for parts in spans.values() for _a, _b, kind in parts)
    chosen = {
        "cutting": clear(p.baseline, 0.85), "working": clear(p.baseline, 0.85),
        "loading": clear(p.baseline, 0.4), "waiting": clear(p.baseline, 0.15),
        "starved": clear(p.baseline, 0.15), "blocked": clear(p.amber, 0.35),
        "tool change": p.accent, "down": p.red, "broken": p.red,
    }  # fmt: skip
    return {state: chosen.get(state, clear(p.baseline, 0.6)) for state in present}


def _events(
    figure: go.Figure,
    events: Sequence[tuple[float, str, str]],
    rows: Sequence[str],
    unit: float,
    p: Palette,
) -> None:
    for kind in dict.fromkeys(kind for _t, _name, kind in events):
        mine = [(time, name) for time, name, found in events if found == kind and name in rows]
        bad = "break" in kind
        figure.add_scatter(
            x=[time / unit for time, _name in mine], y=[name for _time, name in mine],
            mode="markers", name=kind, showlegend=False,
            hovertemplate=f"{kind} %{{x:.2f}}<extra></extra>",
            marker={"symbol": "diamond" if bad else "triangle-down", "size": 9,
                    "color": p.red if bad else p.accent, "line": {"color": p.surface, "width": 1}},
        )  # fmt: skip
