"""Figures of sweeps: one factor, two factors, a cloud of points, a front. Pure.

Everything here is simulated: lines are dashed and carry a band or whiskers. The best point is a
star in the accent, what cannot be told from it is open, the scenario as it is is grey.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from twin.ui.figures import axis_title, blank
from twin.ui.theme import Palette, clear, palette

MOST_TEXTS = 80
"""Cells of a heat map that still have room for their figures."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One point of a sweep in a figure: where it stands, its interval, what it is called."""

    number: int
    x: Any
    y: float
    low: float
    high: float
    label: str


@dataclass(frozen=True, slots=True)
class Marks:
    """Which points are marked: the best one, those that cannot be told from it."""

    best: int | None = None
    as_good: Collection[int] = ()

    def colour(self, number: int, p: Palette) -> str:
        """Return the colour of a point."""
        return p.accent if number == self.best or number in self.as_good else p.baseline

    def fill(self, number: int, p: Palette) -> str:
        """Return what a point is filled with: open when it cannot be told from the best."""
        return p.surface if number in self.as_good else self.colour(number, p)

    def symbol(self, number: int) -> str:
        """Return the shape of a point."""
        return "star" if number == self.best else "circle"


def one_factor(
    spots: Sequence[Spot],
    theme: str,
    *,
    marks: Marks,
    x_axis: str,
    y_axis: str,
    now: tuple[float, str] | None = None,
) -> go.Figure:
    """Draw a KPI over one parameter: the mean dashed through the points, its interval a band.

    ``now`` is where the parameter stands today, and the word for it.
    """
    p = palette(theme)
    figure = blank(theme)
    numeric = all(isinstance(spot.x, (int, float)) and not isinstance(spot.x, bool)
                  for spot in spots)  # fmt: skip
    if numeric:
        spots = sorted(spots, key=lambda spot: spot.x)
        x = [spot.x for spot in spots]
        edge = [spot.high for spot in spots] + [spot.low for spot in spots][::-1]
        figure.add_scatter(x=x + x[::-1], y=edge, fill="toself", mode="none", hoverinfo="skip",
                           fillcolor=clear(p.accent, 0.14))  # fmt: skip
        figure.add_scatter(x=x, y=[spot.y for spot in spots], mode="lines", hoverinfo="skip",
                           line={"color": p.accent, "width": 1.5, "dash": "4px,2px"})  # fmt: skip
    _dots(figure, spots, marks, p, whiskers=not numeric)
    if now is not None and numeric:
        _now(figure, now, p)
    figure.update_xaxes(title=axis_title(x_axis), zeroline=False)
    if not numeric:
        figure.update_xaxes(type="category", tickfont={"color": p.text})
    figure.update_yaxes(title=axis_title(y_axis), zeroline=False)
    figure.update_layout(clickmode="event", margin={"t": 24})
    return figure


def cloud(
    spots: Sequence[Spot], theme: str, *, marks: Marks, x_axis: str, y_axis: str,
    now: tuple[float, str] | None = None,
) -> go.Figure:  # fmt: skip
    """Draw a KPI of sampled points over one of their parameters, each with its interval."""
    p = palette(theme)
    figure = blank(theme)
    _dots(figure, spots, marks, p, whiskers=len(spots) <= MOST_TEXTS)
    if now is not None and all(isinstance(spot.x, (int, float)) for spot in spots):
        _now(figure, now, p)
    figure.update_xaxes(title=axis_title(x_axis), zeroline=False)
    figure.update_yaxes(title=axis_title(y_axis), zeroline=False)
    figure.update_layout(clickmode="event", margin={"t": 24})
    return figure


def _dots(
    figure: go.Figure, spots: Sequence[Spot], marks: Marks, p: Palette, *, whiskers: bool
) -> None:
    colours = [marks.colour(spot.number, p) for spot in spots]
    if whiskers:
        figure.add_scatter(
            x=[spot.x for spot in spots], y=[spot.y for spot in spots], mode="markers",
            marker={"size": 1, "color": p.baseline}, hoverinfo="skip",
            error_y={"type": "data", "symmetric": False, "width": 0, "thickness": 1.4,
                     "color": clear(p.baseline, 0.7),
                     "array": [spot.high - spot.y for spot in spots],
                     "arrayminus": [spot.y - spot.low for spot in spots]},
        )  # fmt: skip
    figure.add_scatter(
        x=[spot.x for spot in spots], y=[spot.y for spot in spots], mode="markers",
        customdata=[[spot.number, spot.label] for spot in spots],
        marker={"color": [marks.fill(spot.number, p) for spot in spots],
                "size": [15 if spot.number == marks.best else 8 for spot in spots],
                "symbol": [marks.symbol(spot.number) for spot in spots],
                "line": {"color": colours, "width": 1.6}},
        hovertemplate="%{customdata[1]}<extra></extra>",
    )  # fmt: skip


def _now(figure: go.Figure, now: tuple[float, str], p: Palette) -> None:
    at, word = now
    figure.add_vline(x=at, line={"color": p.baseline, "width": 1.2})
    figure.add_annotation(x=at, y=1, yref="paper", yanchor="bottom", text=word, showarrow=False,
                          font={"color": p.quiet, "size": 12})  # fmt: skip


