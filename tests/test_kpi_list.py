"""The list of KPIs is whole: what the code has and what any scenario has is in it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import twin.plant
from twin.errors import BadInput
from twin.family import kinds
from twin.kpi_list import lookup, of_kind
from twin.scenario import load, measures_of, shipped

ROOT = Path(__file__).resolve().parent.parent
WRITTEN = re.compile(r"""\b(?:Measure|measure|share)\(\s*"(\w+)",""")


@pytest.mark.parametrize("start", ["building", "cnc", "line"])
def test_every_kpi_of_the_code_is_listed(start):
    listed = {name.rsplit(".", 1)[-1] for name in of_kind(start)}
    folder = Path(twin.plant.__file__).parent
    written = {name for file in folder.glob(f"_{start}_*.py")
               for name in WRITTEN.findall(file.read_text("utf-8"))}  # fmt: skip
    assert len(written) > 15
    assert written <= listed


def test_every_kpi_of_the_shipped_scenarios_is_listed():
    asked = {(entry.kind, *filter(None, m.part.split(".")), m.name)
             for scenario in _scenarios() for entry in scenario.of("plant").values()
             for m in measures_of(entry)}  # fmt: skip
    assert {kind for kind, *_ in asked} == set(kinds("twin.plant"))
    missing = {keys for keys in asked if lookup(keys[0], keys[1:]) is None}
    assert not missing


def _scenarios():
    for file in sorted(shipped().rglob("*.toml")):
        try:
            yield load(file)
        except BadInput:
            assert "ashrae140" in str(file) or "TWIN_DATA" in file.read_text("utf-8"), file


def test_a_kpi_that_settings_bring_says_which():
    page = (ROOT / "docs" / "reference" / "kpis.md").read_text("utf-8")
    for name in ("idis_tot", "pgas_tot", "fan_energy", "zones.ZONE.hours_in_use"):
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}`"))
        assert row.split("|")[-2].strip() == of_kind("building")[name].where != ""
    assert of_kind("building")["energy"].where == ""
    assert of_kind("node")["load_time"].where == 'weights = "external"'


def _explained(*words):
    return subprocess.run(
        [sys.executable, "-c", "from twin.cli.main import main; main()", "explain", *words],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_a_kpi_is_explained():
    found = json.loads(_explained("building.idis_tot", "--json", "-").stdout)
    assert (found["unit"], found["only_with"]) == ("ppm*h", "people or moisture")
    office = str(shipped() / "office.toml")
    done = _explained("office.zones.core.co2_mean", "--scenario", office, "--json", "-")
    assert json.loads(done.stdout)["unit"] == "ppm"
    wrong = _explained("building.idis_tott")
    assert wrong.returncode == 2
    assert "idis_tot" in wrong.stderr
