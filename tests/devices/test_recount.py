"""Evidence says what its runs say: a file that was changed by hand is refused."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from twin import experiment, store
from twin.devices import recount
from twin.scenario import load


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A comparison of two runs, and the home that holds them."""
    home = tmp_path_factory.mktemp("evidence")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWIN_HOME", str(home))
        base = load("scenarios/mill.toml")
        faster = base.with_values({"mill.cutting_speed": 165})
        yield experiment.compare(base, faster, replications=8).document()


def faults(document: Any) -> list[str]:
    rows = document["difference"]["kpis"]
    return [str(fault) for fault in recount.faults(document, rows, "evidence.json")]


@pytest.fixture
def forged(document: Any) -> Any:
    """A copy whose worse verdicts are called better."""
    changed = copy.deepcopy(document)
    for row in changed["difference"]["kpis"].values():
        row["verdict"] = "better" if row["verdict"] == "worse" else row["verdict"]
    assert changed != document
    return changed


@pytest.fixture
def same_home(document: Any, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: Any) -> None:
    folder = next(tmp_path_factory.getbasetemp().glob("evidence*"))
    monkeypatch.setenv("TWIN_HOME", str(folder))
    assert store.find_run(document["base"]["run_id"]) is not None


@pytest.mark.usefixtures("same_home")
def test_what_the_runs_say_is_accepted(document):
    assert faults(document) == []


@pytest.mark.usefixtures("same_home")
def test_a_verdict_that_the_runs_do_not_give_is_refused(forged):
    found = faults(forged)
    assert found
    assert "the file says verdict better, its runs say worse" in found[0]


@pytest.mark.usefixtures("same_home")
def test_numbers_turned_round_are_refused_though_they_fit_their_verdict(document):
    turned = copy.deepcopy(document)
    for row in turned["difference"]["kpis"].values():
        if row["verdict"] == "worse":
            row.update(value=-row["value"], low=-row["high"], high=-row["low"], verdict="better")
    assert any("its runs say" in fault for fault in faults(turned))


@pytest.mark.usefixtures("same_home")
def test_a_kpi_that_its_runs_lack_is_refused(document):
    more = copy.deepcopy(document)
    more["difference"]["kpis"]["mill.profit"] = {"value": 1.0, "low": 0.5, "high": 2.0}
    assert any("no such KPI" in fault for fault in faults(more))


def test_without_its_runs_a_verdict_must_follow_from_its_interval(document, forged):
    assert faults(document) == []
    assert any("its interval" in fault for fault in faults(forged))
