"""Small models of a heat network: balanced truncation, and an estimator's gain.

Both take a network in its modes, ``z⁺ = decay · z + gain u``, ``y = read z + direct u``
(:class:`twin.physics.network.Steps`), for the few inputs and outputs that matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh, solve_discrete_are, svd

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Small:
    """``x⁺ = a x + b u``, ``y = c x + d u``; ``bound`` is the most that it errs at any frequency.

    The bound is twice the sum of the Hankel singular values left out, in y for each of u.
    """

    a: Array
    b: Array
    c: Array
    d: Array
    bound: float

    def after(self, steps: int) -> tuple[Array, Array]:
        """Return a and b of so many steps with the input held."""
        a, b = np.eye(len(self.a)), np.zeros_like(self.b)
        for _ in range(steps):
            a, b = self.a @ a, self.a @ b + self.b
        return a, b


def balanced(decay: Array, gain: Array, read: Array, direct: Array, accuracy: float) -> Small:
    """Balanced truncation (Moore 1981, doi:10.1109/TAC.1981.1102568) by square roots.

    Parameters
    ----------
    decay : (n,) array
        Decay of each mode over a step [1], below 1.
    gain, read, direct : (n, m), (p, n), (p, m) arrays
        Responses of the modes to the inputs, of the outputs to both.
    accuracy : float
        States are left out while the bound stays below this share of the greatest steady response.

    Examples
    --------
    Of three modes, one is hardly seen:

    >>> made = balanced(np.array([0.9, 0.5, 0.1]), np.array([[1.0], [0.5], [1e-4]]),
    ...                 np.array([[1.0, 0.5, 1e-4]]), np.zeros((1, 1)), 1e-3)
    >>> made.a.shape, round(float((made.c @ np.linalg.solve(np.eye(2) - made.a, made.b))[0, 0]), 4)
    ((2, 2), 10.5)
    """
    apart = 1.0 - np.outer(decay, decay)
    reach = _root(gain @ gain.T / apart)
    seen = _root(read.T @ read / apart)
    left, values, right = svd(seen.T @ reach, full_matrices=False)
    steady = read @ (gain / (1.0 - decay)[:, None]) + direct
    allowed = accuracy * float(np.abs(steady).max())
    tails = 2.0 * np.cumsum(values[::-1])[::-1]
    order = max(1, int(np.count_nonzero(tails > allowed)))
    scale = 1.0 / np.sqrt(values[:order])
    into = (scale[:, None] * left[:, :order].T) @ seen.T
    out = reach @ right[:order].T * scale
    bound = float(tails[order]) if order < len(values) else 0.0
    return Small(into @ (decay[:, None] * out), into @ gain, read @ out, direct, bound)


def _root(gramian: Array) -> Array:
    """A square root of a Gramian, which rounding may have left a little indefinite."""
    values, vectors = eigh(0.5 * (gramian + gramian.T))
    keep = values > values[-1] * 1e-16
    return np.asarray(vectors[:, keep] * np.sqrt(values[keep]))


def estimator(
    decay: Array, gain: Array, read: Array, drift: Array, upset: Array, noise: float
) -> tuple[Array, Array]:
    """Steady gain of a Kalman filter for the modes and for unknown inputs that drift.

    The state is that of the modes, and of one unknown input each that adds to ``gain``'s columns.

    Parameters
    ----------
    decay : (n,) array
        Decay of each mode over an interval of measurement [1].
    gain, read : (n, m), (p, n) arrays
        Response of the modes to the unknown inputs; outputs that are measured, of the modes.
    drift, upset : (m,) arrays
        Standard deviations over an interval: how far each unknown input wanders, and what comes
        and goes beside it.
    noise : float
        Standard deviation of a measurement.

    Returns
    -------
    modes, unknown : (n, p), (m, p) arrays
        What a surprise of each measurement says of the modes and of the unknown inputs.

    Examples
    --------
    >>> modes, unknown = estimator(np.array([0.9]), np.array([[1.0]]), np.array([[1.0]]),
    ...                            np.array([0.1]), np.array([0.1]), 0.5)
    >>> bool(0 < modes[0, 0] < 1), bool(0 < unknown[0, 0] < 1)
    (True, True)
    """
    n, m = gain.shape
    kept = decay > 1e-4
    small = int(kept.sum())
    a = np.zeros((small + m, small + m))
    a[:small, :small] = np.diag(decay[kept])
    a[:small, small:] = gain[kept]
    a[small:, small:] = np.eye(m)
    c = np.hstack([read[:, kept], np.zeros((len(read), m))])
    enter = np.zeros((small + m, 2 * m))
    enter[:small, :m] = gain[kept] * upset
    enter[small:, m:] = np.diag(drift)
    # A breath of noise everywhere: what nothing reaches must not be singular.
    spread = enter @ enter.T
    spread += 1e-9 * np.trace(spread) / len(a) * np.eye(len(a))
    rests = noise**2 * np.eye(len(read))
    p = solve_discrete_are(a.T, c.T, spread, rests)
    found = p @ c.T @ np.linalg.inv(c @ p @ c.T + rests)
    modes = np.zeros((n, len(read)))
    modes[kept] = found[:small]
    return modes, np.asarray(found[small:])
