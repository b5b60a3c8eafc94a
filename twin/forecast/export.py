"""Planned tool changes to take away: work orders for a maintenance system, a calendar for people.

Pure: plans in, text out. The work orders have the header that Atlas CMMS imports; the calendar is
RFC 5545. An event keeps its UID from export to export, so a second import moves the first.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

ATLAS_HEADER = (
    "ID", "Title", "Status", "Priority", "Description", "Due Date", "Estimated Hours",
    "Requires Signature", "Category", "Location Name", "Team Name", "Primary User", "Assigned To",
    "Asset Name", "Completed By", "Completed On", "Archived", "Feedback", "Contractors",
)  # fmt: skip
LIKELY, POSSIBLE = 0.5, 0.1  # from these risks on: high, medium priority
NAMESPACE = uuid.UUID("6f1a3a52-5a0e-5b52-9d0c-0c1f4f2f8a11")
FARTHEST_H = 20 * 8766.0  # a change later than 20 years is no plan
ASSET_COLUMNS = ("asset", "machine", "spindle", "station")  # of a wear table
LINE_BYTES = 75  # RFC 5545, 3.1
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """One planned change.

    Attributes
    ----------
    plant, tool : str
        Where, and which tool.
    due : datetime
        When to change it, with its zone.
    minutes : float
        How long it takes [min].
    p_fail : float
        Probability that it fails within the horizon [1].
    title, text : str
        For people, in their language.
    location : str
        The asset that the tool is in, where it is known.
    category : str
        Kind of work, as the maintenance system sorts it.
    key : str
        What names its event, where that is not the tool.
    """

    plant: str
    tool: str
    due: datetime
    minutes: float
    p_fail: float
    title: str
    text: str
    location: str = ""
    category: str = "Tool change"
    key: str = ""

    @property
    def uid(self) -> str:
        """The same for every export of the next change of this tool, or work on this bearing."""
        return f"{uuid.uuid5(NAMESPACE, f'{self.plant}/{self.key or self.tool}')}@twin"

    @property
    def priority(self) -> str:
        """Priority word of the maintenance system."""
        if self.p_fail >= LIKELY:
            return "HIGH"
        return "MEDIUM" if self.p_fail >= POSSIBLE else "LOW"


def hours_until(minutes: float, duty: float) -> float | None:
    """Hours of the schedule until so many minutes (or cuts) are cut; None where that is never."""
    if minutes <= 0:
        return 0.0
    hours = minutes / duty if duty > 0 else float("inf")
    return hours if hours <= FARTHEST_H else None


def location_of(tool: Mapping[str, Any]) -> str:
    """The asset that a tool is in: a twin's machine, or what its table says of it; empty if none.

    >>> location_of({"machine": "mill"}), location_of({"conditions": {"Machine": "M7"}})
    ('mill', 'M7')
    """
    if tool.get("machine"):
        return str(tool["machine"])
    said = {str(key).lower(): value for key, value in tool.get("conditions", {}).items()}
    found = next((said[name] for name in ASSET_COLUMNS if name in said), "")
    return f"{found:g}" if isinstance(found, float) else str(found)


def pays(tool: Mapping[str, Any]) -> bool:
    """Whether some planned change is cheaper than running on until the tool fails."""
    return bool(tool["best_change_min"] < tool["fan"]["ahead_min"][-1])


def work_orders(plans: Sequence[ChangePlan]) -> str:
    """Return the plans as CSV with the header of Atlas CMMS."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ATLAS_HEADER, restval="", lineterminator="\r\n")
    writer.writeheader()
    for plan in plans:
        row = {
            "Title": plan.title,
            "Status": "OPEN",
            "Priority": plan.priority,
            "Description": plan.text,
            "Due Date": f"{plan.due:%Y-%m-%d}",
            "Estimated Hours": f"{plan.minutes / 60:.2f}",
            "Requires Signature": "No",
            "Category": plan.category,
            "Location Name": plan.location,
            "Asset Name": plan.tool,
            "Archived": "No",
        }
        writer.writerow({key: _harmless(value) for key, value in row.items()})
    return text.getvalue()


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula becomes text."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def calendar(plans: Sequence[ChangePlan], made: datetime) -> str:
    """Return the plans as an iCalendar object (RFC 5545), made at ``made``."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//twin//tool changes//EN",
             "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]  # fmt: skip
    for plan in plans:
        lines += _event(plan, made)
    lines.append("END:VCALENDAR")
    return "".join(fold(line) for line in lines)


def _event(plan: ChangePlan, made: datetime) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{plan.uid}",
        f"DTSTAMP:{_stamp(made)}",
        f"LAST-MODIFIED:{_stamp(made)}",
        f"SEQUENCE:{int(made.timestamp()) // 60}",
        f"DTSTART:{_stamp(plan.due)}",
        f"DTEND:{_stamp(plan.due + timedelta(minutes=plan.minutes))}",
        f"SUMMARY:{escape(plan.title)}",
        f"DESCRIPTION:{escape(plan.text)}",
        *([f"LOCATION:{escape(plan.location)}"] if plan.location else []),
        f"PRIORITY:{ {'HIGH': 1, 'MEDIUM': 5, 'LOW': 9}[plan.priority] }",
        "STATUS:TENTATIVE",
        "END:VEVENT",
    ]


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escape(text: str) -> str:
    r"""Return a text value as RFC 5545, 3.3.11 writes it.

    >>> escape("T07; now, please")
    'T07\\; now\\, please'
    """
    for sign in ("\\", ";", ","):
        text = text.replace(sign, "\\" + sign)
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def fold(line: str) -> str:
    """Return a content line folded at 75 bytes, never inside a character, with its line end."""
    pieces: list[str] = []
    piece = ""
    for sign in line:
        room = LINE_BYTES - (1 if pieces else 0)
        if len((piece + sign).encode()) > room:
            pieces.append(piece)
            piece = ""
        piece += sign
    return "\r\n ".join([*pieces, piece]) + "\r\n"
