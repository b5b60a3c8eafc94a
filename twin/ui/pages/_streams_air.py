"""What an air sensor read through a run, and beside it who was there and what the node said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from twin.signals.air import READS
from twin.ui import names
from twin.ui.components.card import Chart
from twin.ui.figures import HOUR, axis_title, blank
from twin.ui.i18n import t
from twin.ui.theme import palette
from twin.ui.wording import number

MILLION = 1e6
Array = npt.NDArray[np.float64]
JUDGED = ("empty", "occupied")


def through(
    tables: Mapping[str, pd.DataFrame],
    sensor: str,
    nodes: Sequence[str],
    theme: str,
) -> Chart:
    """Return CO2 over the run, the truth and the verdicts in two rows above it.

    ``tables`` of the run: ``samples``, ``events``, ``inferences``.
    """
    events = tables["events"]
    looked = events[(events["source"] == sensor) & (events["name"] == "window")]
    time, truth = looked["time"].to_numpy(float) / HOUR, looked["subject"].astype(str).tolist()
    newest = readings(tables["samples"], sensor, looked["time"].to_numpy(float))
    said = _said(tables["inferences"], nodes)
    p, figure = palette(theme), blank(theme)
    figure.add_scatter(x=time, y=newest[:, 0] * MILLION, mode="lines", showlegend=False,
                       line={"color": p.accent, "width": 1.2},
                       hovertemplate="%{x:.2f} h: %{y:.0f} ppm<extra></extra>")  # fmt: skip
    rows = [(t("streams.who_truth"), time, truth, p.text)]
    if len(said):
        rows.append((t("streams.who_said"), said["time"].to_numpy(float) / HOUR,
                     said["label"].astype(str).tolist(), p.amber))  # fmt: skip
    for place, (name, at, words, colour) in enumerate(rows):
        _row(figure, 1 - place, name, at, words, colour)
    figure.update_layout(
        yaxis={"domain": [0.0, 0.72], "title": axis_title("CO2 [ppm]")},
        yaxis2={"domain": [0.78, 1.0], "tickvals": [1, 0][: len(rows)],
                "ticktext": [row[0] for row in rows], "range": [-0.6, 1.6], "fixedrange": True},
        showlegend=False,
    )  # fmt: skip
    figure.update_xaxes(title=axis_title(t("buildings.time_axis")))
    return Chart(_finding(truth, time, said), figure, t("streams.air_caption"),
                 [t("streams.col_what"), t("streams.col_value"), t("streams.col_unit")],
                 _table(newest))  # fmt: skip


def readings(samples: pd.DataFrame, sensor: str, due: Array) -> Array:
    """Return all readings of a run, ``(due, 4)``; not a number where one was lost."""
    mine = samples[samples["source"] == sensor]
    wide = mine.pivot_table(index="time", columns="channel", values="value", observed=True)
    return wide.reindex(index=due, columns=list(READS)).to_numpy(float)


def _said(inferences: pd.DataFrame, nodes: Sequence[str]) -> pd.DataFrame:
    mine = inferences[inferences["source"].isin(list(nodes[:1]))]
    return mine[mine["label"].astype(str).isin(JUDGED)]


def _row(
    figure: go.Figure, place: int, name: str, at: np.ndarray, words: Sequence[str], colour: str
) -> None:
    """Draw when somebody was there, or was said to be, as a bar in a row of its own."""
    there = np.array([word == "occupied" for word in words])
    height = np.where(there, float(place), np.nan)
    said = [names.word(word) for word in words]
    figure.add_scatter(x=at, y=height, mode="lines", yaxis="y2", name=name, customdata=said,
                       line={"color": colour, "width": 9}, connectgaps=False,
                       hovertemplate="%{x:.2f} h: %{customdata}<extra>" + name + "</extra>",
                       )  # fmt: skip


def _finding(truth: Sequence[str], time: np.ndarray, said: pd.DataFrame) -> str:
    if not len(said):
        return t("streams.air_unjudged")
    known = dict(zip(np.round(time, 6).tolist(), truth, strict=True))
    at = np.round(said["time"].to_numpy(float) / HOUR, 6).tolist()
    labels = said["label"].astype(str).tolist()
    right = [known.get(one) == label for one, label in zip(at, labels, strict=True)]
    share = 100.0 * float(np.mean(right))
    return t("streams.air_judged", share=number(share, 0), n=number(len(right), 0))


def _table(newest: np.ndarray) -> list[list[str]]:
    units = ((names.word("co2"), MILLION, 0.0, "ppm"),
             (names.word("temperature"), 1.0, -273.15, "°C"),
             (names.word("humidity"), 100.0, 0.0, "%"),
             (names.word("illuminance"), 1.0, 0.0, "lx"))  # fmt: skip
    rows = []
    for column, (name, factor, offset, unit) in enumerate(units):
        known = newest[np.isfinite(newest[:, column]), column] * factor + offset
        if known.size:
            ends = f"{number(float(known.min()), 1)} – {number(float(known.max()), 1)}"
            rows.append([name, ends, unit])
    return rows
