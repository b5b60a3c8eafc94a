"""The contract of a front: samples → the row that a model takes, in C beside the network's.

A front is one file in this folder, named after the kind in the card (letters only, ``_`` for all
between them), with its C beside it, a docstring, and a class ``Front``.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from twin.c_export.network import Network
from twin.errors import BadInput, Fault
from twin.family import kinds, load
from twin.nodes.library import Card

PACKAGE = "twin.c_export.fronts"
Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Case:
    """A window to try a front on.

    Attributes
    ----------
    samples : ndarray
        As the C function takes them, a whole number of words.
    told : bytes
        The struct of what the node is told, little-endian, a whole number of words.
    row : ndarray of float32
        What the Python of the node computes.
    title : str
        What it shows, for people.
    fresh : bool
        Whether the state begins anew with this window.
    """

    samples: npt.NDArray[Any]
    told: bytes
    row: Array
    title: str
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Field:
    """A field of what the node is told: its name, an example in C, what it is with its unit."""

    name: str
    example: str
    meaning: str


class Front(ABC):
    """A front for one model.

    The C function is ``int NAME_front(NAME_state *state, const float *samples, const NAME_told
    *told, float *row)``, its body :attr:`body`; it returns 0, or below -1 why there is no row.

    Attributes
    ----------
    sources : tuple of str
        C files and headers that it needs, in this folder.
    sample_as : str
        C type of a sample.
    told_as : str
        C type of what the node is told, that one of the headers declares.
    takes_bytes : bool
        Whether it writes the network's input, in bytes: then ``row`` is that, ``uint8_t *``.
    code : tuple of int
        From and to how much flash its code takes with the network's, by clang at ``-O3`` for a
        Cortex-M4 [kB].
    stack : int
        What stays above the stack that it takes with the network [byte].
    """

    sources: ClassVar[tuple[str, ...]] = ()
    sample_as: ClassVar[str] = "float"
    told_as: ClassVar[str] = ""
    takes_bytes: ClassVar[bool] = False
    code: ClassVar[tuple[int, int]]
    stack: ClassVar[int] = 768

    @classmethod
    def suits(cls, card: Card, network: Network) -> bool:
        """Whether a front can be written for this model."""
        return True

    def __init__(self, card: Card, word: str, *, file: str = "") -> None:
        self.card, self.word = card, word
        self.samples = window_of(card, file)

    @property
    def features(self) -> int:
        """Values of a row."""
        return len(self.card.inputs)

    @property
    @abstractmethod
    def ram(self) -> int:
        """Static buffers, without the state [byte]."""

    @property
    @abstractmethod
    def flash(self) -> int:
        """Constants [byte]."""

    @property
    def state(self) -> str:
        """Members of the state struct, as lines of C; it is all zeros at the start."""
        return ""

    @property
    def state_bytes(self) -> int:
        """Size of those members [byte]."""
        return 0

    @property
    def defines(self) -> str:
        """More lines of the header, such as sizes that a firmware may set otherwise."""
        return ""

    @property
    @abstractmethod
    def definitions(self) -> str:
        """Tables, buffers and plan, as C."""

    @property
    @abstractmethod
    def body(self) -> str:
        """Body of the C function, without braces."""

    @property
    @abstractmethod
    def holds(self) -> str:
        """What the samples are, with their unit and order; for people."""

    @property
    @abstractmethod
    def window(self) -> str:
        """What a window is, and what to do with a sensor that gives others; for people."""

    @property
    @abstractmethod
    def fields(self) -> Sequence[Field]:
        """What the node is told."""

    @property
    def smaller(self) -> str:
        """How a firmware may save memory; for people, empty where it may not."""
        return ""

    @abstractmethod
    def cases(self, count: int, seed: int) -> Sequence[Case]:
        """Windows of the twin's own sensor, with every class of the model among them."""


def window_of(card: Card, file: str = "") -> int:
    """Values of the window that a card's front is for.

    Raises
    ------
    BadInput
        When the card does not tell it.
    """
    size = card.front.duration * card.front.rate
    if not (np.isfinite(size) and round(size) >= 1):
        message = (
            "the card does not tell the length of the window, so no front can be written: "
            "front.duration [s] and front.rate [Hz], both above 0, are needed"
        )
        value = f"{card.front.duration:g} s, {card.front.rate:g} Hz"
        raise BadInput(Fault(message, path="front", file=file, value=value))
    return round(size)


def module_of(kind: str) -> str:
    """Name the file of a kind's front.

    >>> module_of("envelope orders, rings together")
    'envelope_orders_rings_together'
    """
    return re.sub(r"[^a-z]+", "_", kind.lower()).strip("_")


def of(card: Card, network: Network, word: str, *, file: str = "") -> Front | None:
    """Return the front of a model, for C functions named ``word``; none where none is written.

    Raises
    ------
    BadInput
        When the card does not tell what the front must know.
    """
    module = module_of(card.front.kind)
    if module not in kinds(PACKAGE):
        return None
    kind: type[Front] = load(PACKAGE, module).Front
    return kind(card, word, file=file) if kind.suits(card, network) else None


def real(value: float) -> str:
    """A single-precision number of C, that is exactly the value.

    >>> real(12800), real(0.1), real(1e9)
    ('12800.0f', '0.1f', '1e+09f')
    """
    text = f"{float(np.float32(value)):.9g}"
    short = f"{float(np.float32(value)):.7g}"
    text = short if np.float32(float(short)) == np.float32(value) else text
    return text + ("f" if "." in text or "e" in text else ".0f")


def table(name: str, values: Iterable[float]) -> str:
    """A table of C of single-precision constants."""
    words = [real(value) for value in np.asarray(list(values), np.float32)]
    lines = (", ".join(words[k : k + 8]) for k in range(0, len(words), 8))
    body = ",\n    ".join(lines)
    return f"static const float {name}[] = {{\n    {body},\n}};"
