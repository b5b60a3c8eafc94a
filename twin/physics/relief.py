"""What light makes of a part under a camera: slopes, gloss and shade of a height map, outlines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.floating]
FEW = 1e-6  # keeps lengths from being nought


@dataclass(frozen=True, slots=True)
class Light:
    """A distant lamp: ``azimuth`` and ``elevation`` [rad], share of ``ambient`` light [1]."""

    azimuth: float
    elevation: float
    ambient: float

    def towards(self) -> Array:
        """Unit vector to the lamp: across, along, up."""
        flat = np.cos(self.elevation)
        across, along = flat * np.cos(self.azimuth), flat * np.sin(self.azimuth)
        return np.array([across, along, np.sin(self.elevation)], np.float32)


def grid(pixels: int, turn: float, scale: float, shift: tuple[float, float]) -> tuple[Array, Array]:
    """Place on the part that each pixel sees, across and along [half the view].

    Parameters
    ----------
    pixels : int
        Along each side.
    turn : float
        Of the part under the camera [rad].
    scale : float
        Size of the part over its nominal size [1].
    shift : (float, float)
        Of the part, across and along [half the view].

    Examples
    --------
    >>> across, along = grid(4, 0.0, 1.0, (0.0, 0.0))
    >>> across[0].tolist(), along[:, 0].tolist()
    ([-0.75, -0.25, 0.25, 0.75], [-0.75, -0.25, 0.25, 0.75])
    """
    line = ((np.arange(pixels, dtype=np.float32) + 0.5) / pixels * 2.0 - 1.0).astype(np.float32)
    across, along = line[None, :] - shift[0], line[:, None] - shift[1]
    cos, sin = np.float32(np.cos(turn) / scale), np.float32(np.sin(turn) / scale)
    return across * cos + along * sin, along * cos - across * sin


def shade(height: Array, albedo: Array, gloss: Array, sharpness: float, light: Light) -> Array:
    """Grey of a surface: Lambert's cosine law, and Blinn's highlight.

    Parameters
    ----------
    height : ndarray
        Square map [half the view].
    albedo, gloss : ndarray
        Diffuse and specular share of the light [1].
    sharpness : float
        Exponent of the highlight [1].
    light : Light
        Lamp; the camera looks from straight above.

    Returns
    -------
    ndarray
        Grey [1]; highlights may be brighter than white.

    References
    ----------
    Blinn, SIGGRAPH 1977, doi:10.1145/563858.563893.

    Examples
    --------
    A level matt surface under a lamp straight above shows its albedo.

    >>> level = np.zeros((4, 4), np.float32)
    >>> lamp = Light(0.0, np.pi / 2.0, 0.2)
    >>> float(shade(level, level + np.float32(0.5), level, 10.0, lamp)[0, 0])
    0.5
    """
    pitch = 2.0 / len(height)
    along, across = np.gradient(height, pitch)
    size = 1.0 / np.sqrt(across**2 + along**2 + 1.0)
    lamp = light.towards()
    half = lamp + np.array([0.0, 0.0, 1.0], np.float32)
    half /= max(float(np.linalg.norm(half)), FEW)
    facing = np.clip((lamp[2] - across * lamp[0] - along * lamp[1]) * size, 0.0, None)
    mirrored = np.clip((half[2] - across * half[0] - along * half[1]) * size, 0.0, None)
    diffuse = light.ambient + (1.0 - light.ambient) * facing
    return np.asarray(albedo * diffuse + gloss * mirrored**sharpness, np.float32)


def inside(distance: Array, edge: float) -> Array:
    """Share of each pixel within an outline, from the distance to it (negative inside).

    ``edge`` is how wide the change from inside to outside is, in the unit of the distance.

    >>> inside(np.array([-1.0, 0.0, 1.0], np.float32), 0.1).tolist()
    [1.0, 0.5, 0.0]
    """
    return np.asarray(np.clip(0.5 - distance / edge, 0.0, 1.0), np.float32)


def box(across: Array, along: Array, half: tuple[float, float], corner: float) -> Array:
    """Distance to a box about the origin with rounded corners, negative inside.

    >>> far = np.array([[2.0]], np.float32)
    >>> float(box(far, far * 0, (1.0, 1.0), 0.2)[0, 0])
    1.0
    """
    x, y = np.abs(across) - (half[0] - corner), np.abs(along) - (half[1] - corner)
    outside = np.hypot(np.maximum(x, 0.0), np.maximum(y, 0.0))
    return np.asarray(outside + np.minimum(np.maximum(x, y), 0.0) - corner, np.float32)


def capsule(across: Array, along: Array, start: Floats, end: Floats, radius: float) -> Array:
    """Distance to a line of ``radius`` with round ends, negative inside.

    >>> point = np.array([[0.5]], np.float32)
    >>> round(float(capsule(point, point, np.zeros(2), np.array([1.0, 0.0]), 0.1)[0, 0]), 3)
    0.4
    """
    way = end - start
    share = ((across - start[0]) * way[0] + (along - start[1]) * way[1]) / max(
        float(way @ way), FEW
    )
    near = np.clip(share, 0.0, 1.0)
    away = np.hypot(across - start[0] - near * way[0], along - start[1] - near * way[1])
    return np.asarray(np.float32(away) - np.float32(radius), np.float32)


def soft_noise(rng: np.random.Generator, pixels: int, cells: tuple[int, int]) -> Array:
    """Smooth noise of unit spread: random values on a coarse grid, linearly between them.

    ``cells`` along and across. One more than the pixels' number gives a value for every pixel.
    """
    coarse = rng.standard_normal((cells[0] + 1, cells[1] + 1)).astype(np.float32)
    for axis, number in enumerate(cells):
        place = (np.arange(pixels, dtype=np.float32) + 0.5) / pixels * number
        low = np.minimum(place.astype(np.intp), number - 1)
        share = (place - low).reshape(-1, 1) if axis == 0 else place - low
        before, after = np.take(coarse, low, axis), np.take(coarse, low + 1, axis)
        coarse = np.asarray(before + share * (after - before), np.float32)
    return np.asarray(coarse / max(float(coarse.std()), FEW), np.float32)
