"""A sensor node: a board with a model that looks at one sensor's windows and says what it sees.

What a node does before its model (:meth:`Node.prepare`) and after it (:meth:`Node.conclude`) are
two steps, so that windows of many nodes that are due at once go through one session together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault
from twin.family import load as load_kind
from twin.nodes import segments, wake
from twin.nodes.boards import BOARDS
from twin.nodes.budget import refuse_features, refuse_misfit
from twin.nodes.cost import (
    inference_time,
    run_time,
)
from twin.nodes.eye import Eye
from twin.nodes.features import look
from twin.nodes.fronts import OF_BEARINGS, Array, Kind, Told, kind_of, memory_of
from twin.nodes.inspection import SENSOR, is_sound
from twin.nodes.library import Card, Model, open_model
from twin.nodes.memory import Memory
from twin.nodes.node_settings import MEASURES, NodeSettings
from twin.nodes.placement import NODE
from twin.nodes.recordings import LEAST_TURNS, flaw_of
from twin.nodes.senses import base as senses
from twin.nodes.senses.base import Sense
from twin.physics.bearings import Bearing
from twin.signals.acoustic import Settings as AcousticSettings
from twin.signals.base import Sensor
from twin.signals.vibration import Settings as VibrationSettings

STANDSTILL = 0.5  # below this the spindle counts as standing [rev/s]
GATE_INSTRUCTIONS = 2000.0  # wake up, read the tachometer, sleep; assumption
CLIPPED = 0.01  # share of samples at the range above which a window is bad [1]
HEALTHY = "normal"
UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a node says about one window, and what that cost.

    Attributes
    ----------
    label : str
        A class of the model; ``unsure`` when a fault leads with less than the threshold, ``idle``
        when the spindle stands, ``bad`` when the window cannot be judged.
    score : float
        Probability that the model gives to ``label``, or to the fault it is unsure of [1].
    scores : dict
        Probability of each class [1]; empty without an inference.
    latency : float
        Features and model [s].
    energy : float
        Features and model [J].
    alarm : bool
        Whether this window raised or kept an alarm.
    message_bytes : int
        What was sent [byte]; 0 when nothing was.
    reason : str
        Why a window is ``bad`` or ``unsure``.
    """

    label: str
    score: float
    scores: dict[str, float] = field(default_factory=dict)
    latency: float = 0.0
    energy: float = 0.0
    alarm: bool = False
    message_bytes: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """A window that waits for its model: its input, and what the node noticed on the way."""

    row: npt.NDArray[np.float32]
    samples: int
    speed: float
    coarse: wake.Coarse | None = None


