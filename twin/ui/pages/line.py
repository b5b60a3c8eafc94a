"""Line: where does it hurt? Its layout at any moment, its states and levels, its bottleneck."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, Patch, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from twin import jobs
from twin.errors import BadInput
from twin.scenario import Scenario
from twin.ui import baseline, line_limit, line_stations, line_view, links, names, runs, shell
from twin.ui.browser import in_browser
from twin.ui.components import card, watch
from twin.ui.components import start as start_line
from twin.ui.components.card import chart_card
from twin.ui.components.frame import aria, icon, notice, page, sim_tag
from twin.ui.context import Context
from twin.ui.figures import HOUR
from twin.ui.figures_line_time import moment_line
from twin.ui.i18n import t
from twin.ui.line_view import Ran
from twin.ui.links import View
from twin.ui.pages import _line_trial as trial
from twin.ui.pages import _line_words as words
from twin.ui.pages._one_run import (
    drawing,
    drawing_outputs,
    register_again,
    trouble,
    waiting,
)
from twin.ui.theme import palette
from twin.ui.wording import duration

ORDER = 40
ICON = "waypoints"
PAGE = "line"
LAYOUT, GANTT, LEVELS, TIME = "line-layout", "line-gantt", "line-levels", "line-time"
STEPS = 720
PIXELS_A_COLUMN = 148
USUAL, PHONE = 1000.0, 700.0
"""Width of the page on a desk, and the most that it has where cards stand one below the other."""
SPANS = ("all", "hour")
WHOLE, AN_HOUR = SPANS


class Ids(StrEnum):
    """Ids of the page."""

    BASE = "line-base"
    NAME = "line-name"
    VERDICT = "line-verdict"
    FIGURES = "line-figures"
    STATIONS = "line-stations"
    MOMENT = "line-moment"
    STOP = "line-stop"
    SPAN = "line-span"
    WIDTH = "line-width"
    ADDRESS = "line-address"
    WENT = "line-went"


def layout(view: View, context: Context) -> Component:
    """Return the page of one line; without a line it says where there is one."""
    start = baseline.now(context, view.scenario)
    here = line_view.lines(start.scenario)
    if not here:
        return page(PAGE, nothing(context))
    name = view.one("line") if view.one("line") in here else here[0]
    job = runs.baseline_job(start.file, start.values)
    tried = line_limit.asked_before(start, name)
    return page(
        PAGE,
        dcc.Store(id=Ids.BASE, data={**start.store(), "line": name}),
        dcc.Store(id=Ids.WIDTH),
        dcc.Store(id=Ids.ADDRESS),
        dcc.Store(id=Ids.WENT),
        _choice(here, name),
        start_line.line(start),
        html.Div(watch.strip(PAGE, job.id), className="page-watch"),
        html.Div([html.Div(_verdict(tried), className="two-thirds"),
                  html.Div(_figures(), className="third")], className="cards"),
        _whole(chart_card(LAYOUT, t("line.layout_noun"), height=300, waiting=t("line.running"),
                          picker=_moment(start.scenario, view))),
        _whole(chart_card(GANTT, t("line.gantt_noun"), height=240, waiting=t("line.running"),
                          picker=_span(view.one("span")))),
        html.Div([html.Div(chart_card(LEVELS, t("line.levels_noun"), height=300,
                                      waiting=t("line.running")), className="half"),
                  html.Div(chart_card(TIME, t("line.time_noun"), height=300,
                                      waiting=t("line.running")), className="half")],
                 className="cards"),
        _whole(_stations()),
    )  # fmt: skip


def nothing(context: Context) -> Component:
    """Return what stands where a scenario has no line: which ones have."""
    found = []
    for name in context.scenarios:
        try:
            scenario = context.scenario(name)
        except BadInput:
            continue  # the scenario's own page says what is wrong with it
        if line_view.lines(scenario):
            title = names.scenario(scenario.title)
            link = dcc.Link([icon("waypoints"), title], href=links.write(PAGE, name),
                            className="with-icon")  # fmt: skip
            found.append(html.Li(link))
    action = html.Ul(found, className="plain") if found else None
    why = t("line.none_why" if found else "line.none_at_all")
    return notice("empty", t("line.none"), why, action)


def _whole(content: Component) -> Component:
    return html.Div([html.Div(content, className="whole")], className="cards")


def _choice(here: list[str], name: str) -> Component:
    data = [{"value": one, "label": one} for one in here]
    control = dmc.SegmentedControl(id=Ids.NAME, data=data, value=name, size="sm",
                                   **aria(label=t("line.choose")))  # fmt: skip
    return html.Div(control, hidden=len(here) < 2)


def _verdict(tried: str) -> Component:
    """What limits the line; a trial of each station is run when it is asked for."""
    noun = [html.Span(t("line.bottleneck_noun")), sim_tag()]
    return html.Section(
        [html.Div(noun, className="noun verdict-noun"),
         html.Div(html.H2(t("shell.loading"), className="quiet"), id=Ids.VERDICT),
         *trial.control(tried)],
        className="card line-verdict", **aria(live="polite"),
    )  # fmt: skip


def _figures() -> Component:
    noun = html.P(t("line.figures_noun"), className="noun")
    soon = html.P(t("shell.loading"), className="quiet")
    return html.Section([noun, html.Div(soon, id=Ids.FIGURES)], className="card")


def _stations() -> Component:
    table = dmc.Table(id=Ids.STATIONS, data={"head": [], "body": []})
    label = aria(label=t("line.stations_noun"))
    return html.Section(
        [html.P(t("line.stations_noun"), className="noun"), html.H2(t("line.stations_head")),
         html.Div(table, className="table-scroll line-table", tabIndex=0, role="region", **label),
         html.P(t("line.stations_caption"), className="quiet small")],
        className="card",
    )  # fmt: skip


def _moment(scenario: Scenario, view: View) -> Component:
    """The slider over simulated time, and the way to the next breakdown."""
    end = scenario.header.horizon
    step = max(1.0, round(end / STEPS))
    slider = dmc.Slider(
        id=Ids.MOMENT, min=0, max=end, step=step, value=_at(view.one("at"), scenario),
        updatemode="drag", label=None, thumbLabel=t("line.moment"), size=6, thumbSize=18,
        marks=[{"value": end * part / 4, "label": duration(end * part / 4) if part else "0"}
               for part in range(5)],
        styles={"mark": {"borderColor": "var(--baseline)"}}, className="moment-slider",
    )  # fmt: skip
    button = dmc.Button(t("line.next_stop"), id=Ids.STOP, variant="default", size="xs", n_clicks=0,
                        leftSection=icon("triangle-alert"),
                        style={} if _breaks(scenario) else {"display": "none"})  # fmt: skip
    return html.Div([slider, button], className="moment")


def _breaks(scenario: Scenario) -> bool:
    """Whether any station of any line can break down."""
    lines: list[Any] = [one.settings for one in scenario.entries.values() if one.kind == "line"]
    stations = [station for line in lines for station in line.stations.values()]
    return any(station.time_to_failure or station.machine for station in stations)


def _at(asked: str, scenario: Scenario) -> float:
    """Return the moment of an address [h → s]; the middle of the counted time when it has none."""
    end, warmup = scenario.header.horizon, scenario.header.warmup
    try:
        return min(max(float(round(float(asked) * HOUR)), 0.0), end)
    except (ValueError, OverflowError):  # no number, or not a finite one
        return float(round((warmup + end) / 2))


def _span(asked: str) -> Component:
    data = [{"value": span, "label": t(f"line.span_{span}")} for span in SPANS]
    chosen = asked if asked in SPANS else WHOLE
    control: Component = dmc.SegmentedControl(
        id=Ids.SPAN, data=data, value=chosen, size="xs", **aria(label=t("line.span"))
    )
    return control


# -- callbacks ----------------------------------------------------------------------------------


def register(app: Dash, context: Context) -> None:
    """Register the callbacks of the page."""
    _register_words(app, context)
    trial.register(app, Ids.BASE, context)
    register_again(app, PAGE, Ids.BASE, context)
    _register_drawings(app, context)
    _register_moment(app, context)
    _register_address(app)


def _ran(phase: Any, base: dict[str, Any], context: Context) -> Ran | None:
    """Return the finished run of the page; None while there is none."""
    if not phase or phase["state"] != "done":
        return None
    scenario = baseline.restore(context, base).scenario
    return line_view.ran(scenario, base["line"], jobs.get(phase["job"]).result)


def _register_words(app: Dash, context: Context) -> None:
    @app.callback(
        Output(Ids.VERDICT, "children"),
        Output(Ids.FIGURES, "children"),
        Output(Ids.STATIONS, "data"),
        Input(watch.phase(PAGE), "data"),
        Input(watch.phase(trial.TRIAL), "data"),
        State(Ids.BASE, "data"),
        prevent_initial_call=True,
    )
    def fill(phase: Any, tries: Any, base: dict[str, Any]) -> tuple[Any, ...]:
        of = _ran(phase, base, context)
        if of is None:
            return trouble(PAGE, phase), html.P("–", className="quiet"), {"head": [], "body": []}
        tried = line_limit.result((tries or {}).get("job", ""))
        return (
            words.verdict(of, base["name"], tried),
            words.figures_table(of),
            line_stations.station_table(of, line_view.verdict(of, tried).limit.stations),
        )


def _unchanged() -> tuple[Any, ...]:
    return (*card.unchanged(), no_update)


def _window(span: str, moment: float, end: float) -> tuple[float, float]:
    """Return the times that the states are drawn between: the run, or the hour around a moment.

    >>> _window("hour", 600.0, 7200.0)
    (0.0, 3600.0)
    """
    if span != AN_HOUR or end <= HOUR:
        return 0.0, end
    low = min(max(0.0, moment - HOUR / 2), end - HOUR)
    return low, low + HOUR


def _register_drawings(app: Dash, context: Context) -> None:
    drawn = (Input(watch.phase(PAGE), "data"), Input(Ids.MOMENT, "value"),
             Input(shell.THEME, "data"), State(Ids.BASE, "data"))  # fmt: skip

    @app.callback(*drawing_outputs(LAYOUT), *drawn, Input(Ids.WIDTH, "data"))
    def lay_out(phase: Any, moment: float, theme: str, base: Any, width: float | None) -> Any:
        of = _ran(phase, base, context)
        if of is None:
            return waiting(PAGE, phase)
        if not width:
            return _unchanged()
        across = max(2, int(width // PIXELS_A_COLUMN))
        return drawing(line_view.layout_chart(of, moment, theme, across))

    wide = State(Ids.WIDTH, "data")

    @app.callback(*drawing_outputs(GANTT), *drawn, Input(Ids.SPAN, "value"), wide)
    def states(
        phase: Any, moment: float, theme: str, base: Any, span: str, width: float | None
    ) -> Any:
        if ctx.triggered_id == Ids.MOMENT and span == WHOLE:
            return _moved(phase, moment, theme)
        of = _ran(phase, base, context)
        if of is None:
            return waiting(PAGE, phase)
        window = _window(span, moment, of.past.end)
        return drawing(line_view.gantt_chart(of, window, moment, theme, width or USUAL))

    @app.callback(*drawing_outputs(LEVELS), *drawn)
    def levels(phase: Any, moment: float, theme: str, base: Any) -> Any:
        if ctx.triggered_id == Ids.MOMENT:
            return _moved(phase, moment, theme)
        of = _ran(phase, base, context)
        if of is None:
            return waiting(PAGE, phase)
        return drawing(line_view.levels_chart(of, moment, theme))

    @app.callback(
        *drawing_outputs(TIME),
        Input(watch.phase(PAGE), "data"),
        Input(shell.THEME, "data"),
        State(Ids.BASE, "data"),
        wide,
    )
    def time_goes(phase: Any, theme: str, base: Any, width: float | None) -> Any:
        of = _ran(phase, base, context)
        if of is None:
            return waiting(PAGE, phase)
        room = width or USUAL
        return drawing(line_stations.time_chart(of, theme, room / 2 if room > PHONE else room))


def _moved(phase: Any, moment: float, theme: str) -> tuple[Any, ...]:
    """Move the line that marks the moment, and nothing else."""
    if not phase or phase["state"] != "done":
        return _unchanged()
    patch = Patch()
    patch["layout"]["shapes"] = [moment_line(moment / HOUR, palette(theme))]
    return (*(no_update,) * 3, patch, *(no_update,) * 3)


def _register_moment(app: Dash, context: Context) -> None:
    @app.callback(
        Output(Ids.MOMENT, "value"),
        Input(Ids.STOP, "n_clicks"),
        Input(card.part(GANTT, "figure"), "clickData"),
        State(Ids.MOMENT, "value"),
        State(watch.phase(PAGE), "data"),
        State(Ids.BASE, "data"),
        prevent_initial_call=True,
    )
    def go(clicks: int, clicked: Any, moment: float, phase: Any, base: Any) -> Any:
        if ctx.triggered_id != Ids.STOP:
            return _clicked(clicked)
        of = _ran(phase, base, context)
        if of is None or not clicks:
            return no_update
        stops = of.past.stops()
        later = stops[stops > moment + 1.0]
        found = later if len(later) else stops  # after the last one, the first again
        return float(round(found[0])) + 1.0 if len(found) else no_update

    in_the_browser: Any = app.clientside_callback
    in_the_browser(
        ClientsideFunction("line", "width"), Output(Ids.WIDTH, "data"), Input(Ids.BASE, "data")
    )


def _clicked(clicked: Any) -> Any:
    """Return the moment at which a bar that was clicked begins."""
    try:
        return float(clicked["points"][0]["customdata"][0])
    except (KeyError, IndexError, TypeError):
        return no_update


def _register_address(app: Dash) -> None:
    @app.callback(
        Output(Ids.ADDRESS, "data"),
        Input(Ids.MOMENT, "value"),
        Input(Ids.SPAN, "value"),
        State(Ids.BASE, "data"),
        prevent_initial_call=True,
    )
    def address(moment: float, span: str, base: dict[str, Any]) -> str:
        query = {"line": base["line"], "at": f"{round(moment / HOUR, 5):.10g}",
                 "span": "" if span == WHOLE else span}  # fmt: skip
        return links.write(PAGE, base["name"], query)

    in_browser(app, "address", Output(Ids.WENT, "data"), Input(Ids.ADDRESS, "data"))

    @app.callback(
        Output(shell.Ids.URL, "href", allow_duplicate=True),
        Input(Ids.NAME, "value"),
        State(Ids.BASE, "data"),
        prevent_initial_call=True,
    )
    def choose(name: str, base: dict[str, Any]) -> Any:
        if not name or name == base["line"]:
            return no_update
        return links.write(PAGE, base["name"], {"line": name})
