"""The contract of everything that lives in simulated time.

An asset is one file in this folder. It has a docstring, a ``Settings`` class and a ``Model``
class. A ``Model`` waits, calls physics, changes state and records; it computes no KPI.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from typing import Any, ClassVar

import numpy as np
import simpy

from twin.errors import BadInput, Fault, did_you_mean
from twin.measures import Measure
from twin.params import Params
from twin.records import Channel, Recorder
from twin.rng import stream

Process = Generator[simpy.Event, Any, Any]


class World:
    """What an asset may know of the world: the clock, its luck, the recorder, its neighbours."""

    def __init__(self, env: simpy.Environment, seed: int, record: Recorder) -> None:
        self.env = env
        self.seed = seed
        self.record = record
        self.assets: dict[str, Model] = {}

    def stream(self, name: str) -> np.random.Generator:
        """Return the random stream of ``name`` (``"mill.wear"``) in this run."""
        return stream(self.seed, name)

    def asset(self, name: str, *, asked_by: str) -> Model:
        """Return a neighbour by name; ``asked_by`` is the path of the parameter that names it."""
        if name not in self.assets:
            message = "no such asset in the plant" + did_you_mean(name, self.assets)
            raise BadInput(Fault(message, path=asked_by, value=repr(name)))
        return self.assets[name]


class Model(ABC):
    """An asset of the plant.

    Life: every asset is constructed, then every asset's ``connect`` runs, then every ``start``.
    """

    channels: ClassVar[tuple[Channel, ...]] = ()
    measures: ClassVar[tuple[Measure, ...]] = ()

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

    def parts_of_measures(self) -> dict[str, tuple[Measure, ...]]:
        """Measures of named parts inside this asset (``line.stations.saw``); none by default."""
        return {}

    def set_state(self, state: str) -> None:
        """Record that this asset is in ``state`` from now on."""
        self.record.state(self.name, state)
