"""The compiled event calendar of a line: the same rules as the reference engine, on arrays.

All that is due at one instant happens first, in the order of its kind and station; then the
stations that it concerns act, the last of the line first, until nothing more is possible; then
what has changed is recorded, once.
"""

from __future__ import annotations

from typing import Any

from twin.compiled import entry, inline, jit, start_of
from twin.plant._line_acts import brought, level, station_of
from twin.plant._line_comings import let_one_in, mark, standing, touch
from twin.plant._line_machines import (
    INSTANT, fail, free_server, is_on, leave_operator, mended, next_stage, serve_people,
    serve_repairs, strike, until_change, wind,
)  # fmt: skip
from twin.plant._line_moves import counted, note_level, note_mode, note_wip, sort
from twin.plant._line_shop import (
    ARRIVALS, BLOCKED, CONWIP, G_BEGIN, G_END, G_SHIFTS, L_AREA, L_AT_ARRIVAL, L_AT_CREW,
    L_AT_FAILURE, L_AT_PEOPLE, L_AT_RELEASE, L_AT_REPAIR, L_AT_SHIFT, L_BEGINS, L_BEGUN,
    L_CARDS, L_CREWS, L_DRY, L_DUE, L_END, L_GROUPS, L_LOW, L_MACHINES, L_MARGIN, L_MARKS,
    L_MOST_LEADS, L_MOST_ROWS, L_NOTED, L_NOTED_AT, L_NOW, L_N_CREWS, L_N_EVENTS, L_N_GROUPS,
    L_N_IDLE, L_N_LEADS, L_N_MACHINES, L_N_OWNERS, L_N_SAMPLES, L_N_SHIFTS, L_N_STATES,
    L_N_STATIONS, L_OWNERS, L_REACHED, L_RELEASE, L_SHIFTS, L_STATIONS, L_SUSPECT, L_TOUCHED,
    L_TOUCHES, L_TRACE, L_WIP, MACHINE, NONE, OWNER, PEOPLE, SPOIL, STARVED, STATION, S_AREA,
    S_CAREFUL, S_CLOSED, S_FIRST, S_KANBAN, S_MARKED, S_NOTED, S_NOTED_AT, S_N_FREE,
    S_N_WAITERS, S_ON_FAILURE, S_PLAIN, S_RANK, S_SERVERS, S_STOCKS, S_TOUCHED, S_WAITERS,
    S_WEARS_AT_WORK, V_BROKEN, V_FAILING, V_LEFT, V_MODE, V_NOTED, V_NOTED_AT, V_N_STAGES,
    V_OUTBOX, V_PARTS, V_STAGE, V_STAGE_AT, V_STATION, V_TIMES, V_UNTIL, WORKING,
)  # fmt: skip
from twin.plant._line_plain import act_plain, complete_plain
from twin.plant._line_instants import act, arrival, await_arrival, complete
from twin.plant._line_timers import (
    alone, next_time, next_timer, ring, rung, set_timer, stop_timer,
)  # fmt: skip

OVER, DRY, FULL, STUCK, BROKEN = range(5)
"""Why ``advance`` came back: horizon reached, a pool is to be filled, a table is to be emptied or
enlarged, stations wait for each other in a ring, a bound of the memory was not kept."""

# -- what is due --------------------------------------------------------------------------------


@inline
def _ring(m: Any, x: Any, server: Any) -> Any:
    """What was being done is done, or the machine breaks down at work."""
    station = m[server + V_STATION]
    if m[server + V_FAILING]:
        m[server + V_FAILING] = 0
        x[server + V_LEFT] -= x[server + V_UNTIL]
        x[server + V_UNTIL] = 0.0
        if m[station + S_ON_FAILURE] == SPOIL:
            leave_operator(m, x, server)
        fail(m, x, server)
        return
    if m[station + S_PLAIN]:
        complete_plain(m, x, server)
        return
    if m[station + S_WEARS_AT_WORK] and m[server + V_STAGE] == WORKING:
        x[server + V_UNTIL] -= x[server + V_LEFT]
        if x[server + V_UNTIL] < INSTANT:
            x[server + V_UNTIL] = 0.0
    if m[station + S_CAREFUL] and m[server + V_STAGE_AT] < m[server + V_N_STAGES]:
        next_stage(m, x, server)
        touch(m, station)
        return
    m[server + V_STAGE] = NONE
    complete(m, x, server)


@jit
def _open_or_close(m: Any, x: Any, station: Any) -> Any:
    """Begin or end the line's shift at a station; what is on a machine is finished first."""
    shut, row = 1, m[L_SHIFTS]
    for k in range(m[L_N_SHIFTS]):
        if is_on(x[row + 2 * k], x[row + 2 * k + 1], x[L_NOW] + x[L_BEGINS]):
            shut = 0
    if shut == m[station + S_CLOSED]:
        return
    m[station + S_CLOSED] = shut
    if shut:
        m[station + S_N_FREE] = 0
    for k in range(m[station + S_SERVERS]):
        server = m[station + S_FIRST] + k * MACHINE
        if m[server + V_PARTS + 2]:
            continue
        holds = m[server + V_OUTBOX + 2] > 0
        if not m[server + V_BROKEN]:
            m[server + V_MODE] = standing(m, station, BLOCKED if holds else STARVED)
        if not (shut or holds):
            free_server(m, server)
    touch(m, station)
    mark(m, station)


