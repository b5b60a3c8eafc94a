"""Exported fronts on emulated cores: features and words beside those of the node's Python."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from twin.c_export import emulate, look
from twin.c_export.check import expected
from twin.c_export.fronts.base import Case, Front
from twin.c_export.network import Network
from twin.c_export.package import Package
from twin.nodes.library import Card
from twin.nodes.node_settings import NodeSettings

Array = npt.NDArray[np.float32]
MOST = 48  # windows that a check looks at
COUNTED = 12  # windows whose instructions are counted
TOLERANCE = 0.01  # of a feature's deviation in training
UNSURE = -1
STRING = """\
#include <stddef.h>
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int v, size_t n);
"""
START = """\
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "{name}.h"
#include "{name}_front.h"
void *memcpy(void *to, const void *from, size_t n) {{
    uint8_t *t = to; const uint8_t *f = from;
    if ((((uintptr_t)t | (uintptr_t)f) & 3) == 0)
        for (; n >= 16; n -= 16, t += 16, f += 16) {{
            uint32_t *a = (void *)t; const uint32_t *b = (const void *)f;
            a[0] = b[0]; a[1] = b[1]; a[2] = b[2]; a[3] = b[3];
        }}
    while (n--) *t++ = *f++;
    return to;
}}
void *memset(void *to, int v, size_t n) {{
    uint8_t *t = to;
    while (n--) *t++ = (uint8_t)v;
    return to;
}}
void __aeabi_memclr(void *to, size_t n);
void __aeabi_memclr4(void *to, size_t n);
void __aeabi_memclr8(void *to, size_t n);
void __aeabi_memcpy(void *to, const void *from, size_t n);
void __aeabi_memcpy4(void *to, const void *from, size_t n);
void __aeabi_memcpy8(void *to, const void *from, size_t n);
void __aeabi_memclr(void *to, size_t n) {{ memset(to, 0, n); }}
void __aeabi_memclr4(void *to, size_t n) {{ memset(to, 0, n); }}
void __aeabi_memclr8(void *to, size_t n) {{ memset(to, 0, n); }}
void __aeabi_memcpy(void *to, const void *from, size_t n) {{ memcpy(to, from, n); }}
void __aeabi_memcpy4(void *to, const void *from, size_t n) {{ memcpy(to, from, n); }}
void __aeabi_memcpy8(void *to, const void *from, size_t n) {{ memcpy(to, from, n); }}
static {name}_state state;
int32_t _start(const int32_t *in, float *out, int32_t rows);
int32_t _start(const int32_t *in, float *out, int32_t rows) {{
    const int32_t told = (int32_t)(sizeof({name}_told) / 4), size = 1 + told + {words};
    if (rows < 0) {{
        {name}_front(&state, (const void *)(in + 1 + told), (const void *)(in + 1), {row_of_one});
        return 0;
    }}
    for (int32_t k = 0; k < rows; k++, in += size) {{
        {name}_verdict verdict;
        if (in[0]) memset(&state, 0, sizeof state);
{before}\
        {name}_look(&state, (const void *)(in + 1 + told), (const void *)(in + 1), &verdict);
        *out++ = (float)verdict.word;
        memcpy(out, verdict.scores, sizeof verdict.scores);
        out += {classes};
{after}        out += {features};
    }}
    return 0;
}}
"""
AFTER = "        memcpy(out, state.row, sizeof state.row);\n"
BEFORE = """\
        {name}_front(&state, (const void *)(in + 1 + told), (const void *)(in + 1), {name}_input());
        for (int32_t k = 0; k < {features}; k++)
            out[1 + {classes} + k % {channels} * ({features} / {channels}) + k / {channels}] =
                {name}_input()[k] / 255.0f;
