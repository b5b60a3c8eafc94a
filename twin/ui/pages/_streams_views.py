"""What one sensor's window shows: pure, from the samples and the parameters of the scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from twin.family import load as load_kind
from twin.nodes.inspection import is_sound
from twin.nodes.library import open_model
from twin.physics.bearings import Bearing, cage_order, inner_order, outer_order, spin_order
from twin.physics.cutting import spindle_speed
from twin.physics.spectrum import envelope_spectrum, power_density
from twin.physics.vibration import velocity_rms
from twin.scenario import Scenario
from twin.ui import names, refusals, signal_figures
from twin.ui.components.card import Chart
from twin.ui.i18n import t
from twin.ui.wording import clock, number, prefixed
from twin.units import from_si

Samples = npt.NDArray[np.floating[Any]]
ZERO = 273.15
QUIET = frozenset({"normal", "unsure", "idle", "bad"})
"""What a node says of a window in which it found no fault."""
MOST_REASONS = 2  # why windows could not be judged, that are told
ORDERS = 60.0
ENVELOPE_ORDERS = 20.0
REFERENCE_PRESSURE = 20e-6  # of 0 dB [Pa]
UNITS = {"vibration": "m/s²", "acoustic": "Pa", "electrical": "W"}
"""Of the samples of each kind of sensor that gives a waveform."""


@dataclass(frozen=True, slots=True)
class Window:
    """One window of one sensor."""

    sensor: str
    time: float
    rate: float
    data: Samples
    truth: str = ""
    speed: float = 0.0


def windows(
    blocks: pd.DataFrame, events: pd.DataFrame, sensor: str, samples: pd.DataFrame | None = None
) -> list[Window]:
    """Return the windows of a sensor that a run has kept, oldest first.

    ``samples`` tell the shaft speed of played recordings [rev/s].
    """
    mine = blocks[blocks["source"] == sensor]
    seen = events[(events["source"] == sensor) & (events["name"] == "window")]
    truth = dict(zip(seen["time"], seen["subject"].astype(str), strict=True))
    speed = {} if samples is None else _speeds(samples, sensor)
    rows: Any = mine.itertuples(index=False)
    return [
        Window(sensor, row.time, row.rate, _shaped(row.data, row.shape), truth.get(row.time, ""),
               speed.get(row.time, 0.0))
        for row in rows
    ]  # fmt: skip


def _speeds(samples: pd.DataFrame, sensor: str) -> dict[float, float]:
    told = samples[(samples["source"] == sensor) & (samples["channel"] == "spindle_speed")]
    return dict(zip(told["time"], told["value"].astype(float), strict=True))


def _shaped(data: Any, shape: Any) -> Samples:
    return np.asarray(data, np.float32).reshape([int(n) for n in shape])


def shaft_speed(scenario: Scenario, sensor: str) -> float:
    """Return the shaft speed of the machine a sensor sits on [rev/s]; 0 when it has none."""
    on = getattr(scenario.entries[sensor].settings, "on", "")
    settings = scenario.entries[on].settings if on in scenario.entries else None
    cutting = getattr(settings, "cutting_speed", None)
    return float(spindle_speed(cutting, settings.tool_diameter)) if cutting else 0.0  # type: ignore[union-attr]


def fault_lines(scenario: Scenario, sensor: str) -> dict[str, float]:
    """Return the orders at which faults of the sensor's bearing repeat: name → order."""
    bearing = getattr(scenario.entries[sensor].settings, "bearing", None)
    if not isinstance(bearing, Bearing):
        return {}
    return {
        t("streams.outer"): outer_order(bearing),
        t("streams.inner"): inner_order(bearing),
        t("streams.ball"): 2 * spin_order(bearing),
        t("streams.cage"): cage_order(bearing),
    }


# -- waveforms ----------------------------------------------------------------------------------


def sound(window: Window, theme: str) -> Chart:
    """Return sound pressure over time, with its level."""
    size = max(float(np.sqrt(np.mean(window.data.astype(float) ** 2))), 1e-9)
    level = 20.0 * np.log10(size / REFERENCE_PRESSURE)
    rows = [[t("streams.level_name"), number(level, 1), "dB"]]
    finding = t("streams.level", value=number(level, 0))
    return _over_time(window, theme, "pressure", "Pa", rows, finding, t("streams.sound_caption"))


