"""Picture: its channels, and the grey picture levelled, in bytes straight into the network."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from twin.c_export.fronts import _planes
from twin.c_export.fronts.base import Case, Field
from twin.c_export.fronts.base import Front as Base
from twin.c_export.network import Network
from twin.nodes import pictures
from twin.nodes.inspection import picture_of
from twin.nodes.library import Card
from twin.rng import stream
from twin.signals.part import Sensor, Settings

SCENES = ("joint", "face")
HOLDS = (
    "the picture's {what}, bytes of 0 (black) to 255, row by row from the top{together}, as the "
    "camera gives them after its gamma"
)
WINDOW = (
    "A window is one picture of {side} × {side} pixels: {samples} bytes. Others are refused (-2): "
    "the model was trained on this size, so cut or scale before."
)


class Front(Base):
    """Planes of a picture of the size that the model takes."""

    sources = _planes.SOURCES
    sample_as = "uint8_t"
    told_as = "twin_picture"
    code = (9, 14)
    takes_bytes = True

    @classmethod
    def suits(cls, card: Card, network: Network) -> bool:
        """Whether pictures are as large as the network's planes, whose bytes it takes as such."""
        taken = picture_of(card)
        side, channels = int(taken["side"]), int(taken["channels"])
        sized = [list(ends) for ends in taken["sizes"]] == [[side, side]] * 2
        return sized and _planes.taken_by(network, channels + 1, side)

    def __init__(self, card: Card, word: str, *, file: str = "") -> None:
        super().__init__(card, word, file=file)
        taken = picture_of(card)
        self.side, self.channels = int(taken["side"]), int(taken["channels"])
        self.samples = self.side**2 * self.channels
        self.planes = _planes.Planes(self.side, self.channels)

    @property
    def features(self) -> int:
        """Bytes of all planes."""
        return self.planes.bytes

    @property
    def ram(self) -> int:
        """Of the levels [byte]."""
        return self.planes.ram

    @property
    def flash(self) -> int:
        """No tables."""
        return 0

    @property
    def definitions(self) -> str:
        """Buffers and plan."""
        return self.planes.plan

    @property
    def body(self) -> str:
        """Body of the C function."""
        return "    (void)state;\n    return twin_picture_planes(&planes, samples, told, row);\n"

    @property
    def holds(self) -> str:
        """What the samples are."""
        what, together = (
            ("grey", "")
            if self.channels == 1
            else ("red, green and blue", ", the three of a pixel together")
        )
        return HOLDS.format(what=what, together=together)

    @property
    def window(self) -> str:
        """What a window is."""
        return WINDOW.format(side=self.side, samples=self.samples)

    @property
    def fields(self) -> Sequence[Field]:
        """Fields of ``twin_picture``."""
        return (
            Field("width", f"{self.side}", "of the picture [pixels]"),
            Field("height", f"{self.side}", "of the picture [pixels]"),
        )

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
