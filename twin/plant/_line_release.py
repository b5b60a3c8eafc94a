"""What lets parts into a line: no end of raw parts, arrivals, cards, or orders."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

from twin.plant import _line_draws as laws
from twin.plant._line_floor import RELEASE, Timer
from twin.plant._line_graph import entries, entry_of, of_a_kit
from twin.plant._line_parts import NO_CARD, Part, Variant
from twin.plant._line_settings import Order

if TYPE_CHECKING:
    from twin.plant._line_station import Station
    from twin.plant.line import Model


class Release(Protocol):
    """What lets parts in; ``feed`` is asked by a station of entry that could use one."""

    def start(self) -> None:
        """Let the first parts in."""

    def feed(self, station: Station) -> bool:
        """Give a station a part, when there is one for it; return whether it was given."""

    def left(self, part: Part) -> None:
        """A part has left the line."""


class Gate:
    """Where parts come in, and which product comes next."""

    def __init__(self, line: Model) -> None:
        self.line = line
        settings = line.settings
        self.variants = list(line.variants.values())
        self.keys = entries(settings)
        self.entry = {name: entry_of(settings, p) for name, p in settings.products.items()}
        shares = [product.share for product in settings.products.values()]
        self._shares = shares if sum(shares) > 0 else [1.0 / max(len(shares), 1)] * len(shares)
        self._luck: dict[str, laws.Draws] = {}
        self._kit = {key: of_a_kit(settings, key) for key in self.keys}

    @property
    def stations(self) -> list[Station]:
        """The stations at which parts come in."""
        keys = dict.fromkeys(self.entry.values()) if self.entry else self.keys
        return [self.line.by_key[key] for key in keys]

    def next_variant(self, key: str = "") -> Variant | None:
        """Draw the product that comes next, of those that come in at ``key`` if it is given."""
        fit = [v for v in self.variants if not key or self.entry[v.name] == key]
        if len(fit) <= 1:
            return fit[0] if fit else None
        shares = [self._shares[v.place] for v in fit]
        drawn = self._draw(key) * sum(shares)
        for variant, share in zip(fit, shares, strict=True):
            drawn -= share
            if drawn < 0:
                return variant
        return fit[-1]

    def _draw(self, key: str) -> float:
        if key not in self._luck:
            owner = f"{self.line.name}.stations.{key}" if key else self.line.name
            self._luck[key] = laws.uniforms(self.line.world.stream(f"{owner}.product"))
        return self._luck[key]()

    def targets(self, variant: Variant | None) -> list[Station]:
        """Return the stations that get a part when one of ``variant`` is let in."""
        if variant is None:
            return [self.line.by_key[key] for key in self.keys for _ in range(self._kit[key])]
        return [self.line.by_key[self.entry[variant.name]]]


class Saturated:
    """Raw parts never lack: a station of entry that is free gets one."""

    def __init__(self, line: Model) -> None:
        self.line = line
        self.gate = Gate(line)
        self._sole = line.variants == {}

    def start(self) -> None:
        """Nothing has to be let in beforehand."""

    def feed(self, station: Station) -> bool:
        """Give a free station a raw part."""
        if not station.lacks():
            return False
        variant = None if self._sole else self.gate.next_variant(station.key)
        station.enter(self.line.new_part(variant))
        return True

    def left(self, part: Part) -> None:
        """Nothing follows from it."""


class Yard:
    """Parts that have come and wait for a place, before each station of entry."""

    def __init__(self, line: Model) -> None:
        self.line = line
        self.gate = Gate(line)
        self.waiting: dict[str, deque[Part]] = {s.key: deque() for s in self.gate.stations}

    def feed(self, station: Station) -> bool:
        """Give a station the next part that waits before it, when there is a place."""
        waiting = self.waiting[station.key]
        if not waiting:
            return False
        part = station.pick(waiting)
        if not station.has_room(part, ""):
            return False
        waiting.remove(part)
        station.take_in(part, "")
        return True

    def left(self, part: Part) -> None:
        """Nothing follows from it."""


class Arrivals(Yard):
    """Parts come by themselves; without a place they wait, or are lost."""

    def __init__(self, line: Model) -> None:
        super().__init__(line)
        sole = bool(self.gate.entry) or len(self.gate.keys) == 1
        owners = [""] if sole else list(self.gate.keys)
        self._timers = [
            Timer(line.floor, (RELEASE, 0, i), self._ringer(i)) for i in range(len(owners))
        ]
        self._owners = owners
        self.last = -line.settings.since_arrival
        self._draws = [self._law(key) for key in owners]

    def _law(self, key: str) -> laws.Draws | float:
        s = self.line.settings
        owner = f"{self.line.name}.stations.{key}" if key else self.line.name
        law, spread = s.interarrival_distribution, s.interarrival_spread
        streams = self.line.world.stream
        drawn = laws.draws(law, s.interarrival_time, spread, f"{owner}.arrival", streams)
        return drawn or s.interarrival_time

    def start(self) -> None:
        """Wait for the first arrivals."""
        passed = self.line.settings.since_arrival
        for index, law in enumerate(self._draws):
            self._timers[index].set(laws.rest(law, passed) if passed else self._next(index))

    def _next(self, index: int) -> float:
        law = self._draws[index]
        return law if isinstance(law, float) else law()

    def _ringer(self, index: int):  # type: ignore[no-untyped-def]
        def ring() -> None:
            self._arrive(self._owners[index])
            self._timers[index].set(self._next(index))

        return ring

    def _arrive(self, key: str) -> None:
        self.last = self.line.floor.now
        variant = self.gate.next_variant() if self.gate.variants else None
        station = self.gate.targets(variant)[0] if not key else self.line.by_key[key]
        waiting = self.waiting[station.key]
        lose = self.line.settings.when_full == "lose"
        part = self.line.number_part(variant)
        if lose and (waiting or not station.has_room(part, "")):
            self.line.lost(part)
            return
        self.line.let_in(part)
        waiting.append(part)
        self.line.floor.mark(station)


class Schedule(Yard):
    """Orders: their parts may enter from the time of release on."""

    def __init__(self, line: Model) -> None:
        super().__init__(line)
        orders = line.settings.orders
        self._round = dict.fromkeys(orders, 0)
        self._timers = {
            name: Timer(line.floor, (RELEASE, 0, i), self._ringer(name, order))
            for i, (name, order) in enumerate(orders.items())
        }

    def start(self) -> None:
        """Wait for the releases; those before the run are in the line already."""
        for name, order in self.line.settings.orders.items():
            ahead = order.release
            while ahead < 0 and order.every > 0:
                self._round[name] += 1
                ahead += order.every
            if ahead >= 0:
                self._timers[name].set(ahead)

    def _ringer(self, name: str, order: Order):  # type: ignore[no-untyped-def]
        def ring() -> None:
            self._release(name, order)
            if order.every > 0:
                self._timers[name].set(order.every)

        return ring

    def _release(self, name: str, order: Order) -> None:
        turn = self._round[name] = self._round[name] + 1
        label = f"{name}/{turn}" if order.every else name
        variant = self.line.variants.get(order.product)
        stations = self.gate.targets(variant)
        due = order.due + (turn - 1) * order.every if order.due else 0.0
        self.line.open_order(label, order.quantity, due, self.line.floor.now)
        for _ in range(order.quantity):
            for station in stations:
                part = self.line.new_part(variant)
                part.order, part.due = label, due or part.due
                part.priority += order.priority
                self.waiting[station.key].append(part)
        for station in stations:
            self.line.floor.mark(station)


class Conwip:
    """So many cards: a part may enter when another has left."""

    def __init__(self, line: Model) -> None:
        self.line = line
        self.gate = Gate(line)

    def start(self) -> None:
        """Let in as many as there are cards left."""
        for _ in range(self.line.settings.wip_limit - self.line.wip):
            self._let_in()

    def _let_in(self) -> None:
        variant = self.gate.next_variant() if self.gate.variants else None
        for station in self.gate.targets(variant):
            self._enter(station, variant)

    def _enter(self, station: Station, variant: Variant | None) -> None:
        part = self.line.new_part(variant)
        part.entry = station.key
        station.enter(part)
        self.line.floor.mark(station)

    def feed(self, station: Station) -> bool:
        """Every card is in use already."""
        return False

    def left(self, part: Part) -> None:
        """A card has come back; a part lost before an assembly is replaced alone."""
        if part.entry == NO_CARD:
            return
        if part.entry and not self.gate.variants:
            self._enter(self.line.by_key[part.entry], None)
        else:
            self._let_in()


RELEASES: dict[str, type[Saturated | Arrivals | Conwip | Schedule]] = {
    "saturated": Saturated,
    "arrivals": Arrivals,
    "conwip": Conwip,
    "schedule": Schedule,
}
