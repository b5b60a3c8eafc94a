"""A station that can do more: batches, set-ups, people, transport, cards, who is next.

What it does in an instant is the same as for any station; only the single steps are richer.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from twin.plant import _line_draws as laws
from twin.plant._line_floor import ARRIVAL, SHIFT, Timer
from twin.plant._line_machining import Machining
from twin.plant._line_parts import Holder, Part, Target, Way
from twin.plant._line_people import always, is_on, next_change
from twin.plant._line_server import Server, Stage
from twin.plant._line_settings import Station as StationSettings
from twin.plant._line_station import Station, Ways

if TYPE_CHECKING:
    from twin.plant.line import Model


class Careful(Station):
    """A station with any of the things that a plain one does not have."""

    def __init__(self, line: Model, key: str, settings: StationSettings, rank: int) -> None:
        super().__init__(line, key, settings, rank)
        self.machining: Machining | None = None
        self.cards = 0
        self.ahead = line.blocks_ahead(settings)
        self.own_times = self._own_times()
        self.promised: dict[Server, Station] = {}
        self._transit: deque[tuple[Part, str, float]] = deque()
        self._belt: deque[tuple[Part, str]] = deque()
        self._shift = Timer(self.floor, (SHIFT, 2, rank), self._change_shift)

    def _own_times(self) -> dict[str, tuple[float, laws.Draws | float]]:
        """Mean and draws of every product whose step here has times of its own."""
        found: dict[str, tuple[float, laws.Draws | float]] = {}
        for name, product in self.line.settings.products.items():
            for step_name, step in product.steps.items():
                if (step.station or step_name) != self.key or not step.cycle_time:
                    continue
                stream = f"{self.source}.service.{name}"
                mean, law, spread = step.cycle_time, step.cycle_distribution, step.cycle_spread
                drawn = laws.draws(law, mean, spread, stream, self.line.world.stream)
                found[name] = (mean, drawn or mean)
        return found

    def start(self) -> None:
        """Begin with the line's shift."""
        super().start()
        if self.machining is not None:
            self.machining.start()
        if self.line.shifts:
            self.open_or_close()
            self._shift.set(self._next_change())

    def note(self) -> None:
        """Record the states and the level that are new; a CNC machine says its own state."""
        if self.machining is None:
            super().note()
            return
        (server,) = self.servers
        mode = self.machining.word(server)
        if mode and mode != server.noted:
            server.noted = mode
            self.floor.state((self.floor.env.now, server.source, mode))
        self.note_level()

    # -- shifts ---------------------------------------------------------------------------------

    def _next_change(self) -> float:
        return min(next_change(shift, self.floor.clock) for shift in self.line.shifts)

    def _change_shift(self) -> None:
        self.open_or_close()
        self._shift.set(self._next_change())

    def open_or_close(self) -> None:
        """Begin or end the shift; what is on a machine is finished first."""
        now = self.floor.clock
        shut = not any(always(shift) or is_on(shift, now) for shift in self.line.shifts)
        if shut == self.closed:
            return
        self.closed = shut
        self.idle, self.blocked = ("off shift",) * 2 if shut else ("starved", "blocked")
        if shut:
            self.free.clear()
        for server in self.servers:
            idle = not (server.parts or server.outbox)
            if not server.parts and not server.broken:
                server.mode = self.idle if idle else self.blocked
            if idle and not shut:
                self.freed(server)
        if self.machining is not None:
            self.machining.close(shut)
        self.floor.touch(self)
        self.floor.mark(self)

    def emptied(self, holder: Holder) -> None:
        """A machine, or a stock, has sent on all that it had finished."""
        if isinstance(holder, Server):
            super().emptied(holder)
        else:
            self.cards -= 1
            self.stocks.remove(holder)
            self.floor.mark(self)

    def held_up(self, holder: Holder) -> None:
        """A machine keeps what it has finished; a stock may."""
        if isinstance(holder, Server):
            super().held_up(holder)

    # -- in -------------------------------------------------------------------------------------

    def has_room(self, part: Part, origin: str) -> bool:
        """Whether a part could come now: on the conveyor, with a card, or to a place."""
        s = self.settings
        if s.conveyor:
            return len(self._transit) + len(self._belt) + self.coming < s.conveyor
        if s.kanban:
            return self.cards + self.coming < s.kanban
        return self.has_place(part, origin)

    def has_place(self, part: Part, origin: str) -> bool:
        """Whether there is a place in the queue, or a machine that would take it at once."""
        straight = len(self.free) if self.settings.batch == 1 else 0
        return len(self.queue) + self.coming < self.places + straight

    def take_in(self, part: Part, origin: str) -> None:
        """Take a part that has room, now or when it has been brought here."""
        s = self.settings
        self.cards += bool(s.kanban)
        if s.transport_time == 0:
            self.arrive(part, origin)
            return
        self.coming += not (s.conveyor or s.kanban)
        self._set_off(part, origin, s.transport_time)

    def on_the_way(self, part: Part, origin: str, left: float) -> None:
        """A part is on the way when the run begins; it is there in ``left`` [s]."""
        self.cards += bool(self.settings.kanban)
        self.coming += not (self.settings.conveyor or self.settings.kanban)
        self._set_off(part, origin, left)

    def _set_off(self, part: Part, origin: str, span: float) -> None:
        self._transit.append((part, origin, self.floor.now + span))
        Timer(self.floor, (ARRIVAL, self.rank, part.number), self._brought).set(span)

    def _brought(self) -> None:
        part, origin, _due = self._transit.popleft()
        if self.settings.conveyor:
            self._belt.append((part, origin))
        else:
            self.coming -= not self.settings.kanban
            self.arrive(part, origin)
        self.floor.mark(self)

    def enter(self, part: Part) -> None:
        """Take a raw part, whatever the places."""
        self.cards += bool(self.settings.kanban)
        self.arrive(part, "")

    def put_back(self, part: Part, origin: str) -> None:
        """Put a part in front of this station that stands there when the run begins."""
        self.cards += bool(self.settings.kanban)
        self.queue.append(part)

    def parts_coming(self) -> list[tuple[Part, str, float]]:
        """Return the parts on the way here, where from, and in how long they arrive [s]."""
        now = self.floor.now
        moving = [(part, origin, due - now) for part, origin, due in self._transit]
        return [(part, origin, 0.0) for part, origin in self._belt] + moving

    def lacks(self) -> bool:
        """Whether a machine is free and there is not enough in the queue to start it."""
        s = self.settings
        card = not s.kanban or self.cards < s.kanban
        short = not self.queue if s.batch == 1 else not self._choose_batch()
        return bool(self.free) and short and card

    def arrive(self, part: Part, origin: str) -> None:
        """Put a part in the queue."""
        self.queue.append(part)
        self.floor.touch(self)
        self.floor.mark(self)

    def _let_in(self) -> bool:
        if self._belt and self.has_place(*self._belt[0]):
            self.arrive(*self._belt.popleft())
            return True
        return super()._let_in()

    def act(self) -> None:
        """Send on, start, and let in; the conveyor brings what it holds first."""
        super().act()
        while self._belt and self._let_in():
            super().act()

    # -- at work --------------------------------------------------------------------------------

    def start_one(self) -> bool:
        """Start one operation on the first free machine, when there is enough to do."""
        parts = self.choose()
        if not parts or (self.ahead and not self._promise(parts[0])):
            return False
        server = self.free.pop(0)
        self.take_out(parts, server)
        server.parts = parts
        self.floor.touch(self)
        if self.machining is not None:
            self.machining.work(server)
        else:
            server.begin(self.stages(server, parts[0]))
        return True

    def _promise(self, part: Part) -> bool:
        """Reserve the place behind, blocking before service; without one the machine waits."""
        target = self.router.ahead(part) if self.router else self.onward[0]
        if not isinstance(target, Station):
            return True
        server = self.free[0]
        if not target.admits(part, self.key):
            target.watchers.append(self)
            if not server.broken:
                server.mode = "blocked"
            self.floor.touch(self)
            return False
        target.reserve(part, self.key)
        self.promised[server] = target
        return True

    def _redeem(self, server: Server) -> None:
        """Use the place that was reserved, or give it back."""
        target = self.promised.pop(server, None)
        if target is not None:
            target.reserve(server.parts[0], self.key, -1)
            self.floor.mark(target)

    def choose(self) -> list[Part]:
        """Return what the next operation works on; empty when there is not enough of it."""
        if not self.queue:
            return []
        s = self.settings
        if s.batch > 1:
            return self._choose_batch()
        return [self.pick(self.queue)]

    def _choose_batch(self) -> list[Part]:
        """Return the parts of the next batch, all of one product."""
        s = self.settings
        waiting = self.queue if s.dispatch == "fifo" else sorted(self.queue, key=self.urgency)
        kinds: dict[str, list[Part]] = {}
        for part in waiting:
            kinds.setdefault(part.product.name if part.product else "", []).append(part)
        for parts in kinds.values():
            if len(parts) >= (s.batch_least or s.batch):
                return parts[: s.batch]
        return []

    def pick(self, parts: Sequence[Part]) -> Part:
        """Return the part that goes first by the rule of dispatch."""
        return parts[0] if self.settings.dispatch == "fifo" else min(parts, key=self.urgency)

    def urgency(self, part: Part) -> tuple[float, float]:
        """Return what orders those that wait: the least goes first, then the earlier one."""
        rule = self.settings.dispatch
        if rule == "priority":
            return -part.priority, part.number
        if rule == "due_date":
            return part.due or math.inf, part.number
        if rule == "shortest":
            return self.mean_time(part), part.number
        if rule == "same_product" and self.free:
            return float(part.product is not self.free[0].product), part.number
        return 0.0, part.number

    def take_out(self, parts: list[Part], server: Server) -> None:
        """Take parts out of the queue."""
        for part in parts:
            self.queue.remove(part)

    def mean_time(self, part: Part) -> float:
        """Return the mean time this station works on a part [s]."""
        own = self.own_times.get(part.product.name) if part.product else None
        return own[0] if own and self.machining is None else self.planned

    def draw_service(self, part: Part) -> float:
        """Return the time this station works on a part [s]."""
        own = self.own_times.get(part.product.name) if part.product else None
        if own is not None:
            return own[1] if isinstance(own[1], float) else own[1]()
        return self.service() if self.service else self.settings.cycle_time

    def still_at_work(self, part: Part, elapsed: float) -> float:
        """Return what is left of a work of which ``elapsed`` [s] have passed [s]."""
        own = self.own_times.get(part.product.name) if part.product else None
        return laws.rest(own[1], elapsed) if own else super().still_at_work(part, elapsed)

    def stages(self, server: Server, part: Part) -> list[Stage]:
        """Return the stages of an operation: set up, load, work; and which need the operator."""
        s = self.settings
        needed = {s.operator_for} if s.operator else set()
        found: list[Stage] = []
        if s.setup_time and server.product not in (None, part.product):
            found.append(("setup", s.setup_time, bool(needed & {"work", "setup"})))
        server.product = part.product
        if s.load_time:
            found.append(("loading", s.load_time, bool(needed & {"work", "load"})))
        found.append(("working", self.draw_service(part), "work" in needed))
        return found

    # -- out ------------------------------------------------------------------------------------

    def complete(self, server: Server) -> None:
        """An operation is done: what it made is judged, and its way is chosen."""
        server.leave_operator()
        self._redeem(server)
        parts, server.parts = server.parts, []
        mean, together = self.mean_time(parts[0]), len(parts)
        for part in parts:
            self.floor.record.event(self.source, "made", part.name, mean / together)
            ways = [(part, self.onward)] if self.router is None else self.router.ways(part)
            server.outbox += ways
        if not self.settings.kanban:
            self.finished.append(server)
        else:
            self._put_in_stock(server)
        self.floor.mark(self)

    def _put_in_stock(self, server: Server) -> None:
        """With cards, finished parts wait beside the machine and keep their cards."""
        outbox, server.outbox = server.outbox, []
        for way in outbox:
            self.stock_up(way)
        self.emptied(server)

    def stock_up(self, way: Way) -> None:
        """A finished part stands beside its machine."""
        stock = Holder(self, (self.rank, len(self.servers)))
        stock.outbox = [way]
        self.stocks.append(stock)
        self.finished.append(stock)
        self.floor.mark(self)

    def lose(self, server: Server) -> None:
        """What a machine worked on is spoilt."""
        self._redeem(server)
        self.cards -= len(server.parts) if self.settings.kanban else 0
        super().lose(server)


__all__ = ["Careful", "Target", "Ways"]
