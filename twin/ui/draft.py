"""A what-if while it is being edited: values beside the baseline, undo, limits, its file."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from twin import units
from twin.errors import BadInput, Fault
from twin.family import load as load_kind
from twin.params import Declaration
from twin.plant.base import Limit
from twin.scenario import Entry, Scenario
from twin.setting import read_setting
from twin.ui.wording import trimmed

FORMS = ("quantity", "count", "choice", "flag")
"""Forms of parameters that a what-if can change in the browser."""
MOST_STEPS = 50
NEVER = ("seed", "title", "site", "replications")

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """The parameters on the table, and what they were before and after undoing."""

    values: Values
    past: tuple[Values, ...] = ()
    future: tuple[Values, ...] = ()

    def change(self, values: Values) -> Draft:
        """Return the draft with other values; the present ones can be come back to."""
        if dict(values) == dict(self.values):
            return self
        return Draft(dict(values), (*self.past, dict(self.values))[-MOST_STEPS:])

    def undo(self) -> Draft:
        """Return the draft before the last step."""
        if not self.past:
            return self
        return Draft(self.past[-1], self.past[:-1], (self.values, *self.future))

    def redo(self) -> Draft:
        """Return the draft after the step that was undone."""
        if not self.future:
            return self
        return Draft(self.future[0], (*self.past, self.values), self.future[1:])

    def store(self) -> dict[str, Any]:
        """Return the draft as the browser keeps it."""
        past, future = ([dict(v) for v in side] for side in (self.past, self.future))
        return {"values": dict(self.values), "past": past, "future": future}


def restore(stored: Mapping[str, Any] | None) -> Draft:
    """Return the draft that the browser kept."""
    kept = stored or {}
    past, future = (tuple(kept.get(side, ()))[-MOST_STEPS:] for side in ("past", "future"))
    return Draft(dict(kept.get("values", {})), past, future)


COMPANIONS = {
    ("release", "arrivals"): "interarrival_time", ("release", "conwip"): "wip_limit",
}  # fmt: skip
"""What nobody can guess: parameter and word → the parameter that has to be said with it."""


def companions(scenario: Scenario, values: Values) -> dict[str, Any]:
    """Return what has to be said with ``values`` and is not yet: path → the value it has now."""
    found: dict[str, Any] = {}
    for path, value in values.items():
        above, _, name = path.rpartition(".")
        needed = COMPANIONS.get((name, value)) if isinstance(value, str) else None
        beside = f"{above}.{needed}"
        if needed and beside not in values and not is_written(scenario, beside):
            found[beside] = scenario.value(beside)
    return found


def accompany(scenario: Scenario, draft: Draft, words: Values) -> Draft:
    """Return the draft with what has to be said with the ``words`` that were chosen in it."""
    values = {**draft.values, **words}
    needed = companions(scenario, values)
    return draft.change({**values, **needed}) if needed else draft


def is_written(scenario: Scenario, path: str) -> bool:
    """Return whether the scenario file itself says a parameter of its plant."""
    return path in _written(scenario.document["plant"])


def offered(scenario: Scenario) -> list[str]:
    """Return the paths that a what-if can change, in the order of the scenario."""
    return [
        path
        for path, declared, _value in scenario.declarations()
        if declared.form in FORMS and path not in NEVER
    ]


def opening(scenario: Scenario) -> Values:
    """Return the parameter that is on the table at first.

    The first that the scenario file itself writes and that a device has, else any that one has;
    without devices, the first number of the plant that the file writes.
    """
    live = [path for path, d, _v in scenario.declarations() if d.live and d.form == "quantity"]
    named = list(_written(scenario.document["plant"]))
    every = offered(scenario)
    numbers = {path for path in every if scenario.declaration(path).form in {"quantity", "count"}}
    first = [path for path in named if path in live] or live
    first = first or [path for path in named if path in numbers] or every
    return {path: scenario.value(path) for path in first[:1]}


def _written(table: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Yield the path of every parameter that a table of a scenario file writes."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _written(value, f"{above}{key}.")
        else:
            yield above + key


def from_address(scenario: Scenario, settings: Iterable[str]) -> Draft:
    """Return the draft of an address: its ``set`` entries, each ``path=value``.

    Raises
    ------
    BadInput
        One fault for each that is not a parameter which a what-if can change, or whose value is
        of another kind. A number beyond its range is kept: its control says so.
    """
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for written in settings:
        try:
            path, value = read_setting(written)
            values[path] = _read(scenario.declaration(path), path, value)
        except BadInput as error:
            faults += error.faults
    if faults:
        raise BadInput([replace(fault, file="") for fault in faults])
    return Draft(values or opening(scenario))


def _read(declared: Declaration, path: str, value: Any) -> Any:
    """Return the value of an address as the parameter's own kind."""
    if declared.form not in FORMS or path in NEVER:
        raise BadInput(Fault("a what-if does not change this", path))
    if declared.form == "flag":
        if str(value).lower() not in {"true", "false"}:
            raise BadInput(Fault("allowed true, false", path, value=repr(value)))
        return str(value).lower() == "true"
    if declared.form == "choice":
        if value not in declared.options:
            raise BadInput(Fault(f"allowed {declared.range_text}", path, value=repr(value)))
        return value
    return _number(declared, path, value)


def _number(declared: Declaration, path: str, value: Any) -> float:
    try:
        if isinstance(value, str):
            number, unit = units.split(value)
            value = units.convert(number, unit, declared.unit) if unit else number
        if isinstance(value, bool) or not math.isfinite(value):
            raise ValueError
        whole = declared.form != "count" or float(value).is_integer()
    except ValueError:  # BadInput is one
        whole = False
    if not whole:
        kind = "a whole number" if declared.form == "count" else "a number"
        message = f"{kind} is needed, allowed {declared.range_text}"
        raise BadInput(Fault(message, path, value=repr(value)))
    return int(value) if declared.form == "count" else value


