"""A fused INT8 network as plain data: tensors, layers, and what stands before the first layer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Int8 = npt.NDArray[np.int8]
Int32 = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Shape = tuple[int, int, int]
LONGEST_BY_FOUR = 256  # window of which four are held as 16 bits: 2 kB, with their bytes 3 kB


@dataclass(frozen=True, slots=True)
class Scale:
    """``real = step · (byte − zero)``; bytes are unsigned."""

    step: np.float32
    zero: int


@dataclass(frozen=True, slots=True)
class Tensor:
    """Activations of ``shape`` (channels, height, width), pixel by pixel in memory."""

    name: str
    shape: Shape
    scale: Scale

    @property
    def size(self) -> int:
        """Bytes."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class Step:
    """One float operation on the model's input, before it is quantised: ``x kind value``.

    ``value`` has one element, one for each channel, or one for each element.
    """

    kind: str
    value: Floats


@dataclass(frozen=True, slots=True)
class Window:
    """How a layer moves over its input: height and width of each."""

    kernel: tuple[int, int]
    stride: tuple[int, int] = (1, 1)
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)  # top, left, bottom, right
    dilation: tuple[int, int] = (1, 1)

    def made(self, shape: Shape, channels: int) -> Shape:
        """Shape that a window makes of another."""
        sizes = []
        for axis in (0, 1):
            room = shape[1 + axis] + self.pads[axis] + self.pads[axis + 2]
            reach = self.dilation[axis] * (self.kernel[axis] - 1) + 1
            sizes.append((room - reach) // self.stride[axis] + 1)
        return channels, sizes[0], sizes[1]

    def covers(self, shape: Shape) -> bool:
        """Whether it is the whole picture, at one place."""
        return self.kernel == shape[1:] and not any(self.pads) and self.dilation == (1, 1)


@dataclass(frozen=True, slots=True)
class Convolution:
    """Weights ``(outputs, inputs per group, height, width)`` and the factor of each output."""

    name: str
    source: Tensor
    made: Tensor
    window: Window
    groups: int
    weights: Int8
    biases: Int32
    factors: Floats

    @property
    def depthwise(self) -> bool:
        """Whether each channel is convolved with itself."""
        return self.groups > 1

    @property
    def dense(self) -> bool:
        """Whether the window is the whole picture."""
        return not self.depthwise and self.window.covers(self.source.shape)

    @property
    def by_four(self) -> bool:
        """Whether four pixels are made at a time; long windows would take too much scratch."""
        _, height, width = self.made.shape
        few = self.depthwise or self.dense or height * width < 4
        return not few and math.prod(self.weights.shape[1:]) <= LONGEST_BY_FOUR

    @property
    def macs(self) -> int:
        """Multiply-accumulates."""
        return math.prod(self.weights.shape[1:]) * self.made.size


@dataclass(frozen=True, slots=True)
class Pool:
    """Greatest or mean value in a window; ``kind`` is max, average or global."""

    name: str
    source: Tensor
    made: Tensor
    window: Window
    kind: str
    count_padding: bool = False


@dataclass(frozen=True, slots=True)
class Add:
    """Sum of two tensors, as ``a · ratios[0] + (b · ratios[1] + fixed)``."""

    name: str
    source: Tensor
    other: Tensor
    made: Tensor
    ratios: tuple[np.float32, np.float32]
    fixed: np.float32


@dataclass(frozen=True, slots=True)
class Table:
    """Any function of one value, by its 256 results."""

    name: str
    source: Tensor
    made: Tensor
    results: Bytes


Layer = Convolution | Pool | Add | Table


@dataclass(frozen=True, slots=True)
class Network:
    """A network from floats to floats.

    Attributes
    ----------
    dims : tuple of int
        Shape of the floats that come in, without batch.
    input : Tensor
        The quantised input.
    steps : tuple of Step
        What is done to the floats before.
    layers : tuple of Layer
    output : Tensor
        What is made real again.
    left_to_caller : tuple of str
        Layers after the last one that were cut off.
    """

    dims: tuple[int, ...]
    input: Tensor
    steps: tuple[Step, ...]
    layers: tuple[Layer, ...]
    output: Tensor
    left_to_caller: tuple[str, ...]

    @property
    def macs(self) -> int:
        """Multiply-accumulates of an inference."""
        return sum(layer.macs for layer in self.layers if isinstance(layer, Convolution))


def sources(layer: Layer) -> tuple[Tensor, ...]:
    """What a layer reads."""
    return (layer.source, layer.other) if isinstance(layer, Add) else (layer.source,)
