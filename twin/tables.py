"""Tables of rows that are kept as columns.

Rows are appended one by one as plain tuples, or a whole block of columns at once; they are read as
the NamedTuples they stand for, or as NumPy columns. A column of text is a number for each row into
the words that occur (:class:`Words`), so that grouping a million rows by name is integer work.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar, get_type_hints, overload

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
IntArray = npt.NDArray[np.integer[Any]]
Row = TypeVar("Row", bound=tuple[Any, ...])

DTYPES = {"float": np.dtype(np.float64), "int": np.dtype(np.int64), "bool": np.dtype(np.bool_)}
"""Kind of number by the annotation of a row's field; ``str`` is a column of words."""


class Words(NamedTuple):
    """A column of text.

    Attributes
    ----------
    codes : ndarray of int
        Shape (n,): which of ``names`` each row has.
    names : sequence of str
        Every word once.
    """

    codes: IntArray
    names: Sequence[str]


Column = Array | Words
Part = Mapping[str, Column]
"""Some of the rows of a table: its columns by name, all of one length."""


class Runs(Mapping[str, Column]):
    """Rows that come in runs: through a run each column of text stays the same.

    Columns are put together only when they are asked for, and grouping takes no sorting; arrays of
    the runs are kept, not copied.

    Parameters
    ----------
    codes : mapping of str to Words
        Columns of text: the word of each run.
    numbers : mapping of str to sequence of arrays
        Columns of numbers: an array for each run.

    Examples
    --------
    >>> made = Runs({"source": words(["mill", "saw"])},
    ...             {"time": (np.array([0.0, 1.0]), np.array([0.0]))})
    >>> texts(made["source"]), made["time"].tolist()
    (['mill', 'mill', 'saw'], [0.0, 1.0, 0.0])
    """

    def __init__(self, codes: Mapping[str, Words], numbers: Mapping[str, Sequence[Array]]) -> None:
        self.codes, self.numbers = dict(codes), {key: tuple(v) for key, v in numbers.items()}

    @property
    def lengths(self) -> list[int]:
        """Rows of each run."""
        return [len(piece) for piece in next(iter(self.numbers.values()))]

    def __getitem__(self, name: str) -> Column:
        if name in self.codes:
            column = self.codes[name]
            return Words(np.repeat(column.codes, self.lengths), column.names)
        return join(self.numbers[name])

    def __iter__(self) -> Iterator[str]:
        return iter((*self.codes, *self.numbers))

    def __len__(self) -> int:
        return len(self.codes) + len(self.numbers)

    def __reduce__(self) -> tuple[Any, ...]:
        return Runs, (self.codes, self.numbers)

    def where(self, by: Sequence[str]) -> dict[tuple[str, ...], list[int]]:
        """Return which runs have which words in the columns ``by``, in their order."""
        columns = [self.codes[name] for name in by]
        rows = zip(*(texts(column) for column in columns), strict=True)
        found: dict[tuple[str, ...], list[int]] = {}
        for number, key in enumerate(rows):
            found.setdefault(key, []).append(number)
        return found

    def of(self, runs: Sequence[int]) -> Part:
        """Return the rows of some runs."""
        chosen = np.asarray(runs)
        return Runs(
            {key: Words(column.codes[chosen], column.names) for key, column in self.codes.items()},
            {key: [pieces[run] for run in runs] for key, pieces in self.numbers.items()},
        )


def words(texts: Sequence[str]) -> Words:
    """Return a column of text.

    >>> words(["cutting", "down", "cutting"])
    Words(codes=array([0, 1, 0], dtype=int32), names=('cutting', 'down'))
    """
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    codes = np.fromiter(map(numbers.__getitem__, texts), np.int32, len(texts))
    return Words(codes, tuple(numbers))


def texts(column: Words) -> list[str]:
    """Return the text of every row.

    >>> texts(Words(np.array([1, 0]), ("down", "cutting")))
    ['cutting', 'down']
    """
    return [column.names[code] for code in column.codes.tolist()]


def join(columns: Sequence[Column]) -> Column:
    """Return columns of one kind, one after another.

    >>> join([words(["a", "b"]), words(["b", "c"])])
    Words(codes=array([0, 1, 1, 2], dtype=int32), names=('a', 'b', 'c'))
    """
    if len(columns) == 1:
        return columns[0]
    texts_only = [column for column in columns if isinstance(column, Words)]
    if not texts_only:
        return np.concatenate([column for column in columns if not isinstance(column, Words)])
    numbers: dict[str, int] = {}
    pieces = []
    for column in texts_only:
        known = [numbers.setdefault(name, len(numbers)) for name in column.names]
        pieces.append(np.asarray(known, np.int32)[column.codes])
    return Words(np.concatenate(pieces), tuple(numbers))


def groups(part: Part, by: Sequence[str]) -> dict[tuple[str, ...], IntArray]:
    """Return which rows have which words in the columns ``by``, in their order.

    >>> part = {"source": words(["mill", "saw", "mill"]), "value": np.array([1.0, 2.0, 3.0])}
    >>> groups(part, ["source"])
    {('mill',): array([0, 2], dtype=int32), ('saw',): array([1], dtype=int32)}
    """
    columns = [column for column in map(part.__getitem__, by) if isinstance(column, Words)]
    sizes = [max(len(column.names), 1) for column in columns]
    most = int(np.prod(sizes))
    # Stable sorting of 16-bit integers is a radix sort: linear in the rows.
    kind = np.int16 if most < 2**15 else np.int64
    key: IntArray = columns[0].codes.astype(kind)
    for column, size in zip(columns[1:], sizes[1:], strict=True):
        key = np.multiply(key, size, dtype=kind) + column.codes.astype(kind)
    # Half the memory where there are many rows.
    order = np.argsort(key, kind="stable").astype(np.int32)
    found, starts = np.unique(key[order], return_index=True)
    pieces = np.split(order, starts[1:]) if len(found) else []
    names = zip(*(index.tolist() for index in np.unravel_index(found, sizes)), strict=True)
    return {
        tuple(column.names[code] for column, code in zip(columns, codes, strict=True)): piece
        for codes, piece in zip(names, pieces, strict=True)
    }


