"""Pictures of parts that the twin draws itself, by class, for training and for testing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.rng import stream
from twin.signals._parts import CLASSES, SCENES, SOUND, scene_of, shot

SOUND_SHARE = 0.4  # of the pictures; each flaw has as many of the rest
SIDE = 64


def draw(
    count: int, seed: int, use: str, side: int = SIDE
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.intp]]:
    """Draw ``count`` pictures ``(count, 1, side, side)`` and their classes.

    ``use`` names the stream: pictures of two uses are strangers.

    >>> pixels, labels = draw(8, 1, "some", side=16)
    >>> pixels.shape, sorted({CLASSES[label] for label in labels})[:2]
    ((8, 1, 16, 16), ['bridged', 'cold'])
    """
    rng = stream(seed, f"training.rendered.{use}")
    labels = classes_of(count)
    pixels = np.empty((count, 1, side, side), np.uint8)
    for index, label in enumerate(labels):
        word = CLASSES[label]
        flaw = "" if word == SOUND else word
        seen = shot(scene_of(word, rng), flaw, rng, side).picture
        pixels[index, 0] = np.rint(seen * np.float32(255.0))
    return pixels, labels


def classes_of(count: int) -> npt.NDArray[np.intp]:
    """Class of each of ``count`` pictures: sound ones and flaws by turns, in fixed shares."""
    flaws = len(CLASSES) - 1
    sound = round(SOUND_SHARE * count)
    rest = 1 + np.arange(count - sound) % flaws
    return np.concatenate([rest, np.zeros(sound, np.intp)]).astype(np.intp)


def scenes() -> list[str]:
    """Names of what lies under the camera."""
    return sorted(SCENES)
