"""Who gets the defects that an inspection finds, and intervals that a positive mean can have."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from twin.calibration.check import means
from twin.calibration.defects import blame, factor
from twin.calibration.export import log_text
from twin.calibration.laws import fit_times
from twin.calibration.log import read_log
from twin.calibration.report import Calibration, calibrate
from twin.scenario import Scenario, parse


def line(saw: float, drill: float, own: float, **test: object) -> Scenario:
    stations = {
        "saw": {"cycle_time": 30, "defect_rate": saw},
        "drill": {"cycle_time": 30, "defect_rate": drill},
        "test": {"cycle_time": 20, "inspects": True, "false_alarm": 2, "defect_rate": own} | test,
        "pack": {"cycle_time": 20},
    }
    document = {"horizon": "60 h", "seed": 3, "plant": {"line": {"kind": "line"}}}
    document["plant"]["line"]["stations"] = stations  # type: ignore[index]
    return parse(document, "made.toml")


def fitted(guess: Scenario, truth: Scenario, folder: Path) -> tuple[Calibration, dict]:
    path = folder / "log.csv"
    path.write_text(log_text(truth, "line"), encoding="utf-8")
    found = calibrate(guess, read_log(str(path)), keep_back=0)
    rates = {f.path.split(".")[2]: f for f in found.findings if f.path.endswith("defect_rate")}
    return found, rates


@pytest.mark.parametrize(
    ("guess", "getting"),
    [((2, 0, 0), {"saw"}), ((2, 4, 0), {"saw", "drill"}), ((1, 0, 3), {"saw", "test"}),
     ((0, 0, 0), {"test"}), ((0, 0, 1), {"test"})],
)  # fmt: skip
def test_defects_are_counted_once(tmp_path, guess, getting):
    found, rates = fitted(line(*guess), line(6, 0, 0), tmp_path)
    assert set(rates) == getting
    stations = found.calibrated.entries["line"].settings.stations
    together = 1 - math.prod(1 - s.defect_rate for s in stations.values())
    assert together == pytest.approx(0.06, abs=3 * math.sqrt(0.08 * 0.92 / 7000))
    (note,) = (note for note in found.notes if "rejects are put down" in note)
    assert all(name in note for name in getting)
    if guess == (2, 4, 0):
        assert rates["drill"].value == pytest.approx(2 * rates["saw"].value, rel=1e-4)
        assert "cannot tell them apart" in note


def test_rework_from_the_first_maker_on_is_fitted(tmp_path):
    back = {"rejects_to": "saw"}
    _, rates = fitted(line(2, 1, 0, **back), line(4, 2, 0, **back), tmp_path)
    assert rates["saw"].value == pytest.approx(4, abs=0.8)
    assert rates["drill"].value == pytest.approx(2, abs=0.4)


def test_rework_behind_a_maker_leaves_the_rates(tmp_path):
    back = {"rejects_to": "drill"}
    found, rates = fitted(line(2, 1, 0, **back), line(4, 2, 0, **back), tmp_path)
    assert not rates
    assert any("comes back behind saw; defect rates stay" in note for note in found.notes)


def plant(**stations: dict) -> object:
    document = {"horizon": "1 h", "plant": {"line": {"kind": "line", "stations": stations}}}
    return parse(document, "made.toml").entries["line"].settings


MADE, LOOKS = {"cycle_time": 9, "defect_rate": 5}, {"cycle_time": 9, "inspects": True}


@pytest.mark.parametrize(
    ("stations", "why"),
    [
        ({"a": MADE | {"next": "c"}, "b": MADE, "c": LOOKS}, "come to c by several ways"),
        ({"a": MADE, "b": LOOKS | {"escape": 10}, "c": LOOKS}, "b lets some of the defective"),
        ({"a": MADE | {"next": "b | c"}, "b": LOOKS | {"next": "out"}, "c": LOOKS},
         "c inspects parts of a as well"),
        ({"a": MADE, "b": LOOKS, "c": MADE, "d": LOOKS}, ""),
    ],
)  # fmt: skip
def test_what_a_log_cannot_tell_is_said(stations, why):
    settings = plant(**stations)
    keys = [key for key, s in stations.items() if s.get("inspects")]
    said = [blame(settings, key).why for key in keys]
    assert any(why in one for one in said) if why else said == ["", ""]
    if not why:
        assert [list(blame(settings, key).rates) for key in keys] == [["a"], ["c"]]


@pytest.mark.parametrize("together", [0.0, 1e-6, 0.3, 0.999, 1.0])
def test_the_scaled_rates_make_what_was_seen(together):
    k = factor((0.02, 0.1, 0.3), together)
    assert 1 - math.prod(1 - k * rate for rate in (0.02, 0.1, 0.3)) == pytest.approx(
        together, abs=1e-9 if together < 1 else 0
    )


@pytest.mark.parametrize("n", [3, 5, 8, 20])
@pytest.mark.parametrize("shape", [1.0, 4.0], ids=["exponential", "gamma"])
def test_intervals_of_means_are_positive_and_cover(n, shape):
    draws = np.random.default_rng(7).gamma(shape, 1 / shape, (400, n))
    found = [fit_times(list(row)) for row in draws]
    assert all(0 < one.low < one.mean < one.high for one in found)
    covered = sum(one.low <= 1.0 <= one.high for one in found) / len(found)
    assert 0.91 <= covered <= 0.99  # four standard errors of 400 draws below 95 %


@pytest.mark.parametrize("n", [5, 12])
def test_the_mean_to_come_is_positive_and_covered(n):
    luck = np.random.default_rng(8)
    told = [next(means("x", list(luck.exponential(9, n)), list(luck.exponential(9, 6))))
            for _ in range(400)]  # fmt: skip
    assert all(0 < one.low < one.expected < one.high for one in told)
    inside = [one.low <= one.seen <= one.high for one in told]
    assert 0.90 <= np.mean(inside) <= 0.99
    assert inside == [one.p >= 0.05 for one in told]
