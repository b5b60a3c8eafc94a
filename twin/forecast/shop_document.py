"""The forecast of a twin's tools as JSON: what a forecast of measured wear has, and more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from twin.forecast.bearing_assumptions import bearing_assumptions
from twin.forecast.document import advice_document, tool_document
from twin.forecast.moment import on_the_clock
from twin.forecast.shop import Chance, Shop, ShopTool

ASSUMPTIONS = (
    "declared life, scatter and hazard are the prior; where a tool has no reading they are all",
    "reaching the limit in the cut costs as much as a break",
)
BREAKS = "sudden breakage counts, by the declared hazard that grows with wear"
NO_BREAKS = "sudden breakage does not count: only wear does"


def assumptions(breakage: bool, bearings: Sequence[Mapping[str, Any]] = ()) -> tuple[str, ...]:
    """What a forecast of a twin's tools, and of its bearings where it has some, rests on."""
    tools = (*ASSUMPTIONS, BREAKS if breakage else NO_BREAKS)
    return (*tools, *bearing_assumptions(bearings))


def shop_document(shop: Shop) -> dict[str, Any]:
    """Every tool of the twin at one moment."""
    return {
        "now_h": shop.now / 3600.0,
        "replications": shop.replications,
        "time_unit": "min",
        "duty": "simulated: the twin run on past now, from the same hour of the day",
        "tools": [shop_tool_document(tool) for tool in shop.tools],
        "bearings": [dict(bearing) for bearing in shop.bearings],
    }


def shop_tool_document(shown: ShopTool) -> dict[str, Any]:
    """One tool, with its fan, its cost curve and what its policy will do."""
    kind, tool = shown.kind, shown.tool
    readings = [{"cut_min": at, "vb_mm": vb} for at, vb in tool.readings]
    told = shown.forecast
    entry = tool_document(shown.forecast) | {
        "machine": kind.machine,
        "tool_name": kind.name,
        "number": tool.number + tool.broken,
        "broken": tool.broken,
        "policy": kind.policy,
        "limit_mm": kind.limit_mm,
        "life_min": kind.life_min,
        "readings": readings,
        "read_min": told.read_min,
        "read_mm": told.read_mm,
        "p1": asdict(shown.p_fail),
        "p2": asdict(shown.p_break_policy),
        "p2_horizon": asdict(shown.p_break_horizon),
        "half_h": shown.half_h,
        "p_this_tool_breaks_48h": shown.p_this_breaks,
        "changes_48h": asdict(shown.changes) | {"p5": shown.changes_low, "p95": shown.changes_high},
        "breaks_48h": asdict(shown.breaks),
        "pot": shown.pot,
        "in_magazine": shown.in_magazine,
        "spares_48h": shown.spares,
        "cutting_min_48h": asdict(_band(shown)),
        "remaining_h": asdict(shown.left_h),
        "best_change_h": shown.best_change_h,
        "clock": {"h": shown.duty.hours[::4], "min": shown.duty.minutes.mean(0)[::4]},
        "change_takes_min": kind.change_min,
        "costs": asdict(kind.costs),
        "opportunities": advice_document(shown.advice),
    }
    return on_the_clock(entry, shown.duty.clock)


def _band(shown: ShopTool) -> Chance:
    """Minutes of cutting within 48 h, mean and spread over the futures."""
    minutes = shown.duty.at(48.0)
    return Chance(float(minutes.mean()), float(minutes.std() / len(minutes) ** 0.5))
