"""``twin forecast`` from the outside: documents, exit codes, one line a fault."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.forecast.command import run

KEYS = {"tool", "vb_now_mm", "remaining_min", "p_fail_48h", "best_change_min", "cost_rate"}
METRICS = {"rmse_mm", "mae_mm", "crps_mm", "coverage_50", "coverage_80", "coverage_90",
           "brier_skill", "n"}  # fmt: skip
GOOD = "tool,time_min,vb_mm,vc\nA,1,0.05,200\nA,5,0.12,200\nA,9,0.2,200\nB,2,0.1,250\nB,6,0.2,250\n"


@pytest.fixture
def wear(tmp_path: Path) -> str:
    path = tmp_path / "wear.csv"
    path.write_text(GOOD)
    return str(path)


def test_document(
    wear: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--wear", wear, "--backtest", "--json", "-") == 0
    document = json.loads(capsys.readouterr().out)
    assert [tool["tool"] for tool in document["tools"]] == ["A", "B"]
    for tool in document["tools"]:
        assert set(tool) >= KEYS
        assert set(tool["vb_now_mm"]) == set(tool["remaining_min"]) == {"p10", "p50", "p90"}
        assert 0.0 <= tool["p_fail_48h"] <= 1.0
        assert len(tool["cost_curve"]["ahead_min"]) == len(tool["fan"]["p50"])
    assert set(document["metrics"]) == {"conditions", "next", "origins"}
    assert all(set(m) >= METRICS for m in document["metrics"].values())
    assert document["time_unit"] == "min"
    assert any("chipping" in words for words in document["assumptions"])


def test_same_seed_same_document(
    wear: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written = []
    for name, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        out = tmp_path / name
        assert run(monkeypatch, "--wear", wear, "--seed", seed, "--json", str(out)) == 0
        written.append(out.read_text().replace('"seed": 4', '"seed": 3'))
    assert written[0] == written[1]
    assert written[0] != written[2]


def test_table_for_people(
    wear: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--wear", wear, "--curve", "A", "--hours", "2") == 0
    said = capsys.readouterr().out
    for words in ("P(2 h)", "Cost of changing A later", "As good as the best", "Assumption:"):
        assert words in said


@pytest.mark.parametrize("name", ["example", "example-cuts"])
def test_shipped_examples_run(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--wear", name, "--json", "-") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["time_unit"] == ("min" if name == "example" else "cut")
    assert len(document["tools"]) == (15 if name == "example" else 3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--wear"),
        (("scenario.toml",), "scenario.toml"),
        (("--wear", "missing.csv"), "missing.csv: cannot be read"),
        (("--wear", "WEAR", "--limit", "-1"), "--limit = -1: allowed 0.0001 to 20 mm"),
        (("--wear", "WEAR", "--hours", "nan"), "--hours = nan: allowed"),
        (("--wear", "WEAR", "--map", "tool"), "--map = tool: write it as --map NAME=VALUE"),
        (("--wear", "WEAR", "--map", "vb_mm=VB"), "column VB"),
        (("--wear", "WEAR", "--unit", "vb=kg"), "length"),
        (("--wear", "WEAR", "--curve", "C"), "no such tool"),
        (("--wear", "example", "--unit", "vb=um"), "needs no --map"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    words: tuple[str, ...], said: str, wear: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert run(monkeypatch, *(wear if word == "WEAR" else word for word in words)) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert said in lines[0]
    assert "Traceback" not in lines[0]


def test_every_fault_has_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wear.csv"
    path.write_text(GOOD.replace("0.12", "-0.12").replace("B,6", "B,1"))
    assert run(monkeypatch, "--wear", str(path)) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert ["line 3" in lines[0], "line 6" in lines[1], len(lines)] == [True, True, 2]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--map", "tol=vc"), "--map tol=vc: no such name, did you mean 'tool'?"),
        (("--map", "vbmm=vc"), "did you mean 'vb_mm'?"),
        (("--duty", "90"), "--duty = 90: allowed 0.01 to 60 min in each hour"),
        (("--duty", "0"), "--duty = 0: allowed 0.01 to"),
    ],
)
def test_what_would_be_passed_over_is_refused(
    wear: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    message: str,
) -> None:
    assert run(monkeypatch, "--wear", wear, *words) == 2
    assert message in capsys.readouterr().err


def test_a_short_name_is_mapped_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "short.csv"
    file.write_text(GOOD.replace("vb_mm", "flank").replace("time_min", "t"))
    words = ("--wear", str(file), "--map", "vb=flank", "--map", "time=t", "--json", "-")
    assert run(monkeypatch, *words) == 0
    assert len(json.loads(capsys.readouterr().out)["tools"]) == 2
