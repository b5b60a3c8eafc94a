"""Electric power and energy of a machine tool: what runs anyway, the spindle, the cut.

References
----------
Gutowski, T.; Dahmus, J.; Thiriez, A. (2006). Electrical energy requirements for manufacturing
processes. 13th CIRP LCE, 623–627.
Kara, S.; Li, W. (2011). Unit process energy consumption models for material removal processes.
CIRP Annals 60(1), 37–40. doi:10.1016/j.cirp.2011.03.018
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.errors import BadInput, Fault
from twin.units import Number


class IdlePower(NamedTuple):
    """Power of a spindle that turns without cutting, a0 + a1 n + a2 n².

    Attributes
    ----------
    standing : float
        a0 [W].
    linear : float
        a1, friction [W·s].
    quadratic : float
        a2, windage [W·s²].
    """

    standing: float
    linear: float
    quadratic: float


def spindle_idle_power(speed: Number, idle: IdlePower) -> Number:
    """Idle power of the spindle [W] at ``speed`` [rev/s], 0 or more.

    >>> spindle_idle_power(100.0, IdlePower(100.0, 3.0, 0.02))
    600.0
    """
    return idle.standing + idle.linear * speed + idle.quadratic * speed**2


def machine_power(
    basic: Number,
    idle: Number,
    axes: Number,
    coolant: Number,
    cutting: Number,
    efficiency: float,
) -> Number:
    """Electric power of the machine while it cuts [W].

    ``P = P_basic + P_idle(n) + P_axes + P_coolant + Pc/η``.

    Parameters
    ----------
    basic : float or ndarray
        Control, hydraulics, fans [W]; 0.5–2 kW as a rule (assumption).
    idle : float or ndarray
        :func:`spindle_idle_power` [W].
    axes, coolant : float or ndarray
        Feed drives; pump or compressor of the coolant mode [W].
    cutting : float or ndarray
        Power at the cutting edge Pc [W].
    efficiency : float
        Of the spindle drive η [1], in (0, 1]; 0.75–0.9 as a rule.

    Raises
    ------
    BadInput
        For an efficiency outside (0, 1].

    Examples
    --------
    >>> machine_power(1000.0, 600.0, 150.0, 800.0, 4000.0, 0.8)
    7550.0
    """
    if not 0.0 < efficiency <= 1.0:
        raise BadInput(Fault("allowed above 0, up to 1", "efficiency", "", f"{efficiency:g}"))
    return basic + idle + axes + coolant + cutting / efficiency


def specific_energy(power: Number, rate: Number) -> Number:
    """Electric energy per volume of chips [J/m³]: machine power [W] over removal rate [m³/s].

    >>> round(float(specific_energy(7550.0, 80e-6 / 60)) / 1e9, 2)  # J/mm³
    5.66
    """
    return power / rate


def specific_energy_law(rate: Number, variable: float, fixed: float) -> Number:
    """Energy per volume by ``SEC = C0 + C1/Q`` [J/m³] (Kara & Li).

    Parameters
    ----------
    rate : float or ndarray
        Removal rate Q [m³/s], above 0.
    variable : float
        C0 [J/m³]: the cut, kc/η.
    fixed : float
        C1 [W]: everything that runs at any removal rate.

    Examples
    --------
    It is the power balance divided by Q.

    >>> rate = 80e-6 / 60
    >>> law = specific_energy_law(rate, 3e9 / 0.8, 2550.0)
    >>> bool(np.isclose(law, specific_energy(2550.0 + 3e9 * rate / 0.8, rate)))
    True
    """
    return variable + fixed / rate


def part_energy(powers: Number, durations: Number) -> float:
    """Electric energy of one part [J]: Σ power [W] · duration [s] over its phases.

    Raises
    ------
    BadInput
        For a negative duration, or lists of unequal length.

    Examples
    --------
    Ten minutes of cutting at 7.55 kW, two of handling at 1 kW.

    >>> round(part_energy(np.array([7550.0, 1000.0]), np.array([600.0, 120.0])) / 3.6e6, 3)  # kWh
    1.292
    """
    power, time = np.atleast_1d(powers), np.atleast_1d(durations)
    if power.shape != time.shape:
        written = f"{power.size} and {time.size}"
        raise BadInput(Fault("need one duration per power", "powers, durations", "", written))
    if np.any(time < 0.0):
        raise BadInput(Fault("must be 0 s or more", "durations", "", f"{float(time.min()):g}"))
    return float(power @ time)
