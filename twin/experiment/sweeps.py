"""Sweeps: many variants of one scenario; what was finished is never computed again."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.errors import BadInput, Fault
from twin.experiment.replications import Cancel, Progress
from twin.experiment.results import Result
from twin.experiment.runs import run
from twin.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Axis:
    """One parameter that a sweep varies, and the values it takes (trade units)."""

    path: str
    values: tuple[float, ...]


def read_axis(text: str) -> Axis:
    """Read ``PATH=LO:HI:N``.

    >>> read_axis("mill.cutting_speed=100:200:3").values
    (100.0, 150.0, 200.0)
    """
    path, _, spread = text.partition("=")
    pieces = spread.split(":")
    try:
        low, high, n = float(pieces[0]), float(pieces[1]), int(pieces[2])
        if n < 1 or len(pieces) != 3:
            raise ValueError
    except (ValueError, IndexError):
        message = "is not PATH=LO:HI:N, such as mill.cutting_speed=120:240:7"
        raise BadInput(Fault(message, "vary", "", repr(text))) from None
    return Axis(path, tuple(float(value) for value in np.linspace(low, high, n)))


def sweep(
    scenario: Scenario,
    axes: Sequence[Axis],
    *,
    replications: int | None = None,
    workers: int = 1,
    on_progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> list[tuple[dict[str, float], Result]]:
    """Run the grid of ``axes``; every point is stored at once, so a sweep resumes."""
    grid = list(itertools.product(*(axis.values for axis in axes)))
    points = [dict(zip((axis.path for axis in axes), values, strict=True)) for values in grid]
    variants = [scenario.with_values(point) for point in points]
    found = []
    for index, (point, variant) in enumerate(zip(points, variants, strict=True)):
        result = run(
            variant, replications=replications, workers=workers, sense=False, cancelled=cancelled
        )
        found.append((point, result))
        if on_progress is not None:
            on_progress(index + 1, len(points))
    return found
