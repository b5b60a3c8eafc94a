"""Whether a spindle vibrates as a sound machine does; from the twin."""

from __future__ import annotations

from twin.training.tasks._machine import trained
from twin.training.tasks.base import Asked, Built, Say


def build(asked: Asked, say: Say) -> Built:
    """Train the model."""
    return trained("anomaly", asked, say)
