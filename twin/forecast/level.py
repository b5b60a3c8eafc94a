"""How the level of a trend feature goes on: a line, a random walk about it, and noise.

y(t) = a + b t + s √ρ W(t / T) + s e, with the share ρ of the walk integrated over by its restricted
likelihood and a, b, s left free, so that the prediction is Student's. It knows nothing of what
bearings do: where the record is short, its fan is wide, and it looks no farther ahead than the
record reaches back.

References
----------
Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, 2.7 (explicit basis
functions).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.forecast.table import Array

BLOCKS = 24
"""Means of the record that the line is drawn through: noise of one snapshot is not a trend."""
FEWEST = 6
"""Means below which there is no trend."""
SHARES: Array = np.array([0.0, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0])
"""Variance of the walk over the whole record, over that of one mean's noise [1]."""
POINTS = 25
PATHS = 2000
LEVELS = {"p5": 0.05, "p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95}


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """A level to come.

    Attributes
    ----------
    hours : array, shape (H,)
        From now, beginning with 0 [h].
    paths : array, shape (S, H)
        Draws of the level without the noise of a reading.
    """

    hours: Array
    paths: Array

    def fan(self) -> dict[str, Array]:
        """Quantiles of the level at each hour."""
        return {name: np.quantile(self.paths, q, axis=0) for name, q in LEVELS.items()}

    def passes(self, limit: float) -> Array:
        """Probability of having passed a limit by each hour [1]."""
        highest = np.maximum.accumulate(self.paths, axis=1)
        return np.asarray((highest >= limit).mean(0), dtype=float)

    @property
    def p_rising(self) -> float:
        """Probability that the level ends above where it is now [1]."""
        return float((self.paths[:, -1] > self.paths[:, 0]).mean())


def blocks(hours: Array, y: Array) -> tuple[Array, Array]:
    """Means of at most ``BLOCKS`` stretches of a record with equally many readings each."""
    parts = np.array_split(np.arange(len(y)), min(BLOCKS, len(y)))
    found = np.array([(hours[part].mean(), y[part].mean()) for part in parts])
    return found[:, 0], found[:, 1]


def look_ahead(hours: Array, y: Array, horizon_h: float, rng: np.random.Generator) -> Ahead | None:
    """Continue a level from its record.

    Parameters
    ----------
    hours, y : array, shape (N,)
        When it was read, increasing [h], and the level, any unit in which it may go either way.
    horizon_h : float
        How far to look [h]; no farther than the record is long.
    rng : numpy.random.Generator
        Luck of the draws.

    Returns
    -------
    Ahead or None
        None with fewer than ``FEWEST`` readings.

    Examples
    --------
    >>> t = np.arange(0.0, 10.0, 0.1)
    >>> up = look_ahead(t, 0.1 * t + 0.01 * np.sin(37.0 * t), 5.0, np.random.default_rng(1))
    >>> round(float(up.fan()["p50"][-1]), 1), round(float(up.p_rising), 1)
    (1.5, 1.0)
    """
    t, level = blocks(hours, y)
    if len(t) < FEWEST:
        return None
    span = float(hours[-1] - hours[0])
    ahead = np.linspace(0.0, min(horizon_h, span), POINTS)
    found = [_kriged(t - hours[0], level, span, hours[-1] - hours[0] + ahead, share)
             for share in SHARES]  # fmt: skip
    likely = np.array([one.ln_likely for one in found])
    weight = np.exp(likely - likely.max())
    often = rng.multinomial(PATHS, weight / weight.sum())
    paths = [_draw(one, n, len(t) - 2, rng) for one, n in zip(found, often, strict=True) if n]
    return Ahead(ahead, np.concatenate(paths))


@dataclass(frozen=True, slots=True, eq=False)
class _Kriged:
    """Mean, covariance, and how probable its share of the walk makes the record."""

    mean: Array
    covariance: Array
    ln_likely: float


def _kriged(t: Array, y: Array, span: float, later: Array, share: float) -> _Kriged:
    def walk(a: Array, b: Array) -> Array:
        return np.asarray(share * np.minimum(a[:, None], b[None, :]) / span, dtype=float)

    own, cross = walk(t, t) + np.eye(len(t)), walk(later, t)
    line, line_later = (np.column_stack([np.ones(len(x)), x]) for x in (t, later))
    white = np.linalg.solve(own, np.column_stack([line, y, cross.T]))
    known = np.linalg.inv(line.T @ white[:, :2])
    line_of = known @ line.T @ white[:, 2]
    rest = white[:, 2] - white[:, :2] @ line_of
    square = float((y - line @ line_of) @ rest) / (len(t) - 2)
    apart = line_later - cross @ white[:, :2]
    covariance = walk(later, later) - cross @ white[:, 3:] + apart @ known @ apart.T
    ln_sizes = np.linalg.slogdet(own)[1] - np.linalg.slogdet(known)[1]
    ln_likely = -0.5 * (ln_sizes + (len(t) - 2) * np.log(max(square, 1e-300)))
    mean = line_later @ line_of + cross @ rest
    return _Kriged(mean, square * covariance, float(ln_likely))


def _draw(one: _Kriged, n: int, freedom: int, rng: np.random.Generator) -> Array:
    """Student paths: normal ones over the root of a chi-square."""
    values, vectors = np.linalg.eigh(one.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    z = rng.standard_normal((n, len(one.mean))) @ root.T
    heavy = np.sqrt(rng.chisquare(freedom, (n, 1)) / freedom)
    return np.asarray(one.mean + z / heavy, dtype=float)