def to_address(values: Values) -> list[str]:
    """Return the ``set`` entries of an address."""
    return [f"{path}={written(value)}" for path, value in values.items()]


def written(value: Any) -> str:
    """Return a value as a scenario file or an address has it.

    >>> written(180.0), written(True), written("dry")
    ('180', 'true', 'dry')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return trimmed(value).replace("−", "-") if isinstance(value, (int, float)) else str(value)


def changed(scenario: Scenario, values: Values) -> dict[str, Any]:
    """Return only the values that differ from the baseline, with what has to be said with them."""
    found = {path: value for path, value in values.items() if scenario.value(path) != value}
    needed = companions(scenario, found)
    return {path: value for path, value in values.items() if path in found or path in needed}


def faults(scenario: Scenario, values: Values) -> dict[str, str]:
    """Return what is wrong with the values: path → why; "" holds what concerns no single one."""
    try:
        scenario.with_values(changed(scenario, values))
    except BadInput as error:
        found: dict[str, str] = {}
        for fault in error.faults:
            place = fault.path.split(".", 1)[-1] if "." in fault.path else fault.path
            found[place if place in values else ""] = fault.message
        return found
    return {}


def refused(scenario: Scenario, values: Values) -> bool:
    """Return whether a value is out of its own range, so that nothing can be said of limits."""
    found = faults(scenario, values)
    return any(path in values for path in found)


@dataclass(frozen=True, slots=True)
class Bound:
    """One limit of one asset, under the baseline and under the draft."""

    asset: str
    base: Limit
    now: Limit
    soft: bool = False

    @property
    def over(self) -> bool:
        """Whether the draft asks for more than there is, or than is wise if it is ``soft``."""
        return self.now.share > 1 + 1e-9


def bounds(scenario: Scenario, values: Values) -> list[Bound]:
    """Return what limits the assets that ``values`` touch; nothing is simulated."""
    return _bounds(scenario, values, soft=False)


def margins(scenario: Scenario, values: Values) -> list[Bound]:
    """Return what those assets had better not pass; above it people are warned, not refused."""
    return _bounds(scenario, values, soft=True)


def _bounds(scenario: Scenario, values: Values, *, soft: bool) -> list[Bound]:
    touched = {path.split(".")[0] for path in values}
    found: list[Bound] = []
    for name, entry in scenario.of("plant").items():
        if name not in touched:
            continue
        before = _limits(entry, scenario.document["plant"][name], {}, soft)
        after = _limits(entry, scenario.document["plant"][name], values, soft)
        pairs = zip(before, after, strict=False) if after else ()
        found += [Bound(name, base, now, soft) for base, now in pairs]
    return found


def _limits(
    entry: Entry, table: Mapping[str, Any], values: Values, soft: bool
) -> tuple[Limit, ...]:
    changed_table = copy.deepcopy({key: v for key, v in table.items() if key != "kind"})
    for path, value in values.items():
        name, *keys = path.split(".")
        if name == entry.name:
            _put(changed_table, keys, value)
    try:
        settings = entry.params.read(changed_table)
    except BadInput:
        return ()
    model = load_kind("twin.plant", entry.kind).Model
    found: tuple[Limit, ...] = model.margins(settings) if soft else model.limits(settings)
    return found


def _put(table: dict[str, Any], keys: list[str], value: Any) -> None:
    *parents, last = keys
    for key in parents:
        table = table.setdefault(key, {})
    table[last] = value


def reach(scenario: Scenario, values: Values, path: str, low: float, high: float) -> float | None:
    """Return where in ``[low, high]`` a limit stops this parameter; None when none does."""

    def over(value: float) -> bool:
        return any(bound.over for bound in bounds(scenario, {**values, path: value}))

    if over(low) or not over(high):
        return None
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (low, middle) if over(middle) else (middle, high)
    return low


def scenario_file(scenario: Scenario, base_name: str, values: Values, title: str) -> str:
    """Return the what-if as a scenario file that extends the baseline."""
    tables: dict[str, list[str]] = {}
    tops: list[str] = []
    for path, value in changed(scenario, values).items():
        name, *keys = path.split(".")
        line = f"{(keys or [name])[-1]} = {_toml(value)}"
        declared = scenario.declaration(path)
        line += f"  # {declared.unit}" if declared.unit not in {"", "1"} else ""
        if keys:
            section = scenario.entries[name].section
            tables.setdefault(".".join([section, name, *keys[:-1]]), []).append(line)
        else:
            tops.append(line)
    head = [f"extends = {json.dumps(base_name)}", f"title = {_toml(title)}", *tops]
    parts = ["\n".join(head)]
    parts += [f"[{table}]\n" + "\n".join(lines) for table, lines in tables.items()]
    return "\n\n".join(parts) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, (bool, int, float)):
        return written(value)
    return json.dumps(str(value), ensure_ascii=False)


def without(draft: Draft, path: str) -> Draft:
    """Return the draft without one parameter."""
    return draft.change({key: value for key, value in draft.values.items() if key != path})


def with_base(draft: Draft, scenario: Scenario, path: str) -> Draft:
    """Return the draft with one parameter at its baseline."""
    return draft.change({**draft.values, path: scenario.value(path)})


def renewed(draft: Draft, values: Values) -> Draft:
    """Return the draft with its values replaced and its history kept."""
    return replace(draft, values=dict(values))
