"""Moist air, ASHRAE Fundamentals 2017 chapter 1. All SI; humidity ratio in kg water a kg dry air.

By arrays; psychrolib, which has them one number at a time, agrees to 1e-9 (tests).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

WATER_TO_AIR = 0.621945
"""Ratio of the molar masses [1]."""


def saturation_pressure(temperature: Array | float) -> Array:
    """Pressure of saturated water vapour [Pa], Hyland & Wexler (1983), over ice below 0.01 °C.

    >>> round(float(saturation_pressure(293.15)), 1)
    2338.8
    """
    t = np.asarray(temperature, dtype=np.float64)
    water = (
        -5.8002206e3 / t + 1.3914993 - 4.8640239e-2 * t + 4.1764768e-5 * t**2
        - 1.4452093e-8 * t**3 + 6.5459673 * np.log(t)
    )  # fmt: skip
    ice = (
        -5.6745359e3 / t + 6.3925247 - 9.677843e-3 * t + 6.2215701e-7 * t**2
        + 2.0747825e-9 * t**3 - 9.484024e-13 * t**4 + 4.1635019 * np.log(t)
    )  # fmt: skip
    return np.asarray(np.exp(np.where(t > 273.16, water, ice)))


def humidity_ratio(vapour: Array | float, pressure: Array | float) -> Array:
    """Humidity ratio [1] from the pressure of the vapour and of the air [Pa].

    >>> round(float(humidity_ratio(1169.4, 101325.0)), 5)
    0.00726
    """
    vapour = np.asarray(vapour, dtype=np.float64)
    return np.asarray(WATER_TO_AIR * vapour / (np.asarray(pressure) - vapour))


def relative_humidity(ratio: Array, temperature: Array, pressure: Array | float) -> Array:
    """Relative humidity [1] from humidity ratio [1], temperature [K] and pressure [Pa].

    >>> w = humidity_ratio(0.5 * saturation_pressure(295.0), 83000.0)
    >>> round(float(relative_humidity(w, np.array(295.0), 83000.0)), 9)
    0.5
    """
    ratio = np.asarray(ratio, dtype=np.float64)
    vapour = np.asarray(pressure) * ratio / (WATER_TO_AIR + ratio)
    return np.asarray(vapour / saturation_pressure(temperature))
