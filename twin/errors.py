"""Bad input: what is wrong, where, and what to write instead.

Every module refuses bad input with :class:`BadInput`, which carries one :class:`Fault` a line.
The command line prints those lines and exits with code 2; the web app shows them beside the field.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with what somebody gave us.

    Attributes
    ----------
    message : str
        What is wrong and what is allowed, in plain words.
    path : str
        Where in the document: ``plant.mill.cutting_speed``. Empty for the file as a whole.
    file : str
        Which file. Empty when the input did not come from a file.
    value : str
        The offending value as it was written. Empty where there is none.
    """

    message: str
    path: str = ""
    file: str = ""
    value: str = ""

    def __str__(self) -> str:
        place = ": ".join(part for part in (self.file, self.path) if part)
        written = f" = {self.value}" if self.value else ""
        return f"{place}{written}: {self.message}" if place else self.message


class BadInput(ValueError):  # noqa: N818 - the name says what happened
    """Input that was refused; ``faults`` holds every reason that was found."""

    def __init__(self, faults: Fault | Iterable[Fault] | str) -> None:
        if isinstance(faults, str):
            faults = Fault(faults)
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class MissingData(BadInput):
    """A data file that the product does not ship is not there; a test of it cannot run here."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``", did you mean 'x'?"`` for the nearest known word, or the list of what is known.

    >>> did_you_mean("cuting_speed", ["cutting_speed", "feed"])
    ", did you mean 'cutting_speed'?"
    >>> did_you_mean("zzz", ["cutting_speed", "feed"])
    '; known: cutting_speed, feed'
    """
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f", did you mean {near[0]!r}?"
    if not names:
        return ""
    shown = ", ".join(sorted(names)[:12])
    return f"; known: {shown}" + (", …" if len(names) > 12 else "")
