"""A new experiment: what varies, by which design, what is wanted, and what it will take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from twin import jobs
from twin.errors import BadInput, Fault
from twin.ui import baseline, links, refusals, runs, shell
from twin.ui import draft as drafts
from twin.ui import experiment_asked as asking
from twin.ui.baseline import Start
from twin.ui.browser import in_browser
from twin.ui.components import start as start_line
from twin.ui.components import watch
from twin.ui.components.frame import aria, icon, page
from twin.ui.context import Context
from twin.ui.experiment_asked import MOST_VARIED, Asked
from twin.ui.i18n import t
from twin.ui.links import View
from twin.ui.pages import _experiments_form as form
from twin.ui.pages._experiments_ids import PAGE, Ids


def layout(view: View, context: Context) -> Component:
    """Return the form, as the address or an earlier experiment has it."""
    asked, start = _asked(view, context)
    job = jobs.submit("run", runs.baseline(start.file, held=start.values, sense=False))
    back = dcc.Link([icon("history"), t("experiments.back")],
                    href=links.write(PAGE, view.scenario), className="with-icon")  # fmt: skip
    return page(
        PAGE,
        dcc.Store(id=Ids.NAME, data=start.store()),
        dcc.Store(id=Ids.ADDRESS), dcc.Store(id=Ids.WENT), dcc.Store(id=Ids.ASKED),
        start_line.line(start),
        html.Div([html.Div(form.what(asked, start), className="two-thirds"),
                  html.Div(form.wanted(asked, start), className="third")], className="cards"),
        html.Div(id=Ids.FAULTS, className="experiments-faults", role="alert"),
        form.foot(job.id),
        aside=html.Div(back, className="page-aside"),
    )  # fmt: skip


def _asked(view: View, context: Context) -> tuple[Asked, Start]:
    """Return what the form asks at first, and what it starts from."""
    earlier = view.one("from")
    if not earlier:
        start = baseline.of_address(context, view.scenario, view.all("base"))
        return asking.of_address(view, start.scenario), start
    job = jobs.get(earlier)
    scenario = context.scenario(view.scenario)
    asked = asking.of_payload(job.kind, job.payload, scenario)
    base = [text for text in asked.base if text.partition("=")[0] not in drafts.NEVER]
    start = baseline.of_address(context, view.scenario, base or [baseline.FILE])
    return replace(asked, base=tuple(base)), start


# -- reading ------------------------------------------------------------------------------------


def read(
    design: str, ids: dict[str, list[dict[str, Any]]], given: dict[str, list[Any]],
    goal: str | None, way: str, numbers: Sequence[Any],
) -> Asked:  # fmt: skip
    """Return what the controls ask."""
    by_path: dict[str, dict[str, Any]] = {}
    for piece in ("low", "high", "steps", "options"):
        for key, value in zip(ids[piece], given[piece], strict=True):
            by_path.setdefault(key["vary"], {})[piece] = value
    replications, points, sobol, morris, budget, confirm = (_whole(value) for value in numbers)
    return Asked(
        design, tuple(_varied(key["vary"], by_path[key["vary"]], design)
                      for key in ids["remove"] if key["vary"] in by_path),
        goal or "", way == "more", _limits(given), replications,
        {"sobol": sobol, "morris": morris}.get(design, points), budget, confirm,
    )  # fmt: skip


def _varied(path: str, pieces: dict[str, Any], design: str) -> str:
    steps = _whole(pieces.get("steps"))
    ends = [value if isinstance(value, (int, float)) else None
            for value in (pieces.get("low"), pieces.get("high"))]  # fmt: skip
    options = tuple(pieces.get("options") or ())
    if "options" in pieces:
        return asking.Varied(path, options=options).written()
    low, high = ends
    return asking.Varied(path, low, high, (steps or 0) if design == "grid" else None).written()


def _limits(given: dict[str, list[Any]]) -> tuple[str, ...]:
    slots = zip(given["kpi"], given["sign"], given["bound"], strict=True)
    return tuple(
        f"{kpi}{'>=' if sign == '≥' else '<='}{drafts.written(bound)}"
        for kpi, sign, bound in slots
        if kpi and isinstance(bound, (int, float))
    )


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


# -- callbacks ----------------------------------------------------------------------------------

PIECES = ("low", "high", "steps", "options")
SLOT = ("kpi", "sign", "bound")


def register(app: Dash, context: Context) -> None:
    """Register the callbacks of the form."""
    _register_rows(app, context)
    _register_looking(app, context)
    _register_running(app)


def _register_rows(app: Dash, context: Context) -> None:
    @app.callback(
        Output(Ids.ROWS, "children"),
        Output(Ids.ADD, "data"),
        Output(Ids.ADD, "value"),
        Input(Ids.ADD, "value"),
        Input({"vary": ALL, "piece": "remove"}, "n_clicks"),
        State(Ids.ASKED, "data"),
        State(Ids.NAME, "data"),
        prevent_initial_call=True,
    )
    def change(add: str | None, _x: Any, stored: Any, base: Any) -> tuple[Any, ...]:
        scenario = baseline.restore(context, base).scenario
        vary = list((stored or {}).get("vary", ()))
        asked = ctx.triggered_id
        if asked == Ids.ADD and add and len(vary) < MOST_VARIED:
            vary.append(asking.spread(scenario, add))
        elif isinstance(asked, dict) and ctx.triggered[0]["value"]:
            vary = [text for text in vary if text.partition("=")[0] != asked["vary"]]
        else:
            return no_update, no_update, no_update
        return form.rows(scenario, vary), form.choices(scenario, vary), None


def _register_looking(app: Dash, context: Context) -> None:
    @app.callback(
        Output(Ids.ABOUT, "children"),
        Output(Ids.ESTIMATE, "children"),
        Output(Ids.FAULTS, "children"),
        Output({"vary": ALL, "piece": "fault"}, "children"),
        Output(Ids.RUN, "disabled"),
        Output(Ids.ASKED, "data"),
        Output(Ids.ADDRESS, "data"),
        Output({"field": ALL}, "hidden"),
        Output(Ids.ROWS, "className"),
        Input(Ids.DESIGN, "value"),
        *(Input({"vary": ALL, "piece": piece}, "value") for piece in PIECES),
        *(Input({"limit": ALL, "piece": piece}, "value") for piece in SLOT),
        Input(Ids.GOAL, "value"),
        Input(Ids.WAY, "value"),
        Input({"number": ALL}, "value"),
        Input(watch.phase(form.PACE), "data"),
        *(State({"vary": ALL, "piece": piece}, "id") for piece in (*PIECES, "remove")),
        State(Ids.NAME, "data"),
    )
    def look(*all_: Any) -> tuple[Any, ...]:
        design, pieces, slots = all_[0], all_[1:5], all_[5:8]
        goal, way, numbers, _phase, *states, base = all_[8:]
        ids = dict(zip((*PIECES, "remove"), states, strict=True))
        given = dict(zip((*PIECES, *SLOT), (*pieces, *slots), strict=True))
        start = baseline.restore(context, base)
        asked = read(design, ids, given, goal, way, numbers)
        asked = replace(asked, base=tuple(start.query()))
        said, faults = judge(asked, start)
        beside, rest = split(faults, asked, [key["vary"] for key in ids["remove"]])
        payload = None if faults else asked.payload(start)
        stored = {"vary": list(asked.vary), "kind": asked.kind, "payload": payload,
                  "name": start.name}  # fmt: skip
        hidden = [name not in form.SHOWN[design] for name in form.NUMBERS]
        return (asking.about(design, len(asked.vary)), said, rest, beside, bool(faults), stored,
                links.write(PAGE, start.name, asked.query()), hidden,
                f"vary-rows design-{design}")  # fmt: skip

    in_browser(app, "address", Output(Ids.WENT, "data", allow_duplicate=True),
               Input(Ids.ADDRESS, "data"))  # fmt: skip


def judge(asked: Asked, start: Start) -> tuple[str, tuple[Fault, ...]]:
    """Return the estimate in words, or what is wrong with what is asked."""
    try:
        return asking.check(asked, start).text(asked.design), ()
    except BadInput as error:
        return t("experiments.not_yet"), error.faults


def split(
    faults: Sequence[Fault], asked: Asked, paths: Sequence[str]
) -> tuple[list[str], list[Component]]:
    """Faults of a parameter stand beneath its row, all others at the foot."""
    beside: dict[str, list[str]] = {path: [] for path in paths}
    rest: list[Component] = []
    for fault in faults:
        where = asking.place(fault, asked)
        if where in beside:
            beside[where].append(refusals.message(fault.message))
        else:
            rest.append(html.P([html.Span("◆ ", **aria(hidden="true")), refusals.said(fault)]))
    return [" ".join(beside[path]) for path in paths], rest


def _register_running(app: Dash) -> None:
    @app.callback(
        Output(shell.Ids.URL, "href", allow_duplicate=True),
        Input(Ids.RUN, "n_clicks"),
        State(Ids.ASKED, "data"),
        prevent_initial_call=True,
        running=[(Output(Ids.RUN, "loading"), True, False)],
    )
    def run(clicks: int, stored: Any) -> Any:
        if not clicks or not stored or not stored["payload"]:
            return no_update
        job = jobs.submit(stored["kind"], stored["payload"], by=PAGE)
        return links.write(PAGE, stored["name"], {"job": job.id})
