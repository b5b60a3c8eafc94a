"""Event-driven wake-up: a coarse look at the envelope decides whether the whole model runs.

The gate rectifies the steps from sample to sample, averages them down to what the fault orders
need, and reads the lines of the bearing over their surroundings. While they stay as they were when
the model last looked, at the same speed, its verdict stands; when they rise over what was found
normal, fall below what was found faulty, or the verdict is too old, the model runs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from twin.nodes.cost import fourier_instructions
from twin.physics.bearings import Bearing, inner_order, outer_order, spin_order
from twin.physics.spectrum import above_surroundings

INSTRUCTIONS = 8.0  # of each sample: load, difference, absolute value, add, loop; assumption
READING = 30.0  # instructions of each line of the coarse spectrum; assumption
HARMONICS = 2
OVERSAMPLING = 2.5  # of the highest line
DEVIATION = 0.012  # lines may be this far from the geometry's order
SURROUNDINGS = 1.0  # half width of a line's surroundings [orders]
ENTRIES = 8  # verdicts that a node keeps, one a speed
SAME_SPEED = 0.1  # speeds that differ by less are one [1]


@dataclass(frozen=True, slots=True)
class Coarse:
    """What the gate found in a window: its greatest line over its surroundings, and the work."""

    level: float
    instructions: float


def coarse_envelope(window: npt.NDArray[np.float32], group: int) -> npt.NDArray[np.float32]:
    """Absolute steps from sample to sample, averaged over ``group`` of them.

    >>> coarse_envelope(np.array([0.0, 1.0, 0.0, 3.0, 0.0], np.float32), 2)
    array([1., 3.], dtype=float32)
    """
    steps = np.abs(np.diff(window))
    whole = len(steps) // group * group
    return np.asarray(steps[:whole].reshape(-1, group).mean(axis=1), np.float32)


def look(window: npt.NDArray[np.float32], rate: float, speed: float, bearing: Bearing) -> Coarse:
    """Read the lines of the three faults in a coarse spectrum of the envelope.

    Parameters
    ----------
    window : ndarray of float32
        Acceleration, any unit.
    rate : float
        Samples per second [Hz].
    speed : float
        Spindle speed, above zero [rev/s].
    bearing : Bearing
        Geometry of the bearing.
    """
    hits = np.array([outer_order(bearing), inner_order(bearing), 2.0 * spin_order(bearing)])
    highest = HARMONICS * float(hits.max()) + SURROUNDINGS
    group = max(int(rate / (OVERSAMPLING * highest * speed)), 1)
    envelope = coarse_envelope(window, group)
    spectrum = np.abs(np.fft.rfft(envelope - envelope.mean())).astype(np.float32)
    resolution = rate / (group * len(envelope) * speed)
    spectrum[0] = spectrum[1]
    over = above_surroundings(spectrum, max(round(SURROUNDINGS / resolution), 4))
    spread = 1.0 + np.linspace(-DEVIATION, DEVIATION, 9)
    orders = hits[:, None, None] * np.arange(1, HARMONICS + 1)[:, None] * spread
    places = np.minimum(np.rint(orders / resolution).astype(np.intp), len(over) - 1)
    level = float(over[places].mean(axis=1).max())
    work = INSTRUCTIONS * len(window) + fourier_instructions(len(envelope), real=True)
    return Coarse(level, work + READING * len(spectrum))


@dataclass(slots=True)
class Seen:
    """A verdict at a speed [rev/s], the level it holds for, and how many windows ago it was."""

    level: float
    speed: float
    label: str
    score: float
    age: int = 0


@dataclass(slots=True)
class Gate:
    """Decides whether the model runs.

    Attributes
    ----------
    change : float
        Difference of the level that wakes the model; levels are logarithms [1].
    at_least : int
        Windows after which it runs anyway.
    healthy : str
        The verdict that lasts while the level does not rise; others last while it does not fall.
    """

    change: float
    at_least: int
    healthy: str
    seen: list[Seen] = field(default_factory=list)

    def known(self, level: float, speed: float) -> Seen | None:
        """Return the verdict that still stands for such a window; ``None`` wakes the model."""
        for entry in self.seen:
            entry.age += 1
        self.seen = [entry for entry in self.seen if entry.age < self.at_least]
        for entry in self.seen:
            rise = level - entry.level
            moved = rise if entry.label == self.healthy else -rise
            if _same(entry.speed, speed) and moved <= self.change:
                return entry
        return None

    def remember(self, level: float, speed: float, label: str, score: float) -> None:
        """Keep a verdict with the level it was seen at; another verdict voids what was kept."""
        kept = [entry for entry in self.seen if entry.label == label]
        here = [entry.level for entry in kept if _same(entry.speed, speed)]
        kept = [entry for entry in kept if not _same(entry.speed, speed)]
        outermost = max if label == self.healthy else min
        self.seen = [*kept, Seen(outermost([level, *here]), speed, label, score)][-ENTRIES:]


def _same(one: float, other: float) -> bool:
    return abs(math.log(other / one)) <= SAME_SPEED
