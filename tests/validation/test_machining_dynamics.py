"""Chatter against its references.

Example 1: the end mill of Altintas, Manufacturing Automation, 2nd ed., p. 162. The inputs are the
book's; the limits were computed from them by an independent program (0.02 Hz grid), since the chart
of the book could not be read. Example 2: the 1-DOF benchmark of Insperger and Stépán; its table is
semi-discretisation with 160 steps per tooth period.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.errors import BadInput
from twin.physics import chatter
from twin.physics import semidiscretisation as sdm
from twin.physics.chatter import Cutter, Mode
from twin.physics.chatter_signs import chatter_frequencies, loss_of_stability
from twin.physics.milling_force import engagement
from twin.physics.milling_time_domain import growth_rate, simulate_milling
from twin.physics.semidiscretisation import Cut

BOOK_X = [
    Mode(452.77, 0.123718, 9.202966e-5 - 1.862195e-4j),
    Mode(1448.53, 0.01651, -4.181562e-5 - 3.043618e-4j),
]
BOOK_Y = [
    Mode(516.17, 0.0243, -2.3929e-6 - 1.721539e-4j),
    Mode(1407.64, 0.0324, 4.055052e-5 - 3.618808e-4j),
]
BOOK_CUTTER = Cutter(2, 1319.4e6, 788.8 / 1319.4)
BOOK_CASES = {
    "down": (np.pi / 2, np.pi, 1.0147, 1440.8, (1.207, 1.541, 1.017, 5.048), 6.24, 14250),
    "up": (0.0, np.pi / 2, 1.5637, 1475.8, (1.591, 1.837, 1.762, 4.160), 5.85, 14490),
    "slot": (0.0, np.pi, 0.5042, 1449.5, (0.539, 0.639, 0.519, 1.669), 2.23, 14340),
}

MODE = chatter.stiffness_mode(922.0, 0.011, 0.03993 * (2.0 * np.pi * 922.0) ** 2)
BODY = sdm.structure([MODE])
CUTTER = Cutter(2, 6e8, 1.0 / 3.0)
RPM = (5000, 6000, 8000, 9000, 10000, 12000, 14000, 15000, 18000, 20000, 25000)
TABLE = {
    (1.0, "up"): (0.413, 0.356, 0.679, 3.005, 0.323, 2.144, 2.156, 0.387, 0.690, 1.418, 3.940),
    (0.5, "down"): (0.851, 1.141, 0.799, 1.573, 2.106, 0.614, 3.091, 2.597, 1.620, 0.720, 1.038),
    (0.5, "up"): (0.262, 0.229, 0.407, 1.606, 0.214, 1.062, 1.447, 0.259, 0.398, 1.186, 3.934),
    (0.1, "down"): (1.302, 1.738, 1.224, 2.456, 2.522, 0.945, 6.030, 4.348, 0.817, 1.223, 1.631),
    (0.05, "down"): (2.217, 3.081, 2.170, 4.345, 4.098, 1.685, 13.01, 8.223, 1.297, 2.303, 2.917),
}


def cut_of(ratio, style, cutter=CUTTER):
    return Cut(cutter, *engagement(ratio, 1.0, style))


def benchmark_limits(ratio, style, grid=None):
    entry, leave = engagement(ratio, 1.0, style)
    grid = np.arange(100.0, 4000.0, 0.1) if grid is None else grid
    return chatter.depth_limits(grid, [MODE], [], CUTTER, entry, leave)


# --- zero order: example 1 -------------------------------------------------------------------


def test_receptance_of_the_book():
    at_modes = chatter.receptance(np.array([452.77, 1448.53]), BOOK_X)
    assert np.abs(at_modes) == pytest.approx([6.539e-7, 2.0648e-6], rel=2e-4)


def test_directional_factors_of_the_book():
    factors = chatter.directional_factors(np.pi / 2, np.pi, BOOK_CUTTER.ratio)
    expected = np.array([[0.0609, -0.9729], [2.1686, -1.9391]])
    assert factors == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("case", BOOK_CASES)
def test_zero_order_limits_of_the_book(case):
    entry, leave, lowest, frequency, at_speeds, pocket, best = BOOK_CASES[case]
    grid = np.arange(200.0, 2200.0, 0.05)
    limits = chatter.depth_limits(grid, BOOK_X, BOOK_Y, BOOK_CUTTER, entry, leave)
    found, where = chatter.absolute_limit(limits)
    assert found * 1e3 == pytest.approx(lowest, rel=0.005)
    assert where == pytest.approx(frequency, abs=0.2)
    speeds = np.array([8000, 10000, 12000, 14000]) / 60
    lobes = 1e3 * chatter.stability_lobes(limits, 2, speeds)
    assert lobes == pytest.approx(at_speeds, rel=0.01)
    around = np.arange(best - 200, best + 201, 10)
    peak = 1e3 * chatter.stability_lobes(limits, 2, around / 60)
    assert peak.max() == pytest.approx(pocket, rel=0.01)
    assert abs(around[peak.argmax()] - best) <= 10
    coarse = np.arange(5000, 16000, 50)
    assert 1e3 * chatter.stability_lobes(limits, 2, coarse / 60).max() <= peak.max()


# --- zero order: example 2 -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratio", "style", "lowest"),
    [
        (1.0, "up", 0.2981),
        (0.5, "up", 0.2049),
        (0.5, "down", 0.6409),
        (0.1, "up", 0.7530),
        (0.1, "down", 0.9994),
        (0.05, "down", 1.7916),
    ],
)
def test_zero_order_minima_of_the_benchmark(ratio, style, lowest):
    found, _ = chatter.absolute_limit(benchmark_limits(ratio, style))
    assert found * 1e3 == pytest.approx(lowest, rel=0.005)


def test_zero_order_lobes_of_the_benchmark_slot():
    speeds = np.array([5000, 8000, 10000, 12000, 15000, 20000]) / 60
    found = 1e3 * chatter.stability_lobes(benchmark_limits(1.0, "up"), 2, speeds)
    assert found == pytest.approx([0.370, 0.569, 0.307, 1.431, 0.373, 1.557], rel=0.01)


# --- zero order: identities ------------------------------------------------------------------


def test_single_mode_turning_limit_is_the_closed_form():
    mode = chatter.stiffness_mode(700.0, 0.02, 3e7)
    found = chatter.turning_limit(np.arange(500.0, 1000.0, 0.01), [mode], 2e9)
    assert found == pytest.approx(2 * 3e7 * 0.02 * 1.02 / 2e9, rel=1e-5)


def test_limit_falls_with_the_cutting_coefficient_and_the_teeth():
    grid = np.arange(800.0, 1100.0, 0.1)
    base = chatter.depth_limits(grid, [MODE], [], CUTTER, 0.0, np.pi)
    harder = chatter.depth_limits(grid, [MODE], [], CUTTER._replace(tangential=1.2e9), 0.0, np.pi)
    more = chatter.depth_limits(grid, [MODE], [], CUTTER._replace(teeth=4), 0.0, np.pi)
    assert chatter.absolute_limit(harder)[0] == pytest.approx(chatter.absolute_limit(base)[0] / 2)
    assert chatter.absolute_limit(more)[0] == pytest.approx(chatter.absolute_limit(base)[0] / 2)


def test_lobes_repeat_with_one_more_wave():
    limits = benchmark_limits(1.0, "up", np.arange(925.0, 1000.0, 1.0))
    periods = [1.0 / (2 * chatter.lobe_speeds(limits, 2, lobe)) for lobe in range(3)]
    one_wave = np.broadcast_to(1.0 / limits.frequency, periods[0].shape)
    assert np.diff(periods, axis=0) == pytest.approx(np.stack([one_wave, one_wave]))


def test_limit_at_a_speed_never_undercuts_the_absolute_limit():
    limits = benchmark_limits(0.5, "down")
    lobes = chatter.stability_lobes(limits, 2, np.linspace(60.0, 500.0, 150))
    assert lobes.min() >= chatter.absolute_limit(limits)[0] * (1 - 1e-9)


# --- semi-discretisation ---------------------------------------------------------------------


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("case", TABLE, ids=lambda case: f"{case[0]:g}-{case[1]}")
def test_semidiscretisation_table(case, order):
    depths = np.arange(0.1e-3, 13.5e-3, 0.1e-3)
    found = sdm.stability_limit(BODY, cut_of(*case), np.array(RPM) / 60, depths, 160, order)
    assert found * 1e3 == pytest.approx(TABLE[case], rel=0.015)


@pytest.mark.parametrize("case", TABLE, ids=lambda case: f"{case[0]:g}-{case[1]}")
def test_default_steps_keep_the_boundary(case):
    """The issue asks for the boundary within 5 %; as a bracket, so that it costs two maps each."""
    for rpm, limit in zip(RPM, TABLE[case], strict=True):
        depths = 1e-3 * limit * np.array([0.97, 1.03])
        below, above = np.abs(sdm.multipliers(BODY, cut_of(*case), rpm / 60, depths))
        assert below < 1.0 < above, rpm


def test_spot_checks_of_the_demonstration_code():
    found = sdm.multipliers(BODY, cut_of(1.0, "up"), 5000 / 60, np.array([0.2e-3, 1e-3]), 40, 0)
    assert np.abs(found) == pytest.approx([0.79808, 1.29411], abs=2e-5)


@pytest.mark.parametrize(
    ("rpm", "limits"),
    [
        (5000, {40: 0.480, 80: 0.4246, 160: 0.4125, 320: 0.4096}),
        (10000, {20: 0.378, 40: 0.335, 80: 0.3254, 160: 0.3231, 320: 0.3226}),
    ],
)
def test_convergence_with_the_steps(rpm, limits):
    depths = np.arange(0.2e-3, 0.6e-3, 0.02e-3)
    speed = np.array([rpm / 60])
    for steps, limit in limits.items():
        found = sdm.stability_limit(BODY, cut_of(1.0, "up"), speed, depths, steps, 0)
        assert found[0] * 1e3 == pytest.approx(limit, rel=0.003), steps


def test_zero_order_is_unsafe_at_low_immersion():
    speed, depths = np.array([18000 / 60]), np.arange(0.1e-3, 2e-3, 0.1e-3)
    for ratio in (0.1, 0.05):
        lowest, _ = chatter.absolute_limit(benchmark_limits(ratio, "down"))
        cut = cut_of(ratio, "down")
        limit = sdm.stability_limit(BODY, cut, speed, depths)[0]
        assert limit < lowest
        beyond = complex(sdm.multipliers(BODY, cut, speed, np.array([1.02 * limit]))[0])
        assert loss_of_stability(beyond) == "flip"
        assert chatter_frequencies(beyond, speed[0], 2, 400.0) == pytest.approx([300.0])


def test_hopf_sounds_near_the_natural_frequency():
    beyond = complex(sdm.multipliers(BODY, cut_of(1.0, "up"), 10000 / 60, 0.36e-3))
    assert loss_of_stability(beyond) == "hopf"
    sounds = chatter_frequencies(beyond, 10000 / 60, 2, 2000.0)
    assert np.abs(sounds - 922.0).min() < 30.0


def test_two_directions_agree_with_the_zero_order_in_a_slot():
    """At full immersion the mean force rules; the best pocket is where the two part (14 %)."""
    body = sdm.structure(BOOK_X, BOOK_Y)
    speeds, depths = np.array([8000, 10000, 12000]) / 60, np.arange(0.1e-3, 1e-3, 0.1e-3)
    found = sdm.stability_limit(body, Cut(BOOK_CUTTER, 0.0, np.pi), speeds, depths)
    assert found * 1e3 == pytest.approx(BOOK_CASES["slot"][4][:3], rel=0.06)


# --- semi-discretisation: identities ---------------------------------------------------------


def test_without_a_cut_only_the_damping_is_left():
    speeds = np.array([5000, 12000, 25000]) / 60
    decay = np.exp(-0.011 * 2 * np.pi * 922.0 / (2 * speeds))
    found = sdm.multipliers(BODY, cut_of(0.3, "down"), speeds, 0.0)
    assert np.abs(found) == pytest.approx(decay, rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(
    rpm=st.floats(2000, 30000),
    depth=st.floats(1e-5, 5e-3),
    ratio=st.floats(0.02, 1.0),
    style=st.sampled_from(["up", "down"]),
    order=st.sampled_from([0, 1]),
)
def test_subspace_iteration_finds_the_largest_eigenvalue(rpm, depth, ratio, style, order):
    cut = cut_of(ratio, style)
    whole = np.linalg.eigvals(sdm.monodromy(BODY, cut, rpm / 60, depth, 40, order))
    found = sdm.multipliers(BODY, cut, rpm / 60, depth, 40, order)
    assert abs(found) == pytest.approx(np.abs(whole).max(), abs=2e-5)


@settings(max_examples=8, deadline=None)
@given(rpm=st.floats(6000, 20000), depth=st.floats(1e-4, 3e-3))
def test_subspace_iteration_in_two_directions(rpm, depth):
    body, cut = sdm.structure(BOOK_X, BOOK_Y), Cut(BOOK_CUTTER, 0.5, 2.5)
    whole = np.linalg.eigvals(sdm.monodromy(body, cut, rpm / 60, depth, 40))
    found = sdm.multipliers(body, cut, rpm / 60, depth, 40)
    assert abs(found) == pytest.approx(np.abs(whole).max(), abs=2e-5)


def test_a_stiff_second_direction_changes_nothing():
    stiff = chatter.stiffness_mode(922.0, 0.011, 1e15)
    cut, depths = cut_of(0.5, "down"), np.array([0.4e-3, 2e-3])
    one = sdm.multipliers(BODY, cut, 200.0, depths, 60)
    two = sdm.multipliers(sdm.structure([MODE], [stiff]), cut, 200.0, depths, 60)
    assert np.abs(two) == pytest.approx(np.abs(one), rel=1e-4)


def test_only_the_ratio_of_stiffness_to_cutting_counts():
    twice = sdm.structure(
        [chatter.stiffness_mode(922.0, 0.011, 2 * 0.03993 * (2 * np.pi * 922.0) ** 2)]
    )
    hard = cut_of(0.5, "up", CUTTER._replace(tangential=1.2e9))
    one = sdm.multipliers(BODY, cut_of(0.5, "up"), 150.0, 1e-3)
    assert abs(sdm.multipliers(twice, hard, 150.0, 1e-3)) == pytest.approx(abs(one), rel=1e-6)


def test_step_factors_add_up_to_the_directional_factors():
    for teeth in (1, 2, 5):
        cut = cut_of(0.7, "down", CUTTER._replace(teeth=teeth))
        mean = sdm.step_factors(cut, 77, 2).mean(axis=0)
        whole = chatter.directional_factors(cut.entry, cut.leave, CUTTER.ratio)
        assert mean == pytest.approx(teeth / (2 * np.pi) * whole, abs=1e-12)


# --- time domain -----------------------------------------------------------------------------


@pytest.mark.parametrize("case", TABLE, ids=lambda case: f"{case[0]:g}-{case[1]}")
def test_time_domain_finds_the_boundary(case):
    """Chatter grows if and only if the cut is deeper than the boundary, within 5 %."""
    for rpm, limit in zip(RPM, TABLE[case], strict=True):
        depths = 1e-3 * limit * np.array([0.95, 1.05])
        steps = sdm.steps_needed(BODY, 2, rpm / 60)
        run = simulate_milling(BODY, cut_of(*case), rpm / 60, depths, 1e-4, 60, steps, leaves=False)
        below, above = growth_rate(run)
        assert below < 1.0 < above, rpm


def test_a_tool_that_leaves_the_cut_limits_its_chatter():
    depths = np.array([0.8e-3, 1.2e-3]) * 0.323
    run = simulate_milling(BODY, cut_of(1.0, "up"), 10000 / 60, depths, 1e-4, 300, 80)
    change = np.abs(run.displacement[-80:] - run.displacement[-160:-80]).max(axis=(0, 1))
    assert change[0] < 1e-9
    assert 1e-5 < change[1] < 1e-3


def test_mean_force_of_a_stiff_tool_is_the_average_force():
    body = sdm.structure([chatter.stiffness_mode(922.0, 0.05, 1e12)])
    run = simulate_milling(body, cut_of(1.0, "up"), 100.0, np.array([1e-3]), 1e-4, 6, 200)
    per_tooth = run.force[-200:, 0, 0].mean()
    assert per_tooth == pytest.approx(-2 * 1e-3 / 4 * 2e8 * 1e-4, rel=1e-4)  # −N a/4 Krc fz


# --- bad input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        lambda: chatter.depth_limits(np.arange(5.0), [MODE], [], CUTTER, 2.0, 1.0),
        lambda: chatter.depth_limits(np.arange(5.0), [], [], CUTTER, 0.0, 1.0),
        lambda: chatter.depth_limits(
            np.arange(5.0), [MODE], [], CUTTER._replace(tangential=-1.0), 0.0, 1.0
        ),
        lambda: chatter.limit_at(benchmark_limits(1.0, "up"), 2, 0.0),
        lambda: sdm.structure([]),
        lambda: sdm.multipliers(BODY, cut_of(1.0, "up"), -1.0, 1e-3),
        lambda: sdm.multipliers(BODY, cut_of(1.0, "up"), 100.0, -1e-3),
        lambda: sdm.multipliers(BODY, cut_of(1.0, "up"), 100.0, 1e-3, 1),
        lambda: sdm.multipliers(BODY, cut_of(1.0, "up"), 100.0, 1e-3, 40, 2),
        lambda: sdm.stability_limit(BODY, cut_of(1.0, "up"), np.ones(1), np.array([2.0, 1.0])),
        lambda: simulate_milling(BODY, cut_of(1.0, "up"), 100.0, np.ones(1), 0.0, 9, 40),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(BadInput):
        call()
