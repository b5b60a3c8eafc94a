"""Every point of a sweep or a search: as rows, as a file, and the one that is chosen."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from twin.ui import baseline, comparison, links, names
from twin.ui import draft as drafts
from twin.ui import experiment_words as words
from twin.ui.comparison import Line
from twin.ui.components.frame import aria, icon
from twin.ui.experiment_charts import verdict
from twin.ui.experiment_told import Found, change_text, kpi_text
from twin.ui.i18n import t
from twin.ui.wording import half_width, number

FIRST = 5
"""KPIs of the chosen point that are in sight; the others are one click away."""
FEW = 2
"""Parameters that stand in front of the figures; more stand behind the goal."""
SHOWN = 4
"""KPIs that have a column; the others are behind the chosen point and in the file."""


def table(it: Found) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return columns and rows; a row keeps figures to sort by and texts to show."""
    if it.design == "optimise":
        return _tried(it)
    if not it.points:
        return [], []
    kpis = it.kpis()[:SHOWN]
    columns: list[dict[str, Any]] = [_column("mark", "", width=56, numeric=False)]
    varied = [_column(f"p{n}", it.axis_of(path), width=104, numeric=path_is_number(it, path))
              for n, path in enumerate(it.paths)]  # fmt: skip
    shown = [_column(f"k{n}", it.axis(kpi), width=148) for n, kpi in enumerate(kpis)]
    told = []
    if it.goal and it.document.get("base"):
        told.append(_column("d", t("experiments.col_gain"), width=156))
    if it.limits():
        told.append(_column("held", t("experiments.col_limits"), width=112, numeric=False))
    few = len(it.paths) <= FEW
    columns += [*(varied if few else []), *shown[:1], *told, *([] if few else varied), *shown[1:]]
    rows = [_row(it, place, kpis) for place in range(len(it.points))]
    if it.goal:
        sign = -1.0 if it.maximise else 1.0
        rows.sort(key=lambda row: sign * row["k0"] if row["k0"] is not None else float("inf"))
    return columns, rows


def path_is_number(it: Found, path: str) -> bool:
    """Return whether a parameter varies over numbers."""
    options = it.dimension(path)["options"]
    return not options or not isinstance(options[0], (str, bool))


def _column(key: str, name: str, *, width: int = 132, numeric: bool = True) -> dict[str, Any]:
    column: dict[str, Any] = {"field": key, "headerName": name, "minWidth": width, "flex": 1}
    if key not in {"mark", "held", "n"}:
        column["valueFormatter"] = {"function": f"params.data.t_{key}"}
    if numeric:
        column |= {"type": "rightAligned", "cellDataType": "number"}
    else:
        column |= {"cellDataType": "text"}
    if key == "mark":
        column |= {"flex": 0, "width": width, "sortable": False}
    return column


def _row(it: Found, place: int, kpis: list[str]) -> dict[str, Any]:
    point = it.points[place]
    marks = it.marks
    sign = "★" if place == marks.best else "~" if place in marks.as_good else ""
    front = "◆" if place in it.document.get("pareto", ()) else ""
    row: dict[str, Any] = {"id": str(place), "mark": f"{sign} {front}".strip()}
    for n, path in enumerate(it.paths):
        at = point["values"].get(path, it.dimension(path)["now"])
        row[f"p{n}"] = at if path_is_number(it, path) else words.value(at)
        row[f"t_p{n}"] = words.value(at)
    for n, kpi in enumerate(kpis):
        figures = point["kpis"][kpi]
        row[f"k{n}"] = figures["value"]
        row[f"t_k{n}"] = kpi_text(figures, "1")
    told = point.get("difference", {}).get(it.goal)
    if told:
        row["d"], row["t_d"] = told["value"], _change(told)
    if "held" in point:
        row["held"] = _held(point["held"])
    return row


def _change(told: Mapping[str, Any]) -> str:
    if told["value"] is None:
        return "–"
    if not told["value"] and not half_width(told["low"], told["high"]):
        return t("what_if.same")
    return f"{change_text(told)}, {verdict(told['verdict'])}"


def _held(held: Mapping[str, str]) -> str:
    worst = next((word for word in ("not met", "cannot tell") if word in held.values()), "met")
    return t("experiments.held_" + worst.replace(" ", "_"))


