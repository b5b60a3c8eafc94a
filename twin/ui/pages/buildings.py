"""Buildings: is it comfortable, what does it cost? Plan through time, comfort, heat, strategies."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from twin import jobs
from twin.errors import BadInput
from twin.ui import baseline, building_strategies, building_view, links, names, runs, shell
from twin.ui.browser import in_browser
from twin.ui.building_run import past
from twin.ui.building_view import Ran
from twin.ui.comparison import outcome
from twin.ui.components import start as start_line
from twin.ui.components import watch
from twin.ui.components.card import chart_card
from twin.ui.components.frame import aria, icon, notice, page, sim_tag
from twin.ui.context import Context
from twin.ui.i18n import t
from twin.ui.links import View
from twin.ui.pages import _buildings_words as words
from twin.ui.pages._one_run import (
    drawing,
    drawing_outputs,
    register_again,
    trouble,
    waiting,
)
from twin.ui.wording import duration

ORDER = 50
ICON = "building-2"
PAGE = "buildings"
PLAN, BANDS, POWER, HEAT = "buildings-plan", "buildings-bands", "buildings-power", "buildings-heat"
PEOPLE = "buildings-people"
HOUR = 3600.0
TRIED = "buildings-try-"
"""Before the key of a strategy, in the name of its watched job."""


class Ids(StrEnum):
    """Ids of the page."""

    BASE = "buildings-base"
    NAME = "buildings-name"
    VERDICT = "buildings-verdict"
    FIGURES = "buildings-figures"
    MOMENT = "buildings-moment"
    ZONE = "buildings-zone"
    STRATEGIES = "buildings-strategies"
    FOUND = "buildings-found"
    COMPARE = "buildings-compare"
    SHOWN = "buildings-shown"
    ADDRESS = "buildings-address"
    WENT = "buildings-went"


def layout(view: View, context: Context) -> Component:
    """Return the page of one building; without a building it says where there is one."""
    start = baseline.now(context, view.scenario)
    here = building_view.buildings(start.scenario)
    if not here:
        return page(PAGE, nothing(context))
    name = view.one("building") if view.one("building") in here else here[0]
    zones = list(start.scenario.entries[name].settings.zones)  # type: ignore[attr-defined]
    hours = int(start.scenario.header.horizon // HOUR)
    job = runs.baseline_job(start.file, start.values)
    tried = building_strategies.strategies(start.scenario, name)
    return page(
        PAGE,
        dcc.Store(id=Ids.BASE, data={**start.store(), "building": name}),
        dcc.Store(id=Ids.ADDRESS),
        dcc.Store(id=Ids.WENT),
        _choice(here, name),
        start_line.line(start),
        html.Div(watch.strip(PAGE, job.id), className="page-watch"),
        html.Div([html.Div(_verdict(), className="half"),
                  html.Div(_figures(), className="half")], className="cards"),
        html.Div([html.Div(_chart(PLAN, "plan", _moment(hours, view)), className="half"),
                  html.Div(_chart(BANDS, "bands", _zones(zones, view)), className="half")],
                 className="cards"),
        html.Div([html.Div(_chart(POWER, "power", _shown(tried)), className="half"),
                  html.Div(_chart(HEAT, "heat"), className="half")], className="cards"),
        html.Div([html.Div(_chart(PEOPLE, "people"), className="whole")], className="cards",
                 hidden=not start.scenario.entries[name].settings.occupants),  # type: ignore[attr-defined]
        html.Div([html.Div(_strategies(tried), className="whole")], className="cards",
                 hidden=not tried),
    )  # fmt: skip


def nothing(context: Context) -> Component:
    """Return what stands where a scenario has no building: which ones have."""
    found = []
    for name in context.scenarios:
        try:
            scenario = context.scenario(name)
        except BadInput:
            continue  # the scenario's own page says what is wrong with it
        if building_view.buildings(scenario):
            title = names.scenario(scenario.title)
            link = dcc.Link([icon(ICON), title], href=links.write(PAGE, name),
                            className="with-icon")  # fmt: skip
            found.append(html.Li(link))
    action = html.Ul(found, className="plain") if found else None
    return notice("empty", t("buildings.none"), t("buildings.none_why"), action)


def _chart(name: str, key: str, picker: Component | None = None) -> Component:
    return chart_card(name, t(f"buildings.{key}_noun"), height=300, waiting=t("buildings.running"),
                      picker=picker)  # fmt: skip


def _choice(here: list[str], name: str) -> Component:
    data = [{"value": one, "label": one} for one in here]
    control = dmc.SegmentedControl(id=Ids.NAME, data=data, value=name, size="sm",
                                   **aria(label=t("buildings.choose")))  # fmt: skip
    return html.Div(control, hidden=len(here) < 2)


def _verdict() -> Component:
    noun = [html.Span(t("buildings.verdict_noun")), sim_tag()]
    return html.Section(
        [html.Div(noun, className="noun verdict-noun"),
         html.Div(html.H2(t("shell.loading"), className="quiet"), id=Ids.VERDICT)],
        className="card", **aria(live="polite"),
    )  # fmt: skip


def _figures() -> Component:
    noun = html.P(t("buildings.figures_noun"), className="noun")
    soon = html.P(t("shell.loading"), className="quiet")
    return html.Section([noun, html.Div(soon, id=Ids.FIGURES)], className="card")


def _moment(hours: int, view: View) -> Component:
    """The slider over the hours of the run."""
    try:
        here = min(max(int(view.one("at")), 0), max(hours - 1, 0))
    except ValueError:
        here = hours // 2
    last = max(hours - 1, 1)
    places = [round(last * part / 4) for part in range(4)]
    marks = [{"value": at, "label": duration(at * HOUR) if at else "0"} for at in places]
    marks.append({"value": last, "label": duration(hours * HOUR)})
    slider = dmc.Slider(
        id=Ids.MOMENT, min=0, max=last, step=1, value=here, updatemode="drag", label=None, size=6,
        thumbLabel=t("buildings.moment"), thumbSize=18, marks=marks, className="moment-slider",
        styles={"mark": {"borderColor": "var(--baseline)"}},
    )  # fmt: skip
    return html.Div(slider, className="moment")


def _zones(zones: list[str], view: View) -> Component:
    chosen = view.one("zone") if view.one("zone") in zones else zones[0]
    data = [{"value": zone, "label": zone} for zone in zones]
    label = aria(label=t("buildings.zone"))
    control: Component = dmc.Select(
        id=Ids.ZONE, data=data, value=chosen, size="xs", w=200, allowDeselect=False, **label
    )
    return html.Div(control, hidden=len(zones) < 2)


def _shown(tried: list[building_strategies.Strategy]) -> Component:
    data = [{"value": "", "label": t("buildings.baseline")},
            *({"value": one.key, "label": one.name} for one in tried)]  # fmt: skip
    label = aria(label=t("buildings.beside"))
    control: Component = dmc.Select(
        id=Ids.SHOWN, data=data, value="", size="xs", w=260, allowDeselect=False, **label
    )
    return control


def _strategies(tried: list[building_strategies.Strategy]) -> Component:
    button = dmc.Button(t("buildings.compare"), id=Ids.COMPARE, n_clicks=0, size="sm",
                        leftSection=icon("play"))  # fmt: skip
    strips = [html.Div(watch.strip(TRIED + one.key), className="page-watch") for one in tried]
    table = dmc.Table(id=Ids.STRATEGIES, data={"head": [], "body": []})
    label = aria(label=t("buildings.strategies_noun"))
    return html.Section(
        [html.P(t("buildings.strategies_noun"), className="noun"),
         html.H2(t("buildings.strategies_head"), id=Ids.FOUND),
         html.Div(button, className="picker"), *strips,
         html.Div(table, className="table-scroll", tabIndex=0, role="region", **label),
         html.P(t("buildings.strategies_caption"), className="quiet small")],
        className="card",
    )  # fmt: skip


# -- callbacks ----------------------------------------------------------------------------------


def register(app: Dash, context: Context) -> None:
    """Register the callbacks of the page."""
    _register_words(app, context)
    register_again(app, PAGE, Ids.BASE, context)
    _register_drawings(app, context)
    _register_strategies(app, context)
    _register_address(app)


def _ran(phase: Any, base: dict[str, Any], context: Context) -> Ran | None:
    """Return the finished run of the page; None while there is none."""
    if not phase or phase["state"] != "done":
        return None
    scenario = baseline.restore(context, base).scenario
    return building_view.ran(scenario, base["building"], jobs.get(phase["job"]).result)


def _register_words(app: Dash, context: Context) -> None:
    @app.callback(
        Output(Ids.VERDICT, "children"),
        Output(Ids.FIGURES, "children"),
        Input(watch.phase(PAGE), "data"),
        State(Ids.BASE, "data"),
        prevent_initial_call=True,
    )
    def fill(phase: Any, base: dict[str, Any]) -> tuple[Any, ...]:
        of = _ran(phase, base, context)
        if of is None:
            return trouble(PAGE, phase), html.P("–", className="quiet")
        return words.verdict(of, base["name"]), words.figures_table(of)


def _register_drawings(app: Dash, context: Context) -> None:
    drawn = (Input(watch.phase(PAGE), "data"), Input(shell.THEME, "data"),
             State(Ids.BASE, "data"))  # fmt: skip
    moment = Input(Ids.MOMENT, "value")

    @app.callback(*drawing_outputs(PLAN), *drawn, moment)
    def lay_out(phase: Any, theme: str, base: Any, hour: int) -> Any:
        of = _ran(phase, base, context)
        return (
            waiting(PAGE, phase)
            if of is None
            else drawing(building_view.plan_chart(of, hour, theme))
        )

    @app.callback(*drawing_outputs(BANDS), *drawn, moment, Input(Ids.ZONE, "value"))
    def bands(phase: Any, theme: str, base: Any, hour: int, zone: str) -> Any:
        of = _ran(phase, base, context)
        if of is None:
            return waiting(PAGE, phase)
        return drawing(building_view.bands_chart(of, zone, hour, theme))

    tried = Input({"watch": ALL, "piece": "phase"}, "data")

    @app.callback(*drawing_outputs(POWER), *drawn, moment, Input(Ids.SHOWN, "value"), tried)
    def power(phase: Any, theme: str, base: Any, hour: int, shown: str, _phases: Any) -> Any:
        of = _ran(phase, base, context)
        if of is None:
            return waiting(PAGE, phase)
        one = _tried().get(shown)
        other = None
        if one is not None and one.candidate_run:
            other = past(one.candidate_run, base["building"], of.building.zones)
        named = {s.key: s.name for s in building_strategies.strategies(of.scenario, of.name)}
        return drawing(building_view.power_chart(of, other, named.get(shown, shown), hour, theme))

    @app.callback(*drawing_outputs(PEOPLE), *drawn, moment, Input(Ids.ZONE, "value"))
    def people(phase: Any, theme: str, base: Any, hour: int, zone: str) -> Any:
        of = _ran(phase, base, context)
        if of is None:
            return waiting(PAGE, phase)
        return drawing(building_view.people_chart(of, zone, hour, theme))

    @app.callback(*drawing_outputs(HEAT), *drawn)
    def heat(phase: Any, theme: str, base: Any) -> Any:
        of = _ran(phase, base, context)
        return waiting(PAGE, phase) if of is None else drawing(building_view.heat_chart(of, theme))


def _tried() -> dict[str, Any]:
    """Outcomes of the strategies that were compared, by key; of the request's watched phases."""
    found = {}
    groups = ctx.inputs_list if isinstance(ctx.inputs_list, list) else []
    for group in groups:
        for one in group if isinstance(group, list) else [group]:
            name, value = one.get("id"), one.get("value")
            watched = name.get("watch", "") if isinstance(name, dict) else ""
            done = isinstance(value, dict) and value.get("state") == "done"
            if done and str(watched).startswith(TRIED):
                result = jobs.get(value["job"]).result
                key = str(watched).removeprefix(TRIED)
                found[key] = outcome(result)
    return found


