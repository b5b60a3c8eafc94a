"""Networks of a plan in torch: built, pruned by whole channels, folded to plain arrays.

torch comes with the extra ``train`` and is imported only when something is trained.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import math
import sys
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput
from twin.training.augment import with_levelled
from twin.training.convolution import CENTRE, Convolution, Floats, Network
from twin.training.plans import Plan, Stage

Index = npt.NDArray[np.intp]
PER_STAGE = 3  # modules: convolution, normalisation, rectifier
FEWEST, MULTIPLE = 8, 4  # channels that pruning leaves, and what their number is a multiple of
BATCH = 64
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # of mallopt(3)


def require_torch() -> Any:
    """Return the package torch on one thread, or say which extra brings it.

    One thread, because another number of threads adds up in another order: equal seeds would no
    longer give equal files.
    """
    try:
        import torch
    except ImportError:
        message = "training on pictures needs the extra 'train': pip install 'twin[train]'"
        raise BadInput(message) from None
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    _keep_memory()
    return torch


@functools.cache
def _keep_memory() -> None:
    """Let the C library keep what is freed: large tensors come and go with every step.

    Else each is mapped and zeroed anew, which takes two thirds of a step's processor time. Only
    the GNU library has the switch.
    """
    found = ctypes.util.find_library("c") if sys.platform == "linux" else None
    mallopt = getattr(ctypes.CDLL(found), "mallopt", None) if found else None
    if mallopt is not None:
        mallopt(M_MMAP_MAX, 0)
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


@dataclass(frozen=True, slots=True)
class Chain:
    """A plan and its torch modules."""

    plan: Plan
    modules: Any

    def logits(self, pixels: Any) -> Any:
        """Raw outputs for pixels 0 to 1, a tensor ``(n, channels, side, side)``."""
        return self.modules(pixels - float(CENTRE))


def build(plan: Plan, seed: int, dropout: float = 0.0) -> Chain:
    """Return a chain with random weights; ``dropout`` before the dense layer."""
    torch = require_torch()
    torch.manual_seed(seed)
    nn, modules = torch.nn, []
    for index, stage in enumerate(plan.stages):
        inputs = plan.inputs(index)
        groups = inputs if stage.depthwise else 1
        modules += [
            nn.Conv2d(
                inputs, stage.outputs, stage.kernel, stage.stride, stage.kernel // 2,
                groups=groups, bias=False,
            ),
            nn.BatchNorm2d(stage.outputs),
            _rectifier(nn, stage),
        ]  # fmt: skip
    last = plan.stages[-1].outputs
    head = [
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(last, plan.classes),
    ]
    return Chain(plan, nn.Sequential(*modules, *head).to(memory_format=torch.channels_last))


def _rectifier(nn: Any, stage: Stage) -> Any:
    if not stage.rectified:
        return nn.Identity()
    return nn.ReLU() if math.isinf(stage.ceiling) else nn.Hardtanh(0.0, stage.ceiling)


def predict(chain: Chain, pixels: npt.NDArray[np.uint8]) -> Floats:
    """Probability of each class, ``(n, classes)``; ``pixels`` with the levelled plane."""
    torch = require_torch()
    return np.asarray(torch.from_numpy(answers(chain, pixels)).softmax(1).numpy(), np.float32)


def answers(chain: Chain, pixels: npt.NDArray[np.uint8]) -> Floats:
    """Raw outputs, ``(n, classes)``; ``pixels`` with the levelled plane, or without it."""
    torch = require_torch()
    chain.modules.eval()
    parts = []
    with torch.no_grad():
        for start in range(0, len(pixels), BATCH):
            some = torch.from_numpy(pixels[start : start + BATCH]).float() / 255.0
            whole = some if some.shape[1] == chain.plan.channels else with_levelled(torch, some)
            parts.append(chain.logits(whole).numpy())
    return np.concatenate(parts)


def fold(chain: Chain) -> Network:
    """Return the chain as plain arrays, with the normalisation in weights and biases."""
    plan, layers = chain.plan, []
    for index, stage in enumerate(plan.stages):
        start = PER_STAGE * index
        weights = _array(chain.modules[start].weight)
        norm = chain.modules[start + 1]
        gain = _array(norm.weight) / np.sqrt(_array(norm.running_var) + norm.eps)
        biases = _array(norm.bias) - _array(norm.running_mean) * gain
        groups = stage.outputs if stage.depthwise else 1
        folded = np.asarray(weights * gain[:, None, None, None], np.float32)
        offset = biases.astype(np.float32)
        shape = stage.stride, groups, stage.rectified, stage.ceiling
        layers.append(Convolution(folded, offset, *shape))
    head = chain.modules[-1]
    weights = _array(head.weight)[:, :, None, None]
    layers.append(Convolution(weights, _array(head.bias), rectified=False))
    return Network(plan.side, plan.channels, tuple(layers))


def _array(tensor: Any) -> Floats:
    return np.array(tensor.detach().numpy(), np.float32)


def prunable(plan: Plan) -> list[int]:
    """Stages that pruning thins: the full ones with a rectifier. The others are narrow already."""
    stages = enumerate(plan.stages)
    return [index for index, stage in stages if stage.rectified and not stage.depthwise]


def importance(chain: Chain) -> list[Floats]:
    """How much each output channel of the prunable stages matters, over the stage's mean [1].

    The gain of its normalisation times the size of its weights.
    """
    found = []
    for index in prunable(chain.plan):
        weights = _array(chain.modules[PER_STAGE * index].weight)
        gain = np.abs(_array(chain.modules[PER_STAGE * index + 1].weight))
        size = gain * np.sqrt((weights**2).sum(axis=(1, 2, 3)))
        found.append(np.asarray(size / size.mean(), np.float32))
    return found


def survivors(scores: list[Floats], share: float) -> list[Index]:
    """Channels that stay when ``share`` of all goes, the least important of all layers first.

    >>> [kept.tolist() for kept in survivors([np.arange(12.0), 100.0 + np.arange(12.0)], 0.2)]
    [[4, 5, 6, 7, 8, 9, 10, 11], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]]
    """
    limit = np.quantile(np.concatenate(scores), share)
    kept = []
    for score in scores:
        number = -(-int((score > limit).sum()) // MULTIPLE) * MULTIPLE
        number = min(max(number, FEWEST), len(score))
        kept.append(np.sort(np.argsort(-score, kind="stable")[:number]))
    return kept


def prune(chain: Chain, share: float) -> Chain:
    """Return the chain without its least important channels, ``share`` of them all."""
    kept = dict(zip(prunable(chain.plan), survivors(importance(chain), share), strict=True))
    before: Index = np.arange(chain.plan.channels)
    stages, chosen = [], []
    for index, stage in enumerate(chain.plan.stages):
        after = before if stage.depthwise else kept.get(index, np.arange(stage.outputs))
        stages.append(replace(stage, outputs=len(after)))
        chosen.append((before, after))
        before = after
    thin = build(replace(chain.plan, stages=tuple(stages)), seed=0)
    _copy(chain, thin, chosen, before)
    return thin


def _copy(chain: Chain, thin: Chain, chosen: list[tuple[Index, Index]], last: Index) -> None:
    """Copy the channels ``chosen``, inputs and outputs of each stage, into the thin chain."""
    torch = require_torch()
    with torch.no_grad():
        for index, (stage, (inputs, outputs)) in enumerate(
            zip(chain.plan.stages, chosen, strict=True)
        ):
            start = PER_STAGE * index
            weights = chain.modules[start].weight[torch.from_numpy(outputs)]
            if not stage.depthwise:
                weights = weights[:, torch.from_numpy(inputs)]
            thin.modules[start].weight.copy_(weights)
            norm, thin_norm = chain.modules[start + 1], thin.modules[start + 1]
            thin_norm.eps = norm.eps
            for name in ("weight", "bias", "running_mean", "running_var"):
                getattr(thin_norm, name).copy_(getattr(norm, name)[torch.from_numpy(outputs)])
        thin.modules[-1].weight.copy_(chain.modules[-1].weight[:, torch.from_numpy(last)])
        thin.modules[-1].bias.copy_(chain.modules[-1].bias)
