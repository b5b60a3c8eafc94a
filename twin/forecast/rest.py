"""What is still to come: the KPIs of the rest of a shift, as quantiles over many futures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from twin.kpi import evaluate
from twin.rng import replication_seed
from twin.scenario import Scenario
from twin.simulate import simulate

QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Rest:
    """Quantiles of one KPI over the futures; the outer two hold it in 80 of 100 cases."""

    kpi: str
    unit: str
    p10: float
    p50: float
    p90: float


def forecast_rest(
    now: Scenario, futures: int = 99, kpis: Iterable[str] | None = None
) -> dict[str, Rest]:
    """Forecast the KPIs of a scenario that begins with the present state.

    Parameters
    ----------
    now : Scenario
        Such as ``twin.snapshot.from_now`` gives, or a file with ``[plant.line.start]`` tables.
    futures : int
        Runs with other luck, at least 9; quantile q is the q (n + 1)-th smallest of n values, which
        holds the truth as often as it says, however few they are.
    kpis : iterable of str, optional
        Only these.
    """
    wanted = list(kpis if kpis is not None else now.measures)
    measures = {name: now.measures[name] for name in wanted}
    rows = []
    for index in range(1, futures + 1):
        seed = replication_seed(now.header.seed, index)
        values = evaluate(measures, simulate(now, seed=seed, sense=False))
        rows.append([values[name] for name in wanted])
    low, middle, high = np.quantile(np.array(rows), QUANTILES, axis=0, method="weibull")
    return {
        name: Rest(name, now.measures[name].unit, *map(float, numbers))
        for name, *numbers in zip(wanted, low, middle, high, strict=True)
    }
