"""Models of a whole machine: which of its states a window shows, and whether it is normal at all.

Windows from the twin → perceptron → INT8 → ONNX with its card, as for the bearing model. Both are
tested on numbers of balls and on speeds that training never had.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import joblib
import numpy as np

from twin.nodes import features, fronts, machine_features
from twin.nodes.evaluate import ABNORMAL, ALARM_SCORE, Report, judge
from twin.nodes.library import Front
from twin.nodes.recordings import Recording
from twin.physics.bearings import Bearing
from twin.rng import stream
from twin.training import bearing as bearing_model
from twin.training import card, qdq
from twin.training.machine_windows import (
    ACOUSTIC,
    FAULTS,
    NORMAL,
    SEVERITIES,
    VIBRATION,
    draw_window,
)
from twin.training.perceptron import Floats, Labels, Network, Recipe, softmax, train
from twin.training.quantise import quantise
from twin.training.quantise import run as run_int8

RATE = machine_features.RATE
PIECE = 500  # windows that one worker makes at a time
HELD = 10  # bytes for each sample: the samples and the buffers of the exported C
SPARED = 0.002  # share of normal windows that may alarm where the threshold is set
QUIET = 4_000  # normal windows that set it
WORDS = {VIBRATION: "vibration", ACOUSTIC: "sound"}
TEACHERS = 6
TEACHER = Recipe(hidden=(64,), epochs=25, rate=4e-3, decay=0.1, smoothing=0.0, batch=256)


@dataclass(frozen=True, slots=True)
class Task:
    """A model to train.

    Attributes
    ----------
    name, title : str
    states : tuple of str
        States of the machine that windows are drawn of, the first one normal.
    classes : tuple of str
        What the model tells apart: the states, or normal and abnormal.
    kind : str
        Its features, see :mod:`twin.nodes.fronts`.
    duration : float
        Of a window [s].
    hidden : tuple of int
        Units of the student's hidden layers.
    training, testing : int
        Windows; half of them normal where the model only knows normal and abnormal.
    fails : tuple of str
        Where it is known to fail.
    hears : str
        Kind of sensor.
    """

    name: str
    title: str
    states: tuple[str, ...]
    classes: tuple[str, ...]
    kind: str
    duration: float
    hidden: tuple[int, ...]
    training: int
    testing: int
    fails: tuple[str, ...]
    hears: str = VIBRATION

    @property
    def alarm_only(self) -> bool:
        """Whether the model only tells normal from abnormal."""
        return ABNORMAL in self.classes

    def state(self, index: int) -> str:
        """State of the ``index``-th window."""
        if self.alarm_only:
            faults = self.states[1:]
            return self.states[0] if index % 2 else faults[index // 2 % len(faults)]
        return self.states[index % len(self.states)]

    def label(self, state: str) -> int:
        """Class of a state."""
        return int(state != NORMAL) if self.alarm_only else self.classes.index(state)


_UNSEEN = (
    "Trained and tested on vibration of the twin only: no recording of a machine tool with known "
    "faults was at hand. Expect less on a machine nobody has looked at.",
    "Faults smaller than the card states, down to the small doses that every class has, are not "
    "told apart reliably; the twin's wear noise is 2.5 to 5 m/s² at 0.3 mm.",
    "Two faults at once: one of them is named.",
    "Below 18 and above 200 rev/s; tools of one edge; spindles whose accelerometer does not sit on "
    "some 60 kg, since velocities and levels are taken as they are.",
)
_UNHEARD = (
    "Trained and tested on sound of the twin only; the microphone stands 0.4 to 0.6 m from the "
    "housing, in a room of 48 to 68 dB. Another distance or a louder room hides faults, or cries "
    "wolf; sounds of your own machine teach a model that knows it: --data.",
    "Unbalance and misalignment of slow spindles: a housing hardly radiates below 100 Hz.",
    "A worn tool is heard only by its broadband noise, which the room and the distance change.",
    *_UNSEEN[1:],
)
_STATES = ("inner", "outer", "unbalance", "chatter", "worn", "broken")
TASKS: Mapping[str, Task] = MappingProxyType(
    {
        "tool": Task(
            "tool",
            "What state a machine tool is in, from a vibration window of its spindle.",
            (NORMAL, *_STATES),
            (NORMAL, *_STATES),
            fronts.BOTH,
            1.28,
            (48,),
            21_000,
            5_600,
            _UNSEEN,
        ),
        "anomaly": Task(
            "anomaly",
            "Whether the vibration of a spindle is as that of a sound machine.",
            (NORMAL, *FAULTS),
            (NORMAL, ABNORMAL),
            fronts.MACHINE,
            0.64,
            (48, 24),
            36_000,
            7_200,
            _UNSEEN,
        ),
        "acoustic": Task(
            "acoustic",
            "Whether the sound of a spindle is as that of a sound machine.",
            (NORMAL, *FAULTS),
            (NORMAL, ABNORMAL),
            fronts.MACHINE,
            0.64,
            (48, 24),
            20_000,
            4_500,
            _UNHEARD,
            ACOUSTIC,
        ),
    }
)


def _piece(task: Task, seed: int, name: str, start: int, stop: int, unseen: bool) -> list[Floats]:
    """Features of some windows; of those called ``quiet`` all are normal."""
    kind, rows = fronts.KINDS[task.kind], []
    for index in range(start, stop):
        rng = stream(seed, f"training.{task.name}.{name}.{index}")
        state = NORMAL if name == "quiet" else task.state(index)
        window = draw_window(rng, state, task.duration, unseen=unseen, hears=task.hears)
        rows.append(kind.row(*window))
    return rows


def windows(
    task: Task, count: int, seed: int, name: str, workers: int, *, unseen: bool = False
) -> tuple[Floats, list[str]]:
    """Features and states of ``count`` windows; the same for any number of workers."""
    starts = range(0, count, PIECE)
    made = joblib.Parallel(n_jobs=workers)(
        joblib.delayed(_piece)(task, seed, name, start, min(start + PIECE, count), unseen)
        for start in starts
    )
    rows = np.array([row for piece in made for row in piece], np.float32)
    return rows, [task.state(index) for index in range(count)]


def learned(task: Task, rows: Floats, states: Sequence[str], seed: int) -> Network:
    """Train teachers on the states, and a student of the classes on their mean.

    Teachers that know which fault it is tell normal from abnormal better than those that do not.
    """
    fine = np.eye(len(task.states))[[task.states.index(state) for state in states]]
    found = [
        train(rows, fine, TEACHER, stream(seed, f"training.{task.name}.teacher.{index}"))
        for index in range(TEACHERS)
    ]
    taught = np.mean([softmax(teacher.logits(rows)) for teacher in found], axis=0)
    if task.alarm_only:
        taught = np.stack([taught[:, 0], 1.0 - taught[:, 0]], axis=1)
    recipe = Recipe(task.hidden, epochs=50, rate=4e-3, decay=0.01, smoothing=0.0)
    return train(rows, taught, recipe, stream(seed, f"training.{task.name}.student"))


def fitted(task: Task, rows: Floats, states: Sequence[str], quiet: Floats, seed: int) -> Network:
    """Train a network; its threshold is set on ``quiet``, normal windows it was not trained on."""
    return with_threshold(learned(task, rows, states, seed), quiet)


def with_threshold(network: Network, normal: Floats, spared: float = SPARED) -> Network:
    """Move the last bias of normal so that ``spared`` of those windows reach the alarm's score.

    A class alarms from the score s on while e^normal ≤ e^class / s − Σ e^fault.
    """
    logits = network.logits(normal)
    faults = np.exp(logits[:, 1:] - logits[:, 1:].max(axis=1, keepdims=True))
    room = 1.0 / ALARM_SCORE - faults.sum(axis=1)  # over the leading fault
    last = np.log(np.maximum(room, 1e-12)) + logits[:, 1:].max(axis=1) - logits[:, 0]
    moved = network.biases[-1].copy()
    moved[0] += np.quantile(last, 1.0 - spared)
    return replace(network, biases=(*network.biases[:-1], moved))


def _labels(task: Task, states: Sequence[str]) -> Labels:
    return np.array([task.label(state) for state in states], np.intp)


def _tested(task: Task, scores: Floats, states: Sequence[str]) -> Report:
    return judge(task.classes, _labels(task, states), scores, list(states))


def recalls(task: Task, scores: Floats, states: Sequence[str]) -> dict[str, float]:
    """Share of the windows of each state that are called right; alarms need their score."""
    lead, called = scores.max(axis=1), scores.argmax(axis=1)
    alarming = (called != 0) & (lead >= ALARM_SCORE)
    right = alarming if task.alarm_only else called == _labels(task, states)
    found = {}
    for state in task.states:
        own = np.array([one == state for one in states])
        share = float(right[own].mean())
        found[state] = 1.0 - share if task.alarm_only and state == NORMAL else share
    return found


def front(task: Task) -> Front:
    """Cost of the features of a task."""
    size = round(task.duration * RATE)
    count = machine_features.instructions(size)
    memory = HELD * size
    if task.kind == fronts.BOTH:
        envelope = bearing_model.envelope_front()
        count += envelope.instructions
        memory = max(memory, envelope.memory)
    return Front(task.kind, task.duration, RATE, count, memory)


def document(task: Task, content: bytes, layers: Any, seed: int) -> dict[str, Any]:
    """Return the card without the tests."""
    names = features.NAMES if task.kind == fronts.BOTH else ()
    return {
        "name": task.name,
        "task": task.title,
        "sensor": task.hears,
        "classes": list(task.classes),
        "inputs": [*names, *machine_features.NAMES],
        **card.measured(layers, front(task), content),
        "severity": {state: SEVERITIES[state] for state in task.states if state != NORMAL},
        "training": {
            "data": f"{WORDS[task.hears]} of the twin only, domain randomised "
            "(twin.training.machine_windows); tested on other numbers of balls and speeds",
            "windows": task.training,
            "bearings": [],
            "method": f"student of {TEACHERS} teachers, {len(layers)} layers, then INT8",
            "seed": seed,
        },
        "fails": list(task.fails),
    }


def build(
    name: str,
    folder: Path,
    *,
    seed: int = 1,
    workers: int = -1,
    tested: Sequence[Recording] = (),
    bearing: Bearing | None = None,
    sizes: tuple[int, int] | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Path:
    """Train the model ``name`` of :data:`TASKS` and write it, with its card, to ``folder``.

    Recordings of ``tested`` only test it. ``sizes``: windows to train and to test on, where others
    than the task's are wanted.
    """
    qdq.require_onnx()
    task = TASKS[name]
    training, testing = sizes or (task.training, task.testing)
    say(f"making {training + testing} windows")
    rows, states = windows(task, training, seed, "train", workers)
    quiet, _ = windows(task, min(QUIET, training), seed, "quiet", workers)
    held, truth = windows(task, testing, seed, "test", workers, unseen=True)
    say("training")
    network = fitted(task, rows, states, quiet, seed)
    quantised = quantise(network, rows)
    content = qdq.to_onnx(quantised)
    written = document(task, content, bearing_model.layers_of(quantised), seed)
    scores = {
        "twin": softmax(run_int8(quantised, held)).astype(np.float32),
        "twin_float": softmax(network.logits(held)).astype(np.float32),
    }
    written["tests"] = {
        key: card.rounded({**asdict(_tested(task, found, truth)),
                           "recall": recalls(task, found, truth)})
        for key, found in scores.items()
    }  # fmt: skip
    path = card.write(folder, written, content)
    card.judge_on(path, written, tested, bearing, say)
    return path
