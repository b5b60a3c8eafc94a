"""The state of a line in one block of memory, which compiled code works on.

``m`` holds it as whole numbers and ``x`` is the same memory as real ones. A record starts at an
address, its fields stand at fixed places behind, so a station's places are
``m[station + S_PLACES]``; records name each other by address. They mirror the objects of the
reference engine one to one. Addresses are above 0, except the line's own: it stands at 0.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]

NONE, OUT, SCRAP, FIXED = -1, -2, -3, -4
"""No address; the two ways out of the line; the way where a station sends all its parts."""
LINK = 3
"""Words of a list: first part, last part, how many."""
(
    WORKING, STARVED, BLOCKED, DOWN, WAITING_REPAIR, WAITING_OPERATOR, SETUP, LOADING, OFF_SHIFT
) = range(9)  # fmt: skip
MODES = (
    "working", "starved", "blocked", "down", "waiting repair", "waiting operator", "setup",
    "loading", "off shift",
)  # fmt: skip
RESUME, RESTART, SPOIL = range(3)
ON_FAILURE = {"resume": RESUME, "restart": RESTART, "scrap": SPOIL}
FIFO, PRIORITY, DUE_DATE, SHORTEST, SAME_PRODUCT = range(5)
DISPATCH = {
    "fifo": FIFO, "priority": PRIORITY, "due_date": DUE_DATE, "shortest": SHORTEST,
    "same_product": SAME_PRODUCT,
}  # fmt: skip
SATURATED, ARRIVALS, CONWIP = range(3)
RELEASE = {"saturated": SATURATED, "arrivals": ARRIVALS, "conwip": CONWIP}
ENTER, PART, ESCAPE, REWORKED, TARDINESS, LATE, LINE_SCRAP, LOST, JOINED = range(9)
LINE_EVENTS = (
    "enter", "part", "escape", "reworked", "tardiness", "late", "scrap", "lost", "joined",
)  # fmt: skip
MADE, DEFECT, REJECTED, SPOILT = range(4)
STATION_EVENTS = ("made", "defect", "rejected", "spoilt")

(
    L_NOW, L_START, L_END, L_STATIONS, L_N_STATIONS, L_MACHINES, L_N_MACHINES, L_PARTS, L_TREE,
    L_LEAVES, L_DUE, L_LOW, L_MARKS, L_TOUCHED, L_TOUCHES, L_WIP, L_NOTED, L_NOTED_AT, L_AREA,
    L_NUMBERS, L_IDLE, L_N_IDLE, L_MARGIN, L_TRACE, L_EVENTS, L_N_EVENTS, L_STATES, L_N_STATES,
    L_SAMPLES, L_N_SAMPLES, L_LEADS, L_N_LEADS, L_MOST_ROWS, L_MOST_LEADS, L_DRY, L_SUSPECT,
    L_LOOPS, L_RELEASE, L_LOSE, L_CARDS, L_REWORK_LIMIT, L_PRODUCTS, L_N_PRODUCTS, L_PRODUCT_POOL,
    L_OWNERS, L_N_OWNERS, L_GAP, L_GROUPS, L_N_GROUPS, L_CREWS, L_N_CREWS, L_ASKING, L_ASKED,
    L_SHIFTS, L_N_SHIFTS, L_COUNTS, L_TOTALS, L_BEGUN, L_REACHED, L_BEGINS,
    # the first timer of each kind, in the order of what is due at one instant
    L_AT_REPAIR, L_AT_FAILURE, L_AT_ARRIVAL, L_AT_RELEASE, L_AT_PEOPLE, L_AT_CREW, L_AT_SHIFT,
    LINE,
) = range(68)  # fmt: skip
"""Fields of the line; the last is its size, here and below. Timers of work are the first."""
TIMER = 2
"""Words of a timer: when it is due, which it is."""
(
    # what it is told
    S_RANK, S_PLACES, S_FIRST, S_SERVERS, S_BATCH, S_LEAST, S_DISPATCH, S_CONVEYOR, S_KANBAN,
    S_SKILL, S_CREW, S_ON_FAILURE, S_AHEAD, S_CAREFUL, S_ROUTED, S_WEARS_AT_WORK, S_MAN_WORK,
    S_MAN_SETUP, S_MAN_LOAD, S_CYCLE_TIME, S_SETUP_TIME, S_LOAD_TIME, S_TRANSPORT_TIME, S_SERVICE,
    S_FAILURE, S_REPAIR, S_DEFECTS, S_INSPECTION, S_ROUTE, S_PRODUCT, S_MEAN_FAILURE,
    S_MEAN_REPAIR, S_DEFECT_RATE, S_INSPECTS, S_FALSE_ALARM, S_ESCAPE, S_REJECTS_TO, S_WAYS,
    S_N_WAYS, S_BRANCHES, S_N_BRANCHES, S_NEXT, S_IS_ENTRY, S_OWN, S_BINS, S_N_BINS, S_PLAIN,
    # how it is
    S_MARKED, S_TOUCHED, S_CLOSED, S_COMING, S_ON_CARDS, S_WAITERS, S_N_WAITERS, S_WATCHING,
    S_WATCHED, S_FINISHED, S_N_FINISHED, S_FREE, S_N_FREE, S_STOCKS, S_NOTED, S_NOTED_AT, S_AREA,
    S_QUEUE, _1, _2, S_TRANSIT, _3, _4, S_BELT, _5, _6, S_YARD, _7, _8, STATION,
) = range(77)  # fmt: skip
(
    V_STATION, V_INDEX, V_MODE, V_NOTED, V_NOTED_AT, V_BROKEN, V_STAGE, V_LEFT, V_WHOLE, V_RAN,
    V_UNTIL, V_PRODUCT, V_OPERATOR, V_FAILING, V_STAGES, V_N_STAGES, V_STAGE_AT, V_ASKING,
    V_PROMISED, V_REPAIR_TIME, V_TIMES, V_EVENT, V_NUMBER, V_PARTS, _1, _2, V_OUTBOX, _3, _4,
    MACHINE,
) = range(30)  # fmt: skip
(
    P_NEXT, P_PREVIOUS, P_NUMBER, P_PRODUCT, P_STEP, P_PRIORITY, P_BAD, P_REJECTED, P_DETOUR,
    P_WAY, P_ORIGIN, P_STOCK, P_BORN, P_DUE, P_COMES, PARTICLE,
) = range(16)  # fmt: skip
(
    R_RANK, R_ENTRY, R_SHARE, R_PRIORITY, R_DUE_AFTER, R_ROUTE, R_LENGTH, R_SEEN, PRODUCT,
) = range(9)  # fmt: skip
G_COUNT, G_BUSY, G_SHIFTS, G_BEGIN, G_END, G_WAITING, G_N_WAITING, G_CAN, PEOPLE = range(9)
"""A group of operators, or a crew."""
B_ORIGIN, B_PRODUCT, B_COUNT, B_PLACES, B_COMING, B_CONTENT, _1, _2, BIN = range(9)
"""What an assembly takes of one kind."""
D_AT, D_SPARE, D_END, D_FIRST, POOL = range(5)
"""Numbers drawn beforehand: the next, where to draw more, the end, the beginning."""
O_STATION, O_POOL, OWNER = range(3)
"""Somebody who sends parts."""
W_STATION, W_SHARE, BRANCH = range(3)
T_MODE, T_SPAN, T_MANNED, STAGE = range(4)
"""A stage of an operation: its state, its time [s], whether it needs the operator."""
OWN_TIME, OWN_POOL, OWN = range(3)
EVENT_ROW, STATE_ROW, SAMPLE_ROW = 4, 3, 3
"""Words of a row: time, what, part, value; time, machine, mode; time, what, value."""


def link_idle(m: Whole, first: int, number: int) -> None:
    """Chain so many unused parts from ``first`` on, and put them before those that are idle."""
    places = first + np.arange(number) * PARTICLE
    m[places[:-1] + P_NEXT] = places[1:]
    m[places[-1] + P_NEXT] = m[L_IDLE]
    m[L_IDLE] = first
    m[L_N_IDLE] += number
