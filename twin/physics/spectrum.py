"""Spectra of a window: power density, envelope of a band, lines over their surroundings."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32] | npt.NDArray[np.float64]


def power_density(samples: Array, rate: float, size: int = 1024) -> tuple[Array, Array]:
    """Power spectral density by Welch's method: Hann windows of ``size``, half overlapped.

    Parameters
    ----------
    samples : ndarray
        [u]
    rate : float
        [Hz]
    size : int
        Samples in each piece.

    Returns
    -------
    tuple of ndarray
        Frequency [Hz] and density [u²/Hz], one-sided.

    References
    ----------
    Welch, IEEE Trans. Audio Electroacoust. 15 (1967) 70–73, doi:10.1109/TAU.1967.1161901.
    """
    pieces, taper = _tapered(samples, size, size // 2)
    power = np.mean(np.abs(np.fft.rfft(pieces, axis=1)) ** 2, axis=0)
    density = 2.0 * power / (rate * float(np.sum(taper**2)))
    return np.fft.rfftfreq(size, 1.0 / rate), density


def _tapered(samples: Array, size: int, hop: int) -> tuple[Array, Array]:
    """Pieces without their mean under a Hann window, and the window."""
    taper = np.hanning(size + 1)[:-1]
    pieces = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
    return (pieces - pieces.mean(axis=1, keepdims=True)) * taper, taper


def spectrogram(samples: Array, rate: float, size: int, hop: int) -> tuple[Array, Array, Array]:
    """Power spectral density of pieces of a window, one after the other.

    Parameters
    ----------
    samples : ndarray
        [u], at least ``size`` of them.
    rate : float
        [Hz]
    size, hop : int
        Samples in each piece, and from one piece to the next.

    Returns
    -------
    tuple of ndarray
        Middle of each piece [s], frequency [Hz], and density [u²/Hz], (pieces, frequencies); the
        mean over the pieces is :func:`power_density` where ``hop`` is half of ``size``.
    """
    pieces, taper = _tapered(samples, size, hop)
    density = 2.0 * np.abs(np.fft.rfft(pieces, axis=1)) ** 2 / (rate * float(np.sum(taper**2)))
    middle = (np.arange(len(pieces)) * hop + 0.5 * size) / rate
    return middle, np.fft.rfftfreq(size, 1.0 / rate), density


def band_envelope(
    spectrum: npt.NDArray[np.complexfloating], start: int, stop: int
) -> npt.NDArray[np.floating]:
    """Squared envelope of the band of bins ``[start, stop)`` of a one-sided spectrum.

    The band is moved to zero and transformed back on its own, shorter grid (a power of two), so
    the envelope comes out decimated; its mean is 1.
    """
    size = 1 << (stop - start - 1).bit_length()
    band = np.zeros(size, spectrum.dtype)
    band[: stop - start] = spectrum[start:stop]
    analytic = np.fft.ifft(band)
    squared = analytic.real**2 + analytic.imag**2
    mean = squared.mean()
    return squared / mean if mean > 0.0 else np.ones_like(squared)


def envelope_spectrum(
    samples: Array, rate: float, low: float, high: float
) -> tuple[Array, npt.NDArray[np.floating]]:
    """Amplitude spectrum of the squared envelope of a band.

    Parameters
    ----------
    samples : ndarray
        Any unit; the result does not depend on it.
    rate : float
        [Hz]
    low, high : float
        Band that is demodulated [Hz].

    Returns
    -------
    tuple of ndarray
        Frequency [Hz] and amplitude [1], relative to the mean squared envelope.
    """
    duration = len(samples) / rate
    spectrum = np.fft.rfft(samples - samples.mean())
    squared = band_envelope(spectrum, round(low * duration), round(high * duration))
    amplitude = 2.0 * np.abs(np.fft.rfft(squared - 1.0)) / len(squared)
    return np.arange(len(amplitude)) / duration, amplitude


def above_surroundings(amplitude: npt.NDArray[np.floating], half: int) -> npt.NDArray[np.floating]:
    """Natural logarithm of each line over the mean logarithm of ``half`` bins on each side [1].

    Works along the last axis; at the ends the surroundings are those that exist.
    """
    level = np.log(amplitude + np.finfo(amplitude.dtype).tiny * 1e6)
    size = level.shape[-1]
    total = np.concatenate(
        [np.zeros((*level.shape[:-1], 1), level.dtype), np.cumsum(level, axis=-1)], axis=-1
    )
    index = np.arange(size)
    low, high = np.maximum(index - half, 0), np.minimum(index + half + 1, size)
    surroundings = (total[..., high] - total[..., low]) / (high - low)
    return np.asarray(level - surroundings)
