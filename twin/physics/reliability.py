"""Reliability of a wearing part: lifetimes, first passage, sudden breakage, when to replace.

Every function is pure and takes numbers or arrays; times are in any one unit, which is also the
unit of what is returned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import integrate, optimize, special

from twin.physics.wear import chipping_probability
from twin.units import Number

CHIPPING_FITTED_MM = 2.0


def conditional_weibull(age: Number, ahead: Number, scale: float, shape: float) -> Number:
    """Probability that a Weibull part of this age fails within the time ahead.

    Parameters
    ----------
    age, ahead : float or array
        Age that it has reached, and time ahead [time].
    scale, shape : float
        Characteristic life [time] and shape [1].

    Returns
    -------
    float or array
        1 - exp[(t0/η)^β - ((t0 + h)/η)^β] [1].

    Examples
    --------
    >>> round(float(conditional_weibull(24.0, 48.0, 60.0, 4.0)), 6)
    0.871007
    """
    failing: Number = -np.expm1((age / scale) ** shape - ((age + ahead) / scale) ** shape)
    return failing


def weibull_mean_residual_life(age: Number, scale: float, shape: float) -> Number:
    """Mean time to failure of a Weibull part that has reached an age.

    Parameters
    ----------
    age : float or array
        Age that it has reached [time].
    scale, shape : float
        Characteristic life [time] and shape [1].

    Returns
    -------
    float or array
        η e^H0 Γ(1 + 1/β, H0) - t0 with H0 = (t0/η)^β [time].

    Examples
    --------
    >>> round(float(weibull_mean_residual_life(24.0, 60.0, 4.0)), 3)
    31.297
    """
    hazard = (age / scale) ** shape
    power = 1.0 + 1.0 / shape
    upper = special.gammaincc(power, hazard) * special.gamma(power)
    mean: Number = scale * np.exp(hazard) * upper - age
    return mean


def gamma_first_passage(time: Number, distance: float, shape_rate: float, step: float) -> Number:
    """Probability that a gamma process has covered a distance.

    Parameters
    ----------
    time : float or array
        Time since the start [time].
    distance : float
        Limit minus present wear [wear].
    shape_rate : float
        Growth of the shape parameter α [1/time].
    step : float
        Scale parameter b of the increments [wear].

    Returns
    -------
    float or array
        Q(α t, distance / b), the regularised upper incomplete gamma function [1].

    References
    ----------
    van Noortwijk 2009, doi:10.1016/j.ress.2007.03.019.

    Examples
    --------
    >>> round(float(gamma_first_passage(48.0, 0.15, 0.5, 0.006)), 6)
    0.393876
    """
    covered = special.gammaincc(shape_rate * np.asarray(time, dtype=float), distance / step)
    return np.asarray(covered, dtype=float)[()]


def wiener_first_passage(time: Number, distance: float, drift: float, spread: float) -> Number:
    """Probability that a Wiener process with drift has reached a distance (inverse Gaussian).

    Parameters
    ----------
    time : float or array
        Time since the start, above zero [time].
    distance : float
        Limit minus present wear [wear].
    drift : float
        Mean rate μ [wear/time].
    spread : float
        Diffusion σ [wear/√time].

    Returns
    -------
    float or array
        Φ((μt - D)/(σ√t)) + exp(2μD/σ²) Φ(-(D + μt)/(σ√t)) [1].

    References
    ----------
    Chhikara and Folks 1989, The Inverse Gaussian Distribution.

    Examples
    --------
    >>> round(float(wiener_first_passage(48.0, 0.15, 0.003, 0.006)), 6)
    0.497385
    """
    t = np.asarray(time, dtype=float)
    root = spread * np.sqrt(t)
    # In logarithms: the exponential overflows long before its product with Φ does
    mirrored = 2.0 * drift * distance / spread**2 + special.log_ndtr(-(distance + drift * t) / root)
    reached: Number = special.ndtr((drift * t - distance) / root) + np.exp(mirrored)
    return reached


def lognormal_crps(observed: Number, mu: Number, sigma: Number) -> Number:
    """Continuous ranked probability score of a log-normal forecast.

    Parameters
    ----------
    observed : float or array
        What came, above zero [unit].
    mu, sigma : float or array
        Mean and standard deviation of the logarithm [1].

    Returns
    -------
    float or array
        y(2Φ(w) - 1) - 2 e^(μ+σ²/2) [Φ(w - σ) + Φ(σ/√2) - 1], w = (ln y - μ)/σ [unit].

    References
    ----------
    Baran and Lerch 2015, doi:10.1002/qj.2521, eq. 9.
    """
    w = (np.log(observed) - mu) / sigma
    mean = np.exp(mu + 0.5 * sigma**2)
    inner = special.ndtr(w - sigma) + special.ndtr(sigma / np.sqrt(2.0)) - 1.0
    score: Number = observed * (2.0 * special.ndtr(w) - 1.0) - 2.0 * mean * inner
    return score


def chipping_hazard(vb_mm: Number) -> Number:
    """Hazard of chipping per machining cycle at this flank wear.

    Parameters
    ----------
    vb_mm : float or array
        Flank wear [mm]; fitted between 0 and 0.3 mm, taken as 2 mm beyond 2 mm.

    Returns
    -------
    float or array
        -ln(1 - p) with p of :func:`twin.physics.wear.chipping_probability` [1/cycle].

    Notes
    -----
    One material pair, 172 cycles, 18 chippings: an assumption anywhere else.

    Examples
    --------
    >>> round(float(chipping_hazard(0.1675)), 3)
    0.105
    """
    vb_um = 1000.0 * np.minimum(vb_mm, CHIPPING_FITTED_MM)
    hazard: Number = -np.log1p(-chipping_probability(vb_um))
    return hazard


@dataclass(frozen=True, slots=True)
class Replacement:
    """The best time to replace a part by age.

    Attributes
    ----------
    time : float
        Age at which to replace it [time].
    rate : float
        Long-run cost per unit of time of that policy [cost/time].
    survival : float
        Probability that it reaches that age [1].
    run_to_failure_rate : float
        Long-run cost per unit of time when nothing is ever replaced in advance [cost/time].
    """

    time: float
    rate: float
    survival: float
    run_to_failure_rate: float


def age_replacement(
    survival: Callable[[float], float], change: float, failure: float, longest: float
) -> Replacement:
    """Minimise g(t) = [c_p S(t) + c_f (1 - S(t))] / ∫₀ᵗ S, the renewal-reward rate.

    Parameters
    ----------
    survival : callable
        S(t), probability of reaching age t [1].
    change, failure : float
        Cost of a planned change and of a failure [cost].
    longest : float
        An age that practically nothing reaches [time].

    References
    ----------
    Barlow and Hunter 1960, doi:10.1287/opre.8.1.90.
    """

    def lifetime(t: float) -> float:
        return float(integrate.quad(survival, 0.0, t, epsabs=0.0, epsrel=1e-10, limit=200)[0])

    def rate(t: float) -> float:
        alive = survival(t)
        return (change * alive + failure * (1.0 - alive)) / lifetime(t)

    grid = np.linspace(longest / 200.0, longest, 200)
    best = int(np.argmin([rate(float(t)) for t in grid]))
    bounds = (float(grid[max(best - 1, 0)]) / 2.0, float(grid[min(best + 1, len(grid) - 1)]))
    found = optimize.minimize_scalar(
        rate, bounds=bounds, method="bounded", options={"xatol": longest * 1e-9}
    )
    time = float(found.x)
    return Replacement(time, float(found.fun), survival(time), failure / lifetime(longest))
