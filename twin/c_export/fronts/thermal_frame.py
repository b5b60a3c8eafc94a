"""Thermal frame: how much warmer a part is than it should be, where, and how evenly."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from twin.c_export.fronts.base import Array, Case, Field
from twin.c_export.fronts.base import Front as Base
from twin.nodes import frame_features
from twin.nodes.library import Card
from twin.physics.thermography import CAMERAS, footprint
from twin.rng import stream
from twin.signals.thermal_camera import Sensor, Settings

PIXELS = 32 * 24  # of the largest camera that the model is trained on, an MLX90640
SEEN = tuple(name for name, camera in CAMERAS.items() if camera.rows * camera.columns <= PIXELS)
FULL = 0.98  # share of a pixel from which on the part fills it
FAULTS = ("none", "spot", "blocked", "coolant")
HOLDS = (
    "temperatures [K] of the pixels, row by row: `samples[columns * row + column]`; 293.15 is 20 °C"
)
WINDOW = (
    "A window is one frame of at most {pixels} pixels, of which `.rows` times `.columns` are read."
)
FIELDS = (
    Field("rows", "24", "of the camera, an MLX90640 [pixels]"),
    Field("columns", "32", "of the camera [pixels]"),
    Field("top", "2", "first row that the part fills"),
    Field("left", "4", "first column that it fills"),
    Field("high", "20", "rows that it fills wholly"),
    Field("wide", "24", "columns that it fills wholly"),
    Field("ambient", "295.15f", "temperature around the part [K]"),
    Field("expected", "20.0f", "rise of the sound part over that, at its load [K]"),
)


class Front(Base):
    """Features of one thermal frame."""

    sources = ("thermal_frame.h", "thermal_frame.c", "reals.h")
    told_as = "twin_frame"
    code = (9, 14)

    def __init__(self, card: Card, word: str, *, file: str = "") -> None:
        super().__init__(card, word, file=file)
        self.samples = PIXELS

    @property
    def ram(self) -> int:
        """The rises, while they are sorted [byte]."""
        return 4 * PIXELS

    @property
    def flash(self) -> int:
        """No tables."""
        return 0

    @property
    def definitions(self) -> str:
        """Where rises are sorted."""
        return f"static float sorted[{PIXELS}];\n"

    @property
    def body(self) -> str:
        """Body of the C function."""
        call = f"twin_frame_row(samples, told, sorted, {PIXELS}, row)"
        return f"    (void)state;\n    return {call};\n"

    @property
    def holds(self) -> str:
        """What the samples are."""
        return HOLDS

    @property
    def window(self) -> str:
        """What a window is."""
        return WINDOW.format(pixels=PIXELS)

    @property
    def fields(self) -> Sequence[Field]:
        """Fields of ``twin_frame``."""
        return FIELDS

    def cases(self, count: int, seed: int) -> Sequence[Case]:
        """Frames of the twin's own camera, with every fault and at many loads."""
        return [
            _case(stream(seed, f"c_export.frame.{index}"), FAULTS[index % len(FAULTS)])
            for index in range(count)
        ]


def _sensor(rng: np.random.Generator, fault: str) -> Sensor:
    """Draw a camera before a part that fills most of its view."""
    camera = str(rng.choice(SEEN))
    width, height = np.exp(rng.uniform(np.log(0.2), np.log(1.5), 2))
    one = footprint(CAMERAS[camera], 1.0)
    span = one[0] * CAMERAS[camera].columns, one[1] * CAMERAS[camera].rows
    table = {
        "on": "machine",
        "camera": camera,
        "width": float(width),
        "height": float(height),
        "distance": max(width / span[0], height / span[1]) / float(rng.uniform(0.8, 1.0)),
        "components": int(rng.integers(0, 6)),
        "contrast": float(rng.uniform(5.0, 35.0)),
        "fault": fault,
        "severity": float(rng.uniform(20.0, 60.0)),
    }
    return Sensor("c", Settings.read(table))


def _case(rng: np.random.Generator, fault: str) -> Case:
    while True:
        sensor = _sensor(rng, fault)
        inside = sensor.mask({}) > FULL
        if min(inside.any(axis=1).sum(), inside.any(axis=0).sum()) >= frame_features.FEWEST:
            break
    ambient, rise = np.float32(rng.uniform(278.0, 313.0)), np.float32(rng.uniform(0.0, 45.0))
    state = {"temperature": float(ambient + rise), "ambient_temperature": float(ambient)}
    frame = np.asarray(sensor.block(state, 0.0, rng), np.float32)
    rows, columns = frame_features.part_of(inside)
    part = rows.start, columns.start, rows.stop - rows.start, columns.stop - columns.start
    told = struct.pack("<6i2f", *frame.shape, *part, ambient, rise)
    row = frame_features.features(frame, inside, float(ambient), float(rise))
    return Case(_padded(frame), told, row, f"{fault}, {frame.shape[1]} × {frame.shape[0]} pixels")


def _padded(frame: Array) -> Array:
    whole = np.zeros(PIXELS, np.float32)
    whole[: frame.size] = frame.ravel()
    return whole
