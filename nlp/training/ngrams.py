"""Fit the fast engine's weights: one logistic regression a head over hashed character n-grams."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from nlp.classifier.grams import BITS, grams

__all__ = ["features", "fit", "write"]

Array = npt.NDArray[np.float32]
LEAST = 4
"""Texts that a bucket must stand in."""


def features(texts: Sequence[str], idf: Array | None = None) -> tuple[csr_matrix, Array]:
    """Return tf-idf rows of unit length for normalised `texts`, and the idf (learnt here where None)."""
    found = grams(texts)
    if idf is None:
        counts = np.bincount(found.bucket, minlength=1 << BITS)
        idf = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float16).astype(np.float32)
        idf[counts < LEAST] = 0.0
    values = idf[found.bucket]
    sums = np.add.reduceat(np.append(values * values, np.float32(0)), found.start[:-1])
    values = values / np.sqrt(np.repeat(np.maximum(sums, 1e-6), np.diff(found.start)))
    return csr_matrix((values, found.bucket, found.start), shape=(len(texts), 1 << BITS), dtype=np.float32), idf


def fit(rows: csr_matrix, labels: npt.NDArray[np.int64], strength: float = 10.0) -> tuple[Array, Array]:
    """Return weights (buckets, classes) and biases (classes,) of one regression over the rows with a label >= 0."""
    some = rows[labels >= 0]
    used = np.unique(some.indices)
    model = LogisticRegression(C=strength, max_iter=150, tol=1e-3).fit(some[:, used], labels[labels >= 0])
    few, bias = model.coef_.T, model.intercept_
    if few.shape[1] == 1:
        few, bias = np.hstack([-few / 2, few / 2]), np.append(-bias / 2, bias / 2)
    weights = np.zeros((rows.shape[1], few.shape[1]), np.float32)
    weights[used] = few
    return weights, bias.astype(np.float32)


def write(path: Path, idf: Array, weights: Array, bias: Array) -> None:
    """Write the file that `nlp.classifier.ngrams` reads: of each weight the square root, in eight bits."""
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-6).astype(np.float32) / 127**2
    # even numbers alone: a smaller file, and no worse a model
    eight = (np.sign(weights) * np.round(np.sqrt(np.abs(weights) / scale) / 2 - 1e-3) * 2).astype(np.int8)
    np.savez_compressed(path, idf=idf.astype(np.float16), weights=eight, scale=scale, bias=bias)
