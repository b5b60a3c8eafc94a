"""The bottleneck by sensitivity is the station that is known to be it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from twin.cli.main import build
from twin.errors import BadInput
from twin.experiment.laboratory import Laboratory
from twin.experiment.sensitivity import bottleneck, sensitivities
from twin.scenario import parse

LINE = {
    "horizon": "60 h",
    "warmup": "2 h",
    "plant": {
        "line": {
            "kind": "line",
            "stations": {
                "saw": {"cycle_time": 60, "cycle_spread": 0.3},
                "mill": {"cycle_time": 90, "cycle_spread": 0.3, "buffer": 3, "servers": 1},
                "wash": {"cycle_time": 50, "cycle_spread": 0.3, "buffer": 3},
            },
        }
    },
}


def lab(document: dict) -> Laboratory:
    return Laboratory(parse(document, "l.toml"))


def test_a_deterministic_bottleneck_has_an_elasticity_of_one_and_the_others_none():
    document = json.loads(json.dumps(LINE))
    for station in document["plant"]["line"]["stations"].values():
        station["cycle_spread"] = 0
    first, *rest = sensitivities(lab(document), "line", 6)
    assert first.station == "mill"
    assert first.elasticity == pytest.approx(1 / 0.95, rel=0.01)
    assert all(one.elasticity == pytest.approx(0, abs=1e-9) for one in rest)


def test_the_slow_station_of_a_random_line_is_found():
    found = sensitivities(lab(LINE), "line", 8)
    assert bottleneck(found) == "mill"
    assert found[0].changed == {"line.stations.mill.cycle_time": 85.5}
    assert found[0].elasticity > 5 * abs(found[1].elasticity)


def test_where_parts_are_too_few_no_station_is_the_bottleneck():
    document = json.loads(json.dumps(LINE))
    document["plant"]["line"] |= {"release": "arrivals", "interarrival_time": 300,
                                  "interarrival_distribution": "constant"}  # fmt: skip
    assert bottleneck(sensitivities(lab(document), "line", 6)) == ""


def test_times_of_products_are_made_faster_with_their_station():
    document = json.loads(json.dumps(LINE))
    document["plant"]["line"]["products"] = {"a": {"steps": {"mill": {"cycle_time": "2 min"}}}}
    (first, *_rest) = sensitivities(lab(document), "line", 2)
    assert first.changed == {
        "line.stations.mill.cycle_time": 85.5,
        "line.products.a.steps.mill.cycle_time": 114.0,
    }


def test_what_is_refused():
    with pytest.raises(BadInput, match=r"--faster = 0\.7: allowed above 0 to 50 %"):
        sensitivities(lab(LINE), "line", 4, 0.7)
    with pytest.raises(BadInput, match="2 or more"):
        sensitivities(lab(LINE), "line", 1)


def test_the_command(tmp_path):
    path = tmp_path / "line.toml"
    path.write_text(
        'horizon = "20 h"\n[plant.line]\nkind = "line"\n[plant.line.stations.saw]\n'
        "cycle_time = 60\n[plant.line.stations.mill]\ncycle_time = 90\nservers = 2\n", "utf-8"
    )  # fmt: skip
    told = ["bottleneck", str(path), "-n", "6"]
    done = CliRunner().invoke(build("bottleneck"), [*told, "--json", "-"])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["bottleneck"] == {"sensitivity": "saw", "active_period": "saw"}
    assert {one["station"] for one in document["stations"]} == {"saw", "mill"}
    shown = CliRunner().invoke(build("bottleneck"), told)
    assert "Bottleneck: saw" in shown.stdout
