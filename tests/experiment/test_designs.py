"""Designs: even samples, the front, what weighs most, the best and how surely."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from twin.experiment import designs
from twin.experiment.dimensions import Dimension, grid, latin_hypercube, read_dimension
from twin.experiment.goals import objective
from twin.experiment.results import Result
from twin.experiment.sweeps import Sweep
from twin.scenario import Scenario, parse


def mill() -> Scenario:
    table = {"kind": "cnc", "change_policy": "fixed_life"}
    return parse({"horizon": "3 h", "seed": 4, "plant": {"mill": table}}, "x")


def test_a_latin_hypercube_has_one_point_in_every_slice():
    spread = [Dimension("a", 0, 1), Dimension("b", 10, 20), Dimension("c", options=("x", "y"))]
    points = latin_hypercube(spread, 20, seed=1)
    for path, low, width in (("a", 0, 1), ("b", 10, 10)):
        slices = sorted(int(20 * (point[path] - low) / width) for point in points)
        assert slices == list(range(20))
    assert sum(point["c"] == "x" for point in points) == 10
    assert points == latin_hypercube(spread, 20, seed=1)
    assert points != latin_hypercube(spread, 20, seed=2)


def test_a_grid_takes_choices_and_whole_numbers():
    scenario = mill()
    speed = read_dimension("mill.cutting_speed=100:200:3", scenario)
    coolant = read_dimension("mill.coolant=flood,dry", scenario)
    points = grid([speed, coolant])
    assert [point["mill.cutting_speed"] for point in points] == [100, 100, 150, 150, 200, 200]
    assert {point["mill.coolant"] for point in points} == {"flood", "dry"}


def fake(values: dict[str, list[float]]) -> Result:
    return Result(mill(), "simpy", len(next(iter(values.values()))), values, {}, (), "")


def test_the_front_is_what_no_other_point_beats_in_both():
    one, other = objective(mill(), None, "mill.parts"), objective(mill(), "mill.scrap", None)
    pairs = [(1, 1), (2, 2), (2, 3), (3, 3), (3, 9), (0, 1), (4, float("nan"))]
    results = [fake({"mill.parts": [a], "mill.scrap": [b]}) for a, b in pairs]
    assert designs.pareto(results, one, other) == [0, 1, 3]


def test_the_best_is_marked_with_its_equals_and_how_surely():
    goal = objective(mill(), None, "mill.parts")
    rng = np.random.default_rng(1)
    luck = rng.normal(0, 5, 30)
    apart = [fake({"mill.parts": list(m + luck + rng.normal(0, 1, 30))}) for m in (100, 120, 150)]
    found = designs.best(apart, goal, [])
    assert (found.number, found.as_good) == (2, ())
    assert found.p_correct > 0.99
    near = [fake({"mill.parts": list(m + rng.normal(0, 30, 30))}) for m in (100, 100.1, 50)]
    unsure = designs.best(near, goal, [])
    assert unsure.number in {0, 1}
    assert unsure.as_good == (1 - unsure.number,)
    assert unsure.p_correct < 0.9


def test_a_tornado_shows_first_what_weighs_most():
    scenario = mill()
    spread = [
        read_dimension("mill.tool_cost=29:31", scenario),
        read_dimension("mill.cutting_speed=120:180", scenario),
    ]
    points = designs.tornado_points(scenario, spread)
    assert points[0] == {}
    assert len(points) == 5
    results = list(zip(points, Sweep(scenario, 6)(points), strict=True))
    bars = designs.tornado(results, "mill.cost_per_part")
    assert [bar.path for bar in bars[:2]] == ["mill.cutting_speed"] * 2
    assert bars[0].change.n == 6


def test_sobol_indices_of_a_known_function(monkeypatch):
    # Ishigami's function, a = 7, b = 0.1: first order 0.3139, 0.4424, 0; total 0.5576, 0.4424,
    # 0.2437 (Saltelli et al., 2008, Global Sensitivity Analysis: The Primer, table 4.1).
    names = ("mill.a", "mill.b", "mill.c")
    dimensions = [Dimension(name, -np.pi, np.pi) for name in names]

    class Known:
        scenario = mill()

        def __call__(self, points):
            rows = []
            for point in points:
                x, y, z = (point[name] for name in names)
                value = np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)
                rows.append(fake({"mill.parts": [float(value)]}))
            return rows

    first, second, third = designs.sobol(Known(), dimensions, "mill.parts", 1024)
    for share, alone, total in (
        (first, 0.3139, 0.5576), (second, 0.4424, 0.4424), (third, 0.0, 0.2437),
    ):  # fmt: skip
        assert share.first[0] == pytest.approx(alone, abs=0.06)
        assert share.total[0] == pytest.approx(total, abs=0.06)
        assert share.total[1] <= share.total[0] <= share.total[2]


def test_the_command_samples_marks_and_fronts(tmp_path: Path):
    file = tmp_path / "m.toml"
    file.write_text('horizon = "2 h"\n[plant.mill]\nkind = "cnc"\n')
    words = ["sweep", str(file), "--vary", "mill.cutting_speed=100:200", "--vary",
             "mill.coolant=flood,dry", "--sample", "6", "-n", "6", "--maximise",
             "mill.throughput", "--pareto", "mill.throughput,mill.energy_per_part",
             "--json", "-"]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", "from twin.cli.main import main; main()", *words],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert len(found["points"]) == 6
    assert {point["values"]["mill.coolant"] for point in found["points"]} == {"flood", "dry"}
    best = found["points"][found["best"]["number"]]["kpis"]["mill.throughput"]["value"]
    assert best == max(p["kpis"]["mill.throughput"]["value"] for p in found["points"])
    assert found["best"]["number"] in found["pareto"]
