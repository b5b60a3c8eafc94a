"""The document of a finished sweep or search, read for tables and charts."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twin import jobs
from twin.experiment.gist import gist
from twin.scenario import Scenario
from twin.ui import comparison, names
from twin.ui import experiment_words as words
from twin.ui.figures_experiments import Marks
from twin.ui.i18n import t
from twin.ui.wording import decimals, half_width, number, signed, unit, with_band

Triple = tuple[float, float, float]
_LIMIT = re.compile(r"^(\S+) (<=|>=) (\S+)")
NOTHING: Mapping[str, Any] = {"value": None, "low": None, "high": None}


@dataclass(frozen=True, slots=True)
class Found:
    """A finished sweep or search, as a job keeps it."""

    kind: str
    document: Mapping[str, Any]
    payload: Mapping[str, Any]

    @property
    def design(self) -> str:
        """``grid``, ``sample``, ``tornado``, ``sobol`` or ``optimise``."""
        return str(self.document.get("design", "grid")) if self.kind == "sweep" else "optimise"

    @property
    def dimensions(self) -> list[Mapping[str, Any]]:
        """What varied: path, unit, low, high, options, and where it stands now."""
        return list(self.document["dimensions"])

    @property
    def paths(self) -> list[str]:
        """The paths of what varied."""
        return [one["path"] for one in self.dimensions]

    @property
    def units(self) -> dict[str, str]:
        """The unit of each parameter that varied."""
        return {one["path"]: one["unit"] for one in self.dimensions}

    @property
    def points(self) -> list[Mapping[str, Any]]:
        """Every point with its values and KPIs, in the order it was asked."""
        return list(self.document.get("points", ()))

    @property
    def goal(self) -> str:
        """The KPI that was to be as good as can be; empty when none was named."""
        objective = self.document.get("objective")
        return objective["kpi"] if objective else ""

    @property
    def maximise(self) -> bool:
        """Whether more of the goal was wanted."""
        objective = self.document.get("objective")
        return bool(objective and objective["maximise"])

    @property
    def measures(self) -> Mapping[str, Any]:
        """Every KPI: its unit, what is better, whether it is a headline."""
        measures: Mapping[str, Any] = self.document["measures"]
        return measures

    @property
    def marks(self) -> Marks:
        """Which points are the best, and which cannot be told from it."""
        best = self.document.get("best") if self.kind == "sweep" else None
        return Marks(best["number"], tuple(best["as_good"])) if best else Marks()

    def headline(self) -> str:
        """Return what was found, in a sentence."""
        shown = [path for path, one in self.measures.items() if one["headline"]]
        return words.of_gist(self.kind, gist(self.kind, self.document, shown), self.units)

    def kpis(self) -> list[str]:
        """Return the KPIs worth a look: the goal, limits, headlines, then every other known one."""
        first = [self.goal, *(kpi for kpi, _least, _bound in self.limits())]
        shown = [path for path, one in self.measures.items() if one["headline"]]
        order = {name: place for place, name in enumerate(comparison.FIRST)}
        shown.sort(key=lambda path: order.get(path.rsplit(".", 1)[-1], len(order)))
        every = [path for path in (*first, *shown, *self.measures) if path]
        return [path for path in dict.fromkeys(every) if self.is_known(path)]

    def is_known(self, kpi: str) -> bool:
        """Return whether a KPI has a value at some point; a sensor's has none without sensors."""
        if self.kind == "optimise":
            return self.document["best"]["kpis"].get(kpi, NOTHING)["value"] is not None
        return any(point["kpis"][kpi]["value"] is not None for point in self.points)

    def figure(self, number_: int, kpi: str) -> Triple | None:
        """Return mean, low and high end of a KPI at a point; None where it is unknown."""
        return triple(self.points[number_]["kpis"][kpi])

    def base(self, kpi: str) -> Triple | None:
        """Return a KPI of the scenario as it is; None when it did not run."""
        base = self.document.get("base")
        return triple(base["kpis"].get(kpi, NOTHING)) if base else None

    def text(self, number_: int, kpi: str) -> str:
        """Return a KPI at a point as value, uncertainty, unit."""
        return kpi_text(self.points[number_]["kpis"][kpi], self.measures[kpi]["unit"])

    def name(self, kpi: str) -> str:
        """Return the name of a KPI, with the thing it belongs to where several have one."""
        last = "." + kpi.rsplit(".", 1)[-1]
        alone = sum(path.endswith(last) for path in self.measures) == 1
        return names.kpi(kpi) if alone else f"{names.kpi(kpi)} ({names.owner(kpi)})"

    def axis(self, kpi: str) -> str:
        """Return the title of an axis with a KPI."""
        return f"{self.name(kpi)}{bracket(self.measures[kpi]['unit'])}"

    def axis_of(self, path: str) -> str:
        """Return the title of an axis with a parameter."""
        return f"{words.parameter(path)}{bracket(self.units[path])}"

    def setting(self, number_: int) -> str:
        """Return a point as a phrase."""
        return words.setting(self.points[number_]["values"], self.units)

    def dimension(self, path: str) -> Mapping[str, Any]:
        """Return what is known of one parameter that varied."""
        return next(one for one in self.dimensions if one["path"] == path)

    def limits(self) -> list[tuple[str, bool, float]]:
        """Return every limit: its KPI, whether it is a least value, its bound."""
        written = [one if isinstance(one, str) else one["limit"]
                   for one in self.document["subject_to"]]  # fmt: skip
        found = [match for text in written if (match := _LIMIT.match(text))]
        return [(match[1], match[2] == ">=", float(match[3])) for match in found]

    def better(self, kpi: str) -> bool:
        """Return whether more of a KPI is better."""
        if kpi == self.goal:
            return self.maximise
        return bool(self.measures[kpi]["better"] == "more")


