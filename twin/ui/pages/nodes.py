"""Nodes: does it fit, can I trust it? The fleet of the scenario, and one node against its board."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import dash_mantine_components as dmc
import pandas as pd
from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from twin import jobs
from twin.errors import BadInput
from twin.nodes.boards import BOARDS
from twin.nodes.energy import YEAR, battery_life
from twin.nodes.library import Card, open_model
from twin.nodes.node_settings import NodeSettings
from twin.nodes.segments import External, external_of
from twin.scenario import Scenario
from twin.ui import baseline, fit, links, names, runs, shell, stages
from twin.ui.browser import in_browser
from twin.ui.components import watch
from twin.ui.components.card import Chart, card, chart_card, chart_outputs, chart_values
from twin.ui.components.frame import aria, mark, notice, page, sim_tag
from twin.ui.context import Context
from twin.ui.i18n import t
from twin.ui.links import View
from twin.ui.pages import _streams_pictures as pictures
from twin.ui.placed import placed
from twin.ui.wording import number, prefixed

ORDER = 70
ICON = "cpu"
PAGE = "nodes"
FILM = "nodes-film"
DAY = 86_400.0
IDLE = "idle"  # what a node says of a spindle that stands


class Ids(StrEnum):
    """Ids of the page."""

    BASE = "nodes-scenario"
    NODE = "nodes-node"
    FLEET = "nodes-fleet"
    ONE = "nodes-one"
    ADDRESS = "nodes-address"
    SEEN = "nodes-seen"


def layout(view: View, context: Context) -> Component:
    """Return the page; without nodes it says how to get one."""
    scenario = context.scenario(view.scenario)
    nodes = list(scenario.of("node"))
    if not nodes:
        return page(PAGE, _nothing(context))
    chosen = view.one("node") if view.one("node") in nodes else nodes[0]
    job = runs.baseline_job(scenario, baseline.now(context, view.scenario).values)
    pick = dmc.Select(id=Ids.NODE, data=nodes, value=chosen, size="sm", allowDeselect=False,
                      label=t("nodes.node"), w=240)  # fmt: skip
    return page(
        PAGE,
        dcc.Store(id=Ids.BASE, data=view.scenario),
        dcc.Store(id=Ids.ADDRESS),
        html.Div(watch.strip(PAGE, job.id), className="page-watch"),
        html.Div(
            [
                html.Div(
                    [fleet(scenario, None)], id=Ids.FLEET, className="cards", **aria(live="polite")
                ),
                html.Div([pick, sim_tag()], className="controls"),
                html.Div(
                    chart_card(FILM, t("nodes.seen_noun"), height=300), id=Ids.SEEN, hidden=True
                ),
                html.Div(one(scenario, chosen), id=Ids.ONE, className="cards"),
            ],
            className="cards",
        ),
    )


def register(app: Dash, context: Context) -> None:
    """Register the callbacks of the page."""

    @app.callback(
        Output(Ids.FLEET, "children"), Input(watch.phase(PAGE), "data"), State(Ids.BASE, "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    def show(phase: Any, name: str) -> Any:
        if (phase or {}).get("state") != "done":
            return no_update
        result, scenario = jobs.get(phase["job"]).result, context.scenario(name)
        return [fleet(scenario, str(result["run_id"])), placed(scenario, result["kpis"])]

    @app.callback(
        Output(Ids.ONE, "children"), Output(Ids.ADDRESS, "data"),
        Input(Ids.NODE, "value"), State(Ids.BASE, "data"), prevent_initial_call=True,
    )  # fmt: skip
    def choose(node: str, name: str) -> Any:
        return one(context.scenario(name), node), links.write(PAGE, name, {"node": node})

    @app.callback(
        *chart_outputs(FILM), Output(Ids.SEEN, "hidden"),
        Input(watch.phase(PAGE), "data"), Input(Ids.NODE, "value"), Input(shell.THEME, "data"),
        State(Ids.BASE, "data"),
    )  # fmt: skip
    def draw_film(phase: Any, node: str, theme: str, name: str) -> Any:
        scenario = context.scenario(name)
        sensor = str(scenario.value(f"{node}.sensor"))
        if (phase or {}).get("state") != "done" or not pictures.is_camera(scenario, sensor):
            return *chart_values(Chart(t("streams.none_yet"), None, "")), True
        run = str(jobs.get(phase["job"]).result["run_id"])
        found = pictures.tables(run)
        return *chart_values(pictures.film_of(scenario, sensor, node, found, theme)), False

    in_browser(app, "address", Output(shell.Ids.DONE, "data", allow_duplicate=True),
               Input(Ids.ADDRESS, "data"))  # fmt: skip


def _nothing(context: Context) -> Component:
    having = [name for name in context.scenarios if context.scenario(name).of("node")]
    listed = [html.Li(dcc.Link(name, href=links.write(PAGE, name))) for name in having]
    action = html.Ul(listed, className="plain") if listed else None
    return notice("empty", t("nodes.none"), t("nodes.none_why"), action)


def card_of(scenario: Scenario, node: str) -> Card | str:
    """Return the card of a node's model, or why there is none."""
    try:
        return open_model(str(scenario.value(f"{node}.model"))).card
    except BadInput as error:
        return str(error)


