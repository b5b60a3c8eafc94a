"""Forecasts of the remaining life of a tool as they would have been made at shares of its life."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from twin.forecast.fitting import WearLaw
from twin.forecast.life_scores import LifeForecast, end_of_life, mass_within
from twin.forecast.lifetime import quantile_of_life
from twin.forecast.table import ToolRecord, WearTable
from twin.forecast.tools import MIDDLE, forecast

SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Shares of life at which forecasts are made [1]."""


def lives(
    law: WearLaw,
    r: ToolRecord,
    *,
    limit_mm: float,
    seed: int,
    shares: Sequence[float] = SHARES,
    time_unit: str = "min",
) -> Iterator[LifeForecast]:
    """Forecast the life of a tool that the law never saw, from shares of its life.

    At a share, what was read up to then is known, and that it is still below its limit. Nothing
    comes of a tool that never reached the limit, or that was at it from the first reading on.
    """
    end = end_of_life(r.time_min, r.vb_mm, limit_mm)
    if end is None or end <= 0 or r.vb_mm[0] >= limit_mm:
        return
    known = tuple(_until(r, share * end, str(share)) for share in sorted(shares))
    found = forecast(law, WearTable(known, time_unit), limit_mm=limit_mm, seed=seed, breakage=False)
    for share, was, told in zip(sorted(shares), known, found, strict=True):
        left = (1.0 - share) * end
        # That it is below its limit is known: the curve starts at 1
        alive = told.alive / told.alive[0] if told.alive[0] > 0 else told.alive
        ahead = told.fan.ahead_min
        p10, p50, p90 = (quantile_of_life(alive, ahead, p) for p in MIDDLE)
        mass = mass_within(alive, ahead, left)
        yield LifeForecast(r.tool, float(share), was.n, p10, p50, p90, left, mass)


def _until(r: ToolRecord, now_min: float, name: str) -> ToolRecord:
    """The tool as it was known then."""
    before = r.time_min <= now_min
    return replace(
        r, tool=name, time_min=r.time_min[before], vb_mm=r.vb_mm[before], now_min=now_min,
        broken=False,
    )  # fmt: skip
