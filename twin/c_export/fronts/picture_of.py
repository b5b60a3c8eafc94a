"""Picture: its channels, and the grey picture levelled, in bytes straight into the network."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from twin.c_export.fronts.base import Case, real
from twin.c_export.fronts.base import Front as Base
from twin.c_export.network import Network
from twin.nodes import pictures
from twin.nodes.inspection import picture_of
from twin.nodes.library import Card
from twin.rng import stream
from twin.signals.part import Sensor, Settings

OPERATORS = {"Sub": np.subtract, "Add": np.add, "Mul": np.multiply, "Div": np.divide}
SCENES = ("joint", "face")
PLANS = """\
static float values[{sums}];
static uint8_t levels[{sums}];
static const twin_planes planes = {{
    {side}, {channels}, {middle}, {spread}, {flattest}, values, levels,
}};
"""
EXAMPLE = """\
    .width = {side},                /* of the picture [pixels] */
    .height = {side},
"""


class Front(Base):
    """Planes of a picture of the size that the model takes."""

    sources = ("picture_of.h", "picture_of.c", "reals.h")
    sample_as = "uint8_t"
    told_as = "twin_picture"
    takes_bytes = True

    @classmethod
    def suits(cls, card: Card, network: Network) -> bool:
        """Whether pictures are as large as the network's planes, whose bytes it takes as such."""
        taken = picture_of(card)
        side, own = int(taken["side"]), network.input
        sized = [list(ends) for ends in taken["sizes"]] == [[side, side]] * 2
        real = np.arange(256, dtype=np.float32) / np.float32(255.0)
        for step in network.steps:
            if step.value.size != 1:
                return False
            real = OPERATORS[step.kind](real, step.value.ravel()[0])
        same = np.rint(real / own.scale.step) + own.scale.zero == np.arange(256)
        return sized and own.shape == (int(taken["channels"]) + 1, side, side) and bool(same.all())

    def __init__(self, card: Card, word: str, *, file: str = "") -> None:
        super().__init__(card, word, file=file)
        taken = picture_of(card)
        self.side, self.channels = int(taken["side"]), int(taken["channels"])
        self.samples = self.side**2 * self.channels
        self.sums = 255 * self.channels + 1

    @property
    def features(self) -> int:
        """Bytes of all planes."""
        return self.side**2 * (self.channels + 1)

    @property
    def ram(self) -> int:
        """What each sum of a pixel's channels is worth [byte]."""
        return 4 * self.sums + -(-self.sums // 4) * 4

    @property
    def flash(self) -> int:
        """No tables."""
        return 0

    @property
    def definitions(self) -> str:
        """Buffers and plan."""
        return PLANS.format(
            sums=self.sums,
            side=self.side,
            channels=self.channels,
            middle=real(pictures.MIDDLE),
            spread=real(pictures.SPREAD),
            flattest=real(pictures.FLATTEST),
        )

    @property
    def body(self) -> str:
        """Body of the C function."""
        return "    (void)state;\n    return twin_picture_planes(&planes, samples, told, row);\n"

    @property
    def example(self) -> str:
        """An initialiser of ``twin_picture``."""
        return EXAMPLE.format(side=self.side)

    def cases(self, count: int, seed: int) -> Sequence[Case]:
        """Pictures of the twin's own camera, sound and flawed, of joints and of faces."""
        return [
            self._case(stream(seed, f"c_export.picture.{index}"), SCENES[index % 2])
            for index in range(count)
        ]

    def _case(self, rng: np.random.Generator, scene: str) -> Case:
        sensor = Sensor("c", Settings.read({"on": "line", "scene": scene, "pixels": self.side}))
        grey = sensor.block({"flawed": 0.8}, 0.0, rng)
        pixels = np.rint(np.clip(grey, 0.0, 1.0) * np.float32(255.0)).astype(np.uint8)[..., None]
        if self.channels > 1:  # a light that is not white
            tint = rng.uniform(0.6, 1.0, self.channels)
            pixels = np.rint(pixels * tint).astype(np.uint8)
        planes = pictures.with_levelled(pixels.transpose(2, 0, 1)[None])[0]
        row = (planes / np.float32(255.0)).astype(np.float32).ravel()
        told = struct.pack("<2i", self.side, self.side)
        return Case(pixels, told, row, f"{scene}, {sensor.truth({})}")
