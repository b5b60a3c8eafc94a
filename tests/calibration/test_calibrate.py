"""A calibration finds what a log was made with, and says when the rest of the log differs."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from twin.calibration.export import log_text
from twin.calibration.history import histories
from twin.calibration.laws import fit_lives, fit_times
from twin.calibration.log import read_log
from twin.calibration.report import calibrate, write_scenario
from twin.cli.main import build
from twin.errors import BadInput
from twin.scenario import load, parse

DOCUMENT = {
    "horizon": "200 h",
    "seed": 4,
    "plant": {
        "line": {
            "kind": "line",
            "stations": {
                "saw": {"cycle_time": 80, "cycle_spread": 0.2, "time_to_failure": 3,
                        "time_to_repair": 15},
                "mill": {"cycle_time": 75, "cycle_spread": 0.4, "buffer": 4,
                         "cycle_distribution": "lognormal"},
                "test": {"cycle_time": 60, "cycle_spread": 1, "buffer": 4, "defect_rate": 4,
                         "inspects": True, "escape": 10, "false_alarm": 1},
            },
        }
    },
}  # fmt: skip
TRUTH = {
    "saw.cycle_time": 80, "saw.time_to_failure": 3, "saw.time_to_repair": 15,
    "mill.cycle_time": 75, "test.cycle_time": 60, "test.defect_rate": 4,
}  # fmt: skip


def write(folder: Path, text: str, name: str = "log.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def log_csv() -> str:
    scenario = parse(DOCUMENT, "made.toml")
    return log_text(scenario, "line")


@pytest.fixture
def wrong() -> dict:
    """The same line as somebody guessed it."""
    guess = json.loads(json.dumps(DOCUMENT))
    stations = guess["plant"]["line"]["stations"]
    stations["saw"] |= {"cycle_time": 100, "time_to_failure": 20, "time_to_repair": 60}
    stations["mill"] |= {"cycle_time": 50, "cycle_spread": 0.1, "cycle_distribution": "gamma"}
    stations["test"] |= {"cycle_time": 90, "defect_rate": 1}
    return guess


def test_it_finds_what_the_log_was_made_with(tmp_path, log_csv, wrong):
    found = calibrate(parse(wrong, "guess.toml"), read_log(write(tmp_path, log_csv)))
    by_path = {finding.path: finding for finding in found.findings}
    inside = [
        by_path[f"line.stations.{path}"].low <= value <= by_path[f"line.stations.{path}"].high
        for path, value in TRUTH.items()
    ]
    assert sum(inside) >= len(TRUTH) - 1  # each holds with 95 %
    assert by_path["line.stations.mill.cycle_distribution"].value == "lognormal"
    assert by_path["line.stations.mill.cycle_spread"].value == pytest.approx(0.4, rel=0.05)
    assert found.passed, [c for c in found.checks if not c.passed]


def test_a_changed_machine_is_seen_on_the_part_kept_back(tmp_path, log_csv, wrong):
    header, *rows = log_csv.splitlines()
    cut, slower = 0.75 * 200 * 3600, []
    for row in rows:
        time, station, event, part = row.split(",")
        late = max(0.0, float(time) - cut)
        slower.append(f"{min(float(time), cut) + 1.1 * late:.3f},{station},{event},{part}")
    log = read_log(write(tmp_path, "\n".join([header, *slower])))
    found = calibrate(parse(wrong, "guess.toml"), log, replications=0)
    assert not found.passed
    assert any("work time" in c.name for c in found.checks if not c.passed)


def test_breakdowns_are_no_work_time(tmp_path):
    log = "time,station,event\n0,saw,start\n40,saw,down\n100,saw,up\n160,saw,end\n160,saw,start\n"
    history = histories(read_log(write(tmp_path, log)), 0.0, 161.0)["saw"]
    assert [work.duration for work in history.works] == [100.0]
    assert history.lives_operating == [40.0]
    assert history.repairs == [60.0]
    assert history.open_operating == pytest.approx(61.0)


def test_work_that_begins_anew_counts_from_the_repair(tmp_path, wrong):
    rows = ["time,station,event"]
    for part in range(20):
        at = 1000 * part
        rows += [f"{at},saw,start", f"{at + 30},saw,down", f"{at + 90},saw,up"]
        rows += [f"{at + 190},saw,end"]
    wrong["plant"]["line"]["stations"]["saw"]["on_failure"] = "restart"
    log = read_log(write(tmp_path, "\n".join(rows)))
    found = calibrate(parse(wrong, "guess.toml"), log, keep_back=0)
    by_path = {finding.path: finding.value for finding in found.findings}
    assert by_path["line.stations.saw.cycle_time"] == pytest.approx(100)
    assert by_path["line.stations.saw.cycle_distribution"] == "constant"


def test_other_words_units_and_dates(tmp_path):
    log = (
        "zeit;platz;was;los\n2025-01-07 08:00:00.000+01;WS-03;Entry;a\n"
        "2025-01-07 08:01:30.500+01;WS-03;Exit;a\n2025-01-07 08:02:00+01;WS-03;Generation;a\n"
    )
    columns = {"time": "zeit", "station": "platz", "event": "was", "part": "los"}
    read = read_log(write(tmp_path, log), columns)
    assert [row.event for row in read.rows] == ["start", "end"]
    assert read.span == pytest.approx(90.5)
    assert read.notes == ("1 rows of event 'Generation' are not used",)


@pytest.mark.parametrize(
    ("law", "draw"),
    [
        ("gamma", lambda rng: rng.gamma(16, 5, 4000)),
        ("lognormal", lambda rng: rng.lognormal(4, 0.6, 4000)),
        ("weibull", lambda rng: 80 * rng.weibull(3, 4000)),
        ("exponential", lambda rng: rng.exponential(80, 4000)),
        ("constant", lambda rng: np.full(100, 80.0)),
    ],
)
def test_the_law_is_recognised(law, draw):
    assert fit_times(draw(np.random.default_rng(5))).law == law


def test_interval_of_the_mean_life_covers():
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(400):
        times = np.cumsum(rng.exponential(100.0, 60))
        lives = np.diff(times[times < 1500.0], prepend=0.0)
        found = fit_lives(list(lives), 1500.0 - lives.sum())
        covered += found.low <= 100.0 <= found.high
    assert 0.93 <= covered / 400 <= 0.99  # conservative: a whole number of failures


def test_a_weibull_life_with_a_censored_end():
    rng = np.random.default_rng(2)
    found = fit_lives(list(50.0 * rng.weibull(3.0, 300)), 20.0)
    assert found.law == "weibull"
    assert found.mean == pytest.approx(50 * math.gamma(4 / 3), rel=0.04)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("time,station\n1,saw\n2,saw\n", "column event: the column is missing"),
        ("time,station,event\nx,saw,start\n1,saw,end\n2,saw,start\n", "line 2"),
        ("time,station,event\n1,saw,hello\n2,saw,start\n", "fewer than two events"),
        ("time,station,event\n1,drill,start\n2,drill,end\n", "none of its stations"),
        ("time,station,event\n1,saw,start\n2,saw,start\n", "no part with a start and an end"),
    ],
)
def test_bad_logs(tmp_path, wrong, text, words):
    with pytest.raises(BadInput, match=words):
        calibrate(parse(wrong, "guess.toml"), read_log(write(tmp_path, text)))


def test_the_command(tmp_path, scenarios):
    runner = CliRunner()
    base, log, out = tmp_path / "base.toml", tmp_path / "log.csv", tmp_path / "new" / "fit.toml"
    out.parent.mkdir()
    base.write_text(
        'horizon = "20 h"\n[plant.line]\nkind = "line"\n[plant.line.stations.saw]\n'
        "cycle_time = 80\ncycle_spread = 0.2\n", "utf-8"
    )  # fmt: skip
    made = runner.invoke(build("run"), ["run", str(base), "-n", "1", "--log", str(log)])
    assert made.exit_code == 0, made.output
    told = ["calibrate", str(base), "--data", str(log), "--out", str(out), "--json", "-",
            "--set", "line.stations.saw.cycle_time=50"]  # fmt: skip
    done = runner.invoke(build("calibrate"), told)
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    fitted = {row["path"]: row["value"] for row in document["parameters"]}
    assert fitted["line.stations.saw.cycle_time"] == pytest.approx(80, rel=0.02)
    assert load(out).value("line.stations.saw.cycle_time") == pytest.approx(80, rel=0.02)


def test_the_log_of_a_line_with_a_cnc_machine_does_not_contradict_it(tmp_path, scenarios):
    runner = CliRunner()
    line, log = str(scenarios / "line.toml"), str(tmp_path / "line.csv")
    made = runner.invoke(build("run"), ["run", line, "-n", "1", "--log", log])
    assert made.exit_code in (0, 1), made.output  # one run cannot show its expectation
    done = runner.invoke(
        build("calibrate"), ["calibrate", line, "--data", log, "-n", "3", "--json", "-"]
    )
    document = json.loads(done.stdout)
    assert done.exit_code == 0, document["kept_back"]
    compared = {row["name"] for row in document["kept_back"]}
    assert "saw: law of the work times" in compared
    assert not any(name.startswith("milling: ") and "work time" in name for name in compared)
    assert any("neither fitted nor checked" in note for note in document["notes"])


@pytest.mark.parametrize("failures", [2, 3])
def test_what_was_seen_twice_alone_stays_as_it_was(tmp_path, wrong, failures):
    rows = ["time,station,event"]
    for part in range(20):
        at = 1000 * part
        rows += [f"{at},saw,start", f"{at + 190},saw,end"]
        if part < failures:
            rows += [f"{at + 30},saw,down", f"{at + 90},saw,up"]
            rows += [f"{at + 200},saw,setup", f"{at + 500},saw,ready"]
    guess, out = parse(wrong, str(tmp_path / "guess.toml")), tmp_path / "fitted.toml"
    found = calibrate(guess, read_log(write(tmp_path, "\n".join(rows))), keep_back=0)
    write_scenario(found, out)
    for name, value in (("time_to_repair", 1), ("setup_time", 5), ("time_to_failure", None)):
        path = f"line.stations.saw.{name}"
        (one,) = (finding for finding in found.findings if finding.path == path)
        assert one.n == failures
        assert one.kept == (failures < 3) == (f"{name} = " not in out.read_text("utf-8"))
        assert any(note.startswith(f"{path}: only 2 seen") for note in found.notes) == one.kept
        if one.kept:
            assert found.calibrated.value(path) == guess.value(path) == one.value
        elif value is not None:
            assert found.calibrated.value(path) == pytest.approx(value)
    assert ("failure_distribution" in out.read_text("utf-8")) == (failures == 3)


PARALLEL = {
    "title": "two lathes", "horizon": "300 h", "seed": 3,
    "plant": {
        "line": {
            "kind": "line",
            "stations": {
                "lathe": {"cycle_time": 100, "cycle_spread": 0.3, "servers": 2, "setup_time": 4,
                          "time_to_failure": 5, "time_to_repair": 20},
                "mill": {"cycle_time": 60, "cycle_spread": 0.2, "buffer": 6},
                "test": {"cycle_time": 20, "inspects": True, "rejects_to": "mill", "buffer": 6},
            },
            "products": {
                "gear": {"route": "lathe, mill, test", "share": 0.5,
                         "steps": {"lathe": {"cycle_time": 160, "cycle_spread": 0.3},
                                   "mill": {"cycle_time": 70, "cycle_spread": 0.2}}},
                "shaft": {"route": "lathe, mill, test", "share": 0.5,
                          "steps": {"lathe": {"cycle_time": 90, "cycle_spread": 0.3}}},
            },
        }
    },
}  # fmt: skip


def test_the_log_of_parallel_machines_and_products_gives_the_line_back(tmp_path):
    truth = parse(PARALLEL, "made.toml")
    guess = {f"line.{path}": 33 for path in (
        "products.gear.steps.lathe.cycle_time", "products.shaft.steps.lathe.cycle_time",
        "products.gear.steps.mill.cycle_time", "stations.lathe.time_to_repair",
        "stations.lathe.time_to_failure", "stations.lathe.setup_time",
    )}  # fmt: skip
    text = log_text(truth, "line")
    assert text.partition("\n")[0] == "time,station,event,part,machine,product"
    log = read_log(write(tmp_path, text))
    assert {row.machine for row in log.rows if row.station == "lathe"} == {"1", "2"}
    found = calibrate(truth.with_values(guess), log, replications=0)
    assert found.passed, [one for one in found.checks if not one.passed]
    assert not [note for note in found.notes if "without a start" in note]
    held = {one.path: one for one in found.findings}
    for path in guess:
        one, value = held[path], truth.value(path)
        assert one.low <= value <= one.high or one.value == pytest.approx(value, rel=0.03), path


def test_each_machines_failure_clock_is_its_own(tmp_path):
    """Two machines by hand: 100 s of work each before one breaks; the other has not yet."""
    rows = ["time,station,event,part,machine", "0,saw,start,a,1", "0,saw,start,b,2",
            "60,saw,end,a,1", "70,saw,start,c,1", "90,saw,end,b,2", "110,saw,down,,1",
            "140,saw,up,,1", "150,saw,end,c,1"]  # fmt: skip
    history = histories(read_log(write(tmp_path, "\n".join(rows))), 0.0, 200.0)["saw"]
    assert sorted(work.duration for work in history.works) == [50.0, 60.0, 90.0]
    assert history.lives_operating == [100.0]
    assert history.alive("operating") == [10.0, 90.0]
    assert history.open_operating == 100.0
    assert history.repairs == [30.0]
    assert history.ended == 3


def test_a_line_of_single_machines_has_a_log_of_four_columns(log_csv):
    assert log_csv.partition("\n")[0] == "time,station,event,part"
    assert log_csv.splitlines()[1].split(",")[1:] == ["saw", "start", "1"]


def test_a_batch_has_a_row_for_each_of_its_parts(tmp_path):
    oven = {"oven": {"cycle_time": 600, "batch": 3, "buffer": 9}}
    stations = {"saw": {"cycle_time": 50}, **oven}
    document = {"horizon": "10 h", "plant": {"line": {"kind": "line", "stations": stations}}}
    log = read_log(write(tmp_path, log_text(parse(document, "l.toml"), "line")))
    works = histories(log, 0.0, 36_000.0)["oven"].works
    assert len(works) > 100
    assert {work.duration for work in works} == {600.0}
