"""Machines of the compiled calendar: at work, broken down, under repair, waiting for people.

Function by function the machine of the reference engine, and the people it asks for.
"""

from __future__ import annotations

import numba

from twin.plant._line_moves import (
    INDEX, KIND, RANK, breakdown, draw, drop_part, emit, new_part, pop, push, set_timer,
    station_event, take,
)  # fmt: skip
from twin.plant._line_shop import (
    BLOCKED, CONWIP, DOWN, ENTER, ESCAPE, FAILURE, LATE, LINE_SCRAP, NONE, OUTBOX, PART, PARTS,
    QUEUE, REPAIR, RESTART, REWORKED, SHIFT, SPOIL, SPOILT, STARVED, TARDINESS, WAITING_OPERATOR,
    WAITING_REPAIR, WORK, WORKING,
)  # fmt: skip

INSTANT = 1e-9
"""Failures nearer than this are now [s]; the same in every engine."""
DAY = 86_400.0
PER_STATION, PER_SERVER = 4, 2
"""Lists that each has."""


@numba.njit
def list_of(s, station, which):  # type: ignore[no-untyped-def]
    """Return the number of a list of a station."""
    return station * PER_STATION + which


@numba.njit
def held(s, server, which):  # type: ignore[no-untyped-def]
    """Return the number of a list of a machine."""
    return s.stations.shape[0] * PER_STATION + server * PER_SERVER + which


@numba.njit
def mark(s, station):  # type: ignore[no-untyped-def]
    """Let a station act before the line is settled."""
    row, line = s.stations[station], s.line[0]
    if not row.marked:
        row.marked = 1
        line.marks += 1
        line.low = min(line.low, station)


@numba.njit
def touch(s, station):  # type: ignore[no-untyped-def]
    """Let a station record what has changed once the line is settled."""
    row = s.stations[station]
    if not row.touched:
        row.touched = 1
        s.touched[s.line[0].touches] = station
        s.line[0].touches += 1


@numba.njit
def enter_mode(s, place, mode):  # type: ignore[no-untyped-def]
    """Put a machine in a state."""
    server = s.servers[place]
    server.mode = mode
    touch(s, server.station)


@numba.njit
def set_server_timer(s, kind, place, delay):  # type: ignore[no-untyped-def]
    """Let something of a machine become due after ``delay`` [s]."""
    server = s.servers[place]
    key = kind * KIND + server.station * RANK + server.index
    set_timer(s, delay, key, server.version if kind == WORK else 0)


# -- parts come and go --------------------------------------------------------------------------


@numba.njit
def next_product(s, station):  # type: ignore[no-untyped-def]
    """Draw the product that comes next, of those that come in at ``station`` if it is given."""
    fit, only, whole = 0, NONE, 0.0
    for product in range(s.entry.shape[0]):
        if station == NONE or s.entry[product] == station:
            fit += 1
            only = product
            whole += s.share[product]
    if fit <= 1:
        return only
    pool = s.line[0].product_pool if station == NONE else s.stations[station].product
    drawn = draw(s, pool) * whole
    for product in range(s.entry.shape[0]):
        if station == NONE or s.entry[product] == station:
            drawn -= s.share[product]
            if drawn < 0:
                return product
    return only


@numba.njit
def let_in(s, part):  # type: ignore[no-untyped-def]
    """A part enters the line."""
    s.line[0].wip += 1
    emit(s, ENTER, s.parts[part].number, 0.0)


@numba.njit
def put_in_queue(s, station, part):  # type: ignore[no-untyped-def]
    """Put a raw part in the queue of a station, whatever its places."""
    row = s.stations[station]
    if row.kanban:
        row.cards += 1
    push(s, list_of(s, station, QUEUE), part)
    touch(s, station)
    mark(s, station)


@numba.njit
def let_one_in(s):  # type: ignore[no-untyped-def]
    """A card is free: the next part enters, at every station of entry that its product has."""
    product = next_product(s, NONE)
    for station in range(s.stations.shape[0] - 1, -1, -1):
        given = s.entry[product] == station if product != NONE else s.stations[station].is_entry
        if given:
            part = new_part(s, product)
            let_in(s, part)
            put_in_queue(s, station, part)


@numba.njit
def gone(s, part):  # type: ignore[no-untyped-def]
    """A part has left the line."""
    drop_part(s, part)
    if s.line[0].release == CONWIP:
        let_one_in(s)


@numba.njit
def scrap(s, part, origin):  # type: ignore[no-untyped-def]
    """A part has become scrap."""
    number = s.parts[part].number
    s.line[0].wip -= 1
    emit(s, LINE_SCRAP, number, 0.0)
    station_event(s, SPOILT, origin, number, 0.0)
    gone(s, part)


