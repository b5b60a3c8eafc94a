"""Which of its states a machine tool is in, by its vibration; from the twin."""

from __future__ import annotations

from twin.training.tasks._machine import trained
from twin.training.tasks.base import Asked, Built, Say


def build(asked: Asked, say: Say) -> Built:
    """Train the model."""
    return trained("tool", asked, say)
