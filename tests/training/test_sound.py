"""Sounds of one's own machine: learned from when it was well; and the bands they are heard in."""

import json
import shutil
import wave

import numpy as np
import pytest

from twin.cli._models_train import train
from twin.errors import BadInput
from twin.nodes import mel, sounds
from twin.nodes.library import open_model
from twin.nodes.node import Node
from twin.nodes.node_settings import NodeSettings
from twin.nodes.senses import sound, word
from twin.nodes.senses.base import Asked as Judged
from twin.rng import stream
from twin.signals import acoustic
from twin.training import keyword
from twin.training import sound as training
from twin.training.tasks.base import Asked

RATE = 8000


def write(path, samples, rate=RATE):
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())


def machine(rng, line=0.0, seconds=2.5):
    """A hum with overtones and noise; a fault is one more line."""
    time = np.arange(int(seconds * RATE)) / RATE
    hum = sum(0.05 / k * np.sin(2 * np.pi * 50 * k * time * rng.uniform(0.99, 1.01))
              for k in range(1, 6))  # fmt: skip
    noise = 0.01 * rng.standard_normal(len(time))
    return hum + noise + line * np.sin(2 * np.pi * 1870 * time)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("pump")
    for k in range(20):
        write(place / "id_00" / "normal" / f"{k:04d}.wav", machine(stream(1, f"n{k}")))
        if k < 6:
            write(place / "id_00" / "abnormal" / f"{k:04d}.wav", machine(stream(1, f"a{k}"), 0.03))
    return place


def test_a_tone_is_loudest_in_its_band():
    tone = np.sin(2 * np.pi * 1000.0 * np.arange(16_000) / 16_000.0).astype(np.float32)
    found = mel.spectrogram(tone, 16_000.0, 32, 256)
    band = mel.bands(16_000.0, 32)[:, 32]  # of 512 samples, line 32 is 1 kHz
    assert int(found.mean(axis=0).argmax()) == int(band.argmax())


