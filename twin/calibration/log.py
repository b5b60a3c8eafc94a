"""An event log of a line, read from a CSV file: what happened at which station, when.

Needed are the columns ``time``, ``station`` and ``event``; ``part``, ``product`` and ``machine``
(which of a station's) may be there.
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

Times are numbers of ``--unit time=s|ms|us|min|h`` (s by default), dates with times of ISO 8601, or
dates written as ``--unit time=FORMAT`` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import pairwise
from typing import NamedTuple

from twin.calibration.columns import Clock, Names, named, refuse
from twin.csvfile import Row, Sheet, read_sheet
from twin.errors import BadInput, Fault

REQUIRED = ("time", "station", "event")
OPTIONAL = ("part", "product", "machine")
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
OF_THE_STATION = ("down", "up", "setup", "ready")
"""Events of the station itself: two of them at one instant are one."""
EVENTS = {word: name for name, words in SAME.items() for word in (name, *words)}


class Happening(NamedTuple):
    """One row: at ``time`` [s from the log's first row] ``event`` happened at ``station``."""

    time: float
    station: str
    event: str
    part: str
    product: str
    machine: str = ""


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
    path: str,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    zone: tzinfo = UTC,
    called: Names | None = None,
) -> EventLog:
    """Read an event log.

    Rows may be in any order; of rows that are equal in every column one counts. Both are noted.

    Parameters
    ----------
    path : str
        A CSV file, plain or gzip.
    columns : mapping
        ``--map``: our name → the file's column.
    units : mapping
        ``--unit``: ``time`` → s, ms, us, min or h, where times are numbers, or how dates are
        written, ``%d.%m.%Y %H:%M:%S``.
    zone : tzinfo
        Of dates that name none.
    called : Names
        ``--station`` and ``--product``: what the scenario calls them.

    Raises
    ------
    BadInput
        One fault for each thing that is wrong, with its line, column and value.
    """
    sheet = read_sheet(path)
    names = named(sheet, dict(columns or {}), (*REQUIRED, *OPTIONAL), REQUIRED)
    clock = Clock(sheet, _unit(path, dict(units or {})), zone)
    called = called or Names()
    read = _Reader(sheet, names, clock, called)
    mixed = clock.mixed()
    refuse([mixed] if mixed else read.faults or called.unused(path), path)
    found = read.found
    if len(found) < 2:
        known = ", ".join(SAME)
        seen = ", ".join(repr(word) for word in list(read.other)[:8]) or "none"
        message = f"has fewer than two events that are known ({known}); its events: {seen}"
        raise BadInput(Fault(message, file=path))
    disorder = sum(after.time < before.time for before, after in pairwise(found))
    found.sort(key=lambda row: row.time)
    first = found[0].time
    rows = tuple(row._replace(time=row.time - first) for row in found)
    return EventLog(path, rows, (*clock.notes(), *read.notes(disorder)))


def _unit(path: str, units: dict[str, str]) -> str:
    unit = units.pop("time", "s")
    if units:
        name = next(iter(units))
        raise BadInput(Fault(f"--unit knows no {name!r}; a log has time alone", file=path))
    return unit


class _Reader:
    """Goes through the rows of a file: what happened, what is wrong, what is not used."""

    def __init__(self, sheet: Sheet, names: Mapping[str, str], clock: Clock, called: Names) -> None:
        self.sheet, self.names, self.clock, self.called = sheet, names, clock, called
        self.found: list[Happening] = []
        self.faults: list[Fault] = []
        self.other: dict[str, int] = {}
        self.twice = 0
        self._seen: set[tuple[str, ...]] = set()
        for row in sheet.rows:
            self._row(row)

    def _again(self, row: Row, part: str, event: str) -> bool:
        """Whether a row is there already; without a part two may start or end at once."""
        key = tuple(row.cells.values())
        again = key in self._seen and (bool(part) or event in OF_THE_STATION)
        self._seen.add(key)
        self.twice += again
        return again

    def _row(self, row: Row) -> None:
        cells = {name: row.cell(column) for name, column in self.names.items()}
        if row.fault:
            self.faults.append(Fault(row.fault, f"line {row.line}", self.sheet.path))
            return
        event = EVENTS.get(cells["event"].lower().replace(" ", "_"))
        if event is None:
            self.other[cells["event"]] = self.other.get(cells["event"], 0) + 1
            return
        if self._again(row, cells.get("part", ""), event):
            return
        time, wrong = self.clock.read(cells["time"])
        for name, message in (("time", wrong), ("station", _lacking(cells))):
            if message:
                self.faults.append(self._fault(row, name, message, cells[name]))
        if not wrong and cells["station"]:
            station = self.called.of("station", cells["station"])
            product = self.called.of("product", cells.get("product", ""))
            part, machine = cells.get("part", ""), cells.get("machine", "")
            self.found.append(Happening(time, station, event, part, product, machine))

    def _fault(self, row: Row, name: str, message: str, value: str) -> Fault:
        where = f"line {row.line}, column {self.names[name]}"
        return Fault(message, where, self.sheet.path, repr(value))

    def notes(self, disorder: int) -> Iterator[str]:
        """What of the file was not used, or not used as it stands."""
        if self.twice:
            yield f"{self.twice} rows are there twice; each counts once"
        if disorder:
            yield f"{disorder} rows were out of order and were put in the order of time"
        for word, count in sorted(self.other.items()):
            yield f"{count} rows of event {word!r} are not used"


def _lacking(cells: Mapping[str, str]) -> str:
    return "" if cells["station"] else "names no station; allowed is any name"
