"""Whether a machine sounds well; from the twin, or from your sounds of it when it was well."""

from __future__ import annotations

from twin.training.sound import build as build_own
from twin.training.tasks._machine import trained
from twin.training.tasks.base import Asked, Built, Say


def build(asked: Asked, say: Say) -> Built:
    """Train the model."""
    if asked.data is not None:
        return build_own(asked.data, asked, say), {}
    return trained("acoustic", asked, say)
