"""Stations of the compiled calendar: what they may do at one instant, and where parts go."""

from __future__ import annotations

import numba

from twin.plant._line_machines import (
    bin_of, free_server, held, let_in, list_of, mark, next_product, next_stage, put_in_queue,
    redeem, reserve, scrap, finish, leave_operator, touch, work,
)  # fmt: skip
from twin.plant._line_moves import (
    KIND, RANK, draw, drop_part, emit, new_part, pop, push, remove, set_timer, station_event, take,
)  # fmt: skip
from twin.plant._line_shop import (
    ARRIVAL, BELT, BLOCKED, DEFECT, DUE_DATE, FIFO, FIXED, JOINED, LOADING, MADE, NONE, OFF_SHIFT,
    OUT, OUTBOX, PARTS, PRIORITY, QUEUE, REJECTED, SAME_PRODUCT, SATURATED, SCRAP, SETUP, SHORTEST,
    STARVED, TRANSIT, WORKING, YARD,
)  # fmt: skip

# -- room ---------------------------------------------------------------------------------------


@numba.njit
def level(s, station):  # type: ignore[no-untyped-def]
    """Return how many wait in front of a station."""
    row = s.stations[station]
    if row.n_bins == 0:
        return s.lists[list_of(s, station, QUEUE)].size
    waiting = 0
    for place in range(row.bins, row.bins + row.n_bins):
        waiting += s.lists[s.bins[place].content].size
    return waiting


@numba.njit
def has_place(s, station, part, origin):  # type: ignore[no-untyped-def]
    """Whether there is a place in front, or a machine that would take the part at once."""
    row = s.stations[station]
    if row.n_bins:
        place = s.bins[bin_of(s, station, part, origin)]
        return s.lists[place.content].size + place.coming < place.places
    straight = row.free if row.batch == 1 else 0
    return s.lists[list_of(s, station, QUEUE)].size + row.coming < row.places + straight


@numba.njit
def has_room(s, station, part, origin):  # type: ignore[no-untyped-def]
    """Whether a part could come now: on the conveyor, with a card, or to a place."""
    row = s.stations[station]
    if row.conveyor:
        on_it = s.lists[list_of(s, station, TRANSIT)].size + s.lists[list_of(s, station, BELT)].size
        return on_it + row.coming < row.conveyor
    if row.kanban:
        return row.cards + row.coming < row.kanban
    return has_place(s, station, part, origin)


@numba.njit
def arrive(s, station, part):  # type: ignore[no-untyped-def]
    """Put a part in the queue, or among those of its kind."""
    row = s.stations[station]
    if row.n_bins:
        place = s.bins[bin_of(s, station, part, s.parts[part].origin)]
        if row.transport_time > 0.0 and not row.conveyor:
            place.coming -= 1
        push(s, place.content, part)
    else:
        push(s, list_of(s, station, QUEUE), part)
    touch(s, station)
    if row.careful or row.free:
        mark(s, station)


@numba.njit
def take_in(s, station, part, origin):  # type: ignore[no-untyped-def]
    """Take a part that has room, now or when it has been brought here."""
    row = s.stations[station]
    s.parts[part].origin = origin
    if row.kanban:
        row.cards += 1
    if row.transport_time == 0.0:
        arrive(s, station, part)
        return
    if not row.conveyor:
        if row.n_bins:
            s.bins[bin_of(s, station, part, origin)].coming += 1
        if not row.kanban:
            row.coming += 1
    push(s, list_of(s, station, TRANSIT), part)
    key = ARRIVAL * KIND + station * RANK + s.parts[part].number
    set_timer(s, row.transport_time, key, 0)


@numba.njit
def brought(s, station):  # type: ignore[no-untyped-def]
    """The first part on its way is here."""
    row = s.stations[station]
    part = pop(s, list_of(s, station, TRANSIT))
    if row.conveyor:
        push(s, list_of(s, station, BELT), part)
    else:
        if not row.kanban:
            row.coming -= 1
        arrive(s, station, part)
    mark(s, station)


# -- where parts go -----------------------------------------------------------------------------


@numba.njit
def on_route(s, part):  # type: ignore[no-untyped-def]
    """Return the station that a part's step is at."""
    row = s.parts[part]
    return s.route[row.product, row.step]


