"""Another sample rate, models without a front, broken files: each is answered by name."""

import json

import numpy as np
import pytest

pytest.importorskip("onnx")

from tests.c_export import networks
from twin.c_export import before, package, read
from twin.errors import BadInput
from twin.nodes import library, pictures


def own(name, folder, change, content=None):
    """A user's copy of a shipped model, its card changed."""
    card = json.loads((library.HOME / f"{name}.json").read_text("utf-8"))
    change(card)
    whole = (library.HOME / f"{name}.onnx").read_bytes()
    (folder / "own.onnx").write_bytes(whole if content is None else content)
    (folder / "own.json").write_text(json.dumps(card), "utf-8")
    return folder / "own.onnx"


def test_a_front_is_made_for_another_rate(run, tmp_path):
    pytest.importorskip("unicorn")
    pytest.importorskip("ziglang")
    to = tmp_path / "c"
    code, text, _ = run("anomaly", "--c", "--to", to, "--rate", 25600, "--check", 4, "--json", "-")
    assert code == 0
    said = json.loads(text)
    assert said["front_samples"] == 0.64 * 25600
    assert all(one["same_word"] == one["windows"] == 4 for one in said["front_checks"])
    assert all(one["largest"] < said["front_tolerance"] for one in said["front_checks"])
    text = (to / "README.md").read_text("utf-8")
    assert "0.64 s at 25.6 kHz: 16384 samples" in text
    assert ".rate = 25600.0f," in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("anomaly", "--c", "--rate", 11100), "--rate = 11100 Hz: allowed 11200 to 102400 Hz"),
        (("bearing", "--c", "--rate", 2e6), "--rate = 2e+06 Hz: allowed"),
        (("bearing", "--c", "--rate", "nan"), "--rate = nan Hz: allowed"),
        (("occupancy", "--c", "--rate", 12000), "this is features of the kind 'room air'"),
        (("bearing", "--rate", 12000), "--rate: is the rate of the C code: give --c as well"),
    ],
)
def test_a_rate_that_cannot_be_is_refused(words, said, run, tmp_path):
    code, _, error = run(*words, "--to", tmp_path / "c")
    assert code == 2
    assert said in error
    assert not (tmp_path / "c").exists()


def test_a_rate_without_a_card_is_refused():
    with pytest.raises(BadInput, match="this is a network without a card"):
        before.with_rate(None, 12800.0)


def scaled_first(card):
    card["picture"]["sizes"] = [[600, 640], [480, 480]]


def test_a_picture_that_is_scaled_first_is_told_as_one(run, tmp_path):
    code, said, _ = run(own("inspection", tmp_path, scaled_first), "--c", "--to", tmp_path / "c")
    readme = " ".join((tmp_path / "c" / "README.md").read_text("utf-8").split())
    assert code == 0
    for text in (" ".join(said.split()), readme):
        assert "ts input is a picture: 2 planes of 64 × 64, each byte of 0 to 255 over 255" in text
        assert "600 to 640 × 480 pixels, is scaled bilinearly" in text
        assert "features" not in text


def test_the_levelled_plane_is_what_the_words_say():
    grey = np.random.default_rng(1).integers(0, 90, (1, 1, 64, 64)).astype(np.uint8)
    value = grey.astype(float)
    wanted = np.clip(np.rint(128 + 42 * (value - value.mean()) / value.std()), 0, 255)
    assert np.abs(pictures.with_levelled(grey)[:, 1:] - wanted).max() <= 1
    text = before.in_words(library.open_model("inspection").card, read.read(networks.planes(64, 2)))
    assert "128 + 42 · (value − mean) / deviation" in text


def test_features_without_a_front_are_told_as_features(tmp_path):
    card = library.open_model("thermal").card
    network = read.read((library.HOME / "thermal.onnx").read_bytes())
    said = before.in_words(card, network)
    assert said.startswith("its input is 24 features of the kind 'thermal frame'")
    assert package.before.in_words(None, network).startswith("its input is 24 floats")


def truncated(content):
    return content[: len(content) // 2]


@pytest.mark.parametrize("content", [b"", truncated(networks.perceptron()), b"not a model"])
def test_a_broken_model_is_named_and_not_its_card(content, run, tmp_path):
    path = own("bearing", tmp_path, dict, content)
    code, _, error = run(path, "--c", "--to", tmp_path / "c")
    assert code == 2
    assert "own.onnx: is not an ONNX model" in error
    assert "own.json" not in error


@pytest.mark.parametrize("part", ["duration", "rate", "kind"])
def test_a_field_that_a_card_lacks_is_named(part, run, tmp_path):
    path = own("bearing", tmp_path, lambda card: card["front"].pop(part))
    code, _, error = run(path, "--c", "--to", tmp_path / "c")
    assert code == 2
    assert f"front.{part}: is missing" in error
    assert "__init__" not in error


def test_a_field_that_no_card_has_is_named(tmp_path):
    path = own("bearing", tmp_path, lambda card: card["layers"][1].update(macz=3))
    with pytest.raises(BadInput, match=r"layers\.1\.macz: no such field, did you mean 'macs'"):
        library.read_card(path.with_suffix(".json"))
    path = own("bearing", tmp_path, lambda card: card.update(front=3))
    with pytest.raises(BadInput, match=r"own\.json: front: is not a table of fields"):
        library.read_card(path.with_suffix(".json"))