def _tried(it: Found) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The points of a search: their order, values, and the goal's mean on the luck of the search.

    What could not be built says why.
    """
    columns = [_column("n", "#", width=64)]
    columns += [_column(f"p{n}", it.axis_of(path), numeric=path_is_number(it, path))
                for n, path in enumerate(it.paths)]  # fmt: skip
    columns.append(_column("k0", it.axis(it.goal), width=148))
    columns.append(_column("held", t("experiments.col_limits"), width=148, numeric=False))
    sign = 1.0 if it.maximise else -1.0
    rows = []
    for place, trial in enumerate(it.document["trials"]):
        row: dict[str, Any] = {"id": str(place), "n": place + 1}
        for n, path in enumerate(it.paths):
            at = trial["point"][path]
            row[f"p{n}"] = at if path_is_number(it, path) else words.value(at)
            row[f"t_p{n}"] = words.value(at)
        score = trial["score"]
        row["k0"] = None if score is None else sign * score
        row["t_k0"] = "–" if score is None else number(sign * score)
        row["held"] = _trial_held(it, trial)
        rows.append(row)
    ordered = sorted(rows, key=lambda row: (row["k0"] is None, -sign * (row["k0"] or 0.0)))
    return columns, ordered


def _trial_held(it: Found, trial: Mapping[str, Any]) -> str:
    if trial["fault"]:
        return t("experiments.cannot_be_built")
    if not it.limits():
        return ""
    key = "met" if trial["safe"] else "cannot_tell" if (trial["excess"] or 0) <= 0 else "not_met"
    return t(f"experiments.held_{key}")


def first(it: Found, asked: str) -> int | None:
    """Return the point that is chosen at first: that of the address, else the best."""
    total = len(it.document["trials"]) if it.design == "optimise" else len(it.points)
    if asked.isascii() and asked.isdigit() and int(asked[:9]) < total:
        return int(asked[:9])
    if it.design != "optimise":
        return it.marks.best if it.marks.best is not None else (0 if total else None)
    best = it.document["best"]["values"]
    points = [trial["point"] for trial in it.document["trials"]]
    return points.index(best) if best in points else None


# -- the chosen point ---------------------------------------------------------------------------


def values_of(it: Found, place: int) -> Mapping[str, Any]:
    """Return what a point sets; −1 is the point that a search chose."""
    if it.design != "optimise":
        found: Mapping[str, Any] = it.points[place]["values"]
    elif place < 0:
        found = it.document["best"]["values"]
    else:
        found = it.document["trials"][place]["point"]
    return found


def way_on(it: Found, place: int, name: str) -> Component | None:
    """Return the way to What-if with a point's values set; None when the scenario is not here."""
    if not name:
        return None
    values = {**(it.payload.get("values") or {}), **values_of(it, place)}
    values = {path: value for path, value in values.items() if path not in drafts.NEVER}
    held = it.payload.get("base_values") or {}
    n = it.document["replications"]
    runs = n["confirm"] if isinstance(n, dict) else n
    query = {"set": drafts.to_address(values), "base": drafts.to_address(held) or [baseline.FILE],
             "n": str(runs) if 2 <= runs <= 500 else ""}  # fmt: skip
    return dcc.Link([icon("sliders-horizontal"), t("experiments.to_what_if")],
                    href=links.write("what_if", name, query), className="with-icon")  # fmt: skip


def panel(it: Found, place: int | None, name: str) -> list[Component]:
    """Return what is told of the chosen point, and the way on from it."""
    noun = html.P(t("experiments.chosen_noun"), className="noun")
    if place is None:
        return [noun, html.H2(t("experiments.choose")),
                html.P(t("experiments.choose_why"), className="quiet")]  # fmt: skip
    values = values_of(it, place)
    parts: list[Component] = [noun, html.H2(words.setting(values, it.units))]
    if it.design == "optimise":
        parts += _of_trial(it, place)
    else:
        parts.append(_figures(it, place))
    way = way_on(it, place, name)
    if way is not None and values:
        parts += [html.P(way), html.P(t("experiments.to_what_if_why"), className="quiet small")]
    return parts


