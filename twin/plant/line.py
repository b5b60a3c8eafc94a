"""A production line: stations and buffers, people and orders, breakdowns, inspection and rework."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from twin.errors import BadInput, Fault
from twin.measures import Measure
from twin.plant import _line_measures, cnc
from twin.plant._line_assembly import Assembly
from twin.plant._line_careful import Careful
from twin.plant._line_check import check_line
from twin.plant._line_deadlock import stuck
from twin.plant._line_eye import informed
from twin.plant._line_floor import Floor
from twin.plant._line_flow import Router, needs_router, open_now
from twin.plant._line_graph import OUT, SCRAP, in_free_order, loop
from twin.plant._line_luck import has_luck
from twin.plant._line_machining import Machining
from twin.plant._line_parts import Out, Part, Target, Variant
from twin.plant._line_people import Crew, People
from twin.plant._line_release import RELEASES
from twin.plant._line_settings import Settings
from twin.plant._line_settings import Station as StationSettings
from twin.plant._line_start import lay_out, present
from twin.plant._line_station import Station
from twin.plant._line_words import words
from twin.plant.base import Asset, Fast, Placed, Rates, World
from twin.records import Channel

__all__ = ["Model", "Settings"]
LOOKED_AT = (Channel("flawed", "1", "Whether the part judged last is defective."),)


class Model(Asset):
    """A production line. What is due at one instant happens first, then the line is settled."""

    channels: ClassVar[tuple[Channel, ...]] = (
        Channel("wip", "parts", "Parts in the line."),
        Channel("finished", "parts", "Good parts finished since the start."),
    )

    def __init__(self, name: str, settings: Settings, world: World) -> None:
        super().__init__(name, settings, world)
        self.settings = settings
        self.floor = Floor(world.env, world.record)
        self.floor.begins = settings.begins
        self.wip = self.finished = self._noted_wip = self._numbers = 0
        self.shifts = tuple(settings.shifts.values())
        self.variants = _variants(settings)
        self.reworks = any(s.inspects for s in settings.stations.values())
        self.loops = bool(loop(settings))
        self.crews = {
            key: Crew(self.floor, crew, index)
            for index, (key, crew) in enumerate(settings.crew.items())
        }
        self.people = People(self.floor, settings.operators)
        self.suspect: Station | None = None
        self._orders: dict[str, tuple[float, float, int]] = {}
        self._outs = {OUT: Out(OUT, self._finish), SCRAP: Out(SCRAP, self.scrap)}
        self._build()

    def _build(self) -> None:
        """Make the stations, the last of them first in rank, and join them."""
        keys = list(self.settings.stations)
        self.by_key: dict[str, Station] = {}
        for rank, key in enumerate(reversed(keys)):
            settings = self.settings.stations[key]
            self.by_key[key] = self._kind(settings, key)(self, key, settings, rank)
        self.stations = [self.by_key[key] for key in reversed(keys)]
        self.floor.stations.extend(self.stations)
        self.floor.after.append(self._note_wip)
        for station in self.stations:
            router = Router(self, station)
            station.onward = router.fixed
            if needs_router(self, station.settings):
                station.router = router
        self.release = RELEASES[self.settings.release](self)
        for station in self.release.gate.stations:
            station.entry = self.release

    def _kind(self, s: StationSettings, key: str) -> type[Station]:
        if s.takes:
            return Assembly
        own = any(
            (step.station or name) == key and step.cycle_time
            for product in self.settings.products.values()
            for name, step in product.steps.items()
        )
        careful = (
            own or s.setup_time or s.load_time or s.operator or s.machine or s.batch > 1
            or s.dispatch != "fifo" or s.kanban or s.transport_time or s.conveyor
            or self.shifts or self.blocks_ahead(s)
        )  # fmt: skip
        return Careful if careful else Station

    def blocks_ahead(self, settings: StationSettings) -> bool:
        """Whether a station begins only when there is room behind it."""
        rule = self.settings.blocking if settings.blocking == "line" else settings.blocking
        return rule == "before service"

    def connect(self) -> None:
        """Take the CNC machines that are stations of this line."""
        for station in self.stations:
            wanted = station.settings.machine
            if wanted:
                assert isinstance(station, Careful)
                machine = self._claim(wanted, f"plant.{station.source}.machine")
                station.machining = Machining(station, machine)

    def _claim(self, wanted: str, path: str) -> cnc.Model:
        machine = self.world.asset(wanted, asked_by=path)
        if not isinstance(machine, cnc.Model):
            raise BadInput(Fault("is not a CNC machine (kind = 'cnc')", path, "", repr(wanted)))
        if machine.host is not None:
            raise BadInput(Fault("is a station already; name it once", path, "", repr(wanted)))
        return machine

    def start(self) -> None:
        """Start every station, the people and what lets parts in."""
        self.people.start()
        for crew in self.crews.values():
            crew.start()
        for station in self.stations:
            station.start()
        lay_out(self)
        self.record.sample(self.name, "wip", float(self.wip))
        self.release.start()
        self.floor.settle_later()

    def read(self) -> dict[str, float]:
        """Return the present value of every channel [SI]."""
        return {"wip": float(self.wip), "finished": float(self.finished)}

    def parts(self) -> dict[str, tuple[Channel, ...]]:
        """Return the stations that inspect, for a camera to look at."""
        return {f"stations.{station.key}": LOOKED_AT
                for station in self.stations if station.settings.inspects}  # fmt: skip

    def look(self, part: str) -> dict[str, float]:
        """Return what a camera over a station sees."""
        router = self.by_key[part.removeprefix("stations.")].router
        return {"flawed": float(router is not None and router.flawed)}

    # -- parts come and go ----------------------------------------------------------------------

    def target(self, key: str) -> Target:
        """Return a station, or a way out, by its name."""
        return self._outs.get(key) or self.by_key[key]

    def number_part(self, variant: Variant | None) -> Part:
        """Return the next part, not in the line yet."""
        self._numbers += 1
        part = Part(self._numbers, self.floor.now, variant)
        if variant is not None and variant.steps:
            part.done = tuple(open_now(variant, ())[:1])
        return part

    def let_in(self, part: Part) -> None:
        """A part enters."""
        self.wip += 1
        self.record.event(self.name, "enter", part.name)

    def new_part(self, variant: Variant | None) -> Part:
        """Return a new part that has entered."""
        part = self.number_part(variant)
        self.let_in(part)
        return part

    def lost(self, part: Part) -> None:
        """A part that came had no place and went away."""
        self.record.event(self.name, "lost", part.name)

    def joined(self, number: int) -> None:
        """So many parts have become part of another."""
        self.wip -= number
        if number:
            self.record.event(self.name, "joined", "", number)

    def piece(self, part: Part, product: str) -> Part:
        """Return one of the parts that another is taken apart into."""
        self._numbers += 1
        piece = Part(self._numbers, part.born, self.variants.get(product, part.product))
        piece.order, piece.due, piece.bad = part.order, part.due, part.bad
        if part.order:
            released, due, left = self._orders[part.order]
            self._orders[part.order] = (released, due, left + 1)
        return piece

    def taken_apart(self, part: Part, number: int) -> None:
        """A part has become so many."""
        self.wip += number - 1
        self.record.event(self.name, "taken_apart", part.name, number - 1)
        self._count_down(part)

    def rejected(self, source: str, part: Part) -> None:
        """An inspection has rejected a part."""
        self.record.event(source, "rejected", part.name, float(part.bad))

    def scrap(self, part: Part, origin: str) -> None:
        """A part has become scrap."""
        self.wip -= 1
        self.record.event(self.name, "scrap", part.name)
        self._gone(part)

    def _finish(self, part: Part, origin: str) -> None:
        """A part leaves the line as good; whether it is so nobody has seen."""
        now = self.floor.now
        self.wip -= 1
        self.record.event(self.name, "escape" if part.bad else "part", part.name, now - part.born)
        if not part.bad:
            self.finished += 1
            if part.rejected:
                self.record.event(self.name, "reworked", part.name)
        if part.due:
            self.record.event(self.name, "tardiness", part.name, max(0.0, now - part.due))
            if now > part.due:
                self.record.event(self.name, "late", part.name)
        self._gone(part)

    def _gone(self, part: Part) -> None:
        self._count_down(part)
        self.release.left(part)

    def open_order(self, label: str, quantity: int, due: float, released: float) -> None:
        """An order has been released at a time [s]."""
        self._orders[label] = (released, due, quantity)

    def present(self) -> dict[str, Any]:
        """Return the parameters that let a run begin from the present state of this line."""
        return present(self)

    def _count_down(self, part: Part) -> None:
        """One part of an order is done; the last one completes it."""
        if not part.order:
            return
        released, due, left = self._orders[part.order]
        self._orders[part.order] = (released, due, left - 1)
        if left > 1:
            return
        now = self.floor.now
        self.record.event(self.name, "order", part.order, now - released)
        if due:
            self.record.event(self.name, "order_tardiness", part.order, max(0.0, now - due))

    def _note_wip(self) -> None:
        if self.wip != self._noted_wip:
            self._noted_wip = self.wip
            self.record.sample(self.name, "wip", self.wip)
        if self.suspect is not None:
            station, self.suspect = self.suspect, None
            self._refuse_deadlock(stuck(station))

    def _refuse_deadlock(self, ring: list[str]) -> None:
        """Refuse to go on when stations wait for each other in a ring."""
        if ring:
            hour = self.floor.now / 3600.0
            held = f"{', '.join(ring)} each hold a part that waits for a place in another of them"
            if len(ring) == 1:
                held = f"{ring[0]} holds a part that waits for a place in front of it"
            message = (
                f"deadlock at {hour:.3g} h: {held}; give the loop more buffer, or let fewer "
                "parts in (conwip)"
            )
            raise BadInput(Fault(message, path=f"plant.{self.name}.stations.{ring[0]}.buffer"))

    # -- what can be read from the facts --------------------------------------------------------

    @classmethod
    def check(cls, settings: Settings) -> None:
        """Refuse stations, routes, people and laws that do not fit together."""
        check_line(settings)

    @classmethod
    def informed(cls, settings: Settings, rates: Rates) -> Settings:
        """Return the settings with the rates of the models that inspect on the line."""
        return informed(settings, rates)

    @classmethod
    def unused(cls, settings: Settings) -> frozenset[str]:
        """Return the parameters of what the line does not have."""
        return _line_measures.unused(settings)

    @classmethod
    def has_luck(cls, settings: Settings) -> bool:
        """Return whether chance plays a part on the line."""
        return has_luck(settings)

    @classmethod
    def neighbours(cls, settings: Settings) -> frozenset[str]:
        """Return the CNC machines that are stations of this line."""
        return frozenset(s.machine for s in settings.stations.values() if s.machine)

    @classmethod
    def fast(cls, name: str, plant: Mapping[str, Placed]) -> Fast | str:
        """Return a compiled run of the line, or why none is exact."""
        from twin.plant._line_fast import fast

        return fast(name, plant)

    @classmethod
    def measures(cls, settings: Settings) -> tuple[Measure, ...]:
        """Return the KPIs of the line, and of each of its stations."""
        return _line_measures.measures(settings)


def _variants(settings: Settings) -> dict[str, Variant]:
    """Return every product as the line makes it."""
    found = {}
    for index, (name, p) in enumerate(settings.products.items()):
        steps = {}
        if in_free_order(p):
            steps = {
                key: (step.station or key, frozenset(words(step.after)))
                for key, step in p.steps.items()
            }
        found[name] = Variant(name, index, words(p.route), p.priority, p.due_after, steps)
    return found
