"""Regulators of a zone, as they sit on its wall: on and off with hysteresis, or PI. All SI.

A regulator sees the air of its zone at the start of a step and holds its output through the step.
An ideal one is none of these: it knows the step's end (:mod:`twin.physics.zone_steps`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.physics.compiled import compiled

Array = npt.NDArray[np.float64]

IDEAL, THERMOSTAT, PI = range(3)
"""Kinds of regulators."""
KIND, BAND, REST, GAIN, INTEGRAL = range(5)
"""Columns of what a regulator is: its kind, width of its hysteresis [K], shortest time on or off
[s], gain [1/K], integral time [s]."""
WAY, HELD, HEATING, COOLING = range(4)
"""Columns of what it remembers: 1 heats, -1 cools, 0 neither; for how long [s]; integral shares of
heating and cooling [1]."""


@compiled
def thermostat(
    air: float, low: float, high: float, band: float, rest: float, step: float, memory: Array
) -> float:
    """Whether to heat (1), cool (-1) or neither (0) in the step that begins.

    Parameters
    ----------
    air, low, high : float
        Air of the zone, heating and cooling set-point [K].
    band, rest, step : float
        Width of the hysteresis about each set-point [K]; shortest time on or off, and the step [s].
    memory : (4,) array
        Columns above; changed.

    >>> kept = np.array([0.0, 1e9, 0.0, 0.0])
    >>> [thermostat(t, 20.0, 26.0, 1.0, 600.0, 300.0, kept) for t in (19.6, 19.4, 21.0, 21.0)]
    [0.0, 1.0, 1.0, 0.0]
    """
    way, half = memory[WAY], 0.5 * band
    if memory[HELD] >= rest - 1e-6:
        if way == 0.0:
            way = 1.0 if air < low - half else (-1.0 if air > high + half else 0.0)
        elif (way > 0.0 and air > low + half) or (way < 0.0 and air < high - half):
            way = 0.0
    if way != memory[WAY]:
        memory[WAY], memory[HELD] = way, 0.0
    memory[HELD] += step
    return float(way)


@compiled
def one_way(error: float, gain: float, integral: float, step: float, held: float) -> float:
    """Integral share [1] after a step of a PI loop of output 0 to 1, held back where it saturates.

    Back-calculation with a tracking time equal to the ``integral`` time [s]; the loop's output
    before the step is ``gain`` · ``error`` + ``held``. (Åström & Hägglund 2006, section 3.5.)

    >>> one_way(1.0, 0.5, 600.0, 300.0, 0.0), one_way(4.0, 0.5, 600.0, 300.0, 0.0)
    (0.25, 0.5)
    """
    wanted = gain * error + held
    given = min(max(wanted, 0.0), 1.0)
    return held + step / integral * (gain * error + given - wanted)


@compiled
def share(
    regulator: Array, memory: Array, air: float, low: float, high: float, step: float
) -> float:
    """Share of the greatest heating (> 0) or cooling (< 0) that a regulator gives in a step [1].

    ``regulator`` (5,) and ``memory`` (4,) have the columns above; ``memory`` is changed.
    """
    if regulator[KIND] == THERMOSTAT:
        return thermostat(air, low, high, regulator[BAND], regulator[REST], step, memory)
    gain, integral = regulator[GAIN], regulator[INTEGRAL]
    heats = min(max(gain * (low - air) + memory[HEATING], 0.0), 1.0)
    cools = min(max(gain * (air - high) + memory[COOLING], 0.0), 1.0)
    memory[HEATING] = one_way(low - air, gain, integral, step, memory[HEATING])
    memory[COOLING] = one_way(air - high, gain, integral, step, memory[COOLING])
    return float(heats - cools)