"""


@dataclass(frozen=True, slots=True)
class Result:
    """One core.

    Attributes
    ----------
    windows, same_word : int
        Windows tried, and those of which C and Python say the same.
    largest : float
        The largest difference of a feature, over its deviation in training [1].
    feature : str
        Which one.
    differences : dict
        The same of every feature.
    instructions, estimate : float
        Of the front, a window: mean of those counted, and what the card says.
    flash, ram, stack : int
        Of front and network together, code included [byte].
    """

    core: str
    windows: int
    same_word: int
    largest: float
    feature: str
    differences: dict[str, float]
    instructions: float
    estimate: float
    flash: int
    ram: int
    stack: int


def deviations(card: Card, network: Network) -> Array:
    """Return each feature's deviation in training, which the network divides by."""
    for step in network.steps:
        if step.kind in {"Mul", "Div"} and step.value.size == len(card.inputs):
            value = step.value.ravel().astype(np.float32)
            return np.asarray(1.0 / value if step.kind == "Mul" else value, np.float32)
    return np.ones(len(card.inputs), np.float32)


def build(package: Package, front: Front, core: emulate.Core) -> emulate.Image:
    """Compile front and network for a core, with a start that looks at many windows."""
    size = look.SIZES[front.sample_as] * front.samples
    known = {
        "name": package.word,
        "words": size // 4,
        "classes": len(front.card.classes),
        "features": front.features,
        "channels": package.network.input.shape[0],
    }
    start = START.format(
        **known,
        row_of_one=f"{package.word}_input()" if front.takes_bytes else "out",
        before=BEFORE.format(**known) if front.takes_bytes else "",
        after="" if front.takes_bytes else AFTER,
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "start.c").write_text(start, "utf-8")
        (folder / "string.h").write_text(STRING, "utf-8")
        include = [package.files[0].parent, folder]
        return emulate.compile_c(
            [*package.sources, folder / "start.c"], core, folder, include=include
        )


def packed(case: Case) -> Array:
    """A case as the start above reads it."""
    content = int(case.fresh).to_bytes(4, "little") + case.told + case.samples.tobytes()
    return np.frombuffer(content, np.float32)


def words(card: Card, content: bytes, rows: Array, dims: tuple[int, ...]) -> npt.NDArray[np.intp]:
    """What a node says of rows of features: a class, or that it is unsure."""
    logits = expected(content, rows, dims).astype(np.float64)
    weight = np.exp(logits - logits.max(axis=1, keepdims=True))
    scores = weight / weight.sum(axis=1, keepdims=True)
    lead = scores.argmax(axis=1)
    asked = NodeSettings.read({"sensor": "any"}).threshold
    below = np.array(look.alarming(card))[lead] & (scores.max(axis=1) < asked)
    return np.where(below, UNSURE, lead)


def check(package: Package, content: bytes, core: emulate.Core, cases: Sequence[Case]) -> Result:
    """Run front and network on an emulated core over windows, beside the node's Python.

    Raises
    ------
    BadInput
        When compiler or emulator are not installed.
    """
    front = package.front
    assert front is not None
    card, classes = front.card, len(front.card.classes)
    image = build(package, front, core)
    machine = emulate.Machine(image)
    taken = np.stack([packed(case) for case in cases])
    found = machine.run(taken, 1 + classes + front.features)
    rows = np.stack([case.row for case in cases])
    wanted = words(card, content, rows, package.network.dims)
    off = np.abs(found[:, 1 + classes :] - rows)
    off[found[:, 1 + classes :] == rows] = 0.0  # both may be infinite
    named = off.reshape(len(cases), len(card.inputs), -1).max(axis=2)  # a picture has one name
    apart = (named / deviations(card, package.network)).max(axis=0)
    counts = [machine.count_of(row) for row in taken[:: max(len(taken) // COUNTED, 1)]]
    return Result(
        core=core,
        windows=len(cases),
        same_word=int((found[:, 0] == wanted).sum()),
        largest=float(apart.max()),
        feature=card.inputs[int(apart.argmax())],
        differences=dict(zip(card.inputs, map(float, apart), strict=True)),
        instructions=float(np.mean(counts)),
        estimate=card.front.instructions,
        flash=image.flash,
        ram=image.ram,
        stack=machine.stack(),
    )
