"""The forecast as the JSON document that other programs rely on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from twin.forecast.backtesting import Backtest
from twin.forecast.fitting import WearLaw
from twin.forecast.life_scores import ALPHA, BETA, LifeScores
from twin.forecast.moment import on_the_clock, steady
from twin.forecast.opportunities import Advice, Opportunity, advise
from twin.forecast.replacement import Costs
from twin.forecast.tools import ToolForecast

CURVES = ("p5", "p10", "p25", "p50", "p75", "p90", "p95")


def tool_document(tool: ToolForecast) -> dict[str, Any]:
    """One tool, with its fan and cost curve."""
    change, renewal = tool.change, tool.renewal
    return {
        "tool": tool.tool,
        "conditions": dict(tool.conditions),
        "now_min": tool.now_min,
        "vb_now_mm": asdict(tool.vb_now_mm),
        "remaining_min": asdict(tool.remaining_min),
        "p_fail_48h": tool.p_fail_48h,
        "p_break_48h": tool.p_break_48h,
        "hours": tool.hours,
        "p_fail": tool.p_fail,
        "best_change_min": tool.best_change_min,
        "best_change_at_min": tool.now_min + tool.best_change_min,
        "flat_min": list(change.flat_min),
        "p_fail_before_change": change.p_fail_before,
        "cost_rate": tool.cost_rate,
        "run_to_failure_cost_rate": renewal.run_to_failure_rate,
        "usual_change_age_min": renewal.best_min,
        "reasons": list(tool.reasons),
        "cost_curve": {"ahead_min": change.ahead_min, "regret": change.regret, "rate": change.rate},
        "fan": {
            "ahead_min": tool.fan.ahead_min,
            **{name: getattr(tool.fan, name) for name in CURVES},
            "alive": tool.alive,
        },
    }


def law_document(law: WearLaw) -> dict[str, Any]:
    """What was learnt, in numbers that a person can check."""
    # Of ln VB itself at the typical time and wear: the law is written in ln(VB + offset)
    mean = (law.fleet.mean * (1.0 + law.hyper["wear_offset"])[:, None]).mean(0)
    names = [
        f"{c.name}{suffix}"
        for c in law.scale.settings.columns
        for suffix in ([f"={level}" for level in (*c.levels, "other")] if c.levels else [""])
    ]
    return {
        "tools": law.n_tools,
        "readings": law.n_readings,
        "wear_exponent": mean[1],
        "effect_on_ln_vb": dict(zip(names, mean[2 : 2 + len(names)], strict=True)),
        "effective_particles": law.effective,
        "spread": law.spread,
    }


def advice_document(advice: Advice) -> dict[str, Any]:
    """When a change can be made, and what each moment costs above the best of all."""
    return {
        "best": asdict(advice.best),
        "any_time": asdict(advice.free),
        "options": [asdict(option) for option in advice.options],
    }


def with_opportunities(
    document: dict[str, Any],
    tools: Sequence[ToolForecast],
    stops: Sequence[Opportunity],
    costs: Costs,
    duty: float,
) -> dict[str, Any]:
    """Put beside each tool of a document when a change can be made, its hour, and its regret."""
    entries = zip(document["tools"], tools, strict=True)
    document["tools"] = [_advised(entry, tool, stops, costs, duty) for entry, tool in entries]
    return document


def _advised(
    entry: dict[str, Any], tool: ToolForecast, stops: Sequence[Opportunity], costs: Costs,
    duty: float,
) -> dict[str, Any]:  # fmt: skip
    found = advise(tool.alive, tool.fan.ahead_min, costs, tool.cost_rate, stops)
    return on_the_clock(entry | {"opportunities": advice_document(found)}, steady(duty))


def forecast_document(law: WearLaw, tools: Sequence[ToolForecast]) -> dict[str, Any]:
    """Every tool, and the law behind them."""
    return {"law": law_document(law), "tools": [tool_document(tool) for tool in tools]}


def backtest_document(test: Backtest) -> dict[str, Any]:
    """Scores of each protocol, whole and tool by tool."""
    return {
        "limit_mm": test.limit_mm,
        "metrics": {protocol: asdict(m) for protocol, m in test.metrics.items()},
        "by_tool": {
            protocol: {tool: asdict(m) for tool, m in tools.items()}
            for protocol, tools in test.by_tool.items()
        },
        "by_share": [{"share": share, **asdict(m)} for share, m in test.by_share.items()],
        **({"life": life_document(test.life)} if test.life else {}),
    }


def life_document(life: LifeScores) -> dict[str, Any]:
    """Scores of the remaining life: over all, by share of life, tool by tool, and each forecast."""
    return {
        "alpha": ALPHA,
        "beta": BETA,
        "prognostic_horizon": life.horizon,
        "cra": life.cra,
        "alpha_lambda": life.alpha_lambda,
        "by_share": [asdict(at) for at in life.by_share],
        "by_tool": {tool: asdict(scores) for tool, scores in life.by_tool.items()},
        "forecasts": [asdict(f) for f in life.forecasts],
        "left_out": list(life.left_out),
    }
