"""Hashed character n-grams of many texts at once, in numpy: rows (text, bucket), with how often each stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["BITS", "LONGEST_GRAM", "Grams", "grams"]

BITS = 22
LONGEST_GRAM = 3
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_EDGE = 0x110000
"""Stands before and after each text; no code point has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grams:
    """Which buckets each text uses, once each: `bucket[start[i]:start[i + 1]]` are text i's, `count` times each."""

    bucket: npt.NDArray[np.int64]
    count: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]


def grams(texts: Sequence[str]) -> Grams:
    """Return the buckets of the 1- to 3-grams of `texts` (already normalised, so no lone surrogates)."""
    sizes = np.fromiter((len(text) + 2 for text in texts), np.int64, len(texts))
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(texts) else 0
    points = np.full(total, _EDGE, np.uint64)
    inner = np.ones(total, bool)
    inner[ends - 1] = inner[ends - sizes] = False
    points[inner] = np.frombuffer("".join(texts).encode("utf-32-le"), "<u4")
    owner = np.repeat(np.arange(len(texts)), sizes)
    keys = [_keys(points, owner, size) for size in range(1, LONGEST_GRAM + 1)]
    found = np.concatenate(keys)
    found.sort()
    first = np.flatnonzero(np.diff(found, prepend=-1))
    unique, count = found[first], np.diff(first, append=len(found))
    start = np.searchsorted(unique, np.arange(len(texts) + 1, dtype=np.int64) << BITS)
    return Grams(bucket=unique & ((1 << BITS) - 1), count=count, start=start)


def _keys(points: npt.NDArray[np.uint64], owner: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.int64]:
    """One key (text, bucket) for each n-gram of `size` that lies within one text."""
    count = len(points) - size + 1
    if count <= 0:
        return np.empty(0, np.int64)
    value = np.full(count, size, np.uint64)
    for step in range(size):
        value = (value ^ points[step : step + count]) * _PRIME
        value ^= value >> np.uint64(29)
    whole = owner[:count] == owner[size - 1 :]
    bucket = (value >> np.uint64(64 - BITS)).astype(np.int64)
    keys: npt.NDArray[np.int64] = (owner[:count][whole] << BITS) | bucket[whole]
    return keys
