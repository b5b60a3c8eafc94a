"""The contract of a task: what was asked for → a model with its card.

A task is one file in this folder, with a docstring whose first line says what it trains, and a
function ``build(asked, say)`` that returns the model's file and what is not part of the card.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin.errors import BadInput, Fault
from twin.nodes import recordings
from twin.nodes.recordings import Recording

Say = Callable[[str], None]
Built = tuple[Path, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asked for; a task takes what it needs and refuses what it cannot use.

    ``bearing`` as a name or figures; ``budget`` [min], none for the task's own; ``side`` [px], 0 by
    the set; ``shift`` of a recording's readings against its labels [s].
    """

    out: Path
    data: Path | None = None
    test: Path | None = None
    bearing: str = "6205"
    seed: int = 1
    workers: int = -1
    budget: float | None = None
    side: int = 0
    prune: float | None = None
    bits: int = 8
    oriented: bool = False
    shift: float = 0.0


def fit_recordings(place: Path | None, window: float, say: Say) -> tuple[Recording, ...]:
    """Read recordings, and leave out, with a line each, those that show nothing.

    ``window`` that is looked at [s].

    Raises
    ------
    BadInput
        When a class that there are recordings of has none left.
    """
    if place is None:
        return ()
    found = recordings.read(place)
    kept, left_out = recordings.usable(found, window)
    for fault in left_out:
        say(f"left out: {fault}")
    gone = sorted({one.label for one in found} - {one.label for one in kept})
    if gone:
        counts = Counter(one.label for one in found)
        message = "of {} recordings none can be used; at least 1 is needed"
        raise BadInput([Fault(message.format(counts[word]), word, str(place)) for word in gone])
    return kept


def refuse_data(asked: Asked, task: str) -> None:
    """Refuse recordings to learn from, for a task that learns from the twin alone."""
    if asked.data is not None:
        message = f"{task} learns from the twin alone; recordings can test it: --test"
        raise BadInput(Fault(message, path="--data", value=repr(str(asked.data))))


def refuse_test(asked: Asked, task: str) -> None:
    """Refuse recordings that only test, for a task that holds some of its data back."""
    if asked.test is not None:
        message = f"{task} is tested on what is held back of --data, or on its folder 'test'"
        raise BadInput(Fault(message, path="--test", value=repr(str(asked.test))))


def required(asked: Asked, task: str, what: str) -> Path:
    """Return the folder to learn from, for a task of which the twin has nothing."""
    if asked.data is None:
        raise BadInput(Fault(f"{task} learns from your own {what}: give --data", path="--data"))
    return asked.data
