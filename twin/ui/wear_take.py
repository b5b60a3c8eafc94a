"""What is taken away from the page Tool wear: plans in the reader's language, files."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from twin.forecast import export
from twin.forecast.export import ChangePlan
from twin.forecast.orders import USUAL_MIN, Words, plans
from twin.forecast.spreadsheet import workbook
from twin.forecast.toollife import opc_tool_life, shdr
from twin.ui import wear_view as view
from twin.ui.bearings_view import said
from twin.ui.i18n import t
from twin.ui.wear_words import reason

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
    bearings : sequence of mapping, optional
        Those of a table of trends, in place of the answer's own.
    whose : str
        Whose bearings those are.
    """

    document: Mapping[str, Any]
    plant: str
    made: datetime
    minutes: float = USUAL_MIN
    bearings: Sequence[Mapping[str, Any]] | None = None
    whose: str = ""

    @property
    def plans(self) -> list[ChangePlan]:
        """The changes to plan, riskiest first; bearings of a table have a name of their own."""
        words = Words(_say, _reason, view.unit_word)
        given = self.document if self.bearings is None else {**self.document, "bearings": ()}
        found = plans(given, self.plant, self.made, minutes=self.minutes, words=words)
        beside = {"time_unit": "min", "bearings": self.bearings or ()}
        return found + plans(beside, self.whose, self.made, words=words)

    @property
    def whole(self) -> Mapping[str, Any]:
        """The answer with the bearings that stand beside it."""
        if self.bearings is None:
            return self.document
        return {**self.document, "bearings": self.bearings}


def _reason(sentence: str) -> str:
    return said(reason(sentence))


def _say(key: str, **values: object) -> str:
    return t(f"tool_wear.{key}", **values)


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
                 lambda taken: workbook(taken.whole, taken.made)),
    "mtconnect": ("mtconnect.shdr", "text/plain",
                  lambda taken: shdr(taken.document, taken.plant, taken.made).encode()),
    "opc": ("opc40501-tool-life.json", "application/json", _opc),
}  # fmt: skip
"""Name of each file, its media type, and how it is made."""
