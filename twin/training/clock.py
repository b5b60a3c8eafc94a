"""The time a training may take, and what it says on the way."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

TOLD_EVERY = 15.0  # [s]
TRIAL = 12  # steps after which a stage knows how fast it goes
FEWEST = 40  # steps of a stage, however little time there is


@dataclass
class Clock:
    """Counts the time since it was made against a ``budget`` [s]; ``cut`` says what it shortened.

    The budget may be without end. As long as nothing is cut, the time has no say in the result.
    """

    budget: float
    say: Callable[[str], None]
    cut: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    told: float = 0.0

    @property
    def left(self) -> float:
        """Time left [s]."""
        return self.budget - (time.monotonic() - self.started)

    def steps(self, stage: str, planned: int, a_step: float, share: float) -> int:
        """Steps that a stage may take: those planned, or what ``share`` of the time left allows."""
        if math.isinf(self.budget):
            return planned
        allowed = max(int(share * max(self.left, 0.0) / a_step), FEWEST)
        if allowed >= planned:
            return planned
        self.cut.append(f"{stage}: {allowed} of {planned} steps")
        self.say(f"{stage}: the budget allows {allowed} of {planned} steps")
        return allowed

    def tell(self, stage: str, step: int, steps: int, loss: float) -> None:
        """Say how far a stage is, now and then."""
        now = time.monotonic()
        if now - self.told >= TOLD_EVERY or step == steps:
            self.told = now
            left = "" if math.isinf(self.budget) else f", {self.left:.0f} s left"
            self.say(f"{stage}: step {step} of {steps}, loss {loss:.3f}{left}")
