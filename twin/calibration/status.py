"""A status table: one row for each interval and machine, with its state or times in states.

Needed are the columns ``time`` (the end of the interval) and ``station``, and of the rest what
there is:

==================  ==================================================================
state               what the machine was at: working, down, setup, idle or off
time_working, …     time in a state within the interval, for each of the five
made, rejected      parts in the interval
energy              electric energy of the interval; or power, its mean
product             what was made
interval            length of the interval; else it began at the machine's row before
==================  ==================================================================

Controllers write a row every few minutes and one more when the state changes. The ``state`` of a
row is then what began at its ``time``, not what ended; of a plain poll nobody knows. So the reader
takes what ``--state-of`` says, or else under which more was made at work, and says so in a note.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from typing import NamedTuple

from twin.calibration.columns import Clock, Names, named, refuse
from twin.csvfile import Row, Sheet, read_sheet
from twin.errors import BadInput, Fault, did_you_mean
from twin.units import compatible, scale, split

STATES = ("working", "down", "setup", "idle", "off")
SAME = {
    "working": ("work", "running", "run", "production", "producing", "automatic", "busy"),
    "down": ("alarm", "failure", "fault", "breakdown", "stopped", "stop", "repair"),
    "setup": ("set-up", "changeover", "tooling", "loading"),
    "idle": ("standby", "waiting", "ready", "starved", "blocked"),
    "off": ("shut off", "off shift", "not planned"),
}
WORDS = {word: state for state, words in SAME.items() for word in (state, *words)}
TIMES = tuple(f"time_{state}" for state in STATES)
AMOUNTS = {"interval": "s", "energy": "kWh", "power": "kW"} | dict.fromkeys(TIMES, "s")
UNITS = {"time": "s"} | AMOUNTS
COUNTS = ("made", "rejected")
KNOWN = ("time", "station", "state", *TIMES, *COUNTS, "energy", "power", "product", "interval")
MEASURED = ("state", *TIMES)
"""Columns of which a status table has one at least."""


class Interval(NamedTuple):
    """One interval of one machine.

    ``times`` are those in each of :data:`STATES` [s], ``energy`` is in J, and not a number where
    nothing is known of it; ``begin`` and ``end`` are seconds of the epoch, or of the table's clock.
    """

    begin: float
    end: float
    times: tuple[float, ...]
    made: float
    rejected: float
    energy: float
    product: str


@dataclass(frozen=True, slots=True)
class StatusTable:
    """Every machine's intervals in the order of time, and what was assumed or not used.

    ``in_turn`` is whether each interval is in one state, so that stops can be told apart;
    ``columns`` are those that the table has, by our names.
    """

    path: str
    machines: dict[str, tuple[Interval, ...]]
    columns: frozenset[str]
    in_turn: bool
    zone: tzinfo
    notes: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many intervals there are."""
        return sum(map(len, self.machines.values()))

    @property
    def begin(self) -> float:
        """When the first interval begins [s]."""
        return min(rows[0].begin for rows in self.machines.values())

    @property
    def end(self) -> float:
        """When the last interval ends [s]."""
        return max(rows[-1].end for rows in self.machines.values())

    def day(self, time: float) -> int:
        """Which day a moment lies in, counted from the first."""
        first, then = self.moment(self.begin), self.moment(time)
        return (then.date() - first.date()).days

    def hour(self, time: float) -> float:
        """The hour of the day of a moment [h]."""
        then = self.moment(time)
        return then.hour + then.minute / 60.0 + then.second / 3600.0

    def moment(self, time: float) -> datetime:
        """A moment by the table's clock."""
        return datetime.fromtimestamp(time, self.zone)


class _Line(NamedTuple):
    """A row as it was read, with its line in the file."""

    line: int
    time: float
    station: str
    state: str
    times: tuple[float, ...]
    made: float
    rejected: float
    energy: float
    power: float
    product: str
    interval: float


def is_status(header: tuple[str, ...], columns: Mapping[str, str]) -> bool:
    """Whether a table with this header is a status table, not an event log."""
    plain = {column.lower() for column in header}
    if "event" in columns or ("event" in plain and not set(columns) & set(MEASURED)):
        return False
    return any(name in columns or name in plain for name in MEASURED)


