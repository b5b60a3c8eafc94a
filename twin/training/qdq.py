"""Writes an INT8 network as an ONNX graph of QuantizeLinear and DequantizeLinear pairs.

Written node by node: the file stays small, names are short and fixed, and onnxruntime fuses every
layer into one QLinearConv, whose result equals the integer reference bit for bit. A dense layer is
a 1 × 1 convolution on one pixel for that reason.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput
from twin.training.convolution import CENTRE, PIXELS, Whole, WholeNetwork
from twin.training.perceptron import Floats
from twin.training.quantise import Dense, Int8, Quantised, Scale

OPSET, IR = 17, 8
Int32 = npt.NDArray[np.int32]


def require_onnx() -> Any:
    """Return the package onnx, or say which extra brings it."""
    try:
        import onnx
    except ImportError:
        message = (
            "training writes ONNX files and needs the extra 'train': pip install 'twin[train]'"
        )
        raise BadInput(message) from None
    return onnx


class _Graph:
    """Nodes and constants of a graph that is being written."""

    def __init__(self) -> None:
        self.onnx = require_onnx()
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, value: npt.ArrayLike) -> str:
        self.constants.append(self.onnx.numpy_helper.from_array(np.asarray(value), name))
        return name

    def zeros(self, letter: str, size: int, kind: type[np.integer[Any]]) -> str:
        """Return the constant of ``size`` zeros, which layers share."""
        name = f"{letter}{size}"
        if any(constant.name == name for constant in self.constants):
            return name
        return self.constant(name, np.zeros(size, kind))

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(self.onnx.helper.make_node(kind, inputs, [output], **attributes))
        return output

    def pair(self, value: str, scale: Scale, name: str) -> str:
        """Quantise and dequantise ``value``; scalars, since one-element lists mean per axis."""
        step = self.constant(f"{name}s", np.float32(scale.step))
        zero = self.constant(f"{name}z", np.int8(scale.zero))
        whole = self.node("QuantizeLinear", [value, step, zero], f"{name}q")
        return self.node("DequantizeLinear", [whole, step, zero], f"{name}d")

    def dense(self, value: str, layer: Dense, name: str, *, last: bool) -> str:
        weight, bias = self.weights(
            layer.weights[:, :, None, None], layer.steps, layer.biases, layer.before.step, name
        )
        found = self.node("Conv", [value, weight, bias], f"{name}c", kernel_shape=[1, 1])
        found = found if last else self.node("Relu", [found], f"{name}r")
        return self.pair(found, layer.after, name)

    def convolution(self, value: str, layer: Whole, name: str, padding: int) -> str:
        """Write one convolution; its rectifier is the lower end of its output's scale."""
        weight, bias = self.weights(
            layer.weights, layer.steps, layer.biases, layer.before.step, name
        )
        attributes = {
            "kernel_shape": list(layer.weights.shape[2:]),
            "strides": [layer.stride] * 2,
            "pads": [padding] * 4,
            "group": layer.groups,
        }
        found = self.node("Conv", [value, weight, bias], f"{name}c", **attributes)
        return self.pair(found, layer.after, name)

    def weights(
        self, whole: Int8, steps: Floats, biases: Int32, step: np.float32, name: str
    ) -> tuple[str, str]:
        """Write weights and biases with their scales, and what makes them real again."""
        weights = self._filled(whole, name) if whole.min() == whole.max() else ""
        weights = weights or self.constant(f"{name}w", whole)
        given = self.constant(f"{name}t", steps)
        zeros = self.zeros("y", len(steps), np.int8)
        offset = self.constant(f"{name}b", biases)
        bias_steps = self.constant(f"{name}u", (step * steps).astype("f4"))
        whole_zeros = self.zeros("v", len(steps), np.int32)
        weight = self.node("DequantizeLinear", [weights, given, zeros], f"{name}W", axis=0)
        bias = self.node("DequantizeLinear", [offset, bias_steps, whole_zeros], f"{name}B", axis=0)
        return weight, bias

    def _filled(self, whole: Int8, name: str) -> str:
        """Write equal weights, those of a mean, as their shape and one value."""
        shape = self.constant(f"{name}h", np.array(whole.shape, np.int64))
        value = self.onnx.numpy_helper.from_array(whole.reshape(-1)[:1], "")
        return self.node("ConstantOfShape", [shape], f"{name}w", value=value)

    def finished(self, inputs: list[Any], classes: int) -> bytes:
        """Return the checked file: one input of floats called ``inputs[0]``, outputs ``logits``."""
        name, *shape = inputs
        kind, helper = self.onnx.TensorProto.FLOAT, self.onnx.helper
        body = helper.make_graph(
            self.nodes,
            "g",
            [helper.make_tensor_value_info(name, kind, ["N", *shape])],
            [helper.make_tensor_value_info("logits", kind, ["N", classes])],
            self.constants,
        )
        opsets = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(body, opset_imports=opsets, ir_version=IR)
        self.onnx.checker.check_model(model)
        return bytes(model.SerializeToString())


def to_onnx(network: Quantised) -> bytes:
    """Return the ONNX file of an INT8 network: rows of raw features in, class outputs out."""
    graph = _Graph()
    mean, factor = graph.constant("m", network.mean), graph.constant("f", network.factor)
    value = graph.node("Sub", ["features", mean], "a")
    value = graph.node("Mul", [value, factor], "n")
    value = graph.node("Unsqueeze", [value, graph.constant("x", np.array([2, 3]))], "p")
    value = graph.pair(value, network.layers[0].before, "i")
    for index, layer in enumerate(network.layers):
        value = graph.dense(value, layer, f"l{index}", last=index == len(network.layers) - 1)
    graph.node("Flatten", [value], "logits")
    return graph.finished(["features", len(network.mean)], len(network.layers[-1].biases))


def pictures_to_onnx(network: WholeNetwork) -> bytes:
    """Return the ONNX file of an INT8 network for pictures: pixels 0 to 1 in, class outputs out."""
    graph = _Graph()
    value = graph.node("Sub", ["pixels", graph.constant("m", CENTRE)], "a")
    value = graph.pair(value, PIXELS, "i")
    *rest, last = network.layers
    for index, layer in enumerate(rest):
        value = graph.convolution(value, layer, f"l{index}", layer.padding)
    value = graph.convolution(value, network.mean, "p", 0)
    value = graph.convolution(value, last, "h", 0)
    graph.node("Flatten", [value], "logits")
    shape = ["pixels", network.channels, network.side, network.side]
    return graph.finished(shape, len(last.biases))


def from_onnx(content: bytes) -> Quantised:
    """Read back the INT8 network of a file that :func:`to_onnx` wrote."""
    onnx = require_onnx()
    graph = onnx.load_from_string(content).graph
    values = {item.name: onnx.numpy_helper.to_array(item) for item in graph.initializer}

    def scale(name: str) -> Scale:
        return Scale(np.float32(values[f"{name}s"]), int(values[f"{name}z"]))

    layers = []
    names = ["i", *(f"l{index}" for index in range(sum("w" in name for name in values)))]
    for before, name in itertools.pairwise(names):
        weights = values[f"{name}w"][:, :, 0, 0]
        dense = Dense(weights, values[f"{name}t"], values[f"{name}b"], scale(before), scale(name))
        layers.append(dense)
    return Quantised(values["m"], values["f"], tuple(layers))
