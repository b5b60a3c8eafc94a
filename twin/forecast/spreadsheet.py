"""A forecast as an Excel workbook: one sheet of tools, one of moments to change, one of readings.

Pure: a document in, bytes out.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from twin.forecast.orders import beyond, due_at

Tool = Mapping[str, Any]
Cell = str | float | int | None
BOLD_WIDTH = 14
WIDE = {"tool": 22, "bearing": 22, "order": 40, "change on": 22, "mind": 60}

TOOLS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("tool", ("tool",)),
    ("machine", ("machine",)),
    ("cut so far", ("now_min",)),
    ("VB now mm", ("vb_now_mm", "p50")),
    ("VB p10 mm", ("vb_now_mm", "p10")),
    ("VB p90 mm", ("vb_now_mm", "p90")),
    ("left p10", ("remaining_min", "p10")),
    ("left p50", ("remaining_min", "p50")),
    ("left p90", ("remaining_min", "p90")),
    ("hours", ("hours",)),
    ("P1 in these hours", ("p_fail",)),
    ("P1 48 h", ("p_fail_48h",)),
    ("P2 48 h", ("p2", "value")),
    ("changes 48 h", ("changes_48h", "value")),
    ("changes p5", ("changes_48h", "p5")),
    ("changes p95", ("changes_48h", "p95")),
    ("spares to bring", ("spares_48h",)),
    ("change at", ("plan", "name")),
    ("change in h", ("plan", "hours")),
    ("change in", ("plan", "ahead_min")),
    ("regret there", ("plan", "regret")),
    ("as cheap as any", ("plan", "as_cheap")),
    ("best minute", ("best_change_min",)),
    ("cost rate", ("cost_rate",)),
    ("run to failure", ("run_to_failure_cost_rate",)),
)
"""Columns of the first sheet, and where each stands in a tool's entry."""
BEARINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("bearing", ("bearing",)),
    ("machine", ("machine",)),
    ("times sound", ("level_now",)),
    ("limit", ("alarm",)),
    ("beyond it already", ("beyond",)),
    ("P(limit passed)", ("p_alarm",)),
    ("looked ahead h", ("look_h",)),
    ("P(fails)", ("p_fail",)),
    ("hours", ("hours",)),
    ("left h p10", ("remaining_h", "p10")),
    ("left h p50", ("remaining_h", "p50")),
    ("left h p90", ("remaining_h", "p90")),
    ("damage now", ("damage", "now", "p50")),
    ("growth from", ("damage", "growth_from")),
    ("assumed from h", ("assumed_from_h",)),
    ("rating life h", ("fatigue", "rating_life_h")),
    ("cheapest in h", ("best_change_h",)),
    ("do", ("plan", "action")),
    ("in h", ("plan", "hours")),
    ("order", ("item",)),
)
"""Columns of the sheet of bearings."""


def workbook(document: Mapping[str, Any], made: datetime) -> bytes:
    """Return a forecast document as an .xlsx file, made at ``made``."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.creator = "twin"
    book.properties.created = book.properties.modified = made.astimezone(UTC).replace(tzinfo=None)
    tools: Sequence[Tool] = document.get("tools", ())
    book.remove(book.active)
    if tools:
        _tools(book, tools, made)
    bearings = document.get("bearings", ())
    if bearings:
        head = [*(name for name, _ in BEARINGS), "change on", "mind"]
        rows = [
            [_at(_bearing(one), path) for _, path in BEARINGS] + _last(one, made)
            for one in bearings
        ]
        _fill(book.create_sheet(), "Bearings", head, rows)
    _fill(book.create_sheet(), "About", ["what", "value"], _about(document, made))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _tools(book: Any, tools: Sequence[Tool], made: datetime) -> None:
    used = [(head, path) for head, path in TOOLS if any(_at(t, path) is not None for t in tools)]
    rows = [[_at(t, path) for _, path in used] + _last(t, made) for t in tools]
    _fill(book.create_sheet(), "Tools", [head for head, _ in used] + ["change on", "mind"], rows)
    moments = ["tool", "moment", "in h", "in", "cost above best", "P(fail before)"]
    _fill(book.create_sheet(), "When to change", moments, _moments(tools))
    curves = ["tool", "in h", "in", "cost above best"]
    _fill(book.create_sheet(), "Cost curve", curves, _curves(tools))


def _bearing(one: Mapping[str, Any]) -> Mapping[str, Any]:
    """An entry that says whether the limit is passed already: then no risk of passing it."""
    over = beyond(one)
    return {**one, "beyond": over, "p_alarm": None if over else one["p_alarm"]}


def _last(entry: Tool, made: datetime) -> list[Cell]:
    """When what is planned is due, and what to mind."""
    planned = entry.get("plan") is not None
    due = f"{due_at(entry, made):%Y-%m-%d %H:%M %Z}".strip() if planned else None
    return [due, "; ".join(entry["reasons"])]


def _at(tool: Tool, path: Sequence[str]) -> Cell:
    value: Any = tool
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float) else None


def _moments(tools: Sequence[Tool]) -> list[list[Cell]]:
    return [
        [tool["tool"], o["name"], finite(o["ahead_h"]), o["ahead_min"], o["regret"],
         o["p_fail_before"]]
        for tool in tools
        for o in tool.get("opportunities", {}).get("options", ())
    ]  # fmt: skip


def _curves(tools: Sequence[Tool]) -> list[list[Cell]]:
    return [
        [tool["tool"], finite(hours), float(ahead), float(regret)]
        for tool in tools
        for hours, ahead, regret in zip(
            *(tool["cost_curve"][key] for key in ("ahead_h", "ahead_min", "regret")), strict=True
        )
    ]


def finite(value: float | None) -> float | None:
    """A number as a cell has it: what never comes is empty."""
    return float(value) if value is not None and math.isfinite(value) else None


def _about(document: Mapping[str, Any], made: datetime) -> list[list[Cell]]:
    plain = [
        [key, document[key]]
        for key in ("source", "scenario", "seed", "now_h", "limit_mm", "replications")
        if document.get(key) is not None
    ]
    said = [[word, text] for word in ("notes", "assumptions") for text in document.get(word, ())]
    when = f"{made.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return [["made", when], ["times in", f"{document['time_unit']} of cutting"], *plain, *said]


def _fill(sheet: Any, title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a table with a bold, frozen head; words stay words, also where they begin with =."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet.title = title
    sheet.append(list(head))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
            elif isinstance(value, float):
                cell.number_format = "0.0%" if head[column - 1].startswith("P") else "0.###"
    sheet.freeze_panes = "B2"
    for column, name in enumerate(head, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = WIDE.get(name, BOLD_WIDTH)
