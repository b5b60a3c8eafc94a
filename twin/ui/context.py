"""What a page may know of the app it is part of: the scenarios on offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from twin.errors import BadInput, Fault, did_you_mean
from twin.scenario import Scenario, first, load, shipped


@dataclass(frozen=True, slots=True)
class Context:
    """The scenarios that the app offers, by name. A browser sends names, never paths."""

    scenarios: Mapping[str, Path]

    @property
    def first(self) -> str:
        """The scenario that is shown when the address names none."""
        return next(iter(self.scenarios))

    def file(self, name: str) -> Path:
        """Return the file of a scenario.

        Raises
        ------
        BadInput
            When the app offers none of that name.
        """
        if name not in self.scenarios:
            message = "no such scenario" + did_you_mean(name, self.scenarios)
            raise BadInput(Fault(message, "scenario", value=repr(name)))
        return self.scenarios[name]

    def scenario(self, name: str) -> Scenario:
        """Read and check one scenario of the app."""
        return load(self.file(name))


def offer(files: Iterable[Path]) -> Context:
    """Return the context of an app that offers ``files``, the first one first.

    Raises
    ------
    BadInput
        When there is none.
    """
    scenarios: dict[str, Path] = {}
    for file in files:
        scenarios.setdefault(file.stem, file.resolve())
    if not scenarios:
        raise BadInput(Fault("the app needs at least one scenario file"))
    return Context(scenarios)


def shipped_files() -> list[Path]:
    """Return the scenario files that come with the program; ``mill`` is shown first."""
    opening = first()
    return [opening, *sorted(file for file in shipped().glob("*.toml") if file != opening)]
