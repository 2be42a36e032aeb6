"""`make bench`: near-duplicates a second, and a thousand rules over a million mentions."""

import os
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from config.brand import Brand
from indexing.detection import detect
from indexing.stories.likeness import Likeness, alike, likenesses
from tests.story_posts import DAY, HOUR, NOW, research_texts, rule

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

    from config.rule import Rule

pytestmark = pytest.mark.bench
MENTIONS = int(os.environ.get("TINGFENG_BENCH_MENTIONS", "1000000"))
RULES = 1_000
WORDS = [f"词{number}" for number in range(400)]
BRANDS = [Brand(id=f"b{number}", name=f"品牌{number}", query=f"品牌{number}") for number in range(50)]


def test_near_duplicates() -> None:
    texts = research_texts() * 12
    begun = time.perf_counter()
    leaders: defaultdict[str, list[Likeness]] = defaultdict(list)
    copies = 0
    for start in range(0, len(texts), 1_000):
        for one in likenesses(texts[start : start + 1_000]):
            near = (other for key in one.keys for other in leaders[key])
            if any(alike(other, one) for other in near):
                copies += 1
            else:
                for key in one.keys:
                    leaders[key].append(one)
    took = time.perf_counter() - begun
    print(f"\nnear-duplicates: {len(texts) / took:,.0f} posts/s, {copies:,} of {len(texts):,} are copies")  # noqa: T201
    assert len(texts) / took > 10_000


def mentions(chance: random.Random) -> Iterator[dict[str, Any]]:
    for number in range(MENTIONS):
        words = chance.choices(WORDS, k=12)
        yield {
            "@timestamp": (NOW - chance.random() * 28 * DAY).isoformat(timespec="milliseconds"),
            "brand": f"b{int(chance.paretovariate(1)) % 50}",
            "post_id": f"weibo:post:{number}",
            "native_id": str(number),
            "platform": "weibo",
            "text": " ".join(words),
            "tokens": words,
            "sentiment": {"label": chance.choice(("negative", "neutral", "positive")), "score": chance.uniform(-1, 1)},
            "author": {"id": str(chance.randrange(200_000)), "followers": chance.randrange(5_000)},
            "story": {"id": f"weibo:post:{int(chance.paretovariate(0.8)) % MENTIONS}"},
        }


def a_thousand_rules() -> "list[Rule]":
    """Make rules of seven kinds, most with a query of their own, as a company with many teams would write them."""
    made = []
    for number in range(RULES):
        query = f"{WORDS[number % 400]} OR {WORDS[number * 7 % 400]}" if number % 10 else None
        kinds: list[tuple[str, dict[str, Any]]] = [
            ("negative_burst", {"min_count": 60, "min_share": 0.5, "ratio": 3}),
            ("frequency", {"min_count": 400}),
            ("spike", {"height": 4, "min_current": 60}),
            ("percentage", {"match": "sentiment:negative", "above": 0.9, "min_count": 30}),
            ("metric", {"field": "sentiment.score", "below": -0.8, "min_count": 30}),
            ("reach", {"min_followers": 1_000_000}),
            ("negative_burst", {"min_count": 100, "min_share": 0.6, "ratio": 5, "window": "2h"}),
        ]
        kind, when = kinds[number % len(kinds)]
        made.append(rule(kind, id=f"r{number}", query=query, **when))
    return made


def test_a_thousand_rules_over_a_million_mentions(empty_es: "Elasticsearch") -> None:
    from elasticsearch.helpers import bulk

    from indexing.elasticsearch.store import Store

    store = Store(empty_es)
    store.ensure()
    store.open_months({"2026.08"})
    index = store.month_alias("2026.08")
    empty_es.indices.put_settings(index=index, settings={"index.refresh_interval": "-1"})
    begun = time.perf_counter()
    actions = ({"_index": index, "_source": one} for one in mentions(random.Random(7)))  # noqa: S311
    bulk(empty_es, actions, chunk_size=5_000)
    store.refresh("mentions")
    print(f"\n{MENTIONS:,} mentions indexed in {time.perf_counter() - begun:.0f} s")  # noqa: T201
    inside = 0.0
    ask = type(empty_es).msearch

    def timed(client: Any, **fields: Any) -> Any:
        nonlocal inside
        before = time.perf_counter()
        try:
            return ask(client, **fields)
        finally:
            inside += time.perf_counter() - before

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(empty_es), "msearch", timed)
        begun = time.perf_counter()
        found = detect(store, a_thousand_rules(), BRANDS, now=NOW + HOUR / 60)
        took = time.perf_counter() - begun
    share = inside / took
    print(  # noqa: T201
        f"{RULES:,} rules over {MENTIONS:,} mentions: {took:.1f} s, {share:.0%} of it in Elasticsearch; "
        f"{len(found.firings)} firings, {len(found.failures)} failures"
    )
    assert not found.failures
    assert took <= 60
