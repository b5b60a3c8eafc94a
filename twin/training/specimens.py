"""Real recordings to learn from, parted by the physical bearing that they are of.

Windows of one bearing resemble each other whatever the load, so a split by windows or loads tests
how well a model knows that bearing again. Here a bearing is learned from or tested on, never both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.errors import BadInput, Fault
from twin.nodes.evaluate import rows_of
from twin.nodes.fronts import Kind
from twin.nodes.recordings import Recording
from twin.physics.bearings import Bearing
from twin.training.perceptron import Floats, Labels

MEMORY = 10  # windows before one that it is looked at together with


@dataclass(frozen=True, slots=True)
class Specimen:
    """One bearing: ``alone`` features of single windows, ``together`` with those before each."""

    name: str
    label: int
    alone: Floats
    together: Floats
    recordings: tuple[str, ...]


def specimens(
    recordings: Sequence[Recording],
    kind: Kind,
    bearing: Bearing,
    classes: Sequence[str],
    duration: float,
) -> tuple[Specimen, ...]:
    """Features of every bearing, in the order of class and name.

    Raises
    ------
    BadInput
        When a recording is of no known class, too short or too slow.
    """
    faults: list[Fault] = []
    found: dict[tuple[int, str], list[tuple[str, Floats, Floats]]] = {}
    for recording in recordings:
        if recording.label not in classes:
            message = f"class {recording.label!r}; {', '.join(classes)} are learned"
            faults.append(Fault(message, path=recording.name))
            continue
        try:
            alone = rows_of(recording, kind, bearing, duration)
            together = rows_of(recording, kind, bearing, duration, MEMORY)
        except BadInput as error:
            faults += error.faults
            continue
        key = (classes.index(recording.label), recording.specimen)
        found.setdefault(key, []).append((recording.name, alone, together))
    if faults:
        raise BadInput(faults)
    return tuple(_joined(*key, parts) for key, parts in sorted(found.items()))


def _joined(label: int, name: str, parts: list[tuple[str, Floats, Floats]]) -> Specimen:
    names = tuple(part[0] for part in parts for _ in part[2])
    alone, together = (np.concatenate([part[place] for part in parts]) for place in (1, 2))
    return Specimen(name, label, alone, together, names)


def folds(bearings: Sequence[Specimen]) -> tuple[tuple[Specimen, ...], ...]:
    """Sets of bearings to test on: the first of every class, the second of every class, and so on.

    Each bearing is tested once. A class of one bearing is learned from the twin alone when that
    bearing is tested.
    """
    by_class: dict[int, list[Specimen]] = {}
    for one in bearings:
        by_class.setdefault(one.label, []).append(one)
    most = max(len(group) for group in by_class.values())
    return tuple(
        tuple(group[index] for group in by_class.values() if index < len(group))
        for index in range(most)
    )


def learned_from(bearing: Specimen) -> Floats:
    """Rows of a bearing to learn from: what as many stretches of the twin would give.

    Windows overlap by half, and what they show together hardly changes from one to the next. So a
    recording is cut into stretches as long as the memory; each gives its first window alone, and
    its last with those before it.
    """
    rows: list[Floats] = []
    names = np.array(bearing.recordings)
    for name in dict.fromkeys(bearing.recordings):
        own = np.flatnonzero(names == name)
        starts = own[:: MEMORY + 1]
        ends = np.minimum(starts + MEMORY, own[-1])
        rows += [bearing.alone[starts], bearing.together[ends]]
    return np.concatenate(rows)


def mixed(rows: Floats, labels: Labels, bearings: Sequence[Specimen]) -> tuple[Floats, Labels]:
    """Windows of the twin and of real bearings.

    The windows of one bearing are all much the same; however many there are, they tell of one
    bearing, and are given no more weight than stretches of the twin.
    """
    parts, truth = [rows], [labels]
    for one in bearings:
        found = learned_from(one)
        parts.append(found)
        truth.append(np.full(len(found), one.label, np.intp))
    return np.concatenate(parts), np.concatenate(truth)
