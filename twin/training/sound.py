"""Whether a machine sounds as it always did: learned from sounds of it when it is well.

What a fault would sound like nobody knows. So the network is taught to tell the machine's own
sounds from made-up ones: its own with some bands louder, quieter, or swelling more or less, or
beyond how its bands go together. Its threshold is set on sounds that were held back.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from twin.errors import BadInput, Fault
from twin.nodes import mel, sounds
from twin.nodes.inspection import is_sound
from twin.nodes.library import Front
from twin.nodes.senses import sound as sense
from twin.nodes.sounds import Sound
from twin.rng import stream
from twin.training import card, qdq
from twin.training.machine import with_threshold
from twin.training.perceptron import Floats, Labels, Recipe
from twin.training.tasks.base import Asked, Say
from twin.training.taught import Lesson, document, taught, whole

HELD, SETTING = 0.2, 0.2  # shares of the normal files: to test on, to set the threshold on
FEWEST = 10  # normal files, or
PIECES = 10  # pieces that fewer files are cut into each
SPARED = 0.005  # share of normal windows that may alarm where the threshold is set
MADE = 4  # made-up sounds for each own
SAMPLES = 24_000  # that are learned from, at most and about
SHRUNK = 0.1  # of the covariance towards its diagonal
FARTHEST = 6.0  # standard deviations that made-up sounds lie out
NEAREST = 2.0
LESSON = Lesson(
    "acoustic",
    3,
    Recipe((64, 32), epochs=12, rate=3e-3, decay=0.02, smoothing=0.0, batch=256),
    Recipe((48, 24), epochs=25, rate=3e-3, decay=0.01, smoothing=0.0, batch=256),
)
FAILS = (
    "A fault that changes no band by more than the sound machine's own ups and downs is not heard.",
    "Any other new sound is called abnormal: people, neighbours, another tool or material, a "
    "microphone that was moved. Record the sound machine in all that is normal.",
    "The sounds held back were recorded with those learned from; another day may differ more.",
)
Parts = tuple[list[Sound], list[Sound], list[Sound]]


def parted(found: Sequence[Sound], seed: int) -> Parts:
    """Part sounds: normal ones to learn from, to set the threshold on, and all that only test."""
    testing = [one for one in found if one.testing or not is_sound(one.label)]
    normal = [one for one in found if not one.testing and is_sound(one.label)]
    if len(normal) < FEWEST:
        normal = [piece for one in normal for piece in _pieces(one)]
    order = stream(seed, "training.acoustic.held").permutation(len(normal))
    brought = any(is_sound(one.label) for one in testing)
    held = 0 if brought else max(round(HELD * len(normal)), 1)
    setting = max(round(SETTING * len(normal)), 1)
    chosen = [normal[index] for index in order]
    return chosen[held + setting :], chosen[held : held + setting], [*chosen[:held], *testing]


def _pieces(one: Sound) -> list[Sound]:
    """Cut a long recording into pieces, so that what is held back is another stretch of time."""
    size = len(one.samples) // PIECES
    if size < round(sense.DURATION * one.rate):
        return [one]
    return [
        Sound(
            f"{one.name} {k}", one.label, one.testing, one.samples[k * size : (k + 1) * size],
            one.rate,
        )
        for k in range(PIECES)
    ]  # fmt: skip


def made_up(own: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Sounds like the machine's own but for some bands, or for how its bands go together."""
    rows = own[rng.integers(len(own), size=count)].astype(np.float64)
    spread = own.std(axis=0) + 1e-3
    covariance = np.cov(own.T, dtype=np.float64) + 1e-6 * np.eye(own.shape[1])
    covariance = (1.0 - SHRUNK) * covariance + SHRUNK * np.diag(np.diag(covariance))
    root = np.linalg.cholesky(covariance)
    far = rng.uniform(NEAREST, FARTHEST, count)
    some = np.arange(count) % 2 == 0
    shaken = rng.standard_normal((count, own.shape[1])) @ root.T
    rows[some] = own.mean(axis=0) + far[some, None] * shaken[some]
    rows[~some] += far[~some, None] * spread * _stretches(int((~some).sum()), rng)
    return np.asarray(rows, np.float32)


