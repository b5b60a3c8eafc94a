"""What a node computes of an hour of a room's air and light, to tell whether somebody is there.

Means over five minutes at some ages: CO2 now and how it changed, how temperature and water in the
air changed, and the light. Levels of temperature and humidity are left out: they tell the season
and the country, not the people.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]

KIND = "room air"
MEMORY = 3600.0  # that the features look back [s]
MEAN = 300.0  # over which readings are averaged [s]
SLOWEST = 300.0  # time between two readings, at most [s]
AGES = (0.0, 300.0, 600.0, 1200.0, 1800.0, 2700.0, 3600.0)  # [s]
LIGHT_AGES = (1, 3, 6)  # which of them the light is compared at
MISSING = 0.4  # share of the means that may be missing [1]
OUTDOORS = 400e-6  # CO2 [1]
LEAST = 200e-6  # CO2 below this is none of a room's air [1]
MOST = 20_000e-6
COLDEST, WARMEST = 223.15, 353.15  # [K]
GAS = 461.5  # of water vapour [J/(kg·K)]
# Instructions for each reading, and for means, logarithms and water vapour: the exported C on an
# emulated Cortex-M4 takes 13,986 for 61 readings; how they are shared is an assumption.
WORK, FIXED = 125.0, 6360.0
NAMES = (
    "co2",
    *(f"co2_since_{age / 60:.0f}" for age in AGES[1:]),
    "co2_over_least",
    *(f"temperature_since_{age / 60:.0f}" for age in AGES[1:]),
    *(f"water_since_{age / 60:.0f}" for age in AGES[1:]),
    "light_known",
    "light",
    *(f"light_since_{AGES[index] / 60:.0f}" for index in LIGHT_AGES),
)
LIGHT = slice(NAMES.index("light_known"), len(NAMES))


def water(temperature: Wide, humidity: Wide) -> Wide:
    """Water in the air [kg/m³] from temperature [K] and relative humidity [1].

    Saturation by Magnus, Sonntag 1990. At 20 °C and 50 %:

    >>> round(float(1e3 * water(np.array([293.15]), np.array([0.5]))[0]), 2)
    8.62
    """
    celsius = temperature - 273.15
    saturated = 611.2 * np.exp(17.62 * celsius / (243.12 + celsius))
    return np.asarray(humidity * saturated / (GAS * temperature))


def flaw(block: Array, period: float) -> str:
    """Why an hour of readings ``(readings, 4)`` cannot be judged; empty when it can.

    Columns: CO2 [1], temperature [K], relative humidity [1], illuminance [lx]; newest last.
    """
    if block.ndim != 2 or block.shape[1] != 4:
        return f"shape {block.shape}; readings of CO2, temperature, humidity and light are needed"
    if not period <= SLOWEST * 1.01:
        return f"a reading every {period:.0f} s; at most {SLOWEST:.0f} s are allowed"
    if (len(block) - 1) * period < MEMORY * 0.99:
        held = (len(block) - 1) * period / 60.0
        return f"{held:.0f} min of readings; {MEMORY / 60.0:.0f} min are needed"
    if np.isinf(block).any():
        return "not a number among the readings"
    air = _means(block, period)[:, :3]
    lost = np.isnan(air)
    if lost.mean(axis=0).max() > MISSING or lost[0].any():
        return "too many readings are missing"
    return _implausible(block) or (
        "constant signal" if np.ptp(air[~lost[:, 0], 0]) == 0.0 and _still(block) else ""
    )


def _still(block: Array) -> bool:
    """Whether neither CO2 nor temperature nor humidity moves at all."""
    return bool(np.nanmax(np.nanmax(block[:, :3], axis=0) - np.nanmin(block[:, :3], axis=0)) == 0)


def _implausible(block: Array) -> str:
    limits = {
        "CO2": (block[:, 0], LEAST, MOST),
        "temperature": (block[:, 1], COLDEST, WARMEST),
        "humidity": (block[:, 2], -0.02, 1.05),
        "light": (block[:, 3], -5.0, 2e5),
    }
    for name, (values, low, high) in limits.items():
        known = values[np.isfinite(values)]
        if known.size and (known.min() < low or known.max() > high):
            return f"{name} beyond what a room has"
    return ""


def _means(block: Array, period: float) -> Wide:
    """Means over five minutes at the ages, ``(ages, 4)``; NaN where every reading was lost."""
    values = block.astype(np.float64)
    back = period * np.arange(len(block) - 1, -1, -1)
    found = np.full((len(AGES), values.shape[1]), np.nan)
    for row, age in enumerate(AGES):
        inside = values[(back >= age - 1e-6) & (back < age + MEAN - 1e-6)]
        known = np.isfinite(inside)
        counts = known.sum(axis=0)
        sums = np.where(known, inside, 0.0).sum(axis=0)
        found[row] = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return found


def _held(means: Wide) -> Wide:
    """Fill what is missing between two ages by a straight line."""
    filled = means.copy()
    ages = np.array(AGES)
    for column in range(means.shape[1]):
        known = np.isfinite(means[:, column])
        if known.any():
            filled[:, column] = np.interp(ages, ages[known], means[known, column])
    return filled


def features(block: Array, period: float) -> Array:
    """Return the features of one hour of readings, in the order of :data:`NAMES`.

    Parameters
    ----------
    block : ndarray of float32
        ``(readings, 4)``: CO2 [1], temperature [K], relative humidity [1], illuminance [lx]; the
        newest last. A reading that is not a number was lost.
    period : float
        Time between two readings [s].
    """
    means = _held(_means(block, period))
    co2, temperature = means[:, 0], means[:, 1]
    vapour = 1e3 * water(temperature, means[:, 2])
    light = np.log10(1.0 + np.maximum(means[:, 3], 0.0))
    known = bool(np.isfinite(light[0]))
    shown = [1.0, light[0], *(light[0] - light[index] for index in LIGHT_AGES)]
    return np.array(
        [
            np.log(co2[0] / OUTDOORS),
            *((co2[0] - co2[1:]) * 1e4),
            (co2[0] - co2.min()) * 1e4,
            *(temperature[0] - temperature[1:]),
            *(vapour[0] - vapour[1:]),
            *(shown if known else [0.0] * len(shown)),
        ],
        np.float32,
    )


def instructions(readings: int) -> float:
    """Instructions for an hour of so many readings."""
    return FIXED + WORK * readings
