"""A small world in which the real gateway can be crashed at every step, thousands of times.

The gateway, the life of a change and the answers are the shipped code; the device, the journal's
disk, the network and the clock are simple stand-ins that lose, repeat, reorder and crash by a
seeded die. Every rule that must never break is checked at the moment it could.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from twin.devices import change as life
from twin.devices.base import (
    Device,
    Moved,
    NoAnswer,
    Point,
    Reading,
    Rejected,
    Spec,
    Value,
)
from twin.devices.change import Approval, Change, Item, State
from twin.devices.gateway import Gateway, answer
from twin.devices.journal import OPEN, Entry
from twin.devices.people import Person
from twin.devices.plant import Plant
from twin.devices.signing import digest

S = State
POINTS = (
    Point("mill.speed", "m/min", 10.0, 400.0, 180.0),
    Point("mill.feed", "mm", 0.05, 0.5, 0.15),
)
PLANT = Plant("s", "a", (Spec("mill", "mqtt", POINTS),))
WRITE_LIFE = 3.0


class Crash(BaseException):
    """The power went."""


class Broken(AssertionError):  # noqa: N818
    """A rule that must never break was broken."""


class Keys:
    """Signatures that cost nothing: the name and the hash of what was signed."""

    def sign(self, name: str, document: Mapping[str, Any]) -> str:
        return f"{name}:{digest(dict(document))}"

    def verify(self, name: str, document: Mapping[str, Any], signature: object) -> bool:
        return signature == self.sign(name, document)


class Folk:
    """An operator and an approver."""

    keys = Keys()

    def all(self) -> dict[str, Person]:
        roles = {"operator": "operator", "approver": "approver"}
        return {name: Person(name, role, name) for name, role in roles.items()}


@dataclass
class Late:
    """A write that is still on its way to the device."""

    path: str
    value: Value
    command: str
    version: int
    until: float


class SmallDevice(Device):
    """Two set-points that survive everything, and a panel."""

    write_life = WRITE_LIFE

    def __init__(self, world: World) -> None:
        self.world = world
        self.held = {p.path: Reading(p.path, p.value, p.unit, 1, "") for p in POINTS}
        self.clamp = False
        self.reject = False
        self.late: list[Late] = []
        self.applied: dict[tuple[str, str], int] = {}

    def connect(self) -> None:
        """Always connected."""

    def close(self) -> None:
        """Nothing to close."""

    def read(self, paths: Sequence[str]) -> dict[str, Reading]:
        self.world.something_happens()
        if self.world.chance(0.1):
            raise NoAnswer("no answer")
        return {path: self.held[path] for path in paths}

    def write(
        self, path: str, value: Value, unit: str, *, command: str, version: int | None
    ) -> None:
        self.world.something_happens()
        self.world.maybe_crash()
        luck = self.world.die.random() if self.world.stormy else 1.0
        if luck < 0.05:
            raise NoAnswer("the request was lost")
        if luck < 0.12:
            until = self.world.now + WRITE_LIFE
            self.late.append(Late(path, value, command, version or 0, until))
            raise NoAnswer("the request is late")
        self.apply(path, value, command, version)
        if luck < 0.2:
            raise NoAnswer("the answer was lost")
        self.world.maybe_crash()

    def apply(self, path: str, value: Value, command: str, version: int | None) -> None:
        held = self.held[path]
        if self.reject:
            raise Rejected("interlock")
        if version is not None and version != held.version:
            raise Moved("changed")
        self.world.check_write(path, value, command)
        clamped = self.clamp and path == "mill.speed"
        self.set(path, POINTS[0].low or 0.0 if clamped else value, command)

    def set(self, path: str, value: Value, by: str) -> None:
        held = self.held[path]
        self.held[path] = Reading(path, value, held.unit, (held.version or 0) + 1, by)

    def arrive(self) -> None:
        """A late write arrives, if it is not too old by then."""
        if not self.late:
            return
        late = self.late.pop(self.world.die.randrange(len(self.late)))
        if self.world.now < late.until:
            with suppress(Moved, Rejected):  # the device said no; nobody hears it any more
                self.apply(late.path, late.value, late.command, late.version)


class Disk:
    """The gateway's journal: what was put survives a crash, which may come before or after."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.entries: dict[str, Entry] = {}
        self.numbers: dict[str, tuple[int, int]] = {}

    def find(self, key: str) -> Entry | None:
        return self.entries.get(key)

    def last(self, target: str) -> tuple[int, int]:
        return self.numbers.get(target, (0, 0))

    def put(self, entry: Entry, number: tuple[int, int] | None = None) -> None:
        self.world.maybe_crash()
        self.entries[entry.id] = entry
        if number is not None:
            self.numbers[entry.target] = number
        self.world.check_entry(entry)
        self.world.maybe_crash()

    def open(self) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.state in OPEN]


