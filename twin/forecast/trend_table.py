"""Read trend features of running parts (bearings, spindles, pumps) from a CSV file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from twin import units
from twin.csvfile import Row, Sheet, read_sheet
from twin.errors import BadInput, Fault, did_you_mean
from twin.forecast.table import Array

REQUIRED = ("unit", "time_min")
FAILED = "failed"
FEWEST = 20
"""Snapshots of one part below which there is no trend."""
MOST_FAULTS = 20
MOST_UNITS = 500
YES, NO = {"1", "true", "yes", "y"}, {"0", "false", "no", "n", ""}


@dataclass(frozen=True, slots=True, eq=False)
class Trend:
    """The snapshots of one part.

    Attributes
    ----------
    name : str
        Which part.
    time_min : array, shape (N,)
        Running time of each snapshot, increasing [min].
    rms : array, shape (N, C)
        RMS of each direction, above zero [any unit].
    failed : bool
        Its last snapshot is its end; else it is still running.
    """

    name: str
    time_min: Array
    rms: Array
    failed: bool

    @property
    def end_min(self) -> float:
        """Running time of its last snapshot [min]."""
        return float(self.time_min[-1])


@dataclass(slots=True)
class _Part:
    time_min: list[float] = field(default_factory=list)
    rms: list[list[float]] = field(default_factory=list)
    failed: bool | None = None


def read_trends(
    path: str,
    columns: Mapping[str, str] | None = None,
    time_unit: str = "min",
    running: Sequence[str] = (),
) -> list[Trend]:
    """Read a table with a row for each snapshot.

    Parameters
    ----------
    path : str
        Columns ``unit`` (name of the part), ``time_min``, one or more whose name has ``rms`` in
        it, and optionally ``failed``.
    columns : mapping
        ``--map``: our name → the file's column.
    time_unit : str
        What one step of the time column is: ``min``, ``h``, ``10 s``.
    running : sequence of str
        Parts that have not failed; without it and without a column ``failed``, all ran to failure.

    Raises
    ------
    BadInput
        One fault for each thing that is wrong.
    """
    sheet = read_sheet(path)
    names = _names(sheet, dict(columns or {}))
    rms = [name for name in sheet.header if "rms" in name.lower()]
    if not rms:
        raise BadInput(Fault("no column with rms in its name", file=path))
    parts, faults = _collect(sheet, names, rms, _minutes(time_unit, path))
    faults += [
        Fault("no such unit" + did_you_mean(name, parts), "--running", path, name)
        for name in running
        if name not in parts
    ]
    short = [name for name, part in parts.items() if len(part.time_min) < FEWEST]
    faults += [Fault(f"has fewer than {FEWEST} snapshots", f"unit {n}", path) for n in short]
    if faults or not parts:
        raise BadInput(faults[:MOST_FAULTS] or [Fault("has no rows", file=path)])
    return [_trend(name, part, running) for name, part in parts.items()]


def units_of(path: str, column: str) -> tuple[str, ...]:
    """Return the different words of a column, in their order; at most ``MOST_UNITS``."""
    sheet = read_sheet(path)
    words = dict.fromkeys(row.cell(column) for row in sheet.rows if not row.fault)
    return tuple(word for word in words if word)[:MOST_UNITS]


def _trend(name: str, part: _Part, running: Sequence[str]) -> Trend:
    failed = name not in running if part.failed is None else part.failed and name not in running
    return Trend(name, np.array(part.time_min), np.array(part.rms), failed)


def _names(sheet: Sheet, columns: dict[str, str]) -> dict[str, str]:
    names = {name: columns.get(name, name) for name in (*REQUIRED, FAILED)}
    faults = [
        Fault(f"allowed {', '.join((*REQUIRED, FAILED))}", "--map", sheet.path, name)
        for name in columns
        if name not in names
    ]
    faults += [
        Fault(
            f"the column is missing{did_you_mean(names[name], sheet.header)}"
            f"; name yours with --map {name}=COLUMN",
            f"column {names[name]}",
            sheet.path,
        )
        for name in REQUIRED
        if names[name] not in sheet.header
    ]
    if faults:
        raise BadInput(faults)
    return names


def _minutes(time_unit: str, path: str) -> float:
    try:
        value, unit = units.split(time_unit if time_unit[:1].isdigit() else f"1 {time_unit}")
        minutes = units.convert(value, unit or "min", "min")
    except BadInput as error:
        raise BadInput(Fault(error.faults[0].message, f"--unit time={time_unit}", path)) from None
    if not minutes > 0:
        raise BadInput(Fault("must be above zero", f"--unit time={time_unit}", path))
    return minutes


def _collect(
    sheet: Sheet, names: Mapping[str, str], rms: Sequence[str], step: float
) -> tuple[dict[str, _Part], list[Fault]]:
    parts: dict[str, _Part] = {}
    faults: list[Fault] = []
    for row in sheet.rows:
        fault = row.fault or _add(parts, sheet, row, names, rms, step)
        if fault:
            faults.append(Fault(fault, f"line {row.line}", sheet.path))
    return parts, faults


def _add(
    parts: dict[str, _Part], sheet: Sheet, row: Row, names: Mapping[str, str],
    rms: Sequence[str], step: float,
) -> str:  # fmt: skip
    """Add one row; returns what is wrong with it."""
    name = row.cell(names["unit"])
    numbers = [sheet.number(row.cell(column)) for column in (names["time_min"], *rms)]
    if not name:
        return f"{names['unit']} is blank"
    known = [number for number in numbers if number is not None and math.isfinite(number)]
    if len(known) < len(numbers):
        return f"a number is missing in {names['time_min']} or {', '.join(rms)}"
    time, *levels = known
    if min(levels) <= 0:
        return "an RMS must be above zero"
    part = parts.setdefault(name, _Part())
    if time < 0 or (part.time_min and time * step <= part.time_min[-1]):
        return f"{names['time_min']} = {time:g} does not increase within {name}"
    said = row.cell(names[FAILED]).lower()
    if said not in YES | NO:
        return f"{names[FAILED]} = {said}: allowed 1 or 0"
    part.time_min.append(time * step)
    part.rms.append(levels)
    if names[FAILED] in sheet.header:
        part.failed = said in YES
    return ""
