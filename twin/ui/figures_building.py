"""Figures of a building: plan at a moment, temperatures, power, and where the heat goes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from twin.ui.building_plan import Rectangle
from twin.ui.figures import Array, axis_title, blank
from twin.ui.figures_line_time import moment_line
from twin.ui.theme import Palette, clear, palette

COLD, HOT = "#2166ac", "#b2182b"
SLIVER = 0.03
"""Nodes with less of the greatest flow are drawn without their name, which would cover others."""
DASHES = ("4px,2px", "1px,2px", "8px,3px", "6px,2px,1px,2px")


@dataclass(frozen=True, slots=True)
class Room:
    """A zone on the plan: where, its name, its value in words, and where in the band it is.

    ``place`` is 0 in the band, below 0 colder, above 0 warmer [K].
    """

    at: Rectangle
    name: str
    words: str
    place: float
    hover: str


def plan(rooms: Sequence[Room], theme: str, *, reach: float, height: int) -> go.Figure:
    """Draw the plan; a zone outside its band is as blue or red as it is ``reach`` K outside."""
    p = palette(theme)
    figure = blank(theme, height)
    for room in rooms:
        _room(figure, room, reach, p)
    x = [room.at.x for room in rooms] + [room.at.x + room.at.width for room in rooms]
    y = [room.at.y for room in rooms] + [room.at.y + room.at.depth for room in rooms]
    edge = 0.02 * (max(x) - min(x))
    figure.update_xaxes(range=[min(x) - edge, max(x) + edge], visible=False)
    figure.update_yaxes(range=[min(y) - edge, max(y) + edge], visible=False, scaleanchor="x")
    figure.update_layout(margin={"l": 4, "r": 4, "t": 4, "b": 4}, hovermode="closest")
    return figure


def colour(place: float, reach: float, p: Palette) -> str:
    """Return the fill of a zone: none in the band, else cold or hot by how far it is outside."""
    if place == 0:
        return p.sunken
    strength = 0.15 + 0.55 * min(1.0, abs(place) / reach)
    return clear(COLD if place < 0 else HOT, round(strength, 3))


def _room(figure: go.Figure, room: Room, reach: float, p: Palette) -> None:
    at = room.at
    x, y = [at.x, at.x + at.width], [at.y, at.y + at.depth]
    figure.add_scatter(
        x=[x[0], x[1], x[1], x[0], x[0]], y=[y[0], y[0], y[1], y[1], y[0]], mode="lines",
        fill="toself", fillcolor=colour(room.place, reach, p), hoveron="fills",
        line={"color": p.quiet, "width": 1}, name=room.name, text=room.hover, hoverinfo="text",
    )  # fmt: skip
    figure.add_annotation(
        x=0.5 * sum(x), y=0.5 * sum(y), text=f"<b>{room.name}</b><br>{room.words}",
        showarrow=False, font={"color": p.text, "size": 13}, bgcolor=clear(p.surface, 0.85),
        borderpad=3,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone's hours: air, and the two ends of its comfort zone [°C]."""

    name: str
    air: Array
    low: Array
    high: Array


def temperatures(
    zones: Sequence[Zone], chosen: int, theme: str, *, moment: float, axis: str, time_axis: str,
    band: str,
) -> go.Figure:  # fmt: skip
    """Draw every zone's air hour by hour, and the comfort zone of the ``chosen`` one."""
    p = palette(theme)
    figure = blank(theme)
    of = zones[chosen]
    hours = np.arange(len(of.air)) + 0.5
    for edge, fill in ((of.high, None), (of.low, "tonexty")):
        figure.add_scatter(
            x=hours, y=np.clip(edge, -60, 60), mode="lines", fill=fill, hoverinfo="skip", name=band,
            fillcolor=clear(p.accent, 0.1),
            line={"color": clear(p.accent, 0.35), "width": 1, "shape": "hvh"},
        )  # fmt: skip
    for place, zone in enumerate(zones):
        mine = place == chosen
        figure.add_scatter(
            x=hours, y=zone.air, mode="lines", name=zone.name,
            line={"color": p.text if mine else p.baseline, "width": 2 if mine else 1,
                  "dash": DASHES[0] if mine else DASHES[1]},
            hovertemplate=f"{zone.name}: %{{y:.1f}} °C<extra></extra>",
        )  # fmt: skip
    air = np.concatenate([zone.air for zone in zones])
    near = [edge[(edge > -40) & (edge < 50)] for edge in (of.low, of.high)]
    seen = np.concatenate([air, *near])
    figure.update_yaxes(
        range=[float(seen.min()) - 1, float(seen.max()) + 1], title=axis_title(axis)
    )
    figure.update_xaxes(range=[0, len(of.air)], title=axis_title(time_axis))
    figure.update_layout(shapes=[moment_line(moment, p)], height=300)
    return figure


