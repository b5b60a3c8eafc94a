"""The contract of a device kind: connect, read, write, close; and what a device point is.

A kind is one file of this folder with a class ``Device``. It gets documents and rows, never a
live model. Values are in the trade's unit of the point, and every write names that unit.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from twin import family
from twin.errors import BadInput, Fault, did_you_mean

Value = float | str

# Two values closer than this share of the point's range are the same value.
SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Point:
    """One set-point of a device, in the trade's unit.

    Attributes
    ----------
    path : str
        The name of the parameter everywhere: ``mill.cutting_speed``.
    unit : str
        The unit of ``low``, ``high``, ``value`` and of everything that is written.
    low, high : float or None
        Allowed range, both ends included; None for a point that holds a word.
    value : float or str
        The value the device starts with.
    writable : bool
        Whether a change may write it.
    risk : int
        0 none, 1 quality, 2 machine or money, 3 people: decides how many people must approve.
    meaning : str
        One sentence for the operator.
    options : tuple of str
        The allowed words of a point that holds a word.
    tolerance : float
        How far the value read back may be from the value asked for.
    """

    path: str
    unit: str
    low: float | None
    high: float | None
    value: Value
    writable: bool = True
    risk: int = 2
    meaning: str = ""
    options: tuple[str, ...] = ()
    tolerance: float = 0.0

    @property
    def range_text(self) -> str:
        """The allowed range in words: ``10 to 1000 m/min``."""
        if self.options:
            return "one of " + ", ".join(self.options)
        unit = "" if self.unit in {"", "1"} else f" {self.unit}"
        return f"{self.low:g} to {self.high:g}{unit}"

    def refusal(self, value: object, unit: str) -> str:
        """Why ``value`` [unit] may not be written; empty when it may.

        >>> Point("mill.feed", "mm", 0.1, 0.5, 0.2).refusal(0.9, "mm")
        'allowed 0.1 to 0.5 mm'
        """
        if not self.writable:
            return "this point cannot be written"
        if unit != self.unit:
            return f"written in {unit or 'no unit'!r}, the device takes {self.unit!r}"
        if self.options:
            return "" if value in self.options else f"allowed {self.range_text}"
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return f"a number is needed, allowed {self.range_text}"
        if not math.isfinite(value) or self.low is None or self.high is None:
            return f"allowed {self.range_text}"
        return "" if self.low <= value <= self.high else f"allowed {self.range_text}"

    def same(self, one: Value, other: Value) -> bool:
        """Whether two values are the same value of this point, within its tolerance."""
        if isinstance(one, str) or isinstance(other, str):
            return one == other
        span = abs((self.high or 0.0) - (self.low or 0.0)) or 1.0
        return abs(one - other) <= max(self.tolerance, SAME * span)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a device says a point holds.

    Attributes
    ----------
    path, value, unit
        As in :class:`Point`.
    version : int or None
        Rises by one with every change of the point, also at the panel; None if not known.
    by : str
        Who wrote it last: the id of a command, ``"panel"``, or empty when not known.
    """

    path: str
    value: Value
    unit: str
    version: int | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Spec:
    """One device of a plant: its name, its kind (a file of this folder), its points."""

    name: str
    kind: str
    points: tuple[Point, ...]
    options: dict[str, str] = field(default_factory=dict)

    def point(self, path: str) -> Point | None:
        """Return the point of ``path``, if the device has it."""
        return next((point for point in self.points if point.path == path), None)


class DeviceError(Exception):
    """A device did not do what was asked."""


class Rejected(DeviceError):  # noqa: N818
    """The device answered: no. Nothing was written."""


class Moved(DeviceError):  # noqa: N818
    """The point was changed at the device since it was read. Nothing was written."""


class NoAnswer(DeviceError):  # noqa: N818
    """The device did not answer in time: a write may or may not have happened."""


class Device(ABC):
    """One connected device.

    Parameters
    ----------
    spec : Spec
        Its name, its points, its options (the address of a device that has one of its own).
    topics, link
        The plant's topic tree and the gateway's connection to the broker, for kinds that use it.
    """

    def __init__(self, spec: Spec, topics: Any, link: Any) -> None:
        self.spec = spec

    #: How long after a write was sent it can still take effect [s].
    write_life: float = 0.0

    @abstractmethod
    def connect(self) -> None:
        """Open the connection; raise :class:`NoAnswer` when the device cannot be reached."""

    @abstractmethod
    def read(self, paths: Sequence[str]) -> dict[str, Reading]:
        """Read points; raise :class:`NoAnswer` or :class:`Rejected`."""

    @abstractmethod
    def write(
        self, path: str, value: Value, unit: str, *, command: str, version: int | None
    ) -> None:
        """Write one point, once.

        Parameters
        ----------
        path, value, unit
            What to write; the device checks the unit.
        command : str
            Id of the command, which the device notes as the writer.
        version : int or None
            The version that was read: a device that counts versions refuses when it moved on.

        Raises
        ------
        Rejected, Moved, NoAnswer
        """

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""


def kinds() -> tuple[str, ...]:
    """Return the kinds of devices: the files of this folder that hold a class ``Device``."""
    folder = Path(__file__).parent
    names = family.kinds("twin.devices")
    return tuple(n for n in names if "\nclass Device(" in (folder / f"{n}.py").read_text("utf-8"))


def load(kind: str, *, path: str = "", file: str = "") -> type[Device]:
    """Return the ``Device`` of a kind, or refuse with "did you mean"."""
    known = kinds()
    if kind not in known:
        message = "no such kind of device" + did_you_mean(kind, known)
        raise BadInput(Fault(message, path=path, file=file, value=repr(kind)))
    return cast("type[Device]", family.load("twin.devices", kind).Device)
