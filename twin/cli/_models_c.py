"""``twin models export --c``: what it prints, and the check on emulated cores."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from twin.c_export.before import with_rate
from twin.c_export.check import Result
from twin.c_export.check import check as run_on
from twin.c_export.emulate import CORES, require_tools
from twin.c_export.look import state_bytes
from twin.c_export.look_check import MOST, TOLERANCE
from twin.c_export.look_check import Result as Look
from twin.c_export.look_check import check as look_on
from twin.c_export.network import Convolution
from twin.c_export.package import Package, constants, export, kind_of
from twin.cli import output
from twin.nodes.library import read_card

NOT_EQUAL = 1  # exit code
SEED = 1  # of the windows that a front is tried on


def write(path: Path, to: Path, check: int, json_to: str | None, rate: float | None = None) -> None:
    """Write a model as C, and with ``check`` inputs compare it with onnxruntime.

    What stands before the network is written too, where the card's kind of features has a front,
    and compared with the node's Python on windows of the twin's own sensor; for windows at ``rate``
    [Hz] where that is given.

    Raises
    ------
    BadInput
        When a layer cannot be exported, with its name, or the card lacks what the front needs.
    Exit
        With 1 when an output of the C code differs, or a feature by more than the tolerance.
    """
    if check:
        require_tools()
    content = path.read_bytes()
    described = path.with_suffix(".json")
    card = read_card(described) if described.is_file() else None
    card = card if rate is None else with_rate(card, rate)
    package = export(content, path.stem, to, file=str(path), card=card, card_file=str(described))
    results = [run_on(package, content, core, check) for core in CORES] if check else []
    looks = _looks(package, content, check)
    document = {
        "files": [str(file) for file in package.files],
        "sha256": package.sha256,
        "macs": package.network.macs,
        "arena_bytes": package.memory.size,
        "flash_bytes": package.flash,
        "left_to_caller": list(package.network.left_to_caller),
        "layers": _layers(package),
        "checks": [asdict(result) for result in results],
        **_front(package, looks),
    }
    output.write_json(document, json_to)
    if json_to != "-":
        _print(package, results, json_to)
        _print_front(package, looks, json_to)
    apart = any(look.largest > TOLERANCE for look in looks)
    if apart or any(result.equal < result.inputs for result in results):
        raise typer.Exit(NOT_EQUAL)


def _looks(package: Package, content: bytes, check: int) -> list[Look]:
    """Compare the front with the node's Python, on at most :data:`MOST` windows."""
    if package.front is None or not check:
        return []
    cases = package.front.cases(min(check, MOST), SEED)
    return [look_on(package, content, core, cases) for core in CORES]


def _front(package: Package, looks: list[Look]) -> dict[str, Any]:
    """What the document says of the front; nothing where there is none."""
    front = package.front
    if front is None:
        return {"front": None, "input": package.before}
    return {
        "front": front.card.front.kind,
        "front_ram_bytes": front.ram,
        "front_state_bytes": state_bytes(front.card, front),
        "front_flash_bytes": front.flash,
        "front_samples": front.samples,
        "front_tolerance": TOLERANCE,
        "front_checks": [asdict(look) for look in looks],
    }


def _print_front(package: Package, looks: list[Look], json_to: str | None) -> None:
    console, front = output.console(json_to), package.front
    if front is None:
        console.print(package.before)
        return
    console.print(
        f"front, {front.card.front.kind}: {front.samples} samples a window; buffers {front.ram} B, "
        f"state {state_bytes(front.card, front)} B, constants {front.flash} B"
    )
    for look in looks:
        console.print(
            f"{look.core}: features of {look.windows} windows within {look.largest:.2g} of their "
            f"deviation in training ({look.feature} the furthest; allowed {TOLERANCE:g}), the same "
            f"word of {look.same_word}; front {look.instructions:,.0f} instructions a window, the "
            f"cost model says {look.estimate:,.0f}; with the network: program {look.flash} B, RAM "
            f"{look.ram} B, stack {look.stack} B"
        )


def _layers(package: Package) -> list[dict[str, str | int]]:
    return [
        {
            "name": layer.name,
            "kind": kind_of(layer),
            "macs": layer.macs if isinstance(layer, Convolution) else 0,
            "output_bytes": layer.made.size,
            "flash_bytes": constants(layer),
            "live_bytes": live,
        }
        for layer, live in zip(package.network.layers, package.memory.live, strict=True)
    ]


def _print(package: Package, results: list[Result], json_to: str | None) -> None:
    console = output.console(json_to)
    columns = ("layer", "kind", "MACs", "output B", "flash B", "alive B")
    rows = [tuple(str(value) for value in row.values()) for row in _layers(package)]
    console.print(output.table(f"{package.word}: C in {package.files[0].parent}", columns, rows))
    console.print(
        f"arena {package.memory.size} B, constants {package.flash} B, {package.network.macs} MACs"
    )
    if package.network.left_to_caller:
        console.print(f"left to the caller: {', '.join(package.network.left_to_caller)}")
    for result in results:
        console.print(
            f"{result.core}: {result.equal} of {result.inputs} inputs equal to onnxruntime bit for "
            f"bit; {result.instructions} instructions an inference, {result.layers} in its layers; "
            f"program {result.flash} B, RAM {result.ram} B, stack {result.stack} B"
        )