def _stretches(count: int, rng: np.random.Generator) -> Floats:
    """Neighbouring bands that change, in level, in swell or in both, each up or down."""
    first = rng.integers(sense.BANDS, size=count)
    wide = rng.integers(1, sense.BANDS // 2, size=count)
    band = np.arange(sense.BANDS)[None, :]
    inside = (band >= first[:, None]) & (band < (first + wide)[:, None])
    signs = rng.choice([-1.0, 0.0, 1.0], size=(count, 2), p=[0.3, 0.2, 0.5])
    signs[(signs == 0.0).all(axis=1)] = 1.0
    return np.asarray(np.concatenate([inside * signs[:, :1], inside * signs[:, 1:]], axis=1))


def lesson_of(own: Floats, seed: int) -> tuple[Floats, Labels]:
    """Own sounds as often as it takes to be a quarter to a half of all, and made-up ones."""
    rng = stream(seed, "training.acoustic.made_up")
    count = min(max(MADE * len(own), SAMPLES // 2), SAMPLES)
    times = max(count // (2 * len(own)), 1)
    rows = np.concatenate([np.tile(own, (times, 1)), made_up(own, count, rng)])
    labels = np.concatenate([np.zeros(times * len(own), np.intp), np.ones(count, np.intp)])
    return rows, labels


def front(rate: float) -> Front:
    """Cost of the features of a window."""
    size = round(sense.DURATION * rate)
    step = mel.frame_size(rate) // 2
    count = mel.instructions(size, rate, sense.BANDS, step)
    memory = 4 * (2 * mel.frame_size(rate) + 2 * sense.BANDS)
    return Front(sense.KIND, sense.DURATION, rate, count, memory)


def build(place: Path, asked: Asked, say: Say) -> Path:
    """Train on the sounds of ``place`` and write the model.

    Raises
    ------
    BadInput
        When there is no folder of normal sounds, or too little in it.
    """
    qdq.require_onnx()
    found, left_out = sounds.usable(sounds.find(place))
    for fault in left_out:
        say(f"left out: {fault}")
    rate = sounds.one_rate(found)
    if rate < sense.LOWEST_RATE:
        message = f"{rate:g} Hz; at least {sense.LOWEST_RATE:g} Hz are needed"
        raise BadInput(Fault(message, file=str(place)))
    learning, setting, held = _parts(found, place, asked.seed)
    say(f"{len(learning)} normal sounds to learn from, {len(setting)} for the threshold, "
        f"{len(held)} to test on")  # fmt: skip
    own = sense.gathered(learning)
    rows, labels = lesson_of(own, asked.seed)
    network = taught(LESSON, rows, labels, 2, asked.seed)
    made = whole(with_threshold(network, sense.gathered(setting), SPARED), rows)
    told = {
        "name": "acoustic",
        "task": "Whether a machine sounds as it did when it was well.",
        "sensor": "acoustic",
        "sense": "sound",
        "classes": [sense.NORMAL, sense.ABNORMAL],
        "inputs": list(sense.NAMES),
        "fails": list(FAILS),
    }
    training = {
        "data": "the user's sounds of the machine when it was well",
        "windows": len(own),
        "files": len(learning),
        "files_for_threshold": len(setting),
        "left_out": len(left_out),
        "seed": asked.seed,
    }
    written = document(made, front(rate), told, training, LESSON)
    written["tests"] = {
        "recordings": card.rounded(sense.report(made.scores, held)),
        "recordings_float": card.rounded(sense.report(made.float_scores, held)),
    }
    return card.write(asked.out, written, made.content)


def _parts(found: Sequence[Sound], place: Path, seed: int) -> Parts:
    normal = [one for one in found if is_sound(one.label) and not one.testing]
    if not normal:
        labels = ", ".join(dict.fromkeys(one.label for one in found))
        message = f"no folder of normal sounds, called 'normal', in it; found {labels}"
        raise BadInput(Fault(message, file=str(place)))
    parts = parted(found, seed)
    if not parts[0]:
        message = f"{len(normal)} normal sounds; at least 3 of {sense.DURATION:g} s are needed"
        raise BadInput(Fault(message, file=str(place)))
    return parts
