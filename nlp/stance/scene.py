"""A post as the rules see it: in sentences and clauses, the target written T and every other known name O."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nlp.classifier.emoji import emoticons
from nlp.classifier.text import normalise
from nlp.variants import unified

__all__ = ["OTHER", "TARGET", "SentimentTarget", "Scene", "scene"]

TARGET, OTHER = "\ue000", "\ue001"
_MARK = re.compile(f"[{TARGET}{OTHER}]")
_SENTENCE = re.compile(r"[^。!?;\n]+(?:[。!?;\n]+|$)")
_CLAUSE = re.compile(r"[,:~]|\.{3}| |(?=但是|但|不过|可是|然而|却|可(?=[\ue000\ue001]))")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentTarget:
    """What is asked about: `target` as the model gets it, the ways its `names` are spelt, and the other names known."""

    target: str
    names: tuple[str, ...]
    others: tuple[str, ...] = ()

    @classmethod
    def of(cls, target: str) -> SentimentTarget:
        """Ask about a target of which nothing else is known."""
        return cls(target=target, names=(target,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A normalised post with names replaced; `spelt` are the names, in their order, as they stood there."""

    text: str
    spelt: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """The text's sentences with what ends them."""
        return tuple(match[0].strip() for match in _SENTENCE.finditer(self.text))

    @property
    def named(self) -> bool:
        """Whether the target stands in the post."""
        return TARGET in self.text

    @property
    def contrasts(self) -> bool:
        """Whether another known name stands beside the target."""
        return self.named and OTHER in self.text

    @property
    def said(self) -> str:
        """The text with the names in their places again."""
        names = iter(self.spelt)
        return _MARK.sub(lambda _: next(names), self.text)

    @property
    def called(self) -> str:
        """How the text first calls the target; "" where it does not."""
        marks = _MARK.findall(self.text)
        return self.spelt[marks.index(TARGET)] if TARGET in marks else ""

    @property
    def calls(self) -> tuple[str, ...]:
        """Each way in which the text calls the target."""
        marks = _MARK.findall(self.text)
        return tuple(dict.fromkeys(name for mark, name in zip(marks, self.spelt, strict=True) if mark == TARGET))

    def part(self, start: int, end: int) -> Scene:
        """Return the scene of a part of the text."""
        before, within = (len(_MARK.findall(self.text, *span)) for span in ((0, start), (start, end)))
        return Scene(text=self.text[start:end], spelt=self.spelt[before : before + within])


def scene(text: str, subject: SentimentTarget, known: Sequence[str] = ()) -> Scene:
    """Write a post in T and O; `known` (normalised) are names that count as others where they are not the target's."""
    plain = emoticons(_MARK.sub("", normalise(text)).lower())
    alike = unified(plain)
    roles = {name: role for name, role in _roles(subject, tuple(known)).items() if name in alike}
    return _replaced(plain, alike, roles) if roles else Scene(text=plain)


def clauses(text: str) -> list[str]:
    """Cut a scene's text into clauses, before 但是 and its like too."""
    return [part.strip() for sentence in _SENTENCE.findall(text) for part in _CLAUSE.split(sentence) if part.strip()]


def _replaced(text: str, alike: str, roles: Mapping[str, str]) -> Scene:
    """Return the scene of a text in whose other spelling `alike` the names have these roles."""
    pieces, spelt, done = [], [], 0
    for match in _any_of(tuple(sorted(roles, key=len, reverse=True))).finditer(alike):
        pieces += [text[done : match.start()], roles[match[0]]]
        spelt.append(text[match.start() : match.end()])
        done = match.end()
    return Scene(text="".join([*pieces, text[done:]]), spelt=tuple(spelt))


@lru_cache(maxsize=2_000)
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, names)))


@lru_cache(maxsize=2_000)
def _roles(subject: SentimentTarget, known: tuple[str, ...]) -> Mapping[str, str]:
    """Return the role of each name, all in the spelling that stands for every other."""
    mine = _spelt(subject.names)
    others = (*map(unified, known), *_spelt(subject.others))
    roles = {name: OTHER for name in others if not any(own in name for own in mine)}
    return roles | dict.fromkeys(mine, TARGET)


def _spelt(names: Sequence[str]) -> list[str]:
    return [spelt for name in names if (spelt := unified(_MARK.sub("", normalise(name)).lower()))]
