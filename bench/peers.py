"""What others would write: the peers that our figures stand beside."""

from __future__ import annotations

import random

import simpy


def raw_simpy_line(stations: int, buffer: int, parts: int, seed: int) -> float:
    """A minimal hand-written SimPy line: exponential service, blocking after service, no records.

    Returns the throughput [parts per unit of time].
    """
    env = simpy.Environment()
    stores = [simpy.Store(env, capacity=buffer) for _ in range(stations - 1)]
    done = env.event()
    finished = 0

    def station(index: int):
        nonlocal finished
        rng = random.Random(10_000 * seed + index)
        while True:
            if index > 0:
                yield stores[index - 1].get()
            yield env.timeout(rng.expovariate(1.0))
            if index < stations - 1:
                yield stores[index].put(1)
            else:
                finished += 1
                if finished == parts:
                    done.succeed()

    for index in range(stations):
        env.process(station(index))
    env.run(until=done)
    return parts / env.now
