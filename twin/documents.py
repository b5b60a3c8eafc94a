"""TOML documents: read, with what they ``extends`` laid beneath, or refused in one line."""

from __future__ import annotations

import copy
import hashlib
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from twin.errors import BadInput, Fault, MissingData, did_you_mean

MOST_BYTES = 4_000_000
"""A document is written by people; anything larger is another kind of file."""
MOST_EXTENDS = 16


def read_document(
    file: Path, seen: tuple[Path, ...] = (), library: Path | None = None
) -> dict[str, Any]:
    """Return the file's tables with everything it extends merged beneath.

    What it extends is looked for beside the file, then in ``library``: a scenario that was saved
    anywhere finds the shipped one that it was made from.

    Raises
    ------
    BadInput
        When a file is missing, too large, not TOML, or extends itself.
    """
    table = read_toml(file)
    base = table.pop("extends", None)
    if base is None:
        return table
    if not isinstance(base, str):
        raise BadInput(Fault("the path of another scenario is needed", "extends", str(file)))
    target = file.parent / base
    if library is not None and not target.exists() and (library / base).is_file():
        target = library / base
    if target.resolve() in seen or len(seen) >= MOST_EXTENDS:
        raise BadInput(Fault("extends itself in a circle", "extends", str(file), repr(base)))
    try:
        below = read_document(target, (*seen, file.resolve()), library)
    except BadInput as error:
        if not target.exists():
            raise BadInput(
                Fault(f"no such file ({target})", "extends", str(file), repr(base))
            ) from error
        raise
    return merge(below, table)


def comes_from(file: Path, key: str, library: Path | None = None) -> Path | None:
    """Return the file, of one and those it extends, whose own text has a top-level ``key``.

    None when none has; the file was read before, so the chain is sound.
    """
    for _ in range(MOST_EXTENDS):
        table = read_toml(file)
        if key in table:
            return file
        base = table.get("extends")
        if not isinstance(base, str):
            return None
        target = file.parent / base
        file = library / base if library and not target.exists() else target
    return None


def read_toml(file: Path) -> dict[str, Any]:
    """Read one TOML file, or say in one line why it cannot be read."""
    name = str(file)
    if not file.exists():
        near = did_you_mean(file.name, [p.name for p in file.parent.glob("*.toml")])
        raise BadInput(Fault("no such file" + (near if near.startswith(",") else ""), file=name))
    if not file.is_file():
        raise BadInput(Fault("is not a file", file=name))
    size = file.stat().st_size
    if size > MOST_BYTES:
        message = f"is {size / 1e6:,.0f} MB; a scenario has at most {MOST_BYTES / 1e6:.0f} MB"
        raise BadInput(Fault(message, file=name))
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise BadInput(Fault("is not text in UTF-8", file=name)) from None
    except tomllib.TOMLDecodeError as error:
        raise BadInput(Fault(f"is not valid TOML: {error}", file=name)) from None
    except RecursionError:
        raise BadInput(Fault("is nested too deeply", file=name)) from None
    except OSError as error:
        raise BadInput(Fault(f"cannot be read: {error.strerror}", file=name)) from None


def merge(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``above`` laid over ``below``: tables key by key, anything else replaced.

    ``false`` in place of a table takes the table away.

    >>> merge({"windows": {"left": {"width": 3}, "right": {}}}, {"windows": {"left": False}})
    {'windows': {'right': {}}}
    """
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            merged[key] = merge(dict(old), value)
        elif value is False and isinstance(old, Mapping):
            del merged[key]
        else:
            merged[key] = copy.deepcopy(value)
    return merged


def find_data(name: str, beside: Path, path: str = "", *, folders: bool = False) -> Path:
    """Return a data file: beside the scenario, else in the folder ``TWIN_DATA`` or one below it.

    With ``folders`` it may be a folder as well.

    Raises
    ------
    MissingData
        When it is in none of them; ``path`` is the parameter that names it.
    """
    chosen = os.environ.get("TWIN_DATA")
    for place in _places(name, beside, chosen):
        try:
            if place.is_file() or (folders and place.is_dir()):
                return place.resolve()
        except (OSError, ValueError):
            continue  # too long, or holds a character that no file's name does
    message = f"no such file beside the scenario ({beside})" + (
        f" nor in TWIN_DATA ({chosen})" if chosen else "; TWIN_DATA may name its folder"
    )
    raise MissingData(Fault(message, path, "", repr(name)))


def _places(name: str, beside: Path, chosen: str | None) -> Iterator[Path]:
    yield beside / name
    if chosen and Path(chosen).is_dir():
        yield Path(chosen) / name
        below = (folder for folder in Path(chosen).iterdir() if folder.is_dir())
        yield from (folder / name for folder in sorted(below))


def digest(name: str, beside: Path) -> str:
    """Hash of what a data file holds; empty when it is not there.

    That of a folder is of its files' names, sizes and times.
    """
    try:
        place = find_data(name, beside, folders=True)
        content = _listing(place) if place.is_dir() else place.read_bytes()
    except (MissingData, OSError):
        return ""
    return hashlib.sha256(content).hexdigest()[:16]


def _listing(folder: Path) -> bytes:
    files = ((path, path.stat()) for path in sorted(folder.rglob("*")) if path.is_file())
    return repr([(str(path.relative_to(folder)), one.st_size, one.st_mtime_ns)
                 for path, one in files]).encode()  # fmt: skip
