"""The cost model against published counts and measured boards."""

import itertools

import pytest

from twin.nodes.boards import BOARDS
from twin.nodes.cost import Buffer, Layer, arena, buffers, flash, inference_time, instructions


def dense(inputs, outputs, name="fc"):
    return Layer(
        name,
        "dense",
        inputs * outputs,
        outputs,
        outputs,
        inputs * outputs + 4 * outputs,
        inputs,
        outputs,
    )


# MLPerf Tiny anomaly detection: the ten fully connected layers of the reference autoencoder.
SIZES = (640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640)
AUTOENCODER = tuple(dense(a, b, f"fc{k}") for k, (a, b) in enumerate(itertools.pairwise(SIZES)))


def test_the_reference_autoencoder_has_its_published_macs_and_peak_memory():
    assert sum(layer.macs for layer in AUTOENCODER) == 264_192
    assert arena(buffers(AUTOENCODER)) == 768  # peak of live activations, byte


def test_instructions_of_the_autoencoder():
    # 0.579 M instructions on a Cortex-M4 with DSP, counted with CMSIS-NN in emulation.
    total = sum(instructions(layer) for layer in AUTOENCODER)
    assert total == pytest.approx(0.579e6, rel=0.06)


@pytest.mark.parametrize(
    ("board", "measured"),
    [
        # MLPerf Tiny closed results for anomaly detection [ms].
        ("stm32l4r5", 7.58),
        ("stm32u575", 3.21),
        ("stm32u385", 5.41),
        ("stm32f746", 2.29),
        ("stm32h7a3", 1.23),
        ("nrf5340", 6.29),
    ],
)
def test_time_on_measured_boards(board, measured):
    got = inference_time(AUTOENCODER, BOARDS[board]) * 1e3
    assert got == pytest.approx(measured, rel=0.10)


@pytest.mark.parametrize(
    ("board", "measured"),
    # MLPerf Tiny closed results, energy of anomaly detection [µJ].
    [("stm32l4r5", 323.0), ("stm32u575", 77.0), ("stm32u385", 32.0), ("stm32h7a3", 166.0)],
)
def test_energy_on_measured_boards(board, measured):
    chosen = BOARDS[board]
    got = inference_time(AUTOENCODER, chosen) * chosen.active_power * 1e6
    assert got == pytest.approx(measured, rel=0.15)


@pytest.mark.parametrize(
    ("kind", "macs", "outputs", "gathered", "per_mac"),
    [
        # Instructions per MAC of CMSIS-NN int8 kernels, Cortex-M4 with DSP, counted in emulation.
        ("conv", 9 * 64 * 64 * 64, 64 * 64, 64 * 9 * 64, 1.76),
        ("dense", 640 * 128, 128, 0, 1.95),
        ("dense", 128 * 128, 128, 0, 2.27),
    ],
)
def test_instructions_per_mac(kind, macs, outputs, gathered, per_mac):
    layer = Layer("x", kind, macs, outputs, 64, 0, 0, 0, gathered)
    assert instructions(layer) / macs == pytest.approx(per_mac, rel=0.07)


def test_buffers_that_never_meet_share_memory():
    assert arena([Buffer("a", 96, 0, 1), Buffer("b", 96, 2, 3)]) == 96
    assert arena([Buffer("a", 96, 0, 2), Buffer("b", 96, 2, 3)]) == 192


def test_flash_is_weights_and_eight_bytes_a_channel():
    assert flash([dense(10, 4)]) == 40 + 16 + 32


def test_every_board_says_where_its_figures_are_from():
    for name, board in BOARDS.items():
        assert board.name == name
        assert board.source
        assert board.clock > 0
        assert 0 < board.sleep_power < board.active_power
