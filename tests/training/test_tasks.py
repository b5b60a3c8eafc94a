"""Tasks and senses are files: each keeps its contract from its first day."""

import inspect

import pytest

from twin.errors import BadInput
from twin.family import kinds, load
from twin.nodes import library
from twin.nodes.senses import base as senses
from twin.training.tasks.base import Asked

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
