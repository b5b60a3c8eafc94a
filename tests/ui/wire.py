"""Asking an ASGI app over its own wire: no socket, no thread."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str
    size: int = 0

    def json(self) -> Any:
        return json.loads(self.text)


class Wire:
    """One app, started, and asked request by request."""

    def __init__(self, app: Any, host: str = "testserver") -> None:
        self._app = app
        self._host = host
        # A thread of its own: the browser tests keep a loop running in this one.
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._wait(self._start())

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, headers, b"")

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        sent = {"content_type": "application/json", **headers}
        return self._ask("POST", path, sent, json.dumps(body).encode())

    def close(self) -> None:
        self._wait(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _wait(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    async def _start(self) -> None:
        """Send the start of the lifespan; the end never comes."""
        started = asyncio.Event()
        messages = [{"type": "lifespan.startup"}]

        async def receive() -> Any:
            if messages:
                return messages.pop()
            return await asyncio.Event().wait()

        async def send(_message: Any) -> None:
            started.set()

        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        self._life = asyncio.create_task(self._app(scope, receive, send))
        await asyncio.wait_for(started.wait(), 10)

    async def _end(self) -> None:
        """Leave no task behind: one that is collected later fails whatever runs then."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        answer: Answer = self._wait(self._call(method, path, headers, body))
        return answer

    async def _call(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        given = {"host": self._host, **{k.replace("_", "-"): v for k, v in headers.items()}}
        route, _, query = path.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "scheme": "http", "path": route, "raw_path": route.encode(), "root_path": "",
            "query_string": query.encode(), "server": (self._host, 80), "client": ("127.0.0.1", 1),
            "headers": [(k.encode(), v.encode()) for k, v in given.items()], "state": {},
        }  # fmt: skip
        got: list[Any] = []

        asked = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            return asked.pop() if asked else await asyncio.Event().wait()

        async def send(message: Any) -> None:
            got.append(message)

        await self._app(scope, receive, send)
        first = got[0]
        found = {k.decode().lower(): v.decode() for k, v in first["headers"]}
        sent = b"".join(m.get("body", b"") for m in got[1:])
        read = gzip.decompress(sent) if found.get("content-encoding") == "gzip" else sent
        return Answer(first["status"], found, read.decode("utf-8", "replace"), len(sent))
