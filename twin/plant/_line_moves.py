"""Lists, chance and records of the compiled calendar."""

from __future__ import annotations

from typing import Any

from twin.compiled import inline, jit
from twin.plant._line_shop import (
    D_AT, D_END, D_SPARE, EVENT_ROW, LINE_EVENTS, L_AREA, L_COUNTS, L_DRY, L_END, L_EVENTS,
    L_IDLE, L_NOTED, L_NOTED_AT, L_NOW, L_NUMBERS, L_N_EVENTS, L_N_IDLE, L_N_SAMPLES,
    L_N_STATES, L_SAMPLES, L_START, L_STATES, L_TOTALS, L_TRACE, L_WIP, NONE, P_BAD, P_BORN,
    P_DETOUR, P_DUE, P_NEXT, P_NUMBER, P_ORIGIN, P_PREVIOUS, P_PRIORITY, P_PRODUCT, P_REJECTED,
    P_STEP, P_STOCK, P_WAY, R_DUE_AFTER, R_PRIORITY, SAMPLE_ROW, STATE_ROW, STATION_EVENTS,
    S_AREA, S_NOTED, S_NOTED_AT, S_RANK, V_MODE, V_NOTED, V_NOTED_AT, V_NUMBER, V_TIMES,
)  # fmt: skip

N_LINE_EVENTS, N_STATION_EVENTS = len(LINE_EVENTS), len(STATION_EVENTS)


@jit
def sort(m: Any, row: Any, size: Any) -> Any:
    """Sort a few numbers."""
    for i in range(row + 1, row + size):
        value, at = m[i], i
        while at > row and m[at - 1] > value:
            m[at] = m[at - 1]
            at -= 1
        m[at] = value


# -- lists of parts -----------------------------------------------------------------------------


@inline
def push(m: Any, queue: Any, part: Any) -> Any:
    """Put a part at the end of a list."""
    tail = m[queue + 1]
    m[part + P_NEXT], m[part + P_PREVIOUS] = NONE, tail
    if tail == NONE:
        m[queue] = part
    else:
        m[tail + P_NEXT] = part
    m[queue + 1] = part
    m[queue + 2] += 1


@inline
def remove(m: Any, queue: Any, part: Any) -> Any:
    """Take a part off a list."""
    before, after = m[part + P_PREVIOUS], m[part + P_NEXT]
    if before == NONE:
        m[queue] = after
    else:
        m[before + P_NEXT] = after
    if after == NONE:
        m[queue + 1] = before
    else:
        m[after + P_PREVIOUS] = before
    m[queue + 2] -= 1


@inline
def pop(m: Any, queue: Any) -> Any:
    """Take the first part off a list and return it."""
    part = m[queue]
    remove(m, queue, part)
    return part


@jit
def new_part(m: Any, x: Any, product: Any) -> Any:
    """Return a part that is numbered and not in the line yet."""
    part = m[L_IDLE]
    m[L_IDLE] = m[part + P_NEXT]
    m[L_N_IDLE] -= 1
    m[L_NUMBERS] += 1
    m[part + P_NUMBER], m[part + P_PRODUCT] = m[L_NUMBERS], product
    m[part + P_STEP] = m[part + P_PRIORITY] = m[part + P_BAD] = m[part + P_REJECTED] = 0
    m[part + P_DETOUR] = m[part + P_WAY] = m[part + P_ORIGIN] = m[part + P_STOCK] = NONE
    x[part + P_BORN], x[part + P_DUE] = x[L_NOW], 0.0
    if product != NONE:
        m[part + P_PRIORITY] = m[product + R_PRIORITY]
        if x[product + R_DUE_AFTER] > 0.0:
            x[part + P_DUE] = x[L_NOW] + x[product + R_DUE_AFTER]
    return part


@jit
def drop_part(m: Any, part: Any) -> Any:
    """Give back the place of a part that is no more."""
    m[part + P_NEXT] = m[L_IDLE]
    m[L_IDLE] = part
    m[L_N_IDLE] += 1


