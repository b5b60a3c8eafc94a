"""Weights in the order in which the kernels read them, biases with the zero point folded in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.c_export.network import Convolution, Floats, Int8, Int32


def _rounded(size: int, to: int) -> int:
    return -(-size // to) * to


def rows(layer: Convolution) -> Int8:
    """Weights ``(outputs, window)`` with the window pixel by pixel, filled to whole words."""
    order = layer.weights.transpose(0, 2, 3, 1).reshape(len(layer.weights), -1)
    filled = np.zeros((len(order), _rounded(order.shape[1], 4)), np.int8)
    filled[:, : order.shape[1]] = order
    return filled


def woven(weights: Int8, channels: int) -> Int8:
    """Four weights of one channel, four of the next, ``channels`` by ``channels``.

    >>> woven(np.arange(16, dtype=np.int8).reshape(2, 8), 2)
    array([ 0,  1,  2,  3,  8,  9, 10, 11,  4,  5,  6,  7, 12, 13, 14, 15],
          dtype=int8)
    """
    count = _rounded(len(weights), channels)
    filled = np.zeros((count, weights.shape[1]), np.int8)
    filled[: len(weights)] = weights
    return filled.reshape(count // channels, channels, -1, 4).transpose(0, 2, 1, 3).reshape(-1)


def together(layer: Convolution) -> int:
    """Channels that its kernel works on at once."""
    if layer.by_four:
        return 1
    return 4 if layer.depthwise or layer.dense else 2


def packed(layer: Convolution) -> Int8:
    """Weights as the layer's kernel reads them."""
    if not layer.depthwise:
        return woven(rows(layer), together(layer))
    taps = layer.weights.reshape(len(layer.weights), -1)
    filled = np.zeros((_rounded(len(taps), 4), taps.shape[1]), np.int8)
    filled[: len(taps)] = taps
    return filled.reshape(-1, 4, taps.shape[1]).transpose(0, 2, 1).reshape(-1)


def by_channel(layer: Convolution) -> npt.NDArray[np.uint32]:
    """Words of each channel in turn: bias, factor, weights."""
    parts = (
        biases(layer).view(np.uint32)[:, None],
        factors(layer).view(np.uint32)[:, None],
        rows(layer).view(np.dtype("<u4")),
    )
    return np.concatenate(parts, axis=1).reshape(-1)


def biases(layer: Convolution) -> Int32:
    """Bias less zero point times the sum of the weights, modulo 2³², filled up."""
    total = layer.weights.reshape(len(layer.weights), -1).astype(np.int64).sum(axis=1)
    folded = layer.biases.astype(np.int64) - layer.source.scale.zero * total
    filled = np.zeros(_rounded(len(folded), together(layer)), np.int64)
    filled[: len(folded)] = folded
    return (filled & 0xFFFFFFFF).astype(np.uint32).view(np.int32)


def factors(layer: Convolution) -> Floats:
    """Factor of each output channel, filled up."""
    filled = np.zeros(_rounded(len(layer.factors), together(layer)), np.float32)
    filled[: len(layer.factors)] = layer.factors
    return filled
