"""One reader for each fused operator: a node of onnxruntime's graph → a layer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.c_export import oracle
from twin.c_export.network import (
    Add,
    Convolution,
    Floats,
    Int8,
    Int32,
    Layer,
    Pool,
    Scale,
    Table,
    Tensor,
    Window,
)

SIGNED = 128  # what is added to an int8 to get the byte


@dataclass(frozen=True, slots=True)
class Node:
    """A node with its attributes and inputs: views, constants, or None."""

    name: str
    attributes: Mapping[str, Any]
    inputs: list[Any]

    def scale(self, place: int) -> Scale:
        """Scale of which the step is input ``place`` and the zero point the next one."""
        return scale_of(self.inputs[place], self.inputs[place + 1])

    def pair(self, name: str, default: tuple[int, int]) -> tuple[int, int]:
        """Attribute of height and width; of one number for waveforms."""
        given = [int(value) for value in self.attributes.get(name, default)]
        return (default[0], given[0]) if len(given) == 1 else (given[0], given[1])

    def window(self, kernel: tuple[int, int]) -> Window:
        """How the node moves over its input."""
        pads = [int(value) for value in self.attributes.get("pads", (0, 0, 0, 0))]
        pads = [0, pads[0], 0, pads[1]] if len(pads) == 2 else pads
        how = bytes(self.attributes.get("auto_pad", b"NOTSET")).decode()
        if how not in {"NOTSET", "VALID"} or int(self.attributes.get("ceil_mode", 0)):
            raise ValueError("auto_pad and ceil_mode are not supported: write pads")
        stride, dilation = self.pair("strides", (1, 1)), self.pair("dilations", (1, 1))
        return Window(kernel, stride, (pads[0], pads[1], pads[2], pads[3]), dilation)


def scale_of(step: Any, zero: Any) -> Scale:
    """Scale of bytes from a step and a zero point; signed zero points are moved."""
    whole = np.asarray(zero)
    if whole.dtype not in {np.dtype(np.int8), np.dtype(np.uint8)} or np.size(step) != 1:
        raise ValueError("activations need one scale and an INT8 zero point")
    moved = SIGNED if whole.dtype == np.dtype(np.int8) else 0
    return Scale(np.float32(np.asarray(step).reshape(-1)[0]), int(whole.reshape(-1)[0]) + moved)


def _whole_weights(weights: Any, zero: Any) -> Int8:
    """Weights without zero point."""
    moved = np.asarray(weights).astype(np.int32) - np.asarray(zero).astype(np.int32).reshape(-1)[0]
    if np.unique(zero).size > 1 or moved.min() < -128 or moved.max() > 127:
        raise ValueError("weights must be symmetric: zero point 0, or 128 of unsigned ones")
    return np.asarray(moved, np.int8)


def _factors(before: Scale, steps: Any, after: Scale, channels: int) -> Floats:
    """Factor of each output channel, in onnxruntime's order of operations."""
    each = np.broadcast_to(np.asarray(steps, np.float32).reshape(-1), (channels,))
    return np.asarray((before.step * each) / after.step, np.float32)


def _biases(given: Any, channels: int) -> Int32:
    return (
        np.zeros(channels, np.int32) if given is None else np.asarray(given, np.int32).reshape(-1)
    )


def _columns(weights: Int8, source: Tensor) -> Int8:
    """Order the columns of a flattened input as they lie in memory: pixel by pixel."""
    channels, height, width = source.shape
    return weights.reshape(len(weights), channels, height, width)


def _convolution(node: Node, source: Tensor) -> Layer:
    weights = _whole_weights(node.inputs[3], node.inputs[5])
    weights = weights[:, :, None, :] if weights.ndim == 3 else weights
    groups = int(node.attributes.get("group", 1))
    outputs = len(weights)
    if groups > 1 and not groups == outputs == source.shape[0]:
        raise ValueError(f"{groups} groups of {source.shape[0]} channels: 1, or one a channel")
    kernel = (weights.shape[2], weights.shape[3])
    window = node.window(kernel)
    if kernel == (1, 1) and weights.shape[1] * groups != source.shape[0]:
        weights, window = _columns(weights, source), Window(source.shape[1:])
    after = node.scale(6)
    made = Tensor(node.name, window.made(source.shape, outputs), after)
    factors = _factors(source.scale, node.inputs[4], after, outputs)
    bias = _biases(node.inputs[8] if len(node.inputs) > 8 else None, outputs)
    return Convolution(node.name, source, made, window, groups, weights, bias, factors)


