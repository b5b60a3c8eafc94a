"""A line's parameters from a status table: pace, stops, set-ups, yields, power, mix and shift.

A table counts parts an interval, so the law of a single cycle cannot be seen. The mean is the time
at work over the parts made, with Student's interval of the ratio over blocks of twelve intervals.
The spread follows from the variance of the counts: of a renewal process with coefficient of
variation c, looked at for a time T from any moment, the number has the variance
c² T / mean + 1/6 and more for c ≪ 1 (Cox 1962, Renewal theory, eq. 4.5.7).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from scipy import optimize, stats

from twin.calibration.laws import (
    CONFIDENCE,
    CONSTANT,
    FEWEST,
    Array,
    Fitted,
    around,
    fit_lives,
    fit_times,
)
from twin.calibration.line import Finding, defects, number, of_law, of_time
from twin.calibration.spells import Made, Spells
from twin.scenario import Scenario

PHASE = 1.0 / 6.0
"""Variance of a count that only the moment of its begin decides."""
OFTEN = 0.5
"""Share of an hour planned, on the mean of days with work, from which on it is in the shift."""
HOURS = 24


def fit(scenario: Scenario, line: str, found: Mapping[str, Spells]) -> tuple[Finding, ...]:
    """Fit every parameter of the line that the table tells."""
    findings: list[Finding] = []
    for station, one in found.items():
        if not scenario.entries[line].settings.stations[station].machine:  # type: ignore[attr-defined]
            findings += _station(scenario, line, station, one)
    findings += mix(scenario, line, found)
    findings += _shift(scenario, line, found)
    return tuple(findings)


def _station(scenario: Scenario, line: str, name: str, one: Spells) -> Iterator[Finding]:
    settings = scenario.entries[line].settings
    station, products = settings.stations[name], settings.products  # type: ignore[attr-defined]
    here = f"{line}.stations.{name}"
    for product, made in one.products.items():
        if product in products and made.parts > 0:
            step = f"{line}.products.{product}.steps.{name}"
            yield from of_law(scenario, step, "cycle", pace([made]))
    if one.made and not set(one.products) <= set(products):
        yield from of_law(scenario, here, "cycle", pace(list(one.products.values())))
    if one.lives:
        calendar = station.failure_clock == "calendar"
        lives, alive = (one.lives_up, one.alive_up) if calendar else (one.lives, one.alive)
        life = fit_lives(lives, alive)
        yield from of_law(scenario, here, "failure", life)
        yield from of_law(scenario, here, "repair", fit_times(one.stops))
    if one.setups:
        yield of_time(scenario, f"{here}.setup_time", fit_times(one.setups))
    yield from defects(scenario, line, name, round(one.rejected), round(one.made))
    yield from _power(scenario, here, one)


def pace(made: list[Made]) -> Fitted:
    """Fit the cycle time [s] to parts counted in blocks of time.

    >>> found = pace([Made(36000.0, 600.0, [(3600.0, 60.0)] * 10)])
    >>> found.mean, found.law
    (60.0, 'constant')
    """
    working, parts = sum(m.working for m in made), sum(m.parts for m in made)
    blocks = np.array([block for m in made for block in m.blocks], dtype=np.float64).reshape(-1, 2)
    n, mean = len(blocks), working / parts
    if n < FEWEST:
        return Fitted(mean, math.nan, math.nan, math.nan, "", round(parts))
    # Each product at its own pace: the mix of the blocks is no spread.
    off = [_residuals(m) for m in made if m.parts > 0 and m.blocks]
    residual = np.concatenate(off)
    error = float(np.sqrt((residual**2).sum() / (n * max(1, n - 1)))) * mean
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2, n - 1)) * error / float(blocks[:, 1].mean())
    variance = max(0.0, float((residual**2).mean()) - PHASE)
    spread = math.sqrt(variance * mean / float(blocks[:, 0].mean()))
    law = "constant" if spread < CONSTANT else "gamma"
    return Fitted(mean, *around(mean, half), spread, law, round(parts))


def _residuals(made: Made) -> Array:
    """Parts of each block less those of the product's own pace in that time."""
    times, parts = np.array(made.blocks, dtype=np.float64).T
    residuals: Array = parts - times * (parts.sum() / times.sum())
    return residuals


