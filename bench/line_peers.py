"""The line of ten stations in other simulators; run by ``bench`` in an environment of their own.

    uv run --no-project --with salabim==26.0.9 --with ciw==3.2.7 --with cimba==0.9.5 \
        --with simpy==4.1.2 bench/line_peers.py PARTS ROUNDS

Prints one JSON object: peer → CPU seconds of each round, and throughput. Exponential service with
mean 1, five places between stations, saturated, blocking after service, until PARTS are finished.
Each is written as its own documentation would write it, with the records it keeps by default
turned off where it offers that. Compilation and warm-up rounds are not counted.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

STATIONS, BUFFER = 10, 5
TRUTH = 0.7635
"""Parts a second in the long run: what is timed must be this line."""


def simpy_line(parts: int) -> float:
    import simpy

    env = simpy.Environment()
    stores = [simpy.Store(env, capacity=BUFFER) for _ in range(STATIONS - 1)]
    done, finished = env.event(), 0

    def station(index: int):
        nonlocal finished
        rng = random.Random(index)
        while True:
            if index > 0:
                yield stores[index - 1].get()
            yield env.timeout(rng.expovariate(1.0))
            if index < STATIONS - 1:
                yield stores[index].put(1)
            else:
                finished += 1
                if finished == parts:
                    done.succeed()

    for index in range(STATIONS):
        env.process(station(index))
    env.run(until=done)
    return parts / float(env.now)


def salabim_line(parts: int) -> float:
    import salabim as sim

    sim.yieldless(False)
    env = sim.Environment(trace=False, random_seed=1)
    stores = [sim.Store(f"b{i}", capacity=BUFFER, monitor=False) for i in range(STATIONS - 1)]
    work = sim.Exponential(1.0)

    class Station(sim.Component):
        def process(self):
            index, finished = self.index, 0
            while True:
                part = None
                if index > 0:
                    part = yield self.from_store(stores[index - 1])
                yield self.hold(work.sample())
                if index < STATIONS - 1:
                    yield self.to_store(stores[index], part or sim.Component())
                else:
                    finished += 1
                    if finished == parts:
                        env.main().activate()

    for index in range(STATIONS):
        Station(name=f"s{index}").index = index
    env.run(sim.inf)
    return parts / float(env.now())


def ciw_line(parts: int) -> float:
    import ciw

    ciw.seed(1)
    # A full first node in front of the line keeps it saturated.
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Deterministic(0.5)] + [None] * (STATIONS - 1),
        service_distributions=[ciw.dists.Exponential(1.0)] * STATIONS,
        number_of_servers=[1] * STATIONS,
        queue_capacities=[BUFFER] * STATIONS,
        routing=[[float(j == i + 1) for j in range(STATIONS)] for i in range(STATIONS)],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(parts, method="Complete")
    return parts / float(simulation.current_time)


def cimba_line(parts: int) -> float:
    from line_cimba import run

    return run(parts, STATIONS, BUFFER)


def measure(run: Callable[[int], float], parts: int, rounds: int) -> dict[str, object]:
    throughput = run(min(parts, 500))
    spent = []
    for _ in range(rounds):
        started = time.process_time()
        throughput = run(parts)
        spent.append(time.process_time() - started)
    assert abs(throughput / TRUTH - 1) < 0.03, throughput
    return {"cpu_s": spent, "throughput": throughput}


def main() -> None:
    parts, rounds = int(sys.argv[1]), int(sys.argv[2])
    lines = {"simpy": simpy_line, "salabim": salabim_line, "ciw": ciw_line, "cimba": cimba_line}
    found = {f"{name} {version(name)}": measure(run, parts, rounds) for name, run in lines.items()}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
