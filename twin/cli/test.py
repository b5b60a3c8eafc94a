"""``twin test``: run scenario files as tests."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from xml.etree import ElementTree

import typer

from twin import experiment
from twin.cli import output
from twin.cli.options import Replications, Workers
from twin.cli.progress import bar
from twin.documents import comes_from
from twin.errors import BadInput, Fault, MissingData
from twin.scenario import load, shipped


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("test")(test)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One expectation of one file, as a test."""

    file: str
    name: str
    passed: bool
    message: str
    seconds: float
    broken: bool = False
    skipped: bool = False


def test(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATHS]", help="Scenario files or folders.")
    ] = None,
    replications: Replications = None,
    workers: Workers = 1,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML to FILE.")
    ] = None,
    json_to: output.JsonTo = None,
) -> None:
    """Run the expectations of every scenario in PATHS (by default, the shipped ones)."""
    files = list(_files(paths or [shipped()]))
    outcomes: list[Outcome] = []
    with bar("testing") as progress:
        for index, file in enumerate(files):
            outcomes += _test_file(file, replications, workers)
            progress(index + 1, len(files))
    if junit is not None:
        _write_junit(outcomes, junit)
    failed = [outcome for outcome in outcomes if not outcome.passed]
    document: dict[str, Any] = {
        "passed": sum(o.passed and not o.skipped for o in outcomes),
        "skipped": sum(o.skipped for o in outcomes),
        "failed": len(failed),
        "tests": [
            {
                "file": o.file,
                "name": o.name,
                "passed": o.passed,
                "skipped": o.skipped,
                "message": o.message,
            }
            for o in outcomes
        ],
    }
    output.write_json(document, json_to)
    if json_to != "-":
        _print(outcomes, json_to)
    broken = [Fault(o.message) for o in outcomes if o.broken]
    if broken:
        raise BadInput(broken)
    if failed:
        raise typer.Exit(1)


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = sorted(path.rglob("*.toml"))
            if not found:
                raise BadInput(Fault("has no scenario files (*.toml)", file=str(path)))
            yield from found
        else:
            yield path


def _test_file(file: Path, replications: int | None, workers: int) -> list[Outcome]:
    started = time.perf_counter()
    try:
        scenario = load(file)
        n = replications or (None if scenario.expectations else 1)
        result = experiment.run(scenario, replications=n, workers=workers)
    except MissingData as error:
        if os.environ.get("CI", "").lower() != "true":
            spent = time.perf_counter() - started
            return [Outcome(str(file), "skipped", True, str(error), spent, skipped=True)]
        raise
    except BadInput as error:
        spent = time.perf_counter() - started
        return [Outcome(str(file), "can be read", False, str(f), spent, True) for f in error.faults]
    spent = time.perf_counter() - started
    if not result.judgements:
        return [Outcome(str(file), "runs (it expects nothing)", True, "", spent)]
    origin = _origin(file)
    return [
        Outcome(str(file), f"{j.expectation}{origin}", j.passed, j.reason,
                spent / len(result.judgements))
        for j in result.judgements
    ]  # fmt: skip


def _origin(file: Path) -> str:
    """Where a file has its expectations from, when it has none of its own."""
    source = comes_from(file, "expect", shipped())
    return "" if source is None or source == file else f" (from {source.name}, which it extends)"


def _print(outcomes: list[Outcome], json_to: str | None) -> None:
    console = output.console(json_to)
    file = ""
    for outcome in outcomes:
        if outcome.file != file:
            file = outcome.file
            console.print(file)
        mark = "–" if outcome.skipped else "✓" if outcome.passed else "✗"
        detail = f": {outcome.message}" if outcome.message and not outcome.broken else ""
        console.print(f"  {mark} {outcome.name}{detail}")
    failed = sum(not outcome.passed for outcome in outcomes)
    skipped = sum(outcome.skipped for outcome in outcomes)
    told = f", {skipped} skipped: data is missing" if skipped else ""
    console.print(f"{len(outcomes) - failed - skipped} passed, {failed} failed{told}")


def _write_junit(outcomes: list[Outcome], path: Path) -> None:
    failures = str(sum(not o.passed for o in outcomes))
    root = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(
        root, "testsuite", name="twin", tests=str(len(outcomes)), failures=failures
    )
    for outcome in outcomes:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=outcome.file,
            name=outcome.name,
            time=f"{outcome.seconds:.3f}",
        )
        if outcome.skipped:
            ElementTree.SubElement(case, "skipped", message=outcome.message)
        if not outcome.passed:
            failure = ElementTree.SubElement(case, "failure", message=outcome.message)
            failure.text = outcome.message
    try:
        ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise BadInput(Fault(f"cannot be written: {error.strerror}", file=str(path))) from None
