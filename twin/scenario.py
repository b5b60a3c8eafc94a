"""Scenario files: TOML ↔ :class:`Scenario`, every value checked by its declaration.

A scenario may ``extends`` another and then says only what differs: that is a what-if. Every error
names the file, the path, the value, the allowed range and the unit.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import hashlib
import json
import sysconfig
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from twin import units
from twin.documents import digest, read_document
from twin.errors import BadInput, Fault, did_you_mean
from twin.expectations import Expectation, read_expectations
from twin.family import load as load_kind
from twin.measures import Measure
from twin.params import Declaration, Params, count, declarations, find, quantity, text
from twin.signals.base import SensorSettings
from twin.written import declared_values, names_files

Section = Literal["plant", "sensor", "node"]
SECTIONS: tuple[Section, ...] = ("plant", "sensor", "node")
FAMILIES = {"plant": "twin.plant", "sensor": "twin.signals"}


class Header(Params):
    """What a scenario says about itself and its run."""

    title: str = text("", "What this scenario is about.")
    horizon: float = quantity(8, "h", 1e-4, 100_000, "Simulated time.")
    warmup: float = quantity(0, "h", 0, 100_000, "Time before KPIs count.")
    seed: int = count(1, 0, 2**31 - 1, "Seed of all chance.")
    replications: int = count(10, 1, 100_000, "Runs with other luck, for the intervals.")
    site: str = text("plant", "Name of the plant, for devices.", pattern=r"^[A-Za-z0-9_-]+$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One named thing of a scenario: its section, kind and checked parameters."""

    name: str
    section: Section
    kind: str
    settings: Params
    params: type[Params]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A checked scenario. ``document`` is what was written (trade units), after ``extends``."""

    file: str
    document: Mapping[str, Any]
    header: Header
    entries: Mapping[str, Entry]
    expectations: tuple[Expectation, ...] = ()
    measures: Mapping[str, Measure] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The title, or the file's name."""
        return self.header.title or Path(self.file).stem

    def of(self, section: Section) -> dict[str, Entry]:
        """Entries of one section, in the order they are written."""
        return {name: e for name, e in self.entries.items() if e.section == section}

    def declarations(self) -> Iterator[tuple[str, Declaration, Any]]:
        """Every parameter of every thing: its path, its declaration, its value in trade units."""
        for declared in declarations(Header):
            yield declared.path, declared, self.document.get(declared.path, declared.default)
        for entry in self.entries.values():
            table = self.document[entry.section][entry.name]
            unused = {f"{entry.name}.{name}" for name in _unused(entry)}
            for path, declared, value in declared_values(entry.name, entry.params, table):
                if path not in unused:
                    yield path, declared, value

    @property
    def has_luck(self) -> bool:
        """Whether runs on other seeds may differ, in the plant or in what sensors see of it."""
        models = ((load_kind("twin.plant", e.kind).Model, e) for e in self.of("plant").values())
        return bool(self.of("sensor")) or any(m.has_luck(e.settings) for m, e in models)

    def points(self) -> dict[str, tuple[Any, str]]:
        """Return every set-point that a device holds: path → value and unit, used now or not."""
        return {path: (value, d.unit) for path, d, value in self._of_plant() if d.live}

    @property
    def model_key(self) -> str:
        """Hash of the plant without its set-points: the same for twins of the same machines."""
        fixed = {path: value for path, d, value in self._of_plant() if not d.live}
        kinds = {name: entry.kind for name, entry in self.of("plant").items()}
        text_form = json.dumps([kinds, fixed], sort_keys=True, default=str)
        return hashlib.sha256(text_form.encode()).hexdigest()[:16]

    def _of_plant(self) -> Iterator[tuple[str, Declaration, Any]]:
        for name, entry in self.of("plant").items():
            for path, declared, value in declared_values(
                name, entry.params, self.document["plant"][name]
            ):
                whole = isinstance(value, (int, float)) and not isinstance(value, bool)
                yield path, declared, float(f"{value:.12g}") if whole else value

    def declaration(self, path: str) -> Declaration:
        """Return the declaration of one parameter by its path.

        Raises
        ------
        BadInput
            When there is no such path, with "did you mean".
        """
        _section, params, keys = self._locate(path)
        try:
            found = find(params, keys)
        except BadInput as error:
            raise BadInput(Fault(error.faults[0].message, path, self.file)) from None
        return dataclasses.replace(found, path=path)

    def value(self, path: str) -> Any:
        """Return the value of one parameter as a person would write it (trade units)."""
        declared = self.declaration(path)
        table: Any = self.document
        for key in self._document_keys(path):
            if not isinstance(table, Mapping) or key not in table:
                return declared.default
            table = table[key]
        if declared.form == "quantity" and isinstance(table, str):
            number, unit = units.split(table)
            return units.convert(number, unit, declared.unit) if unit else number
        return table

    def with_values(self, values: Mapping[str, Any]) -> Scenario:
        """Return a scenario that differs in ``values`` (path → value), checked again."""
        document = _own(self.document)
        for path, value in values.items():
            self.declaration(path)
            table = document
            *parents, last = self._document_keys(path)
            for key in parents:
                table = table.setdefault(key, {})
            table[last] = value
        return parse(document, self.file)

    def _locate(self, path: str) -> tuple[Section | None, type[Params], list[str]]:
        first, *rest = path.split(".")
        if first in self.entries and rest:
            entry = self.entries[first]
            return entry.section, entry.params, rest
        if not rest and first in Header.model_fields:
            return None, Header, [first]
        known = [*self.entries, *Header.model_fields]
        if first in self.entries:
            message = "names a thing, not a parameter of it, such as " + ", ".join(
                f"{first}.{d.path}" for d in list(declarations(self.entries[first].params))[:3]
            )
        else:
            message = "no such thing in the scenario" + did_you_mean(first, known)
        raise BadInput(Fault(message, path, self.file))

    def _document_keys(self, path: str) -> list[str]:
        section, _params, _keys = self._locate(path)
        return ([section] if section else []) + path.split(".")

    @property
    def key(self) -> str:
        """Hash of everything in the document, and in the files it names, that decides a result."""
        return self.content(beside=("title", "expect"))

    def content(self, *, beside: Collection[str]) -> str:
        """Return the hash of the document without the keys ``beside``, and of files it names."""
        decisive = {k: v for k, v in self.document.items() if k not in beside}
        text_form = json.dumps([decisive, self._files()], sort_keys=True, default=str)
        return hashlib.sha256(text_form.encode()).hexdigest()[:16]

    def _files(self) -> list[str]:
        folder, found = Path(self.file).parent, []
        for entry in self.entries.values():
            if names_files(entry.params):
                table = self.document[entry.section][entry.name]
                unused = {f"{entry.name}.{name}" for name in _unused(entry)}
                named = declared_values(entry.name, entry.params, table, naming=True)
                found += [
                    digest(str(v), folder) if one.form == "file" else _model_digest(str(v))
                    for path, one, v in named
                    if v and path not in unused
                ]
        return found


