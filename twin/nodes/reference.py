"""The MLPerf Tiny reference networks as layer tables, to check costs against published figures.

Shapes as in github.com/mlcommons/tiny, benchmark/training (Apache-2.0): anomaly detection (``ad``,
autoencoder), image classification (``ic``, ResNet-8), keyword spotting (``kws``, DS-CNN) and visual
wake words (``vww``, MobileNetV1 0.25 at 96 × 96). Batch normalisation and ReLU are folded.
"""

from __future__ import annotations

from typing import Literal

from twin.nodes.cost import Layer
from twin.nodes.layers import Builder

Task = Literal["ad", "ic", "kws", "vww"]
TASKS: tuple[Task, ...] = ("ad", "ic", "kws", "vww")
MOBILENET = (  # output channels and stride of each depthwise-separable block, width 0.25
    (16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), (128, 1), (128, 1), (128, 1), (128, 1),
    (128, 1), (256, 2), (256, 1),
)  # fmt: skip


def autoencoder() -> tuple[Layer, ...]:
    """Ten fully connected layers: 640 inputs, 128 wide, 8 at the neck."""
    net = Builder((1, 1, 640))
    for outputs in (128, 128, 128, 128, 8, 128, 128, 128, 128, 640):
        net.dense(outputs)
    return tuple(net.layers)


def resnet8() -> tuple[Layer, ...]:
    """Three stacks of 16, 32 and 64 channels on 32 × 32 × 3, each with one shortcut."""
    net = Builder((32, 32, 3))
    trunk = net.convolution(16)
    for channels, stride in ((16, 1), (32, 2), (64, 2)):
        net.convolution(channels, stride=stride, of=trunk)
        branch = net.convolution(channels)
        if stride > 1:
            trunk = net.convolution(channels, (1, 1), stride=stride, of=trunk)
        trunk = net.add(trunk, branch)
    net.pool()
    net.dense(10)
    net.softmax()
    return tuple(net.layers)


def ds_cnn() -> tuple[Layer, ...]:
    """A 10 × 4 first layer on 49 × 10, then four depthwise-separable blocks of 64 channels."""
    net = Builder((49, 10, 1))
    net.convolution(64, (10, 4), stride=2)
    for _ in range(4):
        net.depthwise()
        net.convolution(64, (1, 1))
    net.pool()
    net.dense(12)
    net.softmax()
    return tuple(net.layers)


def mobilenet(channels: int = 3) -> tuple[Layer, ...]:
    """MobileNetV1 of width 0.25 on 96 × 96 pixels with three ``channels``, or one (grey)."""
    net = Builder((96, 96, channels))
    net.convolution(8, stride=2)
    for width, stride in MOBILENET:
        net.depthwise(stride=stride)
        net.convolution(width, (1, 1))
    net.pool()
    net.dense(2)
    net.softmax()
    return tuple(net.layers)


def network(task: Task) -> tuple[Layer, ...]:
    """Layers of the reference network of a task."""
    made = {"ad": autoencoder, "ic": resnet8, "kws": ds_cnn, "vww": mobilenet}
    return made[task]()
