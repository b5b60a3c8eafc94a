"""The page Nodes in words: what a node's health is, and how small energies are said."""

from __future__ import annotations

import pandas as pd
import pytest

from twin.nodes.boards import BOARDS
from twin.nodes.library import open_model
from twin.ui import fit
from twin.ui.pages import nodes
from twin.ui.wording import prefixed


def verdicts(*labels: str, alarm: bool = False) -> pd.DataFrame:
    return pd.DataFrame({"label": labels, "alarm": [alarm] * len(labels)})


def test_health_is_what_was_found_while_the_machine_ran() -> None:
    assert nodes._health(verdicts("normal", "outer", "idle", "idle")) == "outer ring"
    assert "outer ring" in str(nodes._health(verdicts("outer", "idle", alarm=True)))
    assert nodes._health(verdicts("idle", "idle")).children == "not judged"


@pytest.mark.parametrize(
    ("value", "said"),
    [(3.2e-7, "320 nJ"), (9.996e-4, "1.00 mJ"), (0.0005, "500 µJ"), (1234.0, "1.23 kJ")],
)
def test_an_energy_has_three_digits_whatever_its_size(value: float, said: str) -> None:
    assert prefixed(value, "J") == said


def test_no_board_shows_an_energy_of_nothing() -> None:
    for name in ("thermal", "occupancy", "bearing"):
        found = fit.all_boards(open_model(name).card, 60.0)
        assert len(found) == len(BOARDS)
        shown = [fit._board(one, False).children[6].children for one in found]
        assert all(one.endswith(("nJ", "µJ", "mJ")) for one in shown)
        assert not any(one.startswith("0") for one in shown)
