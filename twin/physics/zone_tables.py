"""The exact step of a house, cut into the tables that the compiled march reads. All SI."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.physics.assembled import Assembled
from twin.physics.films import LEEWARD, WINDWARD
from twin.physics.links import FRESH, KIND, ROOM
from twin.physics.network import Array
from twin.physics.regulators import HELD
from twin.physics.zone_steps import driven, march

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tables:
    """Responses of modes and of seen nodes to known inputs, links and the zones' heat."""

    decay: Array
    look: Array
    known_gain: Array
    known_response: Array
    link_gain: Array
    link_response: Array
    heat_gain: Array
    heat_response: Array


def tables(house: Assembled) -> Tables:
    """Return the tables of an assembled house."""
    made = house.steps
    read = np.vstack([made.read[house.seen], house.fabric])
    direct = np.vstack([made.direct[house.seen], np.zeros((house.rooms, made.direct.shape[1]))])
    response = read @ made.gain + direct
    first, last = house.known, house.known + house.exogenous
    rows = np.ascontiguousarray
    return Tables(
        made.decay,
        rows((read * made.decay).T),
        rows(made.gain[:, :last].T),
        rows(response[:, :last].T),
        rows(made.gain[:, last:].T),
        rows(response[:, last:].T),
        rows(made.gain[:, first : first + house.rooms].T),
        rows(response[:, first : first + house.rooms].T),
    )


@dataclass(slots=True)
class State:
    """Where a house stands: modes, flows of the links and of the plant in the last step [W].

    ``air`` of each room [K], and what the ``regulators`` of the rooms remember.
    """

    modes: Array
    link: Array
    heat: Array
    air: Array
    regulators: Array

    def copy(self) -> State:
        """Return a house that stands there too."""
        return State(
            self.modes.copy(), self.link.copy(), self.heat.copy(), self.air.copy(),
            self.regulators.copy(),
        )  # fmt: skip


def at_rest(house: Assembled, temperature: float) -> State:
    """Everything at one temperature [K], nothing flows."""
    nodes = np.full(len(house.circuit.capacities), temperature)
    memory = np.zeros((house.rooms, 4))
    memory[:, HELD] = np.inf
    return State(
        house.steps.enter @ nodes, np.zeros(len(house.whole)), np.zeros(house.rooms),
        np.full(house.rooms, temperature), memory,
    )  # fmt: skip


def seen(house: Assembled, state: State, known: Array) -> Array:
    """What a trace has seen, now [K], at known inputs (known + exogenous,)."""
    made = house.steps
    inputs = np.concatenate([known, state.link])
    inputs[house.known : house.known + house.rooms] += state.heat
    nodes = made.read @ state.modes + made.direct @ inputs
    return np.concatenate([nodes[house.seen], house.fabric @ state.modes])


@dataclass(frozen=True, slots=True)
class Block:
    """Known inputs of a block of steps.

    Attributes
    ----------
    known : (steps, known + exogenous) array
        Known temperatures [K], then heat flows [W], in the order of :class:`Assembled`.
    weather : (steps, 6) array
        Columns of :mod:`twin.physics.zone_steps`, made by :func:`outdoors`.
    fresh, low, high : (steps, rooms) arrays
        Conductance of the air that comes in [W/K]; band at the end of each step [K].
    order : (steps, rooms) array or None
        Heat that each room gets where that keeps it in its band [W]; None is none.
    plant : (steps, 3) array or None
        Greatest heating and cooling of all rooms together [W], and the share of its greatest
        heating that each room can have [1]; None sets no limit beyond that of each room.
    """

    known: Array
    weather: Array
    fresh: Array
    low: Array
    high: Array
    order: Array | None = None
    plant: Array | None = None

    def part(self, first: int, last: int) -> Block:
        """Return the steps from ``first`` to before ``last``."""
        rows = slice(first, last)
        order = None if self.order is None else self.order[rows]
        plant = None if self.plant is None else self.plant[rows]
        return Block(
            self.known[rows], self.weather[rows], self.fresh[rows], self.low[rows],
            self.high[rows], order, plant,
        )  # fmt: skip


