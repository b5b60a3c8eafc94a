"""Streams: what does the machine say? One sensor's windows, and what its node makes of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from twin import jobs
from twin.scenario import Scenario
from twin.ui import baseline, links, names, runs, shell
from twin.ui.browser import in_browser
from twin.ui.components import card, watch
from twin.ui.components.card import Chart, chart_card
from twin.ui.components.frame import aria, notice, page, sim_tag
from twin.ui.context import Context
from twin.ui.i18n import t
from twin.ui.links import View
from twin.ui.pages import _streams_air as air
from twin.ui.pages import _streams_pictures as pictures
from twin.ui.pages import _streams_views as views
from twin.ui.pages._streams_spectrogram import through
from twin.ui.pages._streams_views import UNITS
from twin.ui.wording import clock

ORDER = 60
ICON = "activity"
PAGE = "streams"
AIR = "air"
WAVE, LINES, ENVELOPE, VERDICTS = "waveform", "spectrum", "envelope", "verdicts"
GRAM = "spectrogram"
FILM = "film"


class Ids(StrEnum):
    """Ids of the page."""

    BASE = "streams-scenario"
    SENSOR = "streams-sensor"
    WINDOW = "streams-window"
    AT = "streams-at"
    MADE = "streams-made"
    ADDRESS = "streams-address"
    SPECTRA = "streams-spectra"
    FILM = "streams-film"


def layout(view: View, context: Context) -> Component:
    """Return the page of one sensor; without sensors it says how to get one."""
    scenario = context.scenario(view.scenario)
    sensors = list(scenario.of("sensor"))
    if not sensors:
        return page(PAGE, nothing(context))
    chosen = view.one("sensor") if view.one("sensor") in sensors else sensors[0]
    job = runs.baseline_job(scenario, baseline.now(context, view.scenario).values)
    at = view.one("window")
    return page(
        PAGE,
        dcc.Store(id=Ids.BASE, data=view.scenario),
        dcc.Store(id=Ids.ADDRESS),
        _controls(scenario, sensors, chosen, int(at) if at.isdigit() else 7),
        html.Div(watch.strip(PAGE, job.id), className="page-watch"),
        _cards(),
    )


def nothing(context: Context) -> Component:
    """Return what stands on the page of a scenario that has no sensors."""
    having = [name for name in context.scenarios if context.scenario(name).of("sensor")]
    listed = [html.Li(dcc.Link(name, href=links.write(PAGE, name))) for name in having]
    action = html.Ul(listed, className="plain") if listed else None
    return notice("empty", t("streams.no_sensor"), t("streams.no_sensor_why"), action)


def _controls(scenario: Scenario, sensors: list[str], chosen: str, at: int) -> Component:
    options = [
        {"value": name, "label": f"{name} · {names.word(scenario.entries[name].kind)}"}
        for name in sensors
    ]
    return html.Div(
        [
            dmc.SegmentedControl(id=Ids.SENSOR, data=options, value=chosen, size="sm",
                                 **aria(label=t("streams.sensor"))),
            html.Div(
                [html.Span(t("streams.window"), className="small quiet"),
                 dmc.Slider(id=Ids.WINDOW, min=0, max=7, step=1, value=at, label=None, size=6,
                            thumbSize=18, thumbLabel=t("streams.window"),
                            marks=[{"value": place} for place in range(8)]),
                 html.Span(id=Ids.AT, className="small tabular")],
                className="window-pick",
            ),
            html.Span(sim_tag(), id=Ids.MADE),
        ],
        className="controls",
    )  # fmt: skip


def _cards() -> Component:
    waiting = t("overview.running")
    return html.Div(
        [
            html.Div(chart_card(WAVE, t("streams.window_noun"), height=260, waiting=waiting),
                     className="half"),
            html.Div(chart_card(VERDICTS, t("streams.verdict_noun"), height=260, waiting=waiting),
                     className="half"),
            html.Div(
                [html.Div(chart_card(LINES, t("streams.spectrum_noun"), height=280,
                                     waiting=waiting), className="half"),
                 html.Div(chart_card(ENVELOPE, t("streams.envelope_noun"), height=280,
                                     waiting=waiting), className="half"),
                 html.Div(chart_card(GRAM, t("streams.spectrogram_noun"), height=260,
                                     waiting=waiting), className="whole")],
                id=Ids.SPECTRA, className="cards whole",
            ),
            html.Div(chart_card(FILM, t("streams.film_noun"), height=300, waiting=waiting),
                     id=Ids.FILM, className="whole", hidden=True),
        ],
        className="cards",
    )  # fmt: skip


def register(app: Dash, context: Context) -> None:
    """Register the callbacks of the page."""
    _register_window(app, context)
    _register_made(app, context)
    _register_spectra(app, context)
    _register_film(app, context)
    _register_verdicts(app, context)
    in_browser(app, "address", Output(shell.Ids.DONE, "data", allow_duplicate=True),
               Input(Ids.ADDRESS, "data"))  # fmt: skip


LOOK = (
    Input(watch.phase(PAGE), "data"),
    Input(Ids.SENSOR, "value"),
    Input(Ids.WINDOW, "value"),
    Input(shell.THEME, "data"),
    State(Ids.BASE, "data"),
)
"""What the charts of one window depend on."""


def _register_window(app: Dash, context: Context) -> None:
    @app.callback(
        *card.chart_outputs(WAVE), Output(Ids.AT, "children"), Output(Ids.ADDRESS, "data"), *LOOK
    )
    def draw_window(phase: Any, sensor: str, at: int, theme: str, name: str) -> Any:
        scenario, window = context.scenario(name), pick(phase, sensor, at)
        address = links.write(PAGE, name, {"sensor": sensor, "window": str(at)})
        if window is None:
            return *card.chart_values(missing(phase)), "", address
        seen = t("streams.at", at=clock(window.time))
        if window.data.size == 1:
            told = views.readings(runs.table(_run(phase), "samples"), scenario, sensor, theme)
            return *card.chart_values(told), seen, address
        if scenario.entries[sensor].kind == AIR:
            run, nodes = _run(phase), views.nodes_of(scenario, sensor)
            tables = {kind: runs.table(run, kind) for kind in ("samples", "events", "inferences")}
            return *card.chart_values(air.through(tables, sensor, nodes, theme)), seen, address
        said = None
        if pictures.is_camera(scenario, sensor):
            said = said_of(phase, scenario, window)
        return *card.chart_values(first_chart(scenario, window, theme, said)), seen, address


def _register_made(app: Dash, context: Context) -> None:
    @app.callback(Output(Ids.MADE, "children"), Input(Ids.SENSOR, "value"), State(Ids.BASE, "data"))
    def made(sensor: str, name: str) -> Component:
        played = str(context.scenario(name).value(f"{sensor}.recordings") or "")
        if not played:
            return sim_tag()
        return html.Span(t("streams.recorded"), className="tag",
                         title=t("streams.recorded_meaning", file=played))  # fmt: skip


def _register_spectra(app: Dash, context: Context) -> None:
    @app.callback(
        *card.chart_outputs(LINES),
        *card.chart_outputs(ENVELOPE),
        *card.chart_outputs(GRAM),
        Output(Ids.SPECTRA, "hidden"),
        *LOOK,
    )
    def draw_spectra(phase: Any, sensor: str, at: int, theme: str, name: str) -> Any:
        scenario, window = context.scenario(name), pick(phase, sensor, at)
        if window is None or window.data.ndim > 1 or window.data.size == 1:
            empty = card.chart_values(missing(phase))
            return *empty, *empty, *empty, window is not None
        first = views.spectrum(window, scenario, theme)
        second = views.envelope(window, scenario, theme)
        third = through(window, UNITS[scenario.entries[sensor].kind], theme)
        return (
            *card.chart_values(first), *card.chart_values(second), *card.chart_values(third), False
        )  # fmt: skip


def _register_film(app: Dash, context: Context) -> None:
    @app.callback(
        *card.chart_outputs(FILM),
        Output(Ids.FILM, "hidden"),
        Input(watch.phase(PAGE), "data"),
        Input(Ids.SENSOR, "value"),
        Input(shell.THEME, "data"),
        State(Ids.BASE, "data"),
    )
    def draw_film(phase: Any, sensor: str, theme: str, name: str) -> Any:
        run, scenario = _run(phase), context.scenario(name)
        nodes = views.nodes_of(scenario, sensor)
        if not run or not nodes or not pictures.is_camera(scenario, sensor):
            return *card.chart_values(missing(phase)), True
        chart = pictures.film_of(scenario, sensor, nodes[0], pictures.tables(run), theme)
        return *card.chart_values(chart), False


def said_of(phase: Any, scenario: Scenario, window: views.Window) -> pictures.Said | None:
    """Return what the sensor's first node said of a window."""
    settings: Any = scenario.entries[window.sensor].settings
    nodes = views.nodes_of(scenario, window.sensor)
    inferences = runs.table(_run(phase), "inferences")
    return pictures.verdict_on(window, inferences, nodes, settings.period)


