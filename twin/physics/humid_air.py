"""Moist air, ASHRAE Fundamentals 2017 chapter 1. All SI; humidity ratio in kg water a kg dry air.

By arrays; psychrolib, which has them one number at a time, agrees to 1e-9 (tests).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

WATER_TO_AIR = 0.621945
"""Ratio of the molar masses [1]."""
ROUNDS, HALVINGS = 8, 50


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


def vapour_pressure(ratio: Array | float, pressure: Array | float) -> Array:
    """Pressure of the vapour [Pa] from humidity ratio [1] and pressure [Pa].

    >>> round(float(vapour_pressure(0.00726, 101325.0)), 1)
    1169.1
    """
    ratio = np.asarray(ratio, dtype=np.float64)
    return np.asarray(np.asarray(pressure) * ratio / (WATER_TO_AIR + ratio))


def enthalpy(temperature: Array | float, ratio: Array | float) -> Array:
    """Enthalpy of moist air [J/kg dry air] above dry air at 0 °C and water, from [K] and [1].

    >>> round(float(enthalpy(298.15, 0.01)))
    50625
    """
    celsius = np.asarray(temperature, dtype=np.float64) - 273.15
    return np.asarray(1006.0 * celsius + np.asarray(ratio) * (2.501e6 + 1860.0 * celsius))


def dew_point(vapour: Array | float) -> Array:
    """Temperature [K] at which vapour of a pressure [Pa] saturates, from -100 to 200 °C.

    By Newton on the logarithm of the pressure, to 1e-10 K.

    >>> round(float(dew_point(2338.8)), 2)
    293.15
    """
    wanted = np.log(np.asarray(vapour, dtype=np.float64))
    celsius = np.where(wanted > np.log(611.2), *_magnus(wanted))
    found = np.asarray(celsius + 273.15)
    for _ in range(ROUNDS):
        beside = np.log(saturation_pressure(found + 1e-3)) - np.log(saturation_pressure(found))
        found = found - (np.log(saturation_pressure(found)) - wanted) / (beside / 1e-3)
    return np.asarray(found)


def _magnus(logarithm: Array) -> tuple[Array, Array]:
    """First guesses of a dew point over water and over ice [°C], by the formula of Magnus."""
    rise = logarithm - np.log(611.2)
    return 243.12 * rise / (17.62 - rise), 272.62 * rise / (22.46 - rise)


def saturated_ratio(temperature: Array | float, pressure: Array | float) -> Array:
    """Humidity ratio of saturated air [1] from temperature [K] and pressure [Pa].

    >>> round(float(saturated_ratio(293.15, 101325.0)), 5)
    0.0147
    """
    return humidity_ratio(saturation_pressure(temperature), pressure)


def wet_bulb(temperature: Array | float, ratio: Array | float, pressure: Array | float) -> Array:
    """Wet-bulb temperature [K] of air of [K], humidity ratio [1] and pressure [Pa].

    ASHRAE Fundamentals 2017, chapter 1, equations 33 (water) and 35 (ice), by halving to 1e-10 K.

    >>> round(float(wet_bulb(303.15, 0.0134, 101325.0)) - 273.15, 1)
    22.1
    """
    temperature, ratio, pressure = np.broadcast_arrays(
        *(np.asarray(x, dtype=np.float64) for x in (temperature, ratio, pressure))
    )
    high = temperature
    low = np.minimum(dew_point(vapour_pressure(ratio, pressure)), high)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        wetter = _ratio_at(temperature, middle, pressure) > ratio
        low, high = np.where(wetter, low, middle), np.where(wetter, middle, high)
    return np.asarray(0.5 * (low + high))


def _ratio_at(temperature: Array, wet: Array, pressure: Array) -> Array:
    """Humidity ratio of air whose wet bulb is ``wet`` [K]."""
    dry, bulb, most = temperature - 273.15, wet - 273.15, saturated_ratio(wet, pressure)
    water = (2501.0 - 2.326 * bulb) * most - 1.006 * (dry - bulb)
    ice = (2830.0 - 0.24 * bulb) * most - 1.006 * (dry - bulb)
    over_water = water / (2501.0 + 1.86 * dry - 4.186 * bulb)
    return np.asarray(np.where(bulb >= 0.0, over_water, ice / (2830.0 + 1.86 * dry - 2.1 * bulb)))


def cooled_over_coil(
    temperature: Array | float,
    ratio: Array | float,
    apparatus: Array | float,
    bypass: float,
    pressure: Array | float,
) -> tuple[Array, Array]:
    """Temperature [K] and humidity ratio [1] of air behind a cooling coil.

    A share ``bypass`` [1] of the air goes by; the rest comes to the ``apparatus`` dew point [K],
    and gives off water only where that is below its own. (EnergyPlus, Engineering Reference.)

    >>> out, water = cooled_over_coil(300.15, 0.011, 285.15, 0.1, 101325.0)
    >>> round(float(out), 2), round(float(water), 5)
    (286.65, 0.00896)
    """
    temperature, ratio = np.asarray(temperature, float), np.asarray(ratio, float)
    on_coil = np.minimum(saturated_ratio(apparatus, pressure), ratio)
    out = bypass * temperature + (1.0 - bypass) * np.asarray(apparatus)
    return np.asarray(out), np.asarray(bypass * ratio + (1.0 - bypass) * on_coil)
