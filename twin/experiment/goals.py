"""What is wanted of a variant: a KPI as large or small as can be, and limits on others."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from twin import units
from twin.errors import BadInput, Fault, did_you_mean
from twin.experiment.results import Values
from twin.scenario import Scenario
from twin.statistics import LEVEL, one_sided

Held = Literal["met", "not met", "cannot tell"]
_LIMIT = re.compile(r"^\s*([A-Za-z_][\w.]*)\s*(<=|>=|≤|≥)\s*(.+?)\s*$")


@dataclass(frozen=True, slots=True)
class Objective:
    """The KPI to make as large or as small as can be."""

    kpi: str
    maximise: bool

    @property
    def sign(self) -> float:
        """What makes more of it better."""
        return 1.0 if self.maximise else -1.0

    @property
    def word(self) -> str:
        """Its name in a sentence."""
        return f"{'maximise' if self.maximise else 'minimise'} {self.kpi}"

    def score(self, values: Values) -> float:
        """Return the mean, turned so that more is better; minus infinity when it is unknown."""
        known = [value for value in values[self.kpi] if math.isfinite(value)]
        return self.sign * float(np.mean(known)) if known else -math.inf


@dataclass(frozen=True, slots=True)
class Limit:
    """A KPI whose mean must stay ``at_most`` or at least ``bound``, in the KPI's unit."""

    kpi: str
    at_most: bool
    bound: float
    unit: str

    def __str__(self) -> str:
        unit = "" if self.unit == "1" else f" {self.unit}"
        return f"{self.kpi} {'<=' if self.at_most else '>='} {self.bound:g}{unit}"

    def excess(self, values: Values) -> float:
        """Return how far the mean is beyond the bound; not above zero when it keeps it."""
        known = [value for value in values[self.kpi] if math.isfinite(value)]
        if not known:
            return math.inf
        beyond = float(np.mean(known)) - self.bound
        return beyond if self.at_most else -beyond

    def held(self, values: Values) -> Held:
        """Return whether the mean keeps the bound, at 95 %."""
        low, high = one_sided(values[self.kpi], LEVEL)
        if low is None or high is None:
            return "cannot tell"
        far, near = (high, low) if self.at_most else (-low, -high)
        bound = self.bound if self.at_most else -self.bound
        return "met" if far <= bound else "not met" if near > bound else "cannot tell"


def objective(scenario: Scenario, minimise: str | None, maximise: str | None) -> Objective:
    """Return the objective that ``--minimise`` or ``--maximise`` names, exactly one of them."""
    if (minimise is None) == (maximise is None):
        raise BadInput(Fault("give one of --minimise KPI and --maximise KPI", "objective"))
    kpi = maximise or minimise or ""
    _known(scenario, kpi, "maximise" if maximise else "minimise")
    return Objective(kpi, maximise is not None)


def limits(scenario: Scenario, written: Sequence[str]) -> tuple[Limit, ...]:
    """Read ``KPI<=X`` and ``KPI>=X``; the bound may carry a unit."""
    found = []
    for text in written:
        match = _LIMIT.match(text)
        if match is None:
            message = "is not KPI<=X or KPI>=X, such as 'mill.tool_breaks<=0.1'"
            raise BadInput(Fault(message, "subject-to", "", repr(text)))
        kpi, sign, value = match.groups()
        _known(scenario, kpi, "subject-to")
        unit = scenario.measures[kpi].unit
        try:
            number, named = units.split(value)
            bound = units.convert(number, named, unit) if named else number
        except BadInput as error:
            message = error.faults[0].message
            raise BadInput(Fault(message, "subject-to", "", repr(text))) from None
        found.append(Limit(kpi, sign in {"<=", "≤"}, float(bound), unit))
    return tuple(found)


def _known(scenario: Scenario, kpi: str, option: str) -> None:
    if kpi not in scenario.measures:
        message = "no such KPI" + did_you_mean(kpi, scenario.measures)
        raise BadInput(Fault(message, option, scenario.file, repr(kpi)))
