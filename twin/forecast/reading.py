"""Read a wear table from a CSV file; refuse what cannot be trusted, and say what was left out.

Needed are the columns ``tool``, ``time_min`` and ``vb_mm``; every other column that tells tools
apart becomes a cutting condition. Rules that a reader may wonder about:

* a blank ``vb_mm`` is no reading, but its time still counts as time in cut;
* wear may read a little lower than before (that is measurement noise), time may not run back;
* two readings at one time are two readings;
* a unit is never guessed: other units are named with ``--unit``; a column whose name says another
  one, and wear or times that are off by about 1000, are refused; to name the unit, be it mm or min,
  says that they are right.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from twin.csvfile import Row, Sheet, read_sheet
from twin.errors import BadInput, Fault, did_you_mean
from twin.forecast.column_units import COUNTS, LENGTH, Said, count_of, said_of_time, said_of_wear
from twin.forecast.table import Condition, ToolRecord, WearTable
from twin.units import scale

REQUIRED = ("tool", "time_min", "vb_mm")
SHORT = {"time": "time_min", "vb": "vb_mm"}
BROKEN = "broken"
REMARKS = {"source", "note", "notes", "comment", "comments", "remark", "date"}  # no conditions
NASA_HEADER = {"case", "run", "VB", "time", "DOC", "feed", "material"}
NASA_MAP = {"tool": "case", "time_min": "time", "vb_mm": "VB", "ap_mm": "DOC", "feed_mm": "feed"}
TAKEN = {"time_min": ("time", "min", said_of_time), "vb_mm": ("vb", "mm", said_of_wear)}
WORDS = {"time": "time", "vb": "wear"}
NO_NUMBER = {"nan", "na", "n/a", "null", "-"}
MOST_NAMED = 8
USUAL_VB_MM = (1e-3, 3.0)  # a median outside is off by about 1000
USUAL_LIFE_MIN = (0.5, 3000.0)  # minutes that a table of cutting tools reaches; else as off
MOST_FAULTS = 20
YES, NO = {"1", "true", "yes", "y"}, {"0", "false", "no", "n", ""}


@dataclass(slots=True)
class _Tool:
    """One tool while its rows are read."""

    time_min: list[float] = field(default_factory=list)
    vb_mm: list[float] = field(default_factory=list)
    now_min: float = 0.0
    broken: bool = False
    last_line: int = 0
    lost: int = 0
    conditions: dict[str, list[str]] = field(default_factory=dict)


def read_wear(
    path: str, columns: Mapping[str, str] | None = None, units: Mapping[str, str] | None = None
) -> WearTable:
    """Read a wear table.

    Parameters
    ----------
    path : str
        A CSV file, or one compressed as ``.csv.gz``.
    columns : mapping
        ``--map``: our name → the file's column.
    units : mapping
        ``--unit``: our name (``vb_mm``, ``time_min`` or short ``vb``, ``time``) → unit of the file.

    Raises
    ------
    BadInput
        One fault for each thing that is wrong, with its line, column and value.
    """
    sheet = read_sheet(path)
    names = _names(sheet, dict(columns or {}))
    factors, time_unit = _units(path, dict(units or {}))
    given = _full(units or {})
    _check_names(path, names, given)
    tools, faults = _collect(sheet, names, factors)
    if faults:
        more = len(faults) - MOST_FAULTS
        rest = [Fault(f"… and {more} more faults", file=path)] if more > 0 else []
        raise BadInput([*faults[:MOST_FAULTS], *rest])
    varying = _signals(tools)
    records = tuple(_record(name, tool, varying) for name, tool in tools.items())
    taken = _taken(names, given) if columns or units else ()
    notes = (*taken, *_unusable(tools), *_notes(records, varying))
    table = WearTable(records, time_unit, notes, path)
    _check_size(table, "vb_mm" in given)
    _check_time(table, "time_min" in given)
    return table


def _full(units: Mapping[str, str]) -> dict[str, str]:
    return {SHORT.get(name, name): unit for name, unit in units.items()}


def _names(sheet: Sheet, columns: dict[str, str]) -> dict[str, str]:
    """Our name → column of the file, for every column that is used."""
    columns = {SHORT.get(name, name): column for name, column in columns.items()}
    faults = [
        Fault(f"no such name, did you mean {near!r}?", f"--map {name}={column}", sheet.path)
        for name, column in columns.items()
        if (near := _meant(name))
    ]
    faults += [
        Fault(
            "--map names a column that is not there" + did_you_mean(column, sheet.header),
            f"column {column}",
            sheet.path,
        )
        for column in columns.values()
        if column not in sheet.header
    ]
    nasa = NASA_HEADER.issubset(sheet.header)
    if nasa:
        columns = {**NASA_MAP, **columns}
    names = {name: columns.get(name, name) for name in REQUIRED}
    faults += [
        Fault(
            f"the column is missing{did_you_mean(name, sheet.header)}"
            f"; name yours with --map {name}=COLUMN",
            f"column {name}",
            sheet.path,
        )
        for name, column in names.items()
        if column not in sheet.header and name not in columns
    ]
    if faults:
        raise BadInput(faults)
    names |= columns
    used, spare = set(names.values()), set[str]()
    if nasa:  # a counter, and a code that says the same as the name
        spare = {"run", "material"} if "material_name" in sheet.header else {"run"}
    return names | {c: c for c in sheet.header if c and c not in used | spare | REMARKS}


def _check_names(path: str, names: Mapping[str, str], given: Mapping[str, str]) -> None:
    """Refuse a column whose name says another unit than it would be taken in."""
    faults = []
    for name, (short, ours, said_of) in TAKEN.items():
        said = None if name in given else said_of(names[name])
        if said and said.unit != ours:
            message = _another(said, short, ours)
            faults.append(Fault(message, f"column {names[name]}", path))
    if faults:
        raise BadInput(faults)


def _another(said: Said, short: str, ours: str) -> str:
    if said.kind == LENGTH and short == "time":
        return (
            f"its name says {said.word}, which is no time: map another column, or name the unit: "
            f"--unit time={ours} if it is {ours}"
        )
    return (
        f"its name says {said.word}, not {ours}; name the unit: --unit {short}={said.unit} "
        f"(--unit {short}={ours} if it is {ours})"
    )


def _taken(names: Mapping[str, str], given: Mapping[str, str]) -> Iterator[str]:
    """In which unit time and wear were taken, and why."""
    for name, (short, ours, said_of) in TAKEN.items():
        what, unit = WORDS[short], given.get(name, ours)
        why = ""
        if name not in given and not said_of(names[name]):
            why = f": no unit is named; --unit {short}=UNIT if it is another"
        yield f"column {names[name]} is taken as {what} in {count_of(unit) or unit}{why}"


def _unusable(tools: Mapping[str, _Tool]) -> Iterator[str]:
    """How many readings of which tools are words for no number; a blank is no reading at all."""
    lost = {name: tool.lost for name, tool in tools.items() if tool.lost}
    if lost:
        named = ", ".join(f"{name} ({n})" for name, n in list(lost.items())[:MOST_NAMED])
        more = ", …" if len(lost) > MOST_NAMED else ""
        yield (
            f"{sum(lost.values())} wear readings are no numbers (such as nan, n/a, -) and were not "
            f"used, of tool {named}{more}; their time counts"
        )


def _meant(name: str) -> str:
    """The name of ours that was probably meant; any other name is that of a cutting condition."""
    ours = (*REQUIRED, BROKEN)
    near = [] if name in ours else difflib.get_close_matches(name, [*ours, *SHORT], 1, 0.8)
    return near[0] if near else ""


def _units(path: str, units: dict[str, str]) -> tuple[dict[str, float], str]:
    """Factor to our unit for wear and time, and what the time axis then counts."""
    factors, time_unit = {"vb_mm": 1.0, "time_min": 1.0}, "min"
    for name, unit in _full(units).items():
        where = f"--unit {name}={unit}"
        if name not in factors:
            message = f"only vb_mm and time_min have a unit{did_you_mean(name, factors)}"
            raise BadInput(Fault(message, where, path))
        if name == "time_min" and count_of(unit):
            time_unit = count_of(unit)
            continue
        factors[name] = _factor(unit, "mm" if name == "vb_mm" else "min", where, path)
    return factors, time_unit


def _factor(unit: str, ours: str, where: str, path: str) -> float:
    from twin.units import compatible

    try:
        fits = compatible(unit, ours)
    except BadInput:
        fits = False
    if not fits:
        counts = "" if ours == "mm" else f", or a count: {', '.join(COUNTS)}"
        kind = "length, such as mm or um" if ours == "mm" else f"time, such as min, s or h{counts}"
        raise BadInput(Fault(f"is not a unit of {kind}", where, path))
    return float(f"{scale(unit) / scale(ours):.12g}")


def _collect(
    sheet: Sheet, names: Mapping[str, str], factors: Mapping[str, float]
) -> tuple[dict[str, _Tool], list[Fault]]:
    """Go through the rows once."""
    tools: dict[str, _Tool] = {}
    faults: list[Fault] = []
    settings = [name for name in names if name not in {*REQUIRED, BROKEN}]
    for row in sheet.rows:
        if row.fault:
            faults.append(Fault(row.fault, f"line {row.line}", sheet.path))
            continue
        name = row.cell(names["tool"])
        if not name:
            faults.append(_fault(sheet, row, names["tool"], "the tool's name is blank"))
            continue
        tool = tools.setdefault(name, _Tool())
        found = _add(sheet, row, names, factors, tool)
        faults += found
        for setting in settings:
            tool.conditions.setdefault(setting, []).append(row.cell(names[setting]))
    if not sheet.rows:
        faults.append(Fault("has a header but no rows", file=sheet.path))
    return tools, faults


def _add(
    sheet: Sheet, row: Row, names: Mapping[str, str], factors: Mapping[str, float], tool: _Tool
) -> list[Fault]:
    """Add one row's reading to its tool."""
    time, fault = _number(sheet, row, names["time_min"], "a time")
    if fault is None and math.isnan(time):
        fault = _fault(sheet, row, names["time_min"], "the time is blank")
    wear, bad_wear = _number(sheet, row, names["vb_mm"], "a wear")
    faults = [f for f in (fault, bad_wear) if f is not None]
    if faults:
        return faults
    time *= factors["time_min"]
    if time < tool.now_min:
        message = (
            f"time runs back: line {tool.last_line} of tool {row.cell(names['tool'])} was later; "
            "allowed: never decreasing within a tool"
        )
        return [_fault(sheet, row, names["time_min"], message)]
    tool.now_min, tool.last_line = time, row.line
    if not math.isnan(wear):
        tool.time_min.append(time)
        tool.vb_mm.append(wear * factors["vb_mm"])
    elif row.cell(names["vb_mm"]):
        tool.lost += 1
    return _broken(sheet, row, names, tool)


