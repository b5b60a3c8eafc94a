"""Heat in the machine: the spindle housing, how far it grows, the coolant tank."""

from __future__ import annotations

import math

import numpy as np

from twin.physics.coolant_tank import Tank, coolant_heat, tank_temperature
from twin.physics.spindle_growth import Lag, grow
from twin.plant._cnc_settings import Settings

AMBIENT = 293.15
"""Hall air around the machine [K]."""
HOUSING_RESISTANCE = 0.008
"""Rise of the housing per watt of spindle loss [K/W]; assumption: about 20 K at 2.5 kW."""
HOUSING_TIME = 900.0
"""Time constant of the housing [s]; assumption within 10–20 min."""
FAST, SLOW = 15 * 60.0, 90 * 60.0
"""Time constants of growth of nose and head [s]; assumptions within 10–20 and 60–120 min."""
COOLING = 1.7
"""Cool-down over warm-up time constant [1]; assumption within 1.5–2."""


class Heat:
    """Thermal state of one machine, brought forward exactly over any span of constant input."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.housing = AMBIENT
        self.coolant = AMBIENT
        self._parts = np.zeros(2)
        self._lags = (
            Lag(settings.fast_growth, FAST, COOLING),
            Lag(settings.slow_growth, SLOW, COOLING),
        )
        self._tank = Tank(settings.tank_volume, settings.tank_loss, AMBIENT)

    @property
    def growth(self) -> float:
        """How far the tool point has moved by heat [m]."""
        return float(self._parts.sum())

    def advance(
        self, span: float, *, speed: float, loss: float, edge_power: float, pump_power: float
    ) -> None:
        """Bring everything forward by ``span`` [s].

        Parameters
        ----------
        speed : float
            Spindle speed [rev/s].
        loss : float
            Power lost in the spindle [W].
        edge_power, pump_power : float
            Power at the cutting edge, and of the coolant pump [W].
        """
        s = self.settings
        target = AMBIENT + HOUSING_RESISTANCE * loss
        self.housing = target + (self.housing - target) * math.exp(-span / HOUSING_TIME)
        self._parts = grow(self._parts, speed / s.spindle_max_speed, span, self._lags)
        heat = float(coolant_heat(edge_power, s.coolant_share, pump_power))
        # A chiller takes out what comes in, up to its power; it does not cool below the hall.
        chilled = min(s.chiller_power, heat + s.tank_loss * max(self.coolant - AMBIENT, 0.0))
        warmed = tank_temperature(self.coolant, span, self._tank, heat, chilled)
        self.coolant = max(float(warmed), AMBIENT)
