"""What is written beside the C: units and order of samples, the window, memory; all of it true."""

import re

import numpy as np
import pytest

pytest.importorskip("onnx")

from twin.c_export import look_check, package
from twin.c_export.fronts import _envelope
from twin.nodes import library
from twin.nodes.fronts import Told, kind_of
from twin.physics.bearings import named
from twin.rng import stream

SAID = {
    "bearing": ("acceleration [m/s²]", "ratio-only", "1.28 s at 12.8 kHz: 16384 samples"),
    "tool": ("acceleration [m/s²]", "the levels count", "1.28 s at 12.8 kHz: 16384 samples"),
    "anomaly": ("acceleration [m/s²]", "the levels count", "0.64 s at 12.8 kHz: 8192 samples"),
    "acoustic": ("sound pressure [Pa]", "the levels count", "0.64 s at 12.8 kHz: 8192 samples"),
    "occupancy": ("samples[4 * k + q]", "not in ppm", "[K]", "not in %", "[lx]", "61 readings"),
    "thermal": ("[K]", "row by row"),
    "inspection": ("0 (black) to 255", "row by row", "64 × 64 pixels: 4096 bytes"),
}


def exported(name, folder):
    card = library.open_model(name).card
    return package.export((library.HOME / f"{name}.onnx").read_bytes(), name, folder, card=card)


def plain(path):
    """A file's text on one line, without what a comment begins its lines with."""
    return " ".join(path.read_text("utf-8").replace("\n *", "\n").split())


@pytest.mark.parametrize("name", SAID)
def test_units_and_order_stand_where_one_looks(name, tmp_path):
    made = exported(name, tmp_path)
    for file in ("README.md", "main.c", f"{name}_front.h"):
        text = plain(tmp_path / file)
        assert [words for words in SAID[name] if words not in text] == []
        assert [one.name for one in made.front.fields if one.meaning not in text] == []


@pytest.mark.parametrize("name", SAID)
def test_the_header_names_each_field_of_what_is_told(name, tmp_path):
    made = exported(name, tmp_path)
    headers = "".join(path.read_text("utf-8") for path in tmp_path.glob("*.h"))
    struct = re.search(r"typedef struct \{([^}]*)\} " + made.front.told_as + ";", headers)
    code = re.sub(r"/\*.*?\*/", "", struct[1], flags=re.DOTALL)
    fields = re.findall(r"(\w+)\s*[,;]", code)
    assert [one.name for one in made.front.fields] == fields


def test_the_microphone_has_its_own_range(tmp_path):
    exported("acoustic", tmp_path)
    for file in ("README.md", "main.c"):
        text = (tmp_path / file).read_text("utf-8")
        assert ".range = 20.0f,             /* sound pressure [Pa]" in text
        assert "490" not in text


@pytest.mark.parametrize(("name", "ratio_only"), [("bearing", True), ("anomaly", False)])
def test_what_is_said_of_other_units_is_true(name, ratio_only, tmp_path):
    kind = kind_of(library.open_model(name).card)
    block = stream(1, "units").standard_normal(16384).astype(np.float32)
    told = Told(30.0, named("6205"), 4)
    rows = [kind.row(block * np.float32(unit), 12800.0, told) for unit in (1.0, 1 / 9.80665)]
    assert np.allclose(*rows, atol=1e-4) == ratio_only
    exported(name, tmp_path)
    assert ("ratio-only" in plain(tmp_path / "README.md")) == ratio_only


@pytest.mark.parametrize("name", SAID)
def test_code_and_stack_are_those_of_the_build(name, tmp_path):
    pytest.importorskip("unicorn")
    pytest.importorskip("ziglang")
    content = (library.HOME / f"{name}.onnx").read_bytes()
    made = exported(name, tmp_path)
    found = look_check.check(made, content, "cortex-m4", made.front.cases(2, seed=1))
    code = (found.flash - made.flash - made.front.flash) / 1e3
    low, high = made.front.code
    assert low <= code <= high
    assert 0.3 * made.front.stack < found.stack < made.front.stack
    text = (tmp_path / "README.md").read_text("utf-8")
    assert f"| {low} to {high} kB by clang" in text
    assert f"front and network | below {made.front.stack:,} B" in text


@pytest.mark.parametrize("name", ["bearing", "tool"])
def test_fewer_bins_save_what_the_readme_says(name, tmp_path):
    made = exported(name, tmp_path)
    text = (tmp_path / "README.md").read_text("utf-8")
    found = re.search(r"at most 9 balls: `-D(\w+)_BINS=(\d+)`.* saves ([\d,]+) B", text)
    assert found[1] == name.upper()
    assert int(found[2]) >= _envelope.most_bins(9)
    saved = int(found[3].replace(",", ""))
    header = tmp_path / f"{name}_front.h"
    whole = look_check.build(made, made.front, "cortex-m4").ram
    header.write_text(f"#define {found[1]}_BINS {found[2]}\n" + header.read_text("utf-8"), "utf-8")
    assert whole - look_check.build(made, made.front, "cortex-m4").ram == saved


def test_a_pc_is_told_to_link_the_library_of_square_roots(tmp_path):
    exported("anomaly", tmp_path)
    assert "*.c -lm" in (tmp_path / "README.md").read_text("utf-8")
