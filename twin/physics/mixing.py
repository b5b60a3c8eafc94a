"""What the air of several zones carries: carbon dioxide, water. All SI.

``V dX/dt = F (X_o - X) + Σ E (X_j - X) + S`` with volumes V [m³], outdoor air F, exchange E
[m³/s] and sources S [X m³/s] is a network like that of heat, and stepped as exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.physics.compiled import compiled
from twin.physics.network import Circuit, Steps, steps

Array = npt.NDArray[np.float64]
Exchange = tuple[tuple[int, int, float], ...]
"""Two zones and the flow between them, as much each way [m³/s]."""


@dataclass(frozen=True, slots=True)
class Mixed:
    """Contents at the end of each step, the means over it, and what was taken out; (steps, zones).

    ``removed`` is what exceeded the most that the air can hold, in X m³.
    """

    after: Array
    mean: Array
    removed: Array


def mix(
    volumes: Array,
    exchange: Exchange,
    before: Array,
    fresh: Array,
    outside: Array,
    source: Array,
    step: float,
    most: Array | None = None,
) -> Mixed:
    """Carry the contents of the zones through steps of constant flows each.

    Parameters
    ----------
    volumes : (zones,) array
        [m³].
    exchange : Exchange
        Steady flows between zones.
    before : (zones,) array
        Contents at the start [X].
    fresh : (steps, zones) array
        Outdoor air [m³/s].
    outside : (steps,) array
        Content of the outdoor air [X].
    source : (steps, zones) array
        Sources [X m³/s].
    step : float
        Length of a step [s].
    most : (steps, zones) array, optional
        The most that the air can hold at the end of each step [X].

    Five people at 4.8 mL/s each in 100 m³ that 50 L/s flow through, after a day:

    >>> day = np.full((288, 1), 0.05)
    >>> found = mix(np.array([100.0]), (), np.array([420.0]), day, np.full(288, 420.0),
    ...             np.full((288, 1), 5 * 4.8e-6 * 1e6), 300.0)
    >>> round(float(found.after[-1, 0]), 3)
    900.0
    """
    n = fresh.shape
    out = Mixed(np.empty(n), np.empty(n), np.zeros(n))
    bound = np.full(n, np.inf) if most is None else most
    changes = 1 + np.flatnonzero((np.diff(fresh, axis=0) != 0).any(axis=1))
    known: dict[bytes, Steps] = {}
    now = before
    for first, last in zip([0, *changes], [*changes, n[0]], strict=True):
        key = fresh[first].tobytes()
        if key not in known:
            known[key] = _steps(volumes, exchange, fresh[first], step)
        made = known[key]
        rows = slice(int(first), int(last))
        inputs = np.column_stack([outside[rows], source[rows]])
        _march(
            now, made.enter, made.decay, made.gain, made.read, made.mean_read, made.mean_direct,
            volumes, inputs, bound[rows], out.after[rows], out.mean[rows], out.removed[rows],
        )  # fmt: skip
        now = out.after[last - 1]
    return out


def _steps(volumes: Array, exchange: Exchange, fresh: Array, step: float) -> Steps:
    circuit = Circuit()
    for volume, flow in zip(volumes, fresh, strict=True):
        zone = circuit.node(float(volume))
        if flow > 0:
            circuit.ground(zone, 0, float(flow))
    for one, other, flow in exchange:
        circuit.join(one, other, flow)
    return steps(circuit, 1, np.eye(len(volumes)), step)


@compiled
def _march(
    before: Array, enter: Array, decay: Array, gain: Array, read: Array, mean_read: Array,
    mean_direct: Array, volumes: Array, inputs: Array, most: Array, after: Array, mean: Array,
    removed: Array,
) -> None:  # fmt: skip
    zones, m = before.shape[0], inputs.shape[1]
    now, modes = before.copy(), np.empty(zones)
    for k in range(inputs.shape[0]):
        for i in range(zones):
            modes[i] = 0.0
            for z in range(zones):
                modes[i] += enter[i, z] * now[z]
        for z in range(zones):
            total = 0.0
            for i in range(zones):
                total += mean_read[z, i] * modes[i]
            for j in range(m):
                total += mean_direct[z, j] * inputs[k, j]
            mean[k, z] = total
        for i in range(zones):
            modes[i] *= decay[i]
            for j in range(m):
                modes[i] += gain[i, j] * inputs[k, j]
        for z in range(zones):
            now[z] = 0.0
            for i in range(zones):
                now[z] += read[z, i] * modes[i]
            if now[z] > most[k, z]:
                removed[k, z] = (now[z] - most[k, z]) * volumes[z]
                now[z] = most[k, z]
            after[k, z] = now[z]
