"""What the forecast says in plain English, in the language and the words of the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from twin.errors import Fault
from twin.forecast import bearing_assumptions as bearing
from twin.ui.i18n import known, t

Patterns = Sequence[tuple[str, str]]


def _pattern(template: str) -> str:
    """What a sentence made of a template looks like; its values are groups."""
    return re.sub(r"\\\{\w+\\\}", "(.+)", re.escape(template))


_REASONS: Patterns = (
    (r"(\S+) (\S+) cut since its last reading", "reason_since"),
    (r"worn ([\d.]+) times as much as is usual for its conditions", "reason_more"),
    (r"worn only ([\d.]+) times as much as is usual for its conditions", "reason_less"),
    (r"learnt from (\d+) tools? only", "reason_few"),
    (r"tool (\d+) is broken, the forecast is of its successor", "reason_successor"),
    (
        r"no reading of this tool: from declared life and scatter alone, it is never inspected",
        "reason_never_inspected",
    ),
    (r"no reading of this tool: from declared life and scatter alone", "reason_declared"),
    (r"(\S+) '?(.*?)'? was in no other tool", "reason_unknown"),
    (r"part (.+) has (\d+) snapshots, a trend needs (\d+): not used", "note_short_part"),
    (r"column (.+) is taken as time in ([^:]+)", "note_time_in"),
    (r"column (.+) is taken as wear in ([^:]+)", "note_wear_in"),
    (r"column (.+) is taken as time in ([^:]+): no unit is named;.*", "note_time_unsaid"),
    (r"column (.+) is taken as wear in ([^:]+): no unit is named;.*", "note_wear_unsaid"),
    (r"(\d+) wear readings are no numbers .*, of tool (.+); their time counts", "note_lost"),
    (_pattern(bearing.ALARM), "assume_bearing_alarm"),
    (_pattern(bearing.GROWTH), "assume_bearing_growth"),
    (_pattern(bearing.COMMON), "assume_bearing_common"),
    (_pattern(bearing.FIRST), "assume_bearing_first"),
    (_pattern(bearing.ENDS), "assume_bearing_ends"),
    (_pattern(bearing.LOADS), "assume_bearing_loads"),
    (_pattern(bearing.LIVES), "assume_bearing_lives"),
)
_SAID = {
    "broken": "reason_broken",
    "beyond its limit already": "reason_over",
    "may be beyond its limit already": "reason_maybe_over",
    "no reading: from its conditions alone, the band is wide": "reason_none",
    "one reading only: the band is wide": "reason_one",
    "its life is too uncertain for a planned change to pay: measure it again": "reason_no_plan",
    "its policy changes it only when it breaks": "reason_never_changed",
    "cuts nothing within the horizon": "reason_idle",
    "declared life, scatter and hazard are the prior; where a tool has no reading they are all":
        "assume_declared",
    "reaching the limit in the cut costs as much as a break": "assume_limit",
    "sudden breakage counts, by the declared hazard that grows with wear": "assume_breaks",
    "sudden breakage does not count: only wear does": "assume_no_breaks",
}  # fmt: skip
MOMENTS = {"now": "option_now", "any time": "option_best", "run on": "option_run",
           "shift end": "option_shift", "part end": "option_part"}  # fmt: skip

COLUMN = r"(?:column )?(?:tool|time_min|vb_mm)"
_FAULTS: Patterns = (
    (r"the column is missing.*", "fault_column"),
    (r"--map names a column that is not there.*", "fault_no_column"),
    (r"the median wear is (\S+): that is not mm.*", "fault_wear_large"),
    (r"the largest wear is (\S+) mm: that is not mm.*", "fault_wear_small"),
    (r"with the unit given, the median wear is (\S+) mm.*", "fault_wear_unit"),
    (r"one reading is (\S+) mm, the median (\S+) mm.*", "fault_two_units"),
    (r"half of the tools have cut (\S+) min or more.*", "fault_time_large"),
    (r"no tool has cut longer than (\S+) min.*", "fault_time_small"),
    (r"with the unit given, tools have cut (\S+) min.*", "fault_time_unit"),
    (r"a (?:wear|time) is negative; allowed: 0 or more", "fault_negative"),
    (r"is not a (?:wear|time): a number is needed", "fault_number"),
    (r"time runs back: line (\d+) of tool (.+) was later;.*", "fault_back"),
    (r"the time is blank", "fault_no_time"),
    (r"the tool's name is blank", "fault_no_name"),
    (r"no row has a wear reading", "fault_no_wear"),
    (r"has a header but no rows", "fault_no_rows"),
    (r"is empty", "fault_empty"),
    (r"has (\d+) cells, the header has (\d+)", "fault_cells"),
    (r"is not a text file; a CSV table is needed.*", "fault_binary"),
    (r"is damaged UTF-16 text.*", "fault_binary"),
    (r"its name says (.+), not min; name the unit:.*", "fault_time_said"),
    (r"its name says (.+), not mm; name the unit:.*", "fault_wear_said"),
    (r"its name says (.+), which is no time:.*", "fault_said_no_time"),
    (r"is not a CSV table.*", "fault_no_table"),
    (r"has ([\d.,]+) MB; allowed: ([\d.,]+) MB", "fault_size"),
    (r"… and (\d+) more faults", "fault_more"),
    (r"no reading with wear and time above zero.*", "fault_nothing"),
    (r"no column with rms in its name", "fault_no_rms"),
    (r"has fewer than (\d+) snapshots", "fault_few_snapshots"),
    (r"a level of (\S+) at (\S+) min is (\S+) times off its median of (\S+):.*", "fault_rms_jump"),
    (r"its median level of (\S+) is (\S+) times off that of the parts, (\S+):.*", "fault_rms_part"),
    (r"two parts that ran to failure are needed, not (\d+)", "fault_two_parts"),
    (r"every part ran to failure.*", "fault_none_runs"),
    (
        r"of the parts that run none has the (\d+) snapshots .*: (.+); they are .*",
        "fault_none_left",
    ),
    (r"a number is missing in (.+)", "fault_missing_number"),
    (r"an RMS must be above zero", "fault_rms_zero"),
    (r"(.+) does not increase within (.+)", "fault_not_increasing"),
    (r"(.+): allowed 1 or 0", "fault_failed_word"),
    (r"(\S+) is blank", "fault_blank"),
    (r"a back-test leaves one tool out: it needs two with readings, not (\d+)", "fault_one_tool"),
)


def reason(sentence: str) -> str:
    """Return a sentence of the forecast in the language of the page."""
    if sentence in _SAID:
        return t(f"tool_wear.{_SAID[sentence]}")
    return _matched(sentence, _REASONS) or sentence


def _matched(sentence: str, patterns: Patterns) -> str:
    for pattern, key in patterns:
        found = re.fullmatch(pattern, sentence, re.DOTALL)
        if found:
            values = {f"v{i}": text for i, text in enumerate(found.groups(), 1)}
            return t(f"tool_wear.{key}", **values)
    return ""


def fault(found: Fault) -> Fault:
    """Return a fault of a table in the words of the page: its choices, not the command's."""
    said = _matched(found.message, _FAULTS)
    if not said:
        return found
    name = found.path.removeprefix("column ")
    column = f"tool_wear.column_{name}"
    path = t(column) if found.path.startswith("column ") and known(column) else found.path
    return replace(found, message=said, path=path)


def sentence(text: str) -> str:
    """Return the text of an error that a job left, in the words of the page, line by line.

    >>> sentence("something else")
    'something else'
    """
    return "\n".join(_line(line) for line in text.splitlines())


def _line(line: str) -> str:
    """A fault as a job writes it: ``file: path = value: message``."""
    for cut in (i + 2 for i in range(len(line) - 1) if line[i : i + 2] == ": "):
        said = _matched(line[cut:], _FAULTS)
        if said:
            return line[:cut] + said
    return line


def moment(name: str) -> str:
    """Return a moment at which a tool can be changed, as a person says it."""
    return t(f"tool_wear.{MOMENTS[name]}") if name in MOMENTS else name
