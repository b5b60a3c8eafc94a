"""The particle filter: exact where the answer is known, and wear never decreases."""

from __future__ import annotations

import numpy as np
import pytest

from twin.forecast.particles import cut, ln_reading, ln_verdict, new_tools, resampled, weigh
from twin.rng import stream


def luck() -> np.random.Generator:
    return stream(1, "tests.particles")


def test_new_tools_scatter_as_declared() -> None:
    p = new_tools(4000, 0.24, 0.1, luck())
    assert -p.ln_pace.mean() == pytest.approx(0.0, abs=0.002)
    assert p.ln_pace.std() == pytest.approx(0.24, rel=0.01)
    assert (p.damage == 0.1).all()
    assert p.effective == pytest.approx(4000)


def test_damage_never_decreases_through_cutting_weighing_and_resampling() -> None:
    rng, p = luck(), new_tools(500, 0.3, 0.0, luck())
    least = p.damage.min()
    for reading in (0.1, 0.02, 0.3, 0.0, 0.15):
        p = cut(p, 0.1)
        p = weigh(p, ln_reading(reading, 0.3 * p.damage, 0.01))
        p = resampled(p, rng, always=True)
        assert p.damage.min() >= least
        least = p.damage.min()


def test_posterior_of_the_pace_is_the_conjugate_one() -> None:
    """Wear = pace with normal prior on ln pace, read in ln: mean and spread are known."""
    scatter, error, truth = 0.3, 0.1, 0.2
    p = new_tools(8000, scatter, 0.0, luck())
    readings = truth + error * luck().standard_normal(5)
    for read in readings:
        p = resampled(weigh(p, -0.5 * ((read - p.ln_pace) / error) ** 2), luck())
    precision = 1 / scatter**2 + len(readings) / error**2
    mean = readings.sum() / error**2 / precision
    weight = p.weight
    got = float(weight @ p.ln_pace)
    assert got == pytest.approx(mean, abs=0.01)
    assert np.sqrt(weight @ (p.ln_pace - got) ** 2) == pytest.approx(precision**-0.5, rel=0.08)


def test_resampling_waits_until_half_are_ineffective() -> None:
    p = new_tools(200, 0.3, 0.0, luck())
    assert resampled(p, luck()) is p
    sharp = weigh(p, -0.5 * (p.ln_pace / 0.01) ** 2)
    assert sharp.effective < 100
    again = resampled(sharp, luck())
    assert again.effective == pytest.approx(200)
    assert len(again) == 200


def test_surviving_hazard_favours_slow_tools() -> None:
    p = new_tools(2000, 0.3, 0.0, luck())
    hazard = np.exp(3 * p.ln_pace)
    assert cut(p, 0.5, hazard).weight @ p.ln_pace < -0.05


def test_a_reading_of_nothing_and_one_nobody_can_explain() -> None:
    wear = np.array([0.0, 0.05])
    assert ln_reading(0.0, wear, 0.01)[0] == pytest.approx(np.log(0.5))
    p = new_tools(10, 0.1, 0.0, luck())
    assert weigh(p, np.full(10, -np.inf)) is p


def test_a_verdict_of_worn_favours_worn_tools() -> None:
    wear = np.array([0.1, 0.4])
    worn, good = (ln_verdict(said, wear, 0.3, 0.8, 0.05) for said in (True, False))
    assert np.exp(worn) == pytest.approx([0.05, 0.8])
    assert np.exp(good) == pytest.approx([0.95, 0.2])
