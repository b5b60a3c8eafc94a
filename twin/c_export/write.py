"""Writes a network as C99: weights in flash, one static arena, one call for each layer."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from twin.c_export import pack
from twin.c_export.layers import factor_of_mean
from twin.c_export.memory import Memory, scratch_name, windows
from twin.c_export.network import Add, Convolution, Layer, Network, Pool, Scale, Step, Table

HEADER = """\
/* {title}: {inputs} floats in, {outputs} floats out. Arena {arena} B. See README.md. */
#ifndef {guard}
#define {guard}

#include <stdint.h>

#define {upper}_INPUTS {inputs}
#define {upper}_OUTPUTS {outputs}
#define {upper}_ARENA_BYTES {arena}

/* Run the model once. Returns 0, or -1 when an input is not a number: then nothing is computed. Not
 * reentrant: there is one arena. */
int {name}_run(const float *input, float *output);

/* The layers alone, from the quantised input to the quantised output, both in the arena. Bytes are
 * unsigned, pixel by pixel, channels together. */
uint8_t *{name}_input(void);
const uint8_t *{name}_infer(void);
/* The same, with the output as floats. */
void {name}_run_bytes(float *output);

#endif
"""
SOURCE = """\
/* {title}. Written from the model with sha256 {sha256}. */
#include "{name}.h"

#include "kernels.h"

{data}
static uint32_t arena_words[{words}];
#define ARENA ((uint8_t *)arena_words)

uint8_t *{name}_input(void) {{ return ARENA + {input_at}; }}

const uint8_t *{name}_infer(void) {{
{calls}
    return ARENA + {output_at};
}}

void {name}_run_bytes(float *output) {{
    const uint8_t *result = {name}_infer();
    for (int32_t channel = 0, k = 0; channel < {out_channels}; channel++)
        for (int32_t pixel = 0; pixel < {out_pixels}; pixel++, k++)
            output[k] = (float)(result[pixel * {out_channels} + channel] - {out_zero}) * {out_step};
}}

int {name}_run(const float *input, float *output) {{
    uint8_t *quantised = {name}_input();
    for (int32_t k = 0; k < {inputs}; k++)
        if (!(input[k] == input[k])) return -1;
    for (int32_t channel = 0, k = 0; channel < {channels}; channel++)
        for (int32_t pixel = 0; pixel < {pixels}; pixel++, k++) {{
            float value = input[k];
{steps}
            quantised[pixel * {channels} + channel] = twin_quantise(value, {in_step}, {in_zero});
        }}
    {name}_run_bytes(output);
    return 0;
}}
"""
MAIN = """\
/* Example: one inference on an input of zeros; the class with the greatest output is returned. */
#include "{name}.h"

static float input[{upper}_INPUTS];
static float output[{upper}_OUTPUTS];

