"""The compiled event calendar of a line: the same rules as the reference engine, on arrays.

All that is due at one instant happens first, in the order of its kind and station; then the
stations that it concerns act, the last of the line first, until nothing more is possible; then
what has changed is recorded, once.
"""

from __future__ import annotations

from typing import Any

import numba

from twin.plant._line_acts import (
    ahead, arrive, brought, choose_way, has_place, has_room, let_waiting_in, level, mean_time, pick,
    send, station_of, take_in,
)  # fmt: skip
from twin.plant._line_machines import (
    enter_mode, fail, free_server, gone, held, is_on, leave_operator, let_in, let_one_in, list_of,
    mark, mended, next_product, next_stage, put_in_queue, redeem, reserve, serve_people,
    serve_repairs, strike, touch, until_change, wind, work, INSTANT,
)  # fmt: skip
from twin.plant._line_moves import (
    INDEX, KIND, RANK, counted, draw, drop_first, drop_part, emit, new_part, note_level, note_mode, note_wip,
    pop, push, remove, sample, set_timer, station_event,
)  # fmt: skip
from twin.plant._line_shop import (
    ARRIVAL, ARRIVALS, BELT, BLOCKED, CONWIP, CREW_CHANGE, FAILURE, FIFO, JOINED, LOADING, LOST,
    MADE, NONE, OFF_SHIFT, OUTBOX, PARTS, PEOPLE_CHANGE, QUEUE, RELEASE, REPAIR, SATURATED, SETUP,
    SHIFT, SPOIL, STARVED, STATION_CHANGE, WORK, WORKING, YARD,
)  # fmt: skip

OVER, DRY, FULL, STUCK, BROKEN = range(5)
"""Why ``advance`` came back: horizon reached, a pool is to be filled, a table is to be emptied or
enlarged, stations wait for each other in a ring, a bound of the arrays was not kept."""

# -- starting -----------------------------------------------------------------------------------


@numba.njit
def service_time(s, station, part):  # type: ignore[no-untyped-def]
    """Return the time that a station works on a part [s]."""
    row, product = s.stations[station], s.parts[part].product
    if product != NONE and s.own_time[station, product] > 0.0:
        pool = s.own_pool[station, product]
        return draw(s, pool) if pool != NONE else s.own_time[station, product]
    return draw(s, row.service) if row.service != NONE else row.cycle_time


@numba.njit
def take_server(s, station):  # type: ignore[no-untyped-def]
    """Take the first free machine."""
    row, places = s.stations[station], s.free[station]
    first = places[0]
    row.free -= 1
    for k in range(row.free):
        places[k] = places[k + 1]
    return first


@numba.njit
def promise(s, station, part):  # type: ignore[no-untyped-def]
    """Reserve the place behind; without one the machine waits."""
    target = ahead(s, station, part)
    if target < 0:
        return True
    place = s.free[station, 0]
    if s.stations[target].waiters or not has_room(s, target, part, station):
        s.watching[target, station] = 1
        s.stations[target].watchers = 1
        if not s.servers[place].broken:
            s.servers[place].mode = BLOCKED
        touch(s, station)
        return False
    reserve(s, target, part, station, 1)
    s.servers[place].promised = target
    return True


@numba.njit
def set_stages(s, station, place, part):  # type: ignore[no-untyped-def]
    """Set the stages of an operation: set up, load, work; and which need the operator."""
    row, server = s.stations[station], s.servers[place]
    product, n = s.parts[part].product, 0
    if row.setup_time > 0.0 and server.product != NONE and server.product != product:
        s.stage_mode[place, n], s.stage_span[place, n] = SETUP, row.setup_time
        s.stage_man[place, n] = row.man_setup
        n += 1
    server.product = product
    if row.load_time > 0.0:
        s.stage_mode[place, n], s.stage_span[place, n] = LOADING, row.load_time
        s.stage_man[place, n] = row.man_load
        n += 1
    s.stage_mode[place, n], s.stage_span[place, n] = WORKING, service_time(s, station, part)
    s.stage_man[place, n] = row.man_work
    server.stage_at, server.stages = 0, n + 1


