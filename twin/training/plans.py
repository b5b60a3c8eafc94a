"""Shapes of networks for pictures, before anything is trained: a plain teacher, a thin student."""

from __future__ import annotations

from dataclasses import dataclass, replace

SMALLEST = 4  # pixels along a side below which nothing is halved any more


@dataclass(frozen=True, slots=True)
class Stage:
    """One convolution with a rectifier; ``depthwise`` ones keep the number of channels."""

    outputs: int
    kernel: int
    stride: int
    depthwise: bool = False


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


def teacher(side: int, channels: int, classes: int) -> Plan:
    """Six full convolutions, 32 to 160 channels wide.

    >>> plan = teacher(96, 1, 6)
    >>> [stage.outputs for stage in plan.stages]
    [32, 64, 96, 96, 160, 160]
    """
    widths = ((32, 2), (64, 2), (96, 2), (96, 1), (160, 2), (160, 1))
    stages = [Stage(outputs, 3, stride) for outputs, stride in widths]
    return Plan(side, channels, _halved(side, stages), classes)


def student(side: int, channels: int, classes: int) -> Plan:
    """One full convolution, then six depthwise-separable ones, 24 to 128 channels wide.

    >>> plan = student(32, 1, 2)
    >>> plan.stages[0], plan.stages[1].stride, plan.stages[9].stride
    (Stage(outputs=24, kernel=3, stride=2, depthwise=False), 2, 1)
    """
    stages, width = [Stage(24, 3, 2)], 24
    for outputs, stride in ((48, 2), (48, 1), (96, 2), (96, 1), (128, 2), (128, 1)):
        stages += [Stage(width, 3, stride, depthwise=True), Stage(outputs, 1, 1)]
        width = outputs
    return Plan(side, channels, _halved(side, stages), classes)
