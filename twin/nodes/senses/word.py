"""A second of sound as a small picture, time across and bands down: which word it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault, did_you_mean
from twin.nodes import mel, pictures, sounds
from twin.nodes.inspection import judge, probabilities
from twin.nodes.library import Card, Model
from twin.nodes.senses import base
from twin.nodes.sounds import Sound
from twin.signals.base import Sensor

Array = base.Array
Bytes = npt.NDArray[np.uint8]
KIND = "sound as a picture"
SIDE = 32  # bands, and steps in time
DURATION = 1.0  # [s]
LOWEST_RATE = 4000.0  # [Hz]
SILENCE, LOUDEST = -20.0, 0.0  # logarithms of the power in a band that are black and white


def one_second(samples: Array, rate: float) -> Array:
    """Return the loudest second of a sound, or all of it with silence around."""
    size = round(DURATION * rate)
    if len(samples) <= size:
        missing = size - len(samples)
        return np.pad(samples, (missing // 2, missing - missing // 2))
    energy = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
    start = int(np.argmax(energy[size:] - energy[:-size]))
    return samples[start : start + size]


def picture(samples: Array, rate: float) -> Bytes:
    """Return one second as a grey picture ``(SIDE, SIDE)``, high bands at the top."""
    step = (len(samples) - mel.frame_size(rate)) // (SIDE - 1)
    found = mel.spectrogram(samples, rate, SIDE, step)[:SIDE]
    grey = (found - SILENCE) * (255.0 / (LOUDEST - SILENCE))
    return np.asarray(np.rint(grey.clip(0.0, 255.0)).T[::-1], np.uint8)


def drawn(found: list[Sound] | tuple[Sound, ...]) -> Bytes:
    """Pictures of some sounds, ``(sounds, 1, SIDE, SIDE)``."""
    whole = [picture(one_second(sound.samples, sound.rate), sound.rate) for sound in found]
    return np.stack(whole)[:, None]


class Sense(base.Sense):
    """What a node does with a window of a microphone."""

    sensors = ("acoustic",)

    def __init__(self, card: Card, sensor: Sensor, where: str, file: str) -> None:
        super().__init__(card, sensor, where, file)
        self.range = float(getattr(getattr(sensor, "settings", None), "measuring_range", 1.0))
        self.wanted = card.front.rate

    def fault_of(self, block: Array, rate: float, context: Mapping[str, float]) -> str:
        """Why a window cannot be judged; empty when it can."""
        return sounds.unfit(block, rate, self.wanted, DURATION, self.range)

    def row(self, block: Array, rate: float, context: Mapping[str, float]) -> Array:
        """Return the planes of the picture."""
        one = np.asarray(block[: round(DURATION * rate)] / self.range, np.float32)
        planes = pictures.with_levelled(picture(one, rate)[None, None])[0]
        return np.asarray(planes / np.float32(255.0), np.float32)


def labels(found: tuple[Sound, ...], classes: tuple[str, ...]) -> npt.NDArray[np.intp]:
    """Place of each sound's word among ``classes``.

    Raises
    ------
    BadInput
        When the model does not know a word.
    """
    unknown = sorted({sound.label for sound in found} - set(classes))
    if unknown:
        raise BadInput(
            [
                Fault(f"the model knows no such class{did_you_mean(word, classes)}", path=word)
                for word in unknown
            ]
        )
    return np.array([classes.index(sound.label) for sound in found], np.intp)


def evaluate(model: Model, asked: base.Asked) -> dict[str, Any]:
    """Judge a model on a folder of words."""
    found, unfit = sounds.usable(sounds.find(asked.data))
    if any(sound.testing for sound in found):
        found = tuple(sound for sound in found if sound.testing)
    sounds.one_rate(found, model.card.front.rate)
    truth = labels(found, model.card.classes)
    scores = probabilities(model, pictures.with_levelled(drawn(found)))
    left_out = [str(fault) for fault in unfit]
    return base.document(judge(model.card.classes, truth, scores, left_out))
