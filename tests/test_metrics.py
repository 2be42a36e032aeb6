"""What the metrics mean: engagement by platform, Wilson's interval as a formula, and share of voice withheld."""

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from config.settings import DAY_ZONE
from crawlers.post import Engagement
from indexing.mentions.document import page_part
from indexing.metrics.engagement import FORMULAS, NAMES
from indexing.metrics.expression import Count, evaluate, leaves
from indexing.metrics.of.mentions import NSR, NSR_HIGH, NSR_LOW
from indexing.metrics.voice import Crawled, share_of_voice
from indexing.metrics.where import Ago, All, Any, AtLeast, Exists, Is, Not, dsl, kql
from indexing.metrics.wilson import net_sentiment
from indexing.people.pseudonyms import Pseudonyms
from nlp.mention import Mention
from tests import lens_query

ALL = Engagement(reposts=1, comments=2, likes=4, views=8, favourites=16, shares=32, coins=64, danmaku=128, wows=256)


@pytest.mark.parametrize(
    ("platform", "total"),
    [
        ("weibo", 2 + 4 + 1),
        ("douyin", 2 + 4 + 1),
        ("wechat", 4 + 256 + 2 + 1),
        ("bilibili", 128 + 2 + 4 + 64 + 16 + 1),
        ("xiaohongshu", 2 + 4 + 16 + 1),
        ("forum", 1 + 2 + 4 + 16 + 32 + 64 + 128 + 256),
    ],
)
def test_engagement_is_each_platforms_own_sum(platform: str, total: int, mention_of: Callable[..., Mention]) -> None:
    names = Pseudonyms(b"0123456789abcdef")
    made = mention_of(platform=platform, engagement=ALL)
    assert page_part(made, names)["engagement"]["total"] == total
    without = replace(made.post, engagement=Engagement())
    assert "engagement" not in page_part(replace(made, post=without), names)


def test_every_count_of_a_formula_is_one_that_a_page_can_show() -> None:
    counts = {name for formula in FORMULAS.values() for name in formula}
    assert counts <= NAMES.keys() == set(Engagement.__slots__) - {"views"}


def test_the_formula_of_the_interval_is_wilsons() -> None:
    def value(positive: int, negative: int, of: object) -> float | None:
        asked = {leaf: float(positive if "positive" in kql(leaf.where) else negative) for leaf in leaves(of)}  # type: ignore[arg-type,union-attr]
        return evaluate(of, asked)  # type: ignore[arg-type]

    for positive, negative in itertools.product((0, 1, 3, 40, 12_345), repeat=2):
        expected = net_sentiment(positive, negative)
        got = [value(positive, negative, metric.of) for metric in (NSR, NSR_LOW, NSR_HIGH)]
        if expected is None:
            assert got == [None] * 3
        else:
            wanted = (expected.value, expected.low, expected.high)
            assert all(a is not None and math.isclose(a, b, abs_tol=1e-9) for a, b in zip(got, wanted, strict=True))


def test_share_of_voice_is_withheld_where_brands_were_not_crawled_alike() -> None:
    mentions = {"a": 30, "b": 10}
    alike = {"a": Crawled(runs=100, complete=99), "b": Crawled(runs=50, complete=50)}
    assert share_of_voice(mentions, alike).shares == {"a": 0.75, "b": 0.25}
    blind = share_of_voice(mentions, {**alike, "b": Crawled(runs=50, complete=40)})
    assert blind.shares is None
    assert blind.withheld is not None
    assert "b 80%" in blind.withheld.zh
    assert "a 99%" in blind.withheld.en
    unknown = share_of_voice(mentions, {"a": Crawled(runs=1, complete=1)})
    assert unknown.shares is None
    assert unknown.withheld is not None
    assert "no crawl is on record for the sources of b" in unknown.withheld.en
    assert share_of_voice({}, {}).shares == {}


@pytest.mark.parametrize(
    "where",
    [
        Is("brand", "a"),
        Is("verdict", "ok", "empty"),
        Is("complete", False),
        Exists("customer.id"),
        AtLeast("coordination.score", 0.5),
        Ago("@timestamp", 6),
        Ago("@timestamp", 12, 6),
        Not(Is("state", "resolved")),
        All((Is("brand", 'a "quoted" one'), Exists("title"))),
        Any((Is("author.organisation", True), Not(Is("author.verified", True)))),
    ],
)
def test_a_condition_reads_the_same_in_both_languages(where: object) -> None:
    def plain(query: object) -> object:
        """Return Kibana's form of a query in ours."""
        match query:
            case {"match_phrase": {**one}} | {"match": {**one}}:
                ((field, value),) = one.items()
                told: dict[object, object] = {"true": True, "false": False}
                return {"terms": {field: [told.get(value, value)]}}
            case {"bool": {"should": [{"terms": {**first}}, *_] as parts, "minimum_should_match": 1}} if all(
                set(part) == {"match_phrase"} for part in parts
            ):
                return first
            case dict():
                return {name: plain(inner) for name, inner in query.items()}
            case list():
                return [plain(one) for one in query]
        return query

    kibana = plain(lens_query.kql(kql(where)))  # type: ignore[arg-type]
    now = datetime(2026, 11, 6, 15, 4, tzinfo=DAY_ZONE)
    kibana, ours = lens_query.at(kibana, now), dsl(where, now)  # type: ignore[arg-type]
    if isinstance(where, Ago) and where.until:  # Kibana asks for each end by itself
        ((field, ends),) = ours["range"].items()
        ours = {"bool": {"filter": [{"range": {field: {sign: end}}} for sign, end in ends.items()]}}
    if isinstance(where, Is) and len(where.values) > 1:
        ours = {"bool": {"minimum_should_match": 1, "should": [{"terms": {where.field: [v]}} for v in where.values]}}
    assert kibana == ours


def test_leaves_are_asked_once() -> None:
    positive = Count(Is("sentiment.label", "positive"))
    assert leaves((positive + positive) / (positive + 1)) == (positive,)
