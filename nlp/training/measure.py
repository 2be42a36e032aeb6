"""Figures on labelled rows: macro-F1, accuracy, and the expected calibration error."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["accuracy", "calibration_error", "macro_f1"]

Array = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]


def accuracy(probabilities: Array, labels: Labels) -> float:
    """Share of rows whose likeliest class is the label."""
    return float((probabilities.argmax(axis=1) == labels).mean())


def macro_f1(probabilities: Array, labels: Labels) -> float:
    """Mean over the classes of the harmonic mean of precision and recall; a class that never occurs counts 0."""
    given = probabilities.argmax(axis=1)
    scores = []
    for label in range(probabilities.shape[1]):
        right = np.sum((given == label) & (labels == label))
        scores.append(2 * right / max(1, np.sum(given == label) + np.sum(labels == label)))
    return float(np.mean(scores))


def calibration_error(probabilities: Array, labels: Labels, bins: int = 15) -> float:
    """Mean distance between confidence and accuracy over `bins` equal bins of confidence, weighted by their rows."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(confidence[place == n].mean() - right[place == n].mean()) * np.mean(place == n) for n in set(place)]
    return float(np.sum(gaps))
