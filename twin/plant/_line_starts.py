"""Stations of the compiled calendar: which part is next, what starts, what comes in."""

from __future__ import annotations

from typing import Any

from twin.compiled import jit
from twin.plant._line_acts import (
    admits, ahead, arrive, choose_way, has_place, has_room, let_waiting_in, send, take_in,
)  # fmt: skip
from twin.plant._line_comings import let_in, mark, next_product, put_in_queue, standing, touch
from twin.plant._line_machines import free_server, leave_operator, next_stage, redeem, reserve, work
from twin.plant._line_moves import (
    draw, drop_part, emit, new_part, pop, push, remove, station_event,
)  # fmt: skip
from twin.plant._line_shop import (
    BIN, BLOCKED, B_CONTENT, B_COUNT, CONWIP, DUE_DATE, FIFO, JOINED, LINK, LOADING, LOST,
    L_AT_RELEASE, L_GAP, L_LOSE, L_LOW, L_MARKS, L_NOW, L_N_PRODUCTS, L_N_STATIONS, L_PRODUCTS,
    L_RELEASE, L_STATIONS, L_WIP, MADE, NONE, OWN, OWN_POOL, OWN_TIME, O_POOL, O_STATION,
    PRIORITY, PRODUCT, P_BAD, P_DUE, P_NEXT, P_NUMBER, P_ORIGIN, P_PRIORITY, P_PRODUCT, P_STOCK,
    R_ENTRY, R_RANK, R_SEEN, SAME_PRODUCT, SATURATED, SETUP, SHORTEST, STAGE, STARVED, STATION,
    S_AHEAD, S_BATCH, S_BELT, S_BINS, S_CAREFUL, S_CYCLE_TIME, S_DISPATCH, S_FINISHED, S_FREE,
    S_IS_ENTRY, S_KANBAN, S_LEAST, S_LOAD_TIME, S_MAN_LOAD, S_MAN_SETUP, S_MAN_WORK, S_MARKED,
    S_N_BINS, S_N_FINISHED, S_N_FREE, S_N_WAITERS, S_ON_CARDS, S_OWN, S_QUEUE, S_RANK,
    S_SERVICE, S_SETUP_TIME, S_STOCKS, S_WATCHED, S_WATCHING, S_YARD, T_MANNED, T_MODE, T_SPAN,
    V_BROKEN, V_MODE, V_N_STAGES, V_OPERATOR, V_OUTBOX, V_PARTS, V_PRODUCT, V_PROMISED, V_STAGE,
    V_STAGES, V_STAGE_AT, V_STATION, WORKING,
)  # fmt: skip
from twin.plant._line_timers import set_timer

# -- which is next ------------------------------------------------------------------------------


@jit
def _own_times(m: Any, station: Any, part: Any) -> Any:
    """Return where the times of a part's product at a station stand; NONE without its own."""
    product = m[part + P_PRODUCT]
    if product == NONE:
        return NONE
    own = m[station + S_OWN] + OWN * m[product + R_RANK]
    return own if m[own + OWN_TIME] != 0 else NONE


@jit
def _mean_time(m: Any, x: Any, station: Any, part: Any) -> Any:
    """Return the mean time that a station works on a part [s]."""
    own = _own_times(m, station, part)
    return x[own + OWN_TIME] if own != NONE else x[station + S_CYCLE_TIME]


@jit
def _service_time(m: Any, x: Any, station: Any, part: Any) -> Any:
    """Return the time that a station works on a part [s]."""
    own = _own_times(m, station, part)
    pool = m[own + OWN_POOL] if own != NONE else m[station + S_SERVICE]
    return draw(m, x, pool) if pool != NONE else _mean_time(m, x, station, part)


@jit
def _urgency(m: Any, x: Any, station: Any, part: Any) -> Any:
    """Return what orders those that wait: the least goes first, then the earlier one."""
    rule = m[station + S_DISPATCH]
    if rule == PRIORITY:
        return float(-m[part + P_PRIORITY])
    if rule == DUE_DATE:
        return x[part + P_DUE] if x[part + P_DUE] > 0.0 else 1e308
    if rule == SHORTEST:
        return _mean_time(m, x, station, part)
    if rule == SAME_PRODUCT and m[station + S_N_FREE]:
        return 0.0 if m[part + P_PRODUCT] == m[m[m[station + S_FREE]] + V_PRODUCT] else 1.0
    return 0.0


@jit
def _pick(m: Any, x: Any, station: Any, queue: Any) -> Any:
    """Return the part of a list that goes first by the station's rule."""
    part = best = m[queue]
    if m[station + S_DISPATCH] == FIFO:
        return best
    least = _urgency(m, x, station, best)
    while part != NONE:
        found = _urgency(m, x, station, part)
        if found < least or (found == least and m[part + P_NUMBER] < m[best + P_NUMBER]):
            best, least = part, found
        part = m[part + P_NEXT]
    return best


# -- starting -----------------------------------------------------------------------------------


@jit
def _take_server(m: Any, station: Any) -> Any:
    """Take the first free machine."""
    row = m[station + S_FREE]
    first = m[row]
    m[station + S_N_FREE] -= 1
    for k in range(row, row + m[station + S_N_FREE]):
        m[k] = m[k + 1]
    return first


