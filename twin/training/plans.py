"""Shapes of networks for pictures, before anything is trained."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

CEILING = 6.0  # of the trunk's rectifiers
SMALLEST = 4  # pixels along a side below which nothing is halved any more


@dataclass(frozen=True, slots=True)
class Stage:
    """One convolution; ``depthwise`` ones keep the number of channels.

    ``rectified``: nothing below nought goes on, and nothing above the ``ceiling``.
    """

    outputs: int
    kernel: int
    stride: int
    depthwise: bool = False
    rectified: bool = True
    ceiling: float = math.inf


@dataclass(frozen=True, slots=True)
class Plan:
    """A chain of stages on square pictures, then the mean over all pixels and one dense layer."""

    side: int
    channels: int
    stages: tuple[Stage, ...]
    classes: int

    def inputs(self, index: int) -> int:
        """Channels that stage ``index`` reads."""
        return self.stages[index - 1].outputs if index else self.channels


def _halved(side: int, stages: list[Stage]) -> tuple[Stage, ...]:
    """Halve only while enough pixels are left."""
    found = []
    for stage in stages:
        stride = stage.stride if side // stage.stride >= SMALLEST else 1
        side = -(-side // stride)
        found.append(replace(stage, stride=stride))
    return tuple(found)


def _block(inputs: int, outputs: int, kernel: int, stride: int) -> tuple[Stage, ...]:
    """Widen six times, filter each channel, narrow without a rectifier: an inverted bottleneck."""
    wide = 6 * inputs
    return (
        Stage(wide, 1, 1, ceiling=CEILING),
        Stage(wide, kernel, stride, depthwise=True, ceiling=CEILING),
        Stage(outputs, 1, 1, rectified=False),
    )


# The stages whose filters twin.training.backbone brings along.
TRUNK = (
    Stage(32, 3, 2, ceiling=CEILING),
    Stage(32, 3, 1, depthwise=True, ceiling=CEILING),
    Stage(16, 1, 1, rectified=False),
    *_block(16, 24, 3, 2),
    *_block(24, 40, 5, 2),
    Stage(240, 1, 1, ceiling=CEILING),
)


def photographic(side: int, channels: int, classes: int) -> Plan:
    """The trunk, its last filters both ways; pictures keep an eighth of their side.

    >>> plan = photographic(128, 2, 6)
    >>> plan.stages[-1]
    Stage(outputs=480, kernel=1, stride=1, depthwise=False, rectified=True, ceiling=6.0)
    """
    *front, last = TRUNK
    stages = [*front, replace(last, outputs=2 * last.outputs)]
    return Plan(side, channels, _halved(side, stages), classes)


def wide(side: int, channels: int, classes: int) -> Plan:
    """Six full convolutions with 2.6 million weights, most of them where few pixels are left.

    >>> sum(stage.outputs for stage in wide(64, 2, 8).stages)
    1248
    """
    widths = ((32, 2), (64, 2), (128, 2), (256, 2), (384, 1), (384, 1))
    stages = [Stage(outputs, 3, stride) for outputs, stride in widths]
    return Plan(side, channels, _halved(side, stages), classes)


def thin(side: int, channels: int, classes: int) -> Plan:
    """One full convolution, then six depthwise-separable ones: little memory, few sums.

    >>> [stage.stride for stage in thin(64, 2, 8).stages if stage.depthwise]
    [2, 1, 2, 1, 2, 1]
    """
    stages, width = [Stage(8, 3, 2)], 8
    for outputs, stride in ((24, 2), (32, 1), (64, 2), (64, 1), (128, 2), (160, 1)):
        stages += [Stage(width, 3, stride, depthwise=True), Stage(outputs, 1, 1)]
        width = outputs
    return Plan(side, channels, _halved(side, stages), classes)
