"""What may be asked of a sweep or a search, as one JSON document: read, checked, counted.

The command line and the queue of jobs ask in the same words::

    {"vary": ["mill.cutting_speed=120:240:7"], "design": "grid", "points": 40,
     "maximise": "mill.throughput", "subject_to": ["mill.tool_breaks<=1"],
     "pareto": ["mill.throughput", "mill.energy_per_part"], "replications": 10, "beside": true}

``design`` is ``grid``, ``sample`` (Latin hypercube of ``points``), ``tornado`` or ``sobol`` (from
``points`` × (parameters + 2) points). With ``beside`` the scenario runs as it is too, and every
point is told beside it. A search takes ``runs``, ``replications``, ``confirm`` and
``indifference`` instead.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from twin.errors import BadInput, Fault, did_you_mean
from twin.experiment import designs
from twin.experiment.dimensions import (
    Dimension,
    Point,
    combinations,
    grid,
    latin_hypercube,
    read_dimension,
)
from twin.experiment.goals import Limit, Objective, limits, objective
from twin.experiment.optimisation import Question
from twin.experiment.runs import count
from twin.scenario import Scenario

Design = Literal["grid", "sample", "tornado", "sobol", "morris"]
DESIGNS: tuple[Design, ...] = get_args(Design)
"""Every design, as the page offers them."""
USUAL = {"runs": 400, "replications": 5, "confirm": 40}
"""What a search takes unless it is said otherwise."""
LEAST = {"runs": 1, "replications": 2, "confirm": 6}
MOST_BUILT = 64
"""Points that are built before anything runs."""
Asked = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Study:
    """A sweep that can be run: what varies, by which design, and what is wanted."""

    scenario: Scenario
    dimensions: tuple[Dimension, ...]
    design: Design = "grid"
    points: int | None = None
    goal: Objective | None = None
    keep: tuple[Limit, ...] = ()
    two: tuple[Objective, Objective] | None = None
    replications: int | None = None
    beside: bool = False

    @property
    def base_first(self) -> bool:
        """Whether the scenario as it is runs before the points, so that they can be told apart."""
        return self.beside and self.design in {"grid", "sample"}

    def places(self) -> list[Point]:
        """Return the points to run, in order; Sobol' indices choose theirs while they run."""
        if self.design == "tornado":
            return designs.tornado_points(self.scenario, self.dimensions)
        if self.design == "sample":
            seed = self.scenario.header.seed
            return latin_hypercube(self.dimensions, self.points or 0, seed)
        return grid(self.dimensions)

    def variants(self) -> int:
        """Return how many variants it runs, without listing them."""
        if self.design == "sobol":
            return (self.points or 0) * (len(self.dimensions) + 2)
        if self.design == "morris":
            return (self.points or 0) * (len(self.dimensions) + 1)
        if self.design == "tornado":
            return 1 + sum(len(d.options) or 2 for d in self.dimensions)
        total = self.points or 0
        if self.design == "grid":
            total = 1
            for dimension in self.dimensions:
                total *= len(dimension.values())
        return total + self.base_first

    def runs(self) -> int:
        """Return how many simulated runs that takes when none is stored yet."""
        return self.variants() * count(self.scenario, self.replications)


def read(scenario: Scenario, asked: Asked) -> Study:
    """Read and check what is asked of a sweep.

    Raises
    ------
    BadInput
        With every fault: of a parameter, the design, the KPIs, the limits.
    """
    faults: list[Fault] = []
    dimensions = _dimensions(scenario, asked, faults, "PATH=LO:HI:N")
    design = asked.get("design", "grid")
    if design not in get_args(Design):
        message = "no such design" + did_you_mean(str(design), get_args(Design))
        faults.append(Fault(message, "design", "", repr(design)))
    goal = _try(faults, lambda: _goal(scenario, asked))
    keep = _try(faults, lambda: limits(scenario, asked.get("subject_to") or ())) or ()
    two = _try(faults, lambda: _two(scenario, asked.get("pareto") or ()))
    needs_goal = design in {"tornado", "sobol", "morris"} and not (
        asked.get("minimise") or asked.get("maximise")
    )
    if needs_goal:
        message = "--tornado, --sobol and --morris need --minimise or --maximise KPI"
        faults.append(Fault(message, "vary"))
    points = _try(faults, lambda: _points(design, asked.get("points")))
    replications = asked.get("replications")
    _try(faults, lambda: count(scenario, replications))
    if design == "grid" and dimensions:
        for dimension in dimensions:
            _try(faults, dimension.values)
    if faults:
        raise BadInput(faults)
    return Study(scenario, dimensions, design, points, goal, keep, two, replications,
                 bool(asked.get("beside")))  # fmt: skip


