"""Sentiment towards what is asked about: which stretches of a text an engine reads for it, and what they come to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from nlp.intent import agreed
from nlp.stance.polarity import Lexicon
from nlp.stance.rules import decide
from nlp.stance.scene import Scene, SentimentTarget, scene
from nlp.stance.verdict import Verdict
from nlp.stance.windows import after_turn, join, weights, windows

__all__ = ["Answers", "Asked", "Row", "Towards", "asked"]

Three = tuple[float, float, float]
Row = tuple[str, str | None]
"""A text for the engine, and the target beside which it is read, if any."""


_COMPARES = re.compile("比|不如|人家|别[人家]|隔壁|同样|换[成了回到]|还是|用惯|以前用|[超甩]了")
"""Words beside which another may stand whose name nobody told us of: then the target is asked about by name."""
_SURE_POLE = 0.75
"""How sure of the better pole an engine must be where a window's words say the same."""
_AFTER = 0.65
"""How much what follows a turn counts beside the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of a text about the target, what the rules say of it, and the row that answers for it."""

    scene: Scene
    verdict: Verdict | None
    row: Row
    after: Row | None = None
    """What follows its last 但是, which counts more."""
    sign: int = 0
    """Of its words of praise and blame, where all say the same."""


class Answers(Protocol):
    """What an engine said of rows."""

    def three(self, row: Row) -> Three:
        """Return negative, neutral, positive: towards the row's target where it has one."""

    def poles(self, row: Row) -> tuple[float, float]:
        """Return negative and positive, as if there were no neutral."""

    def meant(self, row: Row) -> Sequence[float]:
        """Return the probabilities of intents, none where the engine has none or was asked of a target."""


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
        return tuple(row for window in self.windows for row in (window.row, window.after) if row)

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


def asked(text: str, subject: SentimentTarget, known: Sequence[str], words: Lexicon) -> Asked:
    """Return what must be read of a text for a target: windows around its names, or the whole text beside it.

    The whole text by itself answers where it is short and speaks of the target alone.
    """
    seen = scene(text, subject, known)
    if not seen.named:
        told: tuple[Window, ...] = (Window(scene=seen, verdict=None, row=(text, subject.target)),)
    else:
        told = tuple(_window(text, seen, part, words) for part in windows(seen, words))
    return Asked(target=subject.target, whole=(text, None), windows=told)


def _window(text: str, seen: Scene, part: Scene, words: Lexicon) -> Window:
    verdict = decide(part, words)
    settled = verdict is not None and verdict.sure
    said = text if part.text == seen.text else part.said
    compares = part.contrasts or bool(_COMPARES.search(part.text))
    after = None if settled or compares else after_turn(part)
    return Window(
        scene=part,
        verdict=verdict,
        row=(said, part.called if compares and not settled else None),
        after=(after.said, None) if after else None,
        sign=words.of(part.text),
    )


def _judged(window: Window, answers: Answers) -> Three:
    """Return one window's answer, with what its words, its intent, its turn and the rules say to it."""
    found = agreed(_worded(answers.three(window.row), window, answers), answers.meant(window.row))
    if window.after:
        later = agreed(answers.three(window.after), answers.meant(window.after))
        found = join((found, later), (1 - _AFTER, _AFTER))
    return window.verdict.beside(found) if window.verdict else found


def _worded(found: Three, window: Window, answers: Answers) -> Three:
    """Take half of neutral for praise or blame where words and engine agree which: about a brand neutral is rarer."""
    negative, neutral, positive = found
    if window.verdict or window.row[1] or not window.sign or answers.poles(window.row)[window.sign > 0] < _SURE_POLE:
        return found
    half = neutral / 2
    return (negative + half, half, positive) if window.sign < 0 else (negative, half, positive + half)
