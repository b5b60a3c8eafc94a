"""Pictures in folders by class, made one size: what inspection models are trained and checked on.

A picture is decoded to 8 bits a channel, turned as its camera held it, and scaled to a square with
anti-aliasing. A set in which hardly a picture has colour is taken as grey. Beside its channels a
model gets one more plane: the grey picture with its mean and spread made equal for all, in which a
faint flaw on a dark part looks like one on a bright part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault, did_you_mean

Bytes = npt.NDArray[np.uint8]

SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".pgm", ".ppm", ".webp", ".gif", ".npy"}
)
TRAINING = ("train", "training")
TESTING = ("test", "testing", "val", "valid", "validation")
COLOURED = 6.0  # mean difference between the channels from which on a picture has colour [1/255]
COLOURED_SHARE = 0.05  # of the pictures, from which on a set has colour [1]
LUMA = (299, 587, 114)  # of red, green, blue [1/1000], ITU-R BT.601
LARGEST = 100_000_000  # pixels of one picture
MIDDLE, SPREAD = 128.0, 42.0  # mean and standard deviation of the levelled plane [1/255]
FLATTEST = 2.0  # pictures of less spread are not levelled any further [1/255]


@dataclass(frozen=True, slots=True)
class Listed:
    """A picture's file, the class that its folder names, and ``train``, ``test`` or neither."""

    path: Path
    label: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, scaled.

    ``pixels`` ``(side, side, 3)``; ``size`` before scaling, width and height; ``colour``, the mean
    difference between the channels of a pixel [1/255]; ``digest`` of the pixels.
    """

    name: str
    label: str
    part: str
    pixels: Bytes
    size: tuple[int, int]
    colour: float
    digest: str


@dataclass(frozen=True, slots=True)
class Album:
    """Pictures of one set, and what was left out of it and why."""

    pictures: tuple[Picture, ...]
    left_out: tuple[Fault, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes that occur, in order."""
        return tuple(sorted({picture.label for picture in self.pictures}))

    @property
    def coloured(self) -> bool:
        """Whether the set has colour."""
        number = sum(picture.colour > COLOURED for picture in self.pictures)
        return number > COLOURED_SHARE * len(self.pictures)


def find(place: Path) -> tuple[Listed, ...]:
    """List the pictures of a folder of folders by class, or of ``train`` and ``test`` of such.

    Raises
    ------
    BadInput
        When there is no such folder, or there are no pictures in folders within it.
    """
    if not place.is_dir():
        message = "is a file; a folder of folders by class is needed"
        message = message if place.exists() else "no such folder"
        raise BadInput(Fault(message, file=str(place)))
    folders = _folders(place)
    while len(folders) == 1 and _folders(folders[0]):  # DATA/images/class/…
        folders = _folders(folders[0])
    parts = {folder.name.lower(): folder for folder in folders}
    if set(parts) & set(TRAINING) and set(parts) & set(TESTING):
        found = list(_parts(parts))
    else:
        found = [row for folder in folders for row in _inside(folder, folder.name, "")]
    if not found:
        message = f"no pictures in folders by class in it ({', '.join(sorted(SUFFIXES))})"
        raise BadInput(Fault(message, file=str(place)))
    return tuple(found)


def _folders(place: Path) -> list[Path]:
    return sorted(path for path in place.iterdir() if path.is_dir() and path.name[0] != ".")


def _parts(parts: dict[str, Path]) -> Iterator[Listed]:
    """Pictures for training and for testing; where there are two for testing, the first is."""
    held = next(name for name in TESTING if name in parts)
    for name, folder in parts.items():
        if name in TRAINING or name in TESTING:
            for inner in _folders(folder):
                yield from _inside(inner, inner.name, "test" if name == held else "train")


def _inside(folder: Path, label: str, part: str) -> Iterator[Listed]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES and path.name[0] != "." and path.is_file():
            yield Listed(path, label, part)


def _array(path: Path) -> Bytes:
    """Pixels of a ``.npy`` file: whole numbers up to 255, or 0 to 1."""
    values = np.load(path, allow_pickle=False)
    if values.ndim == 2:
        values = values[..., None]
    if values.ndim != 3 or values.shape[2] not in {1, 3} or not values.size:
        raise ValueError(f"has the shape {values.shape}; (height, width[, 3]) is needed")
    if not np.isfinite(values).all():
        raise ValueError("holds values that are not numbers")
    scale = 1.0 if values.dtype.kind in "iu" else 255.0
    values = np.rint(values * scale)
    if values.min() < 0 or values.max() > 255:
        raise ValueError("whole numbers of 0 to 255, or 0 to 1, are needed")
    return np.ascontiguousarray(np.broadcast_to(values, (*values.shape[:2], 3)), np.uint8)


def _image(path: Path) -> Any:
    """Return a decoded picture in red, green and blue."""
    from PIL import Image, ImageOps

    if path.suffix.lower() == ".npy":
        return Image.fromarray(_array(path))
    with Image.open(path) as file:
        if file.width * file.height > LARGEST:
            raise ValueError(f"{file.width} × {file.height} pixels; too large")
        turned = ImageOps.exif_transpose(file)
        if turned.mode.startswith("I") or turned.mode == "F":
            return Image.fromarray(_deep(np.asarray(turned))).convert("RGB")
        return turned.convert("RGB")


