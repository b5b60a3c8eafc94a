"""Other people's recordings of rooms: names, gaps, bad cells, clocks that differ."""

import re
from datetime import datetime, timedelta

import numpy as np
import pytest

from twin.errors import BadInput
from twin.nodes import diaries
from twin.nodes.air_features import MEMORY, NAMES, features, flaw
from twin.nodes.senses import air

UCI = '"date","Temperature","Humidity","Light","CO2","HumidityRatio","Occupancy"'
START = datetime(2015, 2, 2, 14, 19)


def uci(minutes=120, changes=None):
    lines = [UCI]
    for k in range(minutes):
        at = START + timedelta(minutes=k)
        cells = {"t": "21.5", "h": "26.2", "l": "430", "c": "750.5", "y": str(int(k >= 60))}
        cells |= (changes or {}).get(k, {})
        lines.append(
            f'"{k + 140}","{at}",{cells["t"]},{cells["h"]},{cells["l"]},{cells["c"]},0.0047,'
            f"{cells['y']}"
        )
    return "\n".join(lines) + "\n"


def written(tmp_path, text, name="room.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_as_uci_writes_them_is_read(tmp_path):
    found = diaries.read(written(tmp_path, uci()))
    (diary,) = found.diaries
    assert (diary.period, diary.readings.shape) == (60.0, (120, 4))
    assert diary.readings[0].tolist() == pytest.approx([750.5e-6, 294.65, 0.262, 430.0], rel=1e-6)
    assert diary.occupied.tolist() == [0.0] * 60 + [1.0] * 60


def test_a_file_as_robod_writes_them_is_read(tmp_path):
    lines = ["timestamp,illuminance,indoor_co2,outdoor_co2,air_temperature,"
             "indoor_relative_humidity,occupant_count"]  # fmt: skip
    at = datetime(2021, 9, 7)
    for k in range(30):
        stamp = (at + timedelta(minutes=5 * k)).strftime("%Y-%m-%d %H:%M")
        lines.append(f"{stamp} +08:00,1.5,{430 + k},463,26.6,72.7,{3 if k > 20 else 0}")
    lines[4] = lines[4].replace(",433,", ",,")
    (diary,) = diaries.read(written(tmp_path, "\n".join(lines))).diaries
    assert diary.period == 300.0
    assert np.isnan(diary.readings[3, 0])
    assert diary.readings[0, 0] == pytest.approx(430e-6)
    assert diary.occupied.sum() == 9


def test_light_may_be_missing_and_then_is_not_known(tmp_path):
    text = uci().replace('"Light"', '"Lamp_state"')
    (diary,) = diaries.read(written(tmp_path, text)).diaries
    assert np.isnan(diary.readings[:, 3]).all()
    rows, _ = air.hours(diary)
    assert rows[:, NAMES.index("light_known")].tolist() == [0.0] * len(rows)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"CO2"', '"CO2_"', "co2: no column for it; call it co2.*did you mean 'co2_'"),
        ('"Occupancy"', '"Ocupancy"', "no column tells who was there.*did you mean 'ocupancy'"),
        (',430,750.5,0.0047,0', ',430,abc,0.0047,0', "line 2, column CO2 = 'abc': is not a number"),
        (',26.2,430,', ',126.2,430,', "line 2, column Humidity = 126.2: allowed is 0 to 105 %"),
        ("2015-02-02 14:20:00", "yesterday", "line 3, column date = 'yesterday': is no date"),
        ("2015-02-02 14:25:00", "2015-02-02 14:19:30", "line 8: time does not go on"),
        ('0.0047,0\n"141"', '0.0047,7\n"141"', "line 2, column Occupancy = 7: allowed is 0 to 1"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_file_and_line(tmp_path, old, new, message):
    text = uci()
    assert old in text
    with pytest.raises(BadInput, match=message):
        diaries.read(written(tmp_path, text.replace(old, new, 1)))


def test_many_bad_cells_are_told_once(tmp_path):
    with pytest.raises(BadInput) as caught:
        diaries.read(written(tmp_path, uci().replace("750.5", "x")))
    assert len(caught.value.faults) == diaries.SHOWN + 1


def test_readings_too_far_apart_are_refused(tmp_path):
    lines = uci(600).splitlines()
    with pytest.raises(BadInput, match="a row every 600 s; at most 300 s"):
        diaries.read(written(tmp_path, "\n".join([lines[0], *lines[1::10]])))


def test_a_long_gap_begins_a_new_diary_and_a_short_one_is_lost_readings(tmp_path):
    lines = uci(400).splitlines()
    short = "\n".join([*lines[:100], *lines[103:]])
    (diary,) = diaries.read(written(tmp_path, short)).diaries
    assert np.isnan(diary.readings[99:102]).all()
    assert len(diary.readings) == 400
    long = "\n".join([*lines[:150], *lines[250:]])
    first, second = diaries.read(written(tmp_path, long)).diaries
    assert (len(first.readings), len(second.readings)) == (149, 151)


def test_clocks_that_differ_are_noticed_and_can_be_put_right(tmp_path):
    """Labels of a day, CO2 that follows them but is filed eight hours early."""
    minutes, level, co2 = 3 * 1440, 450.0, []
    there = np.array([8 * 60 <= k % 1440 < 16 * 60 for k in range(minutes)])
    for somebody in np.roll(there, -480):
        level += ((1200.0 if somebody else 450.0) - level) / 240.0
        co2.append(round(level, 2))
    changes = {k: {"c": str(co2[k]), "y": str(int(there[k]))} for k in range(minutes)}
    path = written(tmp_path, uci(minutes, changes))
    found = diaries.read(path)
    assert re.search(r"give --shift [89]$", found.notes[0])
    moved = diaries.read(path, 8 * 3600.0)
    assert moved.notes == ()
    (diary,) = moved.diaries
    assert np.corrcoef(diary.readings[:, 0], diary.occupied)[0, 1] > 0.5


def test_a_folder_without_files_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(BadInput, match=r"no .csv or .txt file"):
        diaries.read(tmp_path)
    with pytest.raises(BadInput, match="no such file"):
        diaries.read(tmp_path / "none.csv")


# -- the features -------------------------------------------------------------------------------


def hour(period=60.0, **changes):
    count = round(MEMORY / period) + 1
    block = np.tile(np.array([6e-4, 294.15, 0.4, 200.0], np.float32), (count, 1))
    block[:, 0] += np.linspace(0.0, 1e-4, count, dtype=np.float32)
    return block


def test_a_rise_of_co2_is_read_at_every_period():
    """100 ppm in an hour: over 30 min 50 ppm; means over 5 min differ by no more than their lag."""
    place = NAMES.index("co2_since_30")
    for period in (60.0, 120.0, 300.0):
        found = features(hour(period), period)
        assert found[place] == pytest.approx(0.5, abs=0.05)
        assert found[NAMES.index("light_known")] == 1.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda block: block[:30], "29 min of readings; 60 min are needed"),
        (lambda block: block[:, :3], "readings of CO2, temperature, humidity and light"),
        (lambda block: np.where(np.arange(61)[:, None] < 40, np.nan, block), "too many readings"),
        (lambda block: block * np.array([1e6, 1, 1, 1]), "CO2 beyond what a room has"),
        (lambda block: np.tile(block[:1], (61, 1)), "constant signal"),
        (lambda block: np.where(block == block[5, 0], np.inf, block), "not a number"),
    ],
)
def test_an_hour_that_cannot_be_judged_says_why(change, message):
    assert flaw(hour(), 60.0) == ""
    assert message in flaw(change(hour()).astype(np.float32), 60.0)


def test_an_hour_of_slow_readings_is_refused():
    assert "at most 300 s" in flaw(hour(), 600.0)
