"""What-if: would this be better? Parameters at the left, the verdict at the right."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from twin import jobs
from twin.errors import BadInput, Fault
from twin.scenario import Scenario, shipped
from twin.ui import baseline, form, links, names, refusals, shell
from twin.ui import draft as drafts
from twin.ui.browser import in_browser
from twin.ui.components import card, watch
from twin.ui.components.frame import page
from twin.ui.context import Context
from twin.ui.i18n import t
from twin.ui.links import View
from twin.ui.pages import _what_if_request as asking
from twin.ui.pages import _what_if_results as shown
from twin.ui.pages._what_if_editor import (
    FEWEST,
    FOREST,
    LUCK,
    MOST,
    PAGE,
    TRACE,
    Ids,
    choices,
    editor,
    foot,
    limits,
    margins,
    request_box,
    rows,
    started,
)
from twin.ui.pages._what_if_question import Question

ORDER = 20
ICON = "sliders-horizontal"
LAST = 12
"""Entries of the history."""


def layout(view: View, context: Context) -> Component:
    """Return the page: the draft of the address, and the job it names."""
    start = baseline.of_address(context, view.scenario, view.all("base"))
    scenario = start.scenario
    draft = drafts.from_address(scenario, view.all("set"))
    count = _count(view.one("n"), scenario)
    return page(
        PAGE,
        dcc.Store(id=Ids.BASE, data=start.store()),
        dcc.Store(id=Ids.DRAFT, data=draft.store()),
        dcc.Store(id=Ids.ADDRESS),
        dcc.Store(id=Ids.OTHER_BASE, data=baseline.other(start)[1]),
        started(start),
        html.Div(
            [editor(scenario, draft), html.Div(shown.results(), id=Ids.RESULTS)], className="bench"
        ),
        shown.below(scenario, view.one("kpi")),
        foot(scenario, view.one("job"), count),
        request_box(),
    )


def _count(asked: str, scenario: Scenario) -> int:
    """How many runs the address asks for; without it what the scenario says, as far as it goes."""
    if not asked:
        return min(max(scenario.header.replications, FEWEST), MOST)
    if not (asked.isascii() and asked.isdigit()) or not FEWEST <= int(asked[:9]) <= MOST:
        message = f"allowed {FEWEST} to {MOST} runs here; twin compare -n takes more"
        raise BadInput(Fault(message, "n", value=asked[:20]))
    return int(asked)


def register(app: Dash, context: Context) -> None:
    """Register the callbacks of the page."""
    _register_editing(app, context)
    _register_running(app, context)
    _register_results(app, context)
    _register_charts(app, context)
    _register_taking(app, context)
    asking.register(app, context)


# -- editing ------------------------------------------------------------------------------------

NUMBERS, WORDS = ({"row": ALL, "piece": piece} for piece in ("number", "word"))


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
        Input(WORDS, "value"),
        State(WORDS, "id"),
        State(Ids.DRAFT, "data"),
        State(Ids.BASE, "data"),
        prevent_initial_call=True,
    )
    def edit(
        add: str | None, _x: Any, _r: Any, _u: Any, _d: Any, chosen: Any, ids: Any, stored: Any,
        base: Any,
    ) -> tuple[Any, ...]:  # fmt: skip
        scenario, before = baseline.restore(context, base).scenario, drafts.restore(stored)
        by = ctx.triggered_id
        if isinstance(by, dict) and by["piece"] == "word":
            after = drafts.accompany(scenario, before, gather(scenario, ids, chosen))
        else:
            after = step(scenario, before, by, ctx.triggered[0]["value"], add)
        if after is before:
            return no_update, no_update, no_update, no_update
        return after.store(), rows(scenario, after), choices(scenario, after), None

    _register_typing(app)
    _register_checking(app, context)


def _register_typing(app: Dash) -> None:
    in_browser(
        app,
        "link_sliders",
        Output({"row": ALL, "piece": "slider"}, "value"),
        Output(NUMBERS, "value"),
        Input({"row": ALL, "piece": "slider"}, "value"),
        Input(NUMBERS, "value"),
    )
    in_browser(
        app,
        "commit",
        Output(Ids.DRAFT, "data"),
        Input(NUMBERS, "value"),
        Input(WORDS, "value"),
        State(NUMBERS, "id"),
        State(WORDS, "id"),
        State(Ids.DRAFT, "data"),
    )


TYPED = (Input(NUMBERS, "value"), Input(WORDS, "value"), State(NUMBERS, "id"), State(WORDS, "id"),
         State(Ids.BASE, "data"))  # fmt: skip
"""What stands in the controls of the parameters."""


def _register_checking(app: Dash, context: Context) -> None:
    @app.callback(
        Output(Ids.LIMITS, "children"),
        Output(Ids.FAULT, "children"),
        Output(NUMBERS, "error"),
        *TYPED,
    )
    def check(typed: Any, chosen: Any, ids: Any, word_ids: Any, base: Any) -> tuple[Any, ...]:
        scenario = baseline.restore(context, base).scenario
        values = gather(scenario, [*ids, *word_ids], [*typed, *chosen])
        found = drafts.faults(scenario, values)
        errors = [_error(scenario, key["row"], found) for key in ids]
        return limits(scenario, values), refusals.message(found.get("", "")), errors

    # Apart from the limits: a margin may take half a second, and nobody waits for it.
    @app.callback(Output(Ids.MARGINS, "children"), *TYPED)
    def weigh(typed: Any, chosen: Any, ids: Any, word_ids: Any, base: Any) -> Any:
        scenario = baseline.restore(context, base).scenario
        return margins(scenario, gather(scenario, [*ids, *word_ids], [*typed, *chosen]))


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
        Output(Ids.OTHER, "href"),
        Output(Ids.RESULTS, "className"),
        Output(Ids.NOTE, "children"),
        Input(Ids.DRAFT, "data"),
        Input(Ids.RUN, "n_clicks"),
        Input(Ids.KPI, "value"),
        State(Ids.COUNT, "value"),
        State(Ids.AUTO, "checked"),
        State(Ids.BASE, "data"),
        State(Ids.OTHER_BASE, "data"),
        State(watch.job(PAGE), "data"),
    )
    def ask(
        stored: Any, _c: int, kpi: Any, count: Any, auto: bool, base: Any, other: Any, job: str
    ) -> Any:
        start, draft = baseline.restore(context, base), drafts.restore(stored)
        n = count if isinstance(count, int) else _count("", start.scenario)
        asked = Question(start, draft, n, kpi or "")
        answer, style = answered(asked, ctx.triggered_id, auto, job)
        kept = no_update if style == "stale" else answer
        shown_job = "" if style == "stale" else answer
        said = note(asked, style, job)
        return kept, asked.address(shown_job), asked.other_address(other), style, said

    in_browser(app, "address", Output(shell.Ids.DONE, "data", allow_duplicate=True),
               Input(Ids.ADDRESS, "data"))  # fmt: skip


def answered(asked: Question, by: Any, auto: bool, job: str) -> tuple[str, str]:
    """Return the job that answers a question, and "stale" when what is shown does not.

    ``by`` is what asked: None at the first look, the run button, the draft, or the figure that is
    looked at; ``job`` is the one whose result is shown.
    """
    if asked.why_not():
        return job, "stale"
    if by in {None, Ids.KPI} and asked.answered_by(job):
        return job, ""
    if not (auto or by in {None, Ids.RUN}):
        return job, "stale"
    answer = asked.submit()
    if job and job != answer and watch.is_open(job):
        jobs.cancel(job)
    return answer, ""


def note(asked: Question, style: str, job: str) -> str:
    """Return what stands above a result that does not answer the question; empty when it does."""
    if style != "stale":
        return ""
    return asked.why_not() or t("what_if.note_stale" if job else "what_if.note_run")


# -- results ------------------------------------------------------------------------------------


def _register_results(app: Dash, context: Context) -> None:
    @app.callback(
        Output(Ids.VERDICT, "children"),
        Output(Ids.FIGURES, "children"),
        Output(Ids.CHANNEL, "data"),
        Output(Ids.CHANNEL, "value"),
        Input(watch.phase(PAGE), "data"),
        State(Ids.BASE, "data"),
        State(Ids.CHANNEL, "value"),
    )
    def show(phase: Any, base: Any, channel: str | None) -> tuple[Any, ...]:
        state = (phase or {}).get("state", "none")
        if state in {"failed", "cancelled", "lost"}:
            return shown.trouble(phase), *[no_update] * 3
        if state != "done":
            return (no_update,) * 4
        scenario, result = context.scenario(base["name"]), shown.finished(phase["job"])
        assert result is not None
        offered = shown.channel_choices(scenario, result)
        return (
            shown.verdict(scenario, result, phase["job"]),
            shown.figure_table(scenario, result),
            offered,
            shown.keep(channel, offered),
        )

    in_browser(app, "unfold", Output(Ids.EVERY_TABLE, "data"), Input(Ids.EVERY, "n_clicks"),
               Input(Ids.EVERY_ROW, "data"), State(Ids.EVERY, "id"), at_once=True)  # fmt: skip


def _register_charts(app: Dash, context: Context) -> None:
    @app.callback(
        *card.chart_outputs(FOREST),
        Input(watch.phase(PAGE), "data"),
        Input(shell.THEME, "data"),
        State(Ids.BASE, "data"),
    )
    def draw_forest(phase: Any, theme: str, base: Any) -> Any:
        if (phase or {}).get("state") in {"queued", "running"}:
            return card.unchanged()
        scenario = context.scenario(base["name"])
        return card.chart_values(shown.forest(scenario, _result(phase), theme))

    @app.callback(
        *card.chart_outputs(TRACE),
        Input(Ids.CHANNEL, "value"),
        Input(Ids.CHANNEL, "data"),
        Input(shell.THEME, "data"),
        State(watch.phase(PAGE), "data"),
        State(Ids.BASE, "data"),
    )
    async def draw_trace(channel: str | None, _d: Any, theme: str, phase: Any, base: Any) -> Any:
        scenario = baseline.restore(context, base).scenario
        # In a thread: millions of rows are read, and nobody else shall wait for that.
        drawn = await asyncio.to_thread(shown.trace, scenario, _result(phase), channel, theme)
        return card.chart_values(drawn)

    @app.callback(
        *card.chart_outputs(LUCK),
        Input(Ids.KPI, "value"),
        Input(watch.phase(PAGE), "data"),
        Input(shell.THEME, "data"),
    )
    def draw_luck(kpi: str | None, phase: Any, theme: str) -> Any:
        if (phase or {}).get("state") in {"queued", "running"}:
            return card.unchanged()
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
    def save(_n: int, stored: Any, base: Any) -> Any:
        start, name = baseline.restore(context, base), base["name"]
        values = {**start.values, **drafts.restore(stored).values}
        title = t("what_if.file_title", title=start.file.title)
        text = drafts.scenario_file(start.file, _extended(context.file(name)), values, title)
        return {"content": text, "filename": f"{name}_what_if.toml", "type": "application/toml"}

    @app.callback(
        Output(Ids.HISTORY_LIST, "children"),
        Input(Ids.HISTORY, "n_clicks"),
        State(Ids.BASE, "data"),
        prevent_initial_call=True,
    )
    def list_history(_n: int, base: Any) -> Any:
        return history(context, base["name"])


def _extended(file: Path) -> str:
    """What a saved what-if extends: a shipped scenario by name, any other by its whole path."""
    return file.name if file.parent == shipped().resolve() else str(file)


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
    held = job.payload.get("base_values") or {}
    query = {"set": drafts.to_address(values), "base": drafts.to_address(held) or [baseline.FILE],
             "n": str(job.payload.get("replications") or ""), "job": job.id}  # fmt: skip
    state = watch.words(job)
    return dcc.Link(
        [html.Span(listed or t("what_if.baseline")), html.Span(state, className="quiet small")],
        href=links.write(PAGE, name, query),
        className="past",
    )
