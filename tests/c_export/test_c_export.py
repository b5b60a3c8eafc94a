"""Exported C gives onnxruntime's bits on emulated cores; what it cannot do is refused by name."""

import json
import sys

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("unicorn")
pytest.importorskip("ziglang")

import onnx

from tests.c_export import networks
from twin.c_export import check, emulate, package, read
from twin.c_export.memory import buffers
from twin.c_export.network import Convolution
from twin.cli.main import main
from twin.errors import BadInput
from twin.nodes import library
from twin.nodes.arena import most_alive

# Instructions of an inference's layers on the M4, as built here. Fewer is progress: lower them.
LAYERS = {"bearing": 5_700, "anomaly": 5_800, "tool": 6_450}
PER_MAC = {(8, 16): 2.1, (16, 32): 1.5, (32, 32): 1.2, (32, 64): 1.2, (64, 64): 1.1}


def exported(content, folder, name="net"):
    return package.export(content, name, folder)


@pytest.mark.parametrize("core", emulate.CORES)
@pytest.mark.parametrize("name", library.names())
def test_shipped_models_give_the_same_bits_in_c(name, core, tmp_path):
    content = (library.HOME / f"{name}.onnx").read_bytes()
    made = exported(content, tmp_path, name)
    count = 1024 if made.network.macs < 20_000 else 32
    result = check.check(made, content, core, count)
    assert result.equal == result.inputs == count
    assert result.layers <= LAYERS.get(name, 4 * made.network.macs)


@pytest.mark.parametrize("name", networks.ALL)
def test_every_kernel_gives_the_same_bits(name, tmp_path):
    content = networks.ALL[name]()
    made = exported(content, tmp_path)
    fast = check.check(made, content, "cortex-m4", 100)
    portable = check.check(made, content, "cortex-m4", 20, without="dsp")
    assert fast.equal == fast.inputs
    assert portable.equal == portable.inputs
    assert fast.layers < portable.layers
    assert fast.ram == made.memory.size
    assert fast.stack < 512


@pytest.mark.parametrize("channels", PER_MAC)
def test_a_pointwise_layer_takes_few_instructions(channels, tmp_path):
    made = exported(networks.pointwise(*channels), tmp_path)
    assert made.network.macs == channels[0] * channels[1] * 64
    for core in emulate.CORES:
        machine = emulate.Machine(check.build(made, core))
        assert machine.count() <= PER_MAC[channels] * made.network.macs


@pytest.mark.parametrize(
    ("inputs", "outputs", "side", "kernel"),
    [(3, 5, 2, 1), (9, 12, 5, 1), (17, 2, 7, 1), (260, 3, 3, 1), (5, 7, 3, 3), (30, 5, 4, 3)],
)
def test_odd_sizes_give_the_same_bits(inputs, outputs, side, kernel, tmp_path):
    content = networks.square(inputs, outputs, side, kernel)
    made = exported(content, tmp_path)
    for without in ("", "dsp"):
        found = check.check(made, content, "cortex-m4", 16, without=without)
        assert found.equal == found.inputs


