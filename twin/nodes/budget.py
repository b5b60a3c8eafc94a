"""What a model takes of a board: flash, working memory, time of an inference."""

from __future__ import annotations

import math
from dataclasses import dataclass

from twin.errors import BadInput, Fault
from twin.nodes.arena import fullest
from twin.nodes.boards import Board
from twin.nodes.cost import FLASH_LIMIT, TIME_LIMIT, flash, inference_time, layer_time
from twin.nodes.library import Card
from twin.nodes.segments import Plan


@dataclass(frozen=True, slots=True)
class Budget:
    """One budget of the board: what is ``used`` of what is ``allowed`` [unit]."""

    name: str
    used: float
    allowed: float
    unit: str
    culprit: str


def budgets(
    card: Card, board: Board, *, first: Card | None = None, plan: Plan | None = None
) -> tuple[Budget, ...]:
    """What a model takes of a board: flash, working memory, time of an inference.

    Parameters
    ----------
    card : Card
    board : Board
    first : Card, optional
        Model of the first stage of a cascade: both lie in the flash, their memory is used in turn,
        and the time is that of a window that both look at.
    plan : Plan, optional
        How the weights of ``card`` are loaded from an external flash; without one they lie in the
        board's.
    """
    held, memory, time = _flash(card, plan), _memory(card, plan), _time(card, board, plan)
    if first is not None:
        other, its_time = _flash(first, None), _time(first, board, None)
        held = (held[0] + other[0], max(held, other)[1])
        memory = max(memory, _memory(first, None))
        time = (time[0] + its_time[0], max(time, its_time)[1])
    return (
        Budget("flash", held[0], min(FLASH_LIMIT, board.flash), "B", held[1]),
        Budget("memory", memory[0], board.ram, "B", memory[1]),
        Budget("time", time[0], TIME_LIMIT, "s", time[1]),
    )


def _flash(card: Card, plan: Plan | None) -> tuple[float, str]:
    """Flash of a model [B] and what takes most of it."""
    if plan is not None:
        return 0.0, "the external flash"
    heaviest = max(card.layers, key=lambda layer: layer.weights)
    return flash(card.layers), f"layer {heaviest.name}"


def _memory(card: Card, plan: Plan | None) -> tuple[float, str]:
    """Working memory of a model [B] and what takes most of it."""
    peak, buffer = fullest(card.layers), 0 if plan is None else plan.buffer
    parts = {
        f"layer {peak.layer}": peak.top,
        f"features {card.front.kind}": card.front.memory,
        "the buffer of the weights": buffer,
    }
    most = max(parts, key=lambda name: parts[name])
    return sum(parts.values()), most


def _time(card: Card, board: Board, plan: Plan | None) -> tuple[float, str]:
    """Time of an inference [s] and what takes most of it."""
    slowest = max(card.layers, key=lambda layer: layer_time(layer, board))
    computing, most = inference_time(card.layers, board), f"layer {slowest.name}"
    if plan is None:
        return computing, most
    if plan.loading > layer_time(slowest, board):
        most = "loading the weights"
    return computing + plan.loading, most


def refuse_misfit(
    card: Card,
    board: Board,
    where: str,
    file: str,
    *,
    first: Card | None = None,
    plan: Plan | None = None,
) -> None:
    """Refuse a model that does not fit its board, with what breaks it."""
    faults = []
    for budget in budgets(card, board, first=first, plan=plan):
        if budget.used > budget.allowed or not math.isfinite(budget.used):
            message = (
                f"model {card.name} does not fit: {budget.name} {budget.used:.4g} {budget.unit}, "
                f"allowed {budget.allowed:.4g} {budget.unit}; most of it in {budget.culprit}"
            )
            faults.append(Fault(message, path=where, file=file, value=repr(board.name)))
    if faults:
        raise BadInput(faults)


def refuse_features(card: Card, board: Board, where: str, file: str) -> None:
    """Refuse features that do not fit a board whose model runs elsewhere."""
    if card.front.memory > board.ram:
        message = (
            f"features of model {card.name} do not fit: memory {card.front.memory} B, allowed "
            f'{board.ram} B; send = "window" leaves them to where the model runs'
        )
        raise BadInput(Fault(message, path=where, file=file, value=repr(board.name)))
