"""KPIs from fact rows: any KPI can be recomputed from a stored run.

Time counts from the end of the warm-up to the end of the run. A state or a sample holds until
the next row of the same source, so shares of time partition the counted time exactly.
"""

from __future__ import annotations

import copy
import itertools
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import singledispatchmethod
from typing import Any

import numpy as np
import numpy.typing as npt

from twin import measures as m
from twin.physics import demand
from twin.records import Facts
from twin.scenario import Scenario
from twin.tables import IntArray, Part, Runs, Table, Words, groups
from twin.units import from_si

Array = npt.NDArray[np.float64]
UNKNOWN = math.nan
MOST_SPANS = 24
"""Spans kept for another rule that reads the same rows; a year of a shop has too many for all."""
VERDICT_COLUMN = {
    "count": "time", "alarms": "alarm", "energy": "energy", "latency_max": "latency"
}  # fmt: skip
"""Which column of a verdict tells which number."""


Which = IntArray | slice
"""Which rows of a part."""
ALL = slice(None)


class Rows:
    """The rows of one table by the words of some of its columns; grouped on first use."""

    def __init__(self, table: Table[Any], *by: str) -> None:
        self._table = table
        self._by = by
        self._found: dict[tuple[str, ...], list[tuple[Part, Which]]] | None = None

    def _of(self, key: tuple[str, ...]) -> list[tuple[Part, Which]]:
        if self._found is None:
            self._found = defaultdict(list)
            for part in self._table.parts():
                if isinstance(part, Runs):
                    for words, runs in part.where(self._by).items():
                        self._found[words].append((part.of(runs), ALL))
                    continue
                for words, rows in groups(part, self._by).items():
                    self._found[words].append((part, rows))
        return self._found.get(key, [])

    def numbers(
        self, column: str, *key: str, since: float = 0.0, before: float = math.inf
    ) -> Array:
        """A column of the rows of ``key`` between two times [s]; runs begin at 0."""
        pieces = []
        for part, rows in self._of(key):
            values = np.asarray(part[column])[rows]
            if since > 0.0 or before < math.inf:
                times = np.asarray(part["time"])[rows]
                values = values[(times >= since) & (times < before)]
            pieces.append(values)
        return np.concatenate(pieces) if len(pieces) > 1 else (*pieces, np.empty(0))[0]

    def among(self, column: str, words: tuple[str, ...], *key: str) -> npt.NDArray[np.bool_]:
        """Whether the text in a column of the rows of ``key`` is one of ``words``."""
        pieces = []
        for part, rows in self._of(key):
            text = part[column]
            assert isinstance(text, Words)
            wanted = np.array([name in words for name in text.names], dtype=np.bool_)
            pieces.append(wanted[text.codes[rows]])
        return np.concatenate([*pieces, np.empty(0, np.bool_)])


