"""Hot words → topics: words that stand in the same mentions; and each topic its name of the day before."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

__all__ = ["HotWord", "Topic", "clustered", "named_as_before"]

_TOGETHER = 0.5
"""The share of a word's mentions that must hold the topic's first word, for it to belong there."""
_FEWEST, _IN_A_NAME = 2, 3
_SAME = 0.5
"""The share of the smaller topic's words that must be the other's, for both to be one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HotWord:
    """A word of the day with how many mentions hold it, how many usually would, and how surprising that is."""

    word: str
    mentions: int
    usual: float
    significance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Words that are said together; `holds` are the ids of the day's mentions that speak of it."""

    id: str
    name: str
    words: tuple[str, ...]
    holds: frozenset[str]
    usual: float
    significance: float
    first: str
    """The day on which it was met first, such as 2026-11-21."""


def clustered(words: Sequence[HotWord], mentions: Mapping[str, Collection[str]], brand: str, day: str) -> list[Topic]:
    """Return the topics of a day, the most significant first; `mentions` are the keywords by the mentions' ids.

    Each word, the most significant first, joins the first topic in half of whose first word's mentions it stands, or
    half of whose own mentions hold that word; else it begins one. The same input gives the same topics.
    """
    where = {one.word: frozenset(id for id, held in mentions.items() if one.word in held) for one in words}
    topics: list[list[HotWord]] = []
    for one in sorted(words, key=lambda word: (-word.significance, word.word)):
        home = next((topic for topic in topics if _together(where[topic[0].word], where[one.word])), None)
        if home is None:
            topics.append([one])
        else:
            home.append(one)
    return [_topic(topic, where, brand, day) for topic in topics if len(where[topic[0].word]) >= _FEWEST]


def _together(first: frozenset[str], other: frozenset[str]) -> bool:
    both = len(first & other)
    return both >= _FEWEST and both >= _TOGETHER * min(len(first), len(other))


def _topic(words: Sequence[HotWord], where: Mapping[str, frozenset[str]], brand: str, day: str) -> Topic:
    first = words[0]
    holds = set(where[first.word])
    counts: dict[str, int] = {}
    for one in words[1:]:
        for id in where[one.word]:
            counts[id] = counts.get(id, 0) + 1
    holds |= {id for id, count in counts.items() if count > 1}
    id = hashlib.sha256(f"{brand}\n{day}\n{first.word}".encode()).hexdigest()[:12]
    return Topic(
        id=id,
        name="、".join(one.word for one in words[:_IN_A_NAME]),
        words=tuple(one.word for one in words),
        holds=frozenset(holds),
        usual=first.usual,
        significance=first.significance,
        first=day,
    )


def named_as_before(topics: Sequence[Topic], before: Sequence[Topic]) -> list[Topic]:
    """Return the topics with id, name and first day of those before that they go on; each is gone on once at most.

    A topic goes on where the smaller one's words are half the other's; the likest pairs come first.
    """
    pairs = sorted(
        ((_alike(one, old), at, then) for at, one in enumerate(topics) for then, old in enumerate(before)),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    went_on: dict[int, Topic] = {}
    taken: set[int] = set()
    for alike, at, then in pairs:
        if alike >= _SAME and at not in went_on and then not in taken:
            went_on[at] = before[then]
            taken.add(then)
    return [
        replace(one, id=went_on[at].id, name=went_on[at].name, first=went_on[at].first) if at in went_on else one
        for at, one in enumerate(topics)
    ]


def _alike(one: Topic, other: Topic) -> float:
    mine, theirs = {*one.words}, {*other.words}
    return len(mine & theirs) / min(len(mine), len(theirs))
