"""Pictures with what the node said of each, for the pages Streams and Nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from twin.nodes.eye import CAMERAS
from twin.nodes.inspection import is_sound
from twin.scenario import Scenario
from twin.ui import names, runs, signal_figures
from twin.ui.components.card import Chart
from twin.ui.i18n import t
from twin.ui.pages import _streams_views as views
from twin.ui.pages._streams_views import QUIET, Window
from twin.ui.wording import clock, number

SOON = 1e-6
"""A verdict may be this much older than its window, by rounding in the store [s]."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a node said of one picture, and what it really shows."""

    label: str
    score: float
    truth: str

    @property
    def flawed(self) -> bool:
        """Whether it called the part flawed."""
        return self.label not in QUIET and not is_sound(self.label)

    @property
    def right(self) -> bool:
        """Whether that is what the picture shows."""
        return self.label == self.truth

    def words(self) -> str:
        """Return the verdict with its score."""
        return f"{names.word(self.label)} {100.0 * self.score:.0f} %"


def is_camera(scenario: Scenario, sensor: str) -> bool:
    """Return whether a sensor takes grey pictures."""
    return sensor in scenario.entries and scenario.entries[sensor].kind in CAMERAS


def verdict_on(
    window: Window, inferences: pd.DataFrame, nodes: Sequence[str], period: float
) -> Said | None:
    """Return what the first of ``nodes`` said of a window before the next; None when nothing."""
    mine = inferences[inferences["source"].isin(list(nodes[:1]))]
    late = mine["time"].to_numpy(float) - window.time
    found = mine[(late >= -SOON) & (late < period - SOON)]
    if found.empty:
        return None
    first: Any = found.iloc[0]
    return Said(str(first["label"]), float(first["score"]), window.truth)


def picture(window: Window, said: Said | None, theme: str) -> Chart:
    """Return a camera picture, with the verdict as its finding where a node gave one."""
    frame = window.data
    rows = [[t("streams.mean_grey"), number(100 * float(frame.mean()), 1), "%"],
            [t("streams.contrast"), number(100 * float(frame.std()), 1), "%"],
            [t("streams.pixels"), f"{frame.shape[1]} × {frame.shape[0]}", ""]]  # fmt: skip
    finding, caption = t("streams.picture_at", at=clock(window.time)), t("streams.picture_caption")
    if said is not None:
        finding = t("streams.picture_said", verdict=said.words())
        key = "streams.picture_right" if said.right else "streams.picture_wrong"
        caption = t(key, truth=names.word(said.truth)) + " " + caption
        rows = [[t("streams.col_label"), said.words(), ""],
                [t("streams.really"), names.word(said.truth), ""], *rows]  # fmt: skip
    figure = signal_figures.picture(frame, theme)
    return Chart(finding, figure, caption, views.columns(), rows)


def film(windows: Sequence[Window], said: Sequence[Said | None], theme: str) -> Chart:
    """Return the kept pictures of a sensor side by side, each over the verdict on it."""
    pairs = [(window, one) for window, one in zip(windows, said, strict=True) if one is not None]
    if not pairs:
        return Chart(t("streams.no_verdict"), None, t("streams.no_verdict_why"))
    figure = signal_figures.film(
        [window.data for window, _ in pairs],
        [_lines(one) for _, one in pairs],
        [one.flawed for _, one in pairs],
        theme,
    )  # fmt: skip
    right = sum(one.right for _, one in pairs)
    rows = [[clock(window.time), names.word(one.label), f"{100 * one.score:.0f} %",
             names.word(one.truth)] for window, one in pairs]  # fmt: skip
    head = [t(f"streams.{name}") for name in ("col_at", "col_label", "col_score", "really")]
    finding = t("streams.film", right=right, total=len(pairs))
    return Chart(finding, figure, t("streams.film_caption"), head, rows)


def _lines(said: Said) -> list[str]:
    really = [] if said.right else [f"({names.word(said.truth)})"]
    return [names.word(said.label), f"{100.0 * said.score:.0f} %", *really]


def tables(run: str) -> dict[str, pd.DataFrame]:
    """Return the tables of a run that hold pictures and what was said of them."""
    return {name: runs.table(run, name) for name in ("blocks", "events", "inferences")}


def film_of(
    scenario: Scenario, sensor: str, node: str, tables: dict[str, pd.DataFrame], theme: str
) -> Chart:
    """Return the film of one node's sensor from the tables of a run."""
    period = float(scenario.entries[sensor].settings.period)  # type: ignore[attr-defined]
    seen = views.windows(tables["blocks"], tables["events"], sensor)
    said = [verdict_on(window, tables["inferences"], [node], period) for window in seen]
    return film(seen, said, theme)
