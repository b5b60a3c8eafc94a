"""Everything a planner takes away from a forecast, written into one folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from twin.errors import BadInput, Fault
from twin.forecast.export import (
    POSSIBLE,
    ChangePlan,
    calendar,
    hours_until,
    location_of,
    pays,
    work_orders,
)
from twin.forecast.question import plain
from twin.forecast.spreadsheet import workbook
from twin.forecast.toollife import opc_tool_life, shdr

Tool = Mapping[str, Any]
USUAL_MIN = 15.0
"""How long a change takes where nobody said it [min] (assumption)."""


def plans(
    document: Mapping[str, Any], plant: str, made: datetime, duty: float | None = None
) -> list[ChangePlan]:
    """Return the changes to plan, riskiest first.

    Parameters
    ----------
    document : mapping
        A forecast, of a twin or of measured wear.
    plant : str
        Where.
    made : datetime
        The moment that the forecast calls now, with its zone.
    duty : float, optional
        Minutes cut in an hour, where the document does not tell hours itself.
    """
    found = []
    for tool in document["tools"]:
        hours = hours_ahead(tool, duty)
        if hours is None or not pays(tool):
            continue
        if tool["p_fail"] >= POSSIBLE or hours <= tool["hours"]:
            found.append(_plan(tool, document["time_unit"], plant, made, hours))
    return sorted(found, key=lambda plan: (-plan.p_fail, plan.due))


def hours_ahead(tool: Tool, duty: float | None) -> float | None:
    """Hours until the best change; None for never."""
    if tool.get("best_change_h") is not None:
        hours = float(tool["best_change_h"])
        return hours if hours < float("inf") else None
    return hours_until(tool["best_change_min"], duty or 0.0)


def _plan(tool: Tool, unit: str, plant: str, made: datetime, hours: float) -> ChangePlan:
    due = (made + timedelta(hours=hours)).replace(microsecond=0)
    wear, left = tool["vb_now_mm"], tool["remaining_min"]
    spares = tool.get("spares_48h")
    lines = [
        f"Wear now {wear['p50']:.3f} mm ({wear['p10']:.3f} to {wear['p90']:.3f})",
        f"left {left['p50']:.0f} {unit} of cutting ({left['p10']:.0f} to {left['p90']:.0f})",
        f"fails within {tool['hours']:g} h if not changed: {tool['p_fail']:.0%}",
        *([f"new tools to bring for 48 h: {spares}"] if spares is not None else []),
        *tool["reasons"],
    ]
    minutes = float(tool.get("change_takes_min", USUAL_MIN))
    title = f"Change tool {tool['tool']}"
    text, at = ". ".join(lines), location_of(tool)
    return ChangePlan(plant, tool["tool"], due, minutes, tool["p_fail"], title, text, at)


def write_handout(
    document: Mapping[str, Any],
    folder: Path,
    plant: str,
    made: datetime,
    duty: float | None = None,
) -> list[Path]:
    """Write work orders, calendar, workbook, tool life records and the document itself.

    Raises
    ------
    BadInput
        When the folder cannot be written.
    """
    changes = plans(document, plant, made, duty)
    life = opc_tool_life(document, plant, made)
    files = {
        "work_orders.csv": work_orders(changes).encode(),
        "tool_changes.ics": calendar(changes, made).encode(),
        "forecast.xlsx": workbook(document, made),
        "forecast.json": _json(document),
        "mtconnect.shdr": shdr(document, plant, made).encode(),
        "opc40501_tool_life.json": _json(life),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        message = f"cannot be written: {error.strerror}"
        raise BadInput(Fault(message, "--export", value=str(folder))) from None
    return [folder / name for name in files]


def _json(document: Mapping[str, Any]) -> bytes:
    written = json.dumps(plain(document), ensure_ascii=False, indent=2, allow_nan=False)
    return f"{written}\n".encode()
