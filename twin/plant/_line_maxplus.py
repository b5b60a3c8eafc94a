"""Serial lines as a compiled recursion: exact where parts keep their order.

With ``S`` start, ``F`` finish and ``D`` departure of part *i* at station *j*, ``B[j]`` places in
front of station *j* and ``X`` its time at work::

    S[i, j] = max(D[i, j-1], D[i-1, j])
    F[i, j] = S[i, j] + X[i, j] + repairs that fall within X
    D[i, j] = max(F[i, j], D[i - B[j+1] - 1, j+1])

Blocking before service puts the last bound on ``S`` instead of ``D``. The sums that KPIs need are
taken while the recursion runs, clipped to the counted time, so a long run needs no rows. The
additions are those of the event-driven engine, in its order: times are equal bit for bit.

References
----------
Buzacott, J. A. and Shanthikumar, J. G. (1993). Stochastic Models of Manufacturing Systems,
chapter 5 (sample paths of tandem lines with finite buffers).
Baccelli, F., Cohen, G., Olsder, G. J. and Quadrat, J.-P. (1992). Synchronization and Linearity.
"""

from __future__ import annotations

from typing import Any

import numba

INSTANT = 1e-9
"""Failures nearer than this are now [s]; the same in every engine."""
WORKING, STARVED, BLOCKED, DOWN, BREAKDOWNS, REPAIR = range(6)
"""Columns of the stations' sums: four times [s], breakdowns, and their repair times [s]."""
OUT, LEAD, WIP, LOST = range(4)
"""Places of the line's sums: parts out, their lead times [s], part-seconds in the line, parts lost
at the door."""
SATURATED, WAIT, LOSE = range(3)
"""How parts come in."""
MORE, DRY, NO_GAPS, OVER = range(4)
"""Why ``advance`` came back: block used up, a pool of failures or of gaps dry, horizon reached."""
PART, STATION, TOTAL, BREAKS, GAP = range(5)
"""Places of the cursor: part in the block, station, parts before it, breaks traced, next gap."""
ARRIVAL, HERE, BORN = range(3)
"""Places of the clock: latest arrival, the present part at hand, and its way in [s]."""


@numba.njit(cache=True, nogil=True, inline="always")
def _inside(time, window):  # type: ignore[no-untyped-def]
    """Return ``time`` moved into the counted window."""
    return min(max(time, window[0]), window[1])


@numba.njit(cache=True, nogil=True)
def _enough(j, work, left, pools, at):  # type: ignore[no-untyped-def]
    """Return whether the pool of station ``j`` has the failures that fall within ``work``."""
    total, place = left[j], at[j]
    while total < work:
        place += 1
        if place >= pools.shape[2]:
            return False
        total += pools[0, j, place]
    # One to spare: sums in another order may need one failure more.
    return place + 2 < pools.shape[2]


@numba.njit(cache=True, nogil=True)
def _broken_work(j, start, work, left, pools, at, window, sums, breaks, cursor):  # type: ignore[no-untyped-def]
    """Return when ``work`` from ``start`` is finished, with repairs between."""
    now, rest = start, work
    while left[j] < rest:
        if left[j] > INSTANT:
            now += left[j]
            rest -= left[j]
        repair = pools[1, j, at[j]]
        at[j] += 1
        left[j] = pools[0, j, at[j]]
        sums[j, DOWN] += _inside(now + repair, window) - _inside(now, window)
        if window[0] <= now < window[1]:
            sums[j, BREAKDOWNS] += 1
            sums[j, REPAIR] += repair
        if breaks.shape[0] > 0:
            row = breaks[cursor[BREAKS]]
            row[0], row[1], row[2], row[3] = cursor[TOTAL] + cursor[PART], j, now, repair
            cursor[BREAKS] += 1
        now += repair
    left[j] -= rest
    return now + rest


@numba.njit(cache=True, nogil=True)
def _enter(n, mode, gaps, lag, past, window, clock, cursor, line):  # type: ignore[no-untyped-def]
    """Set when part ``n`` comes in; return False when the gaps between arrivals are used up."""
    mask = past.shape[0] - 1
    while True:
        if cursor[GAP] >= gaps.shape[0]:
            return False
        clock[ARRIVAL] += gaps[cursor[GAP]]
        cursor[GAP] += 1
        room = past[(n - lag[0]) & mask, 0]
        if mode == WAIT:
            clock[HERE] = max(clock[ARRIVAL], room)
            return True
        if room <= clock[ARRIVAL] or clock[ARRIVAL] >= window[1]:
            clock[HERE] = clock[ARRIVAL]
            return True
        if clock[ARRIVAL] >= window[0]:
            line[LOST] += 1