def _deep(values: npt.NDArray[Any]) -> Bytes:
    """Eight bits of a picture of more: of 16 the upper ones, of real numbers 0 to 1."""
    if not np.isfinite(values).all():
        raise ValueError("holds values that are not numbers")
    highest = float(values.max())
    scale = 255.0 / 65535.0 if highest > 255.0 else 1.0
    if values.dtype.kind == "f" and highest <= 1.0:
        scale = 255.0
    return np.clip(np.rint(values * scale), 0, 255).astype(np.uint8)


def decode(path: Path, side: int) -> tuple[Bytes, tuple[int, int]]:
    """Read a picture; return it scaled to ``(side, side, 3)``, and its own width and height.

    Raises
    ------
    BadInput
        When the file is no picture or a damaged one.
    """
    from PIL import Image

    with _readable(path):
        whole = _image(path)
        scaled = whole.resize((side, side), Image.Resampling.BILINEAR)
    return np.asarray(scaled, np.uint8), (whole.width, whole.height)


def unscaled(path: Path) -> Bytes:
    """Read a picture in its own size, ``(height, width, 3)``.

    Raises
    ------
    BadInput
        When the file is no picture or a damaged one.
    """
    with _readable(path):
        return np.asarray(_image(path), np.uint8)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # each format's decoder raises its own; all mean: not readable
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise BadInput(Fault(f"is not a readable picture: {reason}", file=str(path))) from None


def colour(pixels: Bytes) -> float:
    """Mean difference between the channels of ``(height, width, 3)`` [1/255]."""
    spread = pixels.max(axis=2).astype(np.int16) - pixels.min(axis=2)
    return float(spread.mean())


def refuse_flat(pixels: Bytes, path: Path) -> None:
    """Refuse a picture ``(height, width, 3)`` that shows nothing: all its pixels are alike."""
    first = pixels[0, 0]
    if (pixels == first).all():
        grey = len(set(first.tolist())) == 1
        shown = str(first[0]) if grey else ", ".join(map(str, first))
        message = f"constant picture: every pixel is {shown} of 255; it shows nothing to judge"
        raise BadInput(Fault(message, file=str(path)))


def read(listed: Sequence[Listed], side: int, root: Path) -> Album:
    """Read pictures, each scaled to ``side`` pixels.

    Those that cannot be read, or that show nothing (:func:`refuse_flat`), are left out.

    Raises
    ------
    BadInput
        When none is left.
    """
    pictures: list[Picture] = []
    left_out: list[Fault] = []
    for row in listed:
        try:
            pixels, size = decode(row.path, side)
            refuse_flat(pixels, row.path)
        except BadInput as error:
            left_out += error.faults
            continue
        name = row.path.relative_to(root).as_posix()
        digest = hashlib.sha256(pixels.tobytes()).hexdigest()
        pictures.append(Picture(name, row.label, row.part, pixels, size, colour(pixels), digest))
    if not pictures:
        raise BadInput(left_out[:5] or Fault("no pictures in it", file=str(root)))
    return Album(tuple(pictures), tuple(left_out))


def sizes(listed: Sequence[Listed]) -> list[tuple[int, int]]:
    """Width and height of the pictures whose file tells one, without decoding them."""
    from PIL import Image

    found = []
    for row in listed:
        try:
            if row.path.suffix.lower() == ".npy":
                height, width = np.load(row.path, mmap_mode="r", allow_pickle=False).shape[:2]
                found.append((int(width), int(height)))
            else:
                with Image.open(row.path) as file:
                    found.append((file.width, file.height))
        except Exception:  # a damaged file is named when it is read
            continue
    return found


def channels_of(pictures: Sequence[Picture], channels: int) -> Bytes:
    """Pixels in one channel or three, ``(pictures, channels, side, side)``."""
    whole = np.stack([picture.pixels for picture in pictures])
    if channels == 1:
        grey = (whole.astype(np.uint32) @ np.array(LUMA, np.uint32) + 500) // 1000
        return grey.astype(np.uint8)[:, None]
    return np.ascontiguousarray(whole.transpose(0, 3, 1, 2))


def with_levelled(pixels: Bytes) -> Bytes:
    """Add the levelled plane to ``(n, channels, side, side)``.

    >>> flat = np.full((1, 1, 2, 2), 7, np.uint8)
    >>> with_levelled(flat)[0, 1].tolist()
    [[128, 128], [128, 128]]
    """
    grey = pixels.mean(axis=1, keepdims=True, dtype=np.float32)
    mean = grey.mean(axis=(2, 3), keepdims=True)
    spread = np.maximum(grey.std(axis=(2, 3), keepdims=True), FLATTEST)
    plane = np.clip(np.rint(MIDDLE + (grey - mean) / spread * SPREAD), 0, 255)
    return np.concatenate([pixels, plane.astype(np.uint8)], axis=1)


def stack(pictures: Sequence[Picture], channels: int) -> Bytes:
    """Planes as the model takes them, ``(pictures, channels + 1, side, side)``."""
    return with_levelled(channels_of(pictures, channels))


def labels(pictures: Sequence[Picture], classes: Sequence[str]) -> npt.NDArray[np.intp]:
    """Place of each picture's class among ``classes``.

    Raises
    ------
    BadInput
        When a picture is of another class.
    """
    unknown = sorted({picture.label for picture in pictures} - set(classes))
    if unknown:
        faults = [
            Fault(f"the model knows no such class{did_you_mean(word, classes)}", path=word)
            for word in unknown
        ]
        raise BadInput(faults)
    place = {word: index for index, word in enumerate(classes)}
    return np.array([place[picture.label] for picture in pictures], np.intp)
