"""Cycles per instruction, fitted on measured boards: how fast a core runs a runtime's kernels.

Measurements are the closed results of MLPerf Tiny v0.7 to v1.3 (github.com/mlcommons/tiny_results,
Apache-2.0). Cycles per instruction go as the reciprocal of the core's published CoreMark per MHz,
times effects of the core, the runtime, the runtime on this core, and the board; each with one value
for each class of layers. Logarithms of effects are drawn towards zero (ridge), so that a board that
was never measured takes its core's and runtime's. :func:`cross_validate` says how good that is.

Left out, because they measure something else: visual wake words by runtimes that skip the dead
channels of the reference network (from v1.1 on ST, Plumerai and the users of ONNC, which runs it
twice as fast as anything else); streaming wake words, whose energy is that of the whole run;
energy runs; float models; builds that trade flash or memory; other clocks than the board's highest;
accelerators; cores without DSP instructions, for which the counts do not hold; a runtime
seen on one board only (microTVM's own kernels), which nothing could test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import get_args

import numpy as np
import numpy.typing as npt

from twin.csvfile import read_sheet
from twin.errors import BadInput, Fault
from twin.nodes.boards import LayerClass
from twin.nodes.cost import CLASS_OF, instructions
from twin.nodes.reference import TASKS, Task, network

CLASSES: tuple[LayerClass, ...] = get_args(LayerClass)
Floats = npt.NDArray[np.float64]
DEVICES = (  # how the board is written there, board, core, clock [Hz]
    ("L4R5", "stm32l4r5", "Cortex-M4", 120e6),
    ("CY8CPROTO", "cy8cproto_062", "Cortex-M4", 150e6),
    ("M467", "m467", "Cortex-M4", 200e6),
    ("U575", "stm32u575", "Cortex-M33", 160e6),
    ("U585", "stm32u585", "Cortex-M33", 160e6),
    ("U385", "stm32u385", "Cortex-M33", 96e6),
    ("NRF5340", "nrf5340", "Cortex-M33", 128e6),
    ("F746", "stm32f746", "Cortex-M7", 216e6),
    ("H7A3", "stm32h7a3", "Cortex-M7", 280e6),
)
CLOCKS = {("cy8cproto_062", "plumerai"): 100e6}
"""Where a submission ran at another clock than its table says [Hz]: Plumerai builds with Mbed OS
(mlcommons/tiny_results_v0.7, closed/plumerai/code/README.md), which runs this board's M4 at 100 MHz
(mbed-os, TARGET_CY8CPROTO_062_4343W, cycfg_system.c: CLKHF0_FREQ_MHZ 100), not at 150."""
COREMARK = {"Cortex-M4": 3.40, "Cortex-M33": 4.02, "Cortex-M7": 5.01}
"""Published speed of a core [CoreMark/MHz]: NXP AN12284 section 1 (M4 and M33); Arm's of the M7, as
D. Ibrahim, ARM-Based Microcontroller Projects Using mbed, 2019, table 3.2 has it."""
SAME_CHIP = {"stm32u585": "stm32u575"}  # the U585 is the U575 with cryptography
OTHER_BUILDS = ("float", "max_performance", "min_ram", "native", "mhz")
REPEATS = "cTuning"  # the same figures as Krai's
SKIPPING = ("STMicroelectronics", "plumerai", "Skymizer", "Nuvoton")  # dead channels, from v1.1 on
Spreads = Mapping[str, tuple[float, float]]
SPREADS: Spreads = {  # how far effects may go: of all classes together, of each against the others
    "all": (5.0, 5.0),
    "core": (0.3, 0.05),
    "runtime": (0.3, 0.15),
    "kernels": (0.02, 0.05),
    "board": (0.2, 0.15),
}
NOISE = 0.05  # of a measurement around the model [1]
STEPS = 12  # of Gauss-Newton


@dataclass(frozen=True, slots=True)
class Measured:
    """One measured inference: the reference network of ``task`` took ``cycles`` on a board."""

    board: str
    core: str
    runtime: str
    round: str
    task: Task
    cycles: float


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A measurement and what the model says that was fitted without this chip [cycles]."""

    measured: Measured
    predicted: float

    @property
    def error(self) -> float:
        """Predicted over measured, less one [1]."""
        return self.predicted / self.measured.cycles - 1.0


