"""A plant of 200 nodes: what they add to the physics of machines and streams."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.measure import Figure, cpu
from twin.scenario import Scenario, parse
from twin.simulate import build

NODES, MACHINES, ROUNDS = 200, 20, 3


def plant(models: tuple[str, ...]) -> Scenario:
    """Twenty machines with ten accelerometers each; a node on every one, by turns of ``models``."""
    document: dict[str, Any] = {
        "horizon": "30 min",
        "plant": {f"m{k}": {"kind": "cnc"} for k in range(MACHINES)},
        "sensor": {
            f"s{k}": {"kind": "vibration", "on": f"m{k % MACHINES}", "period": 200}
            for k in range(NODES)
        },
    }
    if models:
        document["node"] = {
            f"n{k}": {"sensor": f"s{k}", "model": models[k % len(models)]} for k in range(NODES)
        }
    return parse(document, "bench")


def _spent(scenario: Scenario, *, sense: bool = True) -> float:
    running = build(scenario, sense=sense)
    return cpu(lambda: running.advance(scenario.header.horizon))


def two_hundred_nodes() -> Iterator[Figure]:
    """CPU seconds of the nodes of half an hour, beside machines and streams without them."""
    bare, one = plant(()), plant(("bearing",))
    three = plant(("bearing", "tool", "anomaly"))
    _spent(three)
    machines = min(_spent(bare, sense=False) for _ in range(ROUNDS))
    yield Figure("200 nodes: the machines alone", machines, "CPU s")
    for title, scenario in (("bearing", one), ("bearing, tool and anomaly", three)):
        pairs = [(_spent(bare), _spent(scenario)) for _ in range(ROUNDS)]
        physics, whole = (min(column) for column in zip(*pairs, strict=True))
        added = whole - physics
        yield Figure(f"200 nodes with {title}: what they add", added, "CPU s",
                     "machines and streams:", physics, added / physics)  # fmt: skip


ALL = (two_hundred_nodes,)
