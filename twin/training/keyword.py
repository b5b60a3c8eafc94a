"""Which word is said: your ``.wav`` files in folders by word → pictures of their bands → network.

A teacher of full convolutions, a small student of depthwise-separable ones (as DS-CNN, Zhang et
al., arXiv:1711.07128) distilled from it, then INT8, by the steps that pictures take.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from twin.errors import BadInput, Fault
from twin.nodes import mel, pictures, sounds
from twin.nodes.inspection import Report
from twin.nodes.library import Front
from twin.nodes.senses import word
from twin.nodes.sounds import Listed, Sound
from twin.rng import stream
from twin.training import card, chains, convolution, plans, qdq
from twin.training.clock import Clock
from twin.training.enough import refuse_few
from twin.training.fitting import Course, Task
from twin.training.inspection import LEVEL_INSTRUCTIONS
from twin.training.steps import Bench, Held, Recipe
from twin.training.tasks.base import Asked, Say

HELD = 0.2  # of the speakers, or of the files of each word
FEWEST = 8  # files of a word
MINUTE, LIMIT = 60.0, 60.0
SPEAKER = re.compile(r"_nohash_\d+$")  # of the Speech Commands data: what stands before it
TAUGHT = Course("teacher", 12, rate=2e-3, share=0.4, batch=64, fewest=300, most=6000)
DISTILLED = Course("student", 24, rate=6e-3, share=0.6, batch=64, fewest=500, most=9000)
REFINED = Course("pruned", 10, rate=3e-3, share=0.7, batch=64, fewest=300, most=4000)
ROUNDED = Course("rounded", 2, rate=2e-4, share=0.9, decay=0.0, batch=64, fewest=100, most=1000)
FAILS = (
    "A word that none of the folders holds is called one of them: give a folder of other words, "
    "and one of silence and noise.",
    "Speakers, rooms and microphones other than those recorded may differ more than the figures "
    "say.",
    "One word in each second; the loudest second of a longer file counts.",
)


def parted(found: tuple[Sound, ...], seed: int) -> tuple[tuple[Sound, ...], tuple[Sound, ...]]:
    """Part sounds to learn from and to test on; a speaker, where names tell one, is on one side."""
    if any(sound.testing for sound in found):
        return (
            tuple(sound for sound in found if not sound.testing),
            tuple(sound for sound in found if sound.testing),
        )
    named = all(SPEAKER.search(sound.name) for sound in found)
    own = [
        SPEAKER.sub("", sound.name) if named else f"{sound.label}/{sound.name}" for sound in found
    ]
    held: set[str] = set()
    groups = [sorted(set(own))] if named else [
        sorted({key for key, sound in zip(own, found, strict=True) if sound.label == label})
        for label in sorted({sound.label for sound in found})
    ]  # fmt: skip
    for index, group in enumerate(groups):
        stream(seed, f"training.keyword.held.{index}").shuffle(group)
        held |= set(group[: max(round(HELD * len(group)), 1)])
    pairs = list(zip(own, found, strict=True))
    return (
        tuple(sound for key, sound in pairs if key not in held),
        tuple(sound for key, sound in pairs if key in held),
    )


def recipe(asked: Asked, classes: int) -> Recipe:
    """Networks from random weights; the student's strides halve a picture of 32 three times."""
    shape = word.SIDE, 2, classes
    courses = TAUGHT, DISTILLED, REFINED, ROUNDED
    return Recipe(
        plans.wide(*shape), plans.thin(*shape), *courses, False, asked.prune or 0.0, asked.bits
    )


def front(rate: float) -> Front:
    """Cost of the picture of a second."""
    size = round(word.DURATION * rate)
    step = (size - mel.frame_size(rate)) // (word.SIDE - 1)
    count = mel.instructions(size, rate, word.SIDE, step) + LEVEL_INSTRUCTIONS * word.SIDE**2
    return Front(word.KIND, word.DURATION, rate, count, 8 * mel.frame_size(rate) + word.SIDE**2)


def document(
    asked: Asked,
    bench: Bench,
    found: tuple[convolution.WholeNetwork, bytes, Report],
    sizes: tuple[int, int],
    rate: float,
) -> dict[str, Any]:
    """Return the card."""
    whole, content, report = found
    return {
        "name": "keyword",
        "task": f"Which of {len(bench.held.classes)} words a second of sound holds.",
        "sensor": "acoustic",
        "sense": "word",
        "alarms": [],
        "classes": list(bench.held.classes),
        "inputs": ["bands"],
        **card.measured(convolution.table(whole), front(rate), content),
        "parameters": bench.rows[-1].parameters,
        "coded_bytes": bench.rows[-1].bytes,
        "training": {
            "data": "the user's sounds in folders by word",
            "files": sizes[0],
            "held_back": sizes[1],
            "method": "teacher, distilled student of depthwise-separable convolutions, INT8",
            "augmentation": "moved in time and frequency, louder and softer, blurred",
            "seed": asked.seed,
            "cut_short": bench.clock.cut,
        },
        "ablation": card.rounded([asdict(row) for row in bench.rows]),
        "compression": round(bench.rows[0].bytes / len(content), 1),
        "fails": list(FAILS),
        "tests": {"held_back": card.rounded(asdict(report))},
    }


def build(place: Path, asked: Asked, say: Say) -> tuple[Path, dict[str, Any]]:
    """Train on the words of a folder and write the model.

    Raises
    ------
    BadInput
        When the extra is not installed, or the sounds cannot be learned from.
    """
    qdq.require_onnx()
    chains.require_torch()
    listed = sounds.find(place)
    found, left_out = sounds.usable(listed)
    for fault in left_out:
        say(f"left out: {fault}")
    rate = sounds.one_rate(found)
    if rate < word.LOWEST_RATE:
        message = f"{rate:g} Hz; at least {word.LOWEST_RATE:g} Hz are needed"
        raise BadInput(Fault(message, file=str(place)))
    _refuse_few(listed, found, place)
    learning, held = parted(found, asked.seed)
    classes = tuple(sorted({sound.label for sound in learning}))
    truth = word.labels(held, classes)
    say(f"{len(learning)} sounds to learn from, {len(held)} to test on")
    labels = word.labels(learning, classes)
    task = Task(word.drawn(learning), labels, len(classes), True, asked.seed)
    planes = pictures.with_levelled(word.drawn(held))
    budget = MINUTE * (LIMIT if asked.budget is None else asked.budget)
    bench = Bench(
        task, Held(planes, truth, classes), recipe(asked, len(classes)), Clock(budget, say)
    )
    made = bench.run()
    written = document(asked, bench, made, (len(learning), len(held)), rate)
    path = card.write(asked.out, written, made[1])
    seconds = {step: round(spent, 1) for step, spent in bench.seconds.items()}
    return path, {"processor_s": seconds, "left_out": [str(fault) for fault in left_out]}


def _refuse_few(listed: tuple[Listed, ...], found: tuple[Sound, ...], place: Path) -> None:
    there, learned = ([one.label for one in some if not one.testing] for some in (listed, found))
    refuse_few(there, learned, FEWEST, "sounds", "word", place)
