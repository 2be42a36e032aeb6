"""Texts → readings: sentiment, the better pole, emotion and intent, through an engine that is asked each text once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.classifier.heads import EMOTIONS, POLES, SENTIMENTS
from nlp.classifier.judge import MODELS, STANCE
from nlp.intent import INTENTS, Intents, agreed, intents
from nlp.sentiment import BrokenEngine, Engine
from nlp.shift import UNCHANGED, Change, changed
from nlp.stance.head import SHARE, Head, inputs
from nlp.stance.polarity import Lexicon, lexicon, names
from nlp.stance.scene import SentimentTarget
from nlp.stance.windows import Row, Three, Window
from nlp.towards import asked, guessed
from nlp.variants import unified
from nlp.words import speaks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nlp.classifier.predictions import Predictions

__all__ = ["Reader", "Reading", "likeliest"]

_Key = tuple[str, SentimentTarget | None]
_LONGEST, _REMEMBERED = 2_000, 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was found in a text; probabilities are 0 to 1."""

    sentiment: Three
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
    target: str | None = None
    """What the sentiment is towards; None where the whole text was judged."""
    mood: Three
    """The whole text's own sentiment, whomever it is about."""

    def best(self, neutral: float = 1.0, change: Change = UNCHANGED) -> tuple[str, float, float]:
        """Return the label, its probability, and positive minus negative.

        The brand's prior makes its `change` first; then the odds of neutral are multiplied by `neutral`.
        """
        negative, middle, positive = self.sentiment if change.nothing else changed(self.sentiment, change)
        if neutral != 1.0:
            middle *= neutral
            total = negative + middle + positive
            negative, middle, positive = negative / total, middle / total, positive / total
        label, probability = likeliest((negative, middle, positive))
        return label, probability, round(positive - negative, 6)


def likeliest(three: Three) -> tuple[str, float]:
    """Return the label of the likeliest of negative, neutral and positive, and its probability; neutral wins a draw."""
    negative, middle, positive = three
    best = 1 if middle >= max(negative, positive) else 0 if negative >= positive else 2
    return SENTIMENTS[best], round(three[best], 6)


_NOTHING = Reading(
    sentiment=(1 / 3, 1 / 3, 1 / 3),
    binary="negative",
    emotion=EMOTIONS[0],
    emotion_probability=round(1 / len(EMOTIONS), 6),
    intent=INTENTS[-1],
    intent_probability=round(1 / len(INTENTS), 6),
    mood=(1 / 3, 1 / 3, 1 / 3),
)


class Reader:
    """Reads with an engine, and only what holds words at all.

    A text without words, such as a bare repost, is neutral with a probability of 1/3: nothing is known of it.
    """

    def __init__(self, chosen: Engine, cues: Intents | None = None) -> None:
        self.engine, self._intents = chosen, cues or intents()
        self._words, self._names = lexicon().guessing(partial(guessed, chosen)), names()
        self._head = Head.read(MODELS / STANCE, chosen.name)
        self._known: dict[_Key, Reading] = {}

    @property
    def version(self) -> str:
        """What readings follow from: another one makes work already done be done again."""
        return f"{self.engine.name} {self.engine.model} {self._intents.version} {self._words.version} {self._names}"

    def read(self, texts: Sequence[str], subjects: Sequence[SentimentTarget | None] | None = None) -> list[Reading]:
        """Return the reading of each text, in order; its sentiment is towards what is asked about, where it is.

        Where a text names what is asked about, only the windows around its names count.
        """
        wanted = subjects if subjects is not None else [None] * len(texts)
        keys = [(_cut(text, subject), subject) for text, subject in zip(texts, wanted, strict=True)]
        speaking = [key for key in dict.fromkeys(keys) if speaks(key[0])]
        whole = dict.fromkeys((text, None) for text, _ in speaking)
        new = [key for key in dict.fromkeys((*whole, *speaking)) if key not in self._known]
        if len(self._known) + len(new) > _REMEMBERED:
            self._known = {key: self._known[key] for key in (*whole, *keys) if key in self._known}
        if new:
            self._ask(new)
        return [self._known.get(key, _NOTHING) for key in keys]

    def _ask(self, keys: Sequence[_Key]) -> None:
        """Read texts, and for each target the stretches that speak of it, all in one call of the engine."""
        places = {(text, subject): asked(text, subject, self._names, self._words) for text, subject in keys if subject}
        whole = [(text, None) for text, subject in keys if not subject]
        rows = list(dict.fromkeys([*whole, *(row for place in places.values() for row in place.rows)]))
        found = self.engine.answers([text for text, _ in rows], [target for _, target in rows])
        _check(self.engine, found, len(rows))
        answers = _Answers(rows, found, self._intents)
        if self._head:
            answers.judge([window for place in places.values() for window in place.windows], self._head, self._words)
        self._known |= zip(whole, answers.whole(len(whole)), strict=True)
        towards = [place.towards(answers) for place in places.values()]
        aims = answers.intents(
            [one.window for one in towards], [one.sentiment for one in towards], [one.why for one in towards]
        )
        for key, one, (intent, probability) in zip(places, towards, aims, strict=True):
            self._known[key] = replace(
                self._known[key[0], None],
                sentiment=one.sentiment,
                binary=POLES[one.sentiment[2] > one.sentiment[0]],
                intent=intent,
                intent_probability=probability,
                why=one.why,
                target=one.target,
            )


