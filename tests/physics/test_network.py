"""Heat networks: the exact step against the matrix exponential, balances, steady states."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from twin.physics.network import Circuit, laplacian, residual, steady, steps


def circuit(luck: np.random.Generator, *, stores: int = 5, massless: int = 3) -> Circuit:
    made = Circuit()
    for _ in range(stores):
        made.node(float(10 ** luck.uniform(3, 7)))
    for _ in range(massless):
        made.node()
    n = stores + massless
    for node in range(1, n):
        made.join(node, int(luck.integers(node)), float(10 ** luck.uniform(-1, 3)))
    for _ in range(n):
        one, other = luck.choice(n, 2, replace=False)
        made.join(int(one), int(other), float(10 ** luck.uniform(-1, 2)))
    made.ground(int(luck.integers(n)), 0, float(10 ** luck.uniform(-1, 2)))
    made.ground(int(luck.integers(n)), 1, float(10 ** luck.uniform(-1, 2)))
    return made


def flows(n: int) -> np.ndarray:
    return np.vstack([np.eye(3), np.zeros((n - 3, 3))])


@pytest.mark.parametrize("seed", range(5))
def test_a_step_is_the_matrix_exponential(seed):
    luck = np.random.default_rng(seed)
    made = circuit(luck, massless=0)
    n = len(made.capacities)
    k, boundary = laplacian(made, 2)
    c = np.array(made.capacities)
    block = np.zeros((n + 5, n + 5))
    block[:n, :n] = -k / c[:, None]
    block[:n, n:] = np.hstack([boundary, flows(n)]) / c[:, None]
    exact = expm(block * 300.0)
    step = steps(made, 2, flows(n), 300.0)
    start, inputs = luck.uniform(270, 310, n), np.array([280.0, 285.0, 100.0, -50.0, 20.0])
    found = step.read @ (step.decay * (step.enter @ start) + step.gain @ inputs)
    assert found == pytest.approx(exact[:n, :n] @ start + exact[:n, n:] @ inputs, abs=1e-8)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.floats(1.0, 36_000.0))
def test_the_energy_balance_closes_at_every_step(seed, length):
    luck = np.random.default_rng(seed)
    made = circuit(luck)
    n = len(made.capacities)
    where = flows(n)
    step = steps(made, 2, where, length)
    modes = step.enter @ luck.uniform(260, 320, n)
    for _ in range(5):
        inputs = np.concatenate([luck.uniform(260, 320, 2), luck.uniform(-1e4, 1e4, 3)])
        error, moved = residual(made, step, where, modes, inputs)
        stored = np.abs(step.read[:5] @ modes) @ np.array(made.capacities[:5])
        assert abs(error) <= 1e-9 * moved + 1e-13 * stored
        modes = step.decay * modes + step.gain @ inputs


def test_halving_the_step_changes_nothing():
    luck = np.random.default_rng(3)
    made = circuit(luck)
    n = len(made.capacities)
    inputs = np.array([280.0, 285.0, 100.0, -50.0, 20.0])
    start = luck.uniform(270, 310, n)
    whole, half = (steps(made, 2, flows(n), length) for length in (600.0, 300.0))
    one = whole.decay * (whole.enter @ start) + whole.gain @ inputs
    two = half.enter @ start
    for _ in range(2):
        two = half.decay * two + half.gain @ inputs
    assert whole.read @ one == pytest.approx(half.read @ two, abs=1e-10)


def test_it_settles_where_the_sums_say():
    luck = np.random.default_rng(4)
    made = circuit(luck)
    n = len(made.capacities)
    inputs = np.array([280.0, 285.0, 100.0, -50.0, 20.0])
    step = steps(made, 2, flows(n), 1e12)
    settled = step.read @ (step.gain @ inputs) + step.direct @ inputs
    rest = steady(made, inputs[:2], flows(n) @ inputs[2:])
    assert settled == pytest.approx(rest, rel=1e-10)
    assert (step.decay >= 0).all()
    assert (step.decay < 1).all()


def test_a_closed_room_keeps_its_heat():
    made = Circuit()
    air, wall = made.node(1e5), made.node(1e7)
    made.join(air, wall, 50.0)
    step = steps(made, 1, np.array([[1.0], [0.0]]), 300.0)
    after = step.read @ (
        step.decay * (step.enter @ np.array([300.0, 290.0])) + step.gain @ np.array([0.0, 100.0])
    )
    assert after @ [1e5, 1e7] == pytest.approx(300.0 * 1e5 + 290.0 * 1e7 + 100.0 * 300.0, rel=1e-12)