def _try(faults: list[Fault], do: Callable[[], T]) -> T | None:
    """Return what ``do`` gives; what it refuses joins the other faults."""
    try:
        return do()
    except BadInput as error:
        faults += error.faults
        return None


def _dimensions(
    scenario: Scenario, asked: Asked, faults: list[Fault], form: str
) -> tuple[Dimension, ...]:
    written = asked.get("vary") or ()
    if not written:
        faults.append(Fault(f"nothing to vary: give --vary {form}"))
    found: dict[str, Dimension] = {}
    for text in written:
        one = _try(faults, lambda text=text: read_dimension(text, scenario))  # type: ignore[misc]
        if one is not None and one.path in found:
            faults.append(Fault("is varied twice", one.path, "", repr(text)))
        elif one is not None:
            found[one.path] = one
    return tuple(found.values())


def _goal(scenario: Scenario, asked: Asked) -> Objective | None:
    minimise, maximise = asked.get("minimise"), asked.get("maximise")
    return objective(scenario, minimise, maximise) if minimise or maximise else None


def _two(scenario: Scenario, kpis: Sequence[str]) -> tuple[Objective, Objective] | None:
    if not kpis:
        return None
    if len(kpis) != 2:
        raise BadInput(Fault("is not KPI,KPI", "pareto", "", repr(",".join(kpis))))
    one, other = (_wanted(scenario, kpi) for kpi in kpis)
    return one, other


def _wanted(scenario: Scenario, kpi: str) -> Objective:
    """A KPI in the direction that its own declaration calls better."""
    more = kpi in scenario.measures and scenario.measures[kpi].better == "more"
    return objective(scenario, None if more else kpi, kpi if more else None)


def _points(design: str, points: int | None) -> int | None:
    if design == "sample" and (points is None or points < 1):
        raise BadInput(Fault("allowed 1 or more", "sample", "", str(points)))
    if design == "sobol":
        designs.check_sobol(points or 0)
    if design == "morris":
        designs.check_morris(points or 0)
    return points


# -- searching ----------------------------------------------------------------------------------


def read_search(scenario: Scenario, asked: Asked) -> Question:
    """Read and check what is asked of an optimisation.

    Raises
    ------
    BadInput
        With every fault.
    """
    faults: list[Fault] = []
    numbers = {
        name: usual if asked.get(name) is None else int(asked[name])
        for name, usual in USUAL.items()
    }
    dimensions = _dimensions(scenario, asked, faults, "PATH=LO:HI")
    faults += [
        Fault(f"allowed {LEAST[name]} or more", name, "", str(value))
        for name, value in numbers.items()
        if value < LEAST[name]
    ]
    indifference = asked.get("indifference")
    if indifference is not None and indifference <= 0:
        faults.append(Fault("allowed above 0", "indifference", "", str(indifference)))
    minimise, maximise = asked.get("minimise"), asked.get("maximise")
    goal = _try(faults, lambda: objective(scenario, minimise, maximise))
    keep = _try(faults, lambda: limits(scenario, asked.get("subject_to") or ())) or ()
    if faults or goal is None:
        raise BadInput(faults)
    return Question(goal, keep, dimensions, numbers["replications"], numbers["runs"],
                    numbers["confirm"], indifference)  # fmt: skip


def tries(question: Question) -> int:
    """Return how many points a search looks at: all there are, where that is affordable."""
    every = combinations(question.dimensions)
    return every if every is not None and every <= question.trials else question.trials


def most_runs(question: Question) -> int:
    """Return about how many runs a search takes at most: to search, select and confirm."""
    search = tries(question) * question.replications
    return search + max(question.runs, 10) + 2 * question.confirm


def check_first(study: Study) -> None:
    """Refuse a sweep whose points cannot all be built, as far as a short look can tell.

    Of a grid its corners are built, of another design the first points that it lists.

    Raises
    ------
    BadInput
        The faults of the first point that cannot be built.
    """
    if study.design in {"sobol", "morris"}:
        return
    places: Iterable[Point] = study.places() if study.design != "grid" else _corners(study)
    for point in itertools.islice(places, MOST_BUILT):
        study.scenario.with_values(point)


def _corners(study: Study) -> Iterator[Point]:
    listed = [dimension.values() for dimension in study.dimensions]
    ends = [tuple(dict.fromkeys((values[0], values[-1]))) for values in listed]
    for values in itertools.product(*ends):
        yield {d.path: value for d, value in zip(study.dimensions, values, strict=True)}
