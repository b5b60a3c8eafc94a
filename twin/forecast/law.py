"""The wear law: a hierarchical Gaussian process of ln VB over ln t.

For tool i at cutting time t, with x = ln((t + t0) / (t_ref + t0)) and y = ln((VB + d) / VB_ref):

    y = a + p x + X_i (b + c x) + g(x - s_i)      the fleet: conditions, their pace, a shared shape
      + u_i / W + w_i h(x - s_i) + v_i x + f_i(x) the tool: start, pace, exponent, its own curve
      + noise

The fleet's coefficients have weakly informative priors (exponent p = 0.8 ± 0.3, the range of
published wear curves); u, v, w are normal; f_i is a Matérn-3/2 process, so that the wear *rate* is
continuous. g is a broken line in ln t, its bends evenly spread over the time in cut (however often
a stage was read), shifted by the pace s_i of the tool's conditions: conditions that wear a tool
twice as fast bring each stage in half the time. W is the fleet's wear at x - s_i, so that u_i is
wear that a tool gets in its first minutes more than others, which matters less and less. h is the
slope of the fleet's curve over its mean, so that w_i shifts the tool in ln t: one that wears fast
is early in its steep stage.

The noise of a reading is proportional to wear above the gauge's floor ``d`` and never below ``d``,
so that a reading of 0 is as usable as any; the offset ``t0`` gives initial wear. Given the ten
hyperparameters everything is Gaussian, so evidence and predictions are exact; the hyperparameters
themselves are integrated over by importance sampling (:mod:`twin.forecast.fitting`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.forecast.settings import Settings
from twin.forecast.table import Array, ToolRecord

HYPER = (
    "wear_offset",  # d / VB_ref, the floor of the gauge [1]
    "time_offset",  # t0 / t_ref [1]
    "noise",  # sd of a reading well above the floor, beyond REPEATS, ln [1]
    "tool_start",  # sd of u / VB_ref [1]
    "tool_pace",  # sd of w [1]
    "tool_exponent",  # sd of v [1]
    "tool_curve",  # sd of f [1]
    "curve_length",  # correlation length of f in ln t [1]
    "shape",  # sd of the change of slope of g over a fifth of the time in cut [1]
    "pace",  # sd of each condition's effect on the exponent [1]
)
GROWTH = ("time_offset", "tool_exponent", "tool_curve", "curve_length", "shape")
"""Hyperparameters of how wear grows: only a tool that was read twice tells them."""
REPEATS = 0.02
"""Share of the wear within which a gauge repeats at best (assumption), also where a record was
smoothed afterwards: readings of an interpolated curve claim to be exact, and are not [1]."""
LEVEL = (0.0, 1.5)  # mean and sd of a: VB_ref is the median reading, t_ref the typical time


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """What is believed before any reading.

    Attributes
    ----------
    median, ln_sd : array, shape (10,)
        Log-normal priors of the hyperparameters, in the order of ``HYPER``.
    exponent : tuple of float
        Mean and standard deviation of p [1].
    """

    median: Array
    ln_sd: Array
    exponent: tuple[float, float]


# Tool start and pace together follow the scatter of published tool lives, sd(ln T) 0.20 to 0.30,
# times the exponent 0.8 (Wager and Barash 1971; NASA milling data). The start is held nearer to
# what the NASA inserts, twelve other tools and eight titanium tools each gave on their own (0.10 to
# 0.13): of one or two tools nothing tells what they share from what is their own, and a large start
# would bend one tool's curve into any shape. The others are assumptions, wide enough to be
# overruled by a handful of tools.
USUAL = Prior(
    np.array([0.05, 0.05, 0.06, 0.12, 0.14, 0.08, 0.06, 0.7, 0.15, 0.1]),
    np.array([1.0, 1.5, 0.8, 0.4, 0.6, 0.6, 0.8, 0.5, 0.7, 0.6]),
    (0.8, 0.3),
)
# Where no tool was read twice, nothing tells growth from the choice of when to read (a table of
# tool lives has one wear at many times): growth is then taken as VB ∝ t^0.8, not learnt, and only
# the forecast knows that it may as well be another (evidence.with_usual_growth).
ASSUMED_GROWTH = Prior(
    np.array([0.05, 0.01, 0.06, 0.14, 0.14, 0.05, 0.05, 0.7, 0.02, 0.02]),
    np.array([0.1, 0.1, 0.1, 0.5, 0.5, 0.1, 0.1, 0.1, 0.1, 0.1]),
    (0.8, 0.05),
)
SLOPES = (0.1, 4.0)  # range of slopes that a pace is taken to act on
QUANTILES = tuple(np.linspace(0.05, 0.9, 10))  # of the time in cut, at which g may bend
FIFTHS = 5.0  # the bends of g have together the variance of so many of ``shape``


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """What one training table fixes before anything is fitted.

    Attributes
    ----------
    vb_mm, time_min : float
        Reference wear [mm] and reference time [min].
    settings : Settings
        The conditions in use.
    pace : array
        Effect of each column of the settings on ln of the time to reach any wear [1].
    knots : array
        Where the shared shape may bend: ln of time at the average pace [ln min].
    curve : array
        The fleet's curve at average conditions, from a first fit: level, slope, and the change of
        slope at each knot. Empty before that fit.
    prior : Prior
        What is believed before any reading.
    """

    vb_mm: float
    time_min: float
    settings: Settings
    pace: Array
    knots: Array
    curve: Array
    prior: Prior = USUAL

    @property
    def mean_slope(self) -> float:
        """Mean slope of the fleet's curve over its stretches [1]."""
        slopes = self.curve[1] + np.concatenate([[0.0], np.cumsum(self.curve[2:])])
        return float(slopes.clip(*SLOPES).mean())

    def shift(self, X: Array) -> Array:
        """Delay of tools with conditions ``X`` on the axis of ln t."""
        return np.asarray(X @ self.pace, dtype=float)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Tools side by side, padded to one length. Shapes: (tools, longest), X (tools, width)."""

    time_min: Array
    vb_mm: Array
    there: npt.NDArray[np.bool_]
    X: Array


def block(records: Sequence[ToolRecord], settings: Settings) -> Block:
    """Lay tools side by side."""
    longest = max((r.n for r in records), default=0)
    shape = (len(records), max(longest, 1))
    time_min, vb_mm, there = np.ones(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
    for row, r in enumerate(records):
        time_min[row, : r.n], vb_mm[row, : r.n], there[row, : r.n] = r.time_min, r.vb_mm, True
    return Block(time_min, vb_mm, there, settings.matrix(records))


@dataclass(frozen=True, slots=True, eq=False)
class Hyper:
    """Hyperparameters of ``P`` particles; ``ln`` has shape (P, 10)."""

    ln: Array

    def __len__(self) -> int:
        return len(self.ln)

    def __getitem__(self, name: str) -> Array:
        return np.asarray(np.exp(self.ln[:, HYPER.index(name)]), dtype=float)

    def take(self, index: npt.NDArray[np.int64]) -> Hyper:
        """Some of the particles, in that order."""
        return Hyper(self.ln[index])


def log_time(hyper: Hyper, scale: Scale, time_min: Array) -> Array:
    """x of each particle; shape (P, *time_min.shape)."""
    t0 = (hyper["time_offset"] * scale.time_min).reshape(-1, *[1] * time_min.ndim)
    return np.asarray(np.log((time_min[None] + t0) / (scale.time_min + t0)), dtype=float)


def log_wear(hyper: Hyper, scale: Scale, vb_mm: Array) -> Array:
    """y of each particle; shape (P, *vb_mm.shape)."""
    offset = hyper["wear_offset"].reshape(-1, *[1] * vb_mm.ndim)
    return np.asarray(np.log(vb_mm[None] / scale.vb_mm + offset), dtype=float)


def part_sd(hyper: Hyper) -> Array:
    """Standard deviation of a reading well above the floor, as a share of the wear [1]; (P,)."""
    return np.asarray(np.hypot(hyper["noise"], REPEATS), dtype=float)


def reading_sd(hyper: Hyper, y: Array) -> Array:
    """Standard deviation of a reading at y (P, …): proportional to wear, and never below ``d``."""
    shape = (-1, *[1] * (y.ndim - 1))
    part, floor = part_sd(hyper).reshape(shape), hyper["wear_offset"].reshape(shape)
    return np.asarray(np.hypot(part, floor * np.exp(-y)), dtype=float)


def fleet_design(hyper: Hyper, scale: Scale, x: Array, X: Array) -> Array:
    """Columns of the fleet's coefficients; x (P, T, N), X (T, K) → (P, T, N, 2 + 2K + knots)."""
    P, T, N = x.shape
    K, Q = X.shape[1], len(scale.knots)
    H = np.empty((P, T, N, 2 + 2 * K + Q))
    H[..., 0] = 1.0
    H[..., 1] = x
    H[..., 2 : 2 + K] = X[None, :, None, :]
    H[..., 2 + K : 2 + 2 * K] = X[None, :, None, :] * x[..., None]
    at = log_time(hyper, scale, np.exp(scale.knots))
    late = (x - scale.shift(X)[None, :, None])[..., None] - at[:, None, None, :]
    np.maximum(late, 0.0, out=H[..., 2 + 2 * K :])
    return H


