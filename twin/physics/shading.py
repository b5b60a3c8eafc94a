"""Shadows of overhangs and fins on a plane, and how much of the sky they hide. Angles in degrees.

Coordinates lie in the plane: x to the right as seen from outside, z up the slope, y outward [m].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.physics.climate import Sun

Array = npt.NDArray[np.float64]
POINTS = 24
"""Points each way in which a window is looked at; a shadow's edge is good to 1/48 of its size."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A rectangle on the plane, lower left corner at ``x``, ``z`` [m]."""

    x: float
    z: float
    width: float
    height: float

    def points(self) -> tuple[Array, Array]:
        """Middles of a grid of cells."""
        steps = (np.arange(POINTS) + 0.5) / POINTS
        x, z = np.meshgrid(self.x + steps * self.width, self.z + steps * self.height)
        return x.ravel(), z.ravel()


@dataclass(frozen=True, slots=True)
class Screen:
    """An overhang (level: x to x + length at height z) or a fin (upright: z to z + length at x)."""

    level: bool
    x: float
    z: float
    length: float
    depth: float


def directions(sun: Sun, tilt: float, azimuth: float) -> Array:
    """Unit vectors to the sun in the plane's coordinates, (times, 3): x, z, y."""
    height, turn = np.radians(sun.elevation), np.radians(sun.azimuth - azimuth)
    slope = np.radians(tilt)
    level, up = np.cos(height), np.sin(height)
    right = -level * np.sin(turn)
    toward = level * np.cos(turn)
    # The upright wall's coordinates, leant back by 90° less the tilt.
    out = toward * np.sin(slope) + up * np.cos(slope)
    along = up * np.sin(slope) - toward * np.cos(slope)
    return np.column_stack([right, along, out])


def sunlit(patch: Patch, screens: list[Screen], to_sun: Array) -> Array:
    """Share of a patch that the sun reaches, (times,) [1].

    >>> high = np.array([[0.0, np.sqrt(0.5), np.sqrt(0.5)]])
    >>> roof = Screen(True, -50.0, 2.0, 100.0, 1.0)
    >>> round(float(sunlit(Patch(0.0, 0.0, 3.0, 2.0), [roof], high)[0]), 6)
    0.5
    """
    lit = np.ones(len(to_sun))
    if not screens:
        return lit
    x, z = patch.points()
    front = np.flatnonzero(to_sun[:, 2] > 1e-6)
    for start in range(0, len(front), 4096):
        rows = front[start : start + 4096]
        lit[rows] = 1 - _hidden(x, z, screens, to_sun[rows]).mean(axis=1)
    return lit


def _hidden(x: Array, z: Array, screens: list[Screen], to_sun: Array) -> npt.NDArray[np.bool_]:
    right, up, out = (to_sun[:, [i]] for i in range(3))
    hidden = np.zeros((len(to_sun), len(x)), dtype=np.bool_)
    with np.errstate(divide="ignore", invalid="ignore"):
        for screen in screens:
            if screen.level:
                way, along = (screen.z - z) / up, None
                along = x + way * right
                low = screen.x
            else:
                way = (screen.x - x) / right
                along = z + way * up
                low = screen.z
            reach = way * out
            hidden |= (
                (way > 0) & (reach <= screen.depth) & (along >= low)
                & (along <= low + screen.length)
            )  # fmt: skip
    return hidden


def sky_share(
    patch: Patch, screens: list[Screen], tilt: float, azimuth: float = 0.0, *, to: float = 90.0
) -> float:
    """Share of the light of an even sky, up to an elevation ``to``, that screens leave to a patch.

    >>> sky_share(Patch(0.0, 0.0, 3.0, 2.0), [], 90.0)
    1.0

    An endless overhang hides nothing of the horizon:

    >>> roof = Screen(True, -500.0, 2.5, 1000.0, 1.0)
    >>> sky_share(Patch(0.0, 0.0, 3.0, 2.0), [roof], 90.0, to=3.0) > 0.97
    True
    """
    if not screens:
        return 1.0
    heights = np.radians(np.arange(1.5, to, 3.0))
    rounds = np.arange(2.0, 360.0, 4.0)
    height, turn = (grid.ravel() for grid in np.meshgrid(heights, rounds))
    dome = Sun(np.degrees(height), turn + azimuth)
    to_sky = directions(dome, tilt, azimuth)
    weight = np.maximum(to_sky[:, 2], 0.0) * np.cos(height)
    return float((weight * sunlit(patch, screens, to_sky)).sum() / weight.sum())
