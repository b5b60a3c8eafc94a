"""The coolant tank: temperature by its energy balance, concentration by evaporation.

``C dT/dt = η Pc + P_pump − UA (T − T_amb) − ṁ c (T − T_makeup) − Q_chiller`` with C = ρ c V.

The balance is lumped: one temperature for the whole tank. Checked against 20.0 K and 1.5 h for
200 l, 3 kW and 150 W/K.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.errors import BadInput, Fault
from twin.units import Number

DENSITY = 995.0
"""Emulsion of 5–8 % [kg/m³]."""

HEAT_CAPACITY = 4060.0
"""Emulsion of 5–8 % [J/(kg·K)]."""


class Tank(NamedTuple):
    """A coolant tank in its surroundings.

    Attributes
    ----------
    volume : float
        [m³], above 0.
    conductance : float
        UA, tank and wetted machine to the hall [W/K], above 0.
    ambient : float
        [K]
    makeup : float
        Flow that replaces what is lost [kg/s], 0 or more.
    makeup_temperature : float
        [K]
    """

    volume: float
    conductance: float
    ambient: float
    makeup: float = 0.0
    makeup_temperature: float = 293.15

    @property
    def capacity(self) -> float:
        """Heat capacity C = ρ c V [J/K]."""
        return DENSITY * HEAT_CAPACITY * self.volume

    @property
    def loss(self) -> float:
        """Conductance of all losses, UA + ṁ c [W/K]."""
        return self.conductance + self.makeup * HEAT_CAPACITY

    @property
    def time_constant(self) -> float:
        """C/(UA + ṁ c) [s]."""
        return self.capacity / self.loss


def _check(tank: Tank) -> None:
    faults = [
        Fault("must be above 0", name, "", f"{value:g}")
        for name, value in (("volume", tank.volume), ("conductance", tank.conductance))
        if not value > 0.0
    ]
    if tank.makeup < 0.0:
        faults.append(Fault("must be 0 kg/s or more", "makeup", "", f"{tank.makeup:g}"))
    if faults:
        raise BadInput(faults)


def coolant_heat(cutting: Number, share: float, pump: Number) -> Number:
    """Heat that the coolant takes up [W]: ``share`` [1] of the cutting power, and the pump's [W].

    Nearly all of the pump's power ends as heat in the tank.

    >>> coolant_heat(4400.0, 0.5, 800.0)
    3000.0
    """
    return share * cutting + pump


def steady_temperature(tank: Tank, heat: Number, chiller: Number = 0.0) -> Number:
    """Temperature that the tank settles at [K].

    Parameters
    ----------
    tank : Tank
    heat : float or ndarray
        :func:`coolant_heat` [W].
    chiller : float or ndarray
        Heat that a chiller takes out [W].

    Raises
    ------
    BadInput
        For a volume or conductance that is not positive, or a negative make-up flow.

    Examples
    --------
    3 kW into 150 W/K: 20.0 K above the hall after about 4 × 1.5 h; 6 kW: 40 K.

    >>> tank = Tank(0.2, 150.0, 293.15)
    >>> [round(float(steady_temperature(tank, heat)) - 293.15, 1) for heat in (3e3, 6e3)]
    [20.0, 40.0]
    >>> round(tank.capacity / 1e3), round(tank.time_constant / 3600, 1)
    (808, 1.5)
    """
    _check(tank)
    inflow = tank.conductance * tank.ambient
    inflow += tank.makeup * HEAT_CAPACITY * tank.makeup_temperature
    return (heat - chiller + inflow) / tank.loss


def tank_temperature(
    initial: Number, duration: Number, tank: Tank, heat: Number, chiller: Number = 0.0
) -> Number:
    """Temperature [K] after ``duration`` [s] at constant heat: the exact solution, any step.

    Parameters
    ----------
    initial : float or ndarray
        Temperature at the start [K].
    duration : float or ndarray
        [s], 0 or more.
    tank, heat, chiller
        See :func:`steady_temperature`.

    Examples
    --------
    After one time constant 63.2 % of the rise.

    >>> tank = Tank(0.2, 150.0, 293.15)
    >>> rise = tank_temperature(293.15, tank.time_constant, tank, 3e3) - 293.15
    >>> round(float(rise), 2)
    12.64
    """
    steady = steady_temperature(tank, heat, chiller)
    temperature: Number = steady + (initial - steady) * np.exp(-duration / tank.time_constant)
    return temperature


def chiller_needed(tank: Tank, heat: float, limit: float) -> float:
    """Chiller power [W] that holds the tank at ``limit`` [K] for good; 0 where none is needed.

    Examples
    --------
    6 kW and at most 10 K above the hall.

    >>> round(chiller_needed(Tank(0.2, 150.0, 293.15), 6e3, 303.15), 6)
    4500.0
    """
    excess = float(steady_temperature(tank, heat)) - limit
    return max(0.0, excess * tank.loss)


def concentration_after(concentration: Number, volume: Number, evaporated: Number) -> Number:
    """Concentration [1] after water has evaporated from the tank: the oil stays.

    ``c' = c V/(V − V_evap)``, for a little water ``dc = c V_evap/V``.

    Parameters
    ----------
    concentration : float or ndarray
        Before [1].
    volume, evaporated : float or ndarray
        Tank before, and water gone [m³], evaporated < volume.

    Raises
    ------
    BadInput
        When as much evaporated as there was, or a negative amount.

    Examples
    --------
    >>> round(concentration_after(0.06, 0.2, 0.05), 9)
    0.08
    """
    if not np.all((np.asarray(evaporated) >= 0.0) & (np.asarray(evaporated) < volume)):
        raise BadInput(Fault("allowed 0 to below the volume of the tank", "evaporated"))
    return concentration * volume / (volume - evaporated)


def makeup_concentration(concentration: float, volume: float, target: float, added: float) -> float:
    """Concentration to mix the make-up at [1], so that the tank comes to ``target``.

    Parameters
    ----------
    concentration, volume : float
        Of the tank before [1], [m³].
    target : float
        Wanted [1].
    added : float
        Make-up [m³], above 0.

    Returns
    -------
    float
        [1]; negative or above 1 when this amount of make-up cannot reach the target.

    Examples
    --------
    Water alone brings 150 l of 8 % back to 200 l of 6 %.

    >>> abs(round(makeup_concentration(0.08, 0.15, 0.06, 0.05), 12))
    0.0
    """
    return (target * (volume + added) - concentration * volume) / added
