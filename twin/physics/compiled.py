"""Compilation by Numba, with the types kept: ``@compiled`` on a function of numbers and arrays.

The machine code is kept between runs, for as long as no file of this package changes: compiled
functions call each other across its modules, and Numba itself looks at a function's own file alone.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


@functools.cache
def _sources() -> tuple[tuple[str, int, int], ...]:
    """Name, time and size of every file that compiled code may come from."""
    with os.scandir(Path(__file__).parent) as files:
        found = [(file.name, file.stat()) for file in files if file.name.endswith(".py")]
    return tuple(sorted((name, about.st_mtime_ns, about.st_size) for name, about in found))


def _kept(function: Function, **options: Any) -> Function:
    """Compile, and keep the code where that is possible; other threads may run beside it."""
    options = {"nogil": True, "error_model": "numpy", **options}
    try:
        made: Any = numba.njit(cache=True, **options)(function)
    except RuntimeError:
        # Neither beside the source nor in the user's cache may be written: compiled every time.
        return cast(Function, numba.njit(**options)(function))
    index = made._cache._cache_file
    index._source_stamp = (index._source_stamp, _sources())
    return cast(Function, made)


def compiled(function: Function) -> Function:
    """Return ``function`` compiled on first use."""
    return _kept(function)


def lean(function: Function) -> Function:
    """Return ``function`` compiled without counting who refers to its arrays; it may make none."""
    return _kept(function, _nrt=False)


def inlined(function: Function) -> Function:
    """Return ``function`` compiled into each of its callers, for the innermost loops."""
    return _kept(function, inline="always")


def fused(function: Function) -> Function:
    """Return ``function`` as a lean part of its callers, for loops over many numbers.

    Sums come in any order and products are added in one go: the last digit may differ from one
    processor to another.
    """
    return _kept(function, forceinline=True, fastmath={"contract", "reassoc"}, _nrt=False)