class World:
    """One schedule of events, decided by a seed."""

    def __init__(self, seed: int, gateway: type[Any] = Gateway) -> None:
        self.die = random.Random(seed)
        self.stormy = True
        self.now = 1000.0
        self.device = SmallDevice(self)
        self.disk = Disk(self)
        self.make = gateway
        self.changes: dict[str, Change] = {}
        self.to_gateway: list[dict[str, Any]] = []
        self.to_platform: list[dict[str, Any]] = []
        self.seq = 0
        self.start_gateway()

    def start_gateway(self) -> None:
        self.gateway = self.make(
            PLANT, {"mill": self.device}, self.disk, Folk(), self.tell, lambda: self.now
        )

    def tell(self, entry: Entry) -> None:
        body = answer(entry)
        self.to_platform.append({"answer": body, "signature": Folk.keys.sign("gateway", body)})

    def chance(self, share: float) -> bool:
        return self.stormy and self.die.random() < share

    def maybe_crash(self) -> None:
        if self.chance(0.04):
            raise Crash

    def something_happens(self) -> None:
        """The world goes on between two steps of the gateway."""
        self.now += self.die.choice((0.01, 0.1, 1.0)) if self.stormy else 0.01
        if self.chance(0.06):
            self.panel()
        if self.chance(0.3):
            self.device.arrive()

    def panel(self) -> None:
        path = self.die.choice(("mill.speed", "mill.feed"))
        value = 33.0 if path == "mill.speed" else 0.33
        self.device.set(path, value, "panel")

    # What a platform does -------------------------------------------------------------------

    def draft(self) -> None:
        """Draft, approve and sign a change of what the device holds now."""
        self.seq += 1
        key = f"C{self.seq}"
        wild = self.die.random() < 0.1
        to = {"mill.speed": 9000.0 if wild else 100.0 + self.seq, "mill.feed": 0.2 + self.seq / 1e3}
        items = tuple(
            Item(path, held.unit, held.value, to[path], 0.0, held.version)
            for path, held in self.device.held.items()
        )
        change = Change(key, "mill", items, "operator", self.now, 2)
        change = life.attach(change, life.Evidence("e"), self.now)
        bound = Approval("approver", key, change.payload, "e", self.now, self.now + 86400)
        approval = replace(bound, signature=Folk.keys.sign("approver", bound.statement()))
        change = life.approve(change, approval, self.now)
        command = {
            "type": "write", "id": key, "target": "mill", "author": "operator",
            "items": [asdict(item) for item in items], "evidence": "e", "rollback_of": "",
            "approvals": [asdict(approval)], "epoch": 1, "seq": self.seq,
            "expires": self.now + self.die.choice((1.0, 20.0, 300.0)),
        }  # fmt: skip
        signed = {**command, "signature": Folk.keys.sign("platform", command)}
        self.changes[key] = life.queue(change, signed, self.now)

    def send(self) -> None:
        for key, change in self.changes.items():
            if change.state is S.QUEUED and (not self.stormy or self.die.random() < 0.7):
                self.changes[key] = life.move(change, S.SENT, self.now)
                self.to_gateway.append(change.command)

    def give_up(self) -> None:
        """The deadline for answers has passed."""
        for key, change in self.changes.items():
            if change.state in life.UNDERWAY and (not self.stormy or self.die.random() < 0.5):
                self.changes[key] = life.report(change, S.UNKNOWN, self.now, "no answer")
                self.ask(change)

    def ask(self, change: Change) -> None:
        command = {k: v for k, v in change.command.items() if k != "signature"}
        ask = {"type": "settle", "id": change.id, "target": "mill", "digest": digest(command)}
        self.to_gateway.append({**ask, "signature": Folk.keys.sign("platform", ask)})

    def deliver(self) -> None:
        """One message in each direction: any of them, perhaps lost, perhaps twice."""
        for box, take in ((self.to_gateway, self.at_gateway), (self.to_platform, self.at_desk)):
            if not box:
                continue
            place = self.die.randrange(len(box)) if self.stormy else 0
            message = box[place]
            if not self.chance(0.2):
                del box[place]
            if not self.chance(0.15):
                take(message)

    def at_gateway(self, message: dict[str, Any]) -> None:
        if self.chance(0.02):
            message = {**message, "id": "C1"}  # tampered with on the way
        try:
            self.gateway.handle(message)
        except Crash:
            self.start_gateway()

    def at_desk(self, message: dict[str, Any]) -> None:
        said = message["answer"]
        change = self.changes[said["id"]]
        command = {k: v for k, v in change.command.items() if k != "signature"}
        if said["digest"] == digest(command):
            state = State(said["state"])
            changed = life.report(change, state, self.now, said["reason"], said["held"])
            self.changes[change.id] = changed

    def settle(self) -> None:
        try:
            self.gateway.settle()
        except Crash:
            self.start_gateway()

    # One schedule ---------------------------------------------------------------------------

    def run(self, steps: int) -> None:
        """A storm of events, then calm, then every change must be settled."""
        events = (
            [self.draft, self.panel, self.toggle, self.wait, self.device.arrive]
            + [self.send, self.give_up, self.settle] * 2
            + [self.deliver] * 6
        )
        for _ in range(steps):
            self.die.choice(events)()
        self.stormy = False
        self.device.clamp = self.device.reject = False
        for _ in range(4):
            self.now += WRITE_LIFE + 1
            self.send()
            self.give_up()
            self.settle()
            while self.to_gateway or self.to_platform:
                self.deliver()
        self.check_end()

    def toggle(self) -> None:
        self.device.clamp = self.die.random() < 0.2
        self.device.reject = self.die.random() < 0.2

    def wait(self) -> None:
        self.now += self.die.choice((0.1, 2.0, 30.0))

    # The rules ------------------------------------------------------------------------------

    def check_write(self, path: str, value: Value, by: str) -> None:
        """Called just before the device takes a value."""
        point = next(p for p in POINTS if p.path == path)
        if point.refusal(value, point.unit):
            raise Broken(f"{by} writes {path} = {value}: out of bounds")
        held, change = self.device.held[path], self.changes[by]
        item = next(item for item in change.items if item.path == path)
        back = held.by == by and value == item.base
        if back:
            return
        count = self.device.applied[by, path] = self.device.applied.get((by, path), 0) + 1
        if count > 1:
            raise Broken(f"{by} is applied {count} times")
        if (held.value, held.version) != (item.base, item.base_version):
            raise Broken(f"{by} overwrites {held} which it was not decided on")

    def check_entry(self, entry: Entry) -> None:
        """Called when the gateway has put down a state."""
        if entry.state is not S.CONFIRMED:
            return
        for item in self.changes[entry.id].items:
            if self.device.held[item.path].value != item.to:
                raise Broken(f"{entry.id} is confirmed, the device holds something else")

    def check_end(self) -> None:
        """After the calm every change has an end that fits what the device did."""
        for change in self.changes.values():
            if change.state not in life.FINAL:
                raise Broken(f"{change.id} has no end: {change.state}")
            ours = [p for p, held in self.device.held.items() if held.by == change.id]
            kept = [
                i.path for i in change.items
                if i.path in ours and self.device.held[i.path].value != i.base
            ]  # fmt: skip
            # FAULT says exactly this: the device would not take its old value back.
            if kept and change.state not in {S.CONFIRMED, S.FAULT}:
                raise Broken(f"{change.id} is {change.state} and yet left {kept} in the device")
            applied = any((change.id, item.path) in self.device.applied for item in change.items)
            if change.state is S.CONFIRMED and not applied:
                raise Broken(f"{change.id} is confirmed and was never written")


class Naive:
    """The negative control: writes what arrives, says done, and notes it down afterwards."""

    def __init__(
        self, plant: Plant, devices: Mapping[str, Any], journal: Any, people: Any, tell: Any,
        clock: Any,
    ) -> None:  # fmt: skip
        self.device, self.journal, self.tell = devices["mill"], journal, tell

    def handle(self, message: dict[str, Any]) -> None:
        signed = {key: value for key, value in message.items() if key != "signature"}
        if signed["type"] != "write":
            known = self.journal.find(signed["id"])
            if known is not None:
                self.tell(known)
            return
        entry = Entry(signed["id"], "mill", digest(signed), signed, S.CONFIRMED)
        try:
            for item in signed["items"]:
                self.device.write(
                    item["path"], item["to"], item["unit"], command=entry.id, version=None
                )
        except (NoAnswer, Rejected):
            pass  # it will have arrived
        self.journal.put(entry)
        self.tell(entry)

    def settle(self) -> None:
        """Knows of nothing to settle."""