def _power(scenario: Scenario, here: str, one: Spells) -> Iterator[Finding]:
    """Power at work and else, by least squares with every second of the same weight."""
    if not one.powers:
        return
    rows = np.array(one.powers, dtype=np.float64)
    root = np.sqrt(np.maximum(rows[:, 0] + rows[:, 1], 1e-9))
    seen = rows[:, :2] / root[:, None]
    fitted, _ = optimize.nnls(seen, rows[:, 2] / root)
    error = _errors(seen, rows[:, 2] / root - seen @ fitted)
    factor = float(stats.t.ppf(0.5 + CONFIDENCE / 2, max(1, len(rows) - 2)))
    for place, name in enumerate(("power_working", "power_idle")):
        if seen[:, place].any():
            value, half = float(fitted[place]), factor * float(error[place])
            yield number(scenario, f"{here}.{name}", value, value - half, value + half, len(rows))


def _errors(seen: Any, residual: Any) -> Any:
    """Standard errors of the coefficients of a regression."""
    freedom = max(1, len(residual) - seen.shape[1])
    spread = np.linalg.pinv(seen.T @ seen) * float(residual @ residual) / freedom
    return np.sqrt(np.maximum(np.diag(spread), 0.0))


def mix(scenario: Scenario, line: str, found: Mapping[str, Spells]) -> Iterator[Finding]:
    """Share of each product in what was made, where the scenario has them all."""
    products = scenario.entries[line].settings.products  # type: ignore[attr-defined]
    parts = dict.fromkeys(products, 0.0)
    for one in found.values():
        for product, made in one.products.items():
            if product in parts:
                parts[product] += made.parts
    total = sum(parts.values())
    if len(parts) < 2 or total <= 0:
        return
    shares = {key: round(count / total, 6) for key, count in parts.items()}
    most = max(shares, key=shares.__getitem__)
    shares[most] = round(shares[most] + 1.0 - sum(shares.values()), 6)
    for key, share in shares.items():
        yield number(scenario, f"{line}.products.{key}.share", share, math.nan, math.nan,
                     round(parts[key]))  # fmt: skip


def _shift(scenario: Scenario, line: str, found: Mapping[str, Spells]) -> Iterator[Finding]:
    """Begin and end of the scenario's shift, when it has one."""
    shifts = scenario.entries[line].settings.shifts  # type: ignore[attr-defined]
    hours = planned_hours(found)
    if len(shifts) != 1 or hours is None:
        return
    here = f"{line}.shifts.{next(iter(shifts))}"
    for name, hour in zip(("start", "end"), hours, strict=True):
        value = hour * 3600.0
        yield number(scenario, f"{here}.{name}", value, math.nan, math.nan, _days(found))


def _days(found: Mapping[str, Spells]) -> int:
    return len({day for one in found.values() for day, _ in one.hours})


def planned_hours(found: Mapping[str, Spells]) -> tuple[int, int] | None:
    """Return begin and end of the hours of the day that are planned on most days with work.

    The longest unbroken ones; (0, 24) for the whole day, None when there are none.
    """
    by_hour = np.zeros(HOURS)
    days = {(key, day) for key, one in found.items() for (day, _), s in one.hours.items() if s > 0}
    for one in found.values():
        for (_, hour), seconds in one.hours.items():
            by_hour[hour] += seconds / 3600.0
    often = by_hour >= OFTEN * max(1, len(days))
    if not often.any():
        return None
    if often.all():
        return 0, HOURS
    return _longest(often)


def _longest(often: Any) -> tuple[int, int]:
    """The longest run of hours, which may go over midnight."""
    best = (0, 0)
    for begin in range(HOURS):
        length = 0
        while length < HOURS and often[(begin + length) % HOURS]:
            length += 1
        if length > best[1]:
            best = begin, length
    return best[0], (best[0] + best[1]) % HOURS or HOURS
