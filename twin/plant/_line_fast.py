"""Compiled runs of a line: which is exact for it, and its rows as blocks of columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from twin.plant import _line_shop as shop
from twin.plant._line_plan import Layout, Planner, inexact
from twin.plant._line_settings import Settings
from twin.plant._line_shop import LINE_EVENTS, MODES, STATION_EVENTS
from twin.plant.base import Fast, Placed, World
from twin.records import Facts, Recorder
from twin.tables import Words

Tick = Callable[[], None]


def fast(name: str, plant: Mapping[str, Placed]) -> Fast | str:
    """Return a compiled run of a line, or why none is exact."""
    line: Settings = plant[name].settings
    reasons = list(inexact(line))
    if reasons:
        return f"no compiled engine has {', '.join(reasons)}"
    return Fast(Calendar(name, line), name="calendar")


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
        names = Names(self.name, layout)
        _events(facts, names, np.concatenate(recorded.events))
        _states(facts, names, np.concatenate(recorded.states))
        _samples(facts, names, np.concatenate(recorded.samples))

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


class Names:
    """What the numbers of a compiled run are called in the facts."""

    def __init__(self, line: str, layout: Layout) -> None:
        self.line = line
        self.stations = [f"{line}.stations.{key}" for key in layout.keys]
        alone = {key for key, place in layout.machines} - {k for k, p in layout.machines if p > 0}
        self.machines = [
            f"{line}.stations.{key}" + ("" if key in alone else f".{place + 1}")
            for key, place in layout.machines
        ]

    @property
    def events(self) -> list[tuple[str, str]]:
        """Source and name of every kind of event."""
        own = [(self.line, name) for name in LINE_EVENTS]
        stations = [(source, name) for source in self.stations for name in STATION_EVENTS]
        return own + stations + [(source, "breakdown") for source in self.machines]

    @property
    def levels(self) -> list[tuple[str, str]]:
        """Source and channel of every level."""
        return [(self.line, "wip"), *((source, "queue") for source in self.stations)]


def _words(kinds: Any, texts: Sequence[str]) -> Words:
    """A column of text from numbers that stand for texts, of which some may be equal."""
    names = tuple(dict.fromkeys(texts))
    codes = np.array([names.index(text) for text in texts], np.int32)
    return Words(codes[kinds], names)


def _events(facts: Facts, names: Names, rows: Any) -> None:
    numbers, codes = np.unique(rows[:, 2], return_inverse=True)
    subjects = tuple("" if number == shop.NONE else str(number) for number in numbers.tolist())
    x = rows.view(np.float64)
    facts.events.extend_columns({
        "time": x[:, 0].copy(), "source": _words(rows[:, 1], [s for s, _ in names.events]),
        "name": _words(rows[:, 1], [n for _, n in names.events]),
        "subject": Words(codes.astype(np.int32), subjects), "value": x[:, 3].copy(),
    })  # fmt: skip


def _states(facts: Facts, names: Names, rows: Any) -> None:
    facts.states.extend_columns({
        "time": rows.view(np.float64)[:, 0].copy(), "source": _words(rows[:, 1], names.machines),
        "state": _words(rows[:, 2], MODES),
    })  # fmt: skip


def _samples(facts: Facts, names: Names, rows: Any) -> None:
    """Every level is 0 at first."""
    first = np.zeros((len(names.levels), rows.shape[1]), np.int64)
    first[:, 1] = np.arange(len(first))
    rows = np.concatenate([first, rows])
    facts.samples.extend_columns({
        "time": rows.view(np.float64)[:, 0].copy(),
        "source": _words(rows[:, 1], [s for s, _ in names.levels]),
        "channel": _words(rows[:, 1], [c for _, c in names.levels]),
        "value": rows[:, 2].astype(np.float64),
    })  # fmt: skip
