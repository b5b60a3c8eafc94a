"""Morris screening against models whose elementary effects are known."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from twin.cli.main import build
from twin.errors import BadInput
from twin.statistics.screening import STEP, effects, screen, trajectories


def test_each_step_of_a_trajectory_changes_one_parameter_on_the_grid():
    points = trajectories(5, 40, np.random.default_rng(2))
    assert points.shape == (40, 6, 5)
    assert set(np.round(np.unique(points) * 3, 9)) == {0, 1, 2, 3}
    moved = np.abs(np.diff(points, axis=1))
    assert np.allclose(np.sort(moved, axis=2)[..., -1], STEP)
    assert np.allclose(np.sort(moved, axis=2)[..., :-1], 0)
    assert all(set(row.argmax(axis=1)) == set(range(5)) for row in moved)


def test_a_product_has_the_effects_that_are_written_down():
    """f = x1 x2: the effect of x1 is x2, even on 0, 1/3, 2/3, 1: mean 1/2, variance 5/36."""
    found = screen(lambda x: x[:, 0] * x[:, 1], 2, 4000, np.random.default_rng(3))
    for effect in found:
        assert effect.mean == pytest.approx(0.5, abs=0.02)
        assert effect.weight.value == pytest.approx(0.5, abs=0.02)
        assert effect.spread**2 == pytest.approx(5 / 36, rel=0.06)


def test_the_g_function_is_ranked_by_its_coefficients():
    """Sobol's g-function: the smaller a, the more a parameter weighs (Saltelli et al. 2008)."""
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0])

    def g(x):
        return np.prod((np.abs(4 * x - 2) + a) / (1 + a), axis=1)

    found = screen(g, 5, 60, np.random.default_rng(4))
    sizes = [effect.weight.value for effect in found]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 0.05 * sizes[0]
    assert found[0].weight.low <= sizes[0] <= found[0].weight.high
    assert abs(found[0].mean) < 0.5 * sizes[0]  # goes down, then up


def test_a_parameter_without_effect_has_none():
    points = trajectories(3, 10, np.random.default_rng(5))
    found = effects(points, points[..., 0] * 7)
    assert [round(e.weight.value, 9) for e in found] == [7, 0, 0]


LINE = """
horizon = "40 h"
replications = 2
[plant.line]
kind = "line"
[plant.line.stations.saw]
cycle_time = 60
[plant.line.stations.mill]
cycle_time = 90
cycle_spread = 0.5
[plant.line.stations.wash]
cycle_time = 30
"""


def test_the_slowest_station_weighs_most(tmp_path):
    path = tmp_path / "line.toml"
    path.write_text(LINE, "utf-8")
    ends = {"saw": "55:65", "mill": "85:95", "wash": "25:35"}
    vary = [f"--vary=line.stations.{name}.cycle_time={of}" for name, of in ends.items()]
    told = ["sweep", str(path), *vary, "--maximise", "line.throughput", "--morris", "4"]
    done = CliRunner().invoke(build("sweep"), [*told, "--json", "-"])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["design"] == "morris"
    first, *rest = document["morris"]
    assert first["path"] == "line.stations.mill.cycle_time"
    assert first["mean"] < 0 < first["weight"][0]
    assert all(one["weight"][0] < 0.2 * first["weight"][0] for one in rest)
    shown = CliRunner().invoke(build("sweep"), told)
    assert "spread σ" in shown.stdout


def test_what_is_refused(tmp_path):
    path = tmp_path / "line.toml"
    path.write_text(LINE, "utf-8")
    told = ["sweep", str(path), "--vary", "line.stations.saw.cycle_time=55:65"]
    for more, words in (
        (["--morris", "2", "--maximise", "line.throughput"], "4 or more trajectories"),
        (["--morris", "8"], "need --minimise or --maximise"),
        (["--morris", "8", "--sobol", "8"], "ask for one"),
    ):
        done = CliRunner().invoke(build("sweep"), [*told, *more])
        assert isinstance(done.exception, BadInput)
        assert words in str(done.exception)
