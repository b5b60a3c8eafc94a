"""Whether somebody is in a room, by its air and light; from the twin's rooms, or from your file."""

from __future__ import annotations

from twin.training.occupancy import build as build_model
from twin.training.tasks.base import Asked, Built, Say


def build(asked: Asked, say: Say) -> Built:
    """Train the model."""
    return build_model(asked, say), {}
