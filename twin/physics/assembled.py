"""A house as a network ready to step. All SI."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.physics.house import House
from twin.physics.network import Array, Circuit, Steps, steps


@dataclass(frozen=True)
class Assembled:
    """A house as a network ready to step.

    Inputs are ordered: known temperatures; then heat flows into the air of each room, radiant heat,
    beam and diffuse light of each room, sun on each wall's outside, sun in each pane; then links.

    Attributes
    ----------
    step : float
        Length of a step [s].
    circuit, flows : Circuit, array
        The network and where its heat flows enter, for balances.
    known : int
        Number of known temperatures: outdoor air, then the grounds.
    ground : array
        Temperatures of the grounds [K].
    seen : array of int
        Nodes whose temperature the links need; the first ones are the rooms' air.
    whole, numbers : arrays
        The links (columns above); nodes as places in ``seen``.
    rooms, panes, exogenous : int
        Rooms; panes of all windows; heat flows that are not links.
    inner : array of int
        Inside face of each wall, then of each window, as nodes.
    weights : (rooms, nodes) array
        Share of each node in the mean temperature of the fabric of each room, by heat capacity.
    pairs, exchange : (m, 4) array of int, (m,) array
        Faces that exchange long-wave radiation, as places in ``seen`` and as links; exchange area
        of each pair [m²].
    chains : tuple of tuple of int
        Nodes of each wall, then of each window, from inside to outside.
    house : House
        What was assembled.
    """

    step: float
    circuit: Circuit
    flows: Array
    known: int
    ground: Array
    seen: npt.NDArray[np.int64]
    whole: npt.NDArray[np.int64]
    numbers: Array
    rooms: int
    panes: int
    exogenous: int
    inner: npt.NDArray[np.int64]
    weights: Array
    pairs: npt.NDArray[np.int64]
    exchange: Array
    chains: tuple[tuple[int, ...], ...]
    house: House

    @functools.cached_property
    def steps(self) -> Steps:
        """The exact step of the whole network."""
        return steps(self.circuit, self.known, self.flows, self.step)

    @functools.cached_property
    def fabric(self) -> Array:
        """Mean temperature of the fabric of each room from the modes, (rooms, modes)."""
        return np.asarray(self.weights @ self.steps.read)
