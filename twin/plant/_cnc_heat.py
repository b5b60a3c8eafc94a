"""Heat in the machine: the spindle housing, how far it grows, the coolant tank."""

from __future__ import annotations

from twin.physics.coolant_tank import Tank, coolant_heat
from twin.physics.relaxation import relax
from twin.physics.spindle_growth import Lag
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
        self._parts = [0.0, 0.0]
        self._lags = (
            Lag(settings.fast_growth, FAST, COOLING),
            Lag(settings.slow_growth, SLOW, COOLING),
        )
        self._tank = Tank(settings.tank_volume, settings.tank_loss, AMBIENT)

    @property
    def growth(self) -> float:
        """How far the tool point has moved by heat [m]."""
        return self._parts[0] + self._parts[1]

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
        drive = speed / self.settings.spindle_max_speed
        self.housing = relax(self.housing, AMBIENT + HOUSING_RESISTANCE * loss, span, HOUSING_TIME)
        for index, lag in enumerate(self._lags):
            self._parts[index] = _grown(self._parts[index], drive, span, lag)
        self._warm_coolant(span, edge_power, pump_power)

    def _warm_coolant(self, span: float, edge_power: float, pump_power: float) -> None:
        s = self.settings
        heat = float(coolant_heat(edge_power, s.coolant_share, pump_power))
        # A chiller takes out what comes in, up to its power; it does not cool below the hall.
        chilled = min(s.chiller_power, heat + s.tank_loss * max(self.coolant - AMBIENT, 0.0))
        steady = AMBIENT + (heat - chilled) / s.tank_loss
        warmed = relax(self.coolant, steady, span, self._tank.time_constant)
        self.coolant = max(warmed, AMBIENT)


def _grown(part: float, drive: float, span: float, lag: Lag) -> float:
    """One lag of :func:`twin.physics.spindle_growth.grow`, scalar: this runs at every state."""
    target = lag.gain * drive
    time_constant = lag.warming if target >= part else lag.warming * lag.cooling
    return relax(part, target, span, time_constant)
