"""Gradient steps on pictures: from labels and from a teacher."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.rng import stream
from twin.training.augment import augment, turned
from twin.training.chains import Chain, require_torch
from twin.training.clock import TRIAL, Clock

TEMPERATURE = 3.0  # of a teacher's answers, Hinton et al., arXiv:1503.02531
TAUGHT = 0.7  # share of the teacher in the loss
SMOOTHING = 0.1  # of labels
AVERAGED = 0.99  # weight of the past in the running mean of the weights
WARM = 0.1  # share of the steps in which the rate of learning rises
STEEPEST = 2.0  # gradients longer than this are shortened
Forward = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Task:
    """Labelled pictures: ``pixels`` bytes ``(n, channels, side, side)``, not yet levelled.

    ``answers`` of a teacher to the pictures as they are, ``(n, classes)``: where a course changes
    none, they need not be asked for at every step.
    """

    pixels: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.intp]
    classes: int
    oriented: bool
    seed: int
    answers: npt.NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """One stage of training.

    ``epochs``, but at least ``fewest`` and at most ``most`` steps of ``batch`` pictures; highest
    ``rate`` of learning; ``decay`` of the weights; ``share`` of the time left that it may take;
    share of the teacher in the loss, ``taught``; whether pictures are ``moved``, lit and blurred,
    or turned only (those of an ``oriented`` task stay as they are).
    """

    name: str
    epochs: int
    rate: float
    share: float
    decay: float = 0.02
    batch: int = 32
    fewest: int = 400
    most: int = 4000
    taught: float = TAUGHT
    moved: bool = True

    @property
    def change(self) -> Callable[..., Any]:
        """What makes pictures different from step to step."""
        return augment if self.moved else turned

    def steps(self, pictures: int) -> int:
        """Steps for so many pictures."""
        return min(max(self.epochs * -(-pictures // self.batch), self.fewest), self.most)


def order(task: Task, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Return one epoch's order; rare classes come more often, by the root of their rarity."""
    counts = np.bincount(task.labels, minlength=task.classes)
    weight = 1.0 / np.sqrt(counts[task.labels])
    mixed = rng.permutation(len(weight))
    ends = np.cumsum(weight[mixed]) / weight.sum() * len(weight)
    picked = np.searchsorted(ends, np.arange(len(weight)) + rng.random())
    return np.asarray(rng.permutation(mixed[np.minimum(picked, len(weight) - 1)]), np.intp)


def _rate(step: int, steps: int) -> float:
    """Share of the highest rate: a rise, then half a cosine."""
    rise = max(WARM * steps, 1.0)
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1.0 + math.cos(math.pi * (step - rise) / max(steps - rise, 1.0)))


def loss_of(torch: Any, logits: Any, labels: Any, taught: Any, share: float = TAUGHT) -> Any:
    """Cross-entropy with the labels, and with what a teacher says when there is one."""
    own = torch.nn.functional.cross_entropy(logits, labels, label_smoothing=SMOOTHING)
    if taught is None:
        return own
    soft = torch.nn.functional.kl_div(
        torch.log_softmax(logits / TEMPERATURE, 1),
        torch.softmax(taught / TEMPERATURE, 1),
        reduction="batchmean",
    )
    return (1.0 - share) * own + share * TEMPERATURE**2 * soft


def descend(
    task: Task,
    course: Course,
    clock: Clock,
    forward: Forward,
    parameters: Sequence[Any],
    teacher: Chain | None,
    after: Callable[[], None],
) -> None:
    """Take the steps of a course; ``after`` is called after each."""
    torch = require_torch()
    rng = stream(task.seed, f"training.{course.name}")
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    optimiser = torch.optim.AdamW(parameters, lr=course.rate, weight_decay=course.decay)
    steps, step, began = course.steps(len(task.labels)), 0, time.monotonic()
    while step < steps:
        epoch = order(task, rng)
        for start in range(0, len(epoch), course.batch):
            chosen = epoch[start : start + course.batch]
            if step >= steps or (len(chosen) < 2):
                break
            for group in optimiser.param_groups:
                group["lr"] = course.rate * _rate(step, steps)
            pixels = course.change(
                torch, torch.from_numpy(task.pixels[chosen]), generator, oriented=task.oriented
            ).contiguous(memory_format=torch.channels_last)
            taught = _taught(torch, task, course, chosen, pixels, teacher)
            labels = torch.from_numpy(task.labels[chosen])
            loss = loss_of(torch, forward(pixels), labels, taught, course.taught)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, STEEPEST)
            optimiser.step()
            after()
            step += 1
            if step == TRIAL:
                a_step = (time.monotonic() - began) / step
                steps = clock.steps(course.name, steps, a_step, course.share)
            clock.tell(course.name, step, steps, float(loss.detach()))


def _taught(
    torch: Any,
    task: Task,
    course: Course,
    chosen: npt.NDArray[np.intp],
    pixels: Any,
    teacher: Chain | None,
) -> Any:
    """Return what the teacher says of a batch; None without one."""
    if task.answers is not None and task.oriented and not course.moved:
        return torch.from_numpy(task.answers[chosen])
    with torch.no_grad():
        return teacher.logits(pixels) if teacher else None


def fit(
    task: Task,
    course: Course,
    clock: Clock,
    chain: Chain,
    teacher: Chain | None,
    *,
    known: bool = False,
) -> None:
    """Train a chain in place; it ends with the running mean of its weights.

    ``known``: its normalisation is known already and stays. A batch's own would differ from that
    of the pictures as they are, by which the chain is judged.
    """
    torch = require_torch()
    averaged = torch.optim.swa_utils.AveragedModel(
        chain.modules, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGED)
    )
    if teacher:
        teacher.modules.eval()
    chain.modules.train(not known)
    descend(
        task,
        course,
        clock,
        chain.logits,
        list(chain.modules.parameters()),
        teacher,
        lambda: averaged.update_parameters(chain.modules),
    )
    chain.modules.load_state_dict(averaged.module.state_dict())
    if not known:
        _settle(task, course, chain)
    chain.modules.eval()


def _settle(task: Task, course: Course, chain: Chain) -> None:
    """Measure the normalisation's means and spreads anew, on pictures as they were trained on."""
    torch = require_torch()
    norms = [module for module in chain.modules if isinstance(module, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    chain.modules.train()
    rng = stream(task.seed, "training.settle")
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    chosen = rng.permutation(len(task.labels))[:1024]
    with torch.no_grad():
        for part in np.array_split(chosen, -(-len(chosen) // 64)):
            values = torch.from_numpy(task.pixels[part])
            chain.logits(course.change(torch, values, generator, oriented=task.oriented))
    for norm in norms:
        norm.momentum = 0.1
