"""The drive of a CNC spindle: what it takes without a cut, what it can give in one."""

from __future__ import annotations

from twin.physics import cutting
from twin.physics.machine_power import IdlePower, spindle_idle_power
from twin.plant._cnc_settings import Settings


class SpindleDrive:
    """Powers of one spindle by its speed."""

    def __init__(self, settings: Settings) -> None:
        self._base, self._rated = settings.spindle_base_speed, settings.spindle_power
        # Half friction, half windage at the highest speed: an assumption, like the power itself.
        half, top = settings.spindle_idle_power / 2, settings.spindle_max_speed
        self._idle = IdlePower(0.0, half / top, half / top**2)

    def idle(self, speed: float) -> float:
        """Power of turning alone at a speed [rev/s → W]: friction and windage."""
        return float(spindle_idle_power(speed, self._idle))

    def available(self, speed: float) -> float:
        """Power that it can give at a speed [rev/s → W]."""
        return float(cutting.spindle_power_limit(speed, self._base, self._rated))
