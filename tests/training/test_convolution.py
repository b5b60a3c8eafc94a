"""INT8 convolutions: what onnxruntime computes is what the integers say; how small they code."""

import dataclasses

import numpy as np
import onnxruntime
import pytest
from PIL import Image

from tests.nodes import made_pictures as made
from twin.errors import BadInput, Fault
from twin.nodes.pictures import Album, Picture
from twin.rng import stream
from twin.training import convolution, qdq
from twin.training.convolution import Convolution, Network
from twin.training.equalise import equalise
from twin.training.huffman import code_lengths, coded_bytes
from twin.training.inspection import Options, _refuse_few, gather, hold_back, side_of, taken


def layer(rng, outputs, inputs, size, stride=1, *, depthwise=False, rectified=True):
    shape = (outputs, 1 if depthwise else inputs, size, size)
    weights = rng.standard_normal(shape) * np.sqrt(2.0 / np.prod(shape[1:]))
    biases = 0.1 * rng.standard_normal(outputs)
    groups = outputs if depthwise else 1
    return Convolution(weights.astype("f4"), biases.astype("f4"), stride, groups, rectified)


def network(side, channels=1):
    rng = stream(1, f"network {side} {channels}")
    head = 0.4 * rng.standard_normal((5, 20, 1, 1))
    return Network(
        side,
        channels,
        (
            layer(rng, 8, channels, 3, 2),
            layer(rng, 8, 8, 3, depthwise=True),
            layer(rng, 16, 8, 1, rectified=False),
            layer(rng, 16, 16, 3, 2, depthwise=True),
            layer(rng, 20, 16, 1),
            Convolution(head.astype("f4"), np.zeros(5, "f4"), rectified=False),
        ),
    )


def noise(count, side, channels=1):
    values = stream(2, "pixels").integers(0, 256, (count, channels, side, side))
    return values.astype(np.float32) / np.float32(255.0)


def run(content, pixels):
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return session.run(None, {"pixels": pixels})[0]


@pytest.mark.parametrize(("side", "channels", "bits"), [(32, 1, 8), (33, 3, 8), (32, 1, 4)])
def test_onnxruntime_equals_the_integer_reference_bit_for_bit(side, channels, bits):
    net, pixels = network(side, channels), noise(120, side, channels)
    depths = [8, *([bits] * 4), 8]
    whole = convolution.quantise(net, convolution.ranges(net, pixels[:32]), depths)
    found = run(qdq.pictures_to_onnx(whole), pixels)
    assert found.tobytes() == convolution.run(whole, pixels).tobytes()
    assert len(np.unique(found.argmax(1))) > 1 or found.std() > 0.0


def test_int8_is_near_the_floats_and_fewer_bits_are_farther():
    net, pixels = network(32), noise(64, 32)
    scales, real = convolution.ranges(net, pixels), convolution.logits(net, pixels)
    away = [
        np.abs(convolution.run(convolution.quantise(net, scales, [bits] * 6), pixels) - real).mean()
        for bits in (8, 6, 4)
    ]
    assert away[0] < 0.05 * real.std()
    assert away[0] < away[1] < away[2]


def uneven(side):
    """The network of :func:`network` with channels a thousand times as large as others."""
    net = network(side)
    spread = np.geomspace(0.03, 30.0, 16).astype("f4")
    linear, expand = net.layers[2], net.layers[4]
    layers = list(net.layers)
    layers[2] = dataclasses.replace(
        linear, weights=linear.weights * spread[:, None, None, None], biases=linear.biases * spread
    )
    layers[3] = layer(stream(3, "e"), 24, 16, 1)
    layers[3] = dataclasses.replace(
        layers[3], weights=layers[3].weights / spread[None, :, None, None]
    )
    layers[4] = dataclasses.replace(expand, weights=np.repeat(expand.weights, 2, 1)[:, :24])
    rare = np.geomspace(0.01, 1.0, 20).astype("f4")
    layers[4] = dataclasses.replace(
        layers[4],
        weights=layers[4].weights * rare[:, None, None, None],
        biases=layers[4].biases * rare,
    )
    head = layers[5].weights / rare[None, :, None, None]
    layers[5] = dataclasses.replace(layers[5], weights=head)
    return dataclasses.replace(net, layers=tuple(layers))


def test_channels_made_alike_leave_the_function_and_lose_less_in_int8():
    net, pixels = uneven(32), noise(96, 32)
    alike = equalise(net, pixels[:48])
    real = convolution.logits(net, pixels)
    assert np.abs(convolution.logits(alike, pixels) - real).max() < 1e-4 * np.abs(real).max()

    def away(one):
        whole = convolution.quantise(one, convolution.ranges(one, pixels[:48]))
        return np.abs(convolution.run(whole, pixels) - real).mean()

    assert away(alike) < 0.3 * away(net)


def test_gains_of_the_mean_are_run_bit_for_bit():
    pixels = noise(60, 32)
    net = equalise(uneven(32), pixels[:32])
    assert net.gains.max() > 2 * net.gains.min()
    whole = convolution.quantise(net, convolution.ranges(net, pixels[:32]))
    found = run(qdq.pictures_to_onnx(whole), pixels)
    assert found.tobytes() == convolution.run(whole, pixels).tobytes()


