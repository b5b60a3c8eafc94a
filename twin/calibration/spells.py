"""What a status table says of each machine: time at work, stops, what was made, energy.

A stop is the time from when a machine leaves work until it works again, or is set up, idle or off.
A stop longer than ``off_after`` is time that was not planned, with all that happened in it. Time at
work in which rows are missing is left out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from twin.calibration.status import STATES, Interval, StatusTable

WORKING, DOWN, SETUP, IDLE, OFF = range(len(STATES))
UNKNOWN = -1
"""Pseudo-state of an interval of which the table does not say enough."""
MISSING = 2.0
"""Usual lengths of a row beyond which rows at work are missing."""
STANDSTILL = 3.0
"""Cycles without a part from which on a machine that is said to be at work stands."""
BLOCK = 12
"""Intervals at work in a row whose count of parts is one observation of the pace."""


@dataclass(slots=True)
class Made:
    """What was made of one product, and the time at work on it [s]."""

    working: float = 0.0
    parts: float = 0.0
    blocks: list[tuple[float, float]] = field(default_factory=list)


@dataclass(slots=True)
class Day:
    """One machine's figures of one day: times [s], energy [J]."""

    planned: float = 0.0
    working: float = 0.0
    made: float = 0.0
    energy: float = 0.0


@dataclass(slots=True)
class Spells:
    """What happened at one machine.

    Attributes
    ----------
    times : list of float
        Time in each of :data:`twin.calibration.status.STATES` [s].
    made, rejected : float
        Parts.
    lives, lives_up, stops, setups : list of float
        Working time, and planned time not down, from one stop to the next; how long each stop and
        set-up was [s].
    alive, alive_up : float
        The same since the last stop [s].
    powers : list
        Of each interval the time at work, the other planned time [s], and the energy [J].
    products : dict
        By product.
    days, hours : dict
        Planned, working, made and energy by day; planned time by day and hour [s].
    """

    times: list[float] = field(default_factory=lambda: [0.0] * len(STATES))
    made: float = 0.0
    rejected: float = 0.0
    lives: list[float] = field(default_factory=list)
    lives_up: list[float] = field(default_factory=list)
    stops: list[float] = field(default_factory=list)
    setups: list[float] = field(default_factory=list)
    alive: float = 0.0
    alive_up: float = 0.0
    powers: list[tuple[float, float, float]] = field(default_factory=list)
    products: dict[str, Made] = field(default_factory=dict)
    days: dict[int, Day] = field(default_factory=dict)
    hours: dict[tuple[int, int], float] = field(default_factory=dict)

    def stopped(self, length: float) -> None:
        """The machine stopped for so long [s]; the life until then is over."""
        self.stops.append(length)
        self.lives.append(self.alive)
        self.lives_up.append(self.alive_up)
        self.alive = self.alive_up = 0.0

    @property
    def working(self) -> float:
        """Time at work [s]."""
        return self.times[WORKING]

    @property
    def planned(self) -> float:
        """Time in which it was meant to work (ISO 22400-2 PBT) [s]."""
        return sum(self.times) - self.times[OFF]

    @property
    def energy(self) -> float:
        """Electric energy in planned time [J]; not a number where the table says nothing of it."""
        known = [energy for _, _, energy in self.powers]
        return sum(known) if known else math.nan


Run = tuple[int, list[Interval]]


@dataclass(frozen=True, slots=True)
class Rules:
    """What an interval of one machine is taken for, beside what the table says.

    Attributes
    ----------
    off_after : float
        A stop longer than this was not planned [s].
    pace : float
        Time at work over parts [s]; infinite where nothing was counted.
    usual : float
        Length of a row, where most rows have one [s]; infinite where they have none.
    """

    off_after: float
    pace: float
    usual: float

    def stands(self, row: Interval) -> bool:
        """Said to be at work, but nothing was made though there was time for three parts."""
        long = row.end - row.begin >= STANDSTILL * self.pace
        return said(row) == WORKING and row.made == 0 and long

    def gap(self, row: Interval) -> bool:
        """At work, but rows are missing: who knows whether their parts are in this one."""
        return said(row) == WORKING and row.end - row.begin > MISSING * self.usual

    def state(self, row: Interval) -> int:
        """The state of an interval, or :data:`UNKNOWN`."""
        if self.gap(row):
            return UNKNOWN
        return DOWN if self.stands(row) else said(row)

    def runs(self, rows: Iterable[Interval]) -> Iterator[Run]:
        """Intervals that follow each other in one state; long stops are off."""
        for state, group in groupby(rows, key=self.state):
            run = list(group)
            length = run[-1].end - run[0].begin
            yield (OFF if state == DOWN and length > self.off_after else state), run


