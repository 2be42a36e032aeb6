"""The fast engine: logistic regression over hashed character n-grams, eight-bit weights, numpy alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.classifier.grams import grams
from nlp.classifier.text import normalise

__all__ = ["Ngrams"]

Array = npt.NDArray[np.float32]
AT_ONCE = 1024
SQUARES = np.asarray([n * abs(n) for n in (*range(128), *range(-128, 0))], np.float32)
"""What an eight-bit weight stands for, before its logit's scale: fine steps near nought, yet room for strong words."""


class Ngrams:
    """All heads' logits for texts, from one file written by training."""

    def __init__(self, idf: Array, weights: npt.NDArray[np.int8], scale: Array, bias: Array) -> None:
        """`idf` (buckets,), `weights` (buckets, logits) with a `scale` and a `bias` a logit."""
        self.idf, self.weights, self.scale, self.bias = idf, weights, scale, bias

    @classmethod
    def read(cls, path: Path) -> Ngrams:
        """Read the arrays of an .npz file."""
        with np.load(path, allow_pickle=False) as file:
            return cls(file["idf"].astype(np.float32), file["weights"], file["scale"], file["bias"])

    def logits(self, texts: Sequence[str]) -> Array:
        """Return (texts, logits) for raw texts; an empty text gets the bias."""
        parts = [self._some(texts[at : at + AT_ONCE]) for at in range(0, len(texts), AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.bias)), np.float32)

    def _some(self, texts: Sequence[str]) -> Array:
        found = grams([normalise(text) for text in texts])
        idf = self.idf[found.bucket]
        values = np.zeros((len(idf) + 1, len(self.bias)), np.float32)
        np.multiply(SQUARES[self.weights[found.bucket]], idf[:, None], out=values[:-1])
        squares = np.append(idf * idf, np.float32(0))
        length = np.sqrt(np.maximum(np.add.reduceat(squares, found.start[:-1]), 1e-6))
        sums = np.add.reduceat(values, found.start[:-1])
        return (sums / length[:, None] * self.scale + self.bias).astype(np.float32)
