"""A thermal frame of a part: whether it is as warm as it should be."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault
from twin.nodes import evaluate as figures
from twin.nodes import frame_features
from twin.nodes.library import Card, Model
from twin.nodes.senses import base
from twin.signals.base import Sensor
from twin.signals.thermal_camera import Sensor as Camera

Array = base.Array
FULL = 0.98  # share of a pixel from which on the part fills it
FEWEST = frame_features.FEWEST
SURROUNDINGS = 293.15  # where nothing tells the temperature around the part [K]; assumption


class Sense(base.Sense):
    """What a node does with a frame. How warm the part should be it is told by the twin's model.

    The channel ``expected_temperature`` says it; without one, ``temperature`` does, which is that
    of the sound part.
    """

    sensors = ("thermal_camera",)

    def __init__(self, card: Card, sensor: Sensor, where: str, file: str) -> None:
        super().__init__(card, sensor, where, file)
        assert isinstance(sensor, Camera)
        self.camera = sensor
        base.refuse_others(card, frame_features.NAMES, where, file)

    def _inside(self, context: Mapping[str, float]) -> npt.NDArray[np.bool_]:
        return self.camera.mask(context) > FULL

    def fault_of(self, block: Array, rate: float, context: Mapping[str, float]) -> str:
        """Why a frame cannot be judged; empty when it can."""
        inside = self._inside(context)
        rows, columns = int(inside.any(axis=1).sum()), int(inside.any(axis=0).sum())
        if min(rows, columns) < FEWEST:
            return f"the part fills {columns} × {rows} pixels; at least {FEWEST} × {FEWEST} do"
        return frame_features.flaw(block, inside)

    def row(self, block: Array, rate: float, context: Mapping[str, float]) -> Array:
        """Return the features of the frame."""
        around = context.get("ambient_temperature") or self.camera.settings.surroundings
        should = context.get("expected_temperature", context.get("temperature", around))
        expected = max(should - around, 0.0)
        return frame_features.features(block, self._inside(context), around, expected)


def evaluate(model: Model, asked: base.Asked) -> dict[str, Any]:
    """Judge a model on frames: an ``.npz`` file with the arrays that :func:`read` says."""
    base.refuse_others(model.card, frame_features.NAMES, "MODEL", "")
    frames, ambient, expected, labels = read(asked)
    unknown = sorted(set(labels) - set(model.card.classes))
    if unknown:
        message = f"class {unknown[0]!r}; the model knows {', '.join(model.card.classes)}"
        raise BadInput(Fault(message, path="label", file=str(asked.data)))
    inside = np.ones(frames.shape[1:], bool)
    faults = [
        Fault(flaw, f"frames[{index}]", str(asked.data))
        for index, frame in enumerate(frames)
        if (flaw := frame_features.flaw(frame, inside))
    ]
    if faults:
        raise BadInput(faults[:5])
    rows = np.array(
        [
            frame_features.features(frame, inside, float(around), float(rise))
            for frame, around, rise in zip(frames, ambient, expected, strict=True)
        ]
    )
    truth = np.array([model.card.classes.index(label) for label in labels], np.intp)
    report = figures.judge(model.card.classes, truth, model.scores(rows), list(labels))
    return base.document(report)


def read(asked: base.Asked) -> tuple[Array, Array, Array, list[str]]:
    """Read frames that show nothing but the part, and what a node would be told.

    Arrays: ``frames`` ``(n, rows, columns)`` [°C], ``ambient`` ``(n,)`` [°C], ``expected``
    ``(n,)``, the rise of the sound part at its load [K], ``label`` ``(n,)``.

    Raises
    ------
    BadInput
        When the file is none such.
    """
    file = str(asked.data)
    needed = ("frames", "ambient", "expected", "label")
    try:
        with np.load(asked.data, allow_pickle=False) as held:
            missing = [name for name in needed if name not in held.files]
            if missing:
                message = f"has no array {', '.join(missing)}; it needs {', '.join(needed)}"
                raise BadInput(Fault(message, file=file))
            frames, ambient, expected, label = (held[name] for name in needed)
    except BadInput:
        raise
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise BadInput(Fault(f"is not a readable .npz file: {error}", file=file)) from None
    if frames.ndim != 3 or min(frames.shape[1:]) < FEWEST:
        message = f"has the shape {frames.shape}; (frames, rows, columns) is needed"
        raise BadInput(Fault(message, path="frames", file=file))
    if not {len(ambient), len(expected), len(label)} == {len(frames)}:
        raise BadInput(Fault("arrays differ in length", file=file))
    kelvin = np.asarray(frames, np.float32) + np.float32(273.15)
    around = np.asarray(ambient, np.float32) + np.float32(273.15)
    return kelvin, around, np.asarray(expected, np.float32), [str(word) for word in label]
