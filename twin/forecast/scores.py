"""Scores of probabilistic forecasts, each from plain arrays."""

from __future__ import annotations

import numpy as np

from twin.forecast.table import Array


def crps(samples: Array, observed: Array) -> Array:
    """Continuous ranked probability score of equally weighted samples.

    Parameters
    ----------
    samples : array, shape (…, S)
        Draws of the forecast [any unit].
    observed : array, shape (…)
        What came [same unit].

    Returns
    -------
    array, shape (…)
        E|X - y| - E|X - X'| / 2, the latter exactly from the order statistics [same unit].

    References
    ----------
    Gneiting and Raftery 2007, doi:10.1198/016214506000001437, eq. 21.

    Examples
    --------
    >>> float(crps(np.array([0.0, 1.0]), np.array(0.0)))
    0.25
    """
    S = samples.shape[-1]
    ordered = np.sort(samples, axis=-1)
    weight = (2.0 * np.arange(1, S + 1) - S - 1.0) / S**2
    miss = np.abs(ordered - np.asarray(observed)[..., None]).mean(-1)
    return np.asarray(miss - ordered @ weight, dtype=float)


def brier(probability: Array, happened: Array) -> float:
    """Mean squared error of a probability [1]."""
    return float(np.mean((probability - happened) ** 2))


def brier_skill(probability: Array, happened: Array) -> float | None:
    """1 - Brier score over that of always naming the base rate of these very events [1].

    None where all or none of the events happened: the base rate is then perfect.

    >>> brier_skill(np.array([1.0, 0.0]), np.array([1.0, 0.0]))
    1.0
    """
    rate = float(np.mean(happened)) if len(happened) else 0.0
    if rate in {0.0, 1.0}:
        return None
    return 1.0 - brier(probability, happened) / (rate * (1.0 - rate))


def calibration_error(probability: Array, happened: Array, bins: int = 10) -> float | None:
    """Expected calibration error: mean |frequency - mean probability| over equal-width bins [1]."""
    if not len(probability):
        return None
    index = np.minimum((probability * bins).astype(int), bins - 1)
    gaps = np.bincount(index, weights=happened - probability, minlength=bins)
    return float(np.abs(gaps).sum() / len(probability))
