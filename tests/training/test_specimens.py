"""Real recordings are parted by the bearing they are of: learned from or tested on, never both."""

import numpy as np
import pytest

from twin.errors import BadInput
from twin.nodes.evaluate import evaluate, rows_of
from twin.nodes.features import look, row, together
from twin.nodes.fronts import KINDS, RINGS
from twin.nodes.library import open_model
from twin.nodes.recordings import Recording, label_of
from twin.physics.bearings import CATALOGUE
from twin.rng import stream
from twin.signals.vibration import Sensor, Settings
from twin.training import bearing as recipe
from twin.training.specimens import MEMORY, Specimen, folds, learned_from, mixed, specimens

CLASSES = ("normal", "inner", "outer", "ball")
BEARING = CATALOGUE["6205"]
KIND = KINDS[RINGS]


def recording(name, label, seconds=3.0):
    samples = stream(1, name).standard_normal(round(12_000 * seconds)).astype(np.float32)
    return Recording(name, samples, 12_000.0, 30.0, label)


def test_loads_and_positions_of_one_bearing_are_one_specimen():
    names = {"IR007_0": "inner", "IR007_1": "inner", "IR014_0": "inner", "OR007@6_0": "outer"}
    names |= {"OR007@3_0": "outer", "Normal_0": "normal"}
    read = [recording(name, label) for name, label in names.items()]
    found = specimens(read, KIND, BEARING, CLASSES, 1.28)
    assert [(one.name, CLASSES[one.label]) for one in found] == [
        ("Normal", "normal"),
        ("IR007", "inner"),
        ("IR014", "inner"),
        ("OR007", "outer"),
    ]
    assert all(len(one.alone) == len(one.together) == len(one.recordings) for one in found)


def specimen(name, label, rows=4):
    table = np.full((rows, 3), label, np.float32)
    return Specimen(name, label, table, table, (name,) * rows)


def test_every_bearing_is_tested_once_and_never_learned_from_then():
    bearings = [specimen("n", 0), *(specimen(f"i{k}", 1) for k in range(3)), specimen("o", 2)]
    sets = folds(bearings)
    assert sorted(one.name for held in sets for one in held) == ["i0", "i1", "i2", "n", "o"]
    assert [len(held) for held in sets] == [3, 1, 1]


def test_a_real_bearing_counts_as_its_stretches_beside_the_twins():
    rows, labels = np.zeros((700, 3), np.float32), np.zeros(700, np.intp)
    short, long = specimen("i", 1, rows=2), specimen("o", 2, rows=2 * (MEMORY + 1) + 3)
    table, truth = mixed(rows, labels, [short, long])
    assert np.bincount(truth, minlength=3).tolist() == [700, 2, 6]
    assert (table[:, 0] == truth).all()


def test_a_stretch_gives_its_first_window_alone_and_its_last_together():
    count = MEMORY + 3
    alone = np.arange(count, dtype=np.float32)[:, None]
    one = Specimen("i", 1, alone, alone + 100.0, ("i_0",) * (count - 1) + ("i_1",))
    found = sorted(learned_from(one)[:, 0].tolist())
    last = MEMORY + 1
    assert found == [0.0, last, count - 1.0, 100.0 + MEMORY, 100.0 + last, 99.0 + count]


def test_recordings_that_cannot_be_learned_from_are_each_named():
    read = [recording("IR_1", "inner", 0.5), recording("cage_1", "cage")]
    with pytest.raises(BadInput) as caught:
        specimens(read, KIND, BEARING, CLASSES, 1.28)
    assert [fault.path for fault in caught.value.faults] == ["IR_1", "cage_1"]


def test_lines_that_stay_rise_out_of_the_noise_of_windows_together():
    noise = stream(3, "together").standard_normal((9, 15_360)).astype(np.float32)
    time = np.arange(15_360) / 12_000.0
    faint = 1.0 + 0.25 * np.cos(2.0 * np.pi * 30.0 * 5.4152 * time)
    looks = [look((window * faint).astype("f4"), 12_000.0, 30.0, BEARING) for window in noise]
    quiet = [look(window, 12_000.0, 30.0, BEARING) for window in noise]
    place = 1  # of the inner ring's best comb among the features

    def gap(count):
        return (
            row(together(looks[:count]), BEARING)[place]
            - row(together(quiet[:count]), BEARING)[place]
        )

    assert gap(9) > gap(1)
    assert row(together(quiet), BEARING)[place] < 0.5 * row(quiet[0], BEARING)[place]


def test_windows_of_different_speed_are_not_looked_at_together():
    block = stream(4, "x").standard_normal(15_360).astype(np.float32)
    one, other = (look(block, 12_000.0, speed, BEARING) for speed in (30.0, 31.0))
    with pytest.raises(ValueError, match="different speed"):
        together([one, other])


def test_memory_looks_back_within_the_recording():
    one = recording("IR_1", "inner", 5.0)
    alone, back = (rows_of(one, KIND, BEARING, 1.28, memory) for memory in (0, 12))
    size = round(1.28 * one.rate)
    starts = [size // 2 * k for k in range(len(alone))]
    looks = [look(one.samples[s : s + size], one.rate, one.speed, BEARING) for s in starts]
    assert back[0] == pytest.approx(alone[0])
    assert back[4] == pytest.approx(KIND.together(together(looks[:5]), BEARING), abs=1e-4)


def made_recordings():
    """Two bearings of each kind, by the twin's own sensor."""
    kinds = {"Normal": {}, "IR": {"bearing_inner": 1.0}, "OR": {"bearing_outer": 1.0}}
    device = Sensor("x", Settings.read({"on": "m", "duration": 3.0}))
    for kind, damage in kinds.items():
        for specimen in ("a", "b"):
            name = f"{kind}{specimen}_0"
            block = device.block({"spindle_speed": 30.0, **damage}, 0.0, stream(6, name))
            yield Recording(name, block, device.rate, 30.0, label_of(name))


def test_a_model_learns_from_recordings_and_is_tested_on_other_bearings(tmp_path, monkeypatch):
    pytest.importorskip("onnx")
    for name, count in {"STRETCHES": 160, "STRETCHES_TESTED": 10, "TEACHERS": 2}.items():
        monkeypatch.setattr(recipe, name, count)
    read = tuple(made_recordings())
    path = recipe.build(tmp_path, workers=1, data=read, bearing=BEARING)
    model = open_model(str(path))
    document = model.card.document
    assert document["training"]["bearings"] == ["Normala", "Normalb", "IRa", "IRb", "ORa", "ORb"]
    assert document["memory"] > 0
    tested = document["tests"]["other_bearings"]
    assert tested["n"] == sum(sum(counts) for counts in tested["recordings"].values())
    assert set(tested["recordings"]) == {one.name for one in read}
    assert tested["accuracy"] >= 0.7
    assert evaluate(model, read, BEARING).accuracy >= 0.9
