"""KPIs from fact rows: any KPI can be recomputed from a stored run.

Time counts from the end of the warm-up to the end of the run. A state or a sample holds until
the next row of the same source, so shares of time partition the counted time exactly.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from functools import singledispatchmethod
from typing import Any

import numpy as np
import numpy.typing as npt

from twin import measures as m
from twin.records import Facts
from twin.scenario import Scenario
from twin.units import from_si

Array = npt.NDArray[np.float64]
UNKNOWN = math.nan


class Reading:
    """The rows of one run, sorted by source, ready to answer rules."""

    def __init__(self, facts: Facts) -> None:
        self.start, self.end = facts.warmup, facts.end
        self._events: dict[tuple[str, str], list[float]] = defaultdict(list)
        for event in facts.events:
            if event.time >= self.start:
                self._events[event.source, event.name].append(event.value)
        self._samples: dict[tuple[str, str], tuple[list[float], list[float]]] = {}
        for sample in facts.samples:
            series = self._samples.setdefault((sample.source, sample.channel), ([], []))
            series[0].append(sample.time)
            series[1].append(sample.value)
        self._states: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for state in facts.states:
            self._states[state.source].append((state.time, state.state))
        self._inferences = defaultdict(list)
        for row in facts.inferences:
            if row.time >= self.start:
                self._inferences[row.source].append(row)
        self._bytes: dict[str, int] = defaultdict(int)
        for message in facts.messages:
            if message.time >= self.start:
                self._bytes[message.source] += message.size

    @property
    def span(self) -> float:
        """Counted time [s]."""
        return self.end - self.start

    def events(self, source: str, name: str) -> list[float]:
        """Values of an event of ``source`` after the warm-up."""
        return self._events.get((source, name), [])

    def time_in(self, source: str, states: tuple[str, ...]) -> float:
        """Time ``source`` spent in ``states`` after the warm-up [s]."""
        rows = self._states.get(source, [])
        total = 0.0
        for index, (time, state) in enumerate(rows):
            if state in states:
                until = rows[index + 1][0] if index + 1 < len(rows) else self.end
                total += max(0.0, until - max(time, self.start))
        return total

    def series(self, source: str, channel: str) -> tuple[Array, Array]:
        """Values of a channel and for how long each held after the warm-up [s]."""
        times, values = self._samples.get((source, channel), ([], []))
        if not times:
            return np.empty(0), np.empty(0)
        edges = np.maximum(np.append(times, self.end), self.start)
        return np.asarray(values), np.diff(edges)

    def inferences(self, source: str) -> list[Any]:
        """Verdicts of a node after the warm-up."""
        return self._inferences.get(source, [])

    def bytes_sent(self, source: str) -> int:
        """Bytes that ``source`` sent after the warm-up."""
        return self._bytes.get(source, 0)


class Evaluator:
    """Answers rules for one source of a reading."""

    def __init__(self, reading: Reading, source: str) -> None:
        self.reading = reading
        self.source = source

    @singledispatchmethod
    def value(self, rule: Any) -> float:
        """Return the value of ``rule`` [SI]; not a number when it is unknown."""
        raise TypeError(f"no such rule: {rule!r}")

    @value.register
    def _(self, rule: m.Count) -> float:
        return float(len(self.reading.events(self.source, rule.event)))

    @value.register
    def _(self, rule: m.Total) -> float:
        return math.fsum(self.reading.events(self.source, rule.event))

    @value.register
    def _(self, rule: m.MeanValue) -> float:
        values = self.reading.events(self.source, rule.event)
        return math.fsum(values) / len(values) if values else UNKNOWN

    @value.register
    def _(self, rule: m.Elapsed) -> float:
        return self.reading.span

    @value.register
    def _(self, rule: m.TimeIn) -> float:
        return self.reading.time_in(self.source, rule.states)

    @value.register
    def _(self, rule: m.Integral) -> float:
        values, spans = self.reading.series(self.source, rule.channel)
        return float(values @ spans) if values.size else 0.0

    @value.register
    def _(self, rule: m.Mean) -> float:
        values, spans = self.reading.series(self.source, rule.channel)
        held = spans.sum() if spans.size else 0.0
        return float(values @ spans / held) if held > 0 else UNKNOWN

    @value.register
    def _(self, rule: m.Largest) -> float:
        values, spans = self.reading.series(self.source, rule.channel)
        counted = values[spans > 0] if values.size else values
        return float(counted.max()) if counted.size else UNKNOWN

    @value.register
    def _(self, rule: m.Smallest) -> float:
        values, spans = self.reading.series(self.source, rule.channel)
        counted = values[spans > 0] if values.size else values
        return float(counted.min()) if counted.size else UNKNOWN

    @value.register
    def _(self, rule: m.Last) -> float:
        values, _spans = self.reading.series(self.source, rule.channel)
        return float(values[-1]) if values.size else UNKNOWN

    @value.register
    def _(self, rule: m.Inferences) -> float:
        rows = self.reading.inferences(self.source)
        if rule.what == "bytes":
            return float(self.reading.bytes_sent(self.source))
        if rule.what == "count":
            return float(len(rows))
        if rule.what == "alarms":
            return float(sum(row.alarm for row in rows))
        if rule.what == "energy":
            return math.fsum(row.energy for row in rows)
        return max((row.latency for row in rows), default=UNKNOWN)

    @value.register
    def _(self, rule: m.Constant) -> float:
        return rule.value

    @value.register
    def _(self, rule: m.At) -> float:
        return Evaluator(self.reading, f"{self.source}.{rule.part}").value(rule.rule)

    @value.register
    def _(self, rule: m.Sum) -> float:
        return sum(self.value(part) for part in rule.parts)

    @value.register
    def _(self, rule: m.Product) -> float:
        return self.value(rule.one) * self.value(rule.other)

    @value.register
    def _(self, rule: m.Ratio) -> float:
        lower = self.value(rule.lower)
        return self.value(rule.upper) / lower if lower else UNKNOWN


def source_of(path: str, measure: m.Measure) -> str:
    """The source whose rows a KPI path is read from: ``mill.parts`` → ``mill``."""
    return path.removesuffix(f".{measure.name}")


def compute(scenario: Scenario, facts: Facts) -> dict[str, float]:
    """Return every KPI of a run by its path, in its own unit; not a number when unknown."""
    return evaluate(scenario.measures, facts)


def evaluate(measures: Mapping[str, m.Measure], facts: Facts) -> dict[str, float]:
    """Return the KPIs of ``measures`` (path → measure) for one run."""
    reading = Reading(facts)
    values = {}
    for path, measure in measures.items():
        value = Evaluator(reading, source_of(path, measure)).value(measure.rule)
        values[path] = float(from_si(value, measure.unit))
    return values
