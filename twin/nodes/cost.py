"""What a model costs a board: instructions, time, flash.

Instructions come from closed forms fitted to counts of CMSIS-NN's int8 kernels on Cortex-M with
DSP (counted in emulation); a board turns them into time by its cycles per instruction, one for
each class of layers. ``twin.nodes.cpi`` says how good that is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from twin.nodes.boards import Board, LayerClass

FLASH_LIMIT = 256 * 1024  # what a node keeps for models [byte]
TIME_LIMIT = 10e-3  # for one inference [s]
PER_CHANNEL = 8  # multiplier and shift of each output channel [byte]
INSTRUCTIONS_PER_FLOP = 2.4  # of a float transform; counted, the exported C on an emulated M4
CLASS_OF: dict[str, LayerClass] = {
    "conv": "conv",
    "first": "conv",
    "add": "conv",
    "pool": "conv",
    "softmax": "conv",
    "pointwise": "separable",
    "depthwise": "separable",
    "dense": "dense",
}


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a model.

    Attributes
    ----------
    name : str
    kind : str
        conv, pointwise, depthwise, first (at most three input channels), dense, add (of two
        tensors), pool (average) or softmax.
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
    of : tuple of str
        Layers whose outputs it reads, ``input`` for the model's input; empty: the layer before it.

    Raises
    ------
    ValueError
        When the kind is none of these.
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
    of: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in CLASS_OF:
            known = ", ".join(CLASS_OF)
            raise ValueError(f"layer {self.name} is a {self.kind}; can be costed: {known}")


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
        "add": 80.0 * layer.outputs,
        "pool": 7.0 * layer.input_bytes,
        "softmax": 530.0 * layer.outputs,
    }
    return forms[layer.kind]


def layer_time(layer: Layer, board: Board) -> float:
    """Time of one layer on a board [s]."""
    return instructions(layer) * board.cpi(CLASS_OF[layer.kind]) / board.clock


def inference_time(layers: Iterable[Layer], board: Board) -> float:
    """Time of one inference on a board [s]."""
    return sum(layer_time(layer, board) for layer in layers)


def run_time(count: float, board: Board) -> float:
    """Time of ``count`` other instructions, such as the features [s].

    At the mean of what convolutions of both kinds take: an assumption.
    """
    return count * 0.5 * (board.cpi_conv + board.cpi_separable) / board.clock


def fourier_instructions(size: int, *, real: bool = False) -> float:
    """Instructions of one float Fourier transform: 5·N·log2 N operations, half when real."""
    operations = 5.0 * size * math.log2(size) * (0.5 if real else 1.0)
    return INSTRUCTIONS_PER_FLOP * operations


def flash(layers: Iterable[Layer]) -> int:
    """Flash for weights, biases and the requantisation of each channel, without code [byte]."""
    return sum(layer.weights + PER_CHANNEL * layer.channels for layer in layers)
