"""A post as the rules see it: in sentences and clauses, the target written T and every other known name O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nlp.classifier.text import normalise
from nlp.variants import unified

__all__ = ["OTHER", "TARGET", "SentimentTarget", "Scene", "scene"]

TARGET, OTHER = "\ue000", "\ue001"
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
    """A normalised post with names replaced; `named` says whether the target stands in it."""

    text: str
    sentences: tuple[str, ...]

    @property
    def named(self) -> bool:
        """Whether the target stands in the post."""
        return TARGET in self.text

    @property
    def contrasts(self) -> bool:
        """Whether another known name stands beside the target."""
        return self.named and OTHER in self.text


def scene(text: str, subject: SentimentTarget, known: Sequence[str] = ()) -> Scene:
    """Write a post in T and O; `known` (normalised) are names that count as others where they are not the target's."""
    plain = normalise(text).lower()
    alike, mine = unified(plain), _spelt(subject.names)
    others = (name for name in (*map(unified, known), *_spelt(subject.others)) if name in alike)
    roles = {name: OTHER for name in others if not any(own in name for own in mine)}
    roles |= dict.fromkeys((name for name in mine if name in alike), TARGET)
    if roles:
        longest = sorted(roles, key=len, reverse=True)
        plain = _replaced(plain, re.finditer("|".join(map(re.escape, longest)), alike), roles)
    return Scene(text=plain, sentences=tuple(match[0].strip() for match in _SENTENCE.finditer(plain)))


def clauses(text: str) -> list[str]:
    """Cut a scene's text into clauses, before 但是 and its like too."""
    return [part.strip() for sentence in _SENTENCE.findall(text) for part in _CLAUSE.split(sentence) if part.strip()]


def _replaced(text: str, found: Iterable[re.Match[str]], roles: Mapping[str, str]) -> str:
    """Return the text with what was found at its places, in another spelling, replaced by its role."""
    pieces, done = [], 0
    for match in found:
        pieces += [text[done : match.start()], roles[match[0]]]
        done = match.end()
    return "".join([*pieces, text[done:]])


def _spelt(names: Sequence[str]) -> list[str]:
    return [unified(spelt) for name in names if (spelt := normalise(name).lower())]
