"""Duty cycle and battery against figures worked from published measurements."""

import dataclasses

import pytest

from twin.errors import BadInput
from twin.nodes.boards import BOARDS
from twin.nodes.cost import inference_time
from twin.nodes.energy import YEAR, battery_life, cycle, event_saving
from twin.nodes.reference import network

U385 = BOARDS["stm32u385"]


def test_anomaly_detection_ten_times_a_second_takes_a_third_of_a_milliwatt_on_the_u385():
    # MLPerf Tiny v1.3: 31.8 µJ an inference; 9.8 a second are 0.31 mW, asleep 8 µW.
    busy = inference_time(network("ad"), U385)
    taken = cycle(U385, busy, 1.0 / 9.8, wake_time=0.0).power
    assert taken == pytest.approx(0.31e-3 + 8e-6, rel=0.08)


def test_keywords_once_in_1_4_seconds_take_a_milliwatt_on_the_h7a3():
    # MLPerf Tiny v1.2: 1376 µJ an inference, so 1 mW at 0.7 a second, without sleep.
    board = dataclasses.replace(BOARDS["stm32h7a3"], sleep_power=0.0)
    busy = inference_time(network("kws"), board)
    assert cycle(board, busy, 1.0 / 0.7, wake_time=0.0).power == pytest.approx(1e-3, rel=0.08)


def test_an_always_on_wideband_sensor_takes_more_than_the_board():
    # IIS3DWB: 1.1 mA at 3.3 V; a tenth of the time is 0.36 mW.
    always = cycle(U385, 0.01, 1.0, sensor_power=1.1e-3 * 3.3)
    gated = cycle(U385, 0.01, 1.0, sensor_power=1.1e-3 * 3.3, sensor_on=0.1)
    assert always.sensor == pytest.approx(3.63e-3)
    assert gated.sensor == pytest.approx(0.363e-3)
    assert always.sensor > 10.0 * always.board_power


def test_all_the_time_of_a_period_is_accounted_for():
    whole = cycle(U385, 1.0 - 1e-3, 1.0)
    assert whole.power == pytest.approx(U385.active_power)
    assert cycle(U385, 0.0, 1.0, wake_time=0.0).power == pytest.approx(U385.sleep_power)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"busy": 1.0}, "period"),
        ({"busy": -0.1}, "busy"),
        ({"busy": 0.1, "sensor_on": 2.0}, "period"),
        ({"busy": 0.1, "wake_time": float("nan")}, "wake_time"),
        ({"busy": 0.1, "period": 0.0}, "period"),
    ],
)
def test_a_period_that_cannot_be_is_refused(given, field):
    with pytest.raises(BadInput) as caught:
        cycle(U385, **{"period": 1.0, **given})
    assert field in {fault.path for fault in caught.value.faults}


def test_self_discharge_ends_a_battery_that_hardly_anything_draws_on():
    assert battery_life(10_800.0, 1e-3) == pytest.approx(1.08e7)
    assert battery_life(10_800.0, 0.0, self_discharge=0.1) == pytest.approx(10.0 * YEAR)
    with pytest.raises(BadInput):
        battery_life(10_800.0, 0.0)
    with pytest.raises(BadInput):
        battery_life(0.0, 1.0)


def test_saving_ninety_percent_needs_fewer_than_ten_percent_of_events():
    assert event_saving(0.0, 0.10, 1.0) == pytest.approx(0.90)
    assert event_saving(0.01, 0.10, 1.0) < 0.90
    assert event_saving(2.0, 0.0, 1.0) == pytest.approx(-1.0)
    with pytest.raises(BadInput):
        event_saving(0.0, 1.5, 1.0)
