"""The models that nodes run: one ONNX file and one card each, loaded once and shared.

A card is the model's document: task, classes, what it was trained on, how it did on real
recordings, its layers, size and where it fails. The layer table stands in the card, so nothing but
onnxruntime and NumPy is needed to run a model and to cost it.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from twin.errors import BadInput, Fault, did_you_mean
from twin.nodes.cost import Layer

HOME = Path(__file__).parent / "models"
LARGEST = 16 * 1024 * 1024  # a model or card beyond this is none of ours [byte]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Front:
    """What is computed before the model: its kind, window and cost.

    ``duration`` [s] and ``rate`` [Hz] of the window it is costed for, ``instructions`` a window,
    working ``memory`` [byte].
    """

    kind: str
    duration: float
    rate: float
    instructions: float
    memory: int


@dataclass(frozen=True, slots=True)
class Card:
    """What is known about a model; ``document`` is the whole card as it stands in its file."""

    name: str
    task: str
    sensor: str
    classes: tuple[str, ...]
    inputs: tuple[str, ...]
    front: Front
    layers: tuple[Layer, ...]
    sha256: str
    model_bytes: int
    document: Mapping[str, Any]


class Runner:
    """A model without its card: outputs from inputs."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self._input: str = session.get_inputs()[0].name

    def logits(self, rows: Floats) -> Floats:
        """Return the raw outputs for ``rows`` of features, ``(rows, classes)``."""
        return np.asarray(self._session.run(None, {self._input: rows})[0], np.float32)

    def scores(self, rows: Floats) -> Floats:
        """Return the probability that the model gives each class, ``(rows, classes)``."""
        logits = self.logits(rows).astype(np.float64)
        weight = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(weight / weight.sum(axis=1, keepdims=True), np.float32)


class Model(Runner):
    """A model with its card and its session."""

    def __init__(self, card: Card, session: onnxruntime.InferenceSession) -> None:
        super().__init__(session)
        self.card = card


def names() -> tuple[str, ...]:
    """Names of the models that ship with the package."""
    return tuple(sorted(path.stem for path in HOME.glob("*.onnx")))


def folder_of(model: str, *, path: str = "", file: str = "") -> tuple[Path, str]:
    """Find a model by its shipped name, its ``.onnx`` file, or a folder that holds one.

    Returns the folder and the name.

    Raises
    ------
    BadInput
        When there is no such model, with "did you mean".
    """
    if model in names():
        return HOME, model
    place = Path(model)
    if place.is_file() and place.suffix == ".onnx":
        return place.parent, place.stem
    if place.is_dir():
        found = sorted(place.glob("*.onnx"))
        if len(found) == 1:
            return place, found[0].stem
        message = f"needs exactly one .onnx file in the folder, found {len(found)}"
        raise BadInput(Fault(message, path=path, file=file, value=repr(model)))
    message = "no such model" + did_you_mean(model, names())
    raise BadInput(Fault(message, path=path, file=file, value=repr(model)))


def digest_of(model: str) -> str:
    """Hash of a model's file and card; empty for a shipped one, and for one that is not there.

    What ships is part of the code's version.
    """
    if model in names():
        return ""
    try:
        folder, name = folder_of(model)
        content = [_read(folder / f"{name}{suffix}") for suffix in (".onnx", ".json")]
    except (BadInput, OSError):
        return ""
    return hashlib.sha256(b"".join(content)).hexdigest()[:16]


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise BadInput(Fault("no such file", file=str(path)))
    if path.stat().st_size > LARGEST:
        size = path.stat().st_size / 1e6
        raise BadInput(
            Fault(f"{size:.0f} MB; a model has at most {LARGEST / 1e6:.0f} MB", file=str(path))
        )
    return path.read_bytes()


def _layer(row: Mapping[str, Any], where: str, file: str) -> Layer:
    _refuse_other_fields(Layer, row, where, file)
    return Layer(**{**row, "of": tuple(row.get("of", ()))})


def _front(row: Mapping[str, Any], file: str) -> Front:
    _refuse_other_fields(Front, row, "front", file)
    return Front(**row)


