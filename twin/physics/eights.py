"""Eight numbers that go through the processor together, in functions compiled by Numba.

``load`` takes eight of an array in C order, from a place that is counted in numbers over all its
axes. Between eights, and between eight and a number, ``+ - * /`` work lane by lane. Products are
added in one go and sums come in any order: last digits may differ between kinds of processors.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.core.datamodel import models
from numba.extending import intrinsic, lower_builtin, register_model, type_callable

from twin.physics.compiled import fused

LANES = 8
FLOAT, WORD, SHORT = ir.DoubleType(), ir.IntType(64), ir.IntType(32)
VECTOR, WORDS = ir.VectorType(FLOAT, LANES), ir.VectorType(WORD, LANES)
LOOSE = ("contract", "reassoc")
LINE = 8
"""Numbers in a line of the processor's cache."""
CUBE = 0x553EF0FF289DD796
"""Less a third of the bits of a number, about those of the reciprocal of its cube root."""
LOG_2 = math.log(2.0)
TAYLOR = tuple(1.0 / math.factorial(n) for n in range(13, -1, -1))
"""Of the exponential function, the highest power first."""


class EightType(types.Type):
    """Numba's type of eight numbers."""

    def __init__(self) -> None:
        super().__init__(name="Eight")


EIGHT = EightType()
# Numba's extension points have no types of their own.
_primitive: Any = models.PrimitiveModel
_modelled: Any = register_model
_typed: Any = type_callable
_lowered: Any = lower_builtin
_made: Any = intrinsic


_modelled(EightType)(lambda manager, kind: _primitive(manager, kind, VECTOR))


def _spread(builder: Any, value: Any) -> Any:
    """A number in every lane; eight stay as they are."""
    if value.type == VECTOR:
        return value
    one = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), value, WORD(0))
    first = ir.Constant(ir.VectorType(SHORT, LANES), [0] * LANES)
    return builder.shuffle_vector(one, ir.Constant(VECTOR, ir.Undefined), first)


def _call(builder: Any, name: str, result: Any, *values: Any) -> Any:
    """Call a function of LLVM's own."""
    kind = ir.FunctionType(result, [value.type for value in values])
    function = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
    return builder.call(function, values, fastmath=LOOSE if result in (VECTOR, FLOAT) else ())


def _where(builder: Any, comparison: str, one: Any, other: Any) -> Any:
    """Of each lane the one that compares so."""
    return builder.select(builder.fcmp_ordered(comparison, one, other), one, other)