def _runtime(submitter: str, board: str, version: str) -> str:
    """Whose kernels ran; empty when they are none of those compared here."""
    if submitter == "STMicroelectronics":
        versions = {"v0.7": "v0.7", "v1.0": "7", "v1.1": "8.1"}
        return f"X-CUBE-AI {versions.get(version, '9 and 10')}"
    if submitter == "Krai":
        cube = board.rpartition("X-CUBE-AI-")[2]
        return "microTVM with CMSIS-NN" if "MICROTVM" in board else f"X-CUBE-AI {cube[0]}"
    others = {"bosch": "HALE", "Skymizer": "ONNC", "Nuvoton": "ONNC"}
    return f"Plumerai {version}" if submitter == "plumerai" else others.get(submitter, "")


def _measured(cells: dict[str, str]) -> Measured | None:
    """Return a row as a measurement, or nothing when it measures something else."""
    board, submitter, version = cells["board"], cells["submitter"], cells["round"]
    task = next((known for known in TASKS if known == cells["task"]), None)
    name = board.upper()
    device = next((known for known in DEVICES if known[0] in name), None)
    runtime = _runtime(submitter, board, version)
    dead = task == "vww" and version >= "v1.1" and submitter in SKIPPING
    other = any(word in board.lower() for word in OTHER_BUILDS) or submitter == REPEATS
    if task is None or device is None or not runtime or dead or other or cells["accel"]:
        return None
    if cells["kind"] != "performance":
        return None
    clock = CLOCKS.get((device[1], submitter), device[3])
    cycles = float(cells["latency_ms"]) * 1e-3 * clock
    return Measured(device[1], device[2], runtime, version, task, cycles)


def read_measured(path: str) -> tuple[Measured, ...]:
    """Read the measurements that can be compared from a table of MLPerf Tiny results.

    Raises
    ------
    BadInput
        When the file is missing, lacks a column, or a latency is not a number above zero.
    """
    sheet = read_sheet(path)
    needed = ("round", "submitter", "board", "task", "kind", "latency_ms", "accel")
    absent = [column for column in needed if column not in sheet.header]
    if absent:
        raise BadInput(Fault(f"has no column {absent[0]}", file=path))
    found = []
    for row in sheet.rows:
        try:
            point = _measured(row.cells)
        except ValueError:
            value = repr(row.cells["latency_ms"])
            message = f"line {row.line}: no latency in ms"
            raise BadInput(Fault(message, file=path, value=value)) from None
        if point is not None:
            found.append(point)
    return tuple(found)


def counts(task: Task) -> Floats:
    """Instructions of a reference network in each class of layers."""
    total = dict.fromkeys(CLASSES, 0.0)
    for layer in network(task):
        total[CLASS_OF[layer.kind]] += instructions(layer)
    return np.array([total[word] for word in CLASSES])


Effect = tuple[str, str]


