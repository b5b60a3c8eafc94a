"""Models of a whole machine: what their tasks have in common."""

from __future__ import annotations

from twin.physics.bearings import named
from twin.training.machine import TASKS, build
from twin.training.tasks.base import Asked, Built, Say, fit_recordings, refuse_data


def trained(model: str, asked: Asked, say: Say) -> Built:
    """Train one of them from the twin; recordings only test it."""
    refuse_data(asked, model)
    tested = fit_recordings(asked.test, TASKS[model].duration, say)
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
