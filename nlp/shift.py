"""Label shift: how often each class comes in a stream without labels, and what that makes of probabilities.

A classifier is right about the shares of its training; elsewhere they are others, and its probabilities must follow.

- `em`: Saerens, Latinne & Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities", 2002.
- `bbse`: Lipton, Wang & Smola, "Detecting and correcting for label shift with black box predictors", 2018.
- `rlls`: Azizzadenesheli, Liu, Yang & Anandkumar, "Regularized learning … under label shifts", 2019.

All of them take it that a class looks the same everywhere. Where people draw the line of neutral elsewhere it does not,
and only labels tell: `mended` learns from some.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["UNCHANGED", "Change", "Reference", "bbse", "changed", "em", "mended", "rlls"]

Array = npt.NDArray[np.float64]
_LEAST = 1e-6
_STEPS = 1_000
_STILL = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """How a classifier answers where the labels are known.

    `shares` (3,) of the classes; `answered` (3, 3): the mean probabilities that texts of each class (a row) get.
    """

    shares: tuple[float, ...]
    answered: tuple[tuple[float, ...], ...]

    @classmethod
    def of(cls, probabilities: Array, labels: npt.NDArray[np.int64]) -> Reference:
        """Measure it from probabilities (n, classes) of texts whose labels are known; each class must be there."""
        classes = range(probabilities.shape[1])
        rows = [probabilities[labels == number].mean(axis=0) for number in classes]
        return cls(
            shares=tuple(round(float((labels == number).mean()), 6) for number in classes),
            answered=tuple(tuple(round(float(value), 6) for value in row) for row in rows),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of probabilities: each class's is raised to `power`, and then multiplied by its `odds`."""

    odds: tuple[float, float, float] = (1.0, 1.0, 1.0)
    power: float = 1.0

    @property
    def nothing(self) -> bool:
        """Whether all stays as it is."""
        return self.power == 1.0 and len(set(self.odds)) == 1


UNCHANGED = Change()


def changed(three: Sequence[float], change: Change) -> tuple[float, float, float]:
    """Return one text's changed probabilities, which sum to 1."""
    raised = [max(p, _LEAST) ** change.power * more for p, more in zip(three, change.odds, strict=True)]
    total = sum(raised)
    negative, neutral, positive = (value / total for value in raised)
    return negative, neutral, positive


def em(probabilities: Array, reference: Reference) -> Array:
    """Return the stream's shares, which make its probabilities (n, classes) likeliest."""
    known = np.asarray(reference.shares)
    shares = known.copy()
    for _ in range(_STEPS):
        now = probabilities * (shares / known)
        new = (now / now.sum(axis=1, keepdims=True)).mean(axis=0)
        still = np.abs(new - shares).max() < _STILL
        shares = np.asarray(new)
        if still:
            break
    return shares


def bbse(probabilities: Array, reference: Reference) -> Array:
    """Return the stream's shares, of which the reference's answers make up the stream's mean probabilities."""
    found = np.linalg.solve(np.asarray(reference.answered).T, probabilities.mean(axis=0))
    return _shares(found)


def rlls(probabilities: Array, reference: Reference, held: float = 0.02) -> Array:
    """Return shares as `bbse`, held back towards the reference's: the more, the less the answers tell classes apart."""
    shares = np.asarray(reference.shares)
    answers = np.asarray(reference.answered).T * shares
    missing = probabilities.mean(axis=0) - answers.sum(axis=1)
    more = np.linalg.solve(answers.T @ answers + held * np.diag(shares), answers.T @ missing)
    return _shares(shares * (1 + more))


def mended(probabilities: Array, labels: npt.NDArray[np.int64], start: Change, sure: tuple[float, float]) -> Change:
    """Return the change that makes people's labels likeliest, held back towards `start`.

    It asks what a label is where the engine says this, so that labels of any choice of texts serve, as long as only
    the engine's answers chose them. `sure` are the standard deviations of the odds' logarithms and of the power around
    `start`: how far it may be wrong.
    """
    signs = np.zeros((*probabilities.shape, 3))
    signs[:, 0, 0] = signs[:, 1, 1] = 1
    signs[:, :, 2] = np.log(np.maximum(probabilities, _LEAST))
    said = signs[np.arange(len(labels)), labels]
    begun = np.append(np.log(np.asarray(start.odds) / start.odds[2])[:2], start.power)
    held = np.diag([1 / sure[0] ** 2, 1 / sure[0] ** 2, 1 / sure[1] ** 2])
    found = begun.copy()
    for _ in range(_STEPS):  # Newton's: the surprise is convex
        raised = signs @ found
        now = np.exp(raised - raised.max(axis=1, keepdims=True))
        now /= now.sum(axis=1, keepdims=True)
        mean = np.einsum("nk,nkf->nf", now, signs)
        uphill = (said - mean).sum(axis=0) - held @ (found - begun)
        bent = np.einsum("nk,nkf,nkg->fg", now, signs, signs) - mean.T @ mean + held
        step = np.linalg.solve(bent, uphill)
        found += np.clip(step, -1, 1)
        if np.abs(step).max() < _STILL:
            break
    negative, neutral = (round(float(value), 4) for value in np.exp(found[:2]))
    return Change(odds=(negative, neutral, 1.0), power=round(max(float(found[2]), _LEAST), 4))


def _shares(found: Array) -> Array:
    kept = np.maximum(found, _LEAST)
    shares: Array = kept / kept.sum()
    return shares
