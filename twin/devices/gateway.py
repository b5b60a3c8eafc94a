"""The only writer to devices: checks everything itself, writes the intent down, reads back.

It trusts nobody's word: signature, approvals, order, age, bounds and the present value are
checked here again. What it is about to write is on disk before the device is touched; after a
crash it never writes on but reads the device and settles what is open.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from twin.devices import change as life
from twin.devices.base import Device, DeviceError, Moved, NoAnswer, Point, Reading, Rejected, Value
from twin.devices.change import Approval, Assumed, Item, State
from twin.devices.ground import deviation
from twin.devices.journal import OPEN, Entry, Journal
from twin.devices.people import People
from twin.devices.plant import Plant
from twin.devices.signing import digest

S = State
# What a clock may differ between two machines before an approval from the future is refused [s].
CLOCK_SLACK_S = 5.0
PATIENCE = 2
Readings = Mapping[str, Reading]


class Refusal(Exception):  # noqa: N818
    """A command that is not carried out, and the state it ends in."""

    def __init__(self, reason: str, state: State = State.REFUSED) -> None:
        super().__init__(reason)
        self.state = state


class Gateway:
    """Carries out commands on the devices of one plant.

    Parameters
    ----------
    plant : Plant
        The points and their bounds, as the gateway knows them.
    devices : mapping
        A connected device for each name of the plant.
    journal : Journal
        Where intents are kept.
    people : People
        Who may approve, and everybody's public key.
    tell : callable
        Told of every step of an entry.
    clock : callable
        Seconds since 1970.
    """

    def __init__(
        self,
        plant: Plant,
        devices: Mapping[str, Device],
        journal: Journal,
        people: People,
        tell: Callable[[Entry], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.plant = plant
        self.devices = devices
        self.journal = journal
        self.people = people
        self.tell = tell
        self.clock = clock
        self.started = clock()

    def handle(self, message: Mapping[str, Any]) -> Entry | None:
        """Carry out, or answer again, one message of the platform.

        Returns the entry in its last state; None for a message that the platform did not sign,
        which is dropped: it may not even spoil the name of a command.
        """
        signed = {key: value for key, value in message.items() if key != "signature"}
        if not self.people.keys.verify("platform", signed, message.get("signature")):
            return None
        if signed.get("type") == "settle":
            return self._answer_for(str(signed["id"]), str(signed["target"]), signed["digest"])
        known = self.journal.find(str(signed.get("id")))
        if known is not None:
            return self._again(known, digest(signed))
        return self._carry_out(signed)

    def _again(self, known: Entry, asked: str) -> Entry | None:
        """The same command again: the same answer, and nothing written."""
        if known.digest != asked:
            return None
        self.tell(known)
        return known

    def _answer_for(self, key: str, target: str, asked: str) -> Entry | None:
        """Say what became of a command; one that never came is barred from now on."""
        known = self.journal.find(key)
        if known is not None:
            return self._again(known, asked)
        reason = "the command never reached the gateway; it is barred now"
        return self._keep(Entry(key, target, asked, {}, S.NOT_APPLIED, reason))

    def _keep(self, entry: Entry, number: tuple[int, int] | None = None) -> Entry:
        self.journal.put(entry, number)
        self.tell(entry)
        return entry

    def _carry_out(self, command: dict[str, Any]) -> Entry:
        key, target = str(command.get("id")), str(command.get("target"))
        entry = Entry(key, target, digest(command), command, S.RECEIVED)
        try:
            self._admit(command)
        except Refusal as refusal:
            return self._keep(entry.to(refusal.state, str(refusal)))
        entry = self._keep(entry, (command["epoch"], command["seq"]))
        device = self.devices[target]
        items = items_of(command)
        paths = [item.path for item in items]
        before: dict[str, Reading] = {}
        try:
            read = _read_patiently(device, paths + [one.path for one in assumed_of(command)])
            before = {path: read[path] for path in paths}
            self._check_base(items, before)
            self._check_ground(assumed_of(command), read)
        except Refusal as refusal:
            return self._keep(entry.to(refusal.state, str(refusal), held=_held(before)))
        except DeviceError as error:
            return self._keep(entry.to(S.REFUSED, f"{error}; nothing was written"))
        entry = self._keep(entry.to(S.INTENT, old=_held(before), at=self.clock()))
        return self._write(entry, device, items, before)

    def _admit(self, command: Mapping[str, Any]) -> None:
        """Raise :class:`Refusal` unless this command may be carried out now."""
        try:
            items = items_of(command)
            number = (int(command["epoch"]), int(command["seq"]))
            target, expires = str(command["target"]), float(command["expires"])
            approvals = [Approval(**approval) for approval in command["approvals"]]
            assumed = assumed_of(command)
        except (KeyError, TypeError, ValueError) as error:
            raise Refusal(f"the command is not complete ({error})") from None
        if target not in self.devices:
            raise Refusal(f"this gateway has no device {target!r}")
        if self.clock() >= expires:
            raise Refusal("the command is too old", S.EXPIRED)
        if number <= self.journal.last(target):
            raise Refusal("a newer command for this device was here first", S.SUPERSEDED)
        unsettled = [e.id for e in self.journal.open() if e.target == target]
        if unsettled:
            raise Refusal(f"change {unsettled[0]} on this device is not settled yet")
        points = {point.path: point for point in self.plant.device(target).points}
        faults = life.faults(items, points)
        if faults or not items:
            raise Refusal("; ".join(str(fault) for fault in faults) or "nothing to write")
        strange = [one.path for one in assumed if one.path not in points]
        if strange:
            raise Refusal(f"the device has no such point: {', '.join(strange)}")
        if command.get("model") and command["model"] != self.plant.model:
            raise Refusal(f"its evidence is of another twin than that of {self.plant.title!r}")
        self._check_approvals(command, items, approvals, points)

    def _check_approvals(
        self,
        command: Mapping[str, Any],
        items: tuple[Item, ...],
        approvals: list[Approval],
        points: Mapping[str, Point],
    ) -> None:
        if command.get("rollback_of"):
            return self._check_rollback(command, items)
        author = str(command.get("author"))
        rests = {key: command[key] for key in ("assumed", "model") if key in command}
        payload = life.payload_hash(command["id"], command["target"], items, author, rests=rests)
        bound = (command["id"], payload, command.get("evidence"))
        people = self.people.all()
        for approval in approvals:
            person = people.get(approval.person)
            if (approval.change, approval.payload, approval.evidence) != bound:
                raise Refusal(f"the approval of {approval.person} is for something else")
            if person is None or not person.may("approve"):
                raise Refusal(f"{approval.person} may not approve")
            statement = approval.statement()
            if not self.people.keys.verify(approval.person, statement, approval.signature):
                raise Refusal(f"the approval of {approval.person} is not signed by {person.id}")
        risk = max(points[item.path].risk for item in items)
        now = self.clock() + CLOCK_SLACK_S
        missing = life.approvals_missing(risk, author, approvals, now)
        if missing:
            raise Refusal(missing)
        return None

    def _check_rollback(self, command: Mapping[str, Any], items: Iterable[Item]) -> None:
        """A rollback needs no approval: it may only restore what this gateway noted down."""
        done = self.journal.find(str(command["rollback_of"]))
        if done is None or done.state is not S.CONFIRMED or done.target != command["target"]:
            raise Refusal("there is no confirmed change to roll back")
        if {item.path: item.to for item in items} != done.old:
            raise Refusal("a rollback writes the old values and nothing else")

    def _check_base(self, items: Iterable[Item], before: Readings) -> None:
        for item in items:
            held = before[item.path]
            point = self._point(item.path)
            moved = item.base_version is not None and held.version != item.base_version
            if held.unit != item.unit:
                raise Refusal(f"{item.path}: the device speaks {held.unit}, not {item.unit}")
            if moved or not point.same(held.value, item.base):
                by = f" (changed by {held.by})" if held.by else ""
                raise Refusal(
                    f"{item.path}: the device holds {held.value} {held.unit}{by},"
                    f" the change was decided at {item.base}",
                    S.CONFLICT,
                )

    def _check_ground(self, assumed: Iterable[Assumed], now: Readings) -> None:
        """The evidence holds only while the rest of the device is as the what-if took it to be."""
        wrong = [
            f"{one.path}: {deviation(self._point(one.path), one.value, now[one.path].value)}"
            for one in assumed
            if now[one.path].unit != one.unit
            or not self._point(one.path).same(one.value, now[one.path].value)
        ]
        if wrong:
            raise Refusal("; ".join(wrong), S.CONFLICT)

    def _point(self, path: str) -> Point:
        return self.plant.points[path]

    def _write(
        self, entry: Entry, device: Device, items: Iterable[Item], before: Readings
    ) -> Entry:
        try:
            for item in items:
                version = before[item.path].version
                device.write(item.path, item.to, item.unit, command=entry.id, version=version)
        except NoAnswer as error:
            waiting = f"{error}; it will be read back"
            return self._keep(entry.to(S.UNKNOWN, waiting, at=self.clock()))
        except Rejected as error:
            return self._undo(entry, device, S.DEVICE_REJECTED, f"the device refused: {error}")
        except Moved as error:
            return self._undo(entry, device, S.CONFLICT, f"changed at the device: {error}")
        entry = self._keep(entry.to(S.WRITTEN))
        try:
            now = device.read([item.path for item in items])
        except DeviceError as error:
            return self._keep(entry.to(S.UNKNOWN, f"{error}; it will be read back"))
        if self._holds(now, wanted(entry)):
            return self._keep(entry.to(S.CONFIRMED, held=_held(now)))
        return self._undo(entry, device, S.ROLLED_BACK, self._deviation(now, wanted(entry)))

    def _holds(self, now: Readings, values: Mapping[str, Value]) -> bool:
        return all(self._point(p).same(now[p].value, value) for p, value in values.items())

    def _deviation(self, now: Readings, values: Mapping[str, Value]) -> str:
        return "; ".join(
            f"{path}: the device holds {now[path].value} {now[path].unit} instead of {value}"
            for path, value in values.items()
            if not self._point(path).same(now[path].value, value)
        )

    def _undo(self, entry: Entry, device: Device, outcome: State, reason: str) -> Entry:
        """Restore the old values of what this command wrote, and of nothing else."""
        entry = self._keep(entry.to(S.ROLLING_BACK, reason, at=self.clock()))
        try:
            now = device.read(list(entry.old))
            foreign = self._foreign(entry, now)
            for path, old in entry.old.items():
                held = now[path]
                if path in foreign or self._point(path).same(held.value, old):
                    continue
                device.write(path, old, held.unit, command=entry.id, version=held.version)
            after = device.read(list(entry.old))
        except NoAnswer as error:
            return self._keep(entry.to(S.UNKNOWN, f"{reason}; {error}", at=self.clock()))
        except Moved:
            return self._undo(entry, device, outcome, reason)  # looks again at whose it is
        except DeviceError as error:
            return self._keep(entry.to(S.FAULT, f"{reason}; the old value is not back: {error}"))
        return self._keep(self._undone(entry, outcome, foreign, after))

    def _undone(
        self, entry: Entry, outcome: State, foreign: Mapping[str, Value], after: Readings
    ) -> Entry:
        """The end of an undo: whose values does the device hold now?"""
        ours = {path: old for path, old in entry.old.items() if path not in foreign}
        if not self._holds(after, ours):
            deviation = self._deviation(after, ours)
            return entry.to(S.FAULT, f"{entry.reason}; {deviation}", held=_held(after))
        if foreign:
            kept = ", ".join(f"{path} = {value}" for path, value in foreign.items())
            return entry.to(S.CONFLICT, f"{entry.reason}; kept: {kept}", held=_held(after))
        return entry.to(outcome, entry.reason, held=_held(after))

    def _foreign(self, entry: Entry, now: Readings) -> dict[str, Value]:
        """The points that somebody else changed since the intent: never to be overwritten."""
        return {
            path: reading.value
            for path, reading in now.items()
            if not self._point(path).same(reading.value, entry.old[path])
            and not self._ours(entry, reading)
        }

    def _ours(self, entry: Entry, reading: Reading) -> bool:
        """Whether this command wrote what was read; a device that says who wrote is believed."""
        if reading.by:
            return reading.by == entry.id
        wrote = entry.phase is not S.INTENT
        return wrote or self._point(reading.path).same(reading.value, wanted(entry)[reading.path])

    def settle(self) -> list[Entry]:
        """Read back what is open and say how it ended; what cannot be read stays open."""
        return [self._settle(entry) for entry in self.journal.open()]

    def _settle(self, entry: Entry) -> Entry:
        if entry.phase is S.RECEIVED:
            reason = "the gateway restarted before it wrote anything"
            return self._keep(entry.to(S.NOT_APPLIED, reason))
        device = self.devices[entry.target]
        if self.clock() < max(entry.at, self.started) + device.write_life:
            return entry  # a write may still be under way
        try:
            now = device.read(list(entry.old))
        except DeviceError as error:
            waiting = entry.to(S.UNKNOWN, f"{error}; it will be read back")
            return waiting if waiting == entry else self._keep(waiting)
        return self._settled(entry, device, now)

    def _settled(self, entry: Entry, device: Device, now: Readings) -> Entry:
        held = _held(now)
        undoing = entry.phase is S.ROLLING_BACK
        if self._holds(now, entry.old):
            outcome = S.ROLLED_BACK if undoing else S.NOT_APPLIED
            return self._keep(entry.to(outcome, "found the old values in the device", held=held))
        if self._holds(now, wanted(entry)) and not undoing:
            return self._keep(
                entry.to(S.CONFIRMED, "found the new values in the device", held=held)
            )
        foreign = self._foreign(entry, now)
        if foreign and len(foreign) == len(now):
            reason = "found other values in the device: " + self._deviation(now, wanted(entry))
            return self._keep(entry.to(S.CONFLICT, reason, held=held))
        return self._undo(entry, device, S.ROLLED_BACK, self._deviation(now, wanted(entry)))


def _read_patiently(device: Device, paths: list[str]) -> dict[str, Reading]:
    """Read before anything was written: a device that is just coming back gets its chance."""
    for _ in range(PATIENCE):
        try:
            return device.read(paths)
        except NoAnswer:
            continue
    return device.read(paths)


def items_of(command: Mapping[str, Any]) -> tuple[Item, ...]:
    """Return the items of a command."""
    return tuple(Item(**item) for item in command["items"])


def assumed_of(command: Mapping[str, Any]) -> tuple[Assumed, ...]:
    """Return the set-points that a command leaves alone and its evidence rests on."""
    return tuple(Assumed(**one) for one in command.get("assumed", ()))


def wanted(entry: Entry) -> dict[str, Value]:
    """Return what the command of an entry wants the device to hold."""
    return {item.path: item.to for item in items_of(entry.command)}


def _held(readings: Readings) -> dict[str, Value]:
    return {path: reading.value for path, reading in readings.items()}


def answer(entry: Entry) -> dict[str, Any]:
    """Return what the gateway tells the platform of an entry."""
    document = asdict(entry)
    kept = ("id", "target", "digest", "reason", "old", "held")
    return {**{key: document[key] for key in kept}, "state": str(entry.state)}


def is_open(entry: Entry) -> bool:
    """Whether the entry waits to be settled."""
    return entry.state in OPEN
