"""Figures of a line: its layout at one moment, its machines and its levels through time. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from twin.ui.figures import HOUR, Array, axis_title, blank
from twin.ui.line_plan import Plan, Way
from twin.ui.theme import Palette, clear, palette, template, theme_of

WIDE, TALL = 0.37, 0.27
"""Half the size of a station, in columns and in lanes."""
GAUGE = 0.045
LANE_PX = 132
ROW_PX = 24


@dataclass(frozen=True, slots=True)
class Box:
    """One station at a moment: what is written on it, and what its gauge shows."""

    title: str
    words: str
    state: str
    below: str = ""
    level: float | None = None
    room: int | None = None
    marked: str = ""
    """Written above it, where it is the bottleneck."""
    hover: str = ""
    machines: Sequence[str] = ()
    """States of its machines, where it has several."""


@dataclass(slots=True)
class _Drawing:
    """Shapes and words, collected and given to plotly at once: one by one is slow."""

    p: Palette
    shapes: list[dict[str, Any]] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)
    heads: list[tuple[float, float, int]] = field(default_factory=list)

    def box(self, x: float, y: float, dx: float, dy: float, fill: str, line: str, width: float = 1,
            ) -> None:  # fmt: skip
        edges = {"x0": x - dx, "x1": x + dx, "y0": y - dy, "y1": y + dy}
        look = {"fillcolor": fill, "line": {"color": line, "width": width}}
        self.shapes.append({"type": "rect", **edges, **look})

    def way(self, path: str, dash: str = "solid") -> None:
        line = {"color": self.p.baseline, "width": 1.2, "dash": dash}
        self.shapes.append({"type": "path", "path": path, "line": line, "layer": "below"})

    def say(self, x: float, y: float, text: str, colour: str, size: int = 12, **more: Any) -> None:
        font = {"color": colour, "size": size}
        self.words.append({"x": x, "y": y, "text": text, "showarrow": False, "font": font, **more})


def colours(state: str, p: Palette) -> tuple[str, str]:
    """Return fill and border of a state: running is quiet, only what is abnormal has a colour."""
    if state in {"down", "broken"}:
        return clear(p.red, 0.16), p.red
    if state in {"blocked", "waiting repair", "waiting operator"}:
        return clear(p.amber, 0.14), p.amber
    if state in {"setup", "tool change"}:
        return clear(p.accent, 0.14), p.accent
    if state in {"working", "cutting", "loading"}:
        return clear(p.baseline, 0.24), p.baseline
    return p.surface, p.line


def bar_colour(state: str, p: Palette) -> str:
    """Return the colour of a state in bars."""
    return {
        "working": clear(p.baseline, 0.85), "cutting": clear(p.baseline, 0.85),
        "loading": clear(p.baseline, 0.5), "starved": clear(p.baseline, 0.15),
        "waiting": clear(p.baseline, 0.15), "off shift": p.sunken,
        "blocked": clear(p.amber, 0.4), "waiting operator": clear(p.amber, 0.7),
        "waiting repair": clear(p.red, 0.45), "down": p.red, "broken": p.red,
        "setup": clear(p.accent, 0.55), "tool change": p.accent,
    }.get(state, clear(p.baseline, 0.6))  # fmt: skip


# -- layout -------------------------------------------------------------------------------------


def layout(
    plan: Plan, boxes: Mapping[str, Box], theme: str, *, across: int, words: Mapping[str, str]
) -> go.Figure:
    """Draw a line at one moment; after ``across`` columns it goes on in the next row.

    ``words`` are the names of ``in``, ``out`` and ``scrap``.
    """
    p = palette(theme)
    art = _Drawing(p)
    spots = _spots(plan, across)
    for way in plan.ways:
        _way(art, plan, spots, way, across)
    for key in plan.entries:
        _entry(art, spots[key], boxes[key], words["in"])
    for key, box in boxes.items():
        _station(art, spots[key], box)
        if key in plan.scraps:
            _scrap(art, spots[key], words["scrap"], shifted=bool(box.below))
    if "out" in spots:
        x, y = spots["out"]
        art.say(x - 0.2, y, words["out"], p.quiet, xanchor="left", xshift=4)
    else:
        for key in {way.start for way in plan.ways if way.end == "out"}:
            _leave(art, spots[key], words["out"])
    return _finish(art, plan, spots, boxes, across, theme)


def _spots(plan: Plan, across: int) -> dict[str, tuple[float, float]]:
    """Return where everything stands; a row is as high as the lanes in it.

    A way out that would have a row of its own is left out: it is drawn at the stations.
    """
    last = max(column for key, (column, _lane) in plan.places.items() if key != "out")
    alone = plan.places["out"][0] // across > last // across
    shown = {key: place for key, place in plan.places.items() if key != "out" or not alone}
    rows: dict[int, set[int]] = {}
    for column, lane in shown.values():
        rows.setdefault(column // across, set()).add(lane)
    found, top = {}, 0
    for row, lanes in sorted(rows.items()):
        for key, (column, lane) in shown.items():
            if column // across == row:
                found[key] = (float(column % across), -float(top + lane - min(lanes)))
        top += max(lanes) - min(lanes) + 1
    return found


def _leave(art: _Drawing, spot: tuple[float, float], word: str) -> None:
    x, y = spot[0] + WIDE, spot[1]
    art.way(f"M{x},{y}L{x + 0.12},{y}")
    art.heads.append((x + 0.12, y, 90))
    art.say(x + 0.13, y, word, art.p.quiet, xanchor="left", xshift=4)


def _finish(
    art: _Drawing,
    plan: Plan,
    spots: Mapping[str, tuple[float, float]],
    boxes: Mapping[str, Box],
    across: int,
    theme: str,
) -> go.Figure:
    figure = blank(theme)
    p = art.p
    for angle in {angle for _x, _y, angle in art.heads}:
        mine = [(x, y) for x, y, a in art.heads if a == angle]
        figure.add_scatter(x=[x for x, _y in mine], y=[y for _x, y in mine], mode="markers",
                           hoverinfo="skip", marker={"symbol": "triangle-up", "angle": angle,
                                                     "size": 8, "color": p.baseline})  # fmt: skip
    figure.add_scatter(
        x=[spots[key][0] for key in boxes], y=[spots[key][1] for key in boxes], mode="markers",
        marker={"size": 44, "symbol": "square", "opacity": 0}, customdata=list(boxes),
        hovertemplate=[f"{box.hover}<extra></extra>" for box in boxes.values()],
    )  # fmt: skip
    lowest = max(-y for _x, y in spots.values())
    columns = min(across, plan.columns)
    figure.update_layout(shapes=art.shapes, annotations=art.words, margin={"t": 8, "b": 4})
    right = columns - (0.5 if "out" in spots else 0.26)
    figure.update_xaxes(visible=False, range=[-0.78, right], fixedrange=True)
    figure.update_yaxes(visible=False, range=[-lowest - 0.72, 0.62], fixedrange=True)
    figure.update_layout(height=int(LANE_PX * (lowest + 1.34)))
    return figure


def _station(art: _Drawing, spot: tuple[float, float], box: Box) -> None:
    p, (x, y) = art.p, spot
    fill, border = colours(box.state, p)
    art.box(x, y, WIDE, TALL, p.surface, p.surface, 0)
    art.box(x, y, WIDE, TALL, fill, p.accent if box.marked else border, 2.5 if box.marked else 1)
    many = bool(box.machines)
    art.say(x, y + (0.13 if many else 0.08), f"<b>{box.title}</b>", p.text)
    art.say(x, y - (0.03 if many else 0.1), box.words, _ink(box.state, p))
    if many:
        _machines(art, x, y - 0.17, box.machines)
    if box.marked:
        art.say(x, y + TALL, box.marked, p.accent, yanchor="bottom", yshift=1)
    if box.below:
        art.say(x, y - TALL, box.below, p.quiet, yanchor="top", yshift=-1)
    if box.level is not None:
        _gauge(art, x - WIDE - GAUGE - 0.03, y, box)


def _ink(state: str, p: Palette) -> str:
    if state in {"down", "broken"}:
        return p.red
    return p.amber if state in {"blocked", "waiting repair", "waiting operator"} else p.quiet


def _machines(art: _Drawing, x: float, y: float, machines: Sequence[str]) -> None:
    """One small square for each machine of a station, as many as there is room for."""
    step = min(0.1, 1.7 * WIDE / len(machines))
    for place, state in enumerate(machines):
        at = x + (place - (len(machines) - 1) / 2) * step
        art.box(at, y, 0.38 * step, 0.045, bar_colour(state, art.p), art.p.baseline, 0.8)


def _gauge(art: _Drawing, x: float, y: float, box: Box) -> None:
    p, level = art.p, box.level or 0.0
    if box.room is None:
        art.say(x, y + TALL, f"{level:g}", p.text, yanchor="bottom")
        return
    full = level >= box.room
    art.box(x, y, GAUGE, TALL, p.surface, p.baseline)
    share = min(1.0, level / box.room)
    if share:
        low, high = y - TALL, y - TALL + 2 * TALL * share
        art.box(x, (low + high) / 2, GAUGE, (high - low) / 2, p.amber if full else p.baseline,
                p.baseline, 0)  # fmt: skip
    art.say(x, y + TALL, f"{level:g}/{box.room}", p.amber if full else p.text, yanchor="bottom",
            yshift=1)  # fmt: skip


def _entry(art: _Drawing, spot: tuple[float, float], box: Box, word: str) -> None:
    x, y = spot
    end = x - WIDE - (2 * GAUGE + 0.05 if box.level is not None else 0.02)
    art.way(f"M{x - 0.72},{y}L{end},{y}")
    art.heads.append((end - 0.02, y, 90))
    art.say(x - 0.74, y, word, art.p.quiet, xanchor="left", yanchor="bottom", yshift=2)


def _scrap(art: _Drawing, spot: tuple[float, float], word: str, *, shifted: bool) -> None:
    x, y = spot[0] + (0.24 if shifted else 0.0), spot[1] - TALL
    art.way(f"M{x},{y}L{x},{y - 0.13}", "dot")
    art.heads.append((x, y - 0.13, 180))
    art.say(x, y - 0.15, word, art.p.quiet, yanchor="top", yshift=-2)


def _way(
    art: _Drawing, plan: Plan, spots: Mapping[str, tuple[float, float]], way: Way, across: int
) -> None:
    if way.end not in spots:
        return
    (a, b), (c, d) = plan.places[way.start], plan.places[way.end]
    x, y = spots[way.start]
    u, v = spots[way.end]
    left = u - (0.22 if way.end == "out" else WIDE + 2 * GAUGE + 0.05)
    same = a // across == c // across
    if way.kind == "back" or (same and c <= a):
        _curve(art, (x, y - TALL), (u, v - TALL), -0.5, "dash")
    elif not same:
        _wrap(art, (x + WIDE, y), (left, v))
    elif c - a == 1 or not _between(plan, a, c, b, d):
        mid = (x + WIDE + left) / 2
        art.way(f"M{x + WIDE},{y}C{mid},{y} {mid},{v} {left},{v}")
        art.heads.append((left - 0.02, v, 90))
    else:
        _curve(art, (x, y + TALL), (u, v + TALL), 0.5, "solid")
    if way.share is not None:
        art.say(x + WIDE, y if d == b else (y + v) / 2, f"{100 * way.share:g} %", art.p.quiet,
                xanchor="left", yanchor="bottom", xshift=2, yshift=1)  # fmt: skip


def _between(plan: Plan, a: int, c: int, b: int, d: int) -> bool:
    """Whether a station stands where a straight way would pass."""
    lanes = range(min(b, d), max(b, d) + 1)
    return any(a < column < c and lane in lanes for column, lane in plan.places.values())


def _curve(art: _Drawing, start: tuple[float, float], end: tuple[float, float], bow: float,
           dash: str) -> None:  # fmt: skip
    (x, y), (u, v) = start, end
    if abs(x - u) < 0.01:  # onto itself, or right above or below
        x, u = x - 0.15, u + 0.15
    art.way(f"M{x},{y}C{x},{y + bow} {u},{v + bow} {u},{v}", dash)
    art.heads.append((u, v, 0 if bow < 0 else 180))


def _wrap(art: _Drawing, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From the end of one row to the begin of a later one, between the rows."""
    (x, y), (u, v) = start, end
    right, left = x + 0.09, u - 0.08
    between = v + 0.54
    art.way(f"M{x},{y}L{right},{y}L{right},{between}L{left},{between}L{left},{v}L{u},{v}")
    art.heads.append((u - 0.02, v, 90))


# -- through time -------------------------------------------------------------------------------


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
