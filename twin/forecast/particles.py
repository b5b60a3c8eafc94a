"""State of one tool from sparse, noisy readings: a particle filter over its pace and its damage.

Each particle is one way the tool may be: the logarithm of its own pace (nominal life over its own
life) and the share of life it has used. Damage only grows, so wear never decreases. Readings, a
node's verdicts and the fact that the tool is still whole weigh the particles.

References
----------
Gordon, Salmond and Smith 1993, doi:10.1049/ip-f-2.1993.0015 (roughening); Liu and West 2001,
doi:10.1007/978-1-4757-3437-9_10 (shrinkage, so that roughening does not widen the belief).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from twin.forecast.table import Array

ROUGHEN = 0.1
"""Standard deviation of the roughening over that of the belief about the log pace [1]."""


@dataclass(frozen=True, slots=True, eq=False)
class Particles:
    """A belief about one tool.

    Attributes
    ----------
    ln_pace : array, shape (N,)
        Logarithm of the nominal life over its own [1].
    damage : array, shape (N,)
        Share of its own life that it has used [1].
    ln_weight : array, shape (N,)
        Logarithm of the weights, up to a constant.
    """

    ln_pace: Array
    damage: Array
    ln_weight: Array

    def __len__(self) -> int:
        return len(self.damage)

    @property
    def pace(self) -> Array:
        """Nominal life over its own [1]."""
        return np.asarray(np.exp(self.ln_pace), dtype=float)

    @property
    def weight(self) -> Array:
        """Weights that sum to one [1]."""
        w = np.exp(self.ln_weight - self.ln_weight.max())
        return np.asarray(w / w.sum(), dtype=float)

    @property
    def effective(self) -> float:
        """Effective number of particles, 1 / Σ w² [1]."""
        return float(1.0 / (self.weight**2).sum())


def new_tools(n: int, scatter: float, used: float, rng: np.random.Generator) -> Particles:
    """Return ``n`` particles of a tool nobody has measured.

    Parameters
    ----------
    n : int
        Number of particles.
    scatter : float
        Standard deviation of ln life from tool to tool [1].
    used : float
        Share of life used before it was mounted [1].
    rng : numpy.random.Generator
        Stratified draws: one in each of ``n`` equally likely slices.
    """
    slices = (rng.permutation(n) + rng.random(n)) / n
    z = special.ndtri(slices.clip(1e-12, 1 - 1e-12))
    return Particles(-scatter * z, np.full(n, float(used)), np.zeros(n))


def cut(p: Particles, nominal: float, hazard: Array | float = 0.0) -> Particles:
    """Cut for ``nominal`` lives of a mean tool [1] and survive the cumulative ``hazard`` [1]."""
    grown = p.damage + max(nominal, 0.0) * p.pace
    return replace(p, damage=grown, ln_weight=p.ln_weight - hazard)


def weigh(p: Particles, ln_likelihood: Array) -> Particles:
    """Weigh by what was seen; an observation that no particle can explain changes nothing."""
    ln_weight = p.ln_weight + ln_likelihood
    return replace(p, ln_weight=ln_weight) if np.isfinite(ln_weight).any() else p


def ln_reading(read_mm: float, wear_mm: Array, error_mm: float) -> Array:
    """Log likelihood of a gauge's reading; a reading of 0 stands for 0 or less.

    Parameters
    ----------
    read_mm : float
        What the gauge said [mm].
    wear_mm : array
        Wear of each particle [mm].
    error_mm : float
        Standard deviation of the gauge [mm].
    """
    z = (read_mm - wear_mm) / max(error_mm, 1e-4)
    return np.asarray(special.log_ndtr(z) if read_mm <= 0 else -0.5 * z**2, dtype=float)


def ln_verdict(worn: bool, wear_mm: Array, limit_mm: float, hit: float, false: float) -> Array:
    """Log likelihood of a node's verdict ``worn``.

    Parameters
    ----------
    worn : bool
        What the node said.
    wear_mm : array
        Wear of each particle [mm].
    limit_mm : float
        Wear from which a tool counts as worn [mm].
    hit, false : float
        Probability of saying "worn" of a worn and of a good tool [1].
    """
    says = np.where(wear_mm >= limit_mm, hit, false)
    return np.asarray(np.log(says if worn else 1.0 - says), dtype=float)


def resampled(p: Particles, rng: np.random.Generator, *, always: bool = False) -> Particles:
    """Draw particles anew where fewer than half are effective, and roughen their pace.

    Systematic resampling; the roughened paces keep the mean and the spread of the belief.
    """
    if not always and p.effective >= len(p) / 2:
        return p
    N = len(p)
    at = (np.arange(N) + rng.random()) / N
    chosen = np.searchsorted(np.cumsum(p.weight), at).clip(max=N - 1)
    ln_pace = p.ln_pace[chosen]
    mean, sd = float(ln_pace.mean()), float(ln_pace.std())
    shrunk = mean + np.sqrt(1.0 - ROUGHEN**2) * (ln_pace - mean)
    rough = shrunk + ROUGHEN * sd * rng.standard_normal(N)
    return Particles(rough, p.damage[chosen], np.zeros(N))
