"""Thermal frames of parts, made by the twin's own camera: sound at any load, or with a fault.

Camera, place, part, load, surroundings, emissivity and errors are drawn anew for every frame. How
warm the part should be is told to the node with an error, as by a model of the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.nodes import frame_features
from twin.physics.thermography import CAMERAS, footprint
from twin.signals.thermal_camera import Sensor, Settings
from twin.training.windows import between, decades

NORMAL = "normal"
STATES = (NORMAL, "spot", "blocked", "coolant")
CHOICE = ("mlx90640_narrow", "mlx90640_wide", "amg8833")
SEVERITY = (15.0, 60.0)  # what a fault adds at the warmest place [K]
STATED_LEAST = {"spot": 20.0}  # where the model is not good for so little a fault
SEVERITIES = {
    "spot": "one component, 10 to 30 % of the part wide, 20 to 60 K warmer than at this load",
    "blocked": "the whole part 15 to 60 K warmer than at this load",
    "coolant": "one side of the part 15 to 60 K warmer than at this load, the other not",
}
LOADS = (0.0, 45.0)  # mean rise of a sound part over its surroundings [K]
AMBIENT = (278.15, 313.15)  # [K]
TOLD = 0.1  # error of the rise that is told, over it [1]
TOLD_LEAST = 1.0  # and on top of that [K]
FULL = 0.98  # share of a pixel from which on the part fills it
Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame [K], which pixels the part fills, what is told: ``ambient`` and the rise [K]."""

    pixels: Array
    inside: npt.NDArray[np.bool_]
    ambient: float
    expected: float

    def row(self) -> Array:
        """Return its features."""
        return frame_features.features(self.pixels, self.inside, self.ambient, self.expected)


def draw_settings(rng: np.random.Generator, kind: str, *, stated: bool) -> dict[str, Any]:
    """Draw a camera before a part, which fills the view in one direction by 70 % or more."""
    least = STATED_LEAST.get(kind, SEVERITY[0]) if stated else SEVERITY[0]
    camera = str(rng.choice(CHOICE))
    width, height = decades(rng, -0.7, 0.2), decades(rng, -0.7, 0.2)
    one = footprint(CAMERAS[camera], 1.0)
    span = one[0] * CAMERAS[camera].columns, one[1] * CAMERAS[camera].rows
    emissivity = between(rng, 0.88, 0.97)
    return {
        "on": "machine",
        "camera": camera,
        "width": width,
        "height": height,
        "distance": max(width / span[0], height / span[1]) / between(rng, 0.7, 1.0),
        "emissivity": emissivity,
        "emissivity_set": min(max(emissivity + float(rng.normal(0.0, 0.01)), 0.8), 1.0),
        "noise": between(rng, 0.7, 2.0),
        "rate": float(rng.choice([1.0, 2.0, 4.0])),
        "pattern": between(rng, 0.1, 0.5),
        "offset": float(rng.normal(0.0, 0.7)),
        "spread": between(rng, 0.0, 0.8),
        "components": int(rng.integers(0, 6)),
        "contrast": between(rng, 5.0, 35.0),
        "fault": "none" if kind == NORMAL else kind,
        "severity": decades(rng, np.log10(least), np.log10(SEVERITY[1])),
    }


def draw_frame(rng: np.random.Generator, kind: str, *, stated: bool = False) -> Frame:
    """Draw a frame of a state; never one in which the part fills too few pixels.

    ``stated``: faults are as large as :data:`SEVERITIES` says, else from the least on.
    """
    while True:
        table = draw_settings(rng, kind, stated=stated)
        sensor = Sensor("training", Settings.read(table))
        inside = sensor.mask({}) > FULL
        rows, columns = int(inside.any(axis=1).sum()), int(inside.any(axis=0).sum())
        if min(rows, columns) >= frame_features.FEWEST:
            break
    ambient, rise = between(rng, *AMBIENT), between(rng, *LOADS)
    state = {"temperature": ambient + rise, "ambient_temperature": ambient}
    told = rise * (1.0 + float(rng.normal(0.0, TOLD))) + float(rng.normal(0.0, TOLD_LEAST))
    pixels = sensor.block(state, 0.0, rng)
    return Frame(pixels, inside, ambient + float(rng.normal(0.0, 0.3)), max(told, 0.0))
