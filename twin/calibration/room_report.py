"""A room's calibration from beginning to end: fitted, checked on days it has not seen, written."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from twin.calibration.check import Comparison
from twin.calibration.line import Finding
from twin.calibration.recording import Recording
from twin.calibration.report import plain
from twin.calibration.room import Free, Problem, problem, the_zone
from twin.calibration.room_fit import TOLD, Fit, fit
from twin.errors import BadInput, Fault
from twin.scenario import Scenario
from twin.units import from_si

Array = npt.NDArray[np.float64]

DAY = 86_400.0
FIT_DAYS, CHECK_DAYS = 14, 7
WITHIN = 0.5
"""How far a free run may be off on the days kept back, root mean square [K]."""
DIGITS = 6
MOST_LAGS = 20


@dataclass(frozen=True, slots=True)
class Error:
    """How far a prediction is from the readings: root mean square, mean, greatest [K]."""

    rmse: float
    bias: float
    worst: float
    n: int


@dataclass(frozen=True, slots=True)
class RoomCalibration:
    """What a recording says of a lumped zone, and how that holds on days it has not seen.

    ``free_run`` starts at the first row kept back and sees no reading after it; ``ahead`` sees all
    before; ``mean`` predicts the mean of the part fitted. ``whiteness`` is the probability that
    what the filter missed is as far from white noise, if it were white (Ljung and Box), and
    ``echo`` the correlation of one miss with the next [1].
    """

    scenario: Scenario
    calibrated: Scenario
    data: str
    rows: int
    span: float
    fitted_days: float
    checked_days: float
    findings: tuple[Finding, ...]
    of_recording: tuple[Finding, ...]
    free_run: Error
    ahead: Error
    mean: Error
    free_fit: Error
    whiteness: float
    echo: float
    checks: tuple[Comparison, ...]
    notes: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the free run is within its limit."""
        return all(one.passed for one in self.checks)

    def document(self) -> dict[str, Any]:
        """Return the calibration as JSON."""
        return {
            "scenario": self.scenario.title,
            "file": self.scenario.file,
            "data": self.data,
            "rows": self.rows,
            "span_h": self.span / 3600.0,
            "fitted_days": self.fitted_days,
            "checked_days": self.checked_days,
            "parameters": [plain(asdict(one)) for one in self.findings],
            "recording": [plain(asdict(one)) for one in self.of_recording],
            "free_run": asdict(self.free_run),
            "one_step_ahead": asdict(self.ahead),
            "mean_of_fit": asdict(self.mean),
            "free_run_of_fit": asdict(self.free_fit),
            "residuals": {"ljung_box_p": self.whiteness, "lag_1": self.echo},
            "kept_back": [plain(asdict(one)) for one in self.checks],
            "passed": self.passed,
            "notes": list(self.notes),
        }


def calibrate_room(
    scenario: Scenario,
    recording: Recording,
    *,
    asset: str = "",
    keep_back: float | None = None,
    within: float = WITHIN,
) -> RoomCalibration:
    """Fit a lumped zone to the first days of a recording, and predict the next.

    Parameters
    ----------
    scenario : Scenario
        Its zone is the first guess; what it sets to 0 stays 0.
    recording : Recording
        The readings.
    asset : str
        ``BUILDING`` or ``BUILDING.zones.ZONE``, where there are several.
    keep_back : float or None
        Share of the rows, at the end, that only check the fit [1], from 0.05 to 0.9; None fits 14
        days and checks 7, or keeps the last third back where there are fewer than 21.
    within : float
        Greatest root mean square error of the free run [K].

    Raises
    ------
    BadInput
        When scenario and recording do not fit each other.
    """
    seen, end = _parts(recording, keep_back)
    building, zone = the_zone(scenario, asset)
    asked = problem(scenario, building, zone, recording)
    found = fit(asked, seen, scenario.header.seed)
    findings = tuple(_finding(scenario, free, found, seen) for free in asked.free)
    in_scenario = tuple(one for one, f in zip(findings, asked.free, strict=True) if f.path)
    others = tuple(
        one for one, f in zip(findings, asked.free, strict=True)
        if not f.path and not f.name.startswith("noise")
    )  # fmt: skip
    calibrated = scenario.with_values({one.path: one.value for one in in_scenario})
    free_run, ahead, mean, free_fit = _errors(asked, found, seen, end)
    whiteness, echo = _white(asked, found, seen)
    hours = (end - seen) * recording.step / 3600
    check = Comparison(
        f"{zone}: free run over {hours / 24:.1f} d, root mean square error", "K", free_run.rmse,
        0.0, 0.0, within, math.nan, free_run.rmse <= within,
    )  # fmt: skip
    notes = (*recording.notes, *_notes(asked, found, whiteness, echo))
    return RoomCalibration(
        scenario, calibrated, recording.path, recording.rows, recording.span,
        seen * recording.step / DAY, hours / 24, in_scenario, others, free_run, ahead, mean,
        free_fit, whiteness, echo, (check,), notes,
    )  # fmt: skip


