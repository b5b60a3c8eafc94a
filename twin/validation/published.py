"""The twin against published numbers and exact results; each check holds its source's number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from twin import experiment
from twin.physics import bearings, cutting, reliability, vibration, wear, zone_tables
from twin.physics.assembly import assemble
from twin.physics.house import House, Room
from twin.scenario import Scenario, parse
from twin.validation.checks import Check, Compute
from twin.validation.tiny import networks

FIRST = "closed form"
LINE = "reference simulation of 30 million parts, independent code, 95 % interval ± 0.0003"


def published() -> Iterator[Check]:
    """Checks against published numbers and exact results."""
    yield from _cutting()
    yield from _tool_life()
    yield from _bearings()
    yield from _reliability()
    yield from _rooms()
    yield from _lines()
    yield from networks()


def _relative(
    name: str, source: str, expected: float, share: float, unit: str, compute: Compute
) -> Check:
    return Check(name, source, expected, abs(expected) * share, unit, compute)


def _cutting() -> Iterator[Check]:
    kienzle = "Kienzle & Victor 1957, arithmetic"
    mitsubishi = "Mitsubishi Materials, worked example of milling power"
    turning = "Mitsubishi Materials, worked examples of turning"
    yield _relative(
        "specific force C45, f 0.2 mm",
        kienzle,
        2781.0,
        1e-3,
        "N/mm²",
        lambda: cutting.specific_force(2220e6, 0.14, 0.2e-3) / 1e6,
    )
    yield _relative(
        "turning force C45",
        kienzle,
        1112.4,
        1e-3,
        "N",
        lambda: cutting.turning_force(2220e6, 0.14, 0.2e-3, 2e-3),
    )
    yield _relative(
        "turning force 42CrMo4, κ 75°",
        kienzle,
        2713.0,
        1e-3,
        "N",
        lambda: cutting.turning_force(2500e6, 0.26, 0.25e-3, 3e-3, np.radians(75)),
    )
    yield _relative("face mill power, D63 z5", kienzle, 6.658, 1e-3, "kW", _face_mill_power)
    yield _relative(
        "face mill torque, D63 z5",
        kienzle,
        62.92,
        1e-3,
        "Nm",
        lambda: cutting.torque(_face_mill_power() * 1e3, 1010.5 / 60),
    )
    yield _relative(
        "milling power",
        mitsubishi,
        1.68,
        5e-3,
        "kW",
        lambda: (
            cutting.cutting_power(1800e6, cutting.removal_rate(2e-3, 80e-3, 0.28 / 60)) / 0.8 / 1e3
        ),
    )
    yield _relative(
        "spindle speed at 110 m/min, D 50",
        turning,
        700.0,
        2e-3,
        "rpm",
        lambda: cutting.spindle_speed(110 / 60, 0.05) * 60,
    )
    yield _relative(
        "peak height Rz, f 0.2 r 0.8",
        turning,
        6.25,
        1e-3,
        "µm",
        lambda: cutting.theoretical_peak(0.2e-3, 0.8e-3) * 1e6,
    )
    yield _relative(
        "roughness Ra, f 0.2 r 0.8",
        FIRST + " of the parabola",
        1.604,
        1e-3,
        "µm",
        lambda: cutting.theoretical_roughness(0.2e-3, 0.8e-3) * 1e6,
    )


def _face_mill_power() -> float:
    speed = cutting.spindle_speed(200 / 60, 63e-3)
    feed = cutting.table_feed(speed, 5, 0.2e-3)
    kc = cutting.specific_force(1700e6, 0.25, cutting.mean_chip_thickness(0.2e-3, 50e-3, 63e-3))
    return float(cutting.cutting_power(kc, cutting.removal_rate(3e-3, 50e-3, feed))) / 1e3


def _tool_life() -> Iterator[Check]:
    groover = "Groover, Fundamentals of Modern Manufacturing, machining economics"
    tatar = "Tatar 2020, PMC7306598: +1 % speed, -4 % life; +1 % width, -1 % life"
    chipping = "18-tool study of 1.4571, 172 cycles, 18 chippings"
    exponents = wear.LifeExponents()
    yield _relative(
        "tool life at 50 m/min",
        groover,
        14.76,
        5e-3,
        "min",
        lambda: wear.taylor_life(50, 70, 0.125),
    )
    yield _relative(
        "tool life at 42 m/min",
        groover,
        59.54,
        5e-3,
        "min",
        lambda: wear.taylor_life(42, 70, 0.125),
    )
    yield _relative(
        "speed of least cost",
        groover,
        42.32,
        5e-3,
        "m/min",
        lambda: wear.speed_of_least_cost(70, 0.125, 0.5, 2, 3),
    )
    yield _relative(
        "speed of most output",
        groover,
        50.33,
        5e-3,
        "m/min",
        lambda: wear.speed_of_most_output(70, 0.125, 2),
    )
    yield Check(
        "life, +1 % speed",
        tatar,
        -4.0,
        0.15,
        "%",
        lambda: 100 * (wear.relative_life(1.01, 1, 1, 1, exponents) - 1),
    )
    yield Check(
        "life, +1 % width",
        tatar,
        -1.0,
        0.15,
        "%",
        lambda: 100 * (wear.relative_life(1, 1, 1, 1.01, exponents) - 1),
    )
    yield Check(
        "chipping a cycle at VB 167.5 µm",
        chipping,
        0.10,
        1e-3,
        "1",
        lambda: wear.chipping_probability(167.5),
    )


def _bearings() -> Iterator[Check]:
    cwru = "Case Western Reserve bearing data, 6205-2RS multiples"
    bearing = bearings.CATALOGUE["6205"]
    for name, order, expected in (
        ("outer race order", bearings.outer_order, 3.5848),
        ("inner race order", bearings.inner_order, 5.4152),
        ("cage order", bearings.cage_order, 0.39828),
    ):
        yield Check(name + ", 6205", cwru, expected, 1e-3, "1/rev", partial(order, bearing))
    yield Check(
        "ball order (twice), 6205",
        cwru,
        4.7135,
        1e-3,
        "1/rev",
        lambda: 2 * bearings.spin_order(bearing),
    )
    yield _relative(
        "unbalance force, G2.5, 10 kg, 12 000 rpm",
        "ISO 21940-11, arithmetic",
        31.42,
        1e-3,
        "N",
        lambda: vibration.unbalance_force(2.5e-3, 10, 200),
    )


def _reliability() -> Iterator[Check]:
    for age, expected in ((0, 0.336084), (24, 0.871007), (48, 0.997854)):
        yield Check(
            f"Weibull η 60 h β 4: fails in 48 h at age {age} h",
            FIRST,
            expected,
            1e-5,
            "1",
            partial(reliability.conditional_weibull, age, 48, 60, 4),
        )
    yield Check(
        "gamma process reaches its limit in 48 h",
        FIRST,
        0.393876,
        1e-5,
        "1",
        lambda: reliability.gamma_first_passage(48.0, 0.15, 0.5, 0.006),
    )
    yield Check(
        "Wiener process reaches its limit in 48 h",
        FIRST,
        0.497385,
        1e-5,
        "1",
        lambda: reliability.wiener_first_passage(48.0, 0.15, 0.003, 0.006),
    )
    yield _relative(
        "age replacement, η 1000 β 2.5, costs 1 and 5",
        "package reliability, optimal_replacement_time",
        493.185,
        5e-4,
        "h",
        _replacement_age,
    )


def _replacement_age() -> float:
    def survival(age: float) -> float:
        return math.exp(-((age / 1000) ** 2.5))

    return reliability.age_replacement(survival, 1, 5, 4000).time


def _rooms() -> Iterator[Check]:
    room = Room(1e6, envelope=200.0, coupling=1e3, glazing=50.0, fabric_capacity=1e8)
    yield Check(
        "heat that holds a zone at 20 °C, 0 °C outside",
        "hand sum of U·A",
        50.0 * 20 + 20 / (1 / 200.0 + 1 / 1e3),
        1e-3,
        "W",
        lambda: _settled_heat(room),
    )


def _settled_heat(room: Room) -> float:
    """Heat that the stepped zone needs once it has settled, not the closed form itself."""
    made = assemble(House((room,)), 3600.0)
    hours = 3000
    known = np.zeros((hours, made.known + made.exogenous))
    known[:, 0] = 273.15
    band = np.full((hours, 1), 293.15)
    block = zone_tables.Block(known, np.full((hours, 6), 273.15), 0 * band, band, band)
    state = zone_tables.at_rest(made, 293.15)
    trace = zone_tables.run(made, zone_tables.tables(made), state, block, np.array([[1e6, 1e6]]))
    return float(trace.heat[-1, 0])


def _lines() -> Iterator[Check]:
    yield Check(
        "throughput of 10 exponential stations, buffers of 5",
        LINE,
        0.76347,
        0.006,
        "1/s",
        lambda: _throughput(_ten_stations()),
    )
    yield Check("the same with MTTF 100, MTTR 10 (operation-dependent)", LINE, 0.55446, 0.011,
                "1/s", lambda: _throughput(_ten_stations(time_to_failure="100 s",
                                                         time_to_repair="10 s")))  # fmt: skip


def _ten_stations(**settings: Any) -> Scenario:
    station = {"cycle_time": 1.0, "cycle_spread": 1.0, "buffer": 5, **settings}
    line = {"kind": "line", "stations": {f"s{i}": station for i in range(10)}}
    header = {"horizon": "22000 s", "warmup": "2000 s", "seed": 1}
    return parse({**header, "plant": {"line": line}}, "ten stations")


def _throughput(line: Scenario) -> float:
    values, _facts = experiment.replicate(line, 4)
    return float(np.mean(values["line.throughput"])) / 3600
