"""The broker lets everybody write and read only what is his: on both brokers, by real clients."""

from __future__ import annotations

import json
import queue
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.faults.rig import Rig
from twin.devices import acl
from twin.devices.link import Link, Unreachable

AT = "dt/v1/test/cell"
OWN = f"{AT}/lathe/setpoints/reported"
Heard = list[tuple[str, Any]]


@pytest.fixture(params=["amqtt", "mosquitto"])
def broker(request: pytest.FixtureRequest) -> Rig:
    """The rig on each broker."""
    name = "shared" if request.param == "amqtt" else "mosquitto_rig"
    rig: Rig = request.getfixturevalue(name)
    return rig


def link(rig: Rig, user: str) -> Link:
    users = json.loads((rig.folder / "users.json").read_text())
    made = Link(rig.url, user, users[user])
    made.open()
    return made


@pytest.fixture
def connect(broker: Rig) -> Iterator[Callable[[str], Link]]:
    """Connect as a user; closed after the test."""
    links: list[Link] = []

    def made(user: str) -> Link:
        links.append(link(broker, user))
        return links[-1]

    yield made
    for one in links:
        one.close()


def hears(listener: Link, topics: str) -> queue.Queue[dict[str, Any]]:
    heard: queue.Queue[dict[str, Any]] = queue.Queue()
    listener.listen(topics, lambda _, body: heard.put(body))
    return heard


def said(heard: queue.Queue[dict[str, Any]], word: str, within_s: float) -> bool:
    """Whether a message with this word comes in time."""
    try:
        while True:
            if heard.get(timeout=within_s).get("word") == word:
                return True
    except queue.Empty:
        return False


def test_a_device_writes_its_own_topics_and_no_others(connect: Callable[[str], Link]) -> None:
    platform, lathe = connect("platform"), connect("device-lathe")
    mill = hears(platform, f"{AT}/mill/setpoints/reported")
    own = hears(platform, OWN)
    gateway = hears(platform, f"{AT}/gateway/changes/ack/+")
    lathe.say(f"{AT}/mill/setpoints/reported", {"word": "spoofed"}, retain=True)
    lathe.say(f"{AT}/gateway/changes/ack/C-1", {"word": "spoofed"})
    lathe.say(OWN, {"word": "mine"})
    assert said(own, "mine", 3)
    assert not said(gateway, "spoofed", 0.2)
    mill_messages = []
    while not mill.empty():
        mill_messages.append(mill.get().get("word"))
    assert "spoofed" not in mill_messages


def test_only_the_gateway_commands_a_device(connect: Callable[[str], Link]) -> None:
    command = f"{AT}/lathe/setpoints/cmd/x"
    heard = hears(connect("device-lathe"), f"{AT}/lathe/setpoints/cmd/+")
    for user in ("platform", "device-mill", "panel"):
        connect(user).say(command, {"word": user})
    connect("gateway").say(command, {"word": "gateway"})
    assert heard.get(timeout=3)["word"] == "gateway"
    assert heard.empty()


@pytest.mark.parametrize("asked", ["#", f"{AT}/#", f"{AT}/+/setpoints/#", f"{AT}/mill/#"])
def test_a_wider_subscription_hears_nothing(connect: Callable[[str], Link], asked: str) -> None:
    heard = hears(connect("device-lathe"), asked)
    connect("gateway").say(f"{AT}/mill/setpoints/cmd/y", {"word": "secret", "type": "none"})
    assert not said(heard, "secret", 0.4)


def test_kept_messages_go_only_to_who_may_read_them(connect: Callable[[str], Link]) -> None:
    listener = hears(connect("platform"), f"{AT}/+/setpoints/reported")
    assert listener.get(timeout=3)["vals"]
    nosy = connect("device-lathe")
    heard: list[str] = []
    nosy._client.on_message = lambda _c, _d, message: heard.append(message.topic)
    hears(nosy, f"{AT}/lathe/setpoints/cmd/+")
    assert heard == []


def test_wrong_password_and_unknown_user_are_refused(broker: Rig) -> None:
    for user in ("platform", "nobody"):
        with pytest.raises(Unreachable, match="cannot be reached"):
            Link(broker.url, user, "wrong").open()


@pytest.mark.parametrize(
    ("topic", "published"),
    [(f"{AT}/lathe/setpoints/death", True), (f"{AT}/mill/setpoints/death", False)],
)
def test_a_last_will_obeys_the_rights(
    broker: Rig, connect: Callable[[str], Link], topic: str, published: bool
) -> None:
    heard = hears(connect("platform"), f"{AT}/+/setpoints/death")
    users = json.loads((broker.folder / "users.json").read_text())
    dying = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="device-lathe-dying")
    dying.username_pw_set("device-lathe", users["device-lathe"])
    will = {"v": 1, "src": "x", "boot": topic, "seq": 1, "word": "will"}
    dying.will_set(topic, json.dumps(will), qos=1)
    dying.connect("127.0.0.1", broker.port)
    dying.loop_start()
    time.sleep(0.3)
    line = dying.socket()
    if line is not None:  # the embedded broker does not even let it in
        line.shutdown(socket.SHUT_RDWR)  # as a cable pulled out
    assert said(heard, "will", 0.7) is published
    dying.loop_stop()


@pytest.mark.parametrize(
    ("rule", "asked", "may"),
    [
        ("a/+", "a/b", True),
        ("a/+", "a/#", False),
        ("a/+", "a/+", True),
        ("a/b", "a/+", False),
        ("a/#", "a/+/c", True),
        ("a/+/c", "a/#", False),
        ("a/+/c", "a/b/c/d", False),
        ("a/b/#", "a/b", True),
    ],
)
def test_filters_are_compared_as_sets(rule: str, asked: str, may: bool) -> None:
    assert acl.covers(rule, asked) is may


def test_mosquitto_gets_the_same_table(broker: Rig) -> None:
    written = acl.mosquitto(broker.plant)
    for user, rights in acl.table(broker.plant).items():
        assert f"user {user}\n" in written
        assert all(f"topic write {rule}" in written for rule in rights.write)
