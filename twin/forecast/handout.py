"""Everything a planner takes away from a forecast, written into one folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from twin.errors import BadInput, Fault
from twin.forecast.export import calendar, work_orders
from twin.forecast.orders import USUAL_MIN, plans
from twin.forecast.question import plain
from twin.forecast.spreadsheet import workbook
from twin.forecast.toollife import opc_tool_life, shdr


def write_handout(
    document: Mapping[str, Any],
    folder: Path,
    plant: str,
    made: datetime,
    minutes: float = USUAL_MIN,
) -> list[Path]:
    """Write work orders, calendar, workbook, tool life records and the document itself.

    A change takes so many ``minutes`` [min] where the document does not say it. Records of tool
    life are written where there are tools.

    Raises
    ------
    BadInput
        When the folder cannot be written.
    """
    changes = plans(document, plant, made, minutes=minutes)
    files = {
        "work_orders.csv": work_orders(changes).encode(),
        "tool_changes.ics": calendar(changes, made).encode(),
        "forecast.xlsx": workbook(document, made),
        "forecast.json": _json(document),
    }
    if document.get("tools"):
        files |= {
            "mtconnect.shdr": shdr(document, plant, made).encode(),
            "opc40501_tool_life.json": _json(opc_tool_life(document, plant, made)),
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