def power(window: Window, theme: str) -> Chart:
    """Return electric power over time, with its mean."""
    mean = float(window.data.mean()) / 1e3
    rows = [[t("streams.mean_name"), number(mean, 3), "kW"]]
    finding = t("streams.mean_power", value=number(mean, 2))
    return _over_time(window, theme, "power", "W", rows, finding, t("streams.power_caption"))


def waveform(window: Window, theme: str) -> Chart:
    """Return the window over time, with its severity."""
    severity = velocity_rms(window.data.astype(float), window.rate)
    rows = [[t("streams.severity_name"), number(severity * 1e3, 3), "mm/s"]]
    return _over_time(window, theme, "acceleration", "m/s²", rows,
                      t("streams.severity", value=number(severity * 1e3, 2)),
                      t("streams.waveform_caption"))  # fmt: skip


def _over_time(
    window: Window, theme: str, axis: str, unit: str, rows: list[list[str]], finding: str, said: str
) -> Chart:
    figure = signal_figures.waveform(
        window.data, window.rate, theme, axis=t(f"streams.{axis}"),
        time_axis=t("streams.seconds"),
    )  # fmt: skip
    peak = float(np.max(np.abs(window.data)))
    rows = [*rows,
            [t("streams.peak"), number(peak, 2), unit],
            [t("streams.rms"), number(float(np.std(window.data)), 3), unit],
            [t("streams.rate"), number(window.rate, 0), "Hz"],
            [t("streams.samples"), number(len(window.data), 0), ""]]  # fmt: skip
    return Chart(finding, figure, said, columns(), rows)


def columns() -> list[str]:
    """Return the heads of a table of figures with their units."""
    return [t("streams.col_what"), t("streams.col_value"), t("streams.col_unit")]


def spectrum(window: Window, scenario: Scenario, theme: str) -> Chart:
    """Return the amplitude spectrum over orders of the shaft."""
    speed = window.speed or shaft_speed(scenario, window.sensor) or 1.0
    frequency, density = power_density(window.data, window.rate, size=min(4096, len(window.data)))
    amplitude = np.sqrt(density * (frequency[1] - frequency[0]))
    axis = t("streams.amplitude", unit=UNITS[scenario.entries[window.sensor].kind])
    order = frequency / speed
    figure = signal_figures.spectrum(
        order, amplitude, theme, axis=axis, log=True,
        order_axis=t("streams.orders", speed=number(speed * 60, 0)), to=ORDERS,
    )  # fmt: skip
    inside = (order > 0.5) & (order <= ORDERS)
    top = order[inside][int(np.argmax(amplitude[inside]))]
    rows = _peaks(order[inside], amplitude[inside], speed)
    head = [t("streams.col_order"), t("streams.col_frequency"), axis]
    finding = t("streams.strongest", order=number(float(top), 1))
    return Chart(finding, figure, t("streams.spectrum_caption"), head, rows)


def _peaks(order: Samples, amplitude: Samples, speed: float, most: int = 10) -> list[list[str]]:
    inner = amplitude[1:-1]
    tops = np.flatnonzero((inner > amplitude[:-2]) & (inner > amplitude[2:])) + 1
    best = tops[np.argsort(amplitude[tops])[::-1][:most]]
    found = [(float(order[i]), float(amplitude[i])) for i in best]
    return [[number(at, 2), number(at * speed, 1), number(size, 4)] for at, size in found]


