"""Sentiment towards what is asked about: which stretches of a text an engine reads for it, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nlp.stance.polarity import Lexicon
from nlp.stance.rules import Verdict, decide
from nlp.stance.scene import Scene, SentimentTarget, scene
from nlp.stance.windows import join, weights, windows

__all__ = ["Asked", "Row", "Towards", "asked"]

Three = tuple[float, float, float]
Row = tuple[str, str | None]
"""A text for the engine, and the target beside which it is read, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of a text about the target, what the rules say of it, and the row that answers for it."""

    scene: Scene
    verdict: Verdict | None
    row: Row


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
        return tuple(window.row for window in self.windows)

    def towards(self, answer: Callable[[Row], Three]) -> Towards:
        """Return the sentiment towards the target from the engine's answers to the rows."""
        found = [_beside(answer(window.row), window.verdict) for window in self.windows]
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
    beside = part.called if part.contrasts and not (verdict and verdict.sure) else None
    said = text if part.text == seen.text else part.said
    return Window(scene=part, verdict=verdict, row=(said, beside))


def _beside(model: Three, verdict: Verdict | None) -> Three:
    return verdict.beside(model) if verdict else model
