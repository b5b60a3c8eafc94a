"""Fans and pumps. All SI."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.physics.part_load import polynomial

Array = npt.NDArray[np.float64]

CUBIC = (0.0, 0.0, 0.0, 1.0)
"""By the affinity laws: power with the cube of the flow, where pressure goes with its square."""
VARIABLE_SPEED_FAN = (0.0407598940, 0.08804497, -0.072926120, 0.9437398230)
"""DOE commercial reference buildings, fan with a variable-frequency drive."""
PUMP_EFFICIENCY = 0.49
"""Hydraulic times motor efficiency of a small circulator, 0.7 · 0.7 (BOPTEST)."""


def mover_power(flow: Array | float, pressure: Array | float, efficiency: float) -> Array:
    """Electricity [W] that moves ``flow`` [m³/s] against ``pressure`` [Pa].

    ``efficiency`` [1]: of wheel, drive and motor together, above 0 to 1.

    The fan-coil of BOPTEST's bestest_air, 0.55 kg/s against 185 Pa at 0.7 times 0.7:

    >>> round(float(mover_power(0.55 / 1.2, 185.0, 0.49)), 1)
    173.0

    The air handler of the DOE medium office, a cubic metre a second at 1109.648 Pa:

    >>> round(float(mover_power(1.0, 1109.648, 0.5915)))
    1876
    """
    return np.asarray(np.asarray(flow, dtype=np.float64) * pressure / efficiency)


def part_flow_power(
    flow: Array | float, rated_flow: float, rated_power: float, curve: tuple[float, ...] = CUBIC
) -> Array:
    """Electricity [W] at a part of the rated flow [m³/s], by a curve of the share; 0 at rest.

    Raises
    ------
    ValueError
        When the flow is below 0 or above the rated flow.

    Examples
    --------
    >>> part_flow_power([0.0, 0.5, 1.0], 1.0, 1000.0).tolist()
    [0.0, 125.0, 1000.0]
    >>> part_flow_power([0.5, 1.0], 1.0, 1000.0, VARIABLE_SPEED_FAN).round(1).tolist()
    [184.5, 999.6]
    """
    share = np.asarray(flow, dtype=np.float64) / rated_flow
    if bool(np.any((share < 0.0) | (share > 1.0 + 1e-9))):
        raise ValueError("the flow is from 0 to the rated flow")
    return np.asarray(np.where(share > 0.0, rated_power * polynomial(curve, share), 0.0))


def fan_heat(power: Array | float, wheel: float, in_stream: float = 1.0) -> Array:
    """Heat [W] that a fan of electric ``power`` [W] gives to the air.

    All that the ``wheel`` share [1] passes to the air ends as heat in it, and of the motor's loss
    the share that sits ``in_stream`` [1]. (EnergyPlus, Engineering Reference, fans.)

    >>> float(fan_heat(100.0, 0.7)), float(fan_heat(100.0, 0.7, 0.0))
    (100.0, 70.0)
    """
    power = np.asarray(power, dtype=np.float64)
    return np.asarray(power * (wheel + (1.0 - wheel) * in_stream))
