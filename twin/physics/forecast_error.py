"""How weather forecasts err: BOPTEST's models, from draws that the caller gives. All SI.

First-order autoregressive over the hours ahead: normal for the temperature, Laplace for the sun
(ibpsa/project1-boptest, ``forecast/error_emulator.py`` and ``forecaster.py``; Zheng et al., IBPSA
Project 1). Fitted there to forecasts of the day ahead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Level:
    """One level of error.

    Temperature: mean and standard deviation of the first error [K], ``follow`` [1] of the error
    before, standard deviation and mean of what comes anew each hour [K]. ``sun_…``: the same of a
    Laplace law, scales in place of standard deviations [W/m²].
    """

    first_mean: float
    first_spread: float
    follow: float
    spread: float
    mean: float
    sun_first_mean: float
    sun_first_scale: float
    sun_follow: float
    sun_mean: float
    sun_scale: float


LEVELS = {
    "low": Level(0.0, 0.6, 0.92, 0.4, 0.0, 4.44, 57.42, 0.62, 1.86, 45.64),
    "medium": Level(0.15, 1.2, 0.93, 0.6, 0.0, 15.02, 122.6, 0.63, 4.44, 91.97),
    "high": Level(-0.58, 1.5, 0.95, 0.7, -0.015, 32.09, 119.94, 0.67, 10.63, 87.44),
}
TRIES = 200
"""How often BOPTEST draws the sun's errors anew until the forecast is plausible."""
PLAUSIBLE = (0.2, 2.0)
"""A forecast of the sun is no less and no more than this, times what comes [1]."""
LIT = 50.0
"""Hours with less sun do not decide whether a forecast is plausible [W/m²]."""


def temperature_error(level: Level, draws: Array) -> Array:
    """What will be less what is forecast [K], for each hour ahead.

    Parameters
    ----------
    level : Level
    draws : (hours,) array
        Standard normal.

    Examples
    --------
    >>> temperature_error(LEVELS["low"], np.array([1.0, 0.0, 0.0])).round(4).tolist()
    [0.6, 0.552, 0.5078]
    """
    new = level.mean + level.spread * draws
    new[:1] = level.first_mean + level.first_spread * draws[:1]
    return _followed(new, level.follow)


def sun_forecast(level: Level, sun: Array, draws: Array) -> Array:
    """Forecast of the global radiation of each hour ahead [W/m²].

    Parameters
    ----------
    level : Level
    sun : (hours,) array
        What will be [W/m²].
    draws : (tries, hours) array
        Standard Laplace; the first row that gives a plausible forecast is taken, else the last.

    Examples
    --------
    >>> sun_forecast(LEVELS["low"], np.array([0.0, 400.0, 500.0]), np.zeros((1, 3))).round(1)
    array([  0. , 295.4, 495.3])
    """
    new = level.sun_mean + level.sun_scale * draws
    new[:, :1] = level.sun_first_mean + level.sun_first_scale * draws[:, :1]
    guesses = sun - _followed(new, level.sun_follow)
    least, most = PLAUSIBLE[0] * sun, PLAUSIBLE[1] * sun
    lit = sun > LIT
    wrong = ((guesses < least) | (guesses > most))[:, lit].any(axis=1)
    taken = guesses[-1 if wrong.all() else int(np.argmin(wrong))]
    smooth = taken.copy()
    smooth[1:-1] = (taken[:-2] + taken[1:-1] + taken[2:]) / 3.0
    return np.asarray(np.clip(smooth, least, most))


def _followed(new: Array, follow: float) -> Array:
    """Each column with what it follows of the one before; the last axis is that of the hours."""
    found = new.copy()
    for hour in range(1, new.shape[-1]):
        found[..., hour] += follow * found[..., hour - 1]
    return found
