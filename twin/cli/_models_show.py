"""``twin models show``: what a card says of one model: its tests, its layers, its boards."""

from __future__ import annotations

import math
from typing import Annotated, Any

import typer

from twin.cli import _models_tests, output
from twin.errors import BadInput, Fault, did_you_mean
from twin.nodes import library
from twin.nodes.arena import timeline
from twin.nodes.boards import BOARDS, Board
from twin.nodes.budget import Budget, budgets
from twin.nodes.cost import PER_CHANNEL, layer_time

BoardOption = Annotated[
    str, typer.Option("--board", help=f"Board that layers are timed on: {', '.join(BOARDS)}.")
]


def show(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A shipped name, file or folder.")],
    board: BoardOption = "stm32u575",
    json_to: output.JsonTo = None,
) -> None:
    """Show MODEL: how good it was when tested, where it fails, its layers, what boards it fits."""
    if board not in BOARDS:
        message = "no such board" + did_you_mean(board, BOARDS)
        raise BadInput(Fault(message, path="--board", value=repr(board)))
    card = library.open_model(model, path="MODEL").card
    layers = layer_rows(card, BOARDS[board])
    fits = {name: [_budget(b) for b in budgets(card, one)] for name, one in BOARDS.items()}
    output.write_json({**_card(card), "board": board, "layers": layers, "boards": fits}, json_to)
    if json_to == "-":
        return
    console = output.console(json_to)
    console.print(f"{card.name}: {card.task}")
    for part in _models_tests.tables(card):
        console.print(part)
    for line in card.document.get("fails", ()):
        console.print(f"fails: {line}", markup=False)
    columns = ("layer", "kind", "MACs", "flash B", "alive B", "up to B", f"µs on {board}")
    rows = [(*(str(v) for v in list(row.values())[:-1]), f"{row['time_s'] * 1e6:.3g}")
            for row in layers]  # fmt: skip
    console.print(output.table(f"{card.name}, layer by layer", columns, rows))
    words = ("board", "flash B", "memory B", "time of an inference ms", "fits")
    console.print(
        output.table("What it takes of each board", words, [_row(n, f) for n, f in fits.items()])
    )


def _card(card: library.Card) -> dict[str, Any]:
    """Return what the card says but for what follows from the layers."""
    tests = _models_tests.of(card)
    lead = _models_tests.leading(tests)
    return {
        "model": card.name,
        "task": card.task,
        "sensor": card.sensor,
        "classes": list(card.classes),
        "training": card.document.get("training", {}),
        "tests": {
            name: {**test, **(_models_tests.threshold(test) if "n" in test else {})}
            for name, test in tests.items()
        },
        "leading_test": lead or None,
        "confusion": tests[lead]["confusion"] if lead else None,
        "fails": list(card.document.get("fails", ())),
    }


def layer_rows(card: library.Card, board: Board) -> list[dict[str, Any]]:
    """Each layer's work, flash, memory alive while it runs, and time on a board [s]."""
    return [
        {
            "layer": layer.name,
            "kind": layer.kind,
            "macs": layer.macs,
            "flash_bytes": layer.weights + PER_CHANNEL * layer.channels,
            "live_bytes": step.live,
            "top_bytes": step.top,
            "time_s": layer_time(layer, board),
        }
        for layer, step in zip(card.layers, timeline(card.layers), strict=True)
    ]


def _budget(budget: Budget) -> dict[str, Any]:
    fits = budget.used <= budget.allowed and math.isfinite(budget.used)
    return {
        "name": budget.name,
        "used": budget.used,
        "allowed": budget.allowed,
        "unit": budget.unit,
        "fits": fits,
        "most_of_it": budget.culprit,
    }


def _row(name: str, found: list[dict[str, Any]]) -> tuple[str, ...]:
    flash, memory, time = found
    broken = [f"no: {b['name']}, {b['most_of_it']}" for b in found if not b["fits"]]
    return (
        name,
        f"{flash['used']:.0f} of {flash['allowed']:.0f}",
        f"{memory['used']:.0f} of {memory['allowed']:.0f}",
        f"{time['used'] * 1e3:.3g} of {time['allowed'] * 1e3:.3g}",
        "; ".join(broken) or "yes",
    )
