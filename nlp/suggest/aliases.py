"""Candidates for a brand's aliases: what sounds alike, is taken apart or half hidden, or is used as the name is.

What tells an alias from a word that only looks like one is where it stands: behind and before the characters behind and
before which the name stands. Rivals stand there too; those that `config/lexicons/names.txt` or the brand's file knows
are left out, of the others a person must judge.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from config.brand import Brand
from config.fold import fold
from crawlers.post import Post
from nlp.keywords import keywords, stopwords
from nlp.mentions import said
from nlp.segment import Segmenter
from nlp.stance.polarity import names
from nlp.suggest.places import Places, places
from nlp.suggest.shapes import masked, split
from nlp.suggest.sounds import sounds_like
from nlp.variants import unified
from nlp.words import HAN

__all__ = ["ENOUGH", "Candidate", "Read", "named", "read", "suggested"]

_EXAMPLES, _FEWEST, _FEWEST_OF_SLANG, _MOST_OF_A_KIND = 3, 2, 5, 8
ENOUGH = 30
"""Posts that must say the name before its places tell slang from common words."""
_SHARES = 2.0
"""How much better a nickname is that keeps a character of the name, as 度娘 does of 百度."""
_LEAST = 0.02
"""The likeness of places below which a word is used otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A post as the search for aliases sees it; `text` has one form for every way to write a character."""

    text: str
    shown: str
    spans: tuple[tuple[int, int], ...]
    """Where its words stand in `text`."""

    @property
    def words(self) -> frozenset[str]:
        """Its words, each once."""
        return frozenset(self.text[start:end] for start, end in self.spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A possible alias, of a kind of config.aliases."""

    alias: str
    kind: str
    posts: int
    """Posts that hold it but not the name: what the brand's query misses."""
    likeness: float
    """How alike its places are to the name's, 0 to 1."""
    score: float
    examples: tuple[str, ...]


@dataclass(slots=True)
class _Found:
    places: Places = field(default_factory=Places)
    posts: list[Read] = field(default_factory=list)

    def note(self, one: Read, start: int, end: int) -> None:
        """Note one place; a post counts once."""
        self.places.add(one.text, start, end)
        if not self.posts or self.posts[-1] is not one:
            self.posts.append(one)


_NONE = _Found()


def read(posts: Iterable[Post], brand: Brand, progress: Callable[[int], None] = lambda _: None) -> list[Read]:
    """Cut posts into words, each text once."""
    segmenter, seen, found = Segmenter([brand]), set[str](), []
    for post in posts:
        text = said(post.title, post.text)
        if text and text not in seen:
            seen.add(text)
            plain = unified(text.lower())
            spans = tuple(_spans(plain, map(unified, segmenter.tokens(text))))
            found.append(Read(text=plain, shown=" ".join(text.split()), spans=spans))
            progress(len(found))
    return found


def named(brand: Brand, posts: Sequence[Read]) -> int:
    """Return how many posts say the brand's name."""
    name = unified(fold(brand.name).lower())
    return sum(name in one.text for one in posts)


def suggested(brand: Brand, posts: Sequence[Read], rivals: Collection[str] = ()) -> list[Candidate]:
    """Return the candidates, the likeliest first, at most eight of a kind; none that is known already.

    Slang is told by its places alone, so there is none before `ENOUGH` posts say the name, and none whose places are
    the name's by chance.
    `rivals` are further names that are others', such as those of the other brands.
    """
    name = unified(fold(brand.name).lower())
    known = {name, *(unified(fold(one).lower()) for one in (*brand.aliases.all(), *brand.words))}
    known |= {unified(other.lower()) for other in (*rivals, *names())}
    own, every, of_all = Places(), Counter[str](), 0
    others: list[Read] = []
    for one in posts:
        for start, end in one.spans:
            every.update(places(one.text, start, end))
            of_all += 1
        at = one.text.find(name)
        if at < 0:
            others.append(one)
        while at >= 0:
            own.add(one.text, at, at + len(name))
            at = one.text.find(name, at + 1)
    found: list[Candidate] = []
    telling = own.telling(every, of_all)
    taken: set[str] = set(known)
    for kind, fewest, gathered in _kinds(brand, name, others):
        slang = kind == "slang"
        if slang and len(posts) - len(others) < ENOUGH:
            continue
        made = [
            _candidate(kind, name, alias, where, where.places.like(own, every, of_all))
            for alias, where in gathered.items()
            if unified(alias.lower()) not in taken
            and len(where.posts) >= fewest
            and (not slang or where.places.surely_in(telling, every, of_all))
        ]
        best = sorted((one for one in made if one.likeness >= _LEAST), key=lambda one: (-one.score, one.alias))
        found += best[:_MOST_OF_A_KIND]
        taken |= {unified(one.alias.lower()) for one in made}
    return sorted(found, key=lambda one: (-one.score, one.alias))


