"""Many stored queries wake for a post exactly where each of them, asked alone, would hold."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.query import And, Near, Not, Or, Query, Term, parse
from nlp.query import Document, holds
from nlp.stored_queries import StoredQueries
from tests.query_cases import CASES, KNOWN, MENTIONS
from tests.story_posts import research_texts

WORDS = ["小米", "手机", "闪退", "爆炸", "mi", "note", "后台", "後台", "15", "x", "怒"]


def of_cases() -> dict[str, Document]:
    return {name: Document.of(mention, **KNOWN.get(name, {})) for name, mention in MENTIONS.items()}


def test_the_written_cases_all_at_once() -> None:
    stored = StoredQueries({query: parse(query) for query in CASES})
    for _ in range(40):  # those that are woken in vain wait elsewhere after a while, and still hold as before
        for name, document in of_cases().items():
            assert stored.matching(document) == [query for query, names in CASES.items() if name in names]


def _terms() -> st.SearchStrategy[Query]:
    words = st.sampled_from([*WORDS, "!"])  # "!" holds no word, so that nothing ever matches it
    fields = st.sampled_from([None, None, "title", "text"])
    sides = st.lists(st.sampled_from(WORDS[:6]).map(Term), min_size=1, max_size=2, unique=True).map(tuple)
    near = st.builds(Near, sides, sides, st.integers(0, 3)).filter(lambda near: not {*near.left} & {*near.right})
    exact = st.builds(Term, st.sampled_from(["weibo", "RSS"]), st.just("platform"))
    open_ended = st.sampled_from(["mi", "note", "1"]).map(lambda word: Term(word, goes_on=True))
    return st.one_of(st.builds(Term, words, fields), near, exact, open_ended)


def _joined(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    parts = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return st.one_of(inner.map(Not), parts.map(And), parts.map(Or))


def _documents() -> st.SearchStrategy[Document]:
    text = st.lists(st.sampled_from([*WORDS, "，", " ", "Note15", "小"]), max_size=8).map("".join)

    def made(title: str, body: str, platform: str) -> Document:
        lines = [Document.saying(part).lines["text"] for part in (title, body)]
        return Document(
            lines={"title": lines[0], "text": lines[1], None: "\n".join(lines)}, values={"platform": (platform,)}
        )

    return st.builds(made, text, text, st.sampled_from(["weibo", "rss"]))


@settings(max_examples=200, deadline=None)
@given(
    queries=st.lists(st.recursive(_terms(), _joined, max_leaves=6), max_size=12),
    documents=st.lists(_documents(), max_size=12),
    changes=st.randoms(use_true_random=False),
)
def test_any_queries_on_any_posts(queries: list[Query], documents: list[Document], changes: random.Random) -> None:
    """Some are there from the beginning, some are added, replaced or removed between two posts."""
    begun = len(queries) // 2
    stored = StoredQueries(dict(enumerate(queries[:begun])))
    there = dict(enumerate(queries[:begun]))
    left = list(enumerate(queries[begun:], begun))
    for document in documents:
        assert stored.matching(document) == [name for name, query in there.items() if holds(query, document)]
        if left:
            name, query = left.pop()
            stored.add(name, query)
            there[name] = query
        if there and changes.random() < 0.3:
            gone = changes.choice(list(there))
            stored.remove(gone)
            del there[gone]
            stored.remove(gone)


@pytest.fixture(scope="module")
def posts() -> list[Document]:
    return [Document.saying(text) for text in research_texts()[:400]]


def _many(dice: random.Random, words: list[str], count: int) -> Iterator[Query]:
    for number in range(count):
        some = [Term(word) for word in dice.sample(words, 4)]
        forms: list[Query] = [
            And((some[0], some[1])),
            Or((some[0], And((some[1], some[2])))),
            And((some[0], Not(Or((some[1], some[2]))))),
            Near((some[0],), (some[1], some[2]), 5),
            And((Or((some[0], some[1])), Or((some[2], some[3])))),
        ]
        yield forms[number % len(forms)]


def test_thousands_of_queries_on_real_posts(posts: list[Document]) -> None:
    dice = random.Random(16)  # noqa: S311 - makes queries
    texts = research_texts()
    words = sorted({text[at : at + 2] for text in texts[:400] for at in range(0, min(60, len(text) - 2), 7)})
    words = [word for word in words if word.isalnum()]
    queries = dict(enumerate(_many(dice, words, 3_000)))
    stored = StoredQueries(queries)
    matched = 0
    for document in posts[:150]:
        found = stored.matching(document)
        assert found == [name for name, query in queries.items() if holds(query, document)]
        matched += len(found)
    assert matched > 1_000
