"""When changing a tool is cheapest: in the long run, and for this very tool now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.forecast.table import Array

FLAT = 0.02  # a change within this share of the least cost is as good as the best


@dataclass(frozen=True, slots=True)
class Costs:
    """What a planned change and a failure cost, in any one currency.

    The defaults are assumptions, a change against a failure with scrap and stoppage at 1 to 5.
    """

    change: float = 30.0
    failure: float = 150.0


@dataclass(frozen=True, slots=True, eq=False)
class Renewal:
    """Cost of always changing at one age, by renewal reward.

    Attributes
    ----------
    age_min : array
        Ages at which a tool might be changed [min].
    rate : array
        [c_p S(t) + c_f F(t)] / ∫₀ᵗ S [cost/min].
    best_min, best_rate : float
        The cheapest age [min] and its rate [cost/min].
    run_to_failure_rate : float
        Rate of never changing in advance [cost/min].
    flat_min : tuple of float
        Ages whose rate is within 2 % of the least [min].
    """

    age_min: Array
    rate: Array
    best_min: float
    best_rate: float
    run_to_failure_rate: float
    flat_min: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """Cost of changing the present tool after some more minutes.

    Attributes
    ----------
    ahead_min : array
        Minutes of cutting from now [min].
    regret : array
        Expected cost above that of the best time [cost].
    rate : array
        Expected cost until the change over the expected minutes until then [cost/min].
    best_min : float
        The cheapest time from now [min].
    flat_min : tuple of float
        Times from now that cost at most 2 % of a tool's cost more than the best [min].
    p_fail_before : float
        Probability that the tool fails before the best time [1].
    """

    ahead_min: Array
    regret: Array
    rate: Array
    best_min: float
    flat_min: tuple[float, float]
    p_fail_before: float


def lived(alive: Array, time_min: Array) -> Array:
    """Expected time lived up to each point, ∫₀ᵗ S, by the trapezoidal rule [min]."""
    area = 0.5 * np.diff(time_min) * (alive[1:] + alive[:-1])
    return np.concatenate([[0.0], np.cumsum(area)])


def _flat(times: Array, good: Array, best: int) -> tuple[float, float]:
    """The stretch around the best point where every point is good."""
    low = high = best
    while low > 0 and good[low - 1]:
        low -= 1
    while high < len(good) - 1 and good[high + 1]:
        high += 1
    return float(times[low]), float(times[high])


def renewal(alive: Array, age_min: Array, costs: Costs) -> Renewal:
    """Cheapest age at which to change tools whose survival from new is ``alive``.

    Parameters
    ----------
    alive : array, shape (N,)
        Probability of reaching each age [1].
    age_min : array, shape (N,)
        Ages, the first 0, the last so late that hardly a tool reaches it [min].
    costs : Costs
        Cost of a change and of a failure.
    """
    mean = lived(alive, age_min)[1:]
    rate = (costs.change * alive[1:] + costs.failure * (1.0 - alive[1:])) / mean
    best = int(np.argmin(rate))
    flat = _flat(age_min[1:], rate <= (1.0 + FLAT) * rate[best], best)
    return Renewal(
        age_min[1:],
        rate,
        float(age_min[1 + best]),
        float(rate[best]),
        float(costs.failure / mean[-1]),
        flat,
    )


def change(alive: Array, ahead_min: Array, costs: Costs, long_run_rate: float) -> Change:
    """Cheapest time to change the present tool.

    Minimises E[cost] - g* E[minutes]: every minute that the present tool is kept saves what a
    minute costs in the long run (the conditional form of renewal reward). Given is that it has
    not failed yet; a tool that more likely has is to be changed now.
    """
    whole = np.concatenate([[1.0], alive[1:] / alive[0] if alive[0] > 0 else 0.0 * alive[1:]])
    mean = lived(whole, ahead_min)
    cost = costs.change * whole + costs.failure * (1.0 - whole)
    total = cost - long_run_rate * mean
    best = int(np.argmin(total)) if alive[0] >= 0.5 else 0
    regret = total - total[best]
    rate = np.divide(cost, mean, out=np.full_like(mean, np.nan), where=mean > 0)
    flat = _flat(ahead_min, regret <= FLAT * cost[best], best)
    return Change(ahead_min, regret, rate, float(ahead_min[best]), flat, float(1 - whole[best]))
