"""Where things are kept: the home folder, its databases, and finished runs.

A run on disk is a folder: one Parquet table for each kind of fact, and ``run.json``. The folder's
name is the hash of everything that decides the result, so the same question is never computed
twice. It is written beside its place, synced and renamed: it is there whole or not at all.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import platformdirs
import sqlalchemy as sa

from twin import __version__, facts_file
from twin.errors import BadInput, Fault, did_you_mean
from twin.facts_file import Begun
from twin.records import FACT_TABLES, Array, Block, Facts, Sample
from twin.tables import Words, groups

if TYPE_CHECKING:
    import pandas as pd


def home() -> Path:
    """Return the folder that holds runs and databases: ``$TWIN_HOME`` or the user's data folder.

    Raises
    ------
    BadInput
        When it cannot be created or written.
    """
    chosen = os.environ.get("TWIN_HOME") or platformdirs.user_data_dir("twin", appauthor=False)
    folder = Path(chosen).expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot be created ({error.strerror}); set TWIN_HOME to a folder you may write"
        raise BadInput(Fault(message, file=str(folder))) from None
    if not os.access(folder, os.W_OK):
        raise BadInput(Fault("may not be written; set TWIN_HOME to another", file=str(folder)))
    return folder


_ENGINES: dict[str, sa.Engine] = {}


def _engine(url: str) -> sa.Engine:
    if url not in _ENGINES:
        _ENGINES[url] = _sqlite(url) if url.startswith("sqlite:") else _server(url)
    return _ENGINES[url]


def _server(url: str) -> sa.Engine:
    return sa.create_engine(url, pool_pre_ping=True)


def _sqlite(url: str) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": 30})

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _: Any) -> None:
        # WAL lets pages read while a worker writes; FULL keeps what was accepted through a crash.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


@functools.cache
def _with_tables(url: str, tables: sa.MetaData) -> sa.Engine:
    engine = _engine(url)
    with engine.begin() as connection:
        # Not create_all: between its look and its deed another process may create the table.
        for table in tables.sorted_tables:
            connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
            for index in table.indexes:
                connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))
    return engine


def database(name: str, tables: sa.MetaData | None = None) -> sa.Engine:
    """Return the engine of ``<home>/<name>.sqlite``, with ``tables`` created.

    ``TWIN_DATABASE`` (an SQLAlchemy URL) puts all of them in one server instead.
    """
    url = os.environ.get("TWIN_DATABASE") or f"sqlite:///{home() / name}.sqlite"
    return _engine(url) if tables is None else _with_tables(url, tables)


def disconnect() -> None:
    """Close every idle connection of this process; they open again when they are needed.

    A process that is about to be copied must hold none: SQLite's must not be taken along.
    """
    for engine in _ENGINES.values():
        engine.dispose()


# -- finished runs ------------------------------------------------------------------------------

_METADATA = sa.MetaData()
RUNS = sa.Table(
    "runs",
    _METADATA,
    sa.Column("run_id", sa.String(40), primary_key=True),
    sa.Column("created", sa.String(32), nullable=False),
    sa.Column("title", sa.String(400), nullable=False),
    sa.Column("file", sa.String(1000), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("folder", sa.String(1000), nullable=False),
)
"""The registry of finished runs, one row each."""


@functools.cache
def code_version() -> str:
    """Return the version with a hash of the code and models that decide results.

    Pages, commands and device drivers do not decide a result, so they are left out.
    """
    root = Path(__file__).resolve().parent
    decide = [p for p in root.rglob("*") if p.suffix in {".py", ".onnx", ".json"}]
    aside = {"ui", "cli", "devices", "forecast", "training"}
    digest = hashlib.sha256()
    for path in sorted(decide):
        inside = path.relative_to(root)
        if inside.parts[0] not in aside:
            digest.update(inside.as_posix().encode() + path.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:12]}"


def run_id(*decisive: Any) -> str:
    """Return the id of a run: the hash of everything that decides its result."""
    written = json.dumps([code_version(), *decisive], sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A finished run on disk."""

    run_id: str
    created: str
    title: str
    file: str
    kind: str
    folder: Path

    def document(self) -> dict[str, Any]:
        """Return ``run.json``: what was asked, and the numbers."""
        read: dict[str, Any] = json.loads((self.folder / "run.json").read_text("utf-8"))
        return read

    def table(self, name: str) -> pd.DataFrame:
        """Return one table of facts (``events``, ``states``, ``samples``, …)."""
        path = self.folder / f"{name}.parquet"
        if not path.exists():
            known = sorted(p.stem for p in self.folder.glob("*.parquet"))
            message = f"has no table {name!r}" + did_you_mean(name, known)
            raise BadInput(Fault(message, file=str(self.folder)))
        import pandas as pd

        return pd.read_parquet(path)

    def sampled(self) -> list[tuple[str, str]]:
        """Return (source, channel) of everything that was sampled, in the order of first rows."""
        read = facts_file.read(self.folder / "samples.parquet", Sample, "source", "channel")
        source, channel = (column for column in read.values() if isinstance(column, Words))
        keys = source.codes.astype(np.int64) * max(len(channel.names), 1) + channel.codes
        found, places = np.unique(keys, return_index=True)
        pairs = found[np.argsort(places)].tolist()
        return [(source.names[k // len(channel.names)], channel.names[k % len(channel.names)])
                for k in pairs]  # fmt: skip

    def series(self, source: str, channel: str) -> tuple[Array, Array]:
        """Return times [s] and values [SI] of a sampled channel."""
        path = self.folder / "samples.parquet"
        return facts_file.series(path, {"source": source, "channel": channel})

    def sampled_of(self, channels: Iterable[str]) -> dict[tuple[str, ...], tuple[Array, Array]]:
        """Return times [s] and values [SI] of some channels, by (source, channel)."""
        import pyarrow.parquet as pq

        names, path = ["source", "channel"], self.folder / "samples.parquet"
        wanted = [("channel", "in", list(channels))]
        rows = pq.read_table(path, read_dictionary=names, filters=wanted).combine_chunks()
        time, value = (rows.column(name).to_numpy() for name in ("time", "value"))
        found = groups(
            {name: facts_file.from_arrow(rows.column(name), "str") for name in names}, names
        )
        return {key: (time[at], value[at]) for key, at in found.items()}

    def facts(self) -> Facts:
        """Return the fact rows as they were recorded."""
        document = self.document()
        facts = Facts(end=document["facts"]["end"], warmup=document["facts"]["warmup"])
        for name, row in FACT_TABLES.items():
            getattr(facts, name).extend_columns(
                facts_file.read(self.folder / f"{name}.parquet", row)
            )
        for values in self.table("blocks").itertuples(index=False, name=None):
            time, source, rate, shape, data = values
            samples = np.asarray(data, dtype=np.float32).reshape([int(n) for n in shape])
            facts.blocks.append(Block(time, source, rate, samples))
        return facts


def _registry() -> sa.Engine:
    return database("registry", _METADATA)


def save_run(
    identity: str,
    document: Mapping[str, Any],
    facts: Facts,
    tables: Mapping[str, pd.DataFrame],
    *,
    title: str,
    file: str,
    kind: str,
    begun: Begun | None = None,
) -> StoredRun:
    """Write a finished run, whole or not at all, and enter it in the registry.

    ``begun`` has written part of its facts. Saving the same run again returns the one that is
    there.
    """
    folder = home() / "runs" / identity
    if not (folder / "run.json").exists():
        with nullcontext(begun) if begun is not None else facts_file.begun(folder) as writing:
            _write_folder(folder, document, facts, tables, writing)
    created = datetime.now(UTC).isoformat(timespec="milliseconds")
    row = {
        "run_id": identity,
        "created": created,
        "title": title[:400],
        "file": file[:1000],
        "kind": kind,
        "folder": str(folder),
    }
    with _registry().begin() as connection:
        there = connection.execute(sa.select(RUNS).where(RUNS.c.run_id == identity)).first()
        if there is None:
            connection.execute(sa.insert(RUNS).values(row))
    return get_run(identity)


def begun(identity: str) -> AbstractContextManager[Begun]:
    """Begin to write the facts of a run while it is simulated; see :func:`save_run`."""
    return facts_file.begun(home() / "runs" / identity)


def _write_folder(
    folder: Path,
    document: Mapping[str, Any],
    facts: Facts,
    tables: Mapping[str, pd.DataFrame],
    writing: Begun,
) -> None:
    part = writing.finish(facts)
    _blocks_frame(facts).to_parquet(part / "blocks.parquet", compression="zstd")
    for name, frame in tables.items():
        frame.to_parquet(part / f"{name}.parquet", compression="zstd")
    whole = {**document, "facts": {"end": facts.end, "warmup": facts.warmup}}
    (part / "run.json").write_text(json.dumps(whole, ensure_ascii=False, indent=1), "utf-8")
    for path in part.iterdir():
        with path.open("rb") as handle:
            os.fsync(handle.fileno())
    try:
        part.rename(folder)
    except OSError:
        # Somebody else finished the same run first: theirs is equal, ours may go.
        if not (folder / "run.json").exists():
            raise


def _blocks_frame(facts: Facts) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "time": [block.time for block in facts.blocks],
            "source": [block.source for block in facts.blocks],
            "rate": [block.rate for block in facts.blocks],
            "shape": [list(block.data.shape) for block in facts.blocks],
            "data": [block.data.ravel() for block in facts.blocks],
        }
    )


def find_run(identity: str) -> StoredRun | None:
    """Return a finished run, or None when there is none of that id."""
    with _registry().begin() as connection:
        row = connection.execute(sa.select(RUNS).where(RUNS.c.run_id == identity)).first()
    if row is None or not (Path(row.folder) / "run.json").exists():
        return None
    return _stored(row)


def get_run(identity: str) -> StoredRun:
    """Return a finished run.

    Raises
    ------
    BadInput
        When there is none of that id.
    """
    found = find_run(identity)
    if found is None:
        known = [run.run_id for run in list_runs(100)]
        raise BadInput(Fault(f"no run {identity!r}" + did_you_mean(identity, known)))
    return found


def list_runs(most: int = 200) -> list[StoredRun]:
    """Return the newest finished runs, newest first."""
    query = sa.select(RUNS).order_by(RUNS.c.created.desc()).limit(most)
    with _registry().begin() as connection:
        rows = connection.execute(query).all()
    return [_stored(row) for row in rows]


def _stored(row: Any) -> StoredRun:
    return StoredRun(row.run_id, row.created, row.title, row.file, row.kind, Path(row.folder))
