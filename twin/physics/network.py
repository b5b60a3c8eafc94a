"""Heat networks: conductances between nodes, stepped exactly for inputs held over a step.

``C dθ/dt = -K θ + F u`` with nodes that store heat and nodes that store none. The massless ones are
removed by the Schur complement; what is left is symmetric after scaling by the square root of the
capacities, so it splits into modes that each decay by ``exp(-λ dt)``: the same step as the matrix
exponential of Van Loan (1978), doi:10.1109/TAC.1978.1101743, at the price of a diagonal. There is
no error of step size for inputs that are constant over the step. All SI.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh, solve

Array = npt.NDArray[np.float64]


@dataclass(slots=True)
class Circuit:
    """Nodes with heat capacities [J/K], joined by conductances [W/K], some to known temperatures.

    Attributes
    ----------
    capacities : list of float
        Heat capacity of each node [J/K]; 0 for a node that stores none.
    joints : list of (int, int, float)
        Two nodes and the conductance between them [W/K].
    grounds : list of (int, int, float)
        A node, the number of a known temperature, and the conductance between them [W/K].
    """

    capacities: list[float] = field(default_factory=list)
    joints: list[tuple[int, int, float]] = field(default_factory=list)
    grounds: list[tuple[int, int, float]] = field(default_factory=list)

    def node(self, capacity: float = 0.0) -> int:
        """Add a node of a capacity [J/K] and return its number."""
        self.capacities.append(capacity)
        return len(self.capacities) - 1

    def join(self, one: int, other: int, conductance: float) -> None:
        """Join two nodes by a conductance [W/K]."""
        self.joints.append((one, other, conductance))

    def ground(self, node: int, known: int, conductance: float) -> None:
        """Join a node to known temperature number ``known`` by a conductance [W/K]."""
        self.grounds.append((node, known, conductance))


def laplacian(circuit: Circuit, known: int) -> tuple[Array, Array]:
    """Return K (nodes × nodes) and the conductances to known temperatures (nodes × known) [W/K]."""
    n = len(circuit.capacities)
    k, boundary = np.zeros((n, n)), np.zeros((n, known))
    for one, other, g in circuit.joints:
        k[one, one] += g
        k[other, other] += g
        k[one, other] -= g
        k[other, one] -= g
    for node, number, g in circuit.grounds:
        k[node, node] += g
        boundary[node, number] += g
    return k, boundary


@dataclass(frozen=True, slots=True)
class Steps:
    """The exact step of a network in modes: ``z⁺ = decay · z + gain u``, ``θ = read z + direct u``.

    ``u`` is the vector of inputs: first the known temperatures [K], then the heat flows [W].

    Attributes
    ----------
    step : float
        Length of the step [s].
    decay : (modes,) array
        Decay over a step [1].
    gain : (modes, inputs) array
        Response of the modes at the end of the step.
    read : (nodes, modes) array
        Temperatures of all nodes from the modes.
    direct : (nodes, inputs) array
        What massless nodes see of the inputs at once.
    mean_read, mean_direct : arrays
        The same for the mean over the step: ``θ̄ = mean_read z + mean_direct u``, z at its start.
    enter : (modes, nodes) array
        Modes from temperatures of the nodes; massless nodes have no say.
    """

    step: float
    decay: Array
    gain: Array
    read: Array
    direct: Array
    mean_read: Array
    mean_direct: Array
    enter: Array


def steps(circuit: Circuit, known: int, flows: Array, step: float) -> Steps:
    """Return the exact step of a network.

    Parameters
    ----------
    circuit : Circuit
        The network. Every massless node must be joined to something.
    known : int
        How many known temperatures there are.
    flows : (nodes, m) array
        Where each of the m heat-flow inputs enters: shares [1].
    step : float
        Length of the step [s].

    Examples
    --------
    A litre of water (4186 J/K) that loses 10 W/K to 0 °C, from 1 K above, after 418.6 s:

    >>> c = Circuit()
    >>> _ = c.node(4186.0)
    >>> c.ground(0, 0, 10.0)
    >>> s = steps(c, 1, np.zeros((1, 0)), 418.6)
    >>> round(float((s.read @ (s.decay * (s.enter @ [1.0])))[0]), 6)
    0.367879
    """
    capacity = np.asarray(circuit.capacities)
    k, boundary = laplacian(circuit, known)
    inputs = np.hstack([boundary, flows])
    stores = capacity > 0
    reduced, entering, carry, direct = _without_massless(k, inputs, stores)
    root = np.sqrt(capacity[stores])
    rates, modes = eigh(reduced / np.outer(root, root))
    x = np.maximum(rates, 0.0) * step
    decay = np.exp(-x)
    driven = modes.T @ (entering / root[:, None])
    read = carry @ (modes / root[:, None])
    held, ramp = _phi(x)
    enter = np.zeros((len(x), len(capacity)))
    enter[:, stores] = modes.T * root
    return Steps(
        step,
        decay,
        step * held[:, None] * driven,
        read,
        direct,
        read * held,
        read @ (step * ramp[:, None] * driven) + direct,
        enter,
    )


def _without_massless(
    k: Array, inputs: Array, stores: npt.NDArray[np.bool_]
) -> tuple[Array, Array, Array, Array]:
    """Schur complement: K and inputs of the storing nodes; all nodes from those and the inputs."""
    d, a = np.flatnonzero(stores), np.flatnonzero(~stores)
    carry, direct = np.zeros((len(k), len(d))), np.zeros_like(inputs)
    carry[d, np.arange(len(d))] = 1.0
    if not len(a):
        return k, inputs, carry, direct
    both = np.hstack([k[np.ix_(a, d)], inputs[a]])
    through = solve(k[np.ix_(a, a)], both, assume_a="pos")
    toward, straight = through[:, : len(d)], through[:, len(d) :]
    carry[a], direct[a] = -toward, straight
    reduced = k[np.ix_(d, d)] - k[np.ix_(d, a)] @ toward
    entering = inputs[d] - k[np.ix_(d, a)] @ straight
    return 0.5 * (reduced + reduced.T), entering, carry, direct


def _phi(x: Array) -> tuple[Array, Array]:
    """``(1 - e^-x)/x`` and ``(x - 1 + e^-x)/x²``, both good near 0 [1]."""
    small = x < 1e-4
    safe = np.where(small, 1.0, x)
    one = np.where(small, 1 - x / 2 + x * x / 6, -np.expm1(-safe) / safe)
    two = np.where(small, 0.5 - x / 6 + x * x / 24, (safe + np.expm1(-safe)) / safe**2)
    return one, two


def steady(circuit: Circuit, known: Array, heat: Array) -> Array:
    """Temperatures of all nodes [K] that hold for ever.

    Parameters
    ----------
    known : (k,) array
        Known temperatures [K].
    heat : (nodes,) array
        Heat into each node [W].

    >>> c = Circuit()
    >>> room, wall = c.node(1e5), c.node()
    >>> c.join(room, wall, 20.0); c.ground(wall, 0, 20.0)
    >>> [round(float(t), 6) for t in steady(c, np.array([273.15]), np.array([100.0, 0.0]))]
    [283.15, 278.15]
    """
    k, boundary = laplacian(circuit, len(known))
    found: Array = solve(k, boundary @ known + heat, assume_a="pos")
    return found


def residual(
    circuit: Circuit, made: Steps, flows: Array, modes: Array, inputs: Array
) -> tuple[float, float]:
    """Heat stored less heat received over one step [J], and the heat that moved [J].

    The first over the second is the relative error of the energy balance of the step.
    """
    known = inputs.size - flows.shape[1]
    capacity = np.asarray(circuit.capacities)
    _k, boundary = laplacian(circuit, known)
    after = made.decay * modes + made.gain @ inputs
    stored = capacity @ (made.read @ (after - modes))
    mean = made.mean_read @ modes + made.mean_direct @ inputs
    exchanged = boundary * (inputs[:known] - mean[:, None])
    received = made.step * np.concatenate([exchanged.ravel(), (flows * inputs[known:]).ravel()])
    return float(stored - received.sum()), float(np.abs(received).sum())
