"""KPIs from tallies: many runs at once, without their rows.

The rules are those of :mod:`twin.kpi`; sums are taken in another order, so a KPI may differ from
that of the rows in its last digits.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from twin import measures as m
from twin.kpi import source_of
from twin.tallies import Tally
from twin.units import from_si

Array = npt.NDArray[np.float64]
LEAVES = (m.Count, m.Total, m.MeanValue, m.Quantile, m.Elapsed, m.TimeIn, m.Integral, m.Mean)


def answerable(measures: Iterable[m.Measure], sample: Tally) -> bool:
    """Return whether tallies like ``sample`` hold all that these measures are read from."""
    return all(_answerable(measure.rule, sample) for measure in measures)


def _answerable(rule: m.Rule, sample: Tally) -> bool:
    match rule:
        case m.Sum(parts):
            return all(_answerable(part, sample) for part in parts)
        case m.Product(one, other) | m.Ratio(one, other):
            return _answerable(one, sample) and _answerable(other, sample)
        case m.At(_, inner):
            return _answerable(inner, sample)
        case m.Quantile(event):
            return any(name == event for _, name in sample.values)
        case m.Mean(channel) | m.Integral(channel):
            return any(name == channel for _, name in sample.areas)
    return isinstance(rule, (*LEAVES, m.Constant))


def evaluate(measures: Mapping[str, m.Measure], tallies: Sequence[Tally]) -> dict[str, Array]:
    """Return the KPIs of ``measures`` (path → measure), each for all runs, in its own unit."""
    reader = Reader(tallies)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            path: np.asarray(
                from_si(reader.value(measure.rule, source_of(path, measure)), measure.unit)
            )
            for path, measure in measures.items()
        }


class Reader:
    """Answers rules for several runs at once."""

    def __init__(self, tallies: Sequence[Tally]) -> None:
        self.tallies = tallies
        self._nothing = np.zeros(len(tallies))
        self._sums = functools.cache(self._sum)

    def _sum(self, table: str, source: str, name: str) -> Array:
        found = [getattr(tally, table).get((source, name), 0.0) for tally in self.tallies]
        return np.array(found, np.float64)

    def value(self, rule: m.Rule, source: str) -> Array:  # noqa: PLR0911 - one return a rule
        """Return the value of ``rule`` [SI] in every run; not a number where it is unknown."""
        match rule:
            case m.Constant(value):
                return self._nothing + value
            case m.At(part, inner):
                return self.value(inner, f"{source}.{part}")
            case m.Sum(parts):
                return sum((self.value(part, source) for part in parts), self._nothing)
            case m.Product(one, other):
                return self.value(one, source) * self.value(other, source)
            case m.Ratio(upper, lower):
                return _over(self.value(upper, source), self.value(lower, source))
            case m.TimeIn(states):
                return sum((self._sums("times", source, s) for s in states), self._nothing)
        return self._leaf(rule, source)

    def _leaf(self, rule: m.Rule, source: str) -> Array:  # noqa: PLR0911 - as above
        match rule:
            case m.Elapsed():
                return np.array([tally.span for tally in self.tallies])
            case m.Count(event):
                return self._sums("counts", source, event)
            case m.Total(event):
                return self._sums("totals", source, event)
            case m.MeanValue(event):
                counts = self._sums("counts", source, event)
                return _over(self._sums("totals", source, event), counts)
            case m.Integral(channel):
                return self._sums("areas", source, channel)
            case m.Mean(channel):
                spans = np.array([tally.span for tally in self.tallies])
                return _over(self._sums("areas", source, channel), spans)
            case m.Quantile(event, share):
                values = (tally.values[source, event] for tally in self.tallies)
                return np.array([np.quantile(v, share) if len(v) else math.nan for v in values])
        raise TypeError(f"a tally cannot answer {rule!r}")


def _over(upper: Array, lower: Array) -> Array:
    return np.where(lower != 0.0, upper / lower, math.nan)
