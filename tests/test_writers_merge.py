"""Five writers of one mention, in whatever order and however often: one document, with each one's newest word."""

import random
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from threading import Barrier
from typing import Any

import pytest

from crawlers.post import Engagement
from indexing.elasticsearch.field import Writer
from indexing.elasticsearch.store import Store
from indexing.mentions.document import analysis_part, page_part
from indexing.mentions.merge import Document, merge
from indexing.mentions.write import Outcome, Update, write
from indexing.people.pseudonyms import Pseudonyms
from nlp.mention import Mention

NAMES = Pseudonyms(b"0123456789abcdef")
FETCHED = datetime(2026, 11, 20, 8, tzinfo=UTC)
Part = tuple[Writer, dict[str, Any]]
MentionOf = Callable[..., Mention]


@pytest.fixture(scope="module")
def shared(new_store: Callable[[], Store]) -> Store:
    """A store in which each test has ids of its own."""
    store = new_store()
    store.open_months({"2026.11"})
    return store


def page(mention: Mention) -> Part:
    return Writer.PAGE, page_part(mention, NAMES)


def analysis(mention: Mention, hours: int) -> Part:
    return Writer.ANALYSIS, analysis_part(mention, FETCHED + timedelta(hours=hours))


def five(mention_of: MentionOf) -> list[Part]:
    return [
        page(mention_of()),
        analysis(mention_of(), 1),
        (Writer.STORY, {"story": {"id": "s1"}, "writers": {"story": 5}}),
        (Writer.LINK, {"customer": {"id": "c1", "weight": 1.0}, "writers": {"link": 7}}),
        (Writer.PERSON, {"correction": {"sentiment": "positive", "by": "li"}, "writers": {"person": 9}}),
    ]


def later(mention_of: MentionOf) -> list[Part]:
    """The same writers' newer words; the newer page has another text, so that its analysis differs too."""
    newer = mention_of(text="更新后不闪退了", label="neutral", fetched_at=FETCHED + timedelta(hours=3))
    return [
        page(newer),
        analysis(newer, 4),
        analysis(mention_of(label="positive"), 9),  # of the older page, though made later
        (Writer.STORY, {"writers": {"story": 6}}),  # no longer of a story
        (Writer.LINK, {"customer": {"id": "c2"}, "writers": {"link": 8}}),
    ]


def joined(parts: Iterable[Part], start: Document | None = None) -> Document | None:
    document = start
    for writer, part in parts:
        document = merge(document, part, writer) or document
    return document


def test_every_order_of_the_writers_gives_one_document(mention_of: MentionOf) -> None:
    parts = five(mention_of)
    first = joined(parts)
    assert first is not None
    assert first["sentiment"]["label"] == "positive"
    assert first["sentiment"]["predicted"] == "negative"
    for order in permutations(parts):
        assert joined(order) == first
        assert joined([*order, *reversed(order)]) == first


def test_every_order_of_older_and_newer_words_gives_one_document(mention_of: MentionOf) -> None:
    parts = [*five(mention_of), *later(mention_of)]
    first = joined(parts)
    assert first is not None
    assert first["text"] == "更新后不闪退了"
    assert first["sentiment"] | {"label": None} == first["sentiment"] | {"label": None, "predicted": "neutral"}
    assert first["customer"] == {"id": "c2"}
    assert "story" not in first
    dice = random.Random(5)  # noqa: S311 - to shuffle
    for _ in range(3000):
        order = parts * dice.randint(1, 2)
        dice.shuffle(order)
        assert joined(order) == first


def test_parts_of_one_version_that_differ_end_alike(mention_of: MentionOf) -> None:
    one, other = page(mention_of(text="甲")), page(mention_of(text="乙"))
    assert joined([one, other]) == joined([other, one])
    written = joined([other])
    assert merge(written, one[1], Writer.PAGE, ties=False) is None
    assert merge(joined([one]), other[1], Writer.PAGE, ties=False) is None


def test_a_repeated_part_changes_nothing(mention_of: MentionOf) -> None:
    document = joined(five(mention_of))
    for writer, part in five(mention_of):
        assert merge(document, part, writer) is None


def test_a_correction_outlives_re_analysis_until_it_is_withdrawn(mention_of: MentionOf) -> None:
    document = joined([*five(mention_of), analysis(mention_of(label="neutral"), 48)])
    assert document is not None
    assert (document["sentiment"]["label"], document["sentiment"]["predicted"]) == ("positive", "neutral")
    withdrawn = merge(document, {"writers": {"person": 10}}, Writer.PERSON)
    assert withdrawn is not None
    assert withdrawn["sentiment"]["label"] == "neutral"
    assert "correction" not in withdrawn


