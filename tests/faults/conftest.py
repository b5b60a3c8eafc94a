"""Fixtures of the fault tests: a plant of two devices on a real broker."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.rig import Nursery, Rig, gone
from twin.devices import broker as brokers


def built(home: Path, engine: str) -> Rig:
    """A rig whose desk keeps its changes in ``home``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWIN_HOME", str(home))
        return Rig(home, engine)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    rig = built(tmp_path_factory.mktemp("amqtt"), "amqtt")
    try:
        yield rig.start()
    finally:
        rig.stop()


@pytest.fixture
def rig(
    shared: Rig, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Rig]:
    """The rig, with well-behaved controllers and everything running."""
    monkeypatch.setenv("TWIN_HOME", str(shared.home))
    uses_nursery = "fresh_gateway" in request.fixturenames
    with shared.panel as panel:
        panel.behave("mill", "normal")
    yield shared
    if not shared.broker.running:
        shared.new_broker()
    if not shared.gateway.running and not uses_nursery:
        shared.new_gateway()


@pytest.fixture(scope="module")
def nursery(shared: Rig) -> Iterator[Nursery]:
    """Gateways to kill, while the rig's own one is stopped."""
    shared.gateway.stop()
    made = Nursery(shared)
    yield made
    made.child.stop()
    shared.new_gateway()


@pytest.fixture
def fresh_gateway(nursery: Nursery) -> Iterator[Callable[[str], int]]:
    """Start a gateway in place of the last one, which is stopped."""
    started: list[int] = []

    def start(moment: str = "never") -> int:
        stop()
        started.append(nursery.gateway(moment))
        return started[-1]

    def stop() -> None:
        for pid in started:
            if not gone(pid, 0):
                os.kill(pid, signal.SIGKILL)
                assert gone(pid)

    yield start
    stop()


@pytest.fixture(scope="session")
def mosquitto_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    if brokers.mosquitto() is None or shutil.which("mosquitto_passwd") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("mosquitto is not installed")
        pytest.skip("mosquitto is not installed")
    rig = built(tmp_path_factory.mktemp("mosquitto"), "mosquitto")
    try:
        yield rig.start()
    finally:
        rig.stop()
