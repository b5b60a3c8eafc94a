"""What cameras see: feed marks on a turned or milled face, scratches, blur, a warm target."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def feed_profile(position: Array, pitch: float, roughness: float) -> Array:
    """Height of parabolic feed marks across the face.

    Parameters
    ----------
    position : ndarray
        Across the marks [m].
    pitch : float
        Distance between two marks [m].
    roughness : float
        Arithmetic mean roughness Ra [m].

    Returns
    -------
    ndarray
        Height about its mean [m]; its mean magnitude over whole pitches is ``roughness``.

    Notes
    -----
    A parabola of height Rz has Ra = 4·Rz/(9·√3).

    Examples
    --------
    >>> x = np.arange(10_000) / 1000.0
    >>> round(float(np.mean(np.abs(feed_profile(x, 1.0, 1.6)))), 3)
    1.6
    """
    phase = (position / pitch) % 1.0 - 0.5
    height = roughness * 9.0 * np.sqrt(3.0) / 4.0
    return np.asarray(height * (4.0 * phase**2 - 1.0 / 3.0))


def blur(picture: Array, spread: float) -> Array:
    """Blur a picture with a Gaussian of ``spread`` [pixel]; its mean stays, its edges wrap."""
    if spread <= 0.0:
        return picture
    rows = np.fft.fftfreq(picture.shape[0])[:, None]
    columns = np.fft.rfftfreq(picture.shape[1])[None, :]
    passing = np.exp(-2.0 * (np.pi * spread) ** 2 * (rows**2 + columns**2))
    return np.asarray(np.fft.irfft2(np.fft.rfft2(picture) * passing, picture.shape))


def segment_distance(shape: tuple[int, int], start: Array, end: Array) -> Array:
    """Distance of every pixel from the line between two points [pixel]."""
    rows, columns = np.indices(shape)
    points = np.stack([rows, columns], axis=-1).astype(np.float64)
    along = end - start
    length = max(float(along @ along), 1e-12)
    share = np.clip(((points - start) @ along) / length, 0.0, 1.0)
    nearest = start + share[..., None] * along
    return np.asarray(np.linalg.norm(points - nearest, axis=-1))


def disc(shape: tuple[int, int], radius: float) -> Array:
    """Share of each pixel of a centred disc of ``radius`` [half the shorter side], 0 to 1."""
    rows, columns = np.indices(shape)
    half = 0.5 * min(shape)
    middle = ((shape[0] - 1) / 2.0, (shape[1] - 1) / 2.0)
    away = np.hypot(rows - middle[0], columns - middle[1])
    return np.asarray(np.clip(radius * half - away + 0.5, 0.0, 1.0))
