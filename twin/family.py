"""Families that grow by adding a file: the file's name is the ``kind``."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from types import ModuleType

from twin.errors import BadInput, Fault, did_you_mean


@functools.cache
def kinds(package: str) -> tuple[str, ...]:
    """Return the kinds of a family: its module names, except ``base`` and private ones."""
    path = importlib.import_module(package).__path__
    names = (module.name for module in pkgutil.iter_modules(path))
    return tuple(sorted(n for n in names if n != "base" and not n.startswith("_")))


def load(package: str, kind: str, *, path: str = "", file: str = "") -> ModuleType:
    """Import the module of ``kind``.

    Raises
    ------
    BadInput
        When the family has no such kind, with "did you mean".
    """
    known = kinds(package)
    if kind not in known:
        message = "no such kind" + did_you_mean(kind, known)
        raise BadInput(Fault(message, path=path, file=file, value=repr(kind)))
    return importlib.import_module(f"{package}.{kind}")
