"""Kinds of features that models are made for; a card names its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault, did_you_mean
from twin.nodes import features, machine_features, ring_features
from twin.nodes.features import Look
from twin.nodes.library import Card, require_inputs
from twin.physics.bearings import Bearing

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Told:
    """What a node is told: ``speed`` [rev/s], ``bearing``, ``teeth`` of the tool, 0 if unknown."""

    speed: float
    bearing: Bearing
    teeth: int = 0


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of features: their ``names``, the ``lowest_rate`` [Hz], how a window gives a row.

    ``needs_teeth``: whether the number of teeth must be known; ``cut``: whether a longer window is
    cut to the length that the model was made for; ``together``: how what several windows show
    gives a row, where they can be looked at together.
    """

    names: tuple[str, ...]
    lowest_rate: float
    row: Callable[[Array, float, Told], Array]
    needs_teeth: bool = False
    cut: bool = False
    together: Callable[[Look, Bearing], Array] | None = None


def _envelope(block: Array, rate: float, told: Told) -> Array:
    return features.features(block, rate, told.speed, told.bearing)


def _rings(block: Array, rate: float, told: Told) -> Array:
    seen = features.look(block, rate, told.speed, told.bearing)
    return ring_features.row(seen, told.bearing)


def _machine(block: Array, rate: float, told: Told) -> Array:
    return machine_features.features(block, rate, told.speed, told.teeth, told.bearing)


def _both(block: Array, rate: float, told: Told) -> Array:
    return np.concatenate([_envelope(block, rate, told), _machine(block, rate, told)])


ENVELOPE, RINGS = "envelope orders", "envelope orders, rings together"
OF_BEARINGS = (ENVELOPE, RINGS)
MACHINE, BOTH = "machine orders", "envelope and machine orders"
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        ENVELOPE: Kind(features.NAMES, features.LOWEST_RATE, _envelope, together=features.row),
        RINGS: Kind(ring_features.NAMES, features.LOWEST_RATE, _rings, together=ring_features.row),
        MACHINE: Kind(
            machine_features.NAMES, machine_features.LOWEST_RATE, _machine, True, cut=True
        ),
        BOTH: Kind((*features.NAMES, *machine_features.NAMES), features.LOWEST_RATE, _both, True),
    }
)


def memory_of(card: Card) -> int:
    """How many windows before one a model looks at it together with."""
    return int(card.document.get("memory", 0))


def kind_of(card: Card, *, path: str = "", file: str = "") -> Kind:
    """Return the kind of features that a model was made for.

    Raises
    ------
    BadInput
        When there is no such kind, or this version's features of that kind are others.
    """
    if card.front.kind not in KINDS:
        message = f"needs features of the kind {card.front.kind!r}, which are not known here"
        message += did_you_mean(card.front.kind, KINDS)
        raise BadInput(Fault(message, path=path, file=file, value=repr(card.name)))
    kind = KINDS[card.front.kind]
    require_inputs(card, kind.names, path=path, file=file)
    return kind
