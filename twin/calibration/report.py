"""A calibration from beginning to end, and what it gives: JSON, and a scenario file."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from twin.calibration import check, defects, kept, line, rates
from twin.calibration.history import History, histories
from twin.calibration.laws import FEWEST_EVENTS
from twin.calibration.log import EventLog
from twin.calibration.spells import Spells, spells
from twin.calibration.status import StatusTable
from twin.calibration.told import told
from twin.errors import BadInput, Fault
from twin.scenario import Scenario

KEPT_BACK = 0.3
REPLICATIONS = 20
LAST = 1e-9
"""Added to the end of a log, so that its last row is in [s]."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What records say of a scenario's line, and how that holds on the part kept back.

    ``data`` is their file, ``rows`` how many were used, ``span`` the time that they cover [s];
    ``days`` has how far single kept-back days are from the fit, for a status table.
    """

    scenario: Scenario
    calibrated: Scenario
    data: str
    rows: int
    span: float
    findings: tuple[line.Finding, ...]
    checks: tuple[check.Comparison, ...]
    notes: tuple[str, ...]
    days: tuple[kept.DayError, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every figure of the kept-back part lies where the fit expects it."""
        return all(comparison.passed for comparison in self.checks)

    def document(self) -> dict[str, Any]:
        """Return the calibration as JSON."""
        return {
            "scenario": self.scenario.title,
            "file": self.scenario.file,
            "data": self.data,
            "rows": self.rows,
            "span_h": self.span / 3600.0,
            "parameters": [plain(asdict(finding)) for finding in self.findings],
            "kept_back": [plain(asdict(one) | {"error": one.error}) for one in self.checks],
            "kept_back_days": [plain(asdict(day)) for day in self.days],
            "passed": self.passed,
            "notes": list(self.notes),
        }


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return numbers that JSON can say: what is unknown is null."""
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in row.items()
    }


def calibrate(
    scenario: Scenario,
    log: EventLog,
    *,
    asset: str = "",
    keep_back: float = KEPT_BACK,
    replications: int = REPLICATIONS,
) -> Calibration:
    """Fit a scenario's line to the first part of a log, and check it on the rest.

    Parameters
    ----------
    scenario : Scenario
        Its stations name what is fitted.
    log : EventLog
        The records.
    asset : str
        Name of the line, where the scenario has several.
    keep_back : float
        Share of the log's time, at its end, that the fit does not see; from 0 to 0.9 [1].
    replications : int
        Simulated runs with which the parts made are compared, at least 2; 0 for none.

    Raises
    ------
    BadInput
        When log and scenario do not fit each other.
    """
    _allowed(keep_back, replications)
    name = line.the_line(scenario, asset)
    cut = log.span * (1.0 - keep_back) if keep_back > 0 else log.span + LAST
    fitted, strange = line.by_station(scenario, name, histories(log, 0.0, cut))
    findings = line.fit(scenario, name, fitted)
    if not findings:
        raise BadInput(Fault("has no part with a start and an end, and no failure", file=log.path))
    calibrated = scenario.with_values(line.values(findings))
    checks: tuple[check.Comparison, ...] = ()
    if keep_back > 0:
        last, _ = line.by_station(scenario, name, histories(log, cut, log.span + LAST))
        stations = scenario.entries[name].settings.stations  # type: ignore[attr-defined]
        checks = check.compare(fitted, last, stations)
        if replications > 0:
            checks += (check.output(calibrated, name, last, replications),)
        checks = check.judge(checks)
    notes = (*log.notes, *_notes(scenario, name, fitted, strange), *_too_few(findings))
    return Calibration(
        scenario, calibrated, log.path, len(log.rows), log.span, findings, checks, notes
    )


def _allowed(keep_back: float, replications: int) -> None:
    if not 0 <= keep_back <= 0.9:
        raise BadInput(Fault("allowed 0 to 0.9", "--keep-back", "", f"{keep_back:g}"))
    if replications == 1 or replications < 0:
        raise BadInput(Fault("allowed 0, or 2 and more", "--replications", "", str(replications)))


def calibrate_table(
    scenario: Scenario,
    table: StatusTable,
    *,
    asset: str = "",
    keep_back: float = KEPT_BACK,
    every: int = 0,
    off_after: float = math.inf,
    replications: int = REPLICATIONS,
) -> Calibration:
    """Fit a scenario's line to some days of a status table, and check it on the others.

    Parameters
    ----------
    scenario : Scenario
        Its stations name what is fitted.
    table : StatusTable
        The records.
    asset : str
        Name of the line, where the scenario has several.
    keep_back : float
        Share of the days, at the end, that the fit does not see; from 0 to 0.9 [1].
    every : int
        Instead of those, each so many-th day is kept back, so that both parts have seen the same
        weeks; 0 for the days at the end, else 2 and more.
    off_after : float
        Stops longer than this are time that was not planned [s].
    replications : int
        Simulated runs of the check, at least 2; 0 for none.

    Raises
    ------
    BadInput
        When table and scenario do not fit each other.
    """
    _allowed(keep_back, replications)
    if every == 1 or every < 0:
        raise BadInput(Fault("allowed 0, or 2 and more", "--keep-days", "", str(every)))
    name = line.the_line(scenario, asset)
    days = table.day(table.end) + 1
    first_kept = round(days * (1.0 - keep_back))

    def seen(day: int) -> bool:
        return bool((day + 1) % every) if every else day < max(1, first_kept)

    before, strange = line.by_station(scenario, name, spells(table, off_after, seen))
    findings = rates.fit(scenario, name, before)
    if not findings:
        raise BadInput(Fault("has no time at work with parts made, and no stop", file=table.path))
    calibrated = scenario.with_values(line.values(findings))
    after, _ = line.by_station(scenario, name, spells(table, off_after, lambda day: not seen(day)))
    checks, errors = kept.compare(calibrated, name, before, after, replications)
    notes = (*table.notes, *_notes(scenario, name, before, strange),
             *_too_few(findings), *told(scenario, name, table, before, after))  # fmt: skip
    span = table.end - table.begin
    return Calibration(scenario, calibrated, table.path, table.rows, span, findings,
                       check.judge(checks), notes, errors)  # fmt: skip


def _notes(
    scenario: Scenario,
    name: str,
    fitted: Mapping[str, History] | Mapping[str, Spells],
    strange: tuple[str, ...],
) -> list[str]:
    stations = scenario.entries[name].settings.stations  # type: ignore[attr-defined]
    notes = [f"station {other!r} of the log is not in the scenario" for other in strange]
    notes += [f"station {key!r} has no rows; its parameters stay" for key in stations
              if key not in fitted]  # fmt: skip
    notes += [f"station {key!r}: {count} {what}" for key, history in fitted.items()
              if isinstance(history, History)
              for what, count in history.odd.items() if count > 1]  # fmt: skip
    notes += defects.notes(scenario.entries[name].settings, fitted)
    machines = [key for key in fitted if stations[key].machine]
    notes += [f"station {key!r} is a CNC machine; its programme gives its work times, "
              "which are neither fitted nor checked" for key in machines]  # fmt: skip
    return notes


def _too_few(findings: Iterable[line.Finding]) -> list[str]:
    """What is not fitted because next to nothing was seen of it."""
    return [
        f"{one.path}: only {one.n} seen, fewer than {FEWEST_EVENTS}; "
        f"it stays {one.value} {one.unit}"
        for one in findings
        if one.kept
    ]


class Calibrated(Protocol):
    """What a scenario can be written from."""

    @property
    def scenario(self) -> Scenario:
        """The one calibrated."""

    @property
    def data(self) -> str:
        """File of the records."""

    @property
    def findings(self) -> tuple[line.Finding, ...]:
        """Values by path."""


def write_scenario(found: Calibrated, path: Path) -> None:
    """Write the calibrated values as a scenario that extends the one calibrated."""
    base = os.path.relpath(Path(found.scenario.file).resolve(), path.resolve().parent)
    lines = [f"# Calibrated from {Path(found.data).name}", f"extends = {_quoted(base)}", ""]
    tables: dict[str, list[str]] = {}
    for finding in (one for one in found.findings if not one.kept):
        table, _, key = finding.path.rpartition(".")
        note = f"   # {finding.unit}, from {finding.n}" if finding.unit != "1" else ""
        tables.setdefault(table, []).append(f"{key} = {_quoted(finding.value)}{note}")
    for table, keys in tables.items():
        lines += [f"[plant.{table}]", *keys, ""]
    path.write_text("\n".join(lines), encoding="utf-8")


def _quoted(value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)
