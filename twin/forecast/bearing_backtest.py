"""How good the forecast of a twin's bearings is: faults that grow, put into machines of its kind.

Each machine gets a fault of any kind with any severity at any time, which grows at a rate of its
own, or none at all. What its sensor heard by one moment is forecast by the very code of the
product; then the twin runs on and shows when the bearing fails. The fault itself is read for that
comparison alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from twin.forecast.bearing_growth import DOUBLING_H, DOUBLING_SPREAD
from twin.forecast.bearing_signs import Ears, listened
from twin.forecast.bearings import KNOWN, worst_sign
from twin.forecast.duty import Duty, duties, run_to
from twin.forecast.scores import brier, brier_skill, calibration_error
from twin.forecast.spindles import FAILED, LIKELY, forecast_bearing, spindles
from twin.forecast.table import Array
from twin.forecast.toolkind import tool_kinds
from twin.nodes.features import FAULTS
from twin.rng import stream
from twin.scenario import Scenario
from twin.simulate import build

Progress = Callable[[int, int], None]
HOUR = 3600.0
NOW_H, HOURS = 24.0, 48.0
"""Moment of the forecast, from new, and how far it looks [h]."""
WINDOWS = 48
"""Windows that each machine is heard in by then, as far as its sensor allows."""
SOUND = 0.2
"""Share of machines without a fault [1]."""
LEAST, MOST = 0.05, 0.6
"""Severities with which faults begin [1]."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One machine: what was forecast and what came.

    Attributes
    ----------
    p_fail : float
        Probability of failing within the horizon [1].
    failed : bool
        It did.
    p_damaged, known : float
        Probability of a fault, and how much the record told of its growth [1].
    p10, p50, p90, left : float
        Remaining hours forecast, and those that came; infinite without a fault [h].
    severity, doubling_h : float
        The fault as it was: 0 without one [1], and running time to double [h].
    """

    p_fail: float
    failed: bool
    p_damaged: float
    known: float
    p10: float
    p50: float
    p90: float
    left: float
    severity: float
    doubling_h: float


@dataclass(frozen=True, slots=True)
class BearingBacktest:
    """Forecasts of bearings against what came."""

    machines: tuple[Judged, ...]

    @property
    def _events(self) -> tuple[Array, Array]:
        p = np.array([one.p_fail for one in self.machines])
        return p, np.array([one.failed for one in self.machines], dtype=float)

    @property
    def ece(self) -> float | None:
        """Expected calibration error of the probability of failing within the horizon [1]."""
        return calibration_error(*self._events)

    @property
    def brier(self) -> float:
        """Brier score of that probability [1]."""
        return brier(*self._events)

    @property
    def skill(self) -> float | None:
        """Brier skill against the base rate [1]."""
        return brier_skill(*self._events)

    @property
    def found(self) -> BearingBacktest:
        """Those whose damage was found; for the others it rests on how common faults are."""
        own = tuple(one for one in self.machines if one.p_damaged >= LIKELY)
        return BearingBacktest(own)

    @property
    def missed(self) -> int:
        """Bearings that failed within the horizon though no damage was found."""
        return sum(one.failed and one.p_damaged < LIKELY for one in self.machines)

    def coverage(self, *, known: bool | None = None) -> tuple[float, int]:
        """Share of remaining lives within p10 to p90, of damaged bearings that were found [1].

        ``known`` picks those whose growth the record told, or did not. Returns also their number.
        """
        own = [
            one.p10 <= one.left <= one.p90
            for one in self.machines
            if np.isfinite(one.left)
            and one.p_damaged >= LIKELY
            and (known is None or known == (one.known >= KNOWN))
        ]
        return (float(np.mean(own)) if own else float("nan")), len(own)


def backtest_bearings(
    scenario: Scenario,
    *,
    machines: int = 40,
    windows: int = WINDOWS,
    seed: int = 1,
    doubling_h: float = DOUBLING_H,
    spread: float = DOUBLING_SPREAD,
    on_progress: Progress | None = None,
) -> BearingBacktest | None:
    """Judge the forecasts of the first bearing that a scenario listens to.

    Parameters
    ----------
    scenario : Scenario
        With an accelerometer on a machine.
    machines : int
        How many are simulated.
    windows : int
        Windows that each is heard in, as far as its sensor allows.
    seed : int
        Luck of the faults.
    doubling_h, spread : float
        Median of the running time in which the faults double [h], and the standard deviation of
        its logarithm [1]; without, those that the forecast assumes.
    on_progress : callable, optional
        Told how many machines are done, of how many.

    Returns
    -------
    BearingBacktest or None
        None where no bearing is listened to.
    """
    heard = listened(scenario)
    if not heard:
        return None
    machine, sensor = heard[0]
    kinds = tool_kinds(build(scenario, sense=False))
    coming = duties(scenario, kinds, NOW_H * HOUR, HOURS, 4)
    found = []
    for number in range(machines):
        luck = stream(seed, f"forecast.bearings.judged.{number}")
        variant = _faulty(scenario, machine, sensor, luck, windows, doubling_h, spread)
        one = _judge(variant, machine, sensor, coming, seed)
        found += [one] if one is not None else []
        if on_progress is not None:
            on_progress(number + 1, machines)
    return BearingBacktest(tuple(found))


def _faulty(
    scenario: Scenario, machine: str, sensor: str, luck: np.random.Generator, windows: int,
    doubling_h: float, spread: float,
) -> Scenario:  # fmt: skip
    """The machine with a fault of its own, listened to so often that it is heard enough."""
    fault = str(luck.choice(FAULTS)) if luck.random() >= SOUND else "none"
    severity = float(np.exp(luck.uniform(np.log(LEAST), np.log(MOST))))
    period = scenario.entries[sensor].settings.period  # type: ignore[attr-defined]
    values = {
        "seed": int(luck.integers(2**31)),
        f"{machine}.bearing_fault": fault,
        f"{machine}.bearing_severity": severity,
        f"{machine}.bearing_onset": float(luck.uniform(0.0, NOW_H)),
        f"{machine}.bearing_doubling": float(doubling_h * np.exp(spread * luck.standard_normal())),
        f"{sensor}.period": max(float(period), NOW_H * HOUR / windows),
    }
    return scenario.with_values(values)


def _judge(
    scenario: Scenario, machine: str, sensor: str, coming: dict[str, Duty], seed: int
) -> Judged | None:
    """Forecast one machine at the moment and run it on; None where its bearing failed before."""
    now = NOW_H * HOUR
    ears = Ears()
    running, facts = run_to(scenario, now, sense=True, begin=ears.open)
    if any(row.name == FAILED for row in facts.events):
        return None
    one = next(heard for heard in ears.heard if heard.sensor == sensor)
    spindle = spindles(running, facts, tool_kinds(running), coming)[machine]
    told = forecast_bearing(one, worst_sign(one)[2] or FAULTS[0], spindle, HOURS, seed)
    bearing = running.world.assets[machine].bearing  # type: ignore[attr-defined]
    left = spindle.running.hours_for(bearing.until_end(now) / 60.0)
    later = build(scenario, sense=False)
    later.advance(now + HOURS * HOUR)
    failed = any(row.name == FAILED for row in later.finish().events)
    band = told.life.remaining_h
    own = scenario.entries[machine].settings
    return Judged(
        told.life.p_fail, failed, told.damage.p_damaged, told.damage.known, band.p10, band.p50,
        band.p90, left, bearing.severity(now), own.bearing_doubling / HOUR,  # type: ignore[attr-defined]
    )  # fmt: skip
