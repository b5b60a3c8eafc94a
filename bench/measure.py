"""CPU seconds of a call, alone or in turn with a peer."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 5


@dataclass(frozen=True)
class Figure:
    """One figure: what, how much, and beside what peer."""

    name: str
    value: float
    unit: str
    peer: str = ""
    peer_value: float | None = None
    ratio: float | None = None


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    started = time.process_time()
    work()
    return time.process_time() - started


def best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Fewest CPU seconds of several calls, after one that is not counted."""
    work()
    return min(cpu(work) for _ in range(rounds))


def paired(ours: Callable[[], object], peer: Callable[[], object]) -> tuple[float, float, float]:
    """Median CPU seconds of both, in turn, and the median ratio of the pairs."""
    ours()
    peer()
    pairs = [(cpu(ours), cpu(peer)) for _ in range(ROUNDS)]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )
