"""Cost model and arena planner against MLPerf Tiny: published counts, and boards never seen."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from twin.errors import BadInput
from twin.nodes.arena import arena, buffers
from twin.nodes.boards import BOARDS
from twin.nodes.cost import instructions
from twin.nodes.cpi import (
    CLASSES,
    SPREADS,
    HeldOut,
    Measured,
    calibrate,
    counts,
    cross_choose,
    cross_validate,
    fit,
    read_measured,
)
from twin.nodes.reference import network

PUBLISHED = {  # task: MACs, peak of live activations [byte], instructions on a Cortex-M4 with DSP
    "ad": (264_192, 768, 0.579e6),
    "ic": (12_501_632, 49_152, 29.85e6),
    "kws": (2_656_768, 16_000, 7.85e6),
    "vww": (7_489_664, 55_296, 24.7e6),
}
OWN = {  # board: its runtime among the measurements, and the round that it is taken from
    "stm32l4r5": ("X-CUBE-AI 7", ""),
    "stm32u575": ("X-CUBE-AI 9 and 10", "v1.3"),
    "stm32u385": ("X-CUBE-AI 9 and 10", "v1.3"),
    "stm32f746": ("Plumerai v1.0", ""),
    "stm32h7a3": ("X-CUBE-AI 9 and 10", "v1.2"),
    "nrf5340": ("microTVM with CMSIS-NN", ""),
}


@pytest.fixture(scope="module")
def measured(recordings: Path) -> tuple[Measured, ...]:
    return read_measured(os.fspath(recordings / "nodes" / "mlperf_tiny_measured.csv"))


@pytest.fixture(scope="module")
def tested(measured: tuple[Measured, ...]) -> tuple[HeldOut, ...]:
    return cross_validate(measured)


def errors(found: tuple[HeldOut, ...]) -> np.ndarray:
    return np.array([abs(one.error) for one in found])


@pytest.mark.parametrize("task", PUBLISHED)
def test_reference_networks_have_their_published_counts_and_arena(task):
    layers = network(task)
    macs, peak, count = PUBLISHED[task]
    assert sum(layer.macs for layer in layers) == macs
    assert arena(buffers(layers)) == pytest.approx(peak, rel=0.03)
    assert sum(map(instructions, layers)) == pytest.approx(count, rel=0.06)


def test_only_what_can_be_compared_is_compared(measured):
    assert len(measured) == 163
    assert len({(point.board, point.runtime) for point in measured}) >= 20
    skipping = ("X-CUBE-AI 8.1", "X-CUBE-AI 9", "Plumerai v1.1", "ONNC")
    assert not [p for p in measured if p.task == "vww" and p.runtime.startswith(skipping)]


def test_times_of_boards_that_the_fit_has_never_seen(tested):
    found = errors(tested)
    assert len(found) == 163
    assert len({one.measured.board for one in tested}) == 9
    assert np.median(found) <= 0.10
    assert found.max() <= 0.25


def test_how_far_effects_go_may_be_chosen_without_the_board_that_is_foretold(measured):
    all_of, apart = SPREADS["kernels"]
    half, twice = (
        {**SPREADS, "kernels": (factor * all_of, factor * apart)} for factor in (0.5, 2.0)
    )
    found = errors(cross_choose(measured, [half, SPREADS, twice]))
    assert len(found) == 163
    assert np.median(found) <= 0.10
    assert np.mean(found <= 0.25) >= 0.95
    assert found.max() <= 0.30


def test_a_boards_other_networks_tell_the_one_left_out(measured):
    # One factor for each class of layers is what a board and runtime need.
    worst = []
    for board, runtime in sorted({(p.board, p.runtime) for p in measured}):
        points = [p for p in measured if (p.board, p.runtime) == (board, runtime)]
        for task in ("kws", "vww"):
            rest = [p for p in points if p.task != task]
            left = [p for p in points if p.task == task]
            if len({p.task for p in rest}) == len(CLASSES) and left:
                known = calibrate(rest)
                worst += [abs(counts(p.task) @ known / p.cycles - 1.0) for p in left]
    assert len(worst) >= 40
    assert np.median(worst) <= 0.05
    assert max(worst) <= 0.15


@pytest.mark.parametrize("name", OWN)
def test_boards_hold_what_their_measurements_give(name, measured):
    runtime, version = OWN[name]
    points = [
        p for p in measured if p.board == name and p.runtime == runtime and version in {"", p.round}
    ]
    held = [BOARDS[name].cpi(of) for of in CLASSES]
    assert held == pytest.approx(calibrate(points), rel=0.005)
    assert {p.core for p in points} == {BOARDS[name].core}


def test_what_was_not_measured_is_refused(measured, tmp_path):
    known = fit(measured)
    with pytest.raises(BadInput, match="Cortex-M4"):
        known.cpi("Cortex-M55", "HALE")
    with pytest.raises(BadInput, match="HALE"):
        known.cpi("Cortex-M7", "TinyEngine")
    with pytest.raises(BadInput, match="needs measurements"):
        calibrate([point for point in measured if point.task == "ad"])
    table = tmp_path / "results.csv"
    table.write_text("round,submitter,board,task,kind,accel\n")
    with pytest.raises(BadInput, match="latency_ms"):
        read_measured(os.fspath(table))
    table.write_text(
        "round,submitter,board,task,kind,latency_ms,accel\n"
        "v1.1,bosch,NUCLEO_L4R5ZI,ad,performance,fast,\n"
    )
    with pytest.raises(BadInput, match=r"line 2.*no latency"):
        read_measured(os.fspath(table))
