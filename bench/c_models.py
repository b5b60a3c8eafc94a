"""Exported C: equal bits on 4,096 inputs of every shipped model, the same words from samples on 240
windows, and the networks beside emx-onnx-cgen.

The peer runs in an environment of its own (``uv run``); its C is compiled by the same compiler with
the same options for the same core, and counted by the same emulator. What it needs of a C library
is given in its cheapest form: rounding as one VCVTR, minimum and maximum as a comparison.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.measure import Figure
from twin.c_export import check, emulate, look_check, package
from twin.c_export.network import Convolution
from twin.nodes import library

INPUTS = 4096
WINDOWS = 240
CHANNELS = ((8, 16), (16, 32), (32, 32), (32, 64), (64, 64))
PEER = "emx-onnx-cgen==1.4.0"
MATH = """\
static inline float nearbyintf(float x) {
    float y; int i;
    __asm__("vcvtr.s32.f32 %0, %1" : "=t"(y) : "t"(x));
    __builtin_memcpy(&i, &y, 4);
    return x > 1e9f || x < -1e9f ? x : (float)i;
}
static inline float rintf(float x) { return nearbyintf(x); }
static inline float fmaxf(float a, float b) { return a > b ? a : b; }
static inline float fminf(float a, float b) { return a < b ? a : b; }
static inline float fabsf(float a) { return __builtin_fabsf(a); }
#define isnan(x) __builtin_isnan(x)
#define isinf(x) __builtin_isinf(x)
#define NAN __builtin_nanf("")
#define INFINITY __builtin_inff()
float expf(float); float sqrtf(float); float powf(float, float); float logf(float);
"""
HEADERS = {
    "math.h": MATH,
    "stdlib.h": "#include <stddef.h>\nvoid *malloc(size_t);\nvoid free(void *);\n",
    "string.h": "#include <stddef.h>\n"
    "void *memcpy(void *, const void *, size_t);\nvoid *memset(void *, int, size_t);\n",
}
START = """\
void peer(const float *in, float *out);
int peer_run(const float *in, float *out) { peer(in, out); return 0; }
static uint64_t heap[0x10000];
static size_t used, most;
void *malloc(size_t n);
void free(void *p);
void *malloc(size_t n) {
    void *p = (uint8_t *)heap + used;
    used += (n + 7) & ~(size_t)7;
    if (used > most) most = used;
    return p;
}
void free(void *p) { used = (size_t)((uint8_t *)p - (uint8_t *)heap); }
void peer_infer(void) { *(volatile uint32_t *)0x63fffff0 = most; }
"""
HEAP, MOST = 0x80000, 0x63FFFFF0
"""Of the allocator above: its size [B], and the address at which it leaves the most it gave."""


def equal_bits() -> Iterator[Figure]:
    """Every shipped model on both cores against onnxruntime."""
    for name in library.names():
        content = (library.HOME / f"{name}.onnx").read_bytes()
        with tempfile.TemporaryDirectory() as place:
            made = package.export(content, name, Path(place))
            for core in emulate.CORES:
                found = check.check(made, content, core, INPUTS)
                if found.equal != INPUTS:
                    raise SystemExit(f"{name} on {core}: {found}")
                title = f"{name} in C on {core}"
                yield Figure(f"{title}: inputs with equal bits", found.equal, "1")
                yield Figure(f"{title}: instructions", found.instructions, "1")
                yield Figure(f"{title}: layers alone", found.layers / made.network.macs, "1/MAC")


def fronts() -> Iterator[Figure]:
    """What stands before the network: features and words in C beside the node's Python."""
    for name in library.names():
        content, card = (library.HOME / f"{name}.onnx").read_bytes(), library.open_model(name).card
        with tempfile.TemporaryDirectory() as place:
            made = package.export(content, name, Path(place), card=card)
            if made.front is None:
                continue
            cases = made.front.cases(WINDOWS, 2)
            for core in emulate.CORES:
                found = look_check.check(made, content, core, cases)
                if found.largest > look_check.TOLERANCE:
                    raise SystemExit(f"{name} on {core}: {found}")
                title = f"{name} from samples on {core}"
                yield Figure(f"{title}: windows with the same word", found.same_word, "1")
                yield Figure(f"{title}: largest difference of a feature", found.largest, "1")
                yield Figure(
                    f"{title}: instructions of the front", found.instructions, "1",
                    "the card", found.estimate, found.instructions / found.estimate,
                )  # fmt: skip
                yield Figure(f"{title}: RAM", found.ram + found.stack, "B")


