"""Heat in the machine: the spindle housing, how far it grows, the coolant tank."""

from __future__ import annotations

from twin.physics.coolant_tank import Tank, coolant_heat
from twin.physics.relaxation import relax
from twin.physics.spindle_growth import Lag
from twin.plant._cnc_settings import Settings
from twin.records import Channel

AMBIENT = 293.15
"""Hall air around the machine [K]."""
HOUSING_RESISTANCE = 0.008
"""Rise of the housing per watt of spindle loss [K/W]; assumption: about 20 K at 2.5 kW."""
HOUSING_TIME = 900.0
"""Time constant of the housing [s]; assumption within 10–20 min."""
MOTOR_RESISTANCE, MOTOR_TIME = 0.02, 2400.0
"""Rise of the spindle motor's frame per watt of its loss [K/W] and time constant [s]; assumptions:
about 50 K at 2.5 kW, IEC 60034's 155 °C class far from its limit."""
DRIVE_LOSS = 0.04
"""Loss of the drives in the cabinet over the machine's electric power [1]; assumption."""
CABINET_RESISTANCE, CABINET_TIME = 0.05, 1800.0
"""Rise in the cabinet per watt of loss [K/W] and time constant [s]; assumptions: 20 K at 400 W."""
FAST, SLOW = 15 * 60.0, 90 * 60.0
"""Time constants of growth of nose and head [s]; assumptions within 10–20 and 60–120 min."""
COOLING = 1.7
"""Cool-down over warm-up time constant [1]; assumption within 1.5–2."""

SIZES = {"spindle": (0.3, 0.3), "motor": (0.25, 0.25), "cabinet": (0.8, 1.8)}
"""Width and height of what can be looked at [m]; assumptions for a machining centre."""
WARM = (
    Channel("temperature", "°C", "Temperature of the surface."),
    Channel("ambient_temperature", "°C", "Around it."),
    Channel("width", "m", "Width."),
    Channel("height", "m", "Height."),
)


class Heat:
    """Thermal state of one machine, brought forward exactly over any span of constant input."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.housing = self.motor = self.cabinet = AMBIENT
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
        self, span: float, *, speed: float, loss: float, edge_power: float, pump_power: float,
        power: float = 0.0,
    ) -> None:  # fmt: skip
        """Bring everything forward by ``span`` [s].

        Parameters
        ----------
        speed : float
            Spindle speed [rev/s].
        loss : float
            Power lost in the spindle [W].
        edge_power, pump_power : float
            Power at the cutting edge, and of the coolant pump [W].
        power : float
            Electric power of the machine [W].
        """
        drive = speed / self.settings.spindle_max_speed
        self.housing = relax(self.housing, AMBIENT + HOUSING_RESISTANCE * loss, span, HOUSING_TIME)
        self.motor = relax(self.motor, AMBIENT + MOTOR_RESISTANCE * loss, span, MOTOR_TIME)
        warm = AMBIENT + CABINET_RESISTANCE * DRIVE_LOSS * power
        self.cabinet = relax(self.cabinet, warm, span, CABINET_TIME)
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


def warm_part(heat: Heat, part: str) -> dict[str, float]:
    """Channels :data:`WARM` of one of :data:`SIZES` [SI]."""
    found = {"spindle": heat.housing, "motor": heat.motor, "cabinet": heat.cabinet}
    width, height = SIZES[part]
    return {
        "temperature": found[part], "ambient_temperature": AMBIENT, "width": width,
        "height": height,
    }  # fmt: skip
