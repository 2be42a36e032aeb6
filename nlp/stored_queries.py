"""Many queries against one post after another: one pass over the post picks those that can match, their trees decide.

Every word or phrase of every query stands in an automaton (Aho–Corasick, as a double array), which finds all that a
post holds in one pass. Each query waits at one of the words without which it cannot hold (its anchor), so that a post
wakes only the queries whose anchor it holds; one that was woken in vain moves to the word that was met least.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeGuard, TypeVar

from config.query import WORD_FIELDS, And, Near, Not, Or, Query, Term, terms
from nlp.query import Document, form, holds_near, needle

__all__ = ["StoredQueries", "anchors"]

Name = TypeVar("Name", bound=Hashable)
Word: TypeAlias = str | tuple[str, str]
"""What a post can hold: words as they stand in its line, or the value of an exact field with the field's name."""
Held: TypeAlias = set[Word]
Words: TypeAlias = Mapping[Term, Word | None]
Test: TypeAlias = Callable[[Held, Document], bool]

_FEW = 512
"""New words are put into an automaton of their own, which is made anew with each, until there are so many."""
_PATIENCE = 8
"""How often a query is woken in vain before it looks for a rarer anchor, and then twice, four times, … as often."""


@dataclass(slots=True)
class _Stored:
    """One query: its place in the order, its test, where it can wait and does, how often it was woken in vain."""

    number: int
    test: Test
    anchors: tuple[frozenset[Word], ...]
    """Sets of words; of each, a post that the query holds for has one at least. Without any, it waits for all posts."""
    at: frozenset[Word]
    in_vain: int = 0


class StoredQueries(Generic[Name]):
    """Queries by their names, in the order in which they were added."""

    def __init__(self, queries: Mapping[Name, Query] | None = None) -> None:
        self._stored: dict[Name, _Stored] = {}
        self._added = 0
        self._waiting: defaultdict[Word, dict[Name, None]] = defaultdict(dict)
        self._always: dict[Name, None] = {}
        self._met: defaultdict[Word, int] = defaultdict(int)
        self._automata: list[_Automaton] = []
        self._known: set[str] = set()
        self._fresh: list[str] = []
        for name, query in (queries or {}).items():
            self._store(name, query)
        self._refresh()

    def add(self, name: Name, query: Query) -> None:
        """Add a query, or replace the one of that name."""
        self.remove(name)
        if self._store(name, query):
            self._automata.pop()
            self._refresh()

    def remove(self, name: Name) -> None:
        """Forget a query; one that is not there makes no difference."""
        if stored := self._stored.pop(name, None):
            self._always.pop(name, None)
            self._leave(name, stored)

    def matching(self, document: Document) -> list[Name]:
        """Return the names of the queries that hold, in the order in which they were added."""
        held = self._held(document)
        woken = dict(self._always)
        for word in held:
            if waiting := self._waiting.get(word):
                self._met[word] += 1
                woken |= waiting
        found = [name for name in woken if self._holds(name, held, document)]
        return sorted(found, key=lambda name: self._stored[name].number)

    def _held(self, document: Document) -> set[Word]:
        line = document.lines[None]
        held: set[Word] = {word for automaton in self._automata for word in automaton.words_in(line)}
        held.update((field, value) for field, values in document.values.items() for value in values)
        return held

    def _holds(self, name: Name, held: Held, document: Document) -> bool:
        stored = self._stored[name]
        if stored.test(held, document):
            return True
        stored.in_vain += 1
        if stored.in_vain >= _PATIENCE and not stored.in_vain & (stored.in_vain - 1) and len(stored.anchors) > 1:
            rarest = min(stored.anchors, key=lambda anchor: sum(self._met[word] for word in anchor))
            self._leave(name, stored)
            self._wait(name, stored, rarest)
        return False

    def _store(self, name: Name, query: Query) -> bool:
        """Store a query, and return whether it brought new words."""
        self._added += 1
        words = {term: _word(term) for term in terms(query)}
        anchors = tuple(dict.fromkeys(_anchors(query, words)))
        stored: _Stored = _Stored(self._added, _test(query, words), anchors, frozenset())
        self._stored[name] = stored
        if anchors:
            self._wait(name, stored, _longest(anchors))
        else:
            self._always[name] = None
        new = dict.fromkeys(word for word in words.values() if isinstance(word, str) and word not in self._known)
        self._known.update(new)
        self._fresh += new
        return bool(new)

    def _wait(self, name: Name, stored: _Stored, anchor: frozenset[Word]) -> None:
        stored.at = anchor
        for word in anchor:
            self._waiting[word][name] = None

    def _leave(self, name: Name, stored: _Stored) -> None:
        for word in stored.at:
            self._waiting[word].pop(name, None)

    def _refresh(self) -> None:
        """Make the automaton of new words anew; when there are many, the next ones get another."""
        self._automata.append(_Automaton(self._fresh))
        if len(self._fresh) >= _FEW:
            self._fresh = []
            self._automata.append(_Automaton(self._fresh))


