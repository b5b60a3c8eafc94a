"""How good a model is: its verdicts on recordings, as figures.

Windows overlap by half. A model may have been trained to look at a window together with some before
it; its card then says with how many (``memory``). Classes that the recordings lack are left out of
the averages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault
from twin.nodes.features import look
from twin.nodes.fronts import Kind, Told, kind_of, memory_of
from twin.nodes.library import Card, Model
from twin.nodes.memory import Memory
from twin.nodes.recordings import Recording
from twin.physics.bearings import Bearing

OVERLAP = 0.5
NORMAL, ABNORMAL = "normal", "abnormal"
ALARM_SCORE = 0.6  # a window counts as alarming from this score on, as in a node by default
Floats = npt.NDArray[np.floating]
Labels = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of a model on labelled windows.

    Attributes
    ----------
    accuracy, macro_f1, macro_auroc : float
        [1]
    auroc : dict
        Of each class against the rest [1].
    false_alarms, missed_alarms : float
        Share of healthy windows called faulty with a score of at least 0.6, and of faulty windows
        not called so [1].
    inner_against_outer : float
        Share of inner and outer windows, called one of the two, that are called right [1]; NaN
        for a model without these classes.
    classes : tuple of str
    confusion : list
        Windows by true class (row) and called class (column).
    recordings : dict
        Of each recording, windows by called class.
    n : int
        Number of windows.
    """

    accuracy: float
    macro_f1: float
    macro_auroc: float
    auroc: dict[str, float]
    false_alarms: float
    missed_alarms: float
    inner_against_outer: float
    classes: tuple[str, ...]
    confusion: list[list[int]]
    recordings: dict[str, list[int]]
    n: int


def auroc(scores: Floats, positive: npt.NDArray[np.bool_]) -> float:
    """Area under the ROC curve by ranks (Mann–Whitney); NaN with only one class.

    >>> auroc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True]))
    0.75
    """
    ones, zeros = int(positive.sum()), int((~positive).sum())
    if not ones or not zeros:
        return float("nan")
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - 0.5 * (counts - 1))[place]
    return float((rank[positive].sum() - ones * (ones + 1) / 2.0) / (ones * zeros))


def confusion(truth: Labels, called: Labels, classes: int) -> npt.NDArray[np.int64]:
    """Windows by true class (row) and called class (column)."""
    counts = np.bincount(truth * classes + called, minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.int64)


def macro_f1(table: npt.NDArray[np.int64]) -> float:
    """Mean F1 of the classes that occur.

    >>> round(macro_f1(np.array([[8, 2], [1, 9]])), 4)
    0.8496
    """
    hits, truth, called = np.diag(table), table.sum(axis=1), table.sum(axis=0)
    present = truth > 0
    return float(np.mean(2.0 * hits[present] / (truth + called)[present]))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def judge(classes: tuple[str, ...], truth: Labels, scores: Floats, names: Sequence[str]) -> Report:
    """Compare ``scores`` ``(windows, classes)`` with the ``truth``; ``names`` of recordings."""
    called = np.asarray(scores.argmax(axis=1), np.intp)
    table = confusion(truth, called, len(classes))
    areas = {word: auroc(scores[:, k], truth == k) for k, word in enumerate(classes)}
    known = [area for area in areas.values() if np.isfinite(area)]
    healthy = classes.index(NORMAL)
    alarming = (called != healthy) & (scores.max(axis=1) >= ALARM_SCORE)
    sound = truth == healthy
    pair = [classes.index(word) for word in ("inner", "outer") if word in classes]
    races = table[np.ix_(pair, pair)]
    by_recording = {
        name: np.bincount(called[np.array(names) == name], minlength=len(classes)).tolist()
        for name in dict.fromkeys(names)
    }
    return Report(
        accuracy=float(np.trace(table) / table.sum()),
        macro_f1=macro_f1(table),
        macro_auroc=float(np.mean(known)) if known else float("nan"),
        auroc=areas,
        false_alarms=_share(float((alarming & sound).sum()), float(sound.sum())),
        missed_alarms=_share(float((~alarming & ~sound).sum()), float((~sound).sum())),
        inner_against_outer=_share(np.trace(races), races.sum() if len(pair) == 2 else 0.0),
        classes=classes,
        confusion=table.tolist(),
        recordings=by_recording,
        n=int(table.sum()),
    )


def rows_of(
    recording: Recording, kind: Kind, bearing: Bearing, duration: float, memory: int = 0
) -> npt.NDArray[np.float32]:
    """Features of every window of ``duration`` [s] of a recording, with up to ``memory`` before.

    Raises
    ------
    BadInput
        When the recording is too short or too slow for the features.
    """
    windows = windows_of(recording, duration, kind.lowest_rate)
    rate, speed = recording.rate, recording.speed
    if kind.together is None or not memory:
        told = Told(speed, bearing, recording.teeth)
        return np.array([kind.row(np.asarray(one, np.float32), rate, told) for one in windows])
    kept = Memory(memory, bearing)
    seen = [kept.together(look(one, rate, speed, bearing), speed) for one in windows]
    return np.array([kind.together(one, bearing) for one in seen], np.float32)


def windows_of(recording: Recording, duration: float, lowest: float) -> list[Floats]:
    """Cut a recording into windows of ``duration`` [s] that overlap by half.

    Raises
    ------
    BadInput
        When it is too short, or sampled slower than ``lowest`` [Hz].
    """
    if recording.rate < lowest:
        message = f"{recording.rate:g} Hz; the features need at least {lowest:g} Hz"
        raise BadInput(Fault(message, path=recording.name))
    size = round(duration * recording.rate)
    if len(recording.samples) < size:
        held = len(recording.samples) / recording.rate
        message = f"{held:.2f} s; the model looks at windows of {duration:g} s"
        raise BadInput(Fault(message, path=recording.name))
    starts = range(0, len(recording.samples) - size + 1, round(size * (1.0 - OVERLAP)))
    return [recording.samples[start : start + size] for start in starts]


def _rows(
    card: Card, kind: Kind, recording: Recording, bearing: Bearing
) -> npt.NDArray[np.float32]:
    """Features of every window of a recording, as a model wants them."""
    if kind.needs_teeth and recording.teeth < 1:
        message = f"the number of teeth is not known; the file needs {recording.name}__teeth"
        raise BadInput(Fault(message, path=recording.name))
    return rows_of(recording, kind, bearing, card.front.duration, memory_of(card))


def _class_of(label: str, classes: tuple[str, ...]) -> str:
    """Class of a model that a recording's class belongs to: any fault is abnormal."""
    return ABNORMAL if ABNORMAL in classes and label != NORMAL else label


def evaluate(model: Model, recordings: Sequence[Recording], bearing: Bearing) -> Report:
    """Run a model over recordings.

    Raises
    ------
    BadInput
        One fault for each recording that the model cannot judge.
    """
    card = model.card
    kind = kind_of(card, path="MODEL")
    faults: list[Fault] = []
    rows, truth, names = [], [], []
    for recording in recordings:
        label = _class_of(recording.label, card.classes)
        if label not in card.classes:
            message = f"class {recording.label!r}; the model knows {', '.join(card.classes)}"
            faults.append(Fault(message, path=recording.name))
            continue
        try:
            found = _rows(card, kind, recording, bearing)
        except BadInput as error:
            faults += error.faults
            continue
        rows.append(found)
        truth += [card.classes.index(label)] * len(found)
        names += [recording.name] * len(found)
    if faults:
        raise BadInput(faults)
    scores = model.scores(np.concatenate(rows))
    return judge(card.classes, np.array(truth, np.intp), scores, names)
