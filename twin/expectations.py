"""What a scenario file expects of its KPIs: checked bounds, in the unit of the KPI."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twin import units
from twin.errors import BadInput, Fault, did_you_mean
from twin.measures import Measure
from twin.params import Params, quantity, text


class Expect(Params):
    """An expectation: the scenario is a test of it."""

    kpi: str = text(None, "Path of the KPI, such as mill.tool_changes.")
    at_most: float | str | None = None
    at_least: float | str | None = None
    confidence: float = quantity(
        0, "1", 0, 0.9999, "One-sided confidence with which it must hold; 0 looks at the mean only."
    )


@dataclass(frozen=True, slots=True)
class Expectation:
    """A checked expectation, its bounds in the unit of the KPI."""

    kpi: str
    unit: str
    at_most: float | None
    at_least: float | None
    confidence: float

    def __str__(self) -> str:
        bounds = []
        if self.at_least is not None:
            bounds.append(f"at least {self.at_least:g}")
        if self.at_most is not None:
            bounds.append(f"at most {self.at_most:g}")
        unit = "" if self.unit == "1" else f" {self.unit}"
        sure = f" with {self.confidence:.0%} confidence" if self.confidence else ""
        return f"{self.kpi} {' and '.join(bounds)}{unit}{sure}"


def read_expectations(
    tables: Any, measures: Mapping[str, Measure], file: str, faults: list[Fault]
) -> list[Expectation]:
    """Check the ``[[expect]]`` tables; what is wrong is added to ``faults``."""
    if not isinstance(tables, list):
        faults.append(Fault("write it as [[expect]]", "expect", file))
        return []
    found = []
    for index, table in enumerate(tables):
        try:
            found.append(_expectation(table, f"expect.{index}", measures, file))
        except BadInput as error:
            faults.extend(error.faults)
    return found


def _expectation(table: Any, path: str, measures: Mapping[str, Measure], file: str) -> Expectation:
    expect = Expect.read(table if isinstance(table, Mapping) else {}, path=path, file=file)
    if expect.kpi not in measures:
        message = "no such KPI" + did_you_mean(expect.kpi, measures)
        raise BadInput(Fault(message, f"{path}.kpi", file, repr(expect.kpi)))
    unit = measures[expect.kpi].unit
    if expect.at_most is None and expect.at_least is None:
        raise BadInput(Fault("needs at_most or at_least", path, file))
    bound = functools.partial(_bound, unit=unit, file=file)
    return Expectation(
        expect.kpi,
        unit,
        bound(expect.at_most, path=f"{path}.at_most"),
        bound(expect.at_least, path=f"{path}.at_least"),
        expect.confidence,
    )


def _bound(value: float | str | None, *, unit: str, path: str, file: str) -> float | None:
    if value is None or isinstance(value, float):
        return value
    try:
        number, written = units.split(value)
        return units.convert(number, written, unit) if written else number
    except BadInput as error:
        raise BadInput(Fault(error.faults[0].message, path, file, repr(value))) from None
