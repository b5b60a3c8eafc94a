"""The tools of a compiled CNC machine: rows and luck, wear, breaking, belief, sister tools.

Every function is the namesake of one in :mod:`twin.plant._cnc_tools` or :mod:`twin.plant.cnc`,
statement by statement, so that not even a last bit differs; those are the reference. ``w`` is the
record of :mod:`twin.plant._cnc_layout`, ``g`` a kind of tool, ``k`` a place among its sisters.
"""

from __future__ import annotations

import math
from typing import Any

from twin.compiled import jit, number_at, put, put_code, put_int, record_at
from twin.plant._cnc_layout import (
    CHANGE,
    EDGE,
    EDGE_FIELDS,
    EDGE_SIZE,
    FIXED_LIFE,
    FORECAST,
    GROUP,
    KIND,
    NEW,
    SHIFT_END,
    STEP,
    TOOL,
    USED,
    USED_UP,
    WEAR,
    WEAR_AT_CHANGE,
    WEAR_LIMIT,
)

# -- memory -------------------------------------------------------------------------------------


@jit
def step_at(w: Any, i: int) -> Any:
    return record_at(w.steps, i, STEP)


@jit
def kind_at(w: Any, g: int) -> Any:
    return record_at(w.kinds, g, KIND)


@jit
def group_at(w: Any, g: int) -> Any:
    return record_at(w.groups, g, GROUP)


@jit
def tool_at(w: Any, g: int, k: int) -> Any:
    return record_at(w.tools, g * w.sisters + k, EDGE)


@jit
def copy_numbers(to: int, source: int, n: int) -> None:
    for i in range(n):
        put(to, i, number_at(source, i))


@jit
def table_of(w: Any, step: Any) -> int:
    return w.tables + 8 * step.table * w.points


@jit
def weights_of(w: Any, g: int, k: int) -> int:
    return w.weights + 8 * (g * w.sisters + k) * w.beliefs


# -- rows and luck ------------------------------------------------------------------------------


@jit
def event(w: Any, source: int, name: int, subject: int, value: float) -> None:
    n = w.events
    if n < w.event_room:
        put(w.event_time, n, w.now)
        put_code(w.event_source, n, source)
        put_code(w.event_name, n, name)
        put_int(w.event_subject, n, subject)
        put(w.event_value, n, value)
    w.events = n + 1


@jit
def note_state(w: Any, source: int, state: int) -> None:
    n = w.states
    if n < w.state_room:
        put(w.state_time, n, w.now)
        put_code(w.state_source, n, source)
        put_code(w.state_state, n, state)
    w.states = n + 1


@jit
def sample(w: Any, source: int, channel: int, value: float) -> None:
    n = w.samples
    if n < w.sample_room:
        put(w.sample_time, n, w.now)
        put_code(w.sample_source, n, source)
        put_code(w.sample_channel, n, channel)
        put(w.sample_value, n, value)
    w.samples = n + 1


@jit
def draw(w: Any, stream: int) -> float:
    """The next number of a stream; any number when the block is used up, which ends the run."""
    used = record_at(w.used, stream, USED_UP)
    n = used.numbers
    used.numbers = n + 1
    if n >= w.drawn:
        w.unlucky = 1
        return 1.0
    return number_at(w.luck, stream * w.drawn + n)


@jit
def has_room(w: Any) -> bool:
    if w.events > w.event_room or w.states > w.state_room:
        return False
    return w.samples <= w.sample_room and w.unlucky == 0


@jit
def wait(w: Any, span: float) -> bool:
    """Let time pass; whether that was before the horizon."""
    then = w.now + span
    if then >= w.horizon:
        w.done = 1
        return False
    w.now = then
    return True


# -- one tool -----------------------------------------------------------------------------------


@jit
def wear_after(w: Any, damage: float, limit: float) -> float:
    start = (1.0 - math.exp(-damage / w.break_in_width)) / w.break_in_whole
    end = math.expm1(damage / w.accelerated_width) / w.accelerated_whole
    return limit * (w.break_in * start + w.steady * damage + w.accelerated * end)


@jit
def flank_wear(w: Any, g: int, k: int) -> float:
    tool, limit = tool_at(w, g, k), kind_at(w, g).wear_limit
    if tool.worn < 0:
        tool.worn = min(wear_after(w, tool.damage, limit), w.most_wear * limit)
    return tool.worn


@jit
def tabulated(w: Any, table: int, damage: float) -> float:
    """Cumulative hazard at a used life, as ``numpy.interp`` has it on an even grid."""
    place = damage * w.per_damage
    # Compared before it is an integer: a cut far from any real one uses lives by the billion.
    if not place < w.points - 1:
        return number_at(table, w.points - 1)
    j = int(place)
    here, at = number_at(table, j), j / w.per_damage
    if damage == at:
        return here
    slope = (number_at(table, j + 1) - here) / ((j + 1) / w.per_damage - at)
    return slope * (damage - at) + here


@jit
def damage_at(w: Any, table: int, reached: float) -> float:
    """Used life at a cumulative hazard, as ``numpy.interp`` has it."""
    last = w.points - 1
    if reached >= number_at(table, last):
        return last / w.per_damage
    j, above = 0, last
    while above - j > 1:
        middle = (j + above) // 2
        if number_at(table, middle) <= reached:
            j = middle
        else:
            above = middle
    here, at = number_at(table, j), j / w.per_damage
    if here == reached:
        return at
    slope = ((j + 1) / w.per_damage - at) / (number_at(table, j + 1) - here)
    return slope * (reached - here) + at


@jit
def hazard_over(w: Any, tool: Any, step: Any, span: float) -> float:
    life, table = step.life * tool.factor, table_of(w, step)
    now = tabulated(w, table, tool.damage)
    then = tabulated(w, table, tool.damage + span / life)
    return (then - now) * life


