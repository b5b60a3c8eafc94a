"""What the faces of a room see of each other, and the long-wave exchange between them. All SI."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


def views(areas: Array, planes: Numbers) -> Array:
    """Area times view factor between each two faces [m²], symmetric; rows sum to the areas.

    Without the room's shape: faces of one plane see nothing of each other, all others see each
    other in proportion to weights that make every row close. Where no weights can (one plane with
    more than half of the area), the plane sees itself for the rest.

    Parameters
    ----------
    areas : (n,) array
        Areas [m²].
    planes : (n,) array of int
        Number of the plane that each face lies in.

    A cube:

    >>> views(np.ones(6), np.arange(6)).round(6)[0].tolist()
    [0.0, 0.2, 0.2, 0.2, 0.2, 0.2]
    """
    return _views(tuple(areas.tolist()), tuple(planes.tolist())).copy()


@functools.lru_cache(maxsize=256)
def _views(of: tuple[float, ...], in_plane: tuple[int, ...]) -> Array:
    """The same by content: rooms of one shape are many, and asked for again and again."""
    areas, planes = np.array(of), np.array(in_plane)
    sees = (planes[:, None] != planes[None, :]).astype(np.float64)
    weight = np.sqrt(areas / areas.sum()) * np.sqrt(areas)
    for _ in range(500):
        row = weight * (sees @ weight)
        ratio = np.sqrt(areas / np.maximum(row, 1e-300))
        weight *= np.clip(ratio, 0.5, 2.0)
        if np.abs(ratio - 1).max() < 1e-13:
            break
    found = weight[:, None] * sees * weight[None, :]
    excess = (found.sum(axis=1) / areas).max()
    found /= max(excess, 1.0)
    return np.asarray(found + np.diag(areas - found.sum(axis=1)))


def exchange(areas: Array, emittances: Array, seen: Array) -> Array:
    """Exchange areas of grey faces [m²]: ``q_ij = X_ij σ (T_i⁴ - T_j⁴)``, all reflections counted.

    >>> two = exchange(np.ones(2), np.full(2, 0.9), views(np.ones(2), np.arange(2)))
    >>> round(float(two[0, 1]), 6), round(1 / (1 / 0.9 + 1 / 0.9 - 1), 6)
    (0.818182, 0.818182)
    """
    n = len(areas)
    factors = seen / areas[:, None]
    leaving = solve(np.eye(n) - (1 - emittances)[:, None] * factors, np.diag(emittances))
    absorbed = (areas * emittances)[:, None] * (factors @ leaving)
    np.fill_diagonal(absorbed, 0.0)
    return np.asarray(np.maximum(0.5 * (absorbed + absorbed.T), 0.0))