def test_long_windows_take_no_more_scratch_than_two_of_them(tmp_path):
    long = exported(networks.square(30, 5, 4, 3), tmp_path / "long")
    short = exported(networks.square(28, 5, 4, 3), tmp_path / "short")
    assert long.memory.scratch == 2 * 4 * -(-9 * 30 // 4)
    assert short.memory.scratch == 12 * 9 * 28


def test_instructions_do_not_depend_on_the_input(tmp_path):
    made = exported(networks.residual(), tmp_path)
    machine = emulate.Machine(check.build(made, "cortex-m4"))
    counts = set()
    for row in check.samples(made.network, 3):
        machine.run(row[None], made.network.output.size)
        counts.add(machine.count())
    assert len(counts) == 1


def test_instructions_of_a_known_program_are_counted(tmp_path):
    source = """
#include <stdint.h>
int32_t _start(const float *in, float *out, int32_t rows) {
    int32_t n = 1000;
    (void)in; (void)out; (void)rows;
    __asm__ volatile("1: nop\\n\\tsubs %0, #1\\n\\tbne 1b" : "+r"(n));
    return n;
}
"""
    (tmp_path / "loop.c").write_text(source)
    image = emulate.compile_c([tmp_path / "loop.c"], "cortex-m4", tmp_path)
    counted = emulate.Machine(image).count()
    assert 3000 < counted < 3010


def test_not_a_number_is_refused_by_the_c_code(tmp_path):
    made = exported(networks.perceptron(), tmp_path)
    machine = emulate.Machine(check.build(made, "cortex-m4"))
    rows = check.samples(made.network, 3)
    rows[1, 4] = np.nan
    machine.run(rows, made.network.output.size)
    assert machine.bad == 1


def test_the_arena_is_the_greedy_plan_and_holds_what_lives(tmp_path):
    made = exported(networks.residual(), tmp_path)
    assert made.memory.size >= most_alive(buffers(made.network))
    assert made.memory.size <= 1.1 * most_alive(buffers(made.network))


def test_the_readme_states_memory_and_the_model(tmp_path):
    made = exported(networks.residual(), tmp_path)
    text = (tmp_path / "README.md").read_text("utf-8")
    assert made.sha256 in text
    assert f"arena | {made.memory.size:,} B" in text
    assert "The Softmax at the end is left to the caller" in text
    for layer in made.network.layers:
        assert f"| {layer.name} |" in text
    sources = "".join(path.read_text("utf-8") for path in made.files if path.suffix != ".md")
    assert "malloc" not in sources


def test_layers_read_are_those_of_the_model(tmp_path):
    layers = read.read(networks.residual()).layers
    kinds = [package.kind_of(layer) for layer in layers]
    assert kinds[:4] == ["convolution", "depthwise", "pointwise", "depthwise"]
    assert sorted(kinds[4:6]) == ["convolution", "pointwise"]
    assert kinds[6:] == ["add", "pool", "pool", "dense"]
    macs = [layer.macs for layer in layers if isinstance(layer, Convolution)]
    assert macs[:3] == [9 * 8 * 256, 9 * 8 * 256, 8 * 18 * 256]


def refused(content):
    with pytest.raises(BadInput) as caught:
        read.read(content, file="net.onnx")
    return str(caught.value)


def changed(change):
    net = networks.Graph(5)
    value = net.convolution(net.pair("x", 0.1, 128), (8, 4, 1, 1), 0.1, 0.5, name="stem")
    return net.model(*change(net, value))


def test_an_unsupported_operator_is_refused_with_its_name():
    def leaky(net, value):
        value = net.pair(net.node("LeakyRelu", [value], name="act7"), 0.5, 20)
        return value, (4, 6, 6), (8, 6, 6)

    assert "layer 'act7' (QLinearLeakyRelu) is not supported" in refused(changed(leaky))


def test_a_layer_that_stays_in_floats_is_refused_with_its_name():
    def floats(net, value):
        return net.node("Exp", [value], name="grow"), (4, 6, 6), (8, 6, 6)

    assert "layer 'grow' (Exp) is computed in floats" in refused(changed(floats))


def test_grouped_convolutions_are_refused_with_their_name():
    def grouped(net, value):
        value = net.convolution(value, (8, 4, 1, 1), 0.5, 2.0, group=2, name="split")
        return value, (4, 6, 6), (8, 6, 6)

    assert "layer 'split' (QLinearConv) cannot be read: 2 groups" in refused(changed(grouped))


@pytest.mark.parametrize("content", [b"", b"not a model", networks.perceptron()[:300]])
def test_a_corrupt_model_is_refused(content):
    assert refused(content).startswith("net.onnx: is not an ONNX model")


def test_a_float_model_is_refused():
    kind = onnx.TensorProto.FLOAT
    body = onnx.helper.make_graph(
        [onnx.helper.make_node("Relu", ["x"], ["y"])],
        "g",
        [onnx.helper.make_tensor_value_info("x", kind, ["N", 4])],
        [onnx.helper.make_tensor_value_info("y", kind, ["N", 4])],
    )
    opset = [onnx.helper.make_opsetid("", 17)]
    content = onnx.helper.make_model(body, opset_imports=opset, ir_version=8).SerializeToString()
    assert "(Relu) works in floats before the input is quantised" in refused(content)


def test_a_batch_of_several_is_refused():
    model = onnx.load_from_string(networks.perceptron())
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 4
    assert "batch 1 or free" in refused(model.SerializeToString())


@pytest.fixture
def run(capsys, monkeypatch):
    def run(*words):
        monkeypatch.setattr(sys, "argv", ["twin", "models", "export", *words])
        with pytest.raises(SystemExit) as done:
            main()
        taken = capsys.readouterr()
        return done.value.code, taken.out, taken.err

    return run


def test_the_command_writes_and_checks(run, tmp_path):
    out = str(tmp_path / "c")
    code, text, _ = run("anomaly", "--c", "--out", out, "--check", "64", "--json", "-")
    document = json.loads(text)
    assert code in {0, None}
    assert [(row["core"], row["equal"]) for row in document["checks"]] == [
        ("cortex-m4", 64),
        ("cortex-m7", 64),
    ]
    card = library.open_model("anomaly").card
    assert document["sha256"] == card.sha256
    assert document["arena_bytes"] == card.document["arena_bytes"]
    assert document["macs"] == card.document["macs"]


def test_a_check_without_c_is_refused(run, tmp_path):
    code, _, error = run("bearing", "--out", str(tmp_path), "--check", "5")
    assert code == 2
    assert "give --c as well" in error


@pytest.mark.parametrize(("side", "channels"), [(32, 1), (33, 3)])
def test_networks_of_the_model_factory_give_the_same_bits(side, channels, tmp_path):
    from tests.training.test_convolution import network, noise
    from twin.training import convolution, qdq

    net, pixels = network(side, channels), noise(24, side, channels)
    scales = convolution.ranges(net, pixels)
    whole = convolution.quantise(net, scales, [8] * len(net.layers))
    content = qdq.pictures_to_onnx(whole)
    made = exported(content, tmp_path)
    found = check.check(made, content, "cortex-m7", 60)
    assert found.equal == found.inputs
