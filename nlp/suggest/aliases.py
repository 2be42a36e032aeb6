"""Candidates for a brand's aliases: runs that sound alike, are taken apart or hidden, and words used as the name is.

What tells an alias from a word that only looks like one is its company: it stands beside the words that the brand's own
posts are made of, although the name is not there.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from config.brand import Brand
from config.fold import fold
from crawlers.post import Post
from nlp.keywords import brand_words, keywords, stopwords
from nlp.mentions import said
from nlp.segment import Segmenter, as_token
from nlp.suggest.shapes import masked, split
from nlp.suggest.significance import significance
from nlp.suggest.sounds import sounds_like
from nlp.variants import unified

__all__ = ["Candidate", "Read", "read", "suggested"]

_EXAMPLES, _FEWEST, _MOST_OF_A_KIND = 3, 2, 8
_COMPANY = 60
"""Words that the brand's own posts are made of."""
_SURE = 10.8
"""The significance that chance reaches once in a thousand."""
_FEWEST_OF_SLANG, _LIFT = 5, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A post as the search for aliases sees it."""

    text: str
    """In lower case, and with one form for every way to write a character."""
    shown: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A possible alias, of a kind of config.aliases; counts are of posts."""

    alias: str
    kind: str
    posts: int
    """Posts that hold it but not the name."""
    beside: int
    """Those of them with two words at least of the brand's usual company."""
    expected: float
    """How many of them would have such company by chance."""
    score: float
    """The significance of that."""
    examples: tuple[str, ...]


def read(posts: Iterable[Post], brand: Brand, progress: Callable[[int], None] = lambda _: None) -> list[Read]:
    """Cut posts into words, each text once."""
    segmenter, seen, found = Segmenter([brand]), set[str](), []
    for post in posts:
        text = said(post.title, post.text)
        if text and text not in seen:
            seen.add(text)
            tokens = segmenter.tokens(text)
            found.append(Read(text=unified(text.lower()), shown=" ".join(text.split()), words=frozenset(tokens)))
            progress(len(found))
    return found


def suggested(brand: Brand, posts: Sequence[Read]) -> list[Candidate]:
    """Return the candidates, the most significant first; none of what the brand's file holds already."""
    name = unified(fold(brand.name).lower())
    known = {unified(fold(one).lower()) for one in (brand.name, *brand.aliases.all(), *brand.words)}
    named, others = [one for one in posts if name in one.text], [one for one in posts if name not in one.text]
    company = _company(brand, named, others)
    base = sum(_in_company(one, company) for one in others) / max(1, len(others))
    found = [
        made
        for kind, alias, holds in _ways(brand, others)
        if unified(alias.lower()) not in known
        if (made := _counted(kind, alias, [one for one in holds], company, base))
    ]
    found += _slang(brand, named, others, company, base, known | {unified(one.alias.lower()) for one in found})
    found.sort(key=lambda one: (-one.score, -one.posts, one.alias))
    kept: Counter[str] = Counter()
    return [one for one in found if (kept.update([one.kind]) or kept[one.kind] <= _MOST_OF_A_KIND)]


def _ways(brand: Brand, others: Sequence[Read]) -> Iterator[tuple[str, str, list[Read]]]:
    """Yield kind, alias and the posts that hold it, of what looks or sounds like the name."""
    name = unified(fold(brand.name).lower())
    for kind, aliases in (("split", split(brand.name)), ("masked", masked(brand.name))):
        for alias in aliases:
            plain = re.escape(unified(alias.lower()))
            pattern = re.compile(rf"(?<![a-z0-9]){plain}(?![a-z0-9])" if alias[:1].isascii() else plain)
            if holds := [one for one in others if pattern.search(one.text)]:
                yield kind, alias, holds
    if alike := sounds_like(name):
        heard: dict[str, list[Read]] = {}
        for one in others:
            for alias in {match[1] for match in alike.finditer(one.text)}:
                heard.setdefault(alias, []).append(one)
        for alias, holds in heard.items():
            yield "homophones", alias, holds


def _counted(kind: str, alias: str, holds: list[Read], company: frozenset[str], base: float) -> Candidate | None:
    """Return a candidate; None for one that stands in too few posts, or in no better company than any word."""
    beside = [one for one in holds if _in_company(one, company)]
    score = significance(len(beside), len(holds), round(base * 10_000), 10_000)
    if len(holds) < _FEWEST or not beside or score <= 0:
        return None
    return Candidate(
        alias=alias,
        kind=kind,
        posts=len(holds),
        beside=len(beside),
        expected=base * len(holds),
        score=score,
        examples=tuple(one.shown for one in beside[:_EXAMPLES]),
    )


def _company(brand: Brand, named: Sequence[Read], others: Sequence[Read]) -> frozenset[str]:
    """Return the words of which the posts that name the brand hold more than others do."""
    silent = stopwords() | brand_words(as_token(one) for one in (brand.name, *brand.aliases.all()))
    here, there = (_words(some, silent) for some in (named, others))
    told = {word: significance(count, len(named), there[word], len(others)) for word, count in here.items()}
    best = sorted((word for word in told if told[word] >= _SURE), key=lambda word: (-told[word], word))
    return frozenset(best[:_COMPANY])


def _words(posts: Iterable[Read], silent: frozenset[str]) -> Counter[str]:
    return Counter(word for one in posts for word in keywords(sorted(one.words), silent))


def _in_company(one: Read, company: frozenset[str]) -> bool:
    return len(one.words & company) > 1


@dataclass(slots=True)
class _Seen:
    posts: list[Read] = field(default_factory=list)


def _slang(
    brand: Brand,
    named: Sequence[Read],
    others: Sequence[Read],
    company: frozenset[str],
    base: float,
    known: set[str],
) -> list[Candidate]:
    """Return words that stand in the brand's company without its name, and hardly ever beside it: in its place."""
    beside_name = Counter(word for one in named for word in one.words)
    seen: dict[str, _Seen] = {}
    for one in others:
        for word in one.words:
            if len(word) > 1 and word not in company and unified(word) not in known:
                seen.setdefault(word, _Seen()).posts.append(one)
    silent, found = stopwords(), []
    for word, where in seen.items():
        if word in silent or len(where.posts) < _FEWEST_OF_SLANG or not keywords([word], frozenset()):
            continue
        together = beside_name[word] / max(1, len(named))
        alone = len(where.posts) / max(1, len(others))
        made = _counted("slang", word, where.posts, company, base)
        if made and made.score >= _SURE and made.beside >= _LIFT * made.expected and together < alone:
            found.append(made)
    return found
