"""Streams: what a window and a node say, and how far that can be trusted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from twin.scenario import load, shipped
from twin.ui import i18n
from twin.ui.pages import _streams_pictures as pictures
from twin.ui.pages import _streams_views as views


def said(*labels: str, alarm: bool = False) -> pd.DataFrame:
    n = len(labels)
    return pd.DataFrame(
        {"time": 300.0 * np.arange(1, n + 1), "source": "spindle", "label": labels, "score": 0.45,
         "latency": 0.03, "energy": 1e-3, "alarm": alarm}
    )  # fmt: skip


def test_a_spindle_that_cuts_gets_no_zone_of_another_standard() -> None:
    noise = np.random.default_rng(1).normal(0, 5, 16_384).astype(np.float32)
    chart = views.waveform(views.Window("x", 0.0, 12_800.0, noise), "light")
    assert "zone" not in chart.finding
    assert chart.finding.endswith("mm/s r.m.s. from 10 to 1000 Hz")
    assert "ISO/TR 17243" in chart.caption


def test_what_is_not_sure_is_no_fault_found() -> None:
    chart = views.verdicts(said("normal", "unsure", "unsure", "idle"), ["spindle"], "light")
    assert chart.finding == "No fault found: 1 of 3 windows normal, 2 not clear"
    chart = views.verdicts(said("ball", "unsure", "unsure", "unsure"), ["spindle"], "light")
    assert chart.finding == "No alarm; ball in 1 of 4 windows"
    alarmed = views.verdicts(said("ball", alarm=True), ["spindle"], "light")
    assert alarmed.finding.startswith("Alarm from")


def test_windows_in_the_cut_are_marked_where_the_model_was_not_checked_so() -> None:
    cell = load(shipped() / "cell.toml")
    unchecked = views.unchecked(cell, views.nodes_of(cell, "spindle_x"))
    assert unchecked
    spans = [(0.0, 350.0, "waiting"), (350.0, 1e4, "cutting")]
    verdicts = said("normal", "unsure", "unsure")
    chart = views.verdicts(verdicts, ["spindle"], "light", spans=spans, unchecked=unchecked)
    assert chart.caption.startswith("Not checked while cutting: 2 of 3 windows were taken")
    assert [row[3] for row in chart.rows] == ["", "cutting", "cutting"]
    quiet = views.verdicts(verdicts, ["spindle"], "light", spans=spans[:1], unchecked=unchecked)
    assert "Not checked" not in quiet.caption


@pytest.mark.parametrize("tag", list(i18n.LANGUAGES))
def test_every_word_of_a_node_is_said_in_every_language(tag: str) -> None:
    assert {"words.unsure", "words.bad", "words.idle"} <= set(i18n.catalogue(tag))


def test_readings_show_what_was_lost() -> None:
    hall = load(shipped() / "hall_people.toml").with_values({"horizon": "2 h"})
    rows = pd.DataFrame({
        "time": [900.0, 1800.0, 3600.0], "source": "office_air", "channel": "reading",
        "value": [293.15, 294.15, 295.15],
    })  # fmt: skip
    chart = views.readings(rows, hall, "office_air", "light")
    assert chart.finding == "Last 22.0 °C; 4 of 7 readings lost"
    assert np.isnan(chart.figure.data[0].y[2])
    assert views.is_thermal(hall, "spindle_eye")
    empty = views.readings(rows[:0], hall, "office_air", "light")
    assert empty.finding == "No reading yet"


def test_sound_and_power_say_their_level_and_mean():
    tone = np.sqrt(2.0) * np.cos(2.0 * np.pi * 100.0 * np.arange(12_800) / 12_800.0)
    heard = views.sound(views.Window("x", 0.0, 12_800.0, tone.astype(np.float32)), "light")
    assert heard.rows[0][1] == "94.0"  # 1 Pa r.m.s.
    drawn = views.Window("x", 0.0, 2000.0, np.full(2048, 2500.0, np.float32))
    assert views.power(drawn, "dark").rows[0][1] == "2.500"


def looked(*labels: str) -> pd.DataFrame:
    """Verdicts of a node on pictures that it took every five seconds."""
    n = len(labels)
    return pd.DataFrame(
        {"time": 5.0 * np.arange(1, n + 1), "source": "eye", "label": labels, "score": 0.9,
         "latency": 5e-3, "energy": 1e-3, "alarm": False}
    )  # fmt: skip


def shown(time: float, truth: str, grey: float = 0.5) -> views.Window:
    return views.Window("camera", time, 0.2, np.full((16, 16), grey, np.float32), truth)


def test_a_picture_comes_with_the_verdict_of_its_own_moment() -> None:
    rows = looked("normal", "crack")
    said = [pictures.verdict_on(shown(at, "crack"), rows, ["eye"], 5.0) for at in (5.0, 10.0, 15.0)]
    assert said[0] == pictures.Said("normal", 0.9, "crack")
    assert said[1] == pictures.Said("crack", 0.9, "crack")
    assert said[2] is None
    assert pictures.verdict_on(shown(5.0, "crack"), rows, ["other"], 5.0) is None
    wrong = pictures.picture(shown(5.0, "crack"), said[0], "light")
    assert wrong.finding == "The node says: normal 90 %"
    assert wrong.caption.startswith("It is wrong: really crack.")
    right = pictures.picture(shown(10.0, "crack"), said[1], "light")
    assert right.caption.startswith("It is right.")
    assert pictures.picture(shown(15.0, "crack"), None, "light").finding.startswith("Picture at")


def test_a_film_frames_what_was_called_flawed_and_says_where_that_was_wrong() -> None:
    truth = ["normal", "crack", "scratch", "normal", "pit"]
    windows = [shown(5.0 * (k + 1), word, 0.1 * k) for k, word in enumerate(truth)]
    rows = looked("normal", "crack", "normal", "unsure", "pit")
    said = [pictures.verdict_on(window, rows, ["eye"], 5.0) for window in windows]
    chart = pictures.film(windows, said, "light")
    assert chart.finding == "Right in 3 of the last 5 pictures"
    assert len(chart.figure.layout.shapes) == 2
    words = [note.text for note in chart.figure.layout.annotations]
    assert words[2] == "normal<br>90 %<br>(scratch)"
    sheet = np.asarray(chart.figure.data[0].z)
    side, across = 16, sheet.shape[1] // 4
    for k in range(5):
        top, left = k // 4 * (sheet.shape[0] // 2), k % 4 * across
        assert sheet[top : top + side, left : left + side] == pytest.approx(0.1 * k)
    assert pictures.film(windows, [None] * 5, "dark").figure is None


def test_a_run_of_the_shipped_line_has_pictures_with_verdicts() -> None:
    from twin.simulate import simulate

    scenario = load(shipped() / "inspection_sampled.toml").with_values({"horizon": "2 min"})
    facts = simulate(scenario)
    tables = {
        "blocks": pd.DataFrame([{"time": b.time, "source": b.source, "rate": b.rate,
                                 "data": b.data.ravel(), "shape": b.data.shape}
                                for b in facts.blocks]),
        "events": pd.DataFrame(facts.events), "inferences": pd.DataFrame(facts.inferences),
    }  # fmt: skip
    chart = pictures.film_of(scenario, "camera", "eye", tables, "light")
    assert chart.finding.endswith("of the last 8 pictures")
    assert len(chart.rows) == 8


def test_the_air_of_a_room_shows_who_was_there_beside_what_the_node_said() -> None:
    from twin.ui.pages import _streams_air as air

    time = 300.0 * np.arange(1, 5)
    told = ["empty", "occupied", "occupied", "empty"]
    tables = {
        "samples": pd.DataFrame({"source": ["a", "b", "a", "a", "a"],
                                 "time": [300.0, 300.0, 600.0, 1200.0, 1200.0],
                                 "channel": ["co2", "co2", "co2", "co2", "humidity"],
                                 "value": [6e-4, 9e-4, 7e-4, 5e-4, 0.4]}),
        "events": pd.DataFrame({"source": "a", "time": time, "name": "window", "subject": told}),
        "inferences": pd.DataFrame({"source": "n", "time": time,
                                    "label": ["bad", "occupied", "occupied", "occupied"]}),
    }  # fmt: skip
    chart = air.through(tables, "a", ["n"], "light")
    assert chart.finding == "Right in 67 % of 3 looks at the room"
    traces = {trace.name: trace for trace in chart.figure.data if trace.name}
    assert [np.isfinite(y) for y in traces["there"].y] == [False, True, True, False]
    assert len(traces["node"].x) == 3
    co2, humidity = chart.rows
    assert co2 == ["CO2", "500.0 – 700.0", "ppm"]
    assert humidity == ["relative humidity", "40.0 – 40.0", "%"]
    line = chart.figure.data[0]
    np.testing.assert_allclose(line.x, time / 3600.0)  # from the first look to the last
    np.testing.assert_allclose(line.y, [600.0, 700.0, np.nan, 500.0])


def test_of_many_reasons_the_most_frequent_are_told_in_the_language_of_the_page() -> None:
    said = [
        "5 min of readings; 60 min are needed",
        "constant signal",
        "constant signal",
        "constant signal",
        "5 min of readings; 60 min are needed",
        "9 min of readings",
    ]
    events = pd.DataFrame({"source": "n", "name": "bad", "subject": said})
    i18n.use_language("zh-TW")
    try:
        told = views.reasons(events, ["n"])
    finally:
        i18n.use_language("en")
    assert told == ["訊號固定不變", "只有 5 min 的讀數；需要 60 min", "…"]
    assert views.reasons(events, ["n"])[0] == "constant signal"
