"""Where the bottleneck is, from the facts of a run: the active period method.

A machine is active when it is neither starved nor blocked nor off shift. At every moment the one
whose present active period is the longest is the momentary bottleneck; where the periods of two
successive bottlenecks overlap the bottleneck shifts from one to the other, else the first is the
sole one (Roser, Nakano & Tanaka, "A practical bottleneck detection method", 2001; "Shifting
bottleneck detection", 2002; both Winter Simulation Conference).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Literal

from twin.records import Facts

INACTIVE = frozenset({"starved", "blocked", "off shift", "waiting"})


@dataclass(frozen=True, slots=True)
class Period:
    """A machine is active without a break from ``start`` to ``end`` [s]."""

    source: str
    start: float
    end: float

    @property
    def length(self) -> float:
        """How long it is [s]."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Share:
    """For which share of the time a machine is the sole and the shifting bottleneck [1].

    While the bottleneck shifts, both machines are it: shares of several may sum to more than one.
    """

    source: str
    sole: float
    shifting: float
    mean_active: float
    """Mean length of its active periods [s]."""

    @property
    def total(self) -> float:
        """Share of the time in which it is the bottleneck at all [1]."""
        return self.sole + self.shifting


def active_periods(facts: Facts, sources: Iterable[str]) -> list[Period]:
    """Return every active period after the warm-up, by source and time."""
    wanted = list(sources)
    rows: dict[str, list[tuple[float, str]]] = {source: [] for source in wanted}
    for row in facts.states:
        if row.source in rows:
            rows[row.source].append((row.time, row.state))
    return [period for source in wanted for period in _periods(source, rows[source], facts)]


def _periods(source: str, rows: list[tuple[float, str]], facts: Facts) -> list[Period]:
    found: list[Period] = []
    began = math.nan
    for time, state in [*rows, (facts.end, "off shift")]:
        if state in INACTIVE:
            start = max(began, facts.warmup)
            if not math.isnan(began) and time > start:
                found.append(Period(source, start, time))
            began = math.nan
        elif math.isnan(began):
            began = time
    return found


def momentary(periods: list[Period]) -> list[Period]:
    """Return the sequence of bottlenecks: at each moment the longest active period.

    >>> a, b = Period("a", 0.0, 6.0), Period("b", 4.0, 12.0)
    >>> [p.source for p in momentary([a, b, Period("a", 8.0, 9.0)])]
    ['a', 'b']
    """
    chain: list[Period] = []
    waiting = sorted(periods, key=lambda period: period.start, reverse=True)
    open_now: list[tuple[float, str, float, Period]] = []
    now = -math.inf
    while waiting or open_now:
        while waiting and waiting[-1].start <= now:
            period = waiting.pop()
            heappush(open_now, (-period.length, period.source, period.start, period))
        while open_now and open_now[0][3].end <= now:
            heappop(open_now)
        if open_now:
            chain.append(open_now[0][3])
            now = open_now[0][3].end
        elif waiting:
            now = waiting[-1].start
    return chain


def bottlenecks(facts: Facts, sources: Iterable[str]) -> list[Share]:
    """Return for each machine how much it is the bottleneck, the worst first.

    Parameters
    ----------
    facts : Facts
        Facts of a run; time counts after its warm-up.
    sources : iterable of str
        Whose states are compared, such as ``["line.stations.saw", "line.stations.mill"]``.
    """
    wanted = list(sources)
    periods = active_periods(facts, wanted)
    chain = momentary(periods)
    span = facts.end - facts.warmup
    sole, shifting = dict.fromkeys(wanted, 0.0), dict.fromkeys(wanted, 0.0)
    for index, period in enumerate(chain):
        before = chain[index - 1].end if index else -math.inf
        after = chain[index + 1].start if index + 1 < len(chain) else math.inf
        alone = max(0.0, min(period.end, after) - max(period.start, before))
        sole[period.source] += alone
        shifting[period.source] += period.length - alone
    found = []
    for source in wanted:
        own = [period.length for period in periods if period.source == source]
        mean = math.fsum(own) / len(own) if own else 0.0
        found.append(Share(source, sole[source] / span, shifting[source] / span, mean))
    return sorted(found, key=lambda share: (-share.total, -share.mean_active, share.source))


