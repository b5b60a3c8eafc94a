"""The cost model against published counts and measured boards."""

import pytest

from twin.nodes.boards import BOARDS
from twin.nodes.cost import Layer, flash, inference_time, instructions
from twin.nodes.layers import Builder
from twin.nodes.reference import TASKS, mobilenet, network

MEASURED = {  # MLPerf Tiny closed results, the round and runtime that each board is taken from [ms]
    "stm32l4r5": {"ad": 7.58, "ic": 226.9, "kws": 75.1, "vww": 230.5},
    "stm32u575": {"ad": 3.21, "ic": 109.5, "kws": 29.0},
    "stm32u385": {"ad": 5.41, "ic": 182.4, "kws": 48.3},
    "stm32f746": {"ad": 2.29, "ic": 64.8, "kws": 19.1, "vww": 57.0},
    "stm32h7a3": {"ad": 1.23, "ic": 40.8, "kws": 11.3},
    "nrf5340": {"ad": 6.29, "ic": 317.9, "kws": 76.5, "vww": 233.3},
}
ENERGY = {  # the same rounds [µJ]
    "stm32l4r5": {"ad": 323.0, "ic": 10_682.0, "kws": 3372.0, "vww": 10_067.0},
    "stm32u575": {"ad": 77.2, "ic": 2565.0, "kws": 664.0},
    "stm32u385": {"ad": 31.8, "ic": 966.0, "kws": 245.0},
    "stm32h7a3": {"ad": 166.0, "ic": 5090.0, "kws": 1376.0},
}


def rows(table):
    return [(board, task, value) for board, row in table.items() for task, value in row.items()]


@pytest.mark.parametrize(("board", "task", "measured"), rows(MEASURED))
def test_time_on_measured_boards(board, task, measured):
    got = inference_time(network(task), BOARDS[board]) * 1e3
    assert got == pytest.approx(measured, rel=0.03)


@pytest.mark.parametrize(("board", "task", "measured"), rows(ENERGY))
def test_energy_on_measured_boards(board, task, measured):
    chosen = BOARDS[board]
    got = inference_time(network(task), chosen) * chosen.active_power * 1e6
    assert got == pytest.approx(measured, rel=0.15)


def test_person_detection_on_the_esp32():
    # ESP-NN: 54 ms for MobileNetV1 0.25 on 96 x 96 grey pixels at 240 MHz.
    got = inference_time(mobilenet(channels=1), BOARDS["esp32s3"])
    assert got == pytest.approx(54e-3, rel=0.10)


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


def test_flash_is_weights_and_eight_bytes_a_channel():
    net = Builder((1, 1, 10))
    net.dense(4)
    assert flash(net.layers) == 40 + 16 + 32


def test_layers_of_a_shape():
    net = Builder((49, 10, 1))
    assert net.convolution(64, (10, 4), stride=2) == "first1"
    assert net.shape == (25, 5, 64)
    assert net.depthwise(stride=2) == "depthwise1"
    assert net.shape == (13, 3, 64)
    assert net.convolution(8, (1, 1)) == "pointwise1"
    assert net.layers[-1].macs == 13 * 3 * 64 * 8
    assert net.layers[-1].weights == 64 * 8 + 4 * 8


@pytest.mark.parametrize("name", BOARDS)
def test_every_board_says_where_its_figures_are_from(name):
    board = BOARDS[name]
    assert board.name == name
    assert board.source
    assert board.runtime
    assert board.clock > 0
    assert 0 < board.sleep_power < board.active_power
    assert all(inference_time(network(task), board) > 0 for task in TASKS)
