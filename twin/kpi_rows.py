"""KPI rows of finished replications: one durable row each, under the hash of what decides it.

A row is written by the process that computed it, the moment it is finished, so a process that is
killed loses nothing but the replication it was in. The row is in the file before the next
replication starts; :func:`sync` also waits for the disk, which a power cut needs.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeAlias

import numpy as np
import sqlalchemy as sa

from twin.store import database

Figures: TypeAlias = tuple[float, ...]
"""One value for each measure of a scenario, in the order of its measures."""
AT_ONCE = 500
"""Keys of one query."""

_METADATA = sa.MetaData()
ROWS = sa.Table(
    "kpi_rows",
    _METADATA,
    sa.Column("point", sa.String(16), primary_key=True),
    sa.Column("replication", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("figures", sa.LargeBinary, nullable=False),
    sa.Column("times", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""``times`` counts how often a row was computed: more than once is work done in vain."""
SYNCED = sa.Table(
    "kpi_rows_synced",
    _METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Float, nullable=False),
)
_SAVE = sa.text(
    "INSERT INTO kpi_rows (point, replication, figures, times) VALUES (:point, :replication, "
    ":figures, 1) ON CONFLICT (point, replication) DO UPDATE SET times = kpi_rows.times + 1"
)


def _engine() -> sa.Engine:
    return database("registry", _METADATA)


class Writer:
    """Saves rows one by one; each is there for every process once ``save`` returns."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def save(self, point: str, rows: Mapping[int, Sequence[float]]) -> None:
        """Save replications of one point in one transaction."""
        written = [
            {"point": point, "replication": index, "figures": _pack(figures)}
            for index, figures in rows.items()
        ]
        if written:
            self._connection.execute(_SAVE, written)
            self._connection.commit()


@contextmanager
def writer() -> Iterator[Writer]:
    """Open a connection for saving row after row.

    On SQLite it does not wait for the disk: the operating system holds what was written, so the
    death of this process loses nothing. :func:`sync` waits.
    """
    with _engine().connect() as connection:
        if connection.dialect.name == "sqlite":
            # Its own connection, closed at the end: the setting must not reach another user.
            connection.detach()
            connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
            connection.commit()
        yield Writer(connection)


class Nowhere(Writer):
    """Saves nothing, for work whose result is not to be kept."""

    def __init__(self) -> None:
        pass

    def save(self, point: str, rows: Mapping[int, Sequence[float]]) -> None:
        """Do nothing."""


def sync() -> None:
    """Return when every row saved so far is on the disk."""
    with _engine().begin() as connection:
        stamp = {"at": time.time()}
        if connection.execute(sa.update(SYNCED).values(stamp)).rowcount == 0:
            connection.execute(sa.insert(SYNCED).values(id=1, **stamp))


def find(points: Iterable[str]) -> dict[str, dict[int, Figures]]:
    """Return the replications that are stored of each point: point → index → figures."""
    found: dict[str, dict[int, Figures]] = defaultdict(dict)
    wanted = list(dict.fromkeys(points))
    columns = (ROWS.c.point, ROWS.c.replication, ROWS.c.figures)
    with _engine().begin() as connection:
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            query = sa.select(*columns).where(ROWS.c.point.in_(some))
            for point, index, figures in connection.execute(query):
                found[point][index] = _unpack(figures)
    return found


def computed(points: Iterable[str] | None = None) -> int:
    """Return how many times a replication was computed, of ``points`` or in all."""
    query = sa.select(sa.func.coalesce(sa.func.sum(ROWS.c.times), 0))
    if points is not None:
        query = query.where(ROWS.c.point.in_(list(points)))
    with _engine().begin() as connection:
        return int(connection.execute(query).scalar_one())


def _pack(figures: Sequence[float]) -> bytes:
    return np.asarray(figures, dtype="<f8").tobytes()


def _unpack(written: bytes) -> Figures:
    return tuple(np.frombuffer(written, dtype="<f8").tolist())
