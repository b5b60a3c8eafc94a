"""People in a building: each a process that arrives, takes breaks, changes rooms and leaves.

Nobody's way depends on the temperatures, so they live on a clock of their own, which runs ahead of
the plant's by the blocks in which the building is computed. Each draws from a stream of its own.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import simpy

from twin.errors import Fault, did_you_mean
from twin.physics.presence import held, transitions
from twin.plant import _building_settings as given
from twin.plant._building_people_settings import Occupants
from twin.plant._building_schedules import DAY, DAYS, value
from twin.plant.base import Process

Array = npt.NDArray[np.float64]
Luck = Callable[[str], np.random.Generator]
QUARTER = 900.0
"""Step of the chains of presence [s]."""


@dataclass(slots=True)
class Zone:
    """Who is in a zone: moves since the last whole day, and how many were there then."""

    there: int = 0
    times: list[float] = field(default_factory=list)
    changes: list[int] = field(default_factory=list)

    def means(self, edges: Array) -> Array:
        """Mean number in each step between ``edges`` [s]; their moves are done with."""
        after = self.there + np.cumsum(self.changes, dtype=np.float64)
        knots = np.concatenate([edges[:1], self.times, edges[-1:]])
        held_ = np.concatenate([[self.there], after]) * np.diff(knots)
        total = np.interp(edges, knots, np.concatenate([[0.0], np.cumsum(held_)]))
        self.there += sum(self.changes)
        self.times, self.changes = [], []
        return np.asarray(np.diff(total) / np.diff(edges))


class Crowd:
    """Everybody of a building; ``luck`` gives random streams by their use."""

    def __init__(self, settings: given.Settings, luck: Luck) -> None:
        self.settings = settings
        self.env = simpy.Environment()
        self.zones = {name: Zone() for name in settings.zones}
        self.days: list[Array] = []
        self._chances: dict[tuple[str, float, int], list[tuple[float, float, float]]] = {}
        self.per_day = round(DAY / settings.step)
        for name, kind in settings.occupants.items():
            for number in range(kind.people):
                person = Person(self, kind, number, luck(f"occupants.{name}.{number + 1}"))
                self.env.process(person.live())

    def means(self, first: int, steps: int) -> Array:
        """Mean number of people in each zone and step from step number ``first``, (steps, zones).

        Before the run nobody is there.
        """
        while len(self.days) * self.per_day < first + steps:
            self._another_day()
        nobody = np.zeros((max(0, min(-first, steps)), len(self.zones)))
        first_day = max(first, 0) // self.per_day
        last_day = max(first + steps - 1, 0) // self.per_day
        rows = np.concatenate(self.days[first_day : last_day + 1])
        start = max(first, 0) - first_day * self.per_day
        return np.concatenate([nobody, rows[start : start + steps - len(nobody)]])

    def in_use(self, first: int, steps: int) -> npt.NDArray[np.bool_]:
        """Whether somebody is in each zone or was, within its ``use_hold``; (steps, zones)."""
        zones = list(self.settings.zones.values())
        back = [math.ceil(zone.use_hold / self.settings.step - 1e-9) for zone in zones]
        most = max(back)
        present = self.means(first - most, steps + most) > 0.0
        columns = [held(present[most - n :, k], n) for k, n in enumerate(back)]
        return np.column_stack(columns)

    def move(self, zone: str, change: int) -> None:
        """Somebody comes into a zone or leaves it now."""
        self.zones[zone].times.append(float(self.env.now))
        self.zones[zone].changes.append(change)

    def chances(self, kind: Occupants, day: int) -> list[tuple[float, float, float]]:
        """Share of a kind's profile in each quarter of a day, and chances to come and to stay."""
        if (kind.profile, kind.mobility, day) not in self._chances:
            times = day * DAY + QUARTER * np.arange(-1, round(DAY / QUARTER), dtype=np.float64)
            schedule, first = self.settings.schedules[kind.profile], self.settings.first_weekday
            shares = value(schedule, times, QUARTER, first)
            come, stay = transitions(shares[:-1], shares[1:], kind.mobility)
            if day == 0:
                come[0] = shares[1]
            rows = zip(shares[1:].tolist(), come.tolist(), stay.tolist(), strict=True)
            self._chances[kind.profile, kind.mobility, day] = list(rows)
        return self._chances[kind.profile, kind.mobility, day]

    def _another_day(self) -> None:
        day = len(self.days)
        self._chances.clear()
        self.env.run(until=(day + 1) * DAY)
        edges = DAY * day + self.settings.step * np.arange(self.per_day + 1, dtype=np.float64)
        self.days.append(np.column_stack([zone.means(edges) for zone in self.zones.values()]))


