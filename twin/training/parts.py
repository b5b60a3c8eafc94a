"""The inspection model that ships: trained on parts that the twin draws, tested on others of them.

Trained on the twin alone, it knows the twin's parts; for real ones train on your own pictures
(:mod:`twin.training.inspection`).
"""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.nodes import inspection, pictures
from twin.nodes.inspection import Report, judge
from twin.nodes.library import Front
from twin.rng import stream
from twin.signals._parts import CLASSES
from twin.training import card, chains, convolution, plans, qdq, rendered
from twin.training.clock import Clock
from twin.training.fitting import Course, Task
from twin.training.inspection import LEVEL_INSTRUCTIONS, READ_INSTRUCTIONS, Options
from twin.training.steps import Bench, Held, Recipe, Say

TRAINED, TESTED, KEPT = 30_000, 20_480, 10_000  # pictures; the last set the threshold
# Pictures stay as the twin draws them: there are enough of them.
TAUGHT = Course("teacher", 2, rate=2e-3, share=0.4, batch=64, most=20_000, moved=False)
DISTILLED = replace(TAUGHT, name="student", epochs=8, rate=6e-3, share=0.6)
REFINED = replace(TAUGHT, name="pruned", epochs=9, rate=3e-3, share=0.7)
ROUNDED = replace(TAUGHT, name="rounded", epochs=1, rate=2e-4, share=0.9, decay=0.0)
PLANES = 2
PRUNED = 0.35  # share of channels
COARSE = 16  # pixels along a side that the baseline sees
SUMS = 20  # bytes for each line of a picture while it is levelled, as in the exported C


def recipe(options: Options) -> Recipe:
    """Networks that begin with random weights: nothing is known but what the twin draws."""
    shape = rendered.SIDE, PLANES, len(CLASSES)
    courses = TAUGHT, DISTILLED, REFINED, ROUNDED
    pruned = PRUNED if options.pruned is None else options.pruned
    networks = plans.wide(*shape), plans.thin(*shape)
    return Recipe(*networks, *courses, False, pruned, options.bits)


def build(
    folder: Path,
    options: Options,
    say: Say,
    numbers: tuple[int, int, int] = (TRAINED, TESTED, KEPT),
) -> tuple[Path, dict[str, Any]]:
    """Draw pictures, train on the first ``numbers``, test on the second; write the model.

    The third set the threshold between sound and flawed. Returns the model's file, and seconds of
    processor time of each step.

    Raises
    ------
    BadInput
        When the extra is not installed.
    """
    qdq.require_onnx()
    chains.require_torch()
    clock = Clock(options.budget, say)
    say(f"drawing {sum(numbers)} pictures of parts")
    pixels, labels = mirrored(*rendered.draw(numbers[0], options.seed, "train"))
    others, truth = rendered.draw(numbers[1], options.seed, "test")
    held = Held(pictures.with_levelled(others), truth, CLASSES)
    some, known = rendered.draw(numbers[2], options.seed, "threshold")
    kept = Held(pictures.with_levelled(some), known, CLASSES)
    task = Task(pixels, labels, len(CLASSES), True, options.seed)
    bench = Bench(task, held, recipe(options), clock, kept)
    found = bench.run()
    base = baseline(pixels, labels, others, truth, options.seed)
    path = card.write(folder, document(options, bench, found, base, numbers), found[1])
    return path, {"processor_s": {step: round(s, 1) for step, s in bench.seconds.items()}}


def mirrored(
    pixels: npt.NDArray[np.uint8], labels: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.intp]]:
    """Add each picture's mirror image: nothing that is drawn knows left from right."""
    return np.concatenate([pixels, pixels[..., ::-1]]), np.concatenate([labels, labels])


def baseline(
    pixels: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.intp],
    others: npt.NDArray[np.uint8],
    truth: npt.NDArray[np.intp],
    seed: int,
) -> Report:
    """Ridge regression on coarse pixels: what no network is needed for."""
    chosen = stream(seed, "training.baseline").permutation(len(pixels))[:8000]
    rows, tests = _coarse(pixels[chosen]), _coarse(others)
    wanted = np.eye(len(CLASSES), dtype=np.float32)[labels[chosen]]
    ridge = rows.T @ rows + 0.01 * len(rows) * np.eye(rows.shape[1], dtype=np.float32)
    weights = np.linalg.solve(ridge, rows.T @ wanted)
    return judge(CLASSES, truth, tests @ weights)


