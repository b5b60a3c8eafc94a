"""What a node has beside its one model: a first stage before it, weights that are loaded."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from twin.nodes.boards import Board
from twin.nodes.cost import flash
from twin.nodes.library import Card
from twin.nodes.segments import External, Plan, plan
from twin.ui import fit, names
from twin.ui.components.card import card
from twin.ui.components.frame import aria
from twin.ui.i18n import t
from twin.ui.wording import number, prefixed

STAGES = ("stage", "runs", "latency", "energy", "flash")
SEGMENTS = ("segment", "layers", "size", "loading", "computing", "energy", "memory")


def cards(
    held: Card, board: Board, first: Card | None, external: External | None
) -> list[Component]:
    """Return a card of the two stages and one of the segments, where a node has them."""
    made = []
    if first is not None:
        made.append(_stages(held, board, first))
    if external is not None:
        made.append(_segments(plan(held, board, external)))
    return [html.Div(one, className="whole") for one in made]


def _table(columns: tuple[str, ...], rows: Sequence[Component], noun: str) -> Component:
    head = html.Tr([html.Th(t(f"nodes.col_{name}"), scope="col") for name in columns])
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="figures node-parts")
    return html.Div(table, className="table-wide", tabIndex=0, role="region", **aria(label=noun))


def _cells(texts: tuple[str, ...]) -> list[Component]:
    """Return the words of a row and then its figures."""
    return [html.Td(texts[0], className="said"), *(html.Td(text) for text in texts[1:])]


def _stages(held: Card, board: Board, first: Card) -> Component:
    times = [fit.window_time(one, board) for one in (first, held)]
    rows = []
    for place, (one, time) in enumerate(zip((first, held), times, strict=True)):
        energy = prefixed(time * board.active_power, "J")
        held_in = fit.amount(flash(one.layers), "B")
        cells = (one.name, f"{number(time * 1e3, 1)} ms", energy, held_in)
        name = html.Th(t(f"nodes.stage_{place + 1}"), scope="row")
        rows.append(html.Tr([name, *_cells(cells)]))
    noun = t("nodes.stages_noun")
    share = number(100.0 * times[0] / times[1], 0)
    return card(
        noun,
        html.H2(t("nodes.stages_found", first=first.name, model=held.name, share=share)),
        _table(STAGES, rows, noun),
        html.P(t("nodes.stages_caption"), className="quiet small"),
    )


def _segments(loaded: Plan) -> Component:
    rows = []
    for place, one in enumerate(loaded.segments):
        cells = (
            ", ".join(map(names.layer, one.layers)),
            fit.amount(one.size, "B"), fit.amount(one.loading, "s"),
            fit.amount(one.computing, "s"), prefixed(one.energy, "J"),
            fit.amount(one.memory, "B"),
        )  # fmt: skip
        name = html.Th(number(place + 1, 0), scope="row")
        rows.append(html.Tr([name, *_cells(cells)]))
    noun = t("nodes.segments_noun")
    found = t("nodes.segments_found", n=len(loaded.segments), buffer=fit.amount(loaded.buffer, "B"),
              ms=number(loaded.loading * 1e3, 2))  # fmt: skip
    return card(
        noun,
        html.H2(found),
        _table(SEGMENTS, rows, noun),
        html.P(t("nodes.segments_caption"), className="quiet small"),
    )
