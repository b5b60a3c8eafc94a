"""Small quantised networks with random weights, written node by node."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Graph:
    """A graph that is being written; ``unsigned`` bytes or signed ones between the layers."""

    def __init__(self, seed=1, *, unsigned=True):
        self.rng = np.random.default_rng(seed)
        self.unsigned = unsigned
        self.nodes, self.constants, self.count = [], [], 0

    def name(self, prefix):
        self.count += 1
        return f"{prefix}{self.count}"

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, kind, inputs, name="", **attributes):
        out = self.name("v")
        self.nodes.append(helper.make_node(kind, inputs, [out], name=name, **attributes))
        return out

    def pair(self, value, step, zero):
        """Quantise and dequantise; ``zero`` counts from the lowest byte."""
        key = self.name("q")
        whole = np.uint8(zero) if self.unsigned else np.int8(zero - 128)
        ends = [self.constant(f"{key}s", np.float32(step)), self.constant(f"{key}z", whole)]
        value = self.node("QuantizeLinear", [value, *ends])
        return self.node("DequantizeLinear", [value, *ends])

    def convolution(
        self, value, shape, step, made, zero=0, name="", biases=True, axis=1, **attributes
    ):
        """A convolution with weights of ``shape``, read at scale ``step``, written at ``made``."""
        outputs, key = shape[0], self.name("c")
        whole = self.rng.integers(-127, 128, shape).astype(np.int8)
        steps = (0.02 * self.rng.uniform(0.5, 1.5, outputs)).astype(np.float32)
        weights = [
            self.constant(f"{key}w", whole),
            self.constant(f"{key}t", steps),
            self.constant(f"{key}y", np.zeros(outputs, np.int8)),
        ]
        inputs = [value, self.node("DequantizeLinear", weights, axis=0)]
        if biases:
            given = [
                self.constant(f"{key}b", self.rng.integers(-3000, 3000, outputs).astype("i4")),
                self.constant(f"{key}u", (np.float32(step) * steps).astype(np.float32)),
                self.constant(f"{key}v", np.zeros(outputs, np.int32)),
            ]
            inputs.append(self.node("DequantizeLinear", given, axis=0))
        found = self.node("Conv", inputs, name, kernel_shape=list(shape[2:]), **attributes)
        found = self.node("Relu", [found]) if zero == 0 else found
        return self.pair(found, made, zero)

    def model(self, value, taken, made):
        """The file: floats of shape ``taken`` in, of shape ``made`` out."""
        kind = TensorProto.FLOAT
        body = helper.make_graph(
            self.nodes,
            "g",
            [helper.make_tensor_value_info("x", kind, ["N", *taken])],
            [helper.make_tensor_value_info(value, kind, ["N", *made])],
            self.constants,
        )
        made_of = [helper.make_opsetid("", 17)]
        model = helper.make_model(body, opset_imports=made_of, ir_version=8)
        onnx.checker.check_model(model)
        return model.SerializeToString()


def pointwise(inputs=64, outputs=64, side=8):
    net = Graph()
    value = net.convolution(net.pair("x", 1 / 64, 131), (outputs, inputs, 1, 1), 1 / 64, 0.6)
    return net.model(value, (inputs, side, side), (outputs, side, side))


def square(inputs, outputs, side, kernel):
    """One layer that keeps the size of its input."""
    net = Graph(6)
    value = net.convolution(
        net.pair("x", 1 / 64, 131),
        (outputs, inputs, kernel, kernel),
        1 / 64,
        0.3 * kernel,
        zero=77,
        pads=[kernel // 2] * 4,
    )
    return net.model(value, (inputs, side, side), (outputs, side, side))


def residual():
    """First layer, depthwise and pointwise of odd widths, a sum, pools, a dense head, softmax."""
    net = Graph()
    value = net.convolution(
        net.pair("x", 1 / 255, 0), (8, 1, 3, 3), 1 / 255, 0.05, strides=[2, 2], pads=[1] * 4
    )
    value = net.convolution(value, (8, 1, 3, 3), 0.05, 0.3, group=8, pads=[1] * 4)
    value = net.convolution(value, (18, 8, 1, 1), 0.3, 2.0)
    value = net.convolution(
        value, (18, 1, 3, 3), 2.0, 6.0, group=18, strides=[2, 2], pads=[1, 0, 1, 2]
    )
    one = net.convolution(value, (23, 18, 1, 1), 6.0, 60.0, zero=123)
    two = net.convolution(value, (23, 18, 3, 3), 6.0, 90.0, zero=135, pads=[1] * 4)
    value = net.pair(net.node("Add", [one, two]), 100.0, 131)
    value = net.node("MaxPool", [value], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    value = net.pair(value, 100.0, 131)
    value = net.pair(net.node("GlobalAveragePool", [value]), 80.0, 128)
    value = net.convolution(value, (5, 23, 1, 1), 80.0, 300.0, zero=130)
    value = net.node("Softmax", [net.node("Flatten", [value])])
    return net.model(value, (1, 32, 32), (5,))


def picture():
    """Signed bytes: centred pixels of three channels, mean as a depthwise window, dense head."""
    net = Graph(2, unsigned=False)
    value = net.node("Sub", ["x", net.constant("m", np.float32([[[0.4]], [[0.5]], [[0.6]]]))])
    value = net.convolution(
        net.pair(value, 1 / 200, 128), (6, 3, 5, 5), 1 / 200, 0.1, strides=[2, 2], pads=[2] * 4
    )
    value = net.convolution(value, (6, 1, 3, 3), 0.1, 0.6, group=6, pads=[2] * 4, dilations=[2, 2])
    value = net.convolution(value, (10, 6, 2, 2), 0.6, 6.0, strides=[2, 2], biases=False)
    value = net.convolution(value, (10, 1, 5, 5), 6.0, 30.0, zero=100, group=10)
    value = net.convolution(value, (3, 10, 1, 1), 30.0, 200.0, zero=90)
    return net.model(net.node("Flatten", [value]), (3, 20, 20), (3,))


def waveform():
    """Convolutions over a waveform, an average pool, a flattened dense layer."""
    net = Graph(3)
    value = net.convolution(
        net.pair("x", 0.01, 128), (8, 1, 9), 0.01, 0.05, strides=[2], pads=[4, 4]
    )
    value = net.convolution(value, (12, 8, 5), 0.05, 0.6, dilations=[2])
    value = net.pair(net.node("AveragePool", [value], kernel_shape=[4], strides=[4]), 0.4, 0)
    value = net.pair(net.node("Flatten", [value]), 0.4, 0)
    value = net.node("Unsqueeze", [value, net.constant("axes", np.array([2]))])
    value = net.pair(value, 0.4, 0)
    value = net.convolution(value, (4, 84, 1), 0.4, 4.0, zero=128)
    return net.model(net.node("Flatten", [value]), (1, 72), (4,))


def perceptron():
    """Matrix products with and without bias, and a sigmoid between them."""
    net = Graph(4)
    value = net.pair("x", 0.02, 117)
    weights = net.rng.integers(-127, 128, (30, 21)).astype(np.int8)
    given = [net.constant("w", weights), net.constant("t", np.float32(0.01))]
    real = net.node("DequantizeLinear", [*given, net.constant("y", np.int8(0))])
    value = net.pair(net.node("MatMul", [value, real]), 0.05, 120)
    value = net.pair(net.node("Sigmoid", [value]), 1 / 256, 0)
    weights = net.rng.integers(-127, 128, (6, 21)).astype(np.int8)
    given = [net.constant("second_w", weights), net.constant("second_t", np.float32(0.03))]
    real = net.node("DequantizeLinear", [*given, net.constant("second_y", np.int8(0))])
    biases = [
        net.constant("second_b", net.rng.integers(-900, 900, 6).astype(np.int32)),
        net.constant("second_u", np.float32(1 / 256) * np.float32(0.03)),
        net.constant("second_v", np.int32(0)),
    ]
    bias = net.node("DequantizeLinear", biases)
    value = net.pair(net.node("Gemm", [value, real, bias], transB=1), 0.06, 140)
    return net.model(value, (30,), (6,))


def planes(side, outputs):
    """Two planes of bytes, 0 to 1; one window over each eighth of them, and their mean."""
    net = Graph(9)
    value = net.convolution(
        net.pair("x", np.float32(1 / 255), 0),
        (outputs, 2, 8, 8),
        1 / 255,
        0.05,
        100,
        strides=[8, 8],
    )
    value = net.pair(net.node("GlobalAveragePool", [value]), 0.03, 100)
    return net.model(net.node("Flatten", [value]), (2, side, side), (outputs,))


def dense(inputs, outputs):
    """One matrix product."""
    net = Graph(8)
    weights = net.rng.integers(-127, 128, (inputs, outputs)).astype(np.int8)
    given = [net.constant("w", weights), net.constant("t", np.float32(0.002))]
    real = net.node("DequantizeLinear", [*given, net.constant("y", np.int8(0))])
    value = net.node("MatMul", [net.pair("x", 0.1, 200), real])
    return net.model(net.pair(value, 0.1, 128), (inputs,), (outputs,))


ALL = {net.__name__: net for net in (pointwise, residual, picture, waveform, perceptron)}
