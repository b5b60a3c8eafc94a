"""The instants of a line: all that is due at one happens first, then the line is settled once.

What happens at an instant does therefore not depend on the order in which a scheduler wakes its
processes, and any engine that keeps these rules records the same facts.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any, Protocol

import simpy

from twin.records import Recorder

LATER = 2
"""Priority of the settling of an instant: after every normal event of that instant."""
WORK, REPAIR, FAILURE, ARRIVAL, RELEASE, SHIFT = range(6)
"""Order of what is due at one instant."""

Due = tuple[int, int, int]
"""Where something due stands among others of its instant: kind, rank of the station, index."""


class Member(Protocol):
    """A station, as the floor sees it."""

    rank: int
    marked: bool
    touched: bool

    def act(self) -> None:
        """Do everything that can be done now."""

    def note(self) -> None:
        """Record what has changed at this instant."""


class Timer(simpy.Event):  # type: ignore[misc,unused-ignore]
    """An alarm that can be set again; its action runs when its instant is settled."""

    def __init__(self, floor: Floor, order: Due, action: Callable[[], None]) -> None:
        super().__init__(floor.env)
        self.order = order
        self.action = action
        self._ok = True
        self._value = None
        self._calls: list[Callable[[Any], None]] = floor.calls

    def set(self, delay: float) -> None:
        """Ring after ``delay`` [s]; only when it is not set already."""
        self.callbacks = self._calls
        self.env.schedule(self, 1, delay)  # type: ignore[arg-type,unused-ignore]

    def stop(self) -> None:
        """Never ring; a stopped timer cannot be set again."""
        self.callbacks = []


class Floor:
    """The stations of a line, and what is due."""

    def __init__(self, env: simpy.Environment, record: Recorder) -> None:
        self.env = env
        self.record = record
        self.event = record.facts.events.append
        self.state = record.facts.states.append
        self.sample = record.facts.samples.append
        self.calls: list[Callable[[Any], None]] = [self.fire]
        self.stations: list[Member] = []
        self.begins = 0.0
        self.on_start: Callable[[Any], None] | None = None
        """Told of each machine that begins to work on its parts, for whoever writes a log."""
        self.after: list[Callable[[], None]] = []
        self._due: list[Timer] = []
        self._marked: list[int] = []
        self._touched: list[int] = []
        self._asked = False

    @property
    def now(self) -> float:
        """The present time [s]."""
        return float(self.env.now)

    @property
    def clock(self) -> float:
        """The present time since midnight before the run [s]."""
        return self.now + self.begins

    def fire(self, timer: Timer) -> None:
        """Take note that a timer is due, and settle when it was the last of its instant."""
        self._due.append(timer)
        if self.env.peek() > self.env.now:
            self.settle()
        else:
            self.settle_later()

    def settle_later(self) -> None:
        """Settle when everything else of this instant has happened."""
        if not self._asked:
            self._asked = True
            later = simpy.Event(self.env)
            later._ok, later._value = True, None
            later.callbacks = [self._settle_now]
            self.env.schedule(later, LATER)  # type: ignore[arg-type,unused-ignore]

    def _settle_now(self, _event: simpy.Event) -> None:
        self._asked = False
        self.settle()

    def mark(self, station: Member) -> None:
        """Let a station act before the line is settled."""
        if not station.marked:
            station.marked = True
            heappush(self._marked, station.rank)

    def yields(self, station: Member) -> bool:
        """Whether a station further down has to act first; this one then acts again after it."""
        if self._marked and self._marked[0] < station.rank:
            self.mark(station)
            return True
        return False

    def touch(self, station: Member) -> None:
        """Let a station record what has changed once the line is settled."""
        if not station.touched:
            station.touched = True
            self._touched.append(station.rank)

    def settle(self) -> None:
        """Do what is due, then let the stations act, the last of the line first."""
        due = self._due
        if len(due) > 1:
            due.sort(key=_order)
        for timer in due:
            timer.action()
        due.clear()
        self._let_act()

    def _let_act(self) -> None:
        """Let every marked station act until none is left, then record the changes."""
        marked, stations = self._marked, self.stations
        while marked:
            station = stations[heappop(marked)]
            station.marked = False
            station.act()
        touched = self._touched
        if len(touched) > 1:
            touched.sort()
        for rank in touched:
            station = stations[rank]
            station.touched = False
            station.note()
        touched.clear()
        for note in self.after:
            note()


def _order(timer: Timer) -> Due:
    return timer.order