def is_of_room(scenario: Scenario, asset: str) -> bool:
    """Whether a building is to be fitted: it is named, or there is no line."""
    kinds = {name: entry.kind for name, entry in scenario.of("plant").items()}
    named = kinds.get(asset.partition(".")[0])
    return named == "building" if named else "line" not in kinds.values() and (
        "building" in kinds.values()
    )  # fmt: skip


def _parts(recording: Recording, keep_back: float | None) -> tuple[int, int]:
    """Rows that are fitted, and where the check ends."""
    rows = recording.rows
    if keep_back is None:
        day = round(DAY / recording.step)
        if rows >= (FIT_DAYS + CHECK_DAYS) * day:
            return FIT_DAYS * day, (FIT_DAYS + CHECK_DAYS) * day
        keep_back = 1 / 3
    if not 0.05 <= keep_back <= 0.9:
        raise BadInput(Fault("allowed 0.05 to 0.9", "--keep-back", "", f"{keep_back:g}"))
    return round(rows * (1 - keep_back)), rows


def _finding(scenario: Scenario, free: Free, found: Fit, seen: int) -> Finding:
    def shown(value: float) -> float:
        unit = "1" if free.unit == "K" else free.unit
        return float(f"{float(from_si(value, unit)):.{DIGITS}g}")

    was = scenario.value(free.path) if free.path else shown(free.guess)
    low, high = shown(found.low[free.name]), shown(found.high[free.name])
    path = free.path or f"recording.{free.name}"
    return Finding(path, shown(found.values[free.name]), low, high, was, free.unit, seen)


def _errors(asked: Problem, found: Fit, seen: int, end: int) -> tuple[Error, Error, Error, Error]:
    read = asked.recording.columns["temperature"]
    first = asked.recording.begins
    kept = np.zeros(len(read), dtype=np.bool_)
    kept[seen:end] = True
    fitted = np.arange(len(read)) < seen
    alone = asked.follow(found.values, seen).expected
    ahead = asked.follow(found.values, len(read)).expected
    free = asked.follow(found.values, 0).expected
    mean = np.full_like(read, read[:seen].mean())
    return (
        _error(alone - read, kept & ~first), _error(ahead - read, kept & ~first),
        _error(mean - read, kept & ~first), _error(free - read, fitted & ~first),
    )  # fmt: skip


def _error(miss: Array, rows: npt.NDArray[np.bool_]) -> Error:
    used = miss[rows]
    rmse = float(np.sqrt(np.mean(used**2)))
    return Error(rmse, float(used.mean()), float(np.abs(used).max()), len(used))


def _white(asked: Problem, found: Fit, seen: int) -> tuple[float, float]:
    """Probability of Ljung and Box's statistic under white noise, and the correlation at lag 1."""
    course = asked.follow(found.values, seen)
    use = ~asked.recording.begins[:seen]
    miss = (asked.recording.columns["temperature"] - course.expected)[:seen][use]
    scaled = miss / np.sqrt(course.variance[:seen][use])
    scaled = scaled - scaled.mean()
    n, lags = len(scaled), min(MOST_LAGS, len(scaled) // 4)
    total = float(scaled @ scaled)
    echoes = np.array([scaled[lag:] @ scaled[:-lag] / total for lag in range(1, lags + 1)])
    statistic = n * (n + 2) * float(np.sum(echoes**2 / (n - np.arange(1, lags + 1))))
    return float(stats.chi2.sf(statistic, lags)), float(echoes[0])


def _notes(asked: Problem, found: Fit, whiteness: float, echo: float) -> Iterator[str]:
    for free in asked.free:
        if found.doubt[free.name] >= TOLD and not free.name.startswith("noise"):
            path = free.path or f"recording.{free.name}"
            yield f"the readings cannot tell {path}: it stays near what was assumed"
    if found.agree < 2:
        yield f"only one of {found.starts} starts came to the best likelihood: it may not be it"
    if whiteness < 0.01:
        yield (
            f"what the filter misses is not white (correlation of neighbours {echo:+.2f}): "
            "something acts on the room that is not in the recording or in two nodes"
        )
