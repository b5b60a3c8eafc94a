"""Machines of the compiled calendar: at work, broken down, under repair, waiting for people.

Function by function the machine of the reference engine, and the people it asks for.
"""

from __future__ import annotations

from typing import Any

from twin.compiled import jit
from twin.plant._line_comings import enter_mode, mark, scrap, standing, touch
from twin.plant._line_moves import draw, emit, pop, station_event, take
from twin.plant._line_shop import (
    BIN, BLOCKED, B_COMING, B_ORIGIN, B_PRODUCT, DOWN, G_BEGIN, G_BUSY, G_CAN, G_COUNT, G_END,
    G_N_WAITING, G_WAITING, L_ASKED, L_ASKING, L_AT_FAILURE, L_AT_REPAIR, L_BEGINS, L_GROUPS,
    L_NOW, L_N_GROUPS, NONE, PEOPLE, P_NUMBER, P_PRODUCT, RESTART, SPOIL, SPOILT, STAGE,
    STARVED, S_BINS, S_CLOSED, S_COMING, S_CREW, S_FAILURE, S_FREE, S_KANBAN, S_MEAN_FAILURE,
    S_MEAN_REPAIR, S_N_BINS, S_N_FREE, S_ON_CARDS, S_ON_FAILURE, S_REPAIR, S_SERVERS, S_SKILL,
    S_WEARS_AT_WORK, T_MANNED, T_MODE, T_SPAN, V_ASKING, V_BROKEN, V_EVENT, V_FAILING, V_LEFT,
    V_MODE, V_NUMBER, V_OPERATOR, V_OUTBOX, V_PARTS, V_PROMISED, V_RAN, V_REPAIR_TIME, V_STAGE,
    V_STAGES, V_STAGE_AT, V_STATION, V_UNTIL, V_WHOLE, WAITING_OPERATOR, WAITING_REPAIR,
    WORKING,
)  # fmt: skip
from twin.plant._line_timers import set_timer, stop_timer

INSTANT = 1e-9
"""Failures nearer than this are now [s]; the same in every engine."""
DAY = 86_400.0


# -- people -------------------------------------------------------------------------------------


@jit
def is_on(begin: Any, end: Any, now: Any) -> Any:
    """Whether a shift works at ``now`` [s since a midnight]."""
    if begin == end or (begin == 0.0 and end >= DAY):
        return True
    into = now % DAY
    if begin <= end:
        return begin <= into < end
    return into >= begin or into < end


@jit
def until_change(begin: Any, end: Any, now: Any) -> Any:
    """Return how long it is to the next begin or end of a shift [s]."""
    into = now % DAY
    one, other = (begin - into) % DAY, (end - into) % DAY
    return min(one if one > 0.0 else DAY, other if other > 0.0 else DAY)


@jit
def _find_group(m: Any, x: Any, skill: Any) -> Any:
    """Return the first group of operators of whom one is here, free, and knows how."""
    for k in range(m[L_N_GROUPS]):
        group = m[L_GROUPS] + k * PEOPLE
        if not m[m[group + G_CAN] + skill] or m[group + G_BUSY] >= m[group + G_COUNT]:
            continue
        if is_on(x[group + G_BEGIN], x[group + G_END], x[L_NOW] + x[L_BEGINS]):
            return group
    return NONE


@jit
def _ask_operator(m: Any, x: Any, server: Any) -> Any:
    """Return an operator for a machine; else it waits, and gets the next one."""
    if m[server + V_ASKING]:
        return NONE
    group = _find_group(m, x, m[m[server + V_STATION] + S_SKILL])
    if group == NONE:
        m[server + V_ASKING] = 1
        m[m[L_ASKING] + m[L_ASKED]] = server
        m[L_ASKED] += 1
    else:
        m[group + G_BUSY] += 1
    return group


@jit
def serve_people(m: Any, x: Any) -> Any:
    """Give whoever waits an operator, the longest waiting first."""
    at = 0
    while at < m[L_ASKED]:
        server = m[m[L_ASKING] + at]
        group = _find_group(m, x, m[m[server + V_STATION] + S_SKILL])
        if group == NONE:
            at += 1
            continue
        m[group + G_BUSY] += 1
        m[L_ASKED] = take(m, m[L_ASKING], m[L_ASKED], server)
        m[server + V_ASKING] = 0
        m[server + V_OPERATOR] = group
        if not m[server + V_BROKEN]:
            _take_stage(m, x, server)
            touch(m, m[server + V_STATION])


