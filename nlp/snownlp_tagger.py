"""SnowNLP's segmentation model, searched with tables, not with one logarithm a triple of states: same words, sooner."""

from collections.abc import Iterator
from functools import lru_cache
from math import inf, log
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Tagger"]

_STATUS = ("b", "m", "e", "s")
"""A character begins a word, stands in its middle, ends it, or is a word by itself."""
Place: TypeAlias = tuple[tuple[str, str], ...]
"""A character with each of its states: the keys of the package's tables."""
_START: Place = (("", "BOS"),)
Floats: TypeAlias = NDArray[np.float64]


class Tagger:
    """Finds the best states of a text's characters under a snownlp CharacterBasedGenerativeModel.

    Sums are added in the package's order, and of equals the first wins as there, so that no rounding can differ.
    """

    def __init__(self, model: Any) -> None:
        self._weights: tuple[float, float, float] = (model.l1, model.l2, model.l3)
        self._uni, self._bi, self._tri = model.uni.d, model.bi.d, model.tri.d
        self._total: float = model.uni.total
        self._logs = lru_cache(maxsize=50_000)(self._make_logs)
        self._bases = lru_cache(maxsize=50_000)(self._make_bases)
        self._pairs = lru_cache(maxsize=50_000)(self._make_pairs)

    def tag(self, text: str) -> Iterator[tuple[str, str]]:
        """Return each character with its state."""
        first, second = _START, _START
        scores = np.zeros((1, 1))  # by the states of the last and of the last but one character
        origins: list[NDArray[np.intp]] = []
        for char in text:
            third = tuple((char, status) for status in _STATUS)
            if any(key in self._uni for key in third):
                sums = self._logs(first, second, third) + scores
                origins.append(sums.argmax(2))
                scores = sums.max(2)
            else:  # nothing is known of it: the package goes on from the last state it looks at
                origins.append(np.full((len(third), len(second)), len(first) - 1))
                scores = np.tile(scores[:, -1], (len(third), 1))
            first, second = second, third
        return zip(text, _trace(scores, origins), strict=True)

    def _make_logs(self, first: Place, second: Place, third: Place) -> Floats:
        """Return log probabilities by the states of the third, the second and the first character."""
        bases, plain = self._bases(second, third)
        logs = np.repeat(plain[:, :, np.newaxis], len(first), axis=2)
        for i1, i2, pair, count in self._pairs(first, second):
            for i3, end in enumerate(third):
                if triple := self._tri.get((*pair, end)):
                    logs[i3, i2, i1] = log(bases[i3][i2] + float(self._weights[2] * triple) / count)
        return logs

    def _make_pairs(self, first: Place, second: Place) -> list[tuple[int, int, tuple[Any, Any], int]]:
        """Return the pairs of states that the model has seen: their indices, key and count."""
        pairs = [(i1, i2, (s1, s2)) for i1, s1 in enumerate(first) for i2, s2 in enumerate(second)]
        return [(i1, i2, pair, count) for i1, i2, pair in pairs if (count := self._bi.get(pair))]

    def _make_bases(self, second: Place, third: Place) -> tuple[list[list[float]], Floats]:
        """Return the part of the probability that does not look at the first character, and its logarithm."""
        bases = [[self._base(s2, s3) for s2 in second] for s3 in third]
        return bases, np.array([[log(base) if base else -inf for base in row] for row in bases])

    def _base(self, second: tuple[str, str], third: tuple[str, str]) -> float:
        alone = self._weights[0] * (float(self._uni.get(third, 0)) / self._total)
        before = self._uni.get(second, 0)
        pair = self._weights[1] * self._bi.get((second, third), 0)
        return float(alone + (float(pair) / before if before else 0))


def _trace(scores: Floats, origins: list[NDArray[np.intp]]) -> list[str]:
    """Follow the best way back from its end."""
    state, before = divmod(int(scores.argmax()), scores.shape[1])
    states = []
    for origin in reversed(origins):
        states.append(_STATUS[state])
        state, before = before, int(origin[state, before])
    return states[::-1]
