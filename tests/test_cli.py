"""The command line: the JSON that others rely on, exit codes, one line a fault."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Annotated, get_args, get_origin, get_type_hints
from xml.etree import ElementTree

import pytest

from twin.cli.main import NOT_VERBS, build
from twin.family import kinds

COMMAND = [sys.executable, "-c", "from twin.cli.main import main; main()"]


def twin(
    *words: str | Path, expect: int = 0, cwd: Path | None = None
) -> subprocess.CompletedProcess:
    done = subprocess.run(
        [*COMMAND, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=cwd,
    )
    assert done.returncode == expect, done.stderr
    assert "Traceback" not in done.stderr
    return done


def document(*words: str | Path, expect: int = 0) -> dict:
    return json.loads(twin(*words, "--json", "-", expect=expect).stdout)


@pytest.fixture
def mill(scenarios) -> Path:
    return scenarios / "mill.toml"


def test_run(mill):
    found = document("run", mill, "--replications", 3)
    assert {"scenario", "seed", "engine", "replications", "kpis", "expect", "run_id"} <= set(found)
    assert set(found["kpis"]["mill.tool_changes"]) >= {"value", "low", "high", "unit"}
    assert found["expect"][0].keys() >= {"kpi", "passed", "value"}
    assert found["engine"] == "simpy"
    assert found["kpis"]["mill.tool_changes"]["low"] <= found["kpis"]["mill.tool_changes"]["value"]


def test_run_exits_1_when_an_expectation_is_not_met(mill):
    found = document("run", mill, "--set", "mill.cutting_speed=300", "--replications", 3, expect=1)
    assert not all(judged["passed"] for judged in found["expect"])


def test_run_writes_json_to_a_file_and_repeats_exactly(mill, tmp_path, monkeypatch):
    twin("run", mill, "-n", 2, "--json", tmp_path / "one.json")
    monkeypatch.setenv("TWIN_HOME", str(tmp_path / "other"))
    twin("run", mill, "-n", 2, "--json", tmp_path / "two.json")
    assert (tmp_path / "one.json").read_text() == (tmp_path / "two.json").read_text()


def test_compare(mill):
    found = document("compare", mill, "--set", "mill.coolant=dry", "--replications", 3)
    for variant in ("base", "candidate"):
        assert found[variant]["kpis"]["mill.throughput"].keys() >= {"value", "low", "high", "unit"}
    difference = found["difference"]["kpis"]["mill.throughput"]
    assert difference.keys() >= {"value", "low", "high", "unit", "p_better", "verdict"}
    assert difference["verdict"] in {"better", "worse", "cannot tell"}
    assert found["changed"] == {"mill.coolant": {"from": "flood", "to": "dry"}}


def test_forecast():
    (first, *_) = document("forecast", "--wear", "example")["tools"]
    assert first.keys() >= {
        "tool", "vb_now_mm", "remaining_min", "p_fail_48h", "best_change_min", "cost_rate",
    }  # fmt: skip
    for band in (first["vb_now_mm"], first["remaining_min"]):
        assert set(band) >= {"p10", "p50", "p90"}


def test_forecast_backtest(recordings):
    metrics = document(
        "forecast", "--wear", recordings / "wear" / "nasa_milling.csv", "--backtest"
    )["metrics"]  # fmt: skip
    for protocol in ("conditions", "next", "origins"):
        assert metrics[protocol].keys() >= {
            "rmse_mm", "mae_mm", "crps_mm", "coverage_50", "coverage_80", "coverage_90",
            "brier_skill", "n",
        }  # fmt: skip


def test_models_evaluate(recordings):
    data = recordings / "bearing" / "cwru_drive_end.npz"
    found = document("models", "evaluate", "bearing", "--data", data)
    assert found.keys() >= {
        "accuracy", "macro_f1", "macro_auroc", "classes", "confusion", "n", "model_bytes",
    }  # fmt: skip


def test_validate():
    checks = document("validate")["checks"]
    assert len(checks) > 25
    for check in checks:
        assert check.keys() >= {"name", "source", "expected", "tolerance", "got", "passed"}
        assert check["passed"], check


def test_sweep(mill):
    found = document("sweep", mill, "--vary", "mill.cutting_speed=160:180:2", "-n", 2)
    assert [point["values"]["mill.cutting_speed"] for point in found["points"]] == [160, 180]
    assert "mill.throughput" in found["points"][0]["kpis"]


def test_explain_and_schema(mill):
    found = document("explain", "mill.cutting_speed", "--scenario", mill)
    assert (found["unit"], found["low"], found["high"], found["value"]) == ("m/min", 5, 2000, 180)
    schema = json.loads(twin("schema").stdout)
    jsonschema_types = schema["properties"]["plant"]["additionalProperties"]["oneOf"]
    assert {"cnc", "line", "building"} <= {
        kind["properties"]["kind"]["const"] for kind in jsonschema_types
    }


def test_scenario_tests_pass_fail_and_write_junit(mill, tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text(
        f'extends = "{mill}"\n[[expect]]\nkpi = "mill.throughput"\nat_least = 99\n', "utf-8"
    )
    assert "2 passed, 0 failed" in twin("test", mill).stdout
    done = twin("test", mill, bad, "--junit", tmp_path / "junit.xml", expect=1)
    assert "mean" in done.stdout
    assert "is below 99 parts/h" in done.stdout
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")


def test_pytest_collects_scenarios_and_says_why_one_fails(mill, tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text(
        f'extends = "{mill}"\n[[expect]]\nkpi = "mill.throughput"\nat_least = 99\n', "utf-8"
    )
    (tmp_path / "broken.toml").write_text("[plant.mill]\nkind = 'cmc'\n", "utf-8")
    (tmp_path / "inline.toml").write_text("[plant]\nmill = {kind = 'cmc'}\n", "utf-8")
    (tmp_path / "other.toml").write_text("[tool.other]\na = 1\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path],
        capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 1
    assert "expected mill.throughput at least 99 parts/h" in done.stdout
    assert "did you mean 'cnc'?" in done.stdout
    assert "3 failed" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "{mill}", "--set", "mill.cuting_speed=3"], "did you mean 'cutting_speed'?"),
        (["run", "{mill}", "--set", "mill.cutting_speed"], "is not PATH=VALUE"),
        (["run", "{mill}", "--engine", "warp"], "allowed one of auto, simpy, fast"),
        (["compare", "{mill}"], "nothing to compare"),
        (["sweep", "{mill}"], "nothing to vary"),
        (["explain", "cnc.cutting_sped"], "did you mean 'cutting_speed'?"),
        (["validate", "--data", "/no/such/folder"], "is not a folder of recordings"),
        (["test", "{empty}"], "has no scenario files"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(mill, tmp_path, words, message):
    filled = [word.format(mill=mill, empty=tmp_path) for word in words]
    done = twin(*filled, expect=2)
    assert len(done.stderr.strip().splitlines()) == 1
    assert message in done.stderr


def test_every_verb_explains_itself():
    shown = twin("--help").stdout
    for verb in kinds("twin.cli"):
        if verb not in NOT_VERBS:
            assert f" {verb} " in shown


def test_compare_says_in_a_line_what_only_one_of_the_two_has(scenarios):
    files = (scenarios / "mill.toml", scenarios / "line.toml")
    result = twin("compare", *files, "-n", "1", "--json", "/dev/null")
    assert "None" not in result.stdout
    assert "only in the candidate:" in result.stdout


def test_a_busy_port_is_one_line_and_exit_2_before_anything_starts():
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        result = twin("app", "--port", port, expect=2)
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        f"--port = {port}: is in use by another program; choose another with --port"
    ]
    result = twin("app", "--host", "203.0.113.7", "--port", "0", expect=2)
    assert "give an address of this machine" in result.stderr


def test_every_number_of_an_option_has_its_unit():
    def callbacks(app):
        yield from (command.callback for command in app.registered_commands)
        for group in app.registered_groups:
            yield from callbacks(group.typer_instance)

    numbers = {}
    for callback in callbacks(build()):
        for name, hint in get_type_hints(callback, include_extras=True).items():
            if get_origin(hint) is Annotated and float in (
                hint.__origin__,
                *get_args(hint.__origin__),
            ):
                numbers[f"{callback.__name__} {name}"] = hint.__metadata__[0].help or ""
    assert len(numbers) > 5
    assert [name for name, words in numbers.items() if "[" not in words] == []


LINE = 'horizon = "2 h"\n[plant.line]\nkind = "line"\n[plant.line.stations.saw]\ncycle_time = 60\n'


def test_one_run_without_luck_is_not_told_to_run_again(tmp_path):
    still, lucky = tmp_path / "still.toml", tmp_path / "lucky.toml"
    still.write_text(LINE, "utf-8")
    lucky.write_text(LINE + "cycle_spread = 0.2\n", "utf-8")
    assert "left to chance" in twin("run", still, "-n", 1).stdout
    assert "use --replications 10 or more" in twin("run", lucky, "-n", 1).stdout


def test_a_comparison_is_in_the_history_as_one(tmp_path):
    from twin import history

    file, other = tmp_path / "line.toml", tmp_path / "other.toml"
    file.write_text(LINE, "utf-8")
    other.write_text(LINE + "[plant.line.stations.mill]\ncycle_time = 70\n", "utf-8")
    twin("compare", file, "--set", "line.stations.saw.cycle_time=50", "-n", 6)
    twin("compare", file, other, "-n", 6)
    twin("compare", file, other, "-n", 6)  # the same again is no other experiment
    found = history.experiments()
    assert [one.kind for one in found] == ["compare", "compare"]
    assert found[1].payload["values"] == {"line.stations.saw.cycle_time": 50}
    assert found[1].gist["changed"] == {"line.stations.saw.cycle_time": {"from": 60, "to": 50}}
    assert found[0].payload["candidate"] == str(other)


def test_one_pair_of_runs_is_not_told_as_many():
    from types import SimpleNamespace

    from twin.cli import compare

    same = SimpleNamespace(value=0.0, low=0.0, high=0.0, n=1)
    assert compare._pairs(1) == "1 pair of runs"
    assert compare._pairs(8) == "8 pairs of runs"
    assert compare._words(same) == "the same in 1 run"
