"""Named random streams: one independent generator for each use of chance.

``stream(seed, "mill.wear")`` depends on nothing but the seed and the name, so adding a machine
leaves every other machine's draws unchanged, and two variants of one plant share their luck
(common random numbers).
"""

from __future__ import annotations

import hashlib

import numpy as np


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the generator of ``name`` for a run with ``seed``.

    >>> a, b = stream(7, "mill.wear"), stream(7, "mill.wear")
    >>> bool((a.random(4) == b.random(4)).all())
    True
    """
    words = np.frombuffer(hashlib.sha256(name.encode()).digest()[:16], dtype="<u4")
    sequence = np.random.SeedSequence(seed, spawn_key=tuple(int(word) for word in words))
    return np.random.default_rng(sequence)


def replication_seed(seed: int, index: int) -> int:
    """Return the seed of replication ``index``; replication 0 has the scenario's own seed."""
    if index == 0:
        return seed
    digest = hashlib.sha256(f"{seed}/replication/{index}".encode()).digest()
    return int.from_bytes(digest[:6], "little")
