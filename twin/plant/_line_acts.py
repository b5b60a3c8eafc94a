"""Stations of the compiled calendar: their room, and where parts go."""

from __future__ import annotations

from typing import Any

from twin.compiled import jit
from twin.plant._line_comings import finish, mark, scrap, standing, touch
from twin.plant._line_machines import bin_of, free_server
from twin.plant._line_moves import draw, pop, push, station_event, take
from twin.plant._line_shop import (
    BIN, BLOCKED, BRANCH, B_COMING, B_CONTENT, B_PLACES, DEFECT, FIXED, L_AT_ARRIVAL, L_LOOPS,
    L_NOW, L_PARTS, L_REWORK_LIMIT, L_SUSPECT, NONE, OUT, P_BAD, P_COMES, P_DETOUR, P_NUMBER,
    P_ORIGIN, P_PRODUCT, P_REJECTED, P_STEP, P_STOCK, P_WAY, REJECTED, R_LENGTH, R_ROUTE, SCRAP,
    STARVED, S_BATCH, S_BELT, S_BINS, S_BRANCHES, S_CAREFUL, S_COMING, S_CONVEYOR, S_DEFECTS,
    S_DEFECT_RATE, S_ESCAPE, S_FALSE_ALARM, S_INSPECTION, S_INSPECTS, S_KANBAN, S_NEXT,
    S_N_BINS, S_N_BRANCHES, S_N_FREE, S_N_WAITERS, S_N_WAYS, S_ON_CARDS, S_PLACES, S_QUEUE,
    S_RANK, S_REJECTS_TO, S_ROUTE, S_ROUTED, S_STOCKS, S_TRANSIT, S_TRANSPORT_TIME, S_WAITERS,
    S_WAYS, V_BROKEN, V_MODE, V_OUTBOX, V_STATION, W_SHARE, W_STATION,
)  # fmt: skip
from twin.plant._line_timers import set_timer

# -- room ---------------------------------------------------------------------------------------


@jit
def level(m: Any, station: Any) -> Any:
    """Return how many wait in front of a station."""
    waiting = m[station + S_QUEUE + 2]
    for k in range(m[station + S_N_BINS]):
        waiting += m[m[station + S_BINS] + k * BIN + B_CONTENT + 2]
    return waiting


@jit
def has_place(m: Any, station: Any, part: Any, origin: Any) -> Any:
    """Whether there is a place in front, or a machine that would take the part at once."""
    if m[station + S_N_BINS]:
        place = bin_of(m, station, part, origin)
        return m[place + B_CONTENT + 2] + m[place + B_COMING] < m[place + B_PLACES]
    straight = m[station + S_N_FREE] if m[station + S_BATCH] == 1 else 0
    return m[station + S_QUEUE + 2] + m[station + S_COMING] < m[station + S_PLACES] + straight


@jit
def has_room(m: Any, station: Any, part: Any, origin: Any) -> Any:
    """Whether a part could come now: on the conveyor, with a card, or to a place."""
    if m[station + S_CONVEYOR]:
        on_it = m[station + S_TRANSIT + 2] + m[station + S_BELT + 2]
        return on_it + m[station + S_COMING] < m[station + S_CONVEYOR]
    if m[station + S_KANBAN]:
        return m[station + S_ON_CARDS] + m[station + S_COMING] < m[station + S_KANBAN]
    return has_place(m, station, part, origin)


@jit
def arrive(m: Any, x: Any, station: Any, part: Any) -> Any:
    """Put a part in the queue, or among those of its kind."""
    if m[station + S_N_BINS]:
        place = bin_of(m, station, part, m[part + P_ORIGIN])
        if x[station + S_TRANSPORT_TIME] > 0.0 and not m[station + S_CONVEYOR]:
            m[place + B_COMING] -= 1
        push(m, place + B_CONTENT, part)
    else:
        push(m, station + S_QUEUE, part)
    touch(m, station)
    if m[station + S_CAREFUL] or m[station + S_N_FREE]:
        mark(m, station)


@jit
def take_in(m: Any, x: Any, station: Any, part: Any, origin: Any) -> Any:
    """Take a part that has room, now or when it has been brought here."""
    m[part + P_ORIGIN] = origin
    if m[station + S_KANBAN]:
        m[station + S_ON_CARDS] += 1
    if x[station + S_TRANSPORT_TIME] == 0.0:
        arrive(m, x, station, part)
        return
    if not m[station + S_CONVEYOR]:
        if m[station + S_N_BINS]:
            m[bin_of(m, station, part, origin) + B_COMING] += 1
        if not m[station + S_KANBAN]:
            m[station + S_COMING] += 1
    x[part + P_COMES] = x[L_NOW] + x[station + S_TRANSPORT_TIME]
    push(m, station + S_TRANSIT, part)
    if m[station + S_TRANSIT + 2] == 1:
        set_timer(m, x, x[part + P_COMES], m[L_AT_ARRIVAL] + m[station + S_RANK])