def _refuse_other_fields(
    kind: type[Front | Layer], row: Mapping[str, Any], where: str, file: str
) -> None:
    """Refuse a part of a card that lacks a field, or has one that is not known."""
    if not isinstance(row, Mapping):
        raise BadInput(Fault("is not a table of fields", path=where, file=file))
    known = {one.name: one.default is MISSING for one in fields(kind)}
    lacks = [name for name, needed in known.items() if needed and name not in row]
    faults = [Fault("is missing", path=f"{where}.{name}", file=file) for name in lacks]
    faults += [
        Fault("no such field" + did_you_mean(name, known), path=f"{where}.{name}", file=file)
        for name in row
        if name not in known
    ]
    if faults:
        raise BadInput(faults)


def read_card(path: Path) -> Card:
    """Read a card.

    Raises
    ------
    BadInput
        When the file is missing, is not JSON or lacks a part of a card.
    """
    try:
        document = json.loads(_read(path))
        return Card(
            name=str(document["name"]),
            task=str(document["task"]),
            sensor=str(document["sensor"]),
            classes=tuple(str(word) for word in document["classes"]),
            inputs=tuple(str(word) for word in document["inputs"]),
            front=_front(document["front"], str(path)),
            layers=tuple(
                _layer(row, f"layers.{index}", str(path))
                for index, row in enumerate(document["layers"])
            ),
            sha256=str(document["sha256"]),
            model_bytes=int(document["model_bytes"]),
            document=MappingProxyType(document),
        )
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadInput(Fault(f"is not a model card in JSON: {error}", file=str(path))) from None
    except BadInput:
        raise
    except KeyError as error:
        raise BadInput(Fault(f"the card has no {error}", file=str(path))) from None
    except (TypeError, ValueError) as error:
        raise BadInput(Fault(f"is not a model card: {error}", file=str(path))) from None


def _session(content: bytes, path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen kinds; all mean: cannot be run
        reason = " ".join(str(error).split())[:200]
        raise BadInput(
            Fault(f"is not a model that can be run: {reason}", file=str(path))
        ) from error


def open_bytes(content: bytes) -> Runner:
    """Open the content of an ONNX file that has no card yet."""
    return Runner(_session(content, Path("model.onnx")))


@functools.cache
def _open(folder: Path, name: str, stamp: int) -> Model:
    card = read_card(folder / f"{name}.json")
    path = folder / f"{name}.onnx"
    content = _read(path)
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise BadInput(Fault("is not the file that its card describes (sha256)", file=str(path)))
    session = _session(content, path)
    _refuse_other_shapes(card, session, path)
    return Model(card, session)


def _refuse_other_shapes(card: Card, session: onnxruntime.InferenceSession, path: Path) -> None:
    """Refuse a model that takes or gives something else than its card says."""
    taken, given = session.get_inputs(), session.get_outputs()
    faults = []
    if len(taken) != 1 or taken[0].type != "tensor(float)":
        faults.append(f"takes {len(taken)} inputs of {taken[0].type}; one of floats is needed")
    elif len(taken[0].shape) == 2 and _other(taken[0].shape[1], len(card.inputs)):
        faults.append(f"takes {taken[0].shape[1]} values, its card names {len(card.inputs)}")
    elif isinstance(taken[0].shape[0], int):
        faults.append(f"takes {taken[0].shape[0]} at a time; its first axis must be free")
    if len(given[0].shape) != 2 or _other(given[0].shape[1], len(card.classes)):
        wanted = f"its card has {len(card.classes)} classes"
        faults.append(f"gives values of shape {given[0].shape}, {wanted}")
    if faults:
        raise BadInput([Fault(message, file=str(path)) for message in faults])


def _other(size: Any, wanted: int) -> bool:
    """Whether an axis of known size has another one; free axes have a name instead."""
    return isinstance(size, int) and size != wanted


def require_inputs(card: Card, names: Sequence[str], *, path: str = "", file: str = "") -> None:
    """Refuse a model that was made for other features than ``names``."""
    if card.inputs != tuple(names):
        message = (
            f"the model was made for {len(card.inputs)} features that differ from the "
            f"{len(names)} of this version; train it again: twin models train {card.name}"
        )
        raise BadInput(Fault(message, path=path, file=file, value=repr(card.name)))


def open_model(model: str, *, path: str = "", file: str = "") -> Model:
    """Open a model by name, file or folder; all nodes with the same model share it.

    Raises
    ------
    BadInput
        When there is no such model, its card is missing or wrong, or it cannot be run.
    """
    folder, name = folder_of(model, path=path, file=file)
    return _open(folder, name, (folder / f"{name}.onnx").stat().st_mtime_ns)
