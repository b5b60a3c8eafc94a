"""A status table gives back the line that wrote it, and each fault in one is named in its place."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from typer.testing import CliRunner

from twin.calibration.columns import Names
from twin.calibration.log import read_log
from twin.calibration.rates import pace
from twin.calibration.report import calibrate, calibrate_table
from twin.calibration.spells import Made, spells
from twin.calibration.status import read_status
from twin.cli.main import build
from twin.errors import BadInput
from twin.scenario import load, parse

HOUR, DAY = 3600, 86400
BEGIN = 1_700_000_000 - 1_700_000_000 % DAY
STATES = {"2": "working", "1": "down"}
GUESS = {
    "horizon": "100 h",
    "plant": {
        "shop": {
            "kind": "line",
            "stations": {
                "press": {"cycle_time": 20, "time_to_failure": 1, "time_to_repair": 1,
                          "power_working": 1, "power_idle": 1},
            },
        }
    },
}  # fmt: skip


def guess(**station: object) -> dict:
    document = json.loads(json.dumps(GUESS))
    document["plant"]["shop"]["stations"]["press"] |= station
    return document


def write(folder, text: str, name: str = "table.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def status_csv(days: int, *, after: bool, seed: int = 3) -> str:
    """Rows of 5 minutes and one at each change, of a press that truth below describes.

    Cycle 40 s, 2 h of work between stops of 10 min, 5 kW at work and 1 kW else; off from 20 to 6 h.
    """
    rng = np.random.default_rng(seed)
    changes, time, working = [], 0.0, True
    while time < days * DAY:
        changes.append((time, working))
        time += rng.exponential(2 * HOUR if working else 600)
        working = not working
    grid = [(t, None) for t in range(300, days * DAY, 300)]
    nights = [(day * DAY + hour * HOUR, None) for day in range(days) for hour in (6, 20)]
    moments = sorted({round(t) for t, _ in [*changes, *grid, *nights]})
    starts = np.array([t for t, _ in changes])
    rows, worked, said = ["when,machine,mode,count,energy_wh"], 0.0, 0
    for last, moment in zip([0, *moments[:-1]], moments, strict=True):
        middle = (last + moment) / 2
        hour = middle % DAY / HOUR
        on = 6 <= hour < 20
        at_work = on and changes[int(np.searchsorted(starts, middle)) - 1][1]
        worked += (moment - last) * at_work
        made, said = int(worked // 40) - said, int(worked // 40)
        power = 5000 if at_work else 1000
        energy = power * (moment - last) / HOUR
        rows.append([BEGIN + moment, "press", 2 if at_work else 1, made, energy])
    header, *body = rows
    if after:
        modes = [*[row[2] for row in body[1:]], 1]
        body = [[*row[:2], mode, *row[3:]] for row, mode in zip(body, modes, strict=True)]
    return "\n".join([header, *(",".join(map(str, row)) for row in body)])


COLUMNS = {"time": "when", "station": "machine", "state": "mode", "made": "count",
           "energy": "energy_wh"}  # fmt: skip


def read(path: str, **more: object):
    return read_status(path, COLUMNS, {"energy": "Wh"}, states=STATES, **more)


@pytest.mark.parametrize("after", [False, True])
def test_it_finds_what_the_table_was_made_with(tmp_path, after):
    table = read(write(tmp_path, status_csv(30, after=after)))
    assert ("begins" if after else "ends") in " ".join(table.notes)
    found = calibrate_table(parse(guess(), "g.toml"), table, off_after=4 * HOUR, replications=5)
    by_path = {finding.path.rpartition(".")[2]: finding for finding in found.findings}
    assert by_path["cycle_time"].value == pytest.approx(40, rel=0.01)
    assert by_path["cycle_spread"].value < 0.3
    for name, truth in (("time_to_failure", 2.0), ("time_to_repair", 10.0)):
        assert by_path[name].low <= truth <= by_path[name].high
    assert by_path["power_working"].value == pytest.approx(5, rel=0.01)
    assert by_path["power_idle"].value == pytest.approx(1, rel=0.05)
    assert found.passed, [c for c in found.checks if not c.passed]
    assert max(abs(c.error) for c in found.checks if "parts made" in c.name) < 0.05


def test_a_slower_machine_is_seen_on_the_days_kept_back(tmp_path):
    header, *rows = status_csv(30, after=False).splitlines()
    slower = []
    for row in rows:
        time, machine, mode, count, energy = row.split(",")
        late = int(time) - BEGIN > 25 * DAY
        slower.append(
            f"{time},{machine},{mode},{int(int(count) * 0.6) if late else count},{energy}"
        )
    table = read(write(tmp_path, "\n".join([header, *slower])), state_of="before")
    found = calibrate_table(parse(guess(), "g.toml"), table, off_after=4 * HOUR, replications=5)
    assert any("parts made" in c.name for c in found.checks if not c.passed)


def test_the_shift_is_read_from_the_record(tmp_path):
    table = read(write(tmp_path, status_csv(20, after=False)), state_of="before")
    document = guess()
    document["plant"]["shop"]["shifts"] = {"day": {"start": 0, "end": 24}}
    found = calibrate_table(parse(document, "g.toml"), table, off_after=4 * HOUR, replications=3)
    by_path = {finding.path: finding.value for finding in found.findings}
    assert by_path["shop.shifts.day.start"] == 6
    assert by_path["shop.shifts.day.end"] == 20
    assert found.passed, [c for c in found.checks if not c.passed]


def test_every_other_day_can_be_kept_back(tmp_path):
    table = read(write(tmp_path, status_csv(10, after=False)), state_of="before")
    seen = spells(table, 4 * HOUR, lambda day: day % 2 == 0)["press"]
    rest = spells(table, 4 * HOUR, lambda day: day % 2 == 1)["press"]
    whole = spells(table, 4 * HOUR, lambda day: True)["press"]
    assert set(seen.days) == {0, 2, 4, 6, 8}
    assert seen.planned + rest.planned == pytest.approx(whole.planned)
    assert seen.made + rest.made == whole.made
    assert len(seen.stops) + len(rest.stops) == len(whole.stops)


def test_times_in_states(tmp_path):
    rows = ["time,station,time_working,time_down,made"]
    rng = np.random.default_rng(1)
    for hour in range(1, 200):
        down = float(rng.exponential(300)) if rng.random() < 0.5 else 0.0
        rows.append(f"{hour * HOUR},press,{HOUR - down:.1f},{down:.1f},{int((HOUR - down) / 40)}")
    table = read_status(write(tmp_path, "\n".join(rows)))
    assert not table.in_turn
    found = calibrate_table(parse(guess(), "g.toml"), table, replications=3)
    by_path = {finding.path.rpartition(".")[2]: finding for finding in found.findings}
    assert by_path["cycle_time"].value == pytest.approx(40, rel=0.02)
    assert by_path["time_to_failure"].low <= 2.0 <= by_path["time_to_failure"].high
    assert by_path["time_to_repair"].low <= 5.0 <= by_path["time_to_repair"].high


def test_the_spread_of_counted_cycles():
    """Gamma cycles of a known spread, of which an hour's count alone is seen."""
    rng = np.random.default_rng(8)
    ends = np.cumsum(rng.gamma(1 / 0.5**2, 60 * 0.5**2, 60_000))
    counts = np.histogram(ends, np.arange(0, ends[-1], HOUR))[0]
    found = pace([Made(HOUR * len(counts), counts.sum(), [(HOUR, float(n)) for n in counts])])
    assert found.mean == pytest.approx(60, rel=0.01)
    assert found.low <= 60 <= found.high
    assert found.spread == pytest.approx(0.5, rel=0.1)


