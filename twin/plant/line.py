"""A production line: stations with buffers between them, breakdowns, blocking after service."""

from __future__ import annotations

import math
from typing import Any, ClassVar, cast

import simpy

from twin.errors import BadInput, Fault
from twin.measures import Count, Elapsed, Mean, MeanValue, Measure, Ratio, TimeIn
from twin.params import Params, count, quantity, table, text
from twin.plant import cnc
from twin.plant.base import Asset, Process, World
from twin.records import Channel


class Station(Params):
    """One station of a line."""

    machine: str = text("", "Name of the CNC machine that is this station; empty for a plain one.")
    cycle_time: float = quantity(60, "s", 0.001, 1e6, "Mean time to work on one part.")
    cycle_spread: float = quantity(
        0, "1", 0, 3, "Coefficient of variation of that time (gamma; 1 is exponential)."
    )
    buffer: int = count(3, 0, 100_000, "Places in front of this station.", "parts")
    time_to_failure: float = quantity(
        0, "h", 0, 1e6, "Mean working time between breakdowns (operation-dependent); 0 for none."
    )
    time_to_repair: float = quantity(10, "min", 0.001, 1e5, "Mean time to repair (exponential).")


class Settings(Params):
    """Parameters of a production line."""

    stations: dict[str, Station] = table("Stations in the order in which parts pass them.")


class Buffer:
    """Places between two stations; with no place at all a part is handed over directly."""

    def __init__(self, env: simpy.Environment, places: int) -> None:
        self.places = places
        self._slot = simpy.Store(env, capacity=max(places, 1))
        self._taken: dict[int, simpy.Event] = {}
        self._env = env

    @property
    def level(self) -> int:
        """Parts waiting in the buffer."""
        return len(self._slot.items) if self.places else 0

    def put(self, part: int, born: float) -> Process:
        """Leave a part; returns when the station is free of it."""
        taken = self._taken[part] = self._env.event()
        yield self._slot.put((part, born))
        if self.places == 0:
            yield taken

    def get(self) -> Process:
        """Wait for the next part."""
        part, born = yield self._slot.get()
        self._taken.pop(part).succeed()
        return part, born


class Worker:
    """One station at work: takes a part, works on it, breaks down, passes it on."""

    def __init__(self, line: Model, name: str, settings: Station) -> None:
        self.line = line
        self.name = f"{line.name}.stations.{name}"
        self.settings = settings
        self.state = ""
        world = line.world
        self._env = world.env
        self._service = world.stream(f"{self.name}.service")
        self._failure = world.stream(f"{self.name}.failure")
        self._repair = world.stream(f"{self.name}.repair")
        self._until_failure = self._draw_failure()
        self.machine: cnc.Model | None = None

    def enter(self, state: str) -> None:
        """Record a new state once."""
        if state != self.state:
            self.state = state
            self.line.record.state(self.name, state)

    def run(self, source: Buffer | None, sink: Buffer | None) -> Process:
        """Work for ever; ``source`` None is unlimited raw parts, ``sink`` None the way out."""
        number = 0
        while True:
            self.enter("starved")
            if source is None:
                number += 1
                part, born = number, self._env.now
                self.line.part_in()
            else:
                part, born = yield from source.get()
            good = yield from self._work(part)
            if not good:
                self.line.part_out()
            elif sink is None:
                self.line.finish(part, born)
            else:
                self.enter("blocked")
                yield from sink.put(part, born)

    def _work(self, part: int) -> Process:
        self.enter("working")
        if self.machine is not None:
            good = yield from self.machine.machine_part(f"{self.line.name}/{part}")
            return good
        left = self._draw_service()
        while True:
            span = min(left, self._until_failure)
            yield self._env.timeout(span)
            left -= span
            self._until_failure -= span
            if left <= 0.0:
                return True
            yield from self._break_down()

    def _break_down(self) -> Process:
        duration = float(self._repair.exponential(self.settings.time_to_repair))
        self.line.record.event(self.name, "breakdown", "", duration)
        self.enter("down")
        yield self._env.timeout(duration)
        self._until_failure = self._draw_failure()
        self.enter("working")

    def _draw_service(self) -> float:
        mean, spread = self.settings.cycle_time, self.settings.cycle_spread
        if spread == 0:
            return mean
        shape = 1.0 / spread**2
        return float(self._service.gamma(shape, mean / shape))

    def _draw_failure(self) -> float:
        mean = self.settings.time_to_failure
        return float(self._failure.exponential(mean)) if mean > 0 else math.inf


