"""What-if: would this be better? Parameters at the left, the verdict at the right."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from twin import jobs
from twin.scenario import Scenario
from twin.ui import draft as drafts
from twin.ui import form, links, names, runs, shell
from twin.ui.browser import in_browser
from twin.ui.comparison import headline
from twin.ui.components import card, watch
from twin.ui.components.frame import page
from twin.ui.context import Context
from twin.ui.i18n import t
from twin.ui.links import View
from twin.ui.pages import _what_if_request as asking
from twin.ui.pages import _what_if_results as shown
from twin.ui.pages._what_if_editor import (
    FOREST,
    LUCK,
    PAGE,
    TRACE,
    Ids,
    choices,
    editor,
    foot,
    limits,
    request_box,
    rows,
)

ORDER = 20
ICON = "sliders-horizontal"
LAST = 12
"""Entries of the history."""


def layout(view: View, context: Context) -> Component:
    """Return the page: the draft of the address, and the job it names."""
    scenario = context.scenario(view.scenario)
    draft = drafts.from_address(scenario, view.all("set"))
    asked = view.one("n")
    count = int(asked) if asked.isdigit() else scenario.header.replications
    return page(
        PAGE,
        dcc.Store(id=Ids.BASE, data=view.scenario),
        dcc.Store(id=Ids.DRAFT, data=draft.store()),
        dcc.Store(id=Ids.ADDRESS),
        html.Div(
            [editor(scenario, draft), html.Div(shown.results(), id=Ids.RESULTS)], className="bench"
        ),
        shown.below(),
        foot(scenario, view.one("job"), count),
        request_box(),
    )


def register(app: Dash, context: Context) -> None:
    """Register the callbacks of the page."""
    _register_editing(app, context)
    _register_running(app, context)
    _register_results(app, context)
    _register_charts(app, context)
    _register_taking(app, context)
    asking.register(app, context)


# -- editing ------------------------------------------------------------------------------------


def _register_editing(app: Dash, context: Context) -> None:
    @app.callback(
        Output(Ids.DRAFT, "data", allow_duplicate=True),
        Output(Ids.ROWS, "children"),
        Output(Ids.ADD, "data"),
        Output(Ids.ADD, "value"),
        Input(Ids.ADD, "value"),
        Input({"row": ALL, "piece": "remove"}, "n_clicks"),
        Input({"row": ALL, "piece": "reset"}, "n_clicks"),
        Input(Ids.UNDO, "n_clicks"),
        Input(Ids.REDO, "n_clicks"),
        State(Ids.DRAFT, "data"),
        State(Ids.BASE, "data"),
        prevent_initial_call=True,
    )
    def edit(
        add: str | None, _x: Any, _r: Any, _u: Any, _d: Any, stored: Any, name: str
    ) -> tuple[Any, ...]:
        scenario, before = context.scenario(name), drafts.restore(stored)
        after = step(scenario, before, ctx.triggered_id, ctx.triggered[0]["value"], add)
        if after is before:
            return no_update, no_update, no_update, no_update
        return after.store(), rows(scenario, after), choices(scenario, after), None

    _register_checking(app, context)


def _register_checking(app: Dash, context: Context) -> None:
    numbers, words = ({"row": ALL, "piece": piece} for piece in ("number", "word"))
    in_browser(
        app,
        "link_sliders",
        Output({"row": ALL, "piece": "slider"}, "value"),
        Output(numbers, "value"),
        Input({"row": ALL, "piece": "slider"}, "value"),
        Input(numbers, "value"),
    )
    in_browser(
        app,
        "commit",
        Output(Ids.DRAFT, "data"),
        Input(numbers, "value"),
        Input(words, "value"),
        State(numbers, "id"),
        State(words, "id"),
        State(Ids.DRAFT, "data"),
    )

    @app.callback(
        Output(Ids.LIMITS, "children"),
        Output(Ids.FAULT, "children"),
        Output(numbers, "error"),
        Input(numbers, "value"),
        Input(words, "value"),
        State(numbers, "id"),
        State(words, "id"),
        State(Ids.BASE, "data"),
    )
    def check(typed: Any, chosen: Any, ids: Any, word_ids: Any, name: str) -> tuple[Any, ...]:
        scenario = context.scenario(name)
        values = gather(scenario, [*ids, *word_ids], [*typed, *chosen])
        found = drafts.faults(scenario, values)
        errors = [_error(scenario, key["row"], found) for key in ids]
        return limits(scenario, values), found.get("", ""), errors


def step(
    scenario: Scenario, draft: drafts.Draft, asked: Any, value: Any, add: str | None
) -> drafts.Draft:
    """Return the draft after one press: add, remove, reset, undo or redo."""
    if not value:
        return draft
    if isinstance(asked, str) and asked in {Ids.UNDO, Ids.REDO}:
        return draft.undo() if asked == Ids.UNDO else draft.redo()
    if asked == Ids.ADD and add:
        return draft.change({**draft.values, add: scenario.value(add)})
    if isinstance(asked, dict) and asked["piece"] == "remove":
        return drafts.without(draft, asked["row"])
    return drafts.with_base(draft, scenario, asked["row"]) if isinstance(asked, dict) else draft


def gather(scenario: Scenario, ids: list[dict[str, str]], values: list[Any]) -> dict[str, Any]:
    """Return path → value of the controls; one that is being typed keeps the baseline."""
    found: dict[str, Any] = {}
    for key, value in zip(ids, values, strict=True):
        read = form.read(scenario.declaration(key["row"]), value)
        found[key["row"]] = scenario.value(key["row"]) if read is None else read
    return found


def _error(scenario: Scenario, path: str, found: dict[str, str]) -> str | None:
    if path not in found:
        return None
    return t("what_if.out_of_range", range=form.range_text(scenario.declaration(path)))


# -- running ------------------------------------------------------------------------------------


def _register_running(app: Dash, context: Context) -> None:
    @app.callback(
        Output(watch.job(PAGE), "data"),
        Output(Ids.ADDRESS, "data"),
        Output(Ids.RESULTS, "className"),
        Input(Ids.DRAFT, "data"),
        Input(Ids.RUN, "n_clicks"),
        State(Ids.COUNT, "value"),
        State(Ids.AUTO, "checked"),
        State(Ids.BASE, "data"),
        State(watch.job(PAGE), "data"),
    )
    def ask(stored: Any, clicks: int, count: Any, auto: bool, name: str, job: str) -> Any:
        scenario, draft = context.scenario(name), drafts.restore(stored)
        pressed = ctx.triggered_id == Ids.RUN and bool(clicks)
        n = count if isinstance(count, int) and count > 0 else scenario.header.replications
        first = ctx.triggered_id is None
        if drafts.faults(scenario, draft.values):
            return no_update, address(name, draft, n, ""), "stale"
        if first and job:
            return no_update, address(name, draft, n, job), ""
        if not (pressed or auto or first):
            return no_update, address(name, draft, n, ""), "stale"
        asked = submit(scenario, draft, n)
        if job and job != asked and watch.is_open(job):
            jobs.cancel(job)
        return asked, address(name, draft, n, asked), ""

    in_browser(app, "address", Output(shell.Ids.DONE, "data", allow_duplicate=True),
               Input(Ids.ADDRESS, "data"))  # fmt: skip


def submit(scenario: Scenario, draft: drafts.Draft, replications: int) -> str:
    """Queue the comparison, or the baseline alone when nothing differs; return the job's id."""
    values = drafts.changed(scenario, draft.values)
    kind = "compare" if values else "run"
    return jobs.submit(kind, {**runs.baseline(scenario, replications), "values": values}).id