HEAD = "time,station,state,made\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        (HEAD, "no rows below its header"),
        (HEAD + "1,press,working,1\n", "no machine has two rows"),
        ("ts,station,state\n1,press,working\n", "column time: the column is missing.*--map time="),
        (HEAD + "x,press,working,1\n", r"line 2, column time = 'x': is neither"),
        (HEAD + "-5,press,working,1\n", "line 2, column time = '-5': a time is negative; allowed"),
        (HEAD + "1,,working,1\n", "line 2, column station = '': names no station"),
        (HEAD + "1,press,working,many\n", "line 2, column made = 'many': is no number; allowed 0"),
        (HEAD + "1,press,working,-2\n", "column made = '-2': is negative; allowed 0 and more"),
        (HEAD + "1,press,7,1\n2,press,7,1\n", "column state = '7': 2 rows.*--state 7=working"),
        (HEAD + "1,press,working\n", "line 2: has 3 cells, the header has 4"),
        (HEAD + "1,press,working,1\n1,press,idle,0\n", "lines 2 and 3.*one time that differ"),
        (HEAD + "2025-01-07 08:00:00,press,idle,0\n5,press,idle,0\n", "times are of several kinds"),
        (HEAD + "2025-01-07,press,idle,0\n", "ISO 8601"),
    ],
)  # fmt: skip
def test_bad_tables(tmp_path, text, words):
    with pytest.raises(BadInput, match=words):
        read_status(write(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("time,station,event\n-1,saw,start\n2,saw,end\n", "line 2, column time = '-1'.*negative"),
        ("t,station,event\n1,saw,start\nx,saw,end\n", "line 3, column t = 'x': is neither"),
        ("time,station,event\n1,,start\n2,saw,end\n", "line 2, column station = ''"),
        ("time,station,event\n1,saw,go\n2,saw,halt\n", r"known \(start, end.*'go', 'halt'"),
        ("time,station,event\n", "fewer than two events"),
    ],
)
def test_bad_logs_name_the_column(tmp_path, text, words):
    columns = {"time": "t"} if text.startswith("t,") else {}
    with pytest.raises(BadInput, match=words):
        read_log(write(tmp_path, text), columns)


