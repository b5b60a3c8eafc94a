"""Simulation optimisation: search on common luck, select on fresh luck, confirm on fresh luck.

What wins a search wins partly by luck, so its result in the search is too good. The best few are
therefore run again with other seeds, where ranking and selection (KN++) chooses one of them; the
gain that is reported comes from a third set of seeds, that of the chosen one and the baseline only.

Every replication is stored at once and the search depends on the seed alone, not on who computes
what, so the same command after an interruption repeats its steps and computes only what is missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from twin.errors import BadInput, Fault
from twin.experiment.dimensions import (
    Dimension,
    Point,
    combinations,
    grid,
    latin_hypercube,
)
from twin.experiment.goals import Held, Limit, Objective
from twin.experiment.laboratory import Laboratory, Outcomes
from twin.experiment.results import Values
from twin.experiment.work import Variant
from twin.rng import stream
from twin.statistics import Difference, difference, p_correct, select

ROUND = 8
"""Points that are asked for at once; not the number of workers, which must not decide."""
FINALISTS = 4
"""Of the best, and of the best that keep every limit surely."""
MOST_REPLICATIONS = 200
"""Replications of a finalist at which those left are told apart by their means alone; nor may the
selection take more runs than the search."""
INDIFFERENCE = 0.01
"""Part of the best mean that makes no difference to anybody, unless it is said otherwise."""

OnTrial = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be optimised, over what, and with how many runs."""

    objective: Objective
    limits: tuple[Limit, ...]
    dimensions: tuple[Dimension, ...]
    replications: int = 5
    """Of each point in the search."""
    runs: int = 400
    """Simulated runs of the search in all."""
    confirm: int = 40
    """Pairs of runs of the chosen point and the baseline."""
    indifference: float | None = None

    @property
    def trials(self) -> int:
        """Points that the search may look at."""
        return max(1, self.runs // self.replications)


@dataclass(frozen=True, slots=True)
class Trial:
    """One point of the search and what it gave; ``fault`` when it could not be built."""

    point: Point
    score: float
    excess: float
    safe: bool = False
    fault: str = ""

    @property
    def rank(self) -> tuple[float, float]:
        """What orders trials, best first: least beyond the limits, then the best score."""
        return max(0.0, self.excess), -self.score


@dataclass(frozen=True, slots=True)
class Optimum:
    """The chosen point, confirmed against the baseline on seeds that chose nothing."""

    question: Question
    point: Point
    base: Values
    best: Values
    gain: Difference
    limits: tuple[tuple[Limit, Held, Held], ...]
    """Every limit, whether the chosen point keeps it, and whether the baseline did."""
    p_correct: float
    search_gain: float
    finalists: tuple[Point, ...]
    trials: tuple[Trial, ...]
    computed: int = 0
    replications: dict[str, int] = field(default_factory=dict)

    @property
    def confirmed(self) -> bool:
        """Whether it keeps every limit at 95 %, and is better or the baseline did not keep one."""
        keeps = all(now == "met" for _limit, now, _before in self.limits)
        broke = any(before == "not met" for _limit, _now, before in self.limits)
        return keeps and (broke or self.gain.verdict == "better")


def optimise(
    laboratory: Laboratory, question: Question, on_trial: OnTrial | None = None
) -> Optimum:
    """Search, select, confirm.

    Raises
    ------
    BadInput
        When no point can be built, or the objective is unknown at all of them.
    """
    trials = _search(laboratory, question, on_trial)
    built = [trial for trial in trials if not trial.fault and math.isfinite(trial.score)]
    if not built:
        reason = trials[0].fault or f"{question.objective.kpi} is unknown at every point"
        raise BadInput(Fault(f"nothing to choose from: {reason}", "vary", laboratory.scenario.file))
    seed = laboratory.scenario.header.seed
    best_few = _finalists(built)
    best_few += _present(laboratory, question, best_few)
    variants = [_variant(laboratory, trial.point, _fresh(seed, "select")) for trial in best_few]
    chosen, sure, spent = _select(laboratory, question, variants)
    point = best_few[chosen].point
    pair = [_variant(laboratory, some, _fresh(seed, "confirm")) for some in ({}, point)]
    base, best = laboratory.values(pair, question.confirm)
    kpi = question.objective.kpi
    return Optimum(
        question=question,
        point=point,
        base=base,
        best=best,
        gain=difference(
            base[kpi], best[kpi], "more" if question.objective.maximise else "less",
            chance=laboratory.scenario.has_luck,
        ),
        limits=tuple((limit, limit.held(best), limit.held(base)) for limit in question.limits),
        p_correct=sure,
        search_gain=_search_gain(laboratory, question, best_few[0]),
        finalists=tuple(trial.point for trial in best_few),
        trials=tuple(trials),
        computed=laboratory.computed,
        replications={"search": question.replications, "select": spent,
                      "confirm": question.confirm},
    )  # fmt: skip


def _finalists(built: Sequence[Trial]) -> list[Trial]:
    """The best by their means, and the best that keep every limit surely; each point once."""
    ranked = sorted(built, key=lambda one: one.rank)
    few: dict[str, Trial] = {}
    for group in (ranked, [trial for trial in ranked if trial.safe]):
        once = {repr(trial.point): trial for trial in reversed(group)}
        few |= dict(list(reversed(once.items()))[:FINALISTS])
    return list(few.values())


def _present(laboratory: Laboratory, question: Question, finalists: Sequence[Trial]) -> list[Trial]:
    """The point as it is now: it may be the best there is."""
    point = {d.path: laboratory.scenario.value(d.path) for d in question.dimensions}
    if any(trial.point == point for trial in finalists):
        return []
    return [trial for trial in _try(laboratory, question, [point]) if not trial.fault]


def _fresh(seed: int, use: str) -> int:
    return int(stream(seed, f"optimise.{use}").integers(2**31 - 1))


def _variant(laboratory: Laboratory, point: Point, seed: int | None = None) -> Variant:
    built = laboratory.build(point, seed)
    if isinstance(built, BadInput):
        raise built
    return built


def _search_gain(laboratory: Laboratory, question: Question, trial: Trial) -> float:
    """What the search would have promised, to show beside what was confirmed."""
    base = laboratory.values([_variant(laboratory, {})], question.replications)[0]
    return trial.score - question.objective.score(base)


# -- search -------------------------------------------------------------------------------------


def _search(laboratory: Laboratory, question: Question, on_trial: OnTrial | None) -> list[Trial]:
    """Every point where that is affordable; else a Latin hypercube, then TPE."""
    told = on_trial or (lambda _done, _all: None)
    every = combinations(question.dimensions)
    if every is not None and every <= question.trials:
        points = grid([_all(dimension) for dimension in question.dimensions])
        trials: list[Trial] = []
        for start in range(0, len(points), ROUND):
            trials += _try(laboratory, question, points[start : start + ROUND])
            told(len(trials), len(points))
        return trials
    return _tpe(laboratory, question, told)


def _all(dimension: Dimension) -> Dimension:
    return Dimension(dimension.path, dimension.low, dimension.high, dimension.whole,
                     dimension.options)  # fmt: skip


def _tpe(laboratory: Laboratory, question: Question, told: OnTrial) -> list[Trial]:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    header = laboratory.scenario.header
    first = min(question.trials // 3 + 1, 10 + 2 * len(question.dimensions))
    sampler = optuna.samplers.TPESampler(
        seed=int(stream(header.seed, "optimise.tpe").integers(2**31 - 1)),
        multivariate=True,
        n_startup_trials=first,
    )
    study = optuna.create_study(sampler=sampler, direction="maximize")
    for point in latin_hypercube(question.dimensions, first, header.seed):
        study.enqueue_trial({d.path: _coded(d, point[d.path]) for d in question.dimensions})
    space = {d.path: _distribution(d) for d in question.dimensions}
    trials: list[Trial] = []
    while len(trials) < question.trials:
        asked = [study.ask(space) for _ in range(min(ROUND, question.trials - len(trials)))]
        points = [
            {d.path: _decoded(d, one.params[d.path]) for d in question.dimensions} for one in asked
        ]
        for one, trial in zip(asked, _try(laboratory, question, points), strict=True):
            trials.append(trial)
            if trial.fault or not math.isfinite(trial.score):
                study.tell(one, state=optuna.trial.TrialState.FAIL)
                continue
            one.set_constraint("limits", min(trial.excess, 1e300))
            study.tell(one, trial.score)
        told(len(trials), question.trials)
    return trials


def _distribution(dimension: Dimension) -> Any:
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if dimension.options:
        return CategoricalDistribution(range(len(dimension.options)))
    if dimension.whole:
        return IntDistribution(int(dimension.low), int(dimension.high))
    return FloatDistribution(dimension.low, dimension.high)


def _coded(dimension: Dimension, value: Any) -> Any:
    return dimension.options.index(value) if dimension.options else value


def _decoded(dimension: Dimension, value: Any) -> Any:
    return dimension.options[value] if dimension.options else value


def _try(laboratory: Laboratory, question: Question, points: Sequence[Point]) -> list[Trial]:
    """Run some points on the same luck and judge them."""
    built = [laboratory.build(point) for point in points]
    sound = [one for one in built if isinstance(one, Variant)]
    found = iter(laboratory.values(sound, question.replications))
    return [
        Trial(point, -math.inf, math.inf, fault=str(one))
        if isinstance(one, BadInput)
        else _trial(question, point, next(found))
        for point, one in zip(points, built, strict=True)
    ]


def _trial(question: Question, point: Point, values: Values) -> Trial:
    excess = [limit.excess(values) / _scale(limit) for limit in question.limits]
    safe = all(limit.held(values) == "met" for limit in question.limits)
    return Trial(point, question.objective.score(values), max(excess, default=0.0), safe)


def _scale(limit: Limit) -> float:
    """What makes excesses of different KPIs comparable: part of the bound."""
    return abs(limit.bound) or 1.0


# -- selection ----------------------------------------------------------------------------------


def _select(
    laboratory: Laboratory, question: Question, variants: Sequence[Variant]
) -> tuple[int, float, int]:
    """Which finalist is best on fresh luck, how surely, and how many replications that took."""
    first = max(10, 2 * question.replications)
    found = laboratory.values(variants, first)
    fit = _fit(question, found)
    outcomes = Outcomes(laboratory, [variants[number] for number in fit], question.objective)
    small = question.indifference or _indifference(question, [found[number] for number in fit])
    most = min(MOST_REPLICATIONS, max(first, question.runs // len(fit)))
    chosen = select(len(fit), outcomes, indifference=small, first=first, most=most)
    return fit[chosen.best], p_correct(outcomes.known, chosen.best, small), chosen.replications


def _fit(question: Question, found: Sequence[Values]) -> list[int]:
    """Those that keep every limit: surely, or else by their means, or else the nearest to it."""
    if not question.limits:
        return list(range(len(found)))
    safe = [all(limit.held(values) == "met" for limit in question.limits) for values in found]
    excess = [max(limit.excess(values) for limit in question.limits) for values in found]
    surely = [number for number, kept in enumerate(safe) if kept]
    likely = [number for number, beyond in enumerate(excess) if beyond <= 0]
    return surely or likely or [int(np.argmin(excess))]


def _indifference(question: Question, found: Sequence[Values]) -> float:
    best = max(abs(question.objective.score(values)) for values in found)
    return INDIFFERENCE * best if math.isfinite(best) and best > 0 else INDIFFERENCE
