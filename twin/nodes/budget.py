"""What a model takes of a board: flash, working memory, time of an inference."""

from __future__ import annotations

import math
from dataclasses import dataclass

from twin.errors import BadInput, Fault
from twin.nodes.arena import fullest
from twin.nodes.boards import Board
from twin.nodes.cost import FLASH_LIMIT, TIME_LIMIT, flash, inference_time, layer_time
from twin.nodes.library import Card


@dataclass(frozen=True, slots=True)
class Budget:
    """One budget of the board: what is ``used`` of what is ``allowed`` [unit]."""

    name: str
    used: float
    allowed: float
    unit: str
    culprit: str


def budgets(card: Card, board: Board) -> tuple[Budget, ...]:
    """What a model takes of a board: flash, working memory, time of an inference."""
    layers = card.layers
    peak = fullest(layers)
    memory = peak.top + card.front.memory
    heaviest = max(layers, key=lambda layer: layer.weights)
    slowest = max(layers, key=lambda layer: layer_time(layer, board))
    own = peak.top > card.front.memory
    where = f"layer {peak.layer}" if own else f"features {card.front.kind}"
    allowed = min(FLASH_LIMIT, board.flash)
    return (
        Budget("flash", flash(layers), allowed, "B", f"layer {heaviest.name}"),
        Budget("memory", memory, board.ram, "B", where),
        Budget("time", inference_time(layers, board), TIME_LIMIT, "s", f"layer {slowest.name}"),
    )


def refuse_misfit(card: Card, board: Board, where: str, file: str) -> None:
    """Refuse a model that does not fit its board, with what breaks it."""
    faults = []
    for budget in budgets(card, board):
        if budget.used > budget.allowed or not math.isfinite(budget.used):
            message = (
                f"model {card.name} does not fit: {budget.name} {budget.used:.4g} {budget.unit}, "
                f"allowed {budget.allowed:.4g} {budget.unit}; most of it in {budget.culprit}"
            )
            faults.append(Fault(message, path=where, file=file, value=repr(board.name)))
    if faults:
        raise BadInput(faults)
