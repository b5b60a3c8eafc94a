"""``twin app``: serve the web app."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("app", help="Serve the web app.")(command)


def command(
    scenario: Annotated[
        list[Path] | None, typer.Argument(help="Scenario files to offer; the shipped ones else.")
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0: everybody in reach, see the docs.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="Port to listen on; 0: a free one.", min=0, max=65535)
    ] = 8050,
) -> None:
    """Serve the web app until Ctrl+C."""
    from twin.ui.context import offer, shipped_files
    from twin.ui.server import serve

    files = list(scenario or [])
    # What was asked for comes first; the shipped scenarios stay within reach.
    serve(offer([*files, *shipped_files()]), host, port)
