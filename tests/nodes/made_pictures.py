"""Pictures of made surfaces, and a small model of them that needs no torch to train."""

import numpy as np
from PIL import Image

from twin.nodes import inspection, pictures
from twin.nodes.library import open_bytes
from twin.rng import stream
from twin.training import card, convolution, qdq
from twin.training.inspection import Data, front, taken

CLASSES = ("dots", "ok", "stripes")
SIDE = 32


def surface(label, rng, size=(40, 40)):
    """Grey picture ``(height, width)`` of noise, with stripes or dots on it."""
    grey = rng.normal(130.0, 12.0, size)
    if label == "stripes":
        grey[:, int(rng.integers(4)) :: 4] += 60.0
    if label == "dots":
        for row, column in rng.integers(4, np.array(size) - 4, (12, 2)):
            grey[row - 2 : row + 2, column - 2 : column + 2] -= 90.0
    return np.clip(grey, 0, 255).astype(np.uint8)


def draw(folder, count=10, classes=CLASSES, size=(40, 40), seed=1, tint=(1.0, 1.0, 1.0)):
    """Write a folder of folders by class."""
    for label in classes:
        (folder / label).mkdir(parents=True, exist_ok=True)
        rng = stream(seed, label)
        for index in range(count):
            grey = surface(label, rng, size)
            colour = np.clip(grey[..., None] * np.array(tint), 0, 255).astype(np.uint8)
            picture = Image.fromarray(colour if len(set(tint)) > 1 else grey)
            picture.save(folder / label / f"{index}.png")
    return folder


def _data(place):
    album = pictures.read(pictures.find(place), SIDE, place)
    channels = 3 if album.coloured else 1
    return Data(album.pictures, album.pictures, album.classes, SIDE, channels, ())


def _filters(channels):
    """Eight fixed filters: light, edges in four directions, and their opposites."""
    across = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4.0
    spot = np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]) / 8.0
    kinds = [across, across.T, spot, np.eye(3) / 3.0]
    bank = np.array([sign * kind for kind in kinds for sign in (1.0, -1.0)])
    return np.repeat(bank[:, None], channels, axis=1).astype(np.float32) / channels


def model(place, folder):
    """Write a model and card: fixed filters, and a dense layer by least squares."""
    data = _data(place)
    pixels = data.pixels(data.train).astype(np.float32) / np.float32(255.0)
    truth = np.eye(len(data.classes))[pictures.labels(data.train, data.classes)]
    filters = convolution.Convolution(_filters(data.planes), np.zeros(8, np.float32), 2)
    blank = convolution.Convolution(np.zeros((1, 8, 1, 1), "f4"), np.zeros(1, "f4"))
    first = convolution.Network(SIDE, data.planes, (filters, blank))
    seen = convolution.activations(first, pixels)[-2]
    rows = np.hstack([seen, np.ones((len(seen), 1))])
    weights = np.linalg.lstsq(rows, 8.0 * truth, rcond=None)[0].T.astype(np.float32)
    head = convolution.Convolution(weights[:, :-1, None, None], weights[:, -1], rectified=False)
    network = convolution.Network(SIDE, data.planes, (filters, head))
    whole = convolution.quantise(network, convolution.ranges(network, pixels))
    content = qdq.pictures_to_onnx(whole)
    found = inspection.probabilities(open_bytes(content), data.pixels(data.train))
    report = inspection.judge(data.classes, truth.argmax(1), found)
    document = {
        "name": "inspection",
        "task": "Which surface a picture shows.",
        "sensor": "image",
        "classes": list(data.classes),
        "inputs": ["pixels"],
        "picture": taken(data),
        **card.measured(convolution.table(whole), front(data), content),
        "tests": {"held_back": card.rounded({"accuracy": report.accuracy})},
    }
    return card.write(folder, document, content)