def test_a_log_as_other_systems_write_it(tmp_path):
    """Capitals in the header, its own date format, local times, out of order, and twice."""
    text = (
        "Time;Station;Event;Part\n07.01.2025 08:02:00;A;end;1\n07.01.2025 08:00:30;A;start;1\n"
        "07.01.2025 08:00:30;A;start;1\n07.01.2025 08:03:00;A;end;9\n07.01.2025 08:03:10;A;end;9\n"
    )
    names = Names(station={"A": "saw"})
    read = read_log(write(tmp_path, text), {}, {"time": "%d.%m.%Y %H:%M:%S"},
                    ZoneInfo("Europe/Berlin"), names)  # fmt: skip
    assert [(row.time, row.station, row.event) for row in read.rows[:2]] == [
        (0.0, "saw", "start"), (90.0, "saw", "end")
    ]  # fmt: skip
    assert any("1 rows are there twice" in note for note in read.notes)
    assert any("out of order" in note for note in read.notes)
    document = guess()
    document["plant"]["shop"]["stations"] = {"saw": {}}
    found = calibrate(parse(document, "g.toml"), read, keep_back=0, replications=0)
    assert any("2 ends without a start" in note for note in found.notes)


def test_a_name_that_never_occurs_is_refused(tmp_path):
    text = "time,station,event\n1,A,start\n2,A,end\n"
    with pytest.raises(BadInput, match="--station B: does not occur"):
        read_log(write(tmp_path, text), called=Names(station={"B": "saw"}))


def test_the_command_tells_a_table_from_a_log(tmp_path):
    runner = CliRunner()
    scenario = write(
        tmp_path, '[plant.shop]\nkind = "line"\n[plant.shop.stations.press]\n', "s.toml"
    )
    data = write(tmp_path, status_csv(20, after=False))
    told = ["calibrate", scenario, "--data", data, "--unit", "energy=Wh", "--off-after", "4 h",
            "--state", "2=working", "--state", "1=down", "-n", "4", "--json", "-",
            *(f"--map={ours}={theirs}" for ours, theirs in COLUMNS.items())]  # fmt: skip
    done = runner.invoke(build("calibrate"), told)
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    fitted = {row["path"]: row["value"] for row in document["parameters"]}
    assert fitted["shop.stations.press.cycle_time"] == pytest.approx(40, rel=0.01)
    assert document["kept_back_days"][0]["days"] == 6
    log = write(tmp_path, "time,station,event\n1,press,start\n", "log.csv")
    wrong = runner.invoke(build("calibrate"), ["calibrate", scenario, "--data", log,
                                               "--off-after", "2 h"])  # fmt: skip
    assert isinstance(wrong.exception, BadInput)
    assert "this is an event log" in str(wrong.exception)


SME = {"time": "ts", "station": "asset", "state": "status", "made": "items",
       "energy": "power_avg", "product": "product"}  # fmt: skip


def test_the_three_real_machines(recordings, scenarios):
    """Every third day kept back; figures of the table in docs/calibration.md."""
    names = Names({str(i): f"m{i}" for i in range(3)}, {str(i): f"p{i}" for i in range(14)})
    table = read_status(
        str(recordings / "line" / "sme_three_machines.csv"), SME, {"energy": "5 kW*min"},
        states={"1": "down", "2": "working", "3": "down"}, called=names,
    )  # fmt: skip
    assert any("taken as what begins" in note and "99.3%" in note for note in table.notes)
    whole = spells(table, 2 * HOUR, lambda day: True)
    made = {key: one.made for key, one in whole.items()}
    assert made == {"m0": 12084, "m1": 12247, "m2": 14533}
    scenario = load(scenarios / "sme_three_machines.toml")
    found = calibrate_table(scenario, table, every=3, off_after=2 * HOUR, replications=4)
    assert found.passed, [c for c in found.checks if not c.passed]
    error = {c.name: abs(c.error) for c in found.checks}
    for machine in ("m0", "m1", "m2"):
        assert error[f"{machine}: parts made"] < 0.10
        assert error[f"{machine}: availability"] < 0.08
        assert error[f"{machine}: energy"] < 0.05