@numba.njit
def finish(s, part):  # type: ignore[no-untyped-def]
    """A part leaves the line as good; whether it is so nobody has seen."""
    line, row = s.line[0], s.parts[part]
    now = line.now
    line.wip -= 1
    emit(s, ESCAPE if row.bad else PART, row.number, now - row.born)
    if not row.bad:
        if now >= line.start:
            s.lead[line.leads] = now - row.born
            line.leads += 1
        if row.rejected:
            emit(s, REWORKED, row.number, 0.0)
    if row.due > 0.0:
        emit(s, TARDINESS, row.number, max(0.0, now - row.due))
        if now > row.due:
            emit(s, LATE, row.number, 0.0)
    gone(s, part)


# -- people -------------------------------------------------------------------------------------


@numba.njit
def is_on(begin, end, now):  # type: ignore[no-untyped-def]
    """Whether a shift works at ``now`` [s]."""
    if begin == end or (begin == 0 and end >= DAY):
        return True
    into = now % DAY
    if begin <= end:
        return begin <= into < end
    return into >= begin or into < end


@numba.njit
def until_change(begin, end, now):  # type: ignore[no-untyped-def]
    """Return how long it is to the next begin or end of a shift [s]."""
    into = now % DAY
    one, other = (begin - into) % DAY, (end - into) % DAY
    return min(one if one > 0.0 else DAY, other if other > 0.0 else DAY)


@numba.njit
def find_group(s, skill):  # type: ignore[no-untyped-def]
    """Return the first group of operators of whom one is here, free, and knows how."""
    for place in range(s.groups.shape[0]):
        group = s.groups[place]
        here = is_on(group.begin, group.end, s.line[0].now)
        if here and s.can[place, skill] and group.busy < group.count:
            return place
    return NONE


@numba.njit
def ask_operator(s, place):  # type: ignore[no-untyped-def]
    """Return an operator for a machine; else it waits, and gets the next one."""
    line, server = s.line[0], s.servers[place]
    if server.asking:
        return NONE
    group = find_group(s, s.stations[server.station].skill)
    if group == NONE:
        server.asking = 1
        s.asking[line.asked] = place
        line.asked += 1
    else:
        s.groups[group].busy += 1
    return group


@numba.njit
def serve_people(s):  # type: ignore[no-untyped-def]
    """Give whoever waits an operator, the longest waiting first."""
    line = s.line[0]
    at = 0
    while at < line.asked:
        place = s.asking[at]
        server = s.servers[place]
        group = find_group(s, s.stations[server.station].skill)
        if group == NONE:
            at += 1
            continue
        s.groups[group].busy += 1
        line.asked = take(s.asking, line.asked, place)
        server.asking = 0
        server.operator = group
        if not server.broken:
            take_stage(s, place)


@numba.njit
def leave_operator(s, place):  # type: ignore[no-untyped-def]
    """Let the operator of a machine go."""
    server = s.servers[place]
    group = server.operator
    server.operator = NONE
    if group != NONE:
        s.groups[group].busy -= 1
        serve_people(s)


@numba.njit
def serve_repairs(s, place):  # type: ignore[no-untyped-def]
    """Let a crew begin the repairs it has people for, in the order of the breakdowns."""
    crew = s.crews[place]
    if not is_on(crew.begin, crew.end, s.line[0].now):
        return
    while crew.waiting and crew.busy < crew.count:
        crew.busy += 1
        server = s.broken[place, 0]
        crew.waiting = take(s.broken[place], crew.waiting, server)
        repair(s, server, s.servers[server].repair_time)


# -- an operation -------------------------------------------------------------------------------


@numba.njit
def run(s, place):  # type: ignore[no-untyped-def]
    """Go on with a stage, until it is done or the machine breaks down at work."""
    server = s.servers[place]
    server.mode = server.stage
    span = server.left
    if server.until < span and server.stage == WORKING:
        if s.stations[server.station].wears_at_work:
            if server.until <= INSTANT:
                fail(s, place)
                return
            server.failing = 1
            span = server.until
    server.ran = s.line[0].now
    set_server_timer(s, WORK, place, span)


@numba.njit
def take_stage(s, place):  # type: ignore[no-untyped-def]
    """Begin the next stage; whom it needs is there."""
    server = s.servers[place]
    at = server.stage_at
    server.stage_at = at + 1
    server.stage = s.stage_mode[place, at]
    server.left = server.whole = s.stage_span[place, at]
    run(s, place)


@numba.njit
def next_stage(s, place):  # type: ignore[no-untyped-def]
    """Go to the next stage, as soon as there is an operator where it needs one."""
    server = s.servers[place]
    if s.stage_man[place, server.stage_at]:
        if server.operator == NONE:
            server.operator = ask_operator(s, place)
            if server.operator == NONE:
                enter_mode(s, place, WAITING_OPERATOR)
                return
    elif server.operator != NONE:
        leave_operator(s, place)
    take_stage(s, place)


@numba.njit
def work(s, place, span):  # type: ignore[no-untyped-def]
    """Begin the one stage of a plain operation [s]."""
    server = s.servers[place]
    server.stage = WORKING
    server.left = server.whole = span
    if not server.broken:
        run(s, place)


