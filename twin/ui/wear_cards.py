"""The tools of the page Tool wear as cards, for screens too narrow for their table. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from twin.ui.i18n import t

Row = Mapping[str, Any]
SIGNS = {"red": "◆ ", "amber": "▲ "}


def card_id(tool: str) -> dict[str, str]:
    """Return the id of the card of a tool."""
    return {"wear-card": tool}


def cards(rows: Sequence[Row], chosen: str, hours: str) -> list[Component]:
    """Return a card for each row of the table of tools; ``hours`` is how far the risk looks."""
    return [_card(row, row["tool"] == chosen, hours) for row in rows]


def _card(row: Row, chosen: bool, hours: str) -> Component:
    grade = row["level"] or "calm"
    risk = f"{SIGNS.get(grade, '')}{row['chance']}"
    top = html.Span([html.Span(row["tool"], className="strong"),
                     html.Span([html.Span(risk, className=f"risk {grade}"),
                                html.Span(f" · {hours}", className="quiet")])],
                    className="wear-card-top")  # fmt: skip
    facts = [(t("tool_wear.col_change"), f"{row['change']} {row['place']}".strip(), "strong"),
             (t("tool_wear.col_half"), row["half"], ""),
             (t("tool_wear.col_now"), row["now"], ""), *_of_plant(row)]  # fmt: skip
    lines = [html.Span([html.Span(name, className="quiet"), html.Span(words, className=look)],
                       className="wear-card-fact") for name, words, look in facts]  # fmt: skip
    why = html.Span(row["why"], className="quiet small")
    return html.Button(
        [top, *lines, why], id=card_id(row["tool"]), type="button", n_clicks=0,
        className="wear-card chosen" if chosen else "wear-card",
    )  # fmt: skip


def _of_plant(row: Row) -> list[tuple[str, str, str]]:
    if "spares" not in row:
        return []
    return [(t("tool_wear.card_p2"), str(row["chance2"]), ""),
            (t("tool_wear.col_bring"), str(row["spares"]), "strong")]  # fmt: skip
