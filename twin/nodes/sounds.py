"""Sounds from other people's ``.wav`` files in folders by class.

The folder right above a file names its class; where that says only ``train`` or ``test``, the
file's own name does, up to the first ``_``. Of several channels the first is taken.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault

Array = npt.NDArray[np.float32]

LARGEST = 512 * 1024 * 1024  # [byte]
PARTS = frozenset({"train", "training", "test", "testing", "val", "valid", "validation"})
TESTING = frozenset({"test", "testing", "val", "valid", "validation"})
NOISE = "_background_noise_"  # of the Speech Commands data: no word
FULL = {"int16": 2.0**15, "int32": 2.0**31}


@dataclass(frozen=True, slots=True)
class Listed:
    """A file, its class, and whether its folder says that it only tests."""

    path: Path
    label: str
    testing: bool


@dataclass(frozen=True, slots=True)
class Sound:
    """One file: ``samples`` over full scale [1], ``rate`` [Hz]."""

    name: str
    label: str
    testing: bool
    samples: Array
    rate: float


def find(place: Path) -> tuple[Listed, ...]:
    """List the ``.wav`` files of a folder, deeper ones too.

    Raises
    ------
    BadInput
        When there is no such folder, or nothing in it.
    """
    if not place.is_dir():
        message = "is a file; a folder of folders by class is needed"
        raise BadInput(Fault(message if place.exists() else "no such folder", file=str(place)))
    found = [_listed(path, place) for path in sorted(place.rglob("*")) if _is_sound(path)]
    found = [row for row in found if row.label != NOISE]
    if not found:
        raise BadInput(Fault("no .wav files in folders by class in it", file=str(place)))
    return tuple(found)


def _is_sound(path: Path) -> bool:
    return path.suffix.lower() == ".wav" and path.name[0] != "." and path.is_file()


def _listed(path: Path, place: Path) -> Listed:
    above = [part.lower() for part in path.relative_to(place).parts[:-1]]
    named = not above or above[-1] in PARTS
    label = re.split(r"[_\-. ]", path.stem, maxsplit=1)[0] if named else path.parent.name
    return Listed(path, label, bool(TESTING & set(above)))


def read(listed: tuple[Listed, ...]) -> Iterator[Sound]:
    """Read the files one by one.

    Raises
    ------
    BadInput
        When one cannot be read, is constant, clipped or holds what is not a number.
    """
    for row in listed:
        rate, samples = samples_of(row.path)
        fault = flaw(samples)
        if fault:
            raise BadInput(Fault(fault, file=str(row.path)))
        yield Sound(row.path.stem, row.label, row.testing, samples, rate)


def usable(listed: tuple[Listed, ...]) -> tuple[tuple[Sound, ...], tuple[Fault, ...]]:
    """Read the files that can be judged; tell which cannot, and why.

    Raises
    ------
    BadInput
        When none can.
    """
    kept: list[Sound] = []
    left_out: list[Fault] = []
    for row in listed:
        try:
            kept += read((row,))
        except BadInput as error:
            left_out += error.faults
    if not kept:
        raise BadInput(left_out)
    return tuple(kept), tuple(left_out)


def flaw(samples: Array) -> str:
    """Why samples over full scale cannot be judged; empty when they can."""
    if not samples.size:
        return "holds no samples"
    if not bool(np.isfinite(samples).all()):
        return "holds values that are not numbers"
    if float(np.ptp(samples)) == 0.0:
        return "constant signal"
    top = float(np.abs(samples).max())
    if top >= 0.999 and float(np.mean(np.abs(samples) >= 0.999 * top)) > 0.01:
        return "clipped signal: more than 1 % of the samples at full scale"
    return ""


def unfit(block: Array, rate: float, wanted: float, duration: float, full_scale: float) -> str:
    """Why a window of a microphone cannot be judged; empty when it can.

    ``wanted`` is the rate that the model was trained at [Hz], ``duration`` what it looks at [s].
    """
    if block.ndim != 1:
        return f"{block.ndim} dimensions, a waveform is needed"
    if abs(rate - wanted) > 1.0:
        return f"{rate / 1e3:g} kHz, {wanted / 1e3:g} kHz are needed"
    if len(block) < round(duration * rate):
        return f"{len(block) / rate:.2f} s; {duration:g} s are needed"
    return flaw(block / full_scale if np.isfinite(full_scale) else block)


def samples_of(path: Path) -> tuple[float, Array]:
    """Rate [Hz] and samples over full scale [1] of a ``.wav`` file, its first channel."""
    from scipy.io import wavfile

    if path.stat().st_size > LARGEST:
        size = path.stat().st_size / 1e6
        message = f"{size:.0f} MB; at most {LARGEST / 1e6:.0f} MB are read at once"
        raise BadInput(Fault(message, file=str(path)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", wavfile.WavFileWarning)
            rate, samples = wavfile.read(path)
    except Exception as error:  # a damaged header raises a dozen kinds; all mean: not readable
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise BadInput(Fault(f"is not a readable .wav file: {reason}", file=str(path))) from None
    return float(rate), _over_full_scale(np.asarray(samples))


def _over_full_scale(samples: npt.NDArray[Any]) -> Array:
    one = samples[:, 0] if samples.ndim == 2 else samples
    if one.dtype == np.uint8:
        return np.asarray((one.astype(np.float32) - 128.0) / 128.0, np.float32)
    return np.asarray(one.astype(np.float64) / FULL.get(str(one.dtype), 1.0), np.float32)


def one_rate(found: tuple[Sound, ...], wanted: float = 0.0) -> float:
    """Return the rate that all files share.

    Raises
    ------
    BadInput
        When they differ, or are not of the rate that is ``wanted`` [Hz].
    """
    wanted = wanted or found[0].rate
    faults = [
        Fault(f"{sound.rate / 1e3:g} kHz; {wanted / 1e3:g} kHz are needed", file=sound.name)
        for sound in found
        if sound.rate != wanted
    ]
    if faults:
        raise BadInput(faults[:5])
    return wanted
