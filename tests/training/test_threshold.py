"""The threshold between sound and flawed: the larger of both error rates becomes least."""

import numpy as np
import pytest

from twin.nodes import inspection
from twin.nodes.library import open_bytes
from twin.rng import stream
from twin.training import convolution, parts, steps, threshold
from twin.training.convolution import Convolution, Network
from twin.training.inspection import Options

CLASSES = ("normal", "crack", "pit")


def rates(lead, good, moved):
    called = lead + moved > 0.0
    return np.mean(~called[good]), np.mean(called[~good])


def test_a_margin_is_that_of_the_best_sound_over_the_best_flawed_output():
    sound = threshold.sound_ones(CLASSES)
    outputs = np.array([[1.0, 0.5, -2.0], [0.0, 3.0, 4.0]], np.float32)
    assert threshold.margins(outputs, sound).tolist() == [0.5, -4.0]


def test_outputs_that_can_be_parted_are_parted_in_the_middle():
    lead = np.array([5.0, 4.0, 1.0, 0.0])
    good = np.array([True, True, False, False])
    moved = threshold.shift(lead, good)
    assert moved == pytest.approx(-2.5)
    assert rates(lead, good, moved) == (0.0, 0.0)


def test_no_other_shift_has_a_smaller_larger_rate():
    rng = stream(1, "threshold")
    good = rng.random(4000) < 0.6
    lead = rng.normal(np.where(good, 2.0, -1.0), 1.0)
    moved = threshold.shift(lead, good)
    found = max(rates(lead, good, moved))
    assert found <= min(max(rates(lead, good, other)) for other in np.linspace(-4, 4, 400))
    assert found < max(rates(lead, good, 0.0))
    # Two normal laws of one spread, 3 apart: where they cross, both rates are Φ(−1.5).
    assert moved == pytest.approx(-0.5, abs=0.15)
    assert found == pytest.approx(0.0668, abs=0.01)


def test_whole_numbers_as_int8_gives_them_are_parted_as_well():
    lead = np.array([3, 3, 2, 0, 0, -1, -1], np.float32)
    good = np.array([True, True, True, True, False, False, False])
    assert max(rates(lead, good, threshold.shift(lead, good))) == pytest.approx(0.25)


def brightness(lean: float) -> Network:
    """A network that calls bright pictures pits; ``lean`` towards sound."""
    through = Convolution(np.eye(2, dtype="f4")[:, :, None, None], np.zeros(2, "f4"),
                          rectified=False)  # fmt: skip
    weights = np.array([[-2, -2], [2, 2], [0, 0]], np.float32)[:, :, None, None]
    biases = np.array([lean, 0.0, -9.0], np.float32)
    return Network(8, 2, (through, Convolution(weights, biases, rectified=False)))


def test_the_file_carries_the_threshold_that_the_kept_pictures_set():
    grey = stream(1, "grey").integers(60, 200, 400)
    pixels = np.broadcast_to(grey[:, None, None, None], (400, 2, 8, 8)).astype(np.uint8)
    truth = (grey > 150).astype(np.intp)
    kept = steps.Held(pixels, truth, ("normal", "pit", "crack"))
    bench = steps.Bench(None, kept, parts.recipe(Options()), None, kept)
    bench.note = lambda step, network, size, found: None
    network, shown = brightness(2.5), pixels.astype(np.float32) / np.float32(255.0)
    scales, bits = convolution.ranges(network, shown), [8, 8]

    def judged(content):
        found = inspection.probabilities(open_bytes(content), pixels)
        return inspection.judge(kept.classes, truth, found)

    _, content, _ = bench.quantised("", network, scales, bits)
    assert judged(content).missed_alarms > 0.4
    moved, wider = bench.decided(network, scales, content, kept)
    _, after, _ = bench.quantised("", moved, wider, bits)
    assert judged(after).missed_alarms < 0.05
    assert judged(after).false_alarms < 0.05
    assert bench.shift < -1.0
    assert moved.layers[-1].biases - network.layers[-1].biases == pytest.approx([bench.shift, 0, 0])
