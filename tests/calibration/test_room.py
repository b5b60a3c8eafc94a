"""A room's calibration finds what a recording was made with, and says what it cannot tell."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from twin.calibration.recording import read_recording
from twin.calibration.room import problem
from twin.calibration.room_report import calibrate_room
from twin.cli.main import build
from twin.errors import BadInput
from twin.scenario import load, parse, shipped

ZONE = {
    "floor_area": 40, "height": 2.5, "envelope": 60, "glazing": 20, "coupling": 400,
    "fabric_capacity": 150, "furniture": 20, "solar_aperture": 1,
}  # fmt: skip
TRUTH = {
    "envelope": 90.0, "glazing": 12.0, "coupling": 600.0, "fabric_capacity": 2.5e5,
    "furniture": 3e4, "solar_aperture": 1.5, "solar_to_air": 0.1, "offset": 0.5,
    "noise_air": 1e-3, "noise_fabric": 3e-4, "noise_reading": 0.03,
}  # fmt: skip
STEP = 900.0


def house(**changes: object):
    document = {
        "horizon": "24 h",
        "plant": {
            "house": {"kind": "building", "city": "denver", "zones": {"room": ZONE | changes}}
        },
    }
    return parse(document, "house.toml")


def table(days: float = 8.0) -> dict[str, np.ndarray]:
    """Weather and a heater that goes on and off by chance, as columns."""
    rng = np.random.default_rng(3)
    time = np.arange(0.0, days * 86_400, STEP)
    day = 2 * np.pi * time / 86_400
    weather = 6 - 5 * np.cos(day) + 3 * np.sin(day / 5.3)
    sun = np.maximum(0.0, 600 * np.sin(day - np.pi / 2)) * np.repeat(
        rng.uniform(0.2, 1.0, int(np.ceil(days))), 96
    )
    heat = 2500.0 * np.repeat(rng.integers(0, 2, len(time) // 12 + 1), 12)[: len(time)]
    return {
        "time": time,
        "temperature": time * 0,
        "outdoor": weather,
        "solar": sun,
        "heating": heat,
    }


def csv(folder, columns, name="room.csv", head=None):
    path = folder / name
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(head or columns)]
    lines += [",".join(v if isinstance(v, str) else repr(float(v)) for v in row) for row in rows]
    path.write_text("\n".join(lines))
    return str(path)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Columns with the temperature that the true room has, noise of all kinds in it."""
    folder, columns = tmp_path_factory.mktemp("room"), table()
    columns["temperature"] = np.linspace(19, 20, len(columns["time"]))
    asked = problem(house(), "house", "room", read_recording(csv(folder, columns)))
    rng = np.random.default_rng(5)
    # A room fed with its own last state: the filter's expectation, step by step, with noise.
    inputs, room = asked.inputs(TRUTH), asked.room(TRUTH)
    columns["temperature"] = _simulated(room, inputs, rng) - 273.15
    return columns


def _simulated(room, inputs, rng):
    from scipy.linalg import expm

    a = np.array([
        [-(room.coupling + room.glazing) / room.air, room.coupling / room.air],
        [room.coupling / room.fabric, -(room.coupling + room.envelope) / room.fabric],
    ])  # fmt: skip
    step = expm(a * STEP)
    x, read = np.array([292.15, 292.65]), []
    for k in range(len(inputs.outdoor)):
        read.append(x[0] + rng.normal(0, TRUTH["noise_reading"]))
        push = np.array([
            (room.glazing * inputs.outdoor[k] + inputs.air[k]) / room.air,
            (room.envelope * inputs.outdoor[k] + inputs.fabric[k]) / room.fabric,
        ])  # fmt: skip
        rest = -np.linalg.solve(a, push)
        noise = rng.normal(0, [TRUTH["noise_air"], TRUTH["noise_fabric"]]) * np.sqrt(STEP)
        x = rest + step @ (x - rest) + noise
    return np.array(read)


def test_it_finds_the_room_that_the_recording_was_made_with(made, tmp_path):
    found = calibrate_room(house(), read_recording(csv(tmp_path, made)))
    by_name = {one.path.rpartition(".")[2]: one for one in found.findings}
    for name in ("envelope", "coupling", "fabric_capacity", "furniture"):
        one = by_name[name]
        truth = TRUTH[name] / (1e3 if name in {"fabric_capacity", "furniture"} else 1)
        assert one.low < truth < one.high, one
    assert by_name["coupling"].value == pytest.approx(TRUTH["coupling"], rel=0.25)
    assert found.passed
    assert found.free_run.rmse < 0.5 < found.mean.rmse
    assert found.ahead.rmse < 0.1
    assert found.whiteness > 0.01
    assert found.calibrated.value("house.zones.room.coupling") == by_name["coupling"].value