def fleet_prior(hyper: Hyper, scale: Scale) -> tuple[Array, Array]:
    """Mean (p) and standard deviation (P, p) of the fleet's coefficients before any data."""
    K, Q = scale.settings.width, len(scale.knots)
    mean = np.zeros(2 + 2 * K + Q)
    mean[:2] = LEVEL[0], scale.prior.exponent[0]
    sd = np.empty((len(hyper), len(mean)))
    sd[:, 0], sd[:, 1] = LEVEL[1], scale.prior.exponent[1]
    sd[:, 2 : 2 + K] = scale.settings.scales
    sd[:, 2 + K : 2 + 2 * K] = hyper["pace"][:, None] * scale.settings.scales
    sd[:, 2 + 2 * K :] = hyper["shape"][:, None] * np.sqrt(FIFTHS / max(Q, 1))
    return mean, sd


def matern(lag: Array, sd: Array, length: Array) -> Array:
    """Matérn-3/2 covariance sd² (1 + r) exp(-r), r = √3 |lag| / length (Rasmussen 2006, 4.17)."""
    r = np.sqrt(3.0) * np.abs(lag) / length
    return np.asarray(sd**2 * (1.0 + r) * np.exp(-r), dtype=float)


WINDOW = 0.5  # of ln t, over which the slope of the fleet's curve is averaged
LEAST_START = 0.25  # share of the reference wear below which a start offset grows no further


