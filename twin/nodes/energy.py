"""What a node takes from its battery: awake, waking up, asleep, and its sensor, over one period."""

from __future__ import annotations

from dataclasses import dataclass

from twin.errors import BadInput, Fault
from twin.nodes.boards import Board

WAKE_TIME = 1e-3  # clock, flash and regulator come back from stop mode; assumption [s]
YEAR = 365.25 * 86_400.0  # [s]


@dataclass(frozen=True, slots=True)
class Cycle:
    """Energy of one period of a node that wakes, looks at one window and sleeps again.

    ``awake``, ``waking``, ``asleep`` and ``sensor`` [J] in ``period`` [s]. The sensor stands alone,
    because an always-on wideband sensor takes more than all the rest.
    """

    period: float
    awake: float
    waking: float
    asleep: float
    sensor: float

    @property
    def board_power(self) -> float:
        """Mean power of the board without its sensor [W]."""
        return (self.awake + self.waking + self.asleep) / self.period

    @property
    def power(self) -> float:
        """Mean power with the sensor [W]."""
        return self.board_power + self.sensor / self.period


def cycle(
    board: Board,
    busy: float,
    period: float,
    *,
    sensor_power: float = 0.0,
    sensor_on: float | None = None,
    wake_time: float = WAKE_TIME,
) -> Cycle:
    """Energy of one period.

    Parameters
    ----------
    board : Board
    busy : float
        Computing in each period [s].
    period : float
        From one window to the next [s].
    sensor_power : float
        Of the sensor while it is on [W].
    sensor_on : float, optional
        In each period [s]; always, when not given.
    wake_time : float
        From stop mode until the first instruction, at active power [s].

    Raises
    ------
    BadInput
        When the board is not done within the period, or a time or power is below zero.

    >>> from twin.nodes.boards import BOARDS
    >>> two = cycle(BOARDS["stm32u385"], 0.05, 1.0, sensor_power=3.6e-3, sensor_on=0.1)
    >>> round(two.board_power * 1e6), round(two.power * 1e6)
    (288, 648)
    """
    on = period if sensor_on is None else sensor_on
    given = {"busy": busy, "wake_time": wake_time, "sensor_power": sensor_power, "sensor_on": on}
    faults = [
        Fault("must not be below zero", name, f"{value:g}")
        for name, value in given.items()
        if not value >= 0.0
    ]
    needed = max(busy + wake_time, on)
    if not period > 0.0 or not needed <= period:
        message = f"{board.name} and its sensor need {needed:g} s of every period"
        faults.append(Fault(message, "period", f"{period:g} s"))
    if faults:
        raise BadInput(faults)
    return Cycle(
        period=period,
        awake=busy * board.active_power,
        waking=wake_time * board.active_power,
        asleep=(period - busy - wake_time) * board.sleep_power,
        sensor=on * sensor_power,
    )


def battery_life(capacity: float, power: float, *, self_discharge: float = 0.0) -> float:
    """How long a battery lasts [s].

    Parameters
    ----------
    capacity : float
        Charge times voltage [J]; 1000 mAh at 3 V are 10.8 kJ.
    power : float
        Mean power [W].
    self_discharge : float
        Share of the capacity that is lost each year, whatever is drawn [1/a].

    Raises
    ------
    BadInput
        When the capacity is not above zero, a loss is below zero, or nothing is drawn at all.

    >>> round(battery_life(10_800.0, 1e-3) / 86_400.0)
    125
    """
    drain = power + self_discharge * capacity / YEAR
    if not capacity > 0.0 or power < 0.0 or self_discharge < 0.0 or not drain > 0.0:
        given = (
            f"capacity {capacity:g} J, power {power:g} W, self-discharge {self_discharge:g} a year"
        )
        raise BadInput(f"{given}: needs a capacity above zero and something drawn from it")
    return capacity / drain


def event_saving(gate: float, share: float, inference: float) -> float:
    """Share of the energy that is saved by inference on events only [1].

    Parameters
    ----------
    gate : float
        Energy of the look that decides, at every window [J].
    share : float
        Share of the windows that are looked at in full, 0 to 1 [1].
    inference : float
        Energy of a full look, above zero [J].

    Returns
    -------
    float
        ``1 - (gate + share · inference) / inference``; negative when the gate costs more.

    Raises
    ------
    BadInput
        When the share is not a share or an energy is not above zero.

    >>> round(event_saving(5e-6, 0.05, 100e-6), 2)
    0.9
    """
    if not 0.0 <= share <= 1.0 or not gate >= 0.0 or not inference > 0.0:
        given = f"gate {gate:g} J, share {share:g}, inference {inference:g} J"
        raise BadInput(f"{given}: energies above zero and a share of 0 to 1 are needed")
    return 1.0 - (gate + share * inference) / inference
