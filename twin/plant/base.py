"""The contract of everything that lives in simulated time.

An asset is one file in this folder. It has a docstring, a ``Settings`` class and a ``Model``
class, an :class:`Asset`. It waits, calls physics, changes state and records; it computes no KPI.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import simpy

from twin.errors import BadInput, Fault, did_you_mean
from twin.measures import Measure
from twin.params import Params
from twin.records import Channel, Facts, Recorder
from twin.rng import stream
from twin.tallies import Tally

Process = Generator[simpy.Event, Any, Any]
Rates = Callable[[str, str], tuple[float, float]]
"""Gives the shares of false and of missed alarms [1] on the card of an inspection model, for the
model and the path of the parameter that names it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of something an asset uses, and how much there is; both in ``unit``.

    ``fields`` names the parameters that move it.
    """

    name: str
    used: float
    limit: float
    unit: str
    meaning: str
    fields: tuple[str, ...]

    def excess(self, asset: str) -> str:
        """Say that too much would be used, and what to lower; empty when it is not."""
        if self.used <= self.limit * (1 + 1e-9):
            return ""
        paths = ", ".join(f"{asset}.{name}" for name in self.fields)
        return (
            f"{self.name} would be {self.used:.4g} {self.unit}, there is "
            f"{self.limit:.4g} {self.unit}; lower one of {paths}"
        )

    @property
    def share(self) -> float:
        """Used over limit [1]."""
        return self.used / self.limit


class Placed(Protocol):
    """An asset as the scenario places it."""

    @property
    def kind(self) -> str:
        """Its file in this folder."""

    @property
    def settings(self) -> Any:
        """Its checked parameters."""


class Compiled(Protocol):
    """A run of an asset without SimPy: the same rows that its processes would record.

    It can be pickled, and called for one seed after another.
    """

    def __call__(self, seed: int, horizon: float, facts: Facts, tick: Callable[[], None]) -> None:
        """Append the rows of one run up to ``horizon`` [s]; call ``tick`` now and then."""


@runtime_checkable
class AddsUp(Protocol):
    """A compiled run that can say what its rows add up to without writing them."""

    def tally(self, seed: int, start: float, end: float, tick: Callable[[], None]) -> Tally:
        """Return the sums of one run from ``start`` to ``end`` [s]."""


@dataclass(frozen=True, slots=True)
class Fast:
    """How to run an asset fast: what to call, and which neighbours' rows it gives as well.

    ``name`` is what a result says that it ran on.
    """

    run: Compiled
    covers: frozenset[str] = frozenset()
    name: str = "fast"


class World:
    """What an asset may know of the world: the clock, its luck, the recorder, its neighbours.

    ``folder`` is where the scenario's data files are sought.
    """

    def __init__(
        self,
        env: simpy.Environment,
        seed: int,
        record: Recorder,
        folder: Path = Path(),
    ) -> None:
        self.env = env
        self.seed = seed
        self.record = record
        self.folder = folder
        self.assets: dict[str, Asset] = {}

    def stream(self, name: str) -> np.random.Generator:
        """Return the random stream of ``name`` (``"mill.wear"``) in this run."""
        return stream(self.seed, name)

    def asset(self, name: str, *, asked_by: str) -> Asset:
        """Return a neighbour by name; ``asked_by`` is the path of the parameter that names it."""
        if name not in self.assets:
            message = "no such asset in the plant" + did_you_mean(name, self.assets)
            raise BadInput(Fault(message, path=asked_by, value=repr(name)))
        return self.assets[name]


class Asset(ABC):
    """An asset of the plant.

    Life: every asset is constructed, then every asset's ``connect`` runs, then every ``start``.
    """

    channels: ClassVar[tuple[Channel, ...]] = ()
    recorded: ClassVar[tuple[Channel, ...]] = ()
    """What its facts have beside the channels that can be read."""

    def __init__(self, name: str, settings: Params, world: World) -> None:
        self.name = name
        self.world = world
        self.env = world.env
        self.record = world.record

    def connect(self) -> None:
        """Find the neighbours this asset works with; nothing runs yet."""
        return

    @abstractmethod
    def start(self) -> None:
        """Start the processes of this asset."""

    @abstractmethod
    def read(self) -> dict[str, float]:
        """Return the present value of every channel [SI]."""

    def parts(self) -> Mapping[str, tuple[Channel, ...]]:
        """Return the parts that a sensor can sit on or look at, and the channels of each."""
        return {}

    def look(self, part: str) -> dict[str, float]:
        """Return the present value of every channel of a part [SI]."""
        raise KeyError(part)

    def present(self) -> dict[str, Any]:
        """Return the parameters, in trade units, that let a run begin from the present state."""
        return {}

    @classmethod
    def unused(cls, settings: Any) -> frozenset[str]:
        """Return the parameters that mean nothing under ``settings``; nobody is offered them."""
        return frozenset()

    @classmethod
    def neighbours(cls, settings: Any) -> frozenset[str]:
        """Return the names of the assets that one with ``settings`` works with."""
        return frozenset()

    @classmethod
    def fast(cls, name: str, plant: Mapping[str, Placed]) -> Fast | str:
        """Return a compiled run of the asset ``name`` of a plant, or why none is exact.

        On the same random streams it gives the same rows as the processes do, in the same order.
        """
        return "has no compiled engine"

    @classmethod
    def loads(cls) -> tuple[Callable[[], None], ...]:
        """Return what to call to have loaded, or compiled, what runs need beside the engines."""
        return ()

    @classmethod
    def has_luck(cls, settings: Any) -> bool:
        """Return whether two runs of it on other seeds may differ."""
        return True

    @classmethod
    def check(cls, settings: Any) -> None:
        """Refuse parameters that do not fit each other.

        Raises
        ------
        BadInput
            With paths relative to this asset.
        """
        return

    @classmethod
    def informed(cls, settings: Any, rates: Rates) -> Any:
        """Return ``settings`` with what the cards of the models that they name say."""
        return settings

    @classmethod
    def measures(cls, settings: Any) -> tuple[Measure, ...]:
        """Return the KPIs that can be read from this asset's facts under ``settings``."""
        return ()

    @classmethod
    def limits(cls, settings: Any) -> tuple[Limit, ...]:
        """Return what bounds this asset under ``settings``; a value above its limit is refused."""
        return ()

    @classmethod
    def margins(cls, settings: Any) -> tuple[Limit, ...]:
        """Return what this asset had better not pass; above its limit people are warned."""
        return ()

    def set_state(self, state: str) -> None:
        """Record that this asset is in ``state`` from now on."""
        self.record.state(self.name, state)
