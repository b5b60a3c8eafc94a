"""The inspection model: pictures in folders by class → teacher → student → INT8 → ONNX and card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.errors import Fault
from twin.nodes import inspection, pictures
from twin.nodes.inspection import Report
from twin.nodes.library import Front
from twin.nodes.pictures import Album, Listed, Picture
from twin.rng import stream
from twin.training import backbone, card, chains, convolution, plans, qdq
from twin.training.clock import Clock
from twin.training.enough import refuse_few
from twin.training.fitting import Course, Task
from twin.training.steps import Bench, Held, Recipe, Say

LARGEST_SIDE, SMALLEST_SIDE, SIDE_STEP = 128, 32, 16  # pixels
FEWEST = 3  # pictures of a class
WIDER = 1.5  # how far beyond those seen sizes may lie, where they differ anyway
READ_INSTRUCTIONS = 4.0  # for each pixel of the camera: read, weigh, add, store; assumption
LEVEL_INSTRUCTIONS = 65.9  # for each pixel of the model; counted, the exported C on an emulated M4
TEACHER = Course("teacher", 40, rate=3e-4, share=0.5, fewest=500, most=1500)
REFINED = Course("pruned", 30, rate=3e-4, share=0.6, fewest=400, most=1500)
ROUNDED = Course(
    "rounded", 5, rate=5e-5, share=0.8, decay=0.0, fewest=100, most=400, taught=1.0, moved=False
)


@dataclass(frozen=True, slots=True)
class Options:
    """What can be chosen.

    ``side`` of the pictures that the model takes (0: by the set), ``pruned`` share of channels
    (none: as the recipe says), ``bits`` of the weights (first and last layer keep 8), ``held`` back
    share, ``budget`` [s], ``oriented`` when classes differ by direction.
    """

    seed: int = 1
    side: int = 0
    pruned: float | None = None
    bits: int = 8
    held: float = 0.2
    budget: float = 900.0
    oriented: bool = False


@dataclass(frozen=True, slots=True)
class Data:
    """Pictures to learn from, pictures held back, and what they have in common."""

    train: tuple[Picture, ...]
    held: tuple[Picture, ...]
    classes: tuple[str, ...]
    side: int
    channels: int
    left_out: tuple[Fault, ...]

    @property
    def planes(self) -> int:
        """Planes that the model takes: the channels and the levelled one."""
        return self.channels + 1

    def pixels(self, chosen: Sequence[Picture]) -> npt.NDArray[np.uint8]:
        """Planes as the model takes them."""
        return pictures.stack(chosen, self.channels)


def side_of(sizes: Sequence[tuple[int, int]]) -> int:
    """Side that pictures of these sizes are scaled to.

    >>> side_of([(200, 200), (200, 180)]), side_of([(50, 60)]), side_of([(10, 10)])
    (128, 48, 32)
    """
    middle = float(np.median([min(size) for size in sizes] or [LARGEST_SIDE]))
    return int(np.clip(middle // SIDE_STEP * SIDE_STEP, SMALLEST_SIDE, LARGEST_SIDE))


def hold_back(
    album: Sequence[Picture], share: float, seed: int
) -> tuple[tuple[Picture, ...], tuple[Picture, ...]]:
    """Part pictures into those to learn from and ``share`` of every class to test on.

    Equal pictures stay on one side. The same pictures and seed give the same parts.
    """
    train: list[Picture] = []
    held: list[Picture] = []
    for label in sorted({picture.label for picture in album}):
        own = [picture for picture in album if picture.label == label]
        kinds = sorted({picture.digest for picture in own})
        stream(seed, f"training.inspection.held.{label}").shuffle(kinds)
        chosen = set(kinds[: max(round(share * len(kinds)), 1)])
        held += [picture for picture in own if picture.digest in chosen]
        train += [picture for picture in own if picture.digest not in chosen]
    return tuple(train), tuple(held)


def gather(place: Path, options: Options, say: Say) -> Data:
    """Read a folder by class; hold a share back, unless the folder brings a test of its own.

    Raises
    ------
    BadInput
        When there is one class only, or one has too few pictures.
    """
    listed = pictures.find(place)
    side = options.side or side_of(pictures.sizes(listed))
    say(f"reading {len(listed)} pictures, scaling to {side} × {side}")
    album = pictures.read(listed, side, place)
    for fault in album.left_out:
        say(f"left out: {fault}")
    _refuse_few(listed, album, place)
    parted = any(picture.part for picture in album.pictures)
    if parted:
        train = tuple(picture for picture in album.pictures if picture.part == "train")
        held = tuple(picture for picture in album.pictures if picture.part == "test")
        seen = {picture.digest for picture in train}
        copies = sum(picture.digest in seen for picture in held)
        if copies:
            say(f"{copies} pictures of the test are in the training as well; they test nothing")
            held = tuple(picture for picture in held if picture.digest not in seen)
    else:
        train, held = hold_back(album.pictures, options.held, options.seed)
    classes = tuple(sorted({picture.label for picture in train}))
    pictures.labels(held, classes)
    return Data(train, held, classes, side, 3 if album.coloured else 1, album.left_out)


def _refuse_few(listed: Sequence[Listed], album: Album, place: Path) -> None:
    there, learned = (
        [one.label for one in some if one.part != "test"] for some in (listed, album.pictures)
    )
    refuse_few(there, learned, FEWEST, "pictures", "class", place)


def taken(data: Data) -> dict[str, Any]:
    """Return what the card says of the pictures that the model takes."""
    seen = np.array([picture.size for picture in data.train])
    low, high = seen.min(axis=0), seen.max(axis=0)
    wide = np.where(low == high, 1.0, WIDER)
    sizes = [[int(a / w), int(np.ceil(b * w))] for a, b, w in zip(low, high, wide, strict=True)]
    colours = [picture.colour for picture in data.train]
    grey = data.channels == 1
    limit = max(pictures.COLOURED, 1.5 * max(colours)) if grey else min(colours)
    return {
        "side": data.side,
        "channels": data.channels,
        "planes": "the channels, and their mean levelled to equal mean and spread",
        "sizes": sizes,
        "colour": round(float(limit), 2),
        "scaling": "bilinear with anti-aliasing, to a square",
    }


def front(data: Data) -> Front:
    """Cost of scaling a camera's picture, every pixel of it read once, and of levelling."""
    width, height = np.median([picture.size for picture in data.train], axis=0)
    count = READ_INSTRUCTIONS * width * height * data.channels
    count += LEVEL_INSTRUCTIONS * data.side**2
    memory = 4 * data.side * data.channels  # one line of sums
    return Front(f"picture scaled to {data.side} × {data.side}", 1.0, 1.0, float(count), memory)


