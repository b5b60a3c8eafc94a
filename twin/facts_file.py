"""Tables of facts as Parquet files: written block by block, also while the run still goes on."""

from __future__ import annotations

import os
import shutil
import socket
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from twin.records import FACT_TABLES, Facts
from twin.tables import Column, Part, Table, Words, rows_of

if TYPE_CHECKING:
    import pyarrow.parquet as pq

LEAST = 100_000
"""Rows for which a thread beside the simulation is worth it."""


# -- writing ------------------------------------------------------------------------------------


class TableFile:
    """A Parquet file that takes a table of facts block by block."""

    def __init__(self, path: Path, table: Table[Any]) -> None:
        self._path, self._fields = path, dict(table.fields)
        self._writer: pq.ParquetWriter | None = None

    def write(self, part: Part) -> None:
        """Write a block of rows."""
        import pyarrow as pa  # slow to import, and the gateway needs only the databases

        rows = pa.table({name: _to_arrow(part[name]) for name in self._fields})
        self._writer = self._writer or self._open(rows.schema)
        self._writer.write_table(rows)

    def _open(self, schema: Any) -> pq.ParquetWriter:
        import pyarrow.parquet as pq

        texts, numbers = ([name for name, kind in self._fields.items() if kind == wanted]
                          for wanted in ("str", "float"))  # fmt: skip
        # Without our schema it is plain text inside. Bytes of numbers by their place are half as
        # much and quicker to pack. Every block holds every source, so extremes help no reader.
        return pq.ParquetWriter(
            self._path, schema, compression="zstd", use_dictionary=texts, store_schema=False,
            use_byte_stream_split=numbers, write_statistics=False,
        )  # fmt: skip

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def write(path: Path, table: Table[Any]) -> None:
    """Write a table to a file, part by part, so that a long run is not copied."""
    file = TableFile(path, table)
    for part in table.parts() or (table.columns(),):
        file.write(part)
    file.close()


def _to_arrow(column: Column) -> Any:
    import pyarrow as pa

    if not isinstance(column, Words):
        return pa.array(column)
    codes, names = column.codes, column.names
    if len(names) > len(codes):
        used, codes = np.unique(codes, return_inverse=True)
        # Most codes follow each other, as the numbers of parts do.
        runs = np.split(used, np.flatnonzero(np.diff(used) > 1) + 1)
        names = [name for run in runs for name in names[int(run[0]) : int(run[-1]) + 1]]
    return pa.DictionaryArray.from_arrays(codes.astype(np.int32), pa.array(names, pa.string()))


# -- beside the simulation ----------------------------------------------------------------------


class Begun:
    """The facts of a run that goes on: its samples are written in a thread as they come.

    What is written stands in a folder of its own; only a run that is finished gets its name.
    """

    def __init__(self, folder: Path) -> None:
        self._target = folder
        self._taken: list[Part] = []
        self._pending: list[Future[None]] = []
        self._thread: ThreadPoolExecutor | None = None
        self._file: TableFile | None = None
        self.folder: Path | None = None

    def take(self, facts: Facts) -> None:
        """Have the blocks of samples written that have come since."""
        new = facts.samples.blocks()[len(self._taken) :]
        if self._thread is None:
            if sum(map(rows_of, new)) < LEAST:
                return
            self._thread = ThreadPoolExecutor(1, "facts")
            self._file = TableFile(self._place() / "samples.parquet", facts.samples)
        assert self._file is not None
        self._taken += new
        self._pending += [self._thread.submit(self._file.write, part) for part in new]

    def finish(self, facts: Facts) -> Path:
        """Write what is not yet there; return the folder with every table in it."""
        folder = self._place()
        parts = facts.samples.parts()
        same = all(a is b for a, b in zip(self._taken, parts, strict=False))
        begun = self._file is not None and same and len(parts) >= len(self._taken)
        if begun:
            self.take(facts)
        self._wait()
        for name in FACT_TABLES:
            if name != "samples" or not begun:
                write(folder / f"{name}.parquet", getattr(facts, name))
        return folder

    def _wait(self) -> None:
        for written in self._pending:
            written.result()
        self._pending = []
        if self._file is not None:
            self._file.close()

    def _place(self) -> Path:
        if self.folder is None:
            self.folder = _part_folder(self._target)
        return self.folder

    def end(self) -> None:
        """Stop writing and remove what did not become a run."""
        if self._thread is not None:
            self._thread.shutdown(cancel_futures=True)
        try:
            if self._file is not None:
                self._file.close()
        finally:
            if self.folder is not None:
                shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def begun(folder: Path) -> Iterator[Begun]:
    """Write the facts of the run that shall stand in ``folder`` while it is simulated."""
    writing = Begun(folder)
    try:
        yield writing
    finally:
        writing.end()


def _part_folder(target: Path) -> Path:
    """Return a new folder beside ``target``; what killed processes left of the same run goes."""
    of_host = f".{target.name}.{socket.gethostname()}."
    for left in target.parent.glob(f"{of_host}*"):
        pid = left.name.removeprefix(of_host).split(".")[0]
        if pid.isdigit() and not _alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
    part = target.with_name(f"{of_host}{os.getpid()}.{uuid.uuid4().hex[:6]}")
    part.mkdir(parents=True)
    return part


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


# -- reading ------------------------------------------------------------------------------------


def read(path: Path, row: Any, *names: str) -> dict[str, Column]:
    """Return the columns of a table of facts, or those that are named."""
    import pyarrow.parquet as pq

    fields = {name: kind for name, kind in Table(row).fields.items() if name in names or not names}
    texts = [name for name, kind in fields.items() if kind == "str"]
    found = pq.read_table(path, columns=list(fields), read_dictionary=texts).combine_chunks()
    return {name: from_arrow(found.column(name), kind) for name, kind in fields.items()}


def series(path: Path, wanted: dict[str, str]) -> tuple[Any, Any]:
    """Return times and values of the rows whose columns of text have the ``wanted`` words."""
    import pyarrow.parquet as pq

    found = [(np.empty(0), np.empty(0))]
    with pq.ParquetFile(path, read_dictionary=list(wanted)) as file:
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group)
            which = [_is(rows.column(name), word) for name, word in wanted.items()]
            at = np.flatnonzero(np.logical_and.reduce(which))
            time, value = (rows.column(name).to_numpy()[at] for name in ("time", "value"))
            found.append((time, value))
    times, values = zip(*found, strict=True)
    return np.concatenate(times), np.concatenate(values)


def _is(column: Any, word: str) -> npt.NDArray[np.bool_]:
    """Return which rows of a column of text are ``word``."""
    text = from_arrow(column, "str")
    assert isinstance(text, Words)
    code = text.names.index(word) if word in text.names else -1
    return np.asarray(text.codes == code)


def from_arrow(column: Any, kind: str) -> Column:
    """Return a column of Arrow as one of ours."""
    if kind != "str":
        return np.asarray(column.to_numpy())
    whole = column.unify_dictionaries().combine_chunks()
    return Words(whole.indices.to_numpy(), tuple(whole.dictionary.to_pylist()))