# -- two factors --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Table:
    """A KPI over two parameters: one row a value of the second; NaN where no point stands."""

    xs: Sequence[str]
    ys: Sequence[str]
    values: np.ndarray
    texts: Sequence[Sequence[str]]
    numbers: np.ndarray
    """The point of each cell, −1 where there is none."""


def two_factors(
    table: Table, theme: str, *, marks: Marks, x_axis: str, y_axis: str, unit: str
) -> go.Figure:
    """Draw a KPI over two parameters as a heat map; the figures stand in the cells."""
    p = palette(theme)
    figure = blank(theme)
    show = table.values.size <= MOST_TEXTS
    figure.add_heatmap(
        z=table.values, x=list(table.xs), y=list(table.ys), customdata=table.numbers[..., None],
        text=[list(row) for row in table.texts], texttemplate="%{text}" if show else None,
        textfont={"size": 12}, hovertemplate="%{x} · %{y}: %{text}<extra></extra>",
        colorscale=[list(stop) for stop in p.scale], xgap=2, ygap=2,
        colorbar={"thickness": 10, "outlinewidth": 0, "tickfont": {"color": p.quiet, "size": 12},
                  "title": {"text": unit, "font": {"color": p.quiet, "size": 12}}},
    )  # fmt: skip
    for y, x in np.argwhere(np.isin(table.numbers, [marks.best if marks.best is not None else -2])):
        edge = {"type": "rect", "x0": x - 0.5, "x1": x + 0.5, "y0": y - 0.5, "y1": y + 0.5,
                "line": {"color": p.text, "width": 2.5}}  # fmt: skip
        figure.add_shape(edge)
    figure.update_xaxes(type="category", title=axis_title(x_axis), showgrid=False,
                        tickfont={"color": p.text})  # fmt: skip
    figure.update_yaxes(type="category", title=axis_title(y_axis), showgrid=False,
                        tickfont={"color": p.text})  # fmt: skip
    figure.update_layout(clickmode="event")
    return figure


# -- two KPIs -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """Two KPIs of one point, each (mean, low, high)."""

    number: int
    x: tuple[float, float, float]
    y: tuple[float, float, float]
    label: str


def front(
    pairs: Sequence[Pair],
    on: Sequence[int],
    theme: str,
    *,
    best: int | None,
    x_axis: str,
    y_axis: str,
    now: tuple[float, float, str] | None = None,
) -> go.Figure:
    """Draw two KPIs of every point: the front with its intervals, what is beaten quietly."""
    p = palette(theme)
    figure = blank(theme)
    beaten = [pair for pair in pairs if pair.number not in on]
    kept = sorted((pair for pair in pairs if pair.number in on), key=lambda pair: pair.x[0])
    _pairs(figure, beaten, p.baseline, 0.45, 7)
    figure.add_scatter(x=[pair.x[0] for pair in kept], y=[pair.y[0] for pair in kept],
                       mode="lines", hoverinfo="skip",
                       line={"color": p.accent, "width": 1.2, "dash": "4px,2px"})  # fmt: skip
    _pairs(figure, kept, p.accent, 1.0, 9, whiskers=True, best=best)
    if now is not None:
        figure.add_scatter(x=[now[0]], y=[now[1]], mode="markers+text", text=[now[2]],
                           textposition="bottom center", textfont={"color": p.quiet, "size": 12},
                           marker={"symbol": "x-thin", "size": 11,
                                   "line": {"color": p.text, "width": 2}},
                           hoverinfo="skip")  # fmt: skip
    figure.update_xaxes(title=axis_title(x_axis), zeroline=False)
    figure.update_yaxes(title=axis_title(y_axis), zeroline=False)
    figure.update_layout(clickmode="event")
    return figure


def _pairs(
    figure: go.Figure, pairs: Sequence[Pair], colour: str, opacity: float, size: int,
    *, whiskers: bool = False, best: int | None = None,
) -> None:  # fmt: skip
    bars = {}
    if whiskers:
        thin = {"type": "data", "symmetric": False, "width": 0, "thickness": 1.2,
                "color": clear(colour, 0.55)}  # fmt: skip
        bars = {f"error_{axis}": {**thin, "array": [getattr(one, axis)[2] - getattr(one, axis)[0]
                                                    for one in pairs],
                                  "arrayminus": [getattr(one, axis)[0] - getattr(one, axis)[1]
                                                 for one in pairs]}
                for axis in ("x", "y")}  # fmt: skip
    figure.add_scatter(
        x=[pair.x[0] for pair in pairs], y=[pair.y[0] for pair in pairs], mode="markers",
        customdata=[[pair.number, pair.label] for pair in pairs],
        marker={"color": clear(colour, opacity), "line": {"width": 0},
                "symbol": ["star" if pair.number == best else "circle" for pair in pairs],
                "size": [15 if pair.number == best else size for pair in pairs]},
        hovertemplate="%{customdata[1]}<extra></extra>", **bars,
    )  # fmt: skip
