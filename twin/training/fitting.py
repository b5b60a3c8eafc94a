"""Gradient steps on pictures: from labels, from a teacher, and through the rounding of INT8."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.rng import stream
from twin.training.augment import augment, with_levelled
from twin.training.chains import Chain, require_torch
from twin.training.clock import TRIAL, Clock
from twin.training.convolution import CENTRE, PIXELS, Convolution, Network
from twin.training.quantise import HIGHEST, LOWEST, Scale

TEMPERATURE = 3.0  # of a teacher's answers, Hinton et al., arXiv:1503.02531
TAUGHT = 0.7  # share of the teacher in the loss
SMOOTHING = 0.1  # of labels
AVERAGED = 0.99  # weight of the past in the running mean of the weights
WARM = 0.1  # share of the steps in which the rate of learning rises
STEEPEST = 2.0  # gradients longer than this are shortened
Forward = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Task:
    """Labelled pictures: ``pixels`` bytes ``(n, channels, side, side)``, not yet levelled."""

    pixels: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.intp]
    classes: int
    oriented: bool
    seed: int


@dataclass(frozen=True, slots=True)
class Course:
    """One stage of training.

    ``epochs``, but at least ``fewest`` and at most ``most`` steps of ``batch`` pictures; highest
    ``rate`` of learning; ``decay`` of the weights; ``share`` of the time left that it may take.
    """

    name: str
    epochs: int
    rate: float
    share: float
    decay: float = 0.02
    batch: int = 32
    fewest: int = 400
    most: int = 4000

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


def loss_of(torch: Any, logits: Any, labels: Any, taught: Any) -> Any:
    """Cross-entropy with the labels, and with what a teacher says when there is one."""
    own = torch.nn.functional.cross_entropy(logits, labels, label_smoothing=SMOOTHING)
    if taught is None:
        return own
    soft = torch.nn.functional.kl_div(
        torch.log_softmax(logits / TEMPERATURE, 1),
        torch.softmax(taught / TEMPERATURE, 1),
        reduction="batchmean",
    )
    return (1.0 - TAUGHT) * own + TAUGHT * TEMPERATURE**2 * soft


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
            pixels = augment(
                torch, torch.from_numpy(task.pixels[chosen]), generator, oriented=task.oriented
            ).contiguous(memory_format=torch.channels_last)
            with torch.no_grad():
                taught = teacher.logits(pixels) if teacher else None
            loss = loss_of(torch, forward(pixels), torch.from_numpy(task.labels[chosen]), taught)
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


def fit(task: Task, course: Course, clock: Clock, chain: Chain, teacher: Chain | None) -> None:
    """Train a chain in place; it ends with the running mean of its weights."""
    torch = require_torch()
    averaged = torch.optim.swa_utils.AveragedModel(
        chain.modules, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGED)
    )
    if teacher:
        teacher.modules.eval()
    chain.modules.train()
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
    _settle(task, chain)


def _settle(task: Task, chain: Chain) -> None:
    """Measure the normalisation's means and spreads anew, on the pictures as they are."""
    torch = require_torch()
    norms = [module for module in chain.modules if isinstance(module, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    chain.modules.train()
    chosen = stream(task.seed, "training.settle").permutation(len(task.labels))[:1024]
    with torch.no_grad():
        for part in np.array_split(chosen, -(-len(chosen) // 64)):
            values = torch.from_numpy(task.pixels[part]).float() / 255.0
            chain.logits(with_levelled(torch, values))
    for norm in norms:
        norm.momentum = 0.1
    chain.modules.eval()


def _rounded(torch: Any, values: Any, scale: Scale) -> Any:
    """Round to INT8 and back; gradients pass where nothing saturates."""
    step, zero = float(scale.step), scale.zero
    inside = values.clamp((LOWEST - zero) * step, (HIGHEST - zero) * step)
    return inside + (torch.round(inside / step) * step - inside).detach()


def _rounded_weights(torch: Any, weights: Any, bits: int) -> Any:
    """Round weights, each output channel with its own step; gradients pass."""
    most = 2 ** (bits - 1) - 1
    step = weights.detach().abs().amax((1, 2, 3), keepdim=True).clamp(min=1e-8) / most
    return weights + (torch.round(weights / step) * step - weights).detach()


def fit_rounded(
    task: Task,
    course: Course,
    clock: Clock,
    network: Network,
    scales: Sequence[Scale],
    bits: Sequence[int],
    teacher: Chain,
) -> Network:
    """Train folded weights through the rounding (quantisation-aware); the scales stay."""
    torch = require_torch()
    pairs = [
        (
            torch.tensor(layer.weights, requires_grad=True),
            torch.tensor(layer.biases, requires_grad=True),
        )
        for layer in network.layers
    ]
    *made, mean, _ = scales

    def forward(pixels: Any) -> Any:
        values = _rounded(torch, pixels - float(CENTRE), PIXELS)
        for layer, (weights, biases), scale, depth in zip(
            network.layers[:-1], pairs[:-1], made, bits[:-1], strict=True
        ):
            rounded = _rounded_weights(torch, weights, depth)
            values = torch.nn.functional.conv2d(
                values, rounded, biases, layer.stride, layer.padding, 1, layer.groups
            )
            values = _rounded(torch, torch.relu(values) if layer.rectified else values, scale)
        values = _rounded(torch, values.mean((2, 3), keepdim=True), mean)
        rounded = _rounded_weights(torch, pairs[-1][0], bits[-1])
        return torch.nn.functional.conv2d(values, rounded, pairs[-1][1]).flatten(1)

    teacher.modules.eval()
    parameters = [tensor for pair in pairs for tensor in pair]
    descend(task, course, clock, forward, parameters, teacher, lambda: None)
    layers = tuple(
        Convolution(
            np.array(weights.detach().numpy()),
            np.array(biases.detach().numpy()),
            layer.stride,
            layer.groups,
            layer.rectified,
        )
        for layer, (weights, biases) in zip(network.layers, pairs, strict=True)
    )
    return Network(network.side, network.channels, layers)
