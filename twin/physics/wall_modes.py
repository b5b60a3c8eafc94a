"""A wall as a small system of its own: heat into its two faces in, their temperatures out. All SI.

The faces' means over a step answer heat flows that are constant through it: ``T = r' z + Z q``,
``z⁺ = decay · z + r q``. Left alone a wall has one mode that keeps its heat for ever, its mean, and
others that even out. Of those, as many stay as matter (balanced, Moore 1981,
doi:10.1109/TAC.1981.1102568): with the capacities as weights the system is symmetric, so its
balanced modes are orthogonal, decay monotonically and keep the reciprocity of the wall. What is
left out stays in as if it were settled, so that steady states are exact.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh

from twin.physics.network import Array, Circuit, steps

Joins = tuple[tuple[int, int, float], ...]


@dataclass(frozen=True, slots=True)
class WallModes:
    """A wall of an area.

    Attributes
    ----------
    decay : (m,) array
        Decay of each mode over a step [1]; the first is 1 and holds the heat of the wall.
    reach : (m, 2) array
        What heat into each face does to the modes, and what the modes do to the faces.
    faces : (2, 2) array
        Means of the faces' temperatures over a step by the heat into them during it [K/W].
    enter : (m, nodes) array
        Modes from the temperatures of the wall's nodes.
    bound : float
        The most that the temperature of a face errs by the modes left out [K/W].
    """

    decay: Array
    reach: Array
    faces: Array
    enter: Array
    bound: float


def wall_modes(circuit: Circuit, ends: tuple[int, int], step: float, error: float) -> WallModes:
    """Return a wall's modes; ``ends`` are its massless faces, ``error`` the ``bound`` allowed.

    Parameters
    ----------
    circuit : Circuit
        The wall alone, not grounded, with one node or more that stores heat.
    ends : (int, int)
        Its massless faces.
    step : float
        Length of the step [s].
    error : float
        Greatest ``bound`` [K/W].

    Examples
    --------
    A slab that stores 1 MJ/K between two resistances of 0.1 K/W: 1 kW into one face for 1000 s
    warms it by 1 K, and that face is 100 K above.

    >>> slab = Circuit()
    >>> inside, core, outside = slab.node(), slab.node(1e6), slab.node()
    >>> slab.join(inside, core, 10.0); slab.join(core, outside, 10.0)
    >>> made = wall_modes(slab, (inside, outside), 1000.0, 1e-6)
    >>> [[round(float(x), 6) for x in row] for row in made.faces]
    [[0.1005, 0.0005], [0.0005, 0.1005]]
    """
    content = tuple(circuit.capacities), tuple(circuit.joints), tuple(circuit.grounds)
    return _modes(*content, ends, step, error)


@functools.lru_cache(maxsize=512)
def _modes(
    capacities: tuple[float, ...], joints: Joins, grounds: Joins, ends: tuple[int, int],
    step: float, error: float,
) -> WallModes:  # fmt: skip
    """The same by content: walls of one make and size are many, and asked for again and again."""
    flows = np.zeros((len(capacities), 2))
    flows[ends, (0, 1)] = 1.0
    full = steps(Circuit(list(capacities), list(joints), list(grounds)), 0, flows, step)
    root = np.sqrt(step)
    reach, enter = full.gain / root, full.enter / root
    faces = full.mean_direct[list(ends)]
    settled = _settled(full.decay[1:], reach[1:], error)
    decay = np.concatenate([[1.0], settled.decay])
    turned = np.vstack([reach[:1], settled.reach])
    entering = np.vstack([enter[:1], settled.into @ enter[1:]])
    return WallModes(decay, turned, faces + settled.faces, entering, settled.bound)


@dataclass(frozen=True, slots=True)
class _Settled:
    decay: Array
    reach: Array
    faces: Array
    into: Array
    bound: float


def _settled(decay: Array, reach: Array, error: float) -> _Settled:
    """Balanced modes of a symmetric system, those of little weight taken as settled."""
    values, turn = eigh(reach @ reach.T / (1.0 - np.outer(decay, decay)))
    values, turn = values[::-1], turn[:, ::-1]
    tails = 2.0 * np.cumsum(np.maximum(values, 0.0)[::-1])[::-1]
    kept = int(np.count_nonzero(tails > error))
    a, b = turn.T @ (decay[:, None] * turn), turn.T @ reach
    across = a[:kept, kept:] @ np.linalg.inv(np.eye(len(a) - kept) - a[kept:, kept:])
    rest = np.linalg.solve(np.eye(len(a) - kept) - a[kept:, kept:], b[kept:])
    rates, modes = eigh(a[:kept, :kept] + across @ a[kept:, :kept])
    return _Settled(
        rates,
        modes.T @ (b[:kept] + across @ b[kept:]),
        b[kept:].T @ rest,
        modes.T @ turn[:, :kept].T,
        float(tails[kept]) if kept < len(tails) else 0.0,
    )
