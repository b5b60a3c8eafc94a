"""Fit the wear law: mode, curvature, then importance sampling over the hyperparameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize, special, stats
from scipy.stats import qmc

from twin.errors import BadInput, Fault
from twin.forecast.evidence import Fleet, fleet, ln_posterior, with_usual_growth
from twin.forecast.law import (
    ASSUMED_GROWTH,
    GROWTH,
    HYPER,
    QUANTILES,
    USUAL,
    Block,
    Hyper,
    Scale,
    block,
)
from twin.forecast.settings import learn
from twin.forecast.spread import spread_factor
from twin.forecast.table import Array, ToolRecord, WearTable
from twin.rng import stream

DRAWS = 64  # equally weighted hyperparameter draws kept in a law
PARTICLES = 256  # importance-sampling particles, a power of two for Sobol points
MOST_READINGS = 40  # of one tool, when fitting
MOST_TOOLS = 32  # when fitting hyperparameters; the fleet's coefficients always use every tool
STEP = 1e-3
FLAT = 1e-9  # relative gain below which the mode is found: the units then change nothing
CURVATURE_STEP = 0.25  # of the prior's spread
ROUNDS = 4  # of importance sampling, while the effective sample stays below DRAWS
TAIL = 6.0  # degrees of freedom of the proposal
NO_GROWTH = (
    "no tool was read twice: how wear grows is not learnt, it is taken as t^0.8 give or take 0.3"
)
MIDDLES = (np.arange(100) + 0.5) / 100  # of a tool's record, each standing for a hundredth of it
LEAST_SPAN = 1e-6  # of its age, that a tool read at one time counts for
CELLS = 2_000_000  # numbers in one covariance block held in memory at once


@dataclass(frozen=True, slots=True, eq=False)
class WearLaw:
    """A fitted law: everything that a forecast needs from the other tools.

    Attributes
    ----------
    scale : Scale
        References, conditions, pace and knots.
    hyper : Hyper
        ``DRAWS`` draws of the hyperparameters.
    fleet : Fleet
        Posterior of the fleet's coefficients for each draw.
    n_tools, n_readings : int
        What it was learnt from.
    effective : float
        Effective sample size of the importance sampling, of ``PARTICLES``.
    spread : float
        Factor for the spread of forecasts, from :mod:`twin.forecast.spread` [1].
    notes : tuple of str
        What could not be used.
    """

    scale: Scale
    hyper: Hyper
    fleet: Fleet
    n_tools: int
    n_readings: int
    effective: float
    spread: float = 1.0
    notes: tuple[str, ...] = ()


def fit(table: WearTable, *, seed: int = 1) -> WearLaw:
    """Learn the law of a table.

    Parameters
    ----------
    table : WearTable
        Readings; tools without any are passed over.
    seed : int
        Same seed, same law.

    Raises
    ------
    BadInput
        When no reading shows any wear at a time above zero.
    """
    records = [r.thinned(MOST_READINGS) for r in table.records if r.n]
    scale = _scale(records, table)
    few = _spread(records)
    data = block(few, scale.settings)
    start = _mode(scale, data, np.log(scale.prior.median))
    scale = replace(scale, curve=_curve(scale, data, start))
    hyper, effective = _sample(scale, data, start, seed)
    growth_seen = _growth_seen(records)
    if not growth_seen:
        hyper = _usual_growth(hyper, seed)
    coefficients = chunked_fleet(hyper, scale, block(records, scale.settings))
    if not growth_seen:
        coefficients = with_usual_growth(hyper, scale, coefficients)
    return WearLaw(
        scale,
        hyper,
        coefficients,
        len(records),
        sum(r.n for r in records),
        effective,
        spread_factor(hyper.take(np.arange(0, DRAWS, 4)), scale, data),
        scale.settings.notes if growth_seen else (*scale.settings.notes, NO_GROWTH),
    )


def _spread(records: Sequence[ToolRecord]) -> list[ToolRecord]:
    """At most ``MOST_TOOLS`` tools, evenly over the table."""
    if len(records) <= MOST_TOOLS:
        return list(records)
    keep = np.linspace(0, len(records) - 1, MOST_TOOLS).round().astype(int)
    return [records[index] for index in keep]


def _scale(records: Sequence[ToolRecord], table: WearTable) -> Scale:
    """References from the readings, then the pace of the conditions from a first regression."""
    times = np.concatenate([r.time_min for r in records] or [np.zeros(0)])
    wear = np.concatenate([r.vb_mm for r in records] or [np.zeros(0)])
    if not ((wear > 0) & (times > 0)).any():
        message = "no reading with wear and time above zero: nothing to learn a wear law from"
        raise BadInput(Fault(message, file=table.source))
    ln_time = np.log(times[times > 0])
    settings = learn(records)
    rough = Scale(
        vb_mm=float(np.median(wear[wear > 0])),
        time_min=float(np.exp(ln_time.mean())),
        settings=settings,
        pace=np.zeros(settings.width),
        knots=np.zeros(0),
        curve=np.zeros(0),
        prior=USUAL if _growth_seen(records) else ASSUMED_GROWTH,
    )
    pace = _pace(rough, block(_spread(records), settings))
    return replace(rough, pace=pace, knots=_knots(records, settings.matrix(records) @ pace))


def _knots(records: Sequence[ToolRecord], delay: Array) -> Array:
    """Where the shared shape may bend: evenly over the time in cut, at the average pace [ln min].

    The time between a tool's first reading and its last counts, not how often it was read then:
    many readings of one stage move no bend.
    """
    late, weight = [], []
    for r, s in zip(records, delay, strict=True):
        cut = r.time_min[r.time_min > 0]
        if len(cut):
            span = max(float(cut[-1] - cut[0]), LEAST_SPAN * float(cut[-1]))
            late.append(np.log(cut[0] + span * MIDDLES) - s)
            weight.append(np.full(len(MIDDLES), span * np.exp(-s)))
    at, stands_for = np.concatenate(late), np.concatenate(weight)
    order = np.argsort(at, kind="stable")
    share = np.cumsum(stands_for[order]) / stands_for.sum()
    return np.unique(np.interp(QUANTILES, share, at[order]))


def _curve(rough: Scale, data: Block, mode: Array) -> Array:
    """The fleet's curve at average conditions: level, slope, changes of slope."""
    mean = fleet(Hyper(mode[None]), rough, data).mean[0]
    return np.concatenate([mean[:2], mean[len(mean) - len(rough.knots) :]])