def found(job: jobs.Job) -> Found | None:
    """Return what a job found; None unless it is a finished sweep or search."""
    if job.kind not in {"sweep", "optimise"} or job.state != "done":
        return None
    # Rows of an older version have no measures: they are shown as not readable.
    return Found(job.kind, job.result, job.payload) if "measures" in job.result else None


def triple(kpi: Mapping[str, Any]) -> Triple | None:
    """Return mean, low and high end; ends that are unknown stand at the mean."""
    mean = kpi["value"]
    if mean is None or not math.isfinite(mean):
        return None
    low, high = kpi["low"], kpi["high"]
    return mean, mean if low is None else low, mean if high is None else high


def change_text(told: Mapping[str, Any]) -> str:
    """Return a difference with its sign, in digits no finer than its interval."""
    if told["value"] is None:
        return ""
    return signed(told["value"], decimals(half_width(told["low"], told["high"]), told["value"]))


def kpi_text(kpi: Mapping[str, Any], of: str) -> str:
    """Return a KPI as value, uncertainty, unit."""
    shown = with_band(kpi["value"], kpi["low"], kpi["high"])
    return shown if kpi["value"] is None else shown + unit(of)


def bracket(of: str) -> str:
    """Return a unit as the title of an axis has it."""
    return f" [{unit(of).strip()}]" if unit(of) else ""


def limit_text(kpi: str, least: bool, bound: float, measures: Mapping[str, Any]) -> str:
    """Return a limit in words: ``Tool breaks at most 1``."""
    key = "experiments.at_least" if least else "experiments.at_most"
    of = unit(measures[kpi]["unit"])
    return t(key, kpi=names.kpi(kpi), bound=number(bound, _places(bound)) + of)


def _places(bound: float) -> int:
    text = f"{bound:.10g}"
    return len(text.partition(".")[2])


def units_of(scenario: Scenario, paths: Sequence[str]) -> dict[str, str]:
    """Return the units of some parameters."""
    return {path: scenario.declaration(path).unit for path in paths}
