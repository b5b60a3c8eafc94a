"""``twin models``: what it prints, what its JSON holds, and how it refuses."""

import json
import subprocess
import sys

import numpy as np
import pytest

from twin.cli import _models_tests
from twin.nodes import library


def twin(*words):
    command = [sys.executable, "-c", "from twin.cli.main import main; main()", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Twin-made recordings in the layout of the real ones."""
    from twin.rng import stream
    from twin.signals.vibration import Sensor, Settings

    device = Sensor("x", Settings.read({"on": "m", "duration": 3.0}))
    arrays = {}
    for name, channel in {"Normal_a": "", "IR_a": "bearing_inner", "OR_a": "bearing_outer"}.items():
        state = {"spindle_speed": 30.0, channel: 1.0}
        arrays |= {name: device.block(state, 0.0, stream(1, name))}
        arrays |= {f"{name}__fs": np.array(device.rate), f"{name}__rpm": np.array(1800.0)}
    path = tmp_path_factory.mktemp("data") / "made.npz"
    np.savez(path, **arrays)
    return path


def test_list_gives_every_card():
    models = json.loads(twin("models", "list", "--json", "-").stdout)["models"]
    assert {"anomaly", "bearing", "tool"} <= {model["name"] for model in models}
    classes = {model["name"]: model["classes"] for model in models}
    assert classes["bearing"] == ["normal", "inner", "outer", "ball"]


def test_show_gives_layers_and_boards():
    document = json.loads(twin("models", "show", "bearing", "--json", "-").stdout)
    assert [row["layer"] for row in document["layers"]] == ["dense1", "dense2"]
    assert sum(row["macs"] for row in document["layers"]) == 2832
    assert max(row["top_bytes"] for row in document["layers"]) == 112
    assert all(budget["fits"] for found in document["boards"].values() for budget in found)


def test_show_says_what_the_card_says_of_its_tests():
    card = json.loads((library.HOME / "bearing.json").read_text(encoding="utf-8"))
    test = card["tests"]["recordings"]
    document = json.loads(twin("models", "show", "bearing", "--json", "-").stdout)
    assert document["task"] == card["task"]
    assert document["fails"] == card["fails"]
    assert document["leading_test"] == "recordings"
    assert document["confusion"] == test["confusion"]
    found = document["tests"]["recordings"]
    assert (found["missed_alarms"], found["alarm_score"]) == (test["missed_alarms"], 0.6)
    said = twin("models", "show", "bearing").stdout
    for words in (card["task"], *card["fails"], "test recordings", "a score of 0.6 or more"):
        assert words in said
    rows = [line.split() for line in said.splitlines()]
    assert ["outer", *map(str, test["confusion"][2])] in rows
    shown = "recordings 310 0.8581 0.766 0.9685 0.00 % 12.34 %"
    assert shown.split() in rows


def test_every_shipped_card_shows_its_tests():
    for name in library.names():
        card = library.open_model(name).card
        first, *_rest = _models_tests.tables(card)
        assert first.row_count == len(card.document["tests"])
        assert _models_tests.leading(_models_tests.of(card))


def test_evaluate_has_the_promised_keys(data):
    done = twin("models", "evaluate", "bearing", "--data", str(data), "--json", "-")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    promised = {"accuracy", "macro_f1", "macro_auroc", "classes", "confusion", "n", "model_bytes"}
    assert promised <= set(document)
    assert document["n"] == sum(map(sum, document["confusion"]))
    assert document["accuracy"] > 0.9


def test_an_exported_model_can_be_evaluated(data, tmp_path):
    done = twin("models", "export", "bearing", "--to", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    folder = str(tmp_path / "out")
    done = twin("models", "evaluate", folder, "--data", str(data), "--json", "-")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("evaluate", "baering", "--data", "x.npz"), "did you mean 'bearing'?"),
        (("evaluate", "bearing", "--data", "missing.npz"), "no such file or folder"),
        (("train", "baering"), "did you mean 'bearing'?"),
        (("show", "bearing", "--board", "stm32u57"), "did you mean 'stm32u575'?"),
        (("export", "bearin", "--to", "x"), "did you mean 'bearing'?"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(words, message):
    done = twin("models", *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
