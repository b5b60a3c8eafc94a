"""What a model costs a board: instructions, time, energy, working memory, flash.

Instructions come from closed forms fitted to counts of CMSIS-NN's int8 kernels on Cortex-M with
DSP (counted in emulation); a board turns them into time by its cycles per instruction. Expect
±10 % on convolutional networks and ±25 % at worst.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from twin.nodes.boards import Board

FLASH_LIMIT = 256 * 1024  # what a node keeps for models [byte]
TIME_LIMIT = 10e-3  # for one inference [s]
ALIGNMENT = 16  # of buffers in the arena [byte]
PER_CHANNEL = 8  # multiplier and shift of each output channel [byte]
INSTRUCTIONS_PER_FLOP = 2.0  # load, compute, store of a float FFT kernel; assumption
CONVOLUTIONS = ("conv", "pointwise", "depthwise", "first")


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a model.

    Attributes
    ----------
    name : str
    kind : str
        conv, pointwise, depthwise, first (at most three input channels) or dense.
    macs : int
        Multiply-accumulates.
    outputs : int
        Output elements.
    channels : int
        Output channels.
    weights : int
        Bytes of int8 weights and int32 biases.
    input_bytes, output_bytes : int
        Activations.
    gathered : int
        Elements gathered for a convolution, pixels · kernel² · input channels.
    """

    name: str
    kind: str
    macs: int
    outputs: int
    channels: int
    weights: int
    input_bytes: int
    output_bytes: int
    gathered: int = 0


@dataclass(frozen=True, slots=True)
class Buffer:
    """A tensor in the arena: ``size`` [byte], alive from step ``first`` to step ``last``."""

    name: str
    size: int
    first: int
    last: int


def instructions(layer: Layer) -> float:
    """Instructions of one layer on a Cortex-M4, M7 or M33 with DSP.

    >>> fc = Layer("fc", "dense", 640 * 128, 128, 128, 0, 640, 128)
    >>> round(instructions(fc) / fc.macs, 2)
    2.0
    """
    forms = {
        "conv": 1.565 * layer.macs + 56.2 * layer.outputs + 5.85 * layer.gathered,
        "pointwise": 1.605 * layer.macs + 38.8 * layer.outputs,
        "depthwise": 2.54 * layer.macs + 55.4 * layer.outputs,
        "first": 142.0 * layer.outputs,
        "dense": 1.91 * layer.macs + 56.0 * layer.outputs,
    }
    return forms[layer.kind]


def layer_time(layer: Layer, board: Board) -> float:
    """Time of one layer on a board [s]."""
    cpi = board.cpi_conv if layer.kind in CONVOLUTIONS else board.cpi_dense
    return instructions(layer) * cpi / board.clock


def inference_time(layers: Iterable[Layer], board: Board) -> float:
    """Time of one inference on a board [s]."""
    return sum(layer_time(layer, board) for layer in layers)


def run_time(count: float, board: Board) -> float:
    """Time of ``count`` other instructions, such as the features [s]."""
    return count * board.cpi_conv / board.clock


def fourier_instructions(size: int, *, real: bool = False) -> float:
    """Instructions of one float Fourier transform: 5·N·log2 N operations, half when real."""
    operations = 5.0 * size * math.log2(size) * (0.5 if real else 1.0)
    return INSTRUCTIONS_PER_FLOP * operations


def buffers(layers: Sequence[Layer]) -> tuple[Buffer, ...]:
    """Lifetimes of the activations of a chain of layers."""
    found = [Buffer("input", layers[0].input_bytes, 0, 0)]
    for step, layer in enumerate(layers):
        last = min(step + 1, len(layers) - 1)
        found.append(Buffer(layer.name, layer.output_bytes, step, last))
    return tuple(found)


def arena(tensors: Iterable[Buffer]) -> int:
    """Working memory by the greedy planner of TensorFlow Lite Micro [byte].

    The largest tensor first, each at the lowest gap among those alive at the same time.

    >>> arena([Buffer("a", 100, 0, 1), Buffer("b", 50, 1, 2), Buffer("c", 90, 2, 3)])
    176
    """
    placed: list[tuple[int, int, Buffer]] = []
    for tensor in sorted(tensors, key=lambda t: (-t.size, t.first)):
        size = -(-tensor.size // ALIGNMENT) * ALIGNMENT
        start = 0
        for low, high, other in sorted(placed, key=lambda row: (row[0], row[1])):
            if other.first <= tensor.last and tensor.first <= other.last:
                if start + size <= low:
                    break
                start = max(start, high)
        placed.append((start, start + size, tensor))
    return max((high for _, high, _ in placed), default=0)


def flash(layers: Iterable[Layer]) -> int:
    """Flash for weights, biases and the requantisation of each channel, without code [byte]."""
    return sum(layer.weights + PER_CHANNEL * layer.channels for layer in layers)
