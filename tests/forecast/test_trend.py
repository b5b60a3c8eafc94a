"""Remaining life from trend features: simulated parts, real bearings, and files that are wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.forecast.command import run
from twin.errors import BadInput
from twin.forecast.replacement import Costs
from twin.forecast.trend import backtest_trend, forecast_parts, learn, rise, signs
from twin.forecast.trend_table import Trend, read_trends
from twin.rng import stream


def part(number: int, end: int, warning: float = 0.5, failed: bool = True) -> Trend:
    """RMS 1 with noise, growing over the last ``warning`` of life to 20 times that."""
    rng = stream(number, "tests.trend")
    t = np.arange(1.0, end + 1.0)
    share = np.maximum(t / end - (1 - warning), 0) / warning
    rms = np.exp(3.0 * share + 0.05 * rng.standard_normal(end))
    return Trend(f"B{number}", t, rms[:, None], failed)


def fleet(n: int = 12) -> list[Trend]:
    ends = 300 * np.exp(0.4 * stream(3, "tests.ends").standard_normal(n))
    return [part(i, int(end)) for i, end in enumerate(ends)]


def test_signs_are_zero_while_nothing_happens_and_look_at_no_later_row() -> None:
    whole = part(1, 400)
    early = Trend("x", whole.time_min[:150], whole.rms[:150], False)
    assert np.abs(signs(early)[60:, 1:]).max() < 0.1
    assert signs(whole)[:150] == pytest.approx(signs(early))
    assert (rise(whole) >= 0).all()


def test_a_trend_that_tells_is_learnt() -> None:
    past = backtest_trend(fleet())
    assert past.gain > 0.1
    assert 0.65 <= past.trend.coverage_80 <= 0.97
    assert past.trend.brier_skill is not None
    assert past.trend.brier_skill > 0.2
    assert len(past.by_part) == 12


def test_a_part_near_its_end_has_less_left_than_a_quiet_one() -> None:
    law = learn(fleet())
    near, quiet = part(50, 400), part(51, 400)
    near = Trend("near", near.time_min[:380], near.rms[:380], False)
    quiet = Trend("quiet", quiet.time_min[:100], quiet.rms[:100], False)
    told = forecast_parts(law, [near, quiet], 1.0, 60.0, Costs())
    assert told[0].remaining_min.p90 < told[1].remaining_min.p50
    assert told[0].p_fail > 0.7 > told[1].p_fail
    assert told[0].change.best_min <= told[1].change.best_min
    assert told[0].times_quietest > 10


def test_learning_needs_two_and_a_back_test_three() -> None:
    with pytest.raises(BadInput, match="two parts"):
        learn(fleet(1))
    with pytest.raises(BadInput, match="three parts"):
        backtest_trend(fleet(2))


def test_real_bearings_have_honest_bands(recordings: Path) -> None:
    """Six bearings: the trend says little, and the bands own up to it."""
    file = recordings / "bearing" / "femto_learning_features.csv.gz"
    trends = read_trends(str(file), {"unit": "bearing", "time_min": "snapshot"}, "10 s")
    assert len(trends) == 6
    assert trends[0].end_min == pytest.approx(2803 / 6)
    past = backtest_trend(trends)
    assert 0.70 <= past.trend.coverage_80 <= 0.90
    assert past.gain > 0.0


HEAD = "unit,time_min,h_rms\n"


def rows(name: str, n: int = 25, level: float = 1.0) -> str:
    return "".join(f"{name},{t},{level}\n" for t in range(n))


def test_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.csv"
    lines = [
        f"{t.name},{m},{x[0]}" for t in fleet(5) for m, x in zip(t.time_min, t.rms, strict=True)
    ]
    file.write_text(HEAD + "\n".join(lines))
    words = ("--trend", str(file), "--running", "B4")
    assert run(monkeypatch, *words, "--backtest", "--json", "-") == 0
    document = json.loads(capsys.readouterr().out)
    assert [p["part"] for p in document["parts"]] == ["B4"]
    assert set(document["parts"][0]["remaining_min"]) == {"p10", "p50", "p90"}
    assert set(document["metrics"]) == {"trend", "without"}
    assert document["life"]["cra"] is not None
    assert run(monkeypatch, *words, "--hours", "1") == 0
    assert "Bearings" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        (HEAD + rows("A"), (), "ran to failure"),
        (HEAD + rows("A", 5), ("--backtest",), "fewer than 20"),
        (HEAD + rows("A") + "A,3,1\n", ("--backtest",), "does not increase"),
        (HEAD + rows("A", level=-1)[: len("A,0,-1\n")], ("--backtest",), "above zero"),
        (HEAD + "A,1,x\n", ("--backtest",), "a number is missing"),
        ("unit,time_min,level\nA,1,2\n", (), "no column with rms"),
        ("part,time_min,rms\nA,1,2\n", (), "column unit: the column is missing"),
        (HEAD + rows("A"), ("--running", "Z"), "no such unit"),
        (HEAD + rows("A"), ("--unit", "time=kg"), "--unit time=kg"),
        (HEAD + rows("A"), ("--unit", "vb=mm"), "only time has a unit"),
        (HEAD + rows("A"), ("--hours", "nan"), "--hours"),
        (HEAD + rows("A"), ("--wear", "example"), "give one of"),
        (HEAD + rows("A"), ("--curve", "x"), "--curve: is not for --trend"),
        ((HEAD + rows("A")).replace("time_min", "hours"), ("--map", "time_min=hours"),
         "--unit 'time=h' (--unit time=min if it is min)"),
        ((HEAD + rows("A")).replace("time_min", "snapshot"), ("--map", "time_min=snapshot"),
         "--unit 'time=10 s', for what one of them lasts"),
        ("", (), "is empty"),
    ],
)  # fmt: skip
def test_bad_files_are_refused(
    text: str, words: tuple[str, ...], said: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = tmp_path / "t.csv"
    file.write_text(text)
    assert run(monkeypatch, "--trend", str(file), *words) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert said in lines[0]
    assert not any("Traceback" in line for line in lines)


def test_a_running_part_with_few_snapshots_is_not_said_to_have_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.csv"
    file.write_text(HEAD + rows("A") + rows("B") + rows("B6", 12))
    assert run(monkeypatch, "--trend", str(file), "--running", "B6") == 2
    said = capsys.readouterr().err
    assert "B6 (12)" in said
    assert "20 snapshots" in said
    assert "nothing is left to forecast" in said
    assert "ran to failure" not in said
    assert run(monkeypatch, "--trend", str(file)) == 2
    assert "every part ran to failure" in capsys.readouterr().err
