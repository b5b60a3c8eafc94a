"""Read trend features of running parts (bearings, spindles, pumps) from a CSV file."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from twin import units
from twin.csvfile import Row, Sheet, read_sheet
from twin.errors import BadInput, Fault, did_you_mean
from twin.forecast.column_units import TIME, said_of_time
from twin.forecast.table import Array

REQUIRED = ("unit", "time_min")
FAILED = "failed"
FEWEST = 20
"""Snapshots of one part below which there is no trend."""
MOST_TIMES = 300.0
"""Over its part's median, or a part's over the others', a level is in doubt: bearings that end get
louder by tens, another unit (g and mg, m/s² and mm/s²) by 1000 [1]."""
MOST_NAMED = 8
LEFT_OUT = "part {part} has {n} snapshots, a trend needs {fewest}: not used"
NONE_RUNS = "every part ran to failure; name those that run with --running, or --backtest"
NONE_LEFT = (
    "of the parts that run none has the {fewest} snapshots that a trend needs: {named}; they are "
    "left out, and nothing is left to forecast"
)
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


@dataclass(frozen=True, slots=True, eq=False)
class TrendTable:
    """The parts of a table, and what of it was not used.

    Attributes
    ----------
    trends : list of Trend
        Parts with snapshots enough.
    notes : tuple of str
        A sentence for each thing that was left out.
    short : mapping
        Parts that run and were left out: name → number of snapshots.
    """

    trends: list[Trend]
    notes: tuple[str, ...] = ()
    short: Mapping[str, int] = field(default_factory=dict)

    def why_none_runs(self) -> str:
        """Say why there is nothing to forecast; empty where some part runs."""
        if not all(trend.failed for trend in self.trends):
            return ""
        if not self.short:
            return NONE_RUNS
        named = ", ".join(f"{name} ({n})" for name, n in list(self.short.items())[:MOST_NAMED])
        return NONE_LEFT.format(named=named, fewest=FEWEST)


def read_trends(
    path: str,
    columns: Mapping[str, str] | None = None,
    time_unit: str = "",
    running: Sequence[str] = (),
    rms_unit: str = "",
) -> list[Trend]:
    """Return the parts of :func:`read_trend_table` alone."""
    return read_trend_table(path, columns, time_unit, running, rms_unit).trends


def read_trend_table(
    path: str,
    columns: Mapping[str, str] | None = None,
    time_unit: str = "",
    running: Sequence[str] = (),
    rms_unit: str = "",
) -> TrendTable:
    """Read a table with a row for each snapshot.

    Parameters
    ----------
    path : str
        Columns ``unit`` (name of the part), ``time_min``, one or more whose name has ``rms`` in
        it, and optionally ``failed``.
    columns : mapping
        ``--map``: our name → the file's column.
    time_unit : str
        What one step of the time column is: ``min``, ``h``, ``10 s``; empty for minutes, unless
        the column's name says something else.
    running : sequence of str
        Parts that have not failed; without it and without a column ``failed``, all ran to failure.
    rms_unit : str
        To name the unit of the levels says that they are right where they are in doubt.

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
    if not time_unit:
        _check_time_name(names["time_min"], path)
    parts, faults = _collect(sheet, names, rms, _minutes(time_unit or "min", path))
    faults += [
        Fault("no such unit" + did_you_mean(name, parts), "--running", path, name)
        for name in running
        if name not in parts
    ]
    if faults or not parts:
        raise BadInput(faults[:MOST_FAULTS] or [Fault("has no rows", file=path)])
    short = {name: len(part.time_min) for name, part in parts.items()
             if len(part.time_min) < FEWEST}  # fmt: skip
    if len(short) == len(parts):
        raise BadInput([Fault(f"has fewer than {FEWEST} snapshots", f"unit {name}", path)
                        for name in short][:MOST_FAULTS])  # fmt: skip
    trends = [_trend(name, part, running) for name, part in parts.items() if name not in short]
    if not rms_unit:
        _check_levels(trends, rms, path)
    notes = [LEFT_OUT.format(part=name, n=n, fewest=FEWEST) for name, n in short.items()]
    runs = {name: n for name, n in short.items() if not _failed(name, parts[name], running)}
    return TrendTable(trends, tuple(notes), runs)


def _check_time_name(column: str, path: str) -> None:
    """Refuse a column whose name says another unit, or a count, where none is named."""
    said = said_of_time(column)
    if said is None or said.unit == "min":
        return
    typed = said.unit if said.kind == TIME else "10 s"
    step = "" if said.kind == TIME else ", for what one of them lasts"
    message = (
        f"its name says {said.word}, not min; name the unit: --unit 'time={typed}'{step} "
        "(--unit time=min if it is min)"
    )
    raise BadInput(Fault(message, f"column {column}", path))


def _check_levels(trends: Sequence[Trend], columns: Sequence[str], path: str) -> None:
    """Refuse levels that are off by about 1000 within a part or between parts."""
    middle = np.array([np.median(trend.rms, axis=0) for trend in trends])
    typical = np.median(middle, axis=0)
    faults = [fault for trend, own in zip(trends, middle, strict=True)
              for fault in _doubts(trend, own, typical, columns, path)]  # fmt: skip
    if faults:
        raise BadInput(faults[:MOST_NAMED])


def _doubts(
    trend: Trend, own: Array, typical: Array, columns: Sequence[str], path: str
) -> Iterator[Fault]:
    for column, name in enumerate(columns):
        level, median = trend.rms[:, column], float(own[column])
        off = int(np.argmax(np.abs(np.log(level / median))))
        times = max(level[off] / median, median / level[off])
        apart = max(median / typical[column], typical[column] / median)
        where = f"part {trend.name}, column {name}"
        if times > MOST_TIMES:
            message = (
                f"a level of {level[off]:.3g} at {trend.time_min[off]:g} min is {times:.0f} times "
                f"off its median of {median:.3g}: are there two units? if it is right, name the "
                "unit: --unit rms=UNIT"
            )
        elif apart > MOST_TIMES:
            message = (
                f"its median level of {median:.3g} is {apart:.0f} times off that of the parts, "
                f"{typical[column]:.3g}: is it in another unit? if it is right, name the unit: "
                "--unit rms=UNIT"
            )
        else:
            continue
        yield Fault(message, where, path)


def units_of(path: str, column: str) -> tuple[str, ...]:
    """Return the different words of a column, in their order; at most ``MOST_UNITS``."""
    sheet = read_sheet(path)
    words = dict.fromkeys(row.cell(column) for row in sheet.rows if not row.fault)
    return tuple(word for word in words if word)[:MOST_UNITS]


def _trend(name: str, part: _Part, running: Sequence[str]) -> Trend:
    failed = _failed(name, part, running)
    return Trend(name, np.array(part.time_min), np.array(part.rms), failed)


def _failed(name: str, part: _Part, running: Sequence[str]) -> bool:
    return name not in running and part.failed is not False


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
