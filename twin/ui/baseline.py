"""What a twin starts from: its scenario file, with what the machine holds now laid over it.

After a change was confirmed the machine holds other set-points than the file. Every page asks
:func:`now`; an address that names its baseline (``base=path=value``, or ``base=file``) keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from twin.devices.desk import Desk
from twin.devices.present import Held, differing, is_of
from twin.errors import BadInput
from twin.scenario import Scenario
from twin.setting import read_setting
from twin.ui import change_desk, names, refusals
from twin.ui.context import Context
from twin.ui.i18n import t
from twin.ui.wording import day_or_hour, trimmed, unit

FILE = "file"
"""What an address says when the scenario file is the baseline."""
MOST = 3
"""Set-points that are said in words; more are counted."""

Source = Literal["file", "machine", "earlier"]


@dataclass(frozen=True, slots=True)
class Start:
    """A scenario of the app: as its file is, and as it is with ``values`` laid over it."""

    name: str
    file: Scenario
    scenario: Scenario
    values: Mapping[str, Any] = field(default_factory=dict)
    held: tuple[Held, ...] = ()
    refused: str = ""

    @property
    def source(self) -> Source:
        """Where the values come from."""
        if not self.values:
            return "file"
        return "machine" if dict(self.values) == _values(self.held) else "earlier"

    def store(self) -> dict[str, Any]:
        """Return what the browser keeps of it."""
        return {"name": self.name, "values": dict(self.values)}

    def query(self) -> list[str]:
        """Return the ``base`` entries of an address that gives this baseline again."""
        return [f"{path}={_written(value)}" for path, value in self.values.items()] or [FILE]


def now(context: Context, name: str) -> Start:
    """Return the present baseline: what the machine holds, or the file when no device runs."""
    scenario = context.scenario(name)
    held = holds(scenario)
    try:
        return Start(name, scenario, _with(scenario, _values(held)), _values(held), held)
    except BadInput as error:
        return Start(name, scenario, scenario, {}, held, refusals.message(error.faults[0].message))


def of_address(context: Context, name: str, base: Iterable[str]) -> Start:
    """Return the baseline of an address; without ``base`` entries the present one.

    Raises
    ------
    BadInput
        When an entry is not a parameter of the scenario, or its value is refused.
    """
    asked = list(base)
    if not asked:
        return now(context, name)
    scenario = context.scenario(name)
    values = dict(read_setting(written) for written in asked if written != FILE)
    return Start(name, scenario, _with(scenario, values), values, holds(scenario))


def restore(context: Context, stored: Mapping[str, Any]) -> Start:
    """Return the baseline that the browser kept; what the machine holds is not asked again."""
    scenario = context.scenario(stored["name"])
    return Start(stored["name"], scenario, _with(scenario, stored["values"]), stored["values"])


def _with(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    return scenario.with_values(values) if values else scenario


def _values(held: Iterable[Held]) -> dict[str, Any]:
    return {one.path: one.value for one in held}


def holds(scenario: Scenario) -> tuple[Held, ...]:
    """Return what the machine of a scenario holds otherwise than its file; empty if none runs."""
    try:
        plant = Desk().plant
    except BadInput:
        return ()
    site, model = scenario.header.site, scenario.model_key
    if not is_of(plant, title=scenario.title, site=site, model=model):
        return ()  # the devices that run are another scenario's
    return differing(plant, change_desk.live() or (), scenario.value)


def _written(value: Any) -> str:
    return repr(value) if isinstance(value, (int, float)) else str(value)


# -- words --------------------------------------------------------------------------------------


def sentences(start: Start) -> tuple[str, str]:
    """Return what the baseline is and what differs; empty when the machine holds the file."""
    if start.refused:
        return t("baseline.refused"), start.refused
    if start.source == "file":
        return (t("baseline.file"), _listed(start, start.held)) if start.held else ("", "")
    used = [Held(path, value) for path, value in start.values.items()]
    shown = start.held if start.source == "machine" else used
    return t(f"baseline.{start.source}"), _listed(start, shown)


def other(start: Start) -> tuple[str, list[str]]:
    """Return the baseline that could be taken instead: its words, and its ``base`` entries."""
    if start.source == "machine":
        return t("baseline.take_file"), [FILE]
    return t("baseline.take_machine"), []


def _listed(start: Start, held: Iterable[Held]) -> str:
    said = [_said(start, one) for one in held]
    more = t("baseline.more", n=len(said) - MOST) if len(said) > MOST else ""
    return t("baseline.between").join(said[:MOST]) + t("baseline.stop") + more


def _said(start: Start, one: Held) -> str:
    of = unit(start.file.declaration(one.path).unit)
    value, file = _shown(one.value, of), _shown(start.file.value(one.path), of)
    name = names.parameter(one.path)
    return t("baseline.item", name=name, value=value, since=_since(one.by), file=file)


def _shown(value: Any, of: str) -> str:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return f"{trimmed(value)}{of}" if number else names.word(str(value))


def _since(by: str) -> str:
    if by == "panel":
        return t("baseline.panel")
    try:
        confirmed = Desk().ledger.get(by).updated if by else 0.0
    except BadInput:
        confirmed = 0.0
    if not confirmed:
        return ""
    return t("baseline.since", at=day_or_hour(confirmed))
