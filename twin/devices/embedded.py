"""Broker, controllers and gateway of one home folder, each a process, started and watched here."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from twin.devices import broker as brokers
from twin.devices.broker import POINTS
from twin.devices.link import address
from twin.devices.people import People
from twin.devices.plant import Plant, read, to_document
from twin.devices.process import Child, NotStarted
from twin.errors import BadInput, Fault
from twin.store import home as default_home

FOLDER = "devices"
RUNNING = "running.json"
WATCH_S = 1.0


def folder_of(home: Path) -> Path:
    """Where the devices of a home folder are kept."""
    return home / FOLDER


def prepare(home: Path, plant: Plant) -> Path:
    """Write down the points, the broker's users and the keys; return the folder."""
    folder = folder_of(home)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    beside = folder / f"{POINTS}.{os.getpid()}"
    beside.write_text(json.dumps(to_document(plant), indent=1), encoding="utf-8")
    beside.replace(folder / POINTS)
    brokers.passwords(folder, plant)
    people = People(home)
    for name in ("platform", "gateway", *people.all()):
        people.keys.create(name)
    return folder


class Embedded:
    """Everything that a change needs to reach a simulated device, on this machine.

    Parameters
    ----------
    points : mapping
        The points document (:func:`twin.devices.plant.points_document`).
    home : Path, optional
        The home folder; the default one if not given.
    port : int
        Loopback port of the broker; 0 takes a free one.
    broker : str
        ``amqtt`` (embedded), ``mosquitto`` (installed), or the URL of a broker that runs already
        and knows the users of ``devices/users.json``.
    fresh : bool
        Let the controllers forget what they held and start with the values of the document.
    """

    def __init__(
        self,
        points: Mapping[str, Any],
        home: Path | None = None,
        *,
        port: int = 0,
        broker: str = "amqtt",
        fresh: bool = False,
    ) -> None:
        self.fresh = fresh
        self.plant = read(dict(points))
        self.home = home or default_home()
        self.broker = broker
        external = "://" in broker
        self.url = broker if external else f"mqtt://127.0.0.1:{port or brokers.free_port()}"
        self.children: dict[str, Child] = {}
        self.restarts = 0
        self._lock: IO[str] | None = None
        self._change = threading.RLock()
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._tend, name="devices-watch", daemon=True)

    def start(self) -> None:
        """Start broker, controllers and gateway and wait until they are ready.

        Raises
        ------
        BadInput
            When the devices of this home run already, or something does not start.
        """
        folder = folder_of(self.home)
        folder.mkdir(parents=True, exist_ok=True)
        # Before anything is written: a second one must not touch the points of the first.
        self._lock = _only_one(folder)
        prepare(self.home, self.plant)
        if self.fresh:
            for spec in self.plant.devices:
                (folder / f"controller-{spec.name}.json").unlink(missing_ok=True)
        self.children = self._make(folder)
        try:
            self._start_all()
        except NotStarted as error:
            self.stop()
            raise BadInput(str(error)) from None
        running = {"url": self.url, "pid": os.getpid()}
        (folder / RUNNING).write_text(json.dumps(running), encoding="utf-8")
        self._watch.start()

    def _start_all(self) -> None:
        """The broker first, then everything that connects to it at once."""
        rest = list(self.children.values())
        if "broker" in self.children:
            rest.pop(0).start()
        with ThreadPoolExecutor(len(rest)) as pool:
            for started in [pool.submit(child.start) for child in rest]:
                started.result()

    def _make(self, folder: Path) -> dict[str, Child]:
        children: dict[str, Child] = {}
        _, port = address(self.url)
        if "://" not in self.broker:
            children["broker"] = brokers.child(folder, port, self.broker)
        here = (str(folder), self.url)
        for spec in self.plant.devices:
            if spec.kind == "mqtt":
                children[spec.name] = Child.module(
                    "twin.devices.controller", *here, spec.name, log=folder / f"{spec.name}.log"
                )
        children["gateway"] = Child.module(
            "twin.devices.gateway_service",
            *here,
            log=folder / "gateway.log",
            env={"TWIN_HOME": str(self.home)},
        )
        return children

    def _tend(self) -> None:
        """Start again what has died."""
        while not self._over.wait(WATCH_S):
            with self._change:
                for child in self.children.values():
                    if not child.running and not self._over.is_set():
                        self._revive(child)

    def _revive(self, child: Child) -> None:
        self.restarts += 1
        try:
            child.stop()
            child.start()
        except (NotStarted, OSError) as error:
            with child.log.open("a", encoding="utf-8") as log:
                log.write(f"not started again, will be tried again: {error}\n")

    def status(self) -> list[dict[str, Any]]:
        """One row a process: ``name, running, pid``; running once it is ready."""
        return [
            {"name": name, "running": child.ready, "pid": child.pid}
            for name, child in self.children.items()
        ]

    def stop(self) -> None:
        """End everything, the gateway first."""
        self._over.set()
        with self._change:
            for name in reversed(list(self.children)):
                self.children[name].stop()
            (folder_of(self.home) / RUNNING).unlink(missing_ok=True)
            if self._lock is not None:
                self._lock.close()
                self._lock = None

    def __enter__(self) -> Embedded:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _only_one(folder: Path) -> IO[str]:
    """Hold the folder for this process."""
    lock = (folder / "lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        message = "its devices run already (twin app or twin devices serve); stop them first"
        raise BadInput(Fault(message, file=str(folder))) from None
    return lock


def running_url(home: Path) -> str:
    """Return the broker's URL of a home folder: ``$TWIN_BROKER``, or of what runs there."""
    chosen = os.environ.get("TWIN_BROKER")
    if chosen:
        return chosen
    file = folder_of(home) / RUNNING
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["url"])
    except (OSError, ValueError, KeyError):
        return ""
