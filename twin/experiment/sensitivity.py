"""Where the bottleneck is by sensitivity: which station, made a little faster, gives more.

The truth that other methods guess at: throughput with each station alone a few per cent faster,
beside the line as it is, on common luck and pair by pair. The station that gains most is the
bottleneck; none is where no gain is sure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from twin.errors import BadInput, Fault
from twin.experiment.laboratory import Laboratory
from twin.experiment.work import Variant
from twin.scenario import Scenario
from twin.statistics import Difference, difference
from twin.units import from_si

FASTER = 0.05
"""By how much a station is made faster [1]."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What one station alone a little faster gives.

    Attributes
    ----------
    station : str
        Its name.
    changed : dict
        What was changed: path → value, in trade units.
    gain : Difference
        Of the KPI, pair by pair.
    elasticity : float
        Gain in per cent for each per cent faster [1]; 1 when the line follows it fully.
    refused : str
        Why it could not be tried, else empty.
    """

    station: str
    changed: dict[str, Any]
    gain: Difference | None
    elasticity: float
    refused: str = ""


def sensitivities(
    laboratory: Laboratory, line: str, replications: int, faster: float = FASTER
) -> list[Sensitivity]:
    """Return every station's sensitivity of the line's throughput, the largest first.

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
    stations = scenario.entries[line].settings.stations  # type: ignore[attr-defined]
    changes = {key: dict(_changes(scenario, line, key, faster)) for key in stations}
    tried = {key: laboratory.build(change) for key, change in changes.items()}
    base = laboratory.build({})
    assert isinstance(base, Variant)
    sound = {key: one for key, one in tried.items() if isinstance(one, Variant)}
    first, *values = laboratory.values([base, *sound.values()], replications)
    path = f"{line}.throughput"
    gains = {key: difference(first[path], found[path], "more")
             for key, found in zip(sound, values, strict=True)}  # fmt: skip
    level = sum(first[path]) / replications
    found = []
    for key, one in tried.items():
        gain = gains.get(key)
        rise = (gain.value or 0.0) / level / faster if gain and level else 0.0
        refused = one.faults[0].message if isinstance(one, BadInput) else ""
        found.append(Sensitivity(key, changes[key], gain, rise, refused))
    return sorted(found, key=lambda one: -one.elasticity)


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


def bottleneck(found: list[Sensitivity]) -> str:
    """Return the station whose gain is sure and largest; empty when none is."""
    sure = [one for one in found if one.gain is not None and one.gain.verdict == "better"]
    return sure[0].station if sure else ""