int main(void) {{
    int best = 0;
    if ({name}_run(input, output) != 0) return -1;
    for (int k = 1; k < {upper}_OUTPUTS; k++)
        if (output[k] > output[best]) best = k;
    return best;
}}
"""
OPERATORS = {"Sub": "-", "Add": "+", "Mul": "*", "Div": "/"}


def identifier(name: str) -> str:
    """Return a name that C takes.

    >>> identifier("bearing-2.1"), identifier("2d")
    ('bearing_2_1', 'model_2d')
    """
    word = re.sub(r"\W", "_", name, flags=re.ASCII).lower()
    return word if word[:1].isalpha() else f"model_{word}"


def literal(value: Any) -> str:
    """A float of C that is exactly the value.

    >>> literal(np.float32(0.1))
    '0x1.99999ap-4f'
    """
    mantissa, _, exponent = float(np.float32(value)).hex().partition("p")
    mantissa = mantissa.rstrip("0") if "." in mantissa else mantissa
    return f"{mantissa.rstrip('.')}p{int(exponent)}f"


def _array(kind: str, name: str, values: Iterable[str]) -> str:
    body = textwrap.fill(", ".join(values), 98, initial_indent="    ", subsequent_indent="    ")
    return f"static const {kind} {name}[] = {{\n{body},\n}};"


def _whole(values: Any) -> list[str]:
    return ["INT32_MIN" if value == -(2**31) else str(value) for value in values.tolist()]


def _shape(layer: Convolution | Pool, *, channels: bool) -> str:
    """The first members of both structs."""
    (many, height, width), (made, out_h, out_w) = layer.source.shape, layer.made.shape
    window = layer.window
    parts = [height, width, many, out_h, out_w]
    if channels:
        parts.insert(5, made)
    parts += [*window.kernel, *window.stride]
    if channels:
        parts += window.dilation
    return ", ".join(str(part) for part in [*parts, window.pads[0], window.pads[1]])


def _words(words: Any) -> list[str]:
    return [f"{word:#x}u" for word in words.tolist()]


def _constants(layer: Convolution, tag: str) -> tuple[list[str], str]:
    """Arrays of a convolution, and how its struct points to them. Weights begin at a whole word."""
    if layer.by_four:
        pointers = f"(const int8_t *){tag}_channels, 0, 0"
        return [_array("uint32_t", f"{tag}_channels", _words(pack.by_channel(layer)))], pointers
    arrays = [
        _array("uint32_t", f"{tag}_weights", _words(pack.packed(layer).view(np.dtype("<u4")))),
        _array("int32_t", f"{tag}_biases", _whole(pack.biases(layer))),
        _array("float", f"{tag}_factors", map(literal, pack.factors(layer))),
    ]
    return arrays, f"(const int8_t *){tag}_weights, {tag}_biases, {tag}_factors"


def _convolution(layer: Convolution, tag: str) -> str:
    zeros = f"{layer.source.scale.zero}, {layer.made.scale.zero}"
    arrays, pointers = _constants(layer, tag)
    return "\n".join(
        [
            *arrays,
            f"/* {layer.name}: {layer.macs} multiply-accumulates */",
            f"static const twin_conv {tag} = {{{_shape(layer, channels=True)}, {zeros},",
            f"    {pointers}}};",
        ]
    )


def _data(layer: Layer, tag: str) -> str:
    """Constants of a layer."""
    if isinstance(layer, Convolution):
        return _convolution(layer, tag)
    if isinstance(layer, Table):
        return _array("uint8_t", f"{tag}_results", _whole(layer.results))
    if isinstance(layer, Add):
        return ""
    before, after = layer.source.scale, layer.made.scale
    ends = f"{before.zero}, {after.zero}, {int(layer.count_padding)}"
    scales = f"{literal(before.step)}, {literal(after.step)}"
    return f"static const twin_pool {tag} = {{{_shape(layer, channels=False)}, {ends}, {scales}}};"


def _call(layer: Layer, tag: str, memory: Memory) -> str:
    """The call that runs a layer."""

    def at(name: str) -> str:
        return f"ARENA + {memory.places[name]}"

    ends = f"{at(layer.source.name)}, {at(layer.made.name)}"
    if isinstance(layer, Convolution):
        scratch = at(scratch_name(layer)) if windows(layer) else "0"
        return _convolve(layer, f"&{tag}, {ends}", scratch)
    if isinstance(layer, Table):
        return f"twin_table({tag}_results, {ends}, {layer.made.size});"
    if isinstance(layer, Add):
        numbers = ", ".join(literal(value) for value in (*layer.ratios, layer.fixed))
        other = f"{at(layer.source.name)}, {at(layer.other.name)}, {at(layer.made.name)}"
        return f"twin_add({other}, {layer.made.size}, {numbers});"
    if layer.kind == "global":
        return f"twin_global_average(&{tag}, {literal(factor_of_mean(layer))}, {ends});"
    return f"twin_{layer.kind}_pool(&{tag}, {ends});"


def _convolve(layer: Convolution, given: str, scratch: str) -> str:
    if layer.depthwise:
        return f"twin_depthwise({given});"
    if layer.dense:
        return f"twin_dense({given});"
    how = "_by_four" if layer.by_four else ""
    return f"twin_convolution{how}({given}, {scratch});"


def _steps(steps: tuple[Step, ...], channels: int) -> tuple[list[str], list[str]]:
    """Constants and statements of what is done to the input as floats."""
    data, lines = [], []
    for index, step in enumerate(steps):
        if step.value.size == 1:
            by = literal(step.value[0])
        else:
            place = "channel" if step.value.size == channels else "k"
            by = f"step{index}[{place}]"
            data.append(_array("float", f"step{index}", map(literal, step.value)))
        lines.append(f"            value = value {OPERATORS[step.kind]} {by};")
    return data, lines


def _ends(network: Network) -> dict[str, Any]:
    """What stands before and after the layers."""

    def scale(prefix: str, scale: Scale) -> dict[str, Any]:
        return {f"{prefix}_step": literal(scale.step), f"{prefix}_zero": scale.zero}

    into, out = network.input, network.output
    return {
        "inputs": into.size,
        "outputs": out.size,
        "channels": into.shape[0],
        "pixels": into.size // into.shape[0],
        "out_channels": out.shape[0],
        "out_pixels": out.size // out.shape[0],
        **scale("in", into.scale),
        **scale("out", out.scale),
    }


def sources(network: Network, memory: Memory, name: str, sha256: str) -> dict[str, str]:
    """Return the C files of a network by their names, without the kernels."""
    word = identifier(name)
    tags = [f"layer{index}" for index in range(len(network.layers))]
    pairs = list(zip(network.layers, tags, strict=True))
    data = [_data(layer, tag) for layer, tag in pairs]
    more, steps = _steps(network.steps, network.input.shape[0])
    values: dict[str, Any] = {
        "title": f"Model {name}",
        "name": word,
        "upper": word.upper(),
        "guard": f"{word.upper()}_H",
        "sha256": sha256,
        "arena": memory.size,
        "words": memory.size // 4,
        "data": "\n".join(part for part in [*data, *more] if part) + "\n",
        "calls": "\n".join(f"    {_call(layer, tag, memory)}" for layer, tag in pairs),
        "steps": "\n".join(steps),
        "input_at": memory.places[network.input.name],
        "output_at": memory.places[network.output.name],
        **_ends(network),
    }
    render: Callable[[str], str] = lambda text: text.format(**values)  # noqa: E731
    return {f"{word}.h": render(HEADER), f"{word}.c": render(SOURCE), "main.c": render(MAIN)}