class Reading:
    """The rows of one run, grouped by source, ready to answer rules."""

    def __init__(self, facts: Facts) -> None:
        self.start, self.end = facts.warmup, facts.end
        self.before = math.inf
        self._events = Rows(facts.events, "source", "name")
        self._samples = Rows(facts.samples, "source", "channel")
        self._states = Rows(facts.states, "source")
        self._inferences = Rows(facts.inferences, "source")
        self._messages = Rows(facts.messages, "source")
        self._spans: dict[tuple[Rows, tuple[str, ...]], Array] = {}

    def between(self, start: float, end: float) -> Reading:
        """Return the reading of a part of the run [s]; what happens at its end is not in it."""
        part = copy.copy(self)
        part.start, part.end, part.before = start, end, end
        part._spans = {}
        return part

    @property
    def span(self) -> float:
        """Counted time [s]."""
        return self.end - self.start

    def events(self, source: str, name: str) -> Array:
        """Values of an event of ``source`` after the warm-up."""
        return self._events.numbers("value", source, name, since=self.start, before=self.before)

    def moments(self, source: str, name: str, subject: str) -> Array:
        """When an event of ``source`` happened to ``subject`` [s], the warm-up included."""
        times = self._events.numbers("time", source, name)
        return times[self._events.among("subject", (subject,), source, name)]

    def time_in(self, source: str, states: tuple[str, ...]) -> float:
        """Time ``source`` spent in ``states`` after the warm-up [s]."""
        spans = self._spans_of(self._states, source)
        return float(spans[self._states.among("state", states, source)].sum())

    def _spans_of(self, rows: Rows, *key: str) -> Array:
        """For how long each row held after the warm-up [s]."""
        if (rows, key) not in self._spans:
            if len(self._spans) >= MOST_SPANS:
                self._spans.clear()
            edges = np.append(rows.numbers("time", *key), self.end)
            if self.start > 0.0 or self.before < math.inf:
                np.clip(edges, self.start, self.end, out=edges)
            self._spans[rows, key] = np.diff(edges)
        return self._spans[rows, key]

    def series(self, source: str, channel: str) -> tuple[Array, Array]:
        """Values of a channel and for how long each held after the warm-up [s]."""
        values = self._samples.numbers("value", source, channel)
        return values, self._spans_of(self._samples, source, channel)

    def verdicts(self, source: str, column: str) -> Array:
        """A column of the verdicts of a node after the warm-up."""
        return self._inferences.numbers(column, source, since=self.start, before=self.before)

    def bytes_sent(self, source: str) -> float:
        """Bytes that ``source`` sent after the warm-up."""
        sizes = self._messages.numbers("size", source, since=self.start, before=self.before)
        return float(sizes.sum())


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
        return math.fsum(self.reading.events(self.source, rule.event).tolist())

    @value.register
    def _(self, rule: m.MeanValue) -> float:
        values = self.reading.events(self.source, rule.event)
        return math.fsum(values.tolist()) / len(values) if len(values) else UNKNOWN

    @value.register
    def _(self, rule: m.Quantile) -> float:
        values = self.reading.events(self.source, rule.event)
        return float(np.quantile(values, rule.share)) if len(values) else UNKNOWN

    @value.register
    def _(self, rule: m.Until) -> float:
        happened = self.reading.moments(self.source, rule.event, rule.subject)
        until = float(happened[0]) if len(happened) else self.reading.end
        return until - rule.since if until >= rule.since else UNKNOWN

    @value.register
    def _(self, rule: m.Elapsed) -> float:
        return self.reading.span

    @value.register
    def _(self, rule: m.TimeIn) -> float:
        return self.reading.time_in(self.source, rule.states)

    @value.register
    def _(self, rule: m.Integral) -> float:
        values, spans = self.reading.series(self.source, rule.channel)
        return float((values * spans).sum())

    @value.register
    def _(self, rule: m.Mean) -> float:
        values, spans = self.reading.series(self.source, rule.channel)
        held = spans.sum()
        return float((values * spans).sum() / held) if held > 0 else UNKNOWN

    @value.register
    def _(self, rule: m.Largest) -> float:
        values, spans = self.reading.series(self.source, rule.channel)
        found = values.max(where=spans > 0, initial=-np.inf)
        return float(found) if math.isfinite(found) else UNKNOWN

    @value.register
    def _(self, rule: m.Smallest) -> float:
        values, spans = self.reading.series(self.source, rule.channel)
        found = values.min(where=spans > 0, initial=np.inf)
        return float(found) if math.isfinite(found) else UNKNOWN

    @value.register
    def _(self, rule: m.PeakMean) -> float:
        _starts, means = self._means(rule.channel, rule.window)
        return float(means.max()) if means.size else UNKNOWN

    @value.register
    def _(self, rule: m.MonthlyPeaks) -> float:
        peaks = demand.monthly_peaks(*self._means(rule.channel, rule.window), rule.first)
        return float(demand.billed(peaks, rule.ratchet).sum()) if peaks.size else UNKNOWN

    def _means(self, channel: str, window: float) -> tuple[Array, Array]:
        """Means of a channel in windows of the clock: where each starts [s], and its mean."""
        values, spans = self.reading.series(self.source, channel)
        counted = spans > 0
        held = spans[counted]
        starts = self.reading.end - np.cumsum(held[::-1])[::-1]
        return demand.window_means(starts, values[counted], self.reading.end, window)

    @value.register
    def _(self, rule: m.WhenLargest) -> float:
        return self._when(rule.channel, 1.0)

    @value.register
    def _(self, rule: m.WhenSmallest) -> float:
        return self._when(rule.channel, -1.0)

    def _when(self, channel: str, sign: float) -> float:
        """First counted time at which ``sign`` times the channel is largest [s]."""
        values, spans = self.reading.series(self.source, channel)
        if not (spans > 0).any():
            return UNKNOWN
        place = int(np.argmax(np.where(spans > 0, sign * values, -np.inf)))
        return float(max(self.reading.end - spans[place:].sum(), self.reading.start))

    @value.register
    def _(self, rule: m.Last) -> float:
        values, _spans = self.reading.series(self.source, rule.channel)
        return float(values[-1]) if values.size else UNKNOWN

    @value.register
    def _(self, rule: m.Inferences) -> float:
        if rule.what == "bytes":
            return self.reading.bytes_sent(self.source)
        column = VERDICT_COLUMN[rule.what]
        values = self.reading.verdicts(self.source, column)
        if rule.what == "count":
            return float(len(values))
        if rule.what == "latency_max":
            return float(values.max()) if len(values) else UNKNOWN
        return math.fsum(values.tolist())

    @value.register
    def _(self, rule: m.Constant) -> float:
        return rule.value

    @value.register
    def _(self, rule: m.At) -> float:
        return Evaluator(self.reading, f"{self.source}.{rule.part}").value(rule.rule)

    @value.register
    def _(self, rule: m.Whole) -> float:
        return Evaluator(self.reading, self.source.partition(".")[0]).value(rule.rule)

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


def series(scenario: Scenario, facts: Facts, kpis: Sequence[str], windows: int) -> dict[str, Array]:
    """Return some KPIs in each of ``windows`` equal parts of the counted time, in their own units.

    A KPI is not a number where a part knows nothing of it, as the lead time of no part.
    """
    whole = Reading(facts)
    edges = np.linspace(whole.start, whole.end, windows + 1)
    found = {path: np.empty(windows) for path in kpis}
    for place, (start, end) in enumerate(itertools.pairwise(edges.tolist())):
        part = whole.between(start, end)
        for path in kpis:
            measure = scenario.measures[path]
            value = Evaluator(part, source_of(path, measure)).value(measure.rule)
            found[path][place] = float(from_si(value, measure.unit))
    return found


def evaluate(measures: Mapping[str, m.Measure], facts: Facts) -> dict[str, float]:
    """Return the KPIs of ``measures`` (path → measure) for one run."""
    reading = Reading(facts)
    values = {}
    for path, measure in measures.items():
        value = Evaluator(reading, source_of(path, measure)).value(measure.rule)
        values[path] = float(from_si(value, measure.unit))
    return values
