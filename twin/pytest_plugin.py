"""pytest collects scenario files: ``pytest scenarios/`` runs each expectation as a test.

A ``*.toml`` file is a scenario when it says ``[plant.…]`` or ``extends``; other TOML files, such as
``pyproject.toml``, are left alone. The twin is imported only when there is one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from twin.experiment import Judgement, Result

_SCENARIO = re.compile(
    r"^\s*(\[+\s*(plant|expect|sensor|node)\b|plant\s*[.=]|extends\s*=)", re.MULTILINE
)
_READ_AT_MOST = 1_000_000


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect ``file_path`` when it is a scenario."""
    if file_path.suffix != ".toml" or file_path.name == "pyproject.toml":
        return None
    with file_path.open(encoding="utf-8", errors="replace") as handle:
        if not _SCENARIO.search(handle.read(_READ_AT_MOST)):
            return None
    return ScenarioFile.from_parent(parent, path=file_path)


class ScenarioFile(pytest.File):
    """One scenario file; it is simulated once for all of its expectations."""

    _result: Result | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each expectation, or one that only runs it."""
        from twin.errors import BadInput
        from twin.scenario import load

        try:
            expectations = load(self.path).expectations
        except BadInput:
            expectations = ()
        if not expectations:
            yield RunsItem.from_parent(self, name="runs")
        for index, expectation in enumerate(expectations):
            yield ExpectItem.from_parent(self, name=str(expectation), index=index)

    def result(self) -> Result:
        """Simulate on first use."""
        from twin.experiment import run
        from twin.scenario import load

        if self._result is None:
            self._result = run(load(self.path), keep=False)
        return self._result


class RunsItem(pytest.Item):
    """A scenario without expectations must at least run."""

    def runtest(self) -> None:
        """Run it."""
        self.simulate()

    def simulate(self) -> Result:
        """Simulate the file; skip where data is missing that is not shipped, but never in CI."""
        from twin.errors import MissingData

        assert isinstance(self.parent, ScenarioFile)
        try:
            return self.parent.result()
        except MissingData as error:
            if os.environ.get("CI", "").lower() == "true":
                raise
            pytest.skip(str(error))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show bad input as its lines, anything else as pytest does."""
        from twin.errors import BadInput

        if isinstance(excinfo.value, BadInput):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the test by its file and expectation."""
        return self.path, None, f"{self.path.name}: {self.name}"


class ExpectItem(RunsItem):
    """One expectation of a scenario."""

    def __init__(self, *, index: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.index = index

    def runtest(self) -> None:
        """Judge the expectation."""
        judgement = self.simulate().judgements[self.index]
        if not judgement.passed:
            raise NotMet(judgement)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Say in one line what was expected and what was found."""
        if isinstance(excinfo.value, NotMet):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


class NotMet(AssertionError):  # noqa: N818 - the name says what happened
    """An expectation that did not hold."""

    def __init__(self, judgement: Judgement) -> None:
        super().__init__(f"expected {judgement.expectation}; {judgement.reason}")