def _register_strategies(app: Dash, context: Context) -> None:
    @app.callback(
        Output({"watch": ALL, "piece": "job"}, "data", allow_duplicate=True),
        Input(Ids.COMPARE, "n_clicks"),
        State(Ids.BASE, "data"),
        prevent_initial_call=True,
    )
    def compare(clicks: int, base: dict[str, Any]) -> Any:
        start = baseline.restore(context, base)
        asked = {
            TRIED + one.key: one
            for one in building_strategies.strategies(start.scenario, base["building"])
        }
        outputs = [one["id"]["watch"] for one in ctx.outputs_list]
        if not clicks:
            return [no_update] * len(outputs)
        return [
            building_strategies.submit(start.file, start.values, asked[name])
            if name in asked else no_update
            for name in outputs
        ]  # fmt: skip

    @app.callback(
        Output(Ids.STRATEGIES, "data"),
        Output(Ids.FOUND, "children"),
        Input({"watch": ALL, "piece": "phase"}, "data"),
        State(Ids.BASE, "data"),
    )
    def table(_phases: Any, base: dict[str, Any]) -> Any:
        scenario = baseline.restore(context, base).scenario
        asked = building_strategies.strategies(scenario, base["building"])
        return words.strategies(base["building"], asked, _tried())


def _register_address(app: Dash) -> None:
    @app.callback(
        Output(Ids.ADDRESS, "data"),
        Input(Ids.MOMENT, "value"),
        Input(Ids.ZONE, "value"),
        State(Ids.BASE, "data"),
        prevent_initial_call=True,
    )
    def address(hour: int, zone: str, base: dict[str, Any]) -> str:
        query = {"building": base["building"], "at": str(hour), "zone": zone}
        return links.write(PAGE, base["name"], query)

    in_browser(app, "address", Output(Ids.WENT, "data"), Input(Ids.ADDRESS, "data"))

    @app.callback(
        Output(shell.Ids.URL, "href", allow_duplicate=True),
        Input(Ids.NAME, "value"),
        State(Ids.BASE, "data"),
        prevent_initial_call=True,
    )
    def choose(name: str, base: dict[str, Any]) -> Any:
        if not name or name == base["building"]:
            return no_update
        return links.write(PAGE, base["name"], {"building": name})
