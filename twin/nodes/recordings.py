"""Recordings with known classes, for checking models on what real machines did.

Read are ``.npz`` files with, for every recording, arrays ``<name>`` (acceleration),
``<name>__fs`` [Hz], ``<name>__rpm`` [1/min] and, for models that need it, ``<name>__teeth`` of the
tool; ``.mat`` files with the same arrays, or as the bearing data centre of CWRU writes them; and
folders by class name with any of these, ``.wav`` or ``.csv`` files.
"""

from __future__ import annotations

import math
import re
import wave
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault
from twin.nodes.arrays import Arrays
from twin.nodes.sounds import samples_of

LARGEST = 512 * 1024 * 1024  # [byte]
CLIPPED = 0.01  # share of samples at an end of the range above which a recording is clipped [1]
LEAST_TURNS = 8.0  # of the spindle in a window; fewer resolve no orders
MINUTE = 60.0  # [s]
FILES = (".npz", ".mat", ".wav", ".csv")
SPELT = ".npz, .mat, .wav or .csv"
# How recordings name the classes; the longest prefix counts.
PREFIXES = {
    "normal": "normal",
    "healthy": "normal",
    "baseline": "normal",
    "inner": "inner",
    "ir": "inner",
    "outer": "outer",
    "or": "outer",
    "ball": "ball",
    "b": "ball",
    "unbalance": "unbalance",
    "imbalance": "unbalance",
    "misalign": "misalignment",
    "loose": "looseness",
    "chatter": "chatter",
    "worn": "worn",
    "broken": "broken",
}


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording: ``samples``, ``rate`` [Hz], spindle ``speed`` [rev/s], and its class.

    ``teeth`` of the tool, 0 where the file does not tell.
    """

    name: str
    samples: npt.NDArray[np.float32]
    rate: float
    speed: float
    label: str
    teeth: int = 0

    @property
    def specimen(self) -> str:
        """Which bearing it is of, as far as the name tells: what stands before ``_``, ``@``, ``-``.

        >>> Recording("OR014@6_1", np.zeros(1, np.float32), 12e3, 30.0, "outer").specimen
        'OR014'
        """
        return re.split(r"[_@\-. ]", self.name, maxsplit=1)[0]


def label_of(name: str) -> str:
    """Class of a recording from how its name starts; empty when it says none.

    >>> label_of("IR007_2"), label_of("B014_0"), label_of("Normal_0"), label_of("x")
    ('inner', 'ball', 'normal', '')
    """
    low = name.lower()
    fitting = [prefix for prefix in PREFIXES if low.startswith(prefix)]
    return PREFIXES[max(fitting, key=len)] if fitting else ""


def read(
    place: Path, *, speed: float | None = None, rate: float | None = None
) -> tuple[Recording, ...]:
    """Read every recording of a file or folder.

    Parameters
    ----------
    place : Path
        An ``.npz`` file, or a folder of ``.npz`` files or of folders by class name.
    speed : float, optional
        Spindle speed [rev/s] where the files do not tell it (``.wav``, ``.csv``).
    rate : float, optional
        Samples per second [Hz] where the files do not tell it (``.csv``).

    Raises
    ------
    BadInput
        When there is nothing to read, or what there is cannot be read.
    """
    if place.is_dir():
        found = tuple(_folder(place, speed, rate))
    elif place.is_file():
        found = tuple(_file(place, label_of(place.stem), speed, rate))
    else:
        raise BadInput(Fault("no such file or folder", file=str(place)))
    if not found:
        raise BadInput(Fault(f"no recordings in it ({SPELT})", file=str(place)))
    return found


def played(place: Path, rate: float, full_scale: float) -> tuple[Recording, ...]:
    """Read recordings to be played through a sensor, whatever is wrong with their samples.

    Parameters
    ----------
    place : Path
        A file, or a folder with files or folders by class.
    rate : float
        Of files that do not tell it [Hz].
    full_scale : float
        What full scale of a ``.wav`` file stands for [unit of the sensor].

    Returns
    -------
    tuple of Recording
        Their class is empty, and their speed 0, where nothing tells it.

    Raises
    ------
    BadInput
        When there is nothing to read, or what there is cannot be read.
    """
    inside = place.is_dir()
    files = sorted(p for p in place.rglob("*") if p.suffix.lower() in FILES) if inside else [place]
    found = []
    for path in files:
        label = label_of(path.parent.name) if inside and path.parent != place else ""
        if path.suffix.lower() == ".wav":
            own, samples = samples_of(path)
            raws: Iterator[Raw] = iter([(path.stem, samples * full_scale, own, None, 0)])
        else:
            raws = _raws(path)
        found += [
            Recording(name, samples, own or rate, speed or 0.0, label or label_of(name), teeth)
            for name, samples, own, speed, teeth in raws
        ]
    if not found:
        raise BadInput(Fault(f"no recordings in it ({SPELT})", file=str(place)))
    return tuple(found)


def usable(
    found: Sequence[Recording], window: float = 0.0
) -> tuple[tuple[Recording, ...], tuple[Fault, ...]]:
    """Tell recordings that can be judged from those that show nothing.

    Those are constant or clipped ones, and those whose spindle turns fewer than
    :data:`LEAST_TURNS` times in a ``window`` [s]; 0 asks for no turns.

    Raises
    ------
    BadInput
        When none can be judged, with what is wrong with each.
    """
    flaws = [
        (recording, flaw_of(recording.samples) or _too_slow(recording.speed, window))
        for recording in found
    ]
    left_out = tuple(Fault(flaw, path=recording.name) for recording, flaw in flaws if flaw)
    kept = tuple(recording for recording, flaw in flaws if not flaw)
    if left_out and not kept:
        raise BadInput(list(left_out))
    return kept, left_out


def _too_slow(speed: float, window: float) -> str:
    turns = speed * window
    if not window or turns >= LEAST_TURNS:
        return ""
    least = math.ceil(LEAST_TURNS / window * MINUTE)
    return (
        f"{speed * MINUTE:g} 1/min: {turns:.2g} turns of the shaft in a window of {window:g} s; "
        f"at least {LEAST_TURNS:g} turns ({least} 1/min) are needed"
    )


def flaw_of(samples: npt.NDArray[np.float32]) -> str:
    """Why a recording shows nothing; empty when it may be judged.

    >>> flaw_of(np.ones(9, np.float32))
    'constant signal'
    """
    if not samples.size or float(np.ptp(samples)) == 0.0:
        return "constant signal"
    ends = max(float(np.mean(samples == end)) for end in (samples.min(), samples.max()))
    share = f"clipped signal: {100.0 * ends:.0f} % of the samples lie at one end of the range"
    return share if ends > CLIPPED and len(samples) >= 1.0 / CLIPPED else ""


def _folder(place: Path, speed: float | None, rate: float | None) -> Iterator[Recording]:
    for path in sorted(place.iterdir()):
        if path.is_dir():
            label = label_of(path.name)
            for inner in sorted(path.iterdir()):
                if inner.suffix.lower() in FILES:
                    yield from _file(inner, label, speed, rate)
        elif path.suffix.lower() in {".npz", ".mat"}:
            yield from _file(path, "", speed, rate)


def _file(path: Path, label: str, speed: float | None, rate: float | None) -> Iterator[Recording]:
    for name, samples, own_rate, own_speed, teeth in _raws(path):
        found = _checked(
            path, name, samples, own_rate or rate, own_speed or speed, label or label_of(name)
        )
        yield replace(found, teeth=teeth)


def _raws(path: Path) -> Iterator[Raw]:
    size = path.stat().st_size
    if size > LARGEST:
        message = f"{size / 1e6:.0f} MB; at most {LARGEST / 1e6:.0f} MB are read at once"
        raise BadInput(Fault(message, file=str(path)))
    readers = {".npz": _npz, ".mat": _mat, ".wav": _wav, ".csv": _csv}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise BadInput(Fault(f"recordings are {SPELT} files", file=str(path)))
    yield from reader(path)


Raw = tuple[str, npt.NDArray[np.float32], float | None, float | None, int]


def _npz(path: Path) -> Iterator[Raw]:
    if not zipfile.is_zipfile(path):
        how = "write it by numpy.savez(FILE, NAME=…, NAME__fs=…, NAME__rpm=…)"
        raise BadInput(Fault(f"is not a readable .npz file; {how}", file=str(path)))
    try:
        with np.load(path, allow_pickle=False) as file:
            for name in file.files:
                if "__" not in name:
                    yield _named(Arrays(file, path), name, set(file.files))
    except BadInput:
        raise
    except (OSError, ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise BadInput(Fault(f"is not a readable .npz file: {error}", file=str(path))) from None


def _named(arrays: Arrays, name: str, there: set[str]) -> Raw:
    """Return a recording of which all arrays are named after it."""
    missing = [name + part for part in ("__fs", "__rpm") if name + part not in there]
    if missing:
        message = f"has no array {missing[0]}"
        if re.fullmatch(r"arr_\d+", name):
            message = (
                "an array that was saved without a name; name the recording and give it "
                "NAME__fs [Hz] and NAME__rpm [1/min]"
            )
        raise BadInput(Fault(message, path=name, file=str(arrays.path)))
    rate, rpm = arrays.number(f"{name}__fs", " [Hz]"), arrays.number(f"{name}__rpm", " [1/min]")
    teeth = int(arrays.number(f"{name}__teeth", "")) if f"{name}__teeth" in there else 0
    return name, arrays.samples(name), rate, rpm / MINUTE, teeth


def _mat(path: Path) -> Iterator[Raw]:
    """Read MATLAB files: arrays as in ``.npz``, or ``X105_DE_time`` and ``X105RPM`` as of CWRU.

    The latter are named by their file, and do not tell their rate.
    """
    from scipy.io import loadmat

    try:
        file = {name: value for name, value in loadmat(path).items() if name[:2] != "__"}
    except Exception as error:  # scipy raises a dozen kinds; all mean: not of MATLAB 4 to 7.2
        reason = " ".join(str(error).split())[:160]
        raise BadInput(Fault(f"is not a readable .mat file: {reason}", file=str(path))) from None
    arrays = Arrays(file, path)
    named = [name for name in file if f"{name}__fs" in file and f"{name}__rpm" in file]
    for name in named:
        yield _named(arrays, name, set(file))
    ends = [] if named else [name for name in file if name.endswith("DE_time")]
    if not named and len(ends) != 1:
        message = "needs arrays NAME, NAME__fs and NAME__rpm, or one that ends with DE_time"
        raise BadInput(Fault(message, file=str(path)))
    for name in ends:
        turns = next((key for key in file if key.endswith("RPM")), None)
        speed = None if turns is None else arrays.number(turns, " [1/min]") / MINUTE
        yield path.stem, arrays.samples(name), None, speed, 0


def _wav(path: Path) -> Iterator[Raw]:
    try:
        with wave.open(str(path), "rb") as file:
            width, channels = file.getsampwidth(), file.getnchannels()
            rate, content = file.getframerate(), file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise BadInput(Fault(f"is not a readable .wav file: {error}", file=str(path))) from None
    if width not in {2, 4}:
        message = f"{8 * width} bits a sample; 16 or 32 are read"
        raise BadInput(Fault(message, file=str(path)))
    samples = np.frombuffer(content, f"<i{width}").reshape(-1, channels)[:, 0]
    yield path.stem, samples.astype(np.float32), float(rate), None, 0


def _csv(path: Path) -> Iterator[Raw]:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    try:
        float(lines[0].split(",")[0])
    except (ValueError, IndexError):
        lines = lines[1:]
    try:
        samples = np.array([float(line.split(",")[0]) for line in lines if line.strip()])
    except ValueError as error:
        raise BadInput(Fault(f"the first column: {error}", file=str(path))) from None
    yield path.stem, samples.astype(np.float32), None, None, 0


def _checked(
    path: Path,
    name: str,
    samples: npt.NDArray[np.float32],
    rate: float | None,
    speed: float | None,
    label: str,
) -> Recording:
    faults = []
    if not label:
        message = "its name tells no class; it must start with " + ", ".join(PREFIXES)
        faults.append(Fault(message, path=name, file=str(path)))
    if rate is None or not rate > 0.0:
        faults.append(Fault("the sample rate is not known; give --rate", name, str(path)))
    if speed is None or not speed > 0.0:
        faults.append(Fault("the spindle speed is not known; give --rpm", name, str(path)))
    if not bool(np.isfinite(samples).all()):
        faults.append(Fault("holds values that are not numbers", name, str(path)))
    if faults or rate is None or speed is None:
        raise BadInput(faults)
    return Recording(name, samples, rate, speed, label)
