"""What a thermal camera of few pixels sees of a target that stands before it. All SI."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera as its maker tells: pixels, field of view [rad], NETD at one frame a second [K].

    ``step``: of the numbers it gives out [K]. Noise goes with the root of the frame rate.
    """

    rows: int
    columns: int
    vertical: float
    horizontal: float
    netd: float
    step: float


def _camera(
    rows: int, columns: int, vertical: float, horizontal: float, netd: float, step: float
) -> Camera:
    return Camera(rows, columns, math.radians(vertical), math.radians(horizontal), netd, step)


CAMERAS = {
    "mlx90640_narrow": _camera(24, 32, 35, 55, 0.1, 0.02),
    "mlx90640_wide": _camera(24, 32, 75, 110, 0.1, 0.02),
    "amg8833": _camera(8, 8, 60, 60, 0.08, 0.25),
    "lepton": _camera(120, 160, 44, 57, 0.05, 0.01),
}
"""Melexis MLX90640 (BAA 110 × 75, BAB 55 × 35 deg); Panasonic AMG8833; FLIR Lepton 3.5."""


def footprint(camera: Camera, distance: float) -> tuple[float, float]:
    """Width and height of what one pixel sees at a ``distance`` [m].

    Of a plane square to the axis: 2 · d · tan(FOV/2) over the pixels. An MLX90640 of 55 × 35 deg at
    1.5 m:

    >>> [round(100 * x, 1) for x in footprint(CAMERAS["mlx90640_narrow"], 1.5)]
    [4.9, 3.9]
    """
    across = 2.0 * distance * math.tan(0.5 * camera.horizontal) / camera.columns
    return across, 2.0 * distance * math.tan(0.5 * camera.vertical) / camera.rows


def covered(camera: Camera, distance: float, width: float, height: float) -> Array:
    """Share of each pixel's view that a target in the middle fills, (rows, columns) [1].

    ``distance``, ``width``, ``height`` [m]; the target is flat and square to the axis.

    >>> camera = CAMERAS["amg8833"]
    >>> float(covered(camera, 1.0, 9.0, 9.0).min())
    1.0
    >>> round(float(covered(camera, 1.0, 0.1, 9.0).sum()), 6)
    5.542563
    """
    pixel = footprint(camera, distance)
    along = (
        _overlap(camera.columns, pixel[0], width),
        _overlap(camera.rows, pixel[1], height),
    )  # fmt: skip
    return np.asarray(along[1][:, None] * along[0][None, :])


def _overlap(pixels: int, size: float, target: float) -> Array:
    """Share of each pixel of a row that a target about its middle covers [1]."""
    edges = size * (np.arange(pixels + 1) - 0.5 * pixels)
    inside = np.clip(edges, -0.5 * target, 0.5 * target)
    return np.asarray(np.diff(inside) / size)


def apparent(
    target: Array | float, around: Array | float, share: Array | float, emissivity: float
) -> Array:
    """Temperature of the black body that sends a pixel as much [K].

    T⁴ = f · (ε · T_target⁴ + (1 - ε) · T_around⁴) + (1 - f) · T_around⁴: the target fills the
    ``share`` f of the pixel and mirrors what is around, as black.

    >>> float(apparent(300.0, 280.0, 1.0, 1.0)), round(float(apparent(350.0, 293.15, 1.0, 0.1)), 1)
    (300.0, 300.4)
    """
    of_target = np.asarray(target, dtype=np.float64) ** 4
    of_around = np.asarray(around, dtype=np.float64) ** 4
    part = np.asarray(share) * emissivity
    return np.asarray((part * of_target + (1.0 - part) * of_around) ** 0.25)


def corrected(seen: Array, around: float, emissivity: float) -> Array:
    """Temperature that a camera reckons [K], told an ``emissivity`` and what is ``around`` [K].

    The inverse of :func:`apparent` for a target that fills the pixel.

    >>> float(corrected(apparent(350.0, 293.15, 1.0, 0.9), 293.15, 0.9).round(6))
    350.0
    """
    fourth = (seen**4 - (1.0 - emissivity) * around**4) / emissivity
    return np.asarray(np.maximum(fourth, 0.0) ** 0.25)