def _candidate(kind: str, name: str, alias: str, where: _Found, likeness: float) -> Candidate:
    better = _SHARES if kind != "slang" or set(alias) & set(name) else 1.0
    return Candidate(
        alias=alias,
        kind=kind,
        posts=len(where.posts),
        likeness=likeness,
        score=likeness * better,
        examples=tuple(one.shown for one in where.posts[:_EXAMPLES]),
    )


def _kinds(brand: Brand, name: str, others: Sequence[Read]) -> Iterator[tuple[str, int, dict[str, _Found]]]:
    """Yield each kind, in how many posts a candidate must stand, and where each stands in posts without the name."""
    yield "split", _FEWEST, _literal(split(brand.name), others)
    yield "masked", _FEWEST, _literal(masked(brand.name), others)
    if alike := sounds_like(name):
        yield "homophones", _FEWEST, _runs(alike, others)
    yield "slang", _FEWEST_OF_SLANG, _slang(name, others)


def _literal(aliases: Iterable[str], others: Sequence[Read]) -> dict[str, _Found]:
    found: dict[str, _Found] = {}
    for alias in aliases:
        plain = re.escape(unified(alias.lower()))
        pattern = re.compile(rf"(?<![a-z0-9]){plain}(?![a-z0-9])" if alias[:1].isascii() else plain)
        for one in others:
            for match in pattern.finditer(one.text):
                found.setdefault(alias, _Found()).note(one, *match.span())
    return found


def _runs(pattern: re.Pattern[str], others: Sequence[Read]) -> dict[str, _Found]:
    found: dict[str, _Found] = {}
    for one in others:
        for match in pattern.finditer(one.text):
            found.setdefault(match[1], _Found()).note(one, *match.span(1))
    return found


def _slang(name: str, others: Sequence[Read]) -> dict[str, _Found]:
    """Return the words that may be nicknames, and the runs that keep all but one character of the name."""
    found: dict[str, _Found] = {}
    for one in others:
        for start, end in one.spans:
            if end - start > 1:
                found.setdefault(one.text[start:end], _Found()).note(one, start, end)
    related = [word for word, where in found.items() if set(word) & set(name) and len(where.posts) >= _FEWEST_OF_SLANG]
    found |= _literal(related, others)  # 去度娘 may have been cut as 去度, 娘
    if len(name) > 1 and re.fullmatch(f"[{HAN}]+", name):
        halves = (f"{re.escape(name[:at])}[{HAN}]{re.escape(name[at + 1 :])}" for at in range(len(name)))
        runs = _runs(re.compile(f"(?=({'|'.join(halves)}))"), others)
        found |= {run: where for run, where in runs.items() if len(where.posts) > len(found.get(run, _NONE).posts)}
    silent = stopwords()
    return {word: where for word, where in found.items() if word not in silent and keywords([word], frozenset())}


def _spans(text: str, tokens: Iterable[str]) -> Iterator[tuple[int, int]]:
    at = 0
    for token in tokens:
        start = text.find(token, at)
        if start >= 0:
            at = start + len(token)
            yield start, at
