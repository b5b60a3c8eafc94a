"""Which bearings the page Tool wear is asked about: those of the plant, or a table of trends."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from twin.errors import BadInput, Fault
from twin.forecast.examples import EXAMPLES
from twin.forecast.trend_question import declared
from twin.ui.i18n import t
from twin.ui.links import View

EXAMPLE, OWN = "example-bearings", ""
"""The shipped table, and the bearings of the plant itself."""
NUMBERS = tuple(declared())
DEFAULTS: Mapping[str, Mapping[str, float]] = {EXAMPLE: {"hours": 1.0}}
"""The shipped bearings lasted hours on a test rig, not months."""
COLUMNS = ("unit", "time_min")
FEW_LETTERS = 40


@dataclass(frozen=True, slots=True)
class AskedBearings:
    """Which bearings, how to read their table, and the numbers of the forecast."""

    table: str = OWN
    file: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    unit: str = "min"
    running: Sequence[str] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)
    bearing: str = ""
    rms_unit: str = ""

    def question(self) -> dict[str, Any]:
        """Return the question for the queue of jobs; of a table only."""
        asked: dict[str, Any] = {
            "trend": self.table,
            "seed": 1,
            **usual(self.table),
            **self.numbers,
        }
        if self.columns:
            asked["columns"] = dict(self.columns)
        if self.unit != "min":
            asked["unit"] = self.unit
        if self.rms_unit:
            asked["rms_unit"] = self.rms_unit
        if self.running:
            asked["running"] = list(self.running)
        return asked

    def query(self, first: str) -> dict[str, str | list[str]]:
        """Return what an address says of this; ``first`` is the table that needs no word."""
        changed = {f"b_{name}": f"{value:.10g}" for name, value in self.numbers.items()
                   if value != usual(self.table).get(name)}  # fmt: skip
        return {
            "bearings": "" if self.table == first else self.table or "plant",
            "b_file": self.file,
            "b_map": [f"{a}={b}" for a, b in self.columns.items()],
            "b_unit": "" if self.unit == "min" else self.unit,
            "b_rms": self.rms_unit,
            "b_running": list(self.running),
            **changed,
            "bearing": self.bearing,
        }

    def stored(self) -> dict[str, Any]:
        """Return this as a store of the page keeps it."""
        return {"table": self.table, "file": self.file, "columns": dict(self.columns),
                "unit": self.unit, "rms_unit": self.rms_unit,
                "running": list(self.running), "numbers": dict(self.numbers),
                "bearing": self.bearing}  # fmt: skip


def usual(table: str) -> dict[str, float]:
    """Return the numbers that a table starts with."""
    numbers = {name: float(entry.default) for name, entry in declared().items()}
    return numbers | dict(DEFAULTS.get(table, {}))


def goes_along(bearings: str, tools: str) -> bool:
    """Whether a table of bearings goes into files beside a table of tools.

    The shipped bearings go with shipped tools only: nobody shall get orders for a part of the test
    rig among those of the own shop. ``tools`` is ``""`` for those of the plant.

    >>> goes_along("example-bearings", "example"), goes_along("example-bearings", "")
    (True, False)
    """
    return bool(bearings) and (bearings != EXAMPLE or tools in EXAMPLES)


def read_view(view: View, first: str) -> AskedBearings:
    """Read an address.

    Raises
    ------
    BadInput
        When a setting is not a number.
    """
    said = view.one("bearings", first or "plant")
    numbers: dict[str, float] = {}
    faults: list[Fault] = []
    for name in NUMBERS:
        written = view.one(f"b_{name}")
        try:
            numbers |= {name: float(written)} if written else {}
        except ValueError:
            message = "a number is needed"
            faults.append(Fault(message, f"b_{name}", value=repr(written[:FEW_LETTERS])))
    if faults:
        raise BadInput(faults)
    pairs = (text.partition("=") for text in view.all("b_map"))
    return AskedBearings(
        OWN if said == "plant" else said,
        re.sub(r"[^\w .()-]", "", view.one("b_file"))[:80],
        {name: column for name, equals, column in pairs if equals and name in COLUMNS and column},
        view.one("b_unit", "min")[:FEW_LETTERS],
        tuple(name[:200] for name in view.all("b_running")),
        numbers,
        view.one("bearing")[:200],
        view.one("b_rms")[:FEW_LETTERS],
    )


def with_fields(
    asked: AskedBearings, numbers: Sequence[Any], columns: Sequence[str | None], unit: str,
    running: Sequence[str], rms_unit: str = "",
) -> AskedBearings:  # fmt: skip
    """Return what was asked with what stands in the fields.

    Raises
    ------
    BadInput
        One fault for each number that is missing.
    """
    given = dict(zip(NUMBERS, numbers, strict=True))
    empty = [Fault(t("tool_wear.needed"), name) for name, value in given.items()
             if not isinstance(value, int | float) or isinstance(value, bool)]  # fmt: skip
    if empty:
        raise BadInput(empty)
    named = {ours: theirs for ours, theirs in zip(COLUMNS, columns, strict=False)
             if theirs and theirs != ours}  # fmt: skip
    return replace(asked, numbers=given, columns=named if columns else asked.columns,
                   unit=unit.strip() or "min", rms_unit=rms_unit.strip()[:FEW_LETTERS],
                   running=tuple(running))  # fmt: skip
