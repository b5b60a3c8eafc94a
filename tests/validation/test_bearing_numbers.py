"""Bearing kinematics and vibration severity against the numbers of their sources."""

import numpy as np
import pytest

from twin.physics.bearings import CATALOGUE, cage_order, inner_order, outer_order, spin_order
from twin.physics.cutting import theoretical_peak, theoretical_roughness
from twin.physics.vibration import unbalance_force, velocity_rms

# Multiples of the shaft speed as the CWRU Bearing Data Center prints them: inner, outer, cage,
# rolling element (two hits a turn). https://engineering.case.edu/bearingdatacenter/bearing-information
CWRU = {
    "6205": (5.4152, 3.5848, 0.39828, 4.7135),
    "6203": (4.9469, 3.0530, 0.3817, 3.9874),
}


@pytest.mark.parametrize("name", CWRU)
def test_multiples_of_the_cwru_bearings(name):
    bearing = CATALOGUE[name]
    got = (
        inner_order(bearing),
        outer_order(bearing),
        cage_order(bearing),
        2.0 * spin_order(bearing),
    )
    assert got == pytest.approx(CWRU[name], abs=1e-3)


def test_lines_of_the_mfpt_bearing_at_25_rev_per_second():
    bearing = CATALOGUE["NICE"]  # MFPT Society fault data: 81.12 and 118.88 Hz
    assert 25.0 * outer_order(bearing) == pytest.approx(81.12, abs=0.01)
    assert 25.0 * inner_order(bearing) == pytest.approx(118.88, abs=0.01)


@pytest.mark.parametrize(
    ("rpm", "inner", "outer"),
    [
        (1797, 162.19, 107.36),
        (1772, 159.93, 105.87),
        (1750, 157.94, 104.56),
        (1730, 156.14, 103.36),
    ],
)
def test_lines_of_the_cwru_drive_end(rpm, inner, outer):
    bearing = CATALOGUE["6205"]
    assert inner_order(bearing) * rpm / 60.0 == pytest.approx(inner, abs=0.01)
    assert outer_order(bearing) * rpm / 60.0 == pytest.approx(outer, abs=0.01)


@pytest.mark.parametrize("name", CATALOGUE)
def test_inner_and_outer_add_up_to_the_number_of_balls(name):
    bearing = CATALOGUE[name]
    assert inner_order(bearing) + outer_order(bearing) == pytest.approx(bearing.balls, rel=1e-12)
    assert outer_order(bearing) == pytest.approx(bearing.balls * cage_order(bearing), rel=1e-12)


@pytest.mark.parametrize(
    ("grade", "force"), [(0.4, 5.03), (1.0, 12.57), (2.5, 31.42), (6.3, 79.17)]
)
def test_unbalance_force_of_balance_grades(grade, force):
    # ISO 21940-11: e·ω = G; 10 kg at 12 000 rpm.
    assert unbalance_force(grade * 1e-3, 10.0, 200.0) == pytest.approx(force, abs=0.006)


@pytest.mark.parametrize(
    ("frequency", "acceleration", "velocity"), [(200.0, 3.519, 2.8e-3), (29.95, 0.847, 4.5e-3)]
)
def test_severity_from_acceleration(frequency, acceleration, velocity):
    rate, cycles = 6400.0, 200
    size = round(rate * cycles / frequency)
    rate = size * frequency / cycles  # whole cycles in the window
    wave = acceleration * np.sqrt(2.0) * np.sin(2 * np.pi * frequency * np.arange(size) / rate)
    assert velocity_rms(wave, rate) == pytest.approx(velocity, rel=1e-3)


def test_feed_marks():
    # f 0.2 mm, corner 0.8 mm: Rz 6.250 µm; the exact parabola's Ra 1.604 µm (not f²/32r, 1.562).
    assert theoretical_peak(0.2e-3, 0.8e-3) == pytest.approx(6.250e-6, rel=1e-3)
    assert theoretical_roughness(0.2e-3, 0.8e-3) == pytest.approx(1.604e-6, rel=1e-3)
