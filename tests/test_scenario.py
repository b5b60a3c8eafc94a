"""Scenario files: read, extended, changed, and refused in one clear line."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from twin.errors import BadInput
from twin.nodes import library
from twin.scenario import load, parse
from twin.setting import read_setting

GOOD = '[plant.mill]\nkind = "cnc"\n'


def write(folder: Path, text: str, name: str = "s.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path) -> list[str]:
    """Run the command on a bad file: exit 2, one line a fault, no traceback, nothing on stdout."""
    done = subprocess.run(
        [sys.executable, "-c", "from twin.cli.main import main; main()", "run", str(path)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD + "cutting_sped = 3", ["plant.mill.cutting_sped", "did you mean 'cutting_speed'?"]),
        (GOOD + "cutting_speed = 3000", ["= 3000", "allowed 5 to 2000 m/min", "Cutting speed"]),
        (GOOD + 'cutting_speed = "3 kg"', ["'3 kg'", "'kg' cannot be converted to 'm/min'"]),
        (GOOD + "horizon = 8 h", ["is not valid TOML", "line 3"]),
        ('[plant.mill]\nkind = "cmc"', ["plant.mill.kind = 'cmc'", "did you mean 'cnc'?"]),
        ("[plant.mill]\n", ["plant.mill.kind", "is required"]),
        ('title = "nothing"', ["needs at least one [plant.NAME]"]),
        ('horizn = "8 h"\n' + GOOD, ["horizn", "did you mean 'horizon'?"]),
        ('horizon = "8 kg"\n' + GOOD, ["horizon = '8 kg'", "cannot be converted to 'h'"]),
        ('warmup = "9 h"\n' + GOOD, ["warmup", "shorter than the horizon"]),
        ("seed = -1\n" + GOOD, ["seed = -1", "0 to 2147483647"]),
        (GOOD + "[[expect]]\nkpi = 'mill.tool_chnges'\nat_most = 1", ["'mill.tool_changes'?"]),
        (GOOD + "[[expect]]\nkpi = 'mill.parts'", ["needs at_most or at_least"]),
        (GOOD + "[[expect]]\nkpi = 'mill.cycle_time'\nat_most = '3 kg'", ["cannot be converted"]),
        ("extends = 'other.toml'", ["s.toml: extends = 'other.toml'", "no such file"]),
        ("extends = 's.toml'", ["in a circle"]),
        (GOOD + "axial_depth = 40", ["spindle power would be", "15 kW", "mill.axial_depth"]),
        ("[plant]\nmill = 3", ["write it as a table"]),
        ("plant = 3", ["write it as [plant.NAME]"]),
        (GOOD + "[sensor.mill]\nkind = 'vibration'\non = 'mill'", ["this name is taken"]),
        (
            GOOD + "[sensor.ear]\nkind = 'vibration'\non = 'mill'\nperiod = '1 s'",
            ["sensor.ear.period", "1 s", "ear.duration = 1.28 s", "1.28 s or more is allowed"],
        ),
        ("a = " + "[" * 5000, ["nested too deeply"]),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_clear_line(tmp_path, text, words):
    with pytest.raises(BadInput) as error:
        load(write(tmp_path, text))
    assert len(error.value.faults) == 1
    line = str(error.value)
    assert "\n" not in line
    for word in [*words, "s.toml"]:
        assert word in line


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (GOOD + "cutting_sped = 3", "did you mean"),
        (GOOD + "cutting_speed = 3000", "allowed 5 to 2000 m/min"),
        (GOOD + 'cutting_speed = "3 kg"', "cannot be converted"),
        (GOOD + 'horizon = "8 h', "is not valid TOML"),
    ],
)
def test_the_command_refuses_with_exit_2(tmp_path, text, word):
    (line,) = refusal(write(tmp_path, text))
    assert word in line


def test_a_missing_file_a_folder_a_huge_and_a_binary_file(tmp_path, scenarios):
    (line,) = refusal(scenarios / "mil.toml")
    assert "no such file, did you mean 'mill.toml'?" in line
    (line,) = refusal(tmp_path)
    assert "is not a file" in line
    huge = tmp_path / "huge.toml"
    with huge.open("wb") as handle:
        handle.truncate(1_000_000_000)
    (line,) = refusal(huge)
    assert "is 1,000 MB; a scenario has at most 4 MB" in line
    binary = tmp_path / "binary.toml"
    binary.write_bytes(bytes(range(256)))
    (line,) = refusal(binary)
    assert "is not text in UTF-8" in line


def test_every_fault_of_a_file_is_reported(tmp_path):
    lines = refusal(write(tmp_path, GOOD + "cutting_speed = 1\nteeth = 0\nfoo = 1"))
    assert len(lines) == 3


def test_extends_says_only_what_differs(tmp_path):
    write(tmp_path, 'horizon = "4 h"\n' + GOOD + "teeth = 4\n", "base.toml")
    write(tmp_path, 'extends = "base.toml"\n[plant.mill]\ncutting_speed = 150\n', "mid.toml")
    what_if = load(write(tmp_path, 'extends = "mid.toml"\nseed = 9\n'))
    assert what_if.value("mill.teeth") == 4
    assert what_if.value("mill.cutting_speed") == 150
    assert what_if.header.horizon == 4 * 3600
    assert what_if.header.seed == 9


def test_paths_name_everything():
    stations = {"saw": {"buffer": 2}, "mill": {}}
    scenario = parse({"plant": {"line": {"kind": "line", "stations": stations}}}, "f")
    assert scenario.value("line.stations.saw.buffer") == 2
    assert scenario.value("line.stations.mill.cycle_time") == 60
    changed = scenario.with_values({"line.stations.saw.buffer": 5, "horizon": "2 h"})
    assert changed.value("line.stations.saw.buffer") == 5
    assert scenario.value("line.stations.saw.buffer") == 2
    paths = [path for path, _declared, _value in scenario.declarations()]
    assert "line.stations.saw.cycle_time" in paths
    assert all(scenario.declaration(path).path == path for path in paths)
    with pytest.raises(BadInput, match="did you mean 'buffer'"):
        scenario.with_values({"line.stations.saw.bufer": 5})
    with pytest.raises(BadInput, match="did you mean 'line'"):
        scenario.value("lin.stations")


def test_a_setting_is_read_as_it_is_written():
    assert read_setting("a.b = 3.5") == ("a.b", 3.5)
    assert read_setting("a.b=3 m/s") == ("a.b", "3 m/s")
    assert read_setting("a.b=true") == ("a.b", True)
    with pytest.raises(BadInput, match="is not PATH=VALUE"):
        read_setting("a.b")


def test_the_hash_follows_what_decides_the_result():
    one = parse({"title": "a", "plant": {"m": {"kind": "cnc"}}}, "x")
    two = parse({"title": "b", "plant": {"m": {"kind": "cnc"}}}, "y")
    assert one.key == two.key
    assert one.key != one.with_values({"m.teeth": 4}).key


def test_the_hash_follows_what_a_model_file_of_ones_own_holds(tmp_path):
    for suffix in (".onnx", ".json"):
        shutil.copyfile(library.HOME / f"bearing{suffix}", tmp_path / f"own{suffix}")

    def key(**more):
        sensor = {"x": {"kind": "vibration", "on": "m"}}
        nodes = {"n": {"sensor": "x", "model": str(tmp_path / "own.onnx"), **more}}
        plant = {"m": {"kind": "cnc"}}
        return parse({"plant": plant, "sensor": sensor, "node": nodes}, "x").key

    first, gated = key(), key(model="bearing", gate=str(tmp_path))
    assert key() == first
    (tmp_path / "own.onnx").write_bytes((library.HOME / "tool.onnx").read_bytes())
    second = key()
    assert second != first
    assert key(model="bearing", gate=str(tmp_path)) != gated
    (tmp_path / "own.json").write_bytes((library.HOME / "tool.json").read_bytes())
    assert key() not in {first, second}


def test_the_hash_follows_the_model_that_a_station_looks_with(tmp_path):
    for suffix in (".onnx", ".json"):
        shutil.copyfile(library.HOME / f"inspection{suffix}", tmp_path / f"own{suffix}")
    station = {"eye": {"cycle_time": 10, "inspects": True, "model": str(tmp_path)}}
    document = {"plant": {"line": {"kind": "line", "stations": station}}}
    first = parse(document, "x").key
    card = (tmp_path / "own.json").read_text("utf-8")
    (tmp_path / "own.json").write_text(card + " ", "utf-8")
    assert parse(document, "x").key != first
