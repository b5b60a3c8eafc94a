"""Where the bottleneck is by sensitivity: which station, made a little faster, gives more.

The truth that other methods guess at: throughput with each station alone a few per cent faster,
beside the line as it is, on common luck and pair by pair. The station that gains most is the
bottleneck; none is where no gain is sure. All stations together, and what lets parts in, are tried
as well: where a faster line gives no more, it waits for parts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from twin.errors import BadInput, Fault
from twin.experiment.laboratory import Laboratory
from twin.experiment.results import Values
from twin.experiment.work import Variant
from twin.scenario import Scenario
from twin.statistics import Difference, difference
from twin.units import from_si

FASTER = 0.05
"""By how much a station is made faster [1]."""
TOGETHER, RELEASE = "*", "release"
"""What is tried beside the stations: all of them together, and what lets parts in."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What one station alone a little faster gives.

    Attributes
    ----------
    station : str
        Its name; ``TOGETHER`` for all of them, ``RELEASE`` for what lets parts in.
    changed : dict
        What was changed: path → value, in trade units.
    gain : Difference
        Of the throughput, pair by pair.
    elasticity, low, high : float
        Gain in per cent for each per cent faster with its interval [1]; 1 when the line follows it
        fully.
    lead_time : Difference
        Of the lead time, pair by pair.
    refused : str
        Why it could not be tried, else empty.
    """

    station: str
    changed: dict[str, Any]
    gain: Difference | None
    elasticity: float
    low: float = math.nan
    high: float = math.nan
    lead_time: Difference | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """Everything that was tried on a line.

    Attributes
    ----------
    stations : tuple of Sensitivity
        Each station alone, the largest gain first.
    together : Sensitivity
        All of them at once.
    release : Sensitivity or None
        What lets parts in; None where that is no number: raw parts never lack, or there are orders.
    base : mapping
        Every KPI of the line as it is, run by run.
    """

    stations: tuple[Sensitivity, ...]
    together: Sensitivity
    release: Sensitivity | None
    base: Values


def sensitivities(
    laboratory: Laboratory, line: str, replications: int, faster: float = FASTER
) -> list[Sensitivity]:
    """Return every station's sensitivity of the line's throughput, the largest first.

    Raises
    ------
    BadInput
        When ``faster`` is not between 0 and 0.5, or there are fewer than two replications.
    """
    return list(tried(laboratory, line, replications, faster).stations)


def variants(scenario: Scenario, line: str) -> int:
    """Return how many variants of a scenario are run to try everything, itself among them."""
    settings: Any = scenario.entries[line].settings
    return len(settings.stations) + 2 + (settings.release in {"arrivals", "conwip"})


def tried(laboratory: Laboratory, line: str, replications: int, faster: float = FASTER) -> Tried:
    """Return what each station, all together and what lets parts in would gain, each alone.

    Raises
    ------
    BadInput
        When ``faster`` is not between 0 and 0.5, or there are fewer than two replications.
    """
    if not 0 < faster <= 0.5:
        raise BadInput(Fault("allowed above 0 to 50 %", "--faster", "", f"{faster:g}"))
    if replications < 2:
        raise BadInput(Fault("allowed 2 or more", "replications", "", str(replications)))
    scenario = laboratory.scenario
    settings: Any = scenario.entries[line].settings
    changes = {key: dict(_changes(scenario, line, key, faster)) for key in settings.stations}
    changes[TOGETHER] = {path: value for one in changes.values() for path, value in one.items()}
    lets_in = _release(scenario, line, faster)
    by = dict.fromkeys(changes, faster)
    if lets_in is not None:
        changes[RELEASE], by[RELEASE] = lets_in
    built = {key: laboratory.build(change) for key, change in changes.items()}
    base = laboratory.build({})
    assert isinstance(base, Variant)
    sound = {key: one for key, one in built.items() if isinstance(one, Variant)}
    first, *values = laboratory.values([base, *sound.values()], replications)
    known = dict(zip(sound, values, strict=True))
    told = {
        key: _sensitivity(key, changes[key], by[key], line, first, known.get(key), one)
        for key, one in built.items()
    }
    together, release = told.pop(TOGETHER), told.pop(RELEASE, None)
    ranked = sorted(told.values(), key=lambda one: -one.elasticity)
    return Tried(tuple(ranked), together, release, first)


def _sensitivity(
    key: str, changed: dict[str, Any], by: float, line: str, base: Values,
    values: Values | None, built: Variant | BadInput,
) -> Sensitivity:  # fmt: skip
    """What one change gave beside the line as it is."""
    if values is None:
        assert isinstance(built, BadInput)
        return Sensitivity(key, changed, None, 0.0, refused=built.faults[0].message)
    path, lead = f"{line}.throughput", f"{line}.lead_time"
    gain = difference(base[path], values[path], "more")
    level = sum(base[path]) / len(base[path])

    def rise(end: float | None) -> float:
        return (end or 0.0) / level / by if level else 0.0

    return Sensitivity(
        key, changed, gain, rise(gain.value), rise(gain.low), rise(gain.high),
        difference(base[lead], values[lead], "less"),
    )  # fmt: skip


def _release(scenario: Scenario, line: str, faster: float) -> tuple[dict[str, Any], float] | None:
    """The parameter that lets parts in a little sooner, and by how much sooner that is [1]."""
    settings: Any = scenario.entries[line].settings
    if settings.release == "arrivals":
        path, value = _slower(scenario, f"{line}.interarrival_time", 1 - faster)
        return {path: value}, faster
    if settings.release == "conwip":
        more = max(1, round(faster * settings.wip_limit))
        return {f"{line}.wip_limit": settings.wip_limit + more}, more / settings.wip_limit
    return None


def _changes(scenario: Scenario, line: str, key: str, faster: float) -> Iterator[tuple[str, float]]:
    """The parameters that make a station faster: its times, or the speed of a CNC machine's cut."""
    settings: Any = scenario.entries[line].settings
    machine = settings.stations[key].machine
    if machine:
        path = f"{machine}.cutting_speed"
        yield path, float(scenario.value(path)) * (1 + faster)
        return
    yield _slower(scenario, f"{line}.stations.{key}.cycle_time", 1 - faster)
    for name, product in settings.products.items():
        for step, times in product.steps.items():
            if (times.station or step) == key and times.cycle_time:
                yield _slower(
                    scenario, f"{line}.products.{name}.steps.{step}.cycle_time", 1 - faster
                )


def _slower(scenario: Scenario, path: str, factor: float) -> tuple[str, float]:
    """A time of the scenario times a factor, in the parameter's own unit."""
    declared = scenario.declaration(path)
    section, *rest = path.split(".")
    value: Any = scenario.entries[section].settings
    for name in rest:
        value = value[name] if isinstance(value, dict) else getattr(value, name)
    return path, float(f"{float(from_si(value * factor, declared.unit)):.12g}")


def bottleneck(found: Sequence[Sensitivity]) -> str:
    """Return the station whose gain is sure and largest; empty when none is."""
    sure = [one for one in found if one.gain is not None and one.gain.verdict == "better"]
    return sure[0].station if sure else ""
