"""What came out of a sweep or a search, as the JSON that the command line and the queue give.

A job keeps the :func:`compact` form: units once, no expectations, so that a sweep of a thousand
points stays small. :func:`gist` is the little that a list of experiments says of one.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from twin.experiment import designs
from twin.experiment.dimensions import Dimension, Point
from twin.experiment.goals import Objective
from twin.experiment.laboratory import Laboratory
from twin.experiment.optimisation import Optimum, Question, optimise
from twin.experiment.places import Where
from twin.experiment.replications import Progress
from twin.experiment.results import Result
from twin.experiment.runs import count
from twin.experiment.study import Study
from twin.experiment.sweeps import Sweep
from twin.experiment.work import Cancel
from twin.scenario import Scenario
from twin.statistics import Difference, estimate

Document = dict[str, Any]
AFTER_SEARCH = 2
"""Steps of a search after its points: selection and confirmation."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep gave: every point with its result, and what they say together."""

    study: Study
    points: tuple[tuple[Point, Result], ...] = ()
    base: Result | None = None
    best: designs.Best | None = None
    front: tuple[int, ...] = ()
    bars: tuple[designs.Bar, ...] = ()
    shares: tuple[designs.Share, ...] = ()
    weights: tuple[designs.Weight, ...] = ()
    computed: int = 0


