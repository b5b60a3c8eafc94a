"""Building the web app and serving it, with everything it needs beside it."""

from __future__ import annotations

import errno
import functools
import gc
import signal
import socket
import sys
import sysconfig
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from dash import Dash
from fastapi import FastAPI
from starlette.responses import PlainTextResponse, RedirectResponse

import twin
from twin.devices.embedded import Embedded
from twin.devices.plant import of_declarations
from twin.errors import BadInput, Fault
from twin.ui import baseline, runs, shell
from twin.ui.compress import Compress
from twin.ui.context import Context
from twin.ui.guard import Guard, content_policy
from twin.ui.i18n import language, t
from twin.ui.pages.base import pages
from twin.ui.theme import theme
from twin.worker import start_worker

WORKERS = 2
"""A short question does not wait behind a long one. More workers for one question do not help:
starting them takes longer than a comparison."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
OPEN_TO_ALL = (
    "Careful: whoever can reach this machine on port {port} can look, ask for changes, approve and"
    " push them to the devices, without a password and unencrypted. Use it in a closed network,"
    " or leave --host out and put a proxy with a login in front."
)
_INDEX = """<!DOCTYPE html>
<html lang="@lang" data-mantine-color-scheme="@theme">
  <head>
    {%metas%}
    <title>{%title%}</title>
    <link rel="icon" type="image/svg+xml" href="/assets/head/favicon.svg">
    <link rel="preload" href="/assets/fonts/inter-latin-wght-normal.woff2" as="font"
          type="font/woff2" crossorigin>
    <script src="/assets/head/theme.js"></script>
    {%css%}
  </head>
  <body>
    {%app_entry%}
    <footer>{%config%}{%scripts%}{%renderer%}</footer>
  </body>
</html>"""


class App(Dash):
    """Dash, with the language and the theme of the request in the first line of its HTML."""

    def interpolate_index(self, **parts: str) -> str:  # type: ignore[override]
        """Return the HTML around the app."""
        parts["app_entry"] = parts["app_entry"].replace("Loading...", t("shell.loading"))
        html = str(super().interpolate_index(**parts))  # type: ignore[no-untyped-call]
        return html.replace("@lang", language(), 1).replace("@theme", theme(), 1)


def assets() -> Path:
    """Return the folder of stylesheets, fonts and icons: in the checkout, or where pip put it."""
    checkout = Path(twin.__file__).resolve().parents[1] / "assets"
    if (checkout / "base.css").exists():
        return checkout
    return Path(sysconfig.get_path("data")) / "share" / "twin" / "assets"


def build(context: Context) -> App:
    """Return the app with every page registered, on a web server of its own."""
    server: Any = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    _routes(server)
    app = App(
        "twin",
        server=server,
        assets_folder=str(assets()),
        assets_ignore=r"^(theme\.js|.*\.txt)$",
        assets_path_ignore=["head"],
        include_assets_files=True,
        index_string=_INDEX,
        title="twin",
        update_title="",
        add_log_handler=False,
        on_error=shell.trouble,
        suppress_callback_exceptions=True,  # pages come and go; a test walks all callbacks instead
        enable_mcp=False,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    app.layout = functools.partial(shell.layout, context)
    shell.register(app, context)
    return app


def _routes(server: FastAPI) -> None:
    @server.get("/health")
    async def health() -> PlainTextResponse:
        return PlainTextResponse("ok")

    @server.get("/favicon.ico")
    async def favicon() -> RedirectResponse:
        return RedirectResponse("/assets/head/favicon.svg")


def guarded(app: App, hosts: Collection[str] = ()) -> Guard:
    """Return the app behind its guard: what uvicorn serves."""
    # Dash finds stylesheets and scripts at the first visit of "/" only; a link into the middle of
    # the app may come first.
    app._setup_server()  # type: ignore[no-untyped-call]
    paths = ["/", *(entry.path for entry in pages())]
    return Guard(Compress(app.server), content_policy(app.csp_hashes()), paths, hosts)


def serve(
    context: Context,
    host: str = "127.0.0.1",
    port: int = 8050,
    *,
    say: Callable[[str], None] = print,
) -> None:
    """Serve the app until a signal, with its workers; everything stops when it does.

    Raises
    ------
    BadInput
        When nobody can listen there, before anything is started.
    """
    local = host in LOOPBACK
    listening = listen(host, port)
    port = int(listening.getsockname()[1])
    asgi = guarded(build(context), LOOPBACK if local else ())
    config = uvicorn.Config(
        asgi,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    with listening, beside(context, say):
        say(f"twin is at http://{_in_address(host)}:{port}/  (Ctrl+C stops it)")
        if not local:
            say(OPEN_TO_ALL.format(port=port))
        gc.freeze()  # what is loaded stays, and is not searched for waste while people wait
        uvicorn.Server(config).run(sockets=[listening])


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; 0 takes a free port.

    Raises
    ------
    BadInput
        When the port is taken or the address is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = "is in use by another program; choose another with --port"
            raise BadInput(Fault(message, "--port", value=str(port))) from None
        if error.errno == errno.EACCES:
            message = "only the administrator may use it; choose one from 1024 up with --port"
            raise BadInput(Fault(message, "--port", value=str(port))) from None
        reason = f"cannot listen there ({error.strerror}); give an address of this machine"
        raise BadInput(Fault(reason, "--host", value=host)) from None


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@contextmanager
def beside(context: Context, say: Callable[[str], None] = print) -> Iterator[None]:
    """Run workers, broker, controllers and gateway; stop all of them at the end or on a signal."""

    def leave(*_: Any) -> None:
        sys.exit(0)

    # uvicorn raises the signal again once it has stopped; leaving in order closes the rest.
    before = signal.signal(signal.SIGTERM, leave)
    with ExitStack() as stack:
        stack.callback(signal.signal, signal.SIGTERM, before)
        for _ in range(WORKERS):
            stack.callback(start_worker().stop)
        stack.enter_context(_devices(context, say))
        ask_baseline(context)
        yield


def ask_baseline(context: Context) -> None:
    """Run the first scenario before anybody looks, so that the first visit finds it."""
    start = baseline.now(context, context.first)
    runs.baseline_job(start.file, start.values)


@contextmanager
def _devices(context: Context, say: Callable[[str], None]) -> Iterator[None]:
    """Run the simulated devices of the first scenario; the app does not wait for them."""
    scenario = context.scenario(context.first)
    about = {"title": scenario.title, "site": scenario.header.site, "model": scenario.model_key}
    try:
        devices = Embedded(of_declarations(scenario.declarations(), **about))
    except BadInput as error:
        say(f"no devices beside the app: {error}")
        yield
        return

    def start() -> None:
        try:
            devices.start()
        except BadInput as error:
            say(f"no devices beside the app: {error}")
            return
        ask_baseline(context)  # what the machine holds may differ from the file

    starter = threading.Thread(target=start, name="devices-start", daemon=True)
    starter.start()
    try:
        yield
    finally:
        starter.join()
        devices.stop()
