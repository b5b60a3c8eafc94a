"""Measure, print a table, write ``bench/results.json``.

CPU seconds, the best of several rounds, because machines are shared and noisy; a peer is measured
in the same run, round by round, and the ratio is what to quote.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from bench.measure import Figure

RESULTS = Path(__file__).with_name("results.json")


def main() -> None:
    """Measure everything, or the functions that are named: ``python -m bench shift what_if``."""
    os.environ["TWIN_HOME"] = tempfile.mkdtemp(prefix="twin-bench-")
    from bench import (
        browser,
        buildings,
        c_models,
        figures,
        lines,
        many_nodes,
        medium_office,
        speed,
        sweeps,
    )

    wanted = sys.argv[1:]
    measures = [
        m
        for m in (
            *speed.ALL,
            *sweeps.ALL,
            *lines.ALL,
            *buildings.ALL,
            # Needs Chromium, and a machine of its own: only where it is asked for by name.
            *(browser.ALL if wanted else ()),
            *medium_office.ALL,
            *c_models.ALL,
            *many_nodes.ALL,
            *figures.ALL,
        )
        if not wanted or m.__name__ in wanted
    ]
    found = [figure for measure in measures for figure in _shown(measure())]
    if not wanted:
        _write(found)


def _shown(measured: Figure | Iterable[Figure]) -> Iterator[Figure]:
    for figure in [measured] if isinstance(measured, Figure) else measured:
        beside = ""
        if figure.peer_value is not None:
            beside = f"  {figure.peer} {figure.peer_value:,.4g}, ratio {figure.ratio:.3g}"
        print(f"{figure.name:58s} {figure.value:>12,.4g} {figure.unit:12s}{beside}", flush=True)
        yield figure


def _write(found: list[Figure]) -> None:
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
