"""Temperature of the cut, and tool life driven by it.

The link from coolant to life: a coolant lowers the interface temperature by a little, and life goes
with a high power of that temperature. A few degrees are therefore worth more than they look.

References
----------
Cook, N. H. (1973). Tool wear and tool life. J. Eng. Ind. 95(4), 931–938.
General Broach, heat removal (life · θ^20…25 = constant).
"""

from __future__ import annotations

from twin.errors import BadInput, Fault
from twin.units import Number

EXPONENT = 20.0
"""Exponent m of ``T θ^m = constant`` [1]; 20–25 is published."""


def temperature_rise(
    energy: Number, heat_capacity: Number, speed: Number, thickness: Number, diffusivity: Number
) -> Number:
    """Mean rise of the tool–chip interface over ambient [K], ``0.4 U/(ρc) (v h/K)^(1/3)``.

    Parameters
    ----------
    energy : float or ndarray
        Specific cutting energy U [J/m³].
    heat_capacity : float or ndarray
        Volumetric heat capacity of the work ρc [J/(m³·K)].
    speed, thickness : float or ndarray
        Cutting speed v [m/s] and uncut chip thickness h [m].
    diffusivity : float or ndarray
        Thermal diffusivity of the work K [m²/s].

    References
    ----------
    Cook (1973).

    Examples
    --------
    U 1.038 J/mm³, ρc 3e-3 J/(mm³·K), v 1667 mm/s, h 0.5 mm, K 50 mm²/s: 353 K (as in Groover).

    >>> int(temperature_rise(1.038e9, 3e6, 1.667, 0.5e-3, 50e-6))
    353
    """
    rise: Number = 0.4 * energy / heat_capacity * (speed * thickness / diffusivity) ** (1.0 / 3.0)
    return rise


def life_ratio(temperature_ratio: Number, exponent: float = EXPONENT) -> Number:
    """Tool life over the reference life [1], ``(θ/θ_ref)^−m``.

    Parameters
    ----------
    temperature_ratio : float or ndarray
        Interface temperature θ over that of the reference cut [1], above 0. The exponents were
        fitted to °C.
    exponent : float
        m [1], 20–25.

    Raises
    ------
    BadInput
        For an exponent that is not positive.

    Examples
    --------
    2 % lower temperature: 1.5 to 1.66 times the life.

    >>> [round(float(life_ratio(0.98, m)), 2) for m in (20.0, 25.0)]
    [1.5, 1.66]
    """
    if not exponent > 0.0:
        raise BadInput(Fault("must be above 0", "exponent", "", f"{exponent:g}"))
    ratio: Number = temperature_ratio**-exponent
    return ratio


def temperature_ratio(life: Number, exponent: float = EXPONENT) -> Number:
    """Interface temperature over the reference [1] that a change of life stands for.

    The inverse of :func:`life_ratio`; ``life`` is over the reference life [1], above 0.

    >>> round(float(temperature_ratio(1.3)), 4)  # flood over dry (assumption)
    0.987
    """
    if not exponent > 0.0:
        raise BadInput(Fault("must be above 0", "exponent", "", f"{exponent:g}"))
    ratio: Number = life ** (-1.0 / exponent)
    return ratio
