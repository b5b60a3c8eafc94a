"""How good past forecasts were, as the page shows it: an answer in, a chart, tables, a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twin.forecast.orders import chance
from twin.ui import figures_reliability as figures
from twin.ui.components.card import Chart
from twin.ui.figures_wear import Words
from twin.ui.i18n import t
from twin.ui.wording import UNKNOWN, number

PROTOCOLS = ("conditions", "next", "origins", "ahead")
FEW_TOOLS = 6  # below which scores of past forecasts say nothing of the next tool
HONEST = (0.80, 0.97)  # share inside the 90 % band that is told as honest
KEYS = ("mae_mm", "rmse_mm", "crps_mm", "coverage_50", "coverage_80", "coverage_90", "brier_skill",
        "n")  # fmt: skip
OF_LIVES = ("coverage_50", "coverage_80", "coverage_90", "brier_skill", "ece", "n")

Past = Mapping[str, Any]
Table = dict[str, Any]


def tools_of(document: Past) -> int:
    """Return how many tools were forecast that had been left out, or lived to their end."""
    if "tools" in document:
        return int(document["tools"])
    return max((len(tools) for tools in document["by_tool"].values()), default=0)


def trusted(document: Past) -> bool:
    """Whether there were enough tools to trust the scores."""
    return tools_of(document) >= FEW_TOOLS


def verdict(document: Past) -> str:
    """Return whether the scores can be trusted, in a sentence."""
    n = tools_of(document)
    key = "past_enough" if trusted(document) else "past_too_few"
    if "tools" in document:
        key += "_sim"
    return t(f"tool_wear.{key}", n=n, most=FEW_TOOLS)


def scores(document: Past) -> Table:
    """Return the table of the protocols with their scores."""
    metrics = document["metrics"]
    keys = OF_LIVES if "ahead" in metrics else KEYS
    last = "score_forecasts" if "ahead" in metrics else "score_n"
    named = [t(f"tool_wear.score_{key}") for key in keys[:-1]]
    head = [t("tool_wear.protocol"), *named, t(f"tool_wear.{last}")]
    body = [
        [t(f"tool_wear.protocol_{name}"), *(_score(key, metrics[name][key]) for key in keys)]
        for name in PROTOCOLS
        if name in metrics
    ]
    return {"head": head, "body": body}


def _score(key: str, value: float | None) -> str:
    if value is None:
        return UNKNOWN
    if key == "n":
        return str(value)
    if key.startswith("coverage"):
        return _share(value)
    return number(value, 3 if key.endswith("_mm") else 2)


def _share(value: float | None) -> str:
    return UNKNOWN if value is None else f"{100 * value:.0f} %"


def lives(document: Past) -> Table:
    """Return the scores of the remaining life at shares of life; empty without any."""
    found = document.get("life") or {"by_share": []}
    keys = ("share", "alpha_lambda", "accuracy", "mae_min", "coverage_80", "n")
    head = [t(f"tool_wear.life_{key}") for key in keys]
    body = [
        [_share(at["share"]), _share(at["alpha_lambda"]), number(at["accuracy"], 2),
         number(at["mae_min"], 1), _share(at["coverage_80"]), str(at["n"])]
        for at in found["by_share"]
    ]  # fmt: skip
    return {"head": head, "body": body} if body else {"head": [], "body": []}


def life_finding(document: Past) -> str:
    """Return prognostic horizon, alpha-lambda and accuracy of the remaining life in words."""
    life = document.get("life")
    if not life or not life["by_share"]:
        return t("tool_wear.life_none")
    return t(
        "tool_wear.life_finding", ph=_share(life["prognostic_horizon"]),
        al=_share(life["alpha_lambda"]), cra=number(life["cra"], 2), n=len(life["by_tool"]),
    )  # fmt: skip


def reliability(document: Past, theme: str) -> Chart:
    """Return the reliability diagram of past forecasts."""
    if not document["metrics"] or not any(m["n"] for m in document["metrics"].values()):
        return Chart(t("tool_wear.past_none"), None, t("tool_wear.past_none_why"))
    names = {name: t(f"tool_wear.protocol_{name}") for name in PROTOCOLS}
    words = Words(x=t("tool_wear.axis_forecast_p"), y=t("tool_wear.axis_came"),
                  perfect=t("tool_wear.perfect"))  # fmt: skip
    figure = figures.reliability(document, theme, words, names)
    levels = next(iter(document["reliability"].values()))["level"]
    head = [t("tool_wear.axis_forecast_p"), *(names[name] for name in document["reliability"])]
    rows = [
        [f"{100 * level:.0f} %",
         *(f"{100 * entry['below'][i]:.0f} %" for entry in document["reliability"].values())]
        for i, level in enumerate(levels)
    ]  # fmt: skip
    simulated = "ahead" in document["metrics"]
    caption = t("tool_wear.past_caption_sim" if simulated else "tool_wear.past_caption")
    return Chart(_finding(document), figure, caption, head, rows)


def _finding(document: Past) -> str:
    metrics = document["metrics"]
    name = next(n for n in ("ahead", "origins", *metrics) if n in metrics)
    held, n = metrics[name]["coverage_90"], metrics[name]["n"]
    low, high = HONEST
    word = "narrow" if held < low else "wide" if held > high else "honest"
    if word == "honest" and not trusted(document):
        word = "held"
    kind = "_sim" if name == "ahead" else ""
    return t(f"tool_wear.past_{word}{kind}", held=chance(held), n=n)