def _register_verdicts(app: Dash, context: Context) -> None:
    @app.callback(
        *card.chart_outputs(VERDICTS),
        Input(watch.phase(PAGE), "data"),
        Input(Ids.SENSOR, "value"),
        Input(shell.THEME, "data"),
        State(Ids.BASE, "data"),
    )
    def draw_verdicts(phase: Any, sensor: str, theme: str, name: str) -> Any:
        run = _run(phase)
        if not run:
            return card.chart_values(missing(phase))
        scenario = context.scenario(name)
        nodes = views.nodes_of(scenario, sensor)
        on: Any = scenario.entries[sensor].settings
        chart = views.verdicts(
            runs.table(run, "inferences"), nodes, theme,
            spans=() if on.recordings else runs.spans(run).get(on.on, ()),
            unchecked=views.unchecked(scenario, nodes),
            reasons=views.reasons(runs.table(run, "events"), nodes),
        )  # fmt: skip
        return card.chart_values(chart)


def _run(phase: Any) -> str:
    if not phase or phase["state"] != "done":
        return ""
    return str(jobs.get(phase["job"]).result["run_id"])


def pick(phase: Any, sensor: str, at: int) -> views.Window | None:
    """Return the window that is looked at; None while there is none."""
    run = _run(phase)
    if not run:
        return None
    blocks, events, samples = (runs.table(run, name) for name in ("blocks", "events", "samples"))
    found = views.windows(blocks, events, sensor, samples)
    return found[max(0, min(at, len(found) - 1))] if found else None


def missing(phase: Any) -> Chart:
    """Return what stands where a window should be."""
    state = (phase or {}).get("state", "none")
    if state in {"failed", "cancelled", "lost"}:
        return Chart(t(f"what_if.{state}"), None, watch.reason(phase))
    if state == "done":
        return Chart(t("streams.no_window"), None, t("streams.no_window_why"))
    return Chart(t("streams.none_yet"), None, t("overview.running"))


def first_chart(
    scenario: Scenario, window: views.Window, theme: str, said: pictures.Said | None = None
) -> Chart:
    """Return the main chart of a window: by its kind, else by the shape of its samples."""
    kind = scenario.entries[window.sensor].kind
    if window.data.ndim == 1:
        draw = {"acoustic": views.sound, "electrical": views.power}.get(kind, views.waveform)
        return draw(window, theme)
    if views.is_thermal(scenario, window.sensor):
        return views.thermal(window, theme)
    return pictures.picture(window, said, theme)