@functools.cache
def _fields(row: type[Any]) -> Mapping[str, str]:
    return {name: hint.__name__ for name, hint in get_type_hints(row).items()}


class Table(Sequence[Row], Generic[Row]):
    """Rows of one kind of NamedTuple, kept as columns.

    Parameters
    ----------
    row : type
        The NamedTuple; its annotations say what each column holds.
    rows : iterable of tuple
        The first rows.

    Attributes
    ----------
    fields : dict
        Name of each column and what it holds: float, int, bool or str.
    """

    __slots__ = ("_parts", "_tail", "fields", "row")

    def __init__(self, row: type[Row], rows: Iterable[tuple[Any, ...]] = ()) -> None:
        self.row = row
        self.fields = _fields(row)
        self._parts: list[Part] = []
        self._tail: list[tuple[Any, ...]] = list(rows)

    @property
    def append(self) -> Callable[[tuple[Any, ...]], None]:
        """Append one row, as a plain tuple; look it up once where rows come fast."""
        return self._tail.append

    def extend(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Append rows."""
        self._tail.extend(rows)

    def extend_columns(self, columns: Part) -> None:
        """Append a block of rows, every column of it; the arrays are kept, not copied.

        Raises
        ------
        ValueError
            When a column is missing or longer than another.
        """
        lengths = _lengths(columns)
        if set(columns) != set(self.fields) or len(lengths) > 1:
            raise ValueError(f"need columns of one length for {', '.join(self.fields)}")
        if lengths != {0}:
            self._fold()
            self._parts.append(columns)

    def parts(self) -> tuple[Part, ...]:
        """Return all rows as blocks of columns; in order, none of them empty."""
        self._fold()
        return tuple(self._parts)

    def blocks(self) -> tuple[Part, ...]:
        """Return the blocks that are there already; the rows appended since the last are not."""
        return tuple(self._parts)

    def columns(self) -> Part:
        """Return every column, in one piece."""
        if len(self.parts()) != 1 or isinstance(self._parts[0], Runs):
            self._parts = [self._joined()] if self._parts else []
        return self._parts[0] if self._parts else self._columns_of([])

    def _joined(self) -> Part:
        return {name: join([part[name] for part in self._parts]) for name in self.fields}

    def _fold(self) -> None:
        rows = self._tail[:]
        if rows:
            self._parts.append(self._columns_of(rows))
            # The list itself stays: ``append`` may have been handed out.
            del self._tail[: len(rows)]

    def _columns_of(self, rows: list[tuple[Any, ...]]) -> Part:
        values = zip(*rows, strict=True) if rows else ((),) * len(self.fields)
        return {
            name: words(column) if kind == "str" else np.array(column, DTYPES[kind])
            for (name, kind), column in zip(self.fields.items(), values, strict=True)
        }

    def __len__(self) -> int:
        return sum(map(rows_of, self._parts)) + len(self._tail)

    def __iter__(self) -> Iterator[Row]:
        make: Any = self.row._make  # type: ignore[attr-defined]
        for part in self.parts():
            yield from map(make, zip(*(_list(part[name]) for name in self.fields), strict=True))

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return list(self)[index]
        whole = self.columns()
        place = range(len(self))[index]
        make: Any = self.row._make  # type: ignore[attr-defined]
        row: Row = make(_at(whole[name], place) for name in self.fields)
        return row

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table):
            return isinstance(other, list) and list(self) == other
        if self.row is not other.row or len(self) != len(other):
            return False
        mine, theirs = self.columns(), other.columns()
        return all(_same(mine[name], theirs[name]) for name in self.fields)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.row, list(self.parts()))

    def __repr__(self) -> str:
        return f"Table({self.row.__name__}, {len(self)} rows)"


def _restored(row: type[Any], parts: list[Part]) -> Table[Any]:
    table = Table(row)
    for part in parts:
        table.extend_columns(part)
    return table


def rows_of(part: Part) -> int:
    """Return how many rows a block has."""
    return max(_lengths(part, next(iter(part))))


def _lengths(part: Part, *names: str) -> set[int]:
    """How long the columns of a part are: all of them, or those that are named."""
    if isinstance(part, Runs):
        return {sum(map(len, pieces)) for pieces in part.numbers.values()}
    return {_length(part[name]) for name in names or part}


def _length(column: Column) -> int:
    return len(column.codes if isinstance(column, Words) else column)


def _list(column: Column) -> list[Any]:
    return texts(column) if isinstance(column, Words) else column.tolist()


def _at(column: Column, place: int) -> Any:
    if isinstance(column, Words):
        return column.names[int(column.codes[place])]
    return column[place].item()


def _same(one: Column, other: Column) -> bool:
    if isinstance(one, Words) and isinstance(other, Words):
        if one.names == other.names:
            return np.array_equal(one.codes, other.codes)
        both = join([one, other])
        assert isinstance(both, Words)
        mine, theirs = np.split(both.codes, 2)
        return np.array_equal(mine, theirs)
    return np.array_equal(one, other)  # type: ignore[arg-type]
