"""The guard in front of the app: who may ask, in which language, and the security headers.

A pure ASGI layer around everything else. It refuses requests that another web site sends through
the visitor's browser (a foreign ``Host`` or ``Sec-Fetch-Site``), so that a twin on loopback is
reached only by the person in front of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, MutableMapping
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from twin.ui import i18n, theme

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

YEAR = 31_536_000
MOST_BODY = 8_000_000
"""A callback's body is smaller; uploads of recordings have routes of their own."""


def content_policy(hashes: Collection[str]) -> str:
    """Return the Content-Security-Policy: nothing from elsewhere, no inline or evaluated code."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self' " + " ".join(sorted(hashes)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


class Guard:
    """Wraps the web server."""

    def __init__(
        self, app: App, policy: str, pages: Collection[str], hosts: Collection[str] = ()
    ) -> None:
        self._app = app
        self._pages = frozenset(pages)
        self._hosts = frozenset(hosts)
        self._headers = [
            (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
            (b"x-frame-options", b"DENY"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        asked = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        if not self._allowed(scope, asked):
            await _refuse(scope, send)
            return
        wanted = self._settle(scope, asked)
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._finish(scope, message, wanted)
            await send(message)

        await self._app(scope, receive, answer)

    def _allowed(self, scope: Scope, asked: MutableMapping[str, str]) -> bool:
        host = urlsplit("//" + asked.get("host", "")).hostname or ""
        if self._hosts and host not in self._hosts:
            return False
        if int(asked.get("content-length") or 0) > MOST_BODY:
            return False
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            return True
        return asked.get("sec-fetch-site", "none") in {"same-origin", "none"}

    def _settle(self, scope: Scope, asked: MutableMapping[str, str]) -> str:
        """Settle language and theme; returns the language if the address names one."""
        cookies: SimpleCookie = SimpleCookie(asked.get("cookie", ""))
        query = scope.get("query_string", b"").decode("latin-1")
        if scope["path"].startswith("/_"):
            query = urlsplit(asked.get("referer", "")).query
        named = parse_qs(query).get("lang", [""])[-1]
        kept = cookies["twin_lang"].value if "twin_lang" in cookies else ""
        i18n.use_language(i18n.choose(named or kept, asked.get("accept-language", "")))
        drawn = cookies["twin_theme"].value if "twin_theme" in cookies else None
        theme.use_theme(theme.theme_of(drawn))
        return named if named in i18n.LANGUAGES else ""

    def _finish(self, scope: Scope, message: Message, named: str) -> None:
        headers = message["headers"] = list(message.get("headers", []))
        headers += self._headers
        kinds = [value for key, value in headers if key.lower() == b"content-type"]
        if not kinds or not kinds[0].startswith(b"text/html"):
            return
        headers.append((b"cache-control", b"no-store"))
        if named:
            cookie = f"twin_lang={named}; Path=/; Max-Age={YEAR}; SameSite=Lax"
            headers.append((b"set-cookie", cookie.encode()))
        if message["status"] == 200 and scope["path"] not in self._pages:
            message["status"] = 404


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    plain = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 403, "headers": plain})
    await send({"type": "http.response.body", "body": b"This request came from elsewhere.\n"})
