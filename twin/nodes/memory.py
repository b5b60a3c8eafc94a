"""What a node remembers of the windows before: the running mean of what they showed.

Lines that stay rise out of the noise, which does not. The mean is of all windows while there are
few, and forgets the oldest by and by once there are as many as it may hold; it takes the room of
one window. A machine that has changed is looked at anew: another speed, lines that have come or
gone, as long a standstill as what was remembered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from twin.nodes.features import (
    FAULTS,
    Array,
    Look,
    read_combs,
    widened,
    without_shaft,
)
from twin.physics.bearings import Bearing

SAME_SPEED = (
    0.1  # speeds that differ by less are one [1]; lines stand at orders, not at frequencies
)
CHANGED = 0.9  # rise or fall of a fault's lines, as a logarithm, that is hardly chance [1]


def strengths(seen: Look, bearing: Bearing) -> Array:
    """How far the lines of each fault, and those beside them, stand out [1]."""
    level = without_shaft(widened(seen.level), seen.resolution)
    return read_combs(level, seen.resolution, bearing)[: 2 * len(FAULTS)]


def on_orders_of(old: Look, new: Look) -> Look:
    """Return what was seen at one speed on the order axis of another."""
    place = np.rint(np.arange(new.level.shape[1]) * new.resolution / old.resolution).astype(np.intp)
    held = place < old.level.shape[1]
    level = np.zeros_like(new.level)
    level[:, held] = old.level[:, place[held]]
    return Look(level, new.resolution, old.fourth)


@dataclass(slots=True)
class Memory:
    """Memory of one bearing, over at most ``most`` windows before the one that is looked at."""

    most: int
    bearing: Bearing
    count: int = 0
    _mean: Look | None = field(default=None, repr=False)
    _speed: float = 0.0

    def together(self, seen: Look, speed: float) -> Look:
        """Return a window together with those remembered, and remember it.

        ``speed`` of the spindle [rev/s], above zero.
        """
        if self._mean is not None and self._changed(self._mean, seen, speed):
            self.forget()
        if self._mean is not None and self.count:
            share = np.float32(1.0 / (self.count + 1))
            old = on_orders_of(self._mean, seen)
            level = old.level + share * (seen.level - old.level)
            fourth = old.fourth + share * (seen.fourth - old.fourth)
            seen = Look(np.asarray(level), seen.resolution, np.asarray(fourth), self.count + 1)
        self._mean, self._speed = seen, speed
        self.count = min(self.count + 1, self.most)
        return seen

    def fade(self) -> None:
        """Let one window be forgotten: the machine stood, and may not be the same any more."""
        self.count -= 1
        if self.count <= 0:
            self.forget()

    def forget(self) -> None:
        """Forget all windows."""
        self._mean, self.count = None, 0

    def _changed(self, mean: Look, seen: Look, speed: float) -> bool:
        if abs(math.log(speed / self._speed)) > SAME_SPEED:
            return True
        moved = strengths(seen, self.bearing) - strengths(mean, self.bearing)
        return float(np.abs(moved).max()) > CHANGED
