"""A folder with everything a firmware needs of a model: C files, an example, a README."""

from __future__ import annotations

import hashlib
import textwrap
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from twin.c_export import before, look, pack, read, write
from twin.c_export.fronts import base as fronts
from twin.c_export.memory import Memory, arrange, gathers
from twin.c_export.network import Convolution, Layer, Network, Step, Table
from twin.errors import BadInput, Fault
from twin.nodes.library import Card

KERNELS = ("kernels.h", "kernels.c")
README = """\
# {name}

INT8 model with sha256 `{sha256}`, as C99 without malloc and without a runtime.

| | |
|---|---|
| multiply-accumulates | {macs:,} |
| flash of weights, biases, factors and tables | {flash:,} B |
| flash of the network's code | about 1 to 6 kB: `size` after your build says |
| RAM: arena | {arena:,} B, of which at most {scratch:,} B of scratch |
| RAM: stack, network alone | below 512 B |
| input, output | {inputs} and {outputs} floats, of the caller |

| layer | kind | output | MACs | flash [B] | alive while it runs [B] |
|---|---|---|---|---|---|
{rows}

## Use

```c
#include "{word}.h"

float input[{upper}_INPUTS], output[{upper}_OUTPUTS];
int failed = {word}_run(input, output);   /* -1: an input is not a number */
```

Input, in the order of the ONNX model: channel by channel, row by row ({shape}).
{prepared}{left}To save the floats, write bytes to `{word}_input()` yourself, pixel by pixel with
channels together, as `round(real / {step:.9g}) + {zero}`, and call `{word}_infer()`.

## Build

    arm-none-eabi-gcc -std=c99 -O3 -ffp-contract=off -mcpu=cortex-m4 -mthumb \\
        -mfpu=fpv4-sp-d16 -mfloat-abi=hard -c {word}.c kernels.c

Any C99 compiler will do. On a PC, or for a core without a floating-point unit, `math.h` is needed
too: link with `-lm`, as `cc -std=c99 -O3 -ffp-contract=off *.c -lm`. Not `-ffast-math` and not
`-Ofast`: results would differ. Where the core has the DSP extension (Cortex-M4, M7, M33) and the
compiler is GCC or clang, the kernels use SMLAD, SXTB16 and USAT; elsewhere the same sums are made
in portable C. Words are loaded unaligned, as Cortex-M3 and up allow (CCR.UNALIGN_TRP off, its reset
value). The rounding mode is the one after reset.

## Exactness

Outputs equal those of onnxruntime {runtime} on x86-64 bit for bit: integer sums, one float32
product and one rounding to even for each output. `twin models export {name} --c --check 4000` runs
them against each other on an emulated Cortex-M4 and M7.
"""


@dataclass(frozen=True, slots=True)
class Package:
    """What was written: the files, the network, its memory, and flash of its constants [byte].

    ``front`` is what stands before the network, where that was written too; where not, ``before``
    says what the input is.
    """

    files: tuple[Path, ...]
    network: Network
    memory: Memory
    flash: int
    sha256: str
    word: str
    front: fronts.Front | None = None
    before: str = ""

    @property
    def sources(self) -> tuple[Path, ...]:
        """The C files that a firmware compiles."""
        return tuple(p for p in self.files if p.suffix == ".c" and p.name != "main.c")

    @property
    def of_network(self) -> tuple[Path, ...]:
        """Those of them that run the network alone."""
        return tuple(p for p in self.sources if p.name in {f"{self.word}.c", "kernels.c"})


def constants(layer: Layer) -> int:
    """Flash of a layer's constants [byte]."""
    if isinstance(layer, Convolution):
        if layer.by_four:
            return pack.by_channel(layer).nbytes
        held = pack.packed(layer).nbytes
        return held + pack.biases(layer).nbytes + pack.factors(layer).nbytes
    return layer.results.nbytes if isinstance(layer, Table) else 0


def kind_of(layer: Layer) -> str:
    """What a layer is, in a word."""
    if not isinstance(layer, Convolution):
        return type(layer).__name__.lower()
    if layer.depthwise:
        return "depthwise"
    if layer.dense:
        return "dense"
    return "convolution" if gathers(layer) else "pointwise"


def _prepared(steps: tuple[Step, ...]) -> str:
    if not steps:
        return ""
    words = " then ".join(f"{step.kind.lower()} {step.value.size} constants" for step in steps)
    return f"Before it is quantised: {words}, as in the model.\n"


def _readme(name: str, network: Network, memory: Memory, flash: int, sha256: str) -> str:
    import onnxruntime

    word = write.identifier(name)
    rows = [
        f"| {layer.name} | {kind_of(layer)} | {'×'.join(map(str, layer.made.shape))} | "
        f"{layer.macs if isinstance(layer, Convolution) else 0:,} | {constants(layer):,} | "
        f"{live:,} |"
        for layer, live in zip(network.layers, memory.live, strict=True)
    ]
    left = ", ".join(network.left_to_caller)
    return README.format(
        name=name,
        word=word,
        upper=word.upper(),
        sha256=sha256,
        macs=network.macs,
        flash=flash,
        arena=memory.size,
        scratch=memory.scratch,
        inputs=network.input.size,
        outputs=network.output.size,
        rows="\n".join(rows),
        shape=" × ".join(map(str, network.input.shape)),
        prepared=_prepared(network.steps),
        left=f"The {left} at the end is left to the caller: outputs are logits.\n" if left else "",
        step=float(network.input.scale.step),
        zero=network.input.scale.zero,
        runtime=onnxruntime.__version__,
    )


def export(
    content: bytes,
    name: str,
    folder: Path,
    *,
    file: str = "",
    card: Card | None = None,
    card_file: str = "",
) -> Package:
    """Write a model as C, and what stands before it where the card's kind has a front in C.

    Parameters
    ----------
    content : bytes
        The ONNX file.
    name : str
        Prefix of the C functions.
    folder : Path
        Where the files go; made when missing.
    file : str
        The model's file, for messages.
    card : Card, optional
        The model's card; without one, the network alone is written.
    card_file : str
        The card's file, for messages.

    Raises
    ------
    BadInput
        When a layer cannot be exported, with its name, the folder is a file, or the card does not
        tell the length of the window.
    """
    if folder.exists() and not folder.is_dir():
        raise BadInput(
            Fault("is a file; a folder is needed", path="--out", value=repr(str(folder)))
        )
    network = read.read(content, file=file)
    memory = arrange(network)
    digest = hashlib.sha256(content).hexdigest()
    flash = sum(constants(layer) for layer in network.layers)
    flash += sum(step.value.nbytes for step in network.steps if step.value.size > 1)
    texts = write.sources(network, memory, name, digest)
    home = resources.files("twin.c_export")
    texts |= {kernel: home.joinpath(kernel).read_text("utf-8") for kernel in KERNELS}
    texts["README.md"] = _readme(name, network, memory, flash, digest)
    front = fronts.of(card, network, name, file=card_file) if card else None
    if card and front:
        look.refuse_other_ends(card, network, file)
        texts |= {one: home.joinpath("fronts", one).read_text("utf-8") for one in front.sources}
        texts |= look.sources(card, front)
        texts["README.md"] += look.readme(card, front)
    told = "" if front else before.in_words(card, network)
    if told:
        sentence = f"{told[0].upper()}{told[1:]}.\n"
        texts["README.md"] += "\n## Before the network\n\n" + textwrap.fill(sentence, 100) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    for title, text in texts.items():
        (folder / title).write_text(text, "utf-8")
    files = tuple(folder / title for title in texts)
    return Package(files, network, memory, flash, digest, write.identifier(name), front, told)
