"""A room as a linear network of heat: exact steps, whatever their length. All SI.

Nodes: air, fabric. ``C dθ/dt = -K θ + B u`` is solved exactly for inputs that are constant over
the step, so that halving the step changes nothing.

References
----------
ISO 13790:2008 Annex C for the names; the exact discretisation is the matrix exponential of Van
Loan (1978), doi:10.1109/TAC.1978.1101743.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm

Vector = npt.NDArray[np.float64]

AIR_DENSITY = 1.204
"""Density of air at 20 °C and 101.3 kPa [kg/m³]."""
AIR_HEAT = 1006.0
"""Specific heat of air [J/(kg K)]."""


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone: an air node and a fabric node.

    Attributes
    ----------
    air_capacity, fabric_capacity : float
        Heat capacity of air with furniture, and of the building fabric [J/K].
    envelope : float
        Conductance fabric ↔ outdoors [W/K].
    glazing : float
        Conductance air ↔ outdoors through windows, doors and infiltration [W/K].
    coupling : float
        Conductance air ↔ fabric [W/K].
    """

    air_capacity: float
    fabric_capacity: float
    envelope: float
    glazing: float
    coupling: float


def matrices(zone: Zone) -> tuple[Vector, Vector]:
    """Return A (2×2) and B (2×3); inputs: outdoor temperature [K], air and fabric heat [W]."""
    a = np.array(
        [
            [-(zone.glazing + zone.coupling), zone.coupling],
            [zone.coupling, -(zone.envelope + zone.coupling)],
        ]
    )
    b = np.array([[zone.glazing, 1.0, 0.0], [zone.envelope, 0.0, 1.0]])
    capacity = np.array([[zone.air_capacity], [zone.fabric_capacity]])
    return a / capacity, b / capacity


def discretise(a: Vector, b: Vector, step: float) -> tuple[Vector, Vector]:
    """Return the exact one-step matrices for inputs held constant over ``step`` [s]."""
    states, inputs = b.shape
    block = np.zeros((states + inputs, states + inputs))
    block[:states, :states] = a
    block[:states, states:] = b
    exponential = expm(block * step)
    return exponential[:states, :states], exponential[:states, states:]


def advance(
    ad: Vector, bd: Vector, state: Vector, outdoor: float, air_heat: float, fabric_heat: float
) -> Vector:
    """Temperatures [K] of air and fabric one step later."""
    inputs = np.array([outdoor, air_heat, fabric_heat])
    stepped: Vector = ad @ state + bd @ inputs
    return stepped


def heat_for(
    ad: Vector, bd: Vector, state: Vector, outdoor: float, other_heat: float, target: float
) -> float:
    """Heat to the air [W] that brings it exactly to ``target`` [K] at the end of the step."""
    free = advance(ad, bd, state, outdoor, other_heat, 0.0)
    return float((target - free[0]) / bd[0, 1])


def steady_heat(zone: Zone, indoor: float, outdoor: float) -> float:
    """Heat [W] that holds ``indoor`` [K] for ever: the hand sum of U·A.

    >>> round(steady_heat(Zone(1e6, 1e8, 200.0, 50.0, 1e3), 293.15, 273.15), 3)
    4333.333
    """
    series = zone.envelope * zone.coupling / (zone.envelope + zone.coupling)
    return (zone.glazing + series) * (indoor - outdoor)


def outdoor_temperature(
    time: float, mean: float, swing: float, warmest: float = 15 * 3600
) -> float:
    """Outdoor temperature [K] of a day as a cosine: ``mean`` ± ``swing``/2, warmest at 15:00."""
    return mean + 0.5 * swing * float(np.cos(2 * np.pi * (time - warmest) / 86_400.0))


def carnot_cop(hot: float, cold: float, efficiency: float) -> float:
    """Coefficient of performance of a heat pump between ``cold`` and ``hot`` [K] [1].

    >>> round(carnot_cop(308.15, 273.15, 0.4), 2)
    3.52
    """
    return efficiency * hot / max(hot - cold, 1.0)
