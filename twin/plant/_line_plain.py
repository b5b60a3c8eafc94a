"""Plain stations of the compiled calendar: what most stations of most lines do, in few steps.

A plain station is one machine that works on one part after the other, in the order of their
coming. It keeps the rules of every station (``_line_instants.act``); whatever is rare is left to
the functions for all of them.
"""

from __future__ import annotations

from typing import Any

from twin.compiled import inline, jit
from twin.plant._line_acts import choose_way, let_waiting_in, send, wait_for_room
from twin.plant._line_comings import finish, mark, scrap, touch
from twin.plant._line_machines import INSTANT, run
from twin.plant._line_moves import draw, pop, push, station_event
from twin.plant._line_shop import (
    FIXED, L_LOW, L_MARKS, L_NOW, L_PARTS, MADE, NONE, OUT, P_NEXT, P_NUMBER, P_ORIGIN,
    P_PREVIOUS, P_WAY, SCRAP, STARVED, S_CAREFUL, S_COMING, S_CYCLE_TIME, S_FINISHED, S_FIRST,
    S_IS_ENTRY, S_MARKED, S_N_FINISHED, S_N_FREE, S_N_WAITERS, S_PLACES, S_PLAIN, S_QUEUE,
    S_ROUTED, S_SERVICE, S_WAITERS, S_WATCHED, S_WAYS, S_WEARS_AT_WORK, V_BROKEN, V_LEFT,
    V_MODE, V_NUMBER, V_OUTBOX, V_PARTS, V_RAN, V_STAGE, V_STATION, V_UNTIL, V_WHOLE, WORKING,
)  # fmt: skip
from twin.plant._line_instants import feed, further_down, wake_watchers
from twin.plant._line_timers import set_timer


@inline
def complete_plain(m: Any, x: Any, server: Any) -> Any:
    """An operation is done."""
    station, part = m[server + V_STATION], m[server + V_PARTS]
    if m[station + S_WEARS_AT_WORK]:
        left = x[server + V_UNTIL] - x[server + V_LEFT]
        x[server + V_UNTIL] = left if left >= INSTANT else 0.0
    m[server + V_STAGE] = NONE
    station_event(m, x, MADE, station, m[part + P_NUMBER], x[station + S_CYCLE_TIME])
    if m[station + S_ROUTED]:
        choose_way(m, x, station, part)
    else:
        m[part + P_WAY] = FIXED
    _hold(m, server + V_PARTS, NONE, 0)
    _hold(m, server + V_OUTBOX, part, 1)
    m[m[station + S_FINISHED]] = server
    m[station + S_N_FINISHED] = 1
    mark(m, station)


@inline
def _hold(m: Any, queue: Any, part: Any, number: Any) -> Any:
    """Let one part, or none, be all of a list."""
    m[queue] = m[queue + 1] = part
    m[queue + 2] = number


@inline
def _empty(m: Any, station: Any, server: Any) -> Any:
    """The machine has given its part away."""
    _hold(m, server + V_OUTBOX, NONE, 0)
    if not m[server + V_BROKEN]:
        m[server + V_MODE] = STARVED
    m[station + S_N_FREE] = 1
    touch(m, station)


@inline
def _has_room(m: Any, station: Any) -> Any:
    """Whether there is a place in front, or the machine would take a part at once."""
    taken = m[station + S_QUEUE + 2] + m[station + S_COMING]
    return taken < m[station + S_PLACES] + m[station + S_N_FREE]


@inline
def _take_in(m: Any, station: Any, part: Any, origin: Any) -> Any:
    """Put a part in the queue."""
    m[part + P_ORIGIN] = origin
    push(m, station + S_QUEUE, part)
    touch(m, station)


@jit
def _let_in(m: Any, x: Any, station: Any) -> Any:
    """Let in the first of those who wait, when there is room."""
    row = m[station + S_WAITERS]
    holder = m[row]
    origin = m[holder + V_STATION] if holder < m[L_PARTS] else NONE
    if origin == NONE or not m[origin + S_PLAIN]:
        return let_waiting_in(m, x, station)
    if not _has_room(m, station):
        return False
    m[station + S_N_WAITERS] -= 1
    for k in range(row, row + m[station + S_N_WAITERS]):
        m[k] = m[k + 1]
    _take_in(m, station, m[holder + V_OUTBOX], origin)
    _empty(m, origin, holder)
    mark(m, origin)
    return True


@inline
def _pass_on(m: Any, x: Any, station: Any, server: Any) -> Any:
    """Send on what is finished; without room it waits."""
    part = m[server + V_OUTBOX]
    target = m[part + P_WAY] if m[station + S_ROUTED] else FIXED
    if target == FIXED:
        target = m[m[station + S_WAYS]]
    if target == OUT:
        finish(m, x, part)
    elif target == SCRAP:
        scrap(m, x, part)
    elif m[target + S_CAREFUL]:
        send(m, x, server, station)
        return
    elif m[target + S_N_WAITERS] or not _has_room(m, target):
        wait_for_room(m, server, part, station)
        return
    else:
        _take_in(m, target, part, station)
        if m[target + S_N_FREE]:
            mark(m, target)
    _empty(m, station, server)


@inline
def _start(m: Any, x: Any, station: Any, server: Any) -> Any:
    """Start the first part that waits; a machine that is down begins when it is up."""
    part = pop(m, station + S_QUEUE)
    m[station + S_N_FREE] = 0
    m[part + P_NEXT] = m[part + P_PREVIOUS] = NONE
    _hold(m, server + V_PARTS, part, 1)
    touch(m, station)
    pool = m[station + S_SERVICE]
    span = draw(m, x, pool) if pool != NONE else x[station + S_CYCLE_TIME]
    m[server + V_STAGE] = WORKING
    x[server + V_LEFT] = x[server + V_WHOLE] = span
    if m[server + V_BROKEN]:
        return
    if m[station + S_WEARS_AT_WORK] and x[server + V_UNTIL] < span:
        run(m, x, server)
        return
    m[server + V_MODE] = WORKING
    x[server + V_RAN] = x[L_NOW]
    set_timer(m, x, x[L_NOW] + span, m[server + V_NUMBER])


@jit
def act_plain(m: Any, x: Any, station: Any) -> Any:
    """Send on, start, and let in, until nothing of it is possible."""
    server = m[station + S_FIRST]
    if m[station + S_N_FINISHED]:
        m[station + S_N_FINISHED] = 0
        _pass_on(m, x, station, server)
        if m[L_LOW] < station and further_down(m, station):
            # It acts again after those that it has just sent something.
            mark(m, station)
            return
    while True:
        if m[station + S_N_FREE] and m[station + S_QUEUE + 2]:
            _start(m, x, station, server)
        if m[station + S_N_WAITERS] and _let_in(m, x, station):
            continue
        if not (m[station + S_IS_ENTRY] and feed(m, x, station)):
            break
    if m[station + S_MARKED]:
        # What it has let itself do is done already.
        m[station + S_MARKED] = 0
        m[L_MARKS] -= 1
    if m[station + S_WATCHED]:
        wake_watchers(m, station)
