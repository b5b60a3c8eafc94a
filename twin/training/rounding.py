"""Training through the rounding of INT8: the network computes as it will, gradients pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from twin.training import probe
from twin.training.chains import Chain, require_torch
from twin.training.clock import Clock
from twin.training.convolution import CENTRE, PIXELS, Network
from twin.training.fitting import Course, Task, descend
from twin.training.quantise import HIGHEST, LOWEST, Scale


def _rounded(torch: Any, values: Any, scale: Scale) -> Any:
    """Round to INT8 and back; gradients pass where nothing saturates."""
    step, zero = float(scale.step), scale.zero
    inside = values.clamp((LOWEST - zero) * step, (HIGHEST - zero) * step)
    return inside + (torch.round(inside / step) * step - inside).detach()


def _rounded_weights(torch: Any, weights: Any, bits: int) -> Any:
    """Round weights, each output channel with its own step; gradients pass."""
    most = 2 ** (bits - 1) - 1
    step = weights.detach().abs().amax((1, 2, 3), keepdim=True).clamp(min=1e-8) / most
    return weights + (torch.round(weights / step) * step - weights).detach()


class Rounded:
    """A folded network whose weights and activations are rounded while it is trained."""

    def __init__(self, network: Network, scales: Sequence[Scale], bits: Sequence[int]) -> None:
        self.torch = require_torch()
        self.network, self.bits = network, bits
        *self.made, self.mean, _ = scales
        self.pairs = [
            (self._tensor(layer.weights), self._tensor(layer.biases)) for layer in network.layers
        ]

        self.gains = self.torch.tensor(network.gains)[None, :, None, None]

    def _tensor(self, values: Any) -> Any:
        return self.torch.tensor(values, requires_grad=True)

    def parameters(self) -> list[Any]:
        """All weights and biases."""
        return [tensor for pair in self.pairs for tensor in pair]

    def features(self, pixels: Any) -> Any:
        """Means over all pixels, before the last layer, ``(n, channels, 1, 1)``."""
        torch = self.torch
        values = _rounded(torch, pixels - float(CENTRE), PIXELS)
        layers = zip(
            self.network.layers[:-1], self.pairs[:-1], self.made, self.bits[:-1], strict=True
        )
        for layer, (weights, biases), scale, depth in layers:
            rounded = _rounded_weights(torch, weights, depth)
            values = torch.nn.functional.conv2d(
                values, rounded, biases, layer.stride, layer.padding, 1, layer.groups
            )
            if layer.rectified:
                values = values.clamp(0.0, layer.ceiling)
            values = _rounded(torch, values, scale)
        means = values.mean((2, 3), keepdim=True) * self.gains
        return _rounded(torch, means, self.mean)

    def logits(self, pixels: Any) -> Any:
        """Outputs, ``(n, classes)``; they are not rounded."""
        weights, biases = self.pairs[-1]
        rounded = _rounded_weights(self.torch, weights, self.bits[-1])
        found = self.torch.nn.functional.conv2d(self.features(pixels), rounded, biases)
        return found.flatten(1)

    def begin(self, task: Task) -> None:
        """Set the last layer by the features as they come out of the rounding."""
        weights, biases = probe.solve(task, self.features)
        with self.torch.no_grad():
            self.pairs[-1][0].copy_(weights[:, :, None, None])
            self.pairs[-1][1].copy_(biases)

    def trained(self) -> Network:
        """Return the network with the weights as they are now."""
        layers = [
            replace(layer, weights=_array(weights), biases=_array(biases))
            for layer, (weights, biases) in zip(self.network.layers, self.pairs, strict=True)
        ]
        return replace(self.network, layers=tuple(layers))


def _array(tensor: Any) -> Any:
    return np.array(tensor.detach().numpy())


def fit_rounded(
    task: Task, course: Course, clock: Clock, rounded: Rounded, teacher: Chain
) -> Network:
    """Train folded weights through the rounding (quantisation-aware); the scales stay."""
    teacher.modules.eval()
    descend(task, course, clock, rounded.logits, rounded.parameters(), teacher, lambda: None)
    return rounded.trained()