@jit
def leave_operator(m: Any, x: Any, server: Any) -> Any:
    """Let the operator of a machine go."""
    group = m[server + V_OPERATOR]
    m[server + V_OPERATOR] = NONE
    if group != NONE:
        m[group + G_BUSY] -= 1
        serve_people(m, x)


@jit
def serve_repairs(m: Any, x: Any, crew: Any) -> Any:
    """Let a crew begin the repairs it has people for, in the order of the breakdowns."""
    if not is_on(x[crew + G_BEGIN], x[crew + G_END], x[L_NOW] + x[L_BEGINS]):
        return
    while m[crew + G_N_WAITING] and m[crew + G_BUSY] < m[crew + G_COUNT]:
        m[crew + G_BUSY] += 1
        row = m[crew + G_WAITING]
        server = m[row]
        m[crew + G_N_WAITING] = take(m, row, m[crew + G_N_WAITING], server)
        _repair(m, x, server, x[server + V_REPAIR_TIME])


# -- an operation -------------------------------------------------------------------------------


@jit
def run(m: Any, x: Any, server: Any) -> Any:
    """Go on with a stage, until it is done or the machine breaks down at work."""
    m[server + V_MODE] = m[server + V_STAGE]
    span = x[server + V_LEFT]
    wears = m[server + V_STAGE] == WORKING and m[m[server + V_STATION] + S_WEARS_AT_WORK]
    if wears and x[server + V_UNTIL] < span:
        if x[server + V_UNTIL] <= INSTANT:
            fail(m, x, server)
            return
        m[server + V_FAILING] = 1
        span = x[server + V_UNTIL]
    x[server + V_RAN] = x[L_NOW]
    set_timer(m, x, x[L_NOW] + span, m[server + V_NUMBER])


@jit
def _take_stage(m: Any, x: Any, server: Any) -> Any:
    """Begin the next stage; whom it needs is there."""
    stage = m[server + V_STAGES] + STAGE * m[server + V_STAGE_AT]
    m[server + V_STAGE_AT] += 1
    m[server + V_STAGE] = m[stage + T_MODE]
    x[server + V_LEFT] = x[server + V_WHOLE] = x[stage + T_SPAN]
    run(m, x, server)


@jit
def next_stage(m: Any, x: Any, server: Any) -> Any:
    """Go to the next stage, as soon as there is an operator where it needs one."""
    stage = m[server + V_STAGES] + STAGE * m[server + V_STAGE_AT]
    if m[stage + T_MANNED]:
        if m[server + V_OPERATOR] == NONE:
            m[server + V_OPERATOR] = _ask_operator(m, x, server)
            if m[server + V_OPERATOR] == NONE:
                enter_mode(m, server, WAITING_OPERATOR)
                return
    elif m[server + V_OPERATOR] != NONE:
        leave_operator(m, x, server)
    _take_stage(m, x, server)


@jit
def work(m: Any, x: Any, server: Any, span: Any) -> Any:
    """Begin the one stage of a plain operation [s]."""
    m[server + V_STAGE] = WORKING
    x[server + V_LEFT] = x[server + V_WHOLE] = span
    if not m[server + V_BROKEN]:
        run(m, x, server)


# -- failure and repair -------------------------------------------------------------------------


@jit
def wind(m: Any, x: Any, server: Any) -> Any:
    """Draw when the machine fails next."""
    station = m[server + V_STATION]
    pool = m[station + S_FAILURE]
    until = draw(m, x, pool) if pool != NONE else x[station + S_MEAN_FAILURE]
    x[server + V_UNTIL] = until
    if not m[station + S_WEARS_AT_WORK] and until < 1e300:
        set_timer(m, x, x[L_NOW] + until, m[L_AT_FAILURE] + m[server + V_NUMBER])


@jit
def _repair(m: Any, x: Any, server: Any, duration: Any) -> Any:
    """Repair a machine in ``duration`` [s]."""
    enter_mode(m, server, DOWN)
    set_timer(m, x, x[L_NOW] + duration, m[L_AT_REPAIR] + m[server + V_NUMBER])


@jit
def free_server(m: Any, server: Any) -> Any:
    """A machine can take the next part; a lone one even when it is down."""
    station = m[server + V_STATION]
    touch(m, station)
    mark(m, station)
    if m[station + S_CLOSED] or (m[server + V_BROKEN] and m[station + S_SERVERS] > 1):
        return
    row, size = m[station + S_FREE], m[station + S_N_FREE]
    if m[station + S_SERVERS] == 1:
        m[row], m[station + S_N_FREE] = server, 1
        return
    at = 0
    while at < size and m[row + at] < server:
        at += 1
    if at < size and m[row + at] == server:
        return
    for k in range(row + size, row + at, -1):
        m[k] = m[k - 1]
    m[row + at] = server
    m[station + S_N_FREE] += 1


