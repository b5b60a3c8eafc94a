"""The dense layer behind given features, by logistic regression: where a fine training begins.

Filters that are good already are spoilt by the large gradients of a random dense layer behind them
(Kumar et al., ICLR 2022, arXiv:2202.10054); so that layer is found first, with the filters fixed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twin.rng import stream
from twin.training.augment import augment, with_levelled
from twin.training.chains import Chain, require_torch
from twin.training.convolution import CENTRE
from twin.training.fitting import Task

FOLDS = 5
ROUNDS = 0  # times that every picture is shown turned and lit anew, beside as it is
MOST = 4000  # pictures in a round
PENALTY = 1e-3  # of squared weights, for features of unit spread
ITERATIONS = 60
BATCH = 64
Features = Callable[[Any], Any]


def begin(task: Task, chain: Chain) -> None:
    """Set the last layer of a chain by its own features."""
    torch = require_torch()
    weights, biases = solve(task, _body(chain))
    with torch.no_grad():
        chain.modules[-1].weight.copy_(weights)
        chain.modules[-1].bias.copy_(biases)


def _body(chain: Chain) -> Features:
    """Return what a chain computes before dropout and dense layer."""
    torch, body = require_torch(), chain.modules[:-2]
    chain.modules.eval()

    def features(pixels: Any) -> Any:
        return body((pixels - float(CENTRE)).contiguous(memory_format=torch.channels_last))

    return features


def solve(task: Task, features: Features) -> tuple[Any, Any]:
    """Weights ``(classes, features)`` and biases of a logistic regression on ``features``."""
    return _regress(*_rows(task, features), task.classes)


def _regress(rows: Any, labels: Any, classes: int) -> tuple[Any, Any]:
    torch = require_torch()
    mean, spread = rows.mean(0), rows.std(0)
    spread = spread + 1e-3 * rows.std() + 1e-9
    even = (rows - mean) / spread
    weights = torch.zeros(rows.shape[1], classes, requires_grad=True)
    biases = torch.zeros(classes, requires_grad=True)
    rare = torch.bincount(labels, minlength=classes).float().clamp(min=1.0).rsqrt()
    optimiser = torch.optim.LBFGS(
        [weights, biases], max_iter=ITERATIONS, history_size=8, line_search_fn="strong_wolfe"
    )

    def loss() -> Any:
        optimiser.zero_grad()
        found = torch.nn.functional.cross_entropy(even @ weights + biases, labels, rare)
        found = found + PENALTY * (weights**2).sum()
        found.backward()
        return found

    optimiser.step(loss)
    with torch.no_grad():
        whole = (weights / spread[:, None]).T
        return whole, biases - whole @ mean


def alone(task: Task, chain: Chain) -> float:
    """Accuracy of the last layer alone on training pictures that it was not found on [1].

    Each picture is judged by a layer found on four fifths of the others.
    """
    torch = require_torch()
    rows, labels = _rows(task, _body(chain))
    part = torch.from_numpy(stream(task.seed, "training.folds").permutation(len(labels)) % FOLDS)
    right = 0
    for fold in range(FOLDS):
        weights, biases = _regress(rows[part != fold], labels[part != fold], task.classes)
        found = (rows[part == fold] @ weights.T + biases).argmax(1)
        right += int((found == labels[part == fold]).sum())
    return right / len(labels)


def _rows(task: Task, features: Features) -> tuple[Any, Any]:
    """Features of pictures as they are and made different, with their labels."""
    torch = require_torch()
    rng = stream(task.seed, "training.probe")
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    rows, labels = [], []
    with torch.no_grad():
        for turn in range(1 + ROUNDS):
            chosen = rng.permutation(len(task.labels))[:MOST]
            for start in range(0, len(chosen), BATCH):
                some = chosen[start : start + BATCH]
                pixels = torch.from_numpy(task.pixels[some])
                shown = (
                    augment(torch, pixels, generator, oriented=task.oriented)
                    if turn
                    else with_levelled(torch, pixels.float() / 255.0)
                )
                rows.append(features(shown).flatten(1))
                labels.append(torch.from_numpy(task.labels[some]))
    return torch.cat(rows), torch.cat(labels)