@jit
def _await_shift(m: Any, x: Any, station: Any) -> Any:
    """Let the line's next begin or end of a shift become due at a station."""
    least, row, clock = 1e300, m[L_SHIFTS], x[L_NOW] + x[L_BEGINS]
    for k in range(m[L_N_SHIFTS]):
        least = min(least, until_change(x[row + 2 * k], x[row + 2 * k + 1], clock))
    set_timer(m, x, x[L_NOW] + least, m[L_AT_SHIFT] + m[station + S_RANK])


@jit
def _await_people(m: Any, x: Any, people: Any, timer: Any) -> Any:
    """Let the next begin or end of the shift of a group or a crew become due."""
    wait = until_change(x[people + G_BEGIN], x[people + G_END], x[L_NOW] + x[L_BEGINS])
    set_timer(m, x, x[L_NOW] + wait, timer)


@jit
def _change_shift(m: Any, x: Any, timer: Any) -> Any:
    """A shift begins or ends: of operators, of a crew, or of the line at a station."""
    if timer < m[L_AT_CREW]:
        serve_people(m, x)
        _await_people(m, x, m[L_GROUPS] + (timer - m[L_AT_PEOPLE]) * PEOPLE, timer)
    elif timer < m[L_AT_SHIFT]:
        crew = m[L_CREWS] + (timer - m[L_AT_CREW]) * PEOPLE
        serve_repairs(m, x, crew)
        _await_people(m, x, crew, timer)
    else:
        station = m[L_STATIONS] + (timer - m[L_AT_SHIFT]) * STATION
        _open_or_close(m, x, station)
        _await_shift(m, x, station)


@inline
def _happen(m: Any, x: Any, timer: Any) -> Any:
    """Do what is due."""
    machines = m[L_MACHINES]
    if timer < m[L_AT_REPAIR]:
        _ring(m, x, machines + timer * MACHINE)
    elif timer < m[L_AT_FAILURE]:
        mended(m, x, machines + (timer - m[L_AT_REPAIR]) * MACHINE)
    elif timer < m[L_AT_ARRIVAL]:
        strike(m, x, machines + (timer - m[L_AT_FAILURE]) * MACHINE)
    elif timer < m[L_AT_RELEASE]:
        brought(m, x, m[L_STATIONS] + (timer - m[L_AT_ARRIVAL]) * STATION)
    elif timer < m[L_AT_PEOPLE]:
        place = timer - m[L_AT_RELEASE]
        arrival(m, x, m[L_OWNERS] + place * OWNER, place)
    else:
        _change_shift(m, x, timer)


# -- an instant ---------------------------------------------------------------------------------


@jit
def _let_act(m: Any, x: Any) -> Any:
    """Let every marked station act until none is left, then record the changes."""
    while m[L_MARKS]:
        station = m[L_LOW]
        while not m[station + S_MARKED]:
            station += STATION
        m[station + S_MARKED] = 0
        m[L_MARKS] -= 1
        m[L_LOW] = station + STATION
        if m[station + S_PLAIN]:
            act_plain(m, x, station)
        else:
            act(m, x, station)
    m[L_LOW] = m[L_STATIONS] + m[L_N_STATIONS] * STATION
    row = m[L_TOUCHED]
    if m[L_TRACE]:
        sort(m, row, m[L_TOUCHES])
    for place in range(row, row + m[L_TOUCHES]):
        station = m[place]
        m[station + S_TOUCHED] = 0
        first = m[station + S_FIRST]
        for k in range(m[station + S_SERVERS]):
            server = first + k * MACHINE
            note_mode(m, x, server)
        note_level(m, x, station, level(m, station))
    m[L_TOUCHES] = 0
    if m[L_WIP] != m[L_NOTED]:
        note_wip(m, x)