def tool_design(hyper: Hyper, scale: Scale, x: Array, X: Array) -> Array:
    """Columns of a tool's start, pace and exponent, each times its standard deviation.

    Shapes: x (P, T, N), X (T, K) → (P, T, N, 3).
    """
    out = np.zeros((*x.shape, 3))
    out[..., 2] = x
    if len(scale.curve):
        z = x - scale.shift(X)[None, :, None]
        late = z[..., None] - log_time(hyper, scale, np.exp(scale.knots))[:, None, None, :]
        half, bends = WINDOW / 2.0, scale.curve[2:]
        fleet = scale.curve[0] + scale.curve[1] * z + np.maximum(late, 0.0) @ bends
        rise = np.maximum(late + half, 0.0) - np.maximum(late - half, 0.0)
        slope = scale.curve[1] + rise @ bends / WINDOW
        out[..., 0] = 1.0 / np.maximum(np.exp(fleet), LEAST_START)
        out[..., 1] = slope.clip(*SLOPES) / scale.mean_slope
    else:
        out[..., :2] = 1.0
    return out * np.stack([hyper[name] for name in HYPER[3:6]], axis=-1)[:, None, None, :]


def tool_covariance(hyper: Hyper, x: Array, own: Array, x2: Array, own2: Array) -> Array:
    """Covariance of one tool's own part between points x and x2, with their ``tool_design``.

    Shapes: x (P, T, N), x2 (P, T, M) → (P, T, N, M).
    """
    sd, length = (hyper[name][:, None, None, None] for name in ("tool_curve", "curve_length"))
    smooth = matern(x[..., :, None] - x2[..., None, :], sd, length)
    return np.asarray(smooth + own @ np.swapaxes(own2, -1, -2), dtype=float)
