"""How much each head of each model counts: two numbers a head, found on the dev parts by the least surprise."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from nlp.classifier.heads import HEADS, SERVED, SLICES

__all__ = ["factors", "surprise"]

AT_MOST = {"emotion": 1 / 3}
"""How much the second of two models may count beside the first: the n-grams make the rarer emotions rarer still."""

Array = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]


def surprise(logits: npt.NDArray[np.floating], labels: Labels) -> float:
    """Mean negative log likelihood of `labels` under `logits` (n, classes)."""
    high = logits.max(axis=1, keepdims=True)
    total = np.log(np.exp(logits - high).sum(axis=1)) + high[:, 0]
    return float((total - logits[np.arange(len(labels)), labels]).mean())


def factors(
    logits: list[Array], labels: dict[str, Labels], trained: Collection[str] = tuple(HEADS)
) -> list[dict[str, float]]:
    """Return, for each model's (n, logits) answers, a factor a head, so that their weighted sum is calibrated.

    A head that is not among the `trained`, or that a model does not answer (all its logits equal), gets 0.
    """
    result: list[dict[str, float]] = [{} for _ in logits]
    for name in HEADS:
        if SLICES[name].stop > SERVED:
            continue
        known = labels[name] >= 0
        parts = [model[known, SLICES[name]] for model in logits]
        answers = [name in trained and _answers(model[:, SLICES[name]]) for model in logits]
        found = _fit(
            [part for part, real in zip(parts, answers, strict=True) if real], labels[name][known], AT_MOST.get(name)
        )
        values = iter(found)
        for model, real in zip(result, answers, strict=True):
            model[name] = round(next(values), 4) if real else 0.0
    return result


def _answers(part: Array) -> bool:
    return part.shape[1] > 0 and float(np.ptp(part)) > 0


def _fit(parts: list[Array], labels: Labels, most: float | None = None) -> list[float]:
    if not parts or not len(labels):
        return [1.0 / max(1, len(parts))] * len(parts)

    def loss(weights: npt.NDArray[np.float64]) -> float:
        total = np.sum([part * weight for part, weight in zip(parts, weights, strict=True)], axis=0)
        return surprise(total, labels)

    if most and len(parts) == 2:
        free = _fit(parts, labels)
        if free[1] <= most * free[0]:
            return free
        (both,) = _fit([parts[0] + most * parts[1]], labels)
        return [both, most * both]
    best = minimize(loss, np.full(len(parts), 1 / len(parts)), bounds=[(0, 4)] * len(parts), method="L-BFGS-B")
    return [float(value) for value in best.x]
