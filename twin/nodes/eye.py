"""What a node does with a picture before its model: whether it can be judged, and its planes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault
from twin.nodes import pictures
from twin.nodes.inspection import misfit, picture_of
from twin.nodes.library import Card
from twin.nodes.pictures import Picture
from twin.nodes.senses.base import Sense
from twin.signals.base import Sensor

CAMERAS = ("image", "part")  # kinds of sensors that give grey pictures
SATURATED = 0.5  # share of pixels that are black or white above which a picture is bad [1]


class Eye(Sense):
    """The pictures that a model takes.

    Raises
    ------
    BadInput
        When the sensor is no camera of grey pictures, or the model looks at something else.
    """

    sensors = CAMERAS

    def __init__(self, card: Card, sensor: Sensor, where: str, file: str) -> None:
        kind = type(sensor).__module__.rpartition(".")[2]
        if kind not in CAMERAS:
            message = f"the model looks at pictures, the sensor {sensor.name} is {kind}"
            raise BadInput(Fault(message, path=where, file=file, value=repr(card.name)))
        self.taken = picture_of(card, path=where)
        if self.taken["channels"] != 1:
            message = f"the model looks at colour, the sensor {sensor.name} gives grey pictures"
            raise BadInput(Fault(message, path=where, file=file, value=repr(card.name)))

    def fault_of(
        self, block: npt.NDArray[np.float32], rate: float, context: Mapping[str, float]
    ) -> str:
        """Why a picture cannot be judged; empty when it can."""
        if block.ndim != 2:
            return f"{block.ndim} dimensions, a grey picture is needed"
        flaws = {
            "not a number among the pixels": not bool(np.isfinite(block).all()),
            "constant picture": float(np.ptp(block)) == 0.0,
            "black or white all over": float(np.mean((block <= 0) | (block >= 1))) > SATURATED,
        }
        size = (block.shape[1], block.shape[0])
        none = np.zeros((1, 1, 3), np.uint8)
        unknown = misfit(Picture("", "", "", none, size, 0.0, ""), self.taken)
        return next((flaw for flaw, found in flaws.items() if found), unknown)

    def row(
        self, block: npt.NDArray[np.float32], rate: float, context: Mapping[str, float]
    ) -> npt.NDArray[np.float32]:
        """Return the planes."""
        return self.planes(block)

    def planes(self, block: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Planes of a picture as the model takes them, 0 to 1."""
        grey = np.rint(np.clip(block, 0.0, 1.0) * np.float32(255.0)).astype(np.uint8)
        whole = pictures.with_levelled(_scaled(grey, int(self.taken["side"]))[None, None])[0]
        return np.asarray(whole / np.float32(255.0), np.float32)


def _scaled(grey: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.uint8]:
    if grey.shape == (side, side):
        return grey
    from PIL import Image

    whole = Image.fromarray(grey).resize((side, side), Image.Resampling.BILINEAR)
    return np.asarray(whole, np.uint8)
