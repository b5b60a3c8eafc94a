"""What fronts that write the bytes of planes share: which networks take them, and the plan of C."""

from __future__ import annotations

import numpy as np

from twin.c_export.fronts.base import real
from twin.c_export.network import Network
from twin.nodes import pictures

SOURCES = ("picture_of.h", "picture_of.c", "reals.h")
OPERATORS = {"Sub": np.subtract, "Add": np.add, "Mul": np.multiply, "Div": np.divide}
PLAN = """\
static float values[{sums}];
static uint8_t levels[{sums}];
static const twin_planes planes = {{
    {side}, {channels}, {middle}, {spread}, {flattest}, values, levels,
}};
"""


def taken_by(network: Network, planes: int, side: int) -> bool:
    """Whether a network takes so many planes, and each byte of them as it is."""
    value = np.arange(256, dtype=np.float32) / np.float32(255.0)
    for step in network.steps:
        if step.value.size != 1:
            return False
        value = OPERATORS[step.kind](value, step.value.ravel()[0])
    scale = network.input.scale
    same = np.rint(value / scale.step) + scale.zero == np.arange(256)
    return network.input.shape == (planes, side, side) and bool(same.all())


class Planes:
    """The planes of a picture: its channels, and the grey picture levelled."""

    def __init__(self, side: int, channels: int) -> None:
        self.side, self.channels = side, channels
        self._sums = 255 * channels + 1

    @property
    def bytes(self) -> int:
        """Of all planes."""
        return self.side**2 * (self.channels + 1)

    @property
    def ram(self) -> int:
        """What each sum of a pixel's channels is worth [byte]."""
        return 4 * self._sums + -(-self._sums // 4) * 4

    @property
    def plan(self) -> str:
        """The plan and its buffers, as C."""
        return PLAN.format(
            sums=self._sums,
            side=self.side,
            channels=self.channels,
            middle=real(pictures.MIDDLE),
            spread=real(pictures.SPREAD),
            flattest=real(pictures.FLATTEST),
        )
