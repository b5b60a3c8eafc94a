"""Convolutional networks as plain arrays: in floats, in INT8, and what they cost.

A network is a chain: convolutions, most with a rectifier, the mean over all pixels, and one dense
layer. Batch normalisation is folded. The integer arithmetic here is the reference that
onnxruntime's result must equal. Pixels come as 0 to 1 and are moved by :data:`CENTRE`, so that the
grey that pads the edges is in the middle.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.nodes.cost import Layer
from twin.nodes.layers import Builder
from twin.training.quantise import HIGHEST, LOWEST, Int8, Scale, scale_of, to_int8

Floats = npt.NDArray[np.float32]
CENTRE = np.float32(128.0 / 255.0)
PIXELS = Scale(np.float32(1.0 / 255.0), 0)
BATCH = 32
TAIL = 1e-4  # share of the activations that a range leaves out at each end
MOST_BIAS = 2**24  # what a bias may be in steps: exact as a float
PER_CHANNEL_BYTES = 4  # of a float


@dataclass(frozen=True, slots=True)
class Convolution:
    """A float convolution: ``weights`` ``(outputs, inputs per group, height, width)``, biases."""

    weights: Floats
    biases: Floats
    stride: int = 1
    groups: int = 1
    rectified: bool = True
    ceiling: float = math.inf

    @property
    def padding(self) -> int:
        """Pixels added at each edge, so that stride 1 keeps the size."""
        return (int(self.weights.shape[2]) - 1) // 2


@dataclass(frozen=True, slots=True)
class Network:
    """Convolutions, then the mean over all pixels, then a dense layer (a 1 × 1 convolution).

    ``side`` and ``channels`` of the pictures; ``gains`` by which each mean is multiplied [1].
    """

    side: int
    channels: int
    layers: tuple[Convolution, ...]
    gains: Floats = field(default_factory=lambda: np.ones(1, np.float32))


@dataclass(frozen=True, slots=True)
class Whole:
    """A convolution in INT8: a step for each output channel."""

    weights: Int8
    steps: Floats
    biases: npt.NDArray[np.int32]
    before: Scale
    after: Scale
    stride: int
    groups: int
    rectified: bool

    @property
    def padding(self) -> int:
        """Pixels added at each edge."""
        return (int(self.weights.shape[2]) - 1) // 2


@dataclass(frozen=True, slots=True)
class WholeNetwork:
    """An INT8 network; the mean over all pixels stands before the last layer."""

    side: int
    channels: int
    layers: tuple[Whole, ...]
    mean: Whole


def side_after(side: int, layers: Sequence[Convolution]) -> int:
    """Pixels along a side after these layers.

    >>> layer = Convolution(np.zeros((1, 1, 3, 3), np.float32), np.zeros(1, np.float32), stride=2)
    >>> side_after(97, [layer, layer])
    25
    """
    for layer in layers:
        side = -(-side // layer.stride)
    return side


def _patches(
    values: npt.NDArray[Any], size: int, stride: int, padding: int, fill: int | float
) -> npt.NDArray[Any]:
    """Windows ``(n, channels, rows, columns, size, size)`` of padded pictures."""
    edges = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    padded = np.pad(values, edges, constant_values=fill)
    found = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(2, 3))
    return found[:, :, ::stride, ::stride]


def _convolve(
    patches: npt.NDArray[Any], weights: npt.NDArray[Any], groups: int
) -> npt.NDArray[Any]:
    """Sums of weights times patches, ``(n, outputs, rows, columns)``."""
    if groups == 1:
        return np.moveaxis(np.tensordot(patches, weights, axes=((1, 4, 5), (1, 2, 3))), 3, 1)
    if groups != len(weights):
        raise ValueError("a convolution has one group, or one for each channel")
    return np.asarray(np.einsum("nchwij,cij->nchw", patches, weights[:, 0], optimize=True))


def activations(network: Network, pixels: Floats) -> list[Floats]:
    """Input and output of every layer, for pixels 0 to 1 ``(n, channels, side, side)``."""
    values = [np.asarray(pixels - CENTRE, np.float32)]
    for layer in network.layers[:-1]:
        size = layer.weights.shape[2]
        patches = _patches(values[-1], size, layer.stride, layer.padding, 0.0)
        found = _convolve(patches, layer.weights, layer.groups) + layer.biases[:, None, None]
        values.append(
            np.asarray(found.clip(0.0, layer.ceiling) if layer.rectified else found, np.float32)
        )
    last = network.layers[-1]
    values.append(values[-1].mean(axis=(2, 3), dtype=np.float32) * network.gains)
    values.append(values[-1] @ last.weights[:, :, 0, 0].T + last.biases)
    return values


def logits(network: Network, pixels: Floats) -> Floats:
    """Raw outputs of the float network, ``(n, classes)``."""
    return np.asarray(activations(network, pixels)[-1], np.float32)


def ranges(network: Network, pixels: Floats) -> tuple[Scale, ...]:
    """Scale of the output of every layer, and of the mean before the last, over ``pixels``.

    They cover all but :data:`TAIL` of what occurs; the outputs of the network, all of it.
    """
    lows: list[list[float]] = []
    for start in range(0, len(pixels), BATCH):
        found = activations(network, pixels[start : start + BATCH])[1:]
        tails = [*([TAIL] * (len(found) - 1)), 0.0]
        ends = [np.quantile(v, [t, 1.0 - t]) for v, t in zip(found, tails, strict=True)]
        lows.append([float(end) for pair in ends for end in pair])
    table = np.array(lows)
    low, high = table[:, ::2].min(axis=0), table[:, 1::2].max(axis=0)
    return tuple(scale_of(float(a), float(b)) for a, b in zip(low, high, strict=True))


def quantise(network: Network, scales: Sequence[Scale], bits: Sequence[int] = ()) -> WholeNetwork:
    """Quantise weights and biases; ``scales`` as :func:`ranges` gives, ``bits`` of each layer.

    Raises
    ------
    ValueError
        When a number of bits is not 2 to 8.
    """
    *made, mean, out = scales
    before, after = [PIXELS, *made[:-1], mean], [*made, out]
    depths = list(bits) or [8] * len(network.layers)
    layers = tuple(
        whole(layer, begin, end, depth)
        for layer, begin, end, depth in zip(network.layers, before, after, depths, strict=True)
    )
    left = side_after(network.side, network.layers[:-1])
    gains = np.broadcast_to(network.gains, layers[-1].weights.shape[1])
    averaged = averaging(gains, left, made[-1], mean)
    return WholeNetwork(network.side, network.channels, layers, averaged)


def whole(layer: Convolution, before: Scale, after: Scale, bits: int = 8) -> Whole:
    """Quantise one layer: weights symmetric with a step for each output channel."""
    if not 2 <= bits <= 8:
        raise ValueError(f"{bits} bits; weights have 2 to 8")
    most = 2 ** (bits - 1) - 1
    # A channel of hardly any weight is its bias: the step must leave it within 32 bits.
    least = np.abs(layer.biases) / (before.step * np.float32(MOST_BIAS))
    steps = np.maximum(steps_of(layer.weights, bits), least.astype(np.float32))
    weights = np.rint(layer.weights / steps[:, None, None, None]).clip(-most, most)
    biases = np.rint(layer.biases / (before.step * steps))
    return Whole(
        weights.astype(np.int8),
        steps,
        biases.astype(np.int32),
        before,
        after,
        layer.stride,
        layer.groups,
        layer.rectified,
    )


def steps_of(weights: Floats, bits: int = 8) -> Floats:
    """Step of each output channel; a channel without weights gets one all the same."""
    largest = np.abs(weights).reshape(len(weights), -1).max(axis=1)
    most = np.float32(2 ** (bits - 1) - 1)
    return np.asarray(np.maximum(largest, 1e-8) / most, np.float32)


def averaging(gains: Floats, side: int, before: Scale, after: Scale) -> Whole:
    """Return the mean over all pixels, times ``gains``: a convolution of each channel with ones."""
    channels = len(gains)
    return Whole(
        np.ones((channels, 1, side, side), np.int8),
        np.asarray(gains / np.float32(side**2), np.float32),
        np.zeros(channels, np.int32),
        before,
        after,
        1,
        channels,
        rectified=False,
    )


def _run(layer: Whole, values: Int8, padding: int) -> Int8:
    size = layer.weights.shape[2]
    patches = _patches(values, size, layer.stride, padding, layer.before.zero)
    # Whole numbers in float64 add up exactly, and by the linear algebra's own kernels.
    centred = patches.astype(np.float64) - layer.before.zero
    total = _convolve(centred, layer.weights.astype(np.float64), layer.groups)
    factor = ((layer.before.step * layer.steps) / layer.after.step).astype(np.float32)
    biased = (total + layer.biases[:, None, None]).astype(np.float32)
    scaled = biased * factor[:, None, None]
    zero = layer.after.zero
    low = max(LOWEST, zero) if layer.rectified else LOWEST
    rounded = np.rint(np.clip(scaled, np.float32(low - zero), np.float32(HIGHEST - zero)))
    return np.asarray(rounded + zero, np.int8)


def run(network: WholeNetwork, pixels: Floats) -> Floats:
    """Run the network in integers; return its outputs as real numbers, ``(n, classes)``."""
    parts = []
    for start in range(0, len(pixels), BATCH):
        values = to_int8(pixels[start : start + BATCH] - CENTRE, PIXELS)
        for layer in network.layers[:-1]:
            values = _run(layer, values, layer.padding)
        values = _run(network.mean, values, 0)
        values = _run(network.layers[-1], values, 0)
        parts.append(values.reshape(len(values), -1))
    last = network.layers[-1].after
    real = (np.concatenate(parts).astype(np.float32) - last.zero) * last.step
    return np.asarray(real, np.float32)


def parameters(network: Network) -> int:
    """Weights and biases."""
    return sum(layer.weights.size + layer.biases.size for layer in network.layers)


def float_bytes(network: Network) -> int:
    """Size of the float network, four bytes a parameter."""
    return PER_CHANNEL_BYTES * parameters(network)


def table(network: Network | WholeNetwork) -> tuple[Layer, ...]:
    """Layer table, for cost and memory; the mean over all pixels is one pooling layer."""
    net = Builder((network.side, network.side, network.channels))
    for layer in network.layers[:-1]:
        outputs, _, height, width = layer.weights.shape
        if layer.groups > 1:
            net.depthwise((height, width), stride=layer.stride)
        else:
            net.convolution(outputs, (height, width), stride=layer.stride)
    net.pool()
    net.dense(len(network.layers[-1].biases))
    return tuple(net.layers)