# -- failure and repair -------------------------------------------------------------------------


@numba.njit
def wind(s, place):  # type: ignore[no-untyped-def]
    """Draw when the machine fails next."""
    server = s.servers[place]
    station = s.stations[server.station]
    server.until = draw(s, station.failure) if station.failure != NONE else station.mean_failure
    if not station.wears_at_work and server.until < 1e300:
        set_server_timer(s, FAILURE, place, server.until)


@numba.njit
def repair(s, place, duration):  # type: ignore[no-untyped-def]
    """Repair a machine in ``duration`` [s]."""
    enter_mode(s, place, DOWN)
    set_server_timer(s, REPAIR, place, duration)


@numba.njit
def free_server(s, place):  # type: ignore[no-untyped-def]
    """A machine can take the next part; a lone one even when it is down."""
    server = s.servers[place]
    station = s.stations[server.station]
    touch(s, server.station)
    mark(s, server.station)
    if station.closed or (server.broken and station.servers > 1):
        return
    row = s.free[server.station]
    at = 0
    while at < station.free and row[at] < place:
        at += 1
    if at < station.free and row[at] == place:
        return
    for k in range(station.free, at, -1):
        row[k] = row[k - 1]
    row[at] = place
    station.free += 1


@numba.njit
def reserve(s, target, part, origin, more):  # type: ignore[no-untyped-def]
    """Keep a place for a part that will come, or give it back with ``more`` = -1."""
    row = s.stations[target]
    if row.n_bins:
        s.bins[bin_of(s, target, part, origin)].coming += more
    else:
        row.coming += more


@numba.njit
def bin_of(s, station, part, origin):  # type: ignore[no-untyped-def]
    """Return in which bin of an assembly a part belongs: by where it comes from, or by product."""
    row = s.stations[station]
    for place in range(row.bins, row.bins + row.n_bins):
        if s.bins[place].origin == origin and origin != NONE:
            return place
    for place in range(row.bins, row.bins + row.n_bins):
        if s.bins[place].product == s.parts[part].product and s.bins[place].product != NONE:
            return place
    return row.bins


@numba.njit
def redeem(s, place):  # type: ignore[no-untyped-def]
    """Use the place that was reserved, or give it back."""
    server = s.servers[place]
    if server.promised != NONE:
        part = s.lists[held(s, place, PARTS)].head
        reserve(s, server.promised, part, server.station, -1)
        mark(s, server.promised)
        server.promised = NONE


@numba.njit
def lose(s, place):  # type: ignore[no-untyped-def]
    """What a machine worked on is spoilt."""
    server = s.servers[place]
    station = s.stations[server.station]
    redeem(s, place)
    mine = held(s, place, PARTS)
    if station.kanban:
        station.cards -= s.lists[mine].size
    while s.lists[mine].size:
        scrap(s, pop(s, mine), server.station)
    free_server(s, place)


@numba.njit
def fail(s, place):  # type: ignore[no-untyped-def]
    """A machine has broken down: it is repaired, by the crew where it has one."""
    server = s.servers[place]
    station = s.stations[server.station]
    server.broken = 1
    if server.stage != NONE and station.on_failure == SPOIL:
        server.stage = NONE
        lose(s, place)
    elif server.stage != NONE and station.on_failure == RESTART:
        server.left = server.whole
    duration = draw(s, station.repair) if station.repair != NONE else station.mean_repair
    breakdown(s, place, duration)
    if station.servers > 1:
        station.free = take(s.free[server.station], station.free, place)
    if station.crew == NONE:
        repair(s, place, duration)
        return
    crew = s.crews[station.crew]
    server.repair_time = duration
    s.broken[station.crew, crew.waiting] = place
    crew.waiting += 1
    enter_mode(s, place, WAITING_REPAIR)
    serve_repairs(s, station.crew)


@numba.njit
def strike(s, place):  # type: ignore[no-untyped-def]
    """The failure clock of the calendar has run out."""
    server = s.servers[place]
    server.until = 0.0
    if server.stage != NONE:
        server.left -= s.line[0].now - server.ran
        server.version += 1
        if s.stations[server.station].on_failure == SPOIL:
            leave_operator(s, place)
    fail(s, place)


@numba.njit
def mended(s, place):  # type: ignore[no-untyped-def]
    """A machine is up again."""
    server = s.servers[place]
    station = s.stations[server.station]
    server.broken = 0
    if station.crew != NONE:
        s.crews[station.crew].busy -= 1
        serve_repairs(s, station.crew)
    wind(s, place)
    if s.lists[held(s, place, OUTBOX)].size:
        enter_mode(s, place, BLOCKED)
    elif server.stage != NONE:
        run(s, place)
        touch(s, server.station)
    elif s.lists[held(s, place, PARTS)].size:
        next_stage(s, place)
        touch(s, server.station)
    else:
        enter_mode(s, place, STARVED)
        free_server(s, place)
