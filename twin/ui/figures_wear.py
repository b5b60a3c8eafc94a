"""Figures of tool wear: risk by tool, fan, cost curve, reliability. Data in, figure out; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from twin.ui.figures import blank
from twin.ui.theme import Palette, clear, palette

Array = npt.NDArray[np.float64]
BANDS = (("p5", "p95", 0.10, "90 %"), ("p10", "p90", 0.13, "80 %"), ("p25", "p75", 0.20, "50 %"))
DASH = "5px,3px"
MOST_BARS = 30
HOVER = "%{x:.0f}: %{y:.3f}<extra></extra>"
LEVEL_HOVER = "%{x:.2f} h: %{y:.2f}<extra></extra>"


@dataclass(frozen=True, slots=True)
class Words:
    """The words on a figure, in the language of the page."""

    x: str
    y: str
    limit: str = ""
    now: str = ""
    best: str = ""
    flat: str = ""
    sim: str = "SIM"
    soon: str = ""
    perfect: str = ""


def _numbers(values: Sequence[float | None]) -> Array:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def risks(
    rows: Sequence[tuple[str, float, str]], theme: str, *, axis: str, chosen: str = ""
) -> go.Figure:
    """Draw (tool, probability, words) as ordered bars; only what is at risk has a colour."""
    p = palette(theme)
    figure = blank(theme)
    shown = list(reversed(rows[:MOST_BARS]))
    colours = [_risk_colour(risk, p) for _tool, risk, _words in shown]
    edges = [2 if tool == chosen else 0 for tool, *_rest in shown]
    figure.add_bar(
        orientation="h",
        x=np.array([100 * risk for _tool, risk, _words in shown]),
        y=[tool for tool, _risk, _words in shown],
        text=[words for _tool, _risk, words in shown],
        textposition="outside", cliponaxis=False, constraintext="none",
        textfont={"color": p.text, "size": 12},
        marker={"color": colours, "line": {"width": edges, "color": p.text}},
        width=min(0.56, 0.1 * len(shown)), hovertemplate="%{y}: %{text}<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(range=[0, 126], tickvals=[0, 25, 50, 75, 100], ticksuffix=" %",
                        title={"text": axis})  # fmt: skip
    figure.update_yaxes(
        type="category", showgrid=False, tickfont={"color": p.text}, ticklabelstandoff=8
    )
    return figure


def _risk_colour(risk: float, p: Palette) -> str:
    if risk >= 0.5:
        return p.red
    return p.amber if risk >= 0.1 else clear(p.baseline, 0.55)


@dataclass(frozen=True, slots=True)
class Cell:
    """One pot of a magazine.

    Attributes
    ----------
    machine, pot : str, int
        Where, the pot counted from 1.
    tool : str
        The place that it belongs to.
    state : str
        ``red``, ``amber``, ``calm`` for a tool in use, ``new`` or ``used`` for a sister.
    text : str
        What stands in it, its lines parted by ``<br>``.
    hover : str
        All that is said of it.
    """

    machine: str
    pot: int
    tool: str
    state: str
    text: str
    hover: str


STATES = ("used", "new", "calm", "amber", "red")


def heat(cells: Sequence[Cell], theme: str, words: Words, chosen: str = "") -> go.Figure:
    """Draw machines by pots; only what is at risk has a colour, and each says its risk in words."""
    p = palette(theme)
    figure = blank(theme)
    machines = list(dict.fromkeys(cell.machine for cell in cells))
    pots = max(cell.pot for cell in cells)
    z: Array = np.full((len(machines), pots), np.nan)
    text = [[""] * pots for _ in machines]
    tools = [[""] * pots for _ in machines]
    hover = [[""] * pots for _ in machines]
    for cell in cells:
        row, column = machines.index(cell.machine), cell.pot - 1
        z[row, column] = STATES.index(cell.state)
        text[row][column], tools[row][column] = cell.text, cell.tool
        hover[row][column] = cell.hover
    colours = (p.sunken, p.ground, clear(p.baseline, 0.30), clear(p.amber, 0.34),
               clear(p.red, 0.34))  # fmt: skip
    n = len(STATES)
    stepped = [pair for i in range(n) for pair in ((i / n, colours[i]), ((i + 1) / n, colours[i]))]
    figure.add_heatmap(
        z=z, x=np.arange(1, pots + 1), y=machines, zmin=-0.5, zmax=n - 0.5, xgap=3, ygap=3,
        colorscale=stepped, showscale=False, text=text, customdata=tools,
        texttemplate="%{text}", textfont={"color": p.text, "size": 12 if pots <= 4 else 11},
        hoverongaps=False,
        hovertext=hover, hovertemplate="%{y} %{x}: %{hovertext}<extra></extra>",
    )  # fmt: skip
    _outline(figure, cells, machines, chosen, p)
    there, shown = list(range(1, pots + 1)), [0.5, max(pots, 3) + 0.5]
    figure.update_xaxes(title={"text": words.x}, tickvals=there, range=shown,
                        showgrid=False, zeroline=False)  # fmt: skip
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False,
                        tickfont={"color": p.text}, automargin=True)  # fmt: skip
    figure.update_layout(margin={"t": 12, "r": 8})
    return figure


def _outline(
    figure: go.Figure, cells: Sequence[Cell], machines: Sequence[str], chosen: str, p: Palette
) -> None:
    """Draw a line around the tool that the charts beside are about."""
    for cell in cells:
        if cell.tool == chosen and cell.state not in ("new", "used"):
            row = machines.index(cell.machine)
            figure.add_shape(
                type="rect", x0=cell.pot - 0.48, x1=cell.pot + 0.48, y0=row - 0.47, y1=row + 0.47,
                line={"color": p.text, "width": 2},
            )  # fmt: skip


def fan(
    tool: Mapping[str, Any], theme: str, words: Words, end: float,
    stops: Sequence[tuple[float, str]] = (),
) -> go.Figure:  # fmt: skip
    """Draw one tool: readings solid, the forecast dashed with its bands, limit, now, best change.

    ``end`` is how far ahead of now the chart looks, in the unit of the table's time axis;
    ``stops`` are moments ahead at which the tool can be changed, with their names.
    """
    p = palette(theme)
    figure = blank(theme)
    now, limit = tool["now_min"], tool["limit_mm"]
    ahead = _numbers(tool["fan"]["ahead_min"])
    keep = ahead <= end * 1.0001
    x = now + ahead[keep]
    top = max(1.5 * limit, 1.1 * max([0.0, *tool["read_mm"]]))
    curves = {name: _numbers(tool["fan"][name])[keep] for name in tool["fan"] if name[0] == "p"}
    for low, high, opacity, _name in BANDS:
        draw_band(figure, x, curves[low], curves[high], clear(p.accent, opacity))
    figure.add_scatter(x=x, y=curves["p50"], mode="lines", hovertemplate=HOVER,
                       line={"color": p.accent, "width": 2, "dash": DASH})  # fmt: skip
    figure.add_scatter(x=np.array(tool["read_min"]), y=np.array(tool["read_mm"]),
                       mode="lines+markers", line={"color": p.text, "width": 1.5},
                       marker={"color": p.text, "size": 7},
                       hovertemplate=HOVER)  # fmt: skip
    draw_limit(figure, limit, words.limit, p)
    _stops(figure, [(now + at, name) for at, name in stops if at <= end], p)
    plan = tool["plan"]
    draw_marks(figure, now, None if plan is None else plan["ahead_min"], words, p)
    _band_names(figure, x, curves, top, p)
    start = min([now, *tool["read_min"]])
    figure.update_xaxes(range=[min(0.0, start), now + end], title={"text": words.x}, zeroline=False)
    figure.update_yaxes(range=[0, top], title={"text": words.y}, zeroline=False)
    figure.update_layout(margin={"t": 40, "r": 44}, uirevision=tool["tool"])
    return figure


def level(bearing: Mapping[str, Any], theme: str, words: Words) -> go.Figure:
    """Draw how loud a bearing was and will be over a sound one, with its limit and what to do."""
    p = palette(theme)
    figure = blank(theme)
    fan, now = bearing["fan"], float(bearing["now_h"])
    ahead = np.array(fan["ahead_h"])
    curves = {name: np.array(fan[name]) for pair in BANDS for name in pair[:2]}
    read = np.array(bearing["read_level"])
    seen = max(float(read.max()), float(curves["p75"].max()), float(bearing["alarm"]))
    top = 1.25 * min(seen, 4.0 * max(float(read.max()), float(bearing["alarm"])))
    x = now + ahead
    for low, high, opacity, _name in BANDS:
        draw_band(figure, x, curves[low], curves[high], clear(p.accent, opacity))
    figure.add_scatter(x=x, y=np.array(fan["p50"]), mode="lines", hovertemplate=LEVEL_HOVER,
                       line={"color": p.accent, "width": 2, "dash": DASH})  # fmt: skip
    figure.add_scatter(x=np.array(bearing["read_h"]), y=read, mode="lines+markers",
                       line={"color": p.text, "width": 1}, marker={"color": p.text, "size": 4},
                       hovertemplate=LEVEL_HOVER)  # fmt: skip
    draw_limit(figure, bearing["alarm"], words.limit, p)
    plan = bearing["plan"]
    best = plan["hours"] if plan is not None and plan["hours"] <= ahead[-1] else None
    draw_marks(figure, now, best, words, p)
    _band_names(figure, x, curves, top, p)
    figure.update_xaxes(range=[min(0.0, now), float(x[-1])], title={"text": words.x},
                        zeroline=False)  # fmt: skip
    figure.update_yaxes(range=[0, top], title={"text": words.y}, zeroline=False)
    figure.update_layout(margin={"t": 40, "r": 44}, uirevision=bearing["bearing"])
    return figure


def draw_limit(figure: go.Figure, y: float, name: str, p: Palette) -> None:
    """Draw the limit as a line with its name at the left, where the fan is not."""
    figure.add_hline(y=y, line={"color": p.amber, "width": 1.2})
    figure.add_annotation(x=0, xref="paper", xanchor="left", xshift=4, y=y, yanchor="bottom",
                          text=name, showarrow=False,
                          font={"color": p.amber, "size": 12})  # fmt: skip


def draw_band(figure: go.Figure, x: Array, low: Array, high: Array, colour: str) -> None:
    """Fill between two curves."""
    figure.add_scatter(
        x=np.concatenate([x, x[::-1]]), y=np.concatenate([high, low[::-1]]), mode="lines",
        fill="toself", fillcolor=colour, line={"width": 0}, hoverinfo="skip",
    )  # fmt: skip


def _band_names(
    figure: go.Figure, x: Array, curves: Mapping[str, Array], top: float, p: Palette
) -> None:
    """Name each band at its upper edge, where it leaves the picture or the picture ends."""
    taken: list[float] = []
    for _low, high, _opacity, name in BANDS:
        upper = curves[high]
        inside = np.flatnonzero(upper <= top)
        if not len(inside) or inside[-1] < len(x) - 1:
            continue  # it leaves at the top: the caption names the bands
        if any(abs(float(upper[-1]) - y) < 0.07 * top for y in taken):
            continue
        taken.append(float(upper[-1]))
        figure.add_annotation(x=1, xref="paper", xanchor="left", xshift=4, y=float(upper[-1]),
                              text=name, showarrow=False,
                              font={"color": p.quiet, "size": 12})  # fmt: skip


def _stops(figure: go.Figure, stops: Sequence[tuple[float, str]], p: Palette) -> None:
    """Mark moments at which the tool can be changed: dotted, named once at the foot."""
    for number, (at, name) in enumerate(stops):
        figure.add_vline(x=at, line={"color": p.quiet, "width": 1, "dash": "dot"})
        if not number:
            figure.add_annotation(x=at, y=0, yref="paper", yanchor="bottom", xanchor="left",
                                  xshift=3, text=name, showarrow=False,
                                  font={"color": p.quiet, "size": 12})  # fmt: skip


def draw_marks(figure: go.Figure, now: float, best: float | None, words: Words, p: Palette) -> None:
    """Mark now and the best change as lines named above the picture, and tag what is forecast.

    Where no planned change pays there is no best one to mark.
    """
    together = best is not None and best <= 0
    figure.add_vline(x=now, line={"color": p.quiet, "width": 1})
    name = f"{words.now} = {words.best}" if together else words.now
    _above(figure, now, name, p.accent if together else p.quiet, "left" if together else "right")
    if best is not None and not together:
        figure.add_vline(x=now + best, line={"color": p.accent, "width": 1.5})
        name = f"{words.best} {words.soon}" if words.soon else words.best
        _above(figure, now + best, name, p.accent, "left")
    _sim(figure, words.sim, p)


def _above(figure: go.Figure, x: float, text: str, colour: str, anchor: str) -> None:
    figure.add_annotation(x=x, y=1, yref="paper", yanchor="bottom", xanchor=anchor, text=text,
                          showarrow=False, font={"color": colour, "size": 12})  # fmt: skip


def _sim(figure: go.Figure, word: str, p: Palette) -> None:
    figure.add_annotation(x=1, xref="paper", xanchor="right", y=1, yref="paper", yanchor="bottom",
                          yshift=18, text=word, showarrow=False, bordercolor=p.line, borderwidth=1,
                          borderpad=3, font={"color": p.quiet, "size": 11})  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class CostCurve:
    """What changing later costs, on the clock.

    Attributes
    ----------
    name : str
        Whose: a new one resets what was zoomed.
    x, y : array
        When, in the unit of the axis, and cost above the best.
    flat : (float, float)
        Between these it costs as good as nothing.
    best : (float, float) or None
        The planned change and its cost; None where no plan pays.
    said : list of str
        When each point is, on the clock and in cutting.
    stops : list of (float, float, str)
        Moments at which a change can be made, their cost and name.
    minutes : bool
        The axis is in minutes, else in hours.
    """

    name: str
    x: Array
    y: Array
    flat: tuple[float, float]
    best: tuple[float, float] | None
    said: Sequence[str]
    stops: Sequence[tuple[float, float, str]]
    minutes: bool


def cost(curve: CostCurve, theme: str, words: Words) -> go.Figure:
    """Draw what changing later costs above the best, with the stretch that is as good shaded."""
    p = palette(theme)
    figure = blank(theme)
    low, high = curve.flat
    figure.add_vrect(x0=low, x1=max(high, low + 0.004 * float(curve.x[-1])), line_width=0,
                     fillcolor=clear(p.accent, 0.14), layer="below")  # fmt: skip
    figure.add_scatter(x=curve.x, y=curve.y, mode="lines", text=list(curve.said),
                       line={"color": p.accent, "width": 2, "dash": DASH},
                       hovertemplate="%{text}: %{y:.2f} EUR<extra></extra>")  # fmt: skip
    _cost_stops(figure, curve.stops, p)
    _cost_points(figure, float(curve.y[0]), curve.best, words, p)
    left = low > 0.25 * float(curve.x[-1])
    figure.add_annotation(x=low if left else high, y=0.94, yref="paper", text=words.flat,
                          xanchor="right" if left else "left", xshift=-4 if left else 4,
                          showarrow=False, font={"color": p.accent, "size": 12})  # fmt: skip
    _sim(figure, words.sim, p)
    figure.update_xaxes(title={"text": words.x}, rangemode="tozero", zeroline=False)
    figure.update_yaxes(title={"text": words.y}, rangemode="tozero")
    figure.update_layout(margin={"t": 40}, uirevision=curve.name)
    return figure


def _cost_stops(figure: go.Figure, stops: Sequence[tuple[float, float, str]], p: Palette) -> None:
    """Mark what it costs at the moments at which a change can be made."""
    if not stops:
        return
    figure.add_scatter(
        x=np.array([at for at, _, _ in stops]), y=np.array([above for _, above, _ in stops]),
        mode="markers", marker={"symbol": "diamond-open", "size": 9, "color": p.text},
        text=[name for *_, name in stops], cliponaxis=False,
        hovertemplate="%{text}: %{y:.2f}<extra></extra>",
    )  # fmt: skip


def _cost_points(
    figure: go.Figure, now: float, best: tuple[float, float] | None, words: Words, p: Palette
) -> None:
    """Mark the planned change, and now where that is another."""
    if best is not None:
        at, above = best
        name = words.best if at > 0 else f"{words.now} = {words.best}"
        figure.add_vline(x=at, line={"color": p.accent, "width": 1.5})
        _above(figure, at, name, p.accent, "left")
        figure.add_scatter(x=[at], y=[above], mode="markers", cliponaxis=False, hoverinfo="skip",
                           marker={"color": p.accent, "size": 9})  # fmt: skip
    if best is None or best[0] > 0:
        figure.add_scatter(x=[0.0], y=[now], mode="markers", cliponaxis=False, hoverinfo="skip",
                           marker={"color": p.surface, "size": 9,
                                   "line": {"color": p.quiet, "width": 2}})  # fmt: skip
        figure.add_annotation(x=0, y=now, xanchor="left", yanchor="bottom", xshift=6, yshift=2,
                              text=words.now, showarrow=False,
                              font={"color": p.quiet, "size": 12})  # fmt: skip
