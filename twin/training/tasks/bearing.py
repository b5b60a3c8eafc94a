"""Which part of a rolling bearing is damaged; from the twin, and from your recordings beside it."""

from __future__ import annotations

from twin.nodes import recordings
from twin.physics.bearings import named
from twin.training.bearing import build as build_model
from twin.training.tasks.base import Asked, Built, Say


def build(asked: Asked, say: Say) -> Built:
    """Train the model."""
    places = asked.data, asked.test
    data, tested = (recordings.read(place) if place is not None else () for place in places)
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
