"""Compressed answers: scripts and styles once and kept, everything else as it comes.

The scripts of the app weigh megabytes and never change while it runs, so each is compressed once,
in a thread. What is compressed already (fonts, pictures) and event streams stay as they are.
"""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.middleware.gzip import GZipMiddleware

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

KEPT = ("/_dash-component-suites/", "/assets/")
"""Where the files are that do not change."""
TEXTS = (b"text/", b"application/javascript", b"application/json", b"image/svg")
LEAST = 1000
"""A smaller answer is not worth it [bytes]."""
LEVEL, LEVEL_KEPT = 5, 9


class Compress:
    """Wraps the web server."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._live: App = GZipMiddleware(app, minimum_size=LEAST, compresslevel=LEVEL)
        self._kept: dict[tuple[str, int, int], bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not scope["path"].startswith(KEPT) or not _takes_gzip(scope):
            await self._live(scope, receive, send)
            return
        start: Message = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                await self._answer(scope["path"], start, bytes(body), send)

        await self._app(scope, receive, collect)

    async def _answer(self, path: str, start: Message, body: bytes, send: Send) -> None:
        headers = {key.lower(): value for key, value in start["headers"]}
        text = headers.get(b"content-type", b"").startswith(TEXTS)
        if start["status"] == 200 and text and len(body) >= LEAST:
            body = await self._compressed(path, body)
            replaced = {b"content-length", b"content-encoding", b"vary"}
            start["headers"] = [
                pair for pair in start["headers"] if pair[0].lower() not in replaced
            ]
            start["headers"] += [(b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding"),
                                 (b"content-length", str(len(body)).encode())]  # fmt: skip
        await send(start)
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def _compressed(self, path: str, body: bytes) -> bytes:
        key = (path, len(body), zlib.crc32(body))
        if key not in self._kept:
            self._kept[key] = await asyncio.to_thread(gzip.compress, body, LEVEL_KEPT, mtime=0)
        return self._kept[key]


def _takes_gzip(scope: Scope) -> bool:
    accepted = [value for key, value in scope["headers"] if key.lower() == b"accept-encoding"]
    return any(b"gzip" in value for value in accepted)
