"""The figures, one function each."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from bench.measure import Figure, best, paired
from bench.peers import raw_simpy_line
from twin import jobs
from twin.forecast import fit, forecast
from twin.forecast.replacement import Costs
from twin.forecast.shop import forecast_shop
from twin.forecast.table import WearTable
from twin.forecast.tools import Schedule
from twin.nodes import inspection, library, pictures
from twin.nodes.node import Node
from twin.nodes.node_settings import NodeSettings
from twin.rng import stream
from twin.scenario import Scenario, first, load, parse
from twin.signals import vibration
from twin.simulate import simulate
from twin.training import rendered
from twin.worker import start_worker

SPINDLE = {
    "spindle_speed": 25.0,
    "teeth": 5.0,
    "cutting": 1.0,
    "force": 800.0,
    "bearing_outer": 0.5,
}


def _line(parts: int) -> Scenario:
    station = {"cycle_time": 1.0, "cycle_spread": 1.0, "buffer": 5}
    line = {"kind": "line", "stations": {f"s{i}": station for i in range(10)}}
    return parse({"horizon": f"{parts / 0.7635:.0f} s", "plant": {"line": line}}, "bench")


def line() -> Figure:
    """Ten exponential stations, 5,000 parts, all facts recorded, beside SimPy written by hand."""
    parts = 5000
    scenario = _line(parts)
    ours, peer, ratio = paired(lambda: simulate(scenario), lambda: raw_simpy_line(10, 5, parts, 1))
    return Figure("line of 10 stations, 5,000 parts, every fact recorded", ours, "CPU s",
                  "hand-written SimPy, no records:", peer, ratio)  # fmt: skip


def stream_speed() -> Figure:
    """How much faster than real time an accelerometer at 25.6 kHz is filled."""
    sensor = vibration.Sensor("x", vibration.Settings.read({"on": "mill", "sample_rate": 25.6}))
    rng = stream(1, "bench")
    spent = best(lambda: [sensor.block(SPINDLE, 0.0, rng) for _ in range(20)]) / 20
    length = sensor.block(SPINDLE, 0.0, rng).size / sensor.rate
    return Figure("vibration stream at 25.6 kHz, times real time on one core", length / spent, "×")


def node_speed() -> Figure:
    """Windows a second through features and the INT8 model."""
    sensor = vibration.Sensor("x", vibration.Settings.read({"on": "mill"}))
    node = Node("n", NodeSettings.read({"sensor": "x"}), sensor)
    window = sensor.block(SPINDLE, 0.0, stream(1, "bench"))
    spent = best(lambda: [node.look(window, sensor.rate, SPINDLE) for _ in range(50)]) / 50
    return Figure("node: windows through features and INT8 model", 1 / spent, "windows/s")


def inspected() -> Iterator[Figure]:
    """The shipped inspection model on 20,480 pictures of parts that nobody has drawn before."""
    model = library.open_model("inspection")
    pixels, truth = rendered.draw(20_480, 2026, "bench")
    found = inspection.probabilities(model, pictures.with_levelled(pixels))
    report = inspection.judge(model.card.classes, truth, found)
    for name in ("accuracy", "false_alarms", "missed_alarms"):
        said = name.replace("_", " ")
        yield Figure(f"inspection, 20,480 fresh pictures: {said}", 100 * getattr(report, name), "%")


def _wear_table(tools: int) -> WearTable:
    """A table of simulated wear: a power law with scatter from tool to tool."""
    import tempfile

    from twin.forecast import read_wear

    rng = np.random.default_rng(1)
    rows = ["tool,time_min,vb_mm,ap_mm"]
    for tool in range(tools):
        pace = 0.02 * np.exp(0.25 * rng.standard_normal())
        depth = (0.75, 1.5)[tool % 2]
        for minute in range(3, 3 * (3 + tool % 8), 3):
            wear = pace * depth**0.6 * minute**0.8 + 0.005 * rng.standard_normal()
            rows.append(f"T{tool},{minute},{max(wear, 0.001):.4f},{depth}")
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as handle:
        handle.write("\n".join(rows))
        handle.flush()
        return read_wear(handle.name)


def forecast_speed() -> Figure:
    """A forecast of 200 tools from a fitted law."""
    table = _wear_table(200)
    law = fit(table, seed=1)
    spent = best(
        lambda: forecast(law, table, limit_mm=0.3, schedule=Schedule(30, 48), costs=Costs(30, 150),
                         seed=1), rounds=2)  # fmt: skip
    return Figure("forecast of 200 tools, law fitted", spent, "CPU s")


def queue() -> Figure:
    """From asking to the answer through the queue, a job that was not computed before."""
    worker = start_worker()
    try:
        speeds = iter(range(150, 190))

        def ask() -> float:
            values = {"mill.cutting_speed": next(speeds)}
            payload = {"scenario": str(first()), "values": values, "replications": 1}
            started = time.perf_counter()
            done = jobs.wait(jobs.submit("run", payload).id, 60)
            assert done.state == "done", done.error
            return time.perf_counter() - started

        ask()
        waited = sorted(ask() for _ in range(9))[4]
    finally:
        worker.stop()
    return Figure("queue: submit to result, one shift, median", 1e3 * waited, "ms wall")


def shop_forecast() -> Figure:
    """Every tool of a scenario: state, 48 h of futures, policy, opportunities."""
    scenario = load(first().with_name("programme.toml"))
    spent = best(lambda: forecast_shop(scenario, now=14.2 * 3600.0), rounds=2)
    return Figure("forecast of a twin's 2 tools, 8 futures of 48 h", spent, "CPU s")


ALL = (line, stream_speed, node_speed, inspected, forecast_speed, queue, shop_forecast)
