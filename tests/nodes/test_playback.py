"""Recordings played through a sensor of a scenario: what nodes say of them, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.io import wavfile

from twin.errors import BadInput
from twin.records import Facts
from twin.scenario import parse
from twin.signals.vibration import Sensor, Settings
from twin.simulate import simulate

RATE, SPEED = 12_800.0, 30.0


def windows(n: int, **state: float) -> np.ndarray:
    sensor = Sensor("x", Settings.read({"on": "mill"}))
    rng = np.random.default_rng(7)
    return np.concatenate(
        [sensor.block({"spindle_speed": SPEED, **state}, 0.0, rng) for _ in range(n)]
    )


def recorded(folder: Path, **arrays: np.ndarray) -> Path:
    told = {f"{name}__fs": RATE for name in arrays} | {f"{name}__rpm": 1800.0 for name in arrays}
    np.savez(folder / "own.npz", **arrays, **told)
    return folder / "own.npz"


def run(
    folder: Path, recordings: str, kind: str = "vibration", model: str = "bearing", **more: Any
) -> Facts:
    sensor = {"kind": kind, "on": "mill", "period": 60, "recordings": recordings, **more}
    node = {"sensor": "x", "board": "stm32h7a3", "model": model}
    document: Mapping[str, Any] = {
        "horizon": "10 min", "plant": {"mill": {"kind": "cnc"}}, "sensor": {"x": sensor},
        "node": {"n": node},
    }  # fmt: skip
    return simulate(parse(document, str(folder / "s.toml")))


def said(facts: Facts) -> list[str]:
    return [str(row.label) for row in facts.inferences if row.source == "n"]


def test_a_node_hears_what_was_recorded_whatever_the_machine_does(tmp_path: Path) -> None:
    recorded(tmp_path, IR_1=windows(3, bearing_inner=1.0))
    facts = run(tmp_path, "own.npz")
    assert set(said(facts)) == {"inner"}
    truth = {row.subject for row in facts.events if row.source == "x" and row.name == "window"}
    assert truth == {"inner"}
    mine = [block for block in facts.blocks if block.source == "x"]
    assert {block.rate for block in mine} == {RATE}
    told = {
        row.value for row in facts.samples if row.source == "x" and row.channel == "spindle_speed"
    }
    assert told == {SPEED}
    size = round(1.28 * RATE)
    whole = np.load(tmp_path / "own.npz")["IR_1"]
    shown = [block.data for block in mine]
    assert any(np.array_equal(shown[0], whole[k * size : (k + 1) * size]) for k in range(3))


def test_windows_that_cannot_be_judged_are_bad_and_the_rest_goes_on(tmp_path: Path) -> None:
    sound = windows(1)
    holed = sound.copy()
    holed[5] = np.nan
    recorded(tmp_path, Normal_0=sound, Normal_1=holed, Normal_2=np.ones_like(sound),
             Normal_3=np.clip(sound * 1e5, -490, 490))  # fmt: skip
    facts = run(tmp_path, "own.npz")
    words = said(facts)
    assert len(words) >= 8
    why = [row.subject for row in facts.events if row.source == "n" and row.name == "bad"]
    assert why[0] == "not a number among the samples"
    assert why[1] == "constant signal"
    assert why[2].startswith("clipped signal")
    assert words[1:4] == ["bad"] * 3
    assert words[0] != "bad"
    assert words[4] != "bad"


def test_a_wav_plays_at_its_own_rate_by_the_machines_speed(tmp_path: Path) -> None:
    loud = windows(2, bearing_outer=1.0) / 490.0
    wavfile.write(tmp_path / "machine.wav", 25_600, np.rint(loud * 32_767).astype(np.int16))
    facts = run(tmp_path, "machine.wav", duration=0.64)
    assert {block.rate for block in facts.blocks if block.source == "x"} == {25_600.0}


def test_a_sampling_rate_that_is_too_low_is_bad(tmp_path: Path) -> None:
    np.savez(tmp_path / "slow.npz", Normal_0=windows(1), Normal_0__fs=2000.0, Normal_0__rpm=1800.0)
    assert set(said(run(tmp_path, "slow.npz"))) == {"bad"}


def test_pictures_play_too_and_damaged_or_foreign_ones_are_bad(tmp_path: Path) -> None:
    folder = tmp_path / "parts" / "normal"
    folder.mkdir(parents=True)
    grey = np.random.default_rng(1).integers(60, 190, (64, 64)).astype(np.uint8)
    Image.fromarray(grey).save(folder / "a.png")
    (folder / "b.png").write_bytes(b"no picture")
    Image.fromarray(np.tile(grey, (1, 5))).save(folder / "c.png")
    facts = run(tmp_path, "parts", kind="part", model="inspection")
    words = said(facts)
    assert words[0] != "bad"
    assert words[1:3] == ["bad", "bad"]
    first = next(block for block in facts.blocks if block.source == "x")
    assert first.data.ndim == 2


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("thermal", "own.npz", "plays no recordings"),
        ("vibration", "gone.npz", "no such file"),
        ("vibration", "short.npz", "windows of 1.28 s"),
        ("vibration", "junk.wav", "not a readable .wav"),
        ("vibration", "empty", "no recordings in it"),
        ("part", "empty", "no pictures in it"),
    ],
)
def test_what_cannot_be_played_is_refused(tmp_path: Path, kind: str, name: str, words: str) -> None:
    recorded(tmp_path, Normal_0=windows(1))
    np.savez(tmp_path / "short.npz", Normal_0=np.ones(99), Normal_0__fs=RATE, Normal_0__rpm=1800.0)
    (tmp_path / "junk.wav").write_bytes(b"RIFF")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match=words):
        run(tmp_path, name, kind=kind)


def test_a_recording_is_part_of_what_decides_a_result(tmp_path: Path) -> None:
    sensor = {"kind": "vibration", "on": "mill", "recordings": "own.npz"}
    document = {"plant": {"mill": {"kind": "cnc"}}, "sensor": {"x": sensor}}
    recorded(tmp_path, Normal_0=windows(1))
    before = parse(document, str(tmp_path / "s.toml")).key
    recorded(tmp_path, Normal_0=windows(2))
    assert parse(document, str(tmp_path / "s.toml")).key != before


def test_any_fault_is_abnormal_to_a_model_that_names_none(tmp_path: Path) -> None:
    recorded(tmp_path, IR_1=windows(4, bearing_inner=1.0))
    facts = run(tmp_path, "own.npz", model="anomaly")
    right = sum(row.source == "n" and row.name == "right" for row in facts.events)
    assert right == sum(word == "abnormal" for word in said(facts)) > 0


@pytest.mark.parametrize("place", ["gateway", "cloud"])
def test_a_model_that_runs_elsewhere_need_not_fit_the_board(place: str) -> None:
    sensor = {"kind": "part", "on": "mill", "period": 60}
    node = {"sensor": "x", "board": "nrf5340", "model": "inspection"}
    document: dict[str, Any] = {"horizon": "5 min", "plant": {"mill": {"kind": "cnc"}},
                                "sensor": {"x": sensor}, "node": {"n": node}}  # fmt: skip
    with pytest.raises(BadInput, match="does not fit"):
        simulate(parse(document, "s.toml"))
    node |= {"place": place, "link": "wifi"}
    assert simulate(parse(document, "s.toml")).inferences
