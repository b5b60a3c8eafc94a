"""Figures of a line: its layout at one moment, its machines and its levels through time. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import plotly.graph_objects as go

from twin.ui.figures import blank
from twin.ui.line_plan import Plan, Way
from twin.ui.theme import Palette, clear, palette

WIDE, TALL = 0.37, 0.27
"""Half the size of a station, in columns and in lanes."""
GAUGE = 0.045
SEEN = 0.07
"""Share of a gauge that is filled at least, when it is not empty."""
LANE_PX = 132
SETTING_UP = ("setup", "tool change", "inspection", "warm-up", "warm up")
"""States in which a machine is made ready; the last one as a KPI is called."""


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
    top: float = 0.62
    """How high the drawing reaches [lanes]."""

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
    if state in SETTING_UP:
        return clear(p.accent, 0.14), p.accent
    if state in {"working", "cutting", "loading", "swapping"}:
        return clear(p.baseline, 0.24), p.baseline
    return p.surface, p.line


def bar_colour(state: str, p: Palette) -> str:
    """Return the colour of a state in bars."""
    return {
        "working": clear(p.baseline, 0.85), "cutting": clear(p.baseline, 0.85),
        "swapping": clear(p.baseline, 0.7), **dict.fromkeys(SETTING_UP, clear(p.accent, 0.55)),
        "loading": clear(p.baseline, 0.5), "starved": clear(p.baseline, 0.15),
        "waiting": clear(p.baseline, 0.15), "off shift": p.sunken,
        "blocked": clear(p.amber, 0.4), "waiting operator": clear(p.amber, 0.7),
        "waiting repair": clear(p.red, 0.45), "down": p.red, "broken": p.red,
        "tool change": p.accent,
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
    figure.update_yaxes(visible=False, range=[-lowest - 0.72, art.top], fixedrange=True)
    figure.update_layout(height=int(LANE_PX * (lowest + 0.72 + art.top)))
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
    if share:  # one part of two hundred places is seen as well
        share = max(share, SEEN)
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
    art.top = max(art.top, max(y, v) + 0.75 * bow + 0.06)  # a cubic goes three quarters of its bow
    art.heads.append((u, v, 0 if bow < 0 else 180))


def _wrap(art: _Drawing, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From the end of one row to the begin of a later one, between the rows."""
    (x, y), (u, v) = start, end
    right, left = x + 0.09, u - 0.08
    between = v + 0.54
    art.way(f"M{x},{y}L{right},{y}L{right},{between}L{left},{between}L{left},{v}L{u},{v}")
    art.heads.append((u - 0.02, v, 90))
