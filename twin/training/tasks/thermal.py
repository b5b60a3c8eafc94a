"""Whether a part is too warm, and why, by a thermal frame; from the twin."""

from __future__ import annotations

from twin.training.tasks.base import Asked, Built, Say, refuse_data, refuse_test
from twin.training.thermal import build as build_model


def build(asked: Asked, say: Say) -> Built:
    """Train the model."""
    refuse_data(asked, "thermal")
    refuse_test(asked, "thermal")
    return build_model(asked, say), {}
