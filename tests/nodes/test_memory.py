"""What a node remembers: a running mean, on the order axis, of a machine that stays the same."""

import numpy as np
import pytest

from twin.nodes.features import look, together
from twin.nodes.memory import SAME_SPEED, Memory
from twin.physics.bearings import CATALOGUE, inner_order
from twin.rng import stream

BEARING = CATALOGUE["6205"]
RATE, SIZE = 12_000.0, 15_360


def seen(name, speed=30.0, depth=0.0, order=None):
    """What noise shows, swelling at ``order`` by ``depth``."""
    time = np.arange(SIZE) / RATE
    turns = (order or inner_order(BEARING)) * speed * time
    noise = stream(7, name).standard_normal(SIZE) * (1.0 + depth * np.cos(2.0 * np.pi * turns))
    return look(noise.astype(np.float32), RATE, speed, BEARING)


def line(found, order):
    place = round(order / found.resolution)
    return float(found.level[0, place - 1 : place + 2].max())


def test_few_windows_are_all_of_one_weight():
    looks = [seen(f"w{k}") for k in range(4)]
    memory = Memory(12, BEARING)
    last = [memory.together(one, 30.0) for one in looks][-1]
    assert last.level == pytest.approx(together(looks).level, abs=1e-5)
    assert last.fourth == pytest.approx(together(looks).fourth, abs=1e-5)


def test_a_full_memory_forgets_the_oldest_by_and_by():
    memory = Memory(2, BEARING)
    looks = [seen(f"w{k}") for k in range(5)]
    found = [memory.together(one, 30.0) for one in looks]
    expected = found[3].level + (looks[4].level - found[3].level) / 3.0
    assert found[4].level == pytest.approx(expected, abs=1e-5)


def test_without_memory_a_window_stands_alone():
    memory = Memory(0, BEARING)
    one, two = seen("a"), seen("b")
    assert memory.together(one, 30.0) is one
    assert memory.together(two, 30.0) is two


def test_lines_stand_at_their_orders_whatever_the_speed():
    memory = Memory(12, BEARING)
    order = inner_order(BEARING)
    for name, speed in {"a": 30.0, "b": 30.6, "c": 29.3}.items():
        found = memory.together(seen(name, speed, depth=0.8), speed)
    assert memory.count == 3
    assert line(found, order) > line(found, order + 0.3) + 1.5


@pytest.mark.parametrize(
    ("before", "after", "speed"),
    [
        (0.0, 0.8, 30.0),  # a fault comes
        (0.8, 0.0, 30.0),  # a bearing is replaced
        (0.8, 0.8, 30.0 * (1.0 + 2.0 * SAME_SPEED)),
    ],
)
def test_a_machine_that_has_changed_is_looked_at_anew(before, after, speed):
    memory = Memory(12, BEARING)
    for k in range(6):
        memory.together(seen(f"w{k}", depth=before), 30.0)
    assert memory.count == 6
    new = seen("new", speed, after)
    assert memory.together(new, speed) is new
    assert memory.count == 1


def test_a_long_standstill_is_forgotten_over():
    memory = Memory(12, BEARING)
    for k in range(3):
        memory.together(seen(f"w{k}"), 30.0)
    memory.fade()
    assert memory.count == 2
    memory.fade()
    memory.fade()
    new = seen("new")
    assert memory.together(new, 30.0) is new
