"""One connection to a broker that speaks our envelopes.

``{v, src, boot, seq, ts, …}``: who said it, in which life, as which message, when [ns UTC].
A message that arrives twice is handed on once. It reconnects by itself and subscribes again.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from twin.errors import BadInput, Fault

VERSION = 1
LARGEST_BYTES = 256_000
REMEMBERED = 4096
KEEPALIVE_S = 10
SUBSCRIBE_S = 1.0
LOOPBACK = {"127.0.0.1", "localhost", "::1"}

Handler = Callable[[str, dict[str, Any]], None]


class Unreachable(Exception):  # noqa: N818
    """The broker cannot be reached, or does not let us in."""


class Link:
    """A named user's connection to the broker at ``mqtt://host:port``.

    Handlers run in the network thread and must only put things aside.
    """

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        *,
        on_connect: Callable[[], None] | None = None,
        will: str = "",
    ) -> None:
        self.url = url
        self.user = user
        self.boot = secrets.token_hex(6)
        self.seq = 0
        self.dropped = 0
        self._lock = threading.Lock()
        self._handlers: dict[str, Handler] = {}
        self._seen: OrderedDict[tuple[str, str, int], None] = OrderedDict()
        self._up = threading.Event()
        self._refused = ""
        self._decided = threading.Event()
        self._subscribed: dict[int, threading.Event] = {}
        self._on_connect = on_connect
        self._client = self._make(password, will)

    def _make(self, password: str, will: str) -> mqtt.Client:
        name = f"{self.user}-{self.boot}"
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=True)
        client.username_pw_set(self.user, password)
        client.reconnect_delay_set(1, 2)
        client.on_connect = self._connected
        client.on_connect_fail = self._failed
        client.on_disconnect = self._disconnected
        client.on_message = self._message
        client.on_subscribe = self._was_subscribed
        if will:
            client.will_set(will, json.dumps(self._envelope({"alive": False})), qos=1, retain=True)
        if urlsplit(self.url).scheme == "mqtts":
            client.tls_set()
        return client

    def open(self, timeout_s: float = 5.0, *, insist: bool = True) -> None:
        """Connect; with ``insist`` raise :class:`Unreachable` when it fails, else keep trying."""
        host, port = address(self.url)
        try:
            self._client.connect_async(host, port, KEEPALIVE_S)
            self._client.loop_start()
        except (OSError, ValueError) as error:
            raise Unreachable(f"the broker at {self.url} cannot be reached: {error}") from None
        if insist:
            self._decided.wait(timeout_s)
        if insist and not self.up:
            self.close()
            reason = self._refused or f"no answer within {timeout_s:g} s"
            raise Unreachable(f"the broker at {self.url} cannot be reached: {reason}")

    @property
    def up(self) -> bool:
        """Whether the connection stands."""
        return self._up.is_set()

    def close(self) -> None:
        """Say goodbye and stop."""
        self._client.disconnect()
        self._client.loop_stop()

    def listen(self, topics: str, handler: Handler, timeout_s: float = 5.0) -> None:
        """Hand every message on ``topics`` (a filter) to ``handler``, now and after reconnects."""
        self._handlers[topics] = handler
        deadline = time.monotonic() + timeout_s
        while self.up and not self._subscribe(topics).wait(SUBSCRIBE_S):
            if time.monotonic() > deadline:
                raise Unreachable(f"the broker at {self.url} did not subscribe us to {topics}")

    def _subscribe(self, topics: str) -> threading.Event:
        waiter = threading.Event()
        with self._lock:
            _, mid = self._client.subscribe(topics, qos=1)
            self._subscribed[mid or 0] = waiter
        return waiter

    def say(
        self, topic: str, body: dict[str, Any], *, retain: bool = False, wait_s: float = 0.0
    ) -> None:
        """Publish at least once; with ``wait_s`` until the broker has it.

        Raises
        ------
        Unreachable
            When the broker does not take it in time. It may still arrive later.
        """
        with self._lock:
            payload = json.dumps(self._envelope(body), allow_nan=False, ensure_ascii=False)
        info = self._client.publish(topic, payload, qos=1, retain=retain)
        if wait_s:
            try:
                info.wait_for_publish(wait_s)
            except (RuntimeError, ValueError) as error:
                raise Unreachable(f"the broker did not take the message: {error}") from None
            if not info.is_published():
                raise Unreachable(f"the broker did not take the message within {wait_s:g} s")

    def _envelope(self, body: dict[str, Any]) -> dict[str, Any]:
        self.seq += 1
        head = {"v": VERSION, "src": self.user, "boot": self.boot, "seq": self.seq}
        return {**head, "ts": time.time_ns(), "tq": "sync", **body}

    def _connected(self, client: Any, data: Any, flags: Any, code: Any, props: Any) -> None:
        if code.is_failure:
            self._refused = f"it refused {self.user}: {code}"
            self._decided.set()
            return
        for topics in list(self._handlers):
            self._subscribe(topics)
        self._up.set()
        self._decided.set()
        if self._on_connect is not None:
            self._on_connect()

    def _failed(self, *_: Any) -> None:
        self._refused = "nothing listens there"
        self._decided.set()

    def _disconnected(self, *_: Any) -> None:
        self._up.clear()

    def _was_subscribed(self, client: Any, data: Any, mid: int, *_: Any) -> None:
        with self._lock:
            waiter = self._subscribed.pop(mid, None)
        if waiter is not None:
            waiter.set()

    def _message(self, client: Any, data: Any, message: mqtt.MQTTMessage) -> None:
        body = _read(message.payload)
        if body is None:
            self.dropped += 1
            return
        if not self._fresh(message.topic, body):
            return
        for topics, handler in list(self._handlers.items()):
            if mqtt.topic_matches_sub(topics, message.topic):
                handler(message.topic, body)

    def _fresh(self, topic: str, body: dict[str, Any]) -> bool:
        """Whether this message was not seen before in the life of its sender."""
        key = (topic, str(body.get("boot")), int(body["seq"]))
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True


def _read(payload: bytes | bytearray) -> dict[str, Any] | None:
    """Read an envelope; None for what is not one."""
    if len(payload) > LARGEST_BYTES:
        return None
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    whole = isinstance(body, dict) and body.get("v") == VERSION
    return body if whole and isinstance(body.get("seq"), int) else None


def address(url: str) -> tuple[str, int]:
    """Return host and port of a broker; plain MQTT is for this machine only.

    >>> address("mqtt://127.0.0.1:18830")
    ('127.0.0.1', 18830)
    """
    parts = urlsplit(url)
    if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname:
        raise BadInput(Fault("write a broker as mqtt://host:port or mqtts://host:port", value=url))
    if parts.scheme == "mqtt" and parts.hostname not in LOOPBACK:
        raise BadInput(Fault("a broker on another machine needs mqtts:// (TLS)", value=url))
    return parts.hostname, parts.port or (8883 if parts.scheme == "mqtts" else 1883)
