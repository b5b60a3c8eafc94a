"""The history of Experiments: what was tried, newest first; find it, open it, put it away."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from twin import history, jobs
from twin.history import Experiment
from twin.ui import baseline, links, names, shell
from twin.ui import draft as drafts
from twin.ui import experiment_words as words
from twin.ui.browser import in_browser
from twin.ui.components import watch
from twin.ui.components.frame import aria, icon, notice, page
from twin.ui.context import Context
from twin.ui.i18n import t
from twin.ui.links import View
from twin.ui.pages._experiments_ids import PAGE, Ids
from twin.ui.wear_layout import GRID_LOOK
from twin.ui.wording import day_or_hour

ALL = "all"
BUSY, CALM = 1500, 15_000
"""Between two looks at the list while something runs, and while nothing does [ms]."""
SHOWN = 200


def layout(view: View, context: Context) -> Component:
    """Return the list of what was tried."""
    new = dcc.Link(
        dmc.Button(t("experiments.new"), leftSection=icon("plus"), tabIndex=-1),
        href=links.write(PAGE, view.scenario, {"new": "1"}), className="button-link",
    )  # fmt: skip
    kind = view.one("kind", ALL)
    return page(
        PAGE,
        dcc.Store(id=Ids.NAME, data=view.scenario),
        dcc.Store(id=Ids.ADDRESS), dcc.Store(id=Ids.WENT), dcc.Store(id=Ids.LAST),
        dcc.Interval(id=Ids.TICK, interval=BUSY),
        html.Section(
            [
                html.Div(
                    [html.Div([html.P(t("experiments.history_noun"), className="noun"),
                               html.H2(t("shell.loading"), id=Ids.COUNTED)]),
                     dmc.Button(t("experiments.pair"), id=Ids.PAIR, variant="default", n_clicks=0,
                                disabled=True, leftSection=icon("sliders-horizontal"))],
                    className="card-top experiments-top",
                ),
                _filters(view, kind if kind in history.KINDS else ALL),
                _undo(),
                _grid(),
                html.Div(id=Ids.EMPTY),
            ],
            className="card",
        ),
        aside=new,
    )  # fmt: skip


def _filters(view: View, kind: str) -> Component:
    kinds = [{"value": one, "label": t(f"experiments.filter_{one}")}
             for one in (ALL, "compare", "sweep", "optimise", "run")]  # fmt: skip
    return html.Div(
        [
            dmc.TextInput(id=Ids.SEARCH, value=view.one("q"), size="sm", debounce=200,
                          placeholder=t("experiments.search"), leftSection=icon("search"),
                          className="experiments-search",
                          **aria(label=t("experiments.search"))),
            dmc.SegmentedControl(id=Ids.KIND, data=kinds, value=kind, size="sm",
                                 **aria(label=t("experiments.filter"))),
            dmc.Switch(id=Ids.HERE, label=t("experiments.here"), size="sm",
                       checked=view.one("here") == "1"),
            dmc.Switch(id=Ids.HIDDEN, label=t("experiments.hidden"), size="sm",
                       checked=view.one("hidden") == "1"),
        ],
        className="controls experiments-filters",
    )  # fmt: skip


def _undo() -> Component:
    button = dmc.Button(t("what_if.undo"), id=Ids.UNDO, n_clicks=0, size="xs", variant="default",
                        leftSection=icon("undo-2"))  # fmt: skip
    return html.Div([html.Span(id=Ids.UNDO_WORDS), button], id=Ids.UNDO_BAR, role="status",
                    className="started", hidden=True)  # fmt: skip


def _grid() -> Component:
    phone = {"context": {"phone": True}}
    columns = [
        {"field": "when", "headerName": t("experiments.col_when"), "width": 116,
         "cellClass": "quiet number-cell"},
        {"field": "finding", "headerName": t("experiments.col_finding"), "flex": 1, "minWidth": 220,
         "cellRenderer": "TwinFinding", "autoHeight": True, "wrapText": True, **phone},
        {"field": "size", "headerName": t("experiments.col_size"), "width": 104,
         "type": "rightAligned"},
        {"field": "state", "headerName": t("experiments.col_state"), "width": 140,
         "cellRenderer": "TwinJobState"},
        {"field": "act", "headerName": "", "width": 60, "cellRenderer": "TwinAct",
         "resizable": False, **phone},
    ]  # fmt: skip
    grid: Component = dag.AgGrid(
        id=Ids.GRID,
        columnDefs=columns,
        rowData=[],
        getRowId="params.data.id",
        defaultColDef={"sortable": False, "resizable": True, "suppressMovable": True},
        dashGridOptions={
            "theme": {"function": f"themeQuartz.withParams({json.dumps(GRID_LOOK)})"},
            "rowSelection": {"mode": "multiRow", "checkboxes": True, "headerCheckbox": False,
                             "enableClickSelection": False,
                             "isRowSelectable": {"function": "!!params.data.run"}},
            "selectionColumnDef": {"width": 44, "suppressMovable": True},
            "headerHeight": 36, "rowHeight": 64, "domLayout": "autoHeight",
            "suppressColumnVirtualisation": True, "animateRows": False,
        },
        className="wear-grid experiments-grid is-empty",
        style={"height": None, "width": "100%"},
    )  # fmt: skip
    return grid


# -- rows ---------------------------------------------------------------------------------------


def once(listed: Sequence[Experiment]) -> list[Experiment]:
    """Leave of runs of a scenario as it is only the newest: every page asks for one."""
    seen: set[str] = set()
    kept = []
    for one in listed:
        plain = one.kind == "run" and not one.payload.get("values") and "sense" in one.payload
        same = f"{one.file} {one.payload.get('base_values')}"
        if not (plain and same in seen):
            kept.append(one)
        if plain:
            seen.add(same)
    return kept


def rows(listed: Sequence[Experiment], context: Context) -> list[dict[str, Any]]:
    """Return the rows of the list."""
    known = {str(file): name for name, file in context.scenarios.items()}
    return [_row(one, known.get(one.file, ""), context) for one in listed]


def _row(one: Experiment, name: str, context: Context) -> dict[str, Any]:
    written = one.title or (context.scenario(name).title if name else Path(one.file).stem)
    title = names.scenario(written)
    act = "cancel" if one.open else "show" if one.hidden else "hide"
    state, share = _state(one)
    return {
        "id": one.id, "at": one.created, "when": day_or_hour(one.created),
        "finding": words.finding(one),
        "kind": words.design(one.kind, {**one.payload, **one.gist}), "title": title,
        "what": words.of_experiment(one) if one.state == "done" else "",
        "size": words.size(one), "state": state,
        "level": {"failed": "red", "cancelled": "amber"}.get(one.state, ""),
        "share": share, "run": one.run_id, "act": act,
        "act_label": t(f"experiments.{act}"), "href": address(one, name, context.first),
        "by": one.by if one.by.startswith("twin ") else "", "hidden": one.hidden,
    }  # fmt: skip


def _state(one: Experiment) -> tuple[str, float | None]:
    """The state in a word or, of what runs, how far it is, and the per cent of it."""
    if not one.open:
        return t(f"experiments.state_{one.state}"), None
    job = jobs.Job(one.id, one.kind, dict(one.payload), "running" if one.done else "queued",
                   one.done, one.total, 1, one.by, one.created, one.updated, {}, "")  # fmt: skip
    return watch.words(job), round(100.0 * one.done / one.total, 1) if one.total else 0.0


def address(one: Experiment, name: str, first: str) -> str:
    """Return where an experiment opens: a comparison in What-if, all others on this page."""
    payload = one.payload
    if name and one.kind in {"compare", "run"} and "sense" in payload:
        return what_if(name, payload, one.id)
    key = "run" if one.id == one.run_id else "job"
    return links.write(PAGE, name or first, {key: one.id})


def what_if(name: str, payload: Mapping[str, Any], job: str = "") -> str:
    """Return the address that opens a question in What-if again."""
    held = payload.get("base_values") or {}
    query = {"set": drafts.to_address(payload.get("values") or {}),
             "base": drafts.to_address(held) or [baseline.FILE],
             "n": str(payload.get("replications") or ""), "job": job}  # fmt: skip
    return links.write("what_if", name, query)


def wanted(
    found: Sequence[Mapping[str, Any]], listed: Sequence[Experiment], text: str, kind: str,
    file: str, *, hidden: bool,
) -> list[Mapping[str, Any]]:  # fmt: skip
    """Return the rows that a filter leaves: every word of ``text`` stands in the row."""
    asked = text.lower().split()
    return [
        row
        for row, one in zip(found, listed, strict=True)
        if one.hidden == hidden
        and kind in {ALL, one.kind}
        and file in {"", one.file}
        and all(word in _searched(row) for word in asked)
    ][:SHOWN]


def _searched(row: Mapping[str, Any]) -> str:
    keys = ("when", "finding", "kind", "title", "what", "state", "id")
    return " ".join(str(row[key]) for key in keys).lower()


# -- callbacks ----------------------------------------------------------------------------------


def act(data: Mapping[str, Any] | None) -> str:
    """Do what a button of a row asks; return the id of the row when it was put out of sight."""
    asked, identity = (data or {}).get("value"), str((data or {}).get("rowId", ""))
    if asked == "cancel":
        jobs.cancel(identity)
    elif asked in {"hide", "show"}:
        history.hide(identity, asked == "hide")
    return identity if asked == "hide" else ""


def register(app: Dash, context: Context) -> None:
    """Register the callbacks of the history."""

    @app.callback(
        Output(Ids.GRID, "rowData"),
        Output(Ids.GRID, "className"),
        Output(Ids.COUNTED, "children"),
        Output(Ids.EMPTY, "children"),
        Output(Ids.TICK, "interval"),
        Output(Ids.LAST, "data"),
        Output(Ids.UNDO_BAR, "hidden"),
        Output(Ids.UNDO_WORDS, "children"),
        Output(Ids.ADDRESS, "data"),
        Input(Ids.TICK, "n_intervals"),
        Input(Ids.SEARCH, "value"),
        Input(Ids.KIND, "value"),
        Input(Ids.HERE, "checked"),
        Input(Ids.HIDDEN, "checked"),
        Input(Ids.GRID, "cellRendererData"),
        Input(Ids.UNDO, "n_clicks"),
        State(Ids.LAST, "data"),
        State(Ids.NAME, "data"),
        State(Ids.GRID, "rowData"),
    )
    def fill(
        _n: Any, text: str, kind: str, here: bool, hidden: bool, data: Any, _u: int, last: str,
        name: str, before: Any,
    ) -> tuple[Any, ...]:  # fmt: skip
        if ctx.triggered_id == Ids.UNDO and last:
            history.hide(last, False)
            last = ""
        elif ctx.triggered_id == Ids.GRID:
            last = act(data)
        listed = once(history.experiments())
        every = rows(listed, context)
        file = str(context.file(name)) if here else ""
        found = wanted(every, listed, text or "", kind, file, hidden=hidden)
        running = sum(one.open for one in listed)
        query = {"q": text or "", "kind": "" if kind == ALL else kind, "here": "1" if here else "",
                 "hidden": "1" if hidden else ""}  # fmt: skip
        return (
            no_update if found == before else found,
            f"wear-grid experiments-grid{'' if found else ' is-empty'}",
            counted(len(found), running),
            [] if found else empty(name, bool(listed)),
            BUSY if running else CALM,
            last or "",
            not last,
            t("experiments.was_hidden"),
            links.write(PAGE, name, query),
        )

    in_browser(app, "address", Output(Ids.WENT, "data"), Input(Ids.ADDRESS, "data"))
    in_the_browser: Any = app.clientside_callback
    in_the_browser(
        ClientsideFunction("experiments", "columns"), Output(Ids.GRID, "columnDefs"),
        Input(Ids.NAME, "data"), State(Ids.GRID, "columnDefs"),
    )  # fmt: skip
    _register_pair(app)


def counted(n: int, running: int) -> str:
    """Return how many experiments are listed, and how many of all are running."""
    said = t("experiments.counted", n=n)
    return said + (t("experiments.counted_running", n=running) if running else "")


def empty(name: str, any_: bool) -> Component:
    """Return what stands where there is no row: nothing was tried, or the filter leaves none."""
    if any_:
        return notice("empty", t("experiments.none_found"), t("experiments.none_found_why"))
    link = dcc.Link([icon("sliders-horizontal"), t("experiments.none_try")],
                    href=links.write("what_if", name), className="with-icon")  # fmt: skip
    return notice("empty", t("experiments.none"), t("experiments.none_why"), link)


def _register_pair(app: Dash) -> None:
    @app.callback(
        Output(Ids.PAIR, "disabled"),
        Output(Ids.PAIR, "children"),
        Input(Ids.GRID, "selectedRows"),
        prevent_initial_call=True,
    )
    def offer_pair(chosen: list[dict[str, Any]] | None) -> tuple[bool, str]:
        n = len(chosen or [])
        return n != 2, t("experiments.pair" if n in {0, 2} else "experiments.pair_two")

    @app.callback(
        Output(shell.Ids.URL, "href", allow_duplicate=True),
        Input(Ids.PAIR, "n_clicks"),
        State(Ids.GRID, "selectedRows"),
        State(Ids.NAME, "data"),
        prevent_initial_call=True,
    )
    def open_pair(clicks: int, chosen: list[dict[str, Any]] | None, name: str) -> Any:
        if not clicks or len(chosen or []) != 2:
            return no_update
        older, newer = sorted(chosen or [], key=lambda row: float(row["at"]))
        return links.write(PAGE, name, {"pair": [older["run"], newer["run"]]})
