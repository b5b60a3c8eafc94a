"""ISO 13790 Annex C against the three-node network it stands for, solved as a linear system."""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics.simple_hourly import screen, variant


def network(row, outdoor, inside, solar, air_heat, before, step=3600.0):
    """Air, surface and mass mean temperatures of one step, mass by Crank-Nicolson."""
    windows, opaque, air, area, surfaces, capacity = row
    h_ms, h_is = 9.1 * area, 3.45 * surfaces
    h_em = 1 / (1 / opaque - 1 / h_ms)
    rest = 0.5 * inside + solar
    mass = area / surfaces
    k = np.array([
        [h_is + air, -h_is, 0.0],
        [-h_is, h_is + windows + h_ms, -h_ms],
        [0.0, -h_ms, h_ms + h_em + 2 * capacity / step],
    ])  # fmt: skip
    heat = np.array([
        air * outdoor + 0.5 * inside + air_heat,
        windows * outdoor + (1 - mass - windows / (9.1 * surfaces)) * rest,
        h_em * outdoor + mass * rest + 2 * capacity / step * before,
    ])  # fmt: skip
    return np.linalg.solve(k, heat)


def test_the_need_is_that_of_the_network():
    luck = np.random.default_rng(5)
    hours = 600
    outdoor = 275 + 8 * np.sin(np.arange(hours) / 4) + luck.normal(0, 1, hours)
    inside, solar = luck.uniform(0, 400, hours), luck.uniform(0, 2500, hours)
    low, high = np.full(hours, 293.15), np.full(hours, 297.15)
    row = variant(25.18, 41.7, 18.555, 48.0, "heavy")
    theta = 293.15
    heat = np.zeros(hours)
    for _lap in range(2):
        for k in range(hours):
            free = network(row, outdoor[k], inside[k], solar[k], 0.0, theta)
            target = min(max(free[0], low[k]), high[k])
            one = network(row, outdoor[k], inside[k], solar[k], 1.0, theta)
            heat[k] = (target - free[0]) / (one[0] - free[0])
            theta = 2 * (free + heat[k] * (one - free))[2] - theta
    need = screen(row[None], outdoor, inside, solar, low, high)
    assert need.heating[0] == pytest.approx(np.maximum(heat, 0).sum() * 3600, rel=1e-9)
    assert need.cooling[0] == pytest.approx(np.maximum(-heat, 0).sum() * 3600, rel=1e-9)
    assert need.heating_peak[0] == pytest.approx(heat.max(), rel=1e-9)
    assert need.cooling_peak[0] == pytest.approx(-heat.min(), rel=1e-9)


def test_variants_do_not_touch_each_other():
    hours = 200
    outdoor, none = np.full(hours, 270.0), np.zeros(hours)
    low, high = np.full(hours, 293.0), np.full(hours, 299.0)
    rows = np.array([variant(25, 40, 20, 48, mass) for mass in ("light", "heavy")])
    both = screen(rows, outdoor, none, none, low, high)
    one = screen(rows[1:], outdoor, none, none, low, high)
    assert both.heating[1] == one.heating[0]
    capped = screen(rows, outdoor, none, none, low, high, most=np.array([[500.0, 0], [1e6, 0]]))
    assert capped.heating_peak[0] == 500.0


def test_an_opaque_conductance_beyond_the_film_is_refused():
    with pytest.raises(ValueError, match="mass film"):
        screen(variant(25, 2000, 20, 48)[None], *(np.full(9, 290.0) for _ in range(5)))
