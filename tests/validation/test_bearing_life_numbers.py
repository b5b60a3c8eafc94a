"""Rating life of rolling bearings against the standard's and a maker's own numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from twin.physics.bearing_life import life_factor, load_rating, new_fault, rating_life, sound
from twin.physics.bearings import CATALOGUE

A1 = {0.90: 1.0, 0.95: 0.64, 0.96: 0.55, 0.97: 0.47, 0.98: 0.37, 0.99: 0.25}


@pytest.mark.parametrize(("reliability", "factor"), A1.items())
def test_life_factor_for_reliability(reliability: float, factor: float) -> None:
    """ISO 281:2007, table 12, printed to two digits."""
    assert life_factor(reliability) == pytest.approx(factor, abs=0.005)


def test_basic_rating_life_of_a_catalogue_example() -> None:
    """SKF, Rolling bearings (2016), calculation example 1: 6309, 10 kN, 3000 r/min."""
    life = rating_life(55.3e3, 10e3)
    assert life / 1e6 == pytest.approx(169, abs=0.5)
    assert life / (60 * 3000) == pytest.approx(940, abs=1)


def test_load_rating_from_geometry() -> None:
    """Makers' tables give 14.0 kN for a 6205 of 9 balls of 7.94 mm; ISO 281:2007, 5.1 the way."""
    assert load_rating(CATALOGUE["6205"]) == pytest.approx(14.0e3, rel=0.01)


def test_survival_is_the_inverse_of_the_life_factor() -> None:
    for reliability in A1:
        left = sound(np.array([life_factor(reliability)]), 1.0)[0]
        assert left == pytest.approx(reliability, abs=1e-12)


def test_a_fault_from_now_on_is_conditional_on_none_so_far() -> None:
    """P(T < a + h | T > a) by the definition, and none before the life that all reach."""
    done, ahead = 0.4, np.array([0.2])
    both = math.exp(math.log(0.9) * ((0.6 - 0.05) / 0.95) ** 1.5)
    one = math.exp(math.log(0.9) * ((0.4 - 0.05) / 0.95) ** 1.5)
    assert new_fault(done, ahead, 1.0)[0] == pytest.approx(1 - both / one, rel=1e-9)
    assert new_fault(0.0, np.array([0.05]), 1.0)[0] == 0.0
