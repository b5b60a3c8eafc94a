"""Kinds of features that models are made for; a card names its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault, did_you_mean
from twin.nodes import features, machine_features
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
    cut to the length that the model was made for.
    """

    names: tuple[str, ...]
    lowest_rate: float
    row: Callable[[Array, float, Told], Array]
    needs_teeth: bool = False
    cut: bool = False


def _envelope(block: Array, rate: float, told: Told) -> Array:
    return features.features(block, rate, told.speed, told.bearing)


def _machine(block: Array, rate: float, told: Told) -> Array:
    return machine_features.features(block, rate, told.speed, told.teeth, told.bearing)


def _both(block: Array, rate: float, told: Told) -> Array:
    return np.concatenate([_envelope(block, rate, told), _machine(block, rate, told)])


ENVELOPE, MACHINE, BOTH = "envelope orders", "machine orders", "envelope and machine orders"
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        ENVELOPE: Kind(features.NAMES, features.LOWEST_RATE, _envelope),
        MACHINE: Kind(
            machine_features.NAMES, machine_features.LOWEST_RATE, _machine, True, cut=True
        ),
        BOTH: Kind((*features.NAMES, *machine_features.NAMES), features.LOWEST_RATE, _both, True),
    }
)


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
