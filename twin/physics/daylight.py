"""Where the sun's light goes once it is through a window: shares of the faces of a room. All SI."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve

from twin.physics.enclosure import views

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Enclosure:
    """Faces of one room.

    ``area`` [m²], ``absorptance`` and ``reflectance`` [1] for diffuse light (the rest is lost
    through windows), ``plane`` numbers the plane that each lies in, ``floor`` marks what the beam
    strikes first.
    """

    area: Array
    absorptance: Array
    reflectance: Array
    plane: npt.NDArray[np.int64]
    floor: npt.NDArray[np.bool_]


def shares(room: Enclosure, first: Array) -> Array:
    """Share of the light that each face absorbs in the end [1].

    ``first`` says where it strikes first (sums to 1). What is reflected goes to the faces that
    are seen from there, and so on for ever; the sum falls short of 1 by what leaves again
    through windows.

    A black floor keeps everything:

    >>> floor = Enclosure(np.array([10.0, 10.0]), np.array([1.0, 0.5]), np.array([0.0, 0.5]),
    ...                   np.array([0, 1]), np.array([True, False]))
    >>> shares(floor, np.array([1.0, 0.0])).tolist()
    [1.0, 0.0]
    """
    seen = sight(room)
    incident = solve(np.eye(len(first)) - (room.reflectance[:, None] * seen).T, first)
    return np.asarray(room.absorptance * incident)


def sight(room: Enclosure) -> Array:
    """View factors from each face to each other [1]."""
    return np.asarray(views(room.area, room.plane) / room.area[:, None])


def beam_first(room: Enclosure) -> Array:
    """The beam strikes the floor; without one, every face by its area."""
    weight = room.area * room.floor if room.floor.any() else room.area
    return np.asarray(weight / weight.sum())


def diffuse_first(room: Enclosure, windows: Array) -> Array:
    """Sky light strikes what the windows see; ``windows`` is their transmitting area [m²]."""
    if windows.sum() <= 0:
        return np.asarray(room.area / room.area.sum())
    struck = windows @ sight(room)
    total = struck.sum()
    return np.asarray(struck / total if total > 0 else room.area / room.area.sum())
