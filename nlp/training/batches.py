"""Batches of texts of like length, so that little of a batch is padding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from nlp.classifier.pieces import PAD

__all__ = ["pad", "plan"]

GRAIN = 4


def plan(lengths: Sequence[int], pieces: int, generator: np.random.Generator) -> list[list[int]]:
    """Group row numbers into shuffled batches of `pieces` pieces, padding counted, of few distinct shapes.

    Few shapes, because oneDNN compiles a kernel for each: lengths go up in fours, and a length has one batch size.
    """
    widths = np.maximum(-(-np.asarray(lengths) // GRAIN) * GRAIN, 2 * GRAIN)
    batches: list[list[int]] = []
    for width in np.unique(widths):
        rows = generator.permutation(np.flatnonzero(widths == width))
        size = max(1, pieces // int(width))
        batches += [rows[at : at + size].tolist() for at in range(0, len(rows), size)]
    generator.shuffle(batches)
    return batches


def pad(rows: Sequence[Sequence[int]]) -> Tensor:
    """Return the rows as one (rows, longest rounded up) tensor of ids."""
    width = max(2 * GRAIN, -(-max(map(len, rows)) // GRAIN) * GRAIN)
    ids = np.full((len(rows), width), PAD)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = row
    return torch.from_numpy(ids)
