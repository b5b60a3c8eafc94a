"""How well hyperparameters explain a table, and what the fleet's coefficients then are.

Tools are independent given the fleet, so each adds its own small sums; nothing here grows faster
than linearly with the number of tools.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twin.forecast.law import (
    USUAL,
    Block,
    Hyper,
    Scale,
    fleet_design,
    fleet_prior,
    log_time,
    log_wear,
    reading_sd,
    tool_covariance,
    tool_design,
)
from twin.forecast.table import Array


@dataclass(frozen=True, slots=True, eq=False)
class Fleet:
    """Posterior of the fleet's coefficients for each particle, and the evidence.

    Attributes
    ----------
    mean : array, shape (P, p)
        Posterior mean.
    root : array, shape (P, p, p)
        A square root of the posterior covariance: ``root @ root.T``.
    ln_evidence : array, shape (P,)
        Logarithm of the density of all readings [1/mm each], the coefficients integrated out.
    """

    mean: Array
    root: Array
    ln_evidence: Array


def whitened(hyper: Hyper, scale: Scale, data: Block) -> tuple[Array, Array]:
    """Design and residual of every reading with unit covariance, and the log density's rest.

    The first has shape (P, T, N, p + 1): the design's columns, then the residual.
    """
    x, y = log_time(hyper, scale, data.time_min), log_wear(hyper, scale, data.vb_mm)
    there = data.there[None]
    both = there[..., :, None] & there[..., None, :]
    one = np.eye(x.shape[-1])
    own = tool_design(hyper, scale, x, data.X)
    C = tool_covariance(hyper, x, own, x, own) + reading_sd(hyper, y)[..., None] ** 2 * one
    L = np.linalg.cholesky(np.where(both, C, one))
    mean, _ = fleet_prior(hyper, scale)
    H = fleet_design(hyper, scale, x, data.X)
    right = np.concatenate([H, (y - H @ mean)[..., None]], axis=-1) * there[..., None]
    ln_det = np.log(np.diagonal(L, axis1=-2, axis2=-1)).sum((-1, -2))
    # d y / d VB = 1 / (VB_ref exp(y)): without it, a large offset would win by squeezing the data
    jacobian = np.where(there, -y - np.log(scale.vb_mm), 0.0).sum((-1, -2))
    return np.linalg.solve(L, right), jacobian - ln_det


def fleet(hyper: Hyper, scale: Scale, data: Block) -> Fleet:
    """Integrate the fleet's coefficients out, exactly."""
    white, rest = whitened(hyper, scale, data)
    P, p = len(hyper), white.shape[-1] - 1
    stacked = white.reshape(P, -1, p + 1)
    gram = np.swapaxes(stacked, -1, -2) @ stacked
    mean, sd = fleet_prior(hyper, scale)
    precision = gram[:, :p, :p] + np.eye(p) / sd[:, None, :] ** 2
    L = np.linalg.cholesky(precision)
    half = np.linalg.solve(L, gram[:, :p, p:])
    ln_evidence = (
        rest
        - 0.5 * gram[:, p, p]
        + 0.5 * (half[..., 0] ** 2).sum(-1)
        - np.log(np.diagonal(L, axis1=-2, axis2=-1)).sum(-1)
        - np.log(sd).sum(-1)
    )
    root = np.linalg.inv(np.swapaxes(L, -1, -2))
    return Fleet(mean + (root @ half)[..., 0], root, ln_evidence)


def ln_posterior(hyper: Hyper, scale: Scale, data: Block) -> Array:
    """Evidence times prior of the hyperparameters, logarithm, up to a constant; shape (P,)."""
    z = (hyper.ln - np.log(scale.prior.median)) / scale.prior.ln_sd
    return np.asarray(fleet(hyper, scale, data).ln_evidence - 0.5 * (z**2).sum(-1), dtype=float)


def with_usual_growth(hyper: Hyper, scale: Scale, learnt: Fleet) -> Fleet:
    """Give the growth of wear its usual prior, where the table could not tell it.

    A cut posterior (Plummer 2015, doi:10.1007/s11222-014-9503-z): exponent and changes of slope
    come from the prior alone, because in such a table the choice of when to read looks like
    growth; the other coefficients follow the readings, given that growth.

    Parameters
    ----------
    hyper, scale : Hyper, Scale
        The hyperparameters, those of growth drawn from their prior, and the references.
    learnt : Fleet
        Posterior under a growth that was held fast.
    """
    mean, sd = fleet_prior(hyper, replace(scale, prior=USUAL))
    p = learnt.mean.shape[1]
    growth = np.r_[1, p - len(scale.knots) : p]
    S = learnt.root @ np.swapaxes(learnt.root, -1, -2)
    own = S[:, growth[:, None], growth]
    follow = np.swapaxes(np.linalg.solve(own, S[:, growth]), -1, -2)
    wider = np.eye(len(growth)) * sd[:, growth, None] ** 2 - own
    C = S + follow @ wider @ np.swapaxes(follow, -1, -2)
    moved = (follow @ (mean[growth] - learnt.mean[:, growth])[..., None])[..., 0]
    root = np.linalg.cholesky(0.5 * (C + np.swapaxes(C, -1, -2)))
    return Fleet(learnt.mean + moved, np.asarray(root, dtype=float), learnt.ln_evidence)
