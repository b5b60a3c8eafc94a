"""The three languages say the same things, with the same placeholders."""

from __future__ import annotations

import json
import re
import string
from pathlib import Path

import pytest

from twin import family
from twin.nodes import library
from twin.nodes.boards import BOARDS
from twin.nodes.budget import budgets
from twin.nodes.node_settings import NodeSettings
from twin.params import declarations
from twin.scenario import load, shipped
from twin.ui import i18n, names
from twin.ui.i18n import t, use_language
from twin.ui.pages.base import pages
from twin.ui.wording import clock

FOLDER = Path(i18n.__file__).parent / "locales"
TRANSLATED_ONLY = {"meanings.json", "cards.json", "titles.json"}
"""Written once, in English: where a meaning is declared, in models' cards, in scenario files."""


def _files(tag: str) -> set[str]:
    return {file.name for file in (FOLDER / tag).glob("*.json")} - TRANSLATED_ONLY


def _placeholders(text: str) -> set[str]:
    return {name for _t, name, _s, _c in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("tag", ["zh-TW", "zh-CN"])
def test_same_keys_and_placeholders(tag: str) -> None:
    assert _files(tag) == _files("en")
    english, other = i18n.catalogue("en"), i18n.catalogue(tag)
    only = tuple(name.removesuffix("json") for name in TRANSLATED_ONLY)
    shared = {key: text for key, text in other.items() if not key.startswith(only)}
    assert set(shared) == set(english)
    for key, text in english.items():
        assert _placeholders(text) == _placeholders(shared[key]), key


def test_languages_are_written_apart() -> None:
    traditional, simplified = i18n.catalogue("zh-TW"), i18n.catalogue("zh-CN")
    assert "數" in "".join(traditional.values())
    assert not re.search("[個這數據時間軸為變應]", "".join(simplified.values()))
    assert not re.search("[个这数时间轴为变应运]", "".join(traditional.values()))


@pytest.mark.parametrize(
    ("tag", "others"),
    [
        ("zh-TW", "窗口|視窗|分身|雙生|(?<!數位)孿生|孿生模型|孿生體"),
        ("zh-CN", "视窗|时间窗|分身|双生|(?<!数字)孪生|孪生模型|孪生体"),
    ],
)
def test_a_window_of_samples_and_the_twin_have_one_word_each(tag: str, others: str) -> None:
    said = i18n.catalogue(tag)
    assert {key: text for key, text in said.items() if re.search(others, text)} == {}
    words = {"zh-TW": ("時間窗", "數位孿生"), "zh-CN": ("窗口", "数字孪生")}[tag]
    assert all(word in "".join(said.values()) for word in words)


@pytest.mark.parametrize("tag", ["zh-TW", "zh-CN"])
def test_titles_layers_and_days_are_in_the_language_of_the_page(tag: str) -> None:
    i18n.use_language(tag)
    try:
        for file in shipped().glob("*.toml"):
            assert re.search(r"[\u4e00-\u9fff]", names.scenario(load(file).title)), file.name
        for model in library.names():
            card = library.open_model(model).card
            said = {names.layer(layer.name) for layer in card.layers}
            board = BOARDS["stm32u575"]
            said |= {names.culprit(budget.culprit) for budget in budgets(card, board)}
            assert not [one for one in said if re.search("[a-z]{3}", one)]
        assert names.layer("dense12").endswith("12")
        assert clock(172_500.0) == "第 2 天 23:55"
    finally:
        i18n.use_language("en")
    assert clock(172_500.0) == "day 2, 23:55"
    assert names.culprit("layer depthwise1") == "layer depthwise1"


def test_every_page_has_its_texts() -> None:
    for tag in i18n.LANGUAGES:
        texts = i18n.catalogue(tag)
        for page in pages():
            assert texts[f"{page.name}.name"]
            assert texts[f"{page.name}.question"]


def test_set_points_and_figures_have_names_in_every_language() -> None:
    for file in shipped().glob("*.toml"):
        scenario = load(file)
        live = [path for path, declared, _v in scenario.declarations() if declared.live]
        wanted = {f"params.{path.rsplit('.', 1)[-1]}" for path in live}
        wanted |= {f"kpis.{path.rsplit('.', 1)[-1]}" for path in scenario.measures}
        for tag in i18n.LANGUAGES:
            assert wanted <= set(i18n.catalogue(tag))


def test_a_meaning_is_the_declared_one_in_english() -> None:
    scenario = load(shipped() / "mill.toml")
    declared = next(iter(declarations(scenario.entries["mill"].params)))
    assert names.meaning(declared) == declared.meaning
    i18n.use_language("zh-TW")
    try:
        assert names.meaning(declared) != declared.meaning
    finally:
        i18n.use_language("en")


def test_files_are_flat_and_not_empty() -> None:
    for file in FOLDER.glob("*/*.json"):
        texts = json.loads(file.read_text("utf-8"))
        assert all(isinstance(text, str) and text for text in texts.values()), file


@pytest.mark.parametrize("kind", ["vibration", "acoustic", "electrical", "air", "thermal_camera"])
def test_parameters_of_sensors_have_names_in_every_language(kind: str) -> None:
    wanted = {
        f"params.{one.path}" for one in declarations(family.load("twin.signals", kind).Settings)
    }
    for tag in i18n.LANGUAGES:
        assert wanted <= set(i18n.catalogue(tag)), tag


def test_parameters_of_nodes_have_names_in_every_language() -> None:
    wanted = {f"params.{one.path}" for one in declarations(NodeSettings)}
    for tag in i18n.LANGUAGES:
        assert wanted <= set(i18n.catalogue(tag)), tag


@pytest.mark.parametrize("tag", ["zh-TW", "zh-CN"])
def test_cards_of_shipped_models_are_told_in_every_language(tag: str) -> None:
    told = i18n.catalogue(tag)
    said = set()
    for name in library.names():
        document = library.open_model(name).card.document
        training = document["training"]
        said |= {document["task"], training["data"], training["method"], *document["fails"]}
        said |= set(document.get("severity", {}).values())
    assert [sentence for sentence in sorted(said) if f"cards.{sentence}" not in told] == []


@pytest.mark.parametrize(("tongue", "one"), [("en", "One run"), ("zh-TW", "一次執行"),
                                             ("zh-CN", "一次运行")])  # fmt: skip
def test_one_run_has_no_mean_and_no_interval_in_any_language(tongue, one):
    use_language(tongue)
    try:
        assert t("overview.figures", n=1) == one
        assert "95 %" in t("overview.figures", n=8)
        bill = t("buildings.cost", cost="495.78", peak="3")
        bought = t("buildings.heat_finding", into="1", out="1", bought="1750.1")
    finally:
        use_language("en")
    assert any(word in bill for word in ("bill", "帳單", "账单"))
    assert any(word in bought for word in ("without fans", "不含風機", "不含风机"))
