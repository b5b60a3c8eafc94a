"""How warm the surface of a part is, place by place: sound, or with a fault. Pure functions.

The rise over the surroundings is that of the whole part, warmer towards the top, with components
that are warmer than what is around them. A fault adds up to its ``severity`` at the warmest place:
a *spot* on one component (a loose contact, a dry bearing); *blocked* cooling over the whole part;
missing *coolant* on the side that it flows through.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

FAULTS = ("none", "spot", "blocked", "coolant")
UNEVEN = 0.15  # how much warmer the top is than the middle, over the rise [1]; assumption
SMALLEST, LARGEST = 0.1, 0.3  # half width of a component over the half width of the part
INSET = 0.75  # components sit within this of the half width
PIXEL = 1.0 / 12.0  # variance of an even spread over a pixel's width [pixel²]


@dataclass(frozen=True, slots=True)
class Layout:
    """Components of a part: place ``(n, 2)`` and half width [half the part], excess [1]."""

    places: Array
    sizes: Array
    excess: Array
    uneven: float
    cooled: float


def layout(components: int, contrast: float, rng: np.random.Generator) -> Layout:
    """Draw where components sit and how much warmer than the part they are, at most ``contrast``.

    The first one is the one that a spot sits on; ``cooled`` says which side the coolant is on.
    """
    count = max(components, 1)
    places = INSET * rng.uniform(-1.0, 1.0, (count, 2))
    sizes = rng.uniform(SMALLEST, LARGEST, count)
    excess = contrast * rng.uniform(0.0, 1.0, count) * (np.arange(count) < components)
    cooled = -1.0 if rng.random() < 0.5 else 1.0
    return Layout(places, sizes, excess, UNEVEN * float(rng.random()), cooled)


def rises(
    found: Layout,
    rise: float,
    fault: str,
    severity: float,
    across: Array,
    along: Array,
    pixel: tuple[float, float],
) -> Array:
    """Rise over the surroundings [K] at places of a part, ``(rows, columns)``.

    Parameters
    ----------
    found : Layout
        Of the components.
    rise : float
        Mean rise of the sound part, without its components [K].
    fault, severity : str, float
        One of :data:`FAULTS`, and what it adds at the warmest place [K].
    across, along : ndarray
        Columns and rows of pixels, from -1 to 1 within the part; along points down.
    pixel : tuple
        Width and height of a pixel, in the same measure.

    Examples
    --------
    >>> even = Layout(np.zeros((1, 2)), np.array([0.2]), np.zeros(1), 0.0, 1.0)
    >>> places = np.array([-0.5, 0.5])
    >>> rises(even, 10.0, "blocked", 8.0, places, places, (1.0, 1.0)).tolist()
    [[18.0, 18.0], [18.0, 18.0]]
    """
    bumps = [
        _bump(place, size, across, along, pixel)
        for place, size in zip(found.places, found.sizes, strict=True)
    ]
    warmer = sum((e * b for e, b in zip(found.excess, bumps, strict=True)), np.zeros_like(bumps[0]))
    map_ = rise * (1.0 - found.uneven * along[:, None]) * (1.0 + warmer)
    if fault == "spot":
        map_ = map_ + severity * bumps[0]
    elif fault == "blocked":
        map_ = map_ + severity * (1.0 - found.uneven * along[:, None]) / (1.0 + found.uneven)
    elif fault == "coolant":
        side = np.clip(0.5 * (1.0 + found.cooled * across), 0.0, 1.0)
        map_ = map_ + severity * side[None, :]
    return np.asarray(map_)


def _bump(
    place: Array, size: float, across: Array, along: Array, pixel: tuple[float, float]
) -> Array:
    """Gaussian bump of height 1 as pixels see it, each the mean over its width."""
    parts = []
    for middle, places, width in zip(place, (across, along), pixel, strict=True):
        wide = np.sqrt(size**2 + PIXEL * width**2)
        parts.append(size / wide * np.exp(-0.5 * ((places - middle) / wide) ** 2))
    return np.asarray(parts[1][:, None] * parts[0][None, :])