def task(data: Data, options: Options) -> Task:
    """Return what is learned from."""
    labels = pictures.labels(data.train, data.classes)
    pixels = pictures.channels_of(data.train, data.channels)
    return Task(pixels, labels, len(data.classes), options.oriented, options.seed)


def held(data: Data) -> Held:
    """Return what every step is judged on."""
    return Held(data.pixels(data.held), pictures.labels(data.held, data.classes), data.classes)


def recipe(data: Data, options: Options) -> Recipe:
    """Networks that begin with filters learned on photographs, and their courses."""
    shape = data.side, data.planes, len(data.classes)
    network = plans.photographic(*shape)
    courses = TEACHER, TEACHER, REFINED, ROUNDED
    return Recipe(network, network, *courses, True, options.pruned or 0.0, options.bits)


def document(
    data: Data,
    options: Options,
    bench: Bench,
    found: tuple[convolution.WholeNetwork, bytes, Report],
) -> Any:
    """Return the card."""
    whole, content, report = found
    layers = convolution.table(whole)
    counts = {word: sum(p.label == word for p in data.train) for word in data.classes}
    own = any(picture.part for picture in data.held)
    return {
        "name": "inspection",
        "task": f"Which of {len(data.classes)} classes a picture shows.",
        "sensor": inspection.SENSOR,
        "classes": list(data.classes),
        "inputs": ["pixels"],
        "picture": taken(data),
        **card.measured(layers, front(data), content),
        "parameters": bench.rows[-1].parameters,
        "coded_bytes": bench.rows[-1].bytes,
        "training": {
            "data": "the user's pictures in folders by class",
            "pictures": counts,
            "held_back": len(data.held),
            "split": "the folder's own test" if own else f"{options.held:.0%} of each class",
            "left_out": len(data.left_out),
            "method": "filters of photographs, dense layer, channels made alike, INT8",
            **backbone.origin(),
            "augmentation": "moved, lit, blurred"
            + ("" if options.oriented else ", turned, mirrored"),
            "seed": options.seed,
            "threads": 1,
            "cut_short": bench.clock.cut,
        },
        "ablation": card.rounded([asdict(row) for row in bench.rows]),
        "compression": round(bench.rows[0].bytes / len(content), 1),
        "fails": _fails(data, own=own),
        "tests": {"held_back": card.rounded(asdict(report))},
    }


def _fails(data: Data, *, own: bool) -> list[str]:
    said = [
        "Pictures of other light, lens or material than those trained on were not seen.",
        "A picture that shows none of the classes is called one of them all the same.",
    ]
    if not own:
        said.append(
            "The pictures held back come from the same folders: if neighbouring pictures show one "
            "part, the figures flatter. Give folders train and test to keep parts apart."
        )
    counts = [sum(p.label == word for p in data.held) for word in data.classes]
    low, high = min(counts), len(data.held)
    said.append(
        f"{high} pictures were held back, {low} of the rarest class: one wrong picture is "
        f"{100.0 / high:.1f} points of accuracy."
    )
    return said


def build(
    place: Path, folder: Path, options: Options | None = None, say: Say = lambda line: None
) -> tuple[Path, dict[str, Any]]:
    """Train on the pictures of ``place``; write the model with its card to ``folder``.

    Returns the model's file, and what is not part of the card: seconds of processor time of each
    step, and the files that were left out.

    Raises
    ------
    BadInput
        When the extra is not installed, or the pictures cannot be learned from.
    """
    chosen = options or Options()
    qdq.require_onnx()
    chains.require_torch()
    clock = Clock(chosen.budget, say)
    data = gather(place, chosen, say)
    bench = Bench(task(data, chosen), held(data), recipe(data, chosen), clock)
    found = bench.run()
    path = card.write(folder, document(data, chosen, bench, found), found[1])
    left_out = [str(fault) for fault in data.left_out]
    seconds = {step: round(spent, 1) for step, spent in bench.seconds.items()}
    return path, {"processor_s": seconds, "left_out": left_out}
