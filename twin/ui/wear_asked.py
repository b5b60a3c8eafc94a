"""What the page Tool wear is asked: an address or a form in, the question for the queue out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from twin.errors import BadInput, Fault, did_you_mean
from twin.forecast import shop_question
from twin.forecast.column_units import COUNTS
from twin.forecast.planning import Planning, declared, read_planning
from twin.forecast.reading import NASA_HEADER, NASA_MAP, REQUIRED
from twin.ui.i18n import t
from twin.ui.links import View

FIRST = "example-cuts"
HOURS, OFF = 48.0, "off"
DEFAULTS: Mapping[str, Mapping[str, float]] = {"example-cuts": {"duty": 2.0}}
"""What a shipped table needs other than the declarations say: its time axis counts cuts."""
UNSAID = "unsaid"
"""The unit is ours unless the name of the column, or values off by about 1000, say otherwise."""
UNITS = {"vb_mm": ("mm", "um", "inch"), "time_min": ("min", "s", "h", *COUNTS)}
PLANT, TABLE = "plant", "table"
"""Where the tools come from: the scenario's machines, or a table of measured wear."""
SETTINGS: Mapping[str, tuple[str, ...]] = {
    PLANT: shop_question.NUMBERS,
    TABLE: tuple(declared()),
}
"""The numbers that each source is asked with, in the order of their fields."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page was asked: which tools, how to read their table, which settings."""

    table: str = FIRST
    file: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    planning: Planning = field(default_factory=Planning)
    tool: str = ""
    source: str = TABLE
    breakage: bool = True
    shop: Mapping[str, float] = field(default_factory=dict)

    def question(self, *, backtest: bool = False) -> dict[str, Any]:
        """Return the question for the queue of jobs; that of a plant lacks its scenario."""
        asked: dict[str, Any] = {"seed": 1} if self.breakage else {"seed": 1, "breakage": False}
        if backtest:
            asked["backtest"] = True
        return asked | (self._of_plant(backtest) if self.source == PLANT else self._of(backtest))

    def _of_plant(self, backtest: bool) -> dict[str, Any]:
        return {} if backtest else {"hours": HOURS, **self.shop}

    def _of(self, backtest: bool) -> dict[str, Any]:
        p = self.planning
        asked: dict[str, Any] = {"table": self.table, "limit_mm": p.limit}
        if self.columns:
            asked["columns"] = dict(self.columns)
        if self.units:
            asked["units"] = dict(self.units)
        if backtest:
            return asked
        costs = {"cost_change": p.cost_change, "cost_failure": p.cost_failure}
        return {**asked, "hours": p.hours, "duty": p.duty, "shift": p.shift, **costs}

    def query(self) -> dict[str, str | list[str]]:
        """Return what an address says of this; what is as usual is left out."""
        if self.source == PLANT:
            usual: Mapping[str, float] = {"hours": HOURS}
            given = dict(self.shop)
        else:
            usual = defaults(self.table)
            given = {name: getattr(self.planning, name) for name in SETTINGS[TABLE]}
        changed: dict[str, str | list[str]] = {
            name: f"{value:.10g}" for name, value in given.items() if value != usual.get(name)
        }
        off = "" if self.breakage else OFF
        return {**self._read(), **changed, "breakage": off, "tool": self.tool}

    def _read(self) -> dict[str, str | list[str]]:
        if self.source == PLANT:
            return {}
        pairs = {"map": self.columns, "unit": self.units}
        listed = {key: [f"{a}={b}" for a, b in of.items()] for key, of in pairs.items()}
        table = "" if self.table == FIRST else self.table
        return {"source": TABLE, "table": table, "file": self.file, **listed}


def defaults(table: str) -> dict[str, float]:
    """Return the settings that a table starts with."""
    usual = {name: float(entry.default) for name, entry in declared().items()}
    return usual | dict(DEFAULTS.get(table, {}))


def read_view(view: View, *, plant: bool = False) -> Asked:
    """Read an address; ``plant`` says that its scenario has tools of its own.

    Raises
    ------
    BadInput
        When a setting is not a number of its range.
    """
    table, breakage = view.one("table", FIRST), view.one("breakage") != OFF
    wanted = view.one("source", TABLE if view.one("table") or not plant else PLANT)
    if wanted not in (PLANT, TABLE):
        message = f"allowed {PLANT}, {TABLE}{did_you_mean(wanted, (PLANT, TABLE))}"
        raise BadInput(Fault(message, "source", value=repr(wanted[:40])))
    source = PLANT if wanted == PLANT and plant else TABLE
    faults, given = [], {} if source == PLANT else defaults(table)
    for name in SETTINGS[source]:
        written = view.one(name)
        try:
            given |= {name: float(written)} if written else {}
        except ValueError:
            faults.append(Fault("a number is needed", name, value=repr(written[:40])))
    if faults:
        raise BadInput(faults)
    file = re.sub(r"[^\w .()-]", "", view.one("file"))[:80]
    tool = view.one("tool")[:200]
    if source == PLANT:
        shop_question.ShopParams.read(given)
        return Asked(tool=tool, source=PLANT, breakage=breakage, shop=given)
    return Asked(table, file, _pairs(view, "map"), _pairs(view, "unit"), read_planning(given),
                 tool, TABLE, breakage)  # fmt: skip


def _pairs(view: View, key: str) -> dict[str, str]:
    split = (text.partition("=") for text in view.all(key))
    return {name: value for name, equals, value in split if equals and name and value}


def usual_columns(header: Sequence[str]) -> dict[str, str]:
    """Return which column of a table is which, where its own names say so."""
    if NASA_HEADER.issubset(header):
        return {name: NASA_MAP[name] for name in REQUIRED}
    return {name: name for name in REQUIRED if name in header}


def chosen_columns(header: Sequence[str], chosen: Mapping[str, str | None]) -> dict[str, str]:
    """Return the columns that were chosen otherwise than the table says itself."""
    usual = usual_columns(header)
    return {name: c for name, c in chosen.items() if c and c != usual.get(name)}


def with_settings(asked: Asked, numbers: Sequence[Any]) -> Asked:
    """Return what was asked with the numbers that stand in the fields.

    Raises
    ------
    BadInput
        One fault for each number that is missing or out of range.
    """
    given = dict(zip(SETTINGS[asked.source], numbers, strict=True))
    if asked.source == PLANT:
        said = {name: value for name, value in given.items() if value not in ("", None)}
        shop_question.ShopParams.read(said)
        return replace(asked, shop=said)
    empty = [Fault(t("tool_wear.needed"), name) for name, value in given.items()
             if not isinstance(value, int | float) or isinstance(value, bool)]  # fmt: skip
    if empty:
        raise BadInput(empty)
    return replace(asked, planning=read_planning(given))
