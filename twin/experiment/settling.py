"""Where the warm-up of a scenario ends, found from some of its replications; means of one long run.

The first replications are run from empty without a warm-up, each headline KPI is read in equal
windows of time and averaged over them, and MSER-5 finds where the series has settled (White 1997;
Hoad, Robinson & Davies 2010). The latest of the cuts is taken.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault, did_you_mean
from twin.experiment.collecting import collect
from twin.experiment.work import job, variant
from twin.kpi import series
from twin.scenario import Scenario
from twin.statistics import Estimate, batch_means, estimate, mser

Array = npt.NDArray[np.float64]
PILOTS = 5
"""Replications whose mean is looked at."""
WINDOWS = 250
"""Parts of the run: fifty batches of five."""
KNOWN = 0.5
"""Share of the windows that must know a KPI for its series to be one."""
HOUR = 3600.0
LEAST_PAIRS = 3
"""Runs whose quarters are compared."""
AUTO = "auto"


@dataclass(frozen=True, slots=True)
class WarmUp:
    """The warm-up that was cut [h], by which KPI, and what each KPI asked for [h]."""

    cut_h: float
    kpi: str
    cuts_h: dict[str, float]
    runs: int

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {**asdict(self), "method": "MSER-5"}

    def __str__(self) -> str:
        return (
            f"warm-up of {self.cut_h:.4g} h cut: {self.kpi} settles last "
            f"(MSER-5 on the mean of {self.runs} runs)"
        )


def settle(scenarios: Sequence[Scenario], asked: str, engine: str = "auto") -> WarmUp:
    """Return the warm-up that scenarios which shall be compared have in common.

    Parameters
    ----------
    scenarios : sequence of Scenario
        The latest cut of all is taken.
    asked : str
        ``auto`` for the headline KPIs, or ``auto:KPI`` for one.

    Raises
    ------
    BadInput
        When a KPI is not settled by the middle of the run, or none can be told.
    """
    found = [_cuts(scenario, asked, engine) for scenario in scenarios]
    cuts = {kpi: max(one.get(kpi, 0.0) for one in found) for one in found for kpi in one}
    last = max(cuts, key=lambda kpi: cuts[kpi])
    return WarmUp(cuts[last], last, cuts, PILOTS)


def warmed(
    scenarios: Sequence[Scenario], asked: str, engine: str = "auto"
) -> tuple[list[Scenario], WarmUp | None]:
    """Return scenarios with the warm-up that ``--warmup`` asks for: auto, or a time."""
    if not asked:
        return list(scenarios), None
    if asked.partition(":")[0] != AUTO:
        return [one.with_values({"warmup": asked}) for one in scenarios], None
    found = settle(scenarios, asked, engine)
    return [one.with_values({"warmup": f"{found.cut_h} h"}) for one in scenarios], found


def _cuts(scenario: Scenario, asked: str, engine: str) -> dict[str, float]:
    """How long each KPI takes to settle [h]."""
    wanted = _wanted(scenario, asked)
    cold = scenario.with_values({"warmup": 0})
    pilots = _pilots(cold, wanted, engine, PILOTS)
    hours = cold.header.horizon / HOUR
    cuts: dict[str, float] = {}
    for kpi, rows in pilots.items():
        values = _mean_of_known(rows)
        known = np.isfinite(values)
        if known.mean() < KNOWN:
            continue
        settled = _settled(rows)
        found = mser(_filled(values, known), latest=0.5 if settled else 1.0)
        if found.cut is None:
            message = (
                f"{kpi} has no warm-up that MSER-5 can tell: it changes in the second half of the "
                f"{hours:.4g} h; simulate longer (--set 'horizon={3 * hours:.4g} h'), take another "
                f"KPI (--warmup {AUTO}:KPI) or give a time (--warmup '2 h')"
            )
            raise BadInput(Fault(message, "--warmup", scenario.file, repr(asked)))
        cuts[kpi] = found.cut / WINDOWS * hours
    if not cuts:
        message = f"no headline KPI is known in most of the {WINDOWS} parts of the run; give a time"
        raise BadInput(Fault(message, "--warmup", scenario.file, repr(asked)))
    return cuts


def _wanted(scenario: Scenario, asked: str) -> list[str]:
    kpi = asked.partition(":")[2]
    if kpi and kpi not in scenario.measures:
        message = "no such KPI" + did_you_mean(kpi, scenario.measures)
        raise BadInput(Fault(message, "--warmup", scenario.file, repr(kpi)))
    return [kpi] if kpi else [p for p, m in scenario.measures.items() if m.headline]


def _settled(rows: Array) -> bool:
    """Whether the runs do not change any more: third and last quarter alike, pair by pair.

    MSER alone cannot tell: the quiet end of a series that is steady draws its cut as well.
    """
    quarter = rows.shape[1] // 4
    early, late = rows[:, 2 * quarter : 3 * quarter], rows[:, 3 * quarter :]
    pairs = [
        float(np.nanmean(b)) - float(np.nanmean(a))
        for a, b in zip(early, late, strict=True)
        if np.isfinite(a).any() and np.isfinite(b).any()
    ]
    if len(pairs) < LEAST_PAIRS:
        return False
    change = estimate(pairs)
    assert change.low is not None
    assert change.high is not None
    return change.low <= 0 <= change.high


def _pilots(scenario: Scenario, kpis: Sequence[str], engine: str, runs: int) -> dict[str, Array]:
    """Each KPI in equal windows, a row for each of the first replications."""
    one = variant(scenario, engine)
    found: dict[str, list[Array]] = {kpi: [] for kpi in kpis}
    for index in range(runs):
        facts = collect(job([one], keep=False, facts_of=index), [range(index, index + 1)])[0].facts
        assert facts is not None
        for kpi, values in series(scenario, facts, kpis, WINDOWS).items():
            found[kpi].append(values)
    return {kpi: np.array(rows) for kpi, rows in found.items()}


def _mean_of_known(rows: Array) -> Array:
    known = np.isfinite(rows)
    count = known.sum(axis=0)
    total = np.where(known, rows, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), math.nan)


def _filled(values: Array, known: npt.NDArray[np.bool_]) -> Array:
    """A series whose unknown windows have the value of the last known one before them."""
    places = np.where(known, np.arange(len(values)), -1)
    last = np.maximum.accumulate(places)
    return np.asarray(values[np.where(last >= 0, last, int(np.argmax(known)))])


def one_long_run(scenario: Scenario, engine: str = "auto") -> dict[str, Estimate]:
    """Return the headline KPIs of the first replication with intervals from its batch means."""
    kpis = [path for path, measure in scenario.measures.items() if measure.headline]
    rows = _pilots(scenario, kpis, engine, 1)
    known = {kpi: values[0][np.isfinite(values[0])] for kpi, values in rows.items()}
    return {kpi: batch_means(values) for kpi, values in known.items() if len(values)}
