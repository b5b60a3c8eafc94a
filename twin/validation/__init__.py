"""The validation report: the twin against published numbers and against recorded data.

Each check holds the source's number, not ours. Checks on recordings run when a folder of them is
given; without it they are left out, and the report says so.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from twin.errors import BadInput, Fault
from twin.validation.checks import Check, Outcome, judge
from twin.validation.published import published
from twin.validation.recorded import recorded

__all__ = ["Check", "Outcome", "judge", "published", "recorded", "report"]


def report(
    data: Path | None = None, on_progress: Callable[[int, int], None] | None = None
) -> list[Outcome]:
    """Compute every check; those on recordings with ``data``, the folder of them."""
    if data is not None and not data.is_dir():
        raise BadInput(Fault("is not a folder of recordings (docs/data.md)", file=str(data)))
    asked = [*published(), *(recorded(data) if data is not None else ())]
    outcomes = []
    for index, check in enumerate(asked):
        outcomes.append(judge(check))
        if on_progress is not None:
            on_progress(index + 1, len(asked))
    return outcomes
