"""What only the tools of a plant have: the map of machines and pots, and the tools to bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from twin.forecast.orders import chance
from twin.ui import figures_wear as figures
from twin.ui import wear_view as view
from twin.ui.components.card import Chart
from twin.ui.figures_wear import Cell
from twin.ui.i18n import t
from twin.ui.wear_view import Tool
from twin.ui.wording import number

P1, P2 = "p1", "p2"
BLANK = "\u00a0"
MOST_LETTERS = 10
ROOM_FOR_ALL, ROOM_FOR_NAME, ROOM_FOR_RISK = 4, 6, 14
"""Pots in a row up to which the map says when half have failed, the name, the risk."""
MOST_NAMED = 3
"""Tools that a heading names; more are counted."""
Document = Mapping[str, Any]


def risk_of(tool: Tool, measure: str) -> float:
    """Return one of the two risks within the horizon [1]."""
    return float(tool["p_fail"] if measure == P1 else tool["p2_horizon"]["value"])


def risk_words(tool: Tool, measure: str) -> str:
    """Return a risk in words; P2 with its standard error of simulation doubled."""
    if measure == P1:
        return chance(tool["p_fail"])
    return chance(tool["p2_horizon"]["value"])


def cells(document: Document, measure: str) -> list[Cell]:
    """Return every pot of every magazine: the tools in use with their risk, and their sisters."""
    found: list[Cell] = []
    filled: dict[str, int] = {}
    for tool in document["tools"]:
        first = filled.get(tool["machine"], 0)
        pots = range(1, tool["pot"] + tool["in_magazine"] + 1)
        filled[tool["machine"]] = first + len(pots)
        found += [_cell(document, tool, measure, pot, first + pot) for pot in pots]
    widest = max(filled.values())
    return [replace(cell, text="<br>".join(_fitting(cell.text, widest))) for cell in found]


def _fitting(text: str, pots: int) -> list[str]:
    """As much of what is said of a pot as there is room for; a phone drops the second of two."""
    name, *rest = text.split("<br>")
    short = name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"
    if pots <= ROOM_FOR_ALL:
        return [short, *rest, *[BLANK] * (2 - len(rest))]
    if pots <= ROOM_FOR_NAME:
        return [*rest[:1], short]
    return rest[:1] if pots <= ROOM_FOR_RISK else []


def _cell(document: Document, tool: Tool, measure: str, pot: int, place: int) -> Cell:
    name = tool["tool_name"] or tool["machine"]
    if pot != tool["pot"]:
        state = "new" if pot > tool["pot"] else "used"
        lines, said = [name, t(f"tool_wear.pot_{state}")], ""
    else:
        risk = risk_of(tool, measure)
        state = view.level(risk) or "calm"
        sign = {"red": "◆ ", "amber": "▲ "}.get(state, "")
        hours = view.half(tool, view.pace(document, tool))
        soon = [view.span(hours)] if measure == P1 and risk >= 0.5 and hours else []
        lines = [name, f"{sign}{risk_words(tool, measure)}", *soon]
        said = t("tool_wear.half_short", when=view.half_words(tool, view.pace(document, tool)))
    hover = ", ".join([*lines[:2], said] if said else lines)
    return Cell(tool["machine"], place, tool["tool"], state, "<br>".join(lines), hover)


def heat(document: Document, theme: str, measure: str, chosen: str) -> Chart:
    """Return the map of risk: machines by pots of their magazine."""
    hours = view.horizon(document["hours"])
    found = cells(document, measure)
    words = figures.Words(x=t("tool_wear.axis_pot"), y="")
    figure = figures.heat(found, theme, words, chosen)
    levels = [view.level(risk_of(tool, measure)) for tool in document["tools"]]
    finding = t("tool_wear.risk_finding", likely=levels.count("red"),
                possible=levels.count("amber"), n=len(levels))  # fmt: skip
    head = [t("tool_wear.col_machine"), t("tool_wear.axis_pot"), t("tool_wear.col_tool"),
            t("tool_wear.col_p1", hours=hours), t("tool_wear.col_p2", hours=hours),
            t("tool_wear.col_half")]  # fmt: skip
    tools = {tool["tool"]: tool for tool in document["tools"]}
    rows = [_pot_row(document, cell, tools[cell.tool]) for cell in found]
    return Chart(finding, figure, t(f"tool_wear.heat_caption_{measure}", hours=hours), head, rows)


def _pot_row(document: Document, cell: Cell, tool: Tool) -> list[str]:
    place = [cell.machine, str(cell.pot)]
    if cell.state in ("new", "used"):
        return [*place, cell.tool, t(f"tool_wear.pot_{cell.state}"), "", ""]
    risks = [risk_words(tool, measure) for measure in (P1, P2)]
    return [*place, cell.tool, *risks, view.half_words(tool, view.pace(document, tool))]


def spares_finding(document: Document) -> str:
    """Return what has to be brought for the next 48 h, as a heading."""
    wanted = [tool for tool in document["tools"] if tool["spares_48h"] > 0]
    if not wanted:
        return t("tool_wear.spares_none")
    named = [
        t("tool_wear.spares_item", n=tool["spares_48h"], tool=tool["tool"])
        for tool in wanted[:MOST_NAMED]
    ]
    listed = t("tool_wear.between").join(named)
    more = len(wanted) - MOST_NAMED
    if more > 0:
        listed += t("tool_wear.spares_more", n=more)
    return t("tool_wear.spares_finding", listed=listed)


def spares(document: Document) -> dict[str, Any]:
    """Return the table of what each place uses up within 48 h under its present policy."""
    head = [t(f"tool_wear.{key}") for key in (
        "col_tool", "col_policy", "col_changes", "col_breaks", "col_p2_48", "col_in_magazine",
        "col_bring")]  # fmt: skip
    return {"head": head, "body": [_spare_row(tool) for tool in view.ranked(document)]}


def _spare_row(tool: Tool) -> list[str]:
    changes = tool["changes_48h"]
    p2 = tool["p2"]
    error = 196 * p2["se"]
    return [
        tool["tool"],
        t(f"tool_wear.policy_{tool['policy']}"),
        f"{number(changes['value'], 1)} ({changes['p5']:.0f}–{changes['p95']:.0f})",
        number(tool["breaks_48h"]["value"], 1),
        f"{number(100 * p2['value'], 0 if error >= 1 else 1)} ± {number(error, 1)} %",
        str(tool["in_magazine"]),
        str(tool["spares_48h"]),
    ]


def assumed(document: Document, tool: Tool) -> str:
    """Return what the advice rests on, beside it: whether breakage counts, and the costs."""
    counts = t("tool_wear.advice_breaks" if document.get("breakage", True)
               else "tool_wear.advice_no_breaks")  # fmt: skip
    if "costs" not in tool:
        return f"{counts} {t('tool_wear.advice_yours')}"
    costs = tool["costs"]
    said = {"change": number(costs["change"], 0), "failure": number(costs["failure"], 0)}
    return f"{counts} {t('tool_wear.advice_costs', **said)}"
