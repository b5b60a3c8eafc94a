"""Whether somebody is in a picture, to wake a camera; from your pictures in folders."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from twin.training import card
from twin.training.inspection import build as build_model
from twin.training.tasks.base import Asked, Built, Say, refuse_test, required
from twin.training.tasks.inspection import options, refuse_side

FAILS = (
    "Who stands far off, half hidden or in an unusual posture is missed sooner; pictures of other "
    "rooms and other light than those trained on were not seen.",
)


def build(asked: Asked, say: Say) -> Built:
    """Train as for inspection, and say what this model is for: no class raises an alarm."""
    refuse_test(asked, "person")
    refuse_side(asked)
    place = required(asked, "person", "pictures in folders by class, such as person and nobody")
    with tempfile.TemporaryDirectory() as folder:
        path, more = build_model(place, Path(folder), options(asked), say)
        content = path.read_bytes()
        written = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    written |= {
        "name": "person",
        "task": "Whether somebody is in a picture, for a camera that wakes.",
        "alarms": [],
        "fails": [*FAILS, *written["fails"]],
    }
    return card.write(asked.out, written, content), more
