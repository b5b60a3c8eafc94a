"""A line's parameters from its event log: step times, failures, repairs, set-ups, yields."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from twin.calibration.defects import rates
from twin.calibration.history import History
from twin.calibration.laws import FEWEST_EVENTS, Fitted, fit_lives, fit_times
from twin.errors import BadInput, Fault, did_you_mean
from twin.scenario import Scenario
from twin.units import from_si

Found = TypeVar("Found")
DIGITS = 6
TIMES = {"cycle_time", "setup_time", "time_to_failure", "time_to_repair"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One parameter as the records have it, in its own unit; ``was`` is the scenario's.

    ``low`` and ``high`` bound it at 95 %, and are not a number where it has no interval. ``kept``
    says that ``n`` events are too few to fit it: ``value`` is then the scenario's.
    """

    path: str
    value: Any
    low: float
    high: float
    was: Any
    unit: str
    n: int
    kept: bool = False


def the_line(scenario: Scenario, wanted: str = "") -> str:
    """Return the name of the line that is to be fitted.

    Raises
    ------
    BadInput
        When the scenario has none, or several and ``wanted`` names none of them.
    """
    lines = [name for name, entry in scenario.of("plant").items() if entry.kind == "line"]
    if wanted:
        if wanted in lines:
            return wanted
        message = "no such line" + did_you_mean(wanted, lines)
        raise BadInput(Fault(message, "--asset", scenario.file, repr(wanted)))
    if len(lines) != 1:
        message = "has no line" if not lines else "has several lines; name one with --asset"
        raise BadInput(Fault(message, "plant", scenario.file, ", ".join(lines)))
    return lines[0]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def by_station(
    scenario: Scenario, line: str, found: Mapping[str, Found]
) -> tuple[dict[str, Found], tuple[str, ...]]:
    """What was found of each machine by the scenario's stations, and the stations it has not.

    Names match with or without capitals, blanks and dashes: ``WS-03`` is ``ws03``.

    Raises
    ------
    BadInput
        When no station of the log is one of the scenario.
    """
    stations = scenario.entries[line].settings.stations  # type: ignore[attr-defined]
    plain = {_plain(name): name for name in stations}
    matched = {plain[_plain(name)]: h for name, h in found.items() if _plain(name) in plain}
    strange = tuple(name for name in found if _plain(name) not in plain)
    if not matched:
        message = "none of its stations is in the scenario, which has " + ", ".join(stations)
        raise BadInput(Fault(message, "station", scenario.file, ", ".join(strange[:8])))
    return matched, strange


def fit(scenario: Scenario, line: str, found: Mapping[str, History]) -> tuple[Finding, ...]:
    """Fit every parameter of the line that its histories tell."""
    findings: list[Finding] = []
    for station, history in found.items():
        findings += _station(scenario, line, station, history)
    return tuple(findings)


def _station(scenario: Scenario, line: str, name: str, history: History) -> Iterator[Finding]:
    settings = scenario.entries[line].settings
    station = settings.stations[name]  # type: ignore[attr-defined]
    here = f"{line}.stations.{name}"
    if station.machine:
        return
    products = settings.products  # type: ignore[attr-defined]
    again = station.on_failure == "restart"
    yield from _steps(scenario, line, name, history, products, again)
    if not products or not all(work.product in products for work in history.works):
        times = work_times(history, again)
        if times:
            yield from of_law(scenario, here, "cycle", fit_times(times))
    calendar = station.failure_clock == "calendar"
    lives = history.lives_calendar if calendar else history.lives_operating
    if lives:
        life = fit_lives(lives, history.alive("calendar" if calendar else "operating"))
        yield from of_law(scenario, here, "failure", life)
    if history.repairs:
        yield from of_law(scenario, here, "repair", fit_times(history.repairs))
    if history.setups:
        yield of_time(scenario, f"{here}.setup_time", fit_times(history.setups))
    yield from defects(scenario, line, name, history.rejected, history.ended)


def work_times(history: History, again: bool, product: str | None = None) -> list[float]:
    """Work times [s], of one product or of all; ``again`` when work begins anew after a repair."""
    return [
        work.last if again else work.duration
        for work in history.works
        if product is None or work.product == product
    ]


def _steps(
    scenario: Scenario,
    line: str,
    name: str,
    history: History,
    products: Mapping[str, Any],
    again: bool,
) -> Iterator[Finding]:
    """Times of each product, where the log names the scenario's products."""
    for product in products:
        times = work_times(history, again, product)
        if times:
            path = f"{line}.products.{product}.steps.{name}"
            yield from of_law(scenario, path, "cycle", fit_times(times))


MEANS = {"cycle": "cycle_time", "repair": "time_to_repair", "failure": "time_to_failure"}


def of_law(scenario: Scenario, here: str, use: str, law: Fitted) -> Iterator[Finding]:
    """Mean, spread and law of the ``cycle``, ``repair`` or ``failure`` times."""
    yield of_time(scenario, f"{here}.{MEANS[use]}", law)
    if not law.law or law.n < FEWEST_EVENTS:
        return
    values = {f"{use}_distribution": law.law, f"{use}_spread": _round(law.spread)}
    if law.law == "constant":
        values[f"{use}_spread"] = 0.0
    for name, value in values.items():
        path = f"{here}.{name}"
        yield Finding(path, value, math.nan, math.nan, _was(scenario, path), "1", law.n)


def of_time(scenario: Scenario, path: str, law: Fitted) -> Finding:
    """A mean time with its interval; the scenario's where too few were seen to tell one."""
    if law.n < FEWEST_EVENTS:
        was, unit = _was(scenario, path), scenario.declaration(path).unit
        return Finding(path, was, math.nan, math.nan, was, unit, law.n, kept=True)
    return number(scenario, path, law.mean, law.low, law.high, law.n)


def number(scenario: Scenario, path: str, value: float, low: float, high: float, n: int) -> Finding:
    """A parameter [SI] in its own unit, with its interval."""
    unit = scenario.declaration(path).unit
    shown = [float(from_si(one, unit)) for one in (value, low, high)]
    return Finding(path, _round(shown[0]), shown[1], shown[2], _was(scenario, path), unit, n)


def defects(
    scenario: Scenario, line: str, inspection: str, rejected: int, ended: int
) -> Iterator[Finding]:
    """What an inspection rejects, as the defects of those who made them."""
    settings = scenario.entries[line].settings
    for name, *rate in rates(settings, inspection, rejected, ended):
        value, low, high = rate
        path = f"{line}.stations.{name}.defect_rate"
        yield number(scenario, path, value, low, high, ended)


def values(findings: Iterable[Finding]) -> dict[str, Any]:
    """Return the fitted values by path, without those that are the scenario's own."""
    return {finding.path: finding.value for finding in findings if not finding.kept}


def _was(scenario: Scenario, path: str) -> Any:
    return scenario.value(path)


def _round(value: float) -> float:
    """A number with as many digits as a scenario file needs."""
    return float(f"{value:.{DIGITS}g}")
