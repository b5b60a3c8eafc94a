"""What the cards of the page Line say: the bottleneck, the figures, or why there is no run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from twin.ui import line_limit, line_view, links
from twin.ui.components.frame import aria, icon
from twin.ui.i18n import t
from twin.ui.line_view import Ran
from twin.ui.pages._one_run import headline_table


def verdict(of: Ran, scenario: str, tried: Mapping[str, Any] | None) -> list[Component]:
    """Return what limits the line, how sure that is, and the way to try a change."""
    said = line_view.verdict(of, tried)
    link = dcc.Link([icon("sliders-horizontal"), t("overview.try")],
                    href=links.write("what_if", scenario), className="with-icon")  # fmt: skip
    lines = [html.P(text, className="quiet") for text in said.lines]
    bars = _gains(tried) if tried else _blame(of)
    return [html.H2(said.head, className="verdict-words"), *lines, *bars, html.P(link)]


def _blame(of: Ran) -> list[Component]:
    """Which stations are the bottleneck for how long, as bars with their figures."""
    rows = [
        (station, share, t("line.blame", share=f"{100 * share:.0f}", alone=f"{100 * alone:.0f}"))
        for station, share, alone in line_view.blamed(of)
    ]
    return _bars(t("line.blame_noun"), rows)


def _gains(tried: Mapping[str, Any]) -> list[Component]:
    """What each station a little faster gives, as bars with their intervals."""
    return _bars(t("line.tried_noun"), line_limit.gains(tried))


def _bars(noun: str, rows: Sequence[tuple[str, float, str]]) -> list[Component]:
    """Named shares of one as bars, with what is said of each."""
    if not rows:
        return []
    drawn = [
        html.Li([html.Span(name, className="blame-name"),
                 html.Span(html.Span(className="blame-fill",
                                     style={"width": f"{min(max(100 * share, 0), 100):.1f}%"}),
                           className="blame-bar", **aria(hidden="true")),
                 html.Span(words, className="blame-share small")])
        for name, share, words in rows
    ]  # fmt: skip
    return [html.P(noun, className="noun blame-noun"), html.Ul(drawn, className="plain blame")]


def figures_table(of: Ran) -> list[Component]:
    """Return the headline KPIs of the line with their intervals."""
    return [
        html.H2(t("overview.figures", n=of.outcome.replications)),
        headline_table(line_view.headline(of), t("line.figures_noun")),
    ]
