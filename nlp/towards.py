"""Sentiment towards what is asked about: which stretches of a text an engine reads for it, and what they come to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from nlp.stance.polarity import Lexicon
from nlp.stance.rules import decide
from nlp.stance.scene import Scene, SentimentTarget, scene
from nlp.stance.windows import Row, Three, Window, join, weights, windows

if TYPE_CHECKING:
    from nlp.classifier.predictions import Predictions

__all__ = ["Answers", "Asked", "Row", "Towards", "asked", "guessed"]

_COMPARES = re.compile("比|不如|人家|别[人家]|隔壁|同样|换[成了回到]|还是|用惯|以前用|[超甩]了")
"""Words beside which another may stand whose name nobody told us of: then the target is asked about by name."""


_SURE = 0.75
"""How sure an engine must be of a predicate that the lexicons do not know."""


class Poles(Protocol):
    """An engine, as far as it is asked about a few words."""

    def answers(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> Predictions:
        """Return the probabilities of all that is asked."""


class Answers(Protocol):
    """What an engine said of rows, and what is learnt of that."""

    def stance(self, window: Window) -> tuple[Three, bool]:
        """Return a window's negative, neutral, positive, and whether that has heard the window's verdict already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Towards:
    """The sentiment towards a target; `window` answers for the author's intent there."""

    sentiment: Three
    window: Row
    target: str | None
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an engine must read to answer for a target: `rows`; `towards` makes an answer of theirs."""

    target: str
    whole: Row
    windows: tuple[Window, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows to read; the whole text by itself may be among them."""
        return tuple(row for window in self.windows for row in (window.row, window.beside) if row)

    def towards(self, answers: Answers) -> Towards:
        """Return the sentiment towards the target from an engine's answers to the rows."""
        found = [_judged(window, answers) for window in self.windows]
        scenes = [window.scene for window in self.windows]
        counted = weights(found, scenes)
        best = max(range(len(found)), key=counted.__getitem__)
        why = next((one.verdict.why for one in (self.windows[best], *self.windows) if one.verdict), None)
        aimed = why is not None or any(row != self.whole for row in self.rows)
        return Towards(
            sentiment=join(found, counted),
            window=self.windows[best].row,
            target=self.target if aimed else None,
            why=why,
        )


def guessed(engine: Poles, words: str) -> int:
    """Return the sign of a few words, 0 where the engine is in doubt."""
    negative, positive = engine.answers([words]).binary[0]
    return 1 if positive >= _SURE else -1 if negative >= _SURE else 0


def asked(text: str, subject: SentimentTarget, known: Sequence[str], words: Lexicon) -> Asked:
    """Return what must be read of a text for a target: windows around its names, or the whole text beside it.

    The whole text by itself answers where it is short and speaks of the target alone.
    """
    seen = scene(text, subject, known)
    if not seen.named:
        told: tuple[Window, ...] = (Window(scene=seen, row=(text, subject.target)),)
    else:
        told = tuple(_window(text, seen, part, words) for part in windows(seen, words))
    return Asked(target=subject.target, whole=(text, None), windows=told)


def _window(text: str, seen: Scene, part: Scene, words: Lexicon) -> Window:
    verdict = decide(part, words)
    settled = verdict is not None and verdict.sure
    said = text if part.text == seen.text else part.said
    compares = not settled and (part.contrasts or bool(_COMPARES.search(part.text)))
    return Window(scene=part, verdict=verdict, row=(said, None), beside=(said, part.called) if compares else None)


def _judged(window: Window, answers: Answers) -> Three:
    """Return one window's answer, with what the rules say to it."""
    found, known = answers.stance(window)
    return window.verdict.beside(found, known=known) if window.verdict else found
