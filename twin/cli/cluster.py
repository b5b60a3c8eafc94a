"""``twin cluster``: a Dask cluster of this machine's processes, for trying and for sharing."""

from __future__ import annotations

import os
import signal
import threading
from typing import Annotated

import typer

from twin.experiment import cluster


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    verb = typer.Typer(help="A Dask cluster to compute on: sweep --cluster ADDRESS.")
    verb.callback()(_only_parts)
    verb.command("start")(start)
    app.add_typer(verb, name="cluster")


def _only_parts() -> None:
    """Keep typer from making the single part the verb itself."""


def start(
    workers: Annotated[int, typer.Option(help="Processes.", min=1)] = os.cpu_count() or 1,
    port: Annotated[int, typer.Option(help="Port of the scheduler.", min=0, max=65535)] = 8786,
) -> None:
    """Start a scheduler and workers here, print the address, run until stopped."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with cluster.started(workers, port) as running:
        print(running.scheduler_address, flush=True)
        stop.wait()
