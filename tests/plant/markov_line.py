"""Exponential lines as Markov chains, solved exactly: an answer that shares no code with the twin.

A state holds, for each station, what it does (0 without a part, 1 at work, 2 blocked) and whether
it is up, and the level of each buffer between two stations. Raw parts never lack and finished
ones leave at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
import scipy.sparse.linalg as linalg

State = tuple[tuple[int, ...], tuple[bool, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Chain:
    """A line of exponential stations with buffers between them, blocking after service."""

    rates: tuple[float, ...]
    buffers: tuple[int, ...]
    failure: float = 0.0
    repair: float = 1.0
    calendar: bool = False
    scrap: bool = False

    def settle(self, doing: list[int], up: tuple[bool, ...], levels: list[int]) -> State:
        """Move parts on, downstream first, until nothing moves."""
        last = len(doing) - 1
        moved = True
        while moved:
            moved = False
            for i in range(last, -1, -1):
                if doing[i] == 2 and levels[i] < self.buffers[i]:
                    levels[i] += 1
                    doing[i] = 0
                    moved = True
                elif doing[i] == 2 and doing[i + 1] == 0 and levels[i] == 0:
                    doing[i], doing[i + 1] = 0, 1
                    moved = True
                if doing[i] == 0 and (i == 0 or levels[i - 1] > 0):
                    doing[i] = 1
                    if i > 0:
                        levels[i - 1] -= 1
                    moved = True
        return tuple(doing), up, tuple(levels)

    def moves(self, state: State) -> Iterator[tuple[float, State, bool]]:
        """Every move out of a state: its rate, where to, whether a part leaves the line."""
        doing, up, levels = state
        last = len(doing) - 1
        for i, what in enumerate(doing):
            if what == 1 and up[i]:
                after = list(doing)
                after[i] = 0 if i == last else 2
                yield self.rates[i], self.settle(after, up, list(levels)), i == last
            if up[i] and self.failure and (what == 1 or self.calendar):
                after = list(doing)
                if self.scrap and what == 1:
                    after[i] = 0
                down = (*up[:i], False, *up[i + 1 :])
                yield self.failure, self.settle(after, down, list(levels)), False
            if not up[i]:
                fixed = (*up[:i], True, *up[i + 1 :])
                yield self.repair, self.settle(list(doing), fixed, list(levels)), False

    def throughput(self) -> float:
        """Parts that leave the line, per unit of time, in the long run."""
        stations = len(self.rates)
        start = self.settle([0] * stations, (True,) * stations, [0] * len(self.buffers))
        index, rows, columns, values = {start: 0}, [], [], []
        leaving: list[tuple[int, float]] = []
        frontier = [start]
        while frontier:
            state = frontier.pop()
            here = index[state]
            for rate, onward, leaves in self.moves(state):
                if onward not in index:
                    index[onward] = len(index)
                    frontier.append(onward)
                rows += [index[onward], here]
                columns += [here, here]
                values += [rate, -rate]
                if leaves:
                    leaving.append((here, rate))
        size = len(index)
        matrix = sparse.csc_matrix((values, (rows, columns)), shape=(size, size)).tolil()
        matrix[0, :] = 1.0
        probability = linalg.spsolve(matrix.tocsc(), np.eye(1, size).ravel())
        return float(sum(probability[state] * rate for state, rate in leaving))
