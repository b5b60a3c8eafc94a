"""Parts that come into a line and leave it, in the compiled calendar; what is to act and record."""

from __future__ import annotations

from typing import Any

from twin.compiled import inline, jit
from twin.plant._line_moves import draw, drop_part, emit, new_part, push
from twin.plant._line_shop import (
    CONWIP, ENTER, ESCAPE, LATE, LINE_SCRAP, L_LEADS, L_LOW, L_MARKS, L_NOW, L_N_LEADS,
    L_N_PRODUCTS, L_N_STATIONS, L_PRODUCTS, L_PRODUCT_POOL, L_RELEASE, L_START, L_STATIONS,
    L_TOUCHED, L_TOUCHES, L_WIP, NONE, OFF_SHIFT, PART, PRODUCT, P_BAD, P_BORN, P_DUE, P_NUMBER,
    P_REJECTED, REWORKED, R_ENTRY, R_SHARE, STATION, S_CLOSED, S_IS_ENTRY, S_KANBAN, S_MARKED,
    S_ON_CARDS, S_PRODUCT, S_QUEUE, S_TOUCHED, TARDINESS, V_MODE, V_STATION,
)  # fmt: skip


@inline
def mark(m: Any, station: Any) -> Any:
    """Let a station act before the line is settled."""
    if not m[station + S_MARKED]:
        m[station + S_MARKED] = 1
        m[L_MARKS] += 1
        m[L_LOW] = min(m[L_LOW], station)


@inline
def touch(m: Any, station: Any) -> Any:
    """Let a station record what has changed once the line is settled."""
    if not m[station + S_TOUCHED]:
        m[station + S_TOUCHED] = 1
        m[m[L_TOUCHED] + m[L_TOUCHES]] = station
        m[L_TOUCHES] += 1


@inline
def enter_mode(m: Any, server: Any, mode: Any) -> Any:
    """Put a machine in a state."""
    m[server + V_MODE] = mode
    touch(m, m[server + V_STATION])


@inline
def standing(m: Any, station: Any, mode: Any) -> Any:
    """Return the state of a machine that does nothing: ``mode`` in the line's shift."""
    return OFF_SHIFT if m[station + S_CLOSED] else mode


# -- parts come and go --------------------------------------------------------------------------


@jit
def next_product(m: Any, x: Any, station: Any) -> Any:
    """Draw the product that comes next, of those that come in at ``station`` if it is given."""
    first = m[L_PRODUCTS]
    after = first + m[L_N_PRODUCTS] * PRODUCT
    fit, last, whole = 0, NONE, 0.0
    for product in range(first, after, PRODUCT):
        if station == NONE or m[product + R_ENTRY] == station:
            fit += 1
            last = product
            whole += x[product + R_SHARE]
    if fit <= 1:
        return last
    drawn = draw(m, x, m[L_PRODUCT_POOL] if station == NONE else m[station + S_PRODUCT]) * whole
    for product in range(first, after, PRODUCT):
        if station == NONE or m[product + R_ENTRY] == station:
            drawn -= x[product + R_SHARE]
            if drawn < 0.0:
                return product
    return last


@jit
def let_in(m: Any, x: Any, part: Any) -> Any:
    """A part enters the line."""
    m[L_WIP] += 1
    emit(m, x, ENTER, m[part + P_NUMBER], 0.0)


@jit
def put_in_queue(m: Any, station: Any, part: Any) -> Any:
    """Put a raw part in the queue of a station, whatever its places."""
    if m[station + S_KANBAN]:
        m[station + S_ON_CARDS] += 1
    push(m, station + S_QUEUE, part)
    touch(m, station)
    mark(m, station)


@jit
def let_one_in(m: Any, x: Any) -> Any:
    """A card is free: the next part enters, at every station of entry without products."""
    product = next_product(m, x, NONE)
    for rank in range(m[L_N_STATIONS] - 1, -1, -1):
        station = m[L_STATIONS] + rank * STATION
        own = product != NONE and m[product + R_ENTRY] == station
        if own or (product == NONE and m[station + S_IS_ENTRY]):
            part = new_part(m, x, product)
            let_in(m, x, part)
            put_in_queue(m, station, part)


@jit
def _gone(m: Any, x: Any, part: Any) -> Any:
    """A part has left the line."""
    drop_part(m, part)
    if m[L_RELEASE] == CONWIP:
        let_one_in(m, x)


@jit
def scrap(m: Any, x: Any, part: Any) -> Any:
    """A part has become scrap."""
    m[L_WIP] -= 1
    emit(m, x, LINE_SCRAP, m[part + P_NUMBER], 0.0)
    _gone(m, x, part)


@jit
def finish(m: Any, x: Any, part: Any) -> Any:
    """A part leaves the line as good; whether it is so nobody has seen."""
    now, number, due = x[L_NOW], m[part + P_NUMBER], x[part + P_DUE]
    lead = now - x[part + P_BORN]
    m[L_WIP] -= 1
    if m[part + P_BAD]:
        emit(m, x, ESCAPE, number, lead)
    else:
        emit(m, x, PART, number, lead)
        if now >= x[L_START]:
            x[m[L_LEADS] + m[L_N_LEADS]] = lead
            m[L_N_LEADS] += 1
        if m[part + P_REJECTED]:
            emit(m, x, REWORKED, number, 0.0)
    if due > 0.0:
        emit(m, x, TARDINESS, number, max(0.0, now - due))
        if now > due:
            emit(m, x, LATE, number, 0.0)
    _gone(m, x, part)
