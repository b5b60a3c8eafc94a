"""Inspection models: pictures of any kind are read, misfits refused, verdicts counted."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tests.nodes import made_pictures as made
from twin.errors import BadInput
from twin.nodes import inspection, pictures
from twin.nodes.library import open_model
from twin.rng import stream


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Folder of pictures, and a model of them."""
    folder = tmp_path_factory.mktemp("shop")
    made.draw(folder / "data", count=16)
    return folder / "data", made.model(folder / "data", folder / "model").parent


def twin(*words):
    command = [sys.executable, "-c", "from twin.cli.main import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def read(place, side=32):
    return pictures.read(pictures.find(place), side, place)


def test_evaluate_has_the_promised_keys_on_pictures_not_seen(shop, tmp_path):
    fresh = made.draw(tmp_path / "fresh", count=8, seed=2)
    words = ("--model", shop[1], "--data", fresh, "--json", "-")
    done = twin("models", "evaluate", "inspection", *words)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    promised = {"accuracy", "macro_f1", "macro_auroc", "classes", "confusion", "n", "model_bytes"}
    assert promised <= set(document)
    assert document["n"] == 24 == sum(map(sum, document["confusion"]))
    assert document["accuracy"] >= 0.9
    assert document["model_bytes"] == (shop[1] / "inspection.onnx").stat().st_size


def test_figures_are_those_of_the_confusion():
    truth = np.array([0, 0, 0, 1, 1, 1, 1, 2])
    scores = np.eye(3)[[0, 0, 1, 1, 1, 1, 0, 2]]
    report = inspection.judge(("ok", "crack", "pit"), truth, scores)
    assert report.confusion == [[2, 1, 0], [1, 3, 0], [0, 0, 1]]
    assert report.accuracy == pytest.approx(6 / 8)
    assert report.recall == pytest.approx({"ok": 2 / 3, "crack": 3 / 4, "pit": 1.0})
    assert report.false_alarms == pytest.approx(1 / 3)
    assert report.missed_alarms == pytest.approx(1 / 5)
    assert report.macro_f1 == pytest.approx((2 / 3 + 3 / 4 + 1.0) / 3)


def test_a_damaged_file_is_named_and_left_out(shop, tmp_path):
    place = made.draw(tmp_path / "data", count=4)
    whole = (place / "ok" / "0.png").read_bytes()
    (place / "ok" / "0.png").write_bytes(whole[: len(whole) // 2])
    (place / "ok" / "1.png").write_bytes(b"")
    report = inspection.evaluate(open_model(str(shop[1])), place)
    assert report.n == 10
    assert len(report.left_out) == 2
    assert "0.png: is not a readable picture" in report.left_out[0]


def test_flat_pictures_are_left_out_counted_and_told(shop, tmp_path):
    place = made.draw(tmp_path / "data", count=4)
    Image.new("L", (40, 40), 128).save(place / "ok" / "0.png")
    Image.new("RGB", (40, 40), (9, 9, 8)).save(place / "dots" / "0.png")
    done = twin("models", "evaluate", "inspection", "--model", shop[1], "--data", place)
    assert done.returncode == 0, done.stderr
    said = " ".join((done.stdout + done.stderr).split())
    assert "ok/0.png: constant picture: every pixel is 128 of 255" in said.replace(" /", "/")
    assert "every pixel is 9, 9, 8 of 255" in said
    assert "2 left out of what is judged" in said
    assert inspection.evaluate(open_model(str(shop[1])), place).n == 10
    only = tmp_path / "only" / "ok"
    only.mkdir(parents=True)
    Image.new("L", (40, 40), 0).save(only / "0.png")
    with pytest.raises(BadInput, match="constant picture: every pixel is 0 of 255"):
        inspection.evaluate(open_model(str(shop[1])), only.parent)


@pytest.mark.parametrize(
    ("size", "tint", "message"),
    [
        ((40, 64), (1.0, 1.0, 1.0), "64 pixels wide; the model was trained on 40"),
        ((20, 40), (1.0, 1.0, 1.0), "20 pixels high; the model was trained on 40"),
        ((40, 40), (1.0, 0.5, 0.2), "has colour; the model was trained on grey"),
    ],
)
def test_pictures_of_another_size_or_depth_are_refused(shop, tmp_path, size, tint, message):
    place = made.draw(tmp_path / "data", count=2, size=size, tint=tint)
    with pytest.raises(BadInput, match=message):
        inspection.evaluate(open_model(str(shop[1])), place)


def test_a_model_of_colour_takes_no_grey_pictures(tmp_path):
    place = made.draw(tmp_path / "data", count=6, tint=(1.0, 0.7, 0.4))
    model = open_model(str(made.model(place, tmp_path / "model")))
    assert inspection.evaluate(model, place).accuracy > 0.8
    with pytest.raises(BadInput, match="is grey; the model was trained on pictures in colour"):
        inspection.evaluate(model, made.draw(tmp_path / "grey", count=2))


def test_a_class_that_the_model_does_not_know_is_refused(shop, tmp_path):
    place = made.draw(tmp_path / "data", count=2)
    (place / "dots").rename(place / "dotts")
    with pytest.raises(BadInput, match="dotts: the model knows no such class, did you mean 'dots'"):
        inspection.evaluate(open_model(str(shop[1])), place)


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda place: place / "missing", "no such folder"),
        (lambda place: place, "no pictures in folders by class"),
    ],
)
def test_a_folder_without_pictures_is_refused(shop, tmp_path, prepare, message):
    with pytest.raises(BadInput, match=message):
        inspection.evaluate(open_model(str(shop[1])), prepare(tmp_path))


