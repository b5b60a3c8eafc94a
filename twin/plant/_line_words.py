"""Lists of names as a person writes them."""

from __future__ import annotations


def words(written: str, mark: str = ",") -> tuple[str, ...]:
    """Return the names of a list.

    >>> words("saw, mill, saw"), words("a | b", "|"), words("")
    (('saw', 'mill', 'saw'), ('a', 'b'), ())
    """
    return tuple(word.strip() for word in written.split(mark) if word.strip())
