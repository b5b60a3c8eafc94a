"""A look at a job is held until the job is over, and no longer than it may be."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from twin import jobs
from twin.ui import runs
from twin.ui.components import watch
from twin.ui.context import offer, shipped_files
from twin.worker import Worker


@pytest.fixture(autouse=True)
def home(twin_home: Path) -> Path:
    return twin_home


def submitted() -> str:
    return jobs.submit("run", runs.baseline(offer(shipped_files()).scenario("mill"), 2)).id


def looked(job: str, most: float) -> Any:
    """What a look gives; in a thread of its own, since a browser's tests leave a loop running."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, watch.held_look(job, most)).result()


def test_a_look_ends_with_the_job() -> None:
    job = submitted()
    worker = threading.Thread(target=Worker().run, kwargs={"until_empty": True})
    worker.start()
    phase, share, _words, over = looked(job, 60.0)
    worker.join()
    assert (phase["state"], share, over) == ("done", 100.0, True)


def test_a_look_at_a_job_that_goes_on_tells_how_far_it_is() -> None:
    job, began = submitted(), time.monotonic()
    phase, _share, words, over = looked(job, 0.1)
    assert (phase["state"], words, over) == ("queued", "Waiting for a worker…", False)
    assert 0.1 <= time.monotonic() - began < 5.0


def test_nothing_is_held_where_no_job_is() -> None:
    assert looked("", 60.0)[0]["state"] == "none"
    assert looked("nowhere", 60.0)[0]["state"] == "lost"