@numba.njit
def batch_product(s, station):  # type: ignore[no-untyped-def]
    """Return the first product in the queue of which there is enough for a batch; -2 for none."""
    which, least = list_of(s, station, QUEUE), s.stations[station].least
    s.seen[:] = 0
    part = s.lists[which].head
    while part != NONE:
        s.seen[s.parts[part].product + 1] += 1
        part = s.parts[part].next
    part = s.lists[which].head
    while part != NONE:
        product = s.parts[part].product
        if s.seen[product + 1] >= least:
            return product
        part = s.parts[part].next
    return -2


@numba.njit
def start_batch(s, station):  # type: ignore[no-untyped-def]
    """Start one batch, all of one product, when there is enough."""
    product = batch_product(s, station)
    if product == -2:
        return False
    place, which = take_server(s, station), list_of(s, station, QUEUE)
    mine, part, first = held(s, place, PARTS), s.lists[which].head, NONE
    while part != NONE and s.lists[mine].size < s.stations[station].batch:
        after = s.parts[part].next
        if s.parts[part].product == product:
            first = part if first == NONE else first
            remove(s, which, part)
            push(s, mine, part)
        part = after
    begin(s, station, place, first)
    return True


@numba.njit
def begin(s, station, place, part):  # type: ignore[no-untyped-def]
    """Begin an operation; a machine that is down begins when it is up."""
    touch(s, station)
    set_stages(s, station, place, part)
    s.servers[place].stage = NONE
    if not s.servers[place].broken:
        next_stage(s, place)


@numba.njit
def start_assembly(s, station):  # type: ignore[no-untyped-def]
    """Start to put one set together, when nothing of it is missing."""
    row = s.stations[station]
    for k in range(row.bins, row.bins + row.n_bins):
        if s.lists[s.bins[k].content].size < s.bins[k].count:
            return False
    part = s.lists[s.bins[row.bins].content].head
    if row.ahead and not promise(s, station, part):
        return False
    place, joined = take_server(s, station), 0
    for k in range(row.bins, row.bins + row.n_bins):
        for _ in range(s.bins[k].count):
            other = pop(s, s.bins[k].content)
            if other != part:
                s.parts[part].bad = max(s.parts[part].bad, s.parts[other].bad)
                drop_part(s, other)
                joined += 1
    s.line[0].wip -= joined
    if joined:
        emit(s, JOINED, NONE, float(joined))
    push(s, held(s, place, PARTS), part)
    begin(s, station, place, part)
    return True


@numba.njit
def start_one(s, station):  # type: ignore[no-untyped-def]
    """Start one operation on the first free machine, when there is enough to do."""
    row, which = s.stations[station], list_of(s, station, QUEUE)
    if row.n_bins:
        return start_assembly(s, station)
    if s.lists[which].size == 0:
        return False
    if not row.careful:
        place = take_server(s, station)
        part = pop(s, which)
        push(s, held(s, place, PARTS), part)
        touch(s, station)
        work(s, place, service_time(s, station, part))
        return True
    if row.batch > 1:
        return start_batch(s, station)
    part = pick(s, station, which)
    if row.ahead and not promise(s, station, part):
        return False
    place = take_server(s, station)
    remove(s, which, part)
    push(s, held(s, place, PARTS), part)
    begin(s, station, place, part)
    return True


# -- in -----------------------------------------------------------------------------------------


@numba.njit
def lacks(s, station):  # type: ignore[no-untyped-def]
    """Whether a machine is free and there is not enough in the queue to start it."""
    row = s.stations[station]
    card = row.kanban == 0 or row.cards < row.kanban
    return row.free > 0 and s.lists[list_of(s, station, QUEUE)].size < row.batch and card


