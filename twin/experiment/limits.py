"""What limits a line: one answer from the states of its runs, or from trying what could.

From the states: a line is limited by what lets parts in where its entries wait for parts, none is
lost and no station is at work all the time; else by the station of the longest active periods. By
trial: each station, all of them together, and what lets parts in, each a little faster on common
luck. What is tried counts for more than what the states say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.bottleneck import Limit, limit_by_shares
from twin.experiment.sensitivity import Sensitivity
from twin.plant._line_graph import entries, entry_of
from twin.plant._line_settings import Settings

Array = npt.NDArray[np.float64]
Values = Callable[[str], Sequence[float]]
"""Every replication of a KPI by its path; empty where there is none."""
WAITS = 0.03
"""An entry that lacks parts for more of its planned time than this waits for them [1]."""
FULL = 0.97
"""A station at work for more of its planned time than this has no time left [1]."""
LOST = 0.02
"""More of the arrivals lost than this, and the line does not keep up [1]."""
LEAST = 0.15
"""Per cent of throughput for each per cent faster, below which something does not limit [1]."""
NEAR = 0.8
"""Stations that gain at least so much of what the first one gains are the bottleneck as well."""


@dataclass(frozen=True, slots=True)
class Idle:
    """How the stations of a line stood, run by run: shares of planned time (stations, runs) [1]."""

    keys: tuple[str, ...]
    starved: Array
    blocked: Array
    lost: float

    @property
    def active(self) -> Array:
        """Mean share of planned time neither starved nor blocked, by station [1]."""
        mean: Array = 1.0 - (self.starved + self.blocked).mean(axis=1)
        return mean

    def votes(self) -> list[str]:
        """Return the station that stood least, run by run; of a run with several there is none."""
        stood = self.starved + self.blocked
        alone = (stood == stood.min(axis=0)).sum(axis=0) == 1
        return [self.keys[int(place)] for place in np.argmin(stood, axis=0)[alone]]


def idle(name: str, line: Settings, values: Values) -> Idle | None:
    """Return how the stations of the line ``name`` stood in finished runs; None without any."""

    def share(key: str, kpi: str) -> Array:
        return np.asarray(values(f"{name}.stations.{key}.{kpi}"), float) / 100

    starved = [share(key, "starved") for key in line.stations]
    if not starved or not starved[0].size:
        return None
    blocked = [share(key, "blocked") for key in line.stations]
    off = [share(key, "off_shift") for key in line.stations]
    planned = np.array([1.0 - (o if o.size else 0.0 * s)
                        for o, s in zip(off, starved, strict=True)])  # fmt: skip
    planned = np.where(planned > 0, planned, 1.0)
    loss = np.asarray(values(f"{name}.loss"), float)
    lost = float(np.nanmean(loss)) / 100 if np.isfinite(loss).any() else 0.0
    stood = (np.array(starved) / planned, np.array(blocked) / planned)
    return Idle(tuple(line.stations), *stood, lost)


def by_states(
    line: Settings, stood: Idle | None, shares: Mapping[str, tuple[float, float]]
) -> Limit:
    """Return what limits a line by the states of its runs.

    ``shares`` are those of :func:`twin.bottleneck.station_shares`, of one run.
    """
    total = {key: sum(share) for key, share in shares.items()}
    if stood is None:
        return limit_by_shares(total)
    if _waits_for_parts(line, stood, max(total.values(), default=0.0)):
        return Limit("release", release=line.release)
    return limit_by_shares(total, stood.votes())


def _waits_for_parts(line: Settings, stood: Idle, share: float) -> bool:
    """Whether what lets parts in limits the line."""
    busiest = float(stood.active.max())
    if line.release == "conwip":
        # More cards gain about the share that the busiest station is idle; a faster station
        # gains about the rest of it, for as long as it is the bottleneck.
        return 1.0 - busiest > busiest * min(1.0, share)
    if line.release not in {"arrivals", "schedule"}:
        return False
    first = {entry_of(line, p) for p in line.products.values()} or set(entries(line))
    waits = min(float(stood.starved[stood.keys.index(key)].mean()) for key in first)
    return waits >= WAITS and busiest < FULL and stood.lost < LOST


def by_trial(
    line: Settings, stations: Sequence[Sensitivity], together: Sensitivity,
    release: Sensitivity | None,
) -> Limit:  # fmt: skip
    """Return what limits a line by what was tried; ``none`` where nothing of it is sure."""
    sure = [one for one in stations if _gains(one)]
    lets_in = release is not None and _gains(release)
    if lets_in and release.elasticity > max((one.elasticity for one in sure), default=0.0):  # type: ignore[union-attr]
        return Limit("release", release=line.release)
    if _flat(together) and line.release in {"arrivals", "schedule", "conwip"}:
        return Limit("release", release=line.release)
    if not sure:
        return Limit("none")
    near = [one.station for one in sure if one.elasticity >= NEAR * sure[0].elasticity]
    return Limit("station" if len(near) == 1 else "stations", tuple(near))


def _gains(one: Sensitivity) -> bool:
    return one.gain is not None and one.gain.verdict == "better" and one.elasticity >= LEAST


def _flat(one: Sensitivity) -> bool:
    """Whether all stations together, made faster, surely give next to nothing."""
    return one.gain is not None and one.high < LEAST


def answer(tried: Limit | None, seen: Limit) -> Limit:
    """Return the one answer: what was tried, where it is sure, else what the states say."""
    return tried if tried is not None and tried.kind != "none" else seen
