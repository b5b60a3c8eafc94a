"""Models of a whole machine: what their tasks have in common."""

from __future__ import annotations

from twin.nodes import recordings
from twin.physics.bearings import named
from twin.training.machine import build
from twin.training.tasks.base import Asked, Built, Say, refuse_data


def trained(model: str, asked: Asked, say: Say) -> Built:
    """Train one of them from the twin; recordings only test it."""
    refuse_data(asked, model)
    tested = recordings.read(asked.test) if asked.test is not None else ()
    path = build(
        model,
        asked.out,
        seed=asked.seed,
        workers=asked.workers,
        tested=tested,
        bearing=named(asked.bearing),
        say=say,
    )
    return path, {}