def address(name: str, draft: drafts.Draft, n: int, job: str) -> str:
    """Return the address that shows this state again."""
    query = {"set": drafts.to_address(draft.values), "n": str(n), "job": job}
    return links.write(PAGE, name, query)


# -- results ------------------------------------------------------------------------------------


def _register_results(app: Dash, context: Context) -> None:
    @app.callback(
        Output(Ids.VERDICT, "children"),
        Output(Ids.FIGURES, "children"),
        Output(Ids.CHANNEL, "data"),
        Output(Ids.CHANNEL, "value"),
        Output(Ids.KPI, "data"),
        Output(Ids.KPI, "value"),
        Input(watch.phase(PAGE), "data"),
        State(Ids.BASE, "data"),
        State(Ids.CHANNEL, "value"),
        State(Ids.KPI, "value"),
    )
    def show(phase: Any, name: str, channel: str | None, kpi: str | None) -> tuple[Any, ...]:
        state = (phase or {}).get("state", "none")
        if state in {"failed", "cancelled", "lost"}:
            return shown.trouble(phase), *[no_update] * 5
        if state != "done":
            return (no_update,) * 6
        scenario, result = context.scenario(name), shown.finished(phase["job"])
        assert result is not None
        offered = shown.channel_choices(scenario, result)
        kpis = [{"value": path, "label": f"{names.kpi(path)} · {names.owner(path)}"}
                for path in headline(scenario)]  # fmt: skip
        return (
            shown.verdict(scenario, result),
            shown.figure_table(scenario, result),
            offered,
            _keep(channel, offered),
            kpis,
            _keep(kpi, kpis),
        )


