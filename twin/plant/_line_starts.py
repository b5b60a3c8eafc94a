"""Stations of the compiled calendar: which part is next, and what starts."""

from __future__ import annotations

from typing import Any

from twin.compiled import jit
from twin.plant._line_acts import admits, ahead
from twin.plant._line_comings import touch
from twin.plant._line_machines import next_stage, reserve, work
from twin.plant._line_moves import draw, drop_part, emit, pop, push, remove
from twin.plant._line_shop import (
    BIN, BLOCKED, B_CONTENT, B_COUNT, DUE_DATE, FIFO, JOINED, LOADING, L_N_PRODUCTS, L_PRODUCTS,
    L_WIP, NONE, OWN, OWN_POOL, OWN_TIME, PRIORITY, PRODUCT, P_BAD, P_DUE, P_NEXT, P_NUMBER,
    P_PRIORITY, P_PRODUCT, R_RANK, R_SEEN, SAME_PRODUCT, SETUP, SHORTEST, STAGE, S_AHEAD, S_BATCH,
    S_BINS, S_CAREFUL, S_CYCLE_TIME, S_DISPATCH, S_FREE, S_LEAST, S_LOAD_TIME, S_MAN_LOAD,
    S_MAN_SETUP, S_MAN_WORK, S_N_BINS, S_N_FREE, S_OWN, S_QUEUE, S_RANK, S_SERVICE, S_SETUP_TIME,
    S_WATCHED, S_WATCHING, T_MANNED, T_MODE, T_SPAN, V_BROKEN, V_MODE, V_N_STAGES, V_PARTS,
    V_PRODUCT, V_PROMISED, V_STAGE, V_STAGES, V_STAGE_AT, WORKING,
)  # fmt: skip

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
def mean_time(m: Any, x: Any, station: Any, part: Any) -> Any:
    """Return the mean time that a station works on a part [s]."""
    own = _own_times(m, station, part)
    return x[own + OWN_TIME] if own != NONE else x[station + S_CYCLE_TIME]


@jit
def _service_time(m: Any, x: Any, station: Any, part: Any) -> Any:
    """Return the time that a station works on a part [s]."""
    own = _own_times(m, station, part)
    pool = m[own + OWN_POOL] if own != NONE else m[station + S_SERVICE]
    return draw(m, x, pool) if pool != NONE else mean_time(m, x, station, part)


@jit
def _urgency(m: Any, x: Any, station: Any, part: Any) -> Any:
    """Return what orders those that wait: the least goes first, then the earlier one."""
    rule = m[station + S_DISPATCH]
    if rule == PRIORITY:
        return float(-m[part + P_PRIORITY])
    if rule == DUE_DATE:
        return x[part + P_DUE] if x[part + P_DUE] > 0.0 else 1e308
    if rule == SHORTEST:
        return mean_time(m, x, station, part)
    if rule == SAME_PRODUCT and m[station + S_N_FREE]:
        return 0.0 if m[part + P_PRODUCT] == m[m[m[station + S_FREE]] + V_PRODUCT] else 1.0
    return 0.0


@jit
def pick(m: Any, x: Any, station: Any, queue: Any) -> Any:
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
    part = pick(m, x, station, station + S_QUEUE)
    if m[station + S_AHEAD] and not _promise(m, station, part):
        return False
    server = _take_server(m, station)
    remove(m, station + S_QUEUE, part)
    push(m, server + V_PARTS, part)
    _begin(m, x, station, server)
    return True


@jit
def start_one(m: Any, x: Any, station: Any) -> Any:
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
