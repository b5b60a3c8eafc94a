"""Results of a sweep or a search: the finding, charts, every point, and where to go from one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from twin import jobs
from twin.ui import experiment_charts as charts
from twin.ui import experiment_words as words
from twin.ui import links, names, shell
from twin.ui.browser import in_browser
from twin.ui.components import card, watch
from twin.ui.components.card import Chart, chart_card
from twin.ui.components.frame import aria, icon, page, sim_tag
from twin.ui.context import Context
from twin.ui.experiment_told import Found, found
from twin.ui.i18n import t
from twin.ui.links import View
from twin.ui.pages import _experiments_points as points
from twin.ui.pages import _experiments_said as saying
from twin.ui.pages._experiments_ids import (
    GAIN,
    MAIN,
    MORRIS,
    PAGE,
    PARETO,
    SOBOL,
    TORNADO,
    TRACE,
    Ids,
)
from twin.ui.wear_layout import GRID_LOOK
from twin.ui.wording import day_or_hour

CARDS = {
    "grid": (MAIN, PARETO), "sample": (MAIN, PARETO), "tornado": (TORNADO,), "sobol": (SOBOL,),
    "morris": (MORRIS,), "optimise": (TRACE, GAIN),
}  # fmt: skip
"""Charts of each design, in the order they stand."""
ROW_PX, HEAD_PX, TALL = 36, 64, 420


def layout(view: View, context: Context, job: jobs.Job) -> Component:
    """Return the page of one sweep or search."""
    design = "optimise" if job.kind == "optimise" else str(job.payload.get("design", "grid"))
    name = name_of(context, job.payload)
    picked = {key: view.one(key) for key in ("kpi", "x", "one", "other", "point")}
    return page(
        PAGE,
        dcc.Store(id=Ids.OF, data={"job": job.id, "name": name, "design": design, **picked}),
        dcc.Store(id=Ids.ADDRESS), dcc.Store(id=Ids.WENT), dcc.Download(id=Ids.FILE),
        _head(job, context, name),
        html.Div([html.Div(_chart(one), className=_width(one, design))
                  for one in CARDS[design]], id=Ids.DRAWN, className="cards"),
        html.Div([] if MAIN in CARDS[design] else _pickers(MAIN) + _pickers(PARETO), hidden=True),
        _points(design),
        aside=_aside(view.scenario, name, job.id),
    )  # fmt: skip


def name_of(context: Context, payload: Mapping[str, Any]) -> str:
    """Return what the app calls the scenario of a question; empty when it offers it no more."""
    file = str(payload.get("scenario", ""))
    return next((name for name, path in context.scenarios.items() if str(path) == file), "")


def _aside(here: str, name: str, job: str) -> Component:
    back = dcc.Link([icon("history"), t("experiments.back")], href=links.write(PAGE, here),
                    className="with-icon")  # fmt: skip
    if not name:
        return html.Div(back, className="page-aside")
    again = dcc.Link(
        dmc.Button(t("experiments.ask_again"), leftSection=icon("sliders-horizontal"),
                   variant="default", tabIndex=-1),
        href=links.write(PAGE, name, {"new": "1", "from": job}), className="button-link",
    )  # fmt: skip
    return html.Div([back, again], className="page-aside")


def _head(job: jobs.Job, context: Context, name: str) -> Component:
    title = str(job.payload.get("scenario", ""))
    if name:
        title = names.scenario(context.scenario(name).title)
    told = [words.design(job.kind, job.payload), title, day_or_hour(job.created)]
    noun = [html.Span(" · ".join(told)), sim_tag()]
    take = [
        dmc.Button(t(f"experiments.save_{kind}"), id=one, n_clicks=0, size="xs", variant="default",
                   leftSection=icon("file-down"))
        for one, kind in ((Ids.CSV, "csv"), (Ids.JSON, "json"))
    ]  # fmt: skip
    return html.Section(
        [
            html.Div([html.Div(noun, className="noun verdict-noun"),
                      html.Div(take, className="experiments-take")], className="card-top"),
            html.Div(html.H2(t("shell.loading"), className="quiet"), id=Ids.RESULT),
            watch.strip(PAGE, job.id),
        ],
        className="card verdict", **aria(live="polite"),
    )  # fmt: skip


def _width(one: str, design: str) -> str:
    if one in {MAIN, PARETO}:
        return "half"
    return {TRACE: "two-thirds", GAIN: "third"}.get(one, "whole")


def _select(name: Ids, label: str) -> Component:
    drawn: Component = dmc.Select(
        id=name, data=[], size="sm", allowDeselect=False, searchable=True, label=label,
        comboboxProps={"shadow": "none"}, className="experiments-pick",
    )  # fmt: skip
    return drawn


def _pickers(one: str) -> list[Component]:
    """What chooses the content of a chart; callbacks need all of them on every page."""
    if one == MAIN:
        return [_select(Ids.KPI, t("experiments.pick_kpi")),
                _select(Ids.X, t("experiments.pick_x"))]  # fmt: skip
    if one == PARETO:
        return [_select(Ids.ONE, t("experiments.pick_one")),
                _select(Ids.OTHER, t("experiments.pick_other"))]  # fmt: skip
    return []


def _chart(one: str) -> Component:
    picker = html.Div(_pickers(one), className="experiments-picks") if _pickers(one) else None
    return chart_card(one, t(f"experiments.{one}_noun"), height=320, picker=picker,
                      waiting=t("experiments.running"))  # fmt: skip


def _points(design: str) -> Component:
    """The table of points, and the one that is chosen; Sobol' indices keep no points."""
    grid: Component = dag.AgGrid(
        id=Ids.POINTS_GRID, columnDefs=[], rowData=[], getRowId="params.data.id",
        defaultColDef={"sortable": True, "resizable": True, "suppressMovable": True,
                       "wrapHeaderText": True},
        dashGridOptions={
            "theme": {"function": f"themeQuartz.withParams({json.dumps(GRID_LOOK)})"},
            "rowSelection": {"mode": "singleRow", "checkboxes": False,
                             "enableClickSelection": True},
            "rowHeight": ROW_PX, "headerHeight": 44, "suppressColumnVirtualisation": True,
            "localeText": {"noRowsToShow": t("experiments.nothing_drawn")},
        },
        className="wear-grid points-grid", style={"height": "380px", "width": "100%"},
    )  # fmt: skip
    noun = t("experiments.tried_noun" if design == "optimise" else "experiments.points_noun")
    return html.Div(
        [
            html.Div(html.Section([html.P(noun, className="noun"), html.H2(t("experiments.points")),
                                   grid], className="card"), className="two-thirds"),
            html.Div(html.Section(html.Div(id=Ids.CHOSEN), className="card chosen-point",
                                  **aria(live="polite")), className="third"),
        ],
        id=Ids.TABLED, className="cards", hidden=design in saying.WITHOUT_POINTS,
    )  # fmt: skip


