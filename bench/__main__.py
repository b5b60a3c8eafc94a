"""Measure, print a table, write ``bench/results.json``.

CPU seconds, the best of several rounds, because machines are shared and noisy; a peer is measured
in the same run, round by round, and the ratio is what to quote.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).with_name("results.json")
ROUNDS = 5


@dataclass(frozen=True)
class Figure:
    """One figure: what, how much, and beside what peer."""

    name: str
    value: float
    unit: str
    peer: str = ""
    peer_value: float | None = None
    ratio: float | None = None


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    started = time.process_time()
    work()
    return time.process_time() - started


def best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Fewest CPU seconds of several calls, after one that is not counted."""
    work()
    return min(cpu(work) for _ in range(rounds))


def paired(ours: Callable[[], object], peer: Callable[[], object]) -> tuple[float, float, float]:
    """Median CPU seconds of both, in turn, and the median ratio of the pairs."""
    ours()
    peer()
    pairs = [(cpu(ours), cpu(peer)) for _ in range(ROUNDS)]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def main() -> None:
    """Measure everything."""
    os.environ["TWIN_HOME"] = tempfile.mkdtemp(prefix="twin-bench-")
    from bench import figures

    found = []
    for measure in figures.ALL:
        figure = measure()
        found.append(figure)
        beside = ""
        if figure.peer_value is not None:
            beside = f"  {figure.peer} {figure.peer_value:,.4g}, ratio {figure.ratio:.2f}"
        print(f"{figure.name:58s} {figure.value:>12,.4g} {figure.unit:12s}{beside}", flush=True)
    machine = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
    }
    document = {"machine": machine, "figures": [asdict(figure) for figure in found]}
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    print(f"written to {RESULTS}")


if __name__ == "__main__":
    main()
