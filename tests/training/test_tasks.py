"""Tasks and senses are files: each keeps its contract from its first day."""

import inspect

import numpy as np
import pytest

from twin.errors import BadInput
from twin.family import kinds, load
from twin.nodes import library
from twin.nodes.senses import base as senses
from twin.training.tasks.base import Asked, fit_recordings

TASKS = "twin.training.tasks"


@pytest.mark.parametrize("kind", kinds(TASKS))
def test_every_task_says_what_it_trains_and_builds_it(kind):
    module = load(TASKS, kind)
    assert module.__doc__.splitlines()[0].endswith(".")
    assert list(inspect.signature(module.build).parameters) == ["asked", "say"]


@pytest.mark.parametrize("kind", kinds(senses.PACKAGE))
def test_every_sense_reads_a_sensor_and_judges_a_model(kind):
    module = load(senses.PACKAGE, kind)
    assert issubclass(module.Sense, senses.Sense)
    assert set(module.Sense.sensors) <= set(kinds("twin.signals"))
    assert list(inspect.signature(module.evaluate).parameters) == ["model", "asked"]


def test_every_shipped_model_has_a_task_and_a_sense_that_is_there():
    for name in library.names():
        card = library.open_model(name).card
        assert name in kinds(TASKS)
        assert senses.of(card) in ("", *kinds(senses.PACKAGE))


@pytest.mark.parametrize(
    ("task", "asked", "message"),
    [
        ("tool", {"data": "x.npz"}, "tool learns from the twin alone"),
        ("thermal", {"data": "x.npz"}, "thermal learns from the twin alone"),
        ("keyword", {}, "keyword learns from your own .wav files"),
        ("person", {}, "person learns from your own pictures"),
        ("person", {"data": "x", "test": "y"}, "tested on what is held back"),
        ("acoustic", {"data": "none"}, "no such folder"),
        ("occupancy", {"data": "none.csv"}, "no such file or folder"),
    ],
)
def test_what_a_task_cannot_use_is_refused(tmp_path, task, asked, message):
    pytest.importorskip("onnx")
    from pathlib import Path

    made = Asked(tmp_path, **{name: Path(value) for name, value in asked.items()})
    with pytest.raises(BadInput, match=message):
        load(TASKS, task).build(made, lambda line: None)


def test_recordings_that_show_nothing_are_left_out_of_training_and_told(tmp_path):
    noise = np.random.default_rng(1).normal(size=30_000).astype(np.float32)
    several = {"Normal_1": noise, "IR_1": noise, "IR_2": np.clip(noise, -1, 1)}
    said = []
    kept = fit_recordings(saved(tmp_path, several), 1.28, said.append)
    assert [one.name for one in kept] == ["Normal_1", "IR_1"]
    assert said == [
        "left out: IR_2: clipped signal: 16 % of the samples lie at one end of the range"
    ]
    none_left = {"Normal_1": noise, "OR_1": noise * 0, "OR_2": noise * 0}
    with pytest.raises(BadInput, match="outer: of 2 recordings none can be used; at least 1"):
        fit_recordings(saved(tmp_path, none_left), 1.28, said.append)


def saved(tmp_path, recordings):
    whole = {}
    for name, samples in recordings.items():
        whole |= {name: samples, f"{name}__fs": 12_000, f"{name}__rpm": 1800}
    np.savez(tmp_path / "some.npz", **whole)
    return tmp_path / "some.npz"
