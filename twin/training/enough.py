"""Whether a user's folder holds enough of every class to learn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from twin.errors import BadInput, Fault


def refuse_few(
    there: Iterable[str],
    labels: Iterable[str],
    fewest: int,
    what: str,
    classes: str,
    place: Path,
) -> None:
    """Refuse a folder of one class, or with too little of one.

    Parameters
    ----------
    there : iterable of str
        Classes that the folder has files of, whether these can be learned from or not.
    labels : iterable of str
        Class of each thing that is trained on.
    fewest : int
        How many of each class are needed.
    what, classes : str
        What they are, and what the folders are named by, for messages.
    place : Path

    Raises
    ------
    BadInput
        With every class that has too few.
    """
    counts = Counter(dict.fromkeys(there, 0))
    counts.update(labels)
    if len(counts) < 2:
        message = (
            f"one class only ({', '.join(counts)}); at least two folders by {classes} are needed"
        )
        raise BadInput(Fault(message, file=str(place)))
    faults = [
        Fault(
            f"{number} {what} that can be learned from; at least {fewest} are needed",
            label,
            str(place),
        )
        for label, number in counts.items()
        if number < fewest
    ]
    if faults:
        raise BadInput(faults)
