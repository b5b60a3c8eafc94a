"""Planes of a picture in C are those of the node's Python, bit for bit, grey and in colour."""

import dataclasses
from importlib import resources

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("unicorn")
pytest.importorskip("ziglang")

from twin.c_export import emulate, look_check, package, read
from twin.c_export.fronts import base
from twin.nodes import library, pictures

START = """\
#include <stddef.h>
#include <stdint.h>
#include "picture_of.h"
void *memcpy(void *to, const void *from, size_t n) {
    uint8_t *t = to; const uint8_t *f = from;
    while (n--) *t++ = *f++;
    return to;
}
int32_t _start(const int32_t *in, float *out, int32_t rows);
int32_t _start(const int32_t *in, float *out, int32_t rows) {
    static float value[766];
    static uint8_t level[766];
    const twin_planes plan = {in[0], in[1], 128.0f, 42.0f, 2.0f, value, level};
    const twin_picture told = {in[0], in[0]};
    (void)rows;
    uint8_t *made = (uint8_t *)(out + 1);
    *out = (float)twin_picture_planes(&plan, (const uint8_t *)(in + 2), &told, made);
    return 0;
}
"""


@pytest.fixture(scope="module", params=emulate.CORES)
def planes(request, tmp_path_factory):
    """Planes of pixels ``(side, side, channels)`` as an emulated core makes them, and its word."""
    folder, home = tmp_path_factory.mktemp("planes"), resources.files("twin.c_export") / "fronts"
    for name in ("picture_of.c", "picture_of.h", "reals.h"):
        (folder / name).write_text((home / name).read_text("utf-8"), "utf-8")
    (folder / "string.h").write_text(look_check.STRING, "utf-8")
    (folder / "start.c").write_text(START, "utf-8")
    files = [folder / "picture_of.c", folder / "start.c"]
    machine = emulate.Machine(emulate.compile_c(files, request.param, folder, include=[folder]))

    def planes(pixels):
        side, _, channels = pixels.shape
        content = np.array([side, channels], np.int32).tobytes() + pixels.tobytes() + b"\0\0\0"
        size = side * side * (channels + 1)
        row = np.frombuffer(content[: len(content) // 4 * 4], np.float32)
        found = machine.run(row[None], 1 + -(-size // 4))[0]
        made = np.frombuffer(found[1:].tobytes(), np.uint8)[:size]
        return int(found[0]), made.reshape(side, side, channels + 1)

    return planes


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("side", [8, 37, 64, 96])
def test_planes_of_c_are_those_of_python(planes, side, channels):
    rng = np.random.default_rng(side + channels)
    for spread in (0.4, 5.0, 40.0, 120.0):
        light = rng.normal(rng.uniform(30, 220), spread, (side, side, channels))
        pixels = np.clip(light, 1, 254).astype(np.uint8)
        word, found = planes(pixels)
        wanted = pictures.with_levelled(pixels.transpose(2, 0, 1)[None])[0].transpose(1, 2, 0)
        assert word == 0
        assert np.array_equal(found, wanted)


def test_a_grey_picture_is_none_in_colour(planes):
    grey = np.arange(64, dtype=np.uint8).reshape(8, 8, 1)
    assert planes(np.repeat(grey, 3, axis=2))[0] == -5


def test_the_shipped_model_gets_its_planes_bit_for_bit(tmp_path):
    content = (library.HOME / "inspection.onnx").read_bytes()
    made = package.export(
        content, "inspection", tmp_path, card=library.open_model("inspection").card
    )
    found = look_check.check(made, content, "cortex-m4", made.front.cases(8, seed=3))
    assert found.largest == 0.0
    assert found.same_word == found.windows == 8


def test_pictures_that_are_scaled_first_get_no_front():
    card = library.open_model("inspection").card
    network = read.read((library.HOME / "inspection.onnx").read_bytes())
    assert base.of(card, network, "inspection") is not None
    other = {**card.document["picture"], "sizes": [[64, 640], [64, 480]]}
    scaled = dataclasses.replace(card, document={**card.document, "picture": other})
    assert base.of(scaled, network, "inspection") is None
