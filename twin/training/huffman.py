"""How small a model's weights become with a Huffman code: what a download or slow memory needs."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

TABLE = 256  # a code's lengths, one byte for each value of a weight


def code_lengths(counts: npt.NDArray[np.integer]) -> list[int]:
    """Length of each symbol's code [bit]; 0 for those that never occur.

    References
    ----------
    Huffman, Proc. IRE 40 (1952) 1098–1101, doi:10.1109/JRPROC.1952.273898.

    >>> code_lengths(np.array([45, 13, 12, 16, 9, 5, 0]))
    [1, 3, 3, 3, 4, 4, 0]
    """
    heap = [(int(count), index, [index]) for index, count in enumerate(counts) if count]
    lengths = [0] * len(counts)
    if len(heap) == 1:
        lengths[heap[0][1]] = 1
        return lengths
    heapq.heapify(heap)
    while len(heap) > 1:
        one, other = heapq.heappop(heap), heapq.heappop(heap)
        for symbol in one[2] + other[2]:
            lengths[symbol] += 1
        heapq.heappush(heap, (one[0] + other[0], one[1], one[2] + other[2]))
    return lengths


def coded_bytes(weights: Iterable[npt.NDArray[np.int8]]) -> int:
    """Size of INT8 weights in one Huffman code, with its table [byte].

    >>> coded_bytes([np.zeros(800, np.int8)])
    356
    """
    whole = np.concatenate([np.ravel(part) for part in weights])
    counts = np.bincount(whole.astype(np.int16) + 128, minlength=256)
    bits = int(counts @ np.array(code_lengths(counts)))
    return -(-bits // 8) + TABLE
