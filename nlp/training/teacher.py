"""What models trained before say of rows and posts that nobody labelled: hints for the heads without a label.

A person's label on one question narrows the teacher's answer on another: a row of gratitude is likelier a happy one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.classifier.answers import softmax
from nlp.classifier.heads import SLICES, WIDTH
from nlp.classifier.judge import load
from nlp.intent import intents
from nlp.training.corpora import Row

__all__ = ["Teacher"]

Array = npt.NDArray[np.float32]
HINTED = ("smp", "plain", "weibo", "emotion")
FITTING = 5.0
"""How much likelier an answer is that fits a label of the same row than one that does not."""
_FITS: Mapping[str, Mapping[str, Sequence[Sequence[int]]]] = {
    "emotion": {
        "seven": ((4,), (1,), (2,), (5,), (2,), (3,), (1,)),
        "eight": ((), (2,), (1,), (2,), (3,), (1,), (5,), (4,)),
        "weibo": ((1, 3, 4), (2,)),
    },
    "smp": {"weibo": ((0,), (2,))},
    "plain": {"weibo": ((0,), (2,))},
}
"""By head, the answers that fit each label of another head. NLPCC2013's `none` is wider than SMP2020's neutral."""


class Teacher:
    """The models in `folder`: an earlier version of what is being trained, or another's."""

    def __init__(self, folder: Path) -> None:
        self._engine = load("default", folder)

    def hints(self, rows: Sequence[Row]) -> list[Array]:
        """Return (WIDTH,) probabilities for each row, nan for the heads that are not asked about."""
        logits = self._engine.logits([row.text for row in rows])
        found = np.full((len(rows), WIDTH), np.nan, np.float32)
        for name in HINTED:
            found[:, SLICES[name]] = softmax(logits[:, SLICES[name]])
        sentiment = found[:, SLICES["smp"]]
        found[:, SLICES["intent"]] = intents().probabilities([row.text for row in rows], sentiment)
        for hint, row in zip(found, rows, strict=True):
            for name, fits in _FITS.items():
                _narrow(hint[SLICES[name]], row.labels, fits)
        return list(found)

    def varied(self, posts: Sequence[str], each: int) -> list[str]:
        """Return posts among which no emotion is rare: the first `each` of those that seem to have it."""
        seem = self._engine.fast.answers(posts).emotion.argmax(axis=1)
        chosen = sorted(row for emotion in np.unique(seem) for row in np.flatnonzero(seem == emotion)[:each])
        return [posts[row] for row in chosen]


def _narrow(hint: Array, labels: Mapping[str, int], fits: Mapping[str, Sequence[Sequence[int]]]) -> None:
    for name, answers in fits.items():
        if name in labels:
            hint[list(answers[labels[name]])] *= FITTING
            hint /= hint.sum()
