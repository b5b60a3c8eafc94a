"""The thermal model: frames of the twin's camera → perceptron → INT8 → ONNX with its card."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from twin.nodes import frame_features
from twin.nodes.library import Front
from twin.rng import stream
from twin.training import card, qdq
from twin.training.machine import with_threshold
from twin.training.perceptron import Floats, Labels, Recipe
from twin.training.tasks.base import Asked, Say
from twin.training.taught import Lesson, document, taught, tested, whole
from twin.training.thermal_frames import NORMAL, SEVERITIES, STATES, draw_frame

TRAINING, QUIET, TESTING = 36_000, 6_000, 12_000  # frames; of the middle ones all are normal
SPARED = 0.002  # share of normal frames that may alarm where the threshold is set
PIXELS = 32 * 24
LESSON = Lesson(
    "thermal",
    4,
    Recipe((64, 32), epochs=25, rate=4e-3, decay=0.02, smoothing=0.0, batch=256),
    Recipe((40, 20), epochs=40, rate=4e-3, decay=0.01, smoothing=0.0, batch=256),
)
FAILS = (
    "Trained and tested on frames of the twin only: no thermal recording of a machine with known "
    "faults was at hand.",
    "It must be told how warm the part should be at its load, to some 10 % and 1 K; a wrong figure "
    "looks like blocked cooling.",
    "Parts that fill fewer than 3 pixels across, or that something else stands before; bare metal "
    "(emissivity below 0.88), which mirrors what is around it.",
    "A spot narrower than a tenth of the part; faults that add less than 15 K at the warmest "
    "place, such as any fault at next to no load.",
    "Two faults at once: one of them is named.",
)


def state_of(index: int, name: str) -> str:
    """State of the ``index``-th frame: every other one is normal, of the quiet ones all are."""
    if name == "quiet" or index % 2:
        return NORMAL
    return STATES[1 + index // 2 % (len(STATES) - 1)]


def frames(count: int, seed: int, name: str) -> tuple[Floats, Labels, list[str]]:
    """Features, classes and states of drawn frames."""
    states = [state_of(index, name) for index in range(count)]
    rows = [
        draw_frame(
            stream(seed, f"training.thermal.{name}.{index}"), state, stated=name == "test"
        ).row()
        for index, state in enumerate(states)
    ]
    labels = np.array([STATES.index(state) for state in states], np.intp)
    return np.array(rows, np.float32), labels, states


def front() -> Front:
    """Cost of the features of a whole MLX90640 frame."""
    count = frame_features.instructions(PIXELS)
    return Front(frame_features.KIND, 1.0, 1.0, count, 2 * 4 * PIXELS)


TOLD = {
    "name": "thermal",
    "task": "Whether a part is as warm as it should be at its load, and what is wrong if not, from "
    "a thermal frame.",
    "sensor": "thermal_camera",
    "sense": "frame",
    "classes": list(STATES),
    "inputs": list(frame_features.NAMES),
    "severity": dict(SEVERITIES),
    "fails": list(FAILS),
}


def build(asked: Asked, say: Say, sizes: tuple[int, int, int] = (TRAINING, QUIET, TESTING)) -> Path:
    """Train the model and write it; ``sizes``: frames to train, to set the threshold, to test."""
    qdq.require_onnx()
    say(f"making {sum(sizes)} frames")
    rows, labels, _ = frames(sizes[0], asked.seed, "train")
    quiet, *_ = frames(sizes[1], asked.seed, "quiet")
    held, truth, states = frames(sizes[2], asked.seed, "test")
    say("training")
    network = taught(LESSON, rows, labels, len(STATES), asked.seed)
    found = whole(with_threshold(network, quiet, SPARED), rows)
    training = {
        "data": "frames of the twin's thermal cameras (MLX90640, AMG8833) only, domain randomised "
        "(twin.training.thermal_frames)",
        "windows": sizes[0],
        "seed": asked.seed,
    }
    written = document(found, front(), TOLD, training, LESSON)
    written["tests"] = {
        "twin": tested(STATES, found.scores(held), truth, states),
        "twin_float": tested(STATES, found.float_scores(held), truth, states),
    }
    return card.write(asked.out, written, found.content)
