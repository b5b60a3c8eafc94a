"""The queue: nothing accepted is lost, whoever dies."""

from __future__ import annotations

import os
import signal
import time

import pytest

from twin import jobs
from twin import worker as working
from twin.errors import BadInput


def payload(scenarios, n: int, speed: int = 170) -> dict:
    values = {"mill.cutting_speed": speed, "horizon": "1 h"}
    return {"scenario": str(scenarios / "mill.toml"), "values": values, "replications": n}


def until(condition, timeout: float = 30.0) -> None:
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def test_a_job_runs_and_the_same_question_is_the_same_job(scenarios):
    job = jobs.submit("compare", payload(scenarios, 3), by="ann")
    assert job.state == "queued"
    assert jobs.submit("compare", payload(scenarios, 3)).id == job.id
    working.Worker().run(until_empty=True)
    done = jobs.get(job.id)
    assert (done.state, done.done, done.total) == ("done", 6, 6)
    assert "mill.throughput" in done.result["difference"]["kpis"]
    assert jobs.submit("compare", payload(scenarios, 3)).id == job.id
    assert jobs.submit("compare", payload(scenarios, 4)).id != job.id


def test_a_worker_that_has_simulated_loads_compiled_runs_while_it_waits(scenarios, monkeypatch):
    job = jobs.submit("run", payload(scenarios, 1))
    worker, seen = working.Worker(), []

    def warm() -> None:
        seen.append(jobs.get(job.id).state)
        worker.stop()

    monkeypatch.setattr(working.engines, "warm", warm)
    worker.run()
    assert seen == ["done"]


def test_bad_work_is_refused_before_it_is_queued(scenarios):
    with pytest.raises(BadInput, match="no such kind of job"):
        jobs.submit("rum", {})
    with pytest.raises(BadInput, match="allowed 5 to 2000 m/min"):
        jobs.submit("run", payload(scenarios, 1, speed=9999))
    assert jobs.list_jobs() == []


def test_a_waiting_job_is_cancelled_at_once_and_may_be_asked_again(scenarios):
    job = jobs.submit("run", payload(scenarios, 5))
    assert jobs.cancel(job.id).state == "cancelled"
    working.Worker().run(until_empty=True)
    assert jobs.get(job.id).done == 0
    assert jobs.submit("run", payload(scenarios, 5)).id != job.id


def test_a_running_job_is_cancelled_within_a_second(scenarios):
    job = jobs.submit("run", payload(scenarios, 5000))
    worker = working.start_worker()
    try:
        until(lambda: jobs.get(job.id).done > 0)
        asked = time.monotonic()
        jobs.cancel(job.id)
        until(lambda: not jobs.get(job.id).open)
        assert time.monotonic() - asked < 1.0
        assert jobs.get(job.id).state == "cancelled"
    finally:
        worker.stop()


def test_a_killed_worker_loses_nothing(scenarios, monkeypatch):
    monkeypatch.setattr(working, "LEASE", 1.0)
    job = jobs.submit("run", payload(scenarios, 60))
    worker = working.start_worker()
    until(lambda: jobs.get(job.id).done > 0)
    os.kill(worker.pid, signal.SIGKILL)
    worker.stop()
    assert jobs.get(job.id).state == "running"
    # The dead worker's lease was for its own LEASE; look again when it has run out.
    with jobs.engine().begin() as connection:
        connection.execute(jobs.JOBS.update().values(lease=0.0))
    working.Worker().run(until_empty=True)
    done = jobs.get(job.id)
    assert (done.state, done.attempts) == ("done", 2)
    assert done.result["kpis"]["mill.parts"]["n"] == 60


def test_a_job_that_kills_its_workers_is_given_up(scenarios):
    job = jobs.submit("run", payload(scenarios, 2))
    for _ in range(working.MOST_ATTEMPTS):
        assert working.Worker()._lease().id == job.id
        with jobs.engine().begin() as connection:
            connection.execute(jobs.JOBS.update().values(lease=0.0))
    working.Worker().run(until_empty=True)
    failed = jobs.get(job.id)
    assert failed.state == "failed"
    assert "given up after 3 workers" in failed.error


def test_a_stopped_worker_gives_its_job_back(scenarios):
    job = jobs.submit("run", payload(scenarios, 5000))
    worker = working.start_worker()
    until(lambda: jobs.get(job.id).done > 0)
    worker.stop()
    assert not worker.alive
    back = jobs.get(job.id)
    assert (back.state, back.attempts) == ("queued", 0)


def test_two_workers_never_take_the_same_job(scenarios):
    for speed in range(150, 170):
        jobs.submit("run", payload(scenarios, 1, speed))
    one, two = working.Worker(), working.Worker()
    taken = [job.id for _ in range(10) for job in (one._lease(), two._lease())]
    assert len(set(taken)) == 20
    assert one._lease() is None


def test_every_kind_has_its_runner():
    assert set(working.RUNNERS) == set(jobs.KINDS)


def test_a_question_is_found_again_without_being_asked(scenarios):
    asked = payload(scenarios, 2)
    assert jobs.find("run", asked) is None
    assert jobs.find("run", asked) is None
    assert jobs.submit("run", asked).id == jobs.find("run", asked).id
    assert jobs.find("run", {**asked, "base_values": {"mill.feed_per_tooth": 0.2}}) is None


def test_base_values_move_both_sides_of_a_comparison(scenarios):
    asked = {
        "scenario": str(scenarios / "mill.toml"),
        "base_values": {"mill.cutting_speed": 200, "horizon": "1 h"},
        "values": {"mill.cutting_speed": 210},
        "replications": 2,
    }
    job = jobs.submit("compare", asked)
    working.Worker().run(until_empty=True)
    done = jobs.get(job.id)
    assert done.result["changed"] == {"mill.cutting_speed": {"from": 200, "to": 210}}
    from_file = {**asked, "base_values": {}, "values": {"horizon": "1 h"}}
    assert jobs.submit("compare", from_file).id != job.id


def test_the_bell_rings_when_somebody_wrote_to_the_queue(scenarios):
    bell = jobs.Bell()
    jobs.list_jobs()
    bell.rang()
    assert not bell.rang()
    jobs.submit("run", payload(scenarios, 1))
    assert bell.rang()
    assert not bell.rang()