def test_another_tasks_model_is_refused(shop):
    data, model = shop
    done = twin("models", "evaluate", "bearing", "--model", model, "--data", data)
    assert done.returncode == 2
    assert "is a model for inspection, not for bearing" in done.stderr
    done = twin("models", "evaluate", "inspection", "--model", "bearing", "--data", data)
    assert done.returncode == 2
    assert "is a model for bearing, not for inspection" in done.stderr
    with pytest.raises(BadInput, match="looks at vibration, not at pictures"):
        inspection.evaluate(open_model("bearing"), data)


def test_a_corrupt_model_is_refused_in_one_line(shop, tmp_path):
    data, model = shop
    for suffix in ("onnx", "json"):
        content = (model / f"inspection.{suffix}").read_bytes()
        (tmp_path / f"inspection.{suffix}").write_bytes(content)
    (tmp_path / "inspection.onnx").write_bytes(b"\x08\x08 nonsense")
    done = twin("models", "evaluate", "inspection", "--model", tmp_path, "--data", data)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_of_train_and_test_only_test_is_evaluated(shop, tmp_path):
    made.draw(tmp_path / "train", count=5)
    made.draw(tmp_path / "test", count=3, seed=4)
    assert inspection.evaluate(open_model(str(shop[1])), tmp_path).n == 9


def test_sixteen_bits_and_arrays_give_what_eight_bits_give(tmp_path):
    grey = made.surface("dots", stream(1, "x"))
    folder = tmp_path / "a"
    folder.mkdir()
    Image.fromarray(grey).save(folder / "0.png")
    Image.fromarray(grey.astype(np.uint16) * 257).save(folder / "1.png")
    np.save(folder / "2.npy", grey)
    np.save(folder / "3.npy", grey / 255.0)
    found = read(tmp_path).pictures
    assert len({picture.digest for picture in found}) == 1
    assert {picture.size for picture in found} == {(40, 40)}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.full((8, 8), np.nan), "not numbers"),
        (np.zeros((2, 8, 8, 3)), "shape"),
        (np.full((8, 8), 300), "0 to 255"),
        (np.zeros((0, 8)), "shape"),
    ],
)
def test_arrays_that_are_no_pictures_are_refused(tmp_path, values, message):
    (tmp_path / "a").mkdir()
    np.save(tmp_path / "a" / "0.npy", values)
    with pytest.raises(BadInput, match=message):
        read(tmp_path)


def test_colour_is_told_from_grey_stored_as_colour(tmp_path):
    made.draw(tmp_path / "grey", count=2, tint=(1.0, 1.0, 0.999))
    made.draw(tmp_path / "colour", count=2, tint=(1.0, 0.6, 0.3))
    assert not read(tmp_path / "grey").coloured
    assert read(tmp_path / "colour").coloured


def test_a_camera_held_sideways_is_turned(tmp_path):
    (tmp_path / "a").mkdir()
    grey = np.zeros((20, 40), np.uint8)
    grey[:, 20:] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by 90° clockwise
    Image.fromarray(grey).save(tmp_path / "a" / "0.jpg", exif=exif)
    (picture,) = read(tmp_path).pictures
    assert picture.size == (20, 40)
    assert picture.pixels[:12].mean() < 20 < 230 < picture.pixels[-12:].mean()


def test_a_folder_around_the_classes_is_looked_into(tmp_path):
    made.draw(tmp_path / "images", count=1)
    assert {row.label for row in pictures.find(tmp_path)} == set(made.CLASSES)


def test_of_several_models_in_a_folder_the_tasks_own_is_taken(shop, tmp_path):
    data, model = shop
    for suffix in ("onnx", "json"):
        content = (model / f"inspection.{suffix}").read_bytes()
        (tmp_path / f"inspection.{suffix}").write_bytes(content)
        (tmp_path / f"other.{suffix}").write_bytes(content)
    done = twin("models", "evaluate", "inspection", "--model", tmp_path, "--data", data)
    assert done.returncode == 0, done.stderr
