"""Loudness in bands as the ear hears them, step by step in time: what sounds are told apart by."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from twin.nodes.cost import fourier_instructions

Array = npt.NDArray[np.float32]

FRAME = 0.032  # of one spectrum, at least [s]; the next power of two of samples is taken
LOWEST = 50.0  # Hz
QUIETEST = 1e-10  # power below counts as this, over full scale
READING = 12.0  # instructions of each line of a spectrum; assumption
LOGARITHM = 60.0  # instructions; assumption


def frame_size(rate: float) -> int:
    """Samples of one spectrum.

    >>> frame_size(16_000.0), frame_size(12_800.0)
    (512, 512)
    """
    return 1 << int(np.ceil(np.log2(FRAME * rate)))


def _mel(frequency: npt.NDArray[np.float64] | float) -> npt.NDArray[np.float64]:
    """O'Shaughnessy 1987: 1000 Hz are 1000 mel."""
    return np.asarray(2595.0 * np.log10(1.0 + np.asarray(frequency) / 700.0))


@functools.cache
def bands(rate: float, count: int) -> Array:
    """Triangles over the lines of a spectrum, evenly spaced in mel, ``(count, lines)``.

    Each has its top where its neighbours begin and end; a band narrower than a line gets that line.
    """
    size = frame_size(rate)
    lines = np.arange(size // 2 + 1) * rate / size
    edges = np.linspace(_mel(LOWEST), _mel(0.5 * rate), count + 2)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    place = _mel(lines)[None, :]
    found = np.minimum((place - low) / (middle - low), (high - place) / (high - middle)).clip(0.0)
    for row in np.flatnonzero(found.sum(axis=1) == 0.0):
        found[row, int(np.argmin(np.abs(place[0] - middle[row, 0])))] = 1.0
    return np.asarray(found / found.sum(axis=1, keepdims=True), np.float32)


def spectrogram(samples: Array, rate: float, count: int, step: int) -> Array:
    """Logarithm of the power in ``count`` bands every ``step`` samples, ``(times, count)``.

    Parameters
    ----------
    samples : ndarray of float32
        Over full scale [1], at least one frame of them.
    rate : float
        [Hz]
    count, step : int
        Bands; samples from one spectrum to the next.
    """
    size = frame_size(rate)
    taper = np.hanning(size + 1)[:-1].astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, size)[::step]
    power = np.abs(np.fft.rfft(frames * taper, axis=1)) ** 2 / np.float32(taper.sum() ** 2)
    return np.asarray(np.log(power @ bands(rate, count).T + QUIETEST), np.float32)


def instructions(samples: int, rate: float, count: int, step: int) -> float:
    """Instructions of a spectrogram."""
    size = frame_size(rate)
    times = max((samples - size) // step + 1, 1)
    each = fourier_instructions(size, real=True) + 4.0 * size + READING * size / 2
    return times * (each + LOGARITHM * count)