@jit
def take(m: Any, row: Any, size: Any, value: Any) -> Any:
    """Take ``value`` out of the ``size`` numbers at ``row``; return how many are left."""
    for i in range(row, row + size):
        if m[i] == value:
            for k in range(i, row + size - 1):
                m[k] = m[k + 1]
            return size - 1
    return size


# -- chance -------------------------------------------------------------------------------------


@inline
def draw(m: Any, x: Any, pool: Any) -> Any:
    """Return the next number of a pool; pools are filled up between instants."""
    at = m[pool + D_AT]
    m[pool + D_AT] = at + 1
    if at + 1 >= m[pool + D_SPARE]:
        m[L_DRY] = 1 if at + 1 < m[pool + D_END] else 2
    return x[at]


# -- records ------------------------------------------------------------------------------------


@inline
def emit(m: Any, x: Any, what: Any, part: Any, value: Any) -> Any:
    """Record that something happened: it counts from the end of the warm-up on."""
    if x[L_NOW] >= x[L_START]:
        m[m[L_COUNTS] + what] += 1
        x[m[L_TOTALS] + what] += value
    if m[L_TRACE]:
        row = m[L_EVENTS] + EVENT_ROW * m[L_N_EVENTS]
        x[row], m[row + 1], m[row + 2], x[row + 3] = x[L_NOW], what, part, value
        m[L_N_EVENTS] += 1


@inline
def station_event(m: Any, x: Any, which: Any, station: Any, part: Any, value: Any) -> Any:
    """Record an event of a station."""
    emit(m, x, N_LINE_EVENTS + m[station + S_RANK] * N_STATION_EVENTS + which, part, value)


@inline
def counted(x: Any, since: Any, until: Any) -> Any:
    """Return the part of a span that is counted [s]."""
    start, end = x[L_START], x[L_END]
    return min(max(until, start), end) - min(max(since, start), end)


@inline
def note_mode(m: Any, x: Any, server: Any) -> Any:
    """Record the state of a machine when it is new at this instant."""
    mode, noted = m[server + V_MODE], m[server + V_NOTED]
    if mode == noted:
        return
    if noted != NONE:
        x[m[server + V_TIMES] + noted] += counted(x, x[server + V_NOTED_AT], x[L_NOW])
    m[server + V_NOTED], x[server + V_NOTED_AT] = mode, x[L_NOW]
    if m[L_TRACE]:
        row = m[L_STATES] + STATE_ROW * m[L_N_STATES]
        x[row], m[row + 1], m[row + 2] = x[L_NOW], m[server + V_NUMBER], mode
        m[L_N_STATES] += 1


@jit
def _sample(m: Any, x: Any, what: Any, value: Any) -> Any:
    """Record a level: 0 is the line's work in progress, above it the stations' queues."""
    row = m[L_SAMPLES] + SAMPLE_ROW * m[L_N_SAMPLES]
    x[row], m[row + 1], m[row + 2] = x[L_NOW], what, value
    m[L_N_SAMPLES] += 1


@inline
def note_level(m: Any, x: Any, station: Any, level: Any) -> Any:
    """Record how many wait in front of a station when it is new at this instant."""
    noted = m[station + S_NOTED]
    if level == noted:
        return
    x[station + S_AREA] += noted * counted(x, x[station + S_NOTED_AT], x[L_NOW])
    m[station + S_NOTED], x[station + S_NOTED_AT] = level, x[L_NOW]
    if m[L_TRACE]:
        _sample(m, x, m[station + S_RANK] + 1, level)


@jit
def note_wip(m: Any, x: Any) -> Any:
    """Record how many are in the line, which is new at this instant."""
    x[L_AREA] += m[L_NOTED] * counted(x, x[L_NOTED_AT], x[L_NOW])
    m[L_NOTED], x[L_NOTED_AT] = m[L_WIP], x[L_NOW]
    if m[L_TRACE]:
        _sample(m, x, 0, m[L_WIP])
