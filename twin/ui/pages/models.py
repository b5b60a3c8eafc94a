"""Models: can I trust it? The card of each model, with its confusion on real recordings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from twin.errors import BadInput
from twin.nodes import inspection, library
from twin.nodes.arena import timeline
from twin.nodes.boards import BOARDS
from twin.nodes.cost import PER_CHANNEL, layer_time
from twin.ui import fit, links, names, shell
from twin.ui.browser import in_browser
from twin.ui.components.card import card
from twin.ui.components.frame import aria, page
from twin.ui.context import Context
from twin.ui.i18n import known, t
from twin.ui.links import View
from twin.ui.wording import number

ORDER = 80
ICON = "box"
PAGE = "models"
PERIOD = 60.0  # from window to window, for power and battery; the card's own [s]
FIGURES = ("accuracy", "macro_f1", "macro_auroc", "false_alarms", "missed_alarms", "n")
REAL = "recordings"
USUAL = "bearing"  # shown where the scenario runs no model: every plant has rolling bearings
MANY = 7  # classes; of more, the confusion takes the whole width
Test = Mapping[str, Any]


class Ids(StrEnum):
    """Ids of the page."""

    BASE = "models-scenario"
    MODEL = "models-model"
    BODY = "models-body"
    ADDRESS = "models-address"


def layout(view: View, context: Context) -> Component:
    """Return the page of one shipped model."""
    shipped = list(library.names())
    chosen = view.one("model") if view.one("model") in shipped else used(view, context, shipped)
    pick = dmc.Select(id=Ids.MODEL, data=shipped, value=chosen, size="sm", allowDeselect=False,
                      label=t("models.model"), w=240)  # fmt: skip
    return page(
        PAGE,
        dcc.Store(id=Ids.BASE, data=view.scenario),
        dcc.Store(id=Ids.ADDRESS),
        html.Div(pick, className="controls"),
        html.Div(body(chosen), id=Ids.BODY, className="cards"),
    )


def used(view: View, context: Context, shipped: Sequence[str]) -> str:
    """Return the first shipped model that the scenario runs, else the one for the most usual part.

    A node's first stage is asked after its model; a station of a line may look by a model as well.
    """
    try:
        scenario = context.scenario(view.scenario)
    except BadInput:
        return USUAL
    said = [(path.rsplit(".", 1)[-1], str(value)) for path, declared, value
            in scenario.declarations() if declared.form == "model"]  # fmt: skip
    found = [value for field in ("model", "gate") for name, value in said if name == field]
    return next((name for name in found if name in shipped), USUAL)


def register(app: Dash, context: Context) -> None:
    """Register the callbacks of the page."""

    @app.callback(
        Output(Ids.BODY, "children"), Output(Ids.ADDRESS, "data"),
        Input(Ids.MODEL, "value"), State(Ids.BASE, "data"), prevent_initial_call=True,
    )  # fmt: skip
    def choose(model: str, name: str) -> Any:
        return body(model), links.write(PAGE, name, {"model": model})

    in_browser(app, "address", Output(shell.Ids.DONE, "data", allow_duplicate=True),
               Input(Ids.ADDRESS, "data"))  # fmt: skip


def body(model: str) -> list[Component]:
    """Return the card of a model in pieces: trust, where it fails, size, cost."""
    held = library.open_model(model).card
    tests = {name: test for name, test in held.document.get("tests", {}).items()
             if isinstance(test, Mapping)}  # fmt: skip
    wide = "whole" if len(held.classes) > MANY else "half"
    pieces = [(_confusion(tests), wide), (_tests(tests, held), "half"), (_about(held), "half"),
              (_fails(held), "half"), (_severity(held), "half"), (_ablation(held), "whole"),
              (_boards(held), "whole"), (_layers(held), "whole")]  # fmt: skip
    return [html.Div(piece, className=size) for piece, size in pieces if piece is not None]


# -- can I trust it -----------------------------------------------------------------------------


def judged(tests: Mapping[str, Test]) -> tuple[str, Test] | None:
    """Return the test that says most: on real recordings, else the first with a confusion."""
    having = {name: test for name, test in tests.items() if test.get("confusion")}
    for name in (REAL, *having):
        if name in having:
            return name, having[name]
    return None


def _confusion(tests: Mapping[str, Test]) -> Component:
    found = judged(tests)
    if found is None:
        return card(t("models.confusion_noun"), html.H2(t("models.no_test")))
    name, test = found
    counts = test["confusion"]
    total = sum(sum(line) for line in counts)
    key = "models.right_real" if name == REAL else "models.right_made"
    right = 100.0 * sum(line[k] for k, line in enumerate(counts)) / max(total, 1)
    return card(
        t("models.confusion_noun"),
        html.H2(t(key, share=number(right, 1), n=number(total, 0))),
        html.Div(_matrix(list(test["classes"]), counts), className="table-wide", tabIndex=0,
                 role="region", **aria(label=t("models.confusion_noun"))),
        html.P(t("models.confusion_caption"), className="quiet small"),
    )  # fmt: skip


def _matrix(classes: Sequence[str], counts: Sequence[Sequence[int]]) -> Component:
    words = [names.word(word) for word in classes]
    head = html.Tr([html.Th(t("models.true_called"), scope="col"),
                    *(html.Th(word, scope="col") for word in words)])  # fmt: skip
    rows = []
    for place, (word, line) in enumerate(zip(words, counts, strict=True)):
        whole = max(sum(line), 1)
        cells = [_cell(count, count / whole, place == k) for k, count in enumerate(line)]
        rows.append(html.Tr([html.Th(word, scope="row"), *cells]))
    return html.Table([html.Thead(head), html.Tbody(rows)], className="figures entire confusion")


def _cell(count: int, share: float, right: bool) -> Component:
    style: Any = {"--share": f"{35.0 * share:.0f}%"}
    said = html.Span(f"{100.0 * share:.0f} %", className="of small")
    return html.Td([number(count, 0), said], style=style, className="right" if right else "wrong")


def _tests(tests: Mapping[str, Test], held: library.Card) -> Component:
    columns = list(tests)
    titles = [t("models.figure"), *(_named("models.test", name) for name in columns)]
    head = html.Tr([html.Th(title, scope="col") for title in titles])
    rows = [
        html.Tr([html.Th(t(f"models.{figure}"), scope="row"),
                 *(html.Td(_figure(tests[name], figure)) for name in columns)])
        for figure in FIGURES
    ]  # fmt: skip
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="figures entire")
    real = tests.get(REAL)
    seen = "_pictures" if held.sensor == inspection.SENSOR else ""
    caption = f"models.tests_caption{seen}"
    finding = t("models.real_n", n=number(real.get("n"), 0)) if real else t("models.no_real")
    return card(t("models.tests_noun"), html.H2(finding),
                html.Div(table, className="table-wide", tabIndex=0, role="region",
                         **aria(label=t("models.tests_noun"))),
                html.P(t(caption), className="quiet small"))  # fmt: skip


def _figure(test: Test, name: str) -> str:
    value = test.get(name)
    if not isinstance(value, int | float):
        return "–"
    if name == "n":
        return number(value, 0)
    if name.startswith("macro"):
        return number(value, 3)
    return f"{number(100.0 * value, 2 if name.endswith('alarms') else 1)} %"


def _named(prefix: str, name: str) -> str:
    key = f"{prefix}_{name}"
    return t(key) if known(key) else names.humane(name)


# -- what it is ---------------------------------------------------------------------------------


def _about(held: library.Card) -> Component:
    document = held.document
    training = document.get("training", {})
    rows = [
        (t("models.task"), names.card_text(held.task)),
        (t("models.classes"), ", ".join(names.word(word) for word in held.classes)),
        (t("models.trained_on"), names.card_text(str(training.get("data", "–")))),
        (t("models.method"), names.card_text(str(training.get("method", "–")))),
        (t("models.size"), fit.amount(held.model_bytes, "B")),
        (t("models.flash"), fit.amount(document.get("flash_bytes", float("nan")), "B")),
        (t("models.arena"), fit.amount(document.get("arena_bytes", float("nan")), "B")),
        (t("models.macs"), number(document.get("macs"), 0)),
        (t("models.version"), held.sha256[:16]),
    ]
    body = [html.Tr([html.Th(name, scope="row"), html.Td(said)]) for name, said in rows]
    heading = t("models.about", size=fit.amount(held.model_bytes, "B"))
    return card(t("models.about_noun"), html.H2(heading),
                html.Table(html.Tbody(body), className="figures facts"))  # fmt: skip


def _fails(held: library.Card) -> Component:
    listed = [str(line) for line in held.document.get("fails", ())]
    heading = t("models.fails", n=len(listed)) if listed else t("models.fails_unknown")
    lines = html.Ul([_told(line, html.Li) for line in listed], className="fails")
    return card(t("models.fails_noun"), html.H2(heading), lines)


def _severity(held: library.Card) -> Component | None:
    told = held.document.get("severity")
    if not isinstance(told, Mapping) or not told:
        return None
    rows = [html.Tr([html.Th(names.word(str(word)), scope="row"), _told(str(said), html.Td)])
            for word, said in told.items()]  # fmt: skip
    kind = "flaws" if held.sensor == inspection.SENSOR else "faults"
    return card(t(f"models.severity_{kind}_noun"), html.H2(t(f"models.severity_{kind}")),
                html.Table(html.Tbody(rows), className="figures facts"))  # fmt: skip


def _told(line: str, kind: Callable[..., Component]) -> Component:
    """A sentence of the card in the reader's language, marked as English where there is none."""
    told = names.card_text(line)
    return kind(told, lang="en") if told == line else kind(told)


