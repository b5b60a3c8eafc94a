"""Compilation by Numba, with the types kept: ``@compiled`` on a function of numbers and arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Return ``function`` compiled on first use; the machine code is kept between runs."""
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def lean(function: Function) -> Function:
    """Return ``function`` compiled without counting who refers to its arrays; it may make none."""
    options: Any = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
    return cast(Function, numba.njit(**options)(function))


def inlined(function: Function) -> Function:
    """Return ``function`` compiled into each of its callers, for the innermost loops."""
    made = numba.njit(cache=True, nogil=True, error_model="numpy", inline="always")
    return cast(Function, made(function))


def fused(function: Function) -> Function:
    """Return ``function`` as a lean part of its callers, for loops over many numbers.

    Sums come in any order and products are added in one go: the last digit may differ from one
    processor to another.
    """
    options: Any = {
        "cache": True,
        "nogil": True,
        "error_model": "numpy",
        "forceinline": True,
        "fastmath": {"contract", "reassoc"},
        "_nrt": False,
    }
    return cast(Function, numba.njit(**options)(function))