# -- stations, and what limits a line -----------------------------------------------------------


def station_chain(facts: Facts, owner: Mapping[str, str]) -> list[Period]:
    """Return the momentary bottlenecks by station; ``owner`` is source → station."""
    found = momentary(active_periods(facts, owner))
    return [Period(owner[one.source], one.start, one.end) for one in found]


def station_shares(
    chain: Sequence[Period], stations: Iterable[str], span: float
) -> dict[str, tuple[float, float]]:
    """Return for each station its share of the time as bottleneck: alone, and while it shifts [1].

    The worst first. A shift counts for both stations; two machines of one station count once.
    """
    alone = dict.fromkeys(stations, 0.0)
    spent = dict(alone)
    reached: dict[str, float] = {}
    for index, period in enumerate(chain):
        key = period.source
        before = _other(chain[index - 1 : index], key)
        after = _other(chain[index + 1 : index + 2], key)
        low = max(period.start, before.end if before else period.start)
        high = min(period.end, after.start if after else period.end)
        fresh = max(period.start, reached.get(key, period.start))
        spent[key] += max(0.0, period.end - fresh)
        alone[key] += max(0.0, high - max(low, reached.get(key, low)))
        reached[key] = max(reached.get(key, 0.0), period.end)
    found = {key: (alone[key] / span, (spent[key] - alone[key]) / span) for key in alone}
    return dict(sorted(found.items(), key=lambda item: -sum(item[1])))


def _other(periods: Sequence[Period], key: str) -> Period | None:
    """The neighbour in the chain, unless it is another machine of the same station."""
    return periods[0] if periods and periods[0].source != key else None


@dataclass(frozen=True, slots=True)
class Limit:
    """What limits a line: the one answer that page and command give.

    ``kind`` is ``station`` (one holds it back), ``stations`` (it moves among them), ``release``
    (what lets parts in: ``arrivals``, ``schedule`` or ``conwip``), or ``none`` (nothing is known).
    """

    kind: Literal["station", "stations", "release", "none"]
    stations: tuple[str, ...] = ()
    release: str = ""


def _limit_of(stations: Sequence[str]) -> Limit:
    """One station, or several."""
    return Limit("station" if len(stations) == 1 else "stations", tuple(stations))


def limit_by_shares(shares: Mapping[str, float], votes: Sequence[str] = ()) -> Limit:
    """Return the station that is the bottleneck for the longest, or those it moves among.

    Parameters
    ----------
    shares : mapping
        Station → share of the time as bottleneck in one run [1].
    votes : sequence of str
        Of each run the station that stood least; where most runs name another than ``shares``,
        it is one of those among which the bottleneck moves.

    >>> limit_by_shares({"saw": 0.9, "mill": 0.3}).stations
    ('saw',)
    >>> limit_by_shares({"saw": 0.9, "mill": 0.3}, ["mill", "mill", "saw"]).stations
    ('saw', 'mill')
    """
    ranked = sorted((key for key in shares if shares[key] >= SOME), key=lambda k: -shares[k])
    if not ranked:
        return Limit("none")
    first = ranked[0]
    most = max(dict.fromkeys(votes), key=list(votes).count) if votes else first
    if most != first:
        return _limit_of((first, most))
    near = [key for key in ranked[1:2] if shares[first] - shares[key] <= CLEAR]
    return _limit_of((first, *near))


CLEAR = 0.2
"""So much more of the time than the next station, and the bottleneck is one station [1]."""
SOME = 0.005
"""Share of the time below which a station is never said to be the bottleneck [1]."""
