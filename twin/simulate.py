"""The only place where plant, signals and nodes are joined; fast or in real time.

``simulate`` is the same code as fast as it goes, in real time, and at n times real time: only
the environment differs. Sensors read the plant and never touch it, so leaving them out (``sense``)
leaves every fact of the plant as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import simpy
import simpy.rt

from twin.engines import SIMPY, Engine
from twin.errors import BadInput, Fault, did_you_mean
from twin.family import load as load_kind
from twin.plant.base import Asset, World
from twin.records import Facts, Recorder
from twin.scenario import Entry, Scenario
from twin.signals.base import Sensor, SensorSettings

Progress = Callable[[float], None]
"""Called with the share of the horizon that is done [1]."""


class Cancelled(Exception):  # noqa: N818 - not an error: somebody asked for it
    """The run was stopped before its end."""


@dataclass(slots=True)
class Running:
    """A run that is going on: the world, its sensors and its nodes."""

    scenario: Scenario
    world: World
    sensors: dict[str, Sensor]
    nodes: dict[str, Any]
    uplinks: dict[str, Any] = field(default_factory=dict)
    firsts: dict[str, Any] = field(default_factory=dict)
    players: dict[str, Any] = field(default_factory=dict)
    due: list[Any] = field(default_factory=list)

    @property
    def env(self) -> simpy.Environment:
        """The clock."""
        return self.world.env

    def advance(self, until: float) -> None:
        """Simulate up to ``until`` [s]."""
        if until > self.env.now:
            self.env.run(until=until)

    def finish(self) -> Facts:
        """Stop recording now and return the facts."""
        return self.world.record.close(self.env.now, self.scenario.header.warmup)


def build(
    scenario: Scenario, *, seed: int | None = None, speed: float | None = None, sense: bool = True
) -> Running:
    """Build the world of a scenario at time 0, with every process started.

    Parameters
    ----------
    scenario : Scenario
        What to simulate.
    seed : int, optional
        Seed of all chance; the scenario's own by default.
    speed : float, optional
        Simulated seconds in a second of wall-clock time; as fast as it goes by default.
    sense : bool
        Whether sensors and nodes run as well.
    """
    env = simpy.Environment() if speed is None else simpy.rt.RealtimeEnvironment(
        factor=1.0 / speed, strict=False
    )  # fmt: skip
    record = Recorder(lambda: float(env.now))
    world = World(
        env,
        scenario.header.seed if seed is None else seed,
        record,
        Path(scenario.file).parent,
    )
    for name, entry in scenario.of("plant").items():
        model = load_kind("twin.plant", entry.kind).Model
        world.assets[name] = model(name, entry.settings, world)
    try:
        for asset in world.assets.values():
            asset.connect()
    except BadInput as error:
        raise type(error)([_in_file(fault, scenario.file) for fault in error.faults]) from None
    for asset in world.assets.values():
        asset.start()
    running = Running(scenario, world, {}, {})
    if sense:
        _wire_sensors(running)
    return running


def simulate(
    scenario: Scenario,
    *,
    seed: int | None = None,
    speed: float | None = None,
    sense: bool = True,
    engine: Engine = SIMPY,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    on_facts: Callable[[Facts], None] | None = None,
    steps: int = 50,
) -> Facts:
    """Simulate a scenario to its horizon and return the facts.

    ``engine`` is what :func:`twin.engines.choose` gave for it; only SimPy keeps to ``speed``, runs
    sensors and tells its progress: to ``on_progress``, and to ``on_facts`` the facts so far, from
    which nothing may be taken away.

    Raises
    ------
    Cancelled
        When ``cancelled`` said so; it is asked ``steps`` times in a run.
    BadInput
        When things of the scenario do not fit each other.
    """
    if engine.name != SIMPY.name and speed is None:
        return _run_compiled(engine, scenario, seed, cancelled)
    running = build(scenario, seed=seed, speed=speed, sense=sense)
    horizon = scenario.header.horizon
    pieces = steps if on_progress or cancelled or on_facts else 1
    for piece in range(1, pieces + 1):
        if cancelled is not None and cancelled():
            raise Cancelled
        running.advance(horizon * piece / pieces)
        if on_progress is not None:
            on_progress(piece / pieces)
        if on_facts is not None:
            on_facts(running.world.record.facts)
    return running.finish()


def _run_compiled(
    engine: Engine, scenario: Scenario, seed: int | None, cancelled: Callable[[], bool] | None
) -> Facts:
    def tick() -> None:
        if cancelled is not None and cancelled():
            raise Cancelled

    header = scenario.header
    chosen = header.seed if seed is None else seed
    return engine.run(chosen, header.horizon, header.warmup, tick)


def check(scenario: Scenario) -> Scenario:
    """Refuse a scenario whose things do not fit each other, without running it."""
    build(scenario)
    return scenario


# -- sensors and nodes --------------------------------------------------------------------------


def _wire_sensors(running: Running) -> None:
    scenario = running.scenario
    for name, entry in scenario.of("sensor").items():
        running.sensors[name] = _sensor(running.world, entry, scenario.file)
        _open_recordings(running, entry)
    for name, entry in scenario.of("node").items():
        running.nodes[name] = _node(running, entry, scenario.file)
        running.firsts[name] = _first_stage(running, entry, scenario.file)
        running.uplinks[name] = _uplink(running, entry, scenario.file)
    for name in running.sensors:
        running.env.process(_sample(running, name))


def _sensor(world: World, entry: Entry, file: str) -> Sensor:
    settings = entry.settings
    assert isinstance(settings, SensorSettings)
    path = f"sensor.{entry.name}.on"
    if settings.on not in world.assets:
        message = "no such asset in the plant" + did_you_mean(settings.on, world.assets)
        raise BadInput(Fault(message, path, file, repr(settings.on)))
    sensor: Sensor = load_kind("twin.signals", entry.kind).Sensor(entry.name, settings)
    asset = world.assets[settings.on]
    channels, parts = asset.channels, asset.parts() if settings.part else {}
    if settings.part:
        path = f"sensor.{entry.name}.part"
        if settings.part not in parts:
            message = f"no such part of {settings.on}" + did_you_mean(settings.part, parts)
            raise BadInput(Fault(message, path, file, repr(settings.part)))
        channels = parts[settings.part]
    offered = {channel.name for channel in channels}
    lacking = [need for need in sensor.needs if need not in offered]
    if lacking:
        message = f"does not offer {', '.join(lacking)}, which a {entry.kind} sensor needs"
        raise BadInput(Fault(message, path, file, repr(settings.part or settings.on)))
    return sensor


def _open_recordings(running: Running, entry: Entry) -> None:
    settings = entry.settings
    assert isinstance(settings, SensorSettings)
    if settings.recordings:
        from twin.nodes.playback import player

        sensor = running.sensors[entry.name]
        running.players[entry.name] = player(
            entry.name, entry.kind, sensor, settings, running.scenario.file
        )


def _node(running: Running, entry: Entry, file: str) -> Any:
    from twin.nodes.node import Node
    from twin.nodes.node_settings import NodeSettings

    settings = entry.settings
    assert isinstance(settings, NodeSettings)
    if settings.sensor not in running.sensors:
        message = "no such sensor" + did_you_mean(settings.sensor, running.sensors)
        path = f"node.{entry.name}.sensor"
        raise BadInput(Fault(message, path, file, repr(settings.sensor)))
    return Node(entry.name, settings, running.sensors[settings.sensor], file=file)


def _first_stage(running: Running, entry: Entry, file: str) -> Any:
    from twin.nodes.cascade import first_stage
    from twin.nodes.node_settings import NodeSettings

    settings = entry.settings
    assert isinstance(settings, NodeSettings)
    sensor = running.sensors[settings.sensor]
    return first_stage(running.nodes[entry.name], settings, sensor, file)


def _uplink(running: Running, entry: Entry, file: str) -> Any:
    """Return the way up of a node.

    Nodes on one sensor stand at one place, so with the same figures their links drop together; so
    does the connection to the cloud for all nodes.
    """
    from twin.nodes.node_settings import NodeSettings
    from twin.nodes.outages import Outages
    from twin.nodes.placement import Uplink

    node, settings = running.nodes[entry.name], entry.settings
    assert isinstance(settings, NodeSettings)
    own = Outages(settings.outage_every, settings.outage_lasting,
                  running.world.stream(f"{settings.sensor}.link"))  # fmt: skip
    shared = Outages(settings.backhaul_every, settings.backhaul_lasting,
                     running.world.stream("backhaul"))  # fmt: skip
    uplink = Uplink(entry.name, settings, node.card, node.board, own, shared)
    if uplink.elsewhere:
        sensor, on = running.sensors[settings.sensor], running.scenario.entries[settings.sensor]
        assert isinstance(on.settings, SensorSettings)
        played, silent = running.players.get(settings.sensor), dict.fromkeys(sensor.needs, 0.0)
        size = (
            played.size if played is not None
            else sensor.block(silent, 0.0, running.world.stream("still")).size
        )  # fmt: skip
        uplink.refuse_narrow(size, on.settings.period, f"node.{entry.name}", file)
    return uplink


def _sample(running: Running, name: str) -> Generator[simpy.Event, Any, None]:
    """Take a window of one sensor whenever it is due, and let its nodes look at it."""
    from twin.nodes.fleet import Due

    world, sensor = running.world, running.sensors[name]
    settings = running.scenario.entries[name].settings
    assert isinstance(settings, SensorSettings)
    asset: Asset = world.assets[settings.on]
    luck, played = world.stream(f"{name}.noise"), running.players.get(name)
    watching = [
        (key, node)
        for key, node in running.nodes.items()
        if getattr(running.scenario.entries[key].settings, "sensor", "") == name
    ]
    while True:
        yield world.env.timeout(settings.period)
        state = asset.look(settings.part) if settings.part else asset.read()
        if played is not None:
            shown = played.next()
            window, rate, truth = shown.window, shown.rate, shown.truth
            state = {**state, **shown.state}
            for channel, value in shown.state.items():
                world.record.sample(name, channel, value)
        else:
            window, rate = sensor.block(state, world.env.now, luck), sensor.rate
            truth = sensor.truth(state)
        world.record.block(name, rate, window)
        for channel, value in sensor.readings(window).items():
            world.record.sample(name, channel, value)
        world.record.event(name, "window", truth)
        for key, node in watching:
            if not running.due:
                world.env.process(_look(running))
            uplink = running.uplinks[key]
            first = running.firsts[key]
            running.due.append(Due(key, node, uplink, window, rate, state, truth, first))


def _look(running: Running) -> Generator[simpy.Event, Any, None]:
    """Let the nodes look at every window of this instant, those of one model as one batch."""
    from twin.nodes.fleet import look_together

    yield running.env.timeout(0.0)  # after every sensor that is due now
    due, running.due = running.due, []
    for one, looked in zip(due, look_together(due, running.env.now), strict=True):
        _record_way(running, one, looked)
        _record_stages(running, one, looked)
        if looked.verdict is not None:
            running.env.process(_learn(running, one, looked))


def _record_way(running: Running, one: Any, looked: Any) -> None:
    """Record what is known of a window at once: that it was due, and what was sent of it."""
    record, way = running.world.record, looked.way
    if one.expected != "idle":
        record.event(one.name, "due")
    if looked.verdict is None:
        record.event(one.name, "lost")
    if way.size:
        topic = one.uplink.settings.send if one.uplink.elsewhere else "verdict"
        record.message(one.name, topic, way.size)
        record.event(one.name, "sent", topic, way.energy)
    if way.left:
        record.event(one.name, "left_plant", "", float(way.left))


def _record_stages(running: Running, one: Any, looked: Any) -> None:
    """Record a fault that was there, what the first stage made of it, and loading of weights."""
    from twin.nodes.cascade import is_fault

    record, first, plan = running.world.record, looked.first, one.node.plan
    if one.faulty:
        record.event(one.name, "faulty")
        if looked.verdict is not None and is_fault(looked.verdict.label):
            record.event(one.name, "caught")
    if first is not None:
        record.event(one.name, "gated", first.label, first.energy)
        record.event(one.name, "gate_took", "", first.latency)
        if looked.passed:
            record.event(one.name, "passed_faulty" if one.faulty else "passed_sound")
    if plan is not None and looked.passed:
        record.event(one.name, "load_took", "", plan.loading)
        record.event(one.name, "loaded", "", plan.energy(one.node.board))


def _learn(running: Running, one: Any, looked: Any) -> Generator[simpy.Event, Any, None]:
    """Record a verdict where it is given, and that the plant knows it when it does."""
    record, verdict = running.world.record, looked.verdict
    wait = max(looked.way.known - running.env.now, 0.0)
    if one.uplink.elsewhere:
        yield running.env.timeout(wait)
    record.inference(
        one.name, verdict.label, verdict.score, verdict.latency, verdict.energy, verdict.alarm
    )
    if verdict.label == "bad":
        record.event(one.name, "bad", verdict.reason)
    right = one.expected != "idle" and verdict.label == one.expected
    deadline = one.uplink.settings.deadline
    if right and (wait if one.uplink.elsewhere else verdict.latency) <= deadline:
        record.event(one.name, "right", verdict.label)
    if not one.uplink.elsewhere:
        yield running.env.timeout(wait)
    record.event(one.name, "judged", verdict.label, wait)
    if right and wait <= deadline:
        record.event(one.name, "known", verdict.label)


def _in_file(fault: Fault, file: str) -> Fault:
    return Fault(fault.message, fault.path, fault.file or file, fault.value)
