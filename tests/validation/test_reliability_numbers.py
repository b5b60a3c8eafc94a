"""Reliability against reference numbers: lifetimes, first passage, replacement, chipping, NASA."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from scipy import integrate

from twin.physics.reliability import (
    age_replacement,
    chipping_hazard,
    conditional_weibull,
    gamma_first_passage,
    lognormal_crps,
    weibull_mean_residual_life,
    wiener_first_passage,
)
from twin.physics.wear import chipping_probability

# Weibull eta 60 h, beta 4: computed from the closed form in the project's reference, section 3.2.
WEIBULL = {0: (0.336084, 54.384), 12: (0.631531, 42.456), 24: (0.871007, 31.297),
           36: (0.975571, 21.953), 48: (0.997854, 14.924)}  # fmt: skip


@pytest.mark.parametrize("age", WEIBULL)
def test_conditional_weibull(age: float) -> None:
    probability, mean = WEIBULL[int(age)]
    assert conditional_weibull(age, 48.0, 60.0, 4.0) == pytest.approx(probability, abs=1e-6)
    assert weibull_mean_residual_life(age, 60.0, 4.0) == pytest.approx(mean, abs=5e-4)


def test_mean_residual_life_is_the_integral_of_conditional_survival() -> None:
    survive = lambda t: 1.0 - float(conditional_weibull(20.0, t, 60.0, 2.5))  # noqa: E731
    mean = integrate.quad(survive, 0.0, 600.0)[0]
    assert weibull_mean_residual_life(20.0, 60.0, 2.5) == pytest.approx(mean, rel=1e-8)


@pytest.mark.parametrize(
    ("alpha", "b", "expected"),
    [(0.5, 0.006, (0.001416, 0.393876, 0.977542)), (1.0, 0.003, (0.000016, 0.369668, 0.997990))],
)
def test_gamma_process(alpha: float, b: float, expected: tuple[float, ...]) -> None:
    """Reference section 3.2: x0 0.15, limit 0.30, at 24, 48 and 72 h."""
    got = gamma_first_passage(np.array([24.0, 48.0, 72.0]), 0.15, alpha, b)
    assert got == pytest.approx(expected, abs=1e-6)


def test_wiener_process() -> None:
    """Reference section 3.2: drift 0.003, spread 0.006, distance 0.15, at 24, 48 and 72 h."""
    got = wiener_first_passage(np.array([24.0, 48.0, 72.0]), 0.15, 0.003, 0.006)
    assert got == pytest.approx((0.005518, 0.497385, 0.926087), abs=1e-6)


def test_wiener_process_does_not_overflow() -> None:
    assert wiener_first_passage(1e6, 1e4, 1.0, 0.01) == pytest.approx(1.0)


# (eta, beta, cost of change, of failure, time, rate): section 3.3; the first is also in the
# documentation of the `reliability` package: 493.19, 0.0034620.
REPLACEMENT = [
    (1000.0, 2.5, 1.0, 5.0, 493.05, 0.003462),
    (60.0, 4.0, 30.0, 150.0, 32.304, 1.248562),
    (60.0, 3.0, 30.0, 300.0, 22.947, 1.974675),
    (30.0, 4.5, 25.0, 250.0, 13.946, 2.311503),
]


@pytest.mark.parametrize("case", REPLACEMENT)
def test_age_replacement(case: tuple[float, ...]) -> None:
    eta, beta, change, failure, time, rate = case
    found = age_replacement(lambda t: math.exp(-((t / eta) ** beta)), change, failure, 4.0 * eta)
    assert found.time == pytest.approx(time, rel=5e-4)
    assert found.rate == pytest.approx(rate, rel=5e-4)


def test_age_replacement_against_run_to_failure() -> None:
    """Section 3.3: survival 0.843; 0.003462 against 0.005635, 38.6 % less."""
    found = age_replacement(lambda t: math.exp(-((t / 1000.0) ** 2.5)), 1.0, 5.0, 4000.0)
    assert found.survival == pytest.approx(0.843, abs=1e-3)
    assert found.run_to_failure_rate == pytest.approx(0.005635, rel=5e-4)
    assert 1 - found.rate / found.run_to_failure_rate == pytest.approx(0.386, abs=1e-3)


def test_chipping() -> None:
    """18 chippings in 172 cycles (1.4571): 0.10 a cycle at 167.5 µm, 0.05 at 108.8 µm; 1 %."""
    assert chipping_probability(167.5) == pytest.approx(0.10, rel=0.01)
    assert chipping_probability(108.8) == pytest.approx(0.05, rel=0.01)
    assert 1 - np.exp(-chipping_hazard(0.1675)) == pytest.approx(0.10, rel=0.01)
    assert np.isfinite(chipping_hazard(5.0))


def test_lognormal_crps_is_the_integral_of_squared_error() -> None:
    """The definition of the score, ∫ (F(x) - 1{x ≥ y})² dx, by quadrature."""
    from scipy import stats

    law = stats.lognorm(0.4, scale=math.exp(-1.2))
    below = integrate.quad(lambda x: float(law.cdf(x)) ** 2, 0.0, 0.35)[0]
    above = integrate.quad(lambda x: float(law.sf(x)) ** 2, 0.35, 20.0)[0]
    assert lognormal_crps(0.35, -1.2, 0.4) == pytest.approx(below + above, rel=1e-6)


def test_nasa_times_to_limit(recordings: Path) -> None:
    """Section 2.5: ln T03 = a - 0.975 ln ap - 0.365 ln f; a 3.217, 1.744; residual 0.237; ±0.02."""
    tools: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (recordings / "wear" / "nasa_milling.csv").open() as file:
        for row in csv.DictReader(file):
            if row["VB"]:
                tools[row["case"]].append(row)
    design, ln_time = [], []
    for rows in tools.values():
        wear = np.array([float(row["VB"]) for row in rows])
        times = np.array([float(row["time"]) for row in rows])
        over = int(np.argmax(wear >= 0.3))
        if wear[over] < 0.3:
            continue
        share = (0.3 - wear[over - 1]) / (wear[over] - wear[over - 1])
        ln_time.append(math.log(times[over - 1] + share * (times[over] - times[over - 1])))
        steel = rows[0]["material_name"] == "steel"
        ap, feed = float(rows[0]["DOC"]), float(rows[0]["feed"])
        design.append([not steel, steel, math.log(ap), math.log(feed)])
    X = np.array(design, dtype=float)
    coefficients, left, _, _ = np.linalg.lstsq(X, np.array(ln_time), rcond=None)
    assert coefficients == pytest.approx((3.217, 1.744, -0.975, -0.365), abs=0.02)
    assert math.sqrt(left[0] / (len(X) - 4)) == pytest.approx(0.237, abs=0.02)
