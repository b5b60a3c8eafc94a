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
from twin.nodes.features import LOWEST_RATE, NAMES, look, row, together
from twin.nodes.library import Model, require_inputs
from twin.nodes.recordings import Recording
from twin.physics.bearings import Bearing

OVERLAP = 0.5
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
        Share of inner and outer windows, called one of the two, that are called right [1].
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
    healthy = classes.index("normal")
    alarming = (called != healthy) & (scores.max(axis=1) >= ALARM_SCORE)
    sound = truth == healthy
    pair = [classes.index("inner"), classes.index("outer")]
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
        inner_against_outer=_share(np.trace(races), races.sum()),
        classes=classes,
        confusion=table.tolist(),
        recordings=by_recording,
        n=int(table.sum()),
    )


def rows_of(
    recording: Recording, bearing: Bearing, duration: float, memory: int = 0
) -> npt.NDArray[np.float32]:
    """Features of every window of ``duration`` [s] of a recording, with up to ``memory`` before.

    Raises
    ------
    BadInput
        When the recording is too short or too slow for the features.
    """
    if recording.rate < LOWEST_RATE:
        message = f"{recording.rate:g} Hz; the features need at least {LOWEST_RATE:g} Hz"
        raise BadInput(Fault(message, path=recording.name))
    size = round(duration * recording.rate)
    if len(recording.samples) < size:
        held = len(recording.samples) / recording.rate
        message = f"{held:.2f} s; the model looks at windows of {duration:g} s"
        raise BadInput(Fault(message, path=recording.name))
    starts = range(0, len(recording.samples) - size + 1, round(size * (1.0 - OVERLAP)))
    windows = [recording.samples[start : start + size] for start in starts]
    looks = [look(window, recording.rate, recording.speed, bearing) for window in windows]
    found = [
        row(together(looks[max(index - memory, 0) : index + 1]), bearing)
        for index in range(len(looks))
    ]
    return np.array(found, np.float32)


def evaluate(model: Model, recordings: Sequence[Recording], bearing: Bearing) -> Report:
    """Run a model over recordings.

    Raises
    ------
    BadInput
        One fault for each recording that the model cannot judge.
    """
    card = model.card
    require_inputs(card, NAMES, path="MODEL")
    memory = int(card.document.get("memory", 0))
    faults: list[Fault] = []
    rows, truth, names = [], [], []
    for recording in recordings:
        if recording.label not in card.classes:
            message = f"class {recording.label!r}; the model knows {', '.join(card.classes)}"
            faults.append(Fault(message, path=recording.name))
            continue
        try:
            found = rows_of(recording, bearing, card.front.duration, memory)
        except BadInput as error:
            faults += error.faults
            continue
        rows.append(found)
        truth += [card.classes.index(recording.label)] * len(found)
        names += [recording.name] * len(found)
    if faults:
        raise BadInput(faults)
    scores = model.scores(np.concatenate(rows))
    return judge(card.classes, np.array(truth, np.intp), scores, names)
