"""How a compiled CNC machine lies in memory: codes of words, and records of numbers."""

from __future__ import annotations

from twin.compiled import record

# States of the machine, then those of a tool; the numbers are codes into STATES.
(WAITING, LOADING, CUTTING, SWAPPING, CHANGING, INSPECTING, WARMING, OFF, STOPPED, DOWN,
 NEW, USED, EXPIRED, BROKEN) = range(14)  # fmt: skip
STATES = ("waiting", "loading", "cutting", "swapping", "tool change", "inspection", "warm-up",
          "off shift", "broken", "down", "NEW", "USED", "EXPIRED", "BROKEN")  # fmt: skip
PART, SCRAP, CHANGE, WEAR_AT_CHANGE, BREAK, INSPECTION, BREAKDOWN = range(7)
EVENTS = ("part", "scrap", "tool_change", "wear_at_change", "tool_break", "inspection",
          "breakdown")  # fmt: skip
(POWER, LOAD, WEAR, ROUGHNESS, FORCE, TORQUE, GROWTH, COOLANT, TOOL, MEASURED) = range(10)
CHANNELS = ("power", "spindle_load", "wear", "roughness", "force", "torque", "growth",
            "coolant_temperature", "tool", "measured_wear")  # fmt: skip
NOTHING, PLANNED, BY_BREAK, NUMBER = range(4)
SUBJECTS = ("", "planned", "broken")
"""Subjects that are words; from NUMBER on a subject is the number of a part or a tool."""
POLICIES = ("fixed_life", "shift_end", "wear_limit", "forecast", "never")
FIXED_LIFE, SHIFT_END, WEAR_LIMIT, FORECAST, NEVER = range(5)
MACHINE = 0
"""Code of the machine itself among the sources of rows."""

STEP = record(
    "time life sharp rate gain cutting_speed turning drive idle pump available roughness hazard",
    "group table",
)
"""One operation, worked out."""
KIND = record(
    "change_after change_risk inspect_every inspection_error gauge_error scatter wear_limit gain "
    "used_life planned",
    "policy sisters source pot",
)
"""One kind of tool; ``planned`` is how long it cuts in a shift [s]."""
GROUP = record("", "made current")
"""The sister tools of one kind: how many were made, which is in use."""
EDGE = record(
    "factor endurance damage hazard cutting_time since_inspection nominal used worn", "number"
)
"""One tool; ``worn`` is negative while its wear is not worked out."""
EDGE_SIZE, EDGE_FIELDS = EDGE.itemsize, len(EDGE.names or ())
USED_UP = record("", "numbers")
"""How many numbers of a stream are used."""

FIXED = (
    "horizon load_time swap_time change_time break_time inspection_time roughness_limit failure "
    "repair day shift_length day_end warmup_time idle_power efficiency edge_growth ambient "
    "coolant_share tank_loss tank_time chiller_power fast_gain fast_warming fast_cooling slow_gain "
    "slow_warming slow_cooling break_in steady accelerated break_in_width break_in_whole "
    "accelerated_width accelerated_whole most_wear per_damage"
)
"""What does not change while a machine runs. SI."""
NOW = "now since started until_failure edge pump growth_fast growth_slow coolant"
STATE = "state shift parts spindle step begun done made_of"
"""The machine now; ``spindle`` is the kind of the tool in it."""
SIZES = "operations tool_kinds sisters shapes points beliefs streams drawn"
"""How many there are of each; ``drawn`` is how many numbers of each stream."""
ROWS = "events states samples event_room state_room sample_room unlucky"
"""Rows so far (more than there is room for were not written), and whether luck ran out."""
ARRAYS = "steps kinds groups tools tables factors prior weights luck used"
"""Addresses of arrays of STEP (operations,), KIND and GROUP (tool_kinds,), EDGE (tool_kinds,
sisters); float: tables (shapes, points) of the cumulative hazard over the used life [1/s], factors
(tool_kinds, beliefs), prior (beliefs,), weights (tool_kinds, sisters, beliefs), luck (streams,
drawn); USED_UP: used (streams,)."""
COLUMNS = (
    "event_time event_source event_name event_subject event_value state_time state_source "
    "state_state sample_time sample_source sample_channel sample_value"
)
"""Addresses of the columns of the rows: float, 16-bit codes, 32-bit subjects."""
WORLD = record(f"{FIXED} {NOW}", f"{STATE} {SIZES} {ROWS} {ARRAYS} {COLUMNS}")
"""All that a run needs and changes: one record, so that a call of a function passes one address."""