def setup(scenario: Scenario, node: str) -> tuple[Card | None, External | None]:
    """Return the first stage of a node and the external flash of its weights, where it has them."""
    settings = scenario.entries[node].settings
    assert isinstance(settings, NodeSettings)
    first = open_model(settings.gate, path=f"{node}.gate").card if settings.gate else None
    return first, external_of(settings)


def period_of(scenario: Scenario, node: str) -> float:
    """Return how often a node's sensor takes a window [s]."""
    sensor = str(scenario.value(f"{node}.sensor"))
    settings = scenario.entries[sensor].settings if sensor in scenario.entries else None
    return float(getattr(settings, "period", math.nan))


# -- the fleet ----------------------------------------------------------------------------------


def fleet(scenario: Scenario, run: str | None) -> Component:
    """Return every node in a row: static facts at once, what it did when the run is done."""
    nodes = list(scenario.of("node"))
    seen = runs.table(run, "inferences") if run else None
    sent = _radio(run) if run else {}
    lasted = runs.end(run) if run else math.nan
    columns = ("node", "sensor", "board", "model", "wake", "fits", "health", "windows", "alarms",
               "day", "battery")  # fmt: skip
    head = html.Tr([html.Th(t(f"nodes.col_{name}"), scope="col") for name in columns])
    body = [html.Tr(_row(scenario, node, seen, lasted, sent.get(node, 0.0))) for node in nodes]
    table = html.Table([html.Thead(head), html.Tbody(body)], className="figures fleet")
    return card(
        t("nodes.fleet_noun"),
        html.H2(_finding(scenario, nodes, seen)),
        html.Div(table, className="table-wide", tabIndex=0, role="region",
                 **aria(label=t("nodes.fleet_noun"))),
        html.P(t("nodes.fleet_caption"), className="quiet small"),
    )  # fmt: skip


def _radio(run: str) -> dict[str, float]:
    """Return what the radio of each node took in a run [J]."""
    rows = runs.table(run, "events")
    mine = rows[rows["name"] == "sent"].groupby("source", observed=True)["value"].sum()
    return {str(node): float(energy) for node, energy in mine.items()}


def _fits(scenario: Scenario, node: str) -> bool:
    held = card_of(scenario, node)
    board = BOARDS[str(scenario.value(f"{node}.board"))]
    if not isinstance(held, Card):
        return False
    try:
        return fit.take(held, board, period_of(scenario, node), *setup(scenario, node)).fits
    except BadInput:
        return False


def _finding(scenario: Scenario, nodes: list[str], seen: pd.DataFrame | None) -> Any:
    misfits = [node for node in nodes if not _fits(scenario, node)]
    if misfits:
        return mark("red", t("nodes.found_misfit", n=len(misfits), total=len(nodes)))
    alarmed = set() if seen is None else set(seen["source"][seen["alarm"].astype(bool)])
    if alarmed:
        return mark("amber", t("nodes.found_alarm", n=len(alarmed), total=len(nodes)))
    return t("nodes.found_fits_yet" if seen is None else "nodes.found_fits", total=len(nodes))


