"""An assembly: it takes so many of each, and puts them together."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from twin.plant._line_careful import Careful
from twin.plant._line_parts import Part
from twin.plant._line_server import Server
from twin.plant._line_settings import Station as StationSettings

if TYPE_CHECKING:
    from twin.plant.line import Model


class Assembly(Careful):
    """A station with a queue for each thing it takes.

    What it makes is the first part of the first thing taken: that one keeps its number, its
    product, its order and the time it came in. The others have become part of it.
    """

    def __init__(self, line: Model, key: str, settings: StationSettings, rank: int) -> None:
        super().__init__(line, key, settings, rank)
        self.bins: dict[str, deque[Part]] = {name: deque() for name in settings.takes}
        self._on_the_way = dict.fromkeys(settings.takes, 0)

    @property
    def level(self) -> int:
        """Parts that wait in front of this station."""
        return sum(len(waiting) for waiting in self.bins.values())

    def _bin(self, part: Part, origin: str) -> str:
        if origin in self.bins:
            return origin
        return part.product.name if part.product is not None else origin

    def has_place(self, part: Part, origin: str) -> bool:
        """Whether there is a place among the parts of its kind."""
        name = self._bin(part, origin)
        used = len(self.bins[name]) + self._on_the_way[name]
        return used < self.settings.takes[name].buffer

    def admits(self, part: Part, origin: str) -> bool:
        """Whether a part can come now: those that wait with another kind are no hindrance."""
        name = self._bin(part, origin)
        ahead = any(
            self._bin(holder.outbox[0][0], holder.station.key) == name for holder in self.waiters
        )
        return not ahead and self.has_room(part, origin)

    def reserve(self, part: Part, origin: str, more: int = 1) -> None:
        """Keep a place for a part that will come, or give it back with ``more`` = -1."""
        self._on_the_way[self._bin(part, origin)] += more

    def take_in(self, part: Part, origin: str) -> None:
        """Take a part; while it is brought here, its place is kept."""
        if self.settings.transport_time > 0 and not self.settings.conveyor:
            self._on_the_way[self._bin(part, origin)] += 1
        super().take_in(part, origin)

    def arrive(self, part: Part, origin: str) -> None:
        """Put a part among those of its kind."""
        name = self._bin(part, origin)
        if self.settings.transport_time > 0 and not self.settings.conveyor:
            self._on_the_way[name] -= 1
        self.bins[name].append(part)
        self.floor.touch(self)
        self.floor.mark(self)

    def on_the_way(self, part: Part, origin: str, left: float) -> None:
        """A part is on the way when the run begins; it is there in ``left`` [s]."""
        if not self.settings.conveyor:
            self._on_the_way[self._bin(part, origin)] += 1
        super().on_the_way(part, origin, left)

    def put_back(self, part: Part, origin: str) -> None:
        """Put a part in front of this station that stands there when the run begins."""
        self.bins[origin].append(part)

    def choose(self) -> list[Part]:
        """Return one set, the part that it becomes first; empty when something is missing."""
        takes = self.settings.takes
        if any(len(self.bins[name]) < take.count for name, take in takes.items()):
            return []
        return [self.bins[name][i] for name, take in takes.items() for i in range(take.count)]

    def take_out(self, parts: list[Part], server: Server) -> None:
        """Take a set out of the queues and put it together."""
        for name, take in self.settings.takes.items():
            for _ in range(take.count):
                self.bins[name].popleft()
        parts[0].bad = any(part.bad for part in parts)
        parts[0].entry = ""
        self.line.joined(len(parts) - 1)
        del parts[1:]
