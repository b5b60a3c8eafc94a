"""An event log of a line, read from a CSV file: what happened at which station, when.

Needed are the columns ``time``, ``station`` and ``event``; ``part`` and ``product`` may be there.
Words of the column ``event``, with what other systems say for them:

=========  ========================================================
start      work on a part begins (begin, entry, enter, working)
end        work on a part is done (finish, finished, exit, made, complete)
down       the machine fails (failure, breakdown, stop, alarm)
up         it is repaired (repaired, resume, running)
setup      a set-up begins (changeover)
ready      the set-up is done (setup_end)
scrap      a part is spoilt here (scrapped)
reject     an inspection rejects a part (rejected, nok, fail)
=========  ========================================================

Times are numbers of ``--unit time=s|min|h`` (s by default), or dates with times of ISO 8601.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from twin.csvfile import Row, Sheet, read_sheet
from twin.errors import BadInput, Fault, did_you_mean
from twin.units import scale

REQUIRED = ("time", "station", "event")
OPTIONAL = ("part", "product")
SAME = {
    "start": ("begin", "entry", "enter", "working"),
    "end": ("finish", "finished", "exit", "made", "complete", "completed"),
    "down": ("failure", "breakdown", "stop", "alarm"),
    "up": ("repaired", "resume", "running"),
    "setup": ("changeover",),
    "ready": ("setup_end",),
    "scrap": ("scrapped", "spoilt"),
    "reject": ("rejected", "nok", "fail"),
}
EVENTS = {word: name for name, words in SAME.items() for word in (name, *words)}
MOST_FAULTS = 20


class Happening(NamedTuple):
    """One row: at ``time`` [s from the log's first row] ``event`` happened at ``station``."""

    time: float
    station: str
    event: str
    part: str
    product: str


@dataclass(frozen=True, slots=True)
class EventLog:
    """A log in the order of time, and what of the file was not used."""

    path: str
    rows: tuple[Happening, ...]
    notes: tuple[str, ...]

    @property
    def span(self) -> float:
        """Time from the first to the last row [s]."""
        return self.rows[-1].time

    @property
    def stations(self) -> tuple[str, ...]:
        """Every station that occurs, in the order in which it first does."""
        return tuple(dict.fromkeys(row.station for row in self.rows))


def read_log(
    path: str, columns: Mapping[str, str] | None = None, units: Mapping[str, str] | None = None
) -> EventLog:
    """Read an event log.

    Parameters
    ----------
    path : str
        A CSV file, plain or gzip.
    columns : mapping
        ``--map``: our name → the file's column.
    units : mapping
        ``--unit``: ``time`` → s, min or h, where times are numbers.

    Raises
    ------
    BadInput
        One fault for each thing that is wrong, with its line, column and value.
    """
    sheet = read_sheet(path)
    names = _names(sheet, dict(columns or {}))
    factor = _factor(path, dict(units or {}))
    found, faults, other = _rows(sheet, names, factor)
    if faults:
        more = len(faults) - MOST_FAULTS
        rest = [Fault(f"… and {more} more faults", file=path)] if more > 0 else []
        raise BadInput([*faults[:MOST_FAULTS], *rest])
    if len(found) < 2:
        raise BadInput(Fault("has fewer than two events that are known", file=path))
    found.sort(key=lambda row: row.time)
    first = found[0].time
    rows = tuple(row._replace(time=row.time - first) for row in found)
    return EventLog(path, rows, _notes(other))


def _names(sheet: Sheet, columns: dict[str, str]) -> dict[str, str]:
    """Our name → column of the file."""
    known = (*REQUIRED, *OPTIONAL)
    faults = [
        Fault(f"--map knows no {name!r}" + did_you_mean(name, known), file=sheet.path)
        for name in columns
        if name not in known
    ]
    faults += [
        Fault("--map names a column that is not there" + did_you_mean(column, sheet.header),
              f"column {column}", sheet.path)
        for column in columns.values()
        if column not in sheet.header
    ]  # fmt: skip
    names = {name: columns.get(name, name) for name in known}
    faults += [
        Fault(f"the column is missing{did_you_mean(name, sheet.header)}"
              f"; name yours with --map {name}=COLUMN", f"column {name}", sheet.path)
        for name in REQUIRED
        if name not in columns and name not in sheet.header
    ]  # fmt: skip
    if faults:
        raise BadInput(faults)
    return {name: column for name, column in names.items() if column in sheet.header}


def _factor(path: str, units: dict[str, str]) -> float:
    unit = units.pop("time", "s")
    if units:
        name = next(iter(units))
        raise BadInput(Fault(f"--unit knows no {name!r}; a log has time alone", file=path))
    if unit not in {"s", "min", "h", "ms"}:
        raise BadInput(Fault("allowed s, ms, min or h", "--unit time", path, repr(unit)))
    return scale(unit)


def _rows(
    sheet: Sheet, names: dict[str, str], factor: float
) -> tuple[list[Happening], list[Fault], dict[str, int]]:
    found: list[Happening] = []
    faults: list[Fault] = []
    other: dict[str, int] = {}
    for row in sheet.rows:
        cells = {name: row.cell(column) for name, column in names.items()}
        word = cells["event"].lower().replace(" ", "_")
        event = EVENTS.get(word)
        if event is None:
            other[cells["event"]] = other.get(cells["event"], 0) + 1
            continue
        time = _time(sheet, cells["time"], factor)
        fault = row.fault or _lacking(cells, time)
        if fault or time is None:
            faults.append(_fault(sheet, row, fault, cells))
            continue
        found.append(
            Happening(time, cells["station"], event, cells.get("part", ""),
                      cells.get("product", ""))
        )  # fmt: skip
    return found, faults, other


def _lacking(cells: Mapping[str, str], time: float | None) -> str:
    if not cells["station"]:
        return "names no station"
    return "is neither a number nor a date with a time" if time is None else ""


def _fault(sheet: Sheet, row: Row, message: str, cells: Mapping[str, str]) -> Fault:
    value = repr(cells["time"]) if "number" in message else ""
    return Fault(message, f"line {row.line}", sheet.path, value)


def _time(sheet: Sheet, text: str, factor: float) -> float | None:
    number = sheet.number(text)
    if number is not None:
        return number * factor
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _notes(other: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(
        f"{count} rows of event {word!r} are not used" for word, count in sorted(other.items())
    )