@pytest.mark.parametrize(("rate", "count"), [(4000.0, 32), (16_000.0, 32), (44_100.0, 64)])
def test_bands_cover_every_frequency_and_each_weighs_one(rate, count):
    found = mel.bands(rate, count)
    assert found.shape == (count, mel.frame_size(rate) // 2 + 1)
    assert found.sum(axis=1) == pytest.approx(1.0, abs=1e-5)


def test_normal_sounds_alone_teach_to_hear_a_new_line(folder, tmp_path, monkeypatch):
    pytest.importorskip("onnx")
    monkeypatch.setattr(training, "SAMPLES", 3000)
    path = training.build(folder, Asked(tmp_path), lambda line: None)
    card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert card["model_bytes"] <= 16 * 1024
    test = card["tests"]["recordings"]
    assert test["file_auroc"] == 1.0
    assert test["recall"]["abnormal"] >= 0.95
    assert test["false_alarms"] <= 0.1
    found = sound.evaluate(open_model(str(path)), Judged(folder))
    assert found["missed_alarms"] <= 0.05
    ear = acoustic.Sensor("ear", acoustic.Settings.read({"on": "m", "sample_rate": 12.8}))
    said = "trained at 8 kHz, the sensor ear samples at 12.8 kHz; set ear.sample_rate = 8"
    with pytest.raises(BadInput, match=said):
        Node("n", NodeSettings.read({"sensor": "ear", "model": str(path)}), ear)


def test_files_held_back_are_not_learned_from(folder):
    found = list(sounds.read(sounds.find(folder)))
    seen, setting, held = training.parted(found, 1)
    normal = [one for one in held if one.label == "normal"]
    assert (len(seen), len(setting), len(normal)) == (12, 4, 4)
    assert not {id(one) for one in seen} & {id(one) for one in [*setting, *held]}


def test_a_folder_with_its_own_test_is_taken_as_it_is(tmp_path):
    for k in range(12):
        write(tmp_path / "train" / f"normal_{k}.wav", machine(stream(1, f"n{k}")))
    write(tmp_path / "test" / "normal_9.wav", machine(stream(1, "x")))
    write(tmp_path / "test" / "anomaly_9.wav", machine(stream(1, "y"), 0.03))
    found = list(sounds.read(sounds.find(tmp_path)))
    seen, setting, held = training.parted(found, 1)
    assert [one.label for one in held] == ["anomaly", "normal"]
    assert len(seen) + len(setting) == 12


@pytest.mark.parametrize(
    ("name", "samples", "rate", "message"),
    [
        ("normal/a.wav", np.zeros(8000), RATE, "constant signal"),
        ("normal/a.wav", np.sign(np.sin(np.arange(8000))), RATE, "clipped signal"),
        ("odd/a.wav", 0.1 * np.sin(np.arange(8000)), RATE, "no folder of normal sounds.*odd"),
        ("normal/a.wav", 0.1 * np.sin(np.arange(4000)), RATE, "at least 3 of 1.024 s"),
        ("normal/a.wav", 0.1 * np.sin(np.arange(4000)), 2000, "at least 4000 Hz"),
    ],
)
def test_sounds_that_cannot_be_learned_from_are_refused(tmp_path, name, samples, rate, message):
    pytest.importorskip("onnx")
    write(tmp_path / "in" / name, samples, rate)
    with pytest.raises(BadInput, match=message):
        training.build(tmp_path / "in", Asked(tmp_path / "out"), lambda line: None)


def test_a_broken_file_and_rates_that_differ_are_refused(tmp_path):
    (tmp_path / "normal").mkdir()
    (tmp_path / "normal" / "a.wav").write_bytes(b"RIFF not really")
    with pytest.raises(BadInput, match=r"a.wav: is not a readable .wav file"):
        list(sounds.read(sounds.find(tmp_path)))
    tone = 0.1 * np.sin(np.arange(20_000))
    write(tmp_path / "normal" / "a.wav", tone, 8000)
    write(tmp_path / "normal" / "b.wav", tone, 16_000)
    with pytest.raises(BadInput, match="16 kHz; 8 kHz are needed"):
        sounds.one_rate(tuple(sounds.read(sounds.find(tmp_path))))


def test_sounds_that_show_nothing_are_left_out_and_told(folder, tmp_path, monkeypatch):
    pytest.importorskip("onnx")
    monkeypatch.setattr(training, "SAMPLES", 1000)
    shutil.copytree(folder, tmp_path / "in")
    write(tmp_path / "in" / "normal" / "flat.wav", np.zeros(12_000))
    write(tmp_path / "in" / "normal" / "loud.wav", np.sign(np.sin(np.arange(12_000))))
    said = []
    path = training.build(tmp_path / "in", Asked(tmp_path / "out"), said.append)
    assert "flat.wav: constant signal" in said[0]
    assert "loud.wav: clipped signal" in said[1]
    assert said[2].startswith("12 normal sounds to learn from")  # as without the two
    judged = sound.evaluate(open_model(str(path)), Judged(tmp_path / "in"))
    assert len(judged["left_out"]) == 2


def test_the_command_prints_how_good_the_model_is_when_it_is_done(
    folder, tmp_path, monkeypatch, capsys
):
    pytest.importorskip("onnx")
    monkeypatch.setattr(training, "SAMPLES", 1000)
    train("acoustic", out=tmp_path, data=folder)
    said = capsys.readouterr().out
    card = json.loads((tmp_path / "acoustic.json").read_text(encoding="utf-8"))
    test = card["tests"]["recordings"]
    rows = [line.split() for line in said.splitlines()]
    assert ["normal", *map(str, test["confusion"][0])] in rows
    (figures,) = (row for row in rows if row[:2] == ["recordings", str(test["n"])])
    assert figures[-2:] == [f"{100 * test['missed_alarms']:.2f}", "%"]


# -- words --------------------------------------------------------------------------------------


def spoken(rng, kind):
    """A chirp up, a chirp down, or noise, somewhere in most of a second."""
    time = np.arange(int(0.8 * RATE)) / RATE
    shape = np.exp(-(((time - rng.uniform(0.3, 0.5)) / 0.15) ** 2))
    turns = {"up": 400 * time + 800 * time**2, "down": 1600 * time - 700 * time**2}
    heard = np.sin(2 * np.pi * turns[kind]) if kind in turns else rng.standard_normal(len(time))
    return 0.3 * shape * heard / max(np.abs(heard).max(), 1.0) + 0.003 * rng.standard_normal(
        len(time)
    )


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    place = tmp_path_factory.mktemp("words")
    for kind in ("up", "down", "noise"):
        for k in range(12):
            name = f"s{k // 2}_nohash_{k % 2}.wav"
            write(place / kind / name, spoken(stream(2, f"{kind}{k}"), kind))
    write(place / sounds.NOISE / "hiss.wav", 0.1 * np.sin(np.arange(9000)))
    return place


def test_a_speaker_is_learned_from_or_tested_on_never_both(words):
    found = tuple(sounds.read(sounds.find(words)))
    assert len(found) == 36  # the background noise is no word
    seen, held = keyword.parted(found, 1)
    speakers = [{one.name.split("_")[0] for one in part} for part in (seen, held)]
    assert not speakers[0] & speakers[1]
    assert {one.label for one in held} == {"up", "down", "noise"}


def test_words_look_different_and_a_short_one_is_padded(words):
    found = tuple(sounds.read(sounds.find(words)))
    drawn = word.drawn(found)
    assert drawn.shape == (36, 1, word.SIDE, word.SIDE)
    mean = {kind: drawn[[s.label == kind for s in found]].mean(axis=0) for kind in ("up", "down")}
    assert np.abs(mean["up"] - mean["down"]).max() > 20
    assert len(word.one_second(np.ones(10, np.float32), 100.0)) == 100


def test_one_word_or_too_few_files_are_refused(tmp_path):
    for k in range(3):
        write(tmp_path / "yes" / f"{k}.wav", spoken(stream(2, f"y{k}"), "up"))
    listed = sounds.find(tmp_path)
    with pytest.raises(BadInput, match="one class only"):
        keyword._refuse_few(listed, tuple(sounds.read(listed)), tmp_path)
    write(tmp_path / "no" / "0.wav", spoken(stream(2, "n"), "down"))
    listed = sounds.find(tmp_path)
    with pytest.raises(BadInput, match="at least 8 are needed"):
        keyword._refuse_few(listed, tuple(sounds.read(listed)), tmp_path)
