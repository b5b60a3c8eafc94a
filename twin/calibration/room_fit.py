"""The most likely room: Kalman likelihood of the readings, with the scenario's values as a guess.

Maximum a posteriori: every free parameter is a factor on its guess with a wide log-normal prior, so
that what the readings cannot tell stays where the scenario has it, and is said to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh
from scipy.optimize import minimize

from twin.calibration.room import Problem
from twin.rng import stream

Array = npt.NDArray[np.float64]

STARTS = 3
MOST_ITERATIONS = 250
REACH = 0.6
"""How far starts lie from the guess, in standard deviations of the prior."""
HAIR = 1e-5
"""Step of differences, in standard deviations of the prior."""
TOLD = 0.7
"""Doubt left of that of the guess [1], from which on the readings do not tell a parameter."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Values by name [SI], each with the ends of its 95 % interval, and how much is told of it.

    ``doubt`` is the standard deviation left, of that of the guess [1]; ``agree`` how many of the
    ``starts`` came to the same likelihood.
    """

    values: dict[str, float]
    low: dict[str, float]
    high: dict[str, float]
    doubt: dict[str, float]
    agree: int
    starts: int


def fit(problem: Problem, seen: int, seed: int = 1) -> Fit:
    """Fit a room to the first ``seen`` rows of its recording."""
    cost = _Cost(problem, seen)
    n = len(problem.free)
    rng = stream(seed, "calibration.starts")
    starts = [np.zeros(n), *(rng.normal(0.0, REACH, n) for _ in range(STARTS - 1))]
    bounds = [(f.place(f.low), f.place(f.high)) for f in problem.free]
    found = [
        minimize(
            cost.with_slope, np.clip(start, *np.array(bounds).T), jac=True, method="L-BFGS-B",
            bounds=bounds, options={"maxiter": MOST_ITERATIONS},
        )
        for start in starts
    ]  # fmt: skip
    best = min(found, key=lambda result: float(result.fun))
    agree = sum(float(result.fun) < float(best.fun) + 1.0 for result in found)
    place = np.asarray(best.x)
    spread = np.sqrt(np.diag(_covariance(cost, place)))
    names = [f.name for f in problem.free]

    def at(shift: float) -> dict[str, float]:
        moved = place + shift * spread
        ends = zip(problem.free, moved, strict=True)
        return {f.name: float(np.clip(f.value(z), f.low, f.high)) for f, z in ends}

    doubt = dict(zip(names, spread.tolist(), strict=True))
    return Fit(at(0.0), at(-1.96), at(1.96), doubt, agree, STARTS)


@dataclass(frozen=True, slots=True)
class _Cost:
    """Minus the logarithm of the posterior, at places of the parameters."""

    problem: Problem
    seen: int

    def values(self, place: Array) -> dict[str, float]:
        return {f.name: f.value(float(z)) for f, z in zip(self.problem.free, place, strict=True)}

    def __call__(self, place: Array) -> float:
        recording = self.problem.recording
        course = self.problem.follow(self.values(place), self.seen)
        use = ~recording.begins[: self.seen]
        miss = (recording.columns["temperature"] - course.expected)[: self.seen][use]
        variance = course.variance[: self.seen][use]
        found = 0.5 * float(np.sum(np.log(variance) + miss**2 / variance) + place @ place)
        return found if np.isfinite(found) else 1e12

    def with_slope(self, place: Array) -> tuple[float, Array]:
        here = self(place)
        moved = place + HAIR * np.eye(len(place))
        return here, np.array([(self(row) - here) / HAIR for row in moved])


def _covariance(cost: _Cost, place: Array) -> Array:
    """Inverse of the curvature; never more doubt than the guess has."""
    n, step = len(place), 0.02
    curve = np.empty((n, n))
    for i in range(n):
        move = np.zeros(n)
        move[i] = step
        curve[i] = (cost.with_slope(place + move)[1] - cost.with_slope(place - move)[1]) / (
            2 * step
        )
    values, vectors = eigh(0.5 * (curve + curve.T))
    return np.asarray((vectors / np.maximum(values, 1.0)) @ vectors.T)