def _row(
    scenario: Scenario, node: str, seen: pd.DataFrame | None, lasted: float, sent: float
) -> list[Component]:
    held = card_of(scenario, node)
    board = BOARDS[str(scenario.value(f"{node}.board"))]
    version = held.sha256[:8] if isinstance(held, Card) else "–"
    under = html.Span(version, className="of small tabular")
    gate, own = (str(scenario.value(f"{node}.{name}")) for name in ("gate", "model"))
    model: list[Any] = [f"{gate} → {own}" if gate else own, under]
    fits = t("nodes.fits") if _fits(scenario, node) else mark("red", t("nodes.does_not_fit"))
    static = [
        html.Th(node, scope="row"),
        html.Td(str(scenario.value(f"{node}.sensor")), className="said"),
        html.Td(board.title, className="said"),
        html.Td(model, className="said"),
        html.Td(names.word(f"wake_{scenario.value(f'{node}.wake')}"), className="said"),
        html.Td(fits, className="said"),
    ]
    return [*static, *_did(seen, node, lasted, board.sleep_power + sent / lasted)]


def _did(seen: pd.DataFrame | None, node: str, lasted: float, rest: float) -> list[Component]:
    """What a node did in the run: its last word, windows, alarms, energy and battery.

    ``rest``: power of all but computing [W].
    """
    mine = None if seen is None else seen[seen["source"] == node]
    if mine is None or mine.empty:
        return [html.Td("–", title=t("nodes.no_run")) for _ in range(5)]
    bad = int((mine["label"] == "bad").sum())
    alarms = int(mine["alarm"].astype(bool).sum())
    windows = [number(len(mine), 0)]
    if bad:
        windows.append(t("nodes.bad", n=bad))
    power = float(mine["energy"].sum()) / lasted
    years = battery_life(fit.CELL, power + rest, self_discharge=fit.LOSS) / YEAR
    return [
        html.Td(_health(mine), className="said"),
        html.Td(" ".join(windows)),
        html.Td(number(alarms, 0)),
        html.Td(prefixed(power * DAY, "J")),
        html.Td(fit.lasting(years)),
    ]


def _health(mine: pd.DataFrame) -> Any:
    """Say what a node found last while the machine ran; a machine that stands tells nothing."""
    judged = mine[mine["label"] != IDLE]
    if judged.empty:
        return html.Span(t("nodes.not_judged"), title=t("nodes.not_judged_why"))
    last = names.word(str(judged["label"].iloc[-1]))
    return mark("amber", last) if bool(judged["alarm"].iloc[-1]) else last


# -- one node -----------------------------------------------------------------------------------


def one(scenario: Scenario, node: str) -> list[Component]:
    """Return one node: its budgets against its board, and the same model on the other boards."""
    held = card_of(scenario, node)
    if isinstance(held, str):
        return [notice("red", t("nodes.no_model"), held)]
    board, period = BOARDS[str(scenario.value(f"{node}.board"))], period_of(scenario, node)
    try:
        beside = setup(scenario, node)
        found = fit.take(held, board, period, *beside)
    except BadInput as error:
        return [
            notice("red", t("nodes.one_misfit", model=held.name, board=board.title), str(error))
        ]
    heading = t("nodes.one_fits" if found.fits else "nodes.one_misfit", model=held.name,
                board=board.title)  # fmt: skip
    boards = fit.all_boards(held, period, *beside)
    link = dcc.Link(t("nodes.to_model"), href=links.write("models", "", {"model": held.name}))
    return [
        html.Div(card(t("nodes.budget_noun"), html.H2(heading),
                      fit.bars([*found.budgets, fit.wish(found)]),
                      html.P([t("nodes.latency_is", ms=number(found.latency * 1e3, 1),
                                energy=prefixed(found.energy, "J")), " ", link],
                             className="small")),
                 className="whole"),
        *stages.cards(held, board, *beside),
        html.Div(card(t("nodes.boards_noun"), html.H2(_best(boards)),
                      fit.boards_table(boards, board.name),
                      html.P(t("nodes.boards_caption"), className="quiet small")),
                 className="whole"),
    ]  # fmt: skip


def _best(boards: Sequence[fit.Take]) -> str:
    fitting = [found for found in boards if found.fits]
    if not fitting:
        return t("nodes.none_fits")
    least = min(fitting, key=lambda found: found.energy)
    return t("nodes.best", board=least.board.title, energy=prefixed(least.energy, "J"),
             n=len(fitting))  # fmt: skip
