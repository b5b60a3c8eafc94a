"""Laws fitted to durations: the mean with its interval, the spread, and the law that fits best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats
from scipy.special import gammaln

Array = npt.NDArray[np.float64]
CONFIDENCE = 0.95
FEWEST = 8
"""Durations from which on a law and a spread are fitted; fewer give a mean alone."""
FEWEST_EVENTS = 3
"""Durations or failures from which on a mean is fitted. Of one it has no interval, of two Student's
is nine standard deviations either way (t = 12.7): less than what the scenario says is worth."""
FEWEST_LIVES = 20
"""Failures from which on another law than the exponential is looked at."""
BETTER = 1.92
"""Log-likelihood by which a law with one number more must win (likelihood ratio test at 5 %)."""
CONSTANT = 1e-3
"""Coefficient of variation below which a time is called constant."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A law fitted to ``n`` durations; ``low`` and ``high`` bound the mean at 95 %.

    Attributes
    ----------
    mean, low, high : float
        [s]
    spread : float
        Coefficient of variation [1]; not a number when there are too few.
    law : str
        Its name, empty when there are too few.
    n : int
        How many durations, or failures, were seen.
    """

    mean: float
    low: float
    high: float
    spread: float
    law: str
    n: int


def around(mean: float, half: float) -> tuple[float, float]:
    """Bounds of a positive mean whose half width is ``half``: symmetric in its logarithm.

    >>> low, high = around(10.0, 20.0)
    >>> round(low, 2), round(high, 2)
    (1.35, 73.89)
    """
    if mean <= 0:
        return mean, mean
    ratio = math.exp(min(half / mean, 700.0))
    return mean / ratio, mean * ratio


def exponential_bounds(mean: float, n: int) -> tuple[float, float]:
    """Exact 95 % bounds of the mean of an exponential law from ``n`` complete draws.

    2 n x̄ / μ has the chi-squared law with 2 n degrees of freedom (Epstein and Sobel 1953,
    doi:10.1080/01621459.1953.10483488).
    """
    tail = (1 - CONFIDENCE) / 2
    low, high = (float(stats.chi2.ppf(p, 2 * n)) for p in (1 - tail, tail))
    return 2 * n * mean / low, 2 * n * mean / high


def fit_times(values: Sequence[float]) -> Fitted:
    """Fit a law to durations [s]: the mean with its interval, the best law by likelihood.

    The interval is the exact one where the law is exponential, else Student's for the logarithm
    of the mean (its standard error by the delta method), so that both ends are positive.

    >>> fit_times([10.0, 10.0, 10.0]).mean
    10.0
    """
    times = np.asarray(values, dtype=np.float64)
    n, mean = len(times), float(times.mean())
    if n < 2:
        return Fitted(mean, 0.0, math.inf, math.nan, "", n)
    deviation = float(times.std(ddof=1))
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2, n - 1)) * deviation / math.sqrt(n)
    if n < FEWEST:
        return Fitted(mean, *around(mean, half), math.nan, "", n)
    spread = deviation / mean
    law = "constant" if spread < CONSTANT else best_law(times, mean, spread)
    if law == "exponential":
        return Fitted(mean, *exponential_bounds(mean, n), 1.0, law, n)
    return Fitted(mean, *around(mean, half), spread, law, n)


def best_law(times: Array, mean: float, spread: float) -> str:
    """Return the law of this mean and spread under which the durations are most likely.

    All candidates have the two numbers of the sample; the exponential has one fewer, and is
    chosen unless another wins by :data:`BETTER`.
    """
    positive = times[times > 0]
    scores = {law: _likelihood(law, positive, mean, spread) for law in ("gamma", "lognormal")}
    scores["weibull"] = _likelihood("weibull", positive, mean, spread)
    best = max(scores, key=lambda law: scores[law])
    alone = float(stats.expon.logpdf(positive, scale=mean).sum())
    return "exponential" if alone >= scores[best] - BETTER else best


def law_of(law: str, mean: float, spread: float) -> Any:
    """Return the frozen law with this mean [s] and coefficient of variation."""
    if law == "exponential":
        return stats.expon(scale=mean)
    if law == "gamma":
        return stats.gamma(1 / spread**2, scale=mean * spread**2)
    if law == "lognormal":
        variance = math.log1p(spread**2)
        return stats.lognorm(math.sqrt(variance), scale=mean * math.exp(-variance / 2))
    shape = _weibull_shape(spread)
    return stats.weibull_min(shape, scale=mean / math.gamma(1 + 1 / shape))


def _likelihood(law: str, times: Array, mean: float, spread: float) -> float:
    found = float(law_of(law, mean, spread).logpdf(times).sum())
    return found if math.isfinite(found) else -math.inf


def _weibull_shape(spread: float) -> float:
    def excess(log_shape: float) -> float:
        k = math.exp(log_shape)
        return float(gammaln(1 + 2 / k) - 2 * gammaln(1 + 1 / k)) - math.log1p(spread**2)

    return math.exp(float(optimize.brentq(excess, math.log(0.08), math.log(2000.0))))


def fit_lives(lives: Sequence[float], still_alive: float | Sequence[float]) -> Fitted:
    """Fit times between failures [s]; those ``still_alive`` [s], one a machine, have not ended yet.

    The mean is the maximum-likelihood one of an exponential law, all time over failures, with the
    chi-squared interval of a test ended by time (MIL-HDBK-189C eq. 6.2.1.3). A Weibull law takes
    its place from 20 failures on, when its likelihood, censored life included, is clearly higher.

    >>> found = fit_lives([100.0, 200.0, 300.0], 0.0)
    >>> found.mean, round(found.low, 1), round(found.high, 1)
    (200.0, 68.4, 969.8)
    """
    times = np.asarray(lives, dtype=np.float64)
    alive = np.atleast_1d(np.asarray(still_alive, dtype=np.float64))
    n, total = len(times), float(times.sum() + alive.sum())
    mean, tail = total / n, (1 - CONFIDENCE) / 2
    low = 2 * total / float(stats.chi2.ppf(1 - tail, 2 * n + 2))
    high = 2 * total / float(stats.chi2.ppf(tail, 2 * n))
    shape = _weibull_life(times, alive) if n >= FEWEST_LIVES else None
    if shape is None:
        return Fitted(mean, low, high, 1.0, "exponential", n)
    k, scale = shape
    centre = scale * math.gamma(1 + 1 / k)
    spread = math.sqrt(math.exp(float(gammaln(1 + 2 / k) - 2 * gammaln(1 + 1 / k))) - 1)
    return Fitted(centre, low * centre / mean, high * centre / mean, spread, "weibull", n)


def _weibull_life(times: Array, alive: Array) -> tuple[float, float] | None:
    """Shape and scale of a Weibull law, when it is that much more likely than the exponential."""
    times = times[times > 0]
    ends = np.append(times, alive[alive > 0])
    n = len(times)

    def scale_of(k: float) -> float:
        return float(float((ends**k).sum() / n) ** (1 / k))

    def loss(log_k: float) -> float:
        k = math.exp(log_k)
        scale = scale_of(k)
        found = n * math.log(k) - n * k * math.log(scale) + (k - 1) * np.log(times).sum()
        return -float(found - ((ends / scale) ** k).sum())

    best = optimize.minimize_scalar(loss, bounds=(math.log(0.2), math.log(20.0)), method="bounded")
    if loss(0.0) - float(best.fun) <= BETTER:
        return None
    k = math.exp(float(best.x))
    return k, scale_of(k)
