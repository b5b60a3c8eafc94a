"""The gateway as a process: commands in over MQTT, answers out, one thing after the other."""

from __future__ import annotations

import json
import queue
import sys
import time
from pathlib import Path
from typing import Any

from twin.devices.base import Device, load
from twin.devices.broker import POINTS, USERS
from twin.devices.gateway import Gateway, answer, is_open
from twin.devices.journal import Entry, Journal, StoredJournal
from twin.devices.link import Link
from twin.devices.people import People
from twin.devices.plant import Plant, read_file
from twin.devices.process import leave_with_parent, say_ready
from twin.devices.topics import CHANGES, GATEWAY, Topics
from twin.store import database, home

SETTLE_S = 0.2
BEAT_S = 1.0


class Service:
    """The gateway's connection, its queue and its loop."""

    def __init__(
        self, plant: Plant, journal: Journal, people: People, url: str, password: str
    ) -> None:
        self.topics = Topics.of(plant)
        self.people = people
        self._inbox: queue.Queue[dict[str, Any]] = queue.Queue()
        self._listening = False
        self._presence = self.topics.at(GATEWAY, CHANGES, "death")
        self.link = Link(url, GATEWAY, password, on_connect=self._up, will=self._presence)
        self.devices: dict[str, Device] = {
            spec.name: load(spec.kind)(spec, self.topics, self.link) for spec in plant.devices
        }
        self.gateway = Gateway(plant, self.devices, journal, people, self._tell)

    def _up(self) -> None:
        """Connected again, and subscribed again."""
        if self._listening:
            self.link.say(self._presence, {"alive": True}, retain=True)

    def _tell(self, entry: Entry) -> None:
        """Answer, signed: the platform believes nobody else."""
        body = answer(entry)
        signed = {"answer": body, "signature": self.people.keys.sign(GATEWAY, body)}
        self.link.say(self.topics.answer(entry.id), signed)

    def start(self) -> None:
        """Connect, and settle what a crash left open."""
        self.link.open()
        for device in self.devices.values():
            device.connect()
        commands = self.topics.command("+")
        self.link.listen(commands, lambda _, body: self._inbox.put(body))
        self._listening = True
        self._up()

    def run(self) -> None:
        """Serve until the process ends."""
        settled = beat = 0.0
        while True:
            try:
                body = self._inbox.get(timeout=0.1)
            except queue.Empty:
                pass
            else:
                self._handle(body)
            now = time.monotonic()
            if now - settled >= SETTLE_S:
                settled = now
                self.gateway.settle()
            if now - beat >= BEAT_S:
                beat = now
                self._beat()

    def _handle(self, body: dict[str, Any]) -> None:
        command = body.get("command")
        if not isinstance(command, dict) or self.gateway.handle(command) is None:
            print("dropped a message that the platform did not sign", file=sys.stderr, flush=True)

    def _beat(self) -> None:
        waiting = [entry.id for entry in self.gateway.journal.open() if is_open(entry)]
        if self.link.up:
            self.link.say(self.topics.at(GATEWAY, CHANGES, "tele"), {"open": waiting})


def build(folder: Path, url: str) -> Service:
    """Return the gateway of a home folder, not yet connected."""
    plant = read_file(folder / POINTS)
    password = json.loads((folder / USERS).read_text(encoding="utf-8"))[GATEWAY]
    people = People(home())
    return Service(plant, StoredJournal(database("gateway")), people, url, password)


def main(folder: Path, url: str) -> None:
    """Run the gateway until the parent has gone."""
    leave_with_parent()
    service = build(folder, url)
    service.start()
    say_ready()
    service.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
