"""Exported C on emulated cores against onnxruntime, bit for bit."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from twin.c_export import emulate
from twin.c_export.network import Network
from twin.c_export.package import Package
from twin.c_export.read import without_end
from twin.nodes.fused import session
from twin.rng import stream

BEYOND = 0.1  # of the input's range, on both sides: what saturates is tried as well
INVERSE = {"Sub": np.add, "Add": np.subtract, "Mul": np.divide, "Div": np.multiply}
BATCH = 256


@dataclass(frozen=True, slots=True)
class Result:
    """One core: inputs tried and equal, instructions of an inference and of its layers alone.

    ``flash`` with code, ``ram`` and ``stack`` [byte].
    """

    core: str
    inputs: int
    equal: int
    instructions: int
    layers: int
    flash: int
    ram: int
    stack: int


def samples(network: Network, count: int, seed: int = 1) -> npt.NDArray[np.float32]:
    """Inputs all over the range that the input's scale covers, and a little beyond.

    Returns
    -------
    ndarray of float32
        ``(count, inputs)``.
    """
    scale, rng = network.input.scale, stream(seed, "c_export.samples")
    span = float(scale.step) * 255.0
    low = -float(scale.step) * scale.zero - BEYOND * span
    real = low + (1.0 + 2.0 * BEYOND) * span * rng.random((count, network.input.size))
    shrink = rng.random((count, 1))  # some inputs keep to the middle, as real ones do
    real = np.where(shrink < 0.5, real * shrink, real)
    channels = network.input.shape[0]
    for step in reversed(network.steps):
        each = network.input.size // channels if step.value.size == channels else 1
        value = np.repeat(step.value.astype(np.float64), each)
        real = INVERSE[step.kind](real, value)
    return real.astype(np.float32)


def expected(
    content: bytes, rows: npt.NDArray[np.float32], dims: tuple[int, ...]
) -> npt.NDArray[np.float32]:
    """What onnxruntime computes for rows of flat inputs up to the logits, ``(rows, outputs)``."""
    model = session(without_end(content)[0])
    found = [
        model.run(part.reshape(len(part), *dims))
        for part in np.array_split(rows, -(-len(rows) // BATCH))
    ]
    return np.concatenate(found).reshape(len(rows), -1)


def build(package: Package, core: emulate.Core, without: str = "") -> emulate.Image:
    """Compile a package for a core, with a start that runs it over many inputs."""
    network = package.network
    start = emulate.STUBS.format(
        header=f"{package.word}.h",
        name=package.word,
        inputs=network.input.size,
        outputs=network.output.size,
    )
    home = package.files[0].parent
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "start.c").write_text(start, "utf-8")
        files = [*package.of_network, folder / "start.c"]
        return emulate.compile_c(files, core, folder, include=[home], without=without)


def check(
    package: Package,
    content: bytes,
    core: emulate.Core,
    count: int,
    *,
    seed: int = 1,
    without: str = "",
) -> Result:
    """Run a package on an emulated core and compare every output with onnxruntime's.

    Raises
    ------
    BadInput
        When compiler or emulator are not installed.
    """
    image = build(package, core, without)
    rows = samples(package.network, count, seed)
    wanted = expected(content, rows, package.network.dims)
    machine = emulate.Machine(image)
    outputs = package.network.output.size
    found = np.concatenate(
        [machine.run(part, outputs) for part in np.array_split(rows, -(-len(rows) // BATCH))]
    )
    equal = (found.view(np.uint32) == wanted.view(np.uint32)).all(axis=1)
    return Result(
        core=core,
        inputs=count,
        equal=int(equal.sum()),
        instructions=machine.count(rows[0]),
        layers=machine.count(),
        flash=image.flash,
        ram=image.ram,
        stack=machine.stack(),
    )
