"""A CNC milling machine: it cuts parts, wears its tools, and stops when something breaks."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from twin.measures import Measure
from twin.physics import cutting, wear
from twin.physics.coolant import COOLANTS
from twin.plant import _cnc_measures
from twin.plant._cnc_settings import Settings, edge_power, work_out
from twin.plant.base import Asset, Limit, Process, World
from twin.records import Channel

__all__ = ["Model", "Settings"]


class Tool:
    """One tool: how much of its life is used, and how near it is to breaking."""

    def __init__(self, number: int, factor: float, endurance: float, used: float) -> None:
        self.number = number
        self.factor = factor
        self.endurance = endurance
        self.damage = used
        self.hazard = 0.0
        self.cutting_time = 0.0


class Model(Asset):
    """A CNC milling machine. Alone it never lacks work; in a line the line feeds it."""

    channels: ClassVar[tuple[Channel, ...]] = (
        Channel("spindle_speed", "rpm", "Spindle speed now."),
        Channel("teeth", "1", "Cutting edges of the tool."),
        Channel("cutting", "1", "1 while the tool cuts."),
        Channel("force", "N", "Mean tangential force at the edge."),
        Channel("torque", "Nm", "Spindle torque."),
        Channel("power", "kW", "Electric power of the machine."),
        Channel("heat", "kW", "Heat the machine gives to the room."),
        Channel("heat_energy", "kWh", "Heat given to the room since the start."),
        Channel("wear", "mm", "Flank wear VB of the tool."),
        Channel("life_used", "%", "Share of the tool's own life that is used."),
        Channel("roughness", "µm", "Roughness Ra of the part."),
        Channel("temperature", "°C", "Temperature of the spindle housing."),
        Channel("broken", "1", "1 while the tool is broken."),
        Channel("unbalance", "1", "Unbalance severity."),
        Channel("bearing_inner", "1", "Severity of an inner race fault."),
        Channel("bearing_outer", "1", "Severity of an outer race fault."),
        Channel("bearing_ball", "1", "Severity of a ball fault."),
    )
    states: ClassVar[tuple[str, ...]] = ("waiting", "loading", "cutting", "tool change", "down")

    AMBIENT = 293.15
    """Room air [K] where no building says otherwise."""
    HOUSING_RESISTANCE = 0.008
    """Rise of the housing per watt of spindle loss [K/W]; assumption: about 20 K at 2.5 kW."""
    HOUSING_TIME = 900.0
    """Time constant of the housing [s]; assumption within 10–20 min."""
    EDGE_GROWTH = 4e-3
    """Roughness per flank wear [1]; assumption: 1.2 µm at VB 0.3 mm."""

    def __init__(self, name: str, settings: Settings, world: World) -> None:
        super().__init__(name, settings, world)
        self.settings = settings
        self.cut = work_out(settings)
        self.coolant = COOLANTS[settings.coolant]
        self.shape = wear.WearShape()
        self.fed_by_line = False
        self._life = world.stream(f"{name}.tool_life")
        self._break = world.stream(f"{name}.breakage")
        self._failure = world.stream(f"{name}.failure")
        self._repair = world.stream(f"{name}.repair")
        self._tools = 0
        self.tool = self._next_tool(settings.used_life)
        self._until_failure = self._draw_failure()
        self._state = ""
        self._power = self._heat = self._heat_energy = 0.0
        self._housing = self.AMBIENT
        self._since = 0.0
        self._parts = 0

    # -- what the outside may ask ---------------------------------------------------------------

    def start(self) -> None:
        """Start producing, unless a line feeds this machine."""
        self._enter("waiting")
        self._note_tool()
        if not self.fed_by_line:
            self.env.process(self._produce())

    def read(self) -> dict[str, float]:
        """Return the present value of every channel [SI]."""
        self._settle()
        running = self._state == "cutting"
        power = edge_power(self.settings, self.cut, self.wear) if running else 0.0
        fault, severity = self.settings.bearing_fault, self.settings.bearing_severity
        return {
            "spindle_speed": self.cut.spindle_speed if running else 0.0,
            "teeth": float(self.settings.teeth),
            "cutting": float(running),
            "force": power / self.settings.cutting_speed,
            "torque": power / (2 * math.pi * self.cut.spindle_speed),
            "power": self._power,
            "heat": self._heat,
            "heat_energy": self._heat_energy,
            "wear": self.wear,
            "life_used": self.tool.damage,
            "roughness": self.roughness,
            "temperature": self._housing,
            "broken": float(self._state == "broken"),
            "unbalance": 0.0,
            "bearing_inner": severity if fault == "inner" else 0.0,
            "bearing_outer": severity if fault == "outer" else 0.0,
            "bearing_ball": severity if fault == "ball" else 0.0,
        }

    @property
    def wear(self) -> float:
        """Flank wear VB of the tool in the spindle [m]."""
        return float(wear.flank_wear(self.tool.damage, self.settings.wear_limit, self.shape))

    @property
    def roughness(self) -> float:
        """Roughness Ra that the tool in the spindle leaves [m]."""
        return self.cut.roughness + self.EDGE_GROWTH * self.wear

    # -- processes ------------------------------------------------------------------------------

    def _produce(self) -> Process:
        while True:
            self._parts += 1
            yield from self.machine_part(str(self._parts))

    def machine_part(self, subject: str) -> Process:
        """Machine one part; returns whether it is good. A line calls this for its station."""
        started = self.env.now
        if self._tool_is_due():
            yield from self._change_tool("planned", self.settings.change_time)
        if self.settings.load_time > 0:
            self._enter("loading")
            yield self.env.timeout(self.settings.load_time)
        good = yield from self._cut_part()
        self.record.event(self.name, "part" if good else "scrap", subject, self.env.now - started)
        self.record.sample(self.name, "wear", self.wear)
        self.record.sample(self.name, "roughness", self.roughness)
        if not good:
            yield from self._change_tool("broken", self.settings.break_time)
        self._enter("waiting")
        return good

    def _cut_part(self) -> Process:
        """Cut until the part is done or the tool breaks; breakdowns interrupt and resume."""
        left = self.cut.time
        while left > 1e-9:
            to_break = self._time_to_break(left)
            span = min(left, to_break, self._until_failure)
            self._enter("cutting")
            yield self.env.timeout(span)
            self._wear_for(span)
            left -= span
            self._until_failure -= span
            if to_break <= span:
                self.record.event(self.name, "tool_break", str(self.tool.number), self.wear)
                return False
            if self._until_failure <= 1e-9 < left:
                yield from self._break_down()
        return True

    def _break_down(self) -> Process:
        duration = float(self._repair.exponential(self.settings.time_to_repair))
        self.record.event(self.name, "breakdown", "", duration)
        self._enter("down")
        yield self.env.timeout(duration)
        self._until_failure = self._draw_failure()

    def _change_tool(self, reason: str, duration: float) -> Process:
        self._enter("broken" if reason == "broken" else "tool change")
        yield self.env.timeout(duration)
        self.record.event(self.name, "tool_change", reason, self.tool.cutting_time)
        self.record.event(self.name, "wear_at_change", reason, self.wear)
        self.tool = self._next_tool(0.0)
        self._note_tool()

    # -- the tool -------------------------------------------------------------------------------

    def _next_tool(self, used: float) -> Tool:
        self._tools += 1
        factor = math.exp(self.settings.life_scatter * float(self._life.standard_normal()))
        return Tool(self._tools, factor, float(self._break.exponential(1.0)), used)

    def _note_tool(self) -> None:
        self.record.sample(self.name, "wear", self.wear)
        self.record.sample(self.name, "tool", float(self.tool.number))

    def _tool_is_due(self) -> bool:
        policy = self.settings.change_policy
        ahead = self.tool.cutting_time + self.cut.time
        if policy == "fixed_life":
            used = self.settings.used_life * self.cut.life if self.tool.number == 1 else 0.0
            return ahead + used > self.settings.change_after and self.tool.cutting_time > 0
        if policy == "wear_limit":
            return self.tool.damage + self.cut.time / self._own_life > 1.0 and self.tool.damage > 0
        return False

    @property
    def _own_life(self) -> float:
        """Life of the tool in the spindle under the present conditions [s]."""
        return self.cut.life * self.tool.factor

    def _hazard_over(self, spans: Any) -> Any:
        """Cumulative hazard [1] of cutting on for each of ``spans`` [s] (increasing, from 0)."""
        damage = self.tool.damage + spans / self._own_life
        worn = wear.flank_wear(damage, self.settings.wear_limit, self.shape)
        rate = np.asarray(
            wear.breakage_hazard(
                np.minimum(worn, 4 * self.settings.wear_limit),
                self.coolant.hazard * self.settings.break_rate,
                self.settings.break_gain,
            )
        )
        steps = 0.5 * (rate[1:] + rate[:-1]) * np.diff(spans)
        return np.concatenate([[0.0], np.cumsum(steps)])

    def _time_to_break(self, left: float) -> float:
        """Cutting time until the tool breaks [s]; infinite when it outlives ``left`` [s]."""
        spans = np.linspace(0.0, left, 9)
        hazard = self.tool.hazard + self._hazard_over(spans)
        if hazard[-1] < self.tool.endurance:
            return math.inf
        return float(np.interp(self.tool.endurance, hazard, spans))

    def _wear_for(self, span: float) -> None:
        self.tool.hazard += float(self._hazard_over(np.linspace(0.0, span, 9))[-1])
        self.tool.damage += span / self._own_life
        self.tool.cutting_time += span

    def _draw_failure(self) -> float:
        mean = self.settings.time_to_failure
        return float(self._failure.exponential(mean)) if mean > 0 else math.inf

    # -- power, heat and temperature ------------------------------------------------------------

    def _enter(self, state: str) -> None:
        """Go into ``state`` and record the power that goes with it."""
        self._settle()
        if state != self._state:
            self._state = state
            self.set_state(state)
        power = 0.0
        loss = 0.0
        if state == "cutting":
            edge = edge_power(self.settings, self.cut, self.wear)
            power = edge / self.settings.spindle_efficiency + self.coolant.pump_power
            loss = edge * (1 / self.settings.spindle_efficiency - 1)
            self.record.sample(self.name, "spindle_load", self._load(edge))
        self._loss = loss
        self._power = self.settings.idle_power + power
        # All electric power ends as heat in the room; chips carry some of it out only later.
        self._heat = self._power
        self.record.sample(self.name, "power", self._power)

    def _load(self, edge: float) -> float:
        available = cutting.spindle_power_limit(
            self.cut.spindle_speed, self.settings.spindle_base_speed, self.settings.spindle_power
        )
        return edge / self.settings.spindle_efficiency / float(available)

    def _settle(self) -> None:
        """Bring heat and housing temperature from the last change of state to now."""
        span = self.env.now - self._since
        if span > 0:
            self._heat_energy += self._heat * span
            target = self.AMBIENT + self.HOUSING_RESISTANCE * self._loss
            self._housing = target + (self._housing - target) * math.exp(-span / self.HOUSING_TIME)
        self._since = self.env.now

    @classmethod
    def measures(cls, settings: Settings) -> tuple[Measure, ...]:
        """Return the KPIs of a CNC machine."""
        return _cnc_measures.measures(settings)

    @classmethod
    def limits(cls, settings: Settings) -> tuple[Limit, ...]:
        """Return what bounds the cut: spindle speed and power, width of the cutter."""
        return _cnc_measures.limits(settings)
