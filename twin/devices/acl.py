"""Who may write and read which topic: one table for every broker.

The gateway alone may write to a device; a device may write only below its own name. The rules
are data: the embedded broker asks :func:`allowed`, Mosquitto gets :func:`mosquitto`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from twin.devices.plant import Plant
from twin.devices.topics import CHANGES, GATEWAY, PANEL, SETPOINTS, Topics

PLATFORM = "platform"
PANEL_USER = "panel"


@dataclass(frozen=True, slots=True)
class Rights:
    """The topic filters that one user may write and read."""

    write: tuple[str, ...]
    read: tuple[str, ...]


def device_user(device: str) -> str:
    """The broker's user name of a device."""
    return f"device-{device}"


def table(plant: Plant) -> dict[str, Rights]:
    """The rights of every user of a plant."""
    at = Topics.of(plant).at
    spoken = ("reported", "tele", "birth", "death")
    listen = tuple(at("+", SETPOINTS, channel) for channel in spoken)
    gateway_spoken = tuple(at(GATEWAY, CHANGES, channel) for channel in spoken)
    rights = {
        PLATFORM: Rights(
            (at(GATEWAY, CHANGES, "cmd", "+"),),
            (at(GATEWAY, CHANGES, "ack", "+"), *gateway_spoken, *listen),
        ),
        GATEWAY: Rights(
            (at(GATEWAY, CHANGES, "ack", "+"), *gateway_spoken, at("+", SETPOINTS, "cmd", "+")),
            (at(GATEWAY, CHANGES, "cmd", "+"), at("+", SETPOINTS, "ack", "+"), *listen),
        ),
        PANEL_USER: Rights((at("+", PANEL, "cmd", "+"),), (at("+", PANEL, "ack", "+"),)),
    }
    for device in plant.devices:
        own = tuple(at(device.name, SETPOINTS, channel) for channel in spoken)
        acks = tuple(at(device.name, feature, "ack", "+") for feature in (SETPOINTS, PANEL))
        commands = tuple(at(device.name, feature, "cmd", "+") for feature in (SETPOINTS, PANEL))
        rights[device_user(device.name)] = Rights((*own, *acks), commands)
    return rights


def covers(rule: str, asked: str) -> bool:
    """Whether every topic that the filter ``asked`` matches is matched by the filter ``rule``.

    >>> covers("a/+", "a/b"), covers("a/+", "a/#"), covers("a/#", "a/b/c"), covers("a/b", "a/+")
    (True, False, True, False)
    """
    rules, parts = rule.split("/"), asked.split("/")
    for level, allowed in enumerate(rules):
        if allowed == "#":
            return True
        if level >= len(parts) or parts[level] == "#":
            return False
        if allowed not in ("+", parts[level]):
            return False
    return len(rules) == len(parts)


def allowed(rights: Mapping[str, Rights], user: str, topic: str, *, write: bool) -> bool:
    """Whether ``user`` may write to, or read from, ``topic`` (which may be a filter to read)."""
    own = rights.get(user)
    if own is None or (write and ("+" in topic or "#" in topic)):
        return False
    return any(covers(rule, topic) for rule in (own.write if write else own.read))


def mosquitto(plant: Plant) -> str:
    """The same table as an ``acl_file`` of Mosquitto."""
    lines: list[str] = []
    for user, rights in table(plant).items():
        lines.append(f"user {user}")
        lines += [f"topic write {rule}" for rule in rights.write]
        lines += [f"topic read {rule}" for rule in rights.read]
    return "\n".join(lines) + "\n"