def _broken(sheet: Sheet, row: Row, names: Mapping[str, str], tool: _Tool) -> list[Fault]:
    if BROKEN not in names:
        return []
    word = row.cell(names[BROKEN]).lower()
    if word not in YES | NO:
        return [_fault(sheet, row, names[BROKEN], "allowed: 1 or 0, yes or no, or blank")]
    tool.broken = word in YES
    return []


def _fault(sheet: Sheet, row: Row, column: str, message: str) -> Fault:
    return Fault(message, f"line {row.line}, column {column}", sheet.path, row.cell(column))


def _number(sheet: Sheet, row: Row, column: str, what: str) -> tuple[float, Fault | None]:
    """The number of a cell, not below zero; a blank is NaN."""
    text = row.cell(column)
    if not text or text.lower() in NO_NUMBER:
        return math.nan, None
    value = sheet.number(text)
    if value is None or not math.isfinite(value):
        return math.nan, _fault(sheet, row, column, f"is not {what}: a number is needed")
    if value < 0:
        return math.nan, _fault(sheet, row, column, f"{what} is negative; allowed: 0 or more")
    return value, None


def _given(cells: list[str]) -> list[str]:
    return [cell for cell in cells if cell]


def _signals(tools: Mapping[str, _Tool]) -> list[str]:
    """Columns that change within most tools: recordings or counters, not settings of a tool."""
    names = list(dict.fromkeys(name for tool in tools.values() for name in tool.conditions))
    found = []
    for name in names:
        several = [_given(t.conditions.get(name, [])) for t in tools.values()]
        several = [cells for cells in several if len(cells) > 1]
        changing = sum(len(set(cells)) > 1 for cells in several)
        if several and changing > len(several) / 2:
            found.append(name)
    return found