def swept(
    study: Study,
    engine: str = "auto",
    where: Where | None = None,
    on_progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Swept:
    """Run a sweep; what is stored is not run again. Progress counts finished variants."""
    own = study.design in {"sobol", "morris"}  # chooses its points while it runs
    told = _altogether(on_progress, study.variants()) if own else on_progress
    run = Sweep(study.scenario, study.replications, engine, where or Where(), told, cancelled)
    if study.design == "sobol":
        assert study.goal is not None
        shares = designs.sobol(run, study.dimensions, study.goal.kpi, study.points or 0)
        return Swept(study, shares=tuple(shares), computed=run.computed)
    if study.design == "morris":
        assert study.goal is not None
        weights = designs.morris(run, study.dimensions, study.goal.kpi, study.points or 0)
        return Swept(study, weights=tuple(weights), computed=run.computed)
    places = study.places()
    first: list[Point] = [{}] if study.base_first else []
    results = run([*first, *places])
    base = results[0] if study.base_first or study.design == "tornado" else None
    results = results[len(first) :]
    points = tuple(zip(places, results, strict=True))
    goal = study.goal
    bars = designs.tornado(points, goal.kpi) if goal and study.design == "tornado" else []
    return Swept(
        study, points, base,
        designs.best(results, goal, study.keep) if goal else None,
        tuple(designs.pareto(results, *study.two)) if study.two else (),
        tuple(bars), computed=run.computed,
    )  # fmt: skip


def _altogether(on_progress: Progress | None, total: int) -> Progress | None:
    """Progress of several calls of one sweep as one."""
    if on_progress is None:
        return None
    finished = itertools.count(1)
    return lambda _done, _all: on_progress(min(next(finished), total), total)


def sweep_document(found: Swept) -> Document:
    """Return a sweep as the JSON that others rely on."""
    study = found.study
    asked = {
        "design": study.design,
        "scenario": study.scenario.title,
        "file": study.scenario.file,
        "seed": study.scenario.header.seed,
        "replications": count(study.scenario, study.replications),
        "objective": _objective(study.goal),
        "subject_to": [str(limit) for limit in study.keep],
        "dimensions": [_dimension(study.scenario, one) for one in study.dimensions],
        "runs_computed": found.computed,
    }
    if study.design == "sobol":
        kpi = study.goal.kpi if study.goal else ""
        return {**asked, "kpi": kpi, "sobol": [asdict(share) for share in found.shares]}
    if study.design == "morris":
        kpi = study.goal.kpi if study.goal else ""
        return {**asked, "kpi": kpi, "morris": [asdict(weight) for weight in found.weights]}
    return {
        **asked,
        "points": [_point(found, point, result) for point, result in found.points],
        "best": asdict(found.best) if found.best else None,
        "no_difference": _inert(found),
        "pareto": list(found.front),
        "pareto_of": [one.kpi for one in study.two] if study.two else [],
        "tornado": [asdict(bar) for bar in found.bars],
        "base": found.base.document() if found.base else None,
    }


def _inert(found: Swept) -> list[str]:
    """The parameters of a grid that made no difference to the goal at all."""
    goal, design = found.study.goal, found.study.design
    return designs.inert(found.points, goal.kpi) if goal and design == "grid" else []


def _objective(goal: Objective | None) -> Document | None:
    return {"kpi": goal.kpi, "maximise": goal.maximise} if goal else None


def _dimension(scenario: Scenario, one: Dimension) -> Document:
    return {"path": one.path, "unit": scenario.declaration(one.path).unit, "low": one.low,
            "high": one.high, "whole": one.whole, "options": list(one.options),
            "now": scenario.value(one.path)}  # fmt: skip


def _point(found: Swept, point: Point, result: Result) -> Document:
    told: Document = {"values": point, **result.document()}
    if found.study.keep:
        told["held"] = {str(limit): limit.held(result.values) for limit in found.study.keep}
    if found.base is not None:
        told["difference"] = {
            kpi: asdict(beside(found, result, kpi)) for kpi in _watched(found.study)
        }
    return told


def _watched(study: Study) -> list[str]:
    """The KPIs that a point is told by beside the scenario as it is."""
    wanted = [study.goal.kpi] if study.goal else []
    wanted += [limit.kpi for limit in study.keep] + [one.kpi for one in study.two or ()]
    headline = [kpi for kpi, measure in study.scenario.measures.items() if measure.headline]
    return list(dict.fromkeys(wanted + headline))


def beside(found: Swept, result: Result, kpi: str) -> Difference:
    """Return what a KPI of a point is beside the scenario as it is, pair by pair."""
    assert found.base is not None
    goal = found.study.goal
    way = found.study.scenario.measures[kpi].better
    if goal and goal.kpi == kpi:
        way = "more" if goal.maximise else "less"
    return result.beside(found.base, kpi, way)


# -- searching ----------------------------------------------------------------------------------


def searched(
    scenario: Scenario,
    question: Question,
    engine: str = "auto",
    where: Where | None = None,
    on_progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Optimum:
    """Search, select, confirm; what is stored is not run again.

    Progress counts the points of the search, and two steps after them.
    """
    told = on_progress or (lambda _done, _all: None)
    laboratory = Laboratory(scenario, engine, where or Where(), cancelled=cancelled)
    found = optimise(laboratory, question, lambda done, all_: told(done, all_ + AFTER_SEARCH))
    total = len(found.trials) + AFTER_SEARCH
    told(total, total)
    return found


def search_document(asked: Scenario, found: Optimum) -> Document:
    """Return a search as the JSON that others rely on."""
    question = found.question
    return {
        "scenario": asked.title,
        "file": asked.file,
        "seed": asked.header.seed,
        "objective": _objective(question.objective),
        "subject_to": [
            {"limit": str(limit), "kpi": limit.kpi, "held": now, "base_held": before}
            for limit, now, before in found.limits
        ],
        "dimensions": [_dimension(asked, one) for one in question.dimensions],
        "best": {"values": found.point, "kpis": _kpis(asked, found.best)},
        "base": {"kpis": _kpis(asked, found.base)},
        "gain": {**asdict(found.gain), "unit": asked.measures[question.objective.kpi].unit},
        "confirmed": found.confirmed,
        "p_correct_selection": found.p_correct,
        "search_gain": found.search_gain,
        "finalists": list(found.finalists),
        "trials": [asdict(trial) for trial in found.trials],
        "replications": found.replications,
        "runs_computed": found.computed,
    }


def _kpis(asked: Scenario, values: Mapping[str, Sequence[float]]) -> Document:
    return {
        path: {**asdict(estimate(series)), "unit": asked.measures[path].unit}
        for path, series in values.items()
    }


# -- kept with a job ----------------------------------------------------------------------------


def compact(document: Document, scenario: Scenario) -> Document:
    """Return a document as a job keeps it: finite, units once for all points."""
    kept = {**document, "measures": _measures(scenario)}
    if "points" in kept:
        kept["points"] = [_short(point) for point in kept["points"]]
    if kept.get("base") and "run_id" in kept["base"]:
        kept["base"] = _short(kept["base"])
    finite: Document = _finite(kept)
    return finite


def _measures(scenario: Scenario) -> Document:
    return {
        path: {"unit": one.unit, "better": one.better, "headline": one.headline}
        for path, one in scenario.measures.items()
    }


def _short(point: Document) -> Document:
    kpis = {
        path: {key: kpi[key] for key in ("value", "low", "high")}
        for path, kpi in point["kpis"].items()
    }
    keys = ("values", "held", "difference", "run_id")
    kept: Document = {key: point[key] for key in keys if key in point}
    return {**kept, "kpis": kpis}


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(inner) for inner in value]
    if hasattr(value, "tolist"):
        return _finite(value.tolist())
    return None if isinstance(value, float) and not math.isfinite(value) else value
