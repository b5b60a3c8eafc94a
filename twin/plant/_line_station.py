"""One station of a line: a queue in front of equal machines, and what it may do at an instant."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from twin.plant import _line_draws as laws
from twin.plant._line_floor import Floor
from twin.plant._line_parts import Holder, Part, Target, Way
from twin.plant._line_server import Server
from twin.plant._line_settings import Station as StationSettings

if TYPE_CHECKING:
    from twin.plant._line_flow import Router
    from twin.plant.line import Model

Ways = tuple[Target, ...]


class Station:
    """A queue in front of equal machines; an operation is one part, first come first served.

    In one instant it first sends on what is finished, then starts what it can, then lets in
    whoever waits for the places that this has freed, until nothing of that is possible.
    """

    def __init__(self, line: Model, key: str, settings: StationSettings, rank: int) -> None:
        self.line = line
        self.floor: Floor = line.floor
        self.key = key
        self.settings = settings
        self.rank = rank
        self.source = f"{line.name}.stations.{key}"
        self.marked = self.touched = self.closed = False
        self.places = settings.buffer
        self.planned = settings.cycle_time
        self.queue: deque[Part] = deque()
        self.coming = 0
        self.waiters: deque[Holder] = deque()
        self.watchers: list[Station] = []
        self.stocks: list[Holder] = []
        self.finished: list[Holder] = []
        self.entry: Any = None
        self.router: Router | None = None
        self.onward: Ways = ()
        self.noted_level = 0
        self.idle, self.blocked = "starved", "blocked"
        self._draw_laws()
        numbered = settings.servers > 1
        self.servers = [
            Server(self, i, f"{self.source}.{i + 1}" if numbered else self.source)
            for i in range(settings.servers)
        ]
        self.free: list[Server] = list(self.servers)

    def _draw_laws(self) -> None:
        s, streams = self.settings, self.line.world.stream
        self.service = laws.draws(
            s.cycle_distribution, s.cycle_time, s.cycle_spread, f"{self.source}.service", streams
        )
        self.wears_at_work = s.failure_clock == "operating"
        self._failure: laws.Draws | float = math.inf
        self._repair: laws.Draws | float = s.time_to_repair
        if s.time_to_failure > 0:
            self._failure = self._life(
                "failure", s.time_to_failure, s.failure_distribution, s.failure_spread
            )
            self._repair = self._life(
                "repair", s.time_to_repair, s.repair_distribution, s.repair_spread
            )

    def _life(self, use: str, mean: float, law: str, spread: float) -> laws.Draws | float:
        streams, name = self.line.world.stream, f"{self.source}.{use}"
        if law == "geometric":
            return laws.geometric(mean, self.settings.cycle_time, streams(name))
        return laws.draws(law, mean, spread, name, streams) or mean

    def start(self) -> None:
        """Wind the failure clocks, and act for the first time."""
        for server in self.servers:
            server.wind()
        self.floor.record.sample(self.source, "queue", 0.0)
        self.floor.mark(self)
        self.floor.touch(self)

    # -- what happens in an instant -------------------------------------------------------------

    def act(self) -> None:
        """Send on, start, and let in, until nothing of it is possible."""
        finished = self.finished
        if finished:
            self.finished = []
            for holder in finished:
                self.send(holder)
            if self.floor.yields(self):
                return
        while True:
            while self.free and self.start_one():
                pass
            if not (self.waiters and self._let_in()) and not (
                self.entry is not None and self.entry.feed(self)
            ):
                break
        if self.watchers:
            self._wake_watchers()

    def note(self) -> None:
        """Record the states and the level that are new at this instant."""
        now = self.floor.env.now
        for server in self.servers:
            mode = server.mode
            if mode != server.noted:
                server.noted = mode
                self.floor.state((now, server.source, mode))
        self.note_level()

    def note_level(self) -> None:
        """Record the level when it is new at this instant."""
        level = self.level
        if level != self.noted_level:
            self.noted_level = level
            self.floor.sample((self.floor.env.now, self.source, "queue", level))

    @property
    def level(self) -> int:
        """Parts that wait in front of this station."""
        return len(self.queue)

    def _wake_watchers(self) -> None:
        """Let those act who begin only when there is room here."""
        watchers, self.watchers = self.watchers, []
        for station in watchers:
            self.floor.mark(station)

    # -- in -------------------------------------------------------------------------------------

    def has_room(self, part: Part, origin: str) -> bool:
        """Whether a part could come now: to a place, or straight to a machine that is free."""
        return len(self.queue) + self.coming < self.places + len(self.free)

    def admits(self, part: Part, origin: str) -> bool:
        """Whether a part can come now: there is room, and nobody waits for it longer."""
        return not self.waiters and self.has_room(part, origin)

    def take_in(self, part: Part, origin: str) -> None:
        """Take a part that has room."""
        self.queue.append(part)
        floor = self.floor
        if not self.touched:
            floor.touch(self)
        if self.free:
            floor.mark(self)

    def enter(self, part: Part) -> None:
        """Take a raw part, whatever the places."""
        self.take_in(part, "")

    def put_back(self, part: Part, origin: str) -> None:
        """Put a part in front of this station that stands there when the run begins."""
        self.queue.append(part)

    def parts_here(self) -> list[Part]:
        """Return the parts in front and on the machines."""
        return [*self.queue, *(part for server in self.servers for part in server.parts)]

    def parts_coming(self) -> list[tuple[Part, str, float]]:
        """Return the parts on the way here, where from, and in how long they arrive [s]."""
        return []

    def lacks(self) -> bool:
        """Whether a machine is free and there is not enough in the queue to start it."""
        return bool(self.free) and not self.queue

    def pick(self, parts: Sequence[Part]) -> Part:
        """Return which of those that wait goes first."""
        return parts[0]

    def reserve(self, part: Part, origin: str, more: int = 1) -> None:
        """Keep a place for a part that will come, or give it back with ``more`` = -1."""
        self.coming += more

    @property
    def load(self) -> int:
        """Parts that wait here, are worked on, or are on the way."""
        busy = sum(len(server.parts) for server in self.servers)
        return self.level + self.coming + busy

    def _let_in(self) -> bool:
        """Let in the first of those who wait that has room."""
        for holder in self.waiters:
            part, ways = holder.outbox[0]
            if self.has_room(part, holder.station.key):
                for way in ways:
                    way.waiters.remove(holder)
                holder.station.pass_on(holder, self)
                return True
        return False

    # -- at work --------------------------------------------------------------------------------

    def start_one(self) -> bool:
        """Start one operation on the first free machine, when there is something to do."""
        if not self.queue:
            return False
        server = self.free.pop(0)
        server.parts = [self.queue.popleft()]
        if not self.touched:
            self.floor.touch(self)
        server.work(self.service() if self.service else self.settings.cycle_time)
        return True

    def complete(self, server: Server) -> None:
        """An operation is done: what it made is judged, and its way is chosen."""
        (part,) = server.parts
        server.parts = []
        self.floor.event((self.floor.env.now, self.source, "made", part.name, self.planned))
        server.outbox = [(part, self.onward)] if self.router is None else self.router.ways(part)
        self.finished.append(server)
        self.floor.mark(self)

    def still_at_work(self, part: Part, elapsed: float) -> float:
        """Return what is left of a work of which ``elapsed`` [s] have passed [s]."""
        return laws.rest(self.service or self.settings.cycle_time, elapsed)

    def still_to_failure(self, elapsed: float) -> float:
        """Return what is left on a failure clock that has run for ``elapsed`` [s]."""
        return laws.rest(self._failure, elapsed)

    def still_in_repair(self, elapsed: float) -> float:
        """Return what is left of a repair of which ``elapsed`` [s] have passed [s]."""
        return laws.rest(self._repair, elapsed)

    # -- out ------------------------------------------------------------------------------------

    def send(self, holder: Holder) -> None:
        """Send on what a machine has finished; what has no room waits."""
        while holder.outbox:
            part, ways = holder.outbox[0]
            target = self._open_way(part, ways)
            if target is None:
                self._wait(holder, ways)
                return
            self._hand_over(holder, target)
        self.emptied(holder)

    def _open_way(self, part: Part, ways: Ways) -> Target | None:
        for target in ways:
            if target.admits(part, self.key):
                return target
        return None

    def _hand_over(self, holder: Holder, target: Target) -> None:
        part, _ways = holder.outbox.pop(0)
        if self.router is not None:
            self.router.went(part, target)
        target.take_in(part, self.key)

    def pass_on(self, holder: Holder, target: Target) -> None:
        """A place has become free at ``target`` for the first part that a machine holds."""
        self._hand_over(holder, target)
        self.send(holder)
        self.floor.mark(self)

    def _wait(self, holder: Holder, ways: Ways) -> None:
        for target in ways:
            target.waiters.append(holder)
        self.held_up(holder)
        if self.line.loops:
            self.line.suspect = self

    def held_up(self, holder: Holder) -> None:
        """A machine keeps what it has finished, for want of room behind it."""
        assert isinstance(holder, Server)
        if not holder.broken:
            holder.mode = self.blocked
        self.floor.touch(self)

    def emptied(self, holder: Holder) -> None:
        """A machine has sent on all that it had finished."""
        assert isinstance(holder, Server)
        if not holder.broken:
            holder.mode = self.idle
        self.freed(holder)

    def freed(self, server: Server) -> None:
        """A machine can take the next part; a lone one even when it is down."""
        self.floor.touch(self)
        alone = len(self.servers) == 1
        if not self.closed and (alone or not server.broken) and server not in self.free:
            self.free.append(server)
            if not alone:
                self.free.sort(key=_by_index)
        self.floor.mark(self)

    def ways(self, part: Part) -> list[Way]:
        """Return where a finished part goes that has been judged before the run."""
        return [(part, self.onward if self.router is None else self.router.onward(part))]

    # -- failure and repair ---------------------------------------------------------------------

    def draw_failure(self) -> float:
        """Return the time to the next failure on the failure clock [s]; infinite without any."""
        return self._failure if isinstance(self._failure, float) else self._failure()

    def failed(self, server: Server) -> None:
        """A machine has broken down: it is repaired, by the crew where it has one."""
        duration = self._repair if isinstance(self._repair, float) else self._repair()
        self.floor.record.event(server.source, "breakdown", "", duration)
        self.repair(server, duration)

    def repair(self, server: Server, duration: float) -> None:
        """Have a machine repaired; it takes ``duration`` [s] once somebody is there."""
        if len(self.servers) > 1 and server in self.free:
            self.free.remove(server)
        crew = self.line.crews.get(self.settings.repair_crew)
        if crew is None:
            server.repair(duration)
        else:
            crew.ask(server, duration)

    def mended(self, server: Server) -> None:
        """A machine is up again: the crew can go on."""
        crew = self.line.crews.get(self.settings.repair_crew)
        if crew is not None:
            crew.give_back()

    def lose(self, server: Server) -> None:
        """A breakdown has spoilt what a machine worked on."""
        parts, server.parts = server.parts, []
        for part in parts:
            self.floor.record.event(self.source, "spoilt", part.name)
            self.line.scrap(part, self.key)
        self.freed(server)


def _by_index(server: Server) -> tuple[int, int]:
    return server.order


__all__ = ["Station", "Way", "Ways"]
