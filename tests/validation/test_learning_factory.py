"""Three runs of a real learning factory against the twin, beside the authors' own simulator.

TU München iwb, ce-dascen-lf-data: lead time of every order in the factory and in the simulator, in
tables 3.1, 3.2 and 3.4 of published_peer_simulation (their heads say minutes, they are seconds).
An order that a simulation has not done by the end of the run counts up to it, there as here.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from twin import experiment
from twin.scenario import load


def table(recordings: Path, number: int) -> list[dict[str, str]]:
    folder = recordings / "line" / "dascen" / "published_peer_simulation"
    text = (folder / f"table_3.{number}.csv").read_text("utf-8-sig")
    rows = csv.DictReader(text.splitlines())
    return [r for r in rows if r["PO"].isdigit() and r["Factory data|Lead time"] not in {"-", ""}]


@pytest.mark.parametrize("number", [1, 2, 4])
def test_lead_times_are_nearer_than_the_authors_simulator(number, scenarios, recordings):
    rows = table(recordings, number)
    factory = [float(row["Factory data|Lead time"]) for row in rows]
    peer = [float(row["Simulated data|Lead time"]) for row in rows]
    found = experiment.run(load(scenarios / "learning_factory" / f"scenario_{number}.toml"))
    ages = [60.0 * found.kpis[f"line.orders.po{int(r['PO']):02d}.age"].value for r in rows]

    def error(times: list[float]) -> float:
        pairs = zip(times, factory, strict=True)
        return sum(abs(time - real) / real for time, real in pairs) / len(factory)

    assert len(factory) >= 6
    assert error(ages) <= error(peer)
