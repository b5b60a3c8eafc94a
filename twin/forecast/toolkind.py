"""What a planner knows of each kind of tool of a twin: declared life, scatter, hazard, policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from twin.errors import BadInput, Fault
from twin.forecast.replacement import Costs
from twin.forecast.table import Array
from twin.physics import wear
from twin.simulate import Running
from twin.units import from_si

SHAPE = wear.WearShape()
MOST_WEAR = 4.0
"""Wear at which the hazard stops growing [wear limits], as in the twin."""
DAMAGE = np.linspace(0.0, 2.0, 2001)
"""Damage at which the cumulative hazard is tabulated [1]."""


@dataclass(frozen=True)
class ToolKind:
    """One kind of tool on one machine, by its declared parameters; time is minutes in the cut.

    Attributes
    ----------
    machine, name, source : str
        Where it works; the source of its rows is the machine itself where it has only one tool.
    life_min : float
        Life of a mean tool in its cuts [min].
    part_min : float
        Cutting for one part [min].
    shift_min : float
        Cutting in one undisturbed shift [min].
    limit_mm, scatter, gauge_mm : float
        Wear limit [mm], standard deviation of ln life [1] and of a measurement [mm].
    break_per_min, break_gain : float
        Hazard of a new tool [1/min] and its growth with wear [1/mm].
    used : float
        Share of life that the first tool had already used [1].
    policy : str
        When a tool is changed.
    change_after_min, change_risk, inspect_every_min : float
        Its figures [min, 1, min].
    costs : Costs
        Of a planned change and of a failure: edges, standstill, damage [EUR].
    change_min : float
        How long a change takes [min].
    shift_h, shifts : float, int
        Length of a shift [h] and shifts a day.
    """

    machine: str
    name: str
    source: str
    life_min: float
    part_min: float
    shift_min: float
    limit_mm: float
    scatter: float
    gauge_mm: float
    break_per_min: float
    break_gain: float
    used: float
    policy: str
    change_after_min: float
    change_risk: float
    inspect_every_min: float
    costs: Costs = field(default_factory=Costs)
    change_min: float = 4.0
    shift_h: float = 8.0
    shifts: int = 3

    @property
    def label(self) -> str:
        """Its name in a table of the whole shop: ``mill`` or ``mill.rougher``."""
        return f"{self.machine}.{self.name}" if self.name else self.machine

    def wear_mm(self, damage: Array) -> Array:
        """Flank wear at some damage [mm]."""
        return np.asarray(wear.flank_wear(damage, self.limit_mm, SHAPE), dtype=float)

    def hazard_rate(self, damage: Array) -> Array:
        """Hazard of breaking at some damage [1/min of cutting]."""
        worn = np.minimum(self.wear_mm(damage), MOST_WEAR * self.limit_mm)
        return np.asarray(wear.breakage_hazard(worn, self.break_per_min, self.break_gain))

    @cached_property
    def _hazard(self) -> Array:
        """∫ λ dd over ``DAMAGE`` [1/min]."""
        rate = self.hazard_rate(DAMAGE)
        pieces = 0.5 * (rate[1:] + rate[:-1]) * np.diff(DAMAGE)
        return np.concatenate([[0.0], np.cumsum(pieces)])

    def _gathered(self, damage: Array) -> Array:
        """∫ λ dd from new [1/min]; beyond the table the hazard no longer grows."""
        beyond = np.maximum(damage - DAMAGE[-1], 0.0) * self._last_rate
        return np.asarray(np.interp(damage, DAMAGE, self._hazard) + beyond, dtype=float)

    @property
    def _last_rate(self) -> float:
        return float(self.hazard_rate(DAMAGE[-1:])[0])

    def hazard(self, start: Array, end: Array, pace: Array) -> Array:
        """Cumulative hazard of wearing from one damage to another [1]."""
        span = self._gathered(end) - self._gathered(start)
        return np.asarray(span * self.life_min / pace, dtype=float)

    def damage_at_break(self, start: Array, endurance: Array, pace: Array) -> Array:
        """Damage at which a tool breaks that endures so much hazard; infinite without hazard."""
        reach = self._gathered(start) + endurance * pace / self.life_min
        if self._last_rate <= 0:
            return np.full_like(reach, np.inf)
        beyond = np.maximum(reach - self._hazard[-1], 0.0) / self._last_rate
        return np.asarray(np.interp(reach, self._hazard, DAMAGE) + beyond, dtype=float)


def tool_kinds(running: Running) -> list[ToolKind]:
    """Return every kind of tool of every machining asset of a twin.

    Raises
    ------
    BadInput
        When the scenario has no machine with tools.
    """
    scenario = running.scenario
    found = [
        _kind(name, running.world.assets[name], key)
        for name, entry in scenario.of("plant").items()
        if entry.kind == "cnc"
        for key in _magazine(running.world.assets[name])
    ]
    if not found:
        message = (
            "no machine with tools in it, so no tool to forecast; it needs a plant of kind cnc"
        )
        raise BadInput(Fault(message, "plant", scenario.file))
    return found


def _magazine(machine: Any) -> list[str]:
    return list(machine.groups)


def _kind(machine: str, asset: Any, key: str) -> ToolKind:
    """Read the declared parameters of one kind of tool, and the cuts it is used in."""
    s, kind = asset.settings, asset.groups[key].kind
    steps = [step for step in asset.steps if step.tool_name == key] or list(asset.steps)
    time = sum(step.time for step in steps)
    hazard = sum(step.coolant.hazard * step.time for step in steps) / time * kind.break_rate
    standing = s.machine_rate * s.change_time, s.machine_rate * s.break_time
    per_part = s.load_time + sum(step.time for step in asset.steps)
    return ToolKind(
        machine=machine,
        name=key,
        source=asset.tool_source(key),
        life_min=time / sum(step.time / step.life for step in steps) / 60.0,
        part_min=time / 60.0,
        shift_min=s.shift_length * time / per_part / 60.0,
        limit_mm=_trade(kind.wear_limit, "mm"),
        scatter=kind.life_scatter,
        gauge_mm=_trade(kind.inspection_error, "mm"),
        break_per_min=60.0 * hazard,
        break_gain=_trade(kind.break_gain, "1/mm"),
        used=kind.used_life,
        policy=kind.change_policy,
        change_after_min=kind.change_after / 60.0,
        change_risk=kind.change_risk,
        inspect_every_min=kind.inspect_every / 60.0,
        costs=Costs(kind.tool_cost + standing[0], kind.tool_cost + standing[1] + s.break_cost),
        change_min=s.change_time / 60.0,
        shift_h=s.shift_length / 3600.0,
        shifts=s.shifts_per_day,
    )


def _trade(value: float, unit: str) -> float:
    return float(from_si(value, unit))