def _coarse(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    side = pixels.shape[-1] // COARSE
    cells = pixels[:, 0].reshape(len(pixels), COARSE, side, COARSE, side).mean((2, 4))
    flat = cells.reshape(len(pixels), -1).astype(np.float32)
    flat = (flat - flat.mean(1, keepdims=True)) / (flat.std(1, keepdims=True) + 1.0)
    return np.hstack([flat, np.ones((len(flat), 1), np.float32)])


def front() -> Front:
    """Cost of reading a picture and of levelling it."""
    area = rendered.SIDE**2
    count = (READ_INSTRUCTIONS + LEVEL_INSTRUCTIONS) * area
    memory = area + SUMS * rendered.SIDE
    return Front(f"picture of {rendered.SIDE} × {rendered.SIDE}", 1.0, 1.0, count, memory)


def document(
    options: Options,
    bench: Bench,
    found: tuple[convolution.WholeNetwork, bytes, Report],
    base: Report,
    numbers: tuple[int, int, int],
) -> dict[str, Any]:
    """Return the card."""
    whole, content, report = found
    first, last, plain = bench.rows[0], bench.rows[-2], bench.rows[-3]
    return {
        "name": "inspection",
        "task": "Which flaw a solder joint or a face shows, if any.",
        "sensor": inspection.SENSOR,
        "classes": list(CLASSES),
        "inputs": ["pixels"],
        "picture": {
            "side": rendered.SIDE,
            "channels": 1,
            "planes": "grey, and grey levelled to equal mean and spread",
            "sizes": [[rendered.SIDE, rendered.SIDE]] * 2,
            "colour": pictures.COLOURED,
            "scaling": "none",
        },
        **card.measured(convolution.table(whole), front(), content),
        "parameters": last.parameters,
        "coded_bytes": bench.rows[-1].bytes,
        "training": {
            "data": "parts drawn by the twin: solder joints and faces, light, lens, pose and noise "
            "anew in each picture",
            "scenes": rendered.scenes(),
            "pictures": numbers[0],
            "method": ", ".join(row.step for row in bench.rows),
            "augmentation": "mirrored",
            "seed": options.seed,
            "threads": 1,
            "cut_short": bench.clock.cut,
        },
        "severity": rendered.severity(),
        "threshold": {
            "shift": round(bench.shift, 3),
            "of": "output for sound parts, in the biases of the last layer",
            "rule": "least of the larger of false and missed alarms",
            "pictures": numbers[2],
            **card.rounded(
                {
                    "false_alarms_before": plain.false_alarms,
                    "missed_alarms_before": plain.missed_alarms,
                }
            ),
        },
        "ablation": card.rounded([asdict(row) for row in bench.rows]),
        "compression": round(first.bytes / len(content), 1),
        "compression_of": "weights of the teacher in floats, over the model's whole file",
        "compression_with_code": round(first.bytes / bench.rows[-1].bytes, 1),
        "lost": round(first.accuracy - report.accuracy, 5),
        "fails": [
            "Real parts were not seen: train on your own pictures with --data before a real line.",
            "A flaw that is none of the classes is called one of them, or normal.",
            "A joint that shows two flaws is called one of them.",
            "Flaws fainter or smaller than those of the severity were not drawn.",
            _mixed_up(report),
        ],
        "tests": {
            "rendered": card.rounded(asdict(report)),
            "ridge_on_coarse_pixels": card.rounded({"accuracy": base.accuracy}),
        },
    }


def _mixed_up(report: Report) -> str:
    """Name the class that it finds least often, and what it takes it for."""
    words, counts = report.classes, np.array(report.confusion)
    least = min(report.recall, key=lambda word: report.recall[word])
    row = words.index(least)
    wrong = np.where(np.arange(len(words)) == row, 0, counts[row])
    taken = words[int(wrong.argmax())]
    return (
        f"Least sure of {least}: {counts[row].sum() - counts[row, row]} of {counts[row].sum()} "
        f"called something else, {wrong.max()} of them {taken}."
    )
