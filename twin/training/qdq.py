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
from twin.training.quantise import Dense, Quantised, Scale

OPSET, IR = 17, 8


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
        weights = self.constant(f"{name}w", layer.weights[:, :, None, None])
        steps = self.constant(f"{name}t", layer.steps)
        zeros = self.constant(f"{name}y", np.zeros(len(layer.steps), np.int8))
        biases = self.constant(f"{name}b", layer.biases)
        bias_steps = self.constant(f"{name}u", (layer.before.step * layer.steps).astype("f4"))
        whole_zeros = self.constant(f"{name}v", np.zeros(len(layer.steps), np.int32))
        weight = self.node("DequantizeLinear", [weights, steps, zeros], f"{name}W", axis=0)
        bias = self.node("DequantizeLinear", [biases, bias_steps, whole_zeros], f"{name}B", axis=0)
        found = self.node("Conv", [value, weight, bias], f"{name}c", kernel_shape=[1, 1])
        found = found if last else self.node("Relu", [found], f"{name}r")
        return self.pair(found, layer.after, name)


def to_onnx(network: Quantised) -> bytes:
    """Return the ONNX file of an INT8 network: rows of raw features in, class outputs out."""
    graph = _Graph()
    onnx = graph.onnx
    mean, factor = graph.constant("m", network.mean), graph.constant("f", network.factor)
    value = graph.node("Sub", ["features", mean], "a")
    value = graph.node("Mul", [value, factor], "n")
    value = graph.node("Unsqueeze", [value, graph.constant("x", np.array([2, 3]))], "p")
    value = graph.pair(value, network.layers[0].before, "i")
    for index, layer in enumerate(network.layers):
        value = graph.dense(value, layer, f"l{index}", last=index == len(network.layers) - 1)
    graph.node("Flatten", [value], "logits")
    kind, inputs = onnx.TensorProto.FLOAT, len(network.mean)
    classes = len(network.layers[-1].biases)
    body = onnx.helper.make_graph(
        graph.nodes,
        "g",
        [onnx.helper.make_tensor_value_info("features", kind, ["N", inputs])],
        [onnx.helper.make_tensor_value_info("logits", kind, ["N", classes])],
        graph.constants,
    )
    opsets = [onnx.helper.make_opsetid("", OPSET)]
    model = onnx.helper.make_model(body, opset_imports=opsets, ir_version=IR)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


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
