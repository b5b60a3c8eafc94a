"""Lines as Markov chains: an answer that shares no code with the twin.

Raw parts never lack and finished ones leave at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.plant.markov import solve

IDLE, BLOCKED = 0, -1
State = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""For each station what it does (0 without a part, k with k phases of its work to go, -1 blocked);
the broken ones in the order of their breakdowns; the level of each buffer between two stations."""


@dataclass(frozen=True)
class Chain:
    """Stations of one machine with buffers between them.

    Work has ``phases`` exponential phases (Erlang). ``crew`` repairs so many at a time, the first
    broken first; 0 has no end. ``early``: blocking before service.
    """

    rates: tuple[float, ...]
    buffers: tuple[int, ...]
    failure: float | tuple[float, ...] = 0.0
    repair: float | tuple[float, ...] = 1.0
    calendar: bool = False
    scrap: bool = False
    phases: tuple[int, ...] = ()
    crew: int = 0
    early: bool = False

    def settle(self, doing: list[int], broken: tuple[int, ...], levels: list[int]) -> State:
        """Move parts on, downstream first, until nothing moves."""
        moved = True
        while moved:
            moved = any(self._step(i, doing, levels) for i in reversed(range(len(doing))))
        return tuple(doing), broken, tuple(levels)

    def _step(self, i: int, doing: list[int], levels: list[int]) -> bool:
        moved = False
        if doing[i] == BLOCKED and levels[i] < self.buffers[i] + (doing[i + 1] == IDLE):
            levels[i] += 1
            doing[i] = IDLE
            moved = True
        if doing[i] == IDLE and (i == 0 or levels[i - 1] > 0) and self._may_begin(i, doing, levels):
            doing[i] = self.phases[i] if self.phases else 1
            if i > 0:
                levels[i - 1] -= 1
            moved = True
        return moved

    def _may_begin(self, i: int, doing: list[int], levels: list[int]) -> bool:
        """Blocking before service: there is a place behind that nobody has reserved."""
        if not self.early or i == len(doing) - 1:
            return True
        return levels[i] < self.buffers[i] + (doing[i + 1] == IDLE)

    def moves(self, state: State) -> Iterator[tuple[float, State, float]]:
        """Every move out of a state: its rate, where to, whether a part leaves the line."""
        doing, broken, levels = state
        for i, what in enumerate(doing):
            if what > 0 and i not in broken:
                yield from self._work(i, state)
            if i not in broken and self._fails(i) and (what > 0 or self.calendar):
                after = list(doing)
                if self.scrap and what > 0:
                    after[i] = IDLE
                yield self._fails(i), self.settle(after, (*broken, i), list(levels)), 0.0
        for i in broken[: self.crew or None]:
            rest = tuple(k for k in broken if k != i)
            rate = self.repair[i] if isinstance(self.repair, tuple) else self.repair
            yield rate, self.settle(list(doing), rest, list(levels)), 0.0

    def _fails(self, i: int) -> float:
        return self.failure[i] if isinstance(self.failure, tuple) else self.failure

    def _work(self, i: int, state: State) -> Iterator[tuple[float, State, float]]:
        doing, broken, levels = state
        after, rate = list(doing), self.rates[i] * (self.phases[i] if self.phases else 1)
        last = i == len(doing) - 1
        if doing[i] > 1:
            after[i] -= 1
            yield rate, (tuple(after), broken, levels), 0.0
        else:
            after[i] = IDLE if last else BLOCKED
            yield rate, self.settle(after, broken, list(levels)), float(last)

    def throughput(self) -> float:
        """Parts that leave the line, per unit of time, in the long run."""
        stations = len(self.rates)
        start = self.settle([IDLE] * stations, (), [0] * len(self.buffers))
        return solve(start, self.moves).rate


@dataclass(frozen=True)
class Parallel:
    """Stations of several equal exponential machines, blocking after service, reliable.

    A state holds for each station how many work and how many are blocked, and the levels.
    """

    rates: tuple[float, ...]
    servers: tuple[int, ...]
    buffers: tuple[int, ...]

    def settle(self, work: list[int], stuck: list[int], levels: list[int]) -> object:
        """Move parts on, downstream first, until nothing moves."""
        last = len(work) - 1
        moved = True
        while moved:
            moved = False
            for i in range(last, -1, -1):
                if i < last and stuck[i]:
                    free = self.servers[i + 1] - work[i + 1] - stuck[i + 1]
                    if levels[i] < self.buffers[i] + free:
                        stuck[i] -= 1
                        levels[i] += 1
                        moved = True
                if work[i] + stuck[i] < self.servers[i] and (i == 0 or levels[i - 1] > 0):
                    work[i] += 1
                    if i > 0:
                        levels[i - 1] -= 1
                    moved = True
        return tuple(work), tuple(stuck), tuple(levels)

    def moves(self, state: object) -> Iterator[tuple[float, object, float]]:
        """Every end of work."""
        work, stuck, levels = state
        last = len(work) - 1
        for i, busy in enumerate(work):
            if busy:
                after, held = list(work), list(stuck)
                after[i] -= 1
                held[i] += i < last
                onward = self.settle(after, held, list(levels))
                yield busy * self.rates[i], onward, float(i == last)

    def throughput(self) -> float:
        """Parts that leave the line, per unit of time, in the long run."""
        n = len(self.rates)
        return solve(self.settle([0] * n, [0] * n, [0] * (n - 1)), self.moves).rate
