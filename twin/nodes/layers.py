"""Layer tables from shapes: INT8 tensors of height × width × channels, "same" padding."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from twin.nodes.arena import INPUT
from twin.nodes.cost import Layer

Shape = tuple[int, int, int]
FEW_CHANNELS = 3  # up to here CMSIS-NN takes the kernel for first layers
BIAS = 4  # of each output channel [byte]


def _size(shape: Shape) -> int:
    return math.prod(shape)


def _smaller(shape: Shape, stride: int, channels: int) -> Shape:
    return -(-shape[0] // stride), -(-shape[1] // stride), channels


@dataclass(slots=True)
class Builder:
    """Builds the layer table of a network from the shape of its input.

    Every method adds a layer and returns its name. A layer reads the one before it, or ``of``.

    >>> net = Builder((8, 8, 16))
    >>> net.convolution(32, stride=2)
    'conv1'
    >>> net.layers[0].macs, net.shape
    (73728, (4, 4, 32))
    """

    input: Shape
    layers: list[Layer] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shapes[INPUT] = self.input

    @property
    def last(self) -> str:
        """Name of the last layer, ``input`` when there is none."""
        return self.layers[-1].name if self.layers else INPUT

    @property
    def shape(self) -> Shape:
        """Shape that the last layer makes."""
        return self.shapes[self.last]

    def convolution(
        self, channels: int, kernel: tuple[int, int] = (3, 3), *, stride: int = 1, of: str = ""
    ) -> str:
        """Add a convolution; 1 × 1 is pointwise, few input channels are a first layer."""
        before = self.shapes[of or self.last]
        shape = _smaller(before, stride, channels)
        window = kernel[0] * kernel[1] * before[2]
        few = "first" if before[2] <= FEW_CHANNELS else "conv"
        kind = "pointwise" if kernel == (1, 1) else few
        gathered = shape[0] * shape[1] * window if kind == "conv" else 0
        return self._add(kind, shape, of, window * _size(shape), window * channels, gathered)

    def depthwise(self, kernel: tuple[int, int] = (3, 3), *, stride: int = 1) -> str:
        """Add a convolution of each channel with itself."""
        shape = _smaller(self.shape, stride, self.shape[2])
        window = kernel[0] * kernel[1]
        return self._add("depthwise", shape, "", window * _size(shape), window * shape[2])

    def dense(self, outputs: int) -> str:
        """Add a fully connected layer."""
        macs = _size(self.shape) * outputs
        return self._add("dense", (1, 1, outputs), "", macs, macs)

    def add(self, one: str, other: str) -> str:
        """Add the sum of two layers."""
        return self._append("add", self.shapes[one], (one, other))

    def pool(self) -> str:
        """Add the average over all pixels."""
        return self._append("pool", (1, 1, self.shape[2]), ())

    def softmax(self) -> str:
        """Add a softmax."""
        return self._append("softmax", self.shape, ())

    def _add(
        self, kind: str, shape: Shape, of: str, macs: int, weights: int, gathered: int = 0
    ) -> str:
        held = weights + BIAS * shape[2]
        return self._append(kind, shape, (of,) if of else (), macs, held, gathered)

    def _append(
        self,
        kind: str,
        shape: Shape,
        of: tuple[str, ...],
        macs: int = 0,
        weights: int = 0,
        gathered: int = 0,
    ) -> str:
        """Append one layer; ``weights`` are bytes with biases."""
        name = f"{kind}{sum(layer.kind == kind for layer in self.layers) + 1}"
        read = sum(_size(self.shapes[source]) for source in of or (self.last,))
        made = _size(shape)
        channels = shape[2] if weights else 0
        self.layers.append(
            Layer(name, kind, macs, made, channels, weights, read, made, gathered, of)
        )
        self.shapes[name] = shape
        return name
