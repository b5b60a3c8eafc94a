"""Serial lines as a compiled recursion: exact where parts keep their order.

With ``S`` start, ``F`` finish and ``D`` departure of part *i* at station *j*, ``B[j]`` places in
front of station *j* and ``X`` its time at work::

    S[i, j] = max(D[i, j-1], D[i-1, j])
    F[i, j] = S[i, j] + X[i, j] + repairs that fall within X
    D[i, j] = max(F[i, j], D[i - B[j+1] - 1, j+1])

Blocking before service puts the last bound on ``S`` instead of ``D``. The sums that KPIs need are
taken while the recursion runs, clipped to the counted time, so a long run needs no rows. The
additions are those of the event-driven engines, in their order: times are equal bit for bit.

References
----------
Buzacott, J. A. and Shanthikumar, J. G. (1993). Stochastic Models of Manufacturing Systems,
chapter 5 (sample paths of tandem lines with finite buffers).
Baccelli, F., Cohen, G., Olsder, G. J. and Quadrat, J.-P. (1992). Synchronization and Linearity.
"""

from __future__ import annotations

from typing import Any

from twin.compiled import entry, inline, jit

INSTANT = 1e-9
"""Failures nearer than this are now [s]; the same in every engine."""
WORKING, STARVED, BLOCKED, DOWN, BREAKDOWNS, REPAIR, MADE, QUEUE, SUMS = range(9)
"""Columns of the stations' sums: four times [s], breakdowns, their repair times [s], parts worked
on, part-seconds in the queue."""
OUT, LEAD, WIP, IN, LOST, LINE = range(6)
"""Places of the line's sums: parts out, their lead times [s], part-seconds in the line, parts in,
parts lost at the door."""
SATURATED, WAIT, LOSE = range(3)
"""How parts come in."""
MORE, DRY, NO_GAPS, OVER = range(4)
"""Why the recursion came back: block used up, a pool of failures or of gaps dry, horizon."""
PART, STATION, TOTAL, BREAKS, GAP, NUMBER, LEADS, CURSOR = range(8)
"""Places of the cursor: part in the block, 1 + station where it stopped or 0, parts before the
block, breaks traced, next gap, number of the latest part, lead times noted."""
ARRIVAL, HERE, BORN, CLOCK = range(4)
"""Places of the clock: latest arrival, the present part at hand, and its way in [s]."""


@inline
def _inside(time: Any, window: Any) -> Any:
    """Return ``time`` moved into the counted window."""
    return min(max(time, window[0]), window[1])


@inline
def _counts(time: Any, window: Any) -> Any:
    """Whether something at ``time`` is counted."""
    return window[0] <= time < window[1]


@jit
def _enough(j: int, work: float, left: Any, pools: Any, at: Any) -> bool:
    """Return whether the pool of station ``j`` has the failures that fall within ``work``."""
    total, place = left[j], at[j]
    while total < work:
        place += 1
        if place >= pools.shape[2]:
            return False
        total += pools[0, j, place]
    # One to spare: sums in another order may need one failure more.
    return bool(place + 2 < pools.shape[2])


@jit
def _broken_work(
    j: int, start: float, work: float, left: Any, pools: Any, at: Any, window: Any,
    sums: Any, breaks: Any, cursor: Any,
) -> float:  # fmt: skip
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
        if _counts(now, window):
            sums[j, BREAKDOWNS] += 1
            sums[j, REPAIR] += repair
        if breaks.shape[0] > 0:
            row = breaks[cursor[BREAKS]]
            row[0], row[1], row[2], row[3] = j, now, repair, now == start
            cursor[BREAKS] += 1
        now += repair
    left[j] -= rest
    if left[j] < INSTANT:
        left[j] = 0.0
    return now + rest


@jit
def _enter(
    n: int, mode: int, gaps: Any, lag: Any, past: Any, window: Any, clock: Any, cursor: Any,
    line: Any, lost: Any,
) -> bool:  # fmt: skip
    """Set when part ``n`` comes in; return False when the gaps between arrivals are used up."""
    while True:
        if cursor[GAP] >= gaps.shape[0]:
            return False
        clock[ARRIVAL] += gaps[cursor[GAP]]
        cursor[GAP] += 1
        cursor[NUMBER] += 1
        room = past[(n - lag[0]) & (past.shape[0] - 1), 0]
        if mode == WAIT or room < clock[ARRIVAL] or clock[ARRIVAL] >= window[1]:
            clock[HERE] = max(clock[ARRIVAL], room)
            clock[BORN] = clock[ARRIVAL]
            return True
        if lost.shape[0] > 0:
            lost[cursor[GAP] - 1] = clock[ARRIVAL]
        if _counts(clock[ARRIVAL], window):
            line[LOST] += 1


