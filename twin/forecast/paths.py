"""Draw wear curves of a tool: given its conditions alone, or given its readings so far.

Curves are drawn from the prior along increasing time, then corrected to agree with the readings
(Matheron's rule), which gives exact joint draws of the conditional process. Half of the draws
mirror the other half (antithetic), which cancels most of the Monte Carlo error of a median.
All tools see the same normal numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular

from twin.forecast.fitting import WearLaw
from twin.forecast.law import (
    Block,
    Hyper,
    fleet_design,
    log_time,
    log_wear,
    part_sd,
    reading_sd,
    tool_covariance,
    tool_design,
)
from twin.forecast.table import Array

SLOWEST = 1e-12  # floor of a conditional variance, so that equal times do no harm


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Curves of y at some points; the axes are (draw, tool, point, copy).

    Attributes
    ----------
    x : array, shape (D, T, N)
        The points.
    H : array, shape (D, T, N, p)
        Design of the fleet's part at the points.
    y : array, shape (D, T, N, Q)
        The curves, without the noise of a reading.
    noise : array, shape (D, T, N, Q)
        Noise that a reading at each point would have.
    """

    x: Array
    H: Array
    y: Array
    noise: Array


def mirrored(rng: np.random.Generator, *shape: int) -> Array:
    """Standard normal numbers whose second half along the last axis mirrors the first."""
    half = rng.standard_normal((*shape[:-1], shape[-1] // 2))
    return np.concatenate([half, -half], axis=-1)


def prior_curves(
    law: WearLaw, time_min: Array, X: Array, rng: np.random.Generator, copies: int
) -> Curves:
    """Draw curves from conditions alone at ``time_min`` (T, N), increasing along N."""
    hyper, D = law.hyper, len(law.hyper)
    x = log_time(hyper, law.scale, time_min)
    H = fleet_design(hyper, law.scale, x, X)
    p = H.shape[-1]
    coefficients = law.fleet.mean[..., None] + law.fleet.root @ mirrored(rng, D, p, copies)
    y = H @ coefficients[:, None]
    y += tool_design(hyper, law.scale, x, X) @ mirrored(rng, D, 1, 3, copies)
    y += _matern_curves(hyper, x, mirrored(rng, 2, D, x.shape[-1], copies))
    noise = mirrored(rng, D, x.shape[-1], copies)
    return Curves(x, H, y, np.broadcast_to(noise[:, None], y.shape))


def _matern_curves(hyper: Hyper, x: Array, z: Array) -> Array:
    """Matérn-3/2 curves by their exact two-state recursion; z (2, D, N, Q) → (D, T, N, Q)."""
    sd, rate = hyper["tool_curve"][:, None], np.sqrt(3.0) / hyper["curve_length"][:, None]
    out = np.empty((*x.shape, z.shape[-1]))
    value = sd[..., None] * z[0, :, None, 0]
    slope = (sd * rate)[..., None] * z[1, :, None, 0]
    out[:, :, 0] = value
    for n in range(1, x.shape[-1]):
        a = rate * (x[..., n] - x[..., n - 1])
        e = np.exp(-a)
        q11 = np.maximum(1 - e**2 * ((1 + a) ** 2 + a**2), SLOWEST)
        q12 = 2 * e**2 * a**2
        q22 = np.maximum(1 - e**2 * (a**2 + (1 - a) ** 2) - q12**2 / q11, 0.0)
        kick = (sd * np.sqrt(q11))[..., None] * z[0, :, None, n]
        turn = (sd * q12 / np.sqrt(q11))[..., None] * z[0, :, None, n]
        turn = turn + (sd * np.sqrt(q22))[..., None] * z[1, :, None, n]
        step = (a / rate)[..., None]
        value, slope = (
            (e * (1 + a))[..., None] * value + e[..., None] * step * slope + kick,
            (-e * rate * a)[..., None] * value
            + (e * (1 - a))[..., None] * slope
            + rate[..., None] * turn,
        )
        out[:, :, n] = value
    return out


def conditioned(law: WearLaw, curves: Curves, data: Block, at: npt.NDArray[np.int64]) -> Array:
    """What all readings of tools that the law was learnt from add to their curves.

    The law's coefficients know the readings already, so only the tools' own part is corrected.

    Parameters
    ----------
    law : WearLaw
        The law that the curves were drawn from.
    curves : Curves
        Prior curves.
    data : Block
        The readings.
    at : array of int, shape (T, n)
        Which point of the curves each reading is.

    Returns
    -------
    array, shape (D, T, N, Q)
        To be added to ``curves.y``.
    """
    C_read, C_all = _own(law, curves, data, at)
    return np.asarray(
        C_all @ np.linalg.solve(_padded(law, C_read, data), _gap(law, curves, data, at)),
        dtype=float,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """What each reading adds to the curves: after the first j readings, ``gain[:j] @ news[:j]``.

    Attributes
    ----------
    gain : array, shape (D, T, N, n)
        Effect of each reading's news on each point.
    news : array, shape (D, T, n, Q)
        What each reading says that the ones before it did not, in units of its own spread.
    root : array, shape (D, T, n, n)
        Triangular root of the readings' covariance.
    """

    gain: Array
    news: Array
    root: Array


def correction(law: WearLaw, curves: Curves, data: Block, at: npt.NDArray[np.int64]) -> Correction:
    """Make curves agree, reading by reading, with tools that the law was not learnt from.

    Their readings also tell about the fleet. Parameters as in :func:`conditioned`.
    """
    C_read, C_all = _own(law, curves, data, at)
    half_all = curves.H @ law.fleet.root[:, None]
    half_read = np.take_along_axis(half_all, at[None, :, :, None], axis=2)
    C_read += half_read @ np.swapaxes(half_read, -1, -2)
    C_all += half_all @ np.swapaxes(half_read, -1, -2)
    L = np.linalg.cholesky(_padded(law, C_read, data))
    # Forward substitution: pivoting would let later readings round the earlier ones' news
    gain = np.swapaxes(solve_triangular(L, np.swapaxes(C_all, -1, -2), lower=True), -1, -2)
    news = solve_triangular(L, _gap(law, curves, data, at), lower=True)
    return Correction(gain, np.asarray(news, dtype=float), np.asarray(L, dtype=float))


def _own(
    law: WearLaw, curves: Curves, data: Block, at: npt.NDArray[np.int64]
) -> tuple[Array, Array]:
    """Covariance of the tools' own part: among the readings, and of all points with them."""
    x_read = np.take_along_axis(curves.x, at[None], axis=2)
    own = tool_design(law.hyper, law.scale, curves.x, data.X)
    own_read = np.take_along_axis(own, at[None, :, :, None], axis=2)
    return (
        tool_covariance(law.hyper, x_read, own_read, x_read, own_read),
        tool_covariance(law.hyper, curves.x, own, x_read, own_read),
    )


def _padded(law: WearLaw, C_read: Array, data: Block) -> Array:
    """Covariance of readings with their noise; the identity where there is no reading."""
    one = np.eye(C_read.shape[-1])
    there = data.there[None, :, :, None] & data.there[None, :, None, :]
    sd = reading_sd(law.hyper, log_wear(law.hyper, law.scale, data.vb_mm))
    noisy = C_read + sd[..., None] ** 2 * one
    return np.where(there, noisy, one)


def _gap(law: WearLaw, curves: Curves, data: Block, at: npt.NDArray[np.int64]) -> Array:
    """Readings minus what the curves would have read; zero where there is no reading."""
    take = at[None, :, :, None]
    read = log_wear(law.hyper, law.scale, data.vb_mm)
    noise = reading_sd(law.hyper, read)[..., None] * np.take_along_axis(curves.noise, take, axis=2)
    gap = read[..., None] - np.take_along_axis(curves.y, take, axis=2) - noise
    return np.where(data.there[None, :, :, None], gap, 0.0)


def ln_likelihood(law: WearLaw, curves: Curves, data: Block, root: Array) -> Array:
    """How probable each draw of the hyperparameters makes the first 0, 1, … n readings of a tool.

    For one tool that the law was not learnt from, whose readings are the points of ``curves``.

    Returns
    -------
    array, shape (D, n + 1)
        Logarithm of the density of the first j readings [1/mm each], up to a constant.
    """
    y = log_wear(law.hyper, law.scale, data.vb_mm)[:, 0]
    expected = (curves.H[:, 0] @ law.fleet.mean[..., None])[..., 0]
    news = solve_triangular(root[:, 0], (y - expected)[..., None], lower=True)[..., 0]
    # The last term is the change of variable from mm to y
    each = -0.5 * news**2 - np.log(np.diagonal(root[:, 0], axis1=-2, axis2=-1)) - y
    return np.concatenate([np.zeros((len(y), 1)), np.cumsum(each, axis=1)], axis=1)


def true_wear(law: WearLaw, y: Array) -> Array:
    """Curves (D, …, N, Q) of true wear: spread as the law learnt it should be, never decreasing."""
    middle = np.median(y, axis=(0, -1))[None, ..., None]
    return np.maximum.accumulate(middle + law.spread * (y - middle), axis=-2)


def to_mm(law: WearLaw, y: Array) -> Array:
    """Wear [mm] of y (D, …), never below zero."""
    offset = law.hyper["wear_offset"].reshape(-1, *[1] * (y.ndim - 1))
    return np.maximum(np.exp(np.minimum(y, 20.0)) - offset, 0.0) * law.scale.vb_mm


def reading_mm(law: WearLaw, y: Array, z: Array) -> Array:
    """What a gauge would read [mm] at true wear y (D, …), with standard normal luck z."""
    shape = (-1, *[1] * (y.ndim - 1))
    true = to_mm(law, y)
    floor = law.hyper["wear_offset"].reshape(shape) * law.scale.vb_mm
    sd = np.hypot(part_sd(law.hyper).reshape(shape) * (true + floor), floor)
    return np.maximum(true + sd * z, 0.0)
