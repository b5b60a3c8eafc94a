"""What the cards of the page Line say: the bottleneck, the figures, or why there is no run."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from twin.ui import line_view, links
from twin.ui.components.frame import aria, icon
from twin.ui.i18n import t
from twin.ui.line_view import Ran
from twin.ui.pages._one_run import headline_table


def verdict(of: Ran, scenario: str) -> list[Component]:
    """Return what holds the line back, how sure that is, and the way to try a change."""
    head, said = line_view.verdict(of)
    link = dcc.Link([icon("sliders-horizontal"), t("overview.try")],
                    href=links.write("what_if", scenario), className="with-icon")  # fmt: skip
    lines = [html.P(text, className="quiet") for text in said]
    return [html.H2(head, className="verdict-words"), *lines, *_blame(of), html.P(link)]


def _blame(of: Ran) -> list[Component]:
    """Which stations are the bottleneck for how long, as bars with their figures."""
    blamed = line_view.blamed(of)
    if not blamed:
        return []
    bars = [html.Span(className="blame-fill", style={"width": f"{100 * share:.1f}%"})
            for _station, share, _alone in blamed]  # fmt: skip
    rows = [
        html.Li([html.Span(station, className="blame-name"),
                 html.Span(bar, className="blame-bar", **aria(hidden="true")),
                 html.Span(t("line.blame", share=f"{100 * share:.0f}", alone=f"{100 * alone:.0f}"),
                           className="blame-share small")])
        for bar, (station, share, alone) in zip(bars, blamed, strict=True)
    ]  # fmt: skip
    return [html.P(t("line.blame_noun"), className="noun blame-noun"),
            html.Ul(rows, className="plain blame")]  # fmt: skip


def figures_table(of: Ran) -> list[Component]:
    """Return the headline KPIs of the line with their intervals."""
    return [
        html.H2(t("overview.figures", n=of.outcome.replications)),
        headline_table(line_view.headline(of), t("line.figures_noun")),
    ]
