"""What the stored facts of one run of a line say: states, levels and the bottleneck at any time."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from twin import bottleneck, store
from twin.plant._line_graph import entries, leads
from twin.plant.line import Settings
from twin.records import Facts, State
from twin.ui import runs

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Spans = list[tuple[float, float, str]]

KEPT = 8
BINS = 360
ODD = ("down", "broken", "waiting repair")
"""States that a coarse row shows even when they are short."""


@dataclass(frozen=True, slots=True)
class Track:
    """The states of one machine: from ``time[i]`` [s] on it is in ``names[code[i]]``."""

    time: Array
    code: Codes
    names: tuple[str, ...]

    def at(self, moment: float) -> tuple[str, float]:
        """Return the state at a moment [s] and since when it holds."""
        place = int(np.searchsorted(self.time, moment, side="right")) - 1
        if place < 0:
            return "", 0.0
        since = place
        while since > 0 and self.code[since - 1] == self.code[place]:
            since -= 1
        return self.names[self.code[place]], float(self.time[since])

    def states(self, times: Array) -> npt.NDArray[np.str_]:
        """Return the state at each of ``times``."""
        place = np.searchsorted(self.time, times, side="right") - 1
        names = np.array(self.names)
        return np.where(place < 0, "", names[self.code[np.maximum(place, 0)]])

    def shares(self, edges: Array, end: float) -> Array:
        """Return the time in each state between ``edges`` [s]: (bins, states)."""
        stops = np.append(self.time[1:], end)
        spent = np.maximum(stops - self.time, 0.0)
        at = np.append(self.time, end)
        found = np.zeros((len(edges) - 1, len(self.names)))
        for code in range(len(self.names)):
            sums = np.append(0.0, np.cumsum(np.where(self.code == code, spent, 0.0)))
            found[:, code] = np.diff(np.interp(edges, at, sums))
        return found


def track(time: Array, state: Sequence[str] | npt.NDArray[np.str_]) -> Track:
    """Return the track of rows (time, state); of several at one instant the last one counts."""
    last = np.append(np.diff(time) > 0, True) if len(time) else np.zeros(0, bool)
    names, codes = np.unique(np.asarray(state, str)[last], return_inverse=True)
    return Track(np.asarray(time, float)[last], codes.astype(np.int64), tuple(map(str, names)))


def within(station: Track, machine: Track) -> Track:
    """Return the states of a CNC machine that is a station, in its own words unless it waits."""
    times = np.union1d(station.time, machine.time)
    outer, inner = station.states(times), machine.states(times)
    own = (inner != "waiting") & (inner != "")
    return track(times, np.where(own, inner, outer))


@dataclass(frozen=True, slots=True)
class History:
    """One run of one line.

    Attributes
    ----------
    end, warmup : float
        Simulated time at which it ended, and from which KPIs count [s].
    tracks : mapping
        Station → the track of each of its machines.
    queues : mapping
        Station → times [s] and parts that wait in front of it.
    wip : tuple
        Times [s] and parts in the line.
    finished, made : array, mapping
        Times at which good parts left; at which a station had worked on one [s].
    chain : list of Period
        The momentary bottlenecks, one after another; sources are stations.
    """

    end: float
    warmup: float
    tracks: Mapping[str, tuple[Track, ...]]
    queues: Mapping[str, tuple[Array, Array]]
    wip: tuple[Array, Array]
    finished: Array
    made: Mapping[str, Array]
    chain: Sequence[bottleneck.Period]

    def level(self, key: str, moment: float) -> float:
        """Return how many parts wait in front of a station at a moment [s]."""
        return held(self.queues[key], moment)

    def bottleneck(self, moment: float) -> str:
        """Return the station that is the bottleneck at a moment [s]; empty when none is active."""
        for period in reversed(self.chain):
            if period.start <= moment:
                return period.source if moment < period.end else ""
        return ""

    def stops(self) -> Array:
        """Return when machines broke down [s], in order."""
        found = [
            one.time[one.code == code]
            for machines in self.tracks.values()
            for one in machines
            for code, name in enumerate(one.names)
            if name in {"down", "broken"}
        ]
        return np.sort(np.concatenate(found)) if found else np.zeros(0)


def held(series: tuple[Array, Array], moment: float) -> float:
    """Return the value of a series that holds until its next point; 0 before the first."""
    place = int(np.searchsorted(series[0], moment, side="right")) - 1
    return float(series[1][place]) if place >= 0 else 0.0


def mean_in(series: tuple[Array, Array], edges: Array) -> Array:
    """Return the time-weighted mean of a series between ``edges`` [s].

    >>> mean_in((np.array([0.0, 1.0]), np.array([2.0, 4.0])), np.array([0.0, 2.0, 3.0]))
    array([3., 4.])
    """
    time, value = series
    if not len(time):
        return np.zeros(len(edges) - 1)
    at = np.append(time, max(edges[-1], time[-1]))
    sums = np.append(0.0, np.cumsum(value * np.diff(at)))
    means: Array = np.diff(np.interp(edges, at, sums)) / np.diff(edges)
    return means


def range_in(series: tuple[Array, Array], edges: Array) -> tuple[Array, Array]:
    """Return the least and the largest value of a series between ``edges`` [s].

    >>> range_in((np.array([0.0, 1.5]), np.array([2.0, 4.0])), np.array([0.0, 1.0, 2.0, 3.0]))
    (array([2., 2., 4.]), array([2., 4., 4.]))
    """
    time, value = series
    if not len(time):
        return np.zeros(len(edges) - 1), np.zeros(len(edges) - 1)
    begun = value[np.maximum(np.searchsorted(time, edges[:-1], side="right") - 1, 0)]
    at = np.append(edges[:-1], time)
    order = np.argsort(at, kind="stable")
    known = np.append(begun, value)[order]
    first = np.searchsorted(at[order], edges[:-1], side="left")
    return np.minimum.reduceat(known, first), np.maximum.reduceat(known, first)


def sources(name: str, line: Settings) -> dict[str, list[str]]:
    """Return the fact sources of every station's machines."""
    found = {}
    for key, station in line.stations.items():
        own = f"{name}.stations.{key}"
        several = station.servers > 1 and not station.machine
        found[key] = [f"{own}.{n + 1}" for n in range(station.servers)] if several else [own]
    return found


