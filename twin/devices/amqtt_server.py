"""The embedded broker: amqtt with our own users and topic rights.

amqtt compares filters so that ``tele/+`` lets ``tele/#`` through, sends a client's last will
without asking the topic rights, and kept messages to whoever connects: all are closed here. It
speaks MQTT 3.1.1 and keeps nothing on disk; for more than one machine use Mosquitto.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amqtt.broker import Broker
from amqtt.contexts import Action
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin

from twin.devices import acl, plant
from twin.devices.process import say_ready


class Users(BaseAuthPlugin):  # type: ignore[misc]
    """Lets in who knows the password, under a client id of his own name."""

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        self._passwords = json.loads(Path(self.config.users).read_text(encoding="utf-8"))
        self._rights = acl.table(plant.read_file(Path(self.config.plant)))

    async def authenticate(self, *, session: Any) -> bool:
        """Check the password, the client id and the topic of the last will."""
        user, given = str(session.username or ""), str(session.password or "")
        held = self._passwords.get(user)
        if held is None or not hmac.compare_digest(held.encode(), given.encode()):
            return False
        if not str(session.client_id or "").startswith(f"{user}-"):
            return False
        if not session.will_flag:
            return True
        return acl.allowed(self._rights, user, str(session.will_topic), write=True)

    @dataclass
    class Config:
        """Files of the users and of the plant."""

        users: str = ""
        plant: str = ""


class Rights(BaseTopicPlugin):  # type: ignore[misc]
    """Lets through what :func:`twin.devices.acl.table` allows."""

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        self._rights = acl.table(plant.read_file(Path(self.config.plant)))

    async def topic_filtering(
        self, *, session: Any = None, topic: str | None = None, action: Action | None = None
    ) -> bool:
        """Decide on one publish, subscription or delivery."""
        if session is None or not topic:
            return False
        write = action == Action.PUBLISH
        return acl.allowed(self._rights, str(session.username or ""), topic, write=write)

    @dataclass
    class Config:
        """File of the plant."""

        plant: str = ""


class LoopbackBroker(Broker):  # type: ignore[misc]
    """amqtt that hands kept messages only to who subscribed.

    At every connect amqtt sends the new client what is kept for *anybody's* subscriptions: past
    the topic rights, and while that list may change, which ends the client's session unanswered.
    """

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Any
    ) -> None:
        subscribed = self._subscriptions.get(subscription[0], [])
        if any(other.client_id == session.client_id for other, _ in subscribed):
            await super()._publish_retained_messages_for_subscription(subscription, session)


def serve(port: int, users: Path, points: Path) -> None:
    """Run the broker on the loopback until the process ends."""
    here = "twin.devices.amqtt_server"
    plugins = {
        f"{here}.Users": {"users": str(users), "plant": str(points)},
        f"{here}.Rights": {"plant": str(points)},
    }
    listener = {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}}
    asyncio.run(_serve({"listeners": listener, "plugins": plugins}, port))


async def _serve(config: dict[str, Any], port: int) -> None:
    broker = LoopbackBroker(config)
    await broker.start()
    say_ready(port=port)
    await asyncio.Event().wait()