def pointwise() -> Iterator[Figure]:
    """Instructions of pointwise layers of few and many channels on 8 × 8 pixels."""
    from tests.c_export import networks

    for channels, core in itertools.product(CHANNELS, emulate.CORES):
        with tempfile.TemporaryDirectory() as place:
            made = package.export(networks.pointwise(*channels), "net", Path(place))
            count = emulate.Machine(check.build(made, core)).count()
            assert isinstance(made.network.layers[0], Convolution)
            title = f"pointwise {channels[0]} to {channels[1]} on {core}"
            yield Figure(title, count / made.network.macs, "1/MAC")


def beside_emx() -> Iterator[Figure]:
    """Instructions and memory of the same models by another code generator, in the same run."""
    from tests.c_export import networks

    models = {name: (library.HOME / f"{name}.onnx").read_bytes() for name in library.names()}
    models |= {"pictures of a test": networks.picture(), "pointwise layer": networks.pointwise()}
    for name, content in models.items():
        with tempfile.TemporaryDirectory() as place:
            yield from _beside(name, content, Path(place))


def _beside(name: str, content: bytes, folder: Path) -> Iterator[Figure]:
    made = package.export(content, "net", folder / "ours")
    ours = check.check(made, content, "cortex-m4", 16)
    image = _peer(content, folder)
    machine = emulate.Machine(image)
    rows = check.samples(made.network, 16)
    found = machine.run(rows, made.network.output.size)
    wanted = check.expected(content, rows, made.network.dims)
    same = float((found.view(np.uint32) == wanted.view(np.uint32)).all(axis=1).mean())
    count = machine.count(rows[0])
    machine.count()
    memory = image.ram - HEAP + machine.stack() + machine.word(MOST)
    print(f"  {PEER} on {name}: {100 * same:.0f} % of the inputs with equal bits", flush=True)
    pairs = (("instructions", ours.instructions, count), ("RAM", ours.ram + ours.stack, memory))
    for what, own, theirs in pairs:
        unit = "B" if what == "RAM" else "1"
        yield Figure(f"{name} in C: {what}", own, unit, PEER, theirs, own / theirs)


def _peer(content: bytes, folder: Path) -> emulate.Image:
    """The peer's C for a model with batch 1, compiled for the Cortex-M4."""
    import onnx

    model = onnx.load_from_string(content)
    for ends in (model.graph.input, model.graph.output):
        ends[0].type.tensor_type.shape.dim[0].dim_value = 1
    path, out = folder / "peer.onnx", folder / "peer.c"
    path.write_bytes(model.SerializeToString())
    uv = str(Path(sys.executable).parent / "uv")
    command = [uv, "run", "--no-project", "--quiet", "--with", PEER, "emx-onnx-cgen", "compile"]
    subprocess.run([*command, path, out, "--model-name", "peer"], check=True, capture_output=True)
    for name, text in HEADERS.items():
        (folder / name).write_text(text, "utf-8")
    shape = [dim.dim_value for dim in model.graph.input[0].type.tensor_type.shape.dim]
    made = [dim.dim_value for dim in model.graph.output[0].type.tensor_type.shape.dim]
    (folder / "peer.h").write_text(
        "int peer_run(const float *, float *);\nvoid peer_infer(void);\n", "utf-8"
    )
    start = emulate.STUBS.format(
        header="peer.h", name="peer", inputs=int(np.prod(shape)), outputs=int(np.prod(made))
    )
    (folder / "start.c").write_text(start + START, "utf-8")
    return emulate.compile_c([out, folder / "start.c"], "cortex-m4", folder, include=[folder])


ALL = (equal_bits, fronts, pointwise, beside_emx)