def _value(text: str) -> Condition:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _record(name: str, tool: _Tool, varying: list[str]) -> ToolRecord:
    conditions = {
        setting: _value(_given(cells)[0])
        for setting, cells in tool.conditions.items()
        if setting not in varying and _given(cells)
    }
    times, wear = np.array(tool.time_min, dtype=float), np.array(tool.vb_mm, dtype=float)
    return ToolRecord(name, times, wear, conditions, tool.now_min, tool.broken)


def _notes(records: tuple[ToolRecord, ...], varying: list[str]) -> tuple[str, ...]:
    notes = [
        f"column {name} changes within a tool: it is a recording or a counter, not a condition; "
        "not used"
        for name in varying
    ]
    empty = [r.tool for r in records if not r.n]
    if empty:
        named = ", ".join(empty[:MOST_NAMED]) + (", …" if len(empty) > MOST_NAMED else "")
        notes.append(f"no reading of tool {named}: forecast from conditions alone")
    return tuple(notes)


def _check_size(table: WearTable, unit_given: bool) -> None:
    """Refuse wear that is off by about 1000, unless the unit was named."""
    wear = np.concatenate([r.vb_mm for r in table.records] or [np.zeros(0)])
    if not len(wear):
        raise BadInput(Fault("no row has a wear reading", "column vb_mm", table.source))
    worn = wear[wear > 0]
    if not len(worn):
        return
    typical, most = float(np.median(worn)), float(worn.max())
    low, high = USUAL_VB_MM
    if not unit_given and typical > high:
        message = f"the median wear is {typical:g}: that is not mm; add --unit vb=um if it is µm"
    elif not unit_given and most < low:
        message = f"the largest wear is {most:g} mm: that is not mm; add --unit vb=m if it is m"
    elif typical > 30 * high or most < low / 30:
        message = f"with the unit given, the median wear is {typical:g} mm, which no tool has"
    elif most > high and most > 100 * typical:
        message = f"one reading is {most:g} mm, the median {typical:g} mm: are there two units?"
    else:
        return
    raise BadInput(Fault(message, "column vb_mm", table.source))


def _check_time(table: WearTable, unit_given: bool) -> None:
    """Refuse cutting times that are off by about 1000, unless their unit was named."""
    ends = np.array([r.now_min for r in table.records if r.now_min > 0])
    if not len(ends) or table.time_unit != "min":
        return
    typical, most = float(np.median(ends)), float(ends.max())
    low, high = USUAL_LIFE_MIN
    if not unit_given and typical > high:
        message = (
            f"half of the tools have cut {typical:g} min or more, longer than tools last; name the "
            "unit: --unit time=s if it is s, time=cut if it counts cuts, time=min if it is min"
        )
    elif not unit_given and most < low:
        message = (
            f"no tool has cut longer than {most:g} min; name the unit: --unit time=h if it is h, "
            "time=min if it is min"
        )
    elif typical > 1000 * high or most < low / 1000:
        message = f"with the unit given, tools have cut {typical:g} min, which no tool has"
    else:
        return
    raise BadInput(Fault(message, "column time_min", table.source))
