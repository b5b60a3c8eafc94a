"""Which class a picture shows; from your pictures in folders, else from parts the twin draws."""

from __future__ import annotations

import math

from twin.errors import BadInput, Fault
from twin.training import parts
from twin.training.inspection import LARGEST_SIDE, SMALLEST_SIDE, Options
from twin.training.inspection import build as build_model
from twin.training.tasks.base import Asked, Built, Say

MINUTE = 60.0
LIMIT = 15.0  # for training on somebody's pictures [min]


def options(asked: Asked) -> Options:
    """Return what the training of pictures is told."""
    budget = asked.budget or (LIMIT if asked.data is not None else math.inf)
    return Options(
        seed=asked.seed,
        side=asked.side,
        pruned=asked.prune,
        bits=asked.bits,
        oriented=asked.oriented,
        budget=budget * MINUTE,
    )


def build(asked: Asked, say: Say) -> Built:
    """Train the model."""
    if asked.data is None:
        return parts.build(asked.out, options(asked), say)
    refuse_side(asked)
    return build_model(asked.data, asked.out, options(asked), say)


def refuse_side(asked: Asked) -> None:
    """Refuse pictures smaller or larger than the networks take."""
    if asked.side and not SMALLEST_SIDE <= asked.side <= 2 * LARGEST_SIDE:
        message = f"pixels; allowed is {SMALLEST_SIDE} to {2 * LARGEST_SIDE}, or 0"
        raise BadInput(Fault(message, path="--side", value=str(asked.side)))
