"""Compiled runs of a line: which is exact for it, and its rows as blocks of columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from twin.plant._line_inexact import inexact, not_serial
from twin.plant._line_lane import Lane
from twin.plant._line_plan import Layout, Planner
from twin.plant._line_rows import Names, calendar_rows, calendar_tally, serial_tally, write_rows
from twin.plant._line_settings import Settings
from twin.plant.base import Fast, Placed, World
from twin.records import Facts, Recorder
from twin.tallies import Tally

Tick = Callable[[], None]


def fast(name: str, plant: Mapping[str, Placed]) -> Fast | str:
    """Return a compiled run of a line, or why none is exact."""
    line: Settings = plant[name].settings
    if not not_serial(line):
        return Fast(Serial(name, line), name="max-plus")
    reasons = list(inexact(line))
    if reasons:
        return f"no compiled engine has {', '.join(reasons)}"
    return Fast(Calendar(name, line), name="calendar")


@dataclass
class Serial:
    """A serial line on the max-plus recursion."""

    name: str
    line: Settings

    def __call__(self, seed: int, horizon: float, facts: Facts, tick: Tick) -> None:
        """Append the rows of one run up to ``horizon`` [s]."""
        lane = Lane(self.name, self.line)
        _sums, traces = lane.run(seed, facts.warmup, horizon, trace=True, tick=tick)
        assert traces is not None
        write_rows(facts, lane, traces, horizon)

    def tally(self, seed: int, start: float, end: float, tick: Tick) -> Tally:
        """Return what the rows of one run add up to from ``start`` to ``end`` [s]."""
        lane = Lane(self.name, self.line)
        sums, _traces = lane.run(seed, start, end, tick=tick)
        return serial_tally(lane, sums)


@dataclass
class Calendar:
    """A line on the compiled event calendar."""

    name: str
    line: Settings
    _layouts: dict[bool, Layout] = field(default_factory=dict, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return Calendar, (self.name, self.line)

    def layout(self, *, trace: bool) -> Layout:
        """Return the line's memory before its first instant."""
        if trace not in self._layouts:
            self._layouts[trace] = Planner(self.name, self.line, trace=trace).layout()
        return self._layouts[trace]

    def __call__(self, seed: int, horizon: float, facts: Facts, tick: Tick) -> None:
        """Append the rows of one run up to ``horizon`` [s]."""
        from twin.plant._line_drive import Stuck, run

        layout = self.layout(trace=True)
        try:
            _memory, recorded = run(layout, seed, facts.warmup, horizon, tick)
        except Stuck:
            self.refuse(seed, horizon)
        calendar_rows(facts, Names(self.name, layout), recorded)

    def tally(self, seed: int, start: float, end: float, tick: Tick) -> Tally:
        """Return what the rows of one run add up to from ``start`` to ``end`` [s]."""
        from twin.plant._line_drive import Stuck, run

        layout = self.layout(trace=False)
        try:
            memory, recorded = run(layout, seed, start, end, tick)
        except Stuck:
            self.refuse(seed, end)
        return calendar_tally(Names(self.name, layout), memory, recorded)

    def refuse(self, seed: int, horizon: float) -> NoReturn:
        """Let the reference engine say which stations wait for each other.

        Raises
        ------
        BadInput
            What it says.
        """
        import simpy

        from twin.plant.line import Model

        env = simpy.Environment()
        Model(self.name, self.line, World(env, seed, Recorder(lambda: float(env.now)))).start()
        env.run(until=horizon)
        raise RuntimeError("the compiled calendar has found a deadlock where there is none")
