"""Training is repeatable, and what onnxruntime computes is what the integers say."""

import builtins

import numpy as np
import pytest

from twin.errors import BadInput
from twin.nodes.library import HOME, open_model
from twin.rng import stream
from twin.training import qdq
from twin.training.perceptron import Recipe, gradients, train
from twin.training.quantise import quantise, run, scale_of, to_int8
from twin.training.windows import CLASSES, draw_window, make

onnxruntime = pytest.importorskip("onnxruntime")


def toy(count=600, inputs=6):
    rng = stream(1, "toy")
    labels = rng.integers(0, 3, count)
    centres = 2.0 * rng.standard_normal((3, inputs))
    rows = (centres[labels] + rng.standard_normal((count, inputs))).astype(np.float32)
    return rows, labels


def trained():
    rows, labels = toy()
    recipe = Recipe(hidden=(8,), epochs=60, rate=1e-2, batch=32)
    return train(rows, np.eye(3)[labels], recipe, stream(1, "net")), rows, labels


def test_equal_seeds_train_equal_networks():
    one, two = trained()[0], trained()[0]
    for a, b in zip(one.weights + one.biases, two.weights + two.biases, strict=True):
        assert a.tobytes() == b.tobytes()


def test_gradients_are_the_slopes_of_the_loss():
    network, rows, labels = trained()
    targets = np.eye(3)[labels]

    def loss():
        logits = network.logits(rows)
        logits = logits - logits.max(axis=1, keepdims=True)
        return -np.mean(
            np.sum(targets * (logits - np.log(np.exp(logits).sum(1, keepdims=True))), 1)
        )

    found = gradients(network, rows, targets)
    for parameter, slope in zip(network.weights + network.biases, found, strict=True):
        place = np.unravel_index(np.argmax(np.abs(slope)), slope.shape)
        step = 1e-5
        parameter[place] += step
        above = loss()
        parameter[place] -= 2 * step
        below = loss()
        parameter[place] += step
        assert (above - below) / (2 * step) == pytest.approx(slope[place], rel=1e-3)


def test_int8_loses_nothing_on_a_clear_task():
    network, rows, labels = trained()
    quantised = quantise(network, rows)
    right = (network.logits(rows).argmax(1) == labels).mean()
    right_int8 = (run(quantised, rows).argmax(1) == labels).mean()
    assert right > 0.9
    assert right_int8 == pytest.approx(right, abs=0.01)


def test_a_scale_has_an_exact_zero():
    for low, high in ((0.0, 3.0), (-1.0, 5.0), (0.5, 2.0), (-4.0, -1.0)):
        scale = scale_of(low, high)
        assert to_int8(np.zeros(1, np.float32), scale)[0] == scale.zero


def test_onnxruntime_equals_the_integer_reference_bit_for_bit():
    pytest.importorskip("onnx")
    network, rows, _ = trained()
    quantised = quantise(network, rows)
    session = onnxruntime.InferenceSession(
        qdq.to_onnx(quantised), providers=["CPUExecutionProvider"]
    )
    many = (3.0 * stream(1, "rows").standard_normal((5000, rows.shape[1]))).astype(np.float32)
    together = session.run(None, {"features": many})[0]
    assert together.tobytes() == run(quantised, many).tobytes()
    alone = np.concatenate([session.run(None, {"features": one[None]})[0] for one in many[:500]])
    assert alone.tobytes() == together[:500].tobytes()


def test_the_shipped_model_equals_the_integer_reference_bit_for_bit():
    pytest.importorskip("onnx")
    quantised = qdq.from_onnx((HOME / "bearing.onnx").read_bytes())
    inputs = len(quantised.mean)
    many = (2.0 * stream(1, "shipped").standard_normal((5000, inputs)) + 1.0).astype(np.float32)
    assert open_model("bearing").logits(many).tobytes() == run(quantised, many).tobytes()


def test_equal_seeds_write_equal_files():
    pytest.importorskip("onnx")
    files = []
    for _ in range(2):
        network, rows, _ = trained()
        files.append(qdq.to_onnx(quantise(network, rows)))
    assert files[0] == files[1]


def test_windows_depend_on_their_seed_alone():
    rows, labels = make(3, 7, "t")
    again, _ = make(3, 7, "t")
    other, _ = make(3, 8, "t")
    assert rows.tobytes() == again.tobytes()
    assert rows.tobytes() != other.tobytes()
    assert set(labels) <= set(range(len(CLASSES)))


def test_windows_of_every_class_are_drawn_and_finite():
    drawn = [draw_window(stream(3, f"w{k}")) for k in range(40)]
    assert {window.label for window in drawn} == set(range(len(CLASSES)))
    assert all(np.isfinite(window.samples).all() for window in drawn)


def test_without_onnx_training_says_which_extra_is_missing(monkeypatch):
    real = builtins.__import__

    def refuse(name, *rest):
        if name == "onnx":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(BadInput, match="extra 'train'"):
        qdq.require_onnx()
