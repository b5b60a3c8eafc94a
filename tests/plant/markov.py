"""Markov chains solved exactly: from the moves out of a state to what holds in the long run."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
import scipy.sparse.linalg as linalg

Moves = Callable[[Hashable], Iterator[tuple[float, Hashable, float]]]
"""Yields the moves out of a state: rate (or probability), where to, parts that leave with it."""


@dataclass(frozen=True)
class Solved:
    """A chain in the long run."""

    shares: dict[Hashable, float]
    moves: Moves

    @property
    def rate(self) -> float:
        """Parts that leave per unit of time (or step)."""
        return sum(
            share * rate * parts
            for state, share in self.shares.items()
            for rate, _to, parts in self.moves(state)
        )

    def mean(self, of: Callable[[Hashable], float]) -> float:
        """Mean of a number that a state has."""
        return sum(share * of(state) for state, share in self.shares.items())


def solve(start: Hashable, moves: Moves) -> Solved:
    """Every state that can be reached from ``start``, with its share of the time."""
    index, rows, columns, values = {start: 0}, [], [], []
    frontier = [start]
    while frontier:
        state = frontier.pop()
        here = index[state]
        for rate, onward, _parts in moves(state):
            if onward not in index:
                index[onward] = len(index)
                frontier.append(onward)
            rows += [index[onward], here]
            columns += [here, here]
            values += [rate, -rate]
    size = len(index)
    balance = sparse.coo_matrix((values, (rows, columns)), shape=(size, size)).tocsr()
    whole = sparse.vstack([np.ones((1, size)), balance[1:]]).tocsc()
    shares = linalg.spsolve(whole, np.eye(1, size).ravel())
    return Solved(dict(zip(index, shares.tolist(), strict=True)), moves)
