"""Where the models of a scenario run: what each place sees in time, sends, and lets out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from twin.nodes.links import LINKS
from twin.scenario import Scenario
from twin.ui import names
from twin.ui.components.card import card
from twin.ui.components.frame import aria, mark
from twin.ui.i18n import t
from twin.ui.wording import duration, number, prefixed

DAY = 86_400.0
COLUMNS = ("node", "place", "link", "rightly", "known", "delay", "sent", "radio", "left")


def placed(scenario: Scenario, kpis: Mapping[str, Mapping[str, Any]]) -> Component:
    """Return the card of the placements, from the means of a run's replications."""
    nodes = list(scenario.of("node"))
    head = html.Tr([html.Th(t(f"nodes.col_{name}"), scope="col") for name in COLUMNS])
    body = [html.Tr(_row(scenario, node, kpis)) for node in nodes]
    table = html.Table([html.Thead(head), html.Tbody(body)], className="figures fleet placed")
    return card(
        t("nodes.placed_noun"),
        html.H2(_finding(nodes, kpis)),
        html.Div(table, className="table-wide", tabIndex=0, role="region",
                 **aria(label=t("nodes.placed_noun"))),
        html.P(t("nodes.placed_caption"), className="quiet small"),
    )  # fmt: skip


def _mean(kpis: Mapping[str, Mapping[str, Any]], path: str) -> float:
    value = kpis[path]["value"] if path in kpis else None
    return math.nan if value is None else float(value)


def _finding(nodes: list[str], kpis: Mapping[str, Mapping[str, Any]]) -> Any:
    out = [node for node in nodes if _mean(kpis, f"{node}.left_plant") > 0]
    if not out:
        return t("nodes.found_inside")
    return mark("amber", t("nodes.found_outside", n=len(out), total=len(nodes)))


def _row(scenario: Scenario, node: str, kpis: Mapping[str, Mapping[str, Any]]) -> list[Component]:
    days = (scenario.header.horizon - scenario.header.warmup) / DAY
    place, link = (str(scenario.value(f"{node}.{name}")) for name in ("place", "link"))
    send = "" if place == "node" else names.word(f"send_{scenario.value(f'{node}.send')}")
    sent, radio, left = (_mean(kpis, f"{node}.{name}") / days
                         for name in ("uplink", "sending", "left_plant"))  # fmt: skip
    delay = _mean(kpis, f"{node}.delay")
    return [
        html.Th(node, scope="row"),
        html.Td([names.word(f"place_{place}"), html.Span(send, className="of small")],
                className="said"),
        html.Td(LINKS[link].title, className="said"),
        html.Td(_share(_mean(kpis, f"{node}.rightly"))),
        html.Td(_share(_mean(kpis, f"{node}.known"))),
        html.Td(_lasting(delay)),
        html.Td(_bytes(sent)),
        html.Td(prefixed(radio, "J")),
        html.Td(_bytes(left)),
    ]  # fmt: skip


def _share(value: float) -> str:
    return f"{number(value, 0)} %" if math.isfinite(value) else "–"


def _lasting(delay: float) -> str:
    if not math.isfinite(delay):
        return "–"
    return duration(delay) if delay >= 10.0 else f"{number(1e3 * delay, 0)} ms"


def _bytes(value: float) -> str:
    """Return an amount of data as people read it.

    >>> _bytes(0.0), _bytes(830.0), _bytes(22_938.0), _bytes(8_379_582.0)
    ('0', '830 B', '23 kB', '8.4 MB')
    """
    if not math.isfinite(value):
        return "–"
    for limit, unit, places in ((1e6, "MB", 1), (1e3, "kB", 0)):
        if value >= limit:
            return f"{number(value / limit, places)} {unit}"
    return f"{number(value, 0)} B" if value else "0"