def test_weights_of_few_bits_take_few_values():
    net = network(32)
    scales = convolution.ranges(net, noise(8, 32))
    whole = convolution.quantise(net, scales, [4] * 6)
    assert all(np.abs(one.weights).max() == 7 for one in whole.layers)
    with pytest.raises(ValueError, match="2 to 8"):
        convolution.quantise(net, scales, [1] * 6)


def test_the_layer_table_counts_what_the_arrays_hold():
    net = network(32)
    rows = convolution.table(net)
    sides = (16, 16, 16, 8, 8, 1)
    macs = [one.weights.size * side**2 for one, side in zip(net.layers, sides, strict=True)]
    assert [row.macs for row in rows if row.kind != "pool"] == macs
    assert sum(row.weights for row in rows) == sum(
        one.weights.size + 4 * one.biases.size for one in net.layers
    )


def test_a_huffman_code_can_be_read_and_is_near_the_entropy():
    counts = np.bincount(np.clip(stream(1, "h").normal(128, 6, 20_000), 0, 255).astype(int))
    lengths = np.array(code_lengths(counts))
    used = lengths > 0
    assert (used == (counts > 0)).all()
    assert np.sum(2.0 ** -lengths[used]) == pytest.approx(1.0)  # Kraft
    share = counts[used] / counts.sum()
    entropy = -np.sum(share * np.log2(share))
    assert entropy <= np.sum(share * lengths[used]) < entropy + 1.0


def test_few_bits_code_smaller():
    weights = stream(1, "w").normal(0.0, 40.0, 5000).clip(-127, 127)
    eight, four = weights.astype(np.int8), np.rint(weights / 18.0).astype(np.int8)
    assert coded_bytes([four]) < 0.6 * coded_bytes([eight]) < 0.6 * (5000 + 256)


def picture(label, index, digest="", size=(40, 40), colour=0.0):
    pixels = np.zeros((2, 2, 3), np.uint8)
    return Picture(f"{label}/{index}", label, "", pixels, size, colour, digest or f"{label}{index}")


def test_a_fifth_of_every_class_is_held_back_and_copies_stay_together():
    album = [picture("a", k) for k in range(50)] + [picture("b", k) for k in range(10)]
    album += [picture("c", k, f"copy{k // 5}") for k in range(50)]
    train, held = hold_back(album, 0.2, seed=1)
    assert [sum(p.label == word for p in held) for word in "abc"] == [10, 2, 10]
    assert not {p.digest for p in train} & {p.digest for p in held}
    assert len(train) + len(held) == len(album)
    assert hold_back(album, 0.2, seed=1) == (train, held)
    assert hold_back(album, 0.2, seed=2) != (train, held)


@pytest.mark.parametrize(
    ("labels", "message"),
    [("aaaa", "one class only"), ("aaaabb", "b: 2 pictures that can be learned from; at least 3")],
)
def test_too_few_classes_or_pictures_are_refused(tmp_path, labels, message):
    album = Album(tuple(picture(word, k) for k, word in enumerate(labels)), ())
    with pytest.raises(BadInput, match=message):
        _refuse_few((), album, tmp_path)


def test_flat_pictures_are_not_learned_from_and_a_class_of_them_is_refused(tmp_path):
    made.draw(tmp_path, count=4)
    Image.new("L", (40, 40), 7).save(tmp_path / "ok" / "0.png")
    said = []
    data = gather(tmp_path, Options(), said.append)
    assert len(data.train) + len(data.held) == 11
    assert any("0.png: constant picture: every pixel is 7 of 255" in line for line in said)
    for k in range(4):
        Image.new("L", (40, 40), 7).save(tmp_path / "dots" / f"{k}.png")
    with pytest.raises(BadInput, match="dots: 0 pictures that can be learned from; at least 3"):
        gather(tmp_path, Options(), said.append)


def test_the_folders_own_test_is_held_back_without_copies(tmp_path):
    made.draw(tmp_path / "train", count=6)
    made.draw(tmp_path / "test", count=3, seed=2)
    again = (tmp_path / "train" / "ok" / "0.png").read_bytes()
    (tmp_path / "test" / "ok" / "copy.png").write_bytes(again)
    said = []
    data = gather(tmp_path, Options(), said.append)
    assert (len(data.train), len(data.held)) == (18, 9)
    assert any("1 pictures of the test are in the training" in line for line in said)


def test_what_cannot_be_read_is_named(tmp_path):
    place = made.draw(tmp_path / "data", count=4)
    (place / "ok" / "0.png").write_bytes(b"no picture")
    said = []
    data = gather(place, Options(), said.append)
    assert len(data.left_out) == 1
    assert isinstance(data.left_out[0], Fault)
    assert any("left out" in line and "0.png" in line for line in said)


def test_the_card_says_which_pictures_are_taken(tmp_path):
    place = made.draw(tmp_path / "data", count=4)
    data = gather(place, Options(), lambda line: None)
    assert (data.side, data.channels) == (32, 1)
    assert taken(data)["sizes"] == [[40, 40], [40, 40]]
    made.draw(place, count=2, size=(60, 40), seed=3)
    wider = taken(gather(place, Options(), lambda line: None))
    assert wider["sizes"] == [[40, 40], [26, 90]]


def test_the_side_follows_the_pictures():
    assert side_of([(640, 480), (640, 480)]) == 128
    assert side_of([(100, 120)]) == 96
    assert side_of([]) == 128
