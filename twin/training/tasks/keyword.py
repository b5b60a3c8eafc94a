"""Which word is said; from your .wav files in folders by word."""

from __future__ import annotations

from twin.training.keyword import build as build_model
from twin.training.tasks.base import Asked, Built, Say, refuse_test, required


def build(asked: Asked, say: Say) -> Built:
    """Train the model."""
    refuse_test(asked, "keyword")
    place = required(asked, "keyword", ".wav files in folders by word")
    return build_model(place, asked, say)
