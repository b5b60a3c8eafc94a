"""Until when to replicate: an interval as narrow as asked.

References
----------
Law (2015), section 9.4.1 (absolute and relative error; a relative error of γ needs the half-width
below γ / (1 + γ) of the mean).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from twin.statistics.intervals import LEVEL, estimate

LEAST = 10
"""Runs before an interval is trusted to say that it is narrow enough."""


@dataclass(frozen=True, slots=True)
class Precision:
    """The half-width that is asked for: absolute, or ``relative`` to the mean."""

    width: float
    relative: bool = False

    def half_width(self, mean: float) -> float:
        """Return the half-width that is asked for at a mean.

        >>> round(Precision(0.02, relative=True).half_width(51.0), 6)
        1.0
        """
        return abs(mean) * self.width / (1 + self.width) if self.relative else self.width

    def met(self, values: Sequence[float]) -> bool:
        """Whether the interval of some runs is as narrow."""
        found = estimate(values)
        if found.value is None or found.half_width is None or found.n < LEAST:
            return False
        return found.half_width <= self.half_width(found.value)

    def runs(self, values: Sequence[float]) -> int | None:
        """Return about how many runs it takes in all; None when that cannot be told.

        >>> Precision(1.0).runs([8.0, 12.0, 10.0, 9.0, 11.0, 10.0, 8.0, 12.0, 9.0, 11.0])
        12
        """
        known = np.asarray([value for value in values if math.isfinite(value)], dtype=float)
        if known.size < 2:
            return None
        spread, wanted = float(known.std(ddof=1)), self.half_width(float(known.mean()))
        if spread == 0:
            return LEAST
        if wanted == 0:
            return None
        n = max(LEAST, math.ceil((special.ndtri(0.5 + LEVEL / 2) * spread / wanted) ** 2))
        while special.stdtrit(n - 1, 0.5 + LEVEL / 2) * spread / math.sqrt(n) > wanted:
            n += 1
        return n