def _own(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy in which no two tables are one, as they may be in one made in Python."""
    return {key: _own(value) if isinstance(value, Mapping) else copy.deepcopy(value)
            for key, value in table.items()}  # fmt: skip


def _model_digest(model: str) -> str:
    from twin.nodes.library import digest_of

    return digest_of(model)


def _unused(entry: Entry) -> frozenset[str]:
    if entry.section != "plant":
        return frozenset()
    found: frozenset[str] = load_kind("twin.plant", entry.kind).Model.unused(entry.settings)
    return found


# -- reading ------------------------------------------------------------------------------------


def shipped() -> Path:
    """Return the folder of the scenarios that come with the product."""
    checkout = Path(__file__).resolve().parent.parent / "scenarios"
    if checkout.is_dir():
        return checkout
    return Path(sysconfig.get_path("data")) / "share" / "twin" / "scenarios"


def first() -> Path:
    """Return the scenario that the app opens with."""
    return shipped() / "mill.toml"


def load(path: str | Path) -> Scenario:
    """Read and check a scenario file.

    Raises
    ------
    BadInput
        When the file is missing, too large, not TOML, or holds anything that is not allowed.
    """
    file = Path(path)
    return parse(read_document(file, library=shipped()), str(path))


# -- checking -----------------------------------------------------------------------------------


def parse(document: Mapping[str, Any], file: str) -> Scenario:
    """Check a scenario's tables; every fault is collected before refusing."""
    faults: list[Fault] = []
    header = _header(document, file, faults)
    entries = _entries(document, file, faults)
    if faults or header is None:
        raise BadInput(faults)
    measures = _measures(entries)
    faults += _limits(entries, file)
    expectations = read_expectations(document.get("expect", []), measures, file, faults)
    if header.warmup >= header.horizon:
        value = repr(document.get("warmup"))
        faults.append(Fault("must be shorter than the horizon", "warmup", file, value))
    if faults:
        raise BadInput(faults)
    return Scenario(file, document, header, entries, tuple(expectations), measures)


def _header(document: Mapping[str, Any], file: str, faults: list[Fault]) -> Header | None:
    tops = {key: value for key, value in document.items() if key not in {*SECTIONS, "expect"}}
    known = [*Header.model_fields, *SECTIONS, "expect", "extends"]
    for key in [key for key in tops if key not in known]:
        faults.append(Fault("no such key" + did_you_mean(key, known), key, file))
        del tops[key]
    try:
        return Header.read(tops, file=file)
    except BadInput as error:
        faults.extend(error.faults)
        return None


def _entries(document: Mapping[str, Any], file: str, faults: list[Fault]) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for section in SECTIONS:
        tables = document.get(section, {})
        if not isinstance(tables, Mapping):
            faults.append(Fault(f"write it as [{section}.NAME]", section, file))
            continue
        for name, table in tables.items():
            try:
                if name in entries or name in Header.model_fields:
                    message = "this name is taken; every thing has a name of its own"
                    raise BadInput(Fault(message, f"{section}.{name}", file))
                entries[name] = _entry(section, name, table, file)
            except BadInput as error:
                faults.extend(error.faults)
    if not document.get("plant"):
        faults.append(Fault("a scenario needs at least one [plant.NAME]", "plant", file))
    return entries


def _entry(section: Section, name: str, table: Any, file: str) -> Entry:
    path = f"{section}.{name}"
    if not isinstance(table, Mapping):
        raise BadInput(Fault(f"write it as a table, [{path}]", path, file))
    if not name.isidentifier():
        raise BadInput(Fault("a name has letters, digits and _ only", path, file))
    rest = {key: value for key, value in table.items() if key != "kind"}
    if section == "node":
        if "kind" in table:
            raise BadInput(Fault("a node has a board and a model, no kind", f"{path}.kind", file))
        from twin.nodes.node_settings import NodeSettings

        checked = NodeSettings.read(rest, path=path, file=file)
        return Entry(name, section, "node", checked, NodeSettings)
    kind = table.get("kind")
    if not isinstance(kind, str):
        raise BadInput(Fault("is required, such as kind = 'cnc'", f"{path}.kind", file))
    module = load_kind(FAMILIES[section], kind, path=f"{path}.kind", file=file)
    params: type[Params] = module.Settings
    settings = params.read(rest, path=path, file=file)
    if section == "plant":
        _check_asset(module.Model, settings, path, file)
        settings = module.Model.informed(settings, functools.partial(_rates, path, file))
    return Entry(name, section, kind, settings, params)


def _check_asset(model: Any, settings: Params, path: str, file: str) -> None:
    try:
        model.check(settings)
    except BadInput as error:
        raise BadInput(
            [Fault(f.message, f"{path}.{f.path}", file, f.value) for f in error.faults]
        ) from None


def _rates(path: str, file: str, model: str, field: str) -> tuple[float, float]:
    """Return how often an inspection model errs [1], by its card."""
    from twin.nodes.inspection import alarm_rates

    return alarm_rates(model, path=f"{path}.{field}", file=file)


def _measures(entries: Mapping[str, Entry]) -> dict[str, Measure]:
    """KPI path → measure, for everything in the scenario."""
    found: dict[str, Measure] = {}
    for entry in entries.values():
        for measure in measures_of(entry):
            parts = [entry.name, measure.part, measure.name]
            found[".".join(part for part in parts if part)] = measure
    return found


def measures_of(entry: Entry) -> tuple[Measure, ...]:
    """Measures that one entry's facts can be read with."""
    if entry.section == "plant":
        model = load_kind("twin.plant", entry.kind).Model
        return tuple(model.measures(entry.settings))
    if entry.section == "node":
        from twin.nodes.node_settings import NodeSettings
        from twin.nodes.node_settings import measures_of as of_node

        assert isinstance(entry.settings, NodeSettings)
        return of_node(entry.settings)
    return ()


def _limits(entries: Mapping[str, Entry], file: str) -> list[Fault]:
    faults: list[Fault] = []
    for entry in entries.values():
        if isinstance(entry.settings, SensorSettings):
            faults += entry.settings.faults(entry.name, file)
        if entry.section != "plant":
            continue
        limits = load_kind("twin.plant", entry.kind).Model.limits(entry.settings)
        found = [limit.excess(entry.name) for limit in limits]
        faults += [Fault(message, f"plant.{entry.name}", file) for message in found if message]
    return faults
