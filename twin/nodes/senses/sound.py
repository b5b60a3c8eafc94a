"""A second of sound in bands as the ear hears them: whether a machine sounds as it always did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault
from twin.nodes import evaluate as figures
from twin.nodes import mel, sounds
from twin.nodes.inspection import is_sound
from twin.nodes.library import Card, Model
from twin.nodes.senses import base
from twin.nodes.sounds import Sound
from twin.signals.base import Sensor

Array = base.Array
KIND = "sound in bands"
BANDS = 32
DURATION = 1.024  # of a window [s]
LOWEST_RATE = 4000.0  # [Hz]
NORMAL, ABNORMAL = "normal", "abnormal"
NAMES = (
    *(f"level_{k}" for k in range(BANDS)),
    *(f"swell_{k}" for k in range(BANDS)),
)


def features(samples: Array, rate: float) -> Array:
    """Level of each band [ln], and how much it swells within the window [ln].

    Parameters
    ----------
    samples : ndarray of float32
        A window, over full scale [1] or in pascal: as the model was trained.
    rate : float
        [Hz]
    """
    step = mel.frame_size(rate) // 2
    found = mel.spectrogram(samples, rate, BANDS, step)
    return np.concatenate([found.mean(axis=0), found.std(axis=0)])


def windows(sound: Sound) -> Array:
    """Features of every window of a file, overlapping by half.

    Raises
    ------
    BadInput
        When the file is shorter than a window.
    """
    size = round(DURATION * sound.rate)
    if len(sound.samples) < size:
        held = len(sound.samples) / sound.rate
        message = f"{held:.2f} s; the model looks at windows of {DURATION:g} s"
        raise BadInput(Fault(message, file=sound.name))
    starts = range(0, len(sound.samples) - size + 1, size // 2)
    return np.array([features(sound.samples[at : at + size], sound.rate) for at in starts])


class Sense(base.Sense):
    """What a node does with a window of a microphone."""

    sensors = ("acoustic",)

    def __init__(self, card: Card, sensor: Sensor, where: str, file: str) -> None:
        super().__init__(card, sensor, where, file)
        base.refuse_others(card, NAMES, where, file)
        self.range = float(getattr(getattr(sensor, "settings", None), "measuring_range", np.inf))
        self.wanted = card.front.rate
        played = bool(getattr(getattr(sensor, "settings", None), "recordings", ""))
        if not played and abs(sensor.rate - self.wanted) > 1.0:
            message = (
                f"the model was trained at {self.wanted / 1e3:g} kHz, the sensor {sensor.name} "
                f"samples at {sensor.rate / 1e3:g} kHz; set {sensor.name}.sample_rate = "
                f"{self.wanted / 1e3:g}"
            )
            raise BadInput(Fault(message, path=where, file=file, value=repr(card.name)))

    def fault_of(self, block: Array, rate: float, context: Mapping[str, float]) -> str:
        """Why a window cannot be judged; empty when it can."""
        return sounds.unfit(block, rate, self.wanted, DURATION, self.range)

    def row(self, block: Array, rate: float, context: Mapping[str, float]) -> Array:
        """Return the features of the window."""
        part = np.asarray(block[: round(DURATION * rate)], np.float32)
        return features(part / np.float32(self.range), rate)


def gathered(found: Sequence[Sound]) -> Array:
    """Features of all windows of some files."""
    return np.concatenate([windows(sound) for sound in found])


def by_file(scores: Array, places: Sequence[int], truth: npt.NDArray[np.intp]) -> float:
    """Area under the ROC curve of files, each by the mean score of its windows."""
    own = np.array(places)
    keys = np.unique(own)
    mean = np.array([scores[own == key].mean() for key in keys])
    return figures.auroc(mean, np.array([bool(truth[own == key][0]) for key in keys]))


def report(model: Any, found: Sequence[Sound]) -> dict[str, Any]:
    """Judge ``model(rows)`` on files; any class but a sound one is abnormal."""
    parts = [windows(sound) for sound in found]
    rows = np.concatenate(parts)
    places = [index for index, part in enumerate(parts) for _ in part]
    kinds = [found[index].label for index in places]
    truth = np.array([int(not is_sound(kind)) for kind in kinds], np.intp)
    scores = model(rows)
    judged = figures.judge((NORMAL, ABNORMAL), truth, scores, kinds)
    alarming = scores[:, 1] >= figures.ALARM_SCORE
    own = np.array(kinds)
    recall = {
        kind: float((~alarming if is_sound(kind) else alarming)[own == kind].mean())
        for kind in dict.fromkeys(kinds)
    }
    return base.document(judged, recall=recall, file_auroc=by_file(scores[:, 1], places, truth))


def evaluate(model: Model, asked: base.Asked) -> dict[str, Any]:
    """Judge a model on a folder of sounds by class."""
    base.refuse_others(model.card, NAMES, "MODEL", "")
    found, unfit = sounds.usable(sounds.find(asked.data))
    sounds.one_rate(found, model.card.front.rate)
    return {**report(model.scores, found), "left_out": [str(fault) for fault in unfit]}