@jit
def _promise(m: Any, station: Any, part: Any) -> Any:
    """Reserve the place behind; without one the machine waits."""
    target = ahead(m, station, part)
    if target < 0:
        return True
    server = m[m[station + S_FREE]]
    if not admits(m, target, part, station):
        m[m[target + S_WATCHING] + m[station + S_RANK]] = 1
        m[target + S_WATCHED] = 1
        if not m[server + V_BROKEN]:
            m[server + V_MODE] = BLOCKED
        touch(m, station)
        return False
    reserve(m, target, part, station, 1)
    m[server + V_PROMISED] = target
    return True


@jit
def _add_stage(m: Any, x: Any, server: Any, mode: Any, span: Any, manned: Any) -> Any:
    """Add a stage to an operation."""
    stage = m[server + V_STAGES] + STAGE * m[server + V_N_STAGES]
    m[stage + T_MODE], x[stage + T_SPAN], m[stage + T_MANNED] = mode, span, manned
    m[server + V_N_STAGES] += 1


@jit
def _begin(m: Any, x: Any, station: Any, server: Any) -> Any:
    """Begin an operation: set up, load, work; a machine that is down begins when it is up."""
    part = m[server + V_PARTS]
    product, before = m[part + P_PRODUCT], m[server + V_PRODUCT]
    m[server + V_STAGE_AT] = m[server + V_N_STAGES] = 0
    touch(m, station)
    if x[station + S_SETUP_TIME] > 0.0 and before != NONE and before != product:
        _add_stage(m, x, server, SETUP, x[station + S_SETUP_TIME], m[station + S_MAN_SETUP])
    m[server + V_PRODUCT] = product
    if x[station + S_LOAD_TIME] > 0.0:
        _add_stage(m, x, server, LOADING, x[station + S_LOAD_TIME], m[station + S_MAN_LOAD])
    span = _service_time(m, x, station, part)
    _add_stage(m, x, server, WORKING, span, m[station + S_MAN_WORK])
    m[server + V_STAGE] = NONE
    if not m[server + V_BROKEN]:
        next_stage(m, x, server)


@jit
def _counter(m: Any, part: Any) -> Any:
    """Return where the parts of one product are counted."""
    product = m[part + P_PRODUCT]
    return product + R_SEEN if product != NONE else m[L_PRODUCTS] + m[L_N_PRODUCTS] * PRODUCT


@jit
def _batch_part(m: Any, station: Any) -> Any:
    """Return the first part in the queue of whose product there is enough for a batch."""
    part = m[station + S_QUEUE]
    while part != NONE:
        m[_counter(m, part)] = 0
        part = m[part + P_NEXT]
    part = m[station + S_QUEUE]
    while part != NONE:
        m[_counter(m, part)] += 1
        part = m[part + P_NEXT]
    part = m[station + S_QUEUE]
    while part != NONE and m[_counter(m, part)] < m[station + S_LEAST]:
        part = m[part + P_NEXT]
    return part


@jit
def _start_batch(m: Any, x: Any, station: Any) -> Any:
    """Start one batch, all of one product, when there is enough."""
    part = _batch_part(m, station)
    if part == NONE:
        return False
    server, product = _take_server(m, station), m[part + P_PRODUCT]
    while part != NONE and m[server + V_PARTS + 2] < m[station + S_BATCH]:
        after = m[part + P_NEXT]
        if m[part + P_PRODUCT] == product:
            remove(m, station + S_QUEUE, part)
            push(m, server + V_PARTS, part)
        part = after
    _begin(m, x, station, server)
    return True


@jit
def _start_assembly(m: Any, x: Any, station: Any) -> Any:
    """Start to put one set together, when nothing of it is missing."""
    first, after = m[station + S_BINS], m[station + S_BINS] + m[station + S_N_BINS] * BIN
    for place in range(first, after, BIN):
        if m[place + B_CONTENT + 2] < m[place + B_COUNT]:
            return False
    part = m[first + B_CONTENT]
    if m[station + S_AHEAD] and not _promise(m, station, part):
        return False
    server, joined = _take_server(m, station), 0
    for place in range(first, after, BIN):
        for _ in range(m[place + B_COUNT]):
            other = pop(m, place + B_CONTENT)
            if other != part:
                m[part + P_BAD] = max(m[part + P_BAD], m[other + P_BAD])
                drop_part(m, other)
                joined += 1
    m[L_WIP] -= joined
    if joined:
        emit(m, x, JOINED, NONE, float(joined))
    push(m, server + V_PARTS, part)
    _begin(m, x, station, server)
    return True


@jit
def _start_careful(m: Any, x: Any, station: Any) -> Any:
    """Start one operation at a station that can do more."""
    if m[station + S_BATCH] > 1:
        return _start_batch(m, x, station)
    part = _pick(m, x, station, station + S_QUEUE)
    if m[station + S_AHEAD] and not _promise(m, station, part):
        return False
    server = _take_server(m, station)
    remove(m, station + S_QUEUE, part)
    push(m, server + V_PARTS, part)
    _begin(m, x, station, server)
    return True


@jit
def _start_one(m: Any, x: Any, station: Any) -> Any:
    """Start one operation on the first free machine, when there is enough to do."""
    if m[station + S_N_BINS]:
        return _start_assembly(m, x, station)
    if m[station + S_QUEUE + 2] == 0:
        return False
    if m[station + S_CAREFUL]:
        return _start_careful(m, x, station)
    server = _take_server(m, station)
    part = pop(m, station + S_QUEUE)
    push(m, server + V_PARTS, part)
    touch(m, station)
    work(m, x, server, _service_time(m, x, station, part))
    return True


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
    part = _pick(m, x, station, station + S_YARD)
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
        while m[station + S_N_FREE] and _start_one(m, x, station):
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
    mean = _mean_time(m, x, station, part)
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
