"""Rows and sums of compiled runs of a line, under the names that the facts have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.plant import _line_shop as shop
from twin.plant._line_shop import LINE_EVENTS, MODES, STATION_EVENTS
from twin.records import Array, Facts
from twin.tables import Words
from twin.tallies import Tally

if TYPE_CHECKING:
    from twin.plant._line_drive import Recorded
    from twin.plant._line_lane import Lane, Sums, Traces
    from twin.plant._line_plan import Layout

# -- the calendar -------------------------------------------------------------------------------


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


def calendar_rows(facts: Facts, names: Names, recorded: Recorded) -> None:
    """Append what a run of the calendar recorded."""
    _events(facts, names, np.concatenate(recorded.events))
    _states(facts, names, np.concatenate(recorded.states))
    _samples(facts, names, np.concatenate(recorded.samples))


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
    """Every level is 0 at first: the stations' by rank, then the line's."""
    first = np.zeros((len(names.levels), rows.shape[1]), np.int64)
    first[:, 1] = np.roll(np.arange(len(first)), -1)
    rows = np.concatenate([first, rows])
    facts.samples.extend_columns({
        "time": rows.view(np.float64)[:, 0].copy(),
        "source": _words(rows[:, 1], [s for s, _ in names.levels]),
        "channel": _words(rows[:, 1], [c for _, c in names.levels]),
        "value": rows[:, 2].astype(np.float64),
    })  # fmt: skip


def calendar_tally(names: Names, m: Any, recorded: Recorded) -> Tally:
    """Return what a run of the calendar adds up to."""
    x = m.view(np.float64)
    tally = Tally(float(x[shop.L_END] - x[shop.L_START]))
    for k, source in enumerate(names.machines):
        times = m[m[shop.L_MACHINES] + k * shop.MACHINE + shop.V_TIMES]
        for mode, state in enumerate(MODES):
            tally.times[source, state] = x[times + mode]
    for k, (source, event) in enumerate(names.events):
        tally.counts[source, event] = float(m[m[shop.L_COUNTS] + k])
        tally.totals[source, event] = x[m[shop.L_TOTALS] + k]
    tally.areas[names.line, "wip"] = x[shop.L_AREA]
    for k, source in enumerate(names.stations):
        at = m[shop.L_STATIONS] + k * shop.STATION
        tally.areas[source, "queue"] = x[at + shop.S_AREA]
    tally.values[names.line, "part"] = np.concatenate(recorded.leads)
    return tally


# -- the recursion ------------------------------------------------------------------------------


def serial_tally(lane: Lane, sums: Sums) -> Tally:
    """Return what a run of the recursion adds up to."""
    from twin.plant import _line_maxplus as mp

    tally = Tally(sums.span)
    for key, row in zip(lane.keys, sums.stations, strict=True):
        source = f"{lane.name}.stations.{key}"
        for column, state in (
            (mp.WORKING, "working"), (mp.STARVED, "starved"), (mp.BLOCKED, "blocked"),
            (mp.DOWN, "down"),
        ):  # fmt: skip
            tally.times[source, state] = row[column]
        planned = lane.line.stations[key].cycle_time
        tally.counts[source, "made"] = row[mp.MADE]
        tally.totals[source, "made"] = row[mp.MADE] * planned
        tally.counts[source, "breakdown"] = row[mp.BREAKDOWNS]
        tally.totals[source, "breakdown"] = row[mp.REPAIR]
        tally.areas[source, "queue"] = row[mp.QUEUE]
    for column, event in ((mp.OUT, "part"), (mp.IN, "enter"), (mp.LOST, "lost")):
        tally.counts[lane.name, event] = sums.line[column]
    tally.totals[lane.name, "part"] = sums.line[mp.LEAD]
    tally.areas[lane.name, "wip"] = sums.line[mp.WIP]
    tally.values[lane.name, "part"] = sums.leads
    return tally


def write_rows(facts: Facts, lane: Lane, traces: Traces, end: float) -> None:
    """Append the rows of a run of the recursion up to ``end`` [s], in the order of the floor."""
    _serial_events(facts, lane, traces, end)
    _serial_states(facts, lane, traces, end)
    _serial_samples(facts, lane, traces, end)


def _serial_events(facts: Facts, lane: Lane, traces: Traces, end: float) -> None:
    """What is due comes first, the last station before the others; then what stations do."""
    n, (_here, _start, finish, leave) = len(lane.keys), traces.trace
    born, number = traces.entered
    ranks = np.arange(n)[::-1]
    release, out, enter = n, n + 1, n if lane.mode else 2 * n + 0.1
    planned = [s.cycle_time for s in lane.line.stations.values()]
    breaks = traces.breaks
    place = breaks[:, 0].astype(int)
    # At the begin of work a machine breaks down while its station acts, else before that.
    struck = np.where(breaks[:, 3] > 0, n + 1.5, 0) + ranks[place]
    lost_number = np.setdiff1d(np.arange(1, int(number[-1]) + 1), number)[: len(traces.lost)]
    # Columns: time, phase, source (the line, then its stations), name, part, value.
    pieces = [
        _rows(born, enter, 0, 0, number, 0.0),
        _rows(leave[-1], out, 0, 1, number, leave[-1] - born),
        _rows(traces.lost, release, 0, 2, lost_number, 0.0),
        _rows(breaks[:, 1], struck, place + 1, 4, 0, breaks[:, 2]),
        *(_rows(finish[j], ranks[j], j + 1, 3, number, planned[j]) for j in range(n)),
    ]
    rows = _ordered(pieces, end)
    numbers, codes = np.unique(rows[4].astype(np.int64), return_inverse=True)
    subjects = tuple("" if k == 0 else str(k) for k in numbers.tolist())
    facts.events.extend_columns({
        "time": rows[0], "source": Words(rows[2].astype(np.int32), _sources(lane)),
        "name": Words(rows[3].astype(np.int32), ("enter", "part", "lost", "made", "breakdown")),
        "subject": Words(codes.astype(np.int32), subjects), "value": rows[5],
    })  # fmt: skip


def _sources(lane: Lane) -> tuple[str, ...]:
    return (lane.name, *(f"{lane.name}.stations.{key}" for key in lane.keys))


def _rows(time: Array, *columns: Any) -> Array:
    return np.array([time, *(np.broadcast_to(column, time.shape) for column in columns)])


def _ordered(pieces: Sequence[Array], end: float) -> Array:
    """Rows before ``end`` by time, then by their second column."""
    rows = np.concatenate(pieces, axis=1)
    rows = rows[:, rows[0] < end]
    return rows[:, np.lexsort((rows[1], rows[0]))]


def _serial_states(facts: Facts, lane: Lane, traces: Traces, end: float) -> None:
    n = len(lane.keys)
    pieces = []
    for j in range(n):
        times, modes = _spells(lane, traces, j)
        pieces.append(_rows(times, n - 1 - j, j, modes))
    rows = _ordered(pieces, end)
    facts.states.extend_columns({
        "time": rows[0], "source": Words(rows[2].astype(np.int32), _sources(lane)[1:]),
        "state": Words(rows[3].astype(np.int32), MODES),
    })  # fmt: skip


def _spells(lane: Lane, traces: Traces, j: int) -> tuple[Array, Array]:
    """When each spell of a state of station ``j`` begins, and which it is; none is empty."""
    here, start, finish, leave = traces.trace[:, j]
    free = np.concatenate([[0.0], leave[:-1]])
    came = np.maximum(here, free)
    breaks = traces.breaks[traces.breaks[:, 0] == j]
    begins = np.stack([free, came, start, finish], axis=1).ravel()
    modes = np.tile([shop.STARVED, shop.BLOCKED, shop.WORKING, shop.BLOCKED], len(free))
    down = np.stack([breaks[:, 1], breaks[:, 1] + breaks[:, 2]], axis=1).ravel()
    begins = np.concatenate([begins, down])
    modes = np.concatenate([modes, np.tile([shop.DOWN, shop.WORKING], len(breaks))])
    order = np.argsort(begins, kind="stable")
    begins, modes = begins[order], modes[order]
    lasting = np.concatenate([begins[1:] > begins[:-1], [True]])
    begins, modes = begins[lasting], modes[lasting]
    new = np.concatenate([[True], modes[1:] != modes[:-1]])
    return begins[new], modes[new]


def _serial_samples(facts: Facts, lane: Lane, traces: Traces, end: float) -> None:
    n = len(lane.keys)
    here, start = traces.trace[0], traces.trace[1]
    levels = [(traces.entered[0], traces.trace[3, -1]), *zip(here, start, strict=True)]
    ranks = [n, *range(n - 1, -1, -1)]
    first = np.zeros((4, n + 1))
    first[2] = [*range(n, 0, -1), 0]
    pieces = []
    for source, (up, down) in enumerate(levels):
        times, values = _level(up, down)
        pieces.append(_rows(times, ranks[source], source, values))
    rows = np.concatenate([first, _ordered(pieces, end)], axis=1)
    facts.samples.extend_columns({
        "time": rows[0], "source": Words(rows[2].astype(np.int32), _sources(lane)),
        "channel": Words((rows[2] > 0).astype(np.int32), ("wip", "queue")), "value": rows[3],
    })  # fmt: skip


def _level(up: Array, down: Array) -> tuple[Array, Array]:
    """When a level that goes up and down has changed, and to what, once an instant."""
    times = np.concatenate([up, down])
    order = np.argsort(times, kind="stable")
    times, steps = times[order], np.repeat([1.0, -1.0], [len(up), len(down)])[order]
    level = np.cumsum(steps)
    settled = np.concatenate([times[1:] > times[:-1], [True]])
    times, level = times[settled], level[settled]
    new = level != np.concatenate([[0.0], level[:-1]])
    return times[new], level[new]
