"""How good an inspection model is: its verdicts on pictures in folders by class, as figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault
from twin.nodes import pictures
from twin.nodes.evaluate import auroc, confusion, macro_f1
from twin.nodes.library import Card, Model, Runner, open_model
from twin.nodes.pictures import Picture

BATCH = 64
SENSOR = "image"
TESTS = ("recordings", "held_back", "rendered")
"""Tests of a card, the one that says most first: real parts, those held back, drawn ones."""
SOUND = frozenset({"normal", "ok", "good", "sound", "healthy", "clean", "no_defect", "perfect"})
Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of an inspection model on labelled pictures.

    Attributes
    ----------
    accuracy, macro_f1, macro_auroc : float
        [1]; classes that do not occur are left out of the averages.
    recall : dict
        Of each class that occurs [1].
    false_alarms, missed_alarms : float
        Share of sound parts not called sound, and of flawed ones called sound; NaN where no class
        says that a part is sound [1].
    classes : tuple of str
    confusion : list
        Pictures by true class (row) and called class (column).
    n : int
        Number of pictures.
    left_out : list of str
        Files that could not be read.
    """

    accuracy: float
    macro_f1: float
    macro_auroc: float
    recall: dict[str, float]
    false_alarms: float
    missed_alarms: float
    classes: tuple[str, ...]
    confusion: list[list[int]]
    n: int
    left_out: list[str]


def judge(
    classes: Sequence[str],
    truth: npt.NDArray[np.intp],
    scores: Floats,
    left_out: Sequence[str] = (),
) -> Report:
    """Compare ``scores`` ``(pictures, classes)`` with the ``truth``."""
    table = confusion(truth, np.asarray(scores.argmax(axis=1), np.intp), len(classes))
    areas = [auroc(scores[:, index], truth == index) for index in range(len(classes))]
    known = [area for area in areas if np.isfinite(area)]
    hits, present = np.diag(table), table.sum(axis=1)
    alarms = _alarms(classes, table)
    return Report(
        accuracy=float(hits.sum() / table.sum()),
        macro_f1=macro_f1(table),
        macro_auroc=float(np.mean(known)) if known else float("nan"),
        recall={
            word: float(hits[index] / present[index])
            for index, word in enumerate(classes)
            if present[index]
        },
        false_alarms=alarms[0],
        missed_alarms=alarms[1],
        classes=tuple(classes),
        confusion=table.tolist(),
        n=int(table.sum()),
        left_out=list(left_out),
    )


def _alarms(classes: Sequence[str], table: npt.NDArray[np.int64]) -> tuple[float, float]:
    sound = np.array([is_sound(word) for word in classes])
    good, bad = table[sound], table[~sound]
    if not good.sum() or not bad.sum():
        return float("nan"), float("nan")
    return float(good[:, ~sound].sum() / good.sum()), float(bad[:, sound].sum() / bad.sum())


def is_sound(word: str) -> bool:
    """Whether a class says that nothing is wrong.

    >>> is_sound("No-defect"), is_sound("crack")
    (True, False)
    """
    return word.lower().replace("-", "_") in SOUND


def outputs(model: Runner, pixels: pictures.Bytes) -> npt.NDArray[np.float32]:
    """Raw outputs for each picture; ``pixels`` as :func:`pictures.stack` gives."""
    return _in_batches(model.logits, pixels)


def probabilities(model: Runner, pixels: pictures.Bytes) -> npt.NDArray[np.float32]:
    """Probability of each class of each picture; ``pixels`` as :func:`pictures.stack` gives."""
    return _in_batches(model.scores, pixels)


def _in_batches(
    run: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]], pixels: pictures.Bytes
) -> npt.NDArray[np.float32]:
    parts = [
        run(pixels[start : start + BATCH].astype(np.float32) / np.float32(255.0))
        for start in range(0, len(pixels), BATCH)
    ]
    return np.concatenate(parts)


def picture_of(card: Card, *, path: str = "") -> Mapping[str, Any]:
    """Return what the card says of the pictures it takes: side, channels, sizes before scaling.

    Raises
    ------
    BadInput
        When the model looks at something else.
    """
    found = card.document.get("picture")
    if card.sensor != SENSOR or not isinstance(found, Mapping):
        message = f"the model looks at {card.sensor}, not at pictures"
        raise BadInput(Fault(message, path=path, value=repr(card.name)))
    missing = {"side", "channels", "sizes", "colour"} - set(found)
    if missing:
        raise BadInput(Fault(f"the card's picture lacks {', '.join(sorted(missing))}", path=path))
    return found


def alarm_rates(model: str, *, path: str = "", file: str = "") -> tuple[float, float]:
    """Return the shares of false and of missed alarms [1] in the test on a model's card.

    Raises
    ------
    BadInput
        When there is no such model, it does not look at pictures, or its card has no such figures.
    """
    card = open_model(model, path=path, file=file).card
    picture_of(card, path=path)
    for name in TESTS:
        test = card.document.get("tests", {}).get(name, {})
        found = test.get("false_alarms"), test.get("missed_alarms")
        if all(isinstance(rate, int | float) and 0.0 <= rate <= 1.0 for rate in found):
            return float(found[0]), float(found[1])
    message = "the card has no false and missed alarms: none of its classes says a part is sound"
    raise BadInput(Fault(message, path=path, file=file, value=repr(model)))


def misfit(picture: Picture, taken: Mapping[str, Any]) -> str:
    """Why a picture is none that the model was made for; empty when it is.

    Its width and height must lie within the card's ``sizes``. A model of grey pictures takes none
    with more ``colour`` than the card says, and a model of colour none without any.
    """
    for side, own, (low, high) in zip(("wide", "high"), picture.size, taken["sizes"], strict=True):
        if not low <= own <= high:
            allowed = f"{low}" if low == high else f"{low} to {high}"
            return f"{own} pixels {side}; the model was trained on {allowed}"
    if taken["channels"] == 1 and picture.colour > taken["colour"]:
        return "has colour; the model was trained on grey pictures"
    if taken["channels"] == 3 and picture.colour == 0.0 and taken["colour"] > 0.0:
        return "is grey; the model was trained on pictures in colour"
    return ""


def evaluate(model: Model, place: Path) -> Report:
    """Run a model over the pictures of a folder; of ``train`` and ``test`` in it, over ``test``.

    Raises
    ------
    BadInput
        When there are no pictures, they are of other sizes, depths or classes than the model
        knows, or the model is not one for pictures.
    """
    taken = picture_of(model.card, path="MODEL")
    listed = [row for row in pictures.find(place) if row.part != "train"]
    album = pictures.read(listed, int(taken["side"]), place)
    faults = [
        Fault(reason, file=str(place / picture.name))
        for picture in album.pictures
        if (reason := misfit(picture, taken))
    ]
    if faults:
        more = [Fault(f"and {len(faults) - 5} more like these", file=str(place))]
        raise BadInput(faults[:5] + (more if len(faults) > 5 else []))
    truth = pictures.labels(album.pictures, model.card.classes)
    found = probabilities(model, pictures.stack(album.pictures, int(taken["channels"])))
    return judge(model.card.classes, truth, found, [str(fault) for fault in album.left_out])
