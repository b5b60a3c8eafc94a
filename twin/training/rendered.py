"""Pictures of parts that the twin draws itself, by class, for training and for testing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.rng import stream
from twin.signals import _faces, _joints
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


def severity(side: int = SIDE) -> dict[str, str]:
    """How large and how strong the flaws are that are drawn, by class, at ``side`` pixels.

    >>> severity()["crack"]
    '0.8 to 1.7 pixels wide, 65 to 90 % darker than the face'
    """
    pixel, face = side / 2.0, "than the face"  # a picture spans two halves of a view
    scratch, pit = _pixels(_faces.SCRATCH_HALF, side), _pixels(_faces.PIT_HALF, side)
    long = "{:.0f} to {:.0f}".format(*(pixel * part for part in _faces.SCRATCH_LONG))
    return {
        "missing": "no solder at all",
        "cold": f"solder over {_share(_joints.COLD_SIZE)} of the pad's lengths, sound ones over "
        f"{_share(_joints.SOUND_SIZE)}; highlights of {_share(_joints.COLD_GLOSS)} of white, sound "
        f"ones {_share(_joints.SOUND_GLOSS)}",
        "bridged": f"{_pixels(_joints.BRIDGE_HALF, side)} wide",
        "scratch": f"{scratch} wide, {long} long, {_share(_faces.SCRATCH_TONE)} brighter {face}",
        "pit": f"one to three, {pit} wide, {_share(_faces.PIT_TONE)} darker {face}",
        "inclusion": f"{_pixels(_faces.INCLUSION_HALF, side)} wide, "
        f"{_share(_faces.INCLUSION_TONE)} darker {face}",
        "crack": f"{_pixels(_faces.CRACK_HALF, side)} wide, {_share(_faces.CRACK_TONE)} darker "
        f"{face}",
    }


def _pixels(half: tuple[float, float], side: int) -> str:
    return "{:.1f} to {:.1f} pixels".format(*(side * part for part in half))


def _share(ends: tuple[float, float]) -> str:
    return "{:.0f} to {:.0f} %".format(*(100.0 * end for end in ends))