def _keep(value: str | None, offered: list[dict[str, str]]) -> str | None:
    """Return what was picked before if it is still there, else the first."""
    values = [one["value"] for one in offered]
    return value if value in values else (values[0] if values else None)


def _register_charts(app: Dash, context: Context) -> None:
    @app.callback(
        *card.chart_outputs(FOREST),
        Input(watch.phase(PAGE), "data"),
        Input(shell.THEME, "data"),
        State(Ids.BASE, "data"),
    )
    def draw_forest(phase: Any, theme: str, name: str) -> Any:
        if (phase or {}).get("state") in {"queued", "running"}:
            return card.unchanged()
        return card.chart_values(shown.forest(context.scenario(name), _result(phase), theme))

    @app.callback(
        *card.chart_outputs(TRACE),
        Input(Ids.CHANNEL, "value"),
        Input(Ids.CHANNEL, "data"),
        Input(shell.THEME, "data"),
        State(watch.phase(PAGE), "data"),
        State(Ids.BASE, "data"),
    )
    def draw_trace(channel: str | None, _d: Any, theme: str, phase: Any, name: str) -> Any:
        found = _result(phase)
        return card.chart_values(shown.trace(context.scenario(name), found, channel, theme))

    @app.callback(
        *card.chart_outputs(LUCK),
        Input(Ids.KPI, "value"),
        Input(Ids.KPI, "data"),
        Input(shell.THEME, "data"),
        State(watch.phase(PAGE), "data"),
    )
    def draw_luck(kpi: str | None, _d: Any, theme: str, phase: Any) -> Any:
        return card.chart_values(shown.luck(_result(phase), kpi, theme))


def _result(phase: Any) -> Any:
    done = phase and phase["state"] == "done"
    return shown.finished(phase["job"]) if done else None


# -- taking it away -----------------------------------------------------------------------------


def _register_taking(app: Dash, context: Context) -> None:
    @app.callback(
        Output(Ids.FILE, "data"),
        Input(Ids.SAVE, "n_clicks"),
        State(Ids.DRAFT, "data"),
        State(Ids.BASE, "data"),
        prevent_initial_call=True,
    )
    def save(_n: int, stored: Any, name: str) -> Any:
        scenario, draft = context.scenario(name), drafts.restore(stored)
        title = t("what_if.file_title", title=scenario.title)
        text = drafts.scenario_file(scenario, f"{name}.toml", draft.values, title)
        return {"content": text, "filename": f"{name}_what_if.toml", "type": "application/toml"}

    @app.callback(
        Output(Ids.HISTORY_LIST, "children"),
        Input(Ids.HISTORY, "n_clicks"),
        State(Ids.BASE, "data"),
        prevent_initial_call=True,
    )
    def list_history(_n: int, name: str) -> Any:
        return history(context, name)


def history(context: Context, name: str) -> list[Component]:
    """Return links to the latest runs of a scenario."""
    file = str(context.file(name))
    mine = [job for job in jobs.list_jobs() if job.payload.get("scenario") == file
            and job.kind in {"run", "compare"} and "sense" in job.payload][:LAST]  # fmt: skip
    if not mine:
        return [html.P(t("what_if.history_none"), className="quiet")]
    return [html.P(t("what_if.history"), className="noun"), *[_past(job, name) for job in mine]]


def _past(job: jobs.Job, name: str) -> Component:
    values = job.payload.get("values") or {}
    listed = t("what_if.comma").join(
        f"{names.parameter(path)} {drafts.written(value)}" for path, value in values.items()
    )
    query = {"set": drafts.to_address(values), "n": str(job.payload.get("replications") or ""),
             "job": job.id}  # fmt: skip
    state = t(f"shell.job_{job.state}", done=job.done, total=job.total)
    return dcc.Link(
        [html.Span(listed or t("what_if.baseline")), html.Span(state, className="quiet small")],
        href=links.write(PAGE, name, query),
        className="past",
    )