@numba.njit
def along(s, station, part, detour):  # type: ignore[no-untyped-def]
    """Return the next station of a route; from a station beside it, back to where it left."""
    row, here = s.parts[part], s.stations[station]
    if detour and on_route(s, part) != station:
        if here.next == NONE:
            return on_route(s, part)
        for step in range(s.route_length[row.product]):
            if s.route[row.product, step] == here.next:
                row.step = step
                break
        return here.next
    row.step += 1
    if row.step >= s.route_length[row.product]:
        return OUT
    return on_route(s, part)


@numba.njit
def branch(s, station):  # type: ignore[no-untyped-def]
    """Draw one of the ways out of a station where parts split."""
    row = s.stations[station]
    drawn, summed = draw(s, row.route), 0.0
    last = row.branches + row.n_branches - 1
    for place in range(row.branches, last + 1):
        summed += s.branch_share[place]
        if drawn < summed:
            return s.branch_to[place]
    return s.branch_to[last]


@numba.njit
def after_rejection(s, station, part):  # type: ignore[no-untyped-def]
    """Return where a rejected part goes: it is scrap, or a station reworks it."""
    row, line, here = s.parts[part], s.line[0], s.stations[station]
    row.rejected += 1
    station_event(s, REJECTED, station, row.number, float(row.bad))
    where = here.rejects_to
    if where == SCRAP or (line.rework_limit and row.rejected > line.rework_limit):
        return SCRAP
    row.detour = where
    if row.product != NONE and s.route_length[row.product]:
        for step in range(row.step, -1, -1):
            if s.route[row.product, step] == where:
                row.step = step
                break
    return where


@numba.njit
def choose_way(s, station, part):  # type: ignore[no-untyped-def]
    """Judge what has been made, and set where it may go."""
    row, here = s.parts[part], s.stations[station]
    if not here.routed:
        row.way = FIXED
        return
    if row.detour == station:
        row.bad = 0
    if here.defect_rate > 0.0 and draw(s, here.defects) < here.defect_rate:
        row.bad = 1
        station_event(s, DEFECT, station, row.number, 0.0)
    if here.inspects:
        seen = 1.0 - here.escape if row.bad else here.false_alarm
        if draw(s, here.inspection) < seen:
            row.way = after_rejection(s, station, part)
            return
    detour = row.detour == station
    row.detour = NONE
    if row.product != NONE and s.route_length[row.product]:
        row.way = along(s, station, part, detour)
    elif here.n_branches:
        row.way = branch(s, station)
    else:
        row.way = FIXED


@numba.njit
def n_ways(s, station, part):  # type: ignore[no-untyped-def]
    """Return how many places a finished part may go to."""
    return s.stations[station].n_ways if s.parts[part].way == FIXED else 1


@numba.njit
def way(s, station, part, place):  # type: ignore[no-untyped-def]
    """Return one of the places a finished part may go to."""
    to = s.parts[part].way
    return s.ways[s.stations[station].ways + place] if to == FIXED else to


@numba.njit
def ahead(s, station, part):  # type: ignore[no-untyped-def]
    """Return where a part will go, before it is worked on."""
    row = s.parts[part]
    if s.stations[station].routed and row.product != NONE and s.route_length[row.product]:
        at = row.step + 1
        return s.route[row.product, at] if at < s.route_length[row.product] else OUT
    return s.ways[s.stations[station].ways]


# -- out ----------------------------------------------------------------------------------------


@numba.njit
def station_of(s, holder):  # type: ignore[no-untyped-def]
    """Return the station of a machine, or of a part in stock."""
    machines = s.servers.shape[0]
    if holder < machines:
        return s.servers[holder].station
    return s.stock_at[holder - machines]


@numba.njit
def first_out(s, holder):  # type: ignore[no-untyped-def]
    """Return the first finished part that is held; NONE without any."""
    machines = s.servers.shape[0]
    if holder < machines:
        return s.lists[held(s, holder, OUTBOX)].head
    return holder - machines if s.stock_at[holder - machines] != NONE else NONE


