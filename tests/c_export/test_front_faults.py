"""What a node's Python refuses to judge, its C refuses too, and says why."""

import struct
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("unicorn")
pytest.importorskip("ziglang")

from twin.c_export import emulate, look_check, package
from twin.nodes import air_features, frame_features, library

NAN, INFINITE = np.float32("nan"), np.float32("inf")


@pytest.fixture(scope="module")
def look(tmp_path_factory):
    """Words of a shipped model's C, on an emulated core, for some cases."""
    held = {}

    def look(name, cases):
        if name not in held:
            folder = tmp_path_factory.mktemp(name)
            content = (library.HOME / f"{name}.onnx").read_bytes()
            made = package.export(content, name, folder, card=library.open_model(name).card)
            held[name] = made, emulate.Machine(look_check.build(made, made.front, "cortex-m4"))
        made, machine = held[name]
        rows = np.stack([look_check.packed(case) for case in cases(made.front)])
        width = 1 + len(made.front.card.classes) + made.front.features
        return machine.run(rows, width)[:, 0].tolist()

    return look


FRAMES = {
    "constant frame": ("samples", lambda frame: np.full_like(frame, 300.0)),
    "not a number among the pixels": ("samples", lambda frame: np.where(frame > 0, NAN, frame)),
    "beyond -40 to 300 °C: clipped or broken": ("samples", lambda frame: frame + 400.0),
    "more pixels than there is room for": ("told", (25, 32, 0, 0, 5, 5)),
    "a part beyond the frame": ("told", (8, 8, 4, 4, 5, 4)),
    "a part of two columns": ("told", (8, 8, 0, 0, 5, 2)),
}


def test_thermal_frames_that_cannot_be_judged(look):
    def cases(front):
        good = front.cases(1, 1)[0]
        inside = np.ones((24, 32), bool)
        for reason, (what, change) in FRAMES.items():
            if what == "told":
                yield replace(good, told=struct.pack("<6i2f", *change, 295.0, 20.0))
                continue
            bad = np.asarray(change(good.samples), np.float32)
            said = frame_features.flaw(bad.reshape(24, 32), inside)
            assert said == reason
            yield replace(good, samples=bad)

    assert look("thermal", lambda front: list(cases(front))) == [-5, -4, -6, -2, -2, -3]


def test_pictures_that_cannot_be_judged(look):
    def cases(front):
        good = front.cases(1, 1)[0]
        half = good.samples.copy()
        half[: front.side // 2 + 1] = 255
        yield good
        yield replace(good, told=struct.pack("<2i", front.side, front.side + 1))
        yield replace(good, samples=np.full_like(good.samples, 90))
        yield replace(good, samples=half)

    found = look("inspection", lambda front: list(cases(front)))
    assert found[0] >= -1
    assert found[1:] == [-2, -3, -4]


def _lost(block, rows, columns):
    block[rows, columns] = NAN


HOURS = {
    "not a number among the readings": lambda b: b.__setitem__((3, 1), INFINITE),
    "too many readings are missing": lambda b: _lost(b, slice(0, 40), 0),
    "CO2 beyond what a room has": lambda b: b.__setitem__((9, 0), 0.03),
    "constant signal": lambda b: b.__setitem__(slice(None), b[0].copy()),
    "": lambda b: _lost(b, slice(20, 24), slice(None)),
}


def test_hours_of_air_that_cannot_be_judged(look):
    def cases(front):
        good = front.cases(2, 1)[1]
        for reason, change in HOURS.items():
            block = good.samples.reshape(-1, 4).copy()
            change(block)
            assert air_features.flaw(block, front.period / 1e3) == reason
            yield replace(good, samples=block.ravel())
        for told in ((front.period, front.readings - 2), (400_000, front.readings)):
            yield replace(good, told=struct.pack("<2i", *told))

    found = look("occupancy", lambda front: list(cases(front)))
    assert found[:4] == [-4, -5, -6, -7]
    assert found[4] >= 0
    assert found[5:] == [-3, -2]