def test_the_command_writes_a_scenario_that_runs(made, tmp_path):
    units = {"temperature": 1.8, "outdoor": 1.8}
    shown = {k: v * units[k] + 32 if k in units else v for k, v in made.items()}
    shown["heating"] = made["heating"] * STEP / 3.6e6
    data = csv(tmp_path, shown, head=["when", "T1", "T2", "solar", "meter"])
    out = tmp_path / "fitted.toml"
    base = tmp_path / "base.toml"
    base.write_text((shipped() / "test_house.toml").read_text())
    words = [
        "calibrate", str(base), "--data", data, "--map", "time=when", "--map", "temperature=T1",
        "--map", "outdoor=T2", "--map", "heating=meter", "--unit", "temperature=degF",
        "--unit", "outdoor=degF", "--unit", "heating=kWh", "--out", str(out), "--json", "-",
    ]  # fmt: skip
    done = CliRunner().invoke(build(), words)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["passed"] is True
    assert told["free_run"]["rmse"] <= 0.5
    ran = CliRunner().invoke(build(), ["run", str(out), "--json", "-"])
    assert ran.exit_code == 0, ran.output


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda c: c | {"temperature": c["temperature"] * 0 + 20}, "same in every row"),
        (lambda c: c | {"temperature": c["temperature"] + 273.15}, "another unit? name it with"),
        (lambda c: c | {"outdoor": c["outdoor"] * 1.8 + 132}, "--unit outdoor="),
        (lambda c: {k: v for k, v in c.items() if k != "outdoor"}, "column outdoor: the column is"),
        (lambda c: {k: v[:40] for k, v in c.items()}, "has 40 rows over 10.0 h"),
        (lambda c: c | {"time": np.r_[c["time"][:9], c["time"][7:-2]]}, "a clock set back?"),
        (lambda c: c | {"heating": ["much"] * len(c["time"])}, "line 2, column heating"),
    ],
)
def test_a_recording_that_cannot_be_used_is_told(made, tmp_path, spoil, says):
    with pytest.raises(BadInput) as caught:
        read_recording(csv(tmp_path, spoil(made)))
    assert says in str(caught.value), str(caught.value)


def test_gaps_empty_cells_offsets_and_noughts(made, tmp_path):
    """Dates with an offset, a day without rows, cells without a value, a column of noughts."""
    rows = [i for i in range(len(made["time"])) if not 200 <= i < 300]
    hours = made["time"][rows]
    columns = {
        "timestamp": [f"2021-09-{7 + int(t // 86400):02d} {int(t % 86400 // 3600):02d}:"
                      f"{int(t % 3600 // 60):02d} +08:00" for t in hours],
        "air_temperature": [("" if i == 50 else repr(float(made["temperature"][i]))) for i in rows],
        "dry_bulb_temp": made["outdoor"][rows],
        "people": np.zeros(len(rows)),
    }  # fmt: skip
    found = read_recording(csv(tmp_path, columns))
    assert found.step == STEP
    assert found.begins.sum() == 2
    assert found.rows == len(rows)
    assert set(found.columns) == {"temperature", "outdoor"}
    assert any("2 stretches" in note for note in found.notes)
    assert any("people is 0 in every row" in note for note in found.notes)


def test_a_zone_of_walls_or_none_is_refused(made, tmp_path):
    data = read_recording(csv(tmp_path, made))
    with pytest.raises(BadInput, match="names no zone"):
        calibrate_room(house(), data, asset="hous")
    walls = parse(
        {
            "plant": {
                "house": {
                    "kind": "building", "city": "denver",
                    "materials": {"m": {"thickness": 0.1, "conductivity": 1}},
                    "constructions": {"c": {"layers": ["m"]}},
                    "zones": {"room": {"surfaces": {"s": {"construction": "c", "area": 9}}}},
                }
            }
        },
        "walls.toml",
    )  # fmt: skip
    with pytest.raises(BadInput, match="is a building of walls"):
        calibrate_room(walls, data)


def test_the_armadillo_box(recordings):
    """Five days of a test house: two thirds fitted, a free run of the rest within 0.5 K."""
    data = read_recording(str(recordings / "building" / "armadillo_data_H2.csv"))
    found = calibrate_room(load(shipped() / "test_house.toml"), data)
    assert found.checked_days == pytest.approx(1.625, abs=0.1)
    assert found.free_run.rmse <= 0.5
    assert found.ahead.rmse < 0.15
    # Its blinds were down: where the little light goes, nobody can tell.
    assert any("cannot tell house.zones.room.solar_to_air" in note for note in found.notes)
