"""``twin models export --c``: what it prints, and the check on emulated cores."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import typer

from twin.c_export.check import Result
from twin.c_export.check import check as run_on
from twin.c_export.emulate import CORES, require_tools
from twin.c_export.network import Convolution
from twin.c_export.package import Package, constants, export, kind_of
from twin.cli import output

NOT_EQUAL = 1  # exit code


def write(path: Path, to: Path, check: int, json_to: str | None) -> None:
    """Write a model as C, and with ``check`` inputs compare it with onnxruntime.

    Raises
    ------
    BadInput
        When a layer cannot be exported, with its name.
    Exit
        With 1 when an output of the C code differs.
    """
    if check:
        require_tools()
    content = path.read_bytes()
    package = export(content, path.stem, to, file=str(path))
    results = [run_on(package, content, core, check) for core in CORES] if check else []
    document = {
        "files": [str(file) for file in package.files],
        "sha256": package.sha256,
        "macs": package.network.macs,
        "arena_bytes": package.memory.size,
        "flash_bytes": package.flash,
        "left_to_caller": list(package.network.left_to_caller),
        "layers": _layers(package),
        "checks": [asdict(result) for result in results],
    }
    output.write_json(document, json_to)
    if json_to != "-":
        _print(package, results, json_to)
    if any(result.equal < result.inputs for result in results):
        raise typer.Exit(NOT_EQUAL)


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
