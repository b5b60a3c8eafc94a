"""Teachers, a student on their mean, its threshold, and the parts of a card that all share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from twin.nodes.evaluate import ALARM_SCORE, judge
from twin.nodes.library import Front, open_bytes
from twin.rng import stream
from twin.training import card, qdq
from twin.training.bearing import layers_of
from twin.training.perceptron import Floats, Labels, Network, Recipe, softmax, train
from twin.training.quantise import quantise


@dataclass(frozen=True, slots=True)
class Lesson:
    """How a model is taught: ``teachers`` of a recipe each, and the student's."""

    name: str
    teachers: int
    teacher: Recipe
    student: Recipe


def taught(lesson: Lesson, rows: Floats, labels: Labels, classes: int, seed: int) -> Network:
    """Train teachers on the labels, and a student on their mean."""
    known = np.eye(classes)[labels]
    found = [
        train(rows, known, lesson.teacher, stream(seed, f"training.{lesson.name}.teacher.{index}"))
        for index in range(lesson.teachers)
    ]
    soft = np.mean([softmax(teacher.logits(rows)) for teacher in found], axis=0)
    return train(rows, soft, lesson.student, stream(seed, f"training.{lesson.name}.student"))


@dataclass(frozen=True, slots=True)
class Whole:
    """An INT8 model as a file, and its float network."""

    network: Network
    content: bytes
    layers: Sequence[Any]

    def scores(self, rows: Floats) -> Floats:
        """Probabilities of the INT8 model."""
        return open_bytes(self.content).scores(rows)

    def float_scores(self, rows: Floats) -> Floats:
        """Probabilities of the float network."""
        return np.asarray(softmax(self.network.logits(rows)), np.float32)


def whole(network: Network, rows: Floats) -> Whole:
    """Quantise a network on ``rows`` and write it."""
    quantised = quantise(network, rows)
    return Whole(network, qdq.to_onnx(quantised), layers_of(quantised))


def document(
    found: Whole, front: Front, told: Mapping[str, Any], training: Mapping[str, Any], lesson: Lesson
) -> dict[str, Any]:
    """Return a card without its tests; ``told``: name, task, sensor, classes, inputs, fails."""
    sizes = (*found.network.weights, *found.network.biases)
    return {
        **told,
        **card.measured(list(found.layers), front, found.content),
        "parameters": sum(one.size for one in sizes),
        "training": {
            **training,
            "method": f"student of {lesson.teachers} teachers, {len(found.layers)} layers, "
            "then INT8",
        },
    }


def tested(
    classes: tuple[str, ...], scores: Floats, truth: Labels, names: Sequence[str]
) -> dict[str, Any]:
    """Figures on windows of which the first class is normal, and the recall of each state."""
    report = judge(classes, truth, scores, names)
    called, lead = scores.argmax(axis=1), scores.max(axis=1)
    alarming = (called != 0) & (lead >= ALARM_SCORE)
    states = np.array(names)
    recall = {
        str(state): float((~alarming if state == classes[0] else alarming)[states == state].mean())
        for state in dict.fromkeys(names)
    }
    found: dict[str, Any] = card.rounded({**asdict(report), "recall": recall})
    return found
