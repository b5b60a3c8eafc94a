"""What an event log says of each station: works, failures, repairs, set-ups, rejects.

A part's work time is the time between its start and its end without the time that the station was
down. Parts without a name are matched first in, first out. What was under way when the log begins
or ends is no work time, but the working time until then still counts for the next failure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from twin.calibration.log import EventLog, Happening

NAMELESS = "\0"
"""Begins the key of a part that the log does not name."""


@dataclass(slots=True)
class Work:
    """One part worked on at a station: ``duration`` without breakdowns [s].

    ``last`` is the part of it since the last repair [s]: all of it where nothing broke.
    """

    start: float
    duration: float
    product: str
    last: float


@dataclass(slots=True)
class History:
    """What happened at one station between ``begin`` and ``end`` [s].

    Attributes
    ----------
    works : list of Work
        Every part whose start and end are known.
    lives_operating, lives_calendar : list of float
        Working time, and time not down, from one repair to the next failure [s].
    open_operating, open_calendar : float
        The same since the last repair: no failure yet [s].
    repairs, setups : list of float
        Durations [s].
    ended, scrapped, rejected : int
        Parts.
    odd : dict
        How often a row did not follow from what was before it, by what was odd.
    """

    begin: float
    end: float
    works: list[Work] = field(default_factory=list)
    lives_operating: list[float] = field(default_factory=list)
    lives_calendar: list[float] = field(default_factory=list)
    open_operating: float = 0.0
    open_calendar: float = 0.0
    repairs: list[float] = field(default_factory=list)
    setups: list[float] = field(default_factory=list)
    ended: int = 0
    scrapped: int = 0
    rejected: int = 0
    odd: dict[str, int] = field(default_factory=dict)
    machines: tuple[History, ...] = ()
    """The same of each machine, where the log tells them apart."""

    def alive(self, clock: str) -> list[float]:
        """Times without a failure so far on a clock, machine by machine [s]."""
        name = f"open_{clock}"
        return [getattr(one, name) for one in self.machines or (self,)]

    @property
    def span(self) -> float:
        """Time that the history covers [s]."""
        return self.end - self.begin


@dataclass(slots=True)
class _Open:
    """A part under way: since when, how long it stood still, and when it was taken up again [s]."""

    start: float
    product: str
    stopped: float = 0.0
    again: float = 0.0


class _Reader:
    """Goes through one station's rows in the order of time."""

    def __init__(self, begin: float, end: float) -> None:
        self.history = History(begin, end)
        self.under_way: dict[str, _Open] = {}
        self.down_since: float | None = None
        self.setup_since: float | None = None
        self.last = begin

    def read(self, rows: Iterable[Happening]) -> History:
        for row in rows:
            self._pass(row.time)
            getattr(self, f"_{row.event}")(row)
        self._pass(self.history.end)
        return self.history

    def _pass(self, time: float) -> None:
        """Let time go by up to ``time`` [s]."""
        gone, self.last = time - self.last, time
        if self.down_since is not None:
            for part in self.under_way.values():
                part.stopped += gone
            return
        self.history.open_calendar += gone
        if self.under_way:
            self.history.open_operating += gone

    def _start(self, row: Happening) -> None:
        key = row.part or f"{NAMELESS}{len(self.under_way)}/{row.time}"
        if key in self.under_way:
            self._odd("starts of a part that is at work there; the last one counts")
        self.under_way[key] = _Open(row.time, row.product)

    def _end(self, row: Happening) -> None:
        self.history.ended += 1
        begun = self._take(row.part)
        if begun is None:
            self._odd("ends without a start; they count as made, not as work times")
        else:
            duration = row.time - begun.start - begun.stopped
            last = row.time - max(begun.start, begun.again)
            product = row.product or begun.product
            self.history.works.append(Work(begun.start, duration, product, last))

    def _take(self, part: str) -> _Open | None:
        if part in self.under_way:
            return self.under_way.pop(part)
        nameless = (key for key in self.under_way if not part or key.startswith(NAMELESS))
        oldest = next(nameless, None)
        return None if oldest is None else self.under_way.pop(oldest)

    def _down(self, row: Happening) -> None:
        if self.down_since is not None:
            self._odd("failures while it is down; the first one counts")
            return
        h = self.history
        self.down_since = row.time
        h.lives_operating.append(h.open_operating)
        h.lives_calendar.append(h.open_calendar)
        h.open_operating = h.open_calendar = 0.0

    def _up(self, row: Happening) -> None:
        if self.down_since is not None:
            self.history.repairs.append(row.time - self.down_since)
            self.down_since = None
            for part in self.under_way.values():
                part.again = row.time

        else:
            self._odd("repairs without a failure; they are not used")

    def _odd(self, what: str) -> None:
        self.history.odd[what] = self.history.odd.get(what, 0) + 1

    def _setup(self, row: Happening) -> None:
        self.setup_since = row.time

    def _ready(self, row: Happening) -> None:
        if self.setup_since is not None:
            self.history.setups.append(row.time - self.setup_since)
            self.setup_since = None

    def _scrap(self, row: Happening) -> None:
        self._take(row.part)
        self.history.scrapped += 1

    def _reject(self, row: Happening) -> None:
        self.history.rejected += 1


def histories(log: EventLog, begin: float, end: float) -> dict[str, History]:
    """Return the history of every station between two moments [s].

    Machines that the log tells apart are read one by one and put together.
    """
    rows: dict[str, dict[str, list[Happening]]] = {station: {} for station in log.stations}
    for row in log.rows:
        mine = rows[row.station].setdefault(row.machine, [])
        if begin <= row.time < end:
            mine.append(row)
    return {
        station: _together([_Reader(begin, end).read(found) for found in machines.values()])
        for station, machines in rows.items()
    }


def _together(machines: Sequence[History]) -> History:
    """Return the history of a station from those of its machines."""
    if len(machines) == 1:
        return machines[0]
    whole = History(machines[0].begin, machines[0].end, machines=tuple(machines))
    for one in machines:
        for name in ("works", "lives_operating", "lives_calendar", "repairs", "setups"):
            getattr(whole, name).extend(getattr(one, name))
        for name in ("open_operating", "open_calendar", "ended", "scrapped", "rejected"):
            setattr(whole, name, getattr(whole, name) + getattr(one, name))
        for what, count in one.odd.items():
            whole.odd[what] = whole.odd.get(what, 0) + count
    whole.works.sort(key=lambda work: work.start)
    return whole
