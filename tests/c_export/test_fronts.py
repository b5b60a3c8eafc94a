"""Features in C equal those of a node's Python on emulated cores; so do the words they lead to."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("unicorn")
pytest.importorskip("ziglang")

from twin.c_export import emulate, look, look_check, package
from twin.c_export.fronts import base
from twin.errors import BadInput
from twin.family import kinds, load
from twin.nodes import library

FRONTS = kinds(base.PACKAGE)
MODELS = [
    name
    for name in library.names()
    if base.module_of(library.open_model(name).card.front.kind) in FRONTS
]


def exported(name, folder, **other):
    card = library.open_model(name).card
    if other:
        card = dataclasses.replace(card, front=dataclasses.replace(card.front, **other))
    content = (library.HOME / f"{name}.onnx").read_bytes()
    return package.export(content, name, folder, card=card), content


@pytest.mark.parametrize("kind", FRONTS)
def test_a_front_is_one_file_with_its_c_beside_it(kind):
    module = load(base.PACKAGE, kind)
    assert module.__doc__
    assert issubclass(module.Front, base.Front)
    beside = Path(module.__file__).parent
    assert all((beside / name).is_file() for name in module.Front.sources)


@pytest.mark.parametrize("core", emulate.CORES)
@pytest.mark.parametrize("name", MODELS)
def test_features_and_words_of_c_are_those_of_the_node(name, core, tmp_path):
    made, content = exported(name, tmp_path)
    cases = made.front.cases(20, seed=2)
    found = look_check.check(made, content, core, cases)
    assert found.windows == 20
    assert found.same_word == 20
    assert found.largest < look_check.TOLERANCE, found.feature


@pytest.mark.parametrize("name", MODELS)
def test_a_front_takes_the_memory_that_it_says(name, tmp_path):
    made, _ = exported(name, tmp_path)
    image = look_check.build(made, made.front, "cortex-m4")
    state = look.state_bytes(made.front.card, made.front)
    assert 0 <= image.ram - made.memory.size - made.front.ram - state < 32


def test_a_card_without_the_length_of_its_window_is_refused(tmp_path):
    with pytest.raises(BadInput, match="does not tell the length of the window"):
        exported("anomaly", tmp_path, duration=0.0)


def test_a_model_without_a_card_is_written_as_its_network(tmp_path, run):
    source = tmp_path / "own.onnx"
    source.write_bytes((library.HOME / "anomaly.onnx").read_bytes())
    code, said, _ = run(source, "--c", "--out", tmp_path / "c")
    assert code == 0
    assert "nothing that comes before the network is written" in " ".join(said.split())
    assert not (tmp_path / "c" / "own_front.c").exists()


def test_the_document_tells_the_memory_and_the_check(tmp_path, run):
    to = tmp_path / "c"
    code, text, _ = run("anomaly", "--c", "--out", to, "--check", 6, "--json", "-")
    assert code == 0
    said = json.loads(text)
    made, _ = exported("anomaly", tmp_path / "again")
    assert said["front_ram_bytes"] == made.front.ram
    assert said["front_flash_bytes"] == made.front.flash
    assert [one["core"] for one in said["front_checks"]] == list(emulate.CORES)
    assert all(one["same_word"] == one["windows"] == 6 for one in said["front_checks"])
    assert "malloc" not in "".join(p.read_text("utf-8") for p in to.glob("*.[ch]"))


def test_numbers_of_c_are_exactly_the_values():
    values = np.random.default_rng(1).standard_normal(1000).astype(np.float32)
    assert all(np.float32(base.real(value).rstrip("f")) == value for value in values)