def read_status(
    path: str,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    *,
    states: Mapping[str, str] | None = None,
    state_of: str = "",
    zone: tzinfo = UTC,
    called: Names | None = None,
) -> StatusTable:
    """Read a status table.

    Parameters
    ----------
    path : str
        A CSV file, plain or gzip.
    columns, units : mapping
        ``--map`` and ``--unit``: our name → the file's column, our name → its unit.
    states : mapping
        ``--state``: a word of the file → one of :data:`STATES`.
    state_of : str
        ``--state-of``: ``before``, the state of a row held in the interval that ends there;
        ``after``, it begins there; empty takes that under which more was made at work.
    zone : tzinfo
        Of dates that name none, and of the days that are reported.
    called : Names
        ``--station`` and ``--product``: what the scenario calls them.

    Raises
    ------
    BadInput
        One fault for each thing that is wrong, with its line, column and value.
    """
    sheet = read_sheet(path)
    names = named(sheet, dict(columns or {}), KNOWN, ("time", "station"))
    if not set(names) & set(MEASURED):
        message = "has no column of states; name yours with --map state=COLUMN or time_working="
        raise BadInput(Fault(message, "columns", path, ", ".join(sheet.header)))
    called = called or Names()
    clock = Clock(sheet, (units or {}).get("time", "s"), zone)
    factors = _factors(path, units or {})
    reader = _Reader(sheet, names, factors, _states(path, states or {}), clock, called)
    refuse(reader.faults() or called.unused(path), path)
    if not reader.lines:
        raise BadInput(Fault("has no rows below its header", file=path))
    return _table(sheet, names, reader, state_of, zone)


def _factors(path: str, units: Mapping[str, str]) -> dict[str, float]:
    """SI per one count of each column."""
    faults = [
        Fault(f"--unit knows no {name!r}" + did_you_mean(name, UNITS), file=path)
        for name in units if name not in UNITS
    ]  # fmt: skip
    faults += [
        Fault(f"cannot be converted to {UNITS[name]}", f"--unit {name}", path, repr(unit))
        for name, unit in units.items()
        if name in UNITS and name != "time" and not _fits(unit, UNITS[name])
    ]
    if faults:
        raise BadInput(faults)
    asked = {name: _split(units.get(name, unit)) for name, unit in AMOUNTS.items()}
    return {name: count * scale(unit) for name, (count, unit) in asked.items()}


def _fits(unit: str, to: str) -> bool:
    try:
        return compatible(_split(unit)[1], to)
    except BadInput:
        return False


def _split(unit: str) -> tuple[float, str]:
    """A unit, and how many of it one count is: ``0.1 kWh``."""
    return split(unit) if unit[:1].isdigit() else (1.0, unit)


def _states(path: str, states: Mapping[str, str]) -> dict[str, str]:
    faults = [
        Fault("is no state" + did_you_mean(state, STATES), f"--state {word}", path, repr(state))
        for word, state in states.items()
        if state not in STATES
    ]
    if faults:
        raise BadInput(faults)
    return WORDS | {word.lower(): state for word, state in states.items()}


class _Reader:
    """Goes through the rows of a file."""

    def __init__(
        self,
        sheet: Sheet,
        names: Mapping[str, str],
        factors: Mapping[str, float],
        states: Mapping[str, str],
        clock: Clock,
        called: Names,
    ) -> None:
        self.sheet, self.names, self.factors = sheet, names, factors
        self.states, self.clock, self.called = states, clock, called
        self.lines: list[_Line] = []
        self.wrong: list[Fault] = []
        self.strange: Counter[str] = Counter()
        for row in sheet.rows:
            self._row(row)

    def faults(self) -> list[Fault]:
        mixed = self.clock.mixed()
        strange = [
            Fault(f"{count} rows are in a state that is not known; say what it is with "
                  f"--state {word}={'|'.join(STATES)}",
                  f"column {self.names['state']}", self.sheet.path, repr(word))
            for word, count in sorted(self.strange.items())
        ]  # fmt: skip
        return [*([mixed] if mixed else []), *strange, *self.wrong]

    def _row(self, row: Row) -> None:
        if row.fault:
            self.wrong.append(Fault(row.fault, f"line {row.line}", self.sheet.path))
            return
        time, wrong = self.clock.read(self._cell(row, "time"))
        if wrong:
            self._wrong(row, "time", wrong)
        station = self._cell(row, "station")
        if not station:
            self._wrong(row, "station", "names no station; allowed is any name")
        state = self._state(row)
        times = tuple(self._amount(row, name, 0.0) for name in TIMES)
        made, rejected = (self._amount(row, name, 0.0) for name in COUNTS)
        energy, power, interval = (
            self._amount(row, name, float("nan")) for name in ("energy", "power", "interval")
        )
        station = self.called.of("station", station)
        product = self.called.of("product", self._cell(row, "product"))
        self.lines.append(
            _Line(row.line, time, station, state, times, made, rejected, energy, power, product,
                  interval)
        )  # fmt: skip

    def _cell(self, row: Row, name: str) -> str:
        return row.cell(self.names[name]) if name in self.names else ""

    def _state(self, row: Row) -> str:
        if "state" not in self.names:
            return ""
        word = self._cell(row, "state").lower()
        number = self.sheet.number(word)
        if word not in self.states and number is not None:
            word = f"{number:g}"
        if word not in self.states:
            self.strange[word] += 1
        return self.states.get(word, "")

    def _amount(self, row: Row, name: str, absent: float) -> float:
        """A number that cannot be negative, in SI; an empty cell is ``absent``."""
        text = self._cell(row, name)
        if not text:
            return absent
        number = self.sheet.number(text)
        if number is None or number < 0:
            what = "is no number" if number is None else "is negative"
            self._wrong(row, name, f"{what}; allowed 0 and more")
            return absent
        return number * self.factors.get(name, 1.0)

    def _wrong(self, row: Row, name: str, message: str) -> None:
        where = f"line {row.line}, column {self.names[name]}"
        self.wrong.append(Fault(message, where, self.sheet.path, repr(self._cell(row, name))))


