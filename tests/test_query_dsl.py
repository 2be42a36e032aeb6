"""The index answers a query as the reader of texts does, for the written cases and for any query on any post."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.query import And, Near, Not, Or, Query, QueryError, Term, parse
from crawlers.post import Author, Kind
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.field import Writer
from indexing.elasticsearch.store import Store
from indexing.mentions.document import analysis_part, document_id, page_part
from indexing.mentions.merge import merge
from indexing.mentions.query_dsl import to_dsl
from indexing.people.pseudonyms import pseudonyms
from nlp.mention import Label, Mention, Sentiment
from nlp.query import Document, holds, needle
from nlp.words import words as words_of
from tests.query_cases import CASES, KNOWN, MENTIONS

MONTH = "2026.03"
PIECES = [
    *("小", "米", "小米", "手机", "手 机", "闪退", "汽车人"),
    *("mi", "MI", "Mi14", "iPhone 15", "x9pro", "X9 Pro", "don't", "a.b", "3.5", "3,5", "user_name", "C++", "AT&T"),
    *(
        "ＭＩ",
        "１５",
        "ﾃｽﾄ",
        "スター",
        "ほし",
        "がんば",
        "샤오미",
        "สวัสดี",
        "café",
        "cafe\u0301",
        "ǅ",
        "İ",
        "ß",
        "ς",
        "Ⅻ",
    ),
    *(
        "衞生",
        "衛生",
        "卫生",
        "裡",
        "裏",
        "里面",
        "發",
        "髮",
        "发",
        "說",
        "説",
        "羣峯",
        "群峰",
        "乾淨",
        "干净",
        "楽",
        "説",
        "發\ufe00",
        "後",
    ),
    *("👍", "👍🏽", "👨‍👩‍👧", "❤️", "🇨🇳", "#️⃣", "[怒]", "℃", "①", "½", "٣", "〇", "々", "𠮷", "\U0001f1e6"),
    *(
        " ",
        "\t",
        "\n",
        "\u3000",
        "\u200b",
        "\u200d",
        "\ufeff",
        "\u00ad",
        "，",
        "。",
        "：",
        "·",
        "-",
        "_",
        "'",
        "’",
        "/",
    ),
    *("x" * 254, "y" * 256, "z" * 511, "字" * 300),
]
NAMES = ["小明", "Nobody-7", "ＮＯＢＯＤＹ-7", "İstanbul", "straße", "STRASSE", "a" * 1500, "米 粉"]


@pytest.fixture(scope="module", autouse=True)
def _key() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TINGFENG_PSEUDONYM_KEY", "a key of the tests' own")
        yield


def put(store: Store, mentions: list[Mention]) -> None:
    actions, names = [], {document_id(mention): name for name, mention in MENTIONS.items()}
    for mention in mentions:
        document = merge(None, page_part(mention, pseudonyms()), Writer.PAGE)
        document = merge(document, analysis_part(mention, mention.post.fetched_at), Writer.ANALYSIS)
        known = KNOWN.get(names.get(document_id(mention), ""), {})
        document = {**(document or {}), **{name: {"id": id} for name, id in known.items()}}
        alias = store.month_alias(MONTH)
        actions.append(Action(operation="create", index=alias, id=document_id(mention), source=document))
    assert {answer.status for answer in send(store.client, actions)} == {201}
    store.refresh("mentions")


def mixed(dice: random.Random, number: int, template: Mention) -> Mention:
    def text(most: int) -> str:
        return "".join(dice.choices(PIECES, k=dice.randint(0, most)))

    post = replace(
        template.post,
        native_id=str(number),
        platform=dice.choice(["weibo", "rss", "forum"]),
        kind=dice.choice(list(Kind)),
        title=dice.choice([None, text(3)]),
        text=text(8),
        site=dice.choice([None, "BBS.example.org", "news"]),
        region=dice.choice([None, "北京", "Ｘi'an", ""]),
        tags=tuple(dice.choices(NAMES, k=dice.randint(0, 2))),
        author=dice.choice(
            [None, Author(id="1"), Author(id="2", name=dice.choice(NAMES), verified=dice.random() < 0.5)]
        ),
    )
    label = dice.choice(list(Label))
    sentiment = Sentiment(label=label, probability=0.9, score=0.0, engine="e", model="m")
    emotion, intent = dice.choice([None, "angry", "sad"]), dice.choice([None, "praise", "other"])
    return replace(
        template, emotion=emotion, intent=intent, post=post, brand=dice.choice(["acme", "mi-2"]), sentiment=sentiment
    )


@pytest.fixture(scope="module")
def filled(new_store: Callable[[], Store]) -> tuple[Store, dict[str, Document]]:
    """Give a store with the written mentions and 400 mixed ones, and what the reader of texts reads, by their ids."""
    store = new_store()
    store.open_months({MONTH})
    dice = random.Random(7)  # noqa: S311 - to mix posts
    template = MENTIONS["crash"]
    mentions = [*MENTIONS.values(), *(mixed(dice, number, template) for number in range(400))]
    put(store, mentions)
    ids = {document_id(mention): name for name, mention in MENTIONS.items()}
    known = {id: KNOWN.get(name, {}) for id, name in ids.items()}
    return store, {(id := document_id(one)): Document.of(one, **known.get(id, {})) for one in mentions}


def found(store: Store, query: Query) -> set[str]:
    answer = store.client.search(index=store.alias("mentions"), query=to_dsl(query), size=1000, source=False)
    return {hit["_id"] for hit in answer["hits"]["hits"]}


def test_the_written_cases(filled: tuple[Store, dict[str, Document]]) -> None:
    store, _ = filled
    written = {document_id(mention): name for name, mention in MENTIONS.items()}
    for text, names in CASES.items():
        assert {written[id] for id in found(store, parse(text)) if id in written} == names, text


def are_different(near: Near) -> bool:
    """Return whether no word stands on both sides, and the index takes as many pairs of them."""
    sides = [{needle(term) for term in side} for side in (near.left, near.right)]
    return sides[0].isdisjoint(sides[1]) and sum(len(words_of(t.value)) for t in (*near.left, *near.right)) <= 100


def queries() -> st.SearchStrategy[Query]:
    joined_pieces = st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map("".join)
    words = joined_pieces.filter(lambda text: len(words_of(text)) <= 80)  # six of them stay below 1,000
    exact = st.one_of(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(["author", "tag"])),
        st.tuples(st.sampled_from(["bbs.EXAMPLE.org", "NEWS"]), st.just("site")),
        st.tuples(st.sampled_from(["北京", "xI'AN", "xi’an"]), st.just("region")),
        st.tuples(st.sampled_from(["weibo", "RSS"]), st.just("platform")),
        st.tuples(st.sampled_from(["post", "review"]), st.just("kind")),
        st.tuples(st.sampled_from(["negative", "neutral"]), st.just("sentiment")),
        st.tuples(st.sampled_from(["acme", "MI-2"]), st.just("brand")),
        st.tuples(st.sampled_from(["angry", "sad"]), st.just("emotion")),
        st.tuples(st.sampled_from(["praise", "other"]), st.just("intent")),
        st.tuples(st.sampled_from(["C-0001", "c-0002"]), st.just("customer")),
        st.tuples(st.just("5F2b0c9a41d3"), st.just("story")),
    )
    terms = st.one_of(
        st.builds(Term, words, st.sampled_from([None, None, "title", "text"])),
        exact.map(lambda pair: Term(pair[0], pair[1])),
    )

    sides = st.lists(words.map(Term), min_size=1, max_size=2).map(tuple)
    near = st.builds(Near, sides, sides, st.integers(0, 4)).filter(are_different)
    open_ended = words.filter(lambda text: text[-1:].isascii() and text[-1:].isalnum())
    terms = st.one_of(terms, near, open_ended.map(lambda text: Term(text, goes_on=True)))

    def joined(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
        parts = st.lists(inner, min_size=2, max_size=4).map(tuple)
        return st.one_of(inner.map(Not), parts.map(And), parts.map(Or))

    return st.recursive(terms, joined, max_leaves=6)


@settings(max_examples=250, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=queries())
def test_any_query_on_any_post(filled: tuple[Store, dict[str, Document]], query: Query) -> None:
    store, documents = filled
    assert found(store, query) == {id for id, document in documents.items() if holds(query, document)}


def test_what_elasticsearch_would_refuse_is_refused_with_the_remedy(filled: tuple[Store, dict[str, Document]]) -> None:
    store, _ = filled
    with pytest.raises(QueryError, match="more than 1,000: split it"):
        to_dsl(parse("字" * 501))
    largest = Or(tuple(Term("字" * 5) for _ in range(100)))
    assert len(found(store, largest)) > 0


def test_the_raw_name_is_not_in_the_request() -> None:
    assert "某某" not in str(to_dsl(parse("author:某某")))


@pytest.mark.parametrize(
    ("text", "phrases", "intervals"),
    [
        ("手机壳", True, False),  # few ways to write it
        ("质量问题开发发现关键", False, True),  # too many
        (" OR ".join(f"发{n}" for n in range(40)), True, False),
        (" OR ".join(f"发{n}" for n in range(60)), False, True),  # few each, but too many words in all
    ],
)
def test_phrases_with_few_spellings_are_asked_for_as_phrases(text: str, phrases: bool, intervals: bool) -> None:
    asked = str(to_dsl(parse(text)))
    assert ("match_phrase" in asked, "intervals" in asked) == (phrases, intervals)
