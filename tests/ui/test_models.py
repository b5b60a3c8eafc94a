"""The page Models in words: which card it opens with, and what it calls the faults of a task."""

from __future__ import annotations

import pytest

from twin.nodes import library
from twin.ui.context import offer, shipped_files
from twin.ui.links import View
from twin.ui.pages import models

CONTEXT = offer(shipped_files())


@pytest.mark.parametrize(
    ("scenario", "model"),
    [
        ("cabinet", "thermal"),
        ("occupied", "occupancy"),
        ("spindle", "bearing"),
        ("inspection_full", "inspection"),
        ("cascade", "tool"),  # and a first stage that runs anomaly
        ("mill", "bearing"),  # runs none
    ],
)
def test_it_opens_with_the_model_that_the_scenario_runs(scenario: str, model: str) -> None:
    assert models.used(View("models", scenario), CONTEXT, library.names()) == model


def test_flaws_are_of_pictures_and_faults_of_machines() -> None:
    said = {name: str(models._severity(library.open_model(name).card)) for name in library.names()}
    assert "Flaws drawn" in said["inspection"]
    for name in ("anomaly", "tool", "acoustic", "thermal"):
        assert "Faults trained on" in said[name]
        assert "Flaws" not in said[name]
