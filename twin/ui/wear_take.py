"""What is taken away from the page Tool wear: plans in the reader's language, files."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from twin.forecast import export
from twin.forecast.export import POSSIBLE, ChangePlan
from twin.forecast.handout import USUAL_MIN
from twin.forecast.spreadsheet import workbook
from twin.forecast.toollife import opc_tool_life, shdr
from twin.ui import wear_view as view
from twin.ui.i18n import t
from twin.ui.wear_view import Tool
from twin.ui.wording import trimmed, with_band

FORMATS = ("orders", "calendar", "workbook", "mtconnect", "opc")


@dataclass(frozen=True, slots=True)
class Taken:
    """What files are made of.

    Attributes
    ----------
    document : mapping
        The answer that the page shows.
    plant : str
        Whose tools they are: names the events of the calendar, so that they stay the same.
    made : datetime
        The moment that the forecast calls now, with its zone.
    minutes : float
        How long a change takes, where the answer does not say it [min].
    """

    document: Mapping[str, Any]
    plant: str
    made: datetime
    minutes: float = USUAL_MIN

    @property
    def plans(self) -> list[ChangePlan]:
        """The changes to plan, riskiest first."""
        return [self._plan(tool) for tool in view.ranked(self.document) if self._soon(tool)]

    def _hours(self, tool: Tool) -> float | None:
        return view.hours_of(tool["best_change_min"], view.pace(self.document, tool))

    def _soon(self, tool: Tool) -> bool:
        """Whether it is at risk, or best changed, within the horizon; and some plan pays."""
        hours = self._hours(tool)
        if hours is None or not export.pays(tool):
            return False
        return bool(tool["p_fail"] >= POSSIBLE or hours <= tool["hours"])

    def _plan(self, tool: Tool) -> ChangePlan:
        hours = self._hours(tool) or 0.0
        due = (self.made + timedelta(hours=hours)).replace(microsecond=0)
        wear, spares = tool["vb_now_mm"], tool.get("spares_48h")
        text = t(
            "tool_wear.order_text",
            wear=with_band(wear["p50"], wear["p10"], wear["p90"]), limit=trimmed(tool["limit_mm"]),
            p=view.chance(tool["p_fail"]), hours=view.horizon(tool["hours"]),
            due=f"{due:%Y-%m-%d %H:%M %Z}",
            left=view.count(tool["remaining_min"]["p50"], self.document["time_unit"]),
        )  # fmt: skip
        if spares is not None:
            text += " " + t("tool_wear.order_spares", n=spares)
        title = t("tool_wear.order_title", tool=tool["tool"])
        minutes = float(tool.get("change_takes_min", self.minutes))
        return ChangePlan(self.plant, tool["tool"], due, minutes, tool["p_fail"], title, text,
                          export.location_of(tool))  # fmt: skip


def download(kind: str, taken: Taken) -> dict[str, Any]:
    """Return one file as a browser takes it."""
    name, media, make = FILES[kind]
    content = base64.b64encode(make(taken)).decode()
    return {"content": content, "filename": name, "type": media, "base64": True}


def _opc(taken: Taken) -> bytes:
    found = opc_tool_life(taken.document, taken.plant, taken.made)
    return json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False).encode()


FILES: Mapping[str, tuple[str, str, Callable[[Taken], bytes]]] = {
    "orders": ("work-orders.csv", "text/csv",
               lambda taken: ("\ufeff" + export.work_orders(taken.plans)).encode()),
    "calendar": ("tool-changes.ics", "text/calendar",
                 lambda taken: export.calendar(taken.plans, taken.made).encode()),
    "workbook": ("tool-wear.xlsx",
                 "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                 lambda taken: workbook(taken.document, taken.made)),
    "mtconnect": ("mtconnect.shdr", "text/plain",
                  lambda taken: shdr(taken.document, taken.plant, taken.made).encode()),
    "opc": ("opc40501-tool-life.json", "application/json", _opc),
}  # fmt: skip
"""Name of each file, its media type, and how it is made."""