def power(
    base: Array, candidate: Array | None, theme: str, *, moment: float, axis: str, time_axis: str,
    words: tuple[str, str, str],
) -> go.Figure:  # fmt: skip
    """Draw power by the quarter of an hour [kW], baseline grey, candidate accent, peaks marked.

    ``words`` name the baseline, the candidate and a peak.
    """
    p = palette(theme)
    figure = blank(theme)
    hours = np.arange(len(base)) / 4
    drawn = [(base, p.baseline, words[0])]
    if candidate is not None:
        drawn.append((candidate, p.candidate, words[1]))
    for values, ink, name in drawn:
        figure.add_scatter(
            x=hours, y=values, mode="lines", name=name,
            line={"color": ink, "width": 1.5, "shape": "hv", "dash": "4px,2px"},
            hovertemplate=f"{name}: %{{y:.2f}} kW<extra></extra>",
        )  # fmt: skip
        top = int(np.argmax(values)) if len(values) else 0
        if len(values) and values[top] > 0:
            figure.add_annotation(
                x=hours[top], y=float(values[top]), text=f"{words[2]} {values[top]:.1f} kW",
                font={"color": ink, "size": 12}, arrowcolor=ink, arrowhead=0, ay=-22,
                ax=0, xanchor="left" if hours[top] < hours[-1] / 2 else "right",
            )  # fmt: skip
    figure.update_yaxes(rangemode="tozero", title=axis_title(axis))
    figure.update_xaxes(range=[0, max(1.0, len(base) / 4)], title=axis_title(time_axis))
    figure.update_layout(shapes=[moment_line(moment, p)], margin={"t": 34}, height=300)
    return figure


def sankey(
    nodes: Sequence[str], links: Sequence[tuple[int, int, float, bool]], theme: str, *, unit: str,
    height: int,
) -> go.Figure:  # fmt: skip
    """Draw flows between nodes; a link is from, to, how much, and whether it is paid for."""
    p = palette(theme)
    figure = blank(theme, height)
    said = f"%{{value:.4g}} {unit}<extra></extra>"
    through = [max(sum(v for a, _b, v, _p in links if a == i), sum(v for _a, b, v, _p in links
               if b == i)) for i in range(len(nodes))]  # fmt: skip
    least = SLIVER * max(through, default=0.0)
    written = [name if v >= least else "" for name, v in zip(nodes, through, strict=True)]
    figure.add_sankey(
        arrangement="snap",
        node={"label": written, "customdata": list(nodes), "pad": 14, "thickness": 12,
              "color": p.quiet, "line": {"width": 0}, "hovertemplate": "%{customdata}: " + said},
        link={"source": [link[0] for link in links], "target": [link[1] for link in links],
              "value": [link[2] for link in links],
              "color": [clear(p.accent if link[3] else p.baseline, 0.4) for link in links],
              "hovertemplate": "%{source.customdata} → %{target.customdata}: " + said},
        textfont={"color": p.text, "size": 12},
    )  # fmt: skip
    figure.update_layout(margin={"l": 4, "r": 4, "t": 8, "b": 8})
    return figure


def people(
    zones: Mapping[str, Array], chosen: str, theme: str, *, moment: float, axis: str, time_axis: str
) -> go.Figure:
    """Draw how many people are in each zone, hour by hour; the ``chosen`` zone is dark."""
    p = palette(theme)
    figure = blank(theme)
    for name, row in zones.items():
        mine = name == chosen
        figure.add_scatter(
            x=np.arange(len(row)), y=row, mode="lines", name=name,
            line={"color": p.text if mine else p.baseline, "width": 2 if mine else 1.5,
                  "shape": "hv", "dash": DASHES[0] if mine else DASHES[1]},
            hovertemplate=f"{name}: %{{y:.1f}}<extra></extra>",
        )  # fmt: skip
    most = max((float(row.max()) for row in zones.values() if len(row)), default=1.0)
    figure.update_yaxes(range=[0, 1.1 * max(most, 1.0)], title=axis_title(axis))
    figure.update_xaxes(title=axis_title(time_axis))
    figure.update_layout(shapes=[moment_line(moment, p)], height=300)
    return figure


def heat_links(
    flows: Mapping[str, Mapping[str, float]],
    heating_kwh: float,
    cooling_kwh: float,
    gas_kwh: float = 0.0,
) -> list[tuple[str, str, float, bool]]:
    """Return flows of heat as (from, to, kWh, paid): energy and surroundings → zones → out.

    ``heating_kwh`` and ``cooling_kwh`` are electricity; what heating gives beyond it and its gas
    comes from outdoors, what it gives less is lost there, and cooling takes both outdoors.

    >>> heat_links({"a": {"heating_hour": 3.0, "fabric": -3.0}}, 1.0, 0.0)[:2]
    [('electricity', 'heating', 1.0, True), ('ambient', 'heating', 2.0, False)]
    """
    given = sum(max(0.0, one.get("heating_hour", 0.0)) for one in flows.values())
    taken = sum(max(0.0, -one.get("cooling_hour", 0.0)) for one in flows.values())
    bought = heating_kwh + gas_kwh
    lamps = sum(one.get("lamps", 0.0) for one in flows.values())
    found = [("electricity", "heating", heating_kwh, True), ("gas", "heating", gas_kwh, True),
             ("ambient", "heating", max(0.0, given - bought), False),
             ("heating", "outdoors", max(0.0, bought - given), False),
             ("electricity", "lamps", lamps, True)]  # fmt: skip
    for zone, one in flows.items():
        for name, value in one.items():
            word = name.removesuffix("_hour")
            found.append((word, zone, value, False) if value > 0 else (zone, word, -value, False))
    found += [("electricity", "cooling", cooling_kwh, True),
              ("cooling", "outdoors", taken + cooling_kwh, False)]  # fmt: skip
    least = 1e-3 * max([value for *_ends, value, _paid in found], default=0.0)
    return [link for link in found if link[2] > least]