@numba.njit
def feed(s, station):  # type: ignore[no-untyped-def]
    """Give a station of entry a part, when there is one for it."""
    release = s.line[0].release
    if release == CONWIP:
        return False
    if release == SATURATED:
        if not lacks(s, station):
            return False
        part = new_part(s, NONE if s.line[0].sole else next_product(s, station))
        let_in(s, part)
        put_in_queue(s, station, part)
        return True
    which = list_of(s, station, YARD)
    if s.lists[which].size == 0:
        return False
    part = pick(s, station, which)
    if not has_room(s, station, part, NONE):
        return False
    remove(s, which, part)
    take_in(s, station, part, NONE)
    return True


@numba.njit
def arrival(s, owner):  # type: ignore[no-untyped-def]
    """A part comes by itself; without a place it waits, or is lost."""
    line = s.line[0]
    station = s.owner_station[owner]
    product = next_product(s, NONE)
    if product != NONE:
        station = s.entry[product]
    part, which = new_part(s, product), list_of(s, station, YARD)
    if line.lose and (s.lists[which].size or not has_room(s, station, part, NONE)):
        emit(s, LOST, s.parts[part].number, 0.0)
        drop_part(s, part)
    else:
        let_in(s, part)
        push(s, which, part)
        mark(s, station)
    wait_for_arrival(s, owner)


@numba.njit
def wait_for_arrival(s, owner):  # type: ignore[no-untyped-def]
    """Let the next part come."""
    pool = s.owner_pool[owner]
    gap = draw(s, pool) if pool != NONE else s.line[0].gap
    set_timer(s, gap, RELEASE * KIND + owner, 0)


# -- an instant ---------------------------------------------------------------------------------


@numba.njit
def act_once(s, station):  # type: ignore[no-untyped-def]
    """Send on, start, and let in, until nothing of it is possible."""
    row = s.stations[station]
    finished = row.finished
    row.finished = 0
    for k in range(finished):
        send(s, s.finished[station, k], station)
    while True:
        while row.free and start_one(s, station):
            pass
        if row.waiters and let_in_one(s, station):
            continue
        if row.is_entry and feed(s, station):
            continue
        break
    if row.watchers:
        row.watchers = 0
        for other in range(s.stations.shape[0]):
            if s.watching[station, other]:
                s.watching[station, other] = 0
                mark(s, other)


@numba.njit
def let_in_one(s, station):  # type: ignore[no-untyped-def]
    """Let in what the conveyor holds, then the first of those who wait that has room."""
    belt = list_of(s, station, BELT)
    if s.lists[belt].size:
        part = s.lists[belt].head
        if has_place(s, station, part, s.parts[part].origin):
            pop(s, belt)
            arrive(s, station, part)
            return True
    return let_waiting_in(s, station)


@numba.njit
def act(s, station):  # type: ignore[no-untyped-def]
    """Do everything that a station can do now."""
    act_once(s, station)
    belt = list_of(s, station, BELT)
    while s.lists[belt].size and let_in_one(s, station):
        act_once(s, station)


@numba.njit
def complete(s, place):  # type: ignore[no-untyped-def]
    """An operation is done: what it made is judged, and its way is chosen."""
    server = s.servers[place]
    station = server.station
    row = s.stations[station]
    if server.operator != NONE:
        leave_operator(s, place)
    redeem(s, place)
    mine, machines = held(s, place, PARTS), s.servers.shape[0]
    together = s.lists[mine].size
    while s.lists[mine].size:
        part = pop(s, mine)
        mean = mean_time(s, station, part)
        station_event(s, MADE, station, s.parts[part].number, mean / together)
        choose_way(s, station, part)
        if row.kanban:
            s.stock_at[part] = station
            s.finished[station, row.finished] = machines + part
            row.finished += 1
            row.stocks += 1
        else:
            push(s, held(s, place, OUTBOX), part)
    if row.kanban:
        if not server.broken:
            server.mode = OFF_SHIFT if row.closed else STARVED
        free_server(s, place)
    else:
        s.finished[station, row.finished] = place
        row.finished += 1
    mark(s, station)