class Node:
    """A node on one sensor.

    Parameters
    ----------
    name : str
        As in the scenario.
    settings : NodeSettings
        Checked parameters.
    sensor : Sensor
        The sensor it reads; its kind must be the one the model was made for.
    file : str
        Scenario file, for messages.

    Raises
    ------
    BadInput
        When there is no such model, it is for another sensor, or it does not fit the board.
    """

    measures = MEASURES
    healthy = HEALTHY

    def __init__(
        self, name: str, settings: NodeSettings, sensor: Sensor, *, file: str = ""
    ) -> None:
        self.name = name
        self.settings = settings
        self.board = BOARDS[settings.board]
        where = f"node.{name}.model"
        self.model: Model = open_model(settings.model, path=where, file=file)
        self.sense = _sense_of(self.model.card, sensor, where, file)
        if self.sense is None:
            self.kind = kind_of(self.model.card, path=where, file=file)
            told = _bearing_of(sensor, self.model.card, self.kind, where, file)
            self.bearing, self.range = told
            self._memory = Memory(memory_of(self.model.card), self.bearing)
        _refuse_gate(settings, self.model.card, f"node.{name}.wake", file)
        self.plan = segments.of_node(self.model.card, self.board, settings, f"node.{name}", file)
        if settings.place == NODE:
            refuse_misfit(self.model.card, self.board, f"node.{name}.board", file, plan=self.plan)
        elif settings.send == "features":
            refuse_features(self.model.card, self.board, f"node.{name}.board", file)
        self._in_a_row = 0
        self._sent = ""
        self._gate = wake.Gate(settings.wake_change, settings.wake_at_least, HEALTHY)

    @property
    def card(self) -> Card:
        """The card of the model."""
        return self.model.card

    def look(
        self, block: npt.NDArray[np.float32], rate: float, context: Mapping[str, float]
    ) -> Verdict:
        """Judge one window.

        Parameters
        ----------
        block : ndarray of float32
            The window.
        rate : float
            Samples per second [Hz].
        context : mapping
            ``spindle_speed`` [rev/s] from the tachometer, ``teeth`` of the tool from the control.
        """
        found = self.prepare(block, rate, context)
        if isinstance(found, Verdict):
            return found
        return self.conclude(found, self.model.scores(found.row[None, :])[0])

    def prepare(
        self, block: npt.NDArray[np.float32], rate: float, context: Mapping[str, float]
    ) -> Verdict | Pending:
        """Do what comes before the model: a verdict where it need not run, else its input."""
        if self.sense is not None:
            reason = self.sense.fault_of(block, rate, context)
            if reason:
                return self._gated("bad", GATE_INSTRUCTIONS + np.size(block), reason)
            return Pending(self.sense.row(block, rate, context), 1, 0.0)
        speed = abs(context.get("spindle_speed", 0.0))
        if speed < STANDSTILL:
            self._memory.fade()
            return self._gated("idle", GATE_INSTRUCTIONS)
        told = Told(speed, self.bearing, round(context.get("teeth", 0.0)))
        block = self._part(block, rate)
        reason = self._fault_of(block, rate, told)
        if reason:
            return self._gated("bad", GATE_INSTRUCTIONS + np.size(block), reason)
        coarse = None
        if self.settings.wake == "change":
            coarse = wake.look(block, rate, speed, self.bearing)
            known = self._gate.known(coarse.level, speed)
            if known is not None and not 0 < self._in_a_row < self.settings.alarm_after:
                self._memory.forget()  # what comes when this no longer stands is something new
                return self._as_before(known, coarse)
        return Pending(self._row(block, rate, told), len(block), speed, coarse)

    def _row(self, block: npt.NDArray[np.float32], rate: float, told: Told) -> Array:
        """Features of a window, together with those before it where the model wants that."""
        if self.kind.together is None or not self._memory.most:
            return self.kind.row(block, rate, told)
        seen = look(block, rate, told.speed, told.bearing)
        return self.kind.together(self._memory.together(seen, told.speed), told.bearing)

    def _part(self, block: npt.NDArray[np.float32], rate: float) -> npt.NDArray[np.float32]:
        """Return as much of a window as the model looks at."""
        size = round(self.card.front.duration * rate)
        return block[:size] if self.kind.cut and block.ndim == 1 else block

    def conclude(self, found: Pending, probabilities: npt.NDArray[np.float32]) -> Verdict:
        """Turn what the model gave for a window into the verdict."""
        scores = dict(zip(self.card.classes, map(float, probabilities), strict=True))
        lead = max(scores, key=lambda word: scores[word])
        unsure = self._alarming(lead) and scores[lead] < self.settings.threshold
        label, reason = (UNSURE, f"{lead} leads") if unsure else (lead, "")
        alarm = self._count(label != UNSURE and self._alarming(label))
        latency = self.latency(found)
        energy = latency * self.board.active_power + (self.plan.reading if self.plan else 0.0)
        if found.coarse is not None and not unsure:
            self._gate.remember(found.coarse.level, found.speed, label, scores[lead])
        sent = self._message(label, scores[lead], alarm=alarm)
        return Verdict(label, scores[lead], scores, latency, energy, alarm, sent, reason)

    def _alarming(self, word: str) -> bool:
        """Whether a class is one to raise an alarm for: as the card says, else all not sound."""
        named = self.card.document.get("alarms")
        return word in named if isinstance(named, list) else not is_sound(word)

    def missed(self) -> None:
        """Know that the last window never reached its model: what is remembered has a gap."""
        if self.settings.send == "window" and self.sense is None:
            self._memory.forget()

    def latency(self, found: Pending) -> float:
        """Time of the board for features and model of a window [s]."""
        before = run_time(self._work(found), self.board)
        loading = self.plan.loading if self.plan else 0.0
        return before + inference_time(self.card.layers, self.board) + loading

    def share(self, samples: int) -> float:
        """Size of a window over that which the features are costed for [1]."""
        return 1.0 if self.sense is not None else samples / self._window

    def _work(self, found: Pending) -> float:
        """Instructions before the model."""
        work = self.card.front.instructions * self.share(found.samples)
        gate = GATE_INSTRUCTIONS + found.coarse.instructions if found.coarse else 0.0
        return work + gate

    def _as_before(self, known: wake.Seen, coarse: wake.Coarse) -> Verdict:
        """Verdict that still stands; it is no new evidence for an alarm."""
        latency = run_time(GATE_INSTRUCTIONS + coarse.instructions, self.board)
        energy = latency * self.board.active_power
        standing = self._in_a_row >= self.settings.alarm_after and known.label != HEALTHY
        sent = self._message(known.label, known.score, alarm=standing)
        return Verdict(
            known.label, known.score, {}, latency, energy, standing, sent, "as a window before"
        )

    def _gated(self, label: str, work: float, reason: str = "") -> Verdict:
        """Verdict without the model; the row of abnormal windows neither grows nor breaks."""
        latency = run_time(work, self.board)
        energy = latency * self.board.active_power
        sent = self._message(label, 1.0, alarm=False)
        return Verdict(label, 1.0, {}, latency, energy, False, sent, reason)

    def rest(self, seen: Verdict, *, counts: bool) -> Verdict:
        """Take the word of a first stage; ``counts``: it ends the row of abnormal windows."""
        if counts:
            self._count(False)
        sent = self._message(seen.label, seen.score, alarm=False)
        return replace(seen, alarm=False, message_bytes=sent)

    def _count(self, abnormal: bool) -> bool:
        """Count abnormal windows in a row; return whether there are enough for an alarm."""
        self._in_a_row = self._in_a_row + 1 if abnormal else 0
        return self._in_a_row >= self.settings.alarm_after

    @property
    def _window(self) -> float:
        return self.card.front.duration * self.card.front.rate

    def _fault_of(self, block: npt.NDArray[np.float32], rate: float, told: Told) -> str:
        """Why a window cannot be judged; empty when it can."""
        if block.ndim != 1:
            return f"{block.ndim} dimensions, a waveform is needed"
        if rate < self.kind.lowest_rate:
            return f"{rate:g} Hz, at least {self.kind.lowest_rate:g} Hz are needed"
        if self.kind.needs_teeth and told.teeth < 1:
            return "the number of teeth is not known"
        if len(block) / rate * told.speed < LEAST_TURNS:
            return f"fewer than {LEAST_TURNS:g} turns of the spindle in the window"
        flaws = {
            "not a number among the samples": not bool(np.isfinite(block).all()),
            "constant signal": float(np.ptp(block)) == 0.0,
            "clipped signal": float(np.mean(np.abs(block) >= self.range)) > CLIPPED,
        }
        return next((flaw for flaw, found in flaws.items() if found), "") or flaw_of(block)

    def _message(self, label: str, score: float, *, alarm: bool) -> int:
        """Bytes of the message that goes out, if one does."""
        report, key = self.settings.report, f"{label}/{alarm}"
        due = report == "always" or alarm or (report == "change" and key != self._sent)
        self._sent = key
        if not due:
            return 0
        payload = {"node": self.name, "label": label, "score": round(score, 3), "alarm": alarm}
        return len(json.dumps(payload, separators=(",", ":")).encode())


