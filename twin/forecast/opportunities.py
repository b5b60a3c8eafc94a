"""When to change where not every moment will do: at shift ends, between jobs, now, or never.

Pure: a survival curve and the moments at which a change can be made go in; the best of them, and
what each alternative costs above it, come out.

References
----------
Dekker and Dijkstra 1992, doi:10.1002/1520-6750(199210)39:6<857::AID-NAV3220390607>3.0.CO;2-Q
(opportunity-based age replacement).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from twin.forecast.replacement import Costs, lived
from twin.forecast.table import Array

NOW, BEST, RUN_ON = "now", "any time", "run on"


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A moment at which a tool can be changed.

    Attributes
    ----------
    name : str
        What it is: ``shift end``, ``job end``, ``now``.
    ahead_min : float
        Minutes of cutting from now [min].
    change_cost : float or None
        Cost of a change then, where it differs from the usual one [cost].
    ahead_h : float or None
        Hours of the schedule from now, where they are known [h].
    """

    name: str
    ahead_min: float
    change_cost: float | None = None
    ahead_h: float | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """What changing at one moment is expected to cost.

    Attributes
    ----------
    name, ahead_min : str, float
        The moment [min of cutting from now].
    regret : float
        Expected cost above the best moment of all, had any been possible [cost].
    p_fail_before : float
        Probability that the tool fails before it, one that is beyond its limit already counted;
        0 where it is changed at once: nothing is cut before [1].
    ahead_h : float or None
        Hours of the schedule from now, where they are known [h].
    """

    name: str
    ahead_min: float
    regret: float
    p_fail_before: float
    ahead_h: float | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """The cheapest opportunity and the alternatives, in the order of time.

    Attributes
    ----------
    best : Option
        The cheapest moment at which a change can be made.
    options : tuple of Option
        Now, every opportunity, and running on until the tool fails.
    free : Option
        The cheapest moment if any were possible; its regret is zero unless a change at an
        opportunity costs less.
    """

    best: Option
    options: tuple[Option, ...]
    free: Option

    def named(self, name: str) -> Option | None:
        """The first option of a name."""
        return next((option for option in self.options if option.name == name), None)


def advise(
    alive: Array,
    ahead_min: Array,
    costs: Costs,
    long_run_rate: float,
    opportunities: Iterable[Opportunity],
) -> Advice:
    """Choose among opportunities by E[cost] - g* E[minutes], the conditional renewal reward.

    Parameters
    ----------
    alive : array, shape (N,)
        Probability of not having failed [1].
    ahead_min : array, shape (N,)
        Minutes of cutting from now, increasing from 0 [min].
    costs : Costs
        Of a planned change and of a failure [cost].
    long_run_rate : float
        Cost of a minute in the long run g* [cost/min].
    opportunities : iterable of Opportunity
        Those beyond the curve's end are left out; ``now`` is always one.

    Examples
    --------
    >>> t = np.linspace(0.0, 200.0, 4001)
    >>> alive = np.exp(-((t / 60.0) ** 4))
    >>> got = advise(alive, t, Costs(30.0, 150.0), 1.248562, [Opportunity("shift end", 40.0)])
    >>> round(got.free.ahead_min, 1), got.best.name, round(got.best.regret, 2)
    (32.3, 'shift end', 3.44)
    """
    whole = alive / alive[0] if alive[0] > 0 else np.zeros_like(alive)
    whole = np.concatenate([[1.0], whole[1:]])
    minutes = lived(whole, ahead_min)

    def total(at: Array, change: float) -> Array:
        s, lasted = np.interp(at, ahead_min, whole), np.interp(at, ahead_min, minutes)
        return change * s + costs.failure * (1.0 - s) - long_run_rate * lasted

    every = total(ahead_min, costs.change)
    # A tool that has more likely failed than not is to be changed now
    free = int(np.argmin(every)) if alive[0] >= 0.5 else 0
    base = float(every[free])

    def option(o: Opportunity) -> Option:
        cost = costs.change if o.change_cost is None else o.change_cost
        above = float(total(np.array(o.ahead_min), cost)) - base
        lasts = float(alive[0] * np.interp(o.ahead_min, ahead_min, whole))
        p = 1.0 - lasts if o.ahead_min > 0 else 0.0
        return Option(o.name, o.ahead_min, above, p, o.ahead_h)

    moments = [Opportunity(NOW, 0.0), *_reachable(opportunities, float(ahead_min[-1]))]
    options = [option(o) for o in moments]
    best = options[0] if alive[0] < 0.5 else min(options, key=lambda one: one.regret)
    last = option(Opportunity(RUN_ON, float(ahead_min[-1]), costs.failure))
    anywhere = option(Opportunity(BEST, float(ahead_min[free])))
    return Advice(best, (*options, last), anywhere)


def _reachable(opportunities: Iterable[Opportunity], end: float) -> Sequence[Opportunity]:
    """Opportunities within the curve, in the order of time."""
    return sorted((o for o in opportunities if 0 < o.ahead_min <= end), key=lambda o: o.ahead_min)


def shift_ends(hours: Sequence[float], duty_min_per_h: float) -> list[Opportunity]:
    """Shift ends some hours from now, for a tool that cuts so many minutes in each hour."""
    return [Opportunity("shift end", hour * duty_min_per_h, ahead_h=hour) for hour in hours]


def job_ends(ahead_min: float, job_min: float, end_min: float) -> list[Opportunity]:
    """Job ends: the first after ``ahead_min``, then one each ``job_min``, up to ``end_min``."""
    if job_min <= 0:
        return []
    return [Opportunity("job end", float(t)) for t in np.arange(ahead_min, end_min, job_min)]
