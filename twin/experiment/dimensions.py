"""What an experiment varies: ranges, whole numbers and choices, read from ``PATH=…``."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault, did_you_mean
from twin.params import Declaration
from twin.rng import stream
from twin.scenario import Scenario
from twin.setting import read_setting

Point = dict[str, Any]
"""Path → value, in trade units."""
EXAMPLE = "such as mill.cutting_speed=120:240:7 or mill.coolant=flood,dry"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One parameter that varies: between ``low`` and ``high``, or over ``options``.

    ``steps`` is how many values a grid takes of a range; None where none was asked.
    """

    path: str
    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    options: tuple[Any, ...] = ()
    steps: int | None = None

    @property
    def size(self) -> int | None:
        """How many values there are; None for a range of real numbers."""
        if self.options:
            return len(self.options)
        return int(self.high - self.low) + 1 if self.whole else None

    def at(self, share: float) -> Any:
        """Return the value that lies ``share`` of the way through, 0 to 1.

        >>> Dimension("p", 1, 4, whole=True).at(0.99), Dimension("p", 1, 4).at(0.5)
        (4, 2.5)
        """
        if self.options:
            return self.options[min(int(share * len(self.options)), len(self.options) - 1)]
        if self.whole:
            return min(int(self.low + share * (self.high - self.low + 1)), int(self.high))
        return float(self.low + share * (self.high - self.low))

    def values(self) -> tuple[Any, ...]:
        """Return every value that a grid takes."""
        if self.options:
            return self.options
        if self.steps is None and self.whole:
            return tuple(range(int(self.low), int(self.high) + 1))
        if self.steps is None:
            message = "a grid needs how many values: write PATH=LO:HI:N, or ask for --sample N"
            raise BadInput(Fault(message, "vary", "", repr(self.path)))
        spread = np.linspace(self.low, self.high, self.steps)
        if self.whole:
            return tuple(dict.fromkeys(round(value) for value in spread.tolist()))
        return tuple(spread.tolist())


def read_dimension(text: str, scenario: Scenario) -> Dimension:
    """Read ``PATH=LO:HI[:N]`` or ``PATH=A,B,C``, checked by the parameter's declaration.

    Raises
    ------
    BadInput
        When it is not written so, there is no such parameter, or an end is not allowed.
    """
    path, equals, spread = text.partition("=")
    if not equals:
        raise BadInput(Fault(f"is not PATH=LO:HI:N, {EXAMPLE}", "vary", "", repr(text)))
    declared = scenario.declaration(path.strip())
    if ":" in spread:
        found = _range(text, declared, spread.split(":"))
    else:
        found = _options(text, declared, [word.strip() for word in spread.split(",")])
    for value in found.options or (found.low, found.high):
        _allowed(declared, value)
    return found


def _range(text: str, declared: Declaration, pieces: Sequence[str]) -> Dimension:
    if declared.form not in {"quantity", "count"}:
        message = f"has no range, it is {declared.range_text or declared.form}; {EXAMPLE}"
        raise BadInput(Fault(message, declared.path, "", repr(text)))
    whole = declared.form == "count"
    try:
        low, high = float(pieces[0]), float(pieces[1])
        steps = int(pieces[2]) if len(pieces) > 2 else None
        sound = len(pieces) <= 3 and low <= high and (steps is None or steps >= 1)
    except (ValueError, IndexError):
        sound = False
    if not sound or (whole and not (low.is_integer() and high.is_integer())):
        numbers = "whole numbers, " if whole else ""
        message = f"is not PATH=LO:HI:N ({numbers}LO not above HI), {EXAMPLE}"
        raise BadInput(Fault(message, "vary", "", repr(text)))
    return Dimension(declared.path, low, high, whole, steps=steps)


def _options(text: str, declared: Declaration, words: Sequence[str]) -> Dimension:
    if not all(words):
        raise BadInput(Fault(f"is not PATH=A,B,C, {EXAMPLE}", "vary", "", repr(text)))
    values = tuple(read_setting(f"{declared.path}={word}")[1] for word in words)
    return Dimension(declared.path, options=tuple(dict.fromkeys(values)))


def _allowed(declared: Declaration, value: Any) -> None:
    low, high = declared.low, declared.high
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    outside = is_number and (
        (low is not None and value < low) or (high is not None and value > high)
    )
    if outside or (declared.options and value not in declared.options):
        near = did_you_mean(str(value), declared.options) if declared.options else ""
        message = f"allowed {declared.range_text}{near if near.startswith(',') else ''}"
        raise BadInput(Fault(message, declared.path, "", repr(value)))


def grid(dimensions: Sequence[Dimension]) -> list[Point]:
    """Return every combination."""
    values = itertools.product(*(dimension.values() for dimension in dimensions))
    return [_point(dimensions, chosen) for chosen in values]


def latin_hypercube(dimensions: Sequence[Dimension], n: int, seed: int) -> list[Point]:
    """Return ``n`` points that cover every dimension evenly, by Latin hypercube."""
    from scipy.stats import qmc

    sampler = qmc.LatinHypercube(len(dimensions), rng=stream(seed, "experiment.latin_hypercube"))
    shares: npt.NDArray[np.float64] = sampler.random(n)
    return [
        _point(dimensions, [d.at(share) for d, share in zip(dimensions, row, strict=True)])
        for row in shares.tolist()
    ]


def _point(dimensions: Sequence[Dimension], values: Sequence[Any]) -> Point:
    return {d.path: value for d, value in zip(dimensions, values, strict=True)}


def combinations(dimensions: Sequence[Dimension]) -> int | None:
    """Return how many points there are; None when a dimension is a range of real numbers."""
    total = 1
    for dimension in dimensions:
        if dimension.size is None:
            return None
        total *= dimension.size
    return total
