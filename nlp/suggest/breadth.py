"""Words that take too much: which of a query's words stand mostly in posts that the brand's other words never touch."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.brand import Brand
from config.fold import fold
from config.query import And, Near, Not, Or, Query, Term, wanted
from nlp.keywords import keywords, stopwords
from nlp.mentions import holds_alone
from nlp.suggest.aliases import Read
from nlp.suggest.significance import significance
from nlp.variants import unified

__all__ = ["Breadth", "Remedy", "breadths"]

_FEWEST, _EXAMPLES, _COMPANY, _TOLD, _SURE = 20, 3, 60, 8, 10.8
_WIDE = 0.3
_NAMED = 5
"""In fewer posts than this the brand's other words say nothing of its posts."""
_SELDOM = 0.02
"""How often a word may stand in the brand's own posts that is to keep others out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A query for the word's place, and the shares that it keeps of the posts about the brand and of the others."""

    query: str
    """The brand's whole query with it."""
    kept: float
    """Of the posts that the brand's other words touch."""
    left: float
    """Of those that they do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breadth:
    """One word of the query: in how many posts it stands, how many of them nothing else of the brand's touches."""

    word: str
    posts: int
    named: int
    """Posts in which another of the brand's words stands."""
    untouched: int
    speak_of: tuple[str, ...]
    """What the untouched ones speak of, the most significant first."""
    examples: tuple[str, ...]
    remedies: tuple[Remedy, ...]

    @property
    def known(self) -> bool:
        """Whether the brand's other words stand in enough posts to tell its own by."""
        return self.named >= _NAMED

    @property
    def wide(self) -> bool:
        """Whether the word takes too much."""
        return self.known and self.untouched >= _WIDE * self.posts


def _words_beside(brand: Brand, word: str) -> tuple[str, ...]:
    """Return the brand's words other than this one, in the form in which texts are read."""
    every = (*brand.words, *brand.aliases.all(), *(term.value for term in wanted(brand.parsed) if term.field is None))
    mine = unified(fold(word).lower())
    return tuple(sorted({plain for one in every if (plain := unified(fold(one).lower())) != mine}))


def breadths(brand: Brand, posts: Sequence[Read]) -> list[Breadth]:
    """Return how wide each word is that makes a mention by itself and stands in 20 posts at least."""
    found = []
    for word in dict.fromkeys(term.value for term in wanted(brand.parsed) if holds_alone(brand, term)):
        plain = unified(fold(word).lower())
        holds = [one for one in posts if plain in one.text]
        if len(holds) >= _FEWEST:
            found.append(_breadth(brand, word, holds))
    return found


def _breadth(brand: Brand, word: str, holds: Sequence[Read]) -> Breadth:
    beside = _words_beside(brand, word)
    named = [any(other in one.text for other in beside) for one in holds]
    first = [one for one, is_named in zip(holds, named, strict=True) if is_named]
    rest = [one for one, is_named in zip(holds, named, strict=True) if not is_named]
    company = _telling(first, rest, _COMPANY)
    usual = frozenset(company)
    touched = [*first, *(one for one in rest if len(one.words & usual) > 1)]
    untouched = [one for one in rest if len(one.words & usual) <= 1]
    mine = unified(fold(word).lower())
    told = tuple(one for one in _telling(untouched, touched, _TOLD + 1) if unified(one) != mine)[:_TOLD]
    return Breadth(
        word=word,
        posts=len(holds),
        named=len(first),
        untouched=len(untouched),
        speak_of=told,
        examples=tuple(one.shown for one in _clearest(untouched, told)),
        remedies=_remedies(brand, word, tuple(dict.fromkeys((*beside, *company[:_TOLD]))), told, touched, untouched),
    )


def _clearest(untouched: Sequence[Read], told: Sequence[str]) -> list[Read]:
    """Return a few posts, those first that hold most of what the others speak of."""
    return sorted(untouched, key=lambda one: -len(one.words.intersection(told)))[:_EXAMPLES]


def _telling(some: Sequence[Read], others: Sequence[Read], most: int) -> tuple[str, ...]:
    """Return the words of which some posts hold more than others do, surely; the surest first."""
    here, there = _counted(some), _counted(others)
    told = {word: significance(count, len(some), there[word], len(others)) for word, count in here.items()}
    return tuple(sorted((word for word in told if told[word] >= _SURE), key=lambda word: (-told[word], word))[:most])


def _counted(posts: Iterable[Read]) -> Counter[str]:
    silent = stopwords()
    return Counter(word for one in posts for word in one.words if keywords([word], silent))


def _remedies(
    brand: Brand,
    word: str,
    context: Sequence[str],
    told: Sequence[str],
    touched: Sequence[Read],
    untouched: Sequence[Read],
) -> tuple[Remedy, ...]:
    """Return the word beside its context, and the word without what the others speak of, each with what it keeps."""
    seldom = [other for other in told if _share(touched, [other]) <= _SELDOM]
    found = []
    if context:
        query = _replaced(brand.parsed_alone, word, And((Term(word), _any(context))))
        kept, left = _share(touched, context), _share(untouched, context)
        found.append(Remedy(query=str(query), kept=kept, left=left))
    if seldom:
        query = _replaced(brand.parsed_alone, word, And((Term(word), Not(_any(seldom)))))
        kept, left = 1 - _share(touched, seldom), 1 - _share(untouched, seldom)
        found.append(Remedy(query=str(query), kept=kept, left=left))
    return tuple(sorted(found, key=lambda one: one.left - one.kept))


def _share(posts: Sequence[Read], words: Sequence[str]) -> float:
    return sum(any(word in one.text for word in words) for one in posts) / max(1, len(posts))


def _any(words: Sequence[str]) -> Query:
    terms = tuple(Term(word) for word in words)
    return terms[0] if len(terms) == 1 else Or(terms)


def _replaced(query: Query, word: str, by: Query) -> Query:
    match query:
        case Term():
            return by if query.field is None and fold(query.value).lower() == fold(word).lower() else query
        case And(parts):
            wide = [_replaced(part, word, by) for part in parts]
            return And(tuple(one for part in wide for one in (part.parts if isinstance(part, And) else (part,))))
        case Or(parts):
            return Or(tuple(_replaced(part, word, by) for part in parts))
        case Near() | Not():
            return query