@numba.njit
def hand_over(s, holder, part, target):  # type: ignore[no-untyped-def]
    """Give the first finished part on."""
    machines, origin = s.servers.shape[0], station_of(s, holder)
    if holder < machines:
        pop(s, held(s, holder, OUTBOX))
    else:
        s.stock_at[holder - machines] = NONE
    if target == OUT:
        finish(s, part)
    elif target == SCRAP:
        scrap(s, part, origin)
    else:
        take_in(s, target, part, origin)


@numba.njit
def emptied(s, holder, station):  # type: ignore[no-untyped-def]
    """A machine, or a stock, has sent on all that it had finished."""
    row = s.stations[station]
    if holder >= s.servers.shape[0]:
        row.cards -= 1
        row.stocks -= 1
        mark(s, station)
        return
    server = s.servers[holder]
    if not server.broken:
        server.mode = OFF_SHIFT if row.closed else STARVED
    free_server(s, holder)


@numba.njit
def open_way(s, station, part):  # type: ignore[no-untyped-def]
    """Return the first place with room that nobody waits for; NONE without any."""
    for place in range(n_ways(s, station, part)):
        target = way(s, station, part, place)
        if target < 0:
            return target
        if s.stations[target].waiters == 0 and has_room(s, target, part, station):
            return target
    return NONE


@numba.njit
def wait_for_room(s, holder, part, station):  # type: ignore[no-untyped-def]
    """Keep what is finished, for want of room behind."""
    for place in range(n_ways(s, station, part)):
        target = way(s, station, part, place)
        row = s.stations[target]
        s.waiters[target, row.waiters] = holder
        row.waiters += 1
    if holder < s.servers.shape[0]:
        if not s.servers[holder].broken:
            s.servers[holder].mode = BLOCKED
        touch(s, station)
    if s.line[0].loops:
        s.line[0].suspect = station


@numba.njit
def send(s, holder, station):  # type: ignore[no-untyped-def]
    """Send on what is finished; what has no room waits."""
    while True:
        part = first_out(s, holder)
        if part == NONE:
            emptied(s, holder, station)
            return
        target = open_way(s, station, part)
        if target == NONE:
            wait_for_room(s, holder, part, station)
            return
        hand_over(s, holder, part, target)


@numba.njit
def let_waiting_in(s, station):  # type: ignore[no-untyped-def]
    """Let in the first of those who wait that has room."""
    row = s.stations[station]
    for place in range(row.waiters):
        holder = s.waiters[station, place]
        part, origin = first_out(s, holder), station_of(s, holder)
        if not has_room(s, station, part, origin):
            continue
        for k in range(n_ways(s, origin, part)):
            target = way(s, origin, part, k)
            other = s.stations[target]
            other.waiters = take(s.waiters[target], other.waiters, holder)
        hand_over(s, holder, part, station)
        send(s, holder, origin)
        mark(s, origin)
        return True
    return False


# -- what comes next ----------------------------------------------------------------------------


@numba.njit
def mean_time(s, station, part):  # type: ignore[no-untyped-def]
    """Return the mean time that a station works on a part [s]."""
    product = s.parts[part].product
    if product != NONE and s.own_time[station, product] > 0.0:
        return s.own_time[station, product]
    return s.stations[station].cycle_time


@numba.njit
def urgency(s, station, part):  # type: ignore[no-untyped-def]
    """Return what orders those that wait: the least goes first, then the earlier one."""
    row, here = s.parts[part], s.stations[station]
    rule = here.dispatch
    if rule == PRIORITY:
        return float(-row.priority)
    if rule == DUE_DATE:
        return row.due if row.due > 0.0 else 1e308
    if rule == SHORTEST:
        return mean_time(s, station, part)
    if rule == SAME_PRODUCT and here.free:
        return float(row.product != s.servers[s.free[station, 0]].product)
    return 0.0


@numba.njit
def pick(s, station, which):  # type: ignore[no-untyped-def]
    """Return the part of a list that goes first by the station's rule."""
    part = best = s.lists[which].head
    if s.stations[station].dispatch == FIFO:
        return best
    least = urgency(s, station, best)
    while part != NONE:
        found = urgency(s, station, part)
        if found < least or (found == least and s.parts[part].number < s.parts[best].number):
            best, least = part, found
        part = s.parts[part].next
    return best
