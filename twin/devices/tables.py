"""The tables that the desk and the gateway both keep, each in a database of its own."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError, ProgrammingError

from twin.devices.signing import canonical


def documents(meta: sa.MetaData, name: str) -> sa.Table:
    """Declare a table of documents that go through states."""
    return sa.Table(
        name,
        meta,
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("state", sa.String(20), nullable=False, index=True),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )


def numbers(meta: sa.MetaData, name: str) -> sa.Table:
    """Declare a table of the latest (epoch, seq) of each device."""
    return sa.Table(
        name,
        meta,
        sa.Column("target", sa.String(80), primary_key=True),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )


def create(engine: sa.Engine, meta: sa.MetaData) -> None:
    """Create the tables that are missing; two processes may do it at once."""
    try:
        meta.create_all(engine)
    except (OperationalError, ProgrammingError):
        meta.create_all(engine)  # the other process has just made them


def text(document: Any) -> str:
    """Return a document as it is kept."""
    return canonical(document).decode("utf-8")