@jit
def brought(m: Any, x: Any, station: Any) -> Any:
    """Whatever was to be here by now is here; the next one on its way is awaited."""
    while m[station + S_TRANSIT + 2] and x[m[station + S_TRANSIT] + P_COMES] <= x[L_NOW]:
        part = pop(m, station + S_TRANSIT)
        if m[station + S_CONVEYOR]:
            push(m, station + S_BELT, part)
        else:
            if not m[station + S_KANBAN]:
                m[station + S_COMING] -= 1
            arrive(m, x, station, part)
        mark(m, station)
    if m[station + S_TRANSIT + 2]:
        comes = x[m[station + S_TRANSIT] + P_COMES]
        set_timer(m, x, comes, m[L_AT_ARRIVAL] + m[station + S_RANK])


# -- where parts go -----------------------------------------------------------------------------


@jit
def _has_route(m: Any, part: Any) -> Any:
    """Whether a part's product has a route of its own."""
    return m[part + P_PRODUCT] != NONE and m[m[part + P_PRODUCT] + R_LENGTH] > 0


@jit
def _on_route(m: Any, part: Any, step: Any) -> Any:
    """Return the station of a step of a part's route; the way out behind the last."""
    product = m[part + P_PRODUCT]
    return m[m[product + R_ROUTE] + step] if step < m[product + R_LENGTH] else OUT


@jit
def _along(m: Any, station: Any, part: Any, detour: Any) -> Any:
    """Return the next station of a route; from a station beside it, back to where it left."""
    if detour and _on_route(m, part, m[part + P_STEP]) != station:
        after = m[station + S_NEXT]
        if after == NONE:
            return _on_route(m, part, m[part + P_STEP])
        for step in range(m[m[part + P_PRODUCT] + R_LENGTH]):
            if _on_route(m, part, step) == after:
                m[part + P_STEP] = step
                break
        return after
    m[part + P_STEP] += 1
    return _on_route(m, part, m[part + P_STEP])


@jit
def _branch(m: Any, x: Any, station: Any) -> Any:
    """Draw one of the ways out of a station where parts split."""
    drawn, summed = draw(m, x, m[station + S_ROUTE]), 0.0
    branch = m[station + S_BRANCHES]
    for _ in range(m[station + S_N_BRANCHES]):
        summed += x[branch + W_SHARE]
        if drawn < summed:
            return m[branch + W_STATION]
        branch += BRANCH
    return m[branch - BRANCH + W_STATION]


@jit
def _after_rejection(m: Any, x: Any, station: Any, part: Any) -> Any:
    """Return where a rejected part goes: it is scrap, or a station reworks it."""
    m[part + P_REJECTED] += 1
    station_event(m, x, REJECTED, station, m[part + P_NUMBER], float(m[part + P_BAD]))
    where, limit = m[station + S_REJECTS_TO], m[L_REWORK_LIMIT]
    if where == SCRAP or (limit and m[part + P_REJECTED] > limit):
        return SCRAP
    m[part + P_DETOUR] = where
    if _has_route(m, part):
        for step in range(m[part + P_STEP], -1, -1):
            if _on_route(m, part, step) == where:
                m[part + P_STEP] = step
                break
    return where


@jit
def choose_way(m: Any, x: Any, station: Any, part: Any) -> Any:
    """Judge what has been made, and set where it may go."""
    m[part + P_WAY] = FIXED
    if not m[station + S_ROUTED]:
        return
    if m[part + P_DETOUR] == station:
        m[part + P_BAD] = 0
    rate = x[station + S_DEFECT_RATE]
    if rate > 0.0 and draw(m, x, m[station + S_DEFECTS]) < rate:
        m[part + P_BAD] = 1
        station_event(m, x, DEFECT, station, m[part + P_NUMBER], 0.0)
    if m[station + S_INSPECTS]:
        seen = 1.0 - x[station + S_ESCAPE] if m[part + P_BAD] else x[station + S_FALSE_ALARM]
        if draw(m, x, m[station + S_INSPECTION]) < seen:
            m[part + P_WAY] = _after_rejection(m, x, station, part)
            return
    detour = m[part + P_DETOUR] == station
    m[part + P_DETOUR] = NONE
    if _has_route(m, part):
        m[part + P_WAY] = _along(m, station, part, detour)
    elif m[station + S_N_BRANCHES]:
        m[part + P_WAY] = _branch(m, x, station)


