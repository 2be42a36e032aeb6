"""Texts → readings: sentiment, the better pole, emotion and intent, through an engine that is asked each text once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.classifier.heads import EMOTIONS, POLES, SENTIMENTS
from nlp.intent import INTENTS, Intents, intents
from nlp.sentiment import BrokenEngine, Engine
from nlp.stance.polarity import lexicon, names
from nlp.stance.rules import decide
from nlp.stance.scene import Scene, SentimentTarget, scene
from nlp.words import speaks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nlp.classifier.predictions import Predictions

__all__ = ["Reader", "Reading"]

_Key = tuple[str, SentimentTarget | None]
_LONGEST, _REMEMBERED = 2_000, 50_000
_SURE = 0.75
"""How sure an engine must be of a predicate that the lexicons do not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was found in a text; probabilities are 0 to 1."""

    sentiment: tuple[float, float, float]
    """Negative, neutral, positive: towards the target where one was asked about; they sum to 1."""
    binary: str
    """The better of the two poles."""
    emotion: str | None
    """None where the engine does not answer it."""
    emotion_probability: float | None
    intent: str
    intent_probability: float
    why: str | None = None
    """The rule that decided on the sentiment in the engine's stead."""

    def best(self, neutral: float = 1.0) -> tuple[str, float, float]:
        """Return the label, its probability, and positive minus negative, with the odds of neutral times `neutral`."""
        negative, middle, positive = self.sentiment
        if neutral != 1.0:
            middle *= neutral
            total = negative + middle + positive
            negative, middle, positive = negative / total, middle / total, positive / total
        best = 1 if middle >= max(negative, positive) else 0 if negative >= positive else 2
        return SENTIMENTS[best], round((negative, middle, positive)[best], 6), round(positive - negative, 6)


_NOTHING = Reading(
    sentiment=(1 / 3, 1 / 3, 1 / 3),
    binary="negative",
    emotion=EMOTIONS[0],
    emotion_probability=round(1 / len(EMOTIONS), 6),
    intent=INTENTS[-1],
    intent_probability=round(1 / len(INTENTS), 6),
)


class Reader:
    """Reads with an engine, and only what holds words at all.

    A text without words, such as a bare repost, is neutral with a probability of 1/3: nothing is known of it.
    """

    def __init__(self, chosen: Engine, cues: Intents | None = None) -> None:
        self.engine, self._intents = chosen, cues or intents()
        self._words, self._names = lexicon().guessing(self._pole), names()
        self._known: dict[_Key, Reading] = {}

    @property
    def version(self) -> str:
        """What readings follow from: another one makes work already done be done again."""
        return f"{self.engine.name} {self.engine.model} {self._intents.version} {self._words.version} {self._names}"

    def read(self, texts: Sequence[str], subjects: Sequence[SentimentTarget | None] | None = None) -> list[Reading]:
        """Return the reading of each text, in order; its sentiment is towards what is asked about, where it is."""
        wanted = subjects if subjects is not None else [None] * len(texts)
        keys = [(_cut(text), subject) for text, subject in zip(texts, wanted, strict=True)]
        new = [key for key in dict.fromkeys(keys) if key not in self._known and speaks(key[0])]
        if len(self._known) + len(new) > _REMEMBERED:
            self._known = {key: self._known[key] for key in keys if key in self._known}
        if new:
            self._known.update(
                zip(new, self._ask([text for text, _ in new], [subject for _, subject in new]), strict=True)
            )
        return [self._known.get(key, _NOTHING) for key in keys]

    def is_aimed(self, text: str, subject: SentimentTarget) -> bool:
        """Return whether a post's sentiment may differ from that towards the target: others stand there, or a rule."""
        seen = self._scene(text, subject)
        return seen.contrasts or decide(seen, self._words) is not None

    def _pole(self, words: str) -> int:
        """Return the sign of a few words, 0 where the engine is in doubt."""
        negative, positive = self.engine.answers([words]).binary[0]
        return 1 if positive >= _SURE else -1 if negative >= _SURE else 0

    def _scene(self, text: str, subject: SentimentTarget) -> Scene:
        return scene(text, subject, self._names)

    def _ask(self, texts: Sequence[str], subjects: Sequence[SentimentTarget | None]) -> list[Reading]:
        found = self.engine.answers(texts, [subject.target if subject else None for subject in subjects])
        _check(self.engine, found, len(texts))
        aims = self._intents.probabilities(texts, found.sentiment, found.intent)
        emotions = found.emotion.argmax(axis=1).tolist() if found.emotion.shape[1] else [None] * len(texts)
        columns = zip(
            _figures(found.sentiment),
            found.binary.argmax(axis=1).tolist(),
            emotions,
            _figures(found.emotion.max(axis=1, initial=0)),
            aims.argmax(axis=1).tolist(),
            _figures(aims.max(axis=1)),
            strict=True,
        )
        readings = [
            Reading(
                sentiment=(three[0], three[1], three[2]),
                binary=POLES[pole],
                emotion=None if emotion is None else EMOTIONS[emotion],
                emotion_probability=None if emotion is None else felt,
                intent=INTENTS[aim],
                intent_probability=meant,
            )
            for three, pole, emotion, felt, aim, meant in columns
        ]
        for row, subject in enumerate(subjects):
            if subject:
                readings[row] = self._towards(readings[row], texts[row], subject, _figures(found.target[row]))
        return readings

    def _towards(self, reading: Reading, text: str, subject: SentimentTarget, model: list[float]) -> Reading:
        three = model[0], model[1], model[2]
        verdict = decide(self._scene(text, subject), self._words)
        if verdict:
            three = verdict.beside(three)
        pole = POLES[three[2] > three[0]]
        return replace(reading, sentiment=three, binary=pole, why=verdict.why if verdict else None)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST // 2] + text[-_LONGEST // 2 :]


def _figures(rows: NDArray[np.float32]) -> list[Any]:
    """Return the numbers as JSON is to show them."""
    figures: list[Any] = rows.astype(float).round(6).tolist()
    return figures


def _check(chosen: Engine, found: Predictions, count: int) -> None:
    for rows, width in ((found.sentiment, 3), (found.target, 3), (found.binary, 2)):
        if rows.shape != (count, width) or not _are_probabilities(rows):
            raise BrokenEngine(f"{chosen.name}: {count} texts need as many rows of {width} that sum to 1: {rows!r}")


def _are_probabilities(rows: NDArray[np.float32]) -> bool:
    return bool(np.allclose(rows.sum(axis=1), 1, atol=1e-3) and (rows >= 0).all())
