"""Channels of unlike size share one step in INT8: they are made alike first, at no cost.

Behind a layer without a rectifier, and behind the mean over all pixels, a channel may be given a
factor that the next layer takes back: the float network stays the same function. The factor is the
one by which channel and weights use as much of their ranges (Nagel et al., ICCV 2019,
arXiv:1906.04721, equations 9–11, with what occurs in pictures in place of their bound).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.training.convolution import BATCH, Convolution, Floats, Network, activations

MOST = 64.0
"""A channel that hardly ever says anything is not blown up beyond this [1]."""


def equalise(network: Network, pixels: Floats) -> Network:
    """Return the same network with channels of like size, by what occurs in ``pixels``.

    Parameters
    ----------
    network : Network
    pixels : array of float32, shape (n, channels, side, side)
        Pixels 0 to 1.
    """
    seen = _largest(network, pixels)
    layers = list(network.layers)
    for place, (layer, after) in enumerate(zip(layers, network.layers[1:], strict=False)):
        if layer.rectified or after.groups > 1 or place == len(layers) - 2:
            continue
        gains = _gains(seen[place], layers[place + 1])
        layers[place] = _times(layers[place], gains)
        layers[place + 1] = _taken_back(layers[place + 1], gains)
    gains = _gains(seen[-1], layers[-1])
    return replace(
        network,
        layers=(*layers[:-1], _taken_back(layers[-1], gains)),
        gains=network.gains * gains,
    )


def _largest(network: Network, pixels: Floats) -> list[Floats]:
    """Largest magnitude of each channel of every layer's output, and of the mean."""
    found: list[list[Floats]] = []
    for start in range(0, len(pixels), BATCH):
        made = activations(network, pixels[start : start + BATCH])[1:-1]
        found.append([np.abs(v).reshape(*v.shape[:2], -1).max(axis=(0, 2)) for v in made])
    return [np.max(parts, axis=0) for parts in zip(*found, strict=True)]


def _gains(largest: Floats, after: Convolution) -> Floats:
    """Factor of each channel: what it says and what is made of it then take as much room."""
    weights = np.abs(after.weights).max(axis=(0, 2, 3))
    gains = np.sqrt(np.maximum(weights, 1e-12) / np.maximum(largest, 1e-12))
    centre = np.exp(np.median(np.log(gains)))
    return np.asarray(np.clip(gains / centre, 1.0 / MOST, MOST), np.float32)


def _times(layer: Convolution, gains: Floats) -> Convolution:
    weights = layer.weights * gains[:, None, None, None]
    return replace(layer, weights=weights, biases=layer.biases * gains)


def _taken_back(layer: Convolution, gains: Floats) -> Convolution:
    return replace(layer, weights=layer.weights / gains[None, :, None, None])
