"""The store: a run is there whole or not at all."""

from __future__ import annotations

import pytest

from twin import store
from twin.errors import BadInput
from twin.records import Facts, Recorder


def facts() -> Facts:
    record = Recorder(lambda: 1.0)
    record.event("mill", "part", "1", 2.0)
    record.state("mill", "cutting")
    record.sample("mill", "power", 3.0)
    return record.close(10.0, 0.0)


def save(identity: str) -> store.StoredRun:
    return store.save_run(identity, {"a": 1}, facts(), {}, title="t", file="f", kind="run")


def test_a_run_comes_back_as_it_was():
    run = save("abc")
    assert store.get_run("abc").facts() == facts()
    assert run.document()["a"] == 1
    assert [r.run_id for r in store.list_runs()] == ["abc"]


def test_a_run_that_was_cut_short_is_not_there(monkeypatch, twin_home):
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store.os, "fsync", cut)
    with pytest.raises(KeyboardInterrupt):
        save("abc")
    monkeypatch.undo()
    monkeypatch.setenv("TWIN_HOME", str(twin_home))
    assert store.find_run("abc") is None
    assert save("abc").facts() == facts()


def test_saving_twice_keeps_the_first():
    first = save("abc")
    assert save("abc").created == first.created


def test_refusals(monkeypatch, tmp_path):
    save("abc")
    with pytest.raises(BadInput, match="no run 'abd', did you mean 'abc'"):
        store.get_run("abd")
    with pytest.raises(BadInput, match="has no table 'eventz', did you mean 'events'"):
        store.get_run("abc").table("eventz")
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("TWIN_HOME", str(blocked / "home"))
    with pytest.raises(BadInput, match="set TWIN_HOME"):
        store.home()


def test_what_was_sampled_is_read_channel_by_channel():
    record = Recorder(lambda: 1.0)
    for time, source, channel in ((1, "saw", "heat"), (2, "mill", "power"), (3, "saw", "heat")):
        record.facts.samples.append((float(time), source, channel, time / 2))
    run = store.save_run("abc", {}, record.close(10.0, 0.0), {}, title="t", file="f", kind="run")
    assert run.sampled() == [("saw", "heat"), ("mill", "power")]
    times, values = run.series("saw", "heat")
    assert (times.tolist(), values.tolist()) == ([1.0, 3.0], [0.5, 1.5])
    assert [column.size for column in run.series("saw", "power")] == [0, 0]


def test_a_run_that_sampled_nothing_has_no_channels():
    record = Recorder(lambda: 1.0)
    run = store.save_run("abc", {}, record.close(10.0, 0.0), {}, title="t", file="f", kind="run")
    assert run.sampled() == []
    assert [column.tolist() for column in run.series("mill", "power")] == [[], []]


def test_some_channels_of_a_run_are_read_by_their_sources():
    record = Recorder(lambda: 1.0)
    for time, source, channel in ((1, "saw", "heat"), (2, "mill", "power"), (3, "saw", "noise")):
        record.facts.samples.append((float(time), source, channel, time / 2))
    run = store.save_run("abc", {}, record.close(10.0, 0.0), {}, title="t", file="f", kind="run")
    found = run.sampled_of(["power", "heat", "light"])
    assert {key: (t.tolist(), v.tolist()) for key, (t, v) in found.items()} == {
        ("saw", "heat"): ([1.0], [0.5]), ("mill", "power"): ([2.0], [1.0])
    }  # fmt: skip
    assert run.sampled_of(["light"]) == {}
