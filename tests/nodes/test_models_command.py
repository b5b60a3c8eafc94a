"""``twin models``: what it prints, what its JSON holds, and how it refuses."""

import json
import subprocess
import sys

import numpy as np
import pytest


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
