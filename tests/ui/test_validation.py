"""The page Validation: a report in words, what is left out, and the job behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from twin import jobs, validation
from twin.ui import links
from twin.ui.context import offer, shipped_files
from twin.ui.pages import validation as view
from twin.worker import Worker


def _check(name: str, got: float, passed: bool, tolerance: float = 0.5) -> dict[str, Any]:
    return {"name": name, "source": "a handbook", "expected": 62.92, "tolerance": tolerance,
            "unit": "Nm", "got": got, "passed": passed}  # fmt: skip


def test_what_does_not_hold_stands_first_and_is_said_in_words() -> None:
    shown = str(view.report([_check("torque", 62.9, True), _check("power", 70.0, False)]))
    assert "1 of 2 checks hold" in shown
    assert "◆" in shown
    assert shown.index("power") < shown.index("torque")
    assert "does not hold" in shown
    assert "a handbook" in shown
    whole = str(view.report([_check("torque", 62.9, True)]))
    assert "1 of 1 checks hold" in whole
    assert "◆" not in whole


def test_figures_are_no_finer_than_the_tolerance() -> None:
    assert view.figures(_check("torque", 62.9412, True)) == ("62.9 ± 0.5", "62.9")
    assert view.figures(_check("torque", 62.92, True, 0.0))[0] == "62.9"


def test_it_says_that_recordings_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWIN_DATA", raising=False)
    assert "set TWIN_DATA" in str(view.nothing())
    assert view.question() == {"data": "", "recordings": ""}


def test_other_recordings_are_another_question(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TWIN_DATA", str(tmp_path))
    before = view.question()
    (tmp_path / "one.csv").write_text("1")
    assert view.question() != before
    assert "are included" in str(view.nothing())


def test_the_report_is_a_job_that_is_there_at_the_next_visit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TWIN_DATA", raising=False)
    short = [validation.Check("a sum", "arithmetic", 2.0, 0.0, "1", lambda: 1.0 + 1.0)]
    monkeypatch.setattr(validation, "published", lambda: iter(short))
    visit = links.View("validation", "mill"), offer(shipped_files())
    assert "Run the checks" in str(view.layout(*visit))
    job = jobs.submit("validate", view.question())
    Worker().run(until_empty=True)
    done = jobs.get(job.id)
    assert (done.state, done.done, done.total) == ("done", 1, 1)
    assert job.id in str(view.layout(*visit))
    assert "1 of 1 checks hold" in str(view.report(done.result["checks"]))


def test_a_report_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []

    def one(index: int) -> validation.Check:
        return validation.Check(
            "a sum", "arithmetic", 1.0, 1.0, "1", lambda: done.append(index) or 1
        )

    monkeypatch.setattr(validation, "published", lambda: iter([one(i) for i in range(100)]))
    job = jobs.submit("validate", view.question())
    worker = Worker()
    worker.stop()
    worker._work(worker._lease())
    assert jobs.get(job.id).state == "queued"
    assert len(done) == 1
