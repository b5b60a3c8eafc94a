"""Runs of a serial line by the recursion: which lines it is exact for, sums, and rows."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.plant import _line_draws as laws
from twin.plant._line_settings import Settings, Station
from twin.records import Array
from twin.rng import stream

Block = Callable[[int], Array]
Tick = Callable[[], None]
PARTS, FAILURES, GAPS = 1024, 64, 1024
"""Parts of a block, and numbers drawn at once for breakdowns and for arrivals."""


@dataclass(frozen=True)
class Traces:
    """Everything that happened: arrays by station and part, breakdowns, arrivals that were lost."""

    trace: Array
    entered: Array
    breaks: Array
    lost: Array


@dataclass(frozen=True)
class Sums:
    """What a run adds up to in the counted time; see the recursion for the columns."""

    span: float
    stations: Array
    line: Array
    leads: Array


@functools.cache
def _advance() -> Any:
    from twin.compiled import stamp
    from twin.plant import _line_maxplus

    return _line_maxplus.kernel(stamp(_line_maxplus))


class Lane:
    """A serial line, ready to be run by the recursion."""

    def __init__(self, name: str, line: Settings) -> None:
        self.name, self.line = name, line
        self.keys = tuple(line.stations)
        stations = list(line.stations.values())
        self.mode = 0 if line.release == "saturated" else 1 + (line.when_full == "lose")
        self.lag = np.array([*(s.buffer + 1 for s in stations), 1])
        self.early = np.array([self._ahead(s) for s in stations])

    def _ahead(self, s: Station) -> bool:
        rule = self.line.blocking if s.blocking == "line" else s.blocking
        return rule == "before service"

    # -- chance ---------------------------------------------------------------------------------

    def _law(self, seed: int, law: str, mean: float, spread: float, name: str) -> Block:
        drawn = laws.draws(law, mean, spread, name, lambda use: stream(seed, use))
        return drawn.block if drawn else lambda n: np.full(n, mean)

    def _life(self, seed: int, use: str, s: Station, source: str) -> Block:
        if use == "failure":
            law, mean, spread = s.failure_distribution, s.time_to_failure, s.failure_spread
        else:
            law, mean, spread = s.repair_distribution, s.time_to_repair, s.repair_spread
        if law == "geometric":
            return laws.geometric(mean, s.cycle_time, stream(seed, f"{source}.{use}")).block
        return self._law(seed, law, mean, spread, f"{source}.{use}")

    def luck(self, seed: int) -> tuple[list[Block], list[tuple[Block, Block] | None], Block | None]:
        """Return what draws work, breakdowns with repairs, and gaps between arrivals."""
        work: list[Block] = []
        lives: list[tuple[Block, Block] | None] = []
        for key, s in self.line.stations.items():
            source = f"{self.name}.stations.{key}"
            law, mean, spread = s.cycle_distribution, s.cycle_time, s.cycle_spread
            work.append(self._law(seed, law, mean, spread, f"{source}.service"))
            fails = s.time_to_failure > 0
            lives.append(
                (self._life(seed, "failure", s, source), self._life(seed, "repair", s, source))
                if fails else None
            )  # fmt: skip
        line = self.line
        gaps = self._law(
            seed, line.interarrival_distribution, line.interarrival_time,
            line.interarrival_spread, f"{self.name}.arrival",
        ) if self.mode else None  # fmt: skip
        return work, lives, gaps

    # -- a run ----------------------------------------------------------------------------------

    def run(
        self, seed: int, start: float, end: float, *, trace: bool = False,
        tick: Tick = lambda: None,
    ) -> tuple[Sums, Traces | None]:  # fmt: skip
        """Run up to ``end`` [s]; KPIs count from ``start`` [s]."""
        from twin.plant import _line_maxplus as mp

        going = Going(self, seed, start, end, trace=trace)
        why = mp.MORE
        while why != mp.OVER:
            if why == mp.MORE:
                tick()
                going.next_block()
            elif why == mp.DRY:
                going.more_failures()
            else:
                going.more_gaps()
            why = going.advance()
        going.keep()
        return going.sums(), going.traces() if trace else None


class Going:
    """A run that is going on."""

    def __init__(self, lane: Lane, seed: int, start: float, end: float, *, trace: bool) -> None:
        from twin.plant import _line_maxplus as mp

        self.mp, self.lane, self.trace = mp, lane, trace
        self.work_of, self.lives, self.gaps_of = lane.luck(seed)
        n = len(lane.keys)
        places = FAILURES if any(self.lives) else 1
        self.work = np.empty((n, PARTS))
        self.gaps = np.empty(0)
        self.pools = np.full((2, n, places), math.inf)
        self.at = np.full(n, places)
        self.left = np.full(n, math.inf)
        self.window = np.array([start, end])
        self.clock = np.zeros(mp.CLOCK)
        ring = 1 << int(lane.lag.max()).bit_length()
        self.past = np.zeros((ring, n + 1))
        self.last = np.zeros(n)
        self.cursor = np.zeros(mp.CURSOR, np.int64)
        self.station_sums, self.line_sums = np.zeros((n, mp.SUMS)), np.zeros(mp.LINE)
        self.leads = np.empty(PARTS)
        self.kept_leads: list[Array] = []
        self.kept: dict[str, list[Array]] = {"trace": [], "entered": [], "breaks": [], "lost": []}
        self.trace_of = np.empty((4, n, PARTS if trace else 0))
        self.entered = np.empty((2, PARTS if trace else 0))
        self._new_tables()
        self.more_failures()
        self.left = self.pools[0, :, 0].copy()
        if lane.mode:
            self.more_gaps()

    def _new_tables(self) -> None:
        self.breaks = np.empty((self.pools[0].size if self.trace else 0, 4))
        self.lost = np.full(len(self.gaps) if self.trace else 0, math.nan)

    def advance(self) -> int:
        """Go on; return why it stopped."""
        lane = self.lane
        return int(_advance()(
            self.work, lane.mode, self.gaps, self.pools, lane.lag, lane.early,
            self.window, self.clock, self.past, self.last, self.left, self.at, self.cursor,
            self.station_sums, self.line_sums, self.leads, self.trace_of, self.entered,
            self.breaks, self.lost,
        ))  # fmt: skip

    def next_block(self) -> None:
        """Draw the times of the next parts at every station."""
        self.keep()
        for row, block in zip(self.work, self.work_of, strict=True):
            row[:] = block(PARTS)

    def keep(self) -> None:
        """Put aside what the block has noted."""
        mp, cursor = self.mp, self.cursor
        done = int(cursor[mp.PART])
        self.kept_leads.append(self.leads[: cursor[mp.LEADS]].copy())
        if self.trace:
            self.kept["trace"].append(self.trace_of[:, :, :done].copy())
            self.kept["entered"].append(self.entered[:, :done].copy())
            self._keep_tables()
        cursor[mp.TOTAL] += done
        cursor[[mp.PART, mp.LEADS]] = 0

    def _keep_tables(self) -> None:
        self.kept["breaks"].append(self.breaks[: self.cursor[self.mp.BREAKS]].copy())
        self.kept["lost"].append(self.lost[~np.isnan(self.lost)])
        self.cursor[self.mp.BREAKS] = 0
        self._new_tables()

    def more_failures(self) -> None:
        """Draw more breakdowns where some are used up; of more at once where they do not last."""
        places = self.pools.shape[2]
        if self.at[self.cursor[self.mp.STATION] - 1] == 0:
            places *= 2
        pools = np.full((2, len(self.at), places), math.inf)
        for j, life in enumerate(self.lives):
            if life is not None:
                left = self.pools[:, j, self.at[j] :]
                pools[:, j, : left.shape[1]] = left
                for row, block in zip(pools[:, j], life, strict=True):
                    row[left.shape[1] :] = block(places - left.shape[1])
        self.pools = pools
        self.at[:] = 0
        if self.trace:
            self._keep_tables()

    def more_gaps(self) -> None:
        """Draw when the next parts come."""
        assert self.gaps_of is not None
        self.gaps = self.gaps_of(GAPS)
        if self.trace:
            self._keep_tables()
        self.cursor[self.mp.GAP] = 0

    def sums(self) -> Sums:
        """Return what the run adds up to."""
        mp, rows = self.mp, self.station_sums
        rows[:, mp.WORKING] -= rows[:, mp.DOWN]
        span = float(self.window[1] - self.window[0])
        return Sums(span, rows, self.line_sums, np.concatenate(self.kept_leads))

    def traces(self) -> Traces:
        """Return everything that happened."""
        trace = np.concatenate(self.kept["trace"], axis=2)
        entered = np.concatenate(self.kept["entered"], axis=1)
        return Traces(
            trace, entered, np.concatenate(self.kept["breaks"]), np.concatenate(self.kept["lost"])
        )
