"""Features of a bearing whose rings are read together.

Whatever the load angle and the slip, the balls roll on both rings at once: with the cage at ``c``
turns a turn of the shaft, they pass ``n·c`` times over a spot of the outer ring and ``n·(1 − c)``
times over one of the inner ring, ``n`` together. So one unknown places the lines of both rings, and
their side lines, where :mod:`twin.nodes.features` looks for each kind of line on its own; that
parts the third line of the outer ring from the second of the inner one, 0.08 orders away in a 6205.
Side lines are read in the band and at the cage speed of their own line: a spot of the inner ring
goes through the load zone once a turn, one of the outer ring does not, a ball goes with the cage.
How many windows were looked at together is told too: chance makes lines in one that it does not
make in ten.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.nodes import features
from twin.nodes.features import BANDS, DEVIATION, HARMONICS, Array, Look, widened, without_shaft
from twin.physics.bearings import Bearing, cage_order, outer_order, spin_order

# Speeds of the cage that are tried, over that of the geometry: slip lowers it a little, a contact
# angle that rises under thrust raises it by up to 2 %.
CAGES = np.linspace(0.992, 1.022, 31)
TACHOMETER = (-0.0015, 0.0, 0.0015)  # errors of the speed that are tried
SIDES = (
    "outer_by_shaft",
    "inner_by_shaft",
    "inner_by_two_shafts",
    "outer_by_cage",
    "inner_by_cage",
)
RINGS = ("outer", "inner")
NAMES = (
    *features.NAMES,
    *(f"{ring}_ring" for ring in RINGS),
    "both_rings",
    *SIDES,
    *(f"{ring}_ring_{k}" for ring in RINGS for k in range(1, HARMONICS + 1)),
    *(f"{ring}_ring_first" for ring in RINGS),
    *(f"{ring}_ring_line" for ring in RINGS),
    *(f"{ring}_ring_everywhere" for ring in RINGS),
    "spin",
    "spin_by_cage",
    "windows",
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried together, one entry for each cage speed and error of the tachometer.

    Orders of the lines [1/rev]: ``outer``, ``inner``, ``spin``; ``shaft`` is 1 but for the error.
    """

    outer: npt.NDArray[np.float64]
    inner: npt.NDArray[np.float64]
    spin: npt.NDArray[np.float64]
    shaft: npt.NDArray[np.float64]


@functools.cache
def trials(bearing: Bearing) -> Trial:
    """Return the orders that are tried for a bearing.

    >>> tried = trials(Bearing(9, 7.94e-3, 39.04e-3))
    >>> bool(np.allclose(tried.outer + tried.inner, 9.0 * tried.shaft))
    True
    """
    shaft = np.repeat(1.0 + np.array(TACHOMETER), len(CAGES))
    outer = outer_order(bearing) * np.tile(CAGES, len(TACHOMETER))
    inner = bearing.balls - outer
    rolls = np.linspace(1.0 - DEVIATION, 1.0 + DEVIATION, len(CAGES))
    spin = 2.0 * spin_order(bearing) * np.tile(rolls, len(TACHOMETER))
    return Trial(outer * shaft, inner * shaft, spin * shaft, shaft)


def read(level: Array, resolution: float, orders: npt.NDArray[np.float64]) -> Array:
    """Lines of each envelope at ``orders``, ``(envelope, *orders.shape)``."""
    place = np.rint(np.abs(orders) / resolution).astype(np.intp)
    return np.asarray(level[:, np.minimum(place, level.shape[1] - 1)])


def ring_row(seen: Look, bearing: Bearing) -> Array:
    """Return the features beyond those of :func:`twin.nodes.features.row`, as in :data:`NAMES`."""
    resolution, tried = seen.resolution, trials(bearing)
    level = without_shaft(widened(seen.level), resolution)[: BANDS + 1]
    turns = np.arange(1, HARMONICS + 1)
    lines = [read(level, resolution, base[:, None] * turns) for base in (tried.outer, tried.inner)]
    scores = [found.mean(axis=2) for found in lines]
    best = int(np.argmax(scores[0].max(axis=0) + scores[1].max(axis=0)))
    at = [int(np.argmax(score[:, best])) for score in scores]
    tops = [score[band, best] for score, band in zip(scores, at, strict=True)]
    outer, inner, shaft = tried.outer[best], tried.inner[best], tried.shaft[best]
    cage = outer / bearing.balls

    def sides(base: float, band: int, step: float) -> float:
        return _sides(level[band : band + 1], resolution, base, step)

    beside = (
        sides(outer, at[0], shaft),
        sides(inner, at[1], shaft),
        sides(inner, at[1], 2.0 * shaft),
        sides(outer, at[0], cage),
        sides(inner, at[1], shaft - cage),
    )
    here = [found[:, best] for found in lines]  # (envelope, harmonic) of each ring
    # The third line of one ring and the second of the other are close: two of three must be there.
    middle = [np.median(found[band]) for found, band in zip(here, at, strict=True)]
    return np.array(
        [
            *tops,
            min(middle),
            *beside,
            *(value for found, band in zip(here, at, strict=True) for value in found[band]),
            *(found[:, 0].max() for found in here),
            *(found.mean(axis=0).max() for found in here),
            *(found.mean() for found in here),
            *_spin(level, resolution, bearing),
            np.log(seen.count),
        ],
        np.float32,
    )


def _sides(level: Array, resolution: float, base: float, step: float) -> float:
    """Mean of the side lines of the first two harmonics of one envelope."""
    orders = np.array([base - step, base + step, 2.0 * base - step, 2.0 * base + step])
    return float(read(level, resolution, orders).mean())


def _spin(level: Array, resolution: float, bearing: Bearing) -> tuple[float, float]:
    """Lines of a damaged ball, and those beside them that turn with the cage."""
    tried = trials(bearing)
    turns = np.arange(1, HARMONICS + 1)
    score = read(level, resolution, tried.spin[:, None] * turns).mean(axis=2)
    band, best = divmod(int(np.argmax(score)), score.shape[1])
    cage = cage_order(bearing) * tried.shaft[best]
    found = _sides(level[band : band + 1], resolution, float(tried.spin[best]), float(cage))
    return float(score[band, best]), found


def row(seen: Look, bearing: Bearing) -> Array:
    """Return the features of a look, in the order of :data:`NAMES`: logarithms of ratios [1]."""
    return np.concatenate([features.row(seen, bearing), ring_row(seen, bearing)])
