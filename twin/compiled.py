"""Compiled code: functions by Numba, and memory by its address.

A function that takes arrays counts who refers to them at every call, and one that takes many is
slow to compile. Here a compiled function takes one record that says where the arrays lie; the
caller keeps them alive. Numba is loaded with this module, and with nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, cast

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

Function = TypeVar("Function", bound=Callable[..., Any])


def record(floats: str, integers: str = "") -> np.dtype[Any]:
    """Return a record of floats and 64-bit integers, by their names.

    >>> record("time value", "number").names
    ('time', 'value', 'number')
    """
    return np.dtype([(n, "f8") for n in floats.split()] + [(n, "i8") for n in integers.split()])


def jit(function: Function) -> Function:
    """Compile a function as a part of others: only compiled code can call it."""
    options: Any = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast(Function, numba.njit(**options)(function))


def inline(function: Function) -> Function:
    """Compile a short function into each place that calls it."""
    options: Any = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast(Function, numba.njit(**options, forceinline=True)(function))


def entry(function: Function) -> Function:
    """Compile a function that Python calls; the code is kept on disk, other threads may run.

    Numba compares the function's own file and the values it closes over: let it close over
    :func:`stamp` of the modules that it is built of.
    """
    options: Any = {"nogil": True, "error_model": "numpy"}
    try:
        return cast(Function, numba.njit(cache=True, **options)(function))
    except RuntimeError:
        # Neither beside the source nor in the user's cache may be written: compiled every time.
        return cast(Function, numba.njit(**options)(function))


def stamp(*modules: ModuleType) -> int:
    """Return a number that changes with the source of any of ``modules`` and of this one."""
    files = [Path(__file__), *(Path(str(module.__file__)) for module in modules)]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files))
    return int.from_bytes(digest.digest()[:7], "little")


# -- memory -------------------------------------------------------------------------------------


def _place(builder: Any, kind: Any, address: Any, n: Any) -> Any:
    return builder.gep(builder.inttoptr(address, kind.as_pointer()), [n])


def _record_at(_typing: Any, address: Any, n: Any, dtype: Any) -> Any:
    """Record ``n`` of an array at an address; nobody counts who refers to it."""
    record = dtype.dtype

    def lower(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        size = context.get_constant(types.int64, record.size)
        place = builder.add(values[0], builder.mul(values[1], size))
        return builder.inttoptr(place, context.get_value_type(record))

    return record(types.int64, types.int64, dtype), lower


def _number_at(_typing: Any, address: Any, n: Any) -> Any:
    """Float ``n`` of an array at an address."""

    def lower(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.load(_place(builder, ir.DoubleType(), *values))

    return types.float64(types.int64, types.int64), lower


def _putter(kind: Any, number: Any) -> Callable[[int, int, float], None]:
    def put(_typing: Any, address: Any, n: Any, value: Any) -> Any:
        def lower(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            builder.store(values[2], _place(builder, kind, values[0], values[1]))
            return context.get_dummy_value()

        return types.void(types.int64, types.int64, number), lower

    made: Callable[[int, int, float], None] = cast(Any, intrinsic(put))
    return made


record_at: Callable[[int, int, Any], Any] = cast(Any, intrinsic(_record_at))
number_at: Callable[[int, int], float] = cast(Any, intrinsic(_number_at))
put = _putter(ir.DoubleType(), types.float64)
put_int = _putter(ir.IntType(32), types.int32)
put_code = _putter(ir.IntType(16), types.int16)


def _start_of(_typing: Any, array: Any) -> Any:
    """Address at which an array begins, to be used like an array."""

    def lower(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        whole = context.make_array(signature.args[0])
        return whole(context, builder, value=values[0]).data

    pointer: Any = types.CPointer
    return pointer(array.dtype)(array), lower


start_of: Callable[[Any], Any] = cast(Any, intrinsic(_start_of))