@jit
def _start(m: Any, x: Any) -> Any:
    """Start the people, every station, and what lets parts in; settle the first instant."""
    for k in range(m[L_N_GROUPS]):
        if m[m[L_GROUPS] + k * PEOPLE + G_SHIFTS]:
            _await_people(m, x, m[L_GROUPS] + k * PEOPLE, m[L_AT_PEOPLE] + k)
    for k in range(m[L_N_CREWS]):
        if m[m[L_CREWS] + k * PEOPLE + G_SHIFTS]:
            _await_people(m, x, m[L_CREWS] + k * PEOPLE, m[L_AT_CREW] + k)
    for rank in range(m[L_N_STATIONS]):
        station = m[L_STATIONS] + rank * STATION
        for k in range(m[station + S_SERVERS]):
            wind(m, x, m[station + S_FIRST] + k * MACHINE)
        mark(m, station)
        touch(m, station)
        if m[L_N_SHIFTS]:
            _open_or_close(m, x, station)
            _await_shift(m, x, station)
    if m[L_RELEASE] == CONWIP:
        for _ in range(m[L_CARDS]):
            let_one_in(m, x)
    elif m[L_RELEASE] == ARRIVALS:
        for k in range(m[L_N_OWNERS]):
            await_arrival(m, x, m[L_OWNERS] + k * OWNER, k)
    m[L_BEGUN] = 1
    _let_act(m, x)


@jit
def _close(m: Any, x: Any) -> Any:
    """Count everything up to the end."""
    end = x[L_END]
    for k in range(m[L_N_MACHINES]):
        server = m[L_MACHINES] + k * MACHINE
        times = m[server + V_TIMES] + m[server + V_NOTED]
        x[times] += counted(x, x[server + V_NOTED_AT], end)
    for rank in range(m[L_N_STATIONS]):
        station = m[L_STATIONS] + rank * STATION
        x[station + S_AREA] += m[station + S_NOTED] * counted(x, x[station + S_NOTED_AT], end)
    x[L_AREA] += m[L_NOTED] * counted(x, x[L_NOTED_AT], end)


@jit
def _cramped(m: Any) -> Any:
    """Whether a table may not last through the next instant."""
    margin = m[L_MARGIN]
    if m[L_N_IDLE] < margin or m[L_N_LEADS] + margin > m[L_MOST_LEADS]:
        return True
    if not m[L_TRACE]:
        return False
    rows = max(m[L_N_EVENTS], m[L_N_STATES], m[L_N_SAMPLES])
    return rows + 4 * margin > m[L_MOST_ROWS]


@jit
def _all_hold(m: Any, station: Any) -> Any:
    """Whether everything at a station holds a finished part."""
    if m[station + S_KANBAN] and m[station + S_STOCKS]:
        return m[station + S_STOCKS] >= m[station + S_KANBAN]
    for k in range(m[station + S_SERVERS]):
        if m[m[station + S_FIRST] + k * MACHINE + V_OUTBOX + 2] == 0:
            return False
    return True


@jit
def _reach(m: Any, here: Any) -> Any:
    """Mark every station for whose places something at ``here`` waits; whether one is new."""
    grown, row = False, m[L_REACHED]
    for rank in range(m[L_N_STATIONS]):
        other = m[L_STATIONS] + rank * STATION
        for k in range(m[other + S_N_WAITERS]):
            if station_of(m, m[m[other + S_WAITERS] + k]) == here and not m[row + rank]:
                m[row + rank] = 1
                grown = True
    return grown


@jit
def _stuck(m: Any, station: Any) -> Any:
    """Whether stations wait for each other in a ring, from ``station`` on."""
    row = m[L_REACHED]
    for rank in range(m[L_N_STATIONS]):
        m[row + rank] = 0
    m[row + m[station + S_RANK]] = 1
    grown = True
    while grown:
        grown = False
        for rank in range(m[L_N_STATIONS]):
            if m[row + rank] == 1:
                here = m[L_STATIONS] + rank * STATION
                if not _all_hold(m, here):
                    return False
                m[row + rank] = 2
                grown = True
                _reach(m, here)
    return True


@jit
def _instant(m: Any, x: Any) -> Any:
    """Let happen what is due next, then settle the line."""
    due, now, first = m[L_DUE], next_time(m, x), next_timer(m)
    x[L_NOW], m[due] = now, first
    number = 1
    if alone(m, x, first):
        ring(m, x, first)
    else:
        number = 0
        while next_time(m, x) == now:
            m[due + number] = next_timer(m)
            stop_timer(m, x, next_timer(m))
            number += 1
    for k in range(due, due + number):
        _happen(m, x, m[k])
    _let_act(m, x)
    rung(m, x, first)


def kernel(version: int) -> Any:
    """Return the compiled calendar; the sources' ``version`` tells its cached code from older.

    The kernel goes on until the horizon, or until something is needed, and returns why it stopped.
    """

    @entry
    def advance(whole: Any, real: Any) -> Any:
        m, x = start_of(whole), start_of(real)
        if not m[L_BEGUN]:
            if version < 0:
                return BROKEN
            _start(m, x)
        while True:
            if m[L_DRY]:
                return DRY if m[L_DRY] == 1 else BROKEN
            if _cramped(m):
                return FULL
            if next_time(m, x) >= x[L_END]:
                _close(m, x)
                return OVER
            _instant(m, x)
            if m[L_SUSPECT] != NONE:
                station = m[L_SUSPECT]
                m[L_SUSPECT] = NONE
                if _stuck(m, station):
                    return STUCK

    return advance
