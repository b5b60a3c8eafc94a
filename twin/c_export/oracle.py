"""What only onnxruntime itself can tell: the constants of its sums, the values of its functions.

Its builds contract multiplications and additions as their compilers please; so both are asked of
the onnxruntime that is installed, with all the bytes there are.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from twin.c_export.network import Bytes, Floats, Scale
from twin.nodes.fused import session


def _one_layer(kind: str, before: list[Scale], after: Scale) -> Any:
    """A model of one quantised layer of unsigned bytes."""
    import onnx

    helper, tensor = onnx.helper, onnx.TensorProto
    nodes, constants, parts = [], [], []

    def pair(value: str, scale: Scale, name: str) -> str:
        constants.append(onnx.numpy_helper.from_array(np.array(scale.step), f"{name}s"))
        constants.append(onnx.numpy_helper.from_array(np.array(scale.zero, np.uint8), f"{name}z"))
        ends = [f"{name}s", f"{name}z"]
        nodes.append(helper.make_node("QuantizeLinear", [value, *ends], [f"{name}q"]))
        nodes.append(helper.make_node("DequantizeLinear", [f"{name}q", *ends], [f"{name}d"]))
        return f"{name}d"

    for index, scale in enumerate(before):
        at = [onnx.numpy_helper.from_array(np.array([index]), f"at{index}")]
        constants.extend(at)
        nodes.append(helper.make_node("Gather", ["x", f"at{index}"], [f"g{index}"], axis=0))
        parts.append(pair(f"g{index}", scale, f"i{index}"))
    nodes.append(helper.make_node(kind, parts, ["y"]))
    done = pair("y", after, "o")
    graph = helper.make_graph(
        nodes,
        "one",
        [helper.make_tensor_value_info("x", tensor.FLOAT, [len(before), "N"])],
        [helper.make_tensor_value_info(done, tensor.FLOAT, [1, "N"])],
        constants,
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


def _bytes_of(values: Floats, scale: Scale) -> Bytes:
    return np.asarray(np.rint(values / scale.step) + scale.zero, np.uint8)


def _reals(whole: Bytes, scale: Scale) -> Floats:
    return ((whole.astype(np.int32) - scale.zero).astype(np.float32) * scale.step).astype("f4")


def sigmoid(before: Scale, after: Scale) -> Bytes:
    """The byte that each of the 256 bytes becomes."""
    every = np.arange(256, dtype=np.uint8)
    found = session(_one_layer("Sigmoid", [before], after)).run(_reals(every, before)[None, :])
    return _bytes_of(found[0], after)


def _fused_sum(a: Floats, b: Floats, fixed: np.float32) -> Floats:
    """``fl(a + fl(b + fixed))`` of exact products, as fused multiply-adds round."""
    inner = (b.astype(np.longdouble) + np.longdouble(fixed)).astype(np.float32)
    return (a.astype(np.longdouble) + inner).astype(np.float32)


def fixed_part(
    a: Scale, b: Scale, made: Scale, ratios: tuple[np.float32, np.float32]
) -> np.float32:
    """The constant of a sum for which all 65,536 sums equal onnxruntime's.

    Raises
    ------
    ValueError
        When there is none: this onnxruntime adds in another way.
    """
    one, other = (np.tile(np.arange(256, dtype=np.uint8), 256), np.arange(65536) // 256)
    two = other.astype(np.uint8)
    given = np.stack([_reals(one, a), _reals(two, b)])
    wanted = _bytes_of(session(_one_layer("Add", [a, b], made)).run(given)[0], made)
    wide = [np.longdouble(ratio) for ratio in ratios]
    products = one.astype(np.longdouble) * wide[0], two.astype(np.longdouble) * wide[1]
    for fixed in _candidates(a, b, made, ratios):
        total = _fused_sum(products[0], products[1], fixed)
        if np.array_equal(np.clip(np.rint(total), 0, 255).astype(np.uint8), wanted):
            return fixed
    raise ValueError("this onnxruntime adds in another way than the kernel")


def _candidates(
    a: Scale, b: Scale, made: Scale, ratios: tuple[np.float32, np.float32]
) -> list[np.float32]:
    """``zero − (ra · za + rb · zb)`` with every way of rounding on the way."""
    zero, za, zb = np.float32(made.zero), np.longdouble(a.zero), np.longdouble(b.zero)
    exact = [np.longdouble(ratios[0]) * za, np.longdouble(ratios[1]) * zb]
    rounded = [np.longdouble(np.float32(value)) for value in exact]
    sums = [
        np.longdouble(np.float32(rounded[0] + rounded[1])),
        np.longdouble(np.float32(exact[0] + rounded[1])),
        np.longdouble(np.float32(rounded[0] + exact[1])),
    ]
    ends = [np.float32(np.longdouble(zero) - total) for total in sums]
    inner = [
        np.float32(np.longdouble(np.float32(np.longdouble(zero) - p)) - q)
        for p, q in itertools.chain(
            itertools.product((rounded[0], exact[0]), (rounded[1], exact[1])),
            itertools.product((rounded[1], exact[1]), (rounded[0], exact[0])),
        )
    ]
    return list(dict.fromkeys([*ends, *inner]))