def rules(table: StatusTable, key: str, off_after: float) -> Rules:
    """Return the rules for one machine of a table."""
    rows = table.machines[key]
    made, working = sum(row.made for row in rows), sum(row.times[WORKING] for row in rows)
    lengths = Counter(round(row.end - row.begin) for row in rows)
    length, count = lengths.most_common(1)[0]
    usual = float(length) if 2 * count >= len(rows) else math.inf
    return Rules(off_after, working / made if made else math.inf, usual)


def said(row: Interval) -> int:
    """The state that the table has for most of an interval."""
    return max(range(len(STATES)), key=row.times.__getitem__)


def spells(
    table: StatusTable, off_after: float, wanted: Callable[[int], bool]
) -> dict[str, Spells]:
    """Return what happened at every machine on the days that are ``wanted``.

    ``off_after`` is the length from which on a stop is time not planned [s]; infinite for never.
    """
    found = {}
    for key, rows in table.machines.items():
        one = Spells()
        if table.in_turn:
            for state, run in rules(table, key, off_after).runs(rows):
                _take_run(one, table, state, run, wanted)
        else:
            for row in rows:
                if wanted(table.day(row.end)):
                    _take_mixed(one, table, row)
        found[key] = one
    return found


def _take_run(
    one: Spells, table: StatusTable, state: int, run: list[Interval], wanted: Callable[[int], bool]
) -> None:
    """Intervals that follow each other in one state."""
    if state == UNKNOWN:
        return
    days = [(row, wanted(table.day(row.end))) for row in run]
    length = run[-1].end - run[0].begin
    if state == SETUP and days[0][1]:
        one.setups.append(length)
    if state == DOWN and days[0][1]:
        one.stopped(length)
    for row, keep in days:
        if keep:
            times = [0.0] * len(STATES)
            times[state] = row.end - row.begin
            _count(one, table, row, times)
    if state == WORKING:
        _blocks(one, [row for row, keep in days if keep])


def _take_mixed(one: Spells, table: StatusTable, row: Interval) -> None:
    """An interval with times in several states: each was one spell, of which no more is known."""
    _count(one, table, row, list(row.times))
    if row.times[DOWN] > 0:
        one.stopped(row.times[DOWN])
    if row.times[SETUP] > 0:
        one.setups.append(row.times[SETUP])
    if row.times[WORKING] > 0:
        made = one.products.setdefault(row.product, Made())
        made.blocks.append((row.times[WORKING], row.made))


def _count(one: Spells, table: StatusTable, row: Interval, times: list[float]) -> None:
    planned = sum(times) - times[OFF]
    for state, time in enumerate(times):
        one.times[state] += time
    one.alive += times[WORKING]
    one.alive_up += planned - times[DOWN]
    one.made += row.made
    one.rejected += row.rejected
    product = one.products.setdefault(row.product, Made())
    product.working += times[WORKING]
    product.parts += row.made
    known = not math.isnan(row.energy)
    if planned > 0 and known:
        one.powers.append((times[WORKING], planned - times[WORKING], row.energy))
    key = table.day(row.end)
    day = one.days.setdefault(key, Day())
    day.planned += planned
    day.working += times[WORKING]
    day.made += row.made
    day.energy += row.energy if planned > 0 and known else 0.0
    hour = key, int(table.hour((row.begin + row.end) / 2))
    one.hours[hour] = one.hours.get(hour, 0.0) + planned


def _blocks(one: Spells, rows: list[Interval]) -> None:
    """Cut work on one product that goes on into blocks of time and parts."""
    for product, same in groupby(rows, key=lambda row: row.product):
        run = list(same)
        for at in range(0, len(run) - BLOCK + 1, BLOCK):
            block = run[at : at + BLOCK]
            length = sum(row.end - row.begin for row in block)
            made = one.products.setdefault(product, Made())
            made.blocks.append((length, sum(row.made for row in block)))
