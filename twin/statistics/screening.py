"""Morris screening: which of many parameters weigh, from few points.

A trajectory of k + 1 points goes through a grid of four levels and changes one parameter a step, by
two thirds of its range; what the step does is an elementary effect. Over some trajectories, their
mean size μ* says how much a parameter weighs, their spread σ whether that depends on the others, or
is not straight.

References
----------
Morris (1991). Technometrics 33, 161-174. Campolongo, Cariboni & Saltelli (2007). Environmental
Modelling & Software 22, 1509-1518 (μ*).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.statistics.intervals import Estimate, estimate

Array = npt.NDArray[np.float64]
LEVELS = 4
STEP = LEVELS / (2 * (LEVELS - 1))
LEAST_TRAJECTORIES = 4


@dataclass(frozen=True, slots=True)
class Effect:
    """Elementary effects of one parameter, over its whole range.

    Attributes
    ----------
    mean : float
        μ: their mean; near 0 beside a large μ* where they differ in sign.
    weight : Estimate
        μ*: mean of their size, with its interval.
    spread : float
        σ: their standard deviation.
    """

    mean: float
    weight: Estimate
    spread: float


def trajectories(k: int, count: int, rng: np.random.Generator) -> Array:
    """Return ``count`` trajectories through the unit cube of ``k`` parameters.

    Returns
    -------
    array
        Points, shape (count, k + 1, k); each row differs from the last in one place, by STEP.
    """
    starts = rng.integers(0, LEVELS // 2, (count, k)) / (LEVELS - 1)
    found = np.empty((count, k + 1, k))
    for trajectory, start in zip(found, starts, strict=True):
        up = rng.integers(0, 2, k) == 1
        trajectory[:] = np.where(up, start, start + STEP)
        for step, which in enumerate(rng.permutation(k), start=1):
            trajectory[step:, which] += STEP if up[which] else -STEP
    return np.clip(found, 0.0, 1.0)


def effects(points: Array, values: Array) -> list[Effect]:
    """Return the effect of each parameter from the values at the points of some trajectories.

    ``points`` as :func:`trajectories` gives them, ``values`` of shape (count, k + 1).

    >>> rng = np.random.default_rng(1)
    >>> points = trajectories(2, 8, rng)
    >>> straight = effects(points, 3.0 * points[..., 0] - 5.0 * points[..., 1])
    >>> [(round(e.mean, 9), round(e.weight.value, 9), round(e.spread, 9)) for e in straight]
    [(3.0, 3.0, 0.0), (-5.0, 5.0, 0.0)]
    """
    moved = np.diff(points, axis=1)
    which = np.abs(moved).argmax(axis=2)
    by = np.take_along_axis(moved, which[..., None], axis=2)[..., 0]
    slopes = np.diff(values, axis=1) / by
    found = []
    for place in range(points.shape[2]):
        mine = slopes[which == place]
        found.append(
            Effect(float(mine.mean()), estimate(np.abs(mine).tolist()), float(mine.std(ddof=1)))
        )
    return found


def screen(
    function: Callable[[Array], Array], k: int, count: int, rng: np.random.Generator
) -> list[Effect]:
    """Screen ``function``, which takes points of shape (n, k) and gives n values."""
    points = trajectories(k, count, rng)
    values = np.asarray(function(points.reshape(-1, k)), dtype=float)
    return effects(points, values.reshape(count, k + 1))
