"""The inspection model that ships: what its card says holds on pictures that nobody has seen."""

import numpy as np
import pytest

from twin.nodes import inspection, library, pictures
from twin.nodes.boards import BOARDS
from twin.nodes.cost import inference_time, run_time
from twin.signals._parts import CLASSES
from twin.training import rendered

FEW = 4000


@pytest.fixture(scope="module")
def model():
    return library.open_model("inspection")


@pytest.fixture(scope="module")
def fresh(model):
    """What it calls pictures of a seed that training and test have not."""
    pixels, truth = rendered.draw(FEW, 2026, "fresh")
    found = inspection.probabilities(model, pictures.with_levelled(pixels))
    return inspection.judge(CLASSES, truth, found)


def test_the_card_meets_what_it_was_made_for(model):
    """Issue: ≤ 40 KB, ≥ 99.5 %, ≤ 0.2 % each, arena ≤ 24 KB, ≤ 6 ms, ≥ 250 × at ≤ 0.2 points."""
    card, test = model.card.document, model.card.document["tests"]["rendered"]
    assert test["n"] >= 20_000
    assert test["accuracy"] >= 0.995
    assert test["false_alarms"] <= 0.002
    assert test["missed_alarms"] <= 0.002
    assert model.card.model_bytes <= 40_000
    assert card["arena_bytes"] <= 24_000
    board = BOARDS["stm32h7a3"]
    before = run_time(model.card.front.instructions, board)
    assert before + inference_time(model.card.layers, board) <= 6e-3
    assert card["compression"] >= 250.0
    assert card["lost"] <= 0.002
    assert card["training"]["cut_short"] == []
    assert card["severity"] == rendered.severity()


def test_what_a_baseline_can_do_is_far_less(model):
    assert model.card.document["tests"]["ridge_on_coarse_pixels"]["accuracy"] < 0.8


def test_the_ablation_goes_from_the_teacher_to_the_file(model):
    rows = model.card.document["ablation"]
    assert rows[0]["step"] == "teacher"
    assert rows[0]["bytes"] == 4 * rows[0]["parameters"]
    assert rows[-2]["bytes"] == model.card.model_bytes
    assert rows[-2]["accuracy"] == model.card.document["tests"]["rendered"]["accuracy"]
    ratio = rows[0]["bytes"] / model.card.model_bytes
    assert model.card.document["compression"] == pytest.approx(ratio, abs=0.05)


def test_fresh_pictures_are_judged_as_the_card_says(model, fresh):
    """Within four standard errors of the share on the card."""
    told = model.card.document["tests"]["rendered"]
    sound = sum(fresh.confusion[0])
    for name, size in (
        ("accuracy", FEW), ("false_alarms", sound), ("missed_alarms", FEW - sound),
    ):  # fmt: skip
        error = np.sqrt(max(told[name] * (1.0 - told[name]), 1.0 / size) / size)
        assert getattr(fresh, name) == pytest.approx(told[name], abs=4.0 * error)


def test_parts_turned_and_lit_beyond_what_it_knows_are_told_less_well(model, fresh):
    """A test that cannot be failed would test nothing: on strange pictures it does fail."""
    pixels, truth = rendered.draw(400, 2026, "fresh")
    upside_down = pictures.with_levelled(255 - pixels)
    found = inspection.judge(CLASSES, truth, inspection.probabilities(model, upside_down))
    assert found.accuracy < fresh.accuracy - 0.1


def test_it_is_evaluated_on_a_folder_of_pictures(model, tmp_path):
    from PIL import Image

    pixels, truth = rendered.draw(80, 5, "folder")
    for k, (picture, label) in enumerate(zip(pixels, truth, strict=True)):
        place = tmp_path / CLASSES[label]
        place.mkdir(exist_ok=True)
        Image.fromarray(picture[0]).save(place / f"{k}.png")
    report = inspection.evaluate(model, tmp_path)
    assert report.n == 80
    assert report.accuracy >= 0.95
