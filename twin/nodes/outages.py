"""When a connection drops out, and how long something takes that needs it up."""

from __future__ import annotations

import bisect

import numpy as np


class Outages:
    """Drop-outs of a connection: it is up and down in turns, for times without memory.

    Parameters
    ----------
    every : float
        Mean time up [s]; 0 or infinite: it never drops.
    lasting : float
        Mean time down [s].
    luck : Generator
        Draws of this connection alone, taken as far ahead as somebody asks.

    >>> calm = Outages(0.0, 60.0, np.random.default_rng(1))
    >>> calm.done(5.0, 2.0), calm.up(5.0)
    (7.0, True)
    """

    def __init__(self, every: float, lasting: float, luck: np.random.Generator) -> None:
        self._every, self._lasting, self._luck = every, lasting, luck
        self._down: list[float] = []
        self._back: list[float] = []

    def up(self, time: float) -> bool:
        """Whether the connection is up at ``time`` [s]."""
        return not self._reach(time) or time >= self._back[self._at(time)]

    def done(self, start: float, needed: float) -> float:
        """When ``needed`` seconds of the connection being up have passed since ``start`` [s].

        What was begun before a drop-out goes on after it.
        """
        time, left = start, needed
        while self._reach(time):
            at = self._at(time)
            time = max(time, self._back[at])
            ahead = self._next(at) - time
            if left <= ahead:
                break
            left -= ahead
            time = self._next(at)
        return time + left

    def _reach(self, time: float) -> bool:
        """Draw drop-outs beyond ``time``; False where there is none."""
        if not 0.0 < self._every < np.inf or self._lasting <= 0.0:
            return False
        if not self._down:
            self._down.append(0.0)
            self._back.append(0.0)
        while self._down[-1] <= time:
            self._draw()
        return True

    def _draw(self) -> None:
        self._down.append(self._back[-1] + self._every * self._luck.standard_exponential())
        self._back.append(self._down[-1] + self._lasting * self._luck.standard_exponential())

    def _at(self, time: float) -> int:
        """Which drop-out was the last to begin by ``time``."""
        return bisect.bisect_right(self._down, time) - 1

    def _next(self, at: int) -> float:
        if at + 1 == len(self._down):
            self._draw()
        return self._down[at + 1]