class _Answers:
    """An engine's answers to rows, to be asked by row."""

    def __init__(self, rows: Sequence[Row], found: Predictions, cues: Intents) -> None:
        self._rows, self._found, self._cues = rows, found, cues
        self._at = {row: at for at, row in enumerate(rows)}
        self._stances: dict[Window, Three] = {}

    def judge(self, windows: Sequence[Window], head: Head, words: Lexicon) -> None:
        """Let what is learnt of stances judge the windows that name their target."""
        named = list(dict.fromkeys(window for window in windows if window.scene.named))
        if named:
            at = [(self._at[window.row], self._at[window.beside] if window.beside else -1) for window in named]
            found = head.probabilities(inputs(named, self._found, at, words))
            self._stances = {window: _three(row) for window, row in zip(named, found.tolist(), strict=True)}

    def stance(self, window: Window) -> tuple[Three, bool]:
        """Return a window's negative, neutral, positive, and whether that has heard the window's verdict already."""
        own = agreed(self.three(window.beside or window.row), self.meant(window.row))
        if window not in self._stances:
            return own, False
        mixed = [SHARE * learnt + (1 - SHARE) * said for learnt, said in zip(self._stances[window], own, strict=True)]
        return _three(mixed), True

    def three(self, row: Row) -> Three:
        """Return negative, neutral, positive: towards the row's target where it has one."""
        found = self._found.target if row[1] else self._found.sentiment
        return _three(_figures(found[self._at[row]]))

    def meant(self, row: Row) -> Sequence[float]:
        """Return the engine's own probabilities of intents, none where it has none or was asked of a target."""
        return [] if row[1] else self._found.intent[self._at[row]].tolist()

    def intents(
        self, rows: Sequence[Row], sentiments: Sequence[Three], rules: Sequence[str | None] | None = None
    ) -> list[tuple[str, float]]:
        """Return what is meant in each row, and how probably, where its sentiment is this and this rule decided it."""
        model = self._found.intent[[self._at[row] for row in rows]]
        three = np.asarray(sentiments, np.float32).reshape(len(rows), 3)
        aims = self._cues.probabilities([text for text, _ in rows], three, model, rules)
        best = aims.argmax(axis=1).tolist()
        return [(INTENTS[aim], meant) for aim, meant in zip(best, _figures(aims.max(axis=1, initial=0)), strict=True)]

    def whole(self, count: int) -> list[Reading]:
        """Return the readings of the first rows, which have no target."""
        rows, found = self._rows[:count], self._found
        emotions = found.emotion[:count].argmax(axis=1).tolist() if found.emotion.shape[1] else [None] * count
        columns = zip(
            map(self.three, rows),
            found.binary[:count].argmax(axis=1).tolist(),
            emotions,
            _figures(found.emotion[:count].max(axis=1, initial=0)),
            self.intents(rows, [self.three(row) for row in rows]),
            strict=True,
        )
        return [
            Reading(
                sentiment=three,
                binary=POLES[pole],
                emotion=None if emotion is None else EMOTIONS[emotion],
                emotion_probability=None if emotion is None else felt,
                intent=intent,
                intent_probability=probability,
                mood=three,
            )
            for three, pole, emotion, felt, (intent, probability) in columns
        ]


def _cut(text: str, subject: SentimentTarget | None) -> str:
    """Return what is read of a text: head and tail, and between them the first and last place of the target's names."""
    if len(text) <= _LONGEST:
        return text
    part = _LONGEST // 8
    middle = text[2 * part : -2 * part]
    alike = unified(middle.lower()) if subject else ""
    names = [re.escape(unified(name.lower())) for name in subject.names if name] if subject else []
    found = [match.start() for match in re.finditer("|".join(names), alike)] if names else []
    if not found or len(alike) != len(middle):
        return text[: 4 * part] + text[-4 * part :]
    around = (middle[max(0, at - part) : at + part - 1] for at in dict.fromkeys((found[0], found[-1])))
    return "。".join([text[: 2 * part], *around, text[-2 * part + 1 :]])


def _three(row: Sequence[float]) -> Three:
    negative, neutral, positive = row
    return negative, neutral, positive


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
