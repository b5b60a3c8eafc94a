"""Float network → INT8: weights symmetric per output channel, activations asymmetric.

The integer arithmetic here is the reference that onnxruntime's result must equal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.training.perceptron import Floats, Network

Int8 = npt.NDArray[np.int8]
LOWEST, HIGHEST = -128, 127


@dataclass(frozen=True, slots=True)
class Scale:
    """``real = step · (integer − zero)``."""

    step: np.float32
    zero: int


@dataclass(frozen=True, slots=True)
class Dense:
    """A fully connected INT8 layer: weights ``(outputs, inputs)``, a step for each output."""

    weights: Int8
    steps: Floats
    biases: npt.NDArray[np.int32]
    before: Scale
    after: Scale


@dataclass(frozen=True, slots=True)
class Quantised:
    """An INT8 network with its float standardisation in front: ``(row − mean) · factor``."""

    mean: Floats
    factor: Floats
    layers: tuple[Dense, ...]


def scale_of(low: float, high: float) -> Scale:
    """Scale that covers ``[low, high]`` and has an exact zero.

    >>> scale_of(0.0, 25.5)
    Scale(step=np.float32(0.1), zero=-128)
    """
    low, high = min(low, 0.0), max(high, 0.0)
    step = np.float32((high - low) / (HIGHEST - LOWEST))
    return Scale(step, int(np.clip(round(LOWEST - low / float(step)), LOWEST, HIGHEST)))


def _range(values: npt.NDArray[np.floating], tail: float) -> tuple[float, float]:
    low, high = np.quantile(values, [tail, 1.0 - tail])
    return float(low), float(high)


def quantise(network: Network, rows: Floats, tail: float = 1e-4) -> Quantised:
    """Quantise after training; ranges cover ``rows`` but for ``tail`` of the values at each end."""
    values = network.layers(rows)
    scales = [scale_of(*_range(value, tail)) for value in values[:-1]]
    scales.append(scale_of(float(values[-1].min()), float(values[-1].max())))
    layers = []
    for index, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        before, after = scales[index], scales[index + 1]
        steps = (np.abs(weight).max(axis=0) / HIGHEST).astype(np.float32)
        whole = np.rint(weight / steps).clip(-HIGHEST, HIGHEST).astype(np.int8)
        biases = np.rint(bias / (before.step * steps)).astype(np.int32)
        layers.append(Dense(np.ascontiguousarray(whole.T), steps, biases, before, after))
    factor = (1.0 / network.spread).astype(np.float32)
    return Quantised(network.mean.astype(np.float32), factor, tuple(layers))


def to_int8(values: Floats, scale: Scale) -> Int8:
    """Round to the nearest even integer step and saturate, as QuantizeLinear does."""
    whole = np.rint(values / scale.step) + scale.zero
    return np.asarray(np.clip(whole, LOWEST, HIGHEST), np.int8)


def run(network: Quantised, rows: Floats) -> Floats:
    """Run the network in integers; return its outputs as real numbers, ``(rows, classes)``."""
    values = to_int8((rows - network.mean) * network.factor, network.layers[0].before)
    for layer in network.layers:
        total = (values.astype(np.int32) - layer.before.zero) @ layer.weights.T.astype(np.int32)
        factor = (layer.before.step * layer.steps) / layer.after.step
        scaled = (total + layer.biases).astype(np.float32) * factor.astype(np.float32)
        low, high = LOWEST - layer.after.zero, HIGHEST - layer.after.zero
        whole = np.rint(np.clip(scaled, np.float32(low), np.float32(high)))
        values = np.asarray(whole + layer.after.zero, np.int8)
    last = network.layers[-1].after
    return np.asarray((values.astype(np.float32) - last.zero) * last.step, np.float32)