def history(run_id: str, name: str, line: Settings) -> History:
    """Return what is known of the line ``name`` in a finished run."""
    asked = tuple((key, tuple(of)) for key, of in sources(name, line).items())
    machines = tuple((key, s.machine) for key, s in line.stations.items() if s.machine)
    return _history(run_id, name, asked, machines)


@functools.lru_cache(maxsize=KEPT)
def _history(
    run_id: str,
    name: str,
    stations: tuple[tuple[str, tuple[str, ...]], ...],
    machines: tuple[tuple[str, str], ...],
) -> History:
    facts = store.get_run(run_id).document()["facts"]
    end, warmup = float(facts["end"]), float(facts["warmup"])
    found = _tracks(run_id, [*(s for _k, of in stations for s in of), *(m for _k, m in machines)])
    plain = {key: tuple(found[source] for source in of) for key, of in stations}
    inner = dict(machines)
    shown = {
        key: tuple(within(one, found[inner[key]]) for one in of) if key in inner else of
        for key, of in plain.items()
    }
    samples, events = runs.table(run_id, "samples"), runs.table(run_id, "events")
    levels = samples[samples["channel"] == "queue"]
    queues = {
        key: _pair(levels[levels["source"] == f"{name}.stations.{key}"]) for key, _of in stations
    }
    wip = _pair(samples[(samples["source"] == name) & (samples["channel"] == "wip")])
    of_line = (events["source"] == name) & (events["name"] == "part")
    made = events[events["name"] == "made"]
    done = {
        key: made.loc[made["source"] == f"{name}.stations.{key}", "time"].to_numpy(float)
        for key, _of in stations
    }
    chain = _chain(plain, end, warmup)
    finished = events.loc[of_line, "time"].to_numpy(float)
    return History(end, warmup, shown, queues, wip, finished, done, chain)


def _tracks(run_id: str, wanted: Iterable[str]) -> dict[str, Track]:
    rows = runs.table(run_id, "states")
    known = {str(source): mine for source, mine in rows.groupby("source", sort=False)}
    nothing = track(np.zeros(0), [])
    return {
        source: track(known[source]["time"].to_numpy(float), known[source]["state"].to_list())
        if source in known
        else nothing
        for source in wanted
    }


def _pair(rows: pd.DataFrame) -> tuple[Array, Array]:
    return rows["time"].to_numpy(float), rows["value"].to_numpy(float)


def _chain(
    stations: Mapping[str, tuple[Track, ...]], end: float, warmup: float
) -> list[bottleneck.Period]:
    """Return the momentary bottlenecks by station: the active period method over its machines."""
    owner = {f"{key}|{n}": key for key, of in stations.items() for n in range(len(of))}
    rows = [
        State(float(time), f"{key}|{n}", one.names[code])
        for key, of in stations.items()
        for n, one in enumerate(of)
        for time, code in zip(one.time, one.code, strict=True)
    ]
    facts = Facts(end=end, warmup=warmup, states=rows)  # type: ignore[arg-type]
    return bottleneck.station_chain(facts, owner)


def bottleneck_shares(past: History) -> dict[str, tuple[float, float]]:
    """Return for each station its share of the time as bottleneck: alone, and while it shifts [1].

    The worst first.
    """
    return bottleneck.station_shares(past.chain, past.tracks, past.end - past.warmup)


def coarse(one: Track, start: float, stop: float, end: float, bins: int = BINS) -> Spans:
    """Return the states of a machine between two times [s] on a grid: what a screen can show.

    A bin shows its abnormal state, however short, else the one that lasted longest.
    """
    if not len(one.time):
        return []
    edges = np.linspace(start, stop, bins + 1)
    spent = one.shares(edges, end)
    code = np.argmax(spent, axis=1)
    for place, name in enumerate(one.names):
        if name in ODD:
            code[spent[:, place] > 0] = place
    code[spent.sum(axis=1) <= 0] = -1
    turns = np.flatnonzero(np.diff(code)) + 1
    begins, ends = np.append(0, turns), np.append(turns, bins)
    return [
        (float(edges[a]), float(edges[b]), one.names[code[a]])
        for a, b in zip(begins, ends, strict=True)
        if code[a] >= 0
    ]


def led(line: Settings) -> set[str]:
    """Return every place that some station sends parts to."""
    return {to for ways in leads(line).values() for to in ways}


def places(line: Settings, key: str) -> int | None:
    """Return how many parts have room in front of a station; None when there is no limit."""
    station = line.stations[key]
    if station.takes:
        return sum(take.buffer for take in station.takes.values())
    if line.release == "conwip" and key in entries(line):
        return None  # the cards are the limit
    if line.release == "saturated" and key in entries(line) and key not in led(line):
        return 0  # raw parts wait outside
    return station.kanban or station.buffer
