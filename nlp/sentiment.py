"""The seam behind which sentiment engines stand: texts in batches in, three probabilities each out.

An engine is one file, nlp/engines/<name>.py, whose `load()` returns an Engine; nothing else names it.
"""

import importlib
import pkgutil
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from config.errors import Mendable
from nlp import engines
from nlp.mention import Label, Sentiment
from nlp.words import words

__all__ = ["DEFAULT", "BrokenEngine", "Engine", "Reader", "UnknownEngine", "engine", "engine_names"]

DEFAULT = "default"
_LABELS = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE)
_LONGEST, _REMEMBERED = 2_000, 50_000
_UNKNOWN = np.full(3, 1 / 3, dtype=np.float32)


class Engine(Protocol):
    """A sentiment model."""

    @property
    def name(self) -> str:
        """Its file's name."""

    @property
    def model(self) -> str:
        """The model with its version: another one makes work already done be done again."""

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the probabilities of negative, neutral and positive, shape (n, 3); each row sums to 1.

        Each text has a letter, a digit or a symbol at least, and 2,000 characters at most.
        """


class UnknownEngine(Mendable):
    """There is no engine of this name; the message lists those that are."""


class BrokenEngine(Exception):
    """An engine's answer is not what the seam asks for: a fault of the engine, tell its developer."""


def engine_names() -> list[str]:
    """Return the names of the engines that are there, without loading them."""
    return sorted(module.name for module in pkgutil.iter_modules(engines.__path__))


def engine(name: str) -> Engine:
    """Load an engine by its name; UnknownEngine when there is none."""
    if name not in engine_names():
        raise UnknownEngine(f"no sentiment engine {name!r}: use one of {', '.join(engine_names())}")
    loaded: Engine = importlib.import_module(f"nlp.engines.{name}").load()
    return loaded


class Reader:
    """Reads sentiments with an engine: it asks each text once, and only about what holds words at all.

    A text without words, such as a bare repost, is neutral with a probability of 1/3: nothing is known of it.
    """

    def __init__(self, chosen: Engine) -> None:
        self.engine = chosen
        self._known: dict[str, NDArray[np.float32]] = {}

    def read(self, texts: Sequence[str]) -> list[Sentiment]:
        """Return the sentiment of each text, in order."""
        cut = [text[:_LONGEST] for text in texts]
        new = list(dict.fromkeys(text for text in cut if text not in self._known and words(text)))
        if len(self._known) + len(new) > _REMEMBERED:
            self._known = {text: self._known[text] for text in cut if text in self._known}
        if new:
            self._known.update(zip(new, self._ask(new), strict=True))
        return [self._sentiment(self._known.get(text, _UNKNOWN)) for text in cut]

    def _ask(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = self.engine.score(texts)
        if rows.shape != (len(texts), 3) or not np.allclose(rows.sum(axis=1), 1, atol=1e-3) or (rows < 0).any():
            raise BrokenEngine(f"{self.engine.name}: {len(texts)} texts need as many rows of 3 that sum to 1: {rows!r}")
        return rows

    def _sentiment(self, row: NDArray[np.float32]) -> Sentiment:
        negative, neutral, positive = (round(float(value), 6) for value in row)
        best = 1 if neutral >= max(negative, positive) else int(row.argmax())
        return Sentiment(
            label=_LABELS[best],
            probability=(negative, neutral, positive)[best],
            score=round(positive - negative, 6),
            engine=self.engine.name,
            model=self.engine.model,
        )
