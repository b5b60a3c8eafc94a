"""Power and sound of a machine agree with its vibration and its state."""

import numpy as np
import pytest

from twin.physics.spectrum import envelope_spectrum
from twin.rng import stream
from twin.signals import acoustic, electrical, vibration
from twin.signals.acoustic import AIR_DENSITY, SOUND_SPEED

SPEED = 30.0
CUT = {"spindle_speed": SPEED, "cutting": 1.0, "teeth": 4.0, "force": 300.0, "torque": 20.0,
       "power": 6e3}  # fmt: skip


def drive(**changes):
    return electrical.Sensor("p", electrical.Settings.read({"on": "mill", **changes}))


def microphone(**changes):
    return acoustic.Sensor("m", acoustic.Settings.read({"on": "mill", **changes}))


def block(device, state, name="test"):
    return device.block(state, 0.0, stream(3, name)).astype(float)


def line(samples, rate, frequency):
    spectrum = 2.0 * np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) / (len(samples) / 2)
    near = round(frequency * len(samples) / rate)
    return np.sqrt((spectrum[near - 2 : near + 3] ** 2).sum() / 1.5)


def test_mean_spindle_power_is_torque_times_speed_over_efficiency_and_idling():
    device = drive(efficiency=80, idle=0.4)
    expected = 2.0 * np.pi * SPEED * 20.0 / 0.8 + 400.0
    assert block(device, CUT).mean() == pytest.approx(expected, rel=0.01)
    idling = block(device, {**CUT, "cutting": 0.0, "torque": 0.0})
    assert idling.mean() == pytest.approx(400.0, rel=0.01)


def test_mean_power_of_the_machine_is_what_the_machine_draws():
    assert block(drive(drive="machine"), CUT).mean() == pytest.approx(6e3, rel=0.01)


def test_teeth_stand_in_the_power_as_far_as_the_drive_lets_them():
    wide, narrow = (drive(bandwidth=width, runout=0) for width in (1000, 120))
    lines = [line(block(device, CUT), device.rate, 4 * SPEED) for device in (wide, narrow)]
    through = [1.0 / np.hypot(1.0, 4 * SPEED / width) for width in (1000, 120)]
    assert lines[1] / lines[0] == pytest.approx(through[1] / through[0], rel=0.02)


def test_a_broken_edge_shows_once_a_turn_in_the_power():
    device = drive(runout=0)
    sound, broken = block(device, CUT), block(device, {**CUT, "broken": 1.0})
    assert line(broken, device.rate, SPEED) > 20.0 * line(sound, device.rate, SPEED)
    assert broken.mean() == pytest.approx(sound.mean(), rel=0.01)


def test_motor_ripple_stands_at_six_times_its_frequency():
    device = drive(pole_pairs=2, ripple=5, noise=0)
    idling = block(device, {**CUT, "cutting": 0.0, "torque": 0.0})
    assert line(idling, device.rate, 6 * 2 * SPEED) == pytest.approx(20.0, rel=0.05)


def test_power_is_read_in_steps():
    samples = block(drive(step=25), CUT)
    assert np.abs(samples / 25.0 - np.rint(samples / 25.0)).max() < 1e-4


def test_sound_of_a_gear_is_what_its_vibration_radiates():
    gear = {"gear_teeth": 40, "gear_modulation": 0, "background": 0.0, "lines": 0}
    feels = vibration.Sensor("v", vibration.Settings.read({"on": "m", **gear, "bandwidth": 50}))
    hears = microphone(**gear, room=0, noise=0, distance=1.0, surface=0.5)
    mesh = 40 * SPEED
    moved = line(block(feels, {"spindle_speed": SPEED}), feels.rate, mesh)
    heard = line(block(hears, {"spindle_speed": SPEED}), hears.rate, mesh)
    k = 2.0 * np.pi * mesh / SOUND_SPEED
    efficiency = k**2 * 0.5 / (4 * np.pi) / (1.0 + k**2 * 0.5 / (4 * np.pi))
    power = AIR_DENSITY * SOUND_SPEED * efficiency * 0.5 * (moved / (2.0 * np.pi * mesh)) ** 2
    # Intensity on a sphere of 1 m: p² = ρ c W/(4π r²).
    assert heard == pytest.approx(
        np.sqrt(AIR_DENSITY * SOUND_SPEED * power / (4 * np.pi)), rel=0.01
    )


def test_a_bearing_is_heard_at_the_order_at_which_it_is_felt():
    settings = {"slip": 0.05, "jitter": 0.05, "lines": 0, "duration": 2.56}
    hears = microphone(**settings, room=0.001)
    frequency, lines = envelope_spectrum(
        block(hears, {"spindle_speed": SPEED, "bearing_outer": 1.0}), hears.rate, 1800.0, 5000.0
    )
    searched = frequency > 40.0
    peak = frequency[searched][lines[searched].argmax()]
    assert peak == pytest.approx(3.5848 * SPEED, abs=0.6)


def test_the_room_is_as_loud_as_told_and_the_microphone_clips():
    silent = microphone(room=0.05, noise=0, measuring_range=100)
    assert block(silent, {"spindle_speed": 0.0}).std() == pytest.approx(0.05, rel=0.15)
    loud = microphone(room=0.05, measuring_range=0.06)
    assert np.abs(block(loud, {"spindle_speed": 0.0})).max() == pytest.approx(0.06)


@pytest.mark.parametrize("make", [drive, microphone])
def test_equal_seeds_give_identical_bits(make):
    device = make()
    one, two = (device.block(CUT, 0.0, stream(3, "x")) for _ in range(2))
    assert one.tobytes() == two.tobytes()
    assert one.tobytes() != device.block(CUT, 0.0, stream(4, "x")).tobytes()


@pytest.mark.parametrize(
    ("state", "label"),
    [
        ({}, "normal"),
        ({"broken": 1.0}, "broken"),
        ({"wear": 4e-4}, "worn"),
        ({"spindle_speed": 0.0}, "idle"),
    ],
)
def test_truth_of_the_power(state, label):
    assert drive().truth({**CUT, **state}) == label
