"""Who made what an inspection rejects: the stations since the last inspection, or itself.

Records have the rejects of an inspection alone. What it finds was made by all stations since the
inspection before it, its own work included, and no log tells them apart: the scenario's own rates
say in what proportion they share it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scipy import optimize, stats

from twin.plant import _line_graph as graph


@dataclass(frozen=True, slots=True)
class Blame:
    """The defect rates [1] that make up what one inspection finds, by station.

    ``why`` says why records cannot give them; it is empty when they can.
    """

    rates: Mapping[str, float]
    why: str = ""


def blame(line: Any, inspection: str) -> Blame:
    """Say whose defects an inspection finds, from a line's settings."""
    before = _before(line, inspection)
    makers = [key for key in before if line.stations[key].defect_rate > 0]
    why = _escapes(line, inspection, before)
    if not makers:
        return Blame({inspection: 1.0}, why)
    own = line.stations[inspection].defect_rate
    rates = {key: line.stations[key].defect_rate for key in makers}
    shared = _shared(line, inspection, makers)
    return Blame(
        rates | ({inspection: own} if own > 0 else {}),
        why or shared or _not_in_a_row(line, inspection, makers),
    )


def _into(line: Any, key: str, inspection: str) -> set[str]:
    """The stations that a part comes from, without what ``inspection`` itself sends back."""
    found = {here for here, ways in graph.leads(line).items() if key in ways}
    return found - {inspection}


def _before(line: Any, inspection: str) -> list[str]:
    """All stations between the last inspections and this one, the nearest first."""
    found: list[str] = []
    frontier = [inspection]
    while frontier:
        for key in sorted(_into(line, frontier.pop(0), inspection)):
            if key not in found and not line.stations[key].inspects:
                found.append(key)
                frontier.append(key)
    return found


def _escapes(line: Any, inspection: str, before: list[str]) -> str:
    """An inspection before this one that lets defective parts on."""
    stations = line.stations
    for key in (inspection, *before):
        for other in sorted(_into(line, key, inspection)):
            s = stations[other]
            bad = s.inspects and any(
                stations[maker].defect_rate > 0 for maker in (other, *_before(line, other))
            )
            if bad and s.passes_bad > 0:
                return f"{other} lets some of the defective parts on to it"
    return ""


def _shared(line: Any, inspection: str, makers: list[str]) -> str:
    others = [key for key, s in line.stations.items() if s.inspects and key != inspection]
    for other in others:
        both = set(makers) & set(_before(line, other))
        if both:
            return f"{other} inspects parts of {', '.join(sorted(both))} as well"
    return ""


def _not_in_a_row(line: Any, inspection: str, makers: list[str]) -> str:
    """Why the makers are not all passed, once each, by every part that is inspected."""
    back, here, left = line.stations[inspection].rejects_to, inspection, set(makers)
    while left:
        if line.stations[here].takes:
            return f"{here} puts parts of several stations together"
        came = _into(line, here, inspection)
        if len(came) != 1:
            return f"parts come to {here} by several ways"
        (here,) = came
        if line.stations[here].gives:
            return f"{here} takes parts apart"
        left.discard(here)
        if here == back and left:
            return f"what it rejects comes back behind {', '.join(sorted(left))}"
    beside = back in line.stations and back not in {inspection, *_before(line, inspection)}
    return f"what it rejects goes to {back}, beside the way of the others" if beside else ""


def found_rate(station: Any, rejected: int, ended: int) -> tuple[float, float, float] | None:
    """Share of defective parts [1] among those inspected, with its 95 % interval.

    False alarms and escapes are taken out; None where nothing can be told.
    """
    if not station.inspects or not ended:
        return None
    share = rejected / ended
    low, high = interval = stats.binomtest(min(rejected, ended), ended).proportion_ci()
    seen = 1.0 - station.passes_bad - station.rejects_good
    if seen <= 0 or any(math.isnan(bound) for bound in interval):
        return None
    rate, least, most = (
        min(1.0, max(0.0, (s - station.rejects_good) / seen)) for s in (share, low, high)
    )
    return rate, least, most


def factor(rates: Iterable[float], together: float) -> float:
    """Return what rates [1] are to be multiplied with to make ``together`` [1] in a row.

    >>> round(factor([0.05, 0.10], 1 - 0.90 * 0.80), 6)
    2.0
    """
    known = list(rates)

    def excess(k: float) -> float:
        return 1.0 - math.prod(1.0 - min(1.0, k * rate) for rate in known) - together

    most = 1.0 / max(known)
    if together <= 0 or together >= 1:
        return 0.0 if together <= 0 else most
    return float(optimize.brentq(excess, 0.0, most, xtol=1e-12))


def rates(
    line: Any, inspection: str, rejected: int, ended: int
) -> Iterator[tuple[str, float, float, float]]:
    """Yield each station's defect rate with its interval [1], where records can give them."""
    found = found_rate(line.stations[inspection], rejected, ended)
    makers = blame(line, inspection)
    if found is None or makers.why:
        return
    scales = [factor(makers.rates.values(), rate) for rate in found]
    for key, rate in makers.rates.items():
        value, low, high = (min(1.0, rate * scale) for scale in scales)
        yield key, value, low, high


def notes(line: Any, fitted: Iterable[str]) -> Iterator[str]:
    """Say of every fitted inspection to whom its rejects are put down."""
    for key in (key for key in fitted if line.stations[key].inspects):
        makers = blame(line, key)
        names = " and ".join(makers.rates)
        if makers.why:
            yield (
                f"station {key!r}: whose defects it finds cannot be told, for {makers.why}; "
                "defect rates stay"
            )
        elif len(makers.rates) > 1:
            yield (
                f"station {key!r}: its rejects are put down to {names} in the proportion of the "
                "scenario's defect rates; a log cannot tell them apart"
            )
        elif names != key:
            yield (
                f"station {key!r}: its rejects are put down to {names}, the only one since the "
                "last inspection with a defect_rate in the scenario"
            )
        elif _before(line, key):
            yield (
                f"station {key!r}: its rejects are put down to itself; a log cannot tell them from "
                f"defects of {', '.join(reversed(_before(line, key)))}, which have no defect_rate"
            )
