"""Measure, print a table, write ``bench/results.json``.

CPU seconds, the best of several rounds, because machines are shared and noisy; a peer is measured
in the same run, round by round, and the ratio is what to quote.
"""

from __future__ import annotations

import json
import os
import platform
import tempfile
from dataclasses import asdict
from pathlib import Path

RESULTS = Path(__file__).with_name("results.json")


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