class Model(Asset):
    """A serial line, saturated with raw parts; a part that is done waits until there is room."""

    channels: ClassVar[tuple[Channel, ...]] = (
        Channel("wip", "parts", "Parts in the line."),
        Channel("finished", "parts", "Good parts finished since the start."),
    )

    def __init__(self, name: str, settings: Settings, world: World) -> None:
        super().__init__(name, settings, world)
        if len(settings.stations) < 1:
            path = f"plant.{name}.stations"
            raise BadInput(Fault("a line needs at least one station", path=path))
        self.settings = settings
        self.workers = [Worker(self, key, station) for key, station in settings.stations.items()]
        self.buffers = [
            Buffer(self.env, station.buffer) for station in list(settings.stations.values())[1:]
        ]
        self.wip = 0
        self.finished = 0

    def connect(self) -> None:
        """Take the CNC machines that are stations of this line."""
        for worker in self.workers:
            wanted = worker.settings.machine
            if wanted:
                path = f"plant.{worker.name}.machine"
                worker.machine = self._claim(wanted, path)

    def _claim(self, wanted: str, path: str) -> cnc.Model:
        machine = self.world.asset(wanted, asked_by=path)
        if not isinstance(machine, cnc.Model):
            raise BadInput(Fault("is not a CNC machine (kind = 'cnc')", path, "", repr(wanted)))
        if machine.fed_by_line:
            raise BadInput(Fault("is a station already; name it once", path, "", repr(wanted)))
        machine.fed_by_line = True
        return machine

    def start(self) -> None:
        """Start every station."""
        self.record.sample(self.name, "wip", 0.0)
        sources = [None, *self.buffers]
        sinks = [*self.buffers, None]
        for worker, source, sink in zip(self.workers, sources, sinks, strict=True):
            self.env.process(worker.run(source, sink))

    def read(self) -> dict[str, float]:
        """Return the present value of every channel [SI]."""
        return {"wip": float(self.wip), "finished": float(self.finished)}

    def part_in(self) -> None:
        """A raw part enters the line."""
        self.wip += 1
        self.record.sample(self.name, "wip", self.wip)

    def part_out(self) -> None:
        """A scrapped part leaves the line."""
        self.wip -= 1
        self.record.event(self.name, "scrap")
        self.record.sample(self.name, "wip", self.wip)

    def finish(self, part: int, born: float) -> None:
        """A good part leaves the line; it entered at ``born`` [s]."""
        self.wip -= 1
        self.finished += 1
        self.record.event(self.name, "part", str(part), self.env.now - born)
        self.record.sample(self.name, "wip", self.wip)

    @classmethod
    def neighbours(cls, settings: Settings) -> frozenset[str]:
        """Return the CNC machines that are stations of this line."""
        return frozenset(s.machine for s in settings.stations.values() if s.machine)

    @classmethod
    def measures(cls, settings: Settings) -> tuple[Measure, ...]:
        """Return the KPIs of the line, and of each of its stations."""
        own = (
            Measure("throughput", "parts/h", "Good parts an hour.", "more",
                    Ratio(Count("part"), Elapsed()), headline=True),
            Measure("lead_time", "min", "Time of a good part in the line.", "less",
                    MeanValue("part"), headline=True),
            Measure("wip", "parts", "Mean parts in the line.", "less", Mean("wip"), headline=True),
            Measure("parts", "parts", "Good parts.", "more", Count("part")),
            Measure("scrap", "parts", "Scrapped parts.", "less", Count("scrap"), headline=True),
        )  # fmt: skip
        stations = [_station_measures(f"stations.{name}") for name in settings.stations]
        return own + tuple(measure for group in stations for measure in group)


def _station_measures(part: str) -> tuple[Measure, ...]:
    def share(name: str, state: str, meaning: str, better: str) -> Measure:
        rule = Ratio(TimeIn((state,)), Elapsed())
        return Measure(name, "%", meaning, cast(Any, better), rule, part=part)

    return (
        share("working", "working", "Share of time at work.", "more"),
        share("starved", "starved", "Share of time without a part.", "less"),
        share("blocked", "blocked", "Share of time that a finished part had no room.", "less"),
        share("down", "down", "Share of time broken down.", "less"),
    )