@jit
def bin_of(m: Any, station: Any, part: Any, origin: Any) -> Any:
    """Return in which bin of an assembly a part belongs: by where it comes from, or by product."""
    first = m[station + S_BINS]
    after = first + m[station + S_N_BINS] * BIN
    for place in range(first, after, BIN):
        if m[place + B_ORIGIN] == origin and origin != NONE:
            return place
    product = m[part + P_PRODUCT]
    for place in range(first, after, BIN):
        if m[place + B_PRODUCT] == product and product != NONE:
            return place
    return first


@jit
def reserve(m: Any, target: Any, part: Any, origin: Any, more: Any) -> Any:
    """Keep a place for a part that will come, or give it back with ``more`` = -1."""
    if m[target + S_N_BINS]:
        m[bin_of(m, target, part, origin) + B_COMING] += more
    else:
        m[target + S_COMING] += more


@jit
def redeem(m: Any, server: Any) -> Any:
    """Use the place that was reserved, or give it back."""
    target = m[server + V_PROMISED]
    if target != NONE:
        reserve(m, target, m[server + V_PARTS], m[server + V_STATION], -1)
        mark(m, target)
        m[server + V_PROMISED] = NONE


@jit
def _lose(m: Any, x: Any, server: Any) -> Any:
    """What a machine worked on is spoilt."""
    station = m[server + V_STATION]
    redeem(m, server)
    if m[station + S_KANBAN]:
        m[station + S_ON_CARDS] -= m[server + V_PARTS + 2]
    while m[server + V_PARTS + 2]:
        part = pop(m, server + V_PARTS)
        station_event(m, x, SPOILT, station, m[part + P_NUMBER], 0.0)
        scrap(m, x, part)
    free_server(m, server)


@jit
def fail(m: Any, x: Any, server: Any) -> Any:
    """A machine has broken down: it is repaired, by the crew where it has one."""
    station = m[server + V_STATION]
    m[server + V_BROKEN] = 1
    if m[server + V_STAGE] != NONE:
        if m[station + S_ON_FAILURE] == SPOIL:
            m[server + V_STAGE] = NONE
            _lose(m, x, server)
        elif m[station + S_ON_FAILURE] == RESTART:
            x[server + V_LEFT] = x[server + V_WHOLE]
    pool = m[station + S_REPAIR]
    duration = draw(m, x, pool) if pool != NONE else x[station + S_MEAN_REPAIR]
    emit(m, x, m[server + V_EVENT], NONE, duration)
    if m[station + S_SERVERS] > 1:
        m[station + S_N_FREE] = take(m, m[station + S_FREE], m[station + S_N_FREE], server)
    crew = m[station + S_CREW]
    if crew == NONE:
        _repair(m, x, server, duration)
        return
    x[server + V_REPAIR_TIME] = duration
    m[m[crew + G_WAITING] + m[crew + G_N_WAITING]] = server
    m[crew + G_N_WAITING] += 1
    enter_mode(m, server, WAITING_REPAIR)
    serve_repairs(m, x, crew)


@jit
def strike(m: Any, x: Any, server: Any) -> Any:
    """The failure clock of the calendar has run out."""
    x[server + V_UNTIL] = 0.0
    if m[server + V_STAGE] != NONE:
        x[server + V_LEFT] -= x[L_NOW] - x[server + V_RAN]
        stop_timer(m, x, m[server + V_NUMBER])
        if m[m[server + V_STATION] + S_ON_FAILURE] == SPOIL:
            leave_operator(m, x, server)
    fail(m, x, server)


@jit
def mended(m: Any, x: Any, server: Any) -> Any:
    """A machine is up again."""
    station = m[server + V_STATION]
    m[server + V_BROKEN] = 0
    crew = m[station + S_CREW]
    if crew != NONE:
        m[crew + G_BUSY] -= 1
        serve_repairs(m, x, crew)
    wind(m, x, server)
    if m[server + V_OUTBOX + 2]:
        enter_mode(m, server, standing(m, station, BLOCKED))
    elif m[server + V_STAGE] != NONE:
        run(m, x, server)
        touch(m, station)
    elif m[server + V_PARTS + 2]:
        next_stage(m, x, server)
        touch(m, station)
    else:
        enter_mode(m, server, standing(m, station, STARVED))
        free_server(m, server)
