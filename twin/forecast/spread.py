"""How wide the forecast should be, learnt by leaving out one training tool at a time.

A law that is not exactly right has bands that are a little too wide or too narrow. Each tool that
was learnt from is predicted from the others (its part of the fleet's sums is taken away, so this
costs next to nothing), and the mean square of its errors in units of the forecast's own spread
says by which factor to widen or narrow. A back-test computes the factor without the tool that is
left out, like everything else.
"""

from __future__ import annotations

import numpy as np

from twin.forecast.evidence import whitened
from twin.forecast.law import (
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

PRIOR_TOOLS = 5.0  # the belief that the spread is right weighs as much as so many tools
WORST = 9.0  # a tool beyond three spreads counts as three: one freak must not widen all bands


def spread_factor(hyper: Hyper, scale: Scale, data: Block) -> float:
    """Factor for the spread of forecasts around their median [1].

    Parameters
    ----------
    hyper : Hyper
        Some draws of the hyperparameters.
    scale : Scale
        The law's references.
    data : Block
        Tools that the law was learnt from.
    """
    lengths = data.there.sum(-1)
    white, _ = whitened(hyper, scale, data)
    gram = np.swapaxes(white, -1, -2) @ white
    own = _own_covariance(hyper, scale, data)
    total = PRIOR_TOOLS
    tools = [tool for tool, n in enumerate(lengths) if n > 1]
    for tool in tools:
        mean, covariance = _without(hyper, scale, gram, tool)
        design, y, part = (array[:, tool, : lengths[tool]] for array in own[:3])
        part = part[..., : lengths[tool]] + design @ covariance @ np.swapaxes(design, -1, -2)
        gap = y - (design @ mean[..., None])[..., 0]
        total += min(_mean_square(part, gap), WORST)
    return float(np.sqrt(total / (PRIOR_TOOLS + len(tools))))


def _own_covariance(hyper: Hyper, scale: Scale, data: Block) -> tuple[Array, Array, Array]:
    """Design, readings as y, and the covariance of each tool's own part with noise."""
    x, y = log_time(hyper, scale, data.time_min), log_wear(hyper, scale, data.vb_mm)
    own = tool_design(hyper, scale, x, data.X)
    noise = reading_sd(hyper, y)[..., None] ** 2 * np.eye(x.shape[-1])
    covariance = tool_covariance(hyper, x, own, x, own) + noise
    return fleet_design(hyper, scale, x, data.X), y, covariance


def _without(hyper: Hyper, scale: Scale, gram: Array, tool: int) -> tuple[Array, Array]:
    """Mean and covariance of the fleet's coefficients as the other tools alone give them."""
    p = gram.shape[-1] - 1
    others = gram.sum(1) - gram[:, tool]
    mean, sd = fleet_prior(hyper, scale)
    covariance = np.linalg.inv(others[:, :p, :p] + np.eye(p) / sd[:, None, :] ** 2)
    return mean + (covariance @ others[:, :p, p:])[..., 0], np.asarray(covariance, dtype=float)


def _mean_square(covariance: Array, gap: Array) -> float:
    """Mean square of standardised errors, from every reading to every later one."""
    L = np.linalg.cholesky(covariance)
    news = np.linalg.solve(L, gap[..., None])[..., 0]
    known = np.cumsum(L * news[:, None, :], axis=-1)
    sure = np.cumsum(L**2, axis=-1)
    later, origin = np.nonzero(np.tril(np.ones(L.shape[-2:]), -1))
    error = (known[..., -1:] - known)[:, later, origin]
    variance = (sure[..., -1:] - sure)[:, later, origin]
    return float((error.mean(0) ** 2 / (variance.mean(0) + error.var(0))).mean())
