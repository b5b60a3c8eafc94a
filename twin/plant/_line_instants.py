"""Stations of the compiled calendar: what comes in, and what one does at an instant."""

from __future__ import annotations

from typing import Any

from twin.compiled import jit
from twin.plant._line_acts import (
    arrive,
    choose_way,
    has_place,
    has_room,
    let_waiting_in,
    send,
    take_in,
)  # fmt: skip
from twin.plant._line_comings import let_in, mark, next_product, put_in_queue, standing
from twin.plant._line_machines import free_server, leave_operator, redeem
from twin.plant._line_moves import draw, drop_part, emit, new_part, pop, push, remove, station_event
from twin.plant._line_shop import (
    CONWIP,
    L_AT_RELEASE,
    L_GAP,
    L_LOSE,
    L_LOW,
    L_MARKS,
    L_N_STATIONS,
    L_NOW,
    L_RELEASE,
    L_STATIONS,
    LINK,
    LOST,
    MADE,
    NONE,
    O_POOL,
    O_STATION,
    P_NEXT,
    P_NUMBER,
    P_ORIGIN,
    P_STOCK,
    R_ENTRY,
    S_BATCH,
    S_BELT,
    S_FINISHED,
    S_IS_ENTRY,
    S_KANBAN,
    S_MARKED,
    S_N_FINISHED,
    S_N_FREE,
    S_N_WAITERS,
    S_ON_CARDS,
    S_QUEUE,
    S_STOCKS,
    S_WATCHED,
    S_WATCHING,
    S_YARD,
    SATURATED,
    STARVED,
    STATION,
    V_BROKEN,
    V_MODE,
    V_OPERATOR,
    V_OUTBOX,
    V_PARTS,
    V_STATION,
)  # fmt: skip
from twin.plant._line_starts import mean_time, pick, start_one
from twin.plant._line_timers import set_timer

# -- in -----------------------------------------------------------------------------------------


@jit
def _lacks(m: Any, station: Any) -> Any:
    """Whether a machine is free and there is not enough in the queue to start it."""
    card = m[station + S_KANBAN] == 0 or m[station + S_ON_CARDS] < m[station + S_KANBAN]
    waiting = m[station + S_QUEUE + 2]
    return m[station + S_N_FREE] > 0 and waiting < m[station + S_BATCH] and card


@jit
def feed(m: Any, x: Any, station: Any) -> Any:
    """Give a station of entry a part, when there is one for it."""
    if m[L_RELEASE] == CONWIP:
        return False
    if m[L_RELEASE] == SATURATED:
        if not _lacks(m, station):
            return False
        part = new_part(m, x, next_product(m, x, station))
        let_in(m, x, part)
        put_in_queue(m, station, part)
        return True
    if m[station + S_YARD + 2] == 0:
        return False
    part = pick(m, x, station, station + S_YARD)
    if not has_room(m, station, part, NONE):
        return False
    remove(m, station + S_YARD, part)
    take_in(m, x, station, part, NONE)
    return True


@jit
def await_arrival(m: Any, x: Any, owner: Any, place: Any) -> Any:
    """Let the next part come."""
    pool = m[owner + O_POOL]
    gap = draw(m, x, pool) if pool != NONE else x[L_GAP]
    set_timer(m, x, x[L_NOW] + gap, m[L_AT_RELEASE] + place)


@jit
def arrival(m: Any, x: Any, owner: Any, place: Any) -> Any:
    """A part comes by itself; without a place it waits, or is lost."""
    product = next_product(m, x, NONE)
    station = m[owner + O_STATION] if product == NONE else m[product + R_ENTRY]
    part = new_part(m, x, product)
    full = m[station + S_YARD + 2] > 0 or not has_room(m, station, part, NONE)
    if m[L_LOSE] and full:
        emit(m, x, LOST, m[part + P_NUMBER], 0.0)
        drop_part(m, part)
    else:
        let_in(m, x, part)
        push(m, station + S_YARD, part)
        mark(m, station)
    await_arrival(m, x, owner, place)