@numba.njit
def ring(s, place):  # type: ignore[no-untyped-def]
    """What was being done is done, or the machine breaks down at work."""
    server = s.servers[place]
    row = s.stations[server.station]
    if server.failing:
        server.failing = 0
        server.left -= server.until
        server.until = 0.0
        if row.on_failure == SPOIL and server.operator != NONE:
            leave_operator(s, place)
        fail(s, place)
        return
    if row.wears_at_work and server.stage == WORKING:
        server.until -= server.left
        if server.until < INSTANT:
            server.until = 0.0
    if row.careful and server.stage_at < server.stages:
        next_stage(s, place)
        touch(s, server.station)
        return
    server.stage = NONE
    complete(s, place)


@numba.njit
def open_or_close(s, station):  # type: ignore[no-untyped-def]
    """Begin or end the line's shift at a station; what is on a machine is finished first."""
    row, shut = s.stations[station], 1
    for k in range(s.shifts.shape[0]):
        if is_on(s.shifts[k, 0], s.shifts[k, 1], s.line[0].now):
            shut = 0
    if shut == row.closed:
        return
    row.closed = shut
    if shut:
        row.free = 0
    for place in range(row.first, row.first + row.servers):
        server = s.servers[place]
        if s.lists[held(s, place, PARTS)].size or s.lists[held(s, place, OUTBOX)].size:
            continue
        if not server.broken:
            server.mode = OFF_SHIFT if shut else STARVED
        if not shut:
            free_server(s, place)
    touch(s, station)
    mark(s, station)


@numba.njit
def set_shift_timer(s, station):  # type: ignore[no-untyped-def]
    """Let the line's next begin or end of a shift become due at a station."""
    least = 1e300
    for k in range(s.shifts.shape[0]):
        least = min(least, until_change(s.shifts[k, 0], s.shifts[k, 1], s.line[0].now))
    set_timer(s, least, SHIFT * KIND + STATION_CHANGE * RANK + station, 0)


@numba.njit
def change_shift(s, who, index):  # type: ignore[no-untyped-def]
    """A shift begins or ends: of the operators, of a crew, or of the line at a station."""
    key = SHIFT * KIND + who * RANK + index
    if who == PEOPLE_CHANGE:
        serve_people(s)
        group = s.groups[index]
        set_timer(s, until_change(group.begin, group.end, s.line[0].now), key, 0)
    elif who == CREW_CHANGE:
        serve_repairs(s, index)
        crew = s.crews[index]
        set_timer(s, until_change(crew.begin, crew.end, s.line[0].now), key, 0)
    else:
        open_or_close(s, index)
        set_shift_timer(s, index)


@numba.njit
def happen(s, key, version):  # type: ignore[no-untyped-def]
    """Do what is due."""
    kind, rank, index = key // KIND, (key // RANK) % (KIND // RANK), key & INDEX
    if kind == WORK:
        place = s.stations[rank].first + index
        if s.servers[place].version == version:
            ring(s, place)
    elif kind == REPAIR:
        mended(s, s.stations[rank].first + index)
    elif kind == FAILURE:
        strike(s, s.stations[rank].first + index)
    elif kind == ARRIVAL:
        brought(s, rank)
    elif kind == RELEASE:
        arrival(s, index)
    else:
        change_shift(s, rank, index)


@numba.njit
def let_act(s):  # type: ignore[no-untyped-def]
    """Let every marked station act until none is left, then record the changes."""
    line, stations = s.line[0], s.stations.shape[0]
    while line.marks:
        station = line.low
        while not s.stations[station].marked:
            station += 1
        s.stations[station].marked = 0
        line.marks -= 1
        line.low = station + 1
        act(s, station)
    touched = s.touched[: line.touches]
    if line.touches > 1:
        touched.sort()
    for k in range(line.touches):
        station = touched[k]
        row = s.stations[station]
        row.touched = 0
        for place in range(row.first, row.first + row.servers):
            note_mode(s, place)
        note_level(s, station, level(s, station))
    line.touches = 0
    line.low = stations
    note_wip(s)