@jit
def _n_ways(m: Any, station: Any, part: Any) -> Any:
    """Return how many places a finished part may go to."""
    return m[station + S_N_WAYS] if m[part + P_WAY] == FIXED else 1


@jit
def _way(m: Any, station: Any, part: Any, place: Any) -> Any:
    """Return one of the places a finished part may go to."""
    to = m[part + P_WAY]
    return m[m[station + S_WAYS] + place] if to == FIXED else to


@jit
def ahead(m: Any, station: Any, part: Any) -> Any:
    """Return where a part will go, before it is worked on."""
    if m[station + S_ROUTED] and _has_route(m, part):
        return _on_route(m, part, m[part + P_STEP] + 1)
    return m[m[station + S_WAYS]]


# -- out: a holder is a machine, or a finished part in stock ------------------------------------


@jit
def station_of(m: Any, holder: Any) -> Any:
    """Return the station of a holder."""
    return m[holder + V_STATION] if holder < m[L_PARTS] else m[holder + P_STOCK]


@jit
def _first_out(m: Any, holder: Any) -> Any:
    """Return the first finished part that is held; NONE without any."""
    if holder < m[L_PARTS]:
        return m[holder + V_OUTBOX]
    return holder if m[holder + P_STOCK] != NONE else NONE


@jit
def _hand_over(m: Any, x: Any, holder: Any, part: Any, target: Any, origin: Any) -> Any:
    """Give the first finished part on."""
    if holder < m[L_PARTS]:
        pop(m, holder + V_OUTBOX)
    else:
        m[holder + P_STOCK] = NONE
    if target == OUT:
        finish(m, x, part)
    elif target == SCRAP:
        scrap(m, x, part)
    else:
        take_in(m, x, target, part, origin)


@jit
def _emptied(m: Any, holder: Any, station: Any) -> Any:
    """A machine, or a stock, has sent on all that it had finished."""
    if holder >= m[L_PARTS]:
        m[station + S_ON_CARDS] -= 1
        m[station + S_STOCKS] -= 1
        mark(m, station)
        return
    if not m[holder + V_BROKEN]:
        m[holder + V_MODE] = standing(m, station, STARVED)
    free_server(m, holder)


@jit
def admits(m: Any, station: Any, part: Any, origin: Any) -> Any:
    """Whether a part can come now: there is room, and nobody waits for it longer."""
    for k in range(m[station + S_N_WAITERS]):
        if m[station + S_N_BINS] == 0:
            return False
        holder = m[m[station + S_WAITERS] + k]
        other = bin_of(m, station, _first_out(m, holder), station_of(m, holder))
        if other == bin_of(m, station, part, origin):
            return False
    return has_room(m, station, part, origin)


@jit
def _open_way(m: Any, station: Any, part: Any) -> Any:
    """Return the first place with room that nobody waits for; NONE without any."""
    for place in range(_n_ways(m, station, part)):
        target = _way(m, station, part, place)
        if target < 0:
            return target
        if admits(m, target, part, station):
            return target
    return NONE


@jit
def wait_for_room(m: Any, holder: Any, part: Any, station: Any) -> Any:
    """Keep what is finished, for want of room behind."""
    for place in range(_n_ways(m, station, part)):
        target = _way(m, station, part, place)
        m[m[target + S_WAITERS] + m[target + S_N_WAITERS]] = holder
        m[target + S_N_WAITERS] += 1
    if holder < m[L_PARTS]:
        if not m[holder + V_BROKEN]:
            m[holder + V_MODE] = standing(m, station, BLOCKED)
        touch(m, station)
    if m[L_LOOPS]:
        m[L_SUSPECT] = station


@jit
def send(m: Any, x: Any, holder: Any, station: Any) -> Any:
    """Send on what is finished; what has no room waits."""
    while True:
        part = _first_out(m, holder)
        if part == NONE:
            _emptied(m, holder, station)
            return
        target = _open_way(m, station, part)
        if target == NONE:
            wait_for_room(m, holder, part, station)
            return
        _hand_over(m, x, holder, part, target, station)


@jit
def let_waiting_in(m: Any, x: Any, station: Any) -> Any:
    """Let in the first of those who wait that has room."""
    for place in range(m[station + S_N_WAITERS]):
        holder = m[m[station + S_WAITERS] + place]
        part, origin = _first_out(m, holder), station_of(m, holder)
        if not has_room(m, station, part, origin):
            continue
        for k in range(_n_ways(m, origin, part)):
            other = _way(m, origin, part, k)
            left = take(m, m[other + S_WAITERS], m[other + S_N_WAITERS], holder)
            m[other + S_N_WAITERS] = left
        _hand_over(m, x, holder, part, station, origin)
        send(m, x, holder, origin)
        mark(m, origin)
        return True
    return False
