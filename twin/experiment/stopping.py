"""Replications until the intervals are as narrow as asked, or there are as many as allowed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.errors import BadInput, Fault, did_you_mean
from twin.experiment.laboratory import Laboratory
from twin.experiment.results import Values
from twin.experiment.work import Variant
from twin.scenario import Scenario
from twin.statistics import Precision, estimate

MOST = 1000
"""Runs after which it is given up, unless it is said otherwise."""
GROWTH = 2
"""The number of runs grows by no more than this at once: the first few know the spread badly."""
_WISH = re.compile(r"^(?:(?P<kpi>[A-Za-z_][\w.]*)=)?(?P<width>[0-9.eE+-]+)\s*(?P<share>%?)$")

OnRuns = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """A KPI and the half-width that its interval shall have."""

    kpi: str
    precision: Precision


@dataclass(frozen=True, slots=True)
class Reached:
    """How narrow one interval is, beside what was asked; ``more_runs`` when it is not enough."""

    kpi: str
    half_width: float | None
    wanted: float
    met: bool
    more_runs: int | None

    def __str__(self) -> str:
        if self.met:
            return f"{self.kpi}: ± {self.half_width:.3g}, as asked"
        more = f", about {self.more_runs} more runs" if self.more_runs else ""
        width = "unknown" if self.half_width is None else f"± {self.half_width:.3g}"
        return f"{self.kpi}: {width}, asked for ± {self.wanted:.3g}: cannot tell yet{more}"


def wishes(scenario: Scenario, written: Sequence[str]) -> tuple[Wish, ...]:
    """Read ``2%`` (of every headline KPI), ``KPI=2%`` and ``KPI=0.5`` (in the KPI's unit)."""
    found: dict[str, Wish] = {}
    for text in written:
        match = _WISH.match(text.strip())
        try:
            width = float(match["width"]) if match else 0.0
        except ValueError:
            width = 0.0
        if match is None or not width > 0:
            message = "is not 2% or KPI=2% or KPI=0.5, above 0"
            raise BadInput(Fault(message, "precision", "", repr(text)))
        kpi, relative = match["kpi"], bool(match["share"])
        if kpi is None and not relative:
            message = "a width in a unit needs its KPI: KPI=0.5"
            raise BadInput(Fault(message, "precision", "", repr(text)))
        if kpi is not None and kpi not in scenario.measures:
            message = "no such KPI" + did_you_mean(kpi, scenario.measures)
            raise BadInput(Fault(message, "precision", scenario.file, repr(kpi)))
        headline = [path for path, measure in scenario.measures.items() if measure.headline]
        precision = Precision(width / 100 if relative else width, relative)
        found |= {path: Wish(path, precision) for path in ([kpi] if kpi else headline)}
    return tuple(found.values())


def replicate_until(
    laboratory: Laboratory,
    variants: Sequence[Variant],
    asked: Sequence[Wish],
    *,
    least: int,
    most: int = MOST,
    on_runs: OnRuns | None = None,
) -> tuple[int, tuple[Reached, ...]]:
    """Return how many replications it takes, and what they reach. All of them are stored.

    Of one variant it is the interval of the mean that shall be narrow, of two that of their
    paired difference; a relative width is of the mean of the first.
    """
    if most < least:
        raise BadInput(Fault(f"allowed {least} or more", "max-runs", "", str(most)))
    n = least
    while True:
        values = laboratory.values(variants, n)
        reached = tuple(_reached(wish, values) for wish in asked)
        if on_runs is not None:
            on_runs(n, most)
        if n >= most or all(one.met for one in reached):
            return n, reached
        lacking = [one.more_runs or n for one in reached if not one.met]
        n = min(most, GROWTH * n, n + max(lacking))


def _reached(wish: Wish, values: Sequence[Values]) -> Reached:
    series = np.asarray(values[0][wish.kpi])
    mean = float(np.nanmean(series)) if np.isfinite(series).any() else float("nan")
    if len(values) == 2:
        series = np.asarray(values[1][wish.kpi]) - series
    precision = wish.precision
    # The width that is asked for is fixed by the baseline's mean, not by the difference's.
    fixed = Precision(precision.half_width(mean)) if len(values) == 2 else precision
    known = series[np.isfinite(series)].tolist()
    found = estimate(known)
    met = fixed.met(known)
    needed = None if met else fixed.runs(known)
    return Reached(
        wish.kpi,
        found.half_width,
        fixed.half_width(mean),
        met,
        None if needed is None else max(1, needed - len(known)),
    )


def document(reached: Sequence[Reached]) -> list[Mapping[str, Any]]:
    """Return what was reached, as JSON."""
    return [
        {"kpi": one.kpi, "half_width": one.half_width, "wanted": one.wanted, "met": one.met,
         "more_runs": one.more_runs}
        for one in reached
    ]  # fmt: skip