@numba.njit
def start(s):  # type: ignore[no-untyped-def]
    """Start the people, every station, and what lets parts in; settle the first instant."""
    line = s.line[0]
    for k in range(s.groups.shape[0]):
        group = s.groups[k]
        if group.shifts:
            key = SHIFT * KIND + PEOPLE_CHANGE * RANK + k
            set_timer(s, until_change(group.begin, group.end, 0.0), key, 0)
    for k in range(s.crews.shape[0]):
        crew = s.crews[k]
        if crew.shifts:
            key = SHIFT * KIND + CREW_CHANGE * RANK + k
            set_timer(s, until_change(crew.begin, crew.end, 0.0), key, 0)
    for station in range(s.stations.shape[0]):
        row = s.stations[station]
        for place in range(row.first, row.first + row.servers):
            wind(s, place)
        mark(s, station)
        touch(s, station)
        if s.shifts.shape[0]:
            open_or_close(s, station)
            set_shift_timer(s, station)
    if line.release == CONWIP:
        for _ in range(line.cards):
            let_one_in(s)
    elif line.release == ARRIVALS:
        for owner in range(s.owner_pool.shape[0]):
            wait_for_arrival(s, owner)
    line.begun = 1
    let_act(s)


@numba.njit
def close(s):  # type: ignore[no-untyped-def]
    """Count everything up to the end."""
    line = s.line[0]
    for place in range(s.servers.shape[0]):
        server = s.servers[place]
        s.times[place, server.noted] += counted(line, server.noted_at, line.end)
    for station in range(s.stations.shape[0]):
        row = s.stations[station]
        row.area += row.noted * counted(line, row.noted_at, line.end)
    line.area += line.noted * counted(line, line.noted_at, line.end)


@numba.njit
def cramped(s):  # type: ignore[no-untyped-def]
    """Whether a table may not last through the next instant."""
    line = s.line[0]
    if line.n_idle < s.margin or line.timers + s.margin > s.heap.shape[0]:
        return True
    if line.leads + s.margin > s.lead.shape[0]:
        return True
    if not line.trace:
        return False
    rows = max(line.events, max(line.states, line.samples))
    return rows + 4 * s.margin > s.events.shape[0]


def kernel(version: str) -> Any:
    """Return the compiled calendar; the sources' ``version`` tells its cached code from older."""

    @numba.njit(cache=True, nogil=True)
    def advance(s):  # type: ignore[no-untyped-def]
        """Go on until the horizon or until something is needed; return why it stopped."""
        if len(version) == 0:
            return BROKEN
        line = s.line[0]
        if not line.begun:
            start(s)
        while True:
            if line.dry:
                return DRY
            if cramped(s):
                return FULL
            if line.timers == 0 or s.heap[0].time >= line.end:
                close(s)
                return OVER
            line.now = s.heap[0].time
            due = 0
            while line.timers and s.heap[0].time == line.now:
                s.due[due, 0], s.due[due, 1] = s.heap[0].key, s.heap[0].version
                due += 1
                drop_first(s)
            for k in range(due):
                happen(s, s.due[k, 0], s.due[k, 1])
            let_act(s)
            if line.suspect != NONE:
                station, line.suspect = line.suspect, NONE
                if stuck(s, station):
                    return STUCK

    return advance


@numba.njit
def _all_hold(s, station):  # type: ignore[no-untyped-def]
    """Whether everything at a station holds a finished part."""
    row = s.stations[station]
    if row.kanban and row.stocks:
        return row.stocks >= row.kanban
    for place in range(row.first, row.first + row.servers):
        if s.lists[held(s, place, OUTBOX)].size == 0:
            return False
    return True


@numba.njit
def stuck(s, station):  # type: ignore[no-untyped-def]
    """Whether stations wait for each other in a ring, from ``station`` on."""
    s.reached[:] = 0
    s.reached[station] = 1
    grown = True
    while grown:
        grown = False
        for here in range(s.stations.shape[0]):
            if s.reached[here] != 1:
                continue
            if not _all_hold(s, here):
                return False
            s.reached[here] = 2
            for other in range(s.stations.shape[0]):
                row = s.stations[other]
                for k in range(row.waiters):
                    if station_of(s, s.waiters[other, k]) == here and not s.reached[other]:
                        s.reached[other] = 1
                        grown = True
    return True
