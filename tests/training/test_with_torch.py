"""Training on pictures, end to end; collected only with the extra ``train`` (conftest.py)."""

import dataclasses
import json

import numpy as np
import pytest

from tests.nodes import made_pictures as made
from twin.nodes import inspection, pictures
from twin.nodes.library import open_model
from twin.rng import stream
from twin.signals._parts import CLASSES
from twin.training import backbone, chains, convolution, fitting, parts, plans, steps
from twin.training import inspection as recipe
from twin.training.augment import with_levelled
from twin.training.clock import Clock


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Courses of a few steps."""
    for name in ("TEACHER", "REFINED", "ROUNDED"):
        course = getattr(recipe, name)
        few = fitting.Course(
            course.name, 1, course.rate, course.share, course.decay, fewest=50, most=50
        )
        monkeypatch.setattr(recipe, name, few)


def chain(side=32, plan=None):
    made_up = chains.build((plan or plans.thin)(side, 2, 3), seed=1)
    rng = np.random.default_rng(1)
    for module in made_up.modules:
        if hasattr(module, "running_mean"):
            size = len(module.running_mean)
            module.running_mean.copy_(chains.require_torch().from_numpy(rng.normal(0, 0.2, size)))
            module.running_var.copy_(chains.require_torch().from_numpy(rng.uniform(0.5, 2, size)))
    return made_up


def pixels(count=6, side=32):
    return stream(1, "p").integers(0, 256, (count, 2, side, side)).astype(np.uint8)


def test_folding_the_normalisation_changes_nothing():
    made_up, some = chain(), pixels()
    logits = convolution.logits(chains.fold(made_up), some.astype("f4") / np.float32(255))
    weight = np.exp(logits - logits.max(1, keepdims=True))
    assert weight / weight.sum(1, keepdims=True) == pytest.approx(
        chains.predict(made_up, some), abs=1e-4
    )


def test_pruning_channels_without_weight_changes_nothing():
    made_up, some = chain(), pixels()
    torch = chains.require_torch()
    with torch.no_grad():
        for index, stage in enumerate(made_up.plan.stages):
            for module in made_up.modules[3 * index : 3 * index + 2]:
                module.weight[::4] = 0.0
            norm = made_up.modules[3 * index + 1]
            norm.bias[::4] = 0.0
            norm.running_mean[::4] = 0.0
            assert stage.outputs == len(norm.bias)
    thin = chains.prune(made_up, 0.25)
    widths = [stage.outputs for stage in thin.plan.stages]
    assert widths == [max(-(-s.outputs * 3 // 16) * 4, 8) for s in made_up.plan.stages]
    assert chains.predict(thin, some) == pytest.approx(chains.predict(made_up, some), abs=1e-5)


def test_narrow_stages_without_a_rectifier_are_not_thinned_and_fold_as_they_are():
    made_up, some = chain(plan=plans.photographic), pixels()
    narrow = [stage.outputs for stage in made_up.plan.stages if not stage.rectified]
    thin = chains.prune(made_up, 0.4)
    assert [stage.outputs for stage in thin.plan.stages if not stage.rectified] == narrow
    assert sum(s.outputs for s in thin.plan.stages) < sum(s.outputs for s in made_up.plan.stages)
    logits = convolution.logits(chains.fold(thin), some.astype("f4") / np.float32(255))
    found = chains.predict(thin, some)
    weight = np.exp(logits - logits.max(1, keepdims=True))
    assert weight / weight.sum(1, keepdims=True) == pytest.approx(found, abs=1e-4)


@pytest.mark.parametrize("channels", [1, 3])
def test_networks_begin_with_the_filters_of_the_trunk(channels):
    made_up = chains.build(plans.photographic(64, channels + 1, 3), seed=1)
    before = made_up.modules[-1].weight.detach().clone()
    backbone.begin(made_up)
    stored = np.load(backbone.HOME)
    last = len(plans.TRUNK) - 1
    found = made_up.modules[chains.PER_STAGE * last].weight.detach().numpy()
    known = stored[f"w{last}"].astype("f4")
    assert (found == np.concatenate([known, -known])).all()
    first = made_up.modules[0].weight.detach().numpy()
    assert first.sum((1, 2, 3)) == pytest.approx(
        backbone.SCALE * stored["w0"].astype("f4").sum((1, 2, 3)), abs=1e-4
    )
    assert (made_up.modules[-1].weight == before).all()


def test_parts_that_the_twin_draws_train_a_model(tmp_path, monkeypatch):
    for name in ("TAUGHT", "DISTILLED", "REFINED", "ROUNDED"):
        few = dataclasses.replace(getattr(parts, name), epochs=1, fewest=25, most=25, batch=16)
        monkeypatch.setattr(parts, name, few)
    path, _ = parts.build(tmp_path, recipe.Options(), lambda line: None, (160, 200, 150))
    card = open_model(str(path)).card
    assert card.classes == CLASSES
    assert card.document["tests"]["rendered"]["n"] == 200
    assert card.document["tests"]["rendered"]["accuracy"] > 1.5 / len(CLASSES)
    rows = {row["step"]: row for row in card.document["ablation"]}
    assert list(rows)[-2:] == ["threshold set", "weights in a Huffman code"]
    told, test = card.document["threshold"], card.document["tests"]["rendered"]
    assert told["pictures"] == 150
    assert test["false_alarms"] == rows["threshold set"]["false_alarms"]
    assert card.document["training"]["cut_short"] == []


def test_without_a_budget_nothing_is_cut():
    said = []
    clock = Clock(float("inf"), said.append)
    assert clock.steps("x", 10**9, 10.0, 0.1) == 10**9
    clock.told = -1e9
    clock.tell("x", 1, 2, 0.5)
    assert said == ["x: step 1 of 2, loss 0.500"]


def test_trained_from_a_folder_and_evaluated_again(tmp_path):
    place = made.draw(tmp_path / "data", count=15)
    paths = [recipe.build(place, tmp_path / name)[0] for name in ("one", "two")]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[0].with_suffix(".json").read_bytes() == paths[1].with_suffix(".json").read_bytes()
    card = json.loads(paths[0].with_suffix(".json").read_text())
    assert card["tests"]["held_back"]["n"] == 9
    assert [row["step"] for row in card["ablation"]] == [
        "filters of photographs, dense layer learned",
        "INT8 after training",
        "weights in a Huffman code",
    ]
    fresh = made.draw(tmp_path / "fresh", count=8, seed=5)
    report = inspection.evaluate(open_model(str(paths[0])), fresh)
    assert report.accuracy >= 0.8


def test_few_bits_are_trained_through_the_rounding(tmp_path):
    place = made.draw(tmp_path / "data", count=8)
    path, _ = recipe.build(place, tmp_path / "out", recipe.Options(bits=2))
    rows = json.loads(path.with_suffix(".json").read_text())["ablation"]
    assert [row["step"] for row in rows][1:3] == ["INT8 after training", "INT8 in training"]


def test_a_small_budget_cuts_and_the_card_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(steps, "AGREED", 1.1)
    place = made.draw(tmp_path / "data", count=6)
    path, _ = recipe.build(place, tmp_path / "out", recipe.Options(budget=0.1))
    cut = json.loads(path.with_suffix(".json").read_text())["training"]["cut_short"]
    assert cut[-1].startswith("rounded: 40 of 50 steps")


def test_filters_are_learned_on_where_a_dense_layer_does_not_do(tmp_path, monkeypatch):
    place = made.draw(tmp_path / "data", count=8)
    monkeypatch.setattr(steps, "ENOUGH", 1.1)
    options = recipe.Options(pruned=0.3)
    path, _ = recipe.build(place, tmp_path / "out", options)
    rows = json.loads(path.with_suffix(".json").read_text())["ablation"]
    assert [row["step"] for row in rows][1:3] == ["filters learned on", "pruned by 30%"]
    assert rows[2]["parameters"] < rows[1]["parameters"]


def test_rare_classes_come_more_often():
    labels = np.array([0] * 90 + [1] * 10)
    task = fitting.Task(np.zeros((100, 1, 4, 4), np.uint8), labels, 2, False, 1)
    rng = stream(1, "order")
    drawn = np.concatenate([fitting.order(task, rng) for _ in range(40)])
    rare = np.mean(labels[drawn] == 1)
    expected = 10 / np.sqrt(10) / (10 / np.sqrt(10) + 90 / np.sqrt(90))
    assert rare == pytest.approx(expected, abs=0.01)


def test_a_clock_cuts_nothing_while_there_is_time():
    clock = Clock(100.0, lambda line: None)
    assert clock.steps("x", 1000, 0.01, 0.5) == 1000
    assert clock.cut == []
    assert clock.steps("x", 10_000, 0.01, 0.5) < 5001
    assert len(clock.cut) == 1


def test_the_levelled_plane_is_the_one_that_the_node_computes():
    torch, some = chains.require_torch(), pixels(4)
    found = with_levelled(torch, torch.from_numpy(some).float() / 255.0).numpy()
    assert found == pytest.approx(pictures.with_levelled(some) / 255.0, abs=0.6 / 255.0)


def test_a_teachers_answers_are_kept_only_for_pictures_that_stay_as_they_are():
    torch, made_up = chains.require_torch(), chain()
    grey = pixels(4)[:, :1]
    kept = chains.answers(made_up, grey)
    assert kept == pytest.approx(chains.answers(made_up, pictures.with_levelled(grey)), abs=0.02)
    wrong = np.full_like(kept, 7.0)
    task = fitting.Task(grey, np.array([0, 1, 2, 0]), 3, True, 1, wrong)
    still = fitting.Course("still", 1, 1e-3, 1.0, moved=False)
    chosen, shown = np.array([2, 0]), with_levelled(torch, torch.from_numpy(grey).float() / 255.0)
    taught = fitting._taught(torch, task, still, chosen, shown[[2, 0]], made_up)
    assert (taught.numpy() == 7.0).all()
    for other, course in ((task, dataclasses.replace(still, moved=True)),
                          (dataclasses.replace(task, oriented=False), still)):  # fmt: skip
        asked = fitting._taught(torch, other, course, chosen, shown[[2, 0]], made_up)
        assert asked.numpy() == pytest.approx(kept[[2, 0]], abs=1e-4)


def test_words_are_learned_from_a_folder_and_judged_again(tmp_path, monkeypatch):
    from tests.training.test_sound import spoken, write
    from twin.nodes.senses import word
    from twin.nodes.senses.base import Asked as Judged
    from twin.training import keyword
    from twin.training.tasks.base import Asked

    monkeypatch.setattr(plans, "wide", plans.thin)  # a teacher as small as the student
    for name, steps_ in (("TAUGHT", 60), ("DISTILLED", 90), ("ROUNDED", 10)):
        course = dataclasses.replace(getattr(keyword, name), epochs=1, fewest=steps_, most=steps_)
        monkeypatch.setattr(keyword, name, course)
    for kind in ("up", "down", "noise"):
        for k in range(15):
            write(tmp_path / "in" / kind / f"{k}.wav", spoken(stream(2, f"{kind}{k}"), kind))
    path, _ = keyword.build(tmp_path / "in", Asked(tmp_path / "out"), lambda line: None)
    card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert card["classes"] == ["down", "noise", "up"]
    assert card["tests"]["held_back"]["accuracy"] >= 0.8
    found = word.evaluate(open_model(str(path)), Judged(tmp_path / "in"))
    assert found["n"] == 45


def test_a_person_model_is_an_inspection_model_that_raises_no_alarm(tmp_path):
    from twin.family import load
    from twin.training.tasks.base import Asked

    place = made.draw(tmp_path / "in", 12, ("stripes", "dots"))
    for old, new in (("stripes", "person"), ("dots", "nobody")):
        (place / old).rename(place / new)
    path, _ = load("twin.training.tasks", "person").build(
        Asked(tmp_path / "out", data=place, side=32, budget=1.0), lambda line: None
    )
    card = open_model(str(path)).card
    assert (card.name, card.document["alarms"]) == ("person", [])
    assert set(inspection.evaluate(open_model(str(path)), place).classes) == {"nobody", "person"}
