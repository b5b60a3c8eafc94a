"""A small multilayer perceptron, trained with NumPy: the same numbers for the same seed."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.intp]

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8  # Adam, Kingma & Ba, arXiv:1412.6980


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is trained.

    ``hidden`` units of each hidden layer; ``epochs``; ``rate`` of learning at the start of a
    cosine; ``decay`` of the weights; ``smoothing`` of the labels; ``batch`` rows.
    """

    hidden: tuple[int, ...] = (24,)
    epochs: int = 60
    rate: float = 2e-3
    decay: float = 1e-3
    smoothing: float = 0.04
    batch: int = 128


@dataclass(frozen=True, slots=True)
class Network:
    """Weights ``(inputs, outputs)`` and biases of each layer; rectifier between layers.

    Rows are standardised with ``mean`` and ``spread`` first.
    """

    mean: Array
    spread: Array
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]

    def layers(self, rows: npt.NDArray[np.floating]) -> list[Array]:
        """Return the standardised rows and the output of each layer."""
        values = [(rows - self.mean) / self.spread]
        for index, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            value = values[-1] @ weight + bias
            last = index == len(self.weights) - 1
            values.append(value if last else np.maximum(value, 0.0))
        return values

    def logits(self, rows: npt.NDArray[np.floating]) -> Array:
        """Return the raw outputs, ``(rows, classes)``."""
        return self.layers(rows)[-1]


def softmax(logits: npt.NDArray[np.floating]) -> Array:
    """Probabilities of each class."""
    weight = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def _start(rows: Floats, classes: int, recipe: Recipe, rng: np.random.Generator) -> Network:
    sizes = (rows.shape[1], *recipe.hidden, classes)
    pairs = list(itertools.pairwise(sizes))
    weights = tuple(rng.standard_normal(pair) * np.sqrt(2.0 / pair[0]) for pair in pairs)
    biases = tuple(np.zeros(pair[1]) for pair in pairs)
    spread = np.asarray(rows.std(axis=0, dtype=np.float64)) + 1e-6
    return Network(np.asarray(rows.mean(axis=0, dtype=np.float64)), spread, weights, biases)


def gradients(network: Network, rows: Floats, targets: Array) -> list[Array]:
    """Gradients of the mean cross-entropy: of every weight, then of every bias."""
    values = network.layers(rows)
    error = (softmax(values[-1]) - targets) / len(rows)
    weights: list[Array] = []
    biases: list[Array] = []
    for index in reversed(range(len(network.weights))):
        weights.insert(0, values[index].T @ error)
        biases.insert(0, error.sum(axis=0))
        if index:
            error = (error @ network.weights[index].T) * (values[index] > 0.0)
    return weights + biases


def train(rows: Floats, targets: Array, recipe: Recipe, rng: np.random.Generator) -> Network:
    """Train on ``targets``, the probability of each class for each row, with Adam."""
    network = _start(rows, targets.shape[1], recipe, rng)
    soft = (1.0 - recipe.smoothing) * targets + recipe.smoothing / targets.shape[1]
    parameters = [*network.weights, *network.biases]
    first = [np.zeros_like(p) for p in parameters]
    second = [np.zeros_like(p) for p in parameters]
    step = 0
    for epoch in range(recipe.epochs):
        rate = 0.5 * recipe.rate * (1.0 + np.cos(np.pi * epoch / recipe.epochs))
        for chosen in np.array_split(rng.permutation(len(rows)), -(-len(rows) // recipe.batch)):
            step += 1
            found = gradients(network, rows[chosen], soft[chosen])
            for index, gradient in enumerate(found):
                first[index] += (1.0 - BETA_1) * (gradient - first[index])
                second[index] += (1.0 - BETA_2) * (gradient**2 - second[index])
                move = first[index] / (1.0 - BETA_1**step)
                move /= np.sqrt(second[index] / (1.0 - BETA_2**step)) + EPSILON
                shrink = recipe.decay * parameters[index] * (index < len(network.weights))
                parameters[index] -= rate * (move + shrink)
    return network
