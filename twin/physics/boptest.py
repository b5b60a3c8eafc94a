"""KPIs of a building as BOPTEST defines them, on time series.

Blum et al. 2021, doi:10.1080/19401493.2021.1986574; ``kpis/kpi_calculator.py`` of ibpsa/project1-
boptest. Series are values at instants; between two instants they run straight (trapezoid), and the
greatest demand is that of the means of what was read in each quarter of an hour. The floor area is
that of all conditioned zones [m²]. All SI but for what a KPI is by definition: K·h, ppm·h, kWh/m².
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

KWH_PER_JOULE = 2.77778e-7
"""BOPTEST's own factor, 1 + 8e-7 times the exact one."""
QUARTER = 900.0
"""Of an hour [s]."""


def thermal_discomfort(times: Array, zones: Array, low: Array, high: Array) -> float:
    """``tdis_tot``: time outside the comfort band, weighted by how far [K·h a zone].

    Parameters
    ----------
    times : (n,) array
        Instants [s], rising.
    zones, low, high : (n, zones) array
        Temperature of each zone, air or operative, and its band [K].

    Examples
    --------
    Two zones for two hours, one of them 1 K too cold:

    >>> t = np.array([0.0, 3600.0, 7200.0])
    >>> warm = np.array([[20.0, 22.0]] * 3) + 273.15
    >>> round(thermal_discomfort(t, warm, np.full((3, 2), 294.15), np.full((3, 2), 297.15)), 9)
    1.0
    """
    outside = np.maximum(low - zones, 0.0) + np.maximum(zones - high, 0.0)
    return _integral(outside, times) / 3600.0 / len(zones[0])


def air_discomfort(times: Array, zones: Array, limit: Array) -> float:
    """``idis_tot``: time above the limit of CO2, weighted by how far [ppm·h a zone].

    ``times`` (n,) [s]; ``zones``, ``limit`` (n, zones) [ppm].

    >>> stale = np.array([[1000.0], [1100.0]])
    >>> air_discomfort(np.array([0.0, 3600.0]), stale, np.full((2, 1), 900.0))
    150.0
    """
    return _integral(np.maximum(zones - limit, 0.0), times) / 3600.0 / len(zones[0])


def energy(times: Array, powers: Sequence[Array], area: float) -> float:
    """``ener_tot``: energy of every carrier [kWh/m²].

    ``times`` (n,) [s]; ``powers``: (n,) [W] each; ``area`` [m²].

    >>> round(energy(np.array([0.0, 3600.0]), [np.full(2, 1000.0)], 10.0), 9)
    0.10000008
    """
    return sum(_integral(power, times) for power in powers) * KWH_PER_JOULE / area


def priced(
    times: Array, powers: Sequence[Array], prices: Sequence[Array | float], area: float
) -> float:
    """``cost_tot`` [EUR/m²] by prices [EUR/kWh], ``emis_tot`` [kg/m²] by emission factors [kg/kWh].

    A price or factor for each of ``powers``: one number, or (n,).

    >>> round(priced(np.array([0.0, 3600.0]), [np.full(2, 1000.0)], [0.25], 10.0), 6)
    0.025
    """
    pairs = zip(prices, powers, strict=True)
    return sum(_integral(p * np.asarray(w), times) for p, w in pairs) * KWH_PER_JOULE / area


def greatest_demand(times: Array, powers: Sequence[Array], area: float) -> float:
    """``pele_tot``, ``pgas_tot``, ``pdih_tot``: greatest mean of a quarter of an hour [kW/m²].

    ``times`` (n,) [s] from midnight on; ``powers`` [W] of one carrier, added up. The quarters go by
    the clock; the mean is that of what was read from its start on, before its end.

    >>> t = np.arange(0.0, 3600.0, 300.0)
    >>> greatest_demand(t, [np.where(t < 600.0, 3000.0, 0.0)], 10.0)
    0.2
    """
    total = np.sum(powers, axis=0)
    quarter = np.floor(np.asarray(times) / QUARTER).astype(np.int64)
    quarter -= quarter[0]
    held = np.bincount(quarter)
    means = np.bincount(quarter, total)[held > 0] / held[held > 0]
    return float(means.max()) / area / 1000.0


def time_ratio(spent: Array, step: float) -> float:
    """``time_rat``: mean of the controller's time [s] over its ``step`` [s] [1].

    >>> time_ratio(np.array([0.9, 2.7]), 900.0)
    0.002
    """
    return float(np.mean(np.asarray(spent) / step))


def actuator_travel(times: Array, signals: Sequence[Array]) -> float:
    """``atvl_tot``: how far actuators went, mean over them; gradients by central differences.

    ``times`` (n,) [s]; ``signals``: (n,) each, at least 2 instants.

    >>> actuator_travel(np.array([0.0, 60.0, 120.0]), [np.array([0.0, 0.5, 1.0])])
    1.0
    """
    slopes = [np.abs(np.gradient(signal, times)) for signal in signals]
    return sum(_integral(slope, times) for slope in slopes) / len(slopes)


def _integral(values: Array, times: Array) -> float:
    """Trapezoid over time, all columns added up."""
    return float(np.trapezoid(values, times, axis=0).sum())