def anchors(query: Query) -> list[frozenset[Word]]:
    """Return sets of words of which a post must hold one each for the query to hold; none where it holds without."""
    return _anchors(query, {term: _word(term) for term in terms(query)})


class _Automaton:
    """Finds words in a line, all in one pass."""

    def __init__(self, words: Sequence[str]) -> None:
        from daachorse import CharwiseDoubleArrayAhoCorasick

        self._words = tuple(words)
        self._automaton = CharwiseDoubleArrayAhoCorasick(list(words)) if words else None

    def words_in(self, line: str) -> set[str]:
        """Return the words that the line holds."""
        return {self._words[at] for _, _, at in self._automaton.find_overlapping(line)} if self._automaton else set()


def _anchors(query: Query, words: Words) -> list[frozenset[Word]]:
    """Return sets of words of which a post must hold one for the query to hold; none where it holds without any."""
    match query:
        case Term():
            return [_of([query], words)]
        case Near(left, right):
            return [_of(left, words), _of(right, words)]
        case And(parts):
            return [anchor for part in parts for anchor in _anchors(part, words)]
        case Or(parts):
            return _of_any([_anchors(part, words) for part in parts])
        case Not(Or(parts)):
            return [anchor for part in parts for anchor in _anchors(Not(part), words)]
        case Not(And(parts)):
            return _of_any([_anchors(Not(part), words) for part in parts])
        case Not(Not(part)):
            return _anchors(part, words)
        case Not():
            return []


def _of_any(parts: Sequence[Sequence[frozenset[Word]]]) -> list[frozenset[Word]]:
    return [frozenset().union(*map(_longest, parts))] if all(parts) else []


def _longest(anchors: Iterable[frozenset[Word]]) -> frozenset[Word]:
    """Return the anchor whose words are long, before any post has shown which are rare."""
    return max(anchors, key=lambda anchor: min((len(word) for word in anchor), default=0))


def _word(term: Term) -> Word | None:
    """Return what a post holds where the term holds; None where none ever does."""
    if term.field is not None and term.field not in WORD_FIELDS:
        return (term.field, form(term.field, term.value))
    return needle(term)


def _of(some: Iterable[Term], words: Words) -> frozenset[Word]:
    return frozenset(word for term in some if (word := words[term]))


def _test(query: Query, words: Words) -> Test:
    """Return the query as a test of what a post holds: what asks for words alone is a question about sets."""
    match query:
        case Term(_, "title" | "text" as field):
            word = words[query]
            return lambda held, document: word in held and str(word) in document.lines[field]
        case Term():
            return _any([query], words)
        case Near():
            sides = _anchors(query, words)
            return lambda held, document: not any(map(held.isdisjoint, sides)) and holds_near(query, document)
        case Not(part):
            inner = _test(part, words)
            return lambda held, document: not inner(held, document)
        case And(parts):
            return _all(parts, words)
        case Or(parts):
            return _any(parts, words)


def _all(parts: Sequence[Query], words: Words) -> Test:
    alone = [part for part in parts if _is_alone(part)]
    needed, rest = _of(alone, words), [_test(part, words) for part in parts if not _is_alone(part)]
    if not all(words[term] for term in alone):  # one of them never holds
        return lambda _held, _document: False
    if not rest:
        return lambda held, _: needed <= held
    return lambda held, document: needed <= held and all(test(held, document) for test in rest)


def _any(parts: Sequence[Query], words: Words) -> Test:
    alone = _of([part for part in parts if _is_alone(part)], words)
    rest = [_test(part, words) for part in parts if not _is_alone(part)]
    if not rest:
        return lambda held, _: not alone.isdisjoint(held)
    return lambda held, document: not alone.isdisjoint(held) or any(test(held, document) for test in rest)


def _is_alone(query: Query) -> TypeGuard[Term]:
    """Return whether what the post holds decides it, wherever that stands."""
    return isinstance(query, Term) and query.field not in WORD_FIELDS