def _dense(node: Node, source: Tensor, weights: Int8, steps: Any, bias: Any, after: Scale) -> Layer:
    outputs = len(weights)
    factors = _factors(source.scale, steps, after, outputs)
    made = Tensor(node.name, (outputs, 1, 1), after)
    window = Window((source.shape[1], source.shape[2]))
    held = _columns(weights, source)
    whole = _biases(bias, outputs)
    return Convolution(node.name, source, made, window, 1, held, whole, factors)


def _gemm(node: Node, source: Tensor) -> Layer:
    if int(node.attributes.get("transA", 0)) or float(node.attributes.get("alpha", 1.0)) != 1.0:
        raise ValueError("transA and alpha are not supported")
    if len(node.inputs) < 9:
        raise ValueError("its output is not quantised")
    weights = _whole_weights(node.inputs[3], node.inputs[5])
    weights = weights if int(node.attributes.get("transB", 0)) else weights.T
    return _dense(node, source, weights, node.inputs[4], node.inputs[6], node.scale(7))


def _matmul(node: Node, source: Tensor) -> Layer:
    weights = _whole_weights(node.inputs[3], node.inputs[5]).T
    return _dense(node, source, weights, node.inputs[4], None, node.scale(6))


def _max_pool(node: Node, source: Tensor) -> Layer:
    window = node.window(node.pair("kernel_shape", (1, 1)))
    if window.dilation != (1, 1):
        raise ValueError("dilations are not supported")
    made = Tensor(node.name, window.made(source.shape, source.shape[0]), source.scale)
    return Pool(node.name, source, made, window, "max")


def _average_pool(node: Node, source: Tensor) -> Layer:
    window = node.window(node.pair("kernel_shape", (1, 1)))
    made = Tensor(node.name, window.made(source.shape, source.shape[0]), node.scale(3))
    padded = bool(node.attributes.get("count_include_pad", 0))
    return Pool(node.name, source, made, window, "average", padded)


def _global_average(node: Node, source: Tensor) -> Layer:
    window = Window((source.shape[1], source.shape[2]))
    made = Tensor(node.name, (source.shape[0], 1, 1), node.scale(3))
    return Pool(node.name, source, made, window, "global")


def _add(node: Node, source: Tensor) -> Layer:
    view = node.inputs[3]
    if view is None or isinstance(view, np.ndarray) or view.tensor.size != source.size:
        raise ValueError("adds something else than a layer of the same shape")
    other: Tensor = view.tensor
    if other.shape != source.shape:
        raise ValueError(f"adds {source.shape} and {other.shape}")
    made = Tensor(node.name, source.shape, node.scale(6))
    ratios = source.scale.step / made.scale.step, other.scale.step / made.scale.step
    fixed = oracle.fixed_part(source.scale, other.scale, made.scale, ratios)
    return Add(node.name, source, other, made, ratios, fixed)


def _sigmoid(node: Node, source: Tensor) -> Layer:
    made = Tensor(node.name, source.shape, node.scale(3))
    return Table(node.name, source, made, oracle.sigmoid(source.scale, made.scale))


def factor_of_mean(layer: Pool) -> np.float32:
    """Factor of a mean over all pixels, in onnxruntime's order of operations."""
    pixels = np.float32(math.prod(layer.source.shape[1:]))
    return np.float32(layer.source.scale.step / (layer.made.scale.step * pixels))


READERS: Mapping[str, Callable[[Node, Tensor], Layer]] = {
    "QLinearConv": _convolution,
    "QGemm": _gemm,
    "QLinearMatMul": _matmul,
    "MaxPool": _max_pool,
    "QLinearAveragePool": _average_pool,
    "QLinearGlobalAveragePool": _global_average,
    "QLinearAdd": _add,
    "QLinearSigmoid": _sigmoid,
}
