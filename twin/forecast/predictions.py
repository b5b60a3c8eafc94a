"""Past forecasts against what came: one row a prediction, and the scores of many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from twin.forecast.scores import brier_skill, calibration_error, crps
from twin.forecast.table import Array, ToolRecord

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
BANDS = {50: (2, 4), 80: (1, 5), 90: (0, 6)}  # which levels enclose a central band [%]


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """Predictions of readings, one entry each.

    Attributes
    ----------
    tool : array of str
        Which tool.
    known : array of int
        How many of its readings were known.
    origin_min, target_min : array
        Time of the last known reading (0 without any) and of the predicted one [min].
    observed_mm : array
        What was read [mm].
    quantiles_mm : array, shape (n, 7)
        Quantiles of the prediction at ``LEVELS`` [mm]; the middle one is the point forecast.
    crps_mm : array
        Continuous ranked probability score [mm].
    pit : array
        Where in its forecast the reading fell [1]; uniform if the forecasts are calibrated.
    p_limit : array
        Forecast probability that the reading is at the limit or beyond [1].
    at_limit : array of bool
        Whether it was.
    below : array of bool
        Whether the last known reading was below the limit: such events are scored.
    """

    tool: npt.NDArray[np.str_]
    known: npt.NDArray[np.int64]
    origin_min: Array
    target_min: Array
    observed_mm: Array
    quantiles_mm: Array
    crps_mm: Array
    pit: Array
    p_limit: Array
    at_limit: npt.NDArray[np.bool_]
    below: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.observed_mm)

    def where(self, chosen: npt.NDArray[np.bool_]) -> Predictions:
        """Some of the predictions."""
        return Predictions(**{f.name: getattr(self, f.name)[chosen] for f in fields(self)})


def join(parts: Sequence[Predictions]) -> Predictions:
    """Predictions of several tools in one."""
    return Predictions(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Predictions)}
    )


def from_share(p: Predictions, share: float) -> Predictions:
    """Of each tool, what was predicted from its last reading within a share of its record [1].

    A tool whose first reading came later has none.
    """
    chosen = np.zeros(len(p), dtype=bool)
    for tool in dict.fromkeys(p.tool):
        mine = p.tool == tool
        early = mine & (p.origin_min <= share * p.target_min[mine].max())
        if early.any():
            chosen |= mine & (p.known == p.known[early].max())
    return p.where(chosen)


def judge(r: ToolRecord, known: int, samples_mm: Array, limit_mm: float) -> Predictions:
    """Compare samples (n, S) of the readings after the first ``known`` with what came."""
    observed_mm = r.vb_mm[known:]
    n = len(observed_mm)
    origin_min, origin_mm = (r.time_min[known - 1], r.vb_mm[known - 1]) if known else (0.0, 0.0)
    less = (samples_mm < observed_mm[:, None]).mean(-1)
    same = (samples_mm == observed_mm[:, None]).mean(-1)
    return Predictions(
        tool=np.full(n, r.tool),
        known=np.full(n, known),
        origin_min=np.full(n, origin_min),
        target_min=r.time_min[known:],
        observed_mm=observed_mm,
        quantiles_mm=np.quantile(samples_mm, LEVELS, axis=-1).T,
        crps_mm=crps(samples_mm, observed_mm),
        pit=less + 0.5 * same,
        p_limit=(samples_mm >= limit_mm).mean(-1),
        at_limit=observed_mm >= limit_mm,
        below=np.full(n, origin_mm < limit_mm),
    )


@dataclass(frozen=True, slots=True)
class Metrics:
    """How good predictions were.

    Attributes
    ----------
    rmse_mm, mae_mm : float
        Errors of the median [mm].
    crps_mm : float
        Mean continuous ranked probability score [mm].
    coverage_50, coverage_80, coverage_90 : float
        Share of readings within the central bands [1].
    brier_skill : float or None
        Skill of the probability to be at the limit, for tools still below it, against the base
        rate of those events; None where all or none happened.
    ece : float or None
        Expected calibration error of that probability, ten bins [1].
    bias_mm : float
        Mean of median minus reading [mm].
    n, n_events : int
        Readings predicted, and those whose event was scored.
    """

    rmse_mm: float
    mae_mm: float
    crps_mm: float
    coverage_50: float
    coverage_80: float
    coverage_90: float
    brier_skill: float | None
    ece: float | None
    bias_mm: float
    n: int
    n_events: int


def measure(p: Predictions) -> Metrics | None:
    """Scores of predictions; None without any."""
    if not len(p):
        return None
    error = p.quantiles_mm[:, 3] - p.observed_mm
    inside = {
        band: (p.observed_mm >= p.quantiles_mm[:, low]) & (p.observed_mm <= p.quantiles_mm[:, high])
        for band, (low, high) in BANDS.items()
    }
    chance, came = p.p_limit[p.below], p.at_limit[p.below].astype(float)
    return Metrics(
        rmse_mm=float(np.sqrt(np.mean(error**2))),
        mae_mm=float(np.mean(np.abs(error))),
        crps_mm=float(np.mean(p.crps_mm)),
        coverage_50=float(np.mean(inside[50])),
        coverage_80=float(np.mean(inside[80])),
        coverage_90=float(np.mean(inside[90])),
        brier_skill=brier_skill(chance, came),
        ece=calibration_error(chance, came),
        bias_mm=float(np.mean(error)),
        n=len(p),
        n_events=int(p.below.sum()),
    )
