"""What the cards of the page Buildings say: the verdict, the figures, the strategies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from twin.ui import building_strategies, building_view, links, names
from twin.ui.building_strategies import Strategy
from twin.ui.building_view import WORTH, Ran
from twin.ui.comparison import Outcome
from twin.ui.components.frame import icon
from twin.ui.i18n import t
from twin.ui.pages._one_run import headline_table


def verdict(of: Ran, scenario: str) -> list[Component]:
    """Return whether it is comfortable, what it costs, and the way to try a change."""
    head, said = building_view.verdict(of)
    link = dcc.Link([icon("sliders-horizontal"), t("overview.try")],
                    href=links.write("what_if", scenario), className="with-icon")  # fmt: skip
    lines = [html.P(text, className="quiet") for text in said]
    return [html.H2(head, className="verdict-words"), *lines, html.P(link)]


def figures_table(of: Ran) -> list[Component]:
    """Return the headline KPIs of the building with their intervals."""
    return [
        html.H2(t("overview.figures", n=of.outcome.replications)),
        headline_table(building_view.headline(of), t("buildings.figures_noun")),
    ]


def strategies(
    building: str, asked: Sequence[Strategy], found: Mapping[str, Outcome]
) -> tuple[dict[str, Any], str]:
    """Return the table of strategies, and what it found."""
    columns = [names.kpi(path) for path in WORTH]
    rows = [building_strategies.row(one, building, found.get(one.key)) for one in asked]
    table = {"head": [t("buildings.col_strategy"), *columns], "body": rows if found else []}
    better = [
        one.name
        for one in asked
        if one.key in found and _cheaper(found[one.key], f"{building}.cost_tot")
    ]
    if not found:
        return table, t("buildings.strategies_head")
    if not better:
        return table, t("buildings.none_cheaper")
    return table, t("buildings.cheaper", names=t("what_if.comma").join(better))


def _cheaper(outcome: Outcome, path: str) -> bool:
    """Whether a comparison says so."""
    return any(line.verdict == "better" for line in outcome.pick([path]))