def _of_trial(it: Found, place: int) -> list[Component]:
    trial = it.document["trials"][place]
    if trial["fault"]:
        return [html.P(trial["fault"], className="quiet")]
    chosen = trial["point"] == it.document["best"]["values"]
    found = [html.P(t("experiments.is_chosen"), className="strong")] if chosen else []
    sign = 1.0 if it.maximise else -1.0
    text = kpi_text({"value": sign * trial["score"] if trial["score"] is not None else None,
                     "low": None, "high": None}, it.measures[it.goal]["unit"])  # fmt: skip
    runs = it.document["replications"]["search"]
    said = t("experiments.trial_said", kpi=names.kpi(it.goal), value=text, n=runs)
    return [*found, html.P(said, className="quiet")]


def _figures(it: Found, place: int) -> Component:
    """KPIs of a point with their intervals, and what they are beside the scenario as it is."""
    point = it.points[place]
    told = point.get("difference", {})
    kpis = [kpi for kpi in dict.fromkeys([*it.kpis()[:SHOWN], *told])
            if point["kpis"][kpi]["value"] is not None]  # fmt: skip
    rows = [_figure(it, kpi, point["kpis"][kpi], told.get(kpi)) for kpi in kpis]
    first = _figure_table(rows[:FIRST])
    if len(rows) <= FIRST:
        return first
    more = html.Summary(t("experiments.see_more", n=len(rows) - FIRST))
    return html.Div([first, html.Details([more, _figure_table(rows[FIRST:])])])


def _figure_table(rows: list[Component]) -> Component:
    return html.Table(html.Tbody(rows), className="figures point-figures",
                      **aria(label=t("experiments.chosen_noun")))  # fmt: skip


def _figure(
    it: Found, kpi: str, figures: Mapping[str, Any], told: Mapping[str, Any] | None
) -> Component:
    of = it.measures[kpi]["unit"]
    cell: list[Component] = [html.Div(kpi_text(figures, of))]
    if told:
        cell.append(html.Div(_beside(kpi, of, told), className="quiet small"))
    return html.Tr([html.Th(it.name(kpi), scope="row"), html.Td(cell)])


def _beside(kpi: str, of: str, told: Mapping[str, Any]) -> str:
    if told["value"] is None:
        return "–"
    line = Line(kpi, of, "", {}, {}, told)
    if not told["value"] and not half_width(told["low"], told["high"]):
        return t("what_if.same")
    return f"{comparison.bare_difference(line)}: {comparison.verdict_text(line)}"


# -- a file -------------------------------------------------------------------------------------


def as_csv(it: Found) -> str:
    """Return every point with every known KPI and its interval, as CSV for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    if it.design == "sobol":
        writer.writerow(["parameter", "alone", "low", "high", "with interactions", "low", "high"])
        for share in it.document["sobol"]:
            writer.writerow([share["path"], *share["first"], *share["total"]])
    elif it.design == "morris":
        writer.writerow(["parameter", "effect", "low", "high", "mean", "spread"])
        for one in it.document["morris"]:
            writer.writerow([one["path"], *one["weight"], one["mean"], one["spread"]])
    elif it.design == "optimise":
        sign = 1.0 if it.maximise else -1.0
        writer.writerow(["try", *it.paths, it.goal, "excess", "fault"])
        for place, one in enumerate(it.document["trials"], 1):
            score = "" if one["score"] is None else sign * one["score"]
            writer.writerow([place, *(one["point"][path] for path in it.paths), score,
                             one["excess"], one["fault"]])  # fmt: skip
    else:
        _write_points(writer, it)
    return "\ufeff" + out.getvalue()


def _write_points(writer: Any, it: Found) -> None:
    kpis = it.kpis()
    head = [f"{path} [{it.units[path]}]" for path in it.paths]
    for kpi in kpis:
        of = f"{kpi} [{it.measures[kpi]['unit']}]"
        head += [of, f"{of} low", f"{of} high"]
    writer.writerow(head)
    for point in it.points:
        row = [point["values"].get(path, it.dimension(path)["now"]) for path in it.paths]
        for kpi in kpis:
            row += [point["kpis"][kpi][key] for key in ("value", "low", "high")]
        writer.writerow(row)