def conclude_together(
    nodes: Sequence[Node], found: Sequence[Verdict | Pending | None]
) -> list[Verdict | None]:
    """Turn what :meth:`Node.prepare` gave into verdicts, windows of one model as one batch.

    What is a verdict already stays; ``None``, a window that never reached its model, too.
    """
    waiting: dict[int, list[int]] = {}
    for place, (node, state) in enumerate(zip(nodes, found, strict=True)):
        if isinstance(state, Pending):
            waiting.setdefault(id(node.model), []).append(place)
    verdicts = [None if isinstance(state, Pending) else state for state in found]
    for places in waiting.values():
        pending = [state for k in places if isinstance(state := found[k], Pending)]
        scores = nodes[places[0]].model.scores(np.stack([state.row for state in pending]))
        for place, state, row in zip(places, pending, scores, strict=True):
            verdicts[place] = nodes[place].conclude(state, row)
    return verdicts


def _sense_of(card: Card, sensor: Sensor, where: str, file: str) -> Sense | None:
    """Return what the node does before its model; none for one that listens to a spindle."""
    if card.sensor == SENSOR:
        return Eye(card, sensor, where, file)
    kind = senses.of(card)
    if not kind:
        return None
    made: Sense = load_kind(senses.PACKAGE, kind, path=where, file=file).Sense(
        card, sensor, where, file
    )
    return made


def _bearing_of(
    sensor: Sensor, card: Card, front: Kind, where: str, file: str
) -> tuple[Bearing, float]:
    """Bearing and range of the sensor the model is made for."""
    kind = type(sensor).__module__.rpartition(".")[2]
    settings = getattr(sensor, "settings", None)
    if kind != card.sensor or not isinstance(settings, VibrationSettings | AcousticSettings):
        message = f"the model looks at {card.sensor}, the sensor {sensor.name} is {kind}"
        raise BadInput(Fault(message, path=where, file=file, value=repr(card.name)))
    if settings.sample_rate < front.lowest_rate:
        message = (
            f"the model needs at least {front.lowest_rate / 1e3:g} kHz, the sensor {sensor.name} "
            f"samples at {settings.sample_rate / 1e3:g} kHz"
        )
        raise BadInput(Fault(message, path=where, file=file, value=repr(card.name)))
    return settings.bearing, settings.measuring_range


def _refuse_gate(settings: NodeSettings, card: Card, where: str, file: str) -> None:
    if settings.wake == "change" and card.front.kind not in OF_BEARINGS:
        message = f"the gate watches the lines of the bearing, the model {card.name} more than that"
        raise BadInput(
            Fault(message + "; allowed: always", path=where, file=file, value="'change'")
        )
