"""How a fit to a status table holds on the days that it has not seen.

The calibrated line is simulated for the planned time of those days, with their mix of products:
when a machine is meant to work, and on what, is the plan's and not the machine's. Beside each
figure stands the band of one more such time: Student's over the replications, widened by the luck
that was in the fitted days as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from twin.calibration.check import TAIL, Comparison, means, student
from twin.calibration.laws import fit_lives
from twin.calibration.rates import mix
from twin.calibration.spells import Spells
from twin.kpi import compute
from twin.plant._line_measures import share_of_day
from twin.rng import replication_seed
from twin.scenario import Scenario
from twin.simulate import simulate

FEWEST = 5
HOUR = 3600.0
KWH = 3.6e6


@dataclass(frozen=True, slots=True)
class DayError:
    """How far single kept-back days are from the fit: mean of |seen / expected - 1| [1]."""

    station: str
    days: int
    parts: float
    energy: float


@dataclass(frozen=True, slots=True)
class _Rates:
    """Figures of one station in each simulated run: parts a planned hour, availability, power."""

    made: np.ndarray
    availability: np.ndarray
    power: np.ndarray


def compare(
    scenario: Scenario,
    line: str,
    fitted: Mapping[str, Spells],
    kept: Mapping[str, Spells],
    replications: int,
) -> tuple[tuple[Comparison, ...], tuple[DayError, ...]]:
    """Compare every station's kept-back days with what the calibrated line expects of them."""
    pairs = {key: (fitted[key], one) for key, one in kept.items()
             if key in fitted and one.planned > 0}  # fmt: skip
    found: list[Comparison] = []
    for key, (before, after) in pairs.items():
        found += means(f"{key}: mean stop", before.stops, after.stops)
        found += _stops(key, before, after)
    if replications == 0 or not pairs:
        return tuple(found), ()
    hours = float(np.mean([after.planned for _, after in pairs.values()])) / HOUR
    runs = _runs(
        scenario, line, {key: after for key, (_, after) in pairs.items()}, hours, replications
    )
    days = []
    for key, (before, after) in pairs.items():
        found += _figures(key, before, after, runs[key], hours)
        days.append(_by_day(key, after, runs[key]))
    return tuple(found), tuple(days)


def _stops(name: str, before: Spells, after: Spells) -> Iterator[Comparison]:
    """Stops to come: negative binomial, Poisson luck with the doubt of the fitted rate.

    Where lives spread more than exponential ones, so do their counts: the variance is that of
    Poisson luck times the square of the coefficient of variation (Cox 1962, section 3.3).
    """
    n = len(before.stops)
    if n < FEWEST or before.working <= 0 or after.working <= 0:
        return
    seen, expected = len(after.stops), n * after.working / before.working
    spread = fit_lives(before.lives, before.alive).spread
    if spread > 1:
        scale = spread * math.sqrt(expected * (1 + after.working / before.working))
        yield student(f"{name}: stops", "1", float(seen), expected, scale, n - 1)
        return
    law = stats.nbinom(n, before.working / (before.working + after.working))
    p = min(1.0, 2.0 * min(float(law.cdf(seen)), float(law.sf(seen - 1))))
    band = float(law.ppf(TAIL)), float(law.ppf(1 - TAIL))
    yield Comparison(f"{name}: stops", "1", float(seen), expected, *band, p)


def _runs(
    scenario: Scenario, line: str, kept: Mapping[str, Spells], hours: float, replications: int
) -> dict[str, _Rates]:
    """Simulate the planned hours with the kept-back mix of products."""
    settings = scenario.entries[line].settings
    shifts = settings.shifts.values()  # type: ignore[attr-defined]
    worked = min(1.0, sum(share_of_day(shift) for shift in shifts)) if shifts else 1.0
    length = scenario.header.warmup + hours * HOUR / worked
    values = {finding.path: finding.value for finding in mix(scenario, line, kept)}
    longer = scenario.with_values(values | {"horizon": f"{length} s"})
    rows: dict[str, list[tuple[float, float, float]]] = {key: [] for key in kept}
    for index in range(replications):
        seed = replication_seed(scenario.header.seed, index)
        kpis = compute(longer, simulate(longer, seed=seed, sense=False))
        for key, found in rows.items():
            here = f"{line}.stations.{key}"
            on = 1.0 - kpis.get(f"{here}.off_shift", 0.0) / 100.0
            planned = (length - scenario.header.warmup) / HOUR * on
            energy = kpis.get(f"{here}.energy", math.nan)
            found.append((kpis[f"{here}.made"] / planned, kpis[f"{here}.availability"] / 100.0,
                          energy / planned))  # fmt: skip
    return {key: _Rates(*np.array(found).T) for key, found in rows.items()}


def _figures(
    name: str, before: Spells, after: Spells, runs: _Rates, hours: float
) -> Iterator[Comparison]:
    planned = after.planned / HOUR
    # From the band of a run of `hours` to this station's planned time, and the doubt of the fit.
    wider = math.sqrt(hours / planned) * math.sqrt(1 + after.planned / before.planned)
    figures = [
        ("parts made", "1/h", after.made / planned, runs.made, 1 / planned),
        ("availability", "1", after.working / after.planned, runs.availability, 1e-6),
        ("energy", "kWh/h", after.energy / KWH / planned, runs.power, 1e-9),
    ]
    n = len(runs.made)
    for figure, unit, seen, drawn, least in figures:
        if math.isnan(seen) or np.isnan(drawn).any():
            continue
        scale = max(float(drawn.std(ddof=1)) * wider * math.sqrt(1 + 1 / n), least)
        yield student(f"{name}: {figure}", unit, seen, float(drawn.mean()), scale, n - 1)


def _by_day(name: str, after: Spells, runs: _Rates) -> DayError:
    """Single days, of which at least an hour was planned."""
    days = [day for day in after.days.values() if day.planned >= HOUR]

    def off(seen: Sequence[float], rate: float) -> float:
        expected = [rate * day.planned / HOUR for day in days]
        errors = [abs(a / b - 1) for a, b in zip(seen, expected, strict=True) if b > 0]
        return float(np.mean(errors)) if errors else math.nan

    parts = off([day.made for day in days], float(runs.made.mean()))
    energy = off([day.energy / KWH for day in days], float(runs.power.mean()))
    return DayError(name, len(days), parts, energy)
