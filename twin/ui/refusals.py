"""What the core refuses, in the language and the words of the page.

The core speaks English, to the command line too. Its messages are known here by their shape: a
template with the parts that vary in braces. What is said of each is in the catalogue ``faults``
under the same key; a message of no known shape is shown as it is. The file, the field and the
value of a fault stay as they were written.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from twin.errors import Fault
from twin.ui import names
from twin.ui.i18n import known, t

SHAPES: Mapping[str, str] = MappingProxyType({
    "number": "a number is needed, allowed {range}",
    "number_short": "a number is needed, {range}",
    "whole": "a whole number is needed, allowed {range}",
    "whole_short": "a whole number is needed, {range}",
    "runs": "allowed {low} to {high} runs here; twin compare -n takes more",
    "range": "allowed {range}",
    "not_here": "a what-if does not change this",
    "setting": "is not PATH=VALUE, such as mill.cutting_speed=200",
    "no_field": "no such field{near}",
    "no_parameter": "no such parameter{near}",
    "no_thing": "no such thing in the scenario{near}",
    "no_scenario": "no such scenario{near}",
    "no_change": "no such change{near}",
    "no_job": "no such job",
    "no_point": "no device has this point{near}",
    "limit": "{limit} would be {used}, there is {most}; lower one of {paths}",
    "no_devices": "no devices are known here: start twin app or twin devices serve SCENARIO",
    "no_broker": "no broker runs: start twin app or twin devices serve SCENARIO",
    "no_gateway": "the gateway does not run; nothing was sent",
    "moved": "the device holds {held}, the what-if started from {base}: compare again from the"
    " present value",
    "already": "is what the device holds already",
    "assumed": "the device holds {held}, the comparison took it to be {base}: compare again from"
    " what the device holds (twin compare --from-devices)",
    "other_start": "the comparison started from {held}, the change from {base}: compare again from"
    " what the device holds (twin compare --from-devices)",
    "other_plant": "the comparison is of '{one}', the devices that run here are those of '{other}':"
    " compare on that scenario",
    "plant_changed": "the comparison is of '{one}', whose file says something else of the plant"
    " than when the devices were started: start the devices again",
    "no_start": "the comparison does not say what it started from: compare again"
    " (twin compare --json FILE)",
    "tried": "the comparison tried {held}",
    "may_not": "{person} ({role}) may not {permission}; may: {able}",
    "nobody": "nobody is called '{person}'{near}",
    "own": "was drafted by {person}: somebody else must approve it (risk {risk})",
    "twice": "was already approved by {person}: a second person must approve it",
    "cannot_approve": "is {state} and cannot be approved",
    "not_approved": "is {state}, not approved: twin change approve {id} --as NAME",
    "cannot_become": "is {state} and cannot become {next}",
    "only_confirmed": "is {state}: only a confirmed change can be rolled back",
    "way_back": "is itself a way back: ask for the change anew, with its evidence",
    "too_late": "an approval is older than 24 h: approve it again in a new draft",
    "conflict": "the device holds {held}, the change was decided at {base}",
    "device_no": "the device refused: {why}",
    "no_answer": "no answer within {time} s",
    "not_in_time": "it was not sent in time",
    "too_old": "the command is too old",
    "newer": "a newer command for this device was here first",
    "barred": "the command never reached the gateway; it is barred now",
    "restarted": "the gateway restarted before it wrote anything",
    "found_old": "found the old values in the device",
    "found_new": "found the new values in the device",
    "rolled_back": "rolled back by {person} with {id}",
    "nan_samples": "not a number among the samples",
    "nan_readings": "not a number among the readings",
    "nan_pixels": "not a number among the pixels",
    "constant": "constant signal",
    "clipped": "clipped signal",
    "clipped_end": "clipped signal: {share} % of the samples lie at one end of the range",
    "clipped_full": "clipped signal: more than 1 % of the samples at full scale",
    "few_turns": "fewer than {n} turns of the spindle in the window",
    "too_short": "{held} min of readings; {wanted} min are needed",
    "too_brief": "{held} s; {wanted} s are needed",
    "too_slow": "{own} Hz, at least {least} Hz are needed",
    "other_rate": "{own} kHz, {wanted} kHz are needed",
    "missing": "too many readings are missing",
    "constant_picture": "constant picture",
    "constant_frame": "constant frame",
    "all_over": "black or white all over",
    "no_teeth": "the number of teeth is not known",
})  # fmt: skip
"""Key of the catalogue ``faults`` → what the core says."""

_NEAR = r"(?P<near>|, did you mean '.+'\?|; known: .+)"
_MEANING = re.compile(r"(.+?) \([^()]*\)", re.DOTALL)
_PLACE = re.compile(r"([a-z_]\w*(?:\.\w+)+): (.+)", re.DOTALL)


def said(fault: Fault) -> str:
    """Return a fault in the language of the request; its place and value as they were written."""
    place = ": ".join(part for part in (fault.file, fault.path) if part)
    written = f" = {fault.value}" if fault.value else ""
    words = message(fault.message)
    return f"{place}{written}: {words}" if place else words


def message(text: str) -> str:
    """Return what the core said, in the language of the request."""
    found = _matched(text)
    if found:
        return found
    inside = _PLACE.fullmatch(text)
    if inside:
        return f"{inside[1]}: {message(inside[2])}"
    meant = _MEANING.fullmatch(text)  # the meaning of the parameter, in English
    return (_matched(meant[1]) if meant else "") or text


def _matched(text: str) -> str:
    for key, shape in _compiled().items():
        found = shape.fullmatch(text)
        if found:
            parts = {name: _part(name, value) for name, value in found.groupdict().items()}
            return t(f"faults.{key}", **parts)
    return ""


@functools.cache
def _compiled() -> Mapping[str, re.Pattern[str]]:
    return {key: re.compile(_regex(shape), re.DOTALL) for key, shape in SHAPES.items()}


def _regex(shape: str) -> str:
    pieces = re.split(r"\{(\w+)\}", shape)
    return "".join(
        re.escape(piece) if place % 2 == 0 else _NEAR if piece == "near" else f"(?P<{piece}>.+?)"
        for place, piece in enumerate(pieces)
    )


def _part(name: str, value: str) -> str:
    return _PARTS.get(name, str)(value)


def _range(value: str) -> str:
    """``5 to 2000 m/min`` or ``one of dry, flood``."""
    if value.startswith("one of "):
        return ", ".join(names.word(word) for word in value[len("one of ") :].split(", "))
    low, between, high = value.partition(" to ")
    return t("shell.span", low=low, high=high) if between else value


def _near(value: str) -> str:
    if value.startswith(", did you mean "):
        return t("faults.near", name=value[len(", did you mean ") : -1].strip("'"))
    return t("faults.known", names=value.removeprefix("; known: ")) if value else ""


def _state(value: str) -> str:
    return t(f"changes.state_{value}") if known(f"changes.state_{value}") else value


def _doing(value: str) -> str:
    return t(f"changes.bar_{value}") if known(f"changes.bar_{value}") else value


def _named(value: str) -> str:
    return ", ".join(names.parameter(path) for path in value.split(", "))


def _limit(value: str) -> str:
    kind, _, operation = value.partition(", ")
    return names.word(kind) + (f" · {operation}" if operation else "")


_PARTS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"range": _range, "near": _near, "state": _state, "next": _state, "permission": _doing,
     "paths": _named, "limit": _limit}
)  # fmt: skip
