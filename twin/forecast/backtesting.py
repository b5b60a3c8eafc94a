"""Leave one tool out, learn from the others, and predict it as it would have been predicted then.

Three protocols, all from one law that never saw the tool:

``conditions``  each reading from the tool's conditions and the time alone;
``next``        each reading from the tool's earlier ones, at least two;
``origins``     from every reading as origin, every later reading.

Beside them ``life``: from shares of each tool's life, how long it had still to go; and
``by_share``: from shares of each tool's record, every later reading.

Every reading counts, also those of no wear at all. References, priors, hyperparameters and noise
are learnt from the other tools only, and the tool's own readings enter one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault
from twin.forecast.fitting import WearLaw, fit
from twin.forecast.law import block
from twin.forecast.life_backtest import SHARES, lives
from twin.forecast.life_scores import LifeForecast, LifeScores, score_lives
from twin.forecast.paths import correction, ln_likelihood, prior_curves, reading_mm, true_wear
from twin.forecast.predictions import (
    Metrics,
    Predictions,
    from_share,
    join,
    judge,
    measure,
)
from twin.forecast.table import Array, ToolRecord, WearTable
from twin.rng import stream

Progress = Callable[[int, int], None]
PROTOCOLS = ("conditions", "next", "origins")
COPIES = 16  # curves for each hyperparameter draw
COARSE = 10  # readings at which their weight on the hyperparameters is halved
MOST_READINGS = 60  # of one tool, predicted
ENOUGH = 2  # readings before the protocol ``next`` predicts


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """How the forecast would have done on tools whose wear is known.

    Attributes
    ----------
    limit_mm : float
        Wear limit of the event [mm].
    predictions : mapping of str to Predictions
        Every prediction of each protocol, for diagrams.
    metrics : mapping of str to Metrics
        Scores of each protocol that predicted anything.
    by_tool : mapping of str to mapping of str to Metrics
        Protocol → tool → its scores.
    notes : tuple of str
        What was left out.
    life : LifeScores or None
        Forecasts of the remaining life.
    by_share : mapping of float to Metrics
        Share of a tool's record → scores of all later readings, forecast from there.
    """

    limit_mm: float
    predictions: Mapping[str, Predictions]
    metrics: Mapping[str, Metrics]
    by_tool: Mapping[str, Mapping[str, Metrics]]
    notes: tuple[str, ...] = ()
    life: LifeScores | None = None
    by_share: Mapping[float, Metrics] = field(default_factory=dict)


def backtest(
    table: WearTable,
    *,
    limit_mm: float = 0.3,
    seed: int = 1,
    shares: Sequence[float] = SHARES,
    on_progress: Progress | None = None,
) -> Backtest:
    """Back-test the forecast on a table.

    Parameters
    ----------
    table : WearTable
        Readings of at least two tools.
    limit_mm : float
        Wear limit of the event [mm].
    seed : int
        Same seed, same figures.
    shares : sequence of float
        Shares of life from which the remaining life is forecast, and of a tool's record from
        which all later readings are, each between 0 and 1 [1].
    on_progress : callable
        Told how many tools are done, of how many.

    Raises
    ------
    BadInput
        With fewer than two tools that have readings.
    """
    table = table.thinned(MOST_READINGS)
    read = [r for r in table.records if r.n]
    if len(read) < 2:
        message = f"a back-test leaves one tool out: it needs two with readings, not {len(read)}"
        raise BadInput(Fault(message, file=table.source))
    found: dict[str, list[Predictions]] = {protocol: [] for protocol in PROTOCOLS}
    ends: list[LifeForecast] = []
    for done, r in enumerate(read, start=1):
        law = fit(table.without(r.tool), seed=seed)
        for prediction in predict(law, r, limit_mm=limit_mm, seed=seed):
            for protocol, part in _protocols(prediction):
                found[protocol].append(part)
        ends += lives(law, r, limit_mm=limit_mm, seed=seed, shares=shares)
        if on_progress is not None:
            on_progress(done, len(read))
    scored = {f.tool for f in ends}
    life = score_lives(ends, [r.tool for r in read if r.tool not in scored])
    made = {protocol: join(parts) for protocol, parts in found.items() if parts}
    summary = _summary(limit_mm, made, table.notes)
    return replace(summary, life=life, by_share=_by_share(made.get("origins"), shares))


def _by_share(origins: Predictions | None, shares: Sequence[float]) -> dict[float, Metrics]:
    """Scores of what was forecast from shares of each tool's record."""
    if origins is None:
        return {}
    scored = {float(share): measure(from_share(origins, share)) for share in sorted(shares)}
    return {share: m for share, m in scored.items() if m is not None}