def _effects(core: str, runtime: str, board: str) -> tuple[Effect, ...]:
    return (
        ("all", ""), ("core", core), ("runtime", runtime), ("kernels", f"{runtime} on {core}"),
        ("board", board),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fit:
    """Fitted effects: logarithms, one for each class of layers."""

    effects: dict[Effect, Floats]

    def cpi(self, core: str, runtime: str, board: str = "") -> Floats:
        """Cycles per instruction in each of :data:`CLASSES` [1].

        Raises
        ------
        BadInput
            When the core or the runtime was not measured; a board need not have been.
        """
        for kind, value in (("core", core), ("runtime", runtime)):
            if (kind, value) not in self.effects:
                known = ", ".join(sorted(name for k, name in self.effects if k == kind))
                raise BadInput(Fault(f"was not measured; known: {known}", kind, repr(value)))
        zero = np.zeros(len(CLASSES))
        parts = [self.effects.get(key, zero) for key in _effects(core, runtime, board)]
        return np.asarray(np.exp(np.sum(parts, axis=0)) / COREMARK[core])


def _precision(effects: Sequence[Effect], spreads: Spreads) -> Floats:
    """How firmly the effects are held to zero: their mean over the classes, and the rest."""
    size = len(CLASSES)
    spread = np.array([spreads[kind] for kind, _ in effects])
    mean = np.full((size, size), 1.0 / size**2)
    rest = np.eye(size) - 1.0 / size
    together, apart = np.diag(spread[:, 0] ** -2.0), np.diag(spread[:, 1] ** -2.0)
    return np.asarray(np.kron(together, mean) + np.kron(apart, rest))


def fit(points: Sequence[Measured], spreads: Spreads = SPREADS) -> Fit:
    """Fit the effects to measurements: least squares of the logarithm of the cycles, with ridge."""
    keys = [_effects(point.core, point.runtime, point.board) for point in points]
    names = sorted({key for row in keys for key in row})
    has = np.array([[name in row for name in names] for row in keys], np.float64)
    work = np.array([counts(point.task) / COREMARK[point.core] for point in points])
    measured = np.log([point.cycles for point in points])
    held = _precision(names, spreads)
    found = np.zeros((len(names), len(CLASSES)))
    for _ in range(STEPS):
        cycles = work * np.exp(has @ found)
        total = cycles.sum(axis=1)
        slope = (has[:, :, None] * (cycles / total[:, None])[:, None, :]).reshape(len(points), -1)
        residual = np.log(total) - measured
        gradient = slope.T @ residual / NOISE**2 + held @ found.ravel()
        step = np.linalg.solve(slope.T @ slope / NOISE**2 + held, gradient)
        found = found - step.reshape(found.shape)
    return Fit(dict(zip(names, found, strict=True)))


def _chip(board: str) -> str:
    return SAME_CHIP.get(board, board)


def _parted(points: Sequence[Measured]) -> Iterator[tuple[list[Measured], list[Measured]]]:
    """Each chip's measurements, after those of all others."""
    for chip in sorted({_chip(point.board) for point in points}):
        own = [_chip(point.board) == chip for point in points]
        yield (
            [point for point, is_own in zip(points, own, strict=True) if not is_own],
            [point for point, is_own in zip(points, own, strict=True) if is_own],
        )


def _foretold(known: Fit, points: Sequence[Measured]) -> list[HeldOut]:
    """Predict what can be: core and runtime must be known."""
    return [
        HeldOut(point, float(counts(point.task) @ known.cpi(point.core, point.runtime)))
        for point in points
        if {("core", point.core), ("runtime", point.runtime)} <= known.effects.keys()
    ]


def cross_validate(points: Sequence[Measured], spreads: Spreads = SPREADS) -> tuple[HeldOut, ...]:
    """Predict every chip's measurements by the fit to all others, where these tell anything."""
    return tuple(
        found for rest, own in _parted(points) for found in _foretold(fit(rest, spreads), own)
    )


def cross_choose(points: Sequence[Measured], choices: Sequence[Spreads]) -> tuple[HeldOut, ...]:
    """Predict every chip by the fit to all others, with spreads that do best among these others.

    Best is the least largest error when each of the others is left out in turn: so nothing about
    the predicted chip, not even how far effects may go, is known.
    """

    def largest(rest: Sequence[Measured], spreads: Spreads) -> float:
        return max(abs(one.error) for one in cross_validate(rest, spreads))

    found: list[HeldOut] = []
    for rest, own in _parted(points):
        best = min(choices, key=partial(largest, rest))
        found += _foretold(fit(rest, best), own)
    return tuple(found)


def calibrate(points: Sequence[Measured]) -> Floats:
    """Cycles per instruction of one board with one runtime from its own measurements [1].

    Least squares of the relative error, without ridge: for boards that were measured.

    Raises
    ------
    BadInput
        When a class of layers was not measured: needs ``ad``, ``ic`` and ``kws`` or ``vww``.
    """
    work = np.array([counts(point.task) / point.cycles for point in points])
    if len({point.task for point in points}) < len(CLASSES):
        raise BadInput(Fault("needs measurements of ad, ic and one of kws and vww"))
    return np.asarray(np.linalg.lstsq(work, np.ones(len(points)), rcond=None)[0])
