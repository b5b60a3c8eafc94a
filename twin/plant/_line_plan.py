"""From the settings of a line to the memory of the compiled calendar, or why it is not exact."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.plant import _line_draws as laws
from twin.plant import _line_graph as graph
from twin.plant import _line_shop as shop
from twin.plant._line_order import in_order, leaves_for, stop_all
from twin.plant._line_people import always
from twin.plant._line_settings import Settings, Station
from twin.plant._line_shop import NONE, Whole, link_idle
from twin.plant._line_words import words
from twin.records import Array

Block = Callable[[int], Array]
Streams = Callable[[str], np.random.Generator]
Source = Callable[[Streams], Block]
"""Makes the draws of one pool from the streams of a run."""
DRAWN = 2048
"""Numbers of a pool that are drawn at once."""
ROWS, LEADS = 1 << 15, 1 << 12
"""Rows of facts, and lead times, between two emptyings."""
PARTS = 256
"""Parts for which there is room at first."""


@dataclass(frozen=True)
class Layout:
    """The memory of a line before its first instant, and what stands where in it."""

    memory: Whole
    sources: tuple[tuple[int, Source], ...]
    """Where each pool stands, and what its numbers are drawn from."""
    keys: tuple[str, ...]
    """Stations by rank: the last of the line first."""
    machines: tuple[tuple[str, int], ...]
    """Station and place of each machine, by number."""
    events: int
    """Kinds of events."""


class Planner:
    """Lays out the memory of a line."""

    def __init__(self, name: str, line: Settings, *, trace: bool) -> None:
        self.name, self.line, self.trace = name, line, trace
        self.keys = tuple(reversed(line.stations))
        self.m: Whole = np.zeros(1 << 16, np.int64)
        self.size = 0
        self.sources: list[tuple[int, Source]] = []
        self.skills = list(dict.fromkeys(s.operator for s in line.stations.values() if s.operator))
        self.machines = tuple((k, i) for k in self.keys for i in range(line.stations[k].servers))

    def layout(self) -> Layout:
        """Return the whole of it."""
        line, n = self.line, len(self.keys)
        self._reserve(shop.LINE)
        self.stations = self._reserve(n * shop.STATION)
        self.first_machine = self._reserve(len(self.machines) * shop.MACHINE)
        self.products = self._reserve(len(line.products) * shop.PRODUCT + 1)
        self.groups = self._people(line.operators)
        self.crews = self._people(line.crew)
        self._skills()
        self._products()
        for rank, key in enumerate(self.keys):
            self._station(self.stations + rank * shop.STATION, rank, key)
        for number, (key, place) in enumerate(self.machines):
            self._machine(self.first_machine + number * shop.MACHINE, number, key, place)
        self._line()
        self._plain()
        self._timers()
        self._tables()
        self._parts()
        return Layout(
            self.m[: self.size].copy(), tuple(self.sources), self.keys, self.machines, self.events
        )

    # -- memory ---------------------------------------------------------------------------------

    def _reserve(self, size: int) -> int:
        """Return the address of so many more words, all zero."""
        address = self.size
        self.size += size
        while self.size > len(self.m):
            self.m = np.concatenate([self.m, np.zeros_like(self.m)])
        return address

    def _row(self, values: Iterable[float]) -> int:
        """Put numbers somewhere, each as the kind it is, and return where."""
        row = list(values)
        address = self._reserve(len(row))
        self._set(address, dict(enumerate(row)))
        return address

    def _set(self, address: int, fields: Mapping[int, float]) -> None:
        x = self.m.view(np.float64)
        for field, value in fields.items():
            if isinstance(value, float):
                x[address + field] = value
            else:
                self.m[address + field] = int(value)

    # -- chance ---------------------------------------------------------------------------------

    def _pool(self, source: Source) -> int:
        pool = self._reserve(shop.POOL)
        size = DRAWN + 2 * self.margin
        first = self._reserve(size)
        end = first + size
        self._set(pool, {
            shop.D_AT: end, shop.D_FIRST: first, shop.D_END: end,
            shop.D_SPARE: end - self.margin,
        })  # fmt: skip
        self.sources.append((pool, source))
        return pool

    def _law(self, law: str, mean: float, spread: float, name: str) -> int:
        if laws.is_constant(law, spread):
            return NONE
        return self._pool(lambda streams: laws.block_of(law, mean, spread, name, streams))

    def _life(self, law: str, mean: float, spread: float, name: str, cycle: float) -> int:
        if law != "geometric":
            return self._law(law, mean, spread, name)
        return self._pool(lambda streams: laws.geometric(mean, cycle, streams(name)).block)

    def _uniform(self, name: str) -> int:
        return self._pool(lambda streams: streams(name).random)

    @property
    def margin(self) -> int:
        """A bound on what one instant can use of any table."""
        stations = self.line.stations.values()
        held = sum(one.servers * one.batch + one.kanban for one in stations)
        let_in = self.line.wip_limit * len(self.keys) if self.line.release == "conwip" else 0
        return 64 + 4 * held + let_in

    # -- people and products --------------------------------------------------------------------

    def _people(self, people: Mapping[str, Any]) -> int:
        first = self._reserve(len(people) * shop.PEOPLE)
        for k, who in enumerate(people.values()):
            self._set(first + k * shop.PEOPLE, {
                shop.G_COUNT: who.count, shop.G_BEGIN: float(who.start),
                shop.G_END: float(who.end), shop.G_SHIFTS: not always(who),
                shop.G_WAITING: self._reserve(len(self.machines) + 1),
            })  # fmt: skip
        return first

    def _skills(self) -> None:
        for k, group in enumerate(self.line.operators.values()):
            can = self._row(skill in words(group.skills) for skill in self.skills)
            self._set(self.groups + k * shop.PEOPLE, {shop.G_CAN: can})

    def _products(self) -> None:
        shares = [product.share for product in self.line.products.values()]
        even = 1.0 / max(len(shares), 1)
        for rank, product in enumerate(self.line.products.values()):
            route = [self.target(key) for key in words(product.route)]
            self._set(self.products + rank * shop.PRODUCT, {
                shop.R_RANK: rank,
                shop.R_ENTRY: self.target(graph.entry_of(self.line, product)),
                shop.R_SHARE: float(product.share if sum(shares) > 0 else even),
                shop.R_PRIORITY: product.priority,
                shop.R_DUE_AFTER: float(product.due_after),
                shop.R_ROUTE: self._row(route), shop.R_LENGTH: len(route),
            })  # fmt: skip

    def _product(self, name: str) -> int:
        names = list(self.line.products)
        return self.products + names.index(name) * shop.PRODUCT if name in names else NONE

    # -- stations -------------------------------------------------------------------------------

    def source(self, key: str) -> str:
        """Return the name of a station in the facts, and of its streams."""
        return f"{self.name}.stations.{key}"

    def target(self, name: str) -> int:
        """Return the number of a place where a part can go."""
        if name in self.keys:
            return self.stations + self.keys.index(name) * shop.STATION
        return {graph.OUT: shop.OUT, graph.SCRAP: shop.SCRAP}.get(name, NONE)

    def _station(self, at: int, rank: int, key: str) -> None:
        s, source = self.line.stations[key], self.source(key)
        held = len(self.machines) + sum(x.kanban for x in self.line.stations.values())
        held += self.line.wip_limit if self.line.release == "conwip" else 0
        first = self.first_machine + shop.MACHINE * self.machines.index((key, 0))
        free = self._row(first + k * shop.MACHINE for k in range(s.servers))
        self._reserve(1)
        ahead = (self.line.blocking if s.blocking == "line" else s.blocking) == "before service"
        own = self._own_times(key, source)
        bins = self._bins(s)
        self._set(at, {
            shop.S_RANK: rank, shop.S_PLACES: s.buffer, shop.S_FIRST: first,
            shop.S_SERVERS: s.servers, shop.S_BATCH: s.batch,
            shop.S_LEAST: s.batch_least or s.batch,
            shop.S_DISPATCH: shop.DISPATCH[s.dispatch], shop.S_CONVEYOR: s.conveyor,
            shop.S_KANBAN: s.kanban, shop.S_AHEAD: ahead, shop.S_CYCLE_TIME: float(s.cycle_time),
            shop.S_SETUP_TIME: float(s.setup_time), shop.S_LOAD_TIME: float(s.load_time),
            shop.S_TRANSPORT_TIME: float(s.transport_time), shop.S_OWN: own,
            shop.S_SERVICE: self._law(
                s.cycle_distribution, s.cycle_time, s.cycle_spread, f"{source}.service"
            ),
            shop.S_BINS: bins, shop.S_N_BINS: len(s.takes), shop.S_CAREFUL: self._careful(key, s),
            shop.S_FREE: free, shop.S_N_FREE: s.servers, shop.S_WAITERS: self._reserve(held + 1),
            shop.S_FINISHED: self._reserve(held + 1),
            shop.S_WATCHING: self._reserve(len(self.keys)),
        })  # fmt: skip
        self._failures(at, s, source)
        self._needs(at, s)
        self._routing(at, key, s, source)
        for queue in (shop.S_QUEUE, shop.S_TRANSIT, shop.S_BELT, shop.S_YARD):
            self._set(at, {queue: NONE, queue + 1: NONE})

    def _careful(self, key: str, s: Station) -> bool:
        own = any(
            (step.station or name) == key and step.cycle_time
            for product in self.line.products.values()
            for name, step in product.steps.items()
        )
        rule = self.line.blocking if s.blocking == "line" else s.blocking
        return bool(
            s.takes or own or s.setup_time or s.load_time or s.operator or s.batch > 1
            or s.dispatch != "fifo" or s.kanban or s.transport_time or s.conveyor
            or self.line.shifts or rule == "before service"
        )  # fmt: skip

    def _own_times(self, key: str, source: str) -> int:
        own: list[float] = []
        for name, product in self.line.products.items():
            found: tuple[float, int] = (0.0, NONE)
            for step_name, step in product.steps.items():
                if (step.station or step_name) == key and step.cycle_time:
                    law, spread = step.cycle_distribution, step.cycle_spread
                    stream = f"{source}.service.{name}"
                    found = (
                        float(step.cycle_time),
                        self._law(law, step.cycle_time, spread, stream),
                    )
            own += found
        return self._row(own)

    def _bins(self, s: Station) -> int:
        first = self._reserve(len(s.takes) * shop.BIN)
        for k, (taken, take) in enumerate(s.takes.items()):
            self._set(first + k * shop.BIN, {
                shop.B_ORIGIN: self.target(taken), shop.B_PRODUCT: self._product(taken),
                shop.B_COUNT: take.count, shop.B_PLACES: take.buffer,
                shop.B_CONTENT: NONE, shop.B_CONTENT + 1: NONE,
            })  # fmt: skip
        return first

    def _failures(self, at: int, s: Station, source: str) -> None:
        fails = s.time_to_failure > 0
        cycle = s.cycle_time
        self._set(at, {
            shop.S_WEARS_AT_WORK: s.failure_clock == "operating",
            shop.S_ON_FAILURE: shop.ON_FAILURE[s.on_failure],
            shop.S_MEAN_FAILURE: float(s.time_to_failure) if fails else math.inf,
            shop.S_MEAN_REPAIR: float(s.time_to_repair),
            shop.S_FAILURE: self._life(
                s.failure_distribution, s.time_to_failure, s.failure_spread, f"{source}.failure",
                cycle,
            ) if fails else NONE,
            shop.S_REPAIR: self._life(
                s.repair_distribution, s.time_to_repair, s.repair_spread, f"{source}.repair", cycle
            ) if fails else NONE,
            shop.S_CREW: self._crew(s.repair_crew),
        })  # fmt: skip

    def _crew(self, name: str) -> int:
        return self.crews + list(self.line.crew).index(name) * shop.PEOPLE if name else NONE

    def _needs(self, at: int, s: Station) -> None:
        self._set(at, {
            shop.S_SKILL: self.skills.index(s.operator) if s.operator else NONE,
            shop.S_MAN_WORK: bool(s.operator) and s.operator_for == "work",
            shop.S_MAN_SETUP: bool(s.operator) and s.operator_for in {"work", "setup"},
            shop.S_MAN_LOAD: bool(s.operator) and s.operator_for in {"work", "load"},
        })  # fmt: skip

    def _routing(self, at: int, key: str, s: Station, source: str) -> None:
        line = self.line
        fixed = [self.target(name) for name in words(graph.follower(line, key), "|")]
        branches = [x for to, way in s.split.items() for x in (self.target(to), float(way.share))]
        routed = any(product.route for product in line.products.values())
        reworks = any(other.inspects for other in line.stations.values())
        self._set(at, {
            shop.S_WAYS: self._row(fixed), shop.S_N_WAYS: len(fixed),
            shop.S_BRANCHES: self._row(branches), shop.S_N_BRANCHES: len(s.split),
            shop.S_NEXT: self.target(words(s.next, "|")[0]) if s.next else NONE,
            shop.S_ROUTED: routed or bool(s.split or s.defect_rate or s.inspects) or reworks,
            shop.S_DEFECT_RATE: float(s.defect_rate), shop.S_INSPECTS: s.inspects,
            shop.S_FALSE_ALARM: s.rejects_good, shop.S_ESCAPE: s.passes_bad,
            shop.S_REJECTS_TO: self.target(s.rejects_to) if s.inspects else NONE,
            shop.S_DEFECTS: self._uniform(f"{source}.defect") if s.defect_rate else NONE,
            shop.S_INSPECTION: self._uniform(f"{source}.inspection") if s.inspects else NONE,
            shop.S_ROUTE: self._uniform(f"{source}.route") if s.split else NONE,
            shop.S_PRODUCT: NONE,
        })  # fmt: skip

    def _machine(self, at: int, number: int, key: str, place: int) -> None:
        kinds = len(shop.LINE_EVENTS) + len(self.keys) * len(shop.STATION_EVENTS)
        self._set(at, {
            shop.V_STATION: self.target(key), shop.V_INDEX: place, shop.V_MODE: shop.STARVED,
            shop.V_NOTED: NONE, shop.V_STAGE: NONE, shop.V_PRODUCT: NONE, shop.V_OPERATOR: NONE,
            shop.V_PROMISED: NONE, shop.V_UNTIL: math.inf,
            shop.V_STAGES: self._reserve(3 * shop.STAGE),
            shop.V_TIMES: self._reserve(len(shop.MODES)), shop.V_EVENT: kinds + number,
            shop.V_NUMBER: number,
            shop.V_PARTS: NONE, shop.V_PARTS + 1: NONE,
            shop.V_OUTBOX: NONE, shop.V_OUTBOX + 1: NONE,
        })  # fmt: skip

    # -- the line -------------------------------------------------------------------------------

    def _owners(self, entries: list[str]) -> list[float]:
        line = self.line
        if line.release != "arrivals":
            return []
        owners = [""] if line.products or len(entries) == 1 else entries
        found: list[float] = []
        for key in owners:
            stream = f"{self.source(key) if key else self.name}.arrival"
            law, spread = line.interarrival_distribution, line.interarrival_spread
            pool = self._law(law, line.interarrival_time, spread, stream)
            found += (self.target(key or entries[0]), pool)
        return found

    def _line(self) -> None:
        line = self.line
        entry = [graph.entry_of(line, product) for product in line.products.values()]
        entries = list(dict.fromkeys(entry)) or list(graph.entries(line))
        for key in entries:
            mixed = line.release == "saturated" and entry.count(key) > 1
            pool = self._uniform(f"{self.source(key)}.product") if mixed else NONE
            self._set(self.target(key), {shop.S_IS_ENTRY: 1, shop.S_PRODUCT: pool})
        mixed = line.release != "saturated" and len(entry) > 1
        owners = self._owners(entries)
        shifts = [float(x) for shift in line.shifts.values() for x in (shift.start, shift.end)]
        self._set(0, {
            shop.L_STATIONS: self.stations, shop.L_N_STATIONS: len(self.keys),
            shop.L_MACHINES: self.first_machine, shop.L_N_MACHINES: len(self.machines),
            shop.L_LOW: self.stations, shop.L_MARGIN: self.margin, shop.L_TRACE: self.trace,
            shop.L_SUSPECT: NONE, shop.L_LOOPS: bool(graph.loop(line)),
            shop.L_RELEASE: shop.RELEASE[line.release], shop.L_LOSE: line.when_full == "lose",
            shop.L_CARDS: line.wip_limit, shop.L_REWORK_LIMIT: line.rework_limit,
            shop.L_PRODUCTS: self.products, shop.L_N_PRODUCTS: len(entry),
            shop.L_PRODUCT_POOL: self._uniform(f"{self.name}.product") if mixed else NONE,
            shop.L_OWNERS: self._row(owners), shop.L_N_OWNERS: len(owners) // shop.OWNER,
            shop.L_GAP: float(line.interarrival_time), shop.L_BEGINS: float(line.begins),
            shop.L_GROUPS: self.groups, shop.L_N_GROUPS: len(line.operators),
            shop.L_CREWS: self.crews, shop.L_N_CREWS: len(line.crew),
            shop.L_SHIFTS: self._row(shifts), shop.L_N_SHIFTS: len(line.shifts),
        })  # fmt: skip

    def _plain(self) -> None:
        """Find the stations of ``_line_plain``."""
        for s, m in ((self.target(key), self.m) for key in self.keys):
            more = m[s + shop.S_CAREFUL], m[s + shop.S_SERVERS] > 1, m[s + shop.S_N_WAYS] > 1
            m[s + shop.S_PLAIN] = not any(more)

    def _timers(self) -> None:
        first, self.timers = in_order(self.line, int(self.m[shop.L_N_OWNERS]))
        leaves = leaves_for(self.timers)
        tree = self._reserve(2 * leaves * shop.TIMER)
        self._set(0, {**first, shop.L_TREE: tree, shop.L_LEAVES: leaves})
        stop_all(self.m, tree, leaves)

    def _tables(self) -> None:
        n, m = len(self.keys), len(self.machines)
        self.events = len(shop.LINE_EVENTS) + n * len(shop.STATION_EVENTS) + m
        leads = max(LEADS, 4 * self.margin)
        rows = max(ROWS, 16 * self.margin) if self.trace else 0
        self._set(0, {
            shop.L_DUE: self._reserve(self.timers),
            shop.L_TOUCHED: self._reserve(n), shop.L_REACHED: self._reserve(n),
            shop.L_ASKING: self._reserve(m + 1), shop.L_COUNTS: self._reserve(self.events),
            shop.L_TOTALS: self._reserve(self.events), shop.L_LEADS: self._reserve(leads),
            shop.L_MOST_LEADS: leads, shop.L_MOST_ROWS: rows,
            shop.L_EVENTS: self._reserve(rows * shop.EVENT_ROW),
            shop.L_STATES: self._reserve(rows * shop.STATE_ROW),
            shop.L_SAMPLES: self._reserve(rows * shop.SAMPLE_ROW),
        })  # fmt: skip

    def _parts(self) -> None:
        number = PARTS + 2 * self.margin
        first = self._reserve(number * shop.PARTICLE)
        self._set(0, {shop.L_PARTS: first, shop.L_IDLE: NONE})
        self.m = self.m[: self.size]
        link_idle(self.m, first, number)