# -- callbacks ----------------------------------------------------------------------------------


def told(phase: Mapping[str, str] | None) -> Found | None:
    """Return what the job of the page found; None while there is nothing."""
    if not phase or phase["state"] != "done":
        return None
    return found(jobs.get(phase["job"]))


def register(app: Dash) -> None:
    """Register the callbacks of the results."""
    _register_head(app)
    _register_charts(app)
    _register_points(app)
    _register_taking(app)


def _register_head(app: Dash) -> None:
    @app.callback(
        Output(Ids.RESULT, "children"),
        *(Output(one, prop) for one in (Ids.KPI, Ids.X, Ids.ONE, Ids.OTHER)
          for prop in ("data", "value")),
        Output(Ids.X, "disabled"),
        Output(Ids.POINTS_GRID, "columnDefs"),
        Output(Ids.POINTS_GRID, "rowData"),
        Output(Ids.POINTS_GRID, "style"),
        Output(Ids.POINTS_GRID, "selectedRows", allow_duplicate=True),
        Input(watch.phase(PAGE), "data"),
        State(Ids.OF, "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    def fill(phase: Any, of: dict[str, Any]) -> tuple[Any, ...]:
        it = told(phase)
        if it is None:
            return (saying.trouble(phase), *[no_update] * 13)
        picks = [value for pick in offered(it, of) for value in pick]
        fixed = len(it.paths) == 1 or (it.design == "grid" and len(it.paths) == 2)
        columns, rows = points.table(it)
        chosen = points.first(it, of["point"])
        tall = min(TALL, HEAD_PX + ROW_PX * len(rows))
        return (saying.said(it, of["name"]), *picks, fixed, columns, rows,
                {"height": f"{tall}px", "width": "100%"},
                [{"id": str(chosen)}] if chosen is not None else [])  # fmt: skip

    @app.callback(
        Output(Ids.DRAWN, "hidden"),
        Output(Ids.TABLED, "hidden"),
        Input(watch.phase(PAGE), "data"),
        State(Ids.OF, "data"),
    )
    def without_result(phase: Any, of: dict[str, Any]) -> tuple[bool, bool]:
        ended = (phase or {}).get("state") in {"cancelled", "failed"}
        return ended, ended or of["design"] in saying.WITHOUT_POINTS

    @app.callback(
        Output(shell.Ids.URL, "href", allow_duplicate=True),
        Input(Ids.AGAIN, "n_clicks"),
        State(Ids.OF, "data"),
        prevent_initial_call=True,
    )
    def again(clicks: int | None, of: dict[str, Any]) -> Any:
        if not clicks:
            return no_update
        before = jobs.get(of["job"])
        job = jobs.submit(before.kind, before.payload, by=PAGE)
        return links.write(PAGE, of["name"], {"job": job.id})


def offered(it: Found, of: Mapping[str, Any]) -> list[tuple[list[dict[str, str]], str | None]]:
    """Return choices and choice of each picker: the KPI, the parameter, the two of the front."""
    if it.design not in {"grid", "sample"}:
        return [([], None)] * 4
    kpis = [{"value": kpi, "label": _kpi_label(it, kpi)} for kpi in it.kpis()]
    paths = [{"value": path, "label": words.parameter(path)} for path in it.paths]
    listed = [one["value"] for one in kpis]
    two = list(it.document.get("pareto_of") or []) or listed[:2]
    usual = {"kpi": it.goal or (listed[0] if listed else None), "x": it.paths[0],
             "one": two[0] if two else None, "other": two[-1] if two else None}  # fmt: skip
    known = {"x": it.paths}
    picked = {key: of[key] if of[key] in known.get(key, listed) else value
              for key, value in usual.items()}  # fmt: skip
    return [(paths if key == "x" else kpis, picked[key]) for key in ("kpi", "x", "one", "other")]


def _kpi_label(it: Found, kpi: str) -> str:
    owner = names.owner(kpi)
    return f"{names.kpi(kpi)} · {owner}" if owner else names.kpi(kpi)


def _register_charts(app: Dash) -> None:
    def draws(name: str, draw: Callable[..., Chart], *picks: Ids) -> None:
        @app.callback(
            *card.chart_outputs(name),
            Output(card.part(name, "figure"), "style"),
            Input(watch.phase(PAGE), "data"),
            Input(shell.THEME, "data"),
            *(Input(pick, "value") for pick in picks),
            prevent_initial_call=True,
        )
        def drawn(phase: Any, theme: str, *picked: str | None) -> tuple[Any, ...]:
            it = told(phase)
            if it is None or not all(picked):
                return (*card.chart_values(_waiting(phase)), no_update)
            chart = draw(it, *picked, theme)
            height = chart.figure.layout.height if chart.figure is not None else None
            return (*card.chart_values(chart), {"height": f"{height or 320}px"})

    draws(MAIN, charts.main, Ids.KPI, Ids.X)
    draws(PARETO, charts.pareto, Ids.ONE, Ids.OTHER)
    draws(TORNADO, charts.tornado)
    draws(SOBOL, charts.sobol)
    draws(MORRIS, charts.morris)
    draws(TRACE, charts.trace)
    draws(GAIN, charts.gain)


def _waiting(phase: Any) -> Chart:
    state = (phase or {}).get("state", "none")
    open_now = state in {"queued", "running", "none", "done"}
    why = t("experiments.running" if open_now else "line.not_drawn")
    return Chart(t("experiments.nothing_drawn"), None, why)


def _register_points(app: Dash) -> None:
    @app.callback(
        Output(Ids.POINTS_GRID, "selectedRows"),
        Output(Ids.POINTS_GRID, "scrollTo"),
        Input(card.part(ALL, "figure"), "clickData"),
        prevent_initial_call=True,
    )
    def click(_clicked: Any) -> tuple[Any, Any]:
        number = clicked(ctx.triggered[0]["value"])
        if number is None:
            return no_update, no_update
        trace = (ctx.triggered_id or {}).get("chart") == TRACE
        row = str(number - 1 if trace else number)
        return [{"id": row}], {"rowId": row}

    @app.callback(
        Output(Ids.CHOSEN, "children"),
        Output(Ids.ADDRESS, "data"),
        Input(Ids.POINTS_GRID, "selectedRows"),
        Input(Ids.KPI, "value"),
        Input(Ids.X, "value"),
        Input(Ids.ONE, "value"),
        Input(Ids.OTHER, "value"),
        State(watch.phase(PAGE), "data"),
        State(Ids.OF, "data"),
        prevent_initial_call=True,
    )
    def choose(
        chosen: Sequence[Mapping[str, Any]] | None, kpi: str, x: str, one: str, other: str,
        phase: Any, of: dict[str, Any],
    ) -> tuple[Any, Any]:  # fmt: skip
        it = told(phase)
        if it is None:
            return no_update, no_update
        number = int(chosen[0]["id"]) if chosen else None
        query = {"job": of["job"], "kpi": kpi or "", "x": x or "", "one": one or "",
                 "other": other or "", "point": "" if number is None else str(number)}  # fmt: skip
        return points.panel(it, number, of["name"]), links.write(PAGE, of["name"], query)

    in_browser(app, "address", Output(Ids.WENT, "data", allow_duplicate=True),
               Input(Ids.ADDRESS, "data"))  # fmt: skip


def clicked(data: Any) -> int | None:
    """Return the number of the point that was clicked in a chart; None for none."""
    try:
        number = data["points"][0]["customdata"]
        number = number[0] if isinstance(number, list) else number
        return int(number) if int(number) >= 0 else None
    except (KeyError, IndexError, TypeError, ValueError):
        return None


def _register_taking(app: Dash) -> None:
    @app.callback(
        Output(Ids.FILE, "data"),
        Input(Ids.CSV, "n_clicks"),
        Input(Ids.JSON, "n_clicks"),
        State(watch.phase(PAGE), "data"),
        prevent_initial_call=True,
    )
    def take(_c: int, _j: int, phase: Any) -> Any:
        it = told(phase)
        if it is None or not ctx.triggered[0]["value"]:
            return no_update
        name = charts.file_name(str(it.document["scenario"]))
        if ctx.triggered_id == Ids.CSV:
            return {"content": points.as_csv(it), "filename": f"{name}.csv", "type": "text/csv"}
        text = json.dumps({"question": dict(it.payload), **it.document}, ensure_ascii=False,
                          indent=1)  # fmt: skip
        return {"content": text, "filename": f"{name}.json", "type": "application/json"}