def envelope(window: Window, scenario: Scenario, theme: str) -> Chart:
    """Return the envelope spectrum with the lines of bearing faults."""
    speed = window.speed or shaft_speed(scenario, window.sensor) or 1.0
    top = window.rate / 2
    frequency, amplitude = envelope_spectrum(window.data, window.rate, 0.15 * top, 0.85 * top)
    order = frequency / speed
    lines = fault_lines(scenario, window.sensor)
    figure = signal_figures.spectrum(
        order[1:], amplitude[1:], theme, axis=t("streams.envelope_axis"), lines=lines,
        order_axis=t("streams.orders", speed=number(speed * 60, 0)), to=ENVELOPE_ORDERS,
    )  # fmt: skip
    strength = {name: line_strength(order, amplitude, each) for name, each in lines.items()}
    rows = [[name, number(lines[name], 3), number(ratio, 1)] for name, ratio in strength.items()]
    head = [t("streams.col_fault"), t("streams.col_order"), t("streams.col_ratio")]
    finding = _stands_out(strength)
    return Chart(finding, figure, t("streams.envelope_caption"), head, rows)


def line_strength(order: Samples, amplitude: Samples, each: float, reach: float = 0.02) -> float:
    """Return how far the first line of a fault stands out of its surroundings [1]."""
    near = np.abs(order - each) <= reach * each
    around = (np.abs(order - each) <= 0.5) & ~near & (order > 0.3)
    if not near.any() or not around.any():
        return 0.0
    return float(amplitude[near].max() / np.median(amplitude[around]))


def _stands_out(strength: dict[str, float]) -> str:
    if not strength:
        return t("streams.no_bearing")
    name = max(strength, key=lambda key: strength[key])
    if strength[name] < 6:
        return t("streams.no_line")
    return t("streams.line_out", fault=name, ratio=number(strength[name], 0))


# -- thermal frames -------------------------------------------------------------------------------


def thermal(window: Window, theme: str) -> Chart:
    """Return a thermal frame in °C."""
    frame = np.asarray(from_si(window.data.astype(float), "°C"), float)
    figure = signal_figures.picture(frame, theme, bar="°C", grey=False)
    rows = [[t("streams.warmest"), number(float(frame.max()), 1), "°C"],
            [t("streams.coolest"), number(float(frame.min()), 1), "°C"],
            [t("streams.pixels"), f"{frame.shape[1]} × {frame.shape[0]}", ""]]  # fmt: skip
    finding = t("streams.warmest_is", value=number(float(frame.max()), 1))
    return Chart(finding, figure, t("streams.thermal_caption"), columns(), rows)


def is_thermal(scenario: Scenario, sensor: str) -> bool:
    """Return whether the pictures of a sensor are temperatures."""
    return bool(load_kind("twin.signals", scenario.entries[sensor].kind).Sensor.unit == "°C")


def readings(samples: pd.DataFrame, scenario: Scenario, sensor: str, theme: str) -> Chart:
    """Return what a sensor of single readings told through the run, with its gaps."""
    settings: Any = scenario.entries[sensor].settings
    unit = load_kind("twin.signals", "room").UNITS[settings.reads]
    mine = samples[(samples["source"] == sensor) & (samples["channel"] == "reading")]
    if mine.empty:
        return Chart(t("streams.no_reading"), None, t("streams.no_reading_why"))
    value = np.asarray(from_si(mine["value"].to_numpy(float), unit), float)
    figure = signal_figures.readings(
        mine["time"].to_numpy(float), value, settings.period, theme,
        axis=f"{names.word(settings.reads)} [{unit}]", time_axis=t("buildings.time_axis"),
    )  # fmt: skip
    due = int(scenario.header.horizon / settings.period - 1e-9)
    lost = max(due - len(value), 0)
    finding = t("streams.readings", last=number(float(value[-1]), 1), unit=unit, lost=lost, due=due)
    rows = [[t("streams.lowest"), number(float(value.min()), 2), unit],
            [t("streams.mean"), number(float(value.mean()), 2), unit],
            [t("streams.highest"), number(float(value.max()), 2), unit],
            [t("streams.lost"), number(lost, 0), ""]]  # fmt: skip
    return Chart(finding, figure, t("streams.readings_caption"), columns(), rows)


# -- the node -----------------------------------------------------------------------------------


def nodes_of(scenario: Scenario, sensor: str) -> list[str]:
    """Return the nodes that look at a sensor."""
    return [name for name, entry in scenario.of("node").items()
            if getattr(entry.settings, "sensor", "") == sensor]  # fmt: skip