@inline
def _leave(born: Any, out: Any, window: Any, cursor: Any, line: Any, leads: Any) -> None:
    """Add a part that came in at ``born`` and left at ``out``."""
    line[WIP] += _inside(out, window) - _inside(born, window)
    line[IN] += _counts(born, window)
    if _counts(out, window):
        line[OUT] += 1
        line[LEAD] += out - born
        leads[cursor[LEADS]] = out - born
        cursor[LEADS] += 1


@inline
def _add(
    j: Any, here: Any, free: Any, came: Any, start: Any, finish: Any, leave: Any, window: Any,
    sums: Any,
) -> None:  # fmt: skip
    """Add the times of one part at one station; work still holds the repairs."""
    begun, done, arrived = _inside(start, window), _inside(finish, window), _inside(came, window)
    sums[j, STARVED] += arrived - _inside(free, window)
    sums[j, WORKING] += done - begun
    sums[j, BLOCKED] += _inside(leave, window) - done + begun - arrived
    sums[j, QUEUE] += begun - _inside(here, window)
    sums[j, MADE] += _counts(finish, window)


def kernel(version: int) -> Any:
    """Return the compiled recursion; the sources' ``version`` tells its cached code from older.

    It passes the parts of one block through the line and returns why it stopped. Its arguments:

    - ``work`` (stations, parts): times at work [s]; ``mode``, ``gaps``: how parts come in [s];
    - ``pools`` (2, stations, places): working times to failure, and repair times [s];
    - ``lag`` (stations + 1): places in front of each station and at it, 1 behind the last;
    - ``early`` (stations): waits for room before work;
    - ``window``: start and end of the counted time [s]; ``clock``, ``cursor``: see their places;
    - ``past`` (ring, stations + 1): latest departures, the ring a power of two above every lag;
    - ``last``, ``left``, ``at`` (stations): latest departure, working time left until the next
      failure [s], next place in the pool;
    - ``sums``, ``line``, ``leads``: what KPIs need;
    - ``trace`` (4, stations, parts): arrival, start, finish, departure, ``entered`` (2, parts):
      way in and number, ``breaks`` (any, 4) and ``lost`` (gaps): all of it, if wanted, else empty.
    """

    @entry
    def advance(  # noqa: PLR0912 - inlined calls would cost more than they clear up
        work: Any, mode: int, gaps: Any, pools: Any, lag: Any, early: Any,
        window: Any, clock: Any, past: Any, last: Any, left: Any, at: Any, cursor: Any, sums: Any,
        line: Any, leads: Any, trace: Any, entered: Any, breaks: Any, lost: Any,
    ) -> int:  # fmt: skip
        stations, parts = work.shape
        mask = past.shape[0] - 1
        if version < 0:
            return OVER
        for i in range(cursor[PART], parts):
            n = cursor[TOTAL] + i
            cursor[PART] = i
            if cursor[STATION] == 0:
                if mode == SATURATED:
                    clock[HERE] = clock[BORN] = last[0]
                    cursor[NUMBER] += 1
                elif not _enter(n, mode, gaps, lag, past, window, clock, cursor, line, lost):
                    return NO_GAPS
            here = clock[HERE]
            for j in range(max(cursor[STATION] - 1, 0), stations):
                task = work[j, i]
                broken = left[j] < task
                if broken and not _enough(j, task, left, pools, at):
                    cursor[STATION], clock[HERE] = j + 1, here
                    return DRY
                free = last[j]
                came = max(here, free)
                room = past[(n - lag[j + 1]) & mask, j + 1]
                start = max(came, room) if early[j] else came
                if broken:
                    finish = _broken_work(
                        j, start, task, left, pools, at, window, sums, breaks, cursor
                    )
                else:
                    finish = start + task
                    left[j] -= task
                    if left[j] < INSTANT:
                        left[j] = 0.0
                leave = finish if early[j] else max(finish, room)
                _add(j, here, free, came, start, finish, leave, window, sums)
                if trace.shape[2] > 0:
                    trace[0, j, i], trace[1, j, i] = here, start
                    trace[2, j, i], trace[3, j, i] = finish, leave
                past[n & mask, j] = last[j] = leave
                here = leave
            cursor[STATION] = 0
            if entered.shape[1] > 0:
                entered[0, i], entered[1, i] = clock[BORN], cursor[NUMBER]
            _leave(clock[BORN], here, window, cursor, line, leads)
            if clock[BORN] >= window[1]:
                cursor[PART] = i + 1
                return OVER
        cursor[PART] = parts
        return MORE

    return advance
