"""The processes of a CNC machine as one compiled loop: the same rows without SimPy.

Every function is the namesake of one in :mod:`twin.plant.cnc`, statement by statement; that is
the reference. What it waits for is only its own clock, so a wait is an addition, and the run ends
where the horizon comes first. Everything that a machine is and has is in one record and the arrays
that it points to (:mod:`twin.plant._cnc_layout`); chance comes from blocks that were drawn from the
named streams before.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy.typing as npt

from twin.compiled import entry, jit, stamp
from twin.plant import _cnc_edges, _cnc_layout
from twin.plant._cnc_edges import (
    cut_for,
    draw,
    event,
    flank_wear,
    group_at,
    has_room,
    is_due,
    kind_at,
    make_tool,
    measured,
    note,
    note_change,
    note_state,
    note_status,
    refill,
    sample,
    step_at,
    time_to_break,
    tool_at,
    wait,
)
from twin.plant._cnc_layout import (
    BREAK,
    BREAKDOWN,
    BROKEN,
    BY_BREAK,
    CHANGING,
    COOLANT,
    CUTTING,
    DOWN,
    EXPIRED,
    FORCE,
    FORECAST,
    GROWTH,
    INSPECTING,
    INSPECTION,
    LOAD,
    LOADING,
    MACHINE,
    MEASURED,
    NOTHING,
    NUMBER,
    OFF,
    PART,
    PLANNED,
    POWER,
    ROUGHNESS,
    SCRAP,
    SHIFT_END,
    STOPPED,
    SWAPPING,
    TORQUE,
    USED,
    WAITING,
    WARMING,
    WEAR,
)

# -- heat and power -----------------------------------------------------------------------------


@jit
def relax(value: float, target: float, span: float, time_constant: float) -> float:
    return target + (value - target) * math.exp(-span / time_constant)


@jit
def settle(w: Any) -> None:
    span = w.now - w.since
    if span > 0:
        drive = step_at(w, w.step).drive if w.state == CUTTING else 0.0
        target = w.fast_gain * drive
        lag = w.fast_warming if target >= w.growth_fast else w.fast_cooling
        w.growth_fast = relax(w.growth_fast, target, span, lag)
        target = w.slow_gain * drive
        lag = w.slow_warming if target >= w.growth_slow else w.slow_cooling
        w.growth_slow = relax(w.growth_slow, target, span, lag)
        heat = w.coolant_share * w.edge + w.pump
        chilled = min(w.chiller_power, heat + w.tank_loss * max(w.coolant - w.ambient, 0.0))
        steady = w.ambient + (heat - chilled) / w.tank_loss
        w.coolant = max(relax(w.coolant, steady, span, w.tank_time), w.ambient)
    w.since = w.now


@jit
def power(step: Any, flank_wear: float) -> float:
    return step.sharp * (1.0 + step.gain * flank_wear / 0.3e-3) * step.rate


@jit
def enter(w: Any, state: int) -> None:
    settle(w)
    if state != w.state:
        w.state = state
        note_state(w, MACHINE, state)
    w.edge = 0.0
    w.pump = 0.0
    drawn = 0.0
    idle = 0.0 if state == OFF else w.idle_power
    if state == CUTTING:
        step = step_at(w, w.step)
        w.edge = power(step, flank_wear(w, w.spindle, group_at(w, w.spindle).current))
        drawn = w.edge / w.efficiency
        w.pump = step.pump
        idle += step.idle
        sample(w, MACHINE, LOAD, drawn / step.available)
    sample(w, MACHINE, POWER, idle + drawn + w.pump)


# -- the processes ------------------------------------------------------------------------------


@jit
def wait_for_shift(w: Any) -> bool:
    into_day = w.now % w.day
    if into_day >= w.day_end:
        enter(w, OFF)
        if not wait(w, w.day - into_day):
            return False
        if w.warmup_time > 0:
            enter(w, WARMING)
            if not wait(w, w.warmup_time):
                return False
    shift = int((w.now + 1e-6) // w.shift_length)
    if shift != w.shift:
        w.shift = shift
        return change_for_next_shift(w)
    return True


@jit
def change_for_next_shift(w: Any) -> bool:
    for g in range(w.tool_kinds):
        kind = kind_at(w, g)
        if kind.policy == SHIFT_END:
            tool = tool_at(w, g, group_at(w, g).current)
            if tool.cutting_time + kind.planned > kind.change_after and not replace_used(w, g):
                return False
    return True


@jit
def ready_tools(w: Any) -> bool:
    for i in range(w.operations):
        step = step_at(w, i)
        g = step.group
        every = kind_at(w, g).inspect_every
        if 0 < every <= tool_at(w, g, group_at(w, g).current).since_inspection and not inspect(
            w, g
        ):
            return False
        due = is_due(w, g, group_at(w, g).current, step) and not swap_to_sister(w, g)
        if due and not replace_used(w, g):
            return False
    return True


@jit
def inspect(w: Any, g: int) -> bool:
    k = group_at(w, g).current
    if w.inspection_time > 0:
        enter(w, INSPECTING)
        if not wait(w, w.inspection_time):
            return False
    kind, tool = kind_at(w, g), tool_at(w, g, k)
    read = max(0.0, flank_wear(w, g, k) + kind.inspection_error * draw(w, 3 * g + 2))
    if kind.policy == FORECAST:
        measured(w, g, k, read)
    tool.since_inspection = 0.0
    event(w, kind.source, INSPECTION, NUMBER + tool.number, read)
    sample(w, kind.source, MEASURED, read)
    return True


@jit
def swap_to_sister(w: Any, g: int) -> bool:
    group = group_at(w, g)
    if group.current + 1 >= kind_at(w, g).sisters:
        return False
    group.current += 1
    note_status(w, g, group.current - 1, EXPIRED)
    note(w, g)
    return True


@jit
def replace_used(w: Any, g: int) -> bool:
    enter(w, CHANGING)
    out = group_at(w, g).current + 1
    if not wait(w, w.change_time * out):
        return False
    for k in range(out):
        note_change(w, g, k, PLANNED)
    refill(w, g)
    note(w, g)
    return True


@jit
def replace_broken(w: Any) -> bool:
    g = w.spindle
    k = group_at(w, g).current
    enter(w, STOPPED)
    note_status(w, g, k, BROKEN)
    if not wait(w, w.break_time):
        return False
    note_change(w, g, k, BY_BREAK)
    make_tool(w, g, k, 0.0)
    note(w, g)
    return True


@jit
def bring(w: Any, i: int) -> bool:
    if step_at(w, i).group != w.spindle and w.swap_time > 0:
        enter(w, SWAPPING)
        if not wait(w, w.swap_time):
            return False
    w.spindle = step_at(w, i).group
    w.step = i
    return True


@jit
def cut(w: Any) -> int:
    """Cut the operation: 1 when it was done, 0 when the tool broke, -1 at the horizon."""
    step, g = step_at(w, w.step), w.spindle
    k = group_at(w, g).current
    tool = tool_at(w, g, k)
    left = step.time
    fresh = tool.cutting_time == 0 and tool.damage == 0
    while left > 1e-9:
        to_break = time_to_break(w, tool, step, left)
        span = min(left, to_break, w.until_failure)
        enter(w, CUTTING)
        if not wait(w, span):
            return -1
        cut_for(w, tool, step, span)
        if fresh:
            note_status(w, g, k, USED)
            fresh = False
        left -= span
        w.until_failure -= span
        if to_break <= span:
            tool.hazard = max(tool.hazard, tool.endurance)
            event(w, kind_at(w, g).source, BREAK, NUMBER + tool.number, flank_wear(w, g, k))
            return 0
        if w.until_failure <= 1e-9 < left and not break_down(w):
            return -1
    return 1


@jit
def break_down(w: Any) -> bool:
    last = w.streams - 1
    duration = w.repair * draw(w, last)
    event(w, MACHINE, BREAKDOWN, NOTHING, duration)
    enter(w, DOWN)
    # Breakdowns are the one thing that a part has without bound; a run without room is run again.
    if not wait(w, duration) or not has_room(w):
        return False
    w.until_failure = w.failure * draw(w, last - 1)
    return True


@jit
def roughness(w: Any) -> float:
    worn = flank_wear(w, w.spindle, group_at(w, w.spindle).current)
    return step_at(w, w.step).roughness + w.edge_growth * worn


@jit
def note_wear(w: Any) -> None:
    step, worn = step_at(w, w.step), flank_wear(w, w.spindle, group_at(w, w.spindle).current)
    drawn = power(step, worn)
    sample(w, kind_at(w, w.spindle).source, WEAR, worn)
    sample(w, MACHINE, ROUGHNESS, roughness(w))
    sample(w, MACHINE, FORCE, drawn / step.cutting_speed)
    sample(w, MACHINE, TORQUE, drawn / step.turning)
    settle(w)
    sample(w, MACHINE, GROWTH, w.growth_fast + w.growth_slow)
    sample(w, MACHINE, COOLANT, w.coolant)


@jit
def make_ready(w: Any) -> bool:
    """Everything before the first cut of a part; whether the horizon was not reached."""
    if not wait_for_shift(w):
        return False
    w.started = w.now
    if not ready_tools(w):
        return False
    if w.load_time > 0:
        enter(w, LOADING)
        return wait(w, w.load_time)
    return True


@jit
def cut_part(w: Any) -> int:
    """All operations of a part: 1 when they were done, 0 when a tool broke, -1 at the horizon."""
    for i in range(w.operations):
        if not bring(w, i):
            return -1
        whole = cut(w)
        if whole < 0:
            return -1
        note_wear(w)
        if whole == 0:
            return 0
    return 1


@jit
def machine_part(w: Any, number: int) -> bool:
    """Machine one part; whether the horizon was not reached."""
    if not make_ready(w):
        return False
    whole = cut_part(w)
    if whole < 0:
        return False
    good = whole == 1 and (w.roughness_limit == 0 or roughness(w) <= w.roughness_limit)
    event(w, MACHINE, PART if good else SCRAP, NUMBER + number, w.now - w.started)
    tool = tool_at(w, w.spindle, group_at(w, w.spindle).current)
    if tool.hazard >= tool.endurance and not replace_broken(w):
        return False
    enter(w, WAITING)
    return True


@jit
def begin(w: Any) -> None:
    w.until_failure = w.failure * draw(w, w.streams - 2) if w.failure > 0 else math.inf
    w.coolant = w.ambient
    w.spindle = step_at(w, 0).group
    w.state = -1
    w.begun = 1
    for g in range(w.tool_kinds):
        for k in range(kind_at(w, g).sisters):
            make_tool(w, g, k, kind_at(w, g).used_life if k == 0 else 0.0)
    enter(w, WAITING)
    for g in range(w.tool_kinds):
        note(w, g)


def _entry(made_of: int) -> Callable[[npt.NDArray[Any], int], bool]:
    def produce(world: npt.NDArray[Any], parts: int) -> bool:
        w = world[0]
        w.made_of = made_of
        if w.begun == 0:
            begin(w)
        for _ in range(parts):
            w.parts += 1
            if not machine_part(w, w.parts) or not has_room(w):
                break
        return has_room(w)

    return entry(produce)


produce = _entry(stamp(sys.modules[__name__], _cnc_edges, _cnc_layout))
"""Machine so many parts, or until the horizon; returns whether there was room and luck for it.

Takes an array of one WORLD, which is not usable any more without room or luck, and how many parts
at most.
"""