# -- an instant of a station --------------------------------------------------------------------


@jit
def _let_one_in(m: Any, x: Any, station: Any) -> Any:
    """Let in what the conveyor holds, then the first of those who wait that has room."""
    if m[station + S_BELT + 2]:
        part = m[station + S_BELT]
        if has_place(m, station, part, m[part + P_ORIGIN]):
            arrive(m, x, station, pop(m, station + S_BELT))
            return True
    return let_waiting_in(m, x, station)


@jit
def wake_watchers(m: Any, station: Any) -> Any:
    """Let those act who begin only when there is room here."""
    m[station + S_WATCHED] = 0
    row = m[station + S_WATCHING]
    for rank in range(m[L_N_STATIONS]):
        if m[row + rank]:
            m[row + rank] = 0
            mark(m, m[L_STATIONS] + rank * STATION)


@jit
def further_down(m: Any, station: Any) -> Any:
    """Whether a station further down the line has to act."""
    while m[L_LOW] < station:
        if m[m[L_LOW] + S_MARKED]:
            return True
        m[L_LOW] += STATION
    return False


@jit
def _act_once(m: Any, x: Any, station: Any) -> Any:
    """Send on, start, and let in, until nothing of it is possible."""
    finished = m[station + S_N_FINISHED]
    m[station + S_N_FINISHED] = 0
    for k in range(finished):
        send(m, x, m[m[station + S_FINISHED] + k], station)
    if finished and m[L_LOW] < station and further_down(m, station):
        # It acts again after those that it has just sent something.
        mark(m, station)
        return
    while True:
        while m[station + S_N_FREE] and start_one(m, x, station):
            pass
        if m[station + S_N_WAITERS] and _let_one_in(m, x, station):
            continue
        if not (m[station + S_IS_ENTRY] and feed(m, x, station)):
            break
    if m[station + S_MARKED] and not m[station + S_N_FINISHED]:
        # What it has let itself do is done already.
        m[station + S_MARKED] = 0
        m[L_MARKS] -= 1
    if m[station + S_WATCHED]:
        wake_watchers(m, station)


@jit
def act(m: Any, x: Any, station: Any) -> Any:
    """Do everything that a station can do now; the conveyor brings what it holds."""
    _act_once(m, x, station)
    while m[station + S_BELT + 2] and _let_one_in(m, x, station):
        _act_once(m, x, station)


@jit
def complete(m: Any, x: Any, server: Any) -> Any:
    """An operation is done: what it made is judged, and its way is chosen."""
    station, part = m[server + V_STATION], m[server + V_PARTS]
    if m[server + V_OPERATOR] != NONE:
        leave_operator(m, x, server)
    redeem(m, server)
    mean = mean_time(m, x, station, part)
    if m[server + V_PARTS + 2] > 1:
        mean /= m[server + V_PARTS + 2]
    while part != NONE:
        station_event(m, x, MADE, station, m[part + P_NUMBER], mean)
        choose_way(m, x, station, part)
        part = m[part + P_NEXT]
    if m[station + S_KANBAN]:
        _put_in_stock(m, station, server)
    else:
        for k in range(LINK):
            m[server + V_OUTBOX + k] = m[server + V_PARTS + k]
        m[server + V_PARTS] = m[server + V_PARTS + 1] = NONE
        m[server + V_PARTS + 2] = 0
        m[m[station + S_FINISHED] + m[station + S_N_FINISHED]] = server
        m[station + S_N_FINISHED] += 1
    mark(m, station)


@jit
def _put_in_stock(m: Any, station: Any, server: Any) -> Any:
    """With cards, finished parts wait beside the machine and keep their cards."""
    while m[server + V_PARTS + 2]:
        part = pop(m, server + V_PARTS)
        m[part + P_STOCK] = station
        m[station + S_STOCKS] += 1
        m[m[station + S_FINISHED] + m[station + S_N_FINISHED]] = part
        m[station + S_N_FINISHED] += 1
    if not m[server + V_BROKEN]:
        m[server + V_MODE] = standing(m, station, STARVED)
    free_server(m, server)