@jit
def time_to_break(w: Any, tool: Any, step: Any, left: float) -> float:
    if tool.hazard + hazard_over(w, tool, step, left) < tool.endurance:
        return math.inf
    life, table = step.life * tool.factor, table_of(w, step)
    reached = tabulated(w, table, tool.damage) + (tool.endurance - tool.hazard) / life
    at = damage_at(w, table, reached)
    return min(max(at - tool.damage, 0.0) * life, left)


@jit
def cut_for(w: Any, tool: Any, step: Any, span: float) -> None:
    tool.hazard += hazard_over(w, tool, step, span)
    tool.damage += span / (step.life * tool.factor)
    tool.nominal += span / step.life
    tool.cutting_time += span
    tool.since_inspection += span
    tool.worn = -1.0


@jit
def worn_at(w: Any, g: int, damage: float) -> float:
    """Wear [m] at a used life, up to where the edge is gone."""
    limit = kind_at(w, g).wear_limit
    return min(wear_after(w, damage, limit), w.most_wear * limit)


@jit
def misfit(w: Any, g: int, k: int, i: int, read: float) -> float:
    """Logarithm of how likely a measured wear [m] is for one life factor."""
    tool = tool_at(w, g, k)
    damage = tool.used + tool.nominal / number_at(w.factors, g * w.beliefs + i)
    error = (read - worn_at(w, g, damage)) / kind_at(w, g).gauge_error
    return -0.5 * error**2


@jit
def measured(w: Any, g: int, k: int, read: float) -> None:
    """Sharpen the belief about a tool by one measured wear [m]."""
    weights = weights_of(w, g, k)
    best, total = -math.inf, 0.0
    for i in range(w.beliefs):
        best = max(best, misfit(w, g, k, i, read))
    for i in range(w.beliefs):
        fit = math.exp(misfit(w, g, k, i, read) - best)
        put(weights, i, number_at(weights, i) * fit + 1e-12)
        total += number_at(weights, i)
    for i in range(w.beliefs):
        put(weights, i, number_at(weights, i) / total)


@jit
def risk(w: Any, g: int, k: int, step: Any) -> float:
    """Probability that the next part takes the tool past its limit or breaks it [1]."""
    tool, weights = tool_at(w, g, k), weights_of(w, g, k)
    ahead = tool.nominal + step.time / step.life
    survives = 0.0
    for i in range(w.beliefs):
        after = tool.used + ahead / number_at(w.factors, g * w.beliefs + i)
        if after < 1.0:
            rate = step.hazard * math.exp(kind_at(w, g).gain * worn_at(w, g, after))
            survives += number_at(weights, i) * math.exp(-rate * step.time)
    return 1.0 - survives


@jit
def is_due(w: Any, g: int, k: int, step: Any) -> bool:
    kind, tool = kind_at(w, g), tool_at(w, g, k)
    if kind.policy in {FIXED_LIFE, SHIFT_END}:
        known = tool.cutting_time + tool.used * step.life
        return known + step.time > kind.change_after and tool.cutting_time > 0
    if kind.policy == WEAR_LIMIT:
        return tool.damage + step.time / (step.life * tool.factor) > 1.0 and tool.damage > 0
    if kind.policy == FORECAST:
        return tool.cutting_time > 0 and risk(w, g, k, step) > kind.change_risk
    return False


# -- sister tools -------------------------------------------------------------------------------


@jit
def make_tool(w: Any, g: int, k: int, used: float) -> None:
    kind, tool = kind_at(w, g), tool_at(w, g, k)
    group_at(w, g).made += 1
    tool.number = group_at(w, g).made
    tool.factor = math.exp(kind.scatter * draw(w, 3 * g))
    tool.endurance = draw(w, 3 * g + 1)
    tool.damage = used
    tool.used = used
    tool.hazard = 0.0
    tool.cutting_time = 0.0
    tool.since_inspection = 0.0
    tool.nominal = 0.0
    tool.worn = -1.0
    if kind.policy == FORECAST:
        copy_numbers(weights_of(w, g, k), w.prior, w.beliefs)


@jit
def refill(w: Any, g: int) -> None:
    """New tools at the end, in place of all that were used at the front."""
    out, sisters = group_at(w, g).current + 1, kind_at(w, g).sisters
    for k in range(sisters - out):
        place = g * w.sisters + k
        copy_numbers(w.tools + place * EDGE_SIZE, w.tools + (place + out) * EDGE_SIZE, EDGE_FIELDS)
        copy_numbers(weights_of(w, g, k), weights_of(w, g, k + out), w.beliefs)
    for k in range(sisters - out, sisters):
        make_tool(w, g, k, 0.0)
    group_at(w, g).current = 0


@jit
def note_status(w: Any, g: int, k: int, status: int) -> None:
    note_state(w, kind_at(w, g).pot + k, status)


@jit
def note(w: Any, g: int) -> None:
    """Record which tool of a group is in use."""
    k = group_at(w, g).current
    tool = tool_at(w, g, k)
    sample(w, kind_at(w, g).source, WEAR, flank_wear(w, g, k))
    sample(w, kind_at(w, g).source, TOOL, float(tool.number))
    note_status(w, g, k, NEW if tool.cutting_time == 0 and tool.damage == 0 else USED)


@jit
def note_change(w: Any, g: int, k: int, reason: int) -> None:
    event(w, kind_at(w, g).source, CHANGE, reason, tool_at(w, g, k).cutting_time)
    event(w, kind_at(w, g).source, WEAR_AT_CHANGE, reason, flank_wear(w, g, k))
