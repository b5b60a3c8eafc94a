"""Timers of the compiled calendar: which is due next, by a tournament of all of them.

Every timer has its leaf in a binary tree, in the order of what is due at one instant. Of two the
earlier one goes up, the left one when both are due at once; the first of all stands at the top.
To set or to stop one is to play its matches again: nothing to look for, no branch to guess.
"""

from __future__ import annotations

from typing import Any

from twin.compiled import inline, jit
from twin.plant._line_order import NEVER
from twin.plant._line_shop import L_LEAVES, L_TREE, TIMER


@inline
def play(m: Any, timer: Any) -> Any:
    """Play the matches of a timer again.

    Times are not negative, so their bits are ordered like them. A match is counted, not asked
    for: a processor guesses every second answer wrong.
    """
    tree, node = m[L_TREE], m[L_LEAVES] + timer
    due, first = m[tree + TIMER * node], timer
    while node > 1:
        other = tree + TIMER * (node ^ 1)
        rival, name = m[other], m[other + 1]
        # All bits are set where the other one goes up; with the same time, if it is the left one.
        lost = (rival - (node & 1) - due) >> 63
        due += (rival - due) & lost
        first ^= (first ^ name) & lost
        node >>= 1
        m[tree + TIMER * node], m[tree + TIMER * node + 1] = due, first


@inline
def set_timer(m: Any, x: Any, time: Any, timer: Any) -> Any:
    """Let a timer become due at ``time`` [s]."""
    x[m[L_TREE] + TIMER * (m[L_LEAVES] + timer)] = time
    play(m, timer)


@jit
def stop_timer(m: Any, x: Any, timer: Any) -> Any:
    """Let a timer not become due."""
    set_timer(m, x, NEVER, timer)


@inline
def ring(m: Any, x: Any, timer: Any) -> Any:
    """A timer is due and will be no more; :func:`rung` plays its matches, unless it is set."""
    x[m[L_TREE] + TIMER * (m[L_LEAVES] + timer)] = NEVER


@inline
def rung(m: Any, x: Any, timer: Any) -> Any:
    """Play the matches of a timer that was due, if it has not been set since."""
    if x[m[L_TREE] + TIMER * (m[L_LEAVES] + timer)] == NEVER:
        play(m, timer)


@inline
def alone(m: Any, x: Any, timer: Any) -> Any:
    """Whether the first timer is the only one that is due now: none that it beat is."""
    tree, node = m[L_TREE], m[L_LEAVES] + timer
    now = x[tree + TIMER]
    while node > 1:
        if x[tree + TIMER * (node ^ 1)] == now:
            return False
        node >>= 1
    return True


@inline
def next_time(m: Any, x: Any) -> Any:
    """Return when something is due next [s]."""
    return x[m[L_TREE] + TIMER]


@inline
def next_timer(m: Any) -> Any:
    """Return what is due first of all."""
    return m[m[L_TREE] + TIMER + 1]
