"""The contract of a sense: a sensor's window → the row that a model takes, or why there is none.

A sense is one file in this folder, named in the card of its models (``sense``), with a docstring, a
class ``Sense``, and a function ``evaluate(model, asked)`` that judges a model on a user's data.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault
from twin.nodes.library import Card, require_inputs
from twin.signals.base import Sensor

Array = npt.NDArray[np.float32]
PACKAGE = "twin.nodes.senses"


@dataclass(frozen=True, slots=True)
class Asked:
    """What to judge a model on: ``data``, and how far its readings lag behind its labels [s]."""

    data: Path
    shift: float = 0.0


class Sense(ABC):
    """What a node does with a window before its model.

    Attributes
    ----------
    sensors : tuple of str
        Kinds of sensors that it can read.
    """

    sensors: ClassVar[tuple[str, ...]] = ()

    def __init__(self, card: Card, sensor: Sensor, where: str, file: str) -> None:
        kind = type(sensor).__module__.rpartition(".")[2]
        if kind not in self.sensors:
            looks = " or ".join(self.sensors)
            message = f"the model looks at {looks}, the sensor {sensor.name} is {kind}"
            raise BadInput(Fault(message, path=where, file=file, value=repr(card.name)))
        self.card = card

    @abstractmethod
    def fault_of(self, block: Array, rate: float, context: Mapping[str, float]) -> str:
        """Why a window cannot be judged; empty when it can."""

    @abstractmethod
    def row(self, block: Array, rate: float, context: Mapping[str, float]) -> Array:
        """Return what the model takes of a window without a fault."""


def of(card: Card) -> str:
    """Name the sense that a model was made for; empty for those of a spindle or of pictures."""
    return str(card.document.get("sense", ""))


def refuse_others(card: Card, inputs: tuple[str, ...], where: str, file: str) -> None:
    """Refuse a model that was made for other features than this version computes."""
    require_inputs(card, inputs, path=where, file=file)


def document(report: Any, **more: Any) -> dict[str, Any]:
    """Return a report as a document, with more beside it."""
    from dataclasses import asdict

    return {**asdict(report), **more}
