"""A CNC milling machine: it cuts parts, wears its tools, and stops when something breaks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from twin.family import load
from twin.measures import Measure
from twin.plant import _cnc_measures
from twin.plant._cnc_bearing import SpindleBearing
from twin.plant._cnc_channels import CHANNELS, values
from twin.plant._cnc_drive import SpindleDrive
from twin.plant._cnc_heat import SIZES, WARM, Heat, warm_part
from twin.plant._cnc_host import Host
from twin.plant._cnc_programme import (
    BELOW,
    DAY,
    EDGE_GROWTH,
    ONLY,
    Step,
    check_programme,
    programme,
    tool_kinds,
)
from twin.plant._cnc_settings import Settings
from twin.plant._cnc_tools import Group, Tool
from twin.plant.base import Asset, Fast, Limit, Placed, Process, World
from twin.records import Channel

__all__ = ["Model", "Settings"]


class Model(Asset):
    """A CNC milling machine. Alone it never lacks work; in a line the line feeds it."""

    channels: ClassVar[tuple[Channel, ...]] = CHANNELS

    def __init__(self, name: str, settings: Settings, world: World) -> None:
        super().__init__(name, settings, world)
        self.settings = settings
        self.steps = programme(settings)
        self.groups = {key: self._group(key) for key in tool_kinds(settings)}
        self.step = self.steps[0]
        self.in_spindle = self.step.tool_name
        self.host: Host | None = None
        self._failure = world.stream(f"{name}.failure")
        self._repair = world.stream(f"{name}.repair")
        self._until_failure = self._draw_failure()
        self.state = ""
        self.power = self.heat_energy = self._loss = self._edge = self._pump = 0.0
        self.heat = Heat(settings)
        self.bearing = SpindleBearing(settings)
        self._drive = SpindleDrive(settings)
        self._since = 0.0
        self._shift = 0
        self._parts = 0
        self._cold = False

    def _group(self, key: str) -> Group:
        base = self.tool_source(key)
        luck = [self.world.stream(f"{base}.{use}") for use in ("tool_life", "breakage", "gauge")]
        return Group(key, tool_kinds(self.settings)[key], luck)

    def tool_source(self, key: str) -> str:
        """Source of the rows of one kind of tool: the machine itself when it has only one."""
        return self.name if key == ONLY else f"{self.name}.tools.{key}"

    # -- what the outside may ask ---------------------------------------------------------------

    def start(self) -> None:
        """Start producing, unless a line feeds this machine."""
        self.rest()
        for group in self.groups.values():
            self._note(group)
        if self.host is None:
            self.env.process(self._produce())

    def rest(self) -> None:
        """Have no part: wait for one, or be what the station is."""
        self._enter("waiting" if self.host is None else self.host.at_rest())

    @property
    def tool(self) -> Tool:
        """The tool in the spindle."""
        return self.groups[self.in_spindle].tool

    @property
    def wear(self) -> float:
        """Flank wear VB of the tool in the spindle [m]."""
        return self.tool.flank_wear

    @property
    def roughness(self) -> float:
        """Roughness Ra that the tool in the spindle leaves [m]."""
        return self.step.roughness + EDGE_GROWTH * self.wear

    def read(self) -> dict[str, float]:
        """Return the present value of every channel [SI]."""
        self._settle()
        return values(self)

    def present(self) -> dict[str, Any]:
        """Return how far each tool in use is worn; what is in work begins anew."""
        worn: dict[str, Any] = {
            name: {"used_life": min(g.tool.damage, 2.0)} for name, g in self.groups.items()
        }
        found: dict[str, Any] = worn.get(ONLY, {"tools": worn})
        return found

    # -- processes ------------------------------------------------------------------------------

    def _produce(self) -> Process:
        while True:
            self._parts += 1
            yield from self.machine_part(str(self._parts))

    def machine_part(self, subject: str) -> Process:
        """Machine one part; returns whether it is good. A line calls this for its station."""
        yield from self._wait_for_shift()
        started = self.env.now
        yield from self._ready_tools()
        if self.settings.load_time > 0:
            self._enter("loading")
            yield self.env.timeout(self.settings.load_time)
        good = True
        for step in self.steps:
            yield from self._bring(step)
            good = yield from self._cut(step)
            self._note_wear()
            if not good:
                break
        good = good and self._smooth_enough()
        self.record.event(self.name, "part" if good else "scrap", subject, self.env.now - started)
        if self.tool.hazard >= self.tool.endurance:
            yield from self._replace_broken()
        self.rest()
        return good

    def _wait_for_shift(self) -> Process:
        """Wait while nobody works; warm up after a long standstill; note when a shift ended."""
        s = self.settings
        into_day = self.env.now % DAY
        if into_day >= s.shift_length * s.shifts_per_day - 1e-6:
            self._enter("off shift")
            yield self.env.timeout(DAY - into_day)
        cold, self._cold = self._cold, False
        if cold and s.warmup_time > 0:
            self._enter("warm-up")
            yield self.env.timeout(s.warmup_time)
        shift = int((self.env.now + 1e-6) // s.shift_length)
        if shift != self._shift:
            self._shift = shift
            yield from self._change_for_next_shift()

    def _change_for_next_shift(self) -> Process:
        """Policy shift_end: replace what would be due within the shift that begins."""
        cycle = self.settings.load_time + sum(step.time for step in self.steps)
        for group in self.groups.values():
            if group.kind.change_policy != "shift_end":
                continue
            per_part = sum(s.time for s in self.steps if s.tool_name == group.name)
            planned = self.settings.shift_length * per_part / cycle
            if group.tool.cutting_time + planned > group.kind.change_after:
                yield from self._replace_used(group)

    def _ready_tools(self) -> Process:
        """Measure what is to be measured and replace what is due before the part begins."""
        for step in self.steps:
            group = self.groups[step.tool_name]
            if group.tool.wants_inspection():
                yield from self._inspect(group)
            if group.tool.is_due(step) and not self._swap_to_sister(group):
                yield from self._replace_used(group)

    def _inspect(self, group: Group) -> Process:
        if self.settings.inspection_time > 0:
            self._enter("inspection")
            yield self.env.timeout(self.settings.inspection_time)
        source = self.tool_source(group.name)
        read = group.measure(group.tool)
        self.record.event(source, "inspection", str(group.tool.number), read)
        self.record.sample(source, "measured_wear", read)

    def _swap_to_sister(self, group: Group) -> bool:
        spent = group.tool
        if not group.advance():
            return False
        self._note_status(group, spent, "EXPIRED")
        self._note(group)
        return True

    def _replace_used(self, group: Group) -> Process:
        self._enter("tool change")
        out = group.refill()
        yield self.env.timeout(self.settings.change_time * len(out))
        for tool in out:
            self._note_change(group, tool, "planned")
        self._note(group)

    def _replace_broken(self) -> Process:
        group = self.groups[self.in_spindle]
        self._enter("broken")
        self._note_status(group, group.tool, "BROKEN")
        yield self.env.timeout(self.settings.break_time)
        self._note_change(group, group.replace_current(), "broken")
        self._note(group)

    def _bring(self, step: Step) -> Process:
        """Bring the tool of an operation into the spindle."""
        if step.tool_name != self.in_spindle and self.settings.swap_time > 0:
            self._enter("swapping")
            yield self.env.timeout(self.settings.swap_time)
        self.in_spindle = step.tool_name
        self.step = step

    def _cut(self, step: Step) -> Process:
        """Cut until the operation is done or the tool breaks; breakdowns interrupt and resume."""
        left = step.time
        fresh = self.tool.status == "NEW"
        while left > 1e-9:
            if self.bearing.ended(self.env.now):
                yield from self._replace_bearing()
            to_break = self.tool.time_to_break(left, step)
            to_end = self.bearing.until_end(self.env.now)
            span = min(left, to_break, self._until_failure, to_end)
            self._enter("cutting")
            yield self.env.timeout(span)
            self.tool.cut_for(span, step)
            if fresh:
                self._note_status(self.groups[step.tool_name], self.tool, "USED")
                fresh = False
            left -= span
            self._until_failure -= span
            if to_break <= span:
                self.tool.hazard = max(self.tool.hazard, self.tool.endurance)
                source = self.tool_source(step.tool_name)
                self.record.event(source, "tool_break", str(self.tool.number), self.wear)
                return False
            if self._until_failure <= 1e-9 < left:
                yield from self._break_down()
        return True

    def _break_down(self) -> Process:
        duration = self.draw_repair()
        self.record.event(self.name, "breakdown", "", duration)
        if self.host is not None:
            self.host.broke_down(duration)
        self._enter("down")
        yield self.env.timeout(duration)
        self._until_failure = self._draw_failure()

    def draw_repair(self) -> float:
        """Return how long a repair takes [s]."""
        return float(self._repair.exponential(self.settings.time_to_repair))

    def _replace_bearing(self) -> Process:
        """The spindle bearing failed: the machine stands until it has a new one."""
        duration = self.settings.bearing_repair_time
        self.record.event(self.name, "bearing_failure", self.bearing.fault, self.env.now)
        self.record.event(self.name, "breakdown", "bearing", duration)
        if self.host is not None:
            self.host.broke_down(duration)
        self._enter("down")
        yield self.env.timeout(duration)
        self.bearing.renew()

    def _draw_failure(self) -> float:
        mean = self.settings.time_to_failure
        return float(self._failure.exponential(mean)) if mean > 0 else math.inf

    def _smooth_enough(self) -> bool:
        limit = self.settings.roughness_limit
        return limit == 0 or self.roughness <= limit

    # -- rows -----------------------------------------------------------------------------------

    def _note(self, group: Group) -> None:
        """Record which tool of a group is in use."""
        source = self.tool_source(group.name)
        self.record.sample(source, "wear", group.tool.flank_wear)
        self.record.sample(source, "tool", float(group.tool.number))
        self._note_status(group, group.tool, group.tool.status)

    def _note_status(self, group: Group, tool: Tool, status: str) -> None:
        """Record a tool's status in MTConnect's words."""
        pot = f"{self.name}.pots.{group.name or 'tool'}_{group.tools.index(tool) + 1}"
        self.record.state(pot, status)

    def _note_wear(self) -> None:
        group = self.groups[self.in_spindle]
        source = self.tool_source(group.name)
        self.record.sample(source, "wear", self.wear)
        self.record.sample(self.name, "roughness", self.roughness)
        power = self.step.power(self.wear)
        self.record.sample(self.name, "force", power / self.step.cut.cutting_speed)
        self.record.sample(self.name, "torque", power / (2 * math.pi * self.step.spindle_speed))
        self._settle()
        self.record.sample(self.name, "growth", self.heat.growth)
        self.record.sample(self.name, "coolant_temperature", self.heat.coolant)

    def _note_change(self, group: Group, tool: Tool, reason: str) -> None:
        source = self.tool_source(group.name)
        self.record.event(source, "tool_change", reason, tool.cutting_time)
        self.record.event(source, "wear_at_change", reason, tool.flank_wear)

    # -- power, heat and temperature ------------------------------------------------------------

    def _enter(self, state: str) -> None:
        """Go into ``state`` and record the power that goes with it."""
        self._settle()
        if state != self.state:
            self.state = state
            self.bearing.turn(self.env.now, state == "cutting")
            self._cold = self._cold or state == "off shift"
            self.set_state(state)
            if self.host is not None:
                self.host.entered()
        self._edge = self._pump = self._loss = drawn = 0.0
        idle = 0.0 if state == "off shift" else self.settings.idle_power
        if state == "cutting":
            self._edge = self.step.power(self.wear)
            drawn = self._edge / self.settings.spindle_efficiency
            self._pump = self.step.coolant.pump_power
            turning = self._drive.idle(self.step.spindle_speed)
            self._loss = drawn - self._edge + turning
            idle += turning
            available = self._drive.available(self.step.spindle_speed)
            self.record.sample(self.name, "spindle_load", drawn / available)
        self.power = idle + drawn + self._pump
        self.record.sample(self.name, "power", self.power)

    def _settle(self) -> None:
        """Bring heat and temperatures from the last change of state to now."""
        span = self.env.now - self._since
        if span > 0:
            # All electric power ends as heat in the room; chips carry some of it out only later.
            self.heat_energy += self.power * span
            self.heat.advance(
                span,
                speed=self.step.spindle_speed if self.state == "cutting" else 0.0,
                loss=self._loss,
                edge_power=self._edge,
                pump_power=self._pump,
                power=self.power,
            )
        self._since = self.env.now

    def parts(self) -> Mapping[str, tuple[Channel, ...]]:
        """Return what a thermal camera can look at."""
        return dict.fromkeys(SIZES, WARM)

    def look(self, part: str) -> dict[str, float]:
        """Return the temperature and the size of a part [SI]."""
        self._settle()
        return warm_part(self.heat, part)

    # -- what can be read from the facts --------------------------------------------------------

    @classmethod
    def unused(cls, settings: Settings) -> frozenset[str]:
        """Return the single cut and tool, where a part programme has its own."""
        return BELOW if settings.operations else frozenset()

    @classmethod
    def fast(cls, name: str, plant: Mapping[str, Placed]) -> Fast | str:
        """Return a compiled run of a machine that stands alone; see :mod:`twin.engines`."""
        for other, placed in plant.items():
            model: type[Asset] = load("twin.plant", placed.kind).Model
            if name in model.neighbours(placed.settings):
                return f"works with {other!r}, a compiled run of it is exact only alone"
        # Slow to import, and SimPy does without it.
        from twin.plant._cnc_fast import machine

        found = machine(name, plant[name].settings)
        return found if isinstance(found, str) else Fast(found)

    @classmethod
    def check(cls, settings: Settings) -> None:
        """Refuse a part programme that does not fit together."""
        check_programme(settings)

    @classmethod
    def measures(cls, settings: Settings) -> tuple[Measure, ...]:
        """Return the KPIs of a CNC machine."""
        return _cnc_measures.measures(settings)

    @classmethod
    def limits(cls, settings: Settings) -> tuple[Limit, ...]:
        """Return what bounds the cut: spindle speed and power, width of the cutter."""
        return _cnc_measures.limits(settings)

    @classmethod
    def margins(cls, settings: Settings) -> tuple[Limit, ...]:
        """Return what the cut had better not pass: the depth at which it begins to chatter."""
        return _cnc_measures.margins(settings)
