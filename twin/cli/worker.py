"""``twin worker``: work on the queue of jobs, beside the app or on its own."""

from __future__ import annotations

import typer

from twin.worker import main


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("worker")(worker)


def worker() -> None:
    """Work on queued jobs until stopped."""
    main(follow_parent=False)