def _table(
    sheet: Sheet, names: Mapping[str, str], reader: _Reader, state_of: str, zone: tzinfo
) -> StatusTable:
    by_station: dict[str, list[_Line]] = {}
    for line in reader.lines:
        by_station.setdefault(line.station, []).append(line)
    notes = list(reader.clock.notes())
    in_turn = "state" in names
    cleaned = {key: _in_order(key, lines, sheet.path, notes) for key, lines in by_station.items()}
    after = in_turn and _after(cleaned, state_of, notes, sheet.path)
    machines = {}
    for key, lines in cleaned.items():
        rows = tuple(_intervals(lines, after, in_turn))
        if rows:
            machines[key] = rows
        else:
            notes.append(f"station {key!r} has one row only, which has no length; it is left out")
    if not machines:
        raise BadInput(Fault("no machine has two rows, so no interval is known", file=sheet.path))
    return StatusTable(sheet.path, machines, frozenset(names), in_turn, zone, tuple(notes))


def _in_order(key: str, lines: list[_Line], path: str, notes: list[str]) -> list[_Line]:
    """One machine's rows in the order of time, none twice."""
    disorder = sum(after.time < before.time for before, after in pairwise(lines))
    lines = sorted(lines, key=lambda line: line.time)
    kept = [lines[0]]
    for line in lines[1:]:
        if line.time > kept[-1].time:
            kept.append(line)
        elif line._replace(line=0) != kept[-1]._replace(line=0):
            where = f"lines {kept[-1].line} and {line.line}"
            message = f"station {key!r} has two rows of one time that differ; allowed is one"
            raise BadInput(Fault(message, where, path))
    twice = len(lines) - len(kept)
    if twice:
        notes.append(f"station {key!r}: {twice} rows are there twice; each counts once")
    if disorder:
        notes.append(f"station {key!r}: {disorder} rows were out of order; put in order of time")
    return kept


def _after(machines: Mapping[str, list[_Line]], state_of: str, notes: list[str], path: str) -> bool:
    """Whether the state of a row begins at its time, rather than ends there."""
    if state_of:
        if state_of not in {"before", "after"}:
            raise BadInput(Fault("allowed before or after", "--state-of", path, repr(state_of)))
        return state_of == "after"
    total = before = after = 0.0
    for lines in machines.values():
        for last, line in pairwise(lines):
            total += line.made
            before += line.made * (line.state == "working")
            after += line.made * (last.state == "working")
    shares = f"{after / total:.1%} and {before / total:.1%}" if total else "unknown"
    taken = "begins" if after > before else "ends"
    notes.append(
        f"the state of a row is taken as what {taken} at its time: of the parts made, at work "
        f"would be {shares} if it began and if it ended there (--state-of after|before decides)"
    )
    return after > before


def _intervals(lines: list[_Line], after: bool, in_turn: bool) -> Iterator[Interval]:
    for last, line in pairwise([lines[0], *lines]):
        length = line.time - last.time
        if line is lines[0] or line.interval == line.interval:
            length = line.interval if line.interval == line.interval else sum(line.times)
        if length <= 0:
            continue
        times = line.times
        if in_turn:
            state = last.state if after and line is not lines[0] else line.state
            times = tuple(length * (name == state) for name in STATES)
        energy = line.energy if line.energy == line.energy else line.power * length
        yield Interval(line.time - length, line.time, times, line.made, line.rejected, energy,
                       line.product)  # fmt: skip
