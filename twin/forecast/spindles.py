"""The spindle bearings of a twin: what a planner could know of their load, hours and damage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.forecast.bearing_growth import Damage, believe, stretches
from twin.forecast.bearing_life import Life, Load, carried, look
from twin.forecast.bearing_signs import Heard
from twin.forecast.bearing_strength import at_end
from twin.forecast.duty import Duty
from twin.forecast.replacement import Costs
from twin.forecast.table import Array
from twin.forecast.toolhistory import cutting_clock
from twin.forecast.toolkind import ToolKind
from twin.nodes.features import FAULTS
from twin.physics.bearings import Bearing
from twin.records import Facts
from twin.rng import stream
from twin.simulate import Running

MOST_SPEEDS = 6
"""Spindle speeds at which a bearing at its end is listened to."""
FAILED = "bearing_failure"
LIKELY = 0.5
"""Probability from which on a bearing counts as damaged [1]."""
RECENT = 9
"""Windows that are of late."""


@dataclass(frozen=True, slots=True, eq=False)
class Spindle:
    """One spindle at one moment, as far as its planner knows it.

    Attributes
    ----------
    settings : object
        The machine's parameters.
    steps : sequence of Step
        Operations of a part.
    state : mapping
        Channels of the machine; those of its bearing are not read.
    clock : tuple of array
        Times of the run [s] and the seconds that the spindle has turned until each.
    since : float
        When the present bearing was put in; 0 for that of the start [s].
    running : Duty
        Minutes of running to come.
    costs : Costs
        Of a planned replacement and of a failure.
    """

    settings: Any
    steps: Sequence[Any]
    state: Mapping[str, float]
    clock: tuple[Array, Array]
    since: float
    running: Duty
    costs: Costs

    def ran(self, time: Array) -> Array:
        """Hours that the spindle has turned until some times [s → h]."""
        return np.asarray(np.interp(time, *self.clock) / 3600.0, dtype=float)

    @property
    def run_h(self) -> float:
        """Running time of the present bearing [h]."""
        before = 0.0 if self.since > 0 else self.settings.bearing_hours / 3600.0
        now, then = self.ran(np.array([self.clock[0][-1], self.since]))
        return float(before + now - then)

    def load(self, bearing: Bearing) -> Load:
        """What its bearing carries over the operations of a part."""
        s, steps = self.settings, self.steps
        resultant = np.hypot(1.0, s.radial_force_ratio)
        return carried(
            bearing,
            [resultant * step.power(0.0) / step.cut.cutting_speed for step in steps],
            [step.spindle_speed for step in steps],
            [step.time for step in steps],
            preload=s.bearing_preload, reaction=s.bearing_reaction,
            modified=s.bearing_life_factor, run_h=self.run_h,
        )  # fmt: skip


def spindles(
    running: Running, facts: Facts, kinds: Iterable[ToolKind], coming: Mapping[str, Duty]
) -> dict[str, Spindle]:
    """Return the spindle of every machine with tools, by its name."""
    sources: dict[str, list[str]] = {}
    for kind in kinds:
        sources.setdefault(kind.machine, []).append(kind.source)
    return {name: _spindle(running, facts, name, [coming[source] for source in own])
            for name, own in sources.items()}  # fmt: skip


def _spindle(running: Running, facts: Facts, name: str, duties: Sequence[Duty]) -> Spindle:
    asset: Any = running.world.assets[name]
    minutes = np.sum([duty.minutes for duty in duties], axis=0)
    failed = [row.time for row in facts.events if row.source == name and row.name == FAILED]
    return Spindle(
        settings=asset.settings,
        steps=asset.steps,
        state=asset.read(),
        clock=cutting_clock(facts, name),
        since=failed[-1] if failed else 0.0,
        running=Duty(duties[0].hours, minutes),
        costs=costs(asset.settings),
    )


def costs(s: Any) -> Costs:
    """Cost of replacing a machine's spindle bearing as planned, and after it failed [EUR]."""
    planned, failed = s.bearing_change_time, s.bearing_repair_time
    return Costs(
        s.bearing_cost + s.machine_rate * planned,
        s.bearing_cost + s.machine_rate * failed + s.break_cost,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """The forecast of one bearing, and what it rests on.

    Attributes
    ----------
    fault : str
        The kind of fault that it is about.
    damage, load, life : Damage, Load, Life
        What is believed of it, what it carries, what will come.
    read_h, read : array
        When something was heard of the damage [h], and the damage [1].
    bound : float
        Damage that would have been heard of late [1].
    run_h : float
        Running time that the record covers [h].
    """

    fault: str
    damage: Damage
    load: Load
    life: Life
    read_h: Array
    read: Array
    bound: float
    run_h: float


def forecast_bearing(one: Heard, fault: str, spindle: Spindle, hours: float, seed: int) -> Told:
    """Forecast one spindle bearing from what its sensor heard.

    ``fault`` is the kind whose signs stand out most; where it shows no damage, one that does is
    taken, for an impact may be heard before its sign stands out.
    """
    luck = stream(seed, f"forecast.bearing.{one.machine}.{one.sensor}.damage")
    found = _of_kind(one, fault, spindle, luck)
    if found.damage.p_damaged < LIKELY:
        others = [_of_kind(one, kind, spindle, luck) for kind in FAULTS if kind != fault]
        found = max([found, *others], key=lambda kind: kind.damage.p_damaged)
    load = spindle.load(one.settings.bearing)
    seen, bound = np.isfinite(found.ln_damage), found.bound
    return Told(
        fault=found.fault,
        damage=found.damage,
        load=load,
        life=look(found.damage, load, spindle.running, hours, spindle.costs, luck),
        read_h=found.at[seen],
        read=np.exp(found.ln_damage[seen]),
        bound=float(np.exp(np.median(bound[-RECENT:]))) if len(bound) else float("nan"),
        run_h=float(found.ran[-1] - found.ran[0]) if len(found.ran) else 0.0,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Kind:
    """What was heard of one kind of fault."""

    fault: str
    at: Array
    ran: Array
    ln_damage: Array
    bound: Array
    damage: Damage


def _of_kind(one: Heard, fault: str, spindle: Spindle, luck: np.random.Generator) -> _Kind:
    at, ln_damage, bound = damage_heard(one, fault, spindle, luck)
    ran = spindle.ran(3600.0 * at)
    now = float(spindle.ran(spindle.clock[0][-1:])[0])
    damage = believe(stretches(now - ran, ln_damage, bound), luck)
    return _Kind(fault, at, ran, ln_damage, bound, damage)


def damage_heard(
    one: Heard, fault: str, spindle: Spindle, luck: np.random.Generator
) -> tuple[Array, Array, Array]:
    """When it was heard [h], ln of the damage seen and of the least that could be [1]."""
    at = np.array(one.hours)
    own = 3600.0 * at >= spindle.since
    if not own.any():
        return at[own], at[own], at[own]
    heard = np.array(one.strengths)[own, FAULTS.index(fault)]
    speeds = np.array(one.speeds)[own]
    known = np.unique(np.quantile(speeds, np.linspace(0.0, 1.0, MOST_SPEEDS), method="nearest"))
    ends = np.array([at_end(one.settings, spindle.state, speed, fault, luck) for speed in known])
    end = ends[np.abs(speeds[:, None] - known).argmin(1)]
    # The band that hears most tells: not the one that tells most, which luck would choose
    least = heard[:, :, 1] - end
    band = np.argmin(np.where(np.isfinite(end), least, np.inf), axis=1)[:, None]
    told = np.where(np.isfinite(heard[:, :, 0]), heard[:, :, 0] - end, -np.inf)
    seen, bound = (np.take_along_axis(x, band, 1)[:, 0] for x in (told, least))
    return at[own], seen, np.where(np.isfinite(bound), bound, 0.0)
