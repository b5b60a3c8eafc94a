"""Reads a quantised ONNX model as a fused INT8 network, or says which layer cannot be exported."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.c_export import layers
from twin.c_export.network import Layer, Network, Shape, Step, Tensor
from twin.errors import BadInput, Fault
from twin.nodes.arena import INPUT
from twin.nodes.fused import fused

AT_THE_END = ("Softmax", "LogSoftmax", "Sigmoid")  # left to the caller after the last layer
FLOAT_STEPS = ("Sub", "Add", "Mul", "Div")
FLOATS = (
    "is computed in floats by onnxruntime: it needs QuantizeLinear and DequantizeLinear around "
    "it, a rectified output its lowest byte as zero point, and what two layers read unsigned bytes"
)
RESHAPES = ("Flatten", "Reshape", "Squeeze", "Unsqueeze", "Identity")
Dims = tuple[int, ...]


def require_onnx() -> Any:
    """Return the package onnx, or say which extra brings it."""
    try:
        import onnx
    except ImportError:
        raise BadInput(
            "exporting C reads ONNX files and needs the extra 'mcu': pip install 'twin[mcu]'"
        ) from None
    return onnx


@dataclass(frozen=True, slots=True)
class Real:
    """Floats on their way in: shape without batch, and what was done to them."""

    dims: Dims
    steps: tuple[tuple[str, npt.NDArray[np.float32]], ...]


@dataclass(frozen=True, slots=True)
class View:
    """A tensor as a graph sees it: its elements by channel, row, column, under another shape."""

    tensor: Tensor
    dims: Dims
    real: bool = False


def memory(shape: Shape) -> npt.NDArray[np.intp]:
    """Where each element, counted by channel, row, column, lies pixel by pixel."""
    channels, height, width = shape
    places = np.arange(math.prod(shape), dtype=np.intp).reshape(height, width, channels)
    return places.transpose(2, 0, 1).reshape(-1)


def as_picture(dims: Dims) -> Shape:
    """Channels, height and width of a shape without batch.

    >>> as_picture((16,)), as_picture((1, 128)), as_picture((3, 8, 8))
    ((16, 1, 1), (1, 1, 128), (3, 8, 8))
    """
    if len(dims) == 3:
        return dims[0], dims[1], dims[2]
    return (dims[0], 1, dims[1]) if len(dims) == 2 else (math.prod(dims), 1, 1)


class RefusedError(Exception):
    """Why a layer cannot be exported."""


def title(node: Any) -> str:
    """How a message names a node."""
    name = node.name or (node.output[0] if node.output else "")
    return f"layer {name!r} ({node.op_type})"


def cut(model: Any) -> tuple[str, ...]:
    """Remove a softmax or sigmoid at the end of a model, and return what was removed."""
    graph = model.graph
    makers = {name: node for node in graph.node for name in node.output}
    node, removed = makers.get(graph.output[0].name), []
    while node is not None and node.op_type in {"DequantizeLinear", "QuantizeLinear", "Identity"}:
        removed.append(node)
        node = makers.get(node.input[0])
    if node is None or node.op_type not in AT_THE_END:
        return ()
    for gone in (*removed, node):
        graph.node.remove(gone)
    graph.output[0].name = node.input[0]
    return (node.op_type,)


class _Reader:
    """Reads the nodes of a fused graph one after the other."""

    def __init__(self, onnx: Any, graph: Any) -> None:
        self.onnx = onnx
        self.constants = {item.name: onnx.numpy_helper.to_array(item) for item in graph.initializer}
        self.seen: dict[str, Real | View] = {}
        self.layers: list[Layer] = []
        self.names = {INPUT}
        self.first: tuple[Tensor, tuple[Step, ...]] | None = None

    def attributes(self, node: Any) -> dict[str, Any]:
        return {row.name: self.onnx.helper.get_attribute_value(row) for row in node.attribute}

    def take(self, node: Any) -> None:
        """Read one node."""
        if node.op_type == "Constant":
            self.constants[node.output[0]] = self.onnx.numpy_helper.to_array(
                self.attributes(node)["value"]
            )
            return
        if node.op_type == "DequantizeLinear" and node.input[0] in self.constants:
            return  # weights of a layer that stayed in floats, which is refused when it comes
        source = self.seen.get(node.input[0])
        if source is None:
            raise RefusedError("reads what is not computed from the input")
        self.seen[node.output[0]] = self._next(node, source)

    def _next(self, node: Any, source: Real | View) -> Real | View:
        kind = node.op_type
        if kind in RESHAPES:
            return replace(source, dims=self._reshaped(node, source.dims))
        if isinstance(source, Real):
            if kind == "QuantizeLinear":
                return self._quantised(node, source)
            if kind in FLOAT_STEPS and node.input[1] in self.constants:
                value = np.asarray(self.constants[node.input[1]], np.float32)
                return replace(source, steps=(*source.steps, (kind, value)))
            raise RefusedError("works in floats before the input is quantised")
        if source.real:
            raise RefusedError(FLOATS)
        if kind == "DequantizeLinear":
            return replace(source, real=True)
        return self._layer(node, source)

    def _layer(self, node: Any, source: View) -> View:
        read = layers.READERS.get(node.op_type)
        if read is None:
            raise RefusedError(f"is not supported; supported are {', '.join(layers.READERS)}")
        name = node.name or f"{node.op_type.removeprefix('QLinear').lower()}{len(self.layers) + 1}"
        name = f"{name}_{len(self.layers) + 1}" if name in self.names else name
        self.names.add(name)
        inputs = [
            self.seen[key] if key in self.seen else self.constants.get(key) for key in node.input
        ]
        layer = read(layers.Node(name, self.attributes(node), inputs), self.tensor_of(source, node))
        self.layers.append(layer)
        dims = layer.made.shape
        flat = node.op_type in {"QGemm", "QLinearMatMul"}
        one_line = len(source.dims) == 2 and not flat
        return View(layer.made, dims[:1] if flat else (dims[0], dims[2]) if one_line else dims)

    def tensor_of(self, view: View, node: Any) -> Tensor:
        """The tensor of a view as its reader needs it."""
        wanted = as_picture(view.dims)
        held = view.tensor
        if wanted == held.shape:
            return held
        if np.array_equal(memory(wanted), memory(held.shape)):
            return replace(held, shape=wanted)
        if wanted[1:] == (1, 1):
            return held
        raise RefusedError(f"reads {held.shape} reshaped to {wanted}, which moves pixels in memory")

    def _reshaped(self, node: Any, dims: Dims) -> Dims:
        whole = np.empty((1, *dims), np.int8)
        given = self.attributes(node)
        axes = given.get("axes")
        if len(node.input) > 1 and node.input[1] in self.constants:
            axes = [int(axis) for axis in self.constants[node.input[1]]]
        if node.op_type == "Flatten":
            made = whole.reshape(1, -1) if given.get("axis", 1) == 1 else whole[None, ...]
        elif node.op_type == "Unsqueeze":
            made = np.expand_dims(whole, tuple(axes or ()))
        elif node.op_type == "Squeeze":
            made = np.squeeze(whole, tuple(axes)) if axes else whole[None, ...]
        elif node.op_type == "Reshape":
            sizes = [whole.shape[k] if size == 0 else size for k, size in enumerate(axes or ())]
            sizes[0] = 1 if sizes[0] == -1 and sizes.count(-1) > 1 else sizes[0]
            made = whole.reshape(sizes)
        else:
            made = whole
        if made.shape[0] != 1 or made.ndim < 2:
            raise RefusedError("moves the batch axis")
        return made.shape[1:]

    def _quantised(self, node: Any, source: Real) -> View:
        shape = as_picture(source.dims)
        scale = layers.scale_of(*(self.constants[key] for key in node.input[1:3]))
        tensor = Tensor(INPUT, shape, scale)
        if self.first is not None:
            raise RefusedError("quantises the input a second time")
        self.first = tensor, tuple(_step(kind, value, source.dims) for kind, value in source.steps)
        return View(tensor, source.dims)


def _step(kind: str, value: npt.NDArray[np.float32], dims: Dims) -> Step:
    """One float operation, its constant as small as it goes."""
    shape = as_picture(dims)
    whole = np.broadcast_to(value, (1, *dims)).reshape(shape[0], -1)
    if (whole == whole[0, 0]).all():
        return Step(kind, whole[:1, 0].copy())
    each = whole[:, 0].copy() if (whole == whole[:, :1]).all() else whole.reshape(-1).copy()
    return Step(kind, each)


def _only(values: Any, what: str, file: str) -> Any:
    if len(values) != 1:
        raise BadInput(Fault(f"has {len(values)} {what}s; one is needed", file=file))
    return values[0]


def load(content: bytes, file: str = "") -> Any:
    """Parse an ONNX file.

    Raises
    ------
    BadInput
        When it is none.
    """
    onnx = require_onnx()
    try:
        model = onnx.load_from_string(content)
        onnx.checker.check_model(model)
    except Exception as error:  # protobuf and the checker raise kinds of their own
        reason = " ".join(str(error).split())[:160] or "cannot be parsed"
        raise BadInput(Fault(f"is not an ONNX model: {reason}", file=file)) from error
    return model


def without_end(content: bytes, file: str = "") -> tuple[bytes, tuple[str, ...]]:
    """Return the model up to the logits, and what was cut off after them."""
    model = load(content, file)
    inside = {item.name for item in model.graph.initializer}
    _only([item for item in model.graph.input if item.name not in inside], "input", file)
    _only(model.graph.output, "output", file)
    removed = cut(model)
    return bytes(model.SerializeToString()), removed


def read(content: bytes, *, file: str = "") -> Network:
    """Read the network that onnxruntime runs in integers.

    Parameters
    ----------
    content : bytes
        An ONNX file of QuantizeLinear and DequantizeLinear pairs, batch 1 or free.
    file : str
        Its name, for messages.

    Raises
    ------
    BadInput
        When the file is corrupt or a layer cannot be exported; the fault names the layer.
    """
    onnx = require_onnx()
    logits, removed = without_end(content, file)
    graph = onnx.load_from_string(fused(logits, file=file)).graph
    reader = _Reader(onnx, graph)
    inside = set(reader.constants)
    given = next(item for item in graph.input if item.name not in inside)
    reader.seen[given.name] = Real(_dims(given, file), ())
    for node in graph.node:
        try:
            reader.take(node)
        except RefusedError as error:
            raise BadInput(Fault(f"{title(node)} {error}", path="MODEL", file=file)) from None
        except (KeyError, IndexError, ValueError, TypeError) as error:
            message = f"{title(node)} cannot be read: {error}"
            raise BadInput(Fault(message, path="MODEL", file=file)) from None
    last = reader.seen.get(graph.output[0].name)
    if reader.first is None or not isinstance(last, View) or not last.real or not reader.layers:
        message = "is not quantised from end to end: floats in, INT8 layers, floats out"
        raise BadInput(Fault(message, path="MODEL", file=file))
    tensor, steps = reader.first
    dims = _dims(given, file)
    return Network(dims, tensor, steps, tuple(reader.layers), last.tensor, removed)


def _dims(given: Any, file: str) -> Dims:
    shape = [dim.dim_value for dim in given.type.tensor_type.shape.dim]
    if len(shape) < 2 or shape[0] not in {0, 1} or any(size <= 0 for size in shape[1:]):
        message = (
            f"input {given.name} has shape {shape}; batch 1 or free and known sizes are needed"
        )
        raise BadInput(Fault(message, path="MODEL", file=file))
    return tuple(shape[1:])