@numba.njit(cache=True, nogil=True, inline="always")
def _leave(born, out, window, line):  # type: ignore[no-untyped-def]
    """Add a part that came in at ``born`` and left at ``out``."""
    line[WIP] += _inside(out, window) - _inside(born, window)
    if window[0] <= out < window[1]:
        line[OUT] += 1
        line[LEAD] += out - born


@numba.njit(cache=True, nogil=True)
def advance(work, mode, gaps, pools, lag, early, window, clock, past, last, left, at, cursor,
            sums, line, trace, breaks):  # type: ignore[no-untyped-def]  # fmt: skip
    """Pass the parts of one block through the line; return why it stopped.

    Parameters
    ----------
    work : float array, (stations, parts)
        Times at work [s].
    mode : int
        SATURATED, WAIT (arrivals wait for room) or LOSE (arrivals are lost without room).
    gaps : float array, (any,)
        Times between arrivals [s]; unused when saturated.
    pools : float array, (2, stations, places)
        Working times to failure, and repair times [s].
    lag : int array, (stations + 1,)
        Places in front of each station and at it; 1 behind the last.
    early : bool array, (stations,)
        Stations that wait for room before work instead of after it.
    window : float array, (2,)
        Start and end of the counted time [s].
    clock : float array, (3,)
        See ARRIVAL, HERE, BORN [s].
    past : float array, (ring, stations + 1)
        Departures of the latest parts; the ring is a power of two above every lag.
    last, left : float arrays, (stations,)
        Latest departure, and working time left until the next failure [s]; infinite for never.
    at : int array, (stations,)
        Next place in each pool.
    cursor : int array, (5,)
        See PART, STATION, TOTAL, BREAKS, GAP.
    sums, line : float arrays, (stations, 6) and (4,)
        What KPIs need.
    trace : float array, (4, stations, parts), or without parts
        Arrival, start, finish and departure of every part, if wanted.
    breaks : float array, (places, 4), or without places
        Part, station, time and duration of every breakdown, if wanted.
    """
    stations, parts = work.shape
    mask = past.shape[0] - 1
    for i in range(cursor[PART], parts):
        n = cursor[TOTAL] + i
        cursor[PART] = i
        if cursor[STATION] == 0:
            clock[HERE] = last[0]
            if mode != SATURATED and not _enter(n, mode, gaps, lag, past, window, clock, cursor, line):
                return NO_GAPS
            clock[BORN] = clock[HERE]
        here = clock[HERE]
        for j in range(cursor[STATION], stations):
            task = work[j, i]
            broken = left[j] < task
            if broken and not _enough(j, task, left, pools, at):
                cursor[STATION], clock[HERE] = j, here
                return DRY
            free = last[j]
            came = max(here, free)
            room = past[(n - lag[j + 1]) & mask, j + 1]
            start = max(came, room) if early[j] else came
            if broken:
                finish = _broken_work(j, start, task, left, pools, at, window, sums, breaks, cursor)
            else:
                finish = start + task
                left[j] -= task
            if left[j] < INSTANT:
                left[j] = 0.0
            leave = finish if early[j] else max(finish, room)
            begun, done = _inside(start, window), _inside(finish, window)
            arrived = _inside(came, window)
            sums[j, STARVED] += arrived - _inside(free, window)
            sums[j, WORKING] += done - begun
            sums[j, BLOCKED] += _inside(leave, window) - done + begun - arrived
            if trace.shape[2] > 0:
                trace[0, j, i], trace[1, j, i] = here, start
                trace[2, j, i], trace[3, j, i] = finish, leave
            past[n & mask, j] = leave
            last[j] = leave
            here = leave
        cursor[STATION] = 0
        _leave(clock[BORN], here, window, line)
        if clock[BORN] >= window[1]:
            return OVER
    cursor[PART] = parts
    return MORE