def _lower(emit: Callable[..., Any]) -> Callable[..., Any]:
    """From (builder, eights…) to what Numba asks for."""

    def lowered(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return emit(builder, *(_spread(builder, value) for value in values))

    return lowered


def _works(sign: Any, emit: str) -> None:
    """Let an operator work between eights, and between eight and a number."""

    def typed(_context: Any) -> Any:
        return lambda one, other: EIGHT if EIGHT in (one, other) else None

    lowered = _lower(lambda builder, *pair: getattr(builder, emit)(*pair, flags=LOOSE))
    _typed(sign)(typed)
    for pair in ((EIGHT, EIGHT), (EIGHT, types.float64), (types.float64, EIGHT)):
        _lowered(sign, *pair)(lowered)


_works(operator.add, "fadd")
_works(operator.sub, "fsub")
_works(operator.mul, "fmul")
_works(operator.truediv, "fdiv")


def _of_one(emit: Callable[..., Any], result: Any = EIGHT) -> Callable[[Any], Any]:
    def of_one(_typing: Any, x: Any) -> Any:
        return result(x), _lower(emit)

    made: Callable[[Any], Any] = _made(of_one)
    return made


def _of_two(emit: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    def of_two(_typing: Any, one: Any, other: Any) -> Any:
        return EIGHT(one, other), _lower(emit)

    made: Callable[[Any, Any], Any] = _made(of_two)
    return made


def _reciprocal_guess(builder: Any, x: Any) -> Any:
    """Reciprocal of the cube root within 4 %: a third of the exponent."""
    bits = builder.sitofp(builder.bitcast(x, WORDS), VECTOR)
    third = builder.fmul(bits, _spread(builder, FLOAT(-1.0 / 3.0)))
    guess = builder.fptosi(builder.fadd(third, _spread(builder, FLOAT(float(CUBE)))), WORDS)
    return builder.bitcast(guess, VECTOR)


def _power_of_two(builder: Any, x: Any) -> Any:
    """2 to the power of whole numbers."""
    exponent = builder.add(builder.fptosi(x, WORDS), ir.Constant(WORDS, [1023] * LANES))
    return builder.bitcast(builder.shl(exponent, ir.Constant(WORDS, [52] * LANES)), VECTOR)


def _above(_typing: Any, x: Any, yes: Any, no: Any) -> Any:
    """``yes`` where ``x`` is above 0, elsewhere ``no``."""

    def emit(builder: Any, x: Any, yes: Any, no: Any) -> Any:
        nothing = _spread(builder, FLOAT(0.0))
        return builder.select(builder.fcmp_ordered(">", x, nothing), yes, no)

    return EIGHT(x, yes, no), _lower(emit)


spread = _of_one(lambda _builder, x: x)
root = _of_one(lambda builder, x: _call(builder, "llvm.sqrt.v8f64", VECTOR, x))
size = _of_one(lambda builder, x: _call(builder, "llvm.fabs.v8f64", VECTOR, x))
nearest = _of_one(lambda builder, x: _call(builder, "llvm.rint.v8f64", VECTOR, x))
power_of_two = _of_one(_power_of_two)
reciprocal_guess = _of_one(_reciprocal_guess)
total = _of_one(
    lambda builder, x: _call(builder, "llvm.vector.reduce.fadd.v8f64", FLOAT, FLOAT(0.0), x),
    types.float64,
)
largest = _of_one(
    lambda builder, x: _call(builder, "llvm.vector.reduce.fmax.v8f64", FLOAT, x), types.float64
)
greater = _of_two(lambda builder, one, other: _where(builder, ">", one, other))
smaller = _of_two(lambda builder, one, other: _where(builder, "<", one, other))
above: Callable[[Any, Any, Any], Any] = _made(_above)


def _number(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
    """Where a number of an array lies."""
    return builder.gep(context.make_array(kind)(context, builder, value=array).data, [at])


def _place(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
    """Where eight numbers of an array begin."""
    place = _number(context, builder, kind, array, at)
    return builder.bitcast(place, VECTOR.as_pointer())


def _load(_typing: Any, array: Any, at: Any) -> Any:
    """Eight numbers of an array from place ``at``."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.load(_place(context, builder, signature.args[0], *values), align=8)

    return EIGHT(array, types.int64), lowered


def _store(_typing: Any, array: Any, at: Any, x: Any) -> Any:
    """Put eight numbers into an array at place ``at``."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        array, at, x = values
        place = _place(context, builder, signature.args[0], array, at)
        builder.store(_spread(builder, x), place, align=8)
        return context.get_dummy_value()

    return types.void(array, types.int64, x), lowered


def _first(builder: Any, count: Any) -> Any:
    """The lanes below a count."""
    lanes = ir.Constant(WORDS, list(range(LANES)))
    one = builder.insert_element(ir.Constant(WORDS, ir.Undefined), count, WORD(0))
    first = ir.Constant(ir.VectorType(SHORT, LANES), [0] * LANES)
    limit = builder.shuffle_vector(one, ir.Constant(WORDS, ir.Undefined), first)
    return builder.icmp_signed("<", lanes, limit)


def _some(_typing: Any, array: Any, at: Any, count: Any) -> Any:
    """The first ``count`` numbers of an array from place ``at``, 0 in the other lanes."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        place = _place(context, builder, signature.args[0], *values[:2])
        nothing, mask = ir.Constant(VECTOR, [0.0] * LANES), _first(builder, values[2])
        name = "llvm.masked.load.v8f64.p0"
        return _call(builder, name, VECTOR, place, SHORT(8), mask, nothing)

    return EIGHT(array, types.int64, types.int64), lowered


def _put(_typing: Any, array: Any, at: Any, count: Any, x: Any) -> Any:
    """Put the first ``count`` numbers of eight into an array at place ``at``."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        array, at, count, x = values
        place = _place(context, builder, signature.args[0], array, at)
        mask = _first(builder, count)
        name = "llvm.masked.store.v8f64.p0"
        _call(builder, name, ir.VoidType(), x, place, SHORT(8), mask)
        return context.get_dummy_value()

    return types.void(array, types.int64, types.int64, x), lowered


def _times(_typing: Any, array: Any, at: Any, wide: Any, x: Any) -> Any:
    """Eight rows of an array, ``wide`` numbers apart, each times its lane of ``x``, added up."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        array, at, wide, x = values
        sums: list[Any] = [None, None]
        for j in range(LANES):
            row = builder.load(_place(context, builder, signature.args[0], array, at), align=8)
            lane = ir.Constant(ir.VectorType(SHORT, LANES), [j] * LANES)
            part = builder.fmul(row, builder.shuffle_vector(x, x, lane), flags=LOOSE)
            before = sums[j % 2]
            sums[j % 2] = builder.fadd(part, before, flags=LOOSE) if before else part
            at = builder.add(at, wide)
        return builder.fadd(*sums, flags=LOOSE)

    return EIGHT(array, types.int64, types.int64, EIGHT), lowered


def _one(_typing: Any, array: Any, at: Any) -> Any:
    """The number of an array at place ``at``."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.load(_number(context, builder, signature.args[0], *values))

    return array.dtype(array, types.int64), lowered


def _put_one(_typing: Any, array: Any, at: Any, x: Any) -> Any:
    """Put a number into an array at place ``at``."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        array, at, x = values
        builder.store(x, _number(context, builder, signature.args[0], array, at))
        return context.get_dummy_value()

    return types.void(array, types.int64, array.dtype), lowered


def _pick(_typing: Any, array: Any, base: Any, places: Any, at: Any) -> Any:
    """Eight numbers of an array, ``base`` before each of the eight ``places`` that begin ``at``."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        array, base, places, at = values
        start = _number(context, builder, signature.args[0], array, base)
        found = ir.Constant(VECTOR, ir.Undefined)
        for j in range(LANES):
            here = builder.add(at, WORD(j))
            place = builder.load(_number(context, builder, signature.args[2], places, here))
            found = builder.insert_element(
                found, builder.load(builder.gep(start, [place])), WORD(j)
            )
        return found

    return EIGHT(array, types.int64, places, types.int64), lowered


def _soon(_typing: Any, array: Any, at: Any) -> Any:
    """Ask for the numbers about place ``at`` of an array, which will be read soon."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        place = _number(context, builder, signature.args[0], *values)
        reads, keep, data = SHORT(0), SHORT(3), SHORT(1)
        _call(builder, "llvm.prefetch.p0", ir.VoidType(), place, reads, keep, data)
        return context.get_dummy_value()

    return types.void(array, types.int64), lowered


soon: Callable[[Any, int], None] = _made(_soon)
one: Callable[[Any, int], Any] = _made(_one)
pick: Callable[[Any, int, Any, int], Any] = _made(_pick)
put_one: Callable[[Any, int, Any], None] = _made(_put_one)
load: Callable[[Any, int], Any] = _made(_load)
some: Callable[[Any, int, int], Any] = _made(_some)
store: Callable[[Any, int, Any], None] = _made(_store)
put: Callable[[Any, int, int, Any], None] = _made(_put)
times: Callable[[Any, int, int, Any], Any] = _made(_times)


@fused
def cube_root(x: Any) -> Any:
    """Cube roots of eight numbers above 0.

    Their reciprocals from a third of the exponent, then twice Householder's rule of third order:
    within 1e-10, and without a division.
    """
    y = reciprocal_guess(x)
    for _ in range(2):
        off = 1.0 - x * y * y * y
        y = y + y * off * (1.0 / 3.0 + off * (2.0 / 9.0))
    return x * y * y


@fused
def decayed(x: Any) -> Any:
    """Return ``exp(-x)`` of eight numbers from 0 to 700: a power of two and a Taylor series."""
    turns = x * (-1.0 / LOG_2)
    whole = nearest(turns)
    part, series = (turns - whole) * LOG_2, spread(TAYLOR[0])
    for term in TAYLOR[1:]:
        series = series * part + term
    return series * power_of_two(whole)


def lines(shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Zeros that begin with a line of the processor's cache."""
    count = int(np.prod(shape))
    room = np.zeros(count + LINE)
    start = -(room.ctypes.data // 8) % LINE
    return room[start : start + count].reshape(shape)
