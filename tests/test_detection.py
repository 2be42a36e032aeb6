"""Every kind of rule on a real index: it fires with its reason, and each of its figures can be asked for again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from config.brand import Brand
from config.kinds import kinds
from crawlers.post import Author, Engagement, Post
from indexing.alerts.firing import Firing
from indexing.detection import EvaluationFailed, detect
from indexing.detection.recount import recount
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.field import Writer
from indexing.mentions.write import Update, write
from indexing.stories.update import update_stories
from nlp.mention import Mention
from tests.story_posts import DAY, HOUR, MINUTE, NOW, make_post, make_reply, mention, put, rule

if TYPE_CHECKING:
    from config.rule import Rule
    from indexing.elasticsearch.store import Store

XINGHE = Brand(id="xinghe", name="星河手机", query="星河", words=("星河",))
YINHE = Brand(id="yinhe", name="银河", query="银河")
BRANDS = [XINGHE, YINHE]
PAST = "星河 手机 还行"
LOUD = Author(id="m1", name="大号", followers=80_000, verified=True)
WHEN: dict[str, dict[str, Any]] = {
    "absence": {"min_runs": 2},
    "any": {"late": "1h"},
    "blacklist": {"field": "site", "values": ["bad.example"]},
    "cardinality": {"field": "author.id", "at_least": 15, "by": "story"},
    "change": {"field": "sentiment.label", "by": "customer.id", "to": "negative"},
    "customer": {"tiers": ["gold"]},
    "flatline": {"threshold": 3},
    "frequency": {"min_count": 15},
    "hot_list": {"top": 10},
    "metric": {"field": "rating", "below": 0.5, "min_count": 5},
    "negative_burst": {"min_count": 10, "min_share": 0.5, "ratio": 3, "season": "2w"},
    "new_term": {"min_count": 5, "history": "7d"},
    "percentage": {"match": "sentiment:negative", "above": 0.6, "min_count": 10},
    "rating_drop": {"drop": 0.3, "min_count": 5, "window": "1h", "history": "7d"},
    "reach": {"min_followers": 50_000},
    "share_of_voice": {"shift": 0.2, "min_count": 10, "window": "4h", "history": "2d"},
    "spike": {"height": 3, "min_current": 10},
    "story": {"min_count": 10, "min_authors": 10, "history": "1d"},
    "whitelist": {"field": "site", "values": ["good.example"]},
}
"""What each kind looks for in the index below."""
CONSTANT = {"threshold", "quarter_threshold", "sudden_threshold", "bound", "changed", "listed", "unlisted"}
"""Figures that the rule itself states."""


def posts() -> Iterator[Mention]:
    """Tell ten quiet days of two brands, and a bad hour of one."""
    for number in range(60):
        ago = 3 * HOUR + number * 4 * HOUR
        for brand in ("xinghe", "yinhe"):
            post = make_post(1_000 + number, ago=ago, text=f"{PAST} {number}", rating=0.9, site="good.example")
            post = replace(post, native_id=f"{brand}{number}")
            yield mention(
                post, brand=brand, label="negative" if number % 4 == 0 else "positive", tokens=("手机", "还行")
            )
    origin = make_post(1, ago=50 * MINUTE, rating=0.2, site="bad.example", rank=7, engagement=Engagement(likes=900))
    yield bad(origin)
    for number in range(2, 22):
        author = LOUD if number == 5 else Author(id=f"u{number}", name=f"网友{number}", followers=number)
        yield bad(make_reply(number, 1, ago=(48 - number) * MINUTE, author=author, rating=0.2, site="bad.example"))


def bad(post: Post) -> Mention:
    return replace(mention(post, tokens=("星河", "爆炸", "电池")), keywords=("爆炸",), emotion="angry")


@pytest.fixture(scope="module")
def told_store(new_store: "Callable[[], Store]") -> "Store":
    store = new_store()
    ids = put(store, posts())
    for id, customer in ((ids[0], "C1"), (ids[2], "C1"), (ids[-1], "C1"), (ids[-2], "C2")):
        part = {"customer": {"id": customer, "weight": 1.0}, "writers": {"link": 1}}
        write(store, [Update(id=id, parts={Writer.LINK: part}, month="2026.08", ingested="2026-08-03T04:00:00.000Z")])
    runs = [("nodebb", "ok", 8), ("nodebb", "ok", 2), ("weibo_search", "ok", 30), ("weibo_search", "blocked", 1)]
    records: list[tuple[str, str, dict[str, Any]]] = [("customers", "C1", {"tier": "gold"}), ("customers", "C2", {})]
    for number, (feed, verdict, hours) in enumerate(runs):
        at = (NOW - hours * HOUR).isoformat()
        records.append(("runs", str(number), {"@timestamp": at, "feed": feed, "verdict": verdict, "posts": 4}))
    actions = [Action(operation="index", index=store.alias(kind), id=id, source=one) for kind, id, one in records]
    assert all(done.done for done in send(store.client, actions))
    store.refresh("mentions", "runs", "customers")
    update_stories(store, now=NOW)
    return store


def fired(store: "Store", kind: str, **when: Any) -> list[Firing]:
    return list(detect(store, [rule(kind, **{**WHEN[kind], **when})], BRANDS, now=NOW).firings)


def reasked(store: "Store", firing: Firing) -> dict[str, Any]:
    return {one.id: store.client.search(index=one.index, **asked(one.body)).body for one in firing.questions}


def asked(body: Any) -> dict[str, Any]:
    names = {"_source": "source"}
    return {names.get(name, name): value for name, value in body.items()}


@pytest.mark.parametrize("kind", WHEN)
def test_a_kind_fires_with_figures_that_can_all_be_asked_again(told_store: "Store", kind: str) -> None:
    firings = fired(told_store, kind)
    assert firings
    for firing in firings:
        assert firing.kind == kind
        assert firing.reason_zh.endswith("。")
        assert firing.reason_en.endswith(".")
        assert len(firing.evidence.quotes) <= 5
        answers = reasked(told_store, firing)
        names = {figure.name for figure in firing.figures if not figure.question}
        assert names <= CONSTANT, names
        for figure in firing.figures:
            if figure.question:
                assert recount(figure.question, answers) == pytest.approx(figure.value), figure
    assert fired(told_store, kind) == firings


@pytest.mark.parametrize("at_most", [2, 60])
def test_a_burst_beyond_a_budget_has_figures_that_can_all_be_asked_again(told_store: "Store", at_most: float) -> None:
    when: Any = {"min_count": 10, "min_share": 0.5, "pages": {"at_most": at_most, "per": "month"}}
    (firing,) = detect(told_store, [rule("negative_burst", **when)], BRANDS, now=NOW).firings
    answers = reasked(told_store, firing)
    figures = {figure.name: figure for figure in firing.figures}
    assert {"peak", "past_blocks", "quarter", "quarter_peak"} <= set(figures)
    for figure in firing.figures:
        assert figure.question or figure.name in CONSTANT, figure.name
        if figure.question:
            assert recount(figure.question, answers) == pytest.approx(figure.value), figure
    assert f"每月至多 {at_most} 次提醒" in firing.reason_zh
    assert f"({at_most} pages a month: more than " in firing.reason_en
    assert set(firing.said) <= set(figures)


def test_a_brand_that_nobody_listened_to_is_not_silent(new_store: "Callable[[], Store]") -> None:
    store = new_store()
    put(store, posts())
    assert "yinhe" in {firing.brand for firing in fired(store, "flatline")}
    run = {"@timestamp": NOW.isoformat(), "feed": "weibo_search", "query": "q", "verdict": "cut_short", "posts": 1}

    def silent_with(gap: dict[str, Any]) -> bool:
        store.client.index(index=store.alias("runs"), id="1", document={**run, "gap": gap}, refresh=True)
        return "yinhe" in {firing.brand for firing in fired(store, "flatline")}

    ends = {"start": (NOW - 2 * HOUR).isoformat(), "end": NOW.isoformat()}
    assert not silent_with({**ends, "lost": True}), "what was lost was not heard"
    assert not silent_with({**ends, "lost": False}), "nor what is still to be read"
    brief = {**ends, "start": (NOW - MINUTE).isoformat(), "lost": True}
    assert silent_with(brief), "a minute is no reason for an hour's silence"


def test_a_backfill_is_no_sign_of_a_feed(new_store: "Callable[[], Store]") -> None:
    store, at = new_store(), (NOW - 10 * MINUTE).isoformat()
    part = {"@timestamp": at, "feed": "weibo_search", "query": "q", "verdict": "ok", "posts": 50, "complete": True}

    def silent(**fields: Any) -> bool:
        store.client.index(index=store.alias("runs"), id="1", document={**part, **fields}, refresh=True)
        return bool(fired(store, "absence", feeds=["weibo_search"], min_runs=1))

    assert silent(purpose="backfill")
    assert not silent(purpose="gap"), "a live crawl's own gap, read beside it"
    assert not silent()


def test_every_kind_is_tried() -> None:
    assert sorted(WHEN) == kinds()


@pytest.mark.parametrize(
    ("kind", "brand", "story", "customer"),
    [
        ("absence", "*", "feed:nodebb", None),
        ("cardinality", "xinghe", "weibo:post:1", None),
        ("change", "xinghe", None, None),
        ("customer", "xinghe", None, "C1"),
        ("flatline", "yinhe", None, None),
        ("frequency", "xinghe", None, None),
        ("hot_list", "xinghe", "weibo:post:1", None),
        ("reach", "xinghe", "weibo:post:1", None),
        ("share_of_voice", "xinghe", None, None),
        ("story", "xinghe", "weibo:post:1", None),
    ],
)
def test_a_finding_says_what_it_is_about(
    told_store: "Store", kind: str, brand: str, story: str | None, customer: str | None
) -> None:
    found = {(firing.brand, firing.story, firing.customer) for firing in fired(told_store, kind)}
    assert (brand, story, customer) in found


SILENT: dict[str, dict[str, Any]] = {
    "absence": {"feeds": ["weibo_search"], "min_runs": 1, "min_seeing": 0.0},
    "blacklist": {"values": ["other.example"]},
    "cardinality": {"at_least": 60},
    "change": {"to": "neutral"},
    "customer": {"tiers": ["platinum"]},
    "frequency": {"min_count": 60},
    "hot_list": {"top": 6},
    "metric": {"below": 0.1},
    "negative_burst": {"min_count": 22},
    "new_term": {"min_count": 22},
    "percentage": {"above": 1.0},
    "rating_drop": {"drop": 0.8},
    "reach": {"min_followers": 90_000},
    "share_of_voice": {"shift": 0.9},
    "spike": {"min_current": 60},
    "story": {"min_authors": 22},
    "whitelist": {"values": ["good.example", "bad.example"]},
}


@pytest.mark.parametrize("kind", SILENT)
def test_a_kind_is_silent_where_its_condition_does_not_hold(told_store: "Store", kind: str) -> None:
    assert fired(told_store, kind, **SILENT[kind]) == []


def test_an_explanation_tells_source_accounts_mood_and_customers(told_store: "Store") -> None:
    (firing,) = fired(told_store, "negative_burst")
    figures = {figure.name: figure for figure in firing.figures}
    assert figures["emotion.angry"].value == 1
    assert figures["emotion.angry"].usual == 0
    assert figures["account.大号"].value == 80_000
    assert figures["customers"].value == 2
    assert figures["story.weibo:post:1"].value == 21
    assert "first.weibo:post:1:xinghe" in figures
    assert {word.word for word in firing.evidence.words} >= {"爆炸", "电池"}
    assert firing.evidence.quotes[0].id == "weibo:post:1:xinghe"


def test_a_slow_burst_is_seen_by_the_second_look(told_store: "Store") -> None:
    slow = {"window": "1d", "history": "12d", "min_count": 15}
    (firing,) = fired(told_store, "negative_burst", min_count=100, slow=slow)
    assert firing.window_end - firing.window_start == DAY
    assert "近 24 小时" in firing.reason_zh


@pytest.mark.parametrize("kind", ["negative_burst", "any"])
def test_a_usual_of_another_analysis_is_said_to_be_one(told_store: "Store", kind: str) -> None:
    """Only what has a usual can be held against one that is of an older query or model."""
    before, after = NOW - 20 * DAY, NOW - 2 * HOUR
    plain = fired(told_store, kind)
    for changed_at, cautions in ((None, False), (before, False), (after, kind == "negative_burst")):
        found = detect(told_store, [rule(kind, **WHEN[kind])], BRANDS, now=NOW, changed_at=changed_at).firings
        assert [firing.reason_zh for firing in plain] == [firing.reason_zh.partition(" 注意")[0] for firing in found]
        assert all(("08-03 10:00" in firing.reason_zh) == cautions for firing in found), found[0].reason_zh
        assert all(("Caution: brands, words or models changed" in one.reason_en) == cautions for one in found)


def test_rules_that_ask_the_same_share_their_searches(told_store: "Store", monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    ask = type(told_store.client).msearch

    def counting(client: Any, *, searches: list[Any]) -> Any:
        sent.append(len(searches) // 2)
        return ask(client, searches=searches)

    monkeypatch.setattr(type(told_store.client), "msearch", counting)
    many = [rule("frequency", id=f"r{n}", min_count=500, query=f"词{n % 40}") for n in range(200)]
    assert detect(told_store, many, BRANDS, now=NOW).firings == ()
    assert sent == [1]


BROKEN = {"status": 503, "error": {"type": "search_phase_execution_exception", "reason": "all shards failed"}}


def test_a_rule_that_cannot_be_asked_silences_no_other(told_store: "Store", monkeypatch: pytest.MonkeyPatch) -> None:
    ask = type(told_store.client).msearch

    def breaking(client: Any, *, searches: list[Any]) -> Any:
        answers = ask(client, searches=searches)["responses"]
        return {"responses": [BROKEN if "崩" in str(b) else a for a, b in zip(answers, searches[1::2], strict=True)]}

    monkeypatch.setattr(type(told_store.client), "msearch", breaking)
    rules: list[Rule] = [rule("frequency", id="broken", min_count=15, query="崩"), rule("frequency", min_count=15)]
    found = detect(told_store, rules, BRANDS, now=NOW)
    assert [firing.rule for firing in found.firings] == ["rule"]
    assert (found.evaluated, dict(found.failures)) == (frozenset({"rule"}), {"broken": "all shards failed"})
    with pytest.raises(EvaluationFailed, match="all shards failed"):
        detect(told_store, rules[:1], BRANDS, now=NOW)