@dataclass(slots=True)
class Person:
    """One who comes, goes and moves about, or a group that does so together."""

    crowd: Crowd
    kind: Occupants
    number: int
    luck: np.random.Generator
    at: str = ""

    def live(self) -> Process:
        """Live as this kind does."""
        if self.kind.presence == "hours":
            return self._by_hours()
        return self._by_profile()

    def _be(self, zone: str) -> None:
        """Be in a zone from now on; "" is outside."""
        if self.at:
            self.crowd.move(self.at, -self.kind.group)
        if zone:
            self.crowd.move(zone, self.kind.group)
        self.at = zone

    def _wait(self, until: float) -> simpy.Timeout:
        env = self.crowd.env
        return env.timeout(max(until - env.now, 0.0))

    def _within(self, earliest: float, latest: float) -> float:
        """Time of day: at a constant rate whose mean wait is half the span, and by its end."""
        span = latest - earliest
        return earliest + min(float(self.luck.exponential(0.5 * span)), span)

    # -- by hours -------------------------------------------------------------------------------

    def _by_hours(self) -> Process:
        kind, day = self.kind, 0
        while True:
            weekday = (day + DAYS.index(self.crowd.settings.first_weekday)) % 7
            if weekday < 5 or kind.weekends:
                comes = self._within(kind.arrival_earliest, kind.arrival_latest)
                goes = self._within(kind.departure_earliest, kind.departure_latest)
                yield self._wait(day * DAY + comes)
                yield from self._at_work(day * DAY + goes, self._lunch(day))
            day += 1
            yield self._wait(day * DAY)

    def _lunch(self, day: int) -> float:
        if self.kind.lunch_length == 0.0:
            return math.inf
        at = self.kind.lunch_start + self.kind.lunch_spread * self.luck.standard_normal()
        return day * DAY + float(np.clip(at, 0.0, DAY))

    def _at_work(self, goes: float, lunch: float) -> Process:
        kind, env = self.kind, self.crowd.env
        changes = kind.breaks + (kind.visit_rate if kind.visits else 0.0)
        lunch = lunch if lunch >= env.now else math.inf
        self._be(kind.zone)
        while True:
            gap = float(self.luck.exponential(1.0 / changes)) if changes > 0 else math.inf
            yield self._wait(min(env.now + gap, lunch, goes))
            if env.now >= goes:
                break
            if env.now >= lunch:
                place, away, lunch = "", kind.lunch_length, math.inf
            else:
                place, away = self._change(changes)
            self._be(place)
            yield self._wait(min(env.now + away, goes))
            if env.now >= goes:
                break
            self._be(kind.zone)
        self._be("")

    def _change(self, changes: float) -> tuple[str, float]:
        """Where to, and for how long."""
        kind = self.kind
        if float(self.luck.random()) * changes < kind.breaks:
            return "", float(self.luck.exponential(kind.break_length))
        place = kind.visits[int(self.luck.integers(len(kind.visits)))]
        return place, float(self.luck.exponential(kind.visit_length))

    # -- by a profile ---------------------------------------------------------------------------

    def _by_profile(self) -> Process:
        """Look every quarter of an hour."""
        kind, day = self.kind, 0
        rank = (self.number + 0.5) / kind.people
        while True:
            for share, come, stay in self.crowd.chances(kind, day):
                if kind.presence == "schedule":
                    there = share > rank
                else:
                    there = float(self.luck.random()) < (stay if self.at else come)
                if there != bool(self.at):
                    self._be(kind.zone if there else "")
                yield self.crowd.env.timeout(QUARTER)
            day += 1


def faults(settings: given.Settings) -> Iterator[Fault]:
    """People without a place, a profile, or with hours that do not follow each other."""
    for name, kind in settings.occupants.items():
        path = f"occupants.{name}"
        for key, zones in (("zone", (kind.zone,)), ("visits", kind.visits)):
            for zone in zones:
                if zone not in settings.zones:
                    message = "no such zone" + did_you_mean(zone, settings.zones)
                    yield Fault(message, f"{path}.{key}", "", repr(zone))
        if kind.presence != "hours":
            yield from _profile_faults(settings, path, kind)
        else:
            yield from _hour_faults(path, kind)


def _profile_faults(settings: given.Settings, path: str, kind: Occupants) -> Iterator[Fault]:
    if kind.profile not in settings.schedules:
        message = "no such schedule" + did_you_mean(kind.profile, settings.schedules)
        message = message if kind.profile else f"presence = {kind.presence!r} needs a schedule"
        yield Fault(message, f"{path}.profile", "", repr(kind.profile))
        return
    schedule = settings.schedules[kind.profile]
    shares = [*schedule.values, *schedule.saturday, *schedule.sunday]
    wrong = [share for share in shares if not 0.0 <= share <= 1.0]
    if wrong:
        yield Fault("a share of presence is from 0 to 1", f"{path}.profile", "", f"{wrong[0]:g}")


def _hour_faults(path: str, kind: Occupants) -> Iterator[Fault]:
    names = ("arrival_earliest", "arrival_latest", "departure_earliest", "departure_latest")
    for one, other in itertools.pairwise(names):
        first, then = getattr(kind, one), getattr(kind, other)
        if first > then:
            message = f"is before {one}, {first / 3600:g} h"
            yield Fault(message, f"{path}.{other}", "", f"{then / 3600:g} h")
