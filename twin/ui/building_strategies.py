"""Strategies to run a building by, each as values over the baseline, compared with it in pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twin import jobs
from twin.errors import BadInput
from twin.plant.building import Settings
from twin.scenario import Scenario
from twin.ui import comparison, names, runs
from twin.ui.building_view import WORTH
from twin.ui.comparison import Line, Outcome
from twin.ui.i18n import known, t
from twin.ui.wording import UNKNOWN, signed

WIDER, SETBACK = 1.0, 4.0
"""How much set-points are moved apart, and how far back they are set out of use [K]."""
PRE_START = 2.0
"""Before use, where a control needs room to start in [h]."""
SAVING = ("wider", "setback", "tighter")


@dataclass(frozen=True, slots=True)
class Strategy:
    """A way to run a building: its key, its words, and what it changes."""

    key: str
    name: str
    values: Mapping[str, Any]


def strategies(scenario: Scenario, building: str) -> list[Strategy]:
    """Return what can be tried on a building: other set-points, set-back, other control."""
    settings = scenario.entries[building].settings
    assert isinstance(settings, Settings)
    if not settings.has_plant:
        return []
    found = [
        Strategy(key, t(f"buildings.strategy_{key}"), values)
        for key in SAVING
        if (values := _set_points(scenario, building, settings, key))
    ]
    return found + _control(scenario, building)


def _set_points(
    scenario: Scenario, building: str, settings: Settings, key: str
) -> dict[str, float]:
    """Values of one strategy; only zones whose set-points no schedule gives."""
    found = {}
    for zone, made in settings.zones.items():
        prefix = f"{building}.zones.{zone}"
        if key == "setback":
            now = float(scenario.value(f"{prefix}.setback"))
            if now < SETBACK and not (made.heating_schedule or made.cooling_schedule):
                found[f"{prefix}.setback"] = SETBACK
            continue
        apart = WIDER if key == "wider" else -WIDER
        for name, sign in (("heating_setpoint", -1.0), ("cooling_setpoint", 1.0)):
            scheduled = getattr(made, name.replace("setpoint", "schedule"))
            power = getattr(made, name.replace("setpoint", "power"))
            if power > 0 and not scheduled:
                found[f"{prefix}.{name}"] = float(scenario.value(f"{prefix}.{name}")) + sign * apart
    return found


def _control(scenario: Scenario, building: str) -> list[Strategy]:
    """Every other control that the building knows."""
    if "control" not in Settings.model_fields:
        return []
    path = f"{building}.control"
    now = scenario.value(path)
    started = {f"{building}.pre_start": PRE_START}
    found = []
    for option in scenario.declaration(path).options:
        tried = ({path: option}, {path: option, **started})
        values = next((one for one in tried if _accepted(scenario, one)), None)
        if option != now and values is not None:
            found.append(Strategy(option, _word(option), values))
    return found


def _word(option: str) -> str:
    key = f"buildings.strategy_{option}"
    return t(key) if known(key) else names.word(option)


def _accepted(scenario: Scenario, values: Mapping[str, Any]) -> bool:
    try:
        scenario.with_values(values)
    except BadInput:
        return False  # this building cannot be run so
    return True


def submit(scenario: Scenario, held: Mapping[str, Any], strategy: Strategy) -> str:
    """Queue the comparison of a strategy with the baseline; return the job's id."""
    asked = runs.baseline(scenario, held=held, sense=False)
    return jobs.submit("compare", {**asked, "values": dict(strategy.values)}).id


def row(strategy: Strategy, building: str, outcome: Outcome | None) -> list[str]:
    """Return a strategy's line of the table: differences of the figures, with their verdicts."""
    if outcome is None:
        return [strategy.name, *("…" for _ in WORTH)]
    lines = {line.path: line for line in outcome.lines}
    found = [lines.get(f"{building}.{path}") for path in WORTH]
    return [strategy.name, *(_cell(line, outcome.replications) for line in found)]


def _cell(line: Line | None, replications: int) -> str:
    """Difference in per cent of the baseline, and its verdict where runs in pairs give one."""
    if line is None or line.difference is None or line.difference["value"] is None:
        return UNKNOWN
    moved, base = float(line.difference["value"]), float(line.base["value"] or 0.0)
    if moved == 0:
        return t("what_if.same")
    shown = f"{signed(100 * moved / base, 1)} %" if base else comparison.difference_text(line)
    word = comparison.verdict_text(line) if replications > 1 else ""
    return " · ".join(part for part in (shown, word) if part)
