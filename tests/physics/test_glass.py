"""Optics of panes against the table of ASHRAE Standard 140 for its clear double glass."""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics.glass import hemispherical, pane, stack
from twin.plant._building_settings import Glazing


def double(angles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    t, r = pane(0.834, 0.075, angles)
    return stack([t, t], [r, r])


def test_two_panes_are_the_double_glass_of_the_standard():
    table = Glazing()
    through, taken = double(np.asarray(table.angle, dtype=float))
    assert through == pytest.approx(np.array(table.transmittance), abs=0.008)
    assert taken == pytest.approx(np.array(table.absorptance), abs=0.008)
    fine = np.linspace(0, 90, 181)
    through, taken = double(fine)
    assert hemispherical(fine, through) == pytest.approx(table.diffuse_transmittance, abs=0.005)
    for row, diffuse in zip(taken, table.diffuse_absorptance, strict=True):
        assert hemispherical(fine, row) == pytest.approx(diffuse, abs=0.008)


def test_light_is_neither_made_nor_lost():
    angles = np.linspace(0, 80, 17)
    t, r = pane(0.9, 0.08, angles)
    through, taken = stack([t], [r])
    assert through + taken.sum(axis=0) + r == pytest.approx(np.ones(17))
