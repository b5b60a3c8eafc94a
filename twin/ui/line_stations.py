"""The stations of a line in figures: where their time goes, and their table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twin.ui import figures_line_time, names
from twin.ui.components.card import Chart
from twin.ui.i18n import t
from twin.ui.line_view import SHARES, Ran
from twin.ui.wording import UNKNOWN, number, unit, with_band

TABLE = (*SHARES, "oee", "made", "queue")
"""KPIs in the table of stations."""


def time_chart(of: Ran, theme: str, width: float = 1000.0) -> Chart:
    """Return where the time of each station goes, as means over all replications."""
    stations = list(of.line.stations)
    shares: dict[str, list[float]] = {}
    for name in SHARES:
        values = [of.value(f"stations.{key}.{name}") or 0.0 for key in stations]
        if any(values):
            shares[name.replace("_", " ")] = values
    if "waiting repair" in shares and "down" in shares:  # the KPI "down" has both
        both = zip(shares["down"], shares["waiting repair"], strict=True)
        shares["down"] = [down - waiting for down, waiting in both]
    words = {state: names.word(state) for state in shares}
    figure = figures_line_time.time_shares(
        shares, stations, theme, axis=t("line.share_axis"), words=words, width=width
    )
    work = {key: of.value(f"stations.{key}.working") or 0.0 for key in stations}
    top, low = max(work, key=lambda k: work[k]), min(work, key=lambda k: work[k])
    finding = t("line.time_finding", top=top, most=number(work[top], 0), low=low,
                least=number(work[low], 0))  # fmt: skip
    head = [t("line.col_station"), *words.values()]
    rows = [[key, *(f"{values[i]:.1f} %" for values in shares.values())]
            for i, key in enumerate(stations)]  # fmt: skip
    return Chart(finding, figure, t("line.time_caption", n=of.outcome.replications), head, rows)


def station_table(of: Ran, limiting: Sequence[str] = ()) -> dict[str, list[Any]]:
    """Return every station's figures with their intervals; only the columns that it has.

    ``limiting`` are the stations that are said to be the bottleneck.
    """
    stations = list(of.line.stations)
    columns = [name for name in TABLE if _shown(of, stations, name)]
    head = [t("line.col_station"), *(_column(of, stations, name) for name in columns)]
    body = [
        [f"{key} · {t('line.bottleneck')}" if key in limiting else key,
         *(_cell(of.kpi(f"stations.{key}.{name}")) for name in columns)]
        for key in stations
    ]  # fmt: skip
    return {"head": head, "body": body}


def _shown(of: Ran, stations: Sequence[str], name: str) -> bool:
    values = [of.value(f"stations.{key}.{name}") for key in stations]
    return any(values) if name in SHARES else any(value is not None for value in values)


def _column(of: Ran, stations: Sequence[str], name: str) -> str:
    kpis = [of.kpi(f"stations.{key}.{name}") for key in stations]
    said = names.word(name.replace("_", " ")) if name in SHARES else names.kpi(name)
    of_unit = next(kpi["unit"] for kpi in kpis if kpi is not None)
    return f"{said}{t('line.in_unit', unit=unit(of_unit).strip())}"


def _cell(kpi: Mapping[str, Any] | None) -> str:
    if kpi is None or kpi["value"] is None:
        return UNKNOWN
    return with_band(kpi["value"], kpi["low"], kpi["high"]) if kpi["value"] else "0"
