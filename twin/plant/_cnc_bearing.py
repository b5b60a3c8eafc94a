"""The spindle bearing of a CNC machine: a fault put into it, how it grows, when it ends.

Severity doubles with running time, since a spindle that stands does not spall, from the one it
begins with until the bearing fails at 1.
"""

from __future__ import annotations

import math

from twin.plant._cnc_settings import Settings

END = 1.0
"""Severity at which the bearing fails [1]."""
ENDED = 1e-6
"""A bearing that would fail sooner than this has failed [s]."""
KINDS = ("inner", "outer", "ball")


class SpindleBearing:
    """State of one bearing; times are those of the run [s]."""

    def __init__(self, settings: Settings) -> None:
        own = settings
        self.fault = own.bearing_fault if own.bearing_severity > 0 else "none"
        self.onset = own.bearing_onset
        self._first = own.bearing_severity
        self._doubling = own.bearing_doubling
        self._grown = self._since = 0.0
        self._turning = False

    @property
    def grows(self) -> bool:
        """Whether it will ever be worse than now."""
        return self.fault != "none" and self._doubling > 0

    def turn(self, now: float, turning: bool) -> None:
        """From now on the spindle turns, or stands."""
        self._grown += self._ran(now)
        self._since, self._turning = now, turning

    def _ran(self, now: float) -> float:
        """Running time with the fault since the spindle last began or stopped turning."""
        return max(now - max(self._since, self.onset), 0.0) if self._turning else 0.0

    def severity(self, now: float) -> float:
        """How bad the fault is now [1]."""
        if self.fault == "none" or now < self.onset:
            return 0.0
        if not self.grows:
            return self._first
        doubled = (self._grown + self._ran(now)) / self._doubling
        return min(self._first * math.exp2(min(doubled, 1000.0)), END)

    def until_end(self, now: float) -> float:
        """Time of turning from now on after which it fails; infinite if it does not [s]."""
        if not self.grows:
            return math.inf
        whole = self._doubling * math.log2(END / self._first)
        rest = whole - self._grown - self._ran(now)
        return max(self.onset - now, 0.0) + max(rest, 0.0)

    def ended(self, now: float) -> bool:
        """Whether it has failed."""
        return self.until_end(now) <= ENDED

    def shown(self, now: float) -> dict[str, float]:
        """Channels of the machine that show its fault [1]."""
        severity = self.severity(now)
        return {f"bearing_{kind}": severity if kind == self.fault else 0.0 for kind in KINDS}

    def renew(self) -> None:
        """Put a sound bearing in."""
        self.fault = "none"
