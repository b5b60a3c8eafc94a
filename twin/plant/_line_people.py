"""Who is shared on a line: operators with skills, and crews that repair."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from twin.plant._line_floor import SHIFT, Floor, Timer
from twin.plant._line_settings import Crew as CrewSettings
from twin.plant._line_settings import Operators, Shift
from twin.plant._line_words import words

if TYPE_CHECKING:
    from twin.plant._line_server import Server

DAY = 86_400.0


def is_on(shift: Shift, now: float) -> bool:
    """Whether a shift works at ``now`` [s]; the run begins at midnight.

    >>> night = Shift.read({"start": 22, "end": 6})
    >>> [is_on(night, 3600.0 * hour) for hour in (5, 6, 21.9, 22, 29)]
    [True, False, False, True, True]
    """
    into = now % DAY
    if shift.start <= shift.end:
        return shift.start <= into < shift.end
    return into >= shift.start or into < shift.end


def next_change(shift: Shift, now: float) -> float:
    """Return how long it is to the next begin or end of a shift [s].

    >>> next_change(Shift.read({"start": 6, "end": 14}), 5 * 3600.0)
    3600.0
    """
    into = now % DAY
    waits = [(edge - into) % DAY or DAY for edge in (shift.start, shift.end)]
    return min(waits)


def always(shift: Shift) -> bool:
    """Whether a shift never ends."""
    return shift.start == shift.end or (shift.start == 0 and shift.end >= DAY)


def meet(shift: Shift, other: Shift) -> bool:
    """Whether two shifts have any time of the day in common.

    >>> day, night = Shift.read({"start": 6, "end": 14}), Shift.read({"start": 22, "end": 4})
    >>> meet(day, night), meet(day, Shift.read({"start": 13, "end": 22})), meet(day, Shift.read({}))
    (False, True, True)
    """
    if always(shift) or always(other):
        return True
    return is_on(shift, other.start) or is_on(other, shift.start)


class Crew:
    """People who repair: one repair each, in the order in which the machines broke down."""

    def __init__(self, floor: Floor, settings: CrewSettings, index: int) -> None:
        self.floor = floor
        self.settings = settings
        self.busy = 0
        self.waiting: deque[tuple[Server, float]] = deque()
        self._timer = Timer(floor, (SHIFT, 1, index), self._change)

    def start(self) -> None:
        """Begin with the shift."""
        if not always(self.settings):
            self._timer.set(next_change(self.settings, self.floor.clock))

    def _change(self) -> None:
        self._serve()
        self._timer.set(next_change(self.settings, self.floor.clock))

    def ask(self, server: Server, duration: float) -> None:
        """A machine is down; its repair takes ``duration`` [s] once somebody is there."""
        self.waiting.append((server, duration))
        server.await_repair()
        self._serve()

    def give_back(self) -> None:
        """A repair is done."""
        self.busy -= 1
        self._serve()

    def _serve(self) -> None:
        if not (always(self.settings) or is_on(self.settings, self.floor.clock)):
            return
        while self.waiting and self.busy < self.settings.count:
            self.busy += 1
            server, duration = self.waiting.popleft()
            server.repair(duration)


class Group:
    """Operators of one kind."""

    def __init__(self, settings: Operators) -> None:
        self.settings = settings
        self.skills = frozenset(words(settings.skills))
        self.busy = 0

    def can(self, skill: str, now: float) -> bool:
        """Whether one of them is here, free, and knows how."""
        here = always(self.settings) or is_on(self.settings, now)
        return here and skill in self.skills and self.busy < self.settings.count


class People:
    """Every operator of a line; whoever has waited longest for one is served first."""

    def __init__(self, floor: Floor, groups: dict[str, Operators]) -> None:
        self.floor = floor
        self.groups = {name: Group(settings) for name, settings in groups.items()}
        self.waiting: deque[Server] = deque()
        self._timers = [
            Timer(floor, (SHIFT, 0, index), self._changer(index)) for index in range(len(groups))
        ]

    def _changer(self, index: int):  # type: ignore[no-untyped-def]
        def change() -> None:
            settings = list(self.groups.values())[index].settings
            self._serve()
            self._timers[index].set(next_change(settings, self.floor.clock))

        return change

    def start(self) -> None:
        """Begin with the shifts."""
        for timer, group in zip(self._timers, self.groups.values(), strict=True):
            if not always(group.settings):
                timer.set(next_change(group.settings, self.floor.clock))

    def ask(self, server: Server) -> Group | None:
        """Return an operator for a machine; else it waits, and gets the next one."""
        if server in self.waiting:
            return None
        group = self._find(server.station.settings.operator)
        if group is None:
            self.waiting.append(server)
        else:
            group.busy += 1
        return group

    def seize(self, server: Server) -> Group | None:
        """Return an operator who is with a machine already when the run begins."""
        skill = server.station.settings.operator
        fit = [group for group in self.groups.values() if skill in group.skills]
        free = [group for group in fit if group.busy < group.settings.count]
        for group in free:
            group.busy += 1
            return group
        return None

    def give_back(self, group: Group) -> None:
        """An operator is free again."""
        group.busy -= 1
        self._serve()

    def _find(self, skill: str) -> Group | None:
        for group in self.groups.values():
            if group.can(skill, self.floor.clock):
                return group
        return None

    def _serve(self) -> None:
        """Give whoever waits an operator, the longest waiting first."""
        for server in list(self.waiting):
            group = self._find(server.station.settings.operator)
            if group is not None:
                group.busy += 1
                self.waiting.remove(server)
                server.got(group)
