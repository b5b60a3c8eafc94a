"""Lists, timers, chance and records of the compiled calendar."""

from __future__ import annotations

import math

import numba

from twin.plant._line_shop import (
    DEFECT, LATE, LINE_EVENTS, NONE, STATION_EVENTS, TARDINESS,
)  # fmt: skip

_LINE_EVENTS, _STATION_EVENTS = len(LINE_EVENTS), len(STATION_EVENTS)
KIND, RANK = 1 << 58, 1 << 40
"""Weights of the kind and of the station's rank in a timer's key."""
INDEX = RANK - 1

# -- lists of parts -----------------------------------------------------------------------------


@numba.njit
def push(s, which, part):  # type: ignore[no-untyped-def]
    """Put a part at the end of a list."""
    row, link = s.lists[which], s.parts[part]
    link.next, link.previous = NONE, row.tail
    if row.tail == NONE:
        row.head = part
    else:
        s.parts[row.tail].next = part
    row.tail = part
    row.size += 1


@numba.njit
def remove(s, which, part):  # type: ignore[no-untyped-def]
    """Take a part off a list."""
    row, link = s.lists[which], s.parts[part]
    if link.previous == NONE:
        row.head = link.next
    else:
        s.parts[link.previous].next = link.next
    if link.next == NONE:
        row.tail = link.previous
    else:
        s.parts[link.next].previous = link.previous
    row.size -= 1


@numba.njit
def pop(s, which):  # type: ignore[no-untyped-def]
    """Take the first part off a list and return it."""
    part = s.lists[which].head
    remove(s, which, part)
    return part


@numba.njit
def new_part(s, product):  # type: ignore[no-untyped-def]
    """Return a part that is numbered and not in the line yet."""
    line = s.line[0]
    place = line.idle
    part = s.parts[place]
    line.idle = part.next
    line.n_idle -= 1
    line.numbers += 1
    part.number, part.product, part.born = line.numbers, product, line.now
    part.step = part.bad = part.rejected = part.priority = 0
    part.detour = part.way = part.origin = NONE
    part.due = 0.0
    if product != NONE:
        part.priority = s.priority[product]
        if s.due_after[product] > 0.0:
            part.due = line.now + s.due_after[product]
    return place


@numba.njit
def drop_part(s, place):  # type: ignore[no-untyped-def]
    """Give back the place of a part that is no more."""
    line = s.line[0]
    s.parts[place].next = line.idle
    line.idle = place
    line.n_idle += 1


# -- lists of numbers ---------------------------------------------------------------------------


@numba.njit
def take(row, size, value):  # type: ignore[no-untyped-def]
    """Take ``value`` out of the first ``size`` numbers of ``row``; return the new size."""
    for i in range(size):
        if row[i] == value:
            for k in range(i, size - 1):
                row[k] = row[k + 1]
            return size - 1
    return size


# -- timers -------------------------------------------------------------------------------------


@numba.njit
def _before(one, other):  # type: ignore[no-untyped-def]
    if one.time != other.time:
        return one.time < other.time
    return one.key < other.key


@numba.njit
def set_timer(s, delay, key, version):  # type: ignore[no-untyped-def]
    """Let ``key`` become due after ``delay`` [s]."""
    line, heap = s.line[0], s.heap
    time = line.now + delay
    at = line.timers
    line.timers += 1
    while at > 0:
        above = (at - 1) >> 1
        up = heap[above]
        if up.time < time or (up.time == time and up.key < key):
            break
        here = heap[at]
        here.time, here.key, here.version = up.time, up.key, up.version
        at = above
    here = heap[at]
    here.time, here.key, here.version = time, key, version


@numba.njit
def drop_first(s):  # type: ignore[no-untyped-def]
    """Take the first timer off."""
    line, heap = s.line[0], s.heap
    line.timers -= 1
    size = line.timers
    last = heap[size]
    time, key, version = last.time, last.key, last.version
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and _before(heap[below + 1], heap[below]):
            below += 1
        down = heap[below]
        if time < down.time or (time == down.time and key < down.key):
            break
        here = heap[at]
        here.time, here.key, here.version = down.time, down.key, down.version
        at = below
    here = heap[at]
    here.time, here.key, here.version = time, key, version


# -- chance -------------------------------------------------------------------------------------


@numba.njit
def draw(s, pool):  # type: ignore[no-untyped-def]
    """Return the next number of a pool; pools are filled up between instants."""
    at = s.at[pool]
    value = s.pools[pool, at]
    s.at[pool] = at + 1
    if at + 1 >= s.spare[pool]:
        s.line[0].dry = 1
    return value


# -- records ------------------------------------------------------------------------------------


@numba.njit
def emit(s, what, part, value):  # type: ignore[no-untyped-def]
    """Record that something happened: it counts from the end of the warm-up on."""
    line = s.line[0]
    if line.now >= line.start:
        s.counts[what] += 1
        s.totals[what] += value
    if line.trace:
        row = s.events[line.events]
        row.time, row.what, row.part, row.value = line.now, what, part, value
        line.events += 1


@numba.njit
def station_event(s, which, station, part, value):  # type: ignore[no-untyped-def]
    """Record an event of a station."""
    emit(s, _LINE_EVENTS + station * _STATION_EVENTS + which, part, value)


@numba.njit
def breakdown(s, server, duration):  # type: ignore[no-untyped-def]
    """Record a breakdown of a machine."""
    what = _LINE_EVENTS + s.stations.shape[0] * _STATION_EVENTS + server
    emit(s, what, NONE, duration)


@numba.njit
def counted(line, since, until):  # type: ignore[no-untyped-def]
    """Return the part of a span that is counted [s]."""
    return min(max(until, line.start), line.end) - min(max(since, line.start), line.end)


@numba.njit
def note_mode(s, place):  # type: ignore[no-untyped-def]
    """Record the state of a machine when it is new at this instant."""
    server, line = s.servers[place], s.line[0]
    if server.mode == server.noted:
        return
    if server.noted != NONE:
        s.times[place, server.noted] += counted(line, server.noted_at, line.now)
    server.noted, server.noted_at = server.mode, line.now
    if line.trace:
        row = s.states[line.states]
        row.time, row.server, row.mode = line.now, place, server.mode
        line.states += 1


@numba.njit
def sample(s, what, value):  # type: ignore[no-untyped-def]
    """Record a level: 0 is the line's work in progress, above it the stations' queues."""
    line = s.line[0]
    if line.trace:
        row = s.samples[line.samples]
        row.time, row.what, row.value = line.now, what, value
        line.samples += 1


@numba.njit
def note_level(s, place, level):  # type: ignore[no-untyped-def]
    """Record how many wait in front of a station when it is new at this instant."""
    station, line = s.stations[place], s.line[0]
    if level == station.noted:
        return
    station.area += station.noted * counted(line, station.noted_at, line.now)
    station.noted, station.noted_at = level, line.now
    sample(s, place + 1, level)


@numba.njit
def note_wip(s):  # type: ignore[no-untyped-def]
    """Record how many are in the line when it is new at this instant."""
    line = s.line[0]
    if line.wip == line.noted:
        return
    line.area += line.noted * counted(line, line.noted_at, line.now)
    line.noted, line.noted_at = line.wip, line.now
    sample(s, 0, line.wip)