def _ablation(held: library.Card) -> Component | None:
    rows = held.document.get("ablation")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        return None
    columns = list(rows[0])
    head = html.Tr([html.Th(_named("models.step", name), scope="col") for name in columns])
    lines = [html.Tr([html.Td(_plain(row.get(name))) for name in columns]) for row in rows]
    table = html.Table([html.Thead(head), html.Tbody(lines)], className="figures entire")
    return card(t("models.ablation_noun"), html.H2(t("models.ablation", n=len(rows))),
                html.Div(table, className="table-wide", tabIndex=0, role="region",
                         **aria(label=t("models.ablation_noun"))))  # fmt: skip


def _plain(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "–" if value is None else str(value)


# -- what it costs ------------------------------------------------------------------------------


def _boards(held: library.Card) -> Component:
    found = fit.all_boards(held, PERIOD)
    fitting = sum(one.fits for one in found)
    return card(t("nodes.boards_noun"),
                html.H2(t("models.boards", n=fitting, total=len(found))),
                fit.boards_table(found),
                html.P(t("models.boards_caption"), className="quiet small"))  # fmt: skip


def _layers(held: library.Card) -> Component:
    board = BOARDS["stm32u575"]
    columns = ("layer", "kind", "macs", "layer_flash", "alive", "layer_time")
    head = html.Tr([html.Th(t(f"models.{name}"), scope="col") for name in columns])
    rows = [
        html.Tr([html.Th(names.layer(layer.name), scope="row"),
                 html.Td(names.layer(layer.kind), className="said"),
                 html.Td(number(layer.macs, 0)),
                 html.Td(fit.amount(layer.weights + PER_CHANNEL * layer.channels, "B")),
                 html.Td(fit.amount(step.live, "B")),
                 html.Td(f"{number(layer_time(layer, board) * 1e6, 1)} µs")])
        for layer, step in zip(held.layers, timeline(held.layers), strict=True)
    ]  # fmt: skip
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="figures entire layers")
    slowest = max(held.layers, key=lambda layer: layer_time(layer, board))
    finding = t("models.slowest", layer=names.layer(slowest.name))
    return card(t("models.layers_noun"), html.H2(finding),
                html.Div(table, className="table-wide", tabIndex=0, role="region",
                         **aria(label=t("models.layers_noun"))))  # fmt: skip
