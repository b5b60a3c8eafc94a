"""Which engine runs a scenario: SimPy, or compiled runs that give the same facts.

SimPy is the reference. An asset's file may offer a compiled run of it (``Model.fast``); where every
asset of a plant has one, the whole plant runs compiled, and the result says so. Rows of different
assets then follow each other asset by asset; those of one asset are in order.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from twin.errors import BadInput, Fault
from twin.family import kinds
from twin.family import load as load_kind
from twin.plant.base import AddsUp, Fast
from twin.records import Facts
from twin.scenario import Scenario, parse
from twin.tallies import Tally

NAMES = ("auto", "simpy", "fast")
ADVICE = "use --engine auto or simpy"
LEAST_WORK = 10 * 86_400.0
"""Simulated time, over all assets and replications, from which ``auto`` loads compiled runs [s]."""
INSTANT = 1e-6
"""A run that is long enough to need all of the compiled code [s]."""
SMALLEST: tuple[tuple[str, dict[str, Any]], ...] = (
    ("cnc", {}),
    ("line", {"stations": {"one": {}}}),
    ("line", {"stations": {"two": {"servers": 2}}}),
)
"""The least that each compiled run needs to be told: the kind of its asset, and settings."""


@dataclass(frozen=True, slots=True)
class Engine:
    """What runs a scenario: its name, and the compiled run of each asset if it is not SimPy."""

    name: str
    assets: Mapping[str, Fast]

    def run(self, seed: int, horizon: float, warmup: float, tick: Callable[[], None]) -> Facts:
        """Return the facts of one compiled run; ``tick`` is called now and then."""
        facts = Facts(end=horizon, warmup=warmup)
        for asset in self.assets.values():
            tick()
            asset.run(seed, horizon, facts, tick)
        return facts

    def load(self) -> None:
        """Load the compiled code into this process, by an instant of a run."""
        if self.adds_up:
            self.tally(0, INSTANT, 0.0, lambda: None)
        elif self.assets:
            self.run(0, INSTANT, 0.0, lambda: None)

    @property
    def adds_up(self) -> bool:
        """Whether every compiled run can add up its rows without writing them."""
        return bool(self.assets) and all(isinstance(a.run, AddsUp) for a in self.assets.values())

    def tally(self, seed: int, horizon: float, warmup: float, tick: Callable[[], None]) -> Tally:
        """Return what the facts of one compiled run add up to."""
        whole = Tally(horizon - warmup)
        for asset in self.assets.values():
            tick()
            assert isinstance(asset.run, AddsUp)
            whole.add(asset.run.tally(seed, warmup, horizon, tick))
        return whole


SIMPY = Engine("simpy", {})


def choose(name: str, scenario: Scenario, *, sense: bool = True, replications: int = 1) -> Engine:
    """Return the engine that will run, or refuse one that would not be exact.

    ``auto`` takes the compiled runs where they are exact and there is enough work, or they have
    been loaded already: loading them takes longer than SimPy needs for a few shifts.

    Raises
    ------
    BadInput
        When ``fast`` was asked for and something in the scenario has no compiled run, saying why.
    """
    if name not in NAMES:
        raise BadInput(Fault(f"allowed one of {', '.join(NAMES)}", "engine", "", repr(name)))
    if name == "simpy" or (name == "auto" and not _worth_it(scenario, replications)):
        return SIMPY
    found, faults = _compiled(scenario, sense)
    if not faults:
        return Engine("+".join(dict.fromkeys(run.name for run in found.values())), found)
    if name == "fast":
        raise BadInput(faults)
    return SIMPY


def _worth_it(scenario: Scenario, replications: int) -> bool:
    assets = len(scenario.of("plant"))
    work = assets * replications * scenario.header.horizon
    return work >= LEAST_WORK or "twin.compiled" in sys.modules


def warm() -> None:
    """Compile for this machine what is not compiled yet, and load it into this process."""
    for kind, settings in SMALLEST:
        document = {"horizon": "1 min", "plant": {"thing": {"kind": kind, **settings}}}
        engine = choose("fast", parse(document, "warm-up"))
        engine.run(1, 60.0, 0.0, lambda: None)
    for kind in kinds("twin.plant"):
        for load in load_kind("twin.plant", kind).Model.loads():
            load()


def _compiled(scenario: Scenario, sense: bool) -> tuple[dict[str, Fast], list[Fault]]:
    if sense and scenario.of("sensor"):
        sensors = ", ".join(scenario.of("sensor"))
        message = f"{sensors} must see the plant while it runs, a compiled run cannot show it"
        return {}, [Fault(f"{message}; {ADVICE}", "sensor", scenario.file)]
    plant = scenario.of("plant")
    offers: dict[str, Any] = {
        name: load_kind("twin.plant", entry.kind).Model.fast(name, plant)
        for name, entry in plant.items()
    }
    runs = {name: offer for name, offer in offers.items() if isinstance(offer, Fast)}
    covered = frozenset[str]().union(*(run.covers for run in runs.values()))
    faults = [
        Fault(f"{offer}; {ADVICE}", f"plant.{name}", scenario.file)
        for name, offer in offers.items()
        if name not in runs and name not in covered
    ]
    return {name: run for name, run in runs.items() if name not in covered}, faults