def reasons(events: pd.DataFrame, nodes: Sequence[str]) -> list[str]:
    """Return why windows could not be judged, the most frequent reason first, some of many."""
    mine = events[events["source"].isin(list(nodes)) & (events["name"] == "bad")]
    found = [str(one) for one in mine["subject"].astype(str).value_counts().index]
    told = [refusals.message(one) for one in found[:MOST_REASONS]]
    return [*told, "…"] if len(found) > MOST_REASONS else told


def unchecked(scenario: Scenario, nodes: Sequence[str]) -> bool:
    """Return whether a node's model was never checked on recordings of a machine that cuts."""
    cards = [open_model(str(scenario.value(f"{name}.model"))).card for name in nodes]
    return any(card.document.get("recordings_cut") is False for card in cards)


def cutting_at(spans: Sequence[tuple[float, float, str]], time: float) -> bool:
    """Return whether a machine was cutting at a moment."""
    return any(start <= time < stop and state == "cutting" for start, stop, state in spans)


def verdicts(
    inferences: pd.DataFrame,
    nodes: Sequence[str],
    theme: str,
    *,
    spans: Sequence[tuple[float, float, str]] = (),
    unchecked: bool = False,
    reasons: Sequence[str] = (),
) -> Chart:
    """Return what the nodes said of every window.

    ``spans`` are the states of the machine; ``unchecked`` says that the models were not checked on
    recordings while cutting; ``reasons`` why windows could not be judged, the most frequent first.
    """
    mine = inferences[inferences["source"].isin(list(nodes))]
    if mine.empty:
        key = "streams.no_verdict" if nodes else "streams.no_node"
        return Chart(t(key), None, t(f"{key}_why"))
    labels = [names.word(str(label)) for label in mine["label"]]
    alarms = mine["alarm"].astype(bool)
    figure = signal_figures.verdicts(
        mine["time"].to_numpy(float), labels, mine["score"].to_numpy(float), list(alarms), theme,
        axis="", time_axis=t("what_if.time_axis"), alarm_word=t("streams.alarm"),
    )  # fmt: skip
    finding = _found([str(raw) for raw in mine["label"]])
    if alarms.any():
        first = float(mine["time"][alarms].iloc[0])
        finding = t("streams.alarmed", at=clock(first), n=int(alarms.sum()))
    cut = [cutting_at(spans, float(time)) for time in mine["time"]]
    caption, bad = t("streams.verdict_caption"), int((mine["label"] == "bad").sum())
    if bad and reasons:
        why = "; ".join(reasons)
        if bad == len(mine):
            finding = t("streams.all_bad", reason=reasons[0])
        caption = t("streams.some_bad", n=bad, reason=why) + " " + caption
    if unchecked and any(cut):
        caption = t("streams.unchecked", n=sum(cut), total=len(cut)) + " " + caption
    return Chart(finding, figure, caption, *_verdict_table(mine, labels, cut))


def _verdict_table(
    mine: pd.DataFrame, labels: Sequence[str], cut: Sequence[bool]
) -> tuple[list[str], list[list[str]]]:
    seen: Any = mine.itertuples(index=False)
    rows = [
        [clock(row.time), label, f"{100 * row.score:.0f} %",
         names.word("cutting") if cutting else "", number(row.latency * 1e3, 1),
         prefixed(row.energy, "J"), t("streams.alarm") if row.alarm else ""]
        for row, label, cutting in zip(seen, labels, cut, strict=True)
    ]  # fmt: skip
    columns = ("at", "label", "score", "machine", "latency", "energy")
    return [*(t(f"streams.col_{name}") for name in columns), t("streams.alarm")], rows


def _found(labels: Sequence[str]) -> str:
    """What a node found in the windows that it judged, as a heading."""
    judged = [label for label in labels if label != "idle"]
    faults = [label for label in judged if label not in QUIET and not is_sound(label)]
    if faults:
        most = max(dict.fromkeys(faults), key=faults.count)
        n = faults.count(most)
        return t("streams.verdict", label=names.word(most), n=n, total=len(judged))
    normal, total = judged.count("normal"), len(judged)
    return t("streams.verdict_none", normal=normal, open=total - normal, total=total)
