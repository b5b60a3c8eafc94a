"""Colours and the plotly template, in light and dark; the stylesheet holds the same tokens."""

from __future__ import annotations

import functools
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal

import plotly.graph_objects as go

ThemeName = Literal["light", "dark"]
FONT = '"Inter", "Noto Sans TC", "Noto Sans SC", "Noto Sans CJK TC", system-ui, sans-serif'

_THEME: ContextVar[ThemeName] = ContextVar("twin_theme", default="light")


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme. Each means one thing everywhere."""

    ground: str
    surface: str
    sunken: str
    line: str
    text: str
    quiet: str
    baseline: str
    accent: str
    wash: str
    amber: str
    red: str
    scale: tuple[tuple[float, str], ...]

    @property
    def candidate(self) -> str:
        """The candidate is drawn in the accent."""
        return self.accent


LIGHT = Palette(
    ground="#f5f6f8",
    surface="#ffffff",
    sunken="#eceff3",
    line="#dde2e8",
    text="#1b2430",
    quiet="#5a6675",
    baseline="#6b7787",
    accent="#1f5fd0",
    wash="#e9f0fc",
    amber="#985700",
    red="#c0322b",
    scale=((0.0, "#f5f6f8"), (0.35, "#b9cdf0"), (0.7, "#4b7fd9"), (1.0, "#0d2f70")),
)
DARK = Palette(
    ground="#11151b",
    surface="#191f27",
    sunken="#212933",
    line="#2b343f",
    text="#e7ebf0",
    quiet="#97a3b2",
    baseline="#97a3b2",
    accent="#78a9ff",
    wash="#1d2b44",
    amber="#f0b34a",
    red="#ff7b72",
    scale=((0.0, "#11151b"), (0.35, "#1f3d73"), (0.7, "#4f86e6"), (1.0, "#dbe8ff")),
)
PALETTES: dict[ThemeName, Palette] = {"light": LIGHT, "dark": DARK}


def theme_of(word: str | None) -> ThemeName:
    """Return the theme that ``word`` names; light when it names none."""
    return "dark" if word == "dark" else "light"


def theme() -> ThemeName:
    """Return the theme of the present request."""
    return _THEME.get()


def use_theme(name: ThemeName) -> None:
    """Settle the theme for the rest of the present request."""
    _THEME.set(name)


def palette(name: str | None) -> Palette:
    """Return the colours of a theme."""
    return PALETTES[theme_of(name)]


def clear(colour: str, opacity: float) -> str:
    """Return ``colour`` (#rrggbb) with an opacity, for bands.

    >>> clear("#1f5fd0", 0.2)
    'rgba(31,95,208,0.2)'
    """
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


@functools.cache
def template(name: ThemeName) -> go.layout.Template:
    """Return the plotly template of a theme: thin grid, no frame, the app's type."""
    p = PALETTES[name]
    axis = _axis(p)
    label = {"family": FONT, "size": 12, "color": p.text}
    layout: dict[str, Any] = {
        "font": label,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": [p.accent, p.baseline, p.amber, p.red, p.text],
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
        "xaxis": axis,
        "yaxis": axis,
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": p.surface, "bordercolor": p.line, "font": label},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom",
                   "font": {"color": p.quiet, "size": 12}, "bgcolor": "rgba(0,0,0,0)"},
        "separators": ". ",
    }  # fmt: skip
    return go.layout.Template(layout=layout)


def _axis(p: Palette) -> dict[str, Any]:
    quiet = {"color": p.quiet, "size": 12}
    return {
        "gridcolor": p.line,
        "gridwidth": 1,
        "linecolor": p.line,
        "zerolinecolor": p.line,
        "zerolinewidth": 1,
        "tickfont": quiet,
        "title": {"font": quiet, "standoff": 8},
        "automargin": True,
    }


def mantine(font: str = FONT) -> dict[str, Any]:
    """Return the theme of the interactive components."""
    blues = ["#e9f0fc", "#d3e1f8", "#a9c5f3", "#78a9ff", "#5b90ee", "#3a76dd", "#1f5fd0",
             "#1a51b2", "#154392", "#0f3270"]  # fmt: skip
    return {
        "primaryColor": "twin",
        "primaryShade": {"light": 6, "dark": 3},
        "colors": {"twin": blues},
        "autoContrast": True,
        "fontFamily": font,
        "headings": {"fontFamily": font},
        "defaultRadius": 6,
        "cursorType": "pointer",
        "fontSizes": {"xs": "12px", "sm": "14px", "md": "14px", "lg": "16px", "xl": "20px"},
    }