def predict(law: WearLaw, r: ToolRecord, *, limit_mm: float, seed: int) -> Iterator[Predictions]:
    """Predict a tool that the law never saw, knowing its first 0, 1, 2, … readings.

    Yields
    ------
    Predictions
        Of all readings that were still to come, in the order of how many were known.
    """
    data = block([r], law.scale.settings)
    rng = stream(seed, f"forecast.backtest.{r.tool}")
    curves = prior_curves(law, data.time_min, data.X, rng, COPIES)
    news = correction(law, curves, data, np.arange(r.n)[None])
    ln_likely = ln_likelihood(law, curves, data, news.root)
    y, noise = curves.y[:, 0].copy(), curves.noise[:, 0]
    for known in range(r.n):
        draws = _likely_draws(ln_likely[:, known], known)
        yield judge(r, known, _to_come(law, y, noise, known, draws), limit_mm)
        y += news.gain[:, 0, :, known, None] * news.news[:, 0, known, None, :]


def _likely_draws(ln_likely: Array, known: int) -> npt.NDArray[np.int64]:
    """Draws of the hyperparameters, repeated or left out as the tool's own readings say.

    The likelihood is tempered by 1 / (1 + n / 10), which keeps many smooth readings from
    picking one draw because no law is exactly right (Miller and Dunson 2019, "coarsened"
    posterior, doi:10.1080/01621459.2018.1469995).
    """
    tempered = ln_likely / (1.0 + known / COARSE)
    weight = np.exp(tempered - tempered.max())
    middle = (np.arange(len(weight)) + 0.5) / len(weight)
    return np.searchsorted(np.cumsum(weight / weight.sum()), middle).clip(max=len(weight) - 1)


def _to_come(
    law: WearLaw, y: Array, noise: Array, known: int, draws: npt.NDArray[np.int64]
) -> Array:
    """Samples (n, S) of the readings after the first ``known``; true wear never decreases."""
    start = max(known - 1, 0)
    true = true_wear(law, y[draws, start:])[:, known - start :]
    chosen = replace(law, hyper=law.hyper.take(draws))
    read = reading_mm(chosen, true, noise[draws, known:])
    return np.swapaxes(read, 0, 1).reshape(read.shape[1], -1)


def _protocols(p: Predictions) -> Iterator[tuple[str, Predictions]]:
    """Which protocols predictions from one origin belong to."""
    known = int(p.known[0])
    if known == 0:
        yield "conditions", p
        return
    yield "origins", p
    if known >= ENOUGH:
        yield "next", p.where(np.arange(len(p)) == 0)


def _summary(
    limit_mm: float, predictions: dict[str, Predictions], notes: tuple[str, ...]
) -> Backtest:
    metrics: dict[str, Metrics] = {}
    by_tool: dict[str, dict[str, Metrics]] = {}
    for protocol, p in predictions.items():
        scores = {str(tool): measure(p.where(p.tool == tool)) for tool in dict.fromkeys(p.tool)}
        by_tool[protocol] = {tool: m for tool, m in scores.items() if m is not None}
        whole = measure(p)
        if whole is not None:
            metrics[protocol] = whole
    return Backtest(limit_mm, predictions, metrics, by_tool, notes)
