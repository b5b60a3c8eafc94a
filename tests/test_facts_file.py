"""Facts are written while a run goes on: the same as afterwards, or nothing at all."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from twin import experiment, facts_file, store
from twin.rng import replication_seed
from twin.scenario import Scenario, parse
from twin.simulate import Cancelled, simulate


@pytest.fixture(autouse=True)
def home(twin_home: Path) -> Path:
    return twin_home


def two_rooms(days: int = 40) -> Scenario:
    rooms = {"a": {"floor_area": 20.0}, "b": {"floor_area": 30.0}}
    plant = {"house": {"kind": "building", "zones": rooms}}
    return parse({"horizon": f"{days} d", "plant": plant}, "two rooms")


def folders() -> list[str]:
    return sorted(path.name for path in (store.home() / "runs").glob("*"))


@pytest.mark.parametrize("least", [1, 10**9])
def test_a_run_is_the_same_whenever_it_is_written(
    monkeypatch: pytest.MonkeyPatch, least: int
) -> None:
    monkeypatch.setattr(facts_file, "LEAST", least)
    result = experiment.run(two_rooms())
    assert store.get_run(result.run_id).facts() == simulate(
        two_rooms(), seed=replication_seed(two_rooms().header.seed, 0)
    )
    assert folders() == [result.run_id]


def test_samples_are_on_disk_before_the_run_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts_file, "LEAST", 1)
    with store.begun("abc") as begun:
        facts = simulate(two_rooms(), on_facts=begun.take)
        written = begun.folder
        assert written is not None
        assert (written / "samples.parquet").exists()
        run = store.save_run("abc", {}, facts, {}, title="", file="", kind="run", begun=begun)
    assert run.facts() == facts
    assert folders() == ["abc"]


def test_facts_that_were_put_together_meanwhile_are_written_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(facts_file, "LEAST", 1)
    with store.begun("abc") as begun:
        facts = simulate(two_rooms(), on_facts=begun.take)
        facts.samples.columns()
        run = store.save_run("abc", {}, facts, {}, title="", file="", kind="run", begun=begun)
    assert run.facts() == facts


def test_a_run_that_is_cancelled_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts_file, "LEAST", 1)
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 40

    with pytest.raises(Cancelled):
        experiment.run(two_rooms(), cancelled=cancelled)
    assert folders() == []


def test_a_block_that_cannot_be_written_is_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(facts_file, "LEAST", 1)
    monkeypatch.setattr(facts_file.TableFile, "write", full)
    with pytest.raises(OSError, match="No space left"):
        experiment.run(two_rooms())
    assert folders() == []
    assert store.list_runs() == []


def test_what_a_killed_process_left_goes_with_the_next_try() -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    runs, host = store.home() / "runs", socket.gethostname()
    left, alive, other = (runs / f".abc.{host}.{dead.pid}.x", runs / f".abc.{host}.1.x",
                          runs / f".abc.elsewhere.{dead.pid}.x")  # fmt: skip
    for folder in (left, alive, other):
        folder.mkdir(parents=True)
    facts = simulate(two_rooms(1))
    store.save_run("abc", {}, facts, {}, title="", file="", kind="run")
    assert folders() == sorted(["abc", alive.name, other.name])
