"""What a node computes of a thermal frame of a part, to tell whether it is as warm as it should be.

The node knows where in the frame the part is, how warm it is around, and how far the part should be
above that at its present load. Any number of pixels gives the same features.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]

KIND = "thermal frame"
FEWEST = 3  # rows and columns of pixels that the part fills at least
SHARES = (0.05, 0.25, 0.5, 0.75, 0.9, 1.0)  # quantiles of the rise over the surroundings
LEAST = 3.0  # rise that ratios are taken over at least [K]
COLDEST, HOTTEST = 233.15, 573.15  # that these cameras can show [K]
# Instructions for each pixel (sorting, sums, neighbours), and once: the exported C on an emulated
# Cortex-M4 takes 113,913 for 768 pixels.
WORK, FIXED = 145.7, 2000.0
NAMES = (
    "expected",
    "over_expected",
    "over_expected_share",
    *(f"quantile_{100 * share:.0f}" for share in SHARES),
    *(f"quantile_{100 * share:.0f}_share" for share in SHARES),
    "left_right",
    "left_right_share",
    "down",
    "down_share",
    "peak",
    "peak_share",
    "peak_wide",
    "peak_wide_share",
    "roughness",
)


def flaw(frame: Array, inside: npt.NDArray[np.bool_]) -> str:
    """Why a frame cannot be judged; empty when it can. ``inside``: pixels that the part fills."""
    if frame.ndim != 2:
        return f"{frame.ndim} dimensions, a thermal frame is needed"
    if frame.shape != inside.shape:
        (rows, columns), (high, wide) = frame.shape, inside.shape
        return f"{columns} × {rows} pixels; the camera has {wide} × {high}"
    if not np.isfinite(frame).all():
        return "not a number among the pixels"
    if float(np.ptp(frame)) == 0.0:
        return "constant frame"
    if frame.min() < COLDEST or frame.max() > HOTTEST:
        return f"beyond {COLDEST - 273.15:.0f} to {HOTTEST - 273.15:.0f} °C: clipped or broken"
    return ""


def part_of(inside: npt.NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns of a frame that a part in it fills.

    >>> part_of(np.array([[0, 0, 0], [0, 1, 1], [0, 1, 1]], bool))
    (slice(1, 3, None), slice(1, 3, None))
    """
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def features(frame: Array, inside: npt.NDArray[np.bool_], ambient: float, expected: float) -> Array:
    """Return the features of a frame, in the order of :data:`NAMES`.

    Parameters
    ----------
    frame : ndarray of float32
        Temperatures ``(rows, columns)`` [K].
    inside : ndarray of bool
        Which pixels the part fills wholly.
    ambient : float
        Temperature around the part [K].
    expected : float
        Mean rise of the part over that at its present load [K].
    """
    rise = frame[part_of(inside)].astype(np.float64) - ambient
    over = max(expected, LEAST)
    mean = float(rise.mean())
    quantiles = np.quantile(rise, SHARES) - expected
    rows, columns = rise.shape
    right = float(rise[:, -(columns // 2) :].mean() - rise[:, : columns // 2].mean())
    down = float(rise[-(rows // 2) :].mean() - rise[: rows // 2].mean())
    near, wide = _peak(rise, 1), _peak(rise, max(min(rows, columns) // 4, 2))
    rough = float(np.median(np.abs(np.diff(rise, axis=1))))
    values = [
        expected,
        mean - expected,
        (mean - expected) / over,
        *quantiles,
        *(quantiles / over),
        *_both(abs(right), over),
        *_both(down, over),
        *_both(near, over),
        *_both(wide, over),
        rough,
    ]
    return np.array(values, np.float32)


def _both(value: float, over: float) -> tuple[float, float]:
    return value, value / over


def _peak(rise: Wide, reach: int) -> float:
    """Most that a small square stands above the rim of the square ``reach`` farther out [K]."""
    rows, columns = rise.shape
    size = min(2 * reach + 1, rows, columns)
    patches = np.lib.stride_tricks.sliding_window_view(rise, (size, size))
    middle = patches[..., size // 2, size // 2]
    total = patches.sum(axis=(2, 3))
    inner = patches[..., 1:-1, 1:-1].sum(axis=(2, 3))
    rim = (total - inner) / (size**2 - (size - 2) ** 2)
    return float((middle - rim).max())


def instructions(pixels: int) -> float:
    """Instructions for a frame of so many pixels of the part."""
    return FIXED + WORK * pixels
