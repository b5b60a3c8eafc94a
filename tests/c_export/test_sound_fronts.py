"""Bands of a sound in C are those of the node's Python, before a model of a user's own sounds."""

import dataclasses
import struct

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("unicorn")
pytest.importorskip("ziglang")

from tests.c_export import networks
from twin.c_export import emulate, look_check, package
from twin.nodes import library, sounds
from twin.nodes.library import Front
from twin.nodes.senses import sound, word


def listening(rate):
    """A card as training on a user's sounds writes it."""
    card = library.open_model("acoustic").card
    front = Front(sound.KIND, sound.DURATION, rate, 1e6, 4096)
    return dataclasses.replace(card, front=front, inputs=sound.NAMES)


def exported(rate, folder):
    content = networks.dense(len(sound.NAMES), 2)
    return package.export(content, "own", folder, card=listening(rate)), content


def _as_the_readme_says(made, found):
    low, high = made.front.code
    assert low <= (found.flash - made.flash - made.front.flash) / 1e3 <= high
    assert found.stack < made.front.stack


@pytest.mark.parametrize("rate", [16_000.0, 12_800.0, 44_100.0])
def test_bands_of_c_are_those_of_python(rate, tmp_path):
    made, content = exported(rate, tmp_path)
    found = look_check.check(made, content, "cortex-m4", made.front.cases(6, seed=4))
    assert found.largest < 1e-3  # of a natural logarithm
    assert found.same_word == 6
    _as_the_readme_says(made, found)


@pytest.mark.parametrize("rate", [16_000.0, 8_000.0])
def test_a_second_as_a_picture_is_that_of_python(rate, tmp_path):
    front = Front(word.KIND, word.DURATION, rate, 1e6, 4096)
    card = dataclasses.replace(listening(rate), front=front, inputs=("bands",))
    content = networks.planes(word.SIDE, 2)
    made = package.export(content, "own", tmp_path, card=card)
    cases = made.front.cases(6, seed=5)
    assert len({case.row.tobytes() for case in cases}) == 6
    found = look_check.check(made, content, "cortex-m4", cases)
    assert found.largest < 1.5 / 255.0  # a byte that lies between two may be rounded otherwise
    assert found.same_word == 6
    _as_the_readme_says(made, found)
    image = look_check.build(made, made.front, "cortex-m4")
    assert 0 <= image.ram - made.memory.size - made.front.ram - 4 < 32


def test_sounds_that_cannot_be_judged(tmp_path):
    made, _ = exported(16_000.0, tmp_path)
    good = made.front.cases(1, seed=1)[0]
    loud = np.clip(40.0 * good.samples, -1.0, 1.0)
    broken = good.samples.copy()
    broken[7] = np.nan
    tried = {
        "": good.samples,
        "constant signal": np.full_like(loud, 0.1),
        "holds values that are not numbers": broken,
        "clipped signal: more than 1 % of the samples at full scale": loud,
    }
    assert [sounds.flaw(samples) for samples in tried.values()] == list(tried)
    told = [struct.pack("<2f", 16_000.0, 1.0)] * 4
    told += [struct.pack("<2f", 8_000.0, 1.0), struct.pack("<2f", 16_000.0, 0.0)]
    windows = [*tried.values(), good.samples, good.samples]
    cases = [
        dataclasses.replace(good, samples=samples, told=one)
        for samples, one in zip(windows, told, strict=True)
    ]
    machine = emulate.Machine(look_check.build(made, made.front, "cortex-m4"))
    rows = np.stack([look_check.packed(case) for case in cases])
    words = machine.run(rows, 1 + 2 + made.front.features)[:, 0]
    assert words[0] >= -1
    assert words[1:].tolist() == [-5, -4, -6, -2, -3]


def test_the_memory_is_what_the_front_says(tmp_path):
    made, _ = exported(16_000.0, tmp_path)
    image = look_check.build(made, made.front, "cortex-m4")
    state = 4 * made.front.features + 4
    assert 0 <= image.ram - made.memory.size - made.front.ram - state < 32
