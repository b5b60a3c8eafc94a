"""The cutting conditions of tools as columns of numbers for the regression.

A positive number enters as its logarithm, so that its coefficient is an exponent as in Taylor's
law; a word enters as one column a level. What differs in no tool, or says the same as another
column, is left out and said so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.forecast.table import Array, Condition, ToolRecord

# Weakly informative scales of the effect on ln VB (assumptions, in the units of the column):
# published exponents of Taylor's life law lie within ±4, the exponent of wear over time below 1.
EXPONENT_SD = 1.0
LINEAR_SD = 0.5
LEVEL_SD = 0.7
MOST_LEVELS = 30


@dataclass(frozen=True, slots=True)
class Column:
    """One condition and how it becomes columns.

    Attributes
    ----------
    name : str
        Name of the condition.
    kind : str
        ``log``, ``linear`` or ``level``.
    centre, spread : float
        Of the numbers (of their logarithms for ``log``) in the tools that were learnt from.
    levels : tuple of str
        Known words of a ``level`` condition.
    """

    name: str
    kind: str
    centre: float = 0.0
    spread: float = 1.0
    levels: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """How many columns; one more than the levels, for a word nobody has seen yet."""
        return len(self.levels) + 1 if self.kind == "level" else 1

    @property
    def scale(self) -> float:
        """Prior standard deviation of the effect on ln VB of one unit of a column [1]."""
        return {"log": EXPONENT_SD, "linear": LINEAR_SD, "level": LEVEL_SD}[self.kind]

    def encode(self, value: Condition | None) -> list[float]:
        """The columns of one value; a blank is an average tool."""
        if self.kind == "level":
            known = [float(value == level) for level in self.levels]
            return [*known, float(not any(known))]
        if not isinstance(value, float) or (self.kind == "log" and value <= 0):
            return [0.0]
        number = math.log(value) if self.kind == "log" else value
        return [(number - self.centre) / self.spread]


@dataclass(frozen=True, slots=True)
class Settings:
    """All conditions that a law uses, and what it could not use."""

    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()

    def matrix(self, records: Sequence[ToolRecord]) -> Array:
        """One row for each tool; shape (tools, width)."""
        rows = [
            [x for column in self.columns for x in column.encode(r.conditions.get(column.name))]
            for r in records
        ]
        return np.array(rows, dtype=float).reshape(len(records), self.width)

    @property
    def width(self) -> int:
        """Number of columns of :meth:`matrix`."""
        return sum(column.width for column in self.columns)

    @property
    def scales(self) -> Array:
        """Prior standard deviation of each column's effect on ln VB [1]."""
        return np.array([c.scale for c in self.columns for _ in range(c.width)], dtype=float)

    def unknown(self, record: ToolRecord) -> list[str]:
        """Conditions of a tool that no tool learnt from had."""
        return [
            f"{c.name} {record.conditions.get(c.name)!r} was in no other tool"
            for c in self.columns
            if c.kind == "level" and record.conditions.get(c.name) not in c.levels
        ]


def learn(records: Sequence[ToolRecord]) -> Settings:
    """Choose the conditions that differ between tools and how each enters."""
    names = list(dict.fromkeys(name for r in records for name in r.conditions))
    columns: list[Column] = []
    notes: list[str] = []
    seen: dict[tuple[int, ...], Column] = {}
    for name in names:
        values = [r.conditions.get(name) for r in records]
        column, note = _column(name, values)
        split = _partition(values)
        twin = seen.get(split)
        # Two numbers that move together share the effect; a word beside them adds nothing.
        if column and twin and "level" in {column.kind, twin.kind}:
            column, note = None, f"{name} tells the tools apart just as {twin.name} does"
        if column is None:
            notes.append(f"condition {note}: not used")
        else:
            seen[split] = column
            columns.append(column)
    return Settings(tuple(columns), tuple(notes))


def _partition(values: Sequence[Condition | None]) -> tuple[int, ...]:
    """Which tools share a value: equal for two columns that carry the same information."""
    first: dict[Condition | None, int] = {}
    return tuple(first.setdefault(value, index) for index, value in enumerate(values))


def _column(name: str, values: Sequence[Condition | None]) -> tuple[Column | None, str]:
    given = [value for value in values if value is not None]
    if len(set(given)) < 2:
        return None, f"{name} is the same for every tool"
    if all(isinstance(value, float) for value in given):
        return _numeric(name, np.array(given, dtype=float)), ""
    words = sorted({str(value) for value in given})
    if len(words) > MOST_LEVELS or len(words) == len(given) > 2:
        return None, f"{name} has a word of its own for nearly every tool"
    return Column(name, "level", levels=tuple(words)), ""


def _numeric(name: str, numbers: Array) -> Column:
    if bool((numbers > 0).all()):
        return Column(name, "log", centre=float(np.log(numbers).mean()))
    return Column(name, "linear", float(numbers.mean()), float(numbers.std()))
