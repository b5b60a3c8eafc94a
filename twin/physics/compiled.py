"""Compilation by Numba, with the types kept: ``@compiled`` on a function of numbers and arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Return ``function`` compiled on first use; the machine code is kept between runs."""
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def inlined(function: Function) -> Function:
    """Return ``function`` compiled into each of its callers, for the innermost loops."""
    made = numba.njit(cache=True, nogil=True, error_model="numpy", inline="always")
    return cast(Function, made(function))


def fused(function: Function) -> Function:
    """Return ``function`` compiled with sums in any order and products added in one go.

    The last digit may differ from one processor to another.
    """
    made = numba.njit(
        cache=True,
        nogil=True,
        error_model="numpy",
        inline="always",
        fastmath={"contract", "reassoc"},
    )
    return cast(Function, made(function))
