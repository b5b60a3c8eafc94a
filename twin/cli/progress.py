"""Progress on standard error: a bar for people, a line now and then for a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

DRAW_EVERY = 0.1
LOG_EVERY = 10.0
"""Between two lines of a log [s]."""


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show ``what`` with progress and the time left; call the given function with done and total.

    It draws only when it is called: a thread of its own would forbid copying this process.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _log(what)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    shown = Progress(
        *columns, TimeRemainingColumn(), console=console, transient=True, auto_refresh=False
    )
    drawn = 0.0
    with shown:
        task = shown.add_task(what, total=None)

        def told(done: int, total: int) -> None:
            nonlocal drawn
            shown.update(task, completed=done, total=total)
            if time.monotonic() - drawn > DRAW_EVERY:
                drawn = time.monotonic()
                shown.refresh()

        yield told


def _log(what: str) -> Callable[[int, int], None]:
    """Return what writes a line when the last one is some time ago."""
    started = last = time.monotonic()
    first: int | None = None

    def told(done: int, total: int) -> None:
        nonlocal started, last, first
        now = time.monotonic()
        if first is None:
            # What came before the first was starting up, and says nothing of the rest.
            first, started, last = done, now, now
        if now - last < LOG_EVERY or done >= total:
            return
        last = now
        left = (now - started) * (total - done) / max(1, done - first)
        print(f"{what}: {done} of {total}, {_span(left)} left", file=sys.stderr, flush=True)

    return told


def _span(seconds: float) -> str:
    """Return a time in words.

    >>> _span(40), _span(200), _span(8000)
    ('40 s', '3 min', '2 h 13 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
