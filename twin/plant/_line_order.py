"""Timers of the compiled calendar in the order of what is due at one instant, and their tree."""

from __future__ import annotations

import math

import numpy as np

from twin.plant._line_settings import Settings
from twin.plant._line_shop import (
    L_AT_ARRIVAL,
    L_AT_CREW,
    L_AT_FAILURE,
    L_AT_PEOPLE,
    L_AT_RELEASE,
    L_AT_REPAIR,
    L_AT_SHIFT,
    TIMER,
    Whole,
)

NEVER = math.inf


def in_order(line: Settings, owners: int) -> tuple[dict[int, int], int]:
    """Return the first timer of each kind and how many there are; none that is never set.

    They stand in the order of what is due at one instant: ends of work, ends of repair, failures,
    arrivals on a way, releases, changes of shift.
    """
    stations = line.stations.values()
    fails = [s for s in stations if s.time_to_failure > 0]
    machines = sum(s.servers for s in stations)
    number = {
        L_AT_REPAIR: machines,
        L_AT_FAILURE: machines if fails else 0,
        L_AT_ARRIVAL: machines if any(s.failure_clock == "calendar" for s in fails) else 0,
        L_AT_RELEASE: len(stations) if any(s.transport_time > 0 for s in stations) else 0,
        L_AT_PEOPLE: owners,
        L_AT_CREW: len(line.operators),
        L_AT_SHIFT: len(line.crew),
    }
    starts = dict(zip(number, np.cumsum(list(number.values())).tolist(), strict=True))
    return starts, starts[L_AT_SHIFT] + (len(stations) if line.shifts else 0)


def leaves_for(timers: int) -> int:
    """Return how many leaves a tree of so many timers has."""
    return 1 << max(timers - 1, 0).bit_length()


def stop_all(m: Whole, tree: int, leaves: int) -> None:
    """Lay out a tree in which nothing is due."""
    nodes = m[tree : tree + 2 * leaves * TIMER].reshape(-1, TIMER)
    nodes[:, 0] = np.array([NEVER]).view(np.int64)[0]
    nodes[:, 1] = np.maximum(np.arange(2 * leaves) - leaves, 0)
