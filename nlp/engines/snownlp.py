"""SnowNLP's sentiment: naive Bayes over the words of its own segmentation, trained on shopping reviews.

Its probability p of "positive" becomes three classes as if two readers judged independently: both say negative (1-p)²,
both say positive p², and where they differ, 2p(1-p), neutral. So the rows sum to 1, neutral wins for p between 1/3 and
2/3, and positive minus negative stays 2p-1.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import numpy as np

from nlp.classifier.predictions import Predictions
from nlp.snownlp_tagger import Tagger

__all__ = ["SnowNLP", "load"]


class SnowNLP:
    """The engine; it gives the package's own numbers, several times faster (tests/test_sentiment.py compares them)."""

    name = "snownlp"

    def __init__(self) -> None:
        self.model = f"snownlp-{version('snownlp')}"

    def answers(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> Predictions:
        """Return three classes of each whole text; the package knows neither targets nor emotions."""
        p = np.array([_tables().positive(text) for text in texts], dtype=np.float64)
        return Predictions.of(np.stack([(1 - p) ** 2, 2 * p * (1 - p), p**2], axis=1).astype(np.float32))


class _Tables:
    """The package's models, with the faster search."""

    def __init__(self) -> None:
        from snownlp import normal, seg, sentiment

        self._han, self._stopwords = seg.re_zh, normal.stop
        self._classifier: Any = sentiment.classifier.classifier
        self._segmenter: Any = seg.TnTseg.Seg()
        self._segmenter.segger = Tagger(seg.segger.segger)

    def positive(self, text: str) -> float:
        """Return the package's own figure, `snownlp.SnowNLP(text).sentiments`."""
        label, probability = self._classifier.classify([w for w in self.words(text) if w not in self._stopwords])
        return float(probability if label == "pos" else 1 - probability)

    def words(self, text: str) -> Iterator[str]:
        """Yield what `snownlp.SnowNLP(text).words` lists."""
        for piece in map(str.strip, self._han.split(text)):
            if self._han.match(piece):
                yield from self._segmenter.seg(piece)
            else:
                yield from piece.split()


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    """Load the models once a process; it takes seconds, so only who scores waits for them."""
    return _Tables()


def load() -> SnowNLP:
    """Return the engine."""
    return SnowNLP()