def _growth_seen(records: Sequence[ToolRecord]) -> bool:
    """Whether any tool was read at two times."""
    return any(len(np.unique(r.time_min)) > 1 for r in records)


def _usual_growth(hyper: Hyper, seed: int) -> Hyper:
    """Draw from the usual prior what only a tool that was read twice can tell."""
    of = [HYPER.index(name) for name in GROWTH]
    z = stream(seed, "forecast.growth").standard_normal((len(hyper), len(of)))
    ln = hyper.ln.copy()
    ln[:, of] = np.log(USUAL.median[of]) + USUAL.ln_sd[of] * z
    return Hyper(ln)


def _pace(rough: Scale, data: Block) -> Array:
    """ln of the time to a given wear, per column: minus level effect over exponent."""
    flat = np.log(rough.prior.median)[None].copy()
    flat[0, HYPER.index("pace")] = np.log(1e-4)
    coefficients = fleet(Hyper(flat), rough, data).mean[0]
    width = rough.settings.width
    return np.asarray(-coefficients[2 : 2 + width] / max(coefficients[1], 0.2), dtype=float)


def _chunks(n: int, data: Block) -> list[slice]:
    tools, longest = data.time_min.shape
    size = max(1, CELLS // max(1, tools * longest * longest))
    return [slice(start, start + size) for start in range(0, n, size)]


def _ln_posterior(ln: Array, scale: Scale, data: Block) -> Array:
    parts = [ln_posterior(Hyper(ln[part]), scale, data) for part in _chunks(len(ln), data)]
    return np.concatenate(parts)


def chunked_fleet(hyper: Hyper, scale: Scale, data: Block) -> Fleet:
    """As :func:`twin.forecast.evidence.fleet`, a few particles at a time."""
    parts = [fleet(Hyper(hyper.ln[part]), scale, data) for part in _chunks(len(hyper), data)]
    return Fleet(
        np.concatenate([part.mean for part in parts]),
        np.concatenate([part.root for part in parts]),
        np.concatenate([part.ln_evidence for part in parts]),
    )


def _mode(scale: Scale, data: Block, start: Array) -> Array:
    """The most probable hyperparameters."""
    centre, sd = np.log(scale.prior.median), scale.prior.ln_sd
    k = len(centre)

    def value_and_slope(ln: Array) -> tuple[float, Array]:
        values = _ln_posterior(np.vstack([ln, ln + STEP * np.eye(k)]), scale, data)
        return -float(values[0]), -(values[1:] - values[0]) / STEP

    found = optimize.minimize(
        value_and_slope,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=optimize.Bounds(centre - 4 * sd, centre + 4 * sd),
        options={"maxiter": 60, "ftol": FLAT},
    )
    return np.asarray(found.x, dtype=float)


def _curvature_root(mode: Array, scale: Scale, data: Block) -> Array:
    """A square root of the inverse curvature at the mode, never wider than the prior."""
    k, h = len(mode), CURVATURE_STEP * scale.prior.ln_sd
    step = np.diag(h)
    pairs = [(a, b) for a in range(k) for b in range(a)]
    points = [mode, *(mode + step), *(mode - step), *(mode + step[a] + step[b] for a, b in pairs)]
    v = _ln_posterior(np.array(points), scale, data)
    H = np.diag((v[1 : k + 1] + v[k + 1 : 2 * k + 1] - 2 * v[0]) / h**2)
    for (a, b), both in zip(pairs, v[2 * k + 1 :], strict=True):
        H[a, b] = H[b, a] = (both - v[1 + a] - v[1 + b] + v[0]) / (h[a] * h[b])
    # In units of the prior, whose own curvature of one is the least that the posterior can have
    sd = scale.prior.ln_sd
    values, vectors = np.linalg.eigh(-H * np.outer(sd, sd))
    return np.asarray(sd[:, None] * vectors / np.sqrt(np.maximum(values, 1.0)), dtype=float)


def _sample(scale: Scale, data: Block, start: Array, seed: int) -> tuple[Hyper, float]:
    """Equally weighted draws from the posterior of the hyperparameters."""
    centre = _mode(scale, data, start)
    root = 1.2 * _curvature_root(centre, scale, data)
    rng = stream(seed, "forecast.hyperparameters")
    best, most = Hyper(centre[None]), 0.0
    for _ in range(ROUNDS):
        ln, weight = _weighted(centre, root, scale, data, rng)
        effective = float(1.0 / (weight**2).sum())
        if effective > most:
            even = (np.arange(DRAWS) + 0.5) / DRAWS
            chosen = np.searchsorted(np.cumsum(weight), even).clip(max=PARTICLES - 1)
            best, most = Hyper(ln[chosen]), effective
        if effective >= DRAWS:
            break
        # The curvature misjudged the posterior: move the proposal to where the weight lies
        centre = weight @ ln
        apart = ln - centre
        spread = (weight[:, None] * apart).T @ apart + 0.2 * root @ root.T
        root = np.asarray(np.linalg.cholesky(spread), dtype=float)
    return best, most


def _weighted(
    centre: Array, root: Array, scale: Scale, data: Block, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Particles of a heavy-tailed proposal and their importance weights, which add up to one."""
    k = len(centre)
    uniform = qmc.Sobol(k + 1, rng=rng).random(PARTICLES).clip(1e-9, 1 - 1e-9)
    heavy = np.sqrt(stats.chi2.ppf(uniform[:, k], TAIL) / TAIL)
    z = special.ndtri(uniform[:, :k]) / heavy[:, None]
    ln = centre + z @ root.T
    ln_proposal = -0.5 * (TAIL + k) * np.log1p((z**2).sum(-1) / TAIL)
    ln_weight = _ln_posterior(ln, scale, data) - ln_proposal
    weight = np.exp(ln_weight - ln_weight.max())
    return ln, weight / weight.sum()
