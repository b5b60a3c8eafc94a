"""Recordings played through a sensor: a node cannot tell them from what the twin makes.

Each window that is due is the next of the recordings; after the last comes the first again. What a
recording tells of the machine (its speed, the teeth of its tool) takes the place of what the asset
says; its class is the truth that verdicts are held against, ``normal`` where it tells none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from twin.documents import find_data
from twin.errors import BadInput, Fault
from twin.nodes import pictures
from twin.nodes.eye import CAMERAS
from twin.nodes.recordings import Recording, played
from twin.signals.base import Sensor, SensorSettings

Array = npt.NDArray[np.float32]
WAVES = ("vibration", "acoustic", "electrical")
LUMA = np.array(pictures.LUMA, np.float32) / np.float32(1000 * 255)


@dataclass(frozen=True, slots=True)
class Shown:
    """A window, its ``rate`` [Hz], its class, and what it tells of the machine."""

    window: Array
    rate: float
    truth: str
    state: Mapping[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Player:
    """Windows in their order, over and over."""

    windows: Sequence[Callable[[], Shown]]
    place: int = 0

    def next(self) -> Shown:
        """Return the next window."""
        shown = self.windows[self.place % len(self.windows)]()
        self.place += 1
        return shown

    @property
    def size(self) -> int:
        """Samples or pixels of the first window."""
        return int(self.windows[0]().window.size)


def player(name: str, kind: str, sensor: Sensor, settings: SensorSettings, file: str) -> Player:
    """Open the recordings of a sensor.

    Raises
    ------
    BadInput
        When the sensor is of a kind that plays none, they are not there, cannot be read, or are
        shorter than a window.
    """
    where = f"sensor.{name}.recordings"
    if kind not in (*WAVES, *CAMERAS):
        allowed = ", ".join((*WAVES, *CAMERAS))
        message = f"a {kind} sensor plays no recordings; kinds that do: {allowed}"
        raise BadInput(Fault(message, where, file, repr(settings.recordings)))
    beside = Path(file).parent if file else Path()
    place = find_data(settings.recordings, beside, where, folders=True)
    if kind in CAMERAS:
        return Player([_picture(one, sensor.rate) for one in _listed(place)])
    return Player(_waves(place, sensor, settings))


def _waves(place: Path, sensor: Sensor, settings: SensorSettings) -> list[Callable[[], Shown]]:
    duration = float(getattr(settings, "duration"))  # noqa: B009
    full = float(getattr(settings, "measuring_range", 1.0))
    windows: list[Callable[[], Shown]] = []
    for recording in played(place, sensor.rate, full):
        size = round(duration * recording.rate)
        if len(recording.samples) < size:
            held = len(recording.samples) / recording.rate
            message = f"{held:.3g} s long; the sensor takes windows of {duration:g} s (duration)"
            raise BadInput(Fault(message, recording.name, str(place)))
        starts = range(0, len(recording.samples) - size + 1, size)
        windows += [_wave(recording, start, size) for start in starts]
    return windows


def _wave(recording: Recording, start: int, size: int) -> Callable[[], Shown]:
    told = {"spindle_speed": recording.speed, "teeth": float(recording.teeth)}
    state = {name: value for name, value in told.items() if value > 0.0}

    def show() -> Shown:
        part = recording.samples[start : start + size]
        return Shown(part, recording.rate, recording.label or "normal", state)

    return show


def _listed(place: Path) -> list[tuple[Path, str]]:
    """Pictures of a folder, or one picture, with the class that their folder names."""
    if place.is_file():
        return [(place, "")]
    files = sorted(p for p in place.rglob("*") if p.suffix.lower() in pictures.SUFFIXES)
    if not files:
        spelt = ", ".join(sorted(pictures.SUFFIXES))
        raise BadInput(Fault(f"no pictures in it ({spelt})", file=str(place)))
    return [(path, path.parent.name if path.parent != place else "") for path in files]


def _picture(one: tuple[Path, str], rate: float) -> Callable[[], Shown]:
    path, label = one

    def show() -> Shown:
        try:
            grey = np.asarray(pictures.unscaled(path) @ LUMA, np.float32)
        except BadInput:
            grey = np.full((1, 1), np.nan, np.float32)  # which nodes call bad, and go on
        return Shown(grey, rate, label or "normal")

    return show
