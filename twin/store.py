"""Where things are kept: the home folder, its databases, and finished runs.

A run on disk is a folder: one Parquet table for each kind of fact, and ``run.json``. The folder's
name is the hash of everything that decides the result, so the same question is never computed
twice. It is written beside its place, synced and renamed: it is there whole or not at all.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

import platformdirs
import sqlalchemy as sa

from twin.errors import BadInput, Fault


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


@functools.cache
def _engine(path: str) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _: Any) -> None:
        # WAL lets pages read while a worker writes; FULL keeps what was accepted through a crash.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


def database(name: str) -> sa.Engine:
    """Return the engine of ``<home>/<name>.sqlite``; ``TWIN_DATABASE`` puts all in one server."""
    server = os.environ.get("TWIN_DATABASE")
    if server:
        return sa.create_engine(server, pool_pre_ping=True)
    return _engine(str(home() / f"{name}.sqlite"))