def test_an_older_page_changes_nothing(mention_of: MentionOf) -> None:
    document = joined([page(mention_of(engagement=Engagement(likes=9)))])
    older = page(mention_of(engagement=Engagement(likes=1), fetched_at=FETCHED - timedelta(minutes=1)))
    assert merge(document, older[1], Writer.PAGE) is None


def test_a_writer_may_be_alone(mention_of: MentionOf) -> None:
    assert joined([five(mention_of)[4]]) == {
        "correction": {"sentiment": "positive", "by": "li"},
        "sentiment": {"label": "positive"},
        "writers": {"person": 9},
    }
    assert merge(None, {"writers": {}}, Writer.STORY) is None


def updates(parts: Sequence[Part], id: str) -> list[Update]:
    when = "2026-11-20T09:00:00.000Z"
    return [Update(id=id, parts={writer: part}, month="2026.11", ingested=when) for writer, part in parts]


def without_birth(document: Document) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "event"}


def test_concurrent_writers_of_the_index_end_with_that_document(shared: Store, mention_of: MentionOf) -> None:
    """A fifth of all orders, each a mention of its own, by threads that know nothing of each other."""
    orders = list(permutations(five(mention_of)))[::5]
    ids = [f"order-{number}" for number in range(len(orders))]

    def run(number: int) -> None:
        parts = [*orders[number], *later(mention_of)] if number % 2 else [*orders[number]]
        waiting = updates(parts, ids[number])
        while waiting:  # who comes before the page finds no mention, and comes again
            results = [write(shared, [update])[0] for update in waiting]
            waiting = [u for u, r in zip(waiting, results, strict=True) if r.outcome is Outcome.MISSING]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, range(len(orders))))
    shared.refresh("mentions")
    hits = shared.client.search(index=shared.alias("mentions"), query={"ids": {"values": ids}}, size=200)["hits"][
        "hits"
    ]
    assert len(hits) == len(orders)
    expected = [joined(five(mention_of)), joined([*five(mention_of), *later(mention_of)])]
    for hit in hits:
        assert without_birth(hit["_source"]) == expected[int(hit["_id"].removeprefix("order-")) % 2]


def test_writers_at_the_same_time_lose_no_word(shared: Store, mention_of: MentionOf) -> None:
    """Each part has a thread of its own, which writes it once to each of 60 mentions."""
    ids = [f"same-{number}" for number in range(60)]
    first, *others = [*five(mention_of), *later(mention_of)]
    write(shared, [update for id in ids for update in updates([first], id)])
    begin = Barrier(len(others))

    def run(part: Part) -> None:
        begin.wait()
        for id in ids:
            assert write(shared, updates([part], id))[0].outcome in (Outcome.INDEXED, Outcome.UNCHANGED)

    with ThreadPoolExecutor(len(others)) as pool:
        list(pool.map(run, others))
    shared.refresh("mentions")
    hits = shared.client.search(index=shared.alias("mentions"), query={"ids": {"values": ids}}, size=100)["hits"][
        "hits"
    ]
    assert [without_birth(hit["_source"]) for hit in hits] == [joined([first, *others])] * len(ids)


def test_only_a_page_brings_a_mention_in(shared: Store, mention_of: MentionOf) -> None:
    results = write(shared, updates([five(mention_of)[2], five(mention_of)[1]], "nobody"))
    assert {result.outcome for result in results} == {Outcome.MISSING}
    assert not shared.client.exists(index=shared.month_alias("2026.11"), id="nobody")


def test_the_first_sight_stays(shared: Store, mention_of: MentionOf) -> None:
    [first] = updates([page(mention_of())], "x")
    write(shared, [replace(first, ingested="2026-11-20T10:00:00.000Z")])
    newer = page(mention_of(fetched_at=FETCHED + timedelta(days=1)))
    write(shared, [replace(update, ingested="2026-11-21T10:00:00.000Z") for update in updates([newer], "x")])
    found = shared.client.get(index=shared.month_alias("2026.11"), id="x")["_source"]
    assert found["event"]["ingested"] == "2026-11-20T10:00:00.000Z"
    assert found["fetched_at"] == "2026-11-21T08:00:00.000Z"
