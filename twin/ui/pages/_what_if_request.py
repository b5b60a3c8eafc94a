"""What-if asks for a change: the dialogue, and the draft with the comparison as its evidence."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from twin import jobs
from twin.devices.desk import Desk
from twin.devices.present import is_of
from twin.errors import BadInput
from twin.ui import baseline, links, names, refusals
from twin.ui import draft as drafts
from twin.ui.baseline import Start
from twin.ui.components import watch
from twin.ui.components.frame import notice
from twin.ui.context import Context
from twin.ui.i18n import t
from twin.ui.pages._what_if_editor import PAGE, Ids, margin_text


def register(app: Dash, context: Context) -> None:
    """Register the callbacks of the dialogue."""

    @app.callback(
        Output(Ids.REQUEST_BOX, "opened"),
        Output(Ids.REQUEST_BODY, "children"),
        Output(Ids.REQUEST_SEND, "disabled"),
        Output(Ids.REQUEST_ANSWER, "children", allow_duplicate=True),
        Input(Ids.REQUEST, "n_clicks"),
        Input(watch.phase(PAGE), "data"),
        State(Ids.DRAFT, "data"),
        State(Ids.BASE, "data"),
        State(Ids.REQUEST_BOX, "opened"),
        prevent_initial_call=True,
    )
    def open_request(_n: int, phase: Any, stored: Any, base: Any, opened: bool) -> tuple[Any, ...]:
        if ctx.triggered_id != Ids.REQUEST and not opened:
            return (no_update,) * 4  # a comparison ended, and nobody looks at the dialogue
        start, draft = baseline.restore(context, base), drafts.restore(stored)
        values = drafts.changed(start.scenario, draft.values)
        body, ready = request_body(start, values, phase or {})
        return True, body, not ready, None

    @app.callback(
        Output(Ids.REQUEST_ANSWER, "children"),
        Output(Ids.REQUEST_SEND, "disabled", allow_duplicate=True),
        Input(Ids.REQUEST_SEND, "n_clicks"),
        State(Ids.REQUEST_NOTE, "value"),
        State(Ids.DRAFT, "data"),
        State(Ids.BASE, "data"),
        State(watch.phase(PAGE), "data"),
        prevent_initial_call=True,
        running=[(Output(Ids.REQUEST_SEND, "loading"), True, False)],
    )
    def send_request(_n: int, note: str | None, stored: Any, base: Any, phase: Any) -> Any:
        start, draft = baseline.restore(context, base), drafts.restore(stored)
        values = drafts.changed(start.scenario, draft.values)
        if not tells(start, values, phase or {}):
            return notice("red", t("what_if.request_no_result"), t("what_if.request_run")), False
        result = jobs.get(phase["job"]).result
        answer, drafted = request(values, result, note or "", base["name"])
        return answer, drafted


def tells(start: Start, values: dict[str, Any], phase: dict[str, str]) -> bool:
    """Return whether the finished job that is shown is the comparison of exactly these values."""
    if phase.get("state") != "done":
        return False
    job = jobs.get(phase["job"])
    asked = job.payload
    held = asked.get("base_values") or {}
    return job.kind == "compare" and (asked["values"], held) == (values, dict(start.values))


def _other_plant(start: Start) -> str:
    """The title of the plant whose devices run here; empty when it is this one, or none runs."""
    try:
        plant = Desk().plant
    except BadInput:
        return ""
    site, model = start.file.header.site, start.file.model_key
    ours = is_of(plant, title=start.file.title, site=site, model=model)
    return "" if ours else plant.title or plant.site


def request_body(
    start: Start, values: dict[str, Any], phase: dict[str, str]
) -> tuple[Component, bool]:
    """Return what the dialogue says, and whether the change can be asked for."""
    scenario = start.scenario
    lines = [
        html.Li(f"{names.parameter(path)}: {drafts.written(scenario.value(path))} → "
                f"{drafts.written(value)} {scenario.declaration(path).unit}")
        for path, value in values.items()
    ]  # fmt: skip
    fixed = [names.parameter(path) for path in values if not scenario.declaration(path).live]
    if not values:
        return notice("empty", t("what_if.request_nothing"), t("what_if.move")), False
    if fixed:
        text = t("what_if.request_not_live_why", names=t("what_if.comma").join(fixed))
        return notice("amber", t("what_if.request_not_live"), text), False
    other = _other_plant(start)
    if other:
        text = t("what_if.request_elsewhere_why", title=other)
        return notice("amber", t("what_if.request_elsewhere"), text), False
    if not tells(start, values, phase):
        return notice("empty", t("what_if.request_no_result"), t("what_if.request_run")), False
    words = html.P(t("what_if.request_words"), className="quiet")
    warned = [margin_text(bound) for bound in drafts.margins(scenario, values) if bound.over]
    warning = notice("amber", t("what_if.request_margin"), "\n".join(warned)) if warned else None
    parts = [html.Ul(lines), warning, words]
    return html.Div([part for part in parts if part is not None]), True


def request(values: dict[str, Any], evidence: Any, note: str, name: str) -> tuple[Component, bool]:
    """Draft the change with the comparison as its evidence; say what became of it, and if it is."""
    try:
        change = Desk().draft(values, evidence=evidence, note=note)
    except BadInput as error:
        reasons = "\n".join(map(refusals.said, error.faults))
        return notice("red", t("what_if.request_refused"), reasons), False
    address = links.write("changes", name, {"change": change.id})
    link = dcc.Link(t("what_if.request_see"), href=address)
    title = t("what_if.request_done", id=change.id)
    return notice("empty", title, t("what_if.request_done_why"), link), True
