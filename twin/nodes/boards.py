"""Boards as data: clock, memory, how fast and how hungry each is, and where the figures are from.

``cpi`` is cycles per instruction of the counts in :mod:`twin.nodes.cost`, one for each class of
layers, from measured MLPerf Tiny results of the same board with the same runtime
(github.com/mlcommons/tiny_results_v0.7 … v1.3, Apache-2.0; ``twin.nodes.cpi.calibrate``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

KB = 1024
BoardName = Literal[
    "stm32l4r5", "stm32u575", "stm32u385", "stm32f746", "stm32h7a3", "nrf5340", "esp32s3"
]
LayerClass = Literal["conv", "separable", "dense"]


@dataclass(frozen=True, slots=True)
class Board:
    """A microcontroller board.

    Attributes
    ----------
    name : str
        As in scenario files.
    title : str
        For people.
    core : str
    clock : float
        [Hz]
    flash, ram : int
        [byte]
    runtime : str
        Whose kernels run the model.
    cpi_conv, cpi_separable, cpi_dense : float
        Cycles per instruction in convolutions, in the depthwise and pointwise layers that
        separable convolutions are made of, and in fully connected layers [1].
    active_power : float
        While computing [W].
    sleep_power : float
        Between windows, memory kept [W].
    source : str
        Where speed and power are from.
    assumption : str
        Which of the figures have no published measurement; empty when all have.
    """

    name: str
    title: str
    core: str
    clock: float
    flash: int
    ram: int
    runtime: str
    cpi_conv: float
    cpi_separable: float
    cpi_dense: float
    active_power: float
    sleep_power: float
    source: str
    assumption: str = ""

    def cpi(self, of: LayerClass) -> float:
        """Cycles per instruction in a class of layers [1]."""
        known = {"conv": self.cpi_conv, "separable": self.cpi_separable, "dense": self.cpi_dense}
        return known[of]


_ALL = (
    Board(
        "stm32l4r5",
        "NUCLEO-L4R5ZI",
        "Cortex-M4",
        120e6,
        2048 * KB,
        640 * KB,
        "X-CUBE-AI 7",
        0.903,
        1.136,
        1.520,
        45e-3,
        15e-6,
        "MLPerf Tiny v1.0, X-CUBE-AI 7: 7.58/226.9/75.1/230.5 ms, 42.6–47.1 mW",
        "sleep power",
    ),
    Board(
        "stm32u575",
        "NUCLEO-U575ZI-Q",
        "Cortex-M33",
        160e6,
        2048 * KB,
        786 * KB,
        "X-CUBE-AI 10",
        0.586,
        0.560,
        0.858,
        23.5e-3,
        8.95e-6 * 1.8,
        "MLPerf Tiny v1.3, X-CUBE-AI 10.2, 1.8 V SMPS: 3.21/109.5/29.0 ms, 22.9–24.1 mW; "
        "Stop 2 with all memory 8.95 µA (Zephyr board page)",
    ),
    Board(
        "stm32u385",
        "NUCLEO-U385RG-Q",
        "Cortex-M33",
        96e6,
        1024 * KB,
        256 * KB,
        "X-CUBE-AI 10",
        0.586,
        0.559,
        0.868,
        5.5e-3,
        4.5e-6 * 1.8,
        "MLPerf Tiny v1.3, X-CUBE-AI 10.2, 1.8 V: 5.41/182.4/48.3 ms, 5.1–5.9 mW; "
        "Stop 2 with all memory 4.5 µA (Zephyr board page)",
    ),
    Board(
        "stm32f746",
        "DISCO-F746NG",
        "Cortex-M7",
        216e6,
        1024 * KB,
        320 * KB,
        "Plumerai",
        0.466,
        0.509,
        0.829,
        0.33,
        1e-3,
        "MLPerf Tiny v1.0, Plumerai: 2.29/64.8/19.1/57.0 ms",
        "active power (100 mA at 3.3 V) and sleep power",
    ),
    Board(
        "stm32h7a3",
        "NUCLEO-H7A3ZI-Q",
        "Cortex-M7",
        280e6,
        2048 * KB,
        1184 * KB,
        "X-CUBE-AI 9",
        0.382,
        0.385,
        0.574,
        0.128,
        32e-6 * 3.0,
        "MLPerf Tiny v1.2, X-CUBE-AI 9: 1.23/40.8/11.3 ms, 122–135 mW",
        "sleep power",
    ),
    Board(
        "nrf5340",
        "nRF5340-DK",
        "Cortex-M33",
        128e6,
        1024 * KB,
        512 * KB,
        "microTVM with CMSIS-NN",
        1.363,
        1.185,
        1.345,
        24e-3,
        1.5e-6 * 3.0,
        "MLPerf Tiny v1.1, microTVM with CMSIS-NN: 6.29/317.9/76.5/233.3 ms",
        "active power (8 mA at 3 V) and sleep power",
    ),
    Board(
        "esp32s3",
        "ESP32-S3",
        "Xtensa LX7",
        240e6,
        8192 * KB,
        512 * KB,
        "ESP-NN",
        0.81 / 1.605,
        0.52,
        1.33 / 1.91,
        0.218,
        240e-6 * 3.3,
        "ESP-NN: 0.81 cycles per MAC pointwise, 5.0 depthwise, 1.33 fully connected, and a first "
        "layer 6.3, which is slower than this; datasheet v2.2: 66.2 mA "
        "active, 240 µA light sleep, 3.3 V",
        "convolutions of many channels, taken to be as fast as pointwise ones",
    ),
)
BOARDS: Mapping[str, Board] = MappingProxyType({board.name: board for board in _ALL})
