"""What the accelerometers of a twin heard of its spindle bearings: a sign of damage a window.

The sign is how far the lines at the bearing's own fault orders stand out of the envelope spectrum,
over how far lines do at orders where a sound machine has none. So it does not rise with a worn tool
or a deeper cut, as the RMS of a spindle in the cut does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from twin.forecast.bearing_strength import strengths
from twin.forecast.table import Array
from twin.nodes.features import FAULTS, LOWEST_RATE, NAMES, features
from twin.records import Block, Facts
from twin.scenario import Scenario
from twin.signals.vibration import STANDSTILL
from twin.signals.vibration import Settings as Accelerometer
from twin.simulate import Running

DECOYS = ("decoy_low", "decoy_high")


@dataclass(slots=True)
class Heard:
    """One spindle bearing as one sensor heard it.

    Attributes
    ----------
    machine, sensor : str
        Whose bearing, and who listened.
    settings : Accelerometer
        The sensor's, with the geometry of the bearing.
    hours : list of float
        When each window with a turning spindle was taken, from the start [h].
    signs : list of array, shape (3,)
        ln of the lines of an outer, inner and ball fault over those of a sound machine [1].
    strengths : list of array, shape (3, B, 2)
        How hard the impacts of each are in each band (:mod:`twin.forecast.bearing_strength`).
    speeds : list of float
        Spindle speed of each window [rev/s].
    """

    machine: str
    sensor: str
    settings: Accelerometer
    hours: list[float] = field(default_factory=list)
    signs: list[Array] = field(default_factory=list)
    strengths: list[Array] = field(default_factory=list)
    speeds: list[float] = field(default_factory=list)

    def take(self, block: Block, speed: float) -> None:
        """Hear one window at this spindle speed [rev/s]."""
        if abs(speed) < STANDSTILL:
            return
        found = dict(zip(NAMES, features(block.data, block.rate, abs(speed), self.settings.bearing),
                         strict=True))  # fmt: skip
        sound = max(float(found[f"{name}_best"]) for name in DECOYS)
        self.hours.append(block.time / 3600.0)
        self.signs.append(np.array([float(found[f"{name}_best"]) - sound for name in FAULTS]))
        samples = np.asarray(block.data, dtype=float)
        bearing = self.settings.bearing
        self.strengths.append(strengths(samples, block.rate, abs(speed), bearing))
        self.speeds.append(abs(speed))


def listened(scenario: Scenario) -> list[tuple[str, str]]:
    """Machine and sensor of every spindle that an accelerometer can judge."""
    machines = {name for name, entry in scenario.of("plant").items() if entry.kind == "cnc"}
    found = []
    for name, entry in scenario.of("sensor").items():
        settings = entry.settings
        if isinstance(settings, Accelerometer) and settings.sample_rate >= LOWEST_RATE:
            found += [(settings.on, name)] if settings.on in machines else []
    return found


@dataclass(slots=True)
class Ears:
    """Everybody who listens to a bearing in one run."""

    heard: list[Heard] = field(default_factory=list)

    def open(self, running: Running) -> None:
        """Hear every window of a run that is about to begin."""
        for machine, sensor in listened(running.scenario) if running.sensors else ():
            settings = running.scenario.entries[sensor].settings
            assert isinstance(settings, Accelerometer)
            self.heard.append(Heard(machine, sensor, settings))
        by_sensor = {one.sensor: one for one in self.heard}

        def take(block: Block) -> None:
            one = by_sensor.get(block.source)
            if one is not None:
                one.take(block, running.world.assets[one.machine].read()["spindle_speed"])

        running.world.record.on_block.append(take)

    def verdicts(self, running: Running, facts: Facts) -> dict[str, Verdict | None]:
        """What was said of each bearing, by sensor."""
        said: dict[str, Verdict | None] = {}
        for one in self.heard:
            nodes = [
                name
                for name, node in running.nodes.items()
                if node.settings.sensor == one.sensor and set(FAULTS) & set(node.card.classes)
            ]
            said[one.sensor] = verdict(facts, nodes)
        return said


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the nodes on one sensor said of its bearing.

    Attributes
    ----------
    windows, faulty : int
        Windows judged, and those of them in which a bearing fault was told.
    word : str
        The fault told most often; empty without any.
    alarms : int
        Windows that raised or kept an alarm for a bearing fault.
    standing : bool
        The last window judged did.
    """

    windows: int
    faulty: int
    word: str
    alarms: int
    standing: bool


def verdict(facts: Facts, nodes: Sequence[str]) -> Verdict | None:
    """Gather what nodes said; None where there is no node, or none of their windows was judged."""
    silent = ("idle", "bad")
    rows = [row for row in facts.inferences if row.source in nodes and row.label not in silent]
    if not rows:
        return None
    told = [row for row in rows if row.label in FAULTS]
    words = [row.label for row in told]
    alarms = [row for row in told if row.alarm]
    return Verdict(
        len(rows), len(told), max(set(words), key=words.count) if words else "", len(alarms),
        bool(alarms) and alarms[-1] is rows[-1],
    )  # fmt: skip
