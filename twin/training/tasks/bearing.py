"""Which part of a rolling bearing is damaged; from the twin, and from your recordings beside it."""

from __future__ import annotations

from twin.physics.bearings import named
from twin.training.bearing import build as build_model
from twin.training.tasks.base import Asked, Built, Say, fit_recordings
from twin.training.windows import DURATION


def build(asked: Asked, say: Say) -> Built:
    """Train the model."""
    data, tested = (fit_recordings(place, DURATION, say) for place in (asked.data, asked.test))
    path = build_model(
        asked.out,
        seed=asked.seed,
        workers=asked.workers,
        data=data,
        tested=tested,
        bearing=named(asked.bearing),
        say=say,
    )
    return path, {}