def outdoors(air: Array, sky: Array, wind: Array, wind_from: Array) -> Array:
    """Weather of each step from air and sky [K], wind [m/s] and where it comes from [deg].

    >>> outdoors(*(np.full(1, x) for x in (280.0, 270.0, 1.0, 90.0))).round(6)[0].tolist()
    [280.0, 270.0, 1.0, 1.0, 0.0, 1.0]
    """
    turn = np.radians(wind_from)
    powers = wind ** WINDWARD[1], wind ** LEEWARD[1]
    return np.column_stack([air, sky, *powers, np.cos(turn), np.sin(turn)])


@dataclass(frozen=True, slots=True)
class Trace:
    """What a block gave: temperatures at the end of each step [K], heat to the air, link flows [W].

    ``seen`` has a column for the air of each room, then for faces, then for the fabric of each
    room; ``fresh`` is the heat that outdoor air brings into each room.
    """

    seen: Array
    heat: Array
    link: Array
    fresh: Array


def through(
    march: Callable[..., None], parts: tuple[Any, ...], fabric: Array, owner: Whole, block: Block,
    most: Array, regulators: Array | None,
) -> Trace:  # fmt: skip
    """March a house of walls through a block; ``march`` takes the fields of ``parts`` first."""
    n, rooms = block.low.shape
    order = np.zeros((n, rooms)) if block.order is None else block.order
    regulators = np.zeros((rooms, 5)) if regulators is None else regulators
    plant = np.tile([np.inf, np.inf, 1.0], (n, 1)) if block.plant is None else block.plant
    heat, fresh = np.empty((n, rooms)), np.empty((n, rooms))
    seen = np.empty((n, 2 * rooms + len(owner)))
    march(
        *(getattr(part, f.name) for part in parts for f in fields(part)),
        np.ascontiguousarray(block.known), block.weather, block.fresh, block.low, block.high,
        order, most, plant, regulators, fabric, owner, seen, heat, fresh,
    )  # fmt: skip
    return Trace(seen, heat, np.empty((n, 0)), fresh)


NARROW = 100
"""Up to so many modes, or seen nodes, inputs are added up without BLAS."""


def _driven(known: Array, table: Array) -> Array:
    """What the known inputs do in each step: (steps, inputs) by (inputs, m)."""
    if table.shape[1] > NARROW:
        return np.asarray(known @ table)
    found = np.empty((len(known), table.shape[1]))
    driven(np.ascontiguousarray(known), table, found)
    return found


def run(
    house: Assembled, tab: Tables, state: State, block: Block, most: Array,
    regulators: Array | None = None,
) -> Trace:  # fmt: skip
    """March through a block; ``state`` is carried on in place.

    ``most`` (rooms, 2): greatest heating and cooling of each room [W]; ``regulators`` (rooms, 5):
    columns of :mod:`twin.physics.regulators`, all ideal without.
    """
    n = len(block.known)
    order = np.zeros((n, house.rooms)) if block.order is None else block.order
    regulators = np.zeros((house.rooms, 5)) if regulators is None else regulators
    plant = np.tile([np.inf, np.inf, 1.0], (n, 1)) if block.plant is None else block.plant
    trace = Trace(
        np.empty((n, len(house.seen) + house.rooms)),
        np.empty((n, house.rooms)),
        np.empty((n, len(house.whole))),
        np.zeros((n, house.rooms)),
    )
    drive, glimpse = (_driven(block.known, t) for t in (tab.known_gain, tab.known_response))
    march(
        state.modes, state.link, state.heat, tab.decay, tab.look, tab.link_gain,
        tab.link_response, tab.heat_gain, tab.heat_response, drive, glimpse, house.whole,
        house.numbers, block.weather, block.fresh, block.low, block.high, most, plant, house.pairs,
        house.exchange, order, regulators, state.regulators, state.air, house.steps.step,
        trace.seen, trace.heat, trace.link,
    )  # fmt: skip
    for link in np.flatnonzero(house.whole[:, KIND] == FRESH):
        trace.fresh[:, house.whole[link, ROOM]] += trace.link[:, link]
    return trace
