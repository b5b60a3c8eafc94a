"""What the rows of a run tell about each tool: minutes cut by it, and what was measured on it.

Only what a controller counts and a gauge reads: cutting states, tool numbers, inspections. The
``wear`` that the twin records is the truth that nobody on the shop floor has; of these rows only
the time is used, which is when a cut ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from twin.forecast.table import Array
from twin.records import Facts
from twin.units import from_si

READ = {"wear", "tool", "measured_wear"}
"""Channels that tell when a cut ended, which tool is in, and what the gauge read."""
WORN = "worn"
"""A node's word for a worn tool."""
SILENT = {"idle", "bad", "unsure"}
"""What a node says when it saw nothing, or nothing clear."""


@dataclass(slots=True)
class InUse:
    """The tool of one kind that is in use.

    Attributes
    ----------
    number : int
        Which tool of its kind, from 1.
    cut_min : float
        Minutes that it has cut [min].
    readings : list of (float, float)
        Minutes cut when its wear was measured, and what the gauge said [min, mm].
    verdicts : list of (float, bool)
        Minutes cut when a node looked at it, and whether it said "worn".
    broken : bool
        It broke, and its successor is not in yet.
    """

    number: int = 1
    cut_min: float = 0.0
    readings: list[tuple[float, float]] = field(default_factory=list)
    verdicts: list[tuple[float, bool]] = field(default_factory=list)
    broken: bool = False


@dataclass(slots=True)
class Cutting:
    """Minutes cut by all tools of one kind: a staircase over simulated time [s] → [min]."""

    time: list[float] = field(default_factory=lambda: [0.0])
    minutes: list[float] = field(default_factory=lambda: [0.0])

    def add(self, time: float, minutes: float) -> None:
        """Note that a cut of so many minutes ended."""
        self.time += [max(time - 60.0 * minutes, self.time[-1]), time]
        self.minutes += [self.minutes[-1], self.minutes[-1] + minutes]

    def at(self, time: Array) -> Array:
        """Minutes cut up to some times [s]."""
        return np.asarray(np.interp(time, self.time, self.minutes), dtype=float)


def cutting_clock(facts: Facts, machine: str) -> tuple[Array, Array]:
    """Return times [s] and the seconds that a machine has cut until each; linear in between."""
    rows = [(row.time, row.state == "cutting") for row in facts.states if row.source == machine]
    rows.append((max(facts.end, rows[-1][0] if rows else 0.0), False))
    time = np.array([at for at, _ in rows])
    on = np.array([cutting for _, cutting in rows[:-1]], dtype=float)
    return time, np.concatenate([[0.0], np.cumsum(np.diff(time) * on)])


def follow(
    facts: Facts, machine: str, sources: Sequence[str], in_spindle: str, nodes: Sequence[str] = ()
) -> tuple[dict[str, InUse], dict[str, Cutting]]:
    """Follow the tools of one machine through a run.

    Parameters
    ----------
    facts : Facts
        The rows, up to now.
    machine : str
        Its name.
    sources : sequence of str
        Sources of the rows of its kinds of tool.
    in_spindle : str
        Source of the tool in the spindle now: it gets the cut that is not finished.
    nodes : sequence of str
        Nodes whose verdict "worn" is about the tool in the spindle.

    Returns
    -------
    dict, dict
        By source: the tool in use, and the minutes cut by all tools of that kind.
    """
    clock = cutting_clock(facts, machine)
    tools = {source: InUse() for source in sources}
    cuts = {source: Cutting() for source in sources}
    rows = [row for row in facts.samples if row.source in tools and row.channel in READ]
    seconds = np.interp([row.time for row in rows], *clock)
    done = 0.0
    spindle: list[tuple[float, str]] = []
    for row, total in zip(rows, seconds.tolist(), strict=True):
        tool = tools[row.source]
        if row.channel == "wear":
            minutes, done = (total - done) / 60.0, total
            cuts[row.source].add(row.time, minutes)
            tool.cut_min += minutes
            spindle.append((row.time, row.source))
        elif row.channel == "tool":
            tools[row.source] = InUse(number=int(row.value))
        else:
            tool.readings.append((tool.cut_min, float(from_si(row.value, "mm"))))
    rest = (float(clock[1][-1]) - done) / 60.0
    tools[in_spindle].cut_min += rest
    cuts[in_spindle].add(facts.end, rest)
    _note_breaks(facts, tools)
    _note_verdicts(facts, nodes, tools, cuts, spindle)
    return tools, cuts


def _note_breaks(facts: Facts, tools: Mapping[str, InUse]) -> None:
    for row in facts.events:
        if row.name == "tool_break" and row.source in tools:
            tool = tools[row.source]
            tool.broken = tool.broken or row.subject == str(tool.number)


def _note_verdicts(
    facts: Facts,
    nodes: Sequence[str],
    tools: Mapping[str, InUse],
    cuts: Mapping[str, Cutting],
    spindle: Sequence[tuple[float, str]],
) -> None:
    """Give each verdict to the tool that was cutting then, where that tool is still in."""
    ends = np.array([time for time, _ in spindle])
    for row in facts.inferences:
        if row.source not in nodes or not len(ends):
            continue
        source = spindle[min(int(np.searchsorted(ends, row.time)), len(ends) - 1)][1]
        if row.label in SILENT:
            continue
        tool, cut = tools[source], cuts[source]
        at = tool.cut_min - (cut.minutes[-1] - float(cut.at(np.array(row.time))))
        if at >= 0:
            tool.verdicts.append((at, row.label == WORN))
