"""The state of a line as plain arrays, which compiled code can work on.

It mirrors the objects of the reference engine one to one: stations by rank (the last of the line
first), machines, parts, and lists of parts. A place on a list is a link in the part itself, since
a part stands on one list at a time.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

NONE = -1
OUT, SCRAP = -2, -3
"""Ways out of the line, where a station's number could stand."""
FIXED = -4
"""Way of a part that goes where its station always sends parts."""
(
    WORKING, STARVED, BLOCKED, DOWN, WAITING_REPAIR, WAITING_OPERATOR, SETUP, LOADING, OFF_SHIFT
) = range(9)  # fmt: skip
MODES = (
    "working", "starved", "blocked", "down", "waiting repair", "waiting operator", "setup",
    "loading", "off shift",
)  # fmt: skip
RESUME, RESTART, SPOIL = range(3)
FIFO, PRIORITY, DUE_DATE, SHORTEST, SAME_PRODUCT = range(5)
SATURATED, ARRIVALS, CONWIP = range(3)
WORK, REPAIR, FAILURE, ARRIVAL, RELEASE, SHIFT = range(6)
"""Order of what is due at one instant; the same as the floor's."""
PEOPLE_CHANGE, CREW_CHANGE, STATION_CHANGE = range(3)
"""Places of a due thing of kind SHIFT are told apart by these."""
QUEUE, TRANSIT, BELT, YARD = range(4)
"""Lists of a station."""
PARTS, OUTBOX = range(2)
"""Lists of a machine."""
(
    ENTER, PART, ESCAPE, REWORKED, TARDINESS, LATE, LINE_SCRAP, LOST, JOINED
) = range(9)  # fmt: skip
LINE_EVENTS = (
    "enter", "part", "escape", "reworked", "tardiness", "late", "scrap", "lost", "joined",
)  # fmt: skip
MADE, DEFECT, REJECTED, SPOILT = range(4)
STATION_EVENTS = ("made", "defect", "rejected", "scrap")

STATION = np.dtype(
    [
        # what it is told
        ("places", "i8"), ("first", "i8"), ("servers", "i8"), ("batch", "i8"), ("least", "i8"),
        ("dispatch", "i8"), ("conveyor", "i8"), ("kanban", "i8"), ("skill", "i8"), ("crew", "i8"),
        ("on_failure", "i8"), ("ahead", "i8"), ("careful", "i8"), ("routed", "i8"),
        ("wears_at_work", "i8"), ("man_work", "i8"), ("man_setup", "i8"), ("man_load", "i8"),
        ("cycle_time", "f8"), ("setup_time", "f8"), ("load_time", "f8"), ("transport_time", "f8"),
        ("service", "i8"), ("failure", "i8"), ("repair", "i8"), ("defects", "i8"),
        ("inspection", "i8"), ("route", "i8"), ("mean_failure", "f8"), ("mean_repair", "f8"),
        ("defect_rate", "f8"), ("inspects", "i8"), ("false_alarm", "f8"), ("escape", "f8"),
        ("rejects_to", "i8"), ("ways", "i8"), ("n_ways", "i8"), ("branches", "i8"),
        ("n_branches", "i8"), ("next", "i8"), ("is_entry", "i8"), ("arrival", "i8"),
        ("mean_arrival", "f8"), ("product", "i8"), ("bins", "i8"), ("n_bins", "i8"),
        # how it is
        ("marked", "i8"), ("touched", "i8"), ("closed", "i8"), ("coming", "i8"), ("cards", "i8"),
        ("waiters", "i8"), ("watchers", "i8"), ("finished", "i8"), ("free", "i8"),
        ("stocks", "i8"), ("noted", "i8"), ("noted_at", "f8"), ("area", "f8"),
    ],
    align=True,
)  # fmt: skip
SERVER = np.dtype(
    [
        ("station", "i8"), ("index", "i8"), ("mode", "i8"), ("noted", "i8"), ("noted_at", "f8"),
        ("broken", "i8"), ("stage", "i8"), ("left", "f8"), ("whole", "f8"), ("ran", "f8"),
        ("until", "f8"), ("product", "i8"), ("operator", "i8"), ("failing", "i8"),
        ("version", "i8"), ("stages", "i8"), ("stage_at", "i8"), ("asking", "i8"),
        ("promised", "i8"), ("repair_time", "f8"),
    ],
    align=True,
)  # fmt: skip
PART_ROW = np.dtype(
    [
        ("next", "i8"), ("previous", "i8"), ("number", "i8"), ("product", "i8"), ("step", "i8"),
        ("priority", "i8"), ("bad", "i8"), ("rejected", "i8"), ("detour", "i8"), ("way", "i8"),
        ("origin", "i8"), ("born", "f8"), ("due", "f8"),
    ],
    align=True,
)  # fmt: skip
LIST = np.dtype([("head", "i8"), ("tail", "i8"), ("size", "i8")], align=True)
TIMER = np.dtype([("time", "f8"), ("key", "i8"), ("version", "i8")], align=True)
"""``key`` orders what is due at one instant: kind, rank of the station, index."""
LINE = np.dtype(
    [
        ("now", "f8"), ("start", "f8"), ("end", "f8"), ("timers", "i8"), ("due", "i8"),
        ("low", "i8"), ("marks", "i8"), ("touches", "i8"), ("wip", "i8"), ("noted", "i8"),
        ("noted_at", "f8"), ("area", "f8"), ("numbers", "i8"), ("idle", "i8"), ("n_idle", "i8"),
        ("events", "i8"), ("states", "i8"), ("samples", "i8"), ("leads", "i8"), ("trace", "i8"),
        ("dry", "i8"), ("suspect", "i8"), ("release", "i8"), ("lose", "i8"), ("cards", "i8"),
        ("rework_limit", "i8"), ("loops", "i8"), ("sole", "i8"), ("product_pool", "i8"),
        ("asked", "i8"), ("begun", "i8"), ("yards", "i8"),
    ],
    align=True,
)  # fmt: skip
CREW = np.dtype([("count", "i8"), ("busy", "i8"), ("waiting", "i8"),
                 ("from", "f8"), ("to", "f8")], align=True)  # fmt: skip
EVENT_ROW = np.dtype([("time", "f8"), ("what", "i8"), ("part", "i8"), ("value", "f8")], align=True)
STATE_ROW = np.dtype([("time", "f8"), ("server", "i8"), ("mode", "i8")], align=True)
SAMPLE_ROW = np.dtype([("time", "f8"), ("what", "i8"), ("value", "f8")], align=True)
